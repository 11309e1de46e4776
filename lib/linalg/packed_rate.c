/* How fast products in several number types are on this machine. */
#include <time.h>

#include "lib/base/alloc.h"
#include "lib/linalg/packed.h"

/* A few milliseconds for weights of any size; the first round prepares what first calls prepare. */
enum { ROWS = 256, MOST = 1024, ROUNDS = 4 };

static const double *forced;

void iso_packed_force_rates(const double *rates)
{
    forced = rates;
}

static int64_t at_most(int64_t n)
{
    return n < MOST ? n : MOST;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static iso_err filled(iso_mat *out, int64_t rows, int64_t cols)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(out, rows, cols, ISO_F32));
    for (int64_t i = 0; i < rows * cols; i++)
        ((float *)out->data)[i] = (float)(i % 13 - 6) / 8;
done:
    return err;
}

/* The shortest of the rounds, in which all take turns. */
static iso_err measure(double *rate, iso_packed *const *w, int count, int64_t n, int64_t k)
{
    iso_mat x = {0}, y = {0};
    iso_err err = ISO_OK;

    ISO_TRY(filled(&x, ROWS, k));
    ISO_TRY(iso_mat_new(&y, ROWS, n, ISO_F32));
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < count; i++) {
            const double from = now();
            ISO_TRY(iso_packed_mul(&y, iso_mat_view(&x), w[i], NULL));
            const double here = 2.0 * ROWS * (double)n * (double)k / (now() - from);
            rate[i] = round > 0 && rate[i] > here ? rate[i] : here;
        }
    }
done:
    iso_mat_free(&x);
    iso_mat_free(&y);
    return err;
}

iso_err iso_packed_rates(double *rate, const iso_compute *compute, int count, int64_t n, int64_t k)
{
    iso_packed **w = NULL;
    iso_mat weights = {0};
    iso_err err = ISO_OK;

    if (forced) {
        for (int i = 0; i < count; i++)
            rate[i] = forced[compute[i]];
        return ISO_OK;
    }
    n = at_most(n);
    k = at_most(k);
    ISO_TRY(filled(&weights, n, k));
    ISO_TRY(iso_alloc(&w, count, sizeof *w));
    for (int i = 0; i < count; i++)
        ISO_TRY(iso_packed_new(&w[i], iso_mat_view(&weights), compute[i]));
    ISO_TRY(measure(rate, w, count, n, k));
done:
    for (int i = 0; w && i < count; i++)
        iso_packed_free(w[i]);
    iso_free(w);
    iso_mat_free(&weights);
    return err;
}
