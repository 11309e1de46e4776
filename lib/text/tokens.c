#include "lib/text/tokens.h"

#include "lib/base/alloc.h"

void iso_tokens_clear(iso_tokens *t)
{
    t->count = 0;
    t->truncated = false;
}

void iso_tokens_free(iso_tokens *t)
{
    iso_free(t->ids);
    iso_free(t->types);
    iso_free(t->part);
    iso_free(t->special);
    iso_free(t->begin);
    iso_free(t->end);
    *t = (iso_tokens){0};
}

/* After a failure some arrays have more room than `room` says, which does no harm. */
static iso_err grow(iso_tokens *t)
{
    const int64_t used = t->count, room = t->room ? t->room * 2 : 64;
    iso_err err = ISO_OK;

    ISO_TRY(iso_realloc(&t->ids, used, room, sizeof *t->ids));
    ISO_TRY(iso_realloc(&t->types, used, room, sizeof *t->types));
    ISO_TRY(iso_realloc(&t->part, used, room, sizeof *t->part));
    ISO_TRY(iso_realloc(&t->special, used, room, sizeof *t->special));
    ISO_TRY(iso_realloc(&t->begin, used, room, sizeof *t->begin));
    ISO_TRY(iso_realloc(&t->end, used, room, sizeof *t->end));
    t->room = room;
done:
    return err;
}

iso_err iso_tokens_add(iso_tokens *t, int32_t id, int64_t begin, int64_t end)
{
    if (t->count == t->room) {
        const iso_err err = grow(t);
        if (err)
            return err;
    }
    const int64_t i = t->count++;
    t->ids[i] = id;
    t->types[i] = 0;
    t->part[i] = 0;
    t->special[i] = 0;
    t->begin[i] = begin;
    t->end[i] = end;
    return ISO_OK;
}
