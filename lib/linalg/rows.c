#include "lib/linalg/rows.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

iso_err iso_rows_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    if (first < 0 || count < 0 || first > self->rows - count)
        return iso_fail(ISO_EARG, "%s: rows %lld to %lld asked, it has %lld", iso_rows_name(self),
                        (long long)first, (long long)(first + count), (long long)self->rows);
    iso_err err = self->read(self, first, count, out);
    if (!err)
        self->bytes += count * self->cols * (int64_t)iso_dtype_size(self->dtype);
    return err;
}

void iso_rows_close(iso_rows *self)
{
    if (self) {
        char *name = self->name;
        self->close(self);
        iso_free(name);
    }
}

const char *iso_rows_name(const iso_rows *self)
{
    return self->name ? self->name : "rows";
}

/* Memory ------------------------------------------------------------------ */

struct memory {
    iso_rows base;
    iso_view view;
    iso_mat owned;
};

static iso_err memory_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    *out = iso_view_rows(((struct memory *)self)->view, first, count);
    return ISO_OK;
}

static void memory_close(iso_rows *self)
{
    iso_mat_free(&((struct memory *)self)->owned);
    iso_free(self);
}

static iso_err memory_new(struct memory **out, iso_view v)
{
    struct memory *m = NULL;
    iso_err err = iso_alloc(&m, 1, sizeof *m);

    if (err)
        return err;
    m->base = (iso_rows){.rows = v.rows,
                         .cols = v.cols,
                         .dtype = v.dtype,
                         .run = 1,
                         .read = memory_read,
                         .close = memory_close};
    m->view = v;
    *out = m;
    return ISO_OK;
}

iso_err iso_rows_of_view(iso_rows **out, iso_view v)
{
    struct memory *m = NULL;
    iso_err err = memory_new(&m, v);

    if (!err)
        *out = &m->base;
    return err;
}

/* A pick by index --------------------------------------------------------- */

struct pick {
    iso_rows base;
    iso_rows *inner;
    const int64_t *index;
    int64_t *own; /* NULL: the index is borrowed */
    char *buffer;
    int64_t room; /* rows the buffer holds */
};

/* How many of index[0..count) follow one another. */
static int64_t streak(const int64_t *index, int64_t count)
{
    int64_t n = 1;

    while (n < count && index[n] == index[n - 1] + 1)
        n++;
    return n;
}

static void copy_rows(char *to, iso_view from)
{
    const size_t size = iso_dtype_size(from.dtype), row = (size_t)from.cols * size;
    const char *data = from.data;

    for (int64_t i = 0; i < from.rows; i++)
        memcpy(to + (size_t)i * row, data + (size_t)(i * from.stride) * size, row);
}

static iso_err pick_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct pick *p = (struct pick *)self;
    const int64_t *index = p->index + first;
    const size_t row = (size_t)self->cols * iso_dtype_size(self->dtype);
    iso_view v;
    iso_err err = ISO_OK;

    if (count > 0 && streak(index, count) == count)
        return iso_rows_read(p->inner, index[0], count, out);
    if (count > p->room) {
        ISO_TRY(iso_realloc(&p->buffer, 0, count, row));
        p->room = count;
    }
    for (int64_t i = 0, n; i < count; i += n) {
        n = streak(index + i, count - i);
        ISO_TRY(iso_rows_read(p->inner, index[i], n, &v));
        copy_rows(p->buffer + (size_t)i * row, v);
    }
    *out = (iso_view){p->buffer, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void pick_close(iso_rows *self)
{
    struct pick *p = (struct pick *)self;

    iso_rows_close(p->inner);
    iso_free(p->own);
    iso_free(p->buffer);
    iso_free(p);
}

static iso_err pick_new(iso_rows **out, iso_rows *inner, const int64_t *index, int64_t count,
                        bool borrowed)
{
    struct pick *p = NULL;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++)
        ISO_NEED(index[i] >= 0 && index[i] < inner->rows, "%s: no row %lld among %lld",
                 iso_rows_name(inner), (long long)index[i], (long long)inner->rows);
    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    if (!borrowed)
        ISO_TRY(iso_alloc(&p->own, count, sizeof *p->own));
    if (p->own && count > 0)
        memcpy(p->own, index, (size_t)count * sizeof *index);
    p->index = borrowed ? index : p->own;
    p->base = (iso_rows){.rows = count,
                         .cols = inner->cols,
                         .dtype = inner->dtype,
                         .run = inner->run,
                         .read = pick_read,
                         .close = pick_close};
    if (inner->name)
        ISO_TRY(iso_str_dup(&p->base.name, inner->name, -1));
    p->inner = inner;
    *out = &p->base;
    p = NULL;
done:
    if (p) {
        iso_free(p->base.name);
        iso_free(p->own);
    }
    iso_free(p);
    return err;
}

iso_err iso_rows_pick(iso_rows **out, iso_rows *inner, const int64_t *index, int64_t count)
{
    return pick_new(out, inner, index, count, false);
}

iso_err iso_rows_pick_borrowed(iso_rows **out, iso_rows *inner, const int64_t *index, int64_t count)
{
    return pick_new(out, inner, index, count, true);
}

const int64_t *iso_rows_picked(const iso_rows *self)
{
    return self->read == pick_read ? ((const struct pick *)self)->index : NULL;
}
