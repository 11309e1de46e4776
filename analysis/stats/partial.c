#include "analysis/stats/partial.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"

/* The items at hand and room for a choice of them. */
struct items {
    const double *x, *y, *const *given;
    int count;
    int64_t n;
    double *work; /* (3 + count) n */
};

static double product(const double *a, const double *b, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void centred_ranks(double *x, double *sorted, int64_t n)
{
    iso_ranks(x, sorted, x, n);
    for (int64_t i = 0; i < n; i++)
        x[i] -= (double)(n + 1) / 2;
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

/* Of ranks: orthonormal; one that the others tell is 0. */
static void make_basis(double *basis, int count, double *sorted, int64_t n)
{
    for (int c = 0; c < count; c++) {
        double *z = basis + c * n;
        centred_ranks(z, sorted, n);
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
    for (int c = 0; c < count; c++)
        memcpy(work + c * n, given[c], (size_t)n * sizeof *work);
    make_basis(work, count, work + count * n, n);
    memcpy(left, x, (size_t)n * sizeof *left);
    centred_ranks(left, work + count * n, n);
    project(left, work, count, n);
done:
    iso_free(work);
    return err;
}

/* Of a choice of items; an iso_boot_statistic. */
static double value_of(void *payload, const int64_t *pick, int64_t n)
{
    const struct items *it = payload;
    double *x = it->work, *y = x + n, *sorted = y + n, *basis = sorted + n;

    for (int64_t i = 0; i < n; i++) {
        x[i] = it->x[pick[i]];
        y[i] = it->y[pick[i]];
        for (int c = 0; c < it->count; c++)
            basis[c * n + i] = it->given[c][pick[i]];
    }
    make_basis(basis, it->count, sorted, n);
    centred_ranks(x, sorted, n);
    centred_ranks(y, sorted, n);
    project(x, basis, it->count, n);
    project(y, basis, it->count, n);
    return product(x, y, n) / sqrt(product(x, x, n) * product(y, y, n));
}

iso_err iso_partial_of(iso_value *out, const double *x, const double *y, const double *const *given,
                       int count, int64_t n, const iso_correlation_opt *opt)
{
    struct items it = {x, y, given, count, n, NULL};
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
    ISO_TRY(iso_alloc(&it.work, (3 + count) * n, sizeof *it.work));
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
    iso_free(it.work);
    iso_free(pick);
    return err;
}
