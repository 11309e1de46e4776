#include "analysis/stats/consistency.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"
#include "lib/linalg/convert.h"

#define CONFIDENCE 0.95
#define CLIP       1e-7

/* Both sides of one item, sums over the items for the chance level, and the outcomes. */
struct sides {
    double *x, *y, *sum_x, *sum_y, *origin, *outcome;
};

static void sides_free(struct sides *s)
{
    iso_free(s->x);
    iso_free(s->y);
    iso_free(s->sum_x);
    iso_free(s->sum_y);
    iso_free(s->origin);
    iso_free(s->outcome);
}

static iso_err check_finite(const char *side, iso_view v)
{
    int64_t row = 0;

    return iso_view_finite(&row, v)
               ? ISO_OK
               : iso_fail(ISO_EARG, "%s: row %lld holds NaN or infinity", side, (long long)row);
}

static iso_err check(iso_view a, iso_view b)
{
    iso_err err = ISO_OK;

    ISO_NEED(a.rows == b.rows && a.cols == b.cols, "source is %lld x %lld, target %lld x %lld",
             (long long)a.rows, (long long)a.cols, (long long)b.rows, (long long)b.cols);
    ISO_NEED(a.cols >= 1, "rows of 0 numbers");
    ISO_TRY(check_finite("source", a));
    ISO_TRY(check_finite("target", b));
done:
    return err;
}

static iso_err sides_new(struct sides *s, iso_view a, iso_view b)
{
    iso_err err = ISO_OK;

    ISO_TRY(check(a, b));
    ISO_TRY(iso_alloc(&s->x, a.cols, sizeof *s->x));
    ISO_TRY(iso_alloc(&s->y, a.cols, sizeof *s->y));
    ISO_TRY(iso_alloc(&s->sum_x, a.cols, sizeof *s->sum_x));
    ISO_TRY(iso_alloc(&s->sum_y, a.cols, sizeof *s->sum_y));
    ISO_TRY(iso_alloc(&s->origin, a.cols, sizeof *s->origin));
    ISO_TRY(iso_alloc(&s->outcome, a.rows, sizeof *s->outcome));
done:
    return err;
}

static void read_row(double *to, iso_view v, int64_t i)
{
    iso_convert_f64(to, v.cols, iso_view_rows(v, i, 1));
}

/* Counted outcomes to the front; how many. */
static int64_t pack(double *to, const double *outcome, int64_t n)
{
    int64_t count = 0;

    for (int64_t i = 0; i < n; i++) {
        if (!isnan(outcome[i]))
            to[count++] = outcome[i];
    }
    return count;
}

iso_err iso_consistency_mean(iso_value *out, const double *outcome, int64_t n, iso_boot boot,
                             uint64_t seed)
{
    iso_value v = iso_value_none();
    double *x = NULL, sum = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&x, n, sizeof *x));
    const int64_t count = pack(x, outcome, n);
    for (int64_t i = 0; i < count; i++) {
        ISO_NEED(isfinite(x[i]), "outcome %lld is %g", (long long)i, x[i]);
        sum += x[i];
    }
    v.n = count;
    v.value = count > 0 ? sum / (double)count : NAN;
    if (count < 1) {
        v.why = "no items";
    } else if (iso_all_equal(x, count)) {
        v.value = x[0];
        v.why = boot == ISO_BOOT_NONE ? NULL : "every outcome is the same: nothing to resample";
    } else if (boot != ISO_BOOT_NONE) {
        ISO_TRY(iso_boot_mean(&v.lo, &v.hi, x, count, boot, CONFIDENCE, seed));
        v.interval = "boot-items";
    }
    *out = v;
done:
    iso_free(x);
    return err;
}

/* From outcomes and what any two rows give on average to what is handed out. */
static iso_err conclude(iso_value *out, double *each, const double *outcome, int64_t n, double null,
                        iso_boot boot, uint64_t seed)
{
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_consistency_mean(&v, outcome, n, boot, seed));
    if (n > 1)
        v.null = null;
    if (each)
        memcpy(each, outcome, (size_t)n * sizeof *each);
    *out = v;
done:
    return err;
}

/* Rows are counted from the first one of a, lest squares of a large common part cancel. */
iso_err iso_consistency_mse(iso_value *out, double *each, iso_view a, iso_view b, iso_boot boot,
                            uint64_t seed)
{
    const double n = (double)a.rows, C = (double)a.cols;
    struct sides s = {0};
    double squares = 0, dot = 0;
    iso_err err = ISO_OK;

    ISO_TRY(sides_new(&s, a, b));
    for (int64_t i = 0; i < a.rows; i++) {
        read_row(s.x, a, i);
        read_row(s.y, b, i);
        if (i == 0)
            memcpy(s.origin, s.x, (size_t)a.cols * sizeof *s.x);
        for (int64_t c = 0; c < a.cols; c++) {
            const double x = s.x[c] - s.origin[c], y = s.y[c] - s.origin[c], d = s.x[c] - s.y[c];
            s.outcome[i] += d * d / C;
            s.sum_x[c] += x;
            s.sum_y[c] += y;
            squares += x * x + y * y;
        }
    }
    for (int64_t c = 0; c < a.cols; c++)
        dot += s.sum_x[c] * s.sum_y[c];
    ISO_TRY(conclude(out, each, s.outcome, a.rows, (squares - 2 * dot / n) / n / C, boot, seed));
done:
    sides_free(&s);
    return err;
}

/* p = softmax(p), clipped. */
static void predict(double *p, int64_t K)
{
    double most = p[0], sum = 0;

    for (int64_t k = 1; k < K; k++)
        most = fmax(most, p[k]);
    for (int64_t k = 0; k < K; k++)
        sum += p[k] = exp(p[k] - most);
    for (int64_t k = 0; k < K; k++)
        p[k] = fmin(fmax(p[k] / sum, CLIP), 1);
}

/* Any p with any q gives, on average, mean Σ p ln p − Σ (mean p)(mean ln q). */
iso_err iso_consistency_kl(iso_value *out, double *each, iso_view src, iso_view tgt, iso_boot boot,
                           uint64_t seed)
{
    const double n = (double)src.rows;
    struct sides s = {0};
    double entropies = 0, cross = 0;
    iso_err err = ISO_OK;

    ISO_TRY(sides_new(&s, src, tgt));
    for (int64_t i = 0; i < src.rows; i++) {
        read_row(s.x, src, i);
        read_row(s.y, tgt, i);
        predict(s.x, src.cols);
        predict(s.y, src.cols);
        for (int64_t k = 0; k < src.cols; k++) {
            const double p = s.x[k], log_q = log(s.y[k]);
            s.outcome[i] += p * (log(p) - log_q);
            s.sum_x[k] += p;
            s.sum_y[k] += log_q;
            entropies += p * log(p);
        }
    }
    for (int64_t k = 0; k < src.cols; k++)
        cross += s.sum_x[k] * s.sum_y[k];
    ISO_TRY(conclude(out, each, s.outcome, src.rows, (entropies - cross / n) / n, boot, seed));
done:
    sides_free(&s);
    return err;
}
