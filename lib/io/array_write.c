#include "lib/io/array_write.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/json.h"
#include "lib/io/outfile.h"

struct matrix {
    char *name; /* of npz the member's: "en/3.npy" */
    int64_t rows, cols;
    iso_dtype dtype;
    iso_buf head;      /* of npz: what stands before the numbers in the member */
    int64_t place;     /* of npz: of the member in the file */
    int64_t written;   /* rows */
    uint32_t checksum; /* of npz: of the member so far */
};

struct iso_array_out {
    iso_outfile *file;
    char *path;
    bool tensors, begun;
    iso_buf facts; /* of safetensors: __metadata__ */
    struct matrix *at;
    int64_t count, room, now, end; /* the matrix at hand; bytes written */
};

void iso_array_out_discard(iso_array_out *a)
{
    if (!a)
        return;
    for (int64_t i = 0; i < a->count; i++) {
        iso_free(a->at[i].name);
        iso_buf_free(&a->at[i].head);
    }
    iso_outfile_discard(a->file);
    iso_buf_free(&a->facts);
    iso_free(a->at);
    iso_free(a->path);
    iso_free(a);
}

static iso_err append(iso_array_out *a, const void *bytes, int64_t count)
{
    const iso_err err = iso_outfile_write(a->file, bytes, count);

    a->end += count;
    return err;
}

static iso_err append_buf(iso_array_out *a, const iso_buf *buf)
{
    return append(a, buf->text, buf->len);
}

iso_err iso_array_out_new(iso_array_out **out, const char *path, bool tensors,
                          const iso_states_info *about)
{
    iso_array_out *a = NULL;
    iso_err err = ISO_OK;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return iso_fail(ISO_EUNSUP, "%s: is written on little-endian machines", path);
#endif
    ISO_TRY(iso_alloc(&a, 1, sizeof *a));
    a->tensors = tensors;
    ISO_TRY(iso_str_dup(&a->path, path, -1));
    ISO_TRY(iso_buf_puts(&a->facts, "{\"format\": \"isogloss-states\""));
    ISO_TRY(iso_json_member(&a->facts, "model", about->model));
    ISO_TRY(iso_json_member(&a->facts, "pooling", about->pooling));
    ISO_TRY(iso_json_member(&a->facts, "source", about->source));
    ISO_TRY(iso_buf_puts(&a->facts, "}"));
    ISO_TRY(iso_outfile_open(&a->file, path));
    *out = a;
    a = NULL;
done:
    iso_array_out_discard(a);
    return err;
}

/* safetensors ------------------------------------------------------------------------- */

static const char *tensor_type(iso_dtype dtype)
{
    return dtype == ISO_F16 ? "F16" : dtype == ISO_BF16 ? "BF16" : dtype == ISO_F64 ? "F64" : "F32";
}

static int64_t bytes_of(const struct matrix *m)
{
    return m->rows * m->cols * (int64_t)iso_dtype_size(m->dtype);
}

/* The length of the header, then the header; the numbers begin at a multiple of 8. */
static iso_err begin_tensors(iso_array_out *a)
{
    iso_buf head = {0};
    unsigned char length[8];
    int64_t at = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&head, "{\"__metadata__\": %s", a->facts.text));
    for (int64_t i = 0; i < a->count; i++) {
        const struct matrix *m = &a->at[i];
        ISO_TRY(iso_buf_puts(&head, ", "));
        ISO_TRY(iso_json_quote(&head, m->name));
        ISO_TRY(iso_buf_printf(&head,
                               ": {\"dtype\": \"%s\", \"shape\": [%" PRId64 ", %" PRId64
                               "], \"data_offsets\": [%" PRId64 ", %" PRId64 "]}",
                               tensor_type(m->dtype), m->rows, m->cols, at, at + bytes_of(m)));
        at += bytes_of(m);
    }
    ISO_TRY(iso_buf_puts(&head, "}"));
    while (head.len % 8 != 0)
        ISO_TRY(iso_buf_puts(&head, " "));
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)head.len >> 8 * i);
    ISO_TRY(append(a, length, sizeof length));
    ISO_TRY(append_buf(a, &head));
done:
    iso_buf_free(&head);
    return err;
}

/* npz: a zip archive of stored members ------------------------------------------------- */

