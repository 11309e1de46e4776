#include "lib/train/embedding_norm.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/nn/embedding.h"

enum { AT_ONCE = 256 };

iso_err iso_embedding_norm_by(double *out, int64_t V, int64_t C, iso_embedding_make *embed,
                              void *payload)
{
    int32_t id[AT_ONCE];
    int64_t at[AT_ONCE + 1];
    iso_mat x = {0};
    double sum = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&x, AT_ONCE, C, ISO_F32));
    for (int64_t first = 0; first < V; first += AT_ONCE) {
        const int64_t n = V - first < AT_ONCE ? V - first : AT_ONCE;
        for (int64_t i = 0; i <= n; i++) {
            at[i] = i;
            if (i < n)
                id[i] = (int32_t)(first + i);
        }
        const iso_batch batch = {.B = n, .offsets = at, .ids = id};
        x.rows = n;
        ISO_TRY(embed(payload, &x, &batch));
        for (int64_t i = 0; i < n; i++) {
            const float *row = (const float *)x.data + i * x.stride;
            double square = 0;
            for (int64_t k = 0; k < C; k++)
                square += (double)row[k] * (double)row[k];
            sum += sqrt(square);
        }
    }
    *out = sum / (double)V;
done:
    iso_mat_free(&x);
    return err;
}

static iso_err of_trained(void *trained, iso_mat *x, const iso_batch *batch)
{
    const iso_trained *e = trained;

    return iso_embedding_fwd(x, &e->params, &e->config, batch);
}

iso_err iso_embedding_norm(double *out, const iso_trained *e)
{
    iso_trained copy = *e; /* what is passed on is not written to */

    return iso_embedding_norm_by(out, e->config.V, e->config.C, of_trained, &copy);
}
