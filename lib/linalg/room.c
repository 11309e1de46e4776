#include "lib/linalg/room.h"

#include <stdatomic.h>
#include <string.h>

#include "lib/base/alloc.h"

struct iso_room {
    int64_t bytes;
    char *at;
};

static _Atomic(iso_room *) kept;

static void room_free(iso_room *r)
{
    if (r)
        iso_free(r->at);
    iso_free(r);
}

iso_err iso_room_take(iso_room **out, void *at, int64_t bytes)
{
    iso_room *r = atomic_exchange(&kept, NULL);
    iso_err err = ISO_OK;

    if (!r || r->bytes < bytes) {
        room_free(r);
        r = NULL;
        ISO_TRY(iso_alloc(&r, 1, sizeof *r));
        ISO_TRY(iso_alloc_scattered(&r->at, bytes, 1));
        r->bytes = bytes;
    }
    memcpy(at, &r->at, sizeof r->at);
    *out = r;
    r = NULL;
done:
    room_free(r);
    return err;
}

void iso_room_give(iso_room *r)
{
    if (r)
        room_free(atomic_exchange(&kept, r));
}
