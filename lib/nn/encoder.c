#include "lib/nn/encoder.h"

#include "lib/base/alloc.h"
#include "lib/nn/embedding.h"
#include "lib/nn/layer.h"
#include "lib/nn/xmixup_layer.h"

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
    ISO_TRY(opt->config ? iso_nn_config_read_file(&e->config, opt->config)
                        : iso_nn_config_read(&e->config, folder));
    if (opt->random) {
        ISO_TRY(iso_params_random(&e->params, &e->config, opt->compute, opt->seed));
    } else {
        ISO_TRY(iso_weights_open(&e->weights, folder));
        ISO_TRY(iso_alloc(&e->used, iso_weights_count(e->weights), sizeof *e->used));
        ISO_TRY(iso_params_find(&e->params, &e->config, e->weights, opt->compute, e->used));
        ISO_TRY(iso_weights_whole(e->weights));
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

void iso_encoder_count(iso_encoder *e, iso_nn_times *times)
{
    e->work.times = times;
}

/* After each step: what it read of the weights was theirs. */
static iso_err check_weights(const iso_encoder *e)
{
    return e->weights ? iso_weights_whole(e->weights) : ISO_OK;
}

iso_err iso_encoder_embed(iso_encoder *e, iso_mat *x, const iso_batch *batch)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_embedding_fwd(x, &e->params, &e->config, batch));
    ISO_TRY(check_weights(e));
done:
    return err;
}

static iso_err check_states(const iso_encoder *e, iso_view x, int64_t tokens)
{
    if (x.cols == e->config.C && x.dtype == ISO_F32 && x.rows == tokens)
        return ISO_OK;
    return iso_fail(ISO_EARG, "states are %lld x %lld %s, not %lld x %lld f32", (long long)x.rows,
                    (long long)x.cols, iso_dtype_name(x.dtype), (long long)tokens,
                    (long long)e->config.C);
}

static iso_err find_layer(iso_layer **out, const iso_encoder *e, int layer)
{
    if (layer < 1 || layer > e->config.L)
        return iso_fail(ISO_EARG, "layer %d is not among 1 to %d", layer, e->config.L);
    *out = &e->params.layers[layer - 1];
    return ISO_OK;
}

iso_err iso_encoder_attend(iso_encoder *e, iso_mat *a, iso_view x, const iso_batch *batch,
                           int layer)
{
    iso_layer *l = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find_layer(&l, e, layer));
    ISO_TRY(check_states(e, x, batch->offsets[batch->B]));
    ISO_TRY(iso_layer_attend(a, x, l, e->config.H, batch, &e->work));
    ISO_TRY(check_weights(e));
done:
    return err;
}

iso_err iso_encoder_feed(iso_encoder *e, iso_mat *y, iso_view a, int layer)
{
    iso_layer *l = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find_layer(&l, e, layer));
    ISO_TRY(check_states(e, a, y->rows));
    ISO_TRY(iso_layer_feed(y, a, l, e->config.activation, &e->work));
    ISO_TRY(check_weights(e));
done:
    return err;
}

iso_err iso_encoder_mix(iso_encoder *e, iso_mat *u, int layer, const iso_mix_pairs *in,
                        const iso_mix_rule *rule, const iso_mix_stats *stats)
{
    iso_layer *l = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find_layer(&l, e, layer));
    ISO_TRY(check_states(e, in->target, in->to->offsets[in->to->B]));
    ISO_TRY(check_states(e, in->source, in->from->offsets[in->from->B]));
    ISO_TRY(iso_layer_mix(u, l, e->config.H, in, rule, stats, &e->work));
    ISO_TRY(check_weights(e));
done:
    return err;
}

iso_err iso_encoder_layers(iso_encoder *e, iso_mat *x, const iso_batch *batch, int from, int to)
{
    iso_err err = ISO_OK;

    ISO_NEED(0 <= from && from <= to && to <= e->config.L, "states %d to %d are not among 0 to %d",
             from, to, e->config.L);
    ISO_TRY(check_states(e, iso_mat_view(x), batch->offsets[batch->B]));
    for (int k = from + 1; k <= to; k++) {
        ISO_TRY(iso_encoder_attend(e, x, iso_mat_view(x), batch, k));
        ISO_TRY(iso_encoder_feed(e, x, iso_mat_view(x), k));
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
