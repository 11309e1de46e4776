#include "lib/io/array_pieces.h"

#include "lib/base/alloc.h"

struct rows {
    iso_rows base;
    iso_array_pieces of;
    char *buffer;
    int64_t room; /* rows the buffer holds */
};

iso_err iso_array_pieces_add(iso_array_pieces *p, int64_t array, int64_t first, int64_t step,
                             int64_t rows)
{
    iso_err err = ISO_OK;

    if (rows == 0)
        return ISO_OK;
    if (p->count == p->room) {
        const int64_t room = p->room ? 2 * p->room : 64;
        ISO_TRY(iso_realloc(&p->at, p->count, room, sizeof *p->at));
        p->room = room;
    }
    p->at[p->count++] = (iso_array_piece){array, first, step, p->rows};
    p->rows += rows;
done:
    return err;
}

void iso_array_pieces_free(iso_array_pieces *p)
{
    iso_free(p->arrays);
    iso_free(p->at);
    *p = (iso_array_pieces){0};
}

static int64_t piece_of(const iso_array_pieces *p, int64_t row)
{
    int64_t from = 0, to = p->count;

    while (to - from > 1) {
        const int64_t middle = (from + to) / 2;
        *(p->at[middle].before <= row ? &from : &to) = middle;
    }
    return from;
}

/* Rows of one piece: at once where they are packed. */
static iso_err read_piece(const iso_array_pieces *p, const iso_array_piece *piece, int64_t skip,
                          int64_t count, char *to)
{
    const iso_array *a = &p->arrays[piece->array];
    const int64_t row = p->cols * (int64_t)iso_dtype_size(a->dtype);
    const int64_t first = piece->first + skip * piece->step;
    iso_err err = ISO_OK;

    if (piece->step == p->cols)
        return iso_array_read(a, first, to, count * p->cols);
    for (int64_t i = 0; i < count; i++)
        ISO_TRY(iso_array_read(a, first + i * piece->step, to + i * row, p->cols));
done:
    return err;
}

static iso_err rows_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct rows *r = (struct rows *)self;
    const int64_t row = self->cols * (int64_t)iso_dtype_size(self->dtype);
    iso_err err = ISO_OK;

    if (count > r->room) {
        iso_free(r->buffer);
        r->buffer = NULL;
        r->room = 0;
        ISO_TRY(iso_alloc(&r->buffer, count, (size_t)row));
        r->room = count;
    }
    for (int64_t got = 0, i = piece_of(&r->of, first); got < count; i++) {
        const iso_array_piece *piece = &r->of.at[i];
        const int64_t end = i + 1 < r->of.count ? piece[1].before : r->of.rows;
        const int64_t left = end - first - got, n = left < count - got ? left : count - got;
        ISO_TRY(read_piece(&r->of, piece, first + got - piece->before, n, r->buffer + got * row));
        got += n;
    }
    *out = (iso_view){r->buffer, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void rows_close(iso_rows *self)
{
    struct rows *r = (struct rows *)self;

    iso_array_pieces_free(&r->of);
    iso_free(r->buffer);
    iso_free(r);
}

iso_err iso_array_pieces_rows(iso_rows **out, iso_array_pieces *p)
{
    struct rows *r = NULL;
    const iso_err err = iso_alloc(&r, 1, sizeof *r);

    if (err)
        return err;
    r->of = *p;
    *p = (iso_array_pieces){0};
    r->base = (iso_rows){.rows = r->of.rows,
                         .cols = r->of.cols,
                         .dtype = r->of.array_count > 0 ? r->of.arrays[0].dtype : ISO_F32,
                         .run = 1,
                         .read = rows_read,
                         .close = rows_close};
    *out = &r->base;
    return ISO_OK;
}
