/* What a journal says. Its writer may have been interrupted anywhere, or be somebody else. */
#include "lib/io/journal_inside.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

static const char magic[] = ISO_JOURNAL_MAGIC "\n", any_version[] = "isogloss-journal ";

/* The first unit at or after `unit`. */
static int64_t place_of(const iso_journal *j, int64_t unit)
{
    int64_t low = 0, high = j->count;

    if (high > 0 && j->units[high - 1] < unit) /* they come in order mostly */
        return high;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (j->units[middle] < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool iso_journal_has(const iso_journal *j, int64_t unit)
{
    const int64_t at = place_of(j, unit);

    return at < j->count && j->units[at] == unit;
}

iso_err iso_journal_note(bool *fresh, iso_journal *j, int64_t unit, int64_t rows)
{
    const int64_t at = place_of(j, unit), room = j->room ? 2 * j->room : 64;
    iso_err err = ISO_OK;

    *fresh = at == j->count || j->units[at] != unit;
    if (!*fresh)
        return ISO_OK;
    if (j->count == j->room) {
        ISO_TRY(iso_realloc(&j->units, j->count, room, sizeof *j->units));
        j->room = room;
    }
    memmove(j->units + at + 1, j->units + at, (size_t)(j->count - at) * sizeof *j->units);
    j->units[at] = unit;
    j->count++;
    j->rows = rows > INT64_MAX - j->rows ? INT64_MAX : j->rows + rows;
done:
    return err;
}

/* Reading ------------------------------------------------------------------------- */

struct bytes {
    const char *at, *stop;
};

static iso_err not_ours(const iso_journal *j, const char *what)
{
    return iso_fail(ISO_EFORMAT, "%s: %s; delete it and %s to begin anew", j->path, what, j->of);
}

/* A decimal without sign and its end, one byte; -1 when it is something else. */
static int64_t number(struct bytes *b, char end)
{
    int64_t value = 0;
    const char *start = b->at;

    for (; b->at < b->stop && *b->at >= '0' && *b->at <= '9'; b->at++) {
        if (value > (INT64_MAX - 9) / 10)
            return -1;
        value = 10 * value + (*b->at - '0');
    }
    if (b->at == start || b->at == b->stop || *b->at != end)
        return -1;
    b->at++;
    return value;
}

static bool word(struct bytes *b, const char *text)
{
    const size_t len = strlen(text);

    if ((size_t)(b->stop - b->at) < len || memcmp(b->at, text, len) != 0)
        return false;
    b->at += len;
    return true;
}

static bool line_ends(const struct bytes *b)
{
    return memchr(b->at, '\n', (size_t)(b->stop - b->at)) != NULL;
}

/* "plan BYTES", the bytes, "size BYTES PARTS". *whole is false when the end of the file cuts it
 * off. */
static iso_err read_head(bool *whole, iso_journal *j, struct bytes *b)
{
    char *plan = NULL;
    iso_err err = ISO_OK;

    *whole = false;
    if (!line_ends(b))
        goto done;
    const int64_t len = word(b, "plan ") ? number(b, '\n') : -1;
    if (len < 0)
        ISO_TRY(not_ours(j, "line 2 is not \"plan BYTES\""));
    if (len > b->stop - b->at)
        goto done;
    ISO_TRY(iso_str_dup(&plan, b->at, len));
    b->at += len;
    if (b->at == b->stop)
        goto done;
    if (*b->at++ != '\n')
        ISO_TRY(not_ours(j, "its plan does not end where it says"));
    if (!line_ends(b))
        goto done;
    j->size = word(b, "size ") ? number(b, ' ') : -1;
    j->parts = j->size >= 0 ? number(b, '\n') : -1;
    if (j->parts < 0)
        ISO_TRY(not_ours(j, "no \"size BYTES PARTS\" after the plan"));
    j->plan = plan;
    plan = NULL;
    *whole = true;
done:
    iso_free(plan);
    return err;
}

static iso_err read_units(iso_journal *j, struct bytes *b, const char *start)
{
    bool fresh = false;
    iso_err err = ISO_OK;

    while (line_ends(b)) {
        const int64_t unit = word(b, "unit ") ? number(b, ' ') : -1;
        const int64_t rows = unit >= 0 ? number(b, '\n') : -1;
        if (rows < 0)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: what follows byte %" PRId64 " is not \"unit NUMBER ROWS\"; delete it and "
                     "%s to begin anew",
                     j->path, j->end, j->of);
        ISO_TRY(iso_journal_note(&fresh, j, unit, rows));
        j->end = b->at - start;
    }
done:
    return err;
}

iso_err iso_journal_parse(iso_journal *j, const char *bytes, int64_t len)
{
    struct bytes b = {bytes, bytes + len};
    const int64_t known = (int64_t)strlen(magic);
    bool whole = false;
    iso_err err = ISO_OK;

    if (len >= known && memcmp(bytes, magic, (size_t)known) != 0 &&
        memcmp(bytes, any_version, sizeof any_version - 1) == 0)
        ISO_TRY(not_ours(j, "was written by another version of isogloss"));
    if (len > 0 && memcmp(bytes, magic, (size_t)(len < known ? len : known)) != 0)
        ISO_TRY(not_ours(j, "is not a journal of this program"));
    if (len < known)
        goto done;
    b.at += known;
    ISO_TRY(read_head(&whole, j, &b));
    if (whole) {
        j->end = b.at - bytes;
        ISO_TRY(read_units(j, &b, bytes));
    }
done:
    return err;
}
