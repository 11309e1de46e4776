#include "analysis/stats/partial.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "analysis/stats/coefficient.h"
#include "lib/base/alloc.h"

/* The items at hand, x, y and what is given, and room for the ranks of a choice of them. */
struct items {
    int count; /* of the given */
    int64_t n;
    int64_t *place, *room; /* (2 + count) n, n */
    double *work;          /* (2 + count) n */
};

static double product(const double *a, const double *b, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void centre(double *rank, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        rank[i] -= (double)(n + 1) / 2;
}

/* Takes the unit vectors out of x, twice for what rounding leaves; 0 where nothing is left. */
static void project(double *x, const double *basis, int count, int64_t n)
{
    const double whole = product(x, x, n);

    for (int turn = 0; turn < 2; turn++)
        for (int c = 0; c < count; c++) {
            const double part = product(x, basis + c * n, n);
            for (int64_t i = 0; i < n; i++)
                x[i] -= part * basis[c * n + i];
        }
    if (!(product(x, x, n) > 1e-12 * whole))
        memset(x, 0, (size_t)n * sizeof *x);
}

/* Of centred ranks: orthonormal; one that the others tell is 0. */
static void make_basis(double *basis, int count, int64_t n)
{
    for (int c = 0; c < count; c++) {
        double *z = basis + c * n;
        project(z, basis, c, n);
        const double length = sqrt(product(z, z, n));
        for (int64_t i = 0; i < n && length > 0; i++)
            z[i] /= length;
    }
}

iso_err iso_rank_residuals(double *left, const double *x, const double *const *given, int count,
                           int64_t n)
{
    double *work = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&work, (count + 1) * n, sizeof *work));
    for (int c = 0; c < count; c++) {
        iso_ranks(work + c * n, work + count * n, given[c], n);
        centre(work + c * n, n);
    }
    make_basis(work, count, n);
    iso_ranks(left, work + count * n, x, n);
    centre(left, n);
    project(left, work, count, n);
done:
    iso_free(work);
    return err;
}

static void items_free(struct items *it)
{
    iso_free(it->work);
    iso_free(it->place);
    iso_free(it->room);
}

static iso_err items_make(struct items *out, const double *x, const double *y,
                          const double *const *given, int count, int64_t n)
{
    struct items it = {.count = count, .n = n};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&it.work, (2 + count) * n, sizeof *it.work));
    ISO_TRY(iso_alloc(&it.place, (2 + count) * n, sizeof *it.place));
    ISO_TRY(iso_alloc(&it.room, n, sizeof *it.room));
    iso_rank_places(it.place, it.work, x, n);
    iso_rank_places(it.place + n, it.work, y, n);
    for (int c = 0; c < count; c++)
        iso_rank_places(it.place + (2 + c) * n, it.work, given[c], n);
    *out = it;
    it = (struct items){0};
done:
    items_free(&it);
    return err;
}

/* Of a choice of items; an iso_boot_statistic. */
static double value_of(void *payload, const int64_t *pick, int64_t n)
{
    const struct items *it = payload;
    double *x = it->work, *y = x + n, *basis = y + n;

    for (int s = 0; s < 2 + it->count; s++) {
        iso_ranks_picked(it->work + s * n, it->room, it->place + s * it->n, pick, n, it->n);
        centre(it->work + s * n, n);
    }
    make_basis(basis, it->count, n);
    project(x, basis, it->count, n);
    project(y, basis, it->count, n);
    return product(x, y, n) / sqrt(product(x, x, n) * product(y, y, n));
}

iso_err iso_partial_of(iso_value *out, const double *x, const double *y, const double *const *given,
                       int count, int64_t n, const iso_correlation_opt *opt)
{
    struct items it = {0};
    const iso_boot_statistic of = {value_of, &it};
    iso_value v = iso_value_none();
    int64_t *pick = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(count >= 0 && count <= ISO_PARTIAL_MOST, "%d quantities held constant", count);
    for (int64_t i = 0; i < n; i++) {
        bool finite = isfinite(x[i]) && isfinite(y[i]);
        for (int c = 0; c < count; c++)
            finite = finite && isfinite(given[c][i]);
        ISO_NEED(finite, "a correlation of numbers that are not finite: item %lld", (long long)i);
    }
    ISO_TRY(items_make(&it, x, y, given, count, n));
    ISO_TRY(iso_alloc(&pick, n, sizeof *pick));
    for (int64_t i = 0; i < n; i++)
        pick[i] = i;
    v.n = n;
    if (n < ISO_CORRELATION_LEAST + count)
        v.why = "too few items for a partial correlation";
    else if (isnan(v.value = value_of(&it, pick, n)))
        v.why = "what is given tells x or y wholly";
    if (!v.why) {
        v.null = 0;
        if (opt->boot != ISO_BOOT_NONE)
            ISO_TRY(iso_boot_interval(&v.lo, &v.hi, &of, n, opt->boot, 0.95, opt->seed));
        v.interval = isnan(v.lo) ? NULL : "boot-items";
    }
    *out = v;
done:
    items_free(&it);
    iso_free(pick);
    return err;
}
