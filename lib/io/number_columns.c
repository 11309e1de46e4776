#include "lib/io/number_columns.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/alloc.h"

enum { LINES = 100, SURE = 3, CODE_ROOM = 16, SHOWN = 24 };

void iso_number_columns_free(iso_number_columns *c)
{
    for (int64_t i = 0; c->at && i < c->count; i++)
        iso_free(c->at[i].first);
    iso_free(c->at);
    *c = (iso_number_columns){0};
}

/* Looking ------------------------------------------------------------------------------- */

static iso_err begin(iso_number_columns *c, const iso_number_lines *t)
{
    float number;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->at, t->count, sizeof *c->at));
    c->count = t->count;
    for (int64_t i = 0; i < t->count; i++) {
        iso_number_column *col = &c->at[i];
        ISO_TRY(iso_str_dup(&col->first, t->cells[i].at, t->cells[i].len));
        col->starts = iso_cell_number(&number, &t->cells[i]);
        col->last = col->starts ? number : NAN;
        col->lists = col->whole = col->counts = col->codes = true;
    }
done:
    return err;
}

static bool is_code(const iso_cell *cell, const iso_states_opt *opt)
{
    char text[CODE_ROOM];

    if (!opt->canonical || cell->len < 1 || cell->len >= CODE_ROOM)
        return false;
    memcpy(text, cell->at, (size_t)cell->len);
    text[cell->len] = '\0';
    return opt->canonical(text) != text;
}

/* "-0,5" */
static bool has_comma(const iso_cell *cell)
{
    const char *comma = memchr(cell->at, ',', (size_t)cell->len);
    int64_t digits = 0;

    for (int64_t i = 0; comma && i < cell->len; i++) {
        if (!strchr("+-,eE", cell->at[i]) && !(cell->at[i] >= '0' && cell->at[i] <= '9'))
            return false;
        digits += cell->at[i] >= '0' && cell->at[i] <= '9';
    }
    return comma && digits > 1 &&
           !memchr(comma + 1, ',', (size_t)(cell->at + cell->len - comma - 1));
}

static void look_at(iso_number_column *col, const iso_cell *cell, const iso_states_opt *opt)
{
    float number = NAN;

    col->numbers += iso_cell_number(&number, cell);
    col->commas += has_comma(cell);
    col->lists = col->lists && iso_cell_is_list(cell);
    col->whole = col->whole && number == floorf(number);
    col->counts = col->counts && (isnan(col->last) || number == col->last + 1) && number >= 0;
    col->codes = col->codes && is_code(cell, opt);
    col->spaced = col->spaced || memchr(cell->at, ' ', (size_t)cell->len);
    col->last = number;
}

/* The first lines, cut at a separator; out->lines is 0 where they are no table of equal lines. */
static iso_err look(iso_number_columns *out, const iso_file *file, char separator,
                    const iso_states_opt *opt)
{
    iso_number_columns c = {.separator = separator};
    iso_number_lines t = {0};
    bool more;
    iso_err err = ISO_OK;

    ISO_TRY(iso_number_lines_open(&t, file, separator, NULL));
    err = iso_number_lines_next(&more, &t);
    if (err == ISO_EFORMAT || !more) { /* no table, cut so */
        err = err == ISO_EFORMAT ? ISO_OK : err;
        goto done;
    }
    ISO_TRY(begin(&c, &t));
    for (c.lines = 1; c.lines < LINES; c.lines++) {
        err = iso_number_lines_next(&more, &t);
        if (err == ISO_EFORMAT) /* for the reader to name, where lines before it are a table */
            more = false;
        else
            ISO_TRY(err);
        err = ISO_OK;
        if (!more)
            break;
        for (int64_t i = 0; i < t.count && i < c.count; i++)
            look_at(&c.at[i], &t.cells[i], opt);
        if (c.lines == 1 && t.count != c.count)
            goto done; /* a later line of another length is for the reader to name */
    }
    for (int64_t i = 0; i < c.count && c.lines == 1; i++) {
        const iso_cell cell = {c.at[i].first, (int64_t)strlen(c.at[i].first)};
        look_at(&c.at[i], &cell, opt);
    }
    for (int64_t i = 0; i < c.count; i++) /* a few that are none are for the reader to name */
        c.at[i].numeric = 2 * c.at[i].numbers >= (c.lines > 1 ? c.lines - 1 : 1);
    *out = c;
    c = (iso_number_columns){0};
done:
    iso_number_columns_free(&c);
    iso_number_lines_close(&t);
    return err;
}

