#include "analysis/maps/map.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/linalg/product.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/decomp.h"
#include "lib/linalg/loops.h"

#define KEPT_EIGENVALUES 1e-10
#define DEFAULT_RIDGE    0.1

enum { BLOCK = 1024 }; /* rows mapped at once */

static const char *const names[] = {
    [ISO_MAP_ORTHOGONAL] = "orthogonal",
    [ISO_MAP_ROTATION] = "rotation",
    [ISO_MAP_SCALED] = "scaled",
    [ISO_MAP_RIDGE] = "ridge",
    [ISO_MAP_LEAST_SQUARES] = "least-squares",
    [ISO_MAP_WHITENED] = "whitened",
};

const char *iso_map_method_name(iso_map_method m)
{
    return names[m];
}

/* --- Fitting --- */

/* Both sides in double, less their means where they are removed. */
struct sides {
    iso_mat x, y;
    iso_view xv, yv;
    double *from, *to;
};

static void sides_free(struct sides *s)
{
    iso_mat_free(&s->x);
    iso_mat_free(&s->y);
    iso_free(s->from);
    iso_free(s->to);
}

static iso_err check(iso_view v, const char *side)
{
    int64_t row;

    if (v.dtype != ISO_F32 && v.dtype != ISO_F64)
        return iso_fail(ISO_EARG, "rows of %s are %s, not f32 or f64", side,
                        iso_dtype_name(v.dtype));
    if (v.cols < 1)
        return iso_fail(ISO_EARG, "rows of %s have no columns", side);
    if (!iso_view_finite(&row, v))
        return iso_fail(ISO_EFORMAT, "row %lld of %s is not finite", (long long)row, side);
    return ISO_OK;
}

/* Removes the columns' means and sets `mean` to them. Once the first row is taken off, means far
 * from zero cost no digits. */
static iso_err centre(iso_mat *x, double *mean)
{
    const iso_loops *loops = iso_loops_best();
    const int64_t n = x->rows, d = x->cols;
    double *rows = x->data, *first = NULL, *rest = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&first, 2 * d, sizeof *first));
    rest = first + d;
    memcpy(first, rows, (size_t)d * sizeof *first);
    for (int64_t i = 0; i < n; i++) {
        loops->shift_f64(rows + i * d, first, d);
        loops->add_f64(rest, rows + i * d, 1, d);
    }
    for (int64_t j = 0; j < d; j++) {
        rest[j] /= (double)n;
        mean[j] = first[j] + rest[j];
    }
    for (int64_t i = 0; i < n; i++)
        loops->shift_f64(rows + i * d, rest, d);
done:
    iso_free(first);
    return err;
}

static iso_err side_new(iso_mat *out, iso_view *view, double **mean, iso_view v, bool centred)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(mean, v.cols, sizeof **mean));
    *view = v;
    if (v.dtype == ISO_F64 && !centred)
        goto done; /* read where it lies */
    ISO_TRY(iso_mat_new(out, v.rows, v.cols, ISO_F64));
    iso_convert_f64(out->data, v.cols, v);
    if (centred)
        ISO_TRY(centre(out, *mean));
    *view = iso_mat_view(out);
done:
    return err;
}

static iso_err sides_new(struct sides *s, iso_view x, iso_view y, bool centred)
{
    iso_err err = ISO_OK;

    ISO_NEED(x.rows == y.rows, "rows to pair are %lld and %lld", (long long)x.rows,
             (long long)y.rows);
    ISO_NEED(x.rows >= 1, "a map needs at least 1 pair of rows");
    ISO_TRY(check(x, "x"));
    ISO_TRY(check(y, "y"));
    ISO_TRY(side_new(&s->x, &s->xv, &s->from, x, centred));
    ISO_TRY(side_new(&s->y, &s->yv, &s->to, y, centred));
done:
    return err;
}

