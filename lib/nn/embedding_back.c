#include "lib/nn/embedding_back.h"

#include "lib/base/alloc.h"
#include "lib/nn/embedding_inside.h"

iso_err iso_embedding_keep(iso_mat *x, const iso_params *p, const iso_nn_config *c,
                           const iso_batch *batch, const iso_drop *drop, iso_norm_kept kept)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_embedding_rows(x, p, c, batch, NULL));
    iso_norm_keep_rows(x, iso_mat_view(x), &p->norm, kept);
    iso_drop_rows(x, drop);
done:
    return err;
}

static iso_err add(const iso_lookup_grad *g, const int64_t *index, iso_view d)
{
    iso_err err = ISO_OK;

    if (g->dense)
        ISO_TRY(iso_table_grad_add(g->dense, index, d));
    else if (g->touched)
        ISO_TRY(iso_row_grads_add(g->touched, index, d));
done:
    return err;
}

iso_err iso_embedding_back(iso_mat *d, const iso_params *p, const iso_nn_config *c,
                           const iso_batch *batch, const iso_drop *drop, iso_norm_kept kept,
                           const iso_param_grads *g, iso_workspace *sums, iso_nn_times *times)
{
    const iso_drop none = {0};
    int64_t *word = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&word, 3 * d->rows, sizeof *word));
    int64_t *const position = word + d->rows, *const type = position + d->rows;
    for (int64_t b = 0; b < batch->B; b++) {
        for (int64_t t = batch->offsets[b]; t < batch->offsets[b + 1]; t++) {
            word[t] = batch->ids[t];
            position[t] = iso_embedding_position(c, batch, b, t);
            type[t] = iso_embedding_type(batch, b, t);
        }
    }
    iso_drop_rows(d, drop);
    ISO_TRY(iso_norm_back(d, NULL, &p->norm, kept, &none, g->norm, NULL, sums, times));
    ISO_TRY(add(&g->word, word, iso_mat_view(d)));
    ISO_TRY(add(&g->position, position, iso_mat_view(d)));
    if (c->types > 0)
        ISO_TRY(add(&g->type, type, iso_mat_view(d)));
done:
    iso_free(word);
    return err;
}
