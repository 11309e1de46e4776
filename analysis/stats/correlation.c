/* Correlations of two quantities of the same items: the value, and how sure it is. */
#include <math.h>

#include "analysis/stats/coefficient.h"
#include "analysis/stats/permuted.h"
#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

#define CONFIDENCE 0.95

/* The items at hand and room for a choice of them: x, y, z and their ranks. */
struct items {
    iso_correlation kind;
    int64_t n;
    const double *x, *y, *z; /* z may be NULL */
    double *work;            /* 4n */
};

/* x becomes what the coefficient looks at: itself, or its ranks. */
static void see(const struct items *it, double *x, int64_t n)
{
    if (it->kind == ISO_SPEARMAN)
        iso_ranks(x, it->work + 3 * it->n, x, n);
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
    const double xy = iso_correlation_coefficient(it->kind, x, y, n);
    if (!it->z)
        return xy;
    see(it, z, n);
    return iso_correlation_partial(xy, iso_correlation_coefficient(it->kind, x, z, n),
                                   iso_correlation_coefficient(it->kind, y, z, n));
}

static double value_of_all(const struct items *it, int64_t *pick)
{
    for (int64_t i = 0; i < it->n; i++)
        pick[i] = i;
    return value_of((void *)it, pick, it->n);
}

/* p by orders of y, or of what z leaves of it. */
static iso_err permute(iso_value *v, const struct items *it, const iso_correlation_opt *opt)
{
    const struct iso_permuted_test test = {
        .kind = it->kind, .n = it->n, .x = it->x, .y = it->y, .z = it->z};
    const struct iso_permuted_opt how = {.permutations = opt->permutations, .seed = opt->seed};
    struct iso_permuted one = {0};
    iso_err err = ISO_OK;

    if (opt->permutations < 0 || (it->z && it->kind == ISO_KENDALL))
        return ISO_OK;
    ISO_TRY(iso_permuted_add(&one, &test));
    ISO_TRY(iso_permuted_run(&one, &how, NULL));
    v->p = one.at[0].p;
done:
    iso_permuted_free(&one);
    return err;
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
    ISO_TRY(iso_alloc(&it.work, 4 * n, sizeof *it.work));
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
        ISO_TRY(permute(&v, &it, opt));
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
    ISO_TRY(iso_alloc(&it.work, 4 * n, sizeof *it.work));
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
