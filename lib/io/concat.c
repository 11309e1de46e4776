#include "lib/io/concat.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"

struct concat {
    iso_rows base;
    iso_rows **parts;
    int count;
    char *buffer;
    int64_t room;
};

/* Copies rows [first, first + count) of a part, which may lie apart in memory. */
static iso_err copy_from(char *to, iso_rows *part, int64_t first, int64_t count)
{
    const size_t row = (size_t)part->cols * iso_dtype_size(part->dtype);
    iso_view v;
    const iso_err err = iso_rows_read(part, first, count, &v);

    for (int64_t i = 0; i < count && !err && row > 0; i++)
        memcpy(to + (size_t)i * row, iso_view_rows(v, i, 1).data, row);
    return err;
}

static iso_err concat_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct concat *c = (struct concat *)self;
    const size_t row = (size_t)self->cols * iso_dtype_size(self->dtype);
    int64_t at = 0, done = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < c->count; at += c->parts[i++]->rows) {
        if (first >= at && first + count <= at + c->parts[i]->rows)
            return iso_rows_read(c->parts[i], first - at, count, out);
    }
    if (count > c->room) {
        ISO_TRY(iso_realloc(&c->buffer, 0, count, row));
        c->room = count;
    }
    at = 0;
    for (int i = 0; i < c->count && done < count; at += c->parts[i++]->rows) {
        const int64_t from = first + done - at, left = c->parts[i]->rows - from;
        const int64_t n = left < count - done ? left : count - done;
        if (n <= 0)
            continue;
        ISO_TRY(copy_from(c->buffer + (size_t)done * row, c->parts[i], from, n));
        done += n;
    }
    *out = (iso_view){c->buffer, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void concat_close(iso_rows *self)
{
    struct concat *c = (struct concat *)self;

    for (int i = 0; i < c->count; i++)
        iso_rows_close(c->parts[i]);
    iso_free(c->parts);
    iso_free(c->buffer);
    iso_free(c);
}

static iso_err check(int64_t *rows, iso_rows *const *parts, int count)
{
    iso_err err = ISO_OK;

    ISO_NEED(count > 0, "no rows to put together");
    *rows = 0;
    for (int i = 0; i < count; i++) {
        if (parts[i]->cols != parts[0]->cols || parts[i]->dtype != parts[0]->dtype)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: has %" PRId64 " columns of %s, the first part %" PRId64 " of %s",
                     iso_rows_name(parts[i]), parts[i]->cols, iso_dtype_name(parts[i]->dtype),
                     parts[0]->cols, iso_dtype_name(parts[0]->dtype));
        if (parts[i]->rows > INT64_MAX - *rows)
            ISO_FAIL(ISO_EFORMAT, "%s: too many rows", iso_rows_name(parts[i]));
        *rows += parts[i]->rows;
    }
done:
    return err;
}

iso_err iso_rows_concat(iso_rows **out, iso_rows *const *parts, int count)
{
    struct concat *c = NULL;
    int64_t rows = 0;
    iso_err err = ISO_OK;

    ISO_TRY(check(&rows, parts, count));
    ISO_TRY(iso_alloc(&c, 1, sizeof *c));
    ISO_TRY(iso_alloc(&c->parts, count, sizeof(iso_rows *)));
    memcpy(c->parts, parts, (size_t)count * sizeof(iso_rows *));
    c->count = count;
    c->base = (iso_rows){.rows = rows,
                         .cols = parts[0]->cols,
                         .dtype = parts[0]->dtype,
                         .run = parts[0]->run,
                         .read = concat_read,
                         .close = concat_close};
    *out = &c->base;
    c = NULL;
done:
    iso_free(c);
    return err;
}