static double norm2(iso_view v)
{
    const double *data = v.data;
    double sum = 0;

    for (int64_t i = 0; i < v.rows; i++)
        sum += iso_dot(data + i * v.stride, data + i * v.stride, v.cols);
    return sum;
}

/* XᵀY as a new matrix. */
static iso_err product(iso_mat *out, iso_view x, iso_view y)
{
    iso_err err = iso_mat_new(out, x.cols, y.cols, ISO_F64);

    return err ? err : iso_mul_tn(out, x, y, 0);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Turns U Vᵀ into the best rotation: the weakest direction changes its sign. */
static iso_err make_rotation(iso_mat *w, iso_svd *svd)
{
    double *u = svd->u.data;
    int sign = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_det_sign(&sign, iso_mat_view(w)));
    if (sign >= 0)
        goto done;
    for (int64_t i = 0; i < svd->u.rows; i++)
        u[i * svd->u.stride + svd->k - 1] *= -1;
    ISO_TRY(iso_mul_nn(w, iso_mat_view(&svd->u), iso_mat_view(&svd->vt), 0));
done:
    return err;
}

/* The orthogonal factor of m = XᵀY; `trace` takes the sum of the singular values. */
static iso_err polar(iso_map *map, double *trace, iso_view m, bool rotation)
{
    iso_svd svd = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_svd_new(&svd, m));
    ISO_TRY(iso_mul_nn(&map->w, iso_mat_view(&svd.u), iso_mat_view(&svd.vt), 0));
    if (rotation && m.rows == m.cols)
        ISO_TRY(make_rotation(&map->w, &svd));
    map->rank = iso_rank(svd.s, svd.k, larger(map->n, larger(m.rows, m.cols)), 0);
    *trace = 0;
    for (int64_t i = 0; i < svd.k; i++)
        *trace += svd.s[i];
done:
    iso_svd_free(&svd);
    return err;
}

static iso_err fit_orthogonal(iso_map *map, iso_view x, iso_view y, const iso_map_opt *opt)
{
    iso_mat xy = {0};
    double trace = 0;
    iso_err err = ISO_OK;

    ISO_TRY(product(&xy, x, y));
    ISO_TRY(polar(map, &trace, iso_mat_view(&xy), opt->method == ISO_MAP_ROTATION));
    if (opt->method == ISO_MAP_SCALED) {
        const double square = norm2(x), scale = square > 0 ? trace / square : 0;
        double *w = map->w.data;
        for (int64_t i = 0; i < map->w.rows * map->w.cols; i++)
            w[i] *= scale;
    }
done:
    iso_mat_free(&xy);
    return err;
}

/* Eigenvalues of XᵀX (or XᵀX/n) rise; those kept are large enough beside the last. */
static int64_t kept_from(const double *values, int64_t count, double tolerance)
{
    int64_t first = 0;

    while (first < count && !(values[first] > tolerance * values[count - 1]))
        first++;
    return first;
}

static iso_err fit_ridge(iso_map *map, iso_view x, iso_view y, const iso_map_opt *opt)
{
    const int64_t p = x.cols;
    const double ridge = opt->ridge > 0 ? opt->ridge : DEFAULT_RIDGE;
    iso_mat xx = {0}, xy = {0};
    double *values = NULL, trace = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&xx, p, p, ISO_F64));
    ISO_TRY(iso_square_tn(&xx, x, 0));
    ISO_TRY(product(&xy, x, y));
    ISO_TRY(iso_alloc(&values, p, sizeof *values));
    ISO_TRY(iso_eigen(values, NULL, iso_mat_view(&xx)));
    map->rank = p - kept_from(values, p, 0x1p-52 * (double)larger(map->n, p));
    for (int64_t j = 0; j < p; j++)
        trace += ((double *)xx.data)[j * p + j];
    if (trace == 0)
        goto done; /* x is all zero, and so is the best map */
    for (int64_t j = 0; j < p; j++)
        ((double *)xx.data)[j * p + j] += ridge * trace / (double)p;
    ISO_TRY(iso_solve_positive(&map->w, iso_mat_view(&xx), iso_mat_view(&xy)));
