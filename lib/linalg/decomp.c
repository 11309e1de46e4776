#include "lib/linalg/decomp.h"

#include <float.h>
#include <lapacke.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/product.h"
#include "lib/linalg/convert.h"

/* LAPACK counts columns first. A row-major A is, read that way, Aᵀ = V S Uᵀ: what it calls the left
 * factor is, read back, Vᵀ row-major, and nothing needs turning round. */

enum { LARGEST = INT32_MAX };

static iso_err check(iso_view a)
{
    int64_t row;

    if (a.dtype != ISO_F32 && a.dtype != ISO_F64)
        return iso_fail(ISO_EARG, "a matrix of type %s cannot be factored",
                        iso_dtype_name(a.dtype));
    if (a.rows < 0 || a.cols < 0 || a.rows > LARGEST || a.cols > LARGEST)
        return iso_fail(ISO_EARG, "%lld x %lld is too large for this LAPACK", (long long)a.rows,
                        (long long)a.cols);
    if (!iso_view_finite(&row, a))
        return iso_fail(ISO_EFORMAT, "row %lld of a matrix to factor is not finite",
                        (long long)row);
    return ISO_OK;
}

static iso_err check_square(iso_view a)
{
    if (a.rows != a.cols)
        return iso_fail(ISO_EARG, "a matrix of %lld x %lld is not square", (long long)a.rows,
                        (long long)a.cols);
    return check(a);
}

/* A packed copy in double for LAPACK to overwrite. */
static iso_err copy(double **out, iso_view a)
{
    double *data = NULL;
    iso_err err = check(a);

    if (!err)
        err = iso_blas_ready(); /* LAPACK multiplies by the same library */
    if (!err)
        err = iso_alloc(&data, a.rows * a.cols, sizeof *data);
    if (err)
        return err;
    iso_convert_f64(data, a.cols, a);
    *out = data;
    return ISO_OK;
}

/* The answer of one of LAPACK's routines. */
static iso_err answer(const char *routine, lapack_int info)
{
    if (info == 0)
        return ISO_OK;
    if (info < 0)
        return iso_fail(ISO_EARG, "%s refused argument %d", routine, (int)-info);
    return iso_fail(ISO_ENUMERIC, "%s did not come to an end (%d)", routine, (int)info);
}

/* The room a routine asked for, as a double holding a whole number; a float's worth above 2^24 is
 * rounded up by LAPACK itself. */
static iso_err room(double **work, lapack_int *size, double asked)
{
    if (!(asked < LARGEST))
        return iso_fail(ISO_EARG, "the matrix is too large for this LAPACK");
    *size = asked > 1 ? (lapack_int)asked : 1;
    return iso_alloc(work, *size, sizeof **work);
}

static lapack_int narrow(int64_t n)
{
    return n > 0 ? (lapack_int)n : 1; /* a leading dimension of 0 is refused */
}

/* a (m × n) is overwritten; u and vt NULL: values alone. */
static iso_err gesdd(double *u, double *s, double *vt, double *a, int64_t m, int64_t n)
{
    const int64_t k = m < n ? m : n;
    const lapack_int lm = (lapack_int)m, ln = (lapack_int)n, lk = narrow(u ? k : 1);
    const char job = u ? 'S' : 'N';
    double asked = 0, *work = NULL;
    lapack_int *iwork = NULL, size = -1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&iwork, 8 * k, sizeof *iwork));
    ISO_TRY(answer("gesdd", LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, job, ln, lm, a, narrow(n), s, vt,
                                                narrow(n), u, lk, &asked, size, iwork)));
    ISO_TRY(room(&work, &size, asked));
    ISO_TRY(answer("gesdd", LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, job, ln, lm, a, narrow(n), s, vt,
                                                narrow(n), u, lk, work, size, iwork)));
done:
    iso_free(work);
    iso_free(iwork);
    return err;
}

iso_err iso_svd_new(iso_svd *out, iso_view a)
{
    iso_svd svd = {.k = a.rows < a.cols ? a.rows : a.cols};
    double *work = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(copy(&work, a));
    ISO_TRY(iso_mat_new(&svd.u, a.rows, svd.k, ISO_F64));
    ISO_TRY(iso_mat_new(&svd.vt, svd.k, a.cols, ISO_F64));
    ISO_TRY(iso_alloc(&svd.s, svd.k, sizeof *svd.s));
    if (svd.k > 0)
        ISO_TRY(gesdd(svd.u.data, svd.s, svd.vt.data, work, a.rows, a.cols));
    *out = svd;
    svd = (iso_svd){0};
done:
    iso_svd_free(&svd);
    iso_free(work);
    return err;
}