/* CRC-32 of zip (polynomial edb88320, reflected), four bits at a time. */
static uint32_t add_checksum(uint32_t sum, const void *bytes, int64_t count)
{
    static const uint32_t table[256 / 16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                             0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                             0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                             0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    const unsigned char *p = bytes;

    sum = ~sum;
    for (int64_t i = 0; i < count; i++) {
        sum ^= p[i];
        sum = sum >> 4 ^ table[sum & 15];
        sum = sum >> 4 ^ table[sum & 15];
    }
    return ~sum;
}

/* A number of `size` bytes, little-endian. */
static iso_err put_int(iso_buf *out, uint64_t value, int size)
{
    char bytes[8];

    for (int i = 0; i < size; i++)
        bytes[i] = (char)(value >> 8 * i);
    return iso_buf_add(out, bytes, size);
}

#define INTS(out, ...)                                                                             \
    do {                                                                                           \
        const uint64_t pairs_[][2] = {__VA_ARGS__};                                                \
        for (size_t i_ = 0; i_ < sizeof pairs_ / sizeof *pairs_; i_++)                             \
            ISO_TRY(put_int(out, pairs_[i_][0], (int)pairs_[i_][1]));                              \
    } while (0)

enum {
    VERSION = 45,   /* of zip that knows sizes of 8 bytes */
    UTF8 = 1 << 11, /* names are */
    DATE = 0x21,    /* 1 January 1980: the same matrices make the same bytes */
    SUM_AT = 14,    /* of the checksum in a member's header */
    ZIP64 = 1       /* the kind of what is added for sizes of 8 bytes */
};
#define BEYOND UINT32_MAX /* see there */

/* The header of a member, whose checksum is not known yet, and its .npy header. */
static iso_err begin_member(iso_array_out *a, struct matrix *m)
{
    static const char *const types[] = {[ISO_F32] = "<f4", [ISO_F64] = "<f8", [ISO_F16] = "<f2"};
    iso_buf text = {0}, local = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(
        &text, "{'descr': '%s', 'fortran_order': False, 'shape': (%" PRId64 ", %" PRId64 "), }",
        types[m->dtype], m->rows, m->cols));
    while ((10 + text.len + 1) % 64 != 0)
        ISO_TRY(iso_buf_puts(&text, " "));
    ISO_TRY(iso_buf_puts(&text, "\n"));
    ISO_TRY(iso_buf_add(&m->head, "\x93NUMPY\1\0", 8));
    ISO_TRY(put_int(&m->head, (uint64_t)text.len, 2));
    ISO_TRY(iso_buf_add(&m->head, text.text, text.len));
    const uint64_t size = (uint64_t)(m->head.len + bytes_of(m)), name = strlen(m->name);
    m->place = a->end;
    INTS(&local, {0x04034b50, 4}, {VERSION, 2}, {UTF8, 2}, {0, 2}, {0, 2}, {DATE, 2}, {0, 4},
         {BEYOND, 4}, {BEYOND, 4}, {name, 2}, {20, 2});
    ISO_TRY(iso_buf_puts(&local, m->name));
    INTS(&local, {ZIP64, 2}, {16, 2}, {size, 8}, {size, 8});
    ISO_TRY(append_buf(a, &local));
    ISO_TRY(append_buf(a, &m->head));
    m->checksum = add_checksum(0, m->head.text, m->head.len);
done:
    iso_buf_free(&text);
    iso_buf_free(&local);
    return err;
}

static iso_err end_member(iso_array_out *a, const struct matrix *m)
{
    const unsigned char sum[4] = {(unsigned char)m->checksum, (unsigned char)(m->checksum >> 8),
                                  (unsigned char)(m->checksum >> 16),
                                  (unsigned char)(m->checksum >> 24)};

    return iso_outfile_write_at(a->file, m->place + SUM_AT, sum, sizeof sum);
}