/* Header ---------------------------------------------------------------------------------- */

/* What the first line holds above columns of numbers. */
struct first_line {
    int64_t words, numbers;
    bool texts;         /* there are columns of text, too */
    bool counts, rises; /* its numbers: 0, 1, 2 or 1, 2, 3; whole and rising */
    bool whole;         /* below it are whole numbers alone */
    const char *word;   /* one of them */
    bool missing;       /* a word stands for a number that is not there: "NA" */
};

static bool is_missing(const char *word, int64_t column)
{
    static const char *const marks[] = {"NA", "N/A", "NULL", "None", "-", "?"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (strcasecmp(word, marks[i]) == 0)
            return true;
    }
    return !*word && column > 0; /* above an index there is often no name */
}

static struct first_line look_first(const iso_number_columns *c)
{
    struct first_line f = {.counts = true, .rises = true, .whole = true};
    double last = -1;

    for (int64_t i = 0; i < c->count; i++) {
        const iso_number_column *col = &c->at[i];
        f.texts = f.texts || !(col->numeric || col->lists);
        if (!(col->numeric || col->lists) || *col->first == '[')
            continue;
        f.whole = f.whole && col->whole;
        if (!col->starts) {
            f.words++;
            f.word = f.missing ? f.word : col->first;
            f.missing = f.missing || is_missing(col->first, i);
            continue;
        }
        const double number = strtod(col->first, NULL);
        f.counts = f.counts && (f.numbers ? number == last + 1 : number == 0 || number == 1);
        f.rises = f.rises && number == floor(number) && number > last;
        f.numbers++;
        last = number;
    }
    f.counts = f.counts && f.numbers > 0;
    f.rises = f.rises && f.numbers > 1;
    return f;
}

static iso_err two_readings(const iso_number_columns *c, const char *path)
{
    return iso_fail(ISO_EFORMAT,
                    "%s: its first line, \"%.40s%c%.40s\", may be a header or a row of %" PRId64
                    " numbers; give it a header of names that are no numbers",
                    path, c->at[0].first, c->separator, c->count > 1 ? c->at[1].first : "",
                    c->count);
}

/* Names above every column, or the numbers that pandas writes above a matrix ("0,1,2,..."), beside
 * the name of an index or alone. */
static iso_err find_header(iso_number_columns *c, const char *path)
{
    const struct first_line f = look_first(c);

    if (c->lines == 1)
        return ISO_OK;
    if (f.words > 0 && f.missing)
        return iso_fail(ISO_EFORMAT,
                        "%s: its first line has \"%.40s\" where the lines below it have a number: "
                        "leave the row out, or write a header above it",
                        path, f.word);
    c->header = f.words > 0 && (f.numbers == 0 || f.counts);
    if (c->header || (f.words == 0 && f.texts))
        return ISO_OK;
    if (f.words > 0 || (f.counts ? c->count < SURE || f.whole : f.rises && !f.whole))
        return two_readings(c, path);
    if (!f.counts)
        return ISO_OK;
    c->header = true;
    (void)snprintf(c->read_as, sizeof c->read_as, "its first line, %s to %s, is read as a header",
                   c->at[0].first, c->at[c->count - 1].first);
    return ISO_OK;
}

/* Columns that are no numbers ------------------------------------------------------------- */

static iso_role role_of(const iso_number_columns *c, const iso_number_column *col)
{
    const bool unnamed = !*col->first || strncasecmp(col->first, "unnamed", 7) == 0 ||
                         strcasecmp(col->first, "index") == 0;
    const iso_role role = c->header ? iso_role_of(col->first) : ISO_ROLE_NONE;

    if (c->header)
        return role ? role : unnamed && col->whole && col == c->at ? ISO_ROLE_ID : ISO_ROLE_NONE;
    if (col->numeric || col->lists)
        return ISO_ROLE_NONE;
    return col->codes ? ISO_ROLE_LANG : col->spaced ? ISO_ROLE_TEXT : ISO_ROLE_ID;
}

