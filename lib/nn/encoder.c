#include "lib/nn/encoder.h"

#include "lib/base/alloc.h"
#include "lib/nn/embedding.h"
#include "lib/nn/layer.h"

struct iso_encoder {
    iso_nn_config config;
    iso_params params;
    iso_weights *weights; /* NULL with random weights */
    bool *used;           /* of each tensor */
    iso_layer_work work;
};

void iso_encoder_close(iso_encoder *e)
{
    if (!e)
        return;
    iso_params_free(&e->params, &e->config);
    iso_layer_work_free(&e->work);
    iso_weights_close(e->weights);
    iso_free(e->used);
    iso_free(e);
}

iso_err iso_encoder_open(iso_encoder **out, const char *folder, const iso_encoder_opt *opt)
{
    static const iso_encoder_opt plain = {0};
    iso_encoder *e = NULL;
    iso_err err = ISO_OK;

    opt = opt ? opt : &plain;
    ISO_TRY(iso_alloc(&e, 1, sizeof *e));
    ISO_TRY(iso_nn_config_read(&e->config, folder));
    if (opt->random) {
        ISO_TRY(iso_params_random(&e->params, &e->config, opt->compute, opt->seed));
    } else {
        ISO_TRY(iso_weights_open(&e->weights, folder));
        ISO_TRY(iso_alloc(&e->used, iso_weights_count(e->weights), sizeof *e->used));
        ISO_TRY(iso_params_find(&e->params, &e->config, e->weights, opt->compute, e->used));
    }
    *out = e;
    e = NULL;
done:
    iso_encoder_close(e);
    return err;
}

const iso_nn_config *iso_encoder_config(const iso_encoder *e)
{
    return &e->config;
}

iso_err iso_encoder_embed(iso_encoder *e, iso_mat *x, const iso_batch *batch)
{
    return iso_embedding_fwd(x, &e->params, &e->config, batch);
}

iso_err iso_encoder_layers(iso_encoder *e, iso_mat *x, const iso_batch *batch, int from, int to)
{
    const iso_nn_config *c = &e->config;
    iso_err err = ISO_OK;

    ISO_NEED(0 <= from && from <= to && to <= c->L, "states %d to %d are not among 0 to %d", from,
             to, c->L);
    ISO_NEED(x->cols == c->C && x->dtype == ISO_F32 && x->rows == batch->offsets[batch->B],
             "states are %lld x %lld %s, not %lld x %lld f32", (long long)x->rows,
             (long long)x->cols, iso_dtype_name(x->dtype), (long long)batch->offsets[batch->B],
             (long long)c->C);
    for (int k = from; k < to; k++) {
        iso_layer *l = &e->params.layers[k];
        ISO_TRY(iso_layer_attend(x, iso_mat_view(x), l, c->H, batch, &e->work));
        ISO_TRY(iso_layer_feed(x, iso_mat_view(x), l, c->activation, &e->work));
    }
done:
    return err;
}

int64_t iso_encoder_unused(const iso_encoder *e)
{
    int64_t count = 0;

    for (int64_t i = 0; e->weights && i < iso_weights_count(e->weights); i++)
        count += !e->used[i];
    return count;
}

const char *iso_encoder_unused_name(const iso_encoder *e, int64_t i)
{
    for (int64_t k = 0; e->weights && k < iso_weights_count(e->weights); k++)
        if (!e->used[k] && i-- == 0)
            return iso_weights_at(e->weights, k)->name;
    return NULL;
}
