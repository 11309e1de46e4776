/* Tables of Markdown: | lang | en | de |, with a line of dashes under the header. */
#include <string.h>

#include "lib/io/scores_inside.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Whether between bars are dashes and colons alone. */
static bool is_rule(const char *at, const char *end)
{
    bool dashes = false;

    for (; at < end; at++) {
        if (!strchr("|-: \t\r", *at))
            return false;
        dashes = dashes || *at == '-';
    }
    return dashes;
}

/* What stands between the outer bars, a tab for each bar between, blanks around each cell off. */
static iso_err add_line(iso_buf *out, const char *at, const char *end)
{
    iso_err err = ISO_OK;

    while (end > at && is_blank(end[-1]))
        end--;
    end -= end > at && end[-1] == '|';
    for (at++; at <= end; at++) {
        const char *bar = memchr(at, '|', (size_t)(end - at)), *stop = bar ? bar : end;
        const char *from = at, *to = stop;
        while (from < to && is_blank(*from))
            from++;
        while (to > from && is_blank(to[-1]))
            to--;
        ISO_TRY(iso_buf_add(out, from, to - from));
        if (bar)
            ISO_TRY(iso_buf_puts(out, "\t"));
        at = stop;
    }
done:
    return err;
}

iso_err scores_of_markdown(bool *is, iso_buf *out, const char *bytes, int64_t len)
{
    const char *const end = bytes + len, *next;
    iso_err err = ISO_OK;

    *is = false;
    for (const char *at = bytes; at < end; at = next) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        next = stop ? stop + 1 : end;
        stop = stop ? stop : end;
        const char *begin = at;
        while (begin < stop && is_blank(*begin))
            begin++;
        const bool bars = begin < stop && *begin == '|';
        if (!*is && !bars && begin < stop && *begin != '#')
            break; /* the first line that says something has none */
        *is = *is || bars;
        if (bars && !is_rule(begin, stop))
            ISO_TRY(add_line(out, begin, stop));
        else if (!bars)
            ISO_TRY(iso_buf_add(out, begin, stop - begin));
        ISO_TRY(iso_buf_puts(out, "\n"));
    }
done:
    return err;
}
