/* Rows in: from the sources into blocks of the plan's type, shifted, with their norms. */
#include <float.h>
#include <math.h>

#include "analysis/pass/chunk.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/loops.h"

enum { STEP = 32 };

static char *row_at(const iso_mat *m, int64_t row)
{
    return (char *)m->data + (size_t)(row * m->stride) * iso_dtype_size(m->dtype);
}

/* The same with every number divided by 2^raw, which f32 may not hold before. */
static void convert_divided(float *to, int64_t stride, iso_view from, int raw)
{
    enum { FEW = 512 };
    double wide[FEW];

    for (int64_t i = 0; i < from.rows; i++)
        for (int64_t j = 0; j < from.cols; j += FEW) {
            const int64_t count = from.cols - j < FEW ? from.cols - j : FEW;
            iso_view part = iso_view_rows(from, i, 1);
            part.data = (const char *)part.data + (size_t)j * iso_dtype_size(from.dtype);
            part.cols = count;
            iso_convert_f64(wide, FEW, part);
            for (int64_t k = 0; k < count; k++)
                to[i * stride + j + k] = (float)ldexp(wide[k], -raw);
        }
}

static void convert_rows(const iso_mat *to, int64_t first, iso_view from, int raw)
{
    if (raw)
        convert_divided((float *)(void *)row_at(to, first), to->stride, from, raw);
    else
        iso_convert(row_at(to, first), to->stride, to->dtype, from);
}

/* A few rows at a time, so that all cores convert. */
static void convert(const iso_mat *to, int64_t first, iso_view from, int raw)
{
#pragma omp parallel for schedule(static) if (from.rows > STEP)
    for (int64_t i = 0; i < from.rows; i += STEP) {
        const int64_t count = from.rows - i < STEP ? from.rows - i : STEP;
        convert_rows(to, first + i, iso_view_rows(from, i, count), raw);
    }
}

/* The pieces of a view, to where they go. Many are of one row, so that threads share them all. */
static void convert_pieces(const iso_mat *to, iso_view from, const struct iso_piece *piece,
                           int pieces, int raw)
{
    if (pieces == 1) {
        convert(to, piece->to, iso_view_rows(from, 0, piece->count), raw);
        return;
    }
#pragma omp parallel for schedule(static) if (from.rows > STEP)
    for (int k = 0; k < pieces; k++)
        convert_rows(to, piece[k].to, iso_view_rows(from, piece[k].from, piece[k].count), raw);
}

/* The largest size of a number; NAN is none. */
static double peak_of(iso_view v)
{
    double peak = 0;
    float most = 0;

    for (int64_t i = 0; i < v.rows; i++) {
        const double *wide = (const double *)v.data + i * v.stride;
        const float *narrow = (const float *)v.data + i * v.stride;
        for (int64_t j = 0; v.dtype == ISO_F64 && j < v.cols; j++)
            peak = fabs(wide[j]) > peak ? fabs(wide[j]) : peak;
        if (v.dtype == ISO_F64)
            continue;
#pragma omp simd reduction(max : most)
        for (int64_t j = 0; j < v.cols; j++)
            most = fabsf(narrow[j]) > most ? fabsf(narrow[j]) : most;
    }
    return peak > (double)most ? peak : (double)most;
}

iso_err iso_chunk_read(struct iso_chunk *c, int64_t first, const struct iso_piece *piece,
                       int pieces)
{
    int64_t count = 0;
    iso_view v;
    iso_err err = ISO_OK;

    for (int k = 0; k < pieces; k++)
        count += piece[k].count;
    if (count == 0)
        return ISO_OK;
    for (int m = 0; m < c->matrices; m++) {
        ISO_TRY(iso_rows_read(c->task->matrix[c->global[m]], first, count, &v));
        convert_pieces(&c->block[m], v, piece, pieces, c->raw[m]);
    }
    c->have += count;
done:
    return err;
}

/* The mean of the first rows, divided by 2^raw, and the size of the largest number in them. Blocks
 * too small for them all take them in turns. */
