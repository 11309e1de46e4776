#include "analysis/stats/spectrum.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/product.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/decomp.h"

enum { BLOCK = 256 };

/* A variance below this share of the mean square is what rounding leaves of none. */
static const double no_variance = 1e-30;

/* What is summed while rows pass. Few rows (n < d) are kept, of many the products add up. */
struct sums {
    iso_mat rows;   /* kept: all of them; else a block */
    iso_mat square; /* upper triangle: kept rows' products, or Σ (x − shift)(x − shift)ᵀ */
    double *shift;  /* mean of the first block */
    double *sum;    /* Σ (x − shift) */
    double *unit;   /* Σ x/‖x‖ */
    double norm2;   /* Σ ‖x‖² */
    int64_t seen, zeros;
    bool kept;
};

static void sums_free(struct sums *s)
{
    iso_mat_free(&s->rows);
    iso_mat_free(&s->square);
    iso_free(s->shift);
    iso_free(s->sum);
    iso_free(s->unit);
}

static iso_err sums_make(struct sums *s, int64_t n, int64_t d)
{
    const int64_t size = n < d ? n : d;
    iso_err err = ISO_OK;

    s->kept = n < d;
    ISO_TRY(iso_mat_new(&s->rows, s->kept || n < BLOCK ? n : BLOCK, d, ISO_F64));
    ISO_TRY(iso_mat_new(&s->square, size, size, ISO_F64));
    ISO_TRY(iso_alloc(&s->shift, d, sizeof *s->shift));
    ISO_TRY(iso_alloc(&s->sum, d, sizeof *s->sum));
    ISO_TRY(iso_alloc(&s->unit, d, sizeof *s->unit));
done:
    return err;
}

double iso_spectrum_bytes(int64_t n, int64_t d)
{
    const double size = (double)(n < d ? n : d), held = n < d || n < BLOCK ? (double)n : BLOCK;

    return sizeof(double) * (2 * size * size + (held + 3) * (double)d);
}

static double *row_of(const iso_mat *m, int64_t i)
{
    return (double *)m->data + i * m->stride;
}

/* Directions of the rows, and the shift that the first of them give. */
static void look(struct sums *s, iso_view rows)
{
    for (int64_t i = 0; i < rows.rows; i++) {
        const double *x = (const double *)rows.data + i * rows.stride;
        double norm2 = 0;
        for (int64_t j = 0; j < rows.cols; j++)
            norm2 += x[j] * x[j];
        for (int64_t j = 0; norm2 > 0 && j < rows.cols; j++)
            s->unit[j] += x[j] / sqrt(norm2);
        s->zeros += !(norm2 > 0);
        s->norm2 += norm2;
    }
    for (int64_t i = 0; s->seen == 0 && i < rows.rows; i++) {
        const double *x = (const double *)rows.data + i * rows.stride;
        for (int64_t j = 0; j < rows.cols; j++)
            s->shift[j] += x[j] / (double)rows.rows;
    }
}

/* A block of rows, in double, in s->rows from `at` on. */
static iso_err add(struct sums *s, int64_t at, int64_t count)
{
    const iso_view block = iso_view_rows(iso_mat_view(&s->rows), at, count);
    iso_err err = ISO_OK;

    look(s, block);
    for (int64_t i = 0; i < count; i++) {
        double *x = row_of(&s->rows, at + i);
        for (int64_t j = 0; j < block.cols; j++) {
            x[j] -= s->shift[j];
            s->sum[j] += x[j];
        }
    }
    if (!s->kept)
        ISO_TRY(iso_square_tn(&s->square, block, s->seen > 0));
    s->seen += count;
done:
    return err;
}

static iso_err read_all(struct sums *s, iso_rows *rows, const iso_run *run)
{
    iso_view v;
    int64_t bad;
    iso_err err = ISO_OK;

    for (int64_t at = 0, n; at < rows->rows; at += n) {
        n = rows->rows - at < BLOCK ? rows->rows - at : BLOCK;
        ISO_TRY(iso_run_step(run, "summing", at, rows->rows, "rows"));
        ISO_TRY(iso_rows_read(rows, at, n, &v));
        if (!iso_view_finite(&bad, v))
            ISO_FAIL(ISO_EFORMAT, "%s: row %lld has a number that is not finite",
                     iso_rows_name(rows), (long long)(at + bad));
        const int64_t to = s->kept ? at : 0;
        iso_convert_f64(row_of(&s->rows, to), s->rows.stride, v);
        ISO_TRY(add(s, to, n));
    }
done:
    return err;
}

