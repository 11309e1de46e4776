/* The states of one window: sentences of like length in batches through the encoder, rows back in
 * their order. */
#include <string.h>

#include "lib/encode/embed.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/nn/pooling.h"

struct embed_engine {
    struct embed *e;
    iso_dtype dtype;
    struct encoding_turn *turn;
    int64_t turn_room;
    struct encoding_batch batch;
    iso_mat x, rows; /* of one batch */
    int64_t x_room;
    int64_t done; /* tokens, of the whole work */
};

iso_err iso_embed_engine_new(struct embed_engine **out, struct embed *e, iso_dtype dtype)
{
    struct embed_engine *g = NULL;
    iso_err err = iso_alloc(&g, 1, sizeof *g);

    if (err)
        return err;
    g->e = e;
    g->dtype = dtype;
    g->batch.size = iso_encoding_batch_size(e->batch);
    *out = g;
    return ISO_OK;
}

void iso_embed_engine_free(struct embed_engine *g)
{
    if (!g)
        return;
    iso_free(g->turn);
    iso_encoding_batch_free(&g->batch);
    iso_mat_free(&g->x);
    iso_mat_free(&g->rows);
    iso_free(g);
}

/* The sentences of a window that have tokens, sorted; returns how many. */
static iso_err line_up(int64_t *count, struct embed_engine *g, const struct embed_window *w)
{
    const struct encoding_lang *l = &g->e->in.lang[w->lang];
    iso_err err = ISO_OK;

    if (w->items > g->turn_room) {
        ISO_TRY(iso_realloc(&g->turn, 0, w->items, sizeof *g->turn));
        g->turn_room = w->items;
    }
    *count = 0;
    for (int64_t i = w->first; i < w->first + w->items; i++) {
        const int64_t tokens = l->token_at[i + 1] - l->token_at[i];
        if (tokens > 0)
            g->turn[(*count)++] = (struct encoding_turn){tokens, i, i};
    }
    iso_encoding_sort(g->turn, *count);
done:
    return err;
}

/* A matrix of states of just the tokens of a batch. */
static iso_err make_room(struct embed_engine *g, int64_t tokens)
{
    const int64_t C = iso_encoder_config(g->e->in.encoder)->C;
    iso_err err = ISO_OK;

    if (tokens > g->x_room) {
        iso_mat_free(&g->x);
        g->x_room = 0;
        ISO_TRY(iso_mat_new(&g->x, tokens, C, ISO_F32));
        g->x_room = tokens;
    }
    g->x.rows = tokens;
    iso_mat_free(&g->rows);
    ISO_TRY(iso_mat_new(&g->rows, g->batch.lists.rows, C, g->dtype));
done:
    return err;
}

/* Rows in the order of the work to their places in the window. */
static void put_back(const iso_mat *to, const struct embed_engine *g, const struct embed_window *w,
                     const struct encoding_turn *turn, int64_t count)
{
    const struct encoding_lang *l = &g->e->in.lang[w->lang];
    const int64_t row = to->cols * (int64_t)iso_dtype_size(g->dtype);
    const char *from = g->rows.data;

    for (int64_t b = 0; b < count; b++) {
        const int64_t first = iso_encoding_row(l, g->e->in.pool, turn[b].item);
        const int64_t rows = iso_encoding_row(l, g->e->in.pool, turn[b].item + 1) - first;
        memcpy((char *)to->data + (first - w->row) * row, from, (size_t)(rows * row));
        from += rows * row;
    }
}

static iso_err pool_layer(struct embed_engine *g, const struct embed_window *w, int k)
{
    const struct embed *e = g->e;
    const iso_err err = iso_pool_lists(&g->rows, iso_mat_view(&g->x), g->batch.lists.first,
                                       g->batch.lists.index, e->in.pool == ISO_POOL_MAX);

    if (err != ISO_EFORMAT)
        return err;
    if (iso_view_finite(NULL, iso_mat_view(&g->x)))
        return iso_fail(
            err,
            "%s, layer %d: a number lies beyond the range of f16 (65504): " ISO_FIELD(dtype) " f32",
            e->in.lang[w->lang].name, e->layer[k]);
    return iso_encoding_not_finite(&e->in, w->lang, e->layer[k]);
}

static iso_err compute(struct embed_engine *g, const struct embed_window *w,
                       const struct encoding_turn *turn, int64_t count, int64_t tokens,
                       const iso_mat *states)
{
    struct embed *e = g->e;
    const iso_batch *batch = &g->batch.batch;
    int from = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_encoding_load(&g->batch, &e->in.lang[w->lang], e->in.pool, turn, count, tokens));
    ISO_TRY(make_room(g, tokens));
    ISO_TRY(iso_encoder_embed(e->in.encoder, &g->x, batch));
    for (int k = 0; k < e->layer_count; k++) {
        ISO_TRY(iso_encoder_layers(e->in.encoder, &g->x, batch, from, e->layer[k]));
        from = e->layer[k];
        ISO_TRY(pool_layer(g, w, k));
        put_back(&states[k], g, w, turn, count);
    }
done:
    return err;
}

/* Sentences without any token have rows of zeros, which nobody writes. */
static void clear(const struct embed_engine *g, const struct embed_window *w, const iso_mat *states)
{
    for (int k = 0; k < g->e->layer_count; k++)
        memset(states[k].data, 0,
               (size_t)(w->rows * states[k].cols) * iso_dtype_size(states[k].dtype));
}

void iso_embed_engine_skip(struct embed_engine *g, const struct embed_window *w)
{
    g->done += w->tokens;
}

iso_err iso_embed_engine_window(struct embed_engine *g, const struct embed_window *w,
                                const iso_mat *states)
{
    int64_t count = 0, tokens = 0;
    iso_err err = ISO_OK;

    ISO_TRY(line_up(&count, g, w));
    if (count < w->items)
        clear(g, w, states);
    for (int64_t at = 0, n; at < count; at += n) {
        n = iso_encoding_fill(&tokens, &g->batch, g->turn + at, count - at);
        ISO_TRY(iso_run_step(g->e->in.run, "embedding", g->done, g->e->tokens, "tokens"));
        ISO_TRY(compute(g, w, g->turn + at, n, tokens, states));
        g->done += tokens;
        g->e->computed += tokens;
    }
done:
    return err;
}