done:
    iso_free(values);
    iso_mat_free(&xy);
    iso_mat_free(&xx);
    return err;
}

static iso_err fit_least_squares(iso_map *map, iso_view x, iso_view y, const iso_map_opt *opt)
{
    (void)opt;
    return iso_least_squares(&map->w, &map->rank, x, y, 0);
}

/* forward = (1−a) I + a C^{−1/2} and its pseudo-inverse (NULL = not wanted), C = XᵀX/n. */
static iso_err whitening(iso_mat *forward, iso_mat *back, iso_view x, double a)
{
    const int64_t d = x.cols;
    iso_mat c = {0}, vectors = {0};
    double *values = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&c, d, d, ISO_F64));
    ISO_TRY(iso_square_tn(&c, x, 0));
    ISO_TRY(iso_mat_new(&vectors, d, d, ISO_F64));
    ISO_TRY(iso_alloc(&values, d, sizeof *values));
    ISO_TRY(iso_eigen(values, &vectors, iso_mat_view(&c)));
    const int64_t first = kept_from(values, d, KEPT_EIGENVALUES);
    for (int64_t i = 0; i < d; i++)
        values[i] = 1 - a + (i < first ? 0 : a / sqrt(values[i] / (double)x.rows));
    ISO_TRY(iso_spectral(forward, values, &vectors));
    for (int64_t i = 0; i < d; i++)
        values[i] = values[i] > 0 ? 1 / values[i] : 0;
    if (back)
        ISO_TRY(iso_spectral(back, values, &vectors));
done:
    iso_free(values);
    iso_mat_free(&vectors);
    iso_mat_free(&c);
    return err;
}

static iso_err fit_whitened(iso_map *map, iso_view x, iso_view y, const iso_map_opt *opt)
{
    const int64_t p = x.cols, q = y.cols;
    const double whiten = opt->whiten > 0 ? opt->whiten : 1;
    iso_mat a = {0}, b = {0}, back = {0}, xy = {0}, half = {0};
    double trace;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&a, p, p, ISO_F64));
    ISO_TRY(iso_mat_new(&b, q, q, ISO_F64));
    ISO_TRY(iso_mat_new(&back, q, q, ISO_F64));
    ISO_TRY(iso_mat_new(&half, p, q, ISO_F64));
    ISO_TRY(whitening(&a, NULL, x, whiten));
    ISO_TRY(whitening(&b, &back, y, whiten));
    ISO_TRY(product(&xy, x, y));
    ISO_TRY(iso_mul_nn(&half, iso_mat_view(&a), iso_mat_view(&xy), 0));
    ISO_TRY(iso_mul_nn(&xy, iso_mat_view(&half), iso_mat_view(&b), 0));
    ISO_TRY(polar(map, &trace, iso_mat_view(&xy), false));
    ISO_TRY(iso_mul_nn(&half, iso_mat_view(&a), iso_mat_view(&map->w), 0));
    ISO_TRY(iso_mul_nn(&map->w, iso_mat_view(&half), iso_mat_view(&back), 0));
done:
    iso_mat_free(&half);
    iso_mat_free(&xy);
    iso_mat_free(&back);
    iso_mat_free(&b);
    iso_mat_free(&a);
    return err;
}

typedef iso_err fit_fn(iso_map *map, iso_view x, iso_view y, const iso_map_opt *opt);

static fit_fn *const fits[] = {
    [ISO_MAP_ORTHOGONAL] = fit_orthogonal,       [ISO_MAP_ROTATION] = fit_orthogonal,
    [ISO_MAP_SCALED] = fit_orthogonal,           [ISO_MAP_RIDGE] = fit_ridge,
    [ISO_MAP_LEAST_SQUARES] = fit_least_squares, [ISO_MAP_WHITENED] = fit_whitened,
};

