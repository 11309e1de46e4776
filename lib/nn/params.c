#include "lib/nn/params.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/nn/params_inside.h"

iso_err iso_params_block(void *out, iso_params *p, int64_t count, size_t size)
{
    struct iso_store *s = p->store;
    void *block = NULL;
    iso_err err = ISO_OK;

    if (s->count == s->room) {
        const int64_t room = s->room ? 2 * s->room : 64;
        ISO_TRY(iso_realloc(&s->blocks, s->count, room, sizeof *s->blocks));
        s->room = room;
    }
    ISO_TRY(iso_alloc(&block, count, size));
    s->blocks[s->count++] = block;
    memcpy(out, &block, sizeof block);
done:
    return err;
}

iso_err iso_params_begin(iso_params *out, const iso_nn_config *c)
{
    iso_params p = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p.store, 1, sizeof *p.store));
    ISO_TRY(iso_params_block(&p.layers, &p, c->L, sizeof *p.layers));
    *out = p;
    p = (iso_params){0};
done:
    iso_params_free(&p, c);
    return err;
}

void iso_params_free(iso_params *p, const iso_nn_config *c)
{
    for (int i = 0; p->layers && i < c->L; i++) {
#define X(field, ...) iso_linear_free(&p->layers[i].field);
        ISO_LAYER_LINEARS(X)
#undef X
    }
    for (int64_t i = 0; p->store && i < p->store->count; i++)
        iso_free(p->store->blocks[i]);
    if (p->store)
        iso_free(p->store->blocks);
    iso_free(p->store);
    *p = (iso_params){0};
}