static iso_err look_at_first(double *mean, double *peak, struct iso_chunk *c, int m)
{
    iso_rows *rows = c->task->matrix[c->global[m]];
    const int64_t n = rows->rows < ISO_PILOT ? rows->rows : ISO_PILOT;
    iso_mat *b = &c->block[m];
    iso_view v;
    iso_err err = ISO_OK;

    *peak = 0;
    for (int64_t j = 0; j < rows->cols; j++)
        mean[j] = 0;
    for (int64_t first = 0, count; first < n; first += count) {
        count = n - first < b->rows ? n - first : b->rows;
        ISO_TRY(iso_rows_read(rows, first, count, &v));
        convert(b, 0, v, c->raw[m]);
        const iso_view here = iso_view_rows(iso_mat_view(b), 0, count);
        *peak = fmax(*peak, peak_of(v.dtype == ISO_F64 ? v : here));
        for (int64_t i = 0; i < count; i++) {
            if (b->dtype == ISO_F64)
                iso_loops_best()->add_f64(mean, (const double *)row_at(b, i), 1, b->cols);
            else
                iso_loops_best()->add_f32(mean, (const float *)row_at(b, i), 1, b->cols);
        }
    }
    for (int64_t j = 0; j < rows->cols; j++)
        mean[j] /= (double)n;
done:
    return err;
}

/* What rows must be divided by for f32 to hold them and their differences; 0 = they are fine. */
static int raw_scale(double peak, iso_dtype from, iso_dtype to)
{
    const double least = from == ISO_F64 ? 0x1p-96 : 0, most = from == ISO_F64 ? 0x1p96 : 0x1p120;

    if (to == ISO_F64 || !isfinite(peak) || peak == 0 || (peak >= least && peak <= most))
        return 0;
    return ilogb(peak);
}

/* The first 24 bits, as f32 has them, also of numbers that f32 cannot hold. */
static double rounded(double mean, bool wide)
{
    const double near = (double)(float)mean;
    int e;

    if (!isfinite(mean)) /* the row at fault is named when it is read */
        return 0;
    if (!wide || (isfinite(near) && fabs(near) >= (double)FLT_MIN))
        return isfinite(near) ? near : 0;
    const double part = frexp(mean, &e);
    return ldexp((double)(float)part, e);
}

/* Adds what rounding left of the mean of the first rows of doubles. */
static iso_err refine(double *mean, iso_rows *rows)
{
    const int64_t n = rows->rows < ISO_PILOT ? rows->rows : ISO_PILOT;
    double *rest = NULL;
    iso_view v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&rest, rows->cols, sizeof *rest));
    ISO_TRY(iso_rows_read(rows, 0, n, &v));
    for (int64_t i = 0; i < v.rows; i++)
        for (int64_t j = 0; j < v.cols; j++)
            rest[j] += ((const double *)v.data)[i * v.stride + j] - mean[j];
    for (int64_t j = 0; j < rows->cols; j++)
        mean[j] += rest[j] / (double)n;
done:
    iso_free(rest);
    return err;
}

/* The largest deviation from `mean` among the first rows of doubles, or among more of them where
 * these do not deviate. */
static iso_err deviation_of(double *out, iso_rows *rows, const double *mean)
{
    double peak = 0;
    iso_view v;
    iso_err err = ISO_OK;

    for (int64_t first = 0, count; first < rows->rows; first += count) {
        if (first >= ISO_PILOT && peak > 0)
            break;
        count = rows->rows - first < ISO_PILOT ? rows->rows - first : ISO_PILOT;
        ISO_TRY(iso_rows_read(rows, first, count, &v));
        for (int64_t i = 0; i < v.rows; i++)
            for (int64_t j = 0; j < v.cols; j++)
                peak = fmax(peak, fabs(((const double *)v.data)[i * v.stride + j] - mean[j]));
    }
    *out = peak;
done:
    return err;
}

/* Doubles may be so large or small, or lie so far from 0, that sums of their fourth powers, or a
 * mean of 24 bits, would not do. */
