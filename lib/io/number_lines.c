#include "lib/io/number_lines.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/decimal.h"
#include "lib/io/delimited.h"
#include "lib/io/fields.h"

enum { CELLS_MOST = 1 << 20 };

iso_err iso_number_lines_open(iso_number_lines *out, const iso_file *file, char separator,
                              const iso_run *run)
{
    iso_number_lines t = {.separator = separator};
    iso_err err = ISO_OK;

    ISO_TRY(iso_feed_open(&t.feed, file, 0, run));
    ISO_TRY(iso_feed_mark(&t.feed));
    *out = t;
    t = (iso_number_lines){0};
done:
    iso_number_lines_close(&t);
    return err;
}

void iso_number_lines_close(iso_number_lines *t)
{
    iso_feed_close(&t->feed);
    iso_free(t->cells);
    iso_buf_free(&t->text);
    *t = (iso_number_lines){0};
}

/* Cutting ----------------------------------------------------------------------------- */

static iso_err add_cell(iso_number_lines *t, const char *at, int64_t len)
{
    iso_err err = ISO_OK;

    if (t->count == CELLS_MOST)
        ISO_FAIL(ISO_EFORMAT, "%s: line %" PRId64 " has more than %d fields", t->feed.file->path,
                 t->number, CELLS_MOST);
    if (t->count == t->room) {
        const int64_t room = t->room ? 2 * t->room : 64;
        ISO_TRY(iso_realloc(&t->cells, t->count, room, sizeof *t->cells));
        t->room = room;
    }
    t->cells[t->count++] = (iso_cell){at, len};
done:
    return err;
}

static iso_err cut_blanks(iso_number_lines *t, const char *p, const char *end)
{
    iso_err err = ISO_OK;

    while (p < end) {
        const char *begin = p;
        while (p < end && !iso_fields_gap(*p))
            p++;
        ISO_TRY(add_cell(t, begin, p - begin));
        while (p < end && iso_fields_gap(*p))
            p++;
    }
done:
    return err;
}

/* A quoted field, which is written again without its quotes; returns what follows it, or NULL. */
static char *unquote(char **begin, char **stop, char *quote, const char *end)
{
    char *from = quote + 1, *to = from;

    *begin = from;
    for (;;) {
        char *next = memchr(from, '"', (size_t)(end - from));
        if (!next)
            return NULL;
        memmove(to, from, (size_t)(next - from));
        to += next - from;
        if (next + 1 == end || next[1] != '"') {
            *stop = to;
            if (to < next)
                *to = '\0';
            return next + 1;
        }
        *to++ = '"';
        from = next + 2;
    }
}

/* Between tabs a field that only begins with a quote is what it is. */
static bool is_quoted(const iso_number_lines *t, const char *p, const char *end)
{
    if (p == end || *p != '"')
        return false;
    const char *tab = t->separator == '\t' ? memchr(p, '\t', (size_t)(end - p)) : NULL;
    const char *last = (tab ? tab : end) - 1;
    return t->separator != '\t' || (last > p && *last == '"');
}

static iso_err cut(iso_number_lines *t, char *p, char *end)
{
    iso_err err = ISO_OK;

    t->count = 0;
    if (t->separator == ' ')
        return cut_blanks(t, p, end);
    for (;;) {
        char *begin = p, *stop = NULL;
        if (is_quoted(t, p, end)) {
            p = unquote(&begin, &stop, p, end);
            if (!p || (p < end && *p != t->separator))
                ISO_FAIL(ISO_EFORMAT, "%s: line %" PRId64 ": %s", t->feed.file->path, t->number,
                         p ? "text after a closing quote" : "a quote is opened and not closed");
        } else {
            p = memchr(p, t->separator, (size_t)(end - p));
            p = p ? p : end;
            stop = p;
        }
        ISO_TRY(add_cell(t, begin, stop - begin));
        if (p == end)
            break;
        p++;
    }
done:
    return err;
}

/* Lines ------------------------------------------------------------------------------- */

