#include "lib/text/normal.h"

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"

void iso_normal_clear(iso_normal *n)
{
    n->text.len = 0;
}

void iso_normal_free(iso_normal *n)
{
    iso_buf_free(&n->text);
    iso_free(n->begin);
    iso_free(n->end);
    *n = (iso_normal){0};
}

/* After a failure one array may have more room than `room` says, which does no harm. */
static iso_err grow(iso_normal *n, int64_t need)
{
    const int64_t used = n->text.len;
    int64_t room = n->room ? n->room : 256;
    iso_err err = ISO_OK;

    while (room < need)
        room *= 2;
    ISO_TRY(iso_realloc(&n->begin, used, room, sizeof *n->begin));
    ISO_TRY(iso_realloc(&n->end, used, room, sizeof *n->end));
    n->room = room;
done:
    return err;
}

iso_err iso_normal_add(iso_normal *n, const char *bytes, int64_t len, int64_t begin, int64_t end)
{
    const int64_t at = n->text.len;
    iso_err err = ISO_OK;

    if (at + len > n->room)
        ISO_TRY(grow(n, at + len));
    ISO_TRY(iso_buf_add(&n->text, bytes, len));
    for (int64_t i = at; i < at + len; i++) {
        n->begin[i] = begin;
        n->end[i] = end;
    }
done:
    return err;
}

iso_err iso_normal_add_point(iso_normal *n, uint32_t point, int64_t begin, int64_t end)
{
    char bytes[4];

    return iso_normal_add(n, bytes, iso_utf8_put(bytes, point), begin, end);
}

void iso_normal_extend(iso_normal *n, int64_t end)
{
    if (n->text.len > 0)
        n->end[n->text.len - 1] = end;
}

void iso_normal_original(const iso_normal *n, int64_t *begin, int64_t *end)
{
    const int64_t from = *begin, to = *end, len = n->text.len;

    if (to > from) {
        *begin = n->begin[from];
        *end = n->end[to - 1];
        return;
    }
    *begin = *end = from < len ? n->begin[from] : len > 0 ? n->end[len - 1] : 0;
}
