#include "lib/linalg/packed.h"

#include <stdatomic.h>
#include <stddef.h>

#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/packed_inside.h"
#include "lib/linalg/strip.h"

struct iso_packed {
    const struct packed_engine *engine;
    int64_t n, k;
    void *state;
};

enum { COMPUTES = 3, CHOICES = 3 };

/* So many products of 8-bit integers fit an int32: 2^17 * 127² < 2^31. */
static const int64_t most_int8 = 1 << 17;

/* The first that is available; the last always is, and is the plain one. */
static const struct packed_engine *const engines[COMPUTES][CHOICES] = {
    [ISO_COMPUTE_F32] = {&iso_packed_panels, &iso_packed_plain},
    [ISO_COMPUTE_BF16] = {&iso_packed_bf16_lowp, &iso_packed_bf16},
    [ISO_COMPUTE_INT8] = {&iso_packed_int8_lowp, &iso_packed_int8_avx2, &iso_packed_int8},
};

static atomic_bool plain;

void iso_packed_force_plain(bool want)
{
    atomic_store(&plain, want);
}

static bool known(iso_compute compute)
{
    return (unsigned)compute < COMPUTES && engines[compute][0];
}

static const struct packed_engine *choose(iso_compute compute)
{
    const struct packed_engine *const *list = engines[compute];
    int i = 0;

    while (i + 1 < CHOICES && list[i + 1] &&
           (atomic_load(&plain) || (list[i]->available && !list[i]->available())))
        i++;
    return list[i];
}

const char *iso_packed_engine(iso_compute compute)
{
    return known(compute) ? choose(compute)->name : "none";
}

static iso_err check_weights(iso_view w)
{
    int64_t row;

    if (w.rows < 0 || w.cols < 0 || w.stride < w.cols)
        return iso_fail(ISO_EARG, "weights cannot be %lld x %lld with stride %lld",
                        (long long)w.rows, (long long)w.cols, (long long)w.stride);
    if (w.dtype != ISO_F32 && w.dtype != ISO_F16 && w.dtype != ISO_BF16)
        return iso_fail(ISO_EARG, "weights are %s: give f32, f16 or bf16", iso_dtype_name(w.dtype));
    if (!iso_view_finite(&row, w))
        return iso_fail(ISO_EFORMAT, "weights: row %lld of %lld holds a number that is not finite",
                        (long long)row, (long long)w.rows);
    return ISO_OK;
}

iso_err iso_packed_new(iso_packed **out, iso_view w, iso_compute compute)
{
    iso_packed *p = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(known(compute), "products in number type %d are not known", (int)compute);
    ISO_TRY(check_weights(w));
    ISO_NEED(compute != ISO_COMPUTE_INT8 || w.cols <= most_int8,
             "weights have rows of %lld numbers, int8 adds up at most %lld", (long long)w.cols,
             (long long)most_int8);
    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    *p = (iso_packed){choose(compute), w.rows, w.cols, NULL};
    ISO_TRY(p->engine->make(&p->state, w));
    *out = p;
    p = NULL;
done:
    iso_packed_free(p);
    return err;
}

void iso_packed_free(iso_packed *p)
{
    if (!p)
        return;
    if (p->state)
        p->engine->free(p->state);
    iso_free(p);
}

int64_t iso_packed_bytes(const iso_packed *p)
{
    return (int64_t)sizeof *p + p->engine->bytes(p->state);
}

int64_t iso_packed_apart(int64_t k)
{
    return iso_strip_crowded(k, sizeof(float)) ? k + ISO_STRIP_GAP : k;
}

/* A few rows at a time, so that threads share them. */
static void then_all(const iso_mat *y, const iso_then *then)
{
    enum { ROWS = 16 };

#pragma omp parallel for schedule(dynamic) if (y->rows > ROWS)
    for (int64_t i = 0; i < y->rows; i += ROWS) {
        const iso_mat part = iso_packed_strip(y, i, y->rows - i < ROWS ? y->rows - i : ROWS);
        then->call(then->with, &part, i, 0);
    }
}

iso_err iso_packed_mul(iso_mat *y, iso_view x, const iso_packed *w, const float *bias)
{
    return iso_packed_mul_then(y, x, w, bias, NULL);
}

iso_err iso_packed_mul_then(iso_mat *y, iso_view x, const iso_packed *w, const float *bias,
                            const iso_then *then)
{
    iso_err err = ISO_OK;

    ISO_NEED(x.dtype == ISO_F32 && y->dtype == ISO_F32, "a product of %s into %s: give f32",
             iso_dtype_name(x.dtype), iso_dtype_name(y->dtype));
    ISO_NEED(x.cols == w->k, "rows of %lld numbers meet weights for %lld", (long long)x.cols,
             (long long)w->k);
    ISO_NEED(y->rows == x.rows && y->cols == w->n, "result is %lld x %lld, not %lld x %lld",
             (long long)y->rows, (long long)y->cols, (long long)x.rows, (long long)w->n);
    if (y->rows > 0 && y->cols > 0)
        ISO_TRY(w->engine->mul(y, x, w->state, bias, then));
    if (then && !w->engine->thens)
        then_all(y, then);
done:
    return err;
}
