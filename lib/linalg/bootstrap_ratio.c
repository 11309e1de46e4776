/* The bootstrap of a ratio of two sums over the same items. */
#include <math.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/bootstrap_inside.h"
#include "lib/linalg/statistics.h"

static double ratio(const double *part, const double *whole, int64_t n)
{
    double a = 0, b = 0;

    for (int64_t i = 0; i < n; i++) {
        a += part[i];
        b += whole[i];
    }
    return b > 0 ? a / b : NAN;
}

static double resampled(const double *part, const double *whole, int64_t n, iso_rng rng)
{
    double a = 0, b = 0;

    for (int64_t have = 0; have < n; have++) {
        const int64_t i = iso_rng_below(&rng, n);
        a += part[i];
        b += whole[i];
    }
    return b > 0 ? a / b : NAN;
}

/* Those that are NAN go; the others are sorted. */
static int draw(double *drawn, const double *part, const double *whole, int64_t n, uint64_t seed)
{
    int count = 0;

#pragma omp parallel for schedule(static) if (n > 500)
    for (int b = 0; b < ISO_BOOT_RESAMPLES; b++)
        drawn[b] = resampled(part, whole, n, iso_rng_seeded(seed, (uint64_t)b + 1));
    for (int b = 0; b < ISO_BOOT_RESAMPLES; b++)
        if (!isnan(drawn[b]))
            drawn[count++] = drawn[b];
    iso_sort(drawn, count);
    return count;
}

/* How far the ratio falls without each item. */
static void influences(double *out, const double *part, const double *whole, int64_t n)
{
    double a = 0, b = 0;

    for (int64_t i = 0; i < n; i++) {
        a += part[i];
        b += whole[i];
    }
    for (int64_t i = 0; i < n; i++)
        out[i] = b - whole[i] > 0 ? a / b - (a - part[i]) / (b - whole[i]) : 0;
}

iso_err iso_boot_ratio(double *lo, double *hi, const double *part, const double *whole, int64_t n,
                       iso_boot kind, double confidence, uint64_t seed)
{
    double *drawn = NULL, *influence = NULL;
    struct boot_law law = {.n = n};
    iso_err err = ISO_OK;

    ISO_NEED(n >= 1 && n <= UINT32_MAX, "a bootstrap of %lld items: 1 to 2^32 - 1 will do",
             (long long)n);
    ISO_NEED(kind != ISO_BOOT_NONE, "a bootstrap interval of no kind");
    ISO_NEED(confidence > 0 && confidence < 1, "confidence %g is not between 0 and 1", confidence);
    ISO_TRY(iso_alloc(&drawn, ISO_BOOT_RESAMPLES, sizeof *drawn));
    ISO_TRY(iso_alloc(&influence, n, sizeof *influence));
    *lo = *hi = NAN;
    law.drawn = drawn;
    law.count = draw(drawn, part, whole, n, seed);
    if (law.count < ISO_BOOT_RESAMPLES / 2 || drawn[0] == drawn[law.count - 1])
        goto done;
    influences(influence, part, whole, n);
    boot_law_interval(lo, hi, &law, ratio(part, whole, n), influence, kind, confidence);
done:
    iso_free(drawn);
    iso_free(influence);
    return err;
}
