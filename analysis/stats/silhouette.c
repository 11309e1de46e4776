#include "analysis/stats/silhouette.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/loops.h"
#include "lib/linalg/product.h"

/* Rows whose Euclidean distances to all are held at a time; sums of classes that are multiplied
 * together. */
enum { HELD = 128, TOGETHER = 64 };

/* A mean cosine distance below this is rounding: of rows that are equal up to a factor. */
static const double rounding = 1e-14;

static iso_err check(const int32_t *label, int64_t n, int classes)
{
    int first = -1;
    bool two = false;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < n; i++) {
        ISO_NEED(label[i] >= 0 && label[i] < classes, "row %lld is of class %d of %d", (long long)i,
                 label[i], classes);
        first = first < 0 ? label[i] : first;
        two = two || label[i] != first;
    }
    ISO_NEED(two, "silhouettes need rows of two classes");
done:
    return err;
}

/* near[c]: the mean distance to class c, to the others of it where c is its own. */
static double silhouette(const double *near, const int64_t *size, int classes, int own)
{
    double b = INFINITY;

    if (size[own] < 2)
        return 0;
    for (int c = 0; c < classes; c++) {
        if (c != own && size[c] > 0 && near[c] < b)
            b = near[c];
    }
    const double more = fmax(near[own], b);
    return more > 0 ? (b - near[own]) / more : 0;
}

static void count_sizes(int64_t *size, const int32_t *label, int64_t n, int classes)
{
    memset(size, 0, (size_t)classes * sizeof *size);
    for (int64_t i = 0; i < n; i++)
        size[label[i]]++;
}

/* --- By cosine: of unit rows, whose mean cosine with a class is the product with its mean --- */

/* Unit rows, in single or double precision, and their squared lengths then: 1, or 0. */
struct unit {
    iso_mat x;
    double *self;
};

static void unit_free(struct unit *u)
{
    iso_mat_free(&u->x);
    iso_free(u->self);
}

static iso_err unit_new(struct unit *out, iso_view x, iso_dtype type)
{
    struct unit u = {0};
    double *row = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&row, x.cols, sizeof *row));
    ISO_TRY(iso_mat_new_raw(&u.x, x.rows, x.cols, type));
    ISO_TRY(iso_alloc(&u.self, x.rows, sizeof *u.self));
    for (int64_t i = 0; i < x.rows; i++) {
        iso_convert_f64(row, x.cols, iso_view_rows(x, i, 1));
        const double length = sqrt(iso_dot(row, row, x.cols));
        for (int64_t j = 0; j < x.cols && length > 0; j++)
            row[j] /= length;
        u.self[i] = iso_dot(row, row, x.cols);
        iso_convert((char *)u.x.data + (size_t)(i * u.x.stride) * iso_dtype_size(type), u.x.stride,
                    type, iso_view_f64(row, 1, x.cols));
    }
    *out = u;
    u = (struct unit){0};
done:
    unit_free(&u);
    iso_free(row);
    return err;
}

/* Room for some labellings that are multiplied together. */
struct room {
    iso_mat sum, mean, product; /* lists · classes × d in double and as the rows; n × these */
    int64_t *size;              /* lists × classes */
    double *near;
    int classes;
};

static void room_free(struct room *r)
{
    iso_mat_free(&r->sum);
    iso_mat_free(&r->mean);
    iso_mat_free(&r->product);
    iso_free(r->size);
    iso_free(r->near);
}

static iso_err room_new(struct room *out, const struct unit *u, int64_t lists, int classes)
{
    struct room r = {.classes = classes};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&r.sum, lists * classes, u->x.cols, ISO_F64));
    ISO_TRY(iso_mat_new_raw(&r.mean, lists * classes, u->x.cols, u->x.dtype));
    ISO_TRY(iso_mat_new_raw(&r.product, u->x.rows, lists * classes, u->x.dtype));
    ISO_TRY(iso_alloc(&r.size, lists * classes, sizeof *r.size));
    ISO_TRY(iso_alloc(&r.near, classes, sizeof *r.near));
    *out = r;
    return ISO_OK;
done:
    room_free(&r);
    return err;
}

