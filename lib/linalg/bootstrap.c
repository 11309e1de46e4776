#include "lib/linalg/bootstrap.h"

#include <math.h>
#include <stdbool.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/bootstrap_inside.h"
#include "lib/linalg/statistics.h"

static iso_err check(int64_t n, iso_boot kind, double confidence)
{
    iso_err err = ISO_OK;

    ISO_NEED(n >= 1 && n <= UINT32_MAX, "a bootstrap of %lld items: 1 to 2^32 - 1 will do",
             (long long)n);
    ISO_NEED(kind != ISO_BOOT_NONE, "a bootstrap interval of no kind");
    ISO_NEED(confidence > 0 && confidence < 1, "confidence %g is not between 0 and 1", confidence);
done:
    return err;
}

/* --- A mean --- */

static double mean_of(const double *x, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

/* Whether x has at most two values; then `low`, `high` and how often `high` comes. */
static bool two_values(struct boot_law *l, const double *x, int64_t n)
{
    *l = (struct boot_law){.n = n, .low = x[0], .high = x[0]};
    for (int64_t i = 1; i < n; i++) {
        l->low = fmin(l->low, x[i]);
        l->high = fmax(l->high, x[i]);
    }
    for (int64_t i = 0; i < n; i++) {
        if (x[i] != l->low && x[i] != l->high)
            return false;
        l->hits += x[i] == l->high;
    }
    return true;
}

/* Two indices below n < 2³² of one draw of 64 bits, by the high half of a product; the low half
 * tells the few that would make some indices more frequent. */
static double resampled_mean(const double *x, int64_t n, iso_rng rng)
{
    const uint32_t bound = (uint32_t)n, uneven = -bound % bound;
    double sum = 0;

    for (int64_t have = 0; have < n;) {
        const uint64_t bits = iso_rng_next(&rng);
        for (int half = 0; half < 2 && have < n; half++) {
            const uint64_t product = (half ? bits >> 32 : bits & UINT32_MAX) * bound;
            if ((uint32_t)product < uneven)
                continue;
            sum += x[product >> 32];
            have++;
        }
    }
    return sum / (double)n;
}

static void resample(double *means, const double *x, int64_t n, uint64_t seed)
{
#pragma omp parallel for schedule(static) if (n > 500)
    for (int b = 0; b < ISO_BOOT_RESAMPLES; b++)
        means[b] = resampled_mean(x, n, iso_rng_seeded(seed, (uint64_t)b + 1));
    iso_sort(means, ISO_BOOT_RESAMPLES);
}

iso_err iso_boot_mean(double *lo, double *hi, const double *x, int64_t n, iso_boot kind,
                      double confidence, uint64_t seed)
{
    double *means = NULL;
    struct boot_law law = {0};
    iso_err err = ISO_OK;

    ISO_TRY(check(n, kind, confidence));
    const bool two = two_values(&law, x, n);
    if (!two)
        ISO_TRY(iso_boot_law_three(&law, x));
    if (!two && !law.chance) {
        ISO_TRY(iso_alloc(&means, ISO_BOOT_RESAMPLES, sizeof *means));
        resample(means, x, n, seed);
        law.drawn = means;
        law.count = ISO_BOOT_RESAMPLES;
    }
    *lo = *hi = NAN;
    if (law.low < law.high)
        iso_boot_law_interval(lo, hi, &law, mean_of(x, n), x, kind, confidence);
done:
    iso_free(law.chance);
    iso_free(means);
    return err;
}

/* --- Any statistic --- */

/* Sorts what was drawn, without those that are NAN; returns how many there are. */
static int settle(double *drawn)
{
    int count = 0;

    for (int b = 0; b < ISO_BOOT_RESAMPLES; b++)
        if (!isnan(drawn[b]))
            drawn[count++] = drawn[b];
    iso_sort(drawn, count);
    return count;
}

/* Whether most resamples have a value, and not all the same. */
static bool differ(const struct boot_law *l)
{
    return l->count >= ISO_BOOT_RESAMPLES / 2 && l->drawn[0] != l->drawn[l->count - 1];
}

static int draw(double *drawn, int64_t *pick, const iso_boot_statistic *of, int64_t n,
                uint64_t seed)
{
    for (int b = 0; b < ISO_BOOT_RESAMPLES; b++) {
        iso_rng rng = iso_rng_seeded(seed, (uint64_t)b + 1);
        for (int64_t i = 0; i < n; i++)
            pick[i] = iso_rng_below(&rng, n);
        drawn[b] = of->value(of->payload, pick, n);
    }
    return settle(drawn);
}

/* How far the value falls when an item is left out; 0 where that cannot be said. */
static void influences(double *out, int64_t *pick, const iso_boot_statistic *of, double value,
                       int64_t n)
{
    for (int64_t left = 0; left < n; left++) {
        for (int64_t i = 0; i + 1 < n; i++)
            pick[i] = i < left ? i : i + 1;
        const double without = n > 1 ? of->value(of->payload, pick, n - 1) : NAN;
        out[left] = isnan(without) ? 0 : value - without;
    }
}

iso_err iso_boot_interval(double *lo, double *hi, const iso_boot_statistic *of, int64_t n,
                          iso_boot kind, double confidence, uint64_t seed)
{
    double *drawn = NULL, *influence = NULL;
    int64_t *pick = NULL;
    struct boot_law law = {.n = n};
    iso_err err = ISO_OK;

    ISO_TRY(check(n, kind, confidence));
    ISO_TRY(iso_alloc(&drawn, ISO_BOOT_RESAMPLES, sizeof *drawn));
    ISO_TRY(iso_alloc(&influence, n, sizeof *influence));
    ISO_TRY(iso_alloc(&pick, n, sizeof *pick));
    for (int64_t i = 0; i < n; i++)
        pick[i] = i;
    const double value = of->value(of->payload, pick, n);
    *lo = *hi = NAN;
    law.drawn = drawn;
    law.count = isnan(value) ? 0 : draw(drawn, pick, of, n, seed);
    if (!differ(&law))
        goto done;
    if (kind == ISO_BOOT_BCA)
        influences(influence, pick, of, value, n);
    iso_boot_law_interval(lo, hi, &law, value, influence, kind, confidence);
done:
    iso_free(drawn);
    iso_free(influence);
    iso_free(pick);
    return err;
}

/* --- A ratio of two sums over the same items --- */

static double ratio(const double *part, const double *whole, int64_t n)
{
    double a = 0, b = 0;

    for (int64_t i = 0; i < n; i++) {
        a += part[i];
        b += whole[i];
    }
    return b > 0 ? a / b : NAN;
}

static double resampled_ratio(const double *part, const double *whole, int64_t n, iso_rng rng)
{
    double a = 0, b = 0;

    for (int64_t have = 0; have < n; have++) {
        const int64_t i = iso_rng_below(&rng, n);
        a += part[i];
        b += whole[i];
    }
    return b > 0 ? a / b : NAN;
}

static int draw_ratios(double *drawn, const double *part, const double *whole, int64_t n,
                       uint64_t seed)
{
#pragma omp parallel for schedule(static) if (n > 500)
    for (int b = 0; b < ISO_BOOT_RESAMPLES; b++)
        drawn[b] = resampled_ratio(part, whole, n, iso_rng_seeded(seed, (uint64_t)b + 1));
    return settle(drawn);
}

/* How far the ratio falls without each item. */
static void ratio_influences(double *out, const double *part, const double *whole, int64_t n)
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

    ISO_TRY(check(n, kind, confidence));
    ISO_TRY(iso_alloc(&drawn, ISO_BOOT_RESAMPLES, sizeof *drawn));
    ISO_TRY(iso_alloc(&influence, n, sizeof *influence));
    *lo = *hi = NAN;
    law.drawn = drawn;
    law.count = draw_ratios(drawn, part, whole, n, seed);
    if (!differ(&law))
        goto done;
    ratio_influences(influence, part, whole, n);
    iso_boot_law_interval(lo, hi, &law, ratio(part, whole, n), influence, kind, confidence);
done:
    iso_free(drawn);
    iso_free(influence);
    return err;
}