void iso_svd_free(iso_svd *svd)
{
    if (!svd)
        return;
    iso_mat_free(&svd->u);
    iso_mat_free(&svd->vt);
    iso_free(svd->s);
    *svd = (iso_svd){0};
}

iso_err iso_singular_values(double *s, iso_view a)
{
    const int64_t k = a.rows < a.cols ? a.rows : a.cols;
    double *work = NULL, *values = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(copy(&work, a));
    ISO_TRY(iso_alloc(&values, k, sizeof *values));
    if (k == 0)
        goto done;
    ISO_TRY(gesdd(NULL, values, NULL, work, a.rows, a.cols));
    memcpy(s, values, (size_t)k * sizeof *s);
done:
    iso_free(values);
    iso_free(work);
    return err;
}

static double relative(int64_t size, double tolerance)
{
    return tolerance > 0 ? tolerance : (double)size * DBL_EPSILON;
}

int64_t iso_rank(const double *s, int64_t k, int64_t size, double tolerance)
{
    int64_t rank = 0;

    while (rank < k && s[rank] > relative(size, tolerance) * s[0])
        rank++;
    return rank;
}

/* a (n × n) becomes the eigenvectors if they are `wanted`. Its upper triangle by rows is the lower
 * one by columns. */
static iso_err syevd(double *values, double *a, int64_t n, bool wanted)
{
    const lapack_int ln = (lapack_int)n;
    const char job = wanted ? 'V' : 'N';
    double asked = 0, *work = NULL;
    lapack_int iasked = 0, *iwork = NULL, size = -1;
    iso_err err = ISO_OK;

    ISO_TRY(answer("syevd", LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, job, 'L', ln, a, ln, values,
                                                &asked, size, &iasked, size)));
    ISO_TRY(room(&work, &size, asked));
    ISO_TRY(iso_alloc(&iwork, iasked, sizeof *iwork));
    ISO_TRY(answer("syevd", LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, job, 'L', ln, a, ln, values, work,
                                                size, iwork, iasked)));
done:
    iso_free(iwork);
    iso_free(work);
    return err;
}

/* Moves a packed n × q result into its place. */
static void hand_over(iso_mat *out, const double *data, int64_t n, int64_t q)
{
    iso_convert_f64(out->data, out->stride, iso_view_f64(data, n, q));
}

static iso_err check_result(const iso_mat *x, int64_t rows, int64_t cols)
{
    if (x->dtype != ISO_F64 || x->rows != rows || x->cols != cols)
        return iso_fail(ISO_EARG, "result is %lld x %lld %s, not %lld x %lld f64",
                        (long long)x->rows, (long long)x->cols, iso_dtype_name(x->dtype),
                        (long long)rows, (long long)cols);
    return ISO_OK;
}

iso_err iso_eigen(double *values, iso_mat *vectors, iso_view a)
{
    const int64_t n = a.rows;
    double *work = NULL, *found = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check_square(a));
    if (vectors)
        ISO_TRY(check_result(vectors, n, n));
    ISO_TRY(copy(&work, a));
    ISO_TRY(iso_alloc(&found, n, sizeof *found));
    if (n > 0)
        ISO_TRY(syevd(found, work, n, vectors != NULL));
    memcpy(values, found, (size_t)n * sizeof *values);
    if (vectors)
        hand_over(vectors, work, n, n);
done:
    iso_free(found);
    iso_free(work);
    return err;
}

iso_err iso_spectral(iso_mat *out, const double *f, const iso_mat *vectors)
{
    const int64_t n = vectors->rows;
    iso_mat scaled = {0};
    iso_err err = ISO_OK;

    ISO_TRY(check_result(vectors, n, n));
    ISO_TRY(iso_mat_new(&scaled, n, n, ISO_F64));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            ((double *)scaled.data)[i * scaled.stride + j] =
                f[i] * ((const double *)vectors->data)[i * vectors->stride + j];
    ISO_TRY(iso_mul_tn(out, iso_mat_view(vectors), iso_mat_view(&scaled), 0));
done:
    iso_mat_free(&scaled);
    return err;
}

/* A copy by columns, column j from j * ld on, ld >= rows. */
static iso_err turn(double **out, iso_view a, int64_t ld)
{
    double *rows = NULL, *columns = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(copy(&rows, a));
    ISO_TRY(iso_alloc(&columns, ld * a.cols, sizeof *columns));
    for (int64_t i = 0; i < a.rows; i++)
        for (int64_t j = 0; j < a.cols; j++)
            columns[j * ld + i] = rows[i * a.cols + j];
    *out = columns;
done:
    iso_free(rows);
    return err;
}

