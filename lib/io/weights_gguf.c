/* The tensors of a GGUF file, under its names; those in packed blocks become f32. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/weights_inside.h"

/* What is made here lives as long as the weights. */
static iso_err keep(iso_weights *w, void *made)
{
    const iso_err err = iso_realloc(&w->made, w->made_count, w->made_count + 1, sizeof *w->made);

    if (err)
        iso_free(made);
    else
        w->made[w->made_count++] = made;
    return err;
}

static iso_err unpack(iso_weight *out, iso_weights *w, const iso_gguf_tensor *t)
{
    float *numbers = NULL;
    iso_err err = ISO_OK;

    if (!t->block->unpack) {
        out->data = t->data;
        out->bytes = t->bytes;
        return ISO_OK;
    }
    ISO_TRY(iso_alloc_raw(&numbers, t->numbers, sizeof *numbers));
    iso_gguf_dequantise(numbers, t->block, t->data, t->numbers);
    out->data = numbers;
    out->bytes = t->numbers * (int64_t)sizeof *numbers;
    ISO_TRY(keep(w, numbers));
done:
    return err;
}

static iso_err entry(iso_weight *out, iso_weights *w, const iso_gguf_tensor *t)
{
    iso_err err = ISO_OK;

    if (!t->block)
        ISO_FAIL(ISO_EUNSUP,
                 "%s: tensor \"%s\" is of ggml's type %" PRIu32
                 "; F32, F16, BF16, F64, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 and Q2_K to Q6_K are read: "
                 "fetch the model in one of these",
                 w->shards[0].path, t->name, t->type);
    *out = (iso_weight){.name = t->name,
                        .type = t->block->name,
                        .file = w->shards[0].path,
                        .layout = "GGUF",
                        .floats = true,
                        .dtype = t->block->unpack ? ISO_F32 : t->block->dtype,
                        .rank = t->rank,
                        .stored = t->bytes};
    memcpy(out->shape, t->shape, (size_t)t->rank * sizeof *t->shape);
    ISO_TRY(unpack(out, w, t));
done:
    return err;
}

/* --- Query, key and value in one tensor ------------------------------------------------------- */

static const char fused[] = "attn_qkv.";

static bool is_fused(const iso_gguf_tensor *t)
{
    return strstr(t->name, fused) && t->shape[0] % 3 == 0;
}

/* The rows of one third of them, under the name it has alone. */
static iso_err third(iso_weight *out, iso_weights *w, const iso_weight *all, int part)
{
    const char *at = strstr(all->name, fused);
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&name, "%.*sattn_%c.%s", (int)(at - all->name), all->name, "qkv"[part],
                           at + strlen(fused)));
    *out = *all;
    out->name = name.text;
    out->shape[0] /= 3;
    out->bytes /= 3;
    out->stored /= 3;
    out->data = (const char *)all->data + part * out->bytes;
    name.text = NULL;
    ISO_TRY(keep(w, (void *)out->name));
done:
    iso_buf_free(&name);
    return err;
}

static iso_err gather(iso_weights *w, const iso_gguf *g)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w->at, g->tensors * 3, sizeof *w->at));
    for (int64_t i = 0; i < g->tensors; i++) {
        iso_weight all = {0};
        ISO_TRY(entry(&all, w, &g->tensor[i]));
        if (!is_fused(&g->tensor[i])) {
            w->at[w->count++] = all;
            continue;
        }
        for (int part = 0; part < 3; part++) {
            ISO_TRY(third(&w->at[w->count], w, &all, part));
            w->count++;
        }
    }
done:
    return err;
}

iso_err iso_weights_gguf(iso_weights *w, const char *path)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w->shards, 1, sizeof *w->shards));
    w->shard_count = 1;
    ISO_TRY(iso_str_dup(&w->shards[0].path, path, -1));
    ISO_TRY(iso_gguf_open(&w->shards[0].gguf, path));
    ISO_TRY(gather(w, &w->shards[0].gguf));
    iso_weights_sort(w);
done:
    return err;
}
