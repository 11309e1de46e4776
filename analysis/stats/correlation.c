#include "analysis/stats/correlation.h"

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

void iso_ranks(double *rank, const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        double below = 0, equal = 0;
        for (int64_t j = 0; j < n; j++) {
            below += x[j] < x[i];
            equal += x[j] == x[i];
        }
        rank[i] = below + 0.5 * (equal + 1);
    }
}

/* The items at hand and room for a choice of them: x, y, z and their ranks. */
struct items {
    iso_correlation kind;
    int64_t n;
    const double *x, *y, *z; /* z may be NULL */
    double *room;            /* 6n */
};

/* Numbers as the coefficient looks at them. */
static const double *seen(iso_correlation kind, double *rank, const double *x, int64_t n)
{
    if (kind == ISO_SPEARMAN)
        iso_ranks(rank, x, n);
    return kind == ISO_SPEARMAN ? rank : x;
}

static double coefficient(iso_correlation kind, const double *x, const double *y, int64_t n)
{
    return kind == ISO_KENDALL ? correlation_kendall(x, y, n) : correlation_pearson(x, y, n);
}

/* Of a choice of items; an iso_boot_statistic. */
static double value_of(void *payload, const int64_t *pick, int64_t n)
{
    const struct items *it = payload;
    double *x = it->room, *y = x + it->n, *z = y + it->n, *rank = z + it->n;

    for (int64_t i = 0; i < n; i++) {
        x[i] = it->x[pick[i]];
        y[i] = it->y[pick[i]];
        z[i] = it->z ? it->z[pick[i]] : 0;
    }
    const double *const a = seen(it->kind, rank, x, n);
    const double *const b = seen(it->kind, rank + it->n, y, n);
    const double xy = coefficient(it->kind, a, b, n);
    if (!it->z)
        return xy;
    const double *const c = seen(it->kind, rank + 2 * it->n, z, n);
    return correlation_partial(xy, coefficient(it->kind, a, c, n), coefficient(it->kind, b, c, n));
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
    double *x = it->room, *y = x + n, *z = y + n, *fit = z + n, *moved = fit + n;
    struct correlation_orders orders = correlation_orders_of(n, opt, order);
    int64_t far = 0, tried = 0;

    if (it->z && it->kind == ISO_KENDALL)
        return NAN;
    memcpy(x, it->x, (size_t)n * sizeof *x);
    memcpy(y, it->y, (size_t)n * sizeof *y);
    if (it->kind == ISO_SPEARMAN) {
        iso_ranks(x, it->x, n);
        iso_ranks(y, it->y, n);
    }
    if (it->z) {
        memcpy(z, it->z, (size_t)n * sizeof *z);
        if (it->kind == ISO_SPEARMAN)
            iso_ranks(z, it->z, n);
        correlation_residual(y, fit, z, n);
    }
    const double xz = it->z ? correlation_pearson(x, z, n) : 0;
    while (correlation_orders_next(&orders)) {
        for (int64_t i = 0; i < n; i++)
            moved[i] = y[order[i]] + (it->z ? fit[i] : 0);
        double r = coefficient(it->kind, x, moved, n);
        if (it->z)
            r = correlation_partial(r, xz, correlation_pearson(moved, z, n));
        far += correlation_as_far(r, value);
        tried++;
    }
    return correlation_p(&orders, far, tried);
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
    if (correlation_constant(it->x, it->n))
        return "x is the same for all";
    if (correlation_constant(it->y, it->n))
        return "y is the same for all";
    if (it->z && correlation_constant(it->z, it->n))
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
    ISO_TRY(iso_alloc(&it.room, 6 * n, sizeof *it.room));
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
    iso_free(it.room);
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
    ISO_TRY(iso_alloc(&it.room, 6 * n, sizeof *it.room));
    ISO_TRY(iso_alloc(&pick, n, sizeof *pick));
    for (int64_t left = 0; left < n; left++) {
        for (int64_t i = 0; i + 1 < n; i++)
            pick[i] = i < left ? i : i + 1;
        out[left] = value_of(&it, pick, n - 1);
    }
done:
    iso_free(it.room);
    iso_free(pick);
    return err;
}
