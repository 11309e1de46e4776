#include "lib/linalg/bootstrap.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/statistics.h"

/* What the resampled mean follows: `means` sorted, or, where means is NULL, low + (high − low)/n
 * times a binomial count of n trials, `hits` expected. */
struct law {
    const double *means;
    int64_t n, hits;
    double low, high;
};

/* Binomial weights relative to the most likely count, by the ratio of neighbours; what lies outside
 * [first, last] weighs under 1e-20 of it. */
struct weights {
    int64_t first, last;
    double at_first, total;
};

static double odds(const struct law *l)
{
    return (double)l->hits / (double)(l->n - l->hits);
}

/* The weight of k + 1 over that of k. */
static double ratio(const struct law *l, int64_t k)
{
    return (double)(l->n - k) / (double)(k + 1) * odds(l);
}

static struct weights weigh(const struct law *l)
{
    struct weights w = {.first = l->hits, .last = l->hits, .at_first = 1, .total = 1};

    while (w.first > 0 && w.at_first > 1e-20) {
        w.first--;
        w.at_first /= ratio(l, w.first);
        w.total += w.at_first;
    }
    for (double at = 1; w.last < l->n && at > 1e-20; w.last++) {
        at *= ratio(l, w.last);
        w.total += at;
    }
    return w;
}

/* The smallest count whose cumulative probability reaches `level`. */
static double binomial_quantile(const struct law *l, double level)
{
    const struct weights w = weigh(l);
    double at = w.at_first, sum = at;
    int64_t k = w.first;

    while (k < w.last && sum < level * w.total) {
        at *= ratio(l, k);
        k++;
        sum += at;
    }
    const double share = (double)k / (double)l->n;
    return l->low * (1 - share) + l->high * share;
}

/* P(count < hits) + ½ P(count = hits). */
static double binomial_below(const struct law *l)
{
    const struct weights w = weigh(l);
    double at = w.at_first, sum = 0;

    for (int64_t k = w.first; k < l->hits; k++) {
        sum += at;
        at *= ratio(l, k);
    }
    return (sum + 0.5 * at) / w.total;
}

static double sampled_quantile(const double *means, double level)
{
    const double at = fmin(fmax(level * (ISO_BOOT_RESAMPLES + 1) - 1, 0), ISO_BOOT_RESAMPLES - 1);
    const int k = (int)at;

    if (k + 1 >= ISO_BOOT_RESAMPLES)
        return means[ISO_BOOT_RESAMPLES - 1];
    return means[k] + (at - k) * (means[k + 1] - means[k]);
}

static double sampled_below(const double *means, double value)
{
    double below = 0;

    for (int b = 0; b < ISO_BOOT_RESAMPLES; b++)
        below += means[b] < value ? 1 : means[b] == value ? 0.5 : 0;
    below = fmin(fmax(below, 0.5), ISO_BOOT_RESAMPLES - 0.5);
    return below / ISO_BOOT_RESAMPLES;
}

static double quantile(const struct law *l, double level)
{
    return l->means ? sampled_quantile(l->means, level) : binomial_quantile(l, level);
}

static double mean_of(const double *x, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

static double acceleration(const double *x, int64_t n)
{
    const double mean = mean_of(x, n);
    double squares = 0, cubes = 0;

    for (int64_t i = 0; i < n; i++) {
        const double d = x[i] - mean;
        squares += d * d;
        cubes += d * d * d;
    }
    return cubes / (6 * squares * sqrt(squares));
}

/* The level whose quantile BCa takes for the normal level z. */
static double corrected(double z, double bias, double a)
{
    return iso_normal_cdf(bias + (bias + z) / (1 - a * (bias + z)));
}

static void interval(double *lo, double *hi, const struct law *l, const double *x, int64_t n,
                     iso_boot kind, double confidence)
{
    double low = 0.5 * (1 - confidence), high = 0.5 * (1 + confidence);

    if (kind == ISO_BOOT_BCA) {
        const double below = l->means ? sampled_below(l->means, mean_of(x, n)) : binomial_below(l);
        const double bias = iso_normal_quantile(below), a = acceleration(x, n);
        const double z = iso_normal_quantile(high);

        low = corrected(-z, bias, a);
        high = corrected(z, bias, a);
    }
    *lo = quantile(l, low);
    *hi = quantile(l, high);
}

/* Whether x has at most two values; then `low`, `high` and how often `high` comes. */
static bool two_values(struct law *l, const double *x, int64_t n)
{
    *l = (struct law){.n = n, .low = x[0], .high = x[0]};
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

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void resample(double *means, const double *x, int64_t n, uint64_t seed)
{
#pragma omp parallel for schedule(static) if (n > 500)
    for (int b = 0; b < ISO_BOOT_RESAMPLES; b++)
        means[b] = resampled_mean(x, n, iso_rng_seeded(seed, (uint64_t)b + 1));
    qsort(means, ISO_BOOT_RESAMPLES, sizeof *means, by_size);
}

iso_err iso_boot_mean(double *lo, double *hi, const double *x, int64_t n, iso_boot kind,
                      double confidence, uint64_t seed)
{
    double *means = NULL;
    struct law law;
    iso_err err = ISO_OK;

    ISO_NEED(n >= 1 && n <= UINT32_MAX, "a bootstrap of %lld items: 1 to 2^32 - 1 will do",
             (long long)n);
    ISO_NEED(kind != ISO_BOOT_NONE, "a bootstrap interval of no kind");
    ISO_NEED(confidence > 0 && confidence < 1, "confidence %g is not between 0 and 1", confidence);
    if (!two_values(&law, x, n)) {
        ISO_TRY(iso_alloc(&means, ISO_BOOT_RESAMPLES, sizeof *means));
        resample(means, x, n, seed);
        law.means = means;
    }
    *lo = *hi = NAN;
    if (law.low < law.high)
        interval(lo, hi, &law, x, n, kind, confidence);
done:
    iso_free(means);
    return err;
}
