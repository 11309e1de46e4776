/* Correlations of two quantities of the same items: the value, and how sure it is. */
#include <math.h>

#include "analysis/stats/coefficient.h"
#include "analysis/stats/permuted.h"
#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

#define CONFIDENCE 0.95

/* The items at hand, x, y and z, and room for a choice of them. */
struct items {
    iso_correlation kind;
    int64_t n;
    const double *at[3];   /* z may be NULL */
    double *work;          /* 3n: what is seen of the choice */
    int64_t *place, *room; /* 3n, n: for ranks */
};

static void items_free(struct items *it)
{
    iso_free(it->work);
    iso_free(it->place);
    iso_free(it->room);
}

static iso_err items_make(struct items *out, iso_correlation kind, const double *x, const double *y,
                          const double *z, int64_t n)
{
    struct items it = {.kind = kind, .n = n, .at = {x, y, z}};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&it.work, 3 * n, sizeof *it.work));
    if (kind == ISO_SPEARMAN) {
        ISO_TRY(iso_alloc(&it.place, 3 * n, sizeof *it.place));
        ISO_TRY(iso_alloc(&it.room, n, sizeof *it.room));
    }
    for (int s = 0; it.place && s < 3; s++)
        if (it.at[s])
            iso_rank_places(it.place + s * n, it.work, it.at[s], n);
    *out = it;
    it = (struct items){0};
done:
    items_free(&it);
    return err;
}

/* What the coefficient looks at: the chosen themselves, or their ranks. */
static const double *see(const struct items *it, int side, const int64_t *pick, int64_t n)
{
    double *x = it->work + side * it->n;

    if (it->place)
        iso_ranks_picked(x, it->room, it->place + side * it->n, pick, n, it->n);
    for (int64_t i = 0; !it->place && i < n; i++)
        x[i] = it->at[side][pick[i]];
    return x;
}

/* Of a choice of items; an iso_boot_statistic. */
static double value_of(void *payload, const int64_t *pick, int64_t n)
{
    const struct items *it = payload;
    const double *x = see(it, 0, pick, n), *y = see(it, 1, pick, n);
    const double xy = iso_correlation_coefficient(it->kind, x, y, n);

    if (!it->at[2])
        return xy;
    const double *z = see(it, 2, pick, n);
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
        .kind = it->kind, .n = it->n, .x = it->at[0], .y = it->at[1], .z = it->at[2]};
    const struct iso_permuted_opt how = {.permutations = opt->permutations, .seed = opt->seed};
    struct iso_permuted one = {0};
    iso_err err = ISO_OK;

    if (opt->permutations < 0 || (it->at[2] && it->kind == ISO_KENDALL))
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

    if (it->at[2])
        return NAN;
    if (it->kind != ISO_KENDALL)
        return 1 / sqrt(n - 1);
    if (has_ties(it->at[0], it->n) || has_ties(it->at[1], it->n))
        return NAN;
    return sqrt(2 * (2 * n + 5) / (9 * n * (n - 1)));
}

static const char *why_not(const struct items *it)
{
    if (it->n < ISO_CORRELATION_LEAST)
        return "fewer than 4 items say nothing about a correlation";
    if (it->at[2] && it->n <= ISO_CORRELATION_LEAST)
        return "fewer than 5 items say nothing about a partial correlation";
    if (iso_all_equal(it->at[0], it->n))
        return "x is the same for all";
    if (iso_all_equal(it->at[1], it->n))
        return "y is the same for all";
    if (it->at[2] && iso_all_equal(it->at[2], it->n))
        return "what is given is the same for all";
    return NULL;
}

static iso_err check(const double *x, const double *y, const double *given, int64_t n)
{
    iso_err err = ISO_OK;

    ISO_NEED(n >= 0, "a correlation of %lld items", (long long)n);
    for (int64_t i = 0; i < n; i++)
        ISO_NEED(isfinite(x[i]) && isfinite(y[i]) && (!given || isfinite(given[i])),
                 "a correlation of numbers that are not finite: item %lld", (long long)i);
done:
    return err;
}

iso_err iso_correlation_of(iso_value *out, iso_correlation kind, const double *x, const double *y,
                           const double *given, int64_t n, const iso_correlation_opt *opt)
{
    struct items it = {0};
    iso_value v = iso_value_none();
    int64_t *pick = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check(x, y, given, n));
    ISO_TRY(items_make(&it, kind, x, y, given, n));
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
    items_free(&it);
    iso_free(pick);
    return err;
}

iso_err iso_correlation_without(double *out, iso_correlation kind, const double *x, const double *y,
                                const double *given, int64_t n)
{
    struct items it = {0};
    int64_t *pick = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check(x, y, given, n));
    ISO_TRY(items_make(&it, kind, x, y, given, n));
    ISO_TRY(iso_alloc(&pick, n, sizeof *pick));
    for (int64_t left = 0; left < n; left++) {
        for (int64_t i = 0; i + 1 < n; i++)
            pick[i] = i < left ? i : i + 1;
        out[left] = value_of(&it, pick, n - 1);
    }
done:
    items_free(&it);
    iso_free(pick);
    return err;
}
