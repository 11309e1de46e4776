/* The work of an embedding: window after window to its place in the file. */
#include "lib/encode/embed.h"
#include "lib/base/alloc.h"

iso_err iso_embed_states_new(iso_mat **out, const struct embed *e, int lang, iso_dtype dtype)
{
    const int64_t C = iso_encoder_config(e->in.encoder)->C;
    iso_mat *states = NULL;
    int64_t rows = 0;
    iso_err err = ISO_OK;

    for (int64_t u = 0; u < e->window_count; u++) {
        if ((lang < 0 || e->window[u].lang == lang) && e->window[u].rows > rows)
            rows = e->window[u].rows;
    }
    ISO_TRY(iso_alloc(&states, e->layer_count, sizeof *states));
    for (int k = 0; k < e->layer_count; k++)
        ISO_TRY(iso_mat_new(&states[k], rows, C, dtype));
    *out = states;
    return ISO_OK;
done:
    iso_embed_states_free(states, e);
    return err;
}

void iso_embed_states_free(iso_mat *states, const struct embed *e)
{
    for (int k = 0; states && k < e->layer_count; k++)
        iso_mat_free(&states[k]);
    iso_free(states);
}

static iso_err write_window(struct embed *e, const struct embed_window *w, const iso_mat *states)
{
    iso_err err = ISO_OK;

    for (int k = 0; k < e->layer_count; k++)
        ISO_TRY(iso_native_put(e->out, w->lang * e->layer_count + k, w->row,
                               iso_view_rows(iso_mat_view(&states[k]), 0, w->rows)));
    e->kept = true;
done:
    return err;
}

iso_err iso_embed_run(struct embed *e)
{
    struct embed_engine *engine = NULL;
    iso_mat *states = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_embed_engine_new(&engine, e, e->dtype));
    ISO_TRY(iso_embed_states_new(&states, e, -1, e->dtype));
    for (int64_t u = 0; u < e->window_count; u++) {
        if (iso_native_done(e->out, u)) {
            e->kept = true;
            iso_embed_engine_skip(engine, &e->window[u]);
            continue;
        }
        ISO_TRY(iso_embed_engine_window(engine, &e->window[u], states));
        ISO_TRY(write_window(e, &e->window[u], states));
        ISO_TRY(iso_native_finish(e->out, u));
    }
done:
    iso_embed_states_free(states, e);
    iso_embed_engine_free(engine);
    return err;
}
