#include "lib/linalg/principal.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/product.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/decomp.h"

enum { BLOCK = 256 };

static double *row_of(const iso_mat *m, int64_t i)
{
    return (double *)m->data + i * m->stride;
}

/* Rows [first, first + to->rows) of x, less the mean. */
static void centred(iso_mat *to, iso_view x, int64_t first, const double *mean)
{
    iso_convert_f64(to->data, to->stride, iso_view_rows(x, first, to->rows));
    for (int64_t i = 0; i < to->rows; i++) {
        double *row = row_of(to, i);
        for (int64_t j = 0; j < to->cols; j++)
            row[j] -= mean[j];
    }
}

/* Σ (x − mean)(x − mean)ᵀ, the upper triangle, a block of rows at a time. */
static iso_err scatter(iso_mat *out, iso_view x, const double *mean)
{
    iso_mat block = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&block, x.rows < BLOCK ? x.rows : BLOCK, x.cols, ISO_F64));
    for (int64_t i = 0; i < x.rows; i += BLOCK) {
        block.rows = x.rows - i < BLOCK ? x.rows - i : BLOCK;
        centred(&block, x, i, mean);
        ISO_TRY(iso_square_tn(out, iso_mat_view(&block), i > 0));
    }
done:
    iso_mat_free(&block);
    return err;
}

/* How many of the values, which rise, stand out of rounding, k at most. */
static int64_t count_of(const double *values, int64_t size, int64_t longer, int64_t k)
{
    const double least = size > 0 ? values[size - 1] * (double)longer * DBL_EPSILON : 0;
    int64_t count = 0;

    while (count < k && count < size && values[size - 1 - count] > 0 &&
           values[size - 1 - count] > least)
        count++;
    return count;
}

static double dot(const double *a, const double *b, int64_t n)
{
    double sum = 0;

    for (int64_t j = 0; j < n; j++)
        sum += a[j] * b[j];
    return sum;
}

/* Gram and Schmidt, twice, which is enough. */
static void orthonormalise(iso_mat *m)
{
    for (int64_t i = 0; i < m->rows; i++) {
        double *row = row_of(m, i);
        for (int pass = 0; pass < 2; pass++) {
            for (int64_t k = 0; k < i; k++) {
                const double *other = row_of(m, k), along = dot(row, other, m->cols);
                for (int64_t j = 0; j < m->cols; j++)
                    row[j] -= along * other[j];
            }
            const double length = sqrt(dot(row, row, m->cols));
            for (int64_t j = 0; j < m->cols; j++)
                row[j] /= length;
        }
    }
}

/* Many rows: eigenvectors of the d × d matrix. */
static iso_err by_columns(iso_mat *out, iso_view x, const double *mean, int64_t k)
{
    iso_mat square = {0}, vectors = {0}, found = {0};
    double *values = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&square, x.cols, x.cols, ISO_F64));
    ISO_TRY(iso_mat_new(&vectors, x.cols, x.cols, ISO_F64));
    ISO_TRY(iso_alloc(&values, x.cols, sizeof *values));
    ISO_TRY(scatter(&square, x, mean));
    ISO_TRY(iso_eigen(values, &vectors, iso_mat_view(&square)));
    ISO_TRY(iso_mat_new(&found, count_of(values, x.cols, x.rows, k), x.cols, ISO_F64));
    for (int64_t i = 0; i < found.rows; i++)
        memcpy(row_of(&found, i), row_of(&vectors, x.cols - 1 - i),
               (size_t)x.cols * sizeof(double));
    *out = found;
done:
    iso_mat_free(&square);
    iso_mat_free(&vectors);
    iso_free(values);
    return err;
}

/* Few rows: eigenvectors v of the n × n matrix; the directions are Xᵀv. */
static iso_err by_rows(iso_mat *out, iso_view x, const double *mean, int64_t k)
{
    iso_mat wide = {0}, square = {0}, vectors = {0}, top = {0}, found = {0};
    double *values = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&wide, x.rows, x.cols, ISO_F64));
    ISO_TRY(iso_mat_new(&square, x.rows, x.rows, ISO_F64));
    ISO_TRY(iso_mat_new(&vectors, x.rows, x.rows, ISO_F64));
    ISO_TRY(iso_alloc(&values, x.rows, sizeof *values));
    centred(&wide, x, 0, mean);
    ISO_TRY(iso_square_nt(&square, iso_mat_view(&wide)));
    ISO_TRY(iso_eigen(values, &vectors, iso_mat_view(&square)));
    const int64_t count = count_of(values, x.rows, x.cols, k);
    ISO_TRY(iso_mat_new(&top, count, x.rows, ISO_F64));
    ISO_TRY(iso_mat_new(&found, count, x.cols, ISO_F64));
    for (int64_t i = 0; i < count; i++)
        memcpy(row_of(&top, i), row_of(&vectors, x.rows - 1 - i), (size_t)x.rows * sizeof(double));
    if (count > 0)
        ISO_TRY(iso_mul_nn(&found, iso_mat_view(&top), iso_mat_view(&wide), 0));
    orthonormalise(&found);
    *out = found;
    found = (iso_mat){0};
done:
    iso_mat_free(&wide);
    iso_mat_free(&square);
    iso_mat_free(&vectors);
    iso_mat_free(&top);
    iso_mat_free(&found);
    iso_free(values);
    return err;
}

iso_err iso_principal(iso_mat *out, iso_view x, const double *mean, int64_t k)
{
    return x.rows < x.cols ? by_rows(out, x, mean, k) : by_columns(out, x, mean, k);
}

int64_t iso_principal_bytes(int64_t n, int64_t d)
{
    const int64_t less = n < d ? n : d, block = n < d || n < BLOCK ? n : BLOCK;

    return (int64_t)sizeof(double) * (2 * less * less + block * d);
}