static bool is_own_name(const iso_number_column *col)
{
    static const char *const own[ISO_ROLES] = {"", "id", "text", "label", "lang", "layer"};

    return strcasecmp(col->first, own[col->role]) == 0;
}

/* Of two columns for one thing that with its own name counts. */
static iso_err settle_roles(iso_number_columns *c, const char *path)
{
    static const char *const what[ISO_ROLES] = {"", "id", "text", "label", "language", "layer"};
    iso_number_column *has[ISO_ROLES] = {NULL};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < c->count; i++) {
        iso_number_column *col = &c->at[i], **had;
        col->role = role_of(c, col);
        had = &has[col->role];
        if (!col->role)
            continue;
        if (*had && is_own_name(*had) == is_own_name(col))
            ISO_FAIL(ISO_EFORMAT, "%s: \"%.40s\" and \"%.40s\" may both be the %s of its rows; %s",
                     path, (*had)->first, col->first, what[col->role],
                     c->header ? "rename one" : "name the columns in a header");
        if (*had && is_own_name(*had))
            col->role = ISO_ROLE_NONE;
        else if (*had)
            (*had)->role = ISO_ROLE_NONE;
        *had = col->role ? col : *had;
    }
done:
    return err;
}

/* Columns of numbers ----------------------------------------------------------------------- */

/* "dim_7": 7 and the length of "dim_"; -1 where there is no number. */
static int64_t numbered(int64_t *prefix, const char *name)
{
    size_t n = strlen(name);

    while (n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9')
        n--;
    *prefix = (int64_t)n;
    return name[n] && strlen(name + n) < 8 ? strtoll(name + n, NULL, 10) : -1;
}

static bool follows(const iso_number_column *a, const iso_number_column *b)
{
    int64_t x, y;
    const int64_t i = numbered(&x, a->first), k = numbered(&y, b->first);

    return i >= 0 && k == i + 1 && x == y && strncmp(a->first, b->first, (size_t)x) == 0;
}

/* How many columns of numbers from `i` on are named by one word and numbers that count. */
static int64_t series_at(const iso_number_columns *c, int64_t i)
{
    int64_t n = 1;

    while (i + n < c->count && c->at[i + n].number && follows(&c->at[i + n - 1], &c->at[i + n]))
        n++;
    return n;
}

/* Where names count (dim_0, dim_1, ...), what else is a number is no part of the row. */
static iso_err find_series(iso_number_columns *c, const char *path)
{
    int64_t from = -1, many = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0, n; i < c->count; i += n) {
        n = c->at[i].number ? series_at(c, i) : 1;
        if (n > 1 && from >= 0)
            ISO_FAIL(
                ISO_EFORMAT,
                "%s: its columns \"%.40s\" to \"%.40s\" and \"%.40s\" to \"%.40s\" may both be "
                "the states; keep one of them in a file",
                path, c->at[from].first, c->at[from + many - 1].first, c->at[i].first,
                c->at[i + n - 1].first);
        if (n > 1) {
            from = i;
            many = n;
        }
    }
    for (int64_t i = 0; from >= 0 && i < c->count; i++)
        c->at[i].number = i >= from && i < from + many;
done:
    return err;
}

/* "its rows are the columns "x0" to "x7"; 2 others are left out ("n", ...)" */
static void tell_rest(iso_number_columns *c)
{
    const iso_number_column *first = NULL, *last = NULL, *out = NULL;
    int left = 0;

    for (int64_t i = 0; i < c->count; i++) {
        const iso_number_column *col = &c->at[i];
        const bool states = col->number || col->list;
        first = states && !first ? col : first;
        last = states ? col : last;
        out = !states && !col->role && left++ == 0 ? col : out;
    }
    if (left > 0 && last)
        (void)snprintf(c->read_as, sizeof c->read_as,
                       "its rows are %s \"%.*s\"%s%.*s%s; %d other%s left out (\"%.*s\"%s)",
                       first == last ? "column" : "columns", SHOWN, first->first,
                       first == last ? "" : " to \"", first == last ? 0 : SHOWN, last->first,
                       first == last ? "" : "\"", left, left == 1 ? " is" : "s are", SHOWN,
                       out->first, left == 1 ? "" : ", ...");
}

