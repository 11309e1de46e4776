/* Correlations of two quantities of the same items: the coefficients, and how sure they are. */
#include <math.h>
#include <string.h>

#include "analysis/stats/correlation_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

#define CONFIDENCE 0.95

const char *iso_correlation_name(iso_correlation kind)
{
    static const char *const names[] = {"pearson", "spearman", "kendall"};

    return names[kind];
}

double iso_correlation_critical(int64_t n)
{
    if (n < 3)
        return 1;
    const double t = iso_student_quantile(0.975, (double)n - 2);
    return t / sqrt((double)n - 2 + t * t);
}

/* --- Coefficients --- */

/* How many of the sorted numbers are below x, or not above it. */
static int64_t count_below(const double *sorted, int64_t n, double x, bool equal_too)
{
    int64_t low = 0;

    for (int64_t high = n; low < high;) {
        const int64_t middle = low + (high - low) / 2;
        if (sorted[middle] < x || (equal_too && sorted[middle] == x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void iso_ranks(double *rank, double *sorted, const double *x, int64_t n)
{
    if (n < 1)
        return;
    memcpy(sorted, x, (size_t)n * sizeof *sorted);
    iso_sort(sorted, n);
    for (int64_t i = 0; i < n; i++)
        rank[i] = 0.5 * (double)(count_below(sorted, n, x[i], false) + 1 +
                                 count_below(sorted, n, x[i], true));
}

static double mean_of(const double *x, int64_t n)
{
    double sum = 0, rest = 0;

    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    sum /= (double)n;
    for (int64_t i = 0; i < n; i++) /* what rounding lost */
        rest += x[i] - sum;
    return sum + rest / (double)n;
}

double iso_pearson(const double *x, const double *y, int64_t n)
{
    const double mx = mean_of(x, n), my = mean_of(y, n);
    double xx = 0, yy = 0, xy = 0;

    if (n < 2 || iso_all_equal(x, n) || iso_all_equal(y, n))
        return NAN;
    for (int64_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xy / (sqrt(xx) * sqrt(yy));
}

static int order_of(double a, double b)
{
    return (a > b) - (a < b);
}

static double kendall(const double *x, const double *y, int64_t n)
{
    double sum = 0, in_x = 0, in_y = 0;

    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) {
            const int a = order_of(x[i], x[j]), b = order_of(y[i], y[j]);
            sum += a * b;
            in_x += a != 0;
            in_y += b != 0;
        }
    }
    return in_x > 0 && in_y > 0 ? sum / (sqrt(in_x) * sqrt(in_y)) : NAN;
}

double iso_correlation_partial(double xy, double xz, double yz)
{
    const double left = (1 - xz * xz) * (1 - yz * yz);

    return left > 1e-12 ? (xy - xz * yz) / sqrt(left) : NAN;
}

void iso_correlation_residual(double *y, double *fit, const double *z, int64_t n)
{
    const double my = mean_of(y, n), mz = mean_of(z, n);
    double zz = 0, yz = 0;

    for (int64_t i = 0; i < n; i++) {
        zz += (z[i] - mz) * (z[i] - mz);
        yz += (y[i] - my) * (z[i] - mz);
    }
    for (int64_t i = 0; i < n; i++) {
        const double on = my + (zz > 0 ? yz / zz : 0) * (z[i] - mz);
        if (fit)
            fit[i] = on;
        y[i] -= on;
    }
}

bool iso_correlation_as_far(double permuted, double value)
{
    return fabs(permuted) >= fabs(value) - 1e-12;
}

/* --- Orders --- */

static int64_t factorial(int64_t n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

struct correlation_orders iso_correlation_orders_of(int64_t n, const iso_correlation_opt *opt,
                                                    int64_t *order)
{
    struct correlation_orders o = {
        .n = n, .all = n <= CORRELATION_ALL, .rng = iso_rng_seeded(opt->seed, 1), .order = order};

    o.left = opt->permutations < 0   ? 0
             : o.all                 ? factorial(n)
             : opt->permutations > 0 ? opt->permutations
                                     : CORRELATION_PERMUTATIONS;
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    return o;
}

/* The next order by the alphabet; after the last the first. */
static void advance(int64_t *a, int64_t n)
{
    int64_t i = n - 1, j = n - 1;

    while (i > 0 && a[i - 1] >= a[i])
        i--;
    while (i > 0 && a[j] <= a[i - 1])
        j--;
    if (i > 0) {
        const int64_t t = a[i - 1];
        a[i - 1] = a[j];
        a[j] = t;
    }
    for (j = n - 1; i < j; i++, j--) {
        const int64_t t = a[i];
        a[i] = a[j];
        a[j] = t;
    }
}

bool iso_correlation_orders_next(struct correlation_orders *o)
{
    if (o->left == 0)
        return false;
    o->left--;
    if (o->all)
        advance(o->order, o->n);
    else
        iso_rng_permutation(&o->rng, o->order, o->n);
    return true;
}

double iso_correlation_p(const struct correlation_orders *o, int64_t far, int64_t tried)
{
    const double own = o->all ? 0 : 1;

    return tried > 0 ? ((double)far + own) / ((double)tried + own) : NAN;
}

/* --- Of items --- */

/* The items at hand and room for a choice of them: x, y, z and their ranks. */
struct items {
    iso_correlation kind;
    int64_t n;
    const double *x, *y, *z; /* z may be NULL */
    double *work;            /* 6n */
};

/* x becomes what the coefficient looks at: itself, or its ranks. */
static void see(const struct items *it, double *x, int64_t n)
{
    if (it->kind == ISO_SPEARMAN)
        iso_ranks(x, it->work + 5 * it->n, x, n);
}

static double coefficient(iso_correlation kind, const double *x, const double *y, int64_t n)
{
    return kind == ISO_KENDALL ? kendall(x, y, n) : iso_pearson(x, y, n);
}

/* Of a choice of items; an iso_boot_statistic. */
static double value_of(void *payload, const int64_t *pick, int64_t n)
{
    const struct items *it = payload;
    double *x = it->work, *y = x + it->n, *z = y + it->n;

    for (int64_t i = 0; i < n; i++) {
        x[i] = it->x[pick[i]];
        y[i] = it->y[pick[i]];
        z[i] = it->z ? it->z[pick[i]] : 0;
    }
    see(it, x, n);
    see(it, y, n);
    const double xy = coefficient(it->kind, x, y, n);
    if (!it->z)
        return xy;
    see(it, z, n);
    return iso_correlation_partial(xy, coefficient(it->kind, x, z, n),
                                   coefficient(it->kind, y, z, n));
}

static double value_of_all(const struct items *it, int64_t *pick)
{
    for (int64_t i = 0; i < it->n; i++)
        pick[i] = i;
    return value_of((void *)it, pick, it->n);
}

/* p by orders of y, or of what z leaves of it, which is put back on its line. */
static double permuted_p(const struct items *it, double value, const iso_correlation_opt *opt,
                         int64_t *order)
{
    const int64_t n = it->n;
    double *x = it->work, *y = x + n, *z = y + n, *fit = z + n, *moved = fit + n;
    struct correlation_orders orders = iso_correlation_orders_of(n, opt, order);
    int64_t far = 0, tried = 0;

    if (it->z && it->kind == ISO_KENDALL)
        return NAN;
    memcpy(x, it->x, (size_t)n * sizeof *x);
    memcpy(y, it->y, (size_t)n * sizeof *y);
    see(it, x, n);
    see(it, y, n);
    if (it->z) {
        memcpy(z, it->z, (size_t)n * sizeof *z);
        see(it, z, n);
        iso_correlation_residual(y, fit, z, n);
    }
    const double xz = it->z ? iso_pearson(x, z, n) : 0;
    while (iso_correlation_orders_next(&orders)) {
        for (int64_t i = 0; i < n; i++)
            moved[i] = y[order[i]] + (it->z ? fit[i] : 0);
        double r = coefficient(it->kind, x, moved, n);
        if (it->z)
            r = iso_correlation_partial(r, xz, iso_pearson(moved, z, n));
        far += iso_correlation_as_far(r, value);
        tried++;
    }
    return iso_correlation_p(&orders, far, tried);
}

static bool has_ties(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) {
            if (x[i] == x[j])
                return true;
        }
    }
    return false;
}

static double null_sd(const struct items *it)
{
    const double n = (double)it->n;

    if (it->z)
        return NAN;
    if (it->kind != ISO_KENDALL)
        return 1 / sqrt(n - 1);
    if (has_ties(it->x, it->n) || has_ties(it->y, it->n))
        return NAN;
    return sqrt(2 * (2 * n + 5) / (9 * n * (n - 1)));
}

static const char *why_not(const struct items *it)
{
    if (it->n < ISO_CORRELATION_LEAST)
        return "fewer than 4 items say nothing about a correlation";
    if (it->z && it->n <= ISO_CORRELATION_LEAST)
        return "fewer than 5 items say nothing about a partial correlation";
    if (iso_all_equal(it->x, it->n))
        return "x is the same for all";
    if (iso_all_equal(it->y, it->n))
        return "y is the same for all";
    if (it->z && iso_all_equal(it->z, it->n))
        return "what is given is the same for all";
    return NULL;
}

static iso_err check(const struct items *it)
{
    iso_err err = ISO_OK;

    ISO_NEED(it->n >= 0, "a correlation of %lld items", (long long)it->n);
    for (int64_t i = 0; i < it->n; i++)
        ISO_NEED(isfinite(it->x[i]) && isfinite(it->y[i]) && (!it->z || isfinite(it->z[i])),
                 "a correlation of numbers that are not finite: item %lld", (long long)i);
done:
    return err;
}

iso_err iso_correlation_of(iso_value *out, iso_correlation kind, const double *x, const double *y,
                           const double *given, int64_t n, const iso_correlation_opt *opt)
{
    struct items it = {kind, n, x, y, given, NULL};
    iso_value v = iso_value_none();
    int64_t *pick = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check(&it));
    ISO_TRY(iso_alloc(&it.work, 6 * n, sizeof *it.work));
    ISO_TRY(iso_alloc(&pick, n, sizeof *pick));
    v.n = n;
    v.why = why_not(&it);
    if (!v.why) {
        v.value = value_of_all(&it, pick);
        v.why = isnan(v.value) ? "what is given tells x or y wholly" : NULL;
    }
    if (!v.why) {
        const iso_boot_statistic of = {value_of, &it};
        v.null = 0;
        v.null_sd = null_sd(&it);
        v.p = permuted_p(&it, v.value, opt, pick);
        if (opt->boot != ISO_BOOT_NONE)
            ISO_TRY(iso_boot_interval(&v.lo, &v.hi, &of, n, opt->boot, CONFIDENCE, opt->seed));
        v.interval = isnan(v.lo) ? NULL : "boot-items";
    }
    *out = v;
done:
    iso_free(it.work);
    iso_free(pick);
    return err;
}

iso_err iso_correlation_without(double *out, iso_correlation kind, const double *x, const double *y,
                                const double *given, int64_t n)
{
    struct items it = {kind, n, x, y, given, NULL};
    int64_t *pick = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check(&it));
    ISO_TRY(iso_alloc(&it.work, 6 * n, sizeof *it.work));
    ISO_TRY(iso_alloc(&pick, n, sizeof *pick));
    for (int64_t left = 0; left < n; left++) {
        for (int64_t i = 0; i + 1 < n; i++)
            pick[i] = i < left ? i : i + 1;
        out[left] = value_of(&it, pick, n - 1);
    }
done:
    iso_free(it.work);
    iso_free(pick);
    return err;
}