/* a (m × n) and b (max(m, n) × q), by columns, are overwritten, b with the solution. */
static iso_err gelsd(double *a, double *b, lapack_int *rank, int64_t m, int64_t n, int64_t q,
                     double tolerance)
{
    const int64_t k = m < n ? m : n, ldb = m > n ? m : n;
    const lapack_int lm = (lapack_int)m, ln = (lapack_int)n, lq = (lapack_int)q;
    double asked = 0, *s = NULL, *work = NULL;
    lapack_int iasked = 0, *iwork = NULL, size = -1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s, k, sizeof *s));
    ISO_TRY(
        answer("gelsd", LAPACKE_dgelsd_work(LAPACK_COL_MAJOR, lm, ln, lq, a, lm, b, (lapack_int)ldb,
                                            s, tolerance, rank, &asked, size, &iasked)));
    ISO_TRY(room(&work, &size, asked));
    ISO_TRY(iso_alloc(&iwork, iasked, sizeof *iwork));
    ISO_TRY(
        answer("gelsd", LAPACKE_dgelsd_work(LAPACK_COL_MAJOR, lm, ln, lq, a, lm, b, (lapack_int)ldb,
                                            s, tolerance, rank, work, size, iwork)));
done:
    iso_free(iwork);
    iso_free(work);
    iso_free(s);
    return err;
}

iso_err iso_least_squares(iso_mat *x, int64_t *rank, iso_view a, iso_view b, double tolerance)
{
    const int64_t m = a.rows, n = a.cols, q = b.cols, ld = m > n ? m : n;
    double *work = NULL, *solution = NULL;
    lapack_int found = 0;
    iso_err err = ISO_OK;

    ISO_NEED(b.rows == m, "sides of least squares have %lld and %lld rows", (long long)m,
             (long long)b.rows);
    ISO_TRY(check_result(x, n, q));
    ISO_TRY(turn(&work, a, m));
    ISO_TRY(turn(&solution, b, ld));
    if (m > 0 && n > 0 && q > 0)
        ISO_TRY(gelsd(work, solution, &found, m, n, q, relative(ld, tolerance)));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < q; j++)
            ((double *)x->data)[i * x->stride + j] = solution[j * ld + i];
    if (rank)
        *rank = found;
done:
    iso_free(solution);
    iso_free(work);
    return err;
}

iso_err iso_solve_positive(iso_mat *x, iso_view a, iso_view b)
{
    const int64_t n = a.rows, q = b.cols;
    double *factor = NULL, *solution = NULL;
    lapack_int info = 0;
    iso_err err = ISO_OK;

    ISO_TRY(check_square(a));
    ISO_NEED(b.rows == n, "%lld equations have %lld right sides", (long long)n, (long long)b.rows);
    ISO_TRY(check_result(x, n, q));
    ISO_TRY(copy(&factor, a));
    ISO_TRY(turn(&solution, b, n));
    if (n > 0)
        info = LAPACKE_dposv_work(LAPACK_COL_MAJOR, 'L', (lapack_int)n, (lapack_int)q, factor,
                                  (lapack_int)n, solution, (lapack_int)n);
    if (info > 0)
        ISO_FAIL(ISO_ENUMERIC, "the matrix is not positive definite (at row %d)", (int)info - 1);
    ISO_TRY(answer("posv", info));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < q; j++)
            ((double *)x->data)[i * x->stride + j] = solution[j * n + i];
done:
    iso_free(solution);
    iso_free(factor);
    return err;
}

iso_err iso_det_sign(int *sign, iso_view a)
{
    const int64_t n = a.rows;
    double *factor = NULL;
    lapack_int *pivot = NULL, info = 0;
    int found = 1;
    iso_err err = ISO_OK;

    ISO_TRY(check_square(a));
    ISO_TRY(copy(&factor, a));
    ISO_TRY(iso_alloc(&pivot, n, sizeof *pivot));
    if (n > 0)
        info = LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, (lapack_int)n, (lapack_int)n, factor,
                                   (lapack_int)n, pivot);
    if (info < 0)
        ISO_TRY(answer("getrf", info));
    for (int64_t i = 0; i < n; i++) {
        const double d = factor[i * n + i];
        found = d == 0 ? 0 : (d < 0) != (pivot[i] != i + 1) ? -found : found;
    }
    *sign = found;
done:
    iso_free(pivot);
    iso_free(factor);
    return err;
}