/* A line that a quoted field leaves open goes on in the next one. */
static iso_err read_quoted(iso_number_lines *t, const char *line, int64_t len)
{
    const bool spans = t->separator == ',' || t->separator == ';';
    bool open = spans && iso_delimited_opens(line, len, t->separator, false);
    iso_err err = ISO_OK;

    t->text.len = 0;
    ISO_TRY(iso_buf_add(&t->text, line, len));
    while (open) {
        ISO_TRY(iso_feed_line(&line, &len, &t->feed));
        if (!line)
            break;
        ISO_TRY(iso_buf_puts(&t->text, "\n"));
        ISO_TRY(iso_buf_add(&t->text, line, len));
        if (t->text.len > ISO_FEED_LINE)
            ISO_FAIL(ISO_EFORMAT, "%s: line %" PRId64 ": a quote is opened and not closed",
                     t->feed.file->path, t->number);
        open = iso_delimited_opens(line, len, t->separator, true);
    }
    const int64_t size = iso_fields_strip(t->text.text, t->text.len);
    ISO_TRY(cut(t, t->text.text, t->text.text + (t->separator == '\t' ? t->text.len : size)));
done:
    return err;
}

static int64_t without_end(const char *line, int64_t len)
{
    return len > 0 && line[len - 1] == '\r' ? len - 1 : len;
}

iso_err iso_number_lines_next(bool *more, iso_number_lines *t)
{
    const char *line;
    int64_t len;
    iso_err err = ISO_OK;

    for (*more = false; !*more;) {
        ISO_TRY(iso_feed_line(&line, &len, &t->feed));
        if (!line)
            break;
        len = without_end(line, len);
        t->number = t->feed.line;
        while (t->separator == ' ' && len > 0 && iso_fields_gap(*line)) {
            line++;
            len--;
        }
        *more = iso_fields_strip(line, len) > 0 && (t->begun || *line != '#');
    }
    if (!*more)
        goto done;
    t->begun = true;
    if (memchr(line, '"', (size_t)len))
        ISO_TRY(read_quoted(t, line, len));
    else
        ISO_TRY(cut(t, (char *)line, (char *)line + len)); /* nothing is written without quotes */
done:
    return err;
}

/* Cells ------------------------------------------------------------------------------- */

bool iso_cell_number(float *out, const iso_cell *cell)
{
    const char *p = cell->at, *end = p + iso_fields_strip(p, cell->len);

    while (p < end && iso_fields_gap(*p))
        p++;
    return p < end && iso_decimal_f32(out, p) == end;
}

bool iso_cell_is_list(const iso_cell *cell)
{
    int64_t i = 0;

    while (i < cell->len && iso_fields_gap(cell->at[i]))
        i++;
    return i < cell->len && cell->at[i] == '[';
}

static bool is_gap(char c)
{
    return iso_fields_gap(c) || c == '\n';
}

const char *iso_list_numbers(int64_t *count, float *out, int64_t room, const iso_cell *cell)
{
    const char *p = cell->at, *end = p + cell->len, *next;
    float number;

    *count = 0;
    while (p < end && is_gap(*p))
        p++;
    if (p == end || *p != '[')
        return "is no list of numbers";
    p++;
    for (;;) {
        while (p < end && is_gap(*p))
            p++;
        if (p == end)
            return "is a list that is not closed";
        if (*p == ']')
            break;
        if (end - p >= 3 && memcmp(p, "...", 3) == 0)
            return "is a list that NumPy shortened (...) when it was printed; write all numbers";
        next = iso_decimal_f32(&number, p);
        if (!next || next > end || (next < end && !is_gap(*next) && *next != ',' && *next != ']'))
            return *p == '[' ? "is a list of lists; one list of numbers an item is read"
                             : "is a list of something else than numbers";
        if (*count < room)
            out[*count] = number;
        ++*count;
        p = next;
        while (p < end && is_gap(*p))
            p++;
        p += p < end && *p == ',';
    }
    for (p++; p < end && is_gap(*p);)
        p++;
    return p == end ? NULL : "is a list with something behind it";
}
