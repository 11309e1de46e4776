#include "analysis/measure/permutation.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/alloc.h"
#include "lib/base/keyed.h"
#include "lib/linalg/statistics.h"

/* Differences below this share of the standard deviation are rounding. */
static const double rounding = 1e-6;

iso_err iso_permutations_check(int64_t count)
{
    if (count == 0 || (count >= ISO_PERMUTED_LEAST && count <= ISO_PERMUTED_MOST))
        return ISO_OK;
    if (count > ISO_PERMUTED_MOST)
        return iso_fail(ISO_EARG, ISO_FIELD(permutations) " %lld: at most %d", (long long)count,
                        ISO_PERMUTED_MOST);
    return iso_fail(ISO_EARG,
                    ISO_FIELD(permutations) " %lld: p is at least 1/(K + 1), so that fewer than %d "
                                            "cannot reach %g; 1000 are usual",
                    (long long)count, ISO_PERMUTED_LEAST, ISO_LEVEL);
}

/* --- Drawing --- */

/* The key of an item under permutation b. */
static uint64_t key_of(uint64_t key, uint64_t b)
{
    return iso_key_mix(key + iso_key_mix(b * 0x9e3779b97f4a7c15u));
}

static void draw(int32_t *order, struct keyed *scratch, const struct keyed *base,
                 const iso_permutations *p, int64_t b)
{
    const int64_t n = p->items;

    for (int64_t t = 0; t < n; t++)
        scratch[t] = (struct keyed){b ? key_of(base[t].key, (uint64_t)b) : 0, t};
    if (b)
        iso_keyed_sort(scratch, n);
    for (int64_t t = 0; t < n; t++)
        order[base[t].item] = (int32_t)base[scratch[t].item].item;
}

iso_err iso_permutations_draw(int32_t *order, int32_t *place, const iso_permutations *p,
                              int64_t first, int64_t count)
{
    const int64_t n = p->items;
    struct keyed *base = NULL, *scratch = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&base, n, sizeof *base));
    ISO_TRY(iso_alloc(&scratch, n * count, sizeof *scratch));
    for (int64_t i = 0; i < n; i++)
        base[i] = (struct keyed){p->key[i], i};
    iso_keyed_sort(base, n);
#pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < count; b++) {
        draw(order + b * n, scratch + b * n, base, p, first + b);
        for (int64_t i = 0; place && i < n; i++)
            place[b * n + order[b * n + i]] = (int32_t)i;
    }
done:
    iso_free(base);
    iso_free(scratch);
    return err;
}

bool iso_permutations_coin(const iso_permutations *p, int64_t b, int64_t i)
{
    return b > 0 && key_of(p->key[i] ^ 0x5bf03635u, (uint64_t)b) >> 63;
}

/* --- Judging --- */

/* Mean and standard deviation of x[0..n), those that are numbers. */
static void moments(double *mean, double *sd, const double *x, int64_t n)
{
    double count = 0, sum = 0, squares = 0;

    for (int64_t i = 0; i < n; i++)
        if (!isnan(x[i])) {
            count += 1;
            sum += (x[i] - sum) / count;
        }
    for (int64_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            squares += (x[i] - sum) * (x[i] - sum);
    *mean = sum;
    *sd = count > 1 ? sqrt(squares / (count - 1)) : NAN;
}

/* How far out x is, in standard deviations; what is no number is as far out as can be. */
static double far_out(double x, double mean, double sd, int side)
{
    if (isnan(x))
        return INFINITY;
    return side * (x - mean) / sd;
}

/* The value that 1 − ISO_LEVEL of the permuted do not exceed; `sorted` is scratch. */
static double threshold(double *sorted, const double *x, int64_t count, int side)
{
    const int64_t out = (int64_t)(ISO_LEVEL * (double)(count + 1) + 1e-9);

    for (int64_t b = 0; b < count; b++)
        sorted[b] = isnan(x[b]) ? INFINITY : side * x[b];
    iso_sort(sorted, count);
    return side * sorted[count - out];
}

/* Whether permutations change nothing but rounding. */
static bool constant(double mean, double sd)
{
    return !(sd > 1e-12 * fabs(mean));
}

/* Everything about one value but p_max; false where permutations change nothing.  `most` takes the
 * farthest out of each permutation. */
static bool judge(iso_value *v, double *most, double *sorted, const double *x, int64_t count,
                  const iso_against *a)
{
    double mean, sd, null, null_sd;
    int64_t out = 1;

    moments(&null, &null_sd, x + 1, count);
    moments(&mean, &sd, x, count + 1);
    if (constant(mean, sd))
        return false;
    const double own = far_out(x[0], mean, sd, a->side) - rounding;
    for (int64_t b = 1; b <= count; b++) {
        const double z = far_out(x[b], mean, sd, a->side);
        out += z >= own;
        most[b] = fmax(most[b], z);
    }
    v->p = (double)out / (double)(count + 1);
    v->permutations = count;
    v->p_max = own; /* for now */
    if (isnan(v->null))
        v->null = null;
    if (isnan(v->null_sd))
        v->null_sd = null_sd;
    const double tau = threshold(sorted, x + 1, count, a->side);
    v->calibrated = NAN;
    if (a->bounded && a->side * (a->end - tau) > 0)
        v->calibrated = (v->value - tau) / (a->end - tau);
    return true;
}

/* The share of maxima that are as far out: those above `own` in a rising list. */
static double share_above(const double *most, int64_t count, double own)
{
    int64_t low = 0, high = count;

    while (low < high) {
        const int64_t mid = (low + high) / 2;
        if (most[mid] >= own)
            high = mid;
        else
            low = mid + 1;
    }
    return (double)(1 + count - low) / (double)(count + 1);
}

iso_err iso_permutations_judge(iso_value *value, const double *permuted, const iso_against *against,
                               int64_t values, int64_t count)
{
    double *most = NULL, *sorted = NULL;
    int64_t family = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&most, count + 1, sizeof *most));
    ISO_TRY(iso_alloc(&sorted, count, sizeof *sorted));
    for (int64_t b = 0; b <= count; b++)
        most[b] = -INFINITY;
    for (int64_t c = 0; c < values; c++) {
        const double *x = permuted + c * (count + 1);
        if (isnan(x[0]) || isnan(value[c].value))
            continue;
        family += judge(&value[c], most, sorted, x, count, &against[c]);
    }
    if (family > 0)
        iso_sort(most + 1, count);
    for (int64_t c = 0; c < values; c++) {
        if (value[c].permutations == 0 || isnan(permuted[c * (count + 1)]))
            continue;
        value[c].p_max = share_above(most + 1, count, value[c].p_max);
        value[c].family = family;
    }
done:
    iso_free(most);
    iso_free(sorted);
    return err;
}
