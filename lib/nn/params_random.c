/* Parameters of the same shape without any training: the lower bound of what a checkpoint learnt.
 */
#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/nn/params_inside.h"
#include "lib/nn/lookup.h"

enum { TABLES = 3, MATRICES = 6 }; /* numbers of streams: tables first, then layer by layer */

static iso_lookup table(int64_t rows, int64_t cols, uint64_t seed, uint64_t number)
{
    return (iso_lookup){{NULL, rows, cols, cols, ISO_F32}, true, seed, number};
}

/* A matrix is a table whose rows are all made at once. */
static iso_err make_linear(iso_linear *out, iso_params *p, int64_t outputs, int64_t inputs,
                           iso_compute compute, uint64_t seed, uint64_t number)
{
    const iso_lookup t = table(outputs, inputs, seed, number);
    float *w, *bias;
    iso_err err = ISO_OK;

    ISO_TRY(iso_params_block(&w, p, outputs * inputs, sizeof *w));
    ISO_TRY(iso_params_block(&bias, p, outputs, sizeof *bias));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < outputs; i++)
        iso_lookup_row(w + i * inputs, &t, i);
    *out = (iso_linear){.w = iso_view_f32(w, outputs, inputs), .bias = bias, .compute = compute};
done:
    return err;
}

static iso_err make_norm(iso_norm *out, iso_params *p, const iso_nn_config *c)
{
    float *gain, *bias;
    iso_err err = ISO_OK;

    ISO_TRY(iso_params_block(&gain, p, c->C, sizeof *gain));
    ISO_TRY(iso_params_block(&bias, p, c->C, sizeof *bias));
    for (int64_t i = 0; i < c->C; i++)
        gain[i] = 1;
    *out = (iso_norm){gain, bias, c->eps};
done:
    return err;
}

static iso_err make_layer(iso_params *p, const iso_nn_config *c, int i, iso_compute compute,
                          uint64_t seed)
{
    uint64_t number = TABLES + (uint64_t)i * MATRICES;
    iso_layer *l = &p->layers[i];
    iso_err err = ISO_OK;

#define X(field, bert, distilbert, outputs, inputs)                                                \
    ISO_TRY(make_linear(&l->field, p, outputs, inputs, compute, seed, number++));
    ISO_LAYER_LINEARS(X)
#undef X
#define X(field, ...) ISO_TRY(make_norm(&l->field, p, c));
    ISO_LAYER_NORMS(X)
#undef X
done:
    return err;
}

iso_err iso_params_random(iso_params *out, const iso_nn_config *c, iso_compute compute,
                          uint64_t seed)
{
    iso_params p = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_params_begin(&p, c));
    p.word = table(c->V, c->C, seed, 0);
    p.position = table(c->positions, c->C, seed, 1);
    p.type = table(c->types, c->C, seed, 2);
    ISO_TRY(make_norm(&p.norm, &p, c));
    for (int i = 0; i < c->L; i++)
        ISO_TRY(make_layer(&p, c, i, compute, seed));
    *out = p;
    p = (iso_params){0};
done:
    iso_params_free(&p, c);
    return err;
}