/* The list of members, where it is, and where that stands. */
static iso_err end_archive(iso_array_out *a)
{
    const uint64_t begin = (uint64_t)a->end, count = (uint64_t)a->count;
    iso_buf list = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < a->count; i++) {
        const struct matrix *m = &a->at[i];
        const uint64_t size = (uint64_t)(m->head.len + bytes_of(m));
        INTS(&list, {0x02014b50, 4}, {VERSION, 2}, {VERSION, 2}, {UTF8, 2}, {0, 2}, {0, 2},
             {DATE, 2}, {m->checksum, 4}, {BEYOND, 4}, {BEYOND, 4}, {strlen(m->name), 2}, {28, 2},
             {0, 2}, {0, 2}, {0, 2}, {0, 4}, {BEYOND, 4});
        ISO_TRY(iso_buf_puts(&list, m->name));
        INTS(&list, {ZIP64, 2}, {24, 2}, {size, 8}, {size, 8}, {(uint64_t)m->place, 8});
    }
    const uint64_t length = (uint64_t)list.len;
    const uint64_t few = count < UINT16_MAX ? count : UINT16_MAX;
    INTS(&list, {0x06064b50, 4}, {44, 8}, {VERSION, 2}, {VERSION, 2}, {0, 4}, {0, 4}, {count, 8},
         {count, 8}, {length, 8}, {begin, 8});
    INTS(&list, {0x07064b50, 4}, {0, 4}, {begin + length, 8}, {1, 4});
    INTS(&list, {0x06054b50, 4}, {0, 2}, {0, 2}, {few, 2}, {few, 2}, {BEYOND, 4}, {BEYOND, 4},
         {0, 2});
    ISO_TRY(append_buf(a, &list));
done:
    iso_buf_free(&list);
    return err;
}

/* Matrices ------------------------------------------------------------------------------ */

iso_err iso_array_out_add(iso_array_out *a, const char *name, int64_t rows, int64_t cols,
                          iso_dtype dtype)
{
    iso_buf full = {0};
    iso_err err = ISO_OK;

    ISO_NEED(!a->begun, "%s: rows are being written, nothing can be announced", a->path);
    ISO_NEED(a->tensors || dtype != ISO_BF16, "%s: npz holds no bf16", a->path);
    ISO_NEED(strlen(name) < 1 << 12, "%s: \"%.40s...\" is too long a name", a->path, name);
    if (a->count == a->room) {
        const int64_t room = a->room ? 2 * a->room : 32;
        ISO_TRY(iso_realloc(&a->at, a->count, room, sizeof *a->at));
        a->room = room;
    }
    ISO_TRY(iso_buf_printf(&full, "%s%s", name, a->tensors ? "" : ".npy"));
    a->at[a->count++] =
        (struct matrix){.name = full.text, .rows = rows, .cols = cols, .dtype = dtype};
    full = (iso_buf){0};
done:
    iso_buf_free(&full);
    return err;
}

/* Before the first rows of a matrix: what stands before them. */
static iso_err begin(iso_array_out *a)
{
    iso_err err = ISO_OK;

    if (!a->begun && a->tensors)
        ISO_TRY(begin_tensors(a));
    if (!a->tensors)
        ISO_TRY(begin_member(a, &a->at[a->now]));
    a->begun = true;
done:
    return err;
}

iso_err iso_array_out_put(iso_array_out *a, iso_view rows)
{
    struct matrix *m = a->now < a->count ? &a->at[a->now] : NULL;
    const int64_t row = rows.cols * (int64_t)iso_dtype_size(rows.dtype);
    iso_err err = ISO_OK;

    ISO_NEED(m && m->cols == rows.cols && m->dtype == rows.dtype &&
                 rows.rows <= m->rows - m->written,
             "%s: has no place for rows that were not announced", a->path);
    if (m->written == 0)
        ISO_TRY(begin(a));
    for (int64_t i = 0, n; i < rows.rows; i += n) {
        n = rows.stride == rows.cols ? rows.rows : 1;
        const void *from = iso_view_rows(rows, i, n).data;
        ISO_TRY(append(a, from, n * row));
        if (!a->tensors)
            m->checksum = add_checksum(m->checksum, from, n * row);
    }
    m->written += rows.rows;
    if (m->written < m->rows)
        goto done;
    if (!a->tensors)
        ISO_TRY(end_member(a, m));
    a->now++;
done:
    return err;
}

iso_err iso_array_out_commit(iso_array_out *a)
{
    iso_err err = ISO_OK;

    ISO_NEED(a->now == a->count && a->count > 0,
             "%s: %" PRId64 " of %" PRId64 " matrices were written", a->path, a->now, a->count);
    if (!a->tensors)
        ISO_TRY(end_archive(a));
    iso_outfile *file = a->file;
    a->file = NULL;
    err = iso_outfile_commit(file);
done:
    iso_array_out_discard(a);
    return err;
}