static void add_rows(struct room *r, const struct unit *u, const int32_t *label, int64_t list)
{
    const iso_loops *loops = iso_loops_best();
    double *sum = (double *)r->sum.data + list * r->classes * r->sum.stride;

    count_sizes(r->size + list * r->classes, label, u->x.rows, r->classes);
    for (int64_t i = 0; i < u->x.rows; i++) {
        double *to = sum + label[i] * r->sum.stride;
        if (u->x.dtype == ISO_F32)
            loops->add_f32(to, (const float *)u->x.data + i * u->x.stride, 1, u->x.cols);
        else
            loops->add_f64(to, (const double *)u->x.data + i * u->x.stride, 1, u->x.cols);
    }
}

static double of_row(struct room *r, const struct unit *u, const int32_t *label, int64_t list,
                     int64_t i)
{
    const int64_t *size = r->size + list * r->classes;
    const int64_t at = i * r->product.stride + list * r->classes;
    const int own = label[i];

    for (int c = 0; c < r->classes; c++) {
        const double sum = u->x.dtype == ISO_F32 ? (double)((const float *)r->product.data)[at + c]
                                                 : ((const double *)r->product.data)[at + c];
        const double others = (double)(size[c] - (c == own));
        r->near[c] = others > 0 ? 1 - (sum - (c == own ? u->self[i] : 0)) / others : 0;
        r->near[c] = r->near[c] > rounding ? r->near[c] : 0;
    }
    return silhouette(r->near, size, r->classes, own);
}

/* The products of all rows with the sums of `lists` labellings, one after the other in `label`. */
static iso_err multiply(struct room *r, const struct unit *u, const int32_t *label, int64_t lists)
{
    iso_mat product = r->product, mean = r->mean;

    memset(r->sum.data, 0, (size_t)(r->sum.rows * r->sum.stride) * sizeof(double));
    for (int64_t b = 0; b < lists; b++)
        add_rows(r, u, label + b * u->x.rows, b);
    product.cols = mean.rows = lists * r->classes;
    iso_convert(mean.data, mean.stride, mean.dtype,
                iso_view_rows(iso_mat_view(&r->sum), 0, mean.rows));
    return iso_mul_nt(&product, iso_mat_view(&u->x), iso_mat_view(&mean), 0);
}

/* --- Euclidean: all distances, some rows at a time --- */

struct distances {
    iso_mat x, part; /* rows with their mean removed; HELD rows of products */
    double *norm;    /* squared */
    int64_t *size;
    const int32_t *label;
    int classes;
};

static void distances_free(struct distances *e)
{
    iso_mat_free(&e->x);
    iso_mat_free(&e->part);
    iso_free(e->norm);
    iso_free(e->size);
}

static void center(iso_mat *x, double *mean)
{
    for (int64_t i = 0; i < x->rows; i++)
        for (int64_t j = 0; j < x->cols; j++)
            mean[j] += ((double *)x->data)[i * x->stride + j];
    for (int64_t i = 0; i < x->rows; i++)
        for (int64_t j = 0; j < x->cols; j++)
            ((double *)x->data)[i * x->stride + j] -= mean[j] / (double)x->rows;
}

static iso_err distances_new(struct distances *out, iso_view x, const int32_t *label, int classes)
{
    struct distances e = {.label = label, .classes = classes};
    double *mean = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mean, x.cols, sizeof *mean));
    ISO_TRY(iso_mat_new_raw(&e.x, x.rows, x.cols, ISO_F64));
    ISO_TRY(iso_mat_new_raw(&e.part, HELD, x.rows, ISO_F64));
    ISO_TRY(iso_alloc(&e.norm, x.rows, sizeof *e.norm));
    ISO_TRY(iso_alloc(&e.size, classes, sizeof *e.size));
    iso_convert_f64(e.x.data, e.x.stride, x);
    center(&e.x, mean);
    for (int64_t i = 0; i < x.rows; i++) {
        const double *row = (const double *)e.x.data + i * e.x.stride;
        e.norm[i] = iso_dot(row, row, x.cols);
    }
    count_sizes(e.size, label, x.rows, classes);
    *out = e;
    e = (struct distances){0};
done:
    distances_free(&e);
    iso_free(mean);
    return err;
}

/* near[c]: sums of distances, then their means. */
static double from_products(double *near, const struct distances *e, const double *product,
                            int64_t i)
{
    const int own = e->label[i];

    memset(near, 0, (size_t)e->classes * sizeof *near);
    for (int64_t j = 0; j < e->x.rows; j++) {
        const double square = e->norm[i] + e->norm[j] - 2 * product[j];
        near[e->label[j]] += j != i && square > 0 ? sqrt(square) : 0;
    }
    for (int c = 0; c < e->classes; c++)
        near[c] /= fmax(1, (double)(e->size[c] - (c == own)));
    return silhouette(near, e->size, e->classes, own);
}

