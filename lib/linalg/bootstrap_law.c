/* Quantiles of what resampling gives: of a sample, or of the law itself where two values suffice,
 * or three. */
#include <math.h>
#include <stdbool.h>

#include "lib/base/alloc.h"
#include "lib/linalg/bootstrap_inside.h"
#include "lib/linalg/statistics.h"

/* Binomial weights relative to the most likely count, by the ratio of neighbours; what lies outside
 * [first, last] weighs under 1e-20 of it. */
struct weights {
    int64_t first, last;
    double at_first, total;
};

static double odds(const struct boot_law *l)
{
    return (double)l->hits / (double)(l->n - l->hits);
}

/* The weight of k + 1 over that of k. */
static double ratio(const struct boot_law *l, int64_t k)
{
    return (double)(l->n - k) / (double)(k + 1) * odds(l);
}

static struct weights weigh(const struct boot_law *l)
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
static double binomial_quantile(const struct boot_law *l, double level)
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
static double binomial_below(const struct boot_law *l)
{
    const struct weights w = weigh(l);
    double at = w.at_first, sum = 0;

    for (int64_t k = w.first; k < l->hits; k++) {
        sum += at;
        at *= ratio(l, k);
    }
    return (sum + 0.5 * at) / w.total;
}

static double sampled_quantile(const struct boot_law *l, double level)
{
    const double at = fmin(fmax(level * (l->count + 1) - 1, 0), l->count - 1);
    const int k = (int)at;

    if (k + 1 >= l->count)
        return l->drawn[l->count - 1];
    return l->drawn[k] + (at - k) * (l->drawn[k + 1] - l->drawn[k]);
}

static double sampled_below(const struct boot_law *l, double value)
{
    double below = 0;

    for (int b = 0; b < l->count; b++)
        below += l->drawn[b] < value ? 1 : l->drawn[b] == value ? 0.5 : 0;
    below = fmin(fmax(below, 0.5), l->count - 0.5);
    return below / l->count;
}

/* The smallest sum of steps whose cumulative probability reaches `level`. */
static double stepped_quantile(const struct boot_law *l, double level)
{
    double sum = l->chance[0];
    int64_t k = 0;

    while (k + 1 < l->chances && sum < level)
        sum += l->chance[++k];
    return l->low + (l->high - l->low) * (0.5 + (double)(l->first + k) / (2 * (double)l->n));
}

/* P(mean < value) + ½ P(mean = value), of a value that n items have. */
static double stepped_below(const struct boot_law *l, double value)
{
    const double middle = l->low + (l->high - l->low) / 2;
    const double steps = round(2 * (double)l->n * (value - middle) / (l->high - l->low));
    double sum = 0;

    for (int64_t k = 0; k < l->chances && (double)(l->first + k) <= steps; k++)
        sum += (double)(l->first + k) == steps ? 0.5 * l->chance[k] : l->chance[k];
    return sum;
}

static double quantile(const struct boot_law *l, double level)
{
    return l->drawn    ? sampled_quantile(l, level)
           : l->chance ? stepped_quantile(l, level)
                       : binomial_quantile(l, level);
}

/* Of the mean of x; `x` may also be what a statistic loses with each item. */
static double acceleration(const double *x, int64_t n)
{
    double mean = 0, squares = 0, cubes = 0;

    for (int64_t i = 0; i < n; i++)
        mean += x[i] / (double)n;
    for (int64_t i = 0; i < n; i++) {
        const double d = x[i] - mean;
        squares += d * d;
        cubes += d * d * d;
    }
    return squares > 0 ? cubes / (6 * squares * sqrt(squares)) : 0;
}

/* The level whose quantile BCa takes for the normal level z. */
static double corrected(double z, double bias, double a)
{
    return iso_normal_cdf(bias + (bias + z) / (1 - a * (bias + z)));
}