iso_err iso_map_fit(iso_map *out, iso_view x, iso_view y, const iso_map_opt *opt)
{
    const iso_map_opt chosen = opt ? *opt : (iso_map_opt){0};
    struct sides s = {0};
    iso_map map = {.n = x.rows};
    iso_err err = ISO_OK;

    ISO_NEED((unsigned)chosen.method <= ISO_MAP_WHITENED, "no such method of mapping: %d",
             (int)chosen.method);
    ISO_NEED(chosen.ridge >= 0 && isfinite(chosen.ridge), "ridge %g is not 0 or more",
             chosen.ridge);
    ISO_NEED(chosen.whiten >= 0 && chosen.whiten <= 1, "whitening %g is not in 0 to 1",
             chosen.whiten);
    ISO_TRY(sides_new(&s, x, y, chosen.centre));
    ISO_TRY(iso_mat_new(&map.w, x.cols, y.cols, ISO_F64));
    ISO_TRY(fits[chosen.method](&map, s.xv, s.yv, &chosen));
    map.from = s.from;
    map.to = s.to;
    s.from = s.to = NULL;
    *out = map;
    map = (iso_map){0};
done:
    iso_map_free(&map);
    sides_free(&s);
    return err;
}

/* --- Mapping --- */

void iso_map_free(iso_map *map)
{
    if (!map)
        return;
    iso_mat_free(&map->w);
    iso_free(map->from);
    iso_free(map->to);
    *map = (iso_map){0};
}

/* Maps the rows of a block, which is in double and ours. */
static iso_err apply_block(iso_mat *to, iso_mat *block, const iso_map *map)
{
    double *x = block->data, *y = to->data;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < block->rows; i++)
        for (int64_t j = 0; j < block->cols; j++)
            x[i * block->cols + j] -= map->from[j];
    ISO_TRY(iso_mul_nn(to, iso_mat_view(block), iso_mat_view(&map->w), 0));
    for (int64_t i = 0; i < to->rows; i++)
        for (int64_t j = 0; j < to->cols; j++)
            y[i * to->cols + j] += map->to[j];
done:
    return err;
}

iso_err iso_map_apply(iso_mat *out, const iso_map *map, iso_view x)
{
    const int64_t p = map->w.rows, q = map->w.cols;
    iso_mat block = {0}, mapped = {0};
    iso_err err = ISO_OK;

    ISO_NEED(x.cols == p, "rows to map have %lld columns, the map takes %lld", (long long)x.cols,
             (long long)p);
    ISO_NEED(out->rows == x.rows && out->cols == q, "result is %lld x %lld, not %lld x %lld",
             (long long)out->rows, (long long)out->cols, (long long)x.rows, (long long)q);
    ISO_NEED((x.dtype == ISO_F32 || x.dtype == ISO_F64) &&
                 (out->dtype == ISO_F32 || out->dtype == ISO_F64),
             "rows of %s cannot be mapped to rows of %s", iso_dtype_name(x.dtype),
             iso_dtype_name(out->dtype));
    ISO_TRY(iso_mat_new(&block, BLOCK, p, ISO_F64));
    ISO_TRY(iso_mat_new(&mapped, BLOCK, q, ISO_F64));
    for (int64_t i = 0; i < x.rows; i += BLOCK) {
        block.rows = mapped.rows = x.rows - i < BLOCK ? x.rows - i : BLOCK;
        iso_convert_f64(block.data, p, iso_view_rows(x, i, block.rows));
        ISO_TRY(apply_block(&mapped, &block, map));
        char *to = (char *)out->data + (size_t)(i * out->stride) * iso_dtype_size(out->dtype);
        iso_convert(to, out->stride, out->dtype, iso_mat_view(&mapped));
    }
done:
    iso_mat_free(&mapped);
    iso_mat_free(&block);
    return err;
}
