#include "lib/linalg/blas.h"

#include <cblas.h>
#include <limits.h>
#include <unistd.h>
#ifdef _OPENMP
#include <omp.h>
#endif

/* A product C (m × n) = op(A) op(B) over the inner size k, as the BLAS wants it told. */
struct product {
    CBLAS_TRANSPOSE ta, tb;
    int64_t m, n, k, kb;
};

static iso_err narrow(const struct product *p, const iso_mat *c, iso_view a, iso_view b)
{
    if (p->k != p->kb)
        return iso_fail(ISO_EARG, "inner sizes differ: %lld and %lld", (long long)p->k,
                        (long long)p->kb);
    if (c->rows != p->m || c->cols != p->n)
        return iso_fail(ISO_EARG, "result is %lld x %lld, not %lld x %lld", (long long)c->rows,
                        (long long)c->cols, (long long)p->m, (long long)p->n);
    if (a.dtype != b.dtype || a.dtype != c->dtype || (a.dtype != ISO_F32 && a.dtype != ISO_F64))
        return iso_fail(ISO_EARG, "matrices of types %s, %s and %s cannot be multiplied",
                        iso_dtype_name(a.dtype), iso_dtype_name(b.dtype), iso_dtype_name(c->dtype));
    if (p->m > INT_MAX || p->n > INT_MAX || p->k > INT_MAX || a.stride > INT_MAX ||
        b.stride > INT_MAX || c->stride > INT_MAX)
        return iso_fail(ISO_EARG, "matrix too large for this BLAS");
    return ISO_OK;
}

static iso_err multiply(iso_mat *c, iso_view a, iso_view b, double beta, const struct product *p)
{
    iso_err err = narrow(p, c, a, b);

    if (!err)
        err = iso_blas_ready();
    if (err || p->m == 0 || p->n == 0)
        return err;
    const int m = (int)p->m, n = (int)p->n, k = (int)p->k;
    /* A leading dimension of 0 is refused even where there is nothing to read. */
    const int lda = a.stride > 0 ? (int)a.stride : 1, ldb = b.stride > 0 ? (int)b.stride : 1;
    const int ldc = (int)c->stride;
    if (c->dtype == ISO_F32)
        cblas_sgemm(CblasRowMajor, p->ta, p->tb, m, n, k, 1.0f, a.data, lda, b.data, ldb,
                    (float)beta, c->data, ldc);
    else
        cblas_dgemm(CblasRowMajor, p->ta, p->tb, m, n, k, 1.0, a.data, lda, b.data, ldb, beta,
                    c->data, ldc);
    return ISO_OK;
}

iso_err iso_mul_tn(iso_mat *c, iso_view a, iso_view b, double beta)
{
    const struct product p = {CblasTrans, CblasNoTrans, a.cols, b.cols, a.rows, b.rows};
    return multiply(c, a, b, beta, &p);
}

iso_err iso_mul_nt(iso_mat *c, iso_view a, iso_view b, double beta)
{
    const struct product p = {CblasNoTrans, CblasTrans, a.rows, b.rows, a.cols, b.cols};
    return multiply(c, a, b, beta, &p);
}

iso_err iso_mul_nn(iso_mat *c, iso_view a, iso_view b, double beta)
{
    const struct product p = {CblasNoTrans, CblasNoTrans, a.rows, b.cols, a.cols, b.rows};
    return multiply(c, a, b, beta, &p);
}

static void square(iso_mat *c, iso_view a, double beta, CBLAS_TRANSPOSE transpose, int64_t inner)
{
    const int n = (int)c->rows, k = (int)inner, lda = (int)a.stride, ldc = (int)c->stride;

    if (c->dtype == ISO_F32)
        cblas_ssyrk(CblasRowMajor, CblasUpper, transpose, n, k, 1.0f, a.data, lda, (float)beta,
                    c->data, ldc);
    else
        cblas_dsyrk(CblasRowMajor, CblasUpper, transpose, n, k, 1.0, a.data, lda, beta, c->data,
                    ldc);
}

iso_err iso_square_tn(iso_mat *c, iso_view a, double beta)
{
    const struct product p = {CblasTrans, CblasNoTrans, a.cols, a.cols, a.rows, a.rows};
    iso_err err = narrow(&p, c, a, a);

    if (!err)
        err = iso_blas_ready();
    if (!err && p.m > 0)
        square(c, a, beta, CblasTrans, a.rows);
    return err;
}

iso_err iso_square_nt(iso_mat *c, iso_view a)
{
    const struct product p = {CblasNoTrans, CblasTrans, a.rows, a.rows, a.cols, a.cols};
    iso_err err = narrow(&p, c, a, a);

    if (!err)
        err = iso_blas_ready();
    if (!err && p.m > 0)
        square(c, a, 0, CblasNoTrans, a.cols);
    return err;
}

const char *iso_blas_corename(void)
{
    return openblas_get_corename();
}

const char *iso_blas_config(void)
{
    return openblas_get_config();
}

int iso_blas_threads(void)
{
    return openblas_get_num_threads();
}

void iso_blas_set_threads(int threads)
{
    if (threads <= 0)
        threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
    openblas_set_num_threads(threads);
#ifdef _OPENMP
    omp_set_num_threads(threads);
#endif
}
