#include "lib/nn/params.h"

#include "lib/base/alloc.h"
#include "lib/nn/params_inside.h"

iso_err iso_params_block(void *out, iso_params *p, int64_t count, size_t size)
{
    return iso_store_block(out, p->store, count, size);
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
    if (p->store)
        iso_store_free(p->store);
    iso_free(p->store);
    *p = (iso_params){0};
}
