#include "analysis/stats/branches.h"

#include <math.h>

#include "analysis/search/hits.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

iso_err iso_branches_mean(iso_mat *out, iso_view src, iso_view tgt)
{
    double *x = NULL, *y = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(src.rows == tgt.rows && src.cols == tgt.cols,
             "source is %lld x %lld, target %lld x %lld", (long long)src.rows, (long long)src.cols,
             (long long)tgt.rows, (long long)tgt.cols);
    ISO_NEED(out->rows == src.rows && out->cols == src.cols, "mean is %lld x %lld, not %lld x %lld",
             (long long)out->rows, (long long)out->cols, (long long)src.rows, (long long)src.cols);
    ISO_TRY(iso_alloc(&x, src.cols, sizeof *x));
    ISO_TRY(iso_alloc(&y, src.cols, sizeof *y));
    for (int64_t i = 0; i < src.rows; i++) {
        iso_convert_f64(x, src.cols, iso_view_rows(src, i, 1));
        iso_convert_f64(y, src.cols, iso_view_rows(tgt, i, 1));
        for (int64_t k = 0; k < src.cols; k++)
            x[k] = 0.5 * (x[k] + y[k]);
        char *row = (char *)out->data + i * out->stride * (int64_t)iso_dtype_size(out->dtype);
        iso_convert(row, out->stride, out->dtype, iso_view_f64(x, 1, src.cols));
    }
done:
    iso_free(x);
    iso_free(y);
    return err;
}

static int32_t largest(const double *x, int64_t K)
{
    int32_t best = 0;

    for (int32_t k = 1; k < K; k++)
        best = x[k] > x[best] ? k : best;
    return best;
}

iso_err iso_branches_decide(int32_t *out, iso_view logits)
{
    int64_t row = 0;
    double *x = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(logits.cols >= 1 && logits.cols <= INT32_MAX, "logits: %lld classes",
             (long long)logits.cols);
    ISO_NEED(iso_view_finite(&row, logits), "logits: row %lld holds NaN or infinity",
             (long long)row);
    ISO_TRY(iso_alloc(&x, logits.cols, sizeof *x));
    for (int64_t i = 0; i < logits.rows; i++) {
        iso_convert_f64(x, logits.cols, iso_view_rows(logits, i, 1));
        out[i] = largest(x, logits.cols);
    }
done:
    iso_free(x);
    return err;
}

/* Matches M of n classes dealt at random to n items: mean m / n for m = Σ d g, and the variance of
 * any sum over a random permutation of a table, here of 0 and 1 (Hoeffding, 1951). */
static void chance(iso_value *v, const double *decided, const double *label, int64_t K)
{
    const double n = (double)v->n;
    double m = 0, rows = 0;

    for (int64_t k = 0; k < K; k++) {
        const double both = decided[k] * label[k];
        m += both;
        rows += both * (decided[k] + label[k]);
    }
    if (v->n < 2)
        return;
    v->null = m / (n * n);
    v->null_sd = sqrt(fmax((m - rows / n + m * m / (n * n)) / (n - 1), 0)) / n;
}

/* Outcomes of the items with a label; how often each class is decided and is the label. */
static int64_t judge(double *counted, double *each, double *often, double *label_often,
                     const int32_t *decided, const int32_t *label, int64_t n)
{
    int64_t count = 0;

    for (int64_t i = 0; i < n; i++) {
        const double right = label[i] < 0 ? NAN : decided[i] == label[i];
        each[i] = right;
        if (isnan(right))
            continue;
        counted[count++] = right;
        often[decided[i]]++;
        label_often[label[i]]++;
    }
    return count;
}

iso_err iso_branches_accuracy(iso_value *out, double *each, iso_view logits, const int32_t *label,
                              iso_boot boot, uint64_t seed)
{
    const int64_t n = logits.rows, K = logits.cols;
    int32_t *decided = NULL;
    double *counted = NULL, *own = NULL, *often = NULL;
    iso_value v;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < n; i++)
        ISO_NEED(label[i] >= -1 && label[i] < K, "label: item %lld is of class %d, of %lld",
                 (long long)i, (int)label[i], (long long)K);
    ISO_TRY(iso_alloc(&decided, n, sizeof *decided));
    ISO_TRY(iso_branches_decide(decided, logits));
    ISO_TRY(iso_alloc(&counted, n, sizeof *counted));
    ISO_TRY(iso_alloc(&own, n, sizeof *own));
    ISO_TRY(iso_alloc(&often, 2 * K, sizeof *often));
    const int64_t count = judge(counted, own, often, often + K, decided, label, n);
    ISO_TRY(iso_hits_mean(&v, counted, count, boot, seed));
    chance(&v, often, often + K, K);
    for (int64_t i = 0; each && i < n; i++)
        each[i] = own[i];
    *out = v;
done:
    iso_free(decided);
    iso_free(counted);
    iso_free(own);
    iso_free(often);
    return err;
}