/* From sums about the shift to sums about the mean. */
static iso_err centre(struct sums *s)
{
    const double n = (double)s->seen;
    iso_err err = ISO_OK;

    if (s->kept) {
        for (int64_t i = 0; i < s->seen; i++) {
            double *x = row_of(&s->rows, i);
            for (int64_t j = 0; j < s->rows.cols; j++)
                x[j] -= s->sum[j] / n;
        }
        ISO_TRY(iso_square_nt(&s->square, iso_mat_view(&s->rows)));
    } else {
        for (int64_t i = 0; i < s->square.rows; i++) {
            double *row = row_of(&s->square, i);
            for (int64_t j = i; j < s->square.cols; j++)
                row[j] -= s->sum[i] * (s->sum[j] / n);
        }
    }
done:
    return err;
}

static double mean_cosine(const struct sums *s)
{
    const double n = (double)s->seen;
    double norm2 = 0;

    for (int64_t j = 0; j < s->rows.cols; j++)
        norm2 += s->unit[j] * s->unit[j];
    return (norm2 - (n - (double)s->zeros)) / (n * (n - 1));
}

static iso_err eigenvalues(iso_spectrum *out, struct sums *s)
{
    const iso_mat *m = &s->square;
    double *values = NULL, trace = 0, squares = 0;
    iso_err err = ISO_OK;

    ISO_TRY(centre(s));
    for (int64_t i = 0; i < m->rows; i++) {
        const double *row = row_of(m, i);
        trace += row[i];
        squares += row[i] * row[i];
        for (int64_t j = i + 1; j < m->cols; j++)
            squares += 2 * row[j] * row[j];
    }
    if (!isfinite(squares) || !isfinite(s->norm2)) {
        out->why = "numbers leave the range of double";
    } else if (!(trace > no_variance * s->norm2)) {
        out->why = "no variance";
    } else {
        ISO_TRY(iso_alloc(&values, m->rows, sizeof *values));
        ISO_TRY(iso_eigen(values, NULL, iso_mat_view(m)));
        out->participation = trace * trace / squares;
        out->top_share = values[m->rows - 1] / trace;
    }
done:
    iso_free(values);
    return err;
}

static iso_err measure(iso_spectrum *out, iso_rows *rows, const iso_run *run)
{
    const double need = iso_spectrum_bytes(rows->rows, rows->cols), have = (double)iso_run_mem(run);
    struct sums s = {0};
    iso_err err = ISO_OK;

    if (need > have)
        ISO_FAIL(ISO_EDATA,
                 "%s: the spectrum of %lld x %lld numbers needs %.1f MB of memory, " ISO_FIELD(
                     mem) " gives %.1f MB: give more",
                 iso_rows_name(rows), (long long)rows->rows, (long long)rows->cols, need / 1e6,
                 have / 1e6);
    ISO_TRY(sums_make(&s, rows->rows, rows->cols));
    ISO_TRY(read_all(&s, rows, run));
    if (isfinite(s.norm2))
        out->cosine = mean_cosine(&s);
    ISO_TRY(eigenvalues(out, &s));
done:
    sums_free(&s);
    return err;
}

iso_err iso_spectrum_of(iso_spectrum *out, iso_rows *rows, const iso_run *run)
{
    const iso_threads threads = iso_blas_enter(run);
    const int64_t n = rows->rows;
    iso_spectrum found = {NAN, NAN, NAN, n > 1 ? n * (n - 1) / 2 : 0, NULL};
    iso_err err = ISO_OK;

    if (n < 2 || rows->cols < 1)
        found.why = n < 2 ? "fewer than two rows" : "no columns";
    else
        ISO_TRY(measure(&found, rows, run));
    *out = found;
done:
    iso_blas_leave(threads);
    return err;
}