static iso_err euclidean(double *s, iso_view x, const int32_t *label, int classes,
                         const iso_run *run)
{
    struct distances e = {0};
    double *near = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(distances_new(&e, x, label, classes));
    ISO_TRY(iso_alloc(&near, (int64_t)HELD * classes, sizeof *near));
    for (int64_t from = 0; from < x.rows; from += HELD) {
        const int64_t count = x.rows - from < HELD ? x.rows - from : HELD;
        iso_mat part = e.part;
        part.rows = count;
        ISO_TRY(iso_run_step(run, "distances", from, x.rows, "rows"));
        ISO_TRY(iso_mul_nt(&part, iso_view_rows(iso_mat_view(&e.x), from, count),
                           iso_mat_view(&e.x), 0));
#pragma omp parallel for schedule(static)
        for (int64_t i = 0; i < count; i++)
            s[from + i] = from_products(near + i * classes, &e,
                                        (const double *)part.data + i * part.stride, from + i);
    }
done:
    distances_free(&e);
    iso_free(near);
    return err;
}

/* --- The calls --- */

iso_err iso_silhouette(double *s, iso_view x, const int32_t *label, int classes,
                       iso_silhouette_distance distance, const iso_run *run)
{
    struct room room = {0};
    struct unit unit = {0};
    iso_err err = ISO_OK;

    ISO_TRY(check(label, x.rows, classes));
    if (distance == ISO_SILHOUETTE_EUCLIDEAN)
        return euclidean(s, x, label, classes, run);
    ISO_TRY(unit_new(&unit, x, ISO_F64));
    ISO_TRY(room_new(&room, &unit, 1, classes));
    ISO_TRY(multiply(&room, &unit, label, 1));
    for (int64_t i = 0; i < x.rows; i++)
        s[i] = of_row(&room, &unit, label, 0, i);
done:
    room_free(&room);
    unit_free(&unit);
    return err;
}

static void means_of_list(double *mean, struct room *r, const struct unit *u, const int32_t *label,
                          int64_t list)
{
    memset(mean, 0, (size_t)r->classes * sizeof *mean);
    for (int64_t i = 0; i < u->x.rows; i++)
        mean[label[i]] += of_row(r, u, label, list, i);
    for (int c = 0; c < r->classes; c++)
        mean[c] /= (double)r->size[list * r->classes + c];
}

/* The means over classes of some labellings. */
static iso_err means_of(double *mean, const struct unit *u, const int32_t *label, int64_t lists,
                        int classes)
{
    struct room room = {0};
    iso_err err = ISO_OK;

    ISO_TRY(room_new(&room, u, lists, classes));
    ISO_TRY(multiply(&room, u, label, lists));
    for (int64_t b = 0; b < lists; b++)
        means_of_list(mean + b * classes, &room, u, label + b * u->x.rows, b);
done:
    room_free(&room);
    return err;
}

iso_err iso_silhouette_means(double *mean, iso_view x, const int32_t *label, int64_t labellings,
                             int classes, const iso_run *run)
{
    const int64_t step = classes < TOGETHER ? TOGETHER / classes : 1;
    struct unit unit = {0};
    char said[512] = "";
    iso_err err = ISO_OK, first = ISO_OK;

    ISO_TRY(iso_run_step(run, "silhouettes", 0, labellings, "labellings"));
    for (int64_t b = 0; b < labellings; b++)
        ISO_TRY(check(label + b * x.rows, x.rows, classes));
    ISO_TRY(unit_new(&unit, x, ISO_F32));
#pragma omp parallel for schedule(dynamic)
    for (int64_t b = 0; b < labellings; b += step) {
        const int64_t lists = labellings - b < step ? labellings - b : step;
        const iso_err one = means_of(mean + b * classes, &unit, label + b * x.rows, lists, classes);
        if (one) {
#pragma omp critical(silhouette_error)
            if (!first) {
                (void)snprintf(said, sizeof said, "%s", iso_err_msg());
                first = one;
            }
        }
    }
    err = first ? iso_fail(first, "%s", said) : ISO_OK;
done:
    unit_free(&unit);
    return err;
}
