#include "lib/io/transpose.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

struct turned {
    iso_rows base;
    iso_rows *inner;
    char *window; /* rows [first, first + count) of the result */
    int64_t first, count, room;
};

static void turn16(uint16_t *to, int64_t step, const uint16_t *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        to[i * step] = from[i];
}

static void turn32(uint32_t *to, int64_t step, const uint32_t *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        to[i * step] = from[i];
}

static void turn64(uint64_t *to, int64_t step, const uint64_t *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        to[i * step] = from[i];
}

/* One row of the inner matrix becomes column `col` of the window. */
static void put_column(struct turned *t, int64_t col, const void *row)
{
    const size_t size = iso_dtype_size(t->base.dtype);
    void *to = t->window + (size_t)col * size;
    const char *from = (const char *)row + (size_t)t->first * size;

    if (size == 2)
        turn16(to, t->base.cols, (const uint16_t *)(const void *)from, t->count);
    else if (size == 4)
        turn32(to, t->base.cols, (const uint32_t *)(const void *)from, t->count);
    else
        turn64(to, t->base.cols, (const uint64_t *)(const void *)from, t->count);
}

/* Reads the inner matrix once for the columns [first, first + room). */
static iso_err move_window(struct turned *t, int64_t first)
{
    const int64_t size = (int64_t)iso_dtype_size(t->base.dtype), row = t->inner->cols * size;
    const int64_t step = row > 0 && row < 1 << 22 ? (1 << 22) / row : 1;
    iso_err err = ISO_OK;
    iso_view v;

    t->first = first;
    t->count = t->base.rows - first < t->room ? t->base.rows - first : t->room;
    for (int64_t at = 0, n; at < t->inner->rows; at += n) {
        n = t->inner->rows - at < step ? t->inner->rows - at : step;
        ISO_TRY(iso_rows_read(t->inner, at, n, &v));
        for (int64_t i = 0; i < n; i++)
            put_column(t, at + i, iso_view_rows(v, i, 1).data);
    }
done:
    if (err)
        t->count = 0;
    return err;
}

static iso_err widen(struct turned *t, int64_t room)
{
    iso_free(t->window);
    t->window = NULL;
    t->room = t->count = 0;
    iso_err err = iso_alloc(&t->window, room * t->base.cols, iso_dtype_size(t->base.dtype));
    if (!err)
        t->room = room;
    return err;
}

static iso_err turned_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct turned *t = (struct turned *)self;
    iso_err err = ISO_OK;

    if (count > t->room || !t->window)
        ISO_TRY(widen(t, count > t->room ? count : t->room));
    if (first < t->first || first + count > t->first + t->count)
        ISO_TRY(move_window(t, first));
    const size_t at = (size_t)((first - t->first) * self->cols) * iso_dtype_size(self->dtype);
    *out = (iso_view){t->window + at, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void turned_close(iso_rows *self)
{
    struct turned *t = (struct turned *)self;

    iso_rows_close(t->inner);
    iso_free(t->window);
    iso_free(t);
}

iso_err iso_rows_transpose(iso_rows **out, iso_rows *inner, const iso_run *run)
{
    const int64_t row = (inner->rows > 0 ? inner->rows : 1) * (int64_t)iso_dtype_size(inner->dtype);
    const int64_t fit = iso_run_mem(run) / 8 / row;
    struct turned *t = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t, 1, sizeof *t));
    t->room = fit < 1 ? 1 : fit < inner->cols ? fit : inner->cols;
    t->base = (iso_rows){.rows = inner->cols,
                         .cols = inner->rows,
                         .dtype = inner->dtype,
                         .run = t->room,
                         .read = turned_read,
                         .close = turned_close};
    if (inner->name)
        ISO_TRY(iso_str_dup(&t->base.name, inner->name, -1));
    t->inner = inner;
    *out = &t->base;
    t = NULL;
done:
    iso_free(t);
    return err;
}
