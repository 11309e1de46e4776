/* The law of a resampled mean of three values equally far apart, exactly: losses, ties and gains.
 */
#include <math.h>
#include <stdbool.h>

#include "lib/base/alloc.h"
#include "lib/linalg/bootstrap_inside.h"

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
static void binomial(double *chance, struct window w, int64_t trials, double p)
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
    binomial(lost, down, l->n, loses);
    for (int64_t j = down.first; j <= down.last; j++) {
        const struct window up = around(l->n - j, rest);
        binomial(won, up, l->n - j, rest);
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

iso_err boot_law_three(struct boot_law *l, const double *x)
{
    int64_t losses, gains;

    if (!count(&losses, &gains, l, x))
        return ISO_OK;
    return fill(l, (double)losses / (double)l->n, (double)gains / (double)l->n);
}