void iso_boot_law_interval(double *lo, double *hi, const struct boot_law *l, double value,
                           const double *influence, iso_boot kind, double confidence)
{
    double low = 0.5 * (1 - confidence), high = 0.5 * (1 + confidence);

    if (kind == ISO_BOOT_BCA) {
        const double below = l->drawn    ? sampled_below(l, value)
                             : l->chance ? stepped_below(l, value)
                                         : binomial_below(l);
        const double bias = iso_normal_quantile(below), a = acceleration(influence, l->n);
        const double z = iso_normal_quantile(high);

        low = corrected(-z, bias, a);
        high = corrected(z, bias, a);
    }
    *lo = quantile(l, low);
    *hi = quantile(l, high);
}

/* --- The law of a resampled mean of three values equally far apart, exactly: losses, ties, gains
 * --- */

/* Counts near the mean; what lies outside has a chance below 1e-20 of the likeliest's. */
struct window {
    int64_t first, last;
};

static struct window around(int64_t trials, double p)
{
    const double mean = (double)trials * p, reach = 10 * sqrt(mean * (1 - p)) + 60;
    const double first = floor(mean - reach), last = ceil(mean + reach);

    return (struct window){first > 0 ? (int64_t)first : 0,
                           last < (double)trials ? (int64_t)last : trials};
}

/* chance[k − first] of k among `trials`, by the ratios of neighbours, beginning at the likeliest.
 */
static void binomial_chances(double *chance, struct window w, int64_t trials, double p)
{
    const double odds = p / (1 - p);
    int64_t mode = (int64_t)floor((double)(trials + 1) * p);
    double sum = 1;

    mode = mode < w.first ? w.first : mode > w.last ? w.last : mode;
    chance[mode - w.first] = 1;
    for (int64_t k = mode; k < w.last; k++) {
        chance[k + 1 - w.first] =
            chance[k - w.first] * odds * (double)(trials - k) / (double)(k + 1);
        sum += chance[k + 1 - w.first];
    }
    for (int64_t k = mode; k > w.first; k--) {
        chance[k - 1 - w.first] = chance[k - w.first] / odds * (double)k / (double)(trials - k + 1);
        sum += chance[k - 1 - w.first];
    }
    for (int64_t k = w.first; k <= w.last; k++)
        chance[k - w.first] /= sum;
}

/* How often each value comes; false when there are others. */
static bool count(int64_t *losses, int64_t *gains, const struct boot_law *l, const double *x)
{
    const double middle = l->low + (l->high - l->low) / 2;

    *losses = *gains = 0;
    for (int64_t i = 0; i < l->n; i++) {
        if (x[i] != l->low && x[i] != middle && x[i] != l->high)
            return false;
        *losses += x[i] == l->low;
        *gains += x[i] == l->high;
    }
    return true;
}

/* Losses are binomial, and given them gains are among the other draws. */
static iso_err fill(struct boot_law *l, double loses, double gains)
{
    const double rest = gains / (1 - loses);
    const struct window down = around(l->n, loses);
    const struct window most = around(l->n - down.first, rest);
    const struct window least = around(l->n - down.last, rest);
    double *lost = NULL, *won = NULL, *chance = NULL;
    iso_err err = ISO_OK;

    l->first = least.first - down.last;
    l->chances = most.last - down.first - l->first + 1;
    ISO_TRY(iso_alloc(&lost, down.last - down.first + 1, sizeof *lost));
    ISO_TRY(iso_alloc(&won, l->chances, sizeof *won));
    ISO_TRY(iso_alloc(&chance, l->chances, sizeof *chance));
    binomial_chances(lost, down, l->n, loses);
    for (int64_t j = down.first; j <= down.last; j++) {
        const struct window up = around(l->n - j, rest);
        binomial_chances(won, up, l->n - j, rest);
        for (int64_t k = up.first; k <= up.last; k++)
            chance[k - j - l->first] += lost[j - down.first] * won[k - up.first];
    }
    l->chance = chance;
    chance = NULL;
done:
    iso_free(lost);
    iso_free(won);
    iso_free(chance);
    return err;
}

iso_err iso_boot_law_three(struct boot_law *l, const double *x)
{
    int64_t losses, gains;

    if (!count(&losses, &gains, l, x))
        return ISO_OK;
    return fill(l, (double)losses / (double)l->n, (double)gains / (double)l->n);
}