static iso_err settle_doubles(struct iso_chunk *c, int m, double *mean)
{
    iso_rows *rows = c->task->matrix[c->global[m]];
    iso_moments *mo = c->moments[m];
    const bool wide = c->block[m].dtype == ISO_F64;
    double deviation, rest = 0;
    iso_err err = ISO_OK;

    ISO_TRY(refine(mean, rows));
    ISO_TRY(deviation_of(&deviation, rows, mean));
    if (deviation == 0 || !isfinite(deviation))
        return ISO_OK;
    if (!wide && c->raw[m] > 0 && deviation < ldexp(1, c->raw[m] - 100))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: numbers of %.1e that vary by %.1e, which single precision does not "
                 "hold: " ISO_FIELD(precision) " double",
                 iso_rows_name(rows), ldexp(1, c->raw[m]), deviation);
    if (deviation < 0x1p-100 || deviation > 0x1p100)
        mo->scale = ilogb(deviation);
    for (int64_t j = 0; j < mo->p; j++)
        rest = fmax(rest, fabs(mean[j] - mo->shift[j]));
    for (int64_t j = 0; wide && rest > 0x1p-10 * deviation && j < mo->p; j++)
        mo->shift[j] = mean[j];
done:
    return err;
}

/* The mean of the first rows, each number rounded to f32 so that any reader of f32 states removes
 * exactly the same. */
static iso_err pilot_of(struct iso_chunk *c, int m)
{
    iso_rows *rows = c->task->matrix[c->global[m]];
    iso_moments *mo = c->moments[m];
    const bool doubles = rows->dtype == ISO_F64, wide = c->block[m].dtype == ISO_F64;
    double peak, *mean = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mean, rows->cols, sizeof *mean));
    c->raw[m] = 0;
    ISO_TRY(look_at_first(mean, &peak, c, m));
    c->raw[m] = raw_scale(peak, rows->dtype, c->block[m].dtype);
    if (c->raw[m])
        ISO_TRY(look_at_first(mean, &peak, c, m));
    for (int64_t j = 0; j < rows->cols; j++) {
        mo->shift[j] = ldexp(rounded(mean[j], doubles && wide), c->raw[m]);
        mean[j] = ldexp(mean[j], c->raw[m]);
    }
    if (doubles)
        ISO_TRY(settle_doubles(c, m, mean));
done:
    iso_free(mean);
    return err;
}

iso_err iso_chunk_pilot(struct iso_chunk *c)
{
    iso_err err = ISO_OK;

    for (int m = 0; m < c->matrices && !err; m++) {
        /* Another chunk has taken these sums already: start again, the result is the same. */
        iso_moments fresh = {0};
        ISO_TRY(iso_moments_new(&fresh, c->moments[m]->p));
        iso_moments_free(c->moments[m]);
        *c->moments[m] = fresh;
        if (c->plan->rows > 0)
            ISO_TRY(pilot_of(c, m));
    }
done:
    return err;
}

/* The first row whose norm is not finite, or -1. */
static int64_t not_finite(const double *norm2, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(norm2[i]))
            return i;
    }
    return -1;
}

/* Names the row: the block does not know where its rows came from, so the source is asked. */
static iso_err blame(struct iso_chunk *c, int m)
{
    iso_rows *rows = c->task->matrix[c->global[m]];
    iso_view v;
    int64_t row;
    iso_err err = ISO_OK;

    for (int64_t first = 0, count; first < rows->rows; first += count) {
        count = rows->rows - first < ISO_PILOT ? rows->rows - first : ISO_PILOT;
        ISO_TRY(iso_rows_read(rows, first, count, &v));
        if (!iso_view_finite(&row, v))
            ISO_FAIL(ISO_EFORMAT,
                     "%s: row %lld holds NaN or infinity; `isogloss inspect` lists all",
                     iso_rows_name(rows), (long long)(first + row));
    }
    if (c->block[m].dtype == ISO_F64)
        ISO_FAIL(ISO_EFORMAT, "%s: numbers too large for double precision: divide them first",
                 iso_rows_name(rows));
    ISO_FAIL(ISO_EFORMAT,
             "%s: numbers too large for single precision: " ISO_FIELD(precision) " double",
             iso_rows_name(rows));
done:
    return err;
}

