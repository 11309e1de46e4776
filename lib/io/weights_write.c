#include "lib/io/weights_write.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/outfile.h"
#include "lib/io/tensor_list.h"

static const char facts_name[] = "__metadata__";

enum { ALIGN = 8, PIECE = 16 << 20 /* bytes between two reports of progress */ };

static int by_name(const void *a, const void *b)
{
    const iso_weight_out *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

/* Its bytes; -1 when they are not to be counted. */
static int64_t bytes_of(const iso_weight_out *t)
{
    int64_t n = sizeof(float);

    for (int k = 0; k < t->rank; k++) {
        if (t->shape[k] < 0 || (t->shape[k] > 0 && n > INT64_MAX / t->shape[k]))
            return -1;
        n *= t->shape[k];
    }
    return n;
}

static iso_err check(const iso_weight_out *t, const char *path)
{
    iso_err err = ISO_OK;

    ISO_NEED(t->name && *t->name && strcmp(t->name, facts_name) != 0 &&
                 iso_utf8_valid(t->name, (int64_t)strlen(t->name)),
             "%s: a tensor called \"%s\" cannot be written", path, t->name ? t->name : "");
    ISO_NEED(t->rank >= 0 && t->rank <= ISO_WEIGHT_RANK && bytes_of(t) >= 0,
             "%s: tensor \"%s\" has a shape that is none", path, t->name);
done:
    return err;
}

/* The list in the order of its names. */
static iso_err sort(const iso_weight_out **by, const iso_weight_out *list, int64_t count,
                    const char *path)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++) {
        ISO_TRY(check(&list[i], path));
        by[i] = &list[i];
    }
    if (count > 1)
        qsort(by, (size_t)count, sizeof *by, by_name);
    for (int64_t i = 1; i < count; i++)
        ISO_NEED(strcmp(by[i]->name, by[i - 1]->name) != 0, "%s: tensor \"%s\" is there twice",
                 path, by[i]->name);
done:
    return err;
}

static iso_err add_tensor(iso_buf *head, const iso_weight_out *t, int64_t *at)
{
    const int64_t from = *at;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(head, ","));
    ISO_TRY(iso_json_quote(head, t->name));
    ISO_TRY(iso_buf_puts(head, ":{\"dtype\":\"F32\",\"shape\":["));
    for (int k = 0; k < t->rank; k++)
        ISO_TRY(iso_buf_printf(head, "%s%" PRId64, k ? "," : "", t->shape[k]));
    *at += bytes_of(t);
    ISO_TRY(iso_buf_printf(head, "],\"data_offsets\":[%" PRId64 ",%" PRId64 "]}", from, *at));
done:
    return err;
}

/* The header, its length before it; blanks fill it up. */
static iso_err make_head(iso_buf *head, int64_t *bytes, const iso_weight_out *const *by,
                         int64_t count)
{
    char prefix[ISO_TENSOR_PREFIX] = {0};
    iso_err err = ISO_OK;

    *bytes = 0;
    ISO_TRY(iso_buf_add(head, prefix, sizeof prefix));
    ISO_TRY(iso_buf_printf(head, "{\"%s\":{\"format\":\"pt\"}", facts_name));
    for (int64_t i = 0; i < count; i++)
        ISO_TRY(add_tensor(head, by[i], bytes));
    ISO_TRY(iso_buf_puts(head, "}"));
    while (head->len % ALIGN != 0)
        ISO_TRY(iso_buf_puts(head, " "));
    for (int i = 0; i < ISO_TENSOR_PREFIX; i++)
        head->text[i] = (char)((uint64_t)(head->len - ISO_TENSOR_PREFIX) >> 8 * i);
done:
    return err;
}

static iso_err put(iso_outfile *file, const iso_weight_out *t, int64_t *done_bytes, int64_t total,
                   const iso_run *run)
{
    const int64_t bytes = bytes_of(t);
    iso_err err = ISO_OK;

    for (int64_t at = 0; at < bytes; at += PIECE) {
        const int64_t piece = bytes - at < PIECE ? bytes - at : PIECE;
        ISO_TRY(iso_outfile_write(file, (const char *)t->data + at, piece));
        *done_bytes += piece;
        ISO_TRY(iso_run_step(run, "weights", *done_bytes, total, "bytes"));
    }
done:
    return err;
}

iso_err iso_weights_write(const char *path, const iso_weight_out *list, int64_t count,
                          const iso_run *run)
{
    const iso_weight_out **by = NULL;
    iso_outfile *file = NULL;
    iso_buf head = {0};
    int64_t total = 0, written = 0;
    iso_err err = ISO_OK;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    ISO_FAIL(ISO_EUNSUP, "%s: weights are not written on big-endian machines", path);
#endif
    ISO_TRY(iso_alloc(&by, count, sizeof *by));
    ISO_TRY(sort(by, list, count, path));
    ISO_TRY(make_head(&head, &total, by, count));
    ISO_TRY(iso_outfile_open(&file, path));
    ISO_TRY(iso_outfile_write(file, head.text, head.len));
    for (int64_t i = 0; i < count; i++)
        ISO_TRY(put(file, by[i], &written, total, run));
    err = iso_outfile_commit(file);
    file = NULL;
done:
    iso_outfile_discard(file);
    iso_buf_free(&head);
    iso_free(by);
    return err;
}
