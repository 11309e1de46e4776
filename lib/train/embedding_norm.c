#include "lib/train/embedding_norm.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/nn/embedding.h"

enum { AT_ONCE = 256 };

iso_err iso_embedding_norm(double *out, const iso_trained *e)
{
    const iso_nn_config *c = &e->config;
    int32_t id[AT_ONCE];
    int64_t at[AT_ONCE + 1];
    iso_mat x = {0};
    double sum = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&x, AT_ONCE, c->C, ISO_F32));
    for (int64_t first = 0; first < c->V; first += AT_ONCE) {
        const int64_t n = c->V - first < AT_ONCE ? c->V - first : AT_ONCE;
        for (int64_t i = 0; i <= n; i++) {
            at[i] = i;
            if (i < n)
                id[i] = (int32_t)(first + i);
        }
        const iso_batch batch = {.B = n, .offsets = at, .ids = id};
        x.rows = n;
        ISO_TRY(iso_embedding_fwd(&x, &e->params, c, &batch));
        for (int64_t i = 0; i < n; i++) {
            const float *row = (const float *)x.data + i * x.stride;
            double square = 0;
            for (int64_t k = 0; k < c->C; k++)
                square += (double)row[k] * (double)row[k];
            sum += sqrt(square);
        }
    }
    *out = sum / (double)c->V;
done:
    iso_mat_free(&x);
    return err;
}
