#include "lib/io/array.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/transpose.h"
#include "lib/linalg/convert.h"

/* Which axis of a rank-3 array is what; rank 2 has no layers. */
struct places {
    int layer, item, dim;
};

static struct places places_of(const iso_array *a)
{
    if (a->rank == 2)
        return (struct places){-1, 0, 1};
    return a->axes == ISO_AXES_NLD ? (struct places){1, 0, 2} : (struct places){0, 1, 2};
}

static iso_err check_rank(const iso_array *a, const char *what)
{
    if (a->rank == 1)
        return iso_fail(ISO_EFORMAT,
                        "%s: is a vector of %" PRId64 " numbers; a matrix of items × dimensions "
                        "is needed",
                        what, a->shape[0]);
    if (a->rank == 4)
        return iso_fail(ISO_EFORMAT,
                        "%s: [%" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 "] has 4 axes, as "
                        "layers, sentences, tokens and dimensions have; pool the tokens first, to "
                        "[layers, items, dimensions], or give each language its own array",
                        what, a->shape[0], a->shape[1], a->shape[2], a->shape[3]);
    if (a->rank != 2 && a->rank != 3)
        return iso_fail(ISO_EFORMAT, "%s: has %d axes; 2 (items, dimensions) or 3 are read", what,
                        a->rank);
    return ISO_OK;
}

static iso_err check_layers(iso_array *a, iso_axes asked, const char *what)
{
    const bool items_first = asked == ISO_AXES_NLD;
    iso_err err = ISO_OK;

    ISO_TRY(iso_axes_settle(&a->axes, asked, a->shape, what));
    if (a->shape[places_of(a).layer] > ISO_ARRAY_LAYERS_MAX)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: has %" PRId64
                 " layers if its axes are %s; at most %d are read; try " ISO_FIELD(axes) " %s",
                 what, a->shape[places_of(a).layer], items_first ? "NLD" : "LND",
                 (int)ISO_ARRAY_LAYERS_MAX, items_first ? "LND" : "NLD");
done:
    return err;
}

/* From the first number to the end of the last one; more than any file holds where that is. */
static int64_t bytes_from_first(const iso_array *a)
{
    const int64_t size = (int64_t)iso_dtype_size(a->dtype), most = INT64_MAX / 16;
    int64_t last = 0;

    if (!a->strided)
        return iso_array_bytes(a);
    for (int i = 0; i < a->rank; i++) {
        if (a->shape[i] > 1 && a->stride[i] > (most - last) / (a->shape[i] - 1))
            return INT64_MAX;
        last += a->stride[i] * (a->shape[i] - 1);
    }
    return (last + 1) * size;
}

iso_err iso_array_extent(const iso_array *a, int64_t size, const char *what)
{
    int64_t left = INT64_MAX / (int64_t)iso_dtype_size(a->dtype);
    iso_err err = ISO_OK;

    for (int i = 0; i < a->rank; i++) {
        if (a->shape[i] <= 0)
            ISO_FAIL(ISO_EFORMAT, "%s: axis %d has length %" PRId64, what, i, a->shape[i]);
        if (a->shape[i] > left)
            ISO_FAIL(ISO_EFORMAT, "%s: claims more numbers than any file holds", what);
        left /= a->shape[i];
    }
    const int64_t bytes = bytes_from_first(a);
    if (a->offset < 0 || bytes > size || a->offset > size - bytes)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: is truncated: %" PRId64 " bytes of numbers from byte %" PRId64
                 " on do not fit in %" PRId64,
                 what, bytes, a->offset, size);
done:
    return err;
}

iso_err iso_array_settle(iso_array *a, const char *axes, const char *what)
{
    iso_axes asked;
    iso_err err = ISO_OK;

    ISO_TRY(iso_axes_find(&asked, axes));
    ISO_TRY(check_rank(a, what));
    if (a->rank == 3)
        ISO_TRY(check_layers(a, asked, what));
done:
    return err;
}

iso_err iso_array_check(iso_array *a, const char *axes, int64_t size, const char *what)
{
    iso_axes asked;
    iso_err err = ISO_OK;

    ISO_TRY(iso_axes_find(&asked, axes));
    ISO_TRY(check_rank(a, what));
    ISO_TRY(iso_array_extent(a, size, what));
    ISO_TRY(iso_array_settle(a, axes, what));
done:
    return err;
}

int64_t iso_array_bytes(const iso_array *a)
{
    int64_t bytes = (int64_t)iso_dtype_size(a->dtype);

    for (int i = 0; i < a->rank; i++)
        bytes *= a->shape[i];
    return bytes;
}

int iso_array_layers(const iso_array *a)
{
    const int axis = places_of(a).layer;

    return axis < 0 ? 1 : (int)a->shape[axis];
}

void iso_array_matrix(int64_t *rows, int64_t *cols, const iso_array *a)
{
    const struct places x = places_of(a);

    *rows = a->shape[x.item];
    *cols = a->shape[x.dim];
}

