#include "lib/train/clip.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/train/adam.h"

enum { CHUNK = 1 << 15 };

/* The gradients of a tensor as one array; of a table with touched rows, theirs. */
static const float *grads_of(int64_t *n, const iso_tensor *t)
{
    *n = t->grad ? t->rows * t->cols : t->touched ? t->touched->count * t->cols : 0;
    return t->grad ? t->grad : t->touched ? t->touched->grad : NULL;
}

/* Part[i] = Σ g² of chunk i. */
static void sum_chunks(double *part, const float *g, int64_t n)
{
    const iso_adam_loops *loops = iso_adam_best();

#pragma omp parallel for schedule(static) if (n > CHUNK)
    for (int64_t from = 0; from < n; from += CHUNK)
        part[from / CHUNK] = loops->squares(g + from, n - from < CHUNK ? n - from : CHUNK);
}

iso_err iso_grads_norm(double *out, const iso_tensor *tensors, int64_t count)
{
    double *part = NULL, sum = 0;
    int64_t n, most = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++) {
        (void)grads_of(&n, &tensors[i]);
        most = n > most ? n : most;
    }
    ISO_TRY(iso_alloc_raw(&part, (most + CHUNK - 1) / CHUNK, sizeof *part));
    for (int64_t i = 0; i < count; i++) {
        const float *g = grads_of(&n, &tensors[i]);
        sum_chunks(part, g, n);
        for (int64_t k = 0; k * CHUNK < n; k++)
            sum += part[k];
    }
    *out = sqrt(sum);
done:
    iso_free(part);
    return err;
}

iso_grad_use iso_clip_use(const iso_clip *c, double norm)
{
    iso_grad_use use = {1, INFINITY};

    if (c->kind == ISO_CLIP_VALUE)
        use.most = (float)c->most;
    else if (c->kind == ISO_CLIP_NORM && c->most < norm + 1e-6)
        use.scale = (float)(c->most / (norm + 1e-6));
    return use;
}