/* Without a header a first column that counts may number the items. */
static iso_err check_first(const iso_number_columns *c, const char *path)
{
    const iso_number_column *col = c->at;
    bool all_whole = true;

    for (int64_t i = 1; i < c->count; i++)
        all_whole = all_whole && (!c->at[i].number || c->at[i].whole);
    if (c->header || !col->number || !col->counts || c->lines < SURE || all_whole ||
        strtod(col->first, NULL) > 1)
        return ISO_OK;
    return iso_fail(ISO_EFORMAT,
                    "%s: its first column counts %s, ...: it may number items of %" PRId64
                    " numbers (write a header id%c0%c1...) or be the first of %" PRId64
                    " (write a header x0%cx1...)",
                    path, strtod(col->first, NULL) == 0 ? "0, 1, 2" : "1, 2, 3", c->numbers - 1,
                    c->separator, c->separator, c->numbers, c->separator);
}

/* Records of ours, and tables of so few numbers, are no states. */
static bool is_other(const iso_number_columns *c)
{
    bool texts = false, words = false;

    for (int64_t i = 0; i < c->count; i++) {
        if (c->header && strcmp(c->at[i].first, "measure") == 0)
            return true;
        texts = texts || (c->at[i].role == ISO_ROLE_TEXT && !c->header);
        words = words || (!c->at[i].number && !c->at[i].list);
    }
    return (c->lists == 0 && c->numbers < (texts ? 3 : 2)) || (c->separator == ' ' && words);
}

static iso_err settle(iso_number_columns *c, const char *path)
{
    iso_err err = ISO_OK;

    ISO_TRY(find_header(c, path));
    ISO_TRY(settle_roles(c, path));
    for (int64_t i = 0; i < c->count; i++) {
        c->at[i].list = !c->at[i].role && c->at[i].lists;
        c->lists += c->at[i].list;
    }
    for (int64_t i = 0; i < c->count; i++)
        c->at[i].number = c->lists == 0 && !c->at[i].role && c->at[i].numeric;
    if (c->header) {
        ISO_TRY(find_series(c, path));
        tell_rest(c);
    }
    for (int64_t i = 0; i < c->count; i++)
        c->numbers += c->at[i].number;
    if (is_other(c))
        iso_number_columns_free(c);
    else
        ISO_TRY(check_first(c, path));
done:
    return err;
}

/* How much of a line is numbers or lists if it is cut so. */
static int64_t worth(const iso_number_columns *c)
{
    int64_t n = 0;

    for (int64_t i = 0; i < c->count; i++)
        n += c->at[i].numeric + 2 * c->at[i].lists;
    return n;
}

/* Two columns of numbers with decimal commas, and all lines so. */
static iso_err check_commas(const iso_number_columns *c, const char *path)
{
    int64_t columns = 0;

    for (int64_t i = 0; i < c->count; i++)
        columns += c->at[i].commas > 0 && c->at[i].commas + 1 >= c->lines;
    if (c->separator == ',' || columns < 2)
        return ISO_OK;
    return iso_fail(ISO_EFORMAT,
                    "%s: its numbers have decimal commas; write points, as tr , . does", path);
}

iso_err iso_number_columns_find(iso_number_columns *out, const iso_file *file,
                                const iso_states_opt *opt)
{
    static const char separators[] = {'\t', ',', ';', ' '};
    iso_number_columns best = {0}, c = {0};
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof separators; i++) {
        ISO_TRY(look(&c, file, separators[i], opt));
        ISO_TRY(check_commas(&c, file->path));
        if (worth(&c) > worth(&best)) {
            iso_number_columns_free(&best);
            best = c;
            c = (iso_number_columns){0};
        }
        iso_number_columns_free(&c);
    }
    if (best.count > 0)
        ISO_TRY(settle(&best, file->path));
    *out = best;
    best = (iso_number_columns){0};
done:
    iso_number_columns_free(&best);
    iso_number_columns_free(&c);
    return err;
}
