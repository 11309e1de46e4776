#include "lib/train/head.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"

void iso_head_free(iso_head *h)
{
    if (h)
        h->ops->free(h);
}

iso_err iso_head_back_input(iso_head *h, iso_mat *dstates, iso_view dlogits, const iso_units *u,
                            iso_head_tape *t)
{
    float **grad = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&grad, h->tensor_count, sizeof *grad));
    for (int64_t i = 0; i < h->tensor_count; i++) {
        grad[i] = h->tensors[i].grad;
        h->tensors[i].grad = NULL;
    }
    err = h->ops->back(h, dstates, dlogits, u, t);
    for (int64_t i = 0; i < h->tensor_count; i++)
        h->tensors[i].grad = grad[i];
done:
    iso_free(grad);
    return err;
}

void iso_head_zero_grads(iso_head *h)
{
    for (int64_t i = 0; i < h->tensor_count; i++) {
        const iso_tensor *t = &h->tensors[i];
        if (t->grad)
            memset(t->grad, 0, (size_t)(t->rows * t->cols) * sizeof *t->grad);
    }
}

void iso_head_tape_free(iso_head_tape *t)
{
    iso_workspace_free(&t->rows);
    iso_workspace_free(&t->hidden);
    iso_workspace_free(&t->back);
    iso_free(t->keys);
    *t = (iso_head_tape){0};
}

iso_err iso_head_keys(iso_head_tape *t, const iso_units *u, const iso_dropout *drop)
{
    iso_err err = ISO_OK;

    if (!drop || drop->hidden == 0)
        return ISO_OK;
    if (u->n > t->key_room) {
        ISO_TRY(iso_realloc(&t->keys, 0, u->n, sizeof *t->keys));
        t->key_room = u->n;
    }
    for (int64_t i = 0; i < u->n; i++)
        t->keys[i] = u->first[i] < u->first[i + 1] ? drop->keys[u->index[u->first[i]]] : 0;
done:
    return err;
}

void iso_head_predict(int32_t *said, const float *logits, int64_t n, int64_t classes)
{
    for (int64_t i = 0; i < n; i++) {
        const float *row = logits + i * classes;
        int64_t best = 0;
        bool finite = true;
        for (int64_t c = 0; c < classes; c++) {
            finite = finite && isfinite(row[c]);
            best = row[c] > row[best] ? c : best;
        }
        said[i] = finite ? (int32_t)best : -1;
    }
}
