/* Tensors whose numbers lie apart (views that torch.save kept as such), copied side by side. */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/weights_inside.h"

/* In the order of the indices, the last one fastest. */
static void copy_view(char *to, const char *from, const iso_tensor_entry *t, int64_t count)
{
    const int64_t size = t->bytes / count;
    int64_t index[ISO_TENSOR_RANK] = {0}, at = 0;

    for (int64_t i = 0; i < count; i++) {
        memcpy(to + i * size, from + at * size, (size_t)size);
        for (int k = t->rank - 1; k >= 0; k--) {
            at += t->stride[k];
            if (++index[k] < t->shape[k])
                break;
            at -= t->stride[k] * t->shape[k];
            index[k] = 0;
        }
    }
}

iso_err iso_weights_pack(struct shard *s, const iso_file *file)
{
    int64_t held = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->packed, s->list.count, sizeof *s->packed));
    for (int64_t i = 0; i < s->list.count; i++) {
        const iso_tensor_entry *t = &s->list.at[i];
        int64_t count = 1;
        if (!t->strided)
            continue;
        if (t->bytes > file->size - held)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: its views have more numbers than the file; save X.contiguous() of each",
                     file->path);
        held += t->bytes;
        for (int k = 0; k < t->rank; k++)
            count *= t->shape[k];
        ISO_TRY(iso_alloc_raw(&s->packed[i], t->bytes, 1));
        copy_view(s->packed[i], (const char *)iso_mapped_bytes(s->map) + t->offset, t, count);
    }
done:
    return err;
}