/* Squared norms between these, and squares of them, lose nothing that counts. */
static bool fits(const double *norm2, int64_t n, iso_dtype dtype)
{
    const double least = dtype == ISO_F64 ? 0x1p-200 : 0x1p-32,
                 most = dtype == ISO_F64 ? 0x1p200 : 0x1p40;
    double top = 0;

    for (int64_t i = 0; i < n; i++)
        top = fmax(top, norm2[i]);
    return top >= least && top <= most;
}

/* Subtracts shift from every row, both divided by 2^scale; takes the norms. */
static void subtract(struct iso_chunk *c, int m, const double *shift, int scale, double *wide,
                     float *narrow)
{
    const iso_loops *loops = iso_loops_best();
    const iso_mat *b = &c->block[m];

    for (int64_t j = 0; j < b->cols; j++) {
        wide[j] = shift ? ldexp(shift[j], -scale) : 0;
        narrow[j] = (float)wide[j];
    }
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < c->have; i++)
        c->norm2[m][i] = b->dtype == ISO_F64
                             ? loops->shift_f64((double *)row_at(b, i), wide, b->cols)
                             : loops->shift_f32((float *)row_at(b, i), narrow, b->cols);
}

/* Divides the rows at hand by the power of two that takes the largest number to [1, 2): exact, but
 * for numbers that are nothing beside it. */
static void divide(struct iso_chunk *c, int m)
{
    const iso_mat *b = &c->block[m];
    const double peak = peak_of(iso_view_rows(iso_mat_view(b), 0, c->have));

    if (peak == 0 || !isfinite(peak))
        return;
    const int e = ilogb(peak);
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < c->have; i++)
        for (int64_t j = 0; j < b->cols; j++) {
            char *row = row_at(b, i);
            if (b->dtype == ISO_F64)
                ((double *)(void *)row)[j] = ldexp(((double *)(void *)row)[j], -e);
            else
                ((float *)(void *)row)[j] = ldexpf(((float *)(void *)row)[j], -e);
        }
    c->scale[m] += e;
}

/* Subtracts shift from every row, both divided by 2^scale, brings them to a scale whose squares
 * their type holds, and takes the norms. */
static iso_err shift_block(struct iso_chunk *c, int m, const double *shift, int scale)
{
    const iso_dtype dtype = c->block[m].dtype;
    double *wide = NULL;
    float *narrow = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&wide, c->block[m].cols, sizeof *wide));
    ISO_TRY(iso_alloc(&narrow, c->block[m].cols, sizeof *narrow));
    subtract(c, m, shift, scale, wide, narrow);
    if (!fits(c->norm2[m], c->have, dtype)) {
        divide(c, m);
        subtract(c, m, NULL, 0, wide, narrow);
    }
    if (not_finite(c->norm2[m], c->have) >= 0)
        ISO_TRY(blame(c, m));
done:
    iso_free(narrow);
    iso_free(wide);
    return err;
}

iso_err iso_chunk_shift(struct iso_chunk *c)
{
    iso_err err = ISO_OK;

    for (int m = 0; m < c->matrices && !err; m++) {
        c->scale[m] = c->raw[m] - c->moments[m]->scale;
        err = shift_block(c, m, c->moments[m]->shift, c->raw[m]);
    }
    return err;
}

iso_err iso_chunk_centre(struct iso_chunk *c)
{
    double *rest = NULL;
    iso_err err = ISO_OK;

    for (int m = 0; m < c->matrices && !err; m++) {
        const iso_moments *mo = c->moments[m];
        ISO_TRY(iso_realloc(&rest, 0, mo->p, sizeof *rest));
        for (int64_t j = 0; j < mo->p; j++)
            rest[j] = mo->s1[j] / (double)mo->n;
        ISO_TRY(shift_block(c, m, rest, c->scale[m]));
    }
done:
    iso_free(rest);
    return err;
}