/* A source over numbers at regular distances --------------------------------- */

enum { SPAN = 1 << 20 }; /* bytes read at a time where numbers do not lie side by side */

struct strided {
    iso_rows base;
    iso_array a;      /* from the first number of the matrix on */
    int64_t row, col; /* numbers from one row, one column to the next */
    char *buffer, *span;
    int64_t room; /* rows the buffer holds */
};

/* Numbers as the file has them. */
static iso_err get(const iso_array *a, int64_t at, void *to, int64_t count)
{
    const int64_t size = (int64_t)iso_dtype_size(a->dtype);

    if (!a->memory)
        return iso_file_read(a->file, a->offset + at * size, to, count * size);
    memcpy(to, a->memory + a->offset + at * size, (size_t)(count * size));
    return ISO_OK;
}

static bool differs_from_host(bool big_endian)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return !big_endian;
#else
    return big_endian;
#endif
}

static void to_host(const iso_array *a, void *numbers, int64_t count)
{
    if (differs_from_host(a->big_endian))
        iso_swap_bytes(numbers, count, iso_dtype_size(a->dtype));
}

iso_err iso_array_read(const iso_array *a, int64_t at, void *to, int64_t count)
{
    const iso_err err = get(a, at, to, count);

    if (!err)
        to_host(a, to, count);
    return err;
}

/* One row whose numbers lie apart: reads a stretch, picks every col-th number of it. */
static iso_err gather(struct strided *s, int64_t at, char *to)
{
    const int64_t size = (int64_t)iso_dtype_size(s->base.dtype), step = s->col * size;
    const int64_t fit = step == 0 ? s->base.cols : step < SPAN ? SPAN / step : 1;
    const int64_t most = s->base.cols < fit ? s->base.cols : fit;
    iso_err err = ISO_OK;

    if (!s->span)
        ISO_TRY(iso_alloc(&s->span, (most - 1) * s->col + 1, (size_t)size));
    for (int64_t j = 0; j < s->base.cols; j += most) {
        const int64_t n = s->base.cols - j < most ? s->base.cols - j : most;
        ISO_TRY(get(&s->a, at + j * s->col, s->span, (n - 1) * s->col + 1));
        for (int64_t k = 0; k < n; k++)
            memcpy(to + (j + k) * size, s->span + k * step, (size_t)size);
    }
done:
    return err;
}

static iso_err strided_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct strided *s = (struct strided *)self;
    const int64_t size = (int64_t)iso_dtype_size(self->dtype), row = self->cols * size;
    iso_err err = ISO_OK;

    if (count > s->room) {
        iso_free(s->buffer);
        s->buffer = NULL;
        s->room = 0;
        ISO_TRY(iso_alloc(&s->buffer, count, (size_t)row));
        s->room = count;
    }
    if (s->col == 1 && s->row == self->cols) {
        ISO_TRY(get(&s->a, first * s->row, s->buffer, count * self->cols));
    } else {
        for (int64_t i = 0; i < count; i++) {
            const int64_t at = (first + i) * s->row;
            ISO_TRY(s->col == 1 ? get(&s->a, at, s->buffer + i * row, self->cols)
                                : gather(s, at, s->buffer + i * row));
        }
    }
    to_host(&s->a, s->buffer, count * self->cols);
    *out = (iso_view){s->buffer, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void strided_close(iso_rows *self)
{
    struct strided *s = (struct strided *)self;

    iso_free(s->buffer);
    iso_free(s->span);
    iso_free(s);
}

void iso_array_strides(int64_t *stride, const iso_array *a)
{
    int64_t step = 1;

    for (int i = 0; i < a->rank; i++)
        stride[i] = a->stride[i];
    for (int i = 0; i < a->rank && !a->strided; i++) {
        const int axis = a->fortran ? i : a->rank - 1 - i;
        stride[axis] = step;
        step *= a->shape[axis];
    }
}

iso_err iso_array_rows(iso_rows **out, const iso_array *a, int layer, const iso_run *run)
{
    const struct places x = places_of(a);
    int64_t stride[ISO_ARRAY_RANK_MAX];
    struct strided *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    iso_array_strides(stride, a);
    const bool turned = stride[x.dim] > stride[x.item];
    const int row = turned ? x.dim : x.item, col = turned ? x.item : x.dim;
    s->base = (iso_rows){.rows = a->shape[row],
                         .cols = a->shape[col],
                         .dtype = a->dtype,
                         .run = 1,
                         .read = strided_read,
                         .close = strided_close};
    s->a = *a;
    if (x.layer >= 0)
        s->a.offset += layer * stride[x.layer] * (int64_t)iso_dtype_size(a->dtype);
    s->row = stride[row];
    s->col = stride[col];
    iso_rows *made = &s->base;
    if (turned)
        ISO_TRY(iso_rows_transpose(&made, &s->base, run));
    s = NULL;
    *out = made;
done:
    iso_free(s);
    return err;
}
