#include "lib/nn/store.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

iso_err iso_store_block(void *out, struct iso_store *s, int64_t count, size_t size)
{
    void *block = NULL;
    iso_err err = ISO_OK;

    if (s->count == s->capacity) {
        const int64_t capacity = s->capacity ? 2 * s->capacity : 64;
        ISO_TRY(iso_realloc(&s->blocks, s->count, capacity, sizeof *s->blocks));
        s->capacity = capacity;
    }
    ISO_TRY(iso_alloc(&block, count, size));
    s->blocks[s->count++] = block;
    memcpy(out, &block, sizeof block);
done:
    return err;
}

void iso_store_free(struct iso_store *s)
{
    for (int64_t i = 0; i < s->count; i++)
        iso_free(s->blocks[i]);
    iso_free(s->blocks);
    *s = (struct iso_store){0};
}

/* rows 0 stands for a vector of `cols`. */
static iso_err check(const iso_weight *w, int64_t rows, int64_t cols)
{
    const int rank = rows > 0 ? 2 : 1;

    if (!w->floats)
        return iso_fail(ISO_EFORMAT,
                        "%s: tensor %s is %s; F64, F32, F16 and BF16 are read: save the model once "
                        "more in Python, after .to(torch.float16)",
                        w->file, w->name, w->type);
    if (w->rank != rank)
        return iso_fail(ISO_EFORMAT, "%s: tensor %s has %d axes, not %d", w->file, w->name, w->rank,
                        rank);
    if (rank == 1 && w->shape[0] != cols)
        return iso_fail(ISO_EFORMAT, "%s: tensor %s has %lld numbers, config.json asks for %lld",
                        w->file, w->name, (long long)w->shape[0], (long long)cols);
    if (rank == 2 && (w->shape[0] != rows || w->shape[1] != cols))
        return iso_fail(ISO_EFORMAT,
                        "%s: tensor %s is %lld x %lld, config.json asks for %lld x %lld", w->file,
                        w->name, (long long)w->shape[0], (long long)w->shape[1], (long long)rows,
                        (long long)cols);
    return ISO_OK;
}

/* Products are of f32 at most. */
static iso_err narrow(iso_view *m, struct iso_store *s, const iso_weight *w)
{
    float *to;
    iso_err err = ISO_OK;

    ISO_TRY(iso_store_block(&to, s, m->rows * m->cols, sizeof *to));
    iso_convert_f32(to, m->cols, *m);
    *m = iso_view_f32(to, m->rows, m->cols);
    if (!iso_view_finite(NULL, *m))
        ISO_FAIL(ISO_EFORMAT, "%s: tensor %s holds a number that f32 cannot, or NaN or infinity",
                 w->file, w->name);
done:
    return err;
}

/* Where the file lets numbers begin anywhere, they are moved to where they may be read. */
iso_err iso_store_matrix(iso_view *out, struct iso_store *s, const iso_weight *w, int64_t rows,
                         int64_t cols)
{
    iso_err err = ISO_OK;

    ISO_TRY(check(w, rows, cols));
    const void *data = w->data;
    if ((uintptr_t)data % iso_dtype_size(w->dtype) != 0) {
        char *copy;
        ISO_TRY(iso_store_block(&copy, s, w->bytes, 1));
        memcpy(copy, data, (size_t)w->bytes);
        data = copy;
    }
    *out = (iso_view){data, rows, cols, cols, w->dtype};
    if (w->dtype == ISO_F64)
        ISO_TRY(narrow(out, s, w));
done:
    return err;
}

iso_err iso_store_vector(const float **out, struct iso_store *s, const iso_weight *w, int64_t count)
{
    float *to;
    char *copy = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check(w, 0, count));
    ISO_TRY(iso_alloc(&copy, w->bytes, 1));
    memcpy(copy, w->data, (size_t)w->bytes);
    const iso_view from = {copy, 1, count, count, w->dtype};
    if (!iso_view_finite(NULL, from))
        ISO_FAIL(ISO_EFORMAT, "%s: tensor %s holds NaN or infinity", w->file, w->name);
    ISO_TRY(iso_store_block(&to, s, count, sizeof *to));
    iso_convert_f32(to, count, from);
    *out = to;
done:
    iso_free(copy);
    return err;
}
