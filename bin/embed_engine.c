/* The states of one window: sentences of like length in batches through the encoder, rows back in
 * their order. */
#include <stdlib.h>
#include <string.h>

#include "bin/embed.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/nn/pooling.h"

/* A sentence in the order of the work. */
struct turn {
    int64_t tokens, item;
};

struct embed_engine {
    struct embed *e;
    iso_dtype dtype;
    int64_t batch; /* tokens */
    struct turn *turn;
    int64_t turn_room;
    /* One batch. */
    int64_t *offsets;
    int32_t *ids, *types;
    int64_t token_room, sentence_room;
    struct embed_lists lists;
    iso_mat x, rows;
    int64_t done; /* tokens, of the whole work */
};

iso_err embed_engine_new(struct embed_engine **out, struct embed *e, iso_dtype dtype)
{
    struct embed_engine *g = NULL;
    iso_err err = iso_alloc(&g, 1, sizeof *g);

    if (err)
        return err;
    g->e = e;
    g->dtype = dtype;
    g->batch = embed_batch(e->set);
    *out = g;
    return ISO_OK;
}

void embed_engine_free(struct embed_engine *g)
{
    if (!g)
        return;
    iso_free(g->turn);
    iso_free(g->offsets);
    iso_free(g->ids);
    iso_free(g->types);
    embed_lists_free(&g->lists);
    iso_mat_free(&g->x);
    iso_mat_free(&g->rows);
    iso_free(g);
}

/* Longest first: what takes most memory comes first, and the short ones fill the last batch. */
static int by_length(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;

    if (x->tokens != y->tokens)
        return x->tokens < y->tokens ? 1 : -1;
    return (x->item > y->item) - (x->item < y->item);
}

/* The sentences of a window that have tokens, sorted; returns how many. */
static iso_err line_up(int64_t *count, struct embed_engine *g, const struct embed_window *w)
{
    const struct embed_lang *l = &g->e->lang[w->lang];
    iso_err err = ISO_OK;

    if (w->items > g->turn_room) {
        ISO_TRY(iso_realloc(&g->turn, 0, w->items, sizeof *g->turn));
        g->turn_room = w->items;
    }
    *count = 0;
    for (int64_t i = w->first; i < w->first + w->items; i++) {
        const int64_t tokens = l->token_at[i + 1] - l->token_at[i];
        if (tokens > 0)
            g->turn[(*count)++] = (struct turn){tokens, i};
    }
    if (*count > 0)
        qsort(g->turn, (size_t)*count, sizeof *g->turn, by_length);
done:
    return err;
}

/* Room for a batch of that size, and a matrix of states of just its tokens. */
static iso_err make_room(struct embed_engine *g, int64_t sentences, int64_t tokens)
{
    const int64_t C = iso_encoder_config(g->e->encoder)->C;
    iso_err err = ISO_OK;

    if (sentences > g->sentence_room) {
        ISO_TRY(iso_realloc(&g->offsets, 0, sentences + 1, sizeof *g->offsets));
        g->sentence_room = sentences;
    }
    if (tokens > g->token_room) {
        ISO_TRY(iso_realloc(&g->ids, 0, tokens, sizeof *g->ids));
        ISO_TRY(iso_realloc(&g->types, 0, tokens, sizeof *g->types));
        iso_mat_free(&g->x);
        ISO_TRY(iso_mat_new(&g->x, tokens, C, ISO_F32));
        g->token_room = tokens;
    }
    g->x.rows = tokens;
done:
    return err;
}

/* How many of the sentences from `turn` on make the next batch: one at least. */
static int64_t fill(int64_t *tokens, const struct embed_engine *g, const struct turn *turn,
                    int64_t left)
{
    int64_t count = 1;

    *tokens = turn->tokens;
    while (count < left && *tokens + turn[count].tokens <= g->batch)
        *tokens += turn[count++].tokens;
    return count;
}

static iso_err load(iso_batch *batch, struct embed_engine *g, const struct embed_lang *l,
                    const struct turn *turn, int64_t count, int64_t tokens)
{
    int64_t at = 0;
    bool typed = false;
    iso_err err = ISO_OK;

    ISO_TRY(make_room(g, count, tokens));
    g->lists.rows = g->lists.used = 0;
    for (int64_t b = 0; b < count; b++) {
        const int64_t from = l->token_at[turn[b].item];
        ISO_TRY(embed_lists_add(&g->lists, l, g->e->pool, turn[b].item, at));
        g->offsets[b] = at;
        for (int64_t i = 0; i < turn[b].tokens; i++, at++) {
            g->ids[at] = l->ids[from + i];
            g->types[at] = (l->mark[from + i] & EMBED_SECOND) != 0;
            typed = typed || g->types[at];
        }
    }
    g->offsets[count] = at;
    *batch = (iso_batch){count, g->offsets, g->ids, typed ? g->types : NULL};
done:
    return err;
}

/* Rows in the order of the work to their places in the window. */
static void put_back(const iso_mat *to, const struct embed_engine *g, const struct embed_window *w,
                     const struct turn *turn, int64_t count)
{
    const struct embed_lang *l = &g->e->lang[w->lang];
    const int64_t row = to->cols * (int64_t)iso_dtype_size(g->dtype);
    const char *from = g->rows.data;

    for (int64_t b = 0; b < count; b++) {
        const int64_t first = embed_row(l, g->e->pool, turn[b].item);
        const int64_t rows = embed_row(l, g->e->pool, turn[b].item + 1) - first;
        memcpy((char *)to->data + (first - w->row) * row, from, (size_t)(rows * row));
        from += rows * row;
    }
}

static iso_err pool_layer(struct embed_engine *g, const struct embed_window *w, int k)
{
    const struct embed *e = g->e;
    const iso_err err = iso_pool_lists(&g->rows, iso_mat_view(&g->x), g->lists.first,
                                       g->lists.index, e->pool == EMBED_MAX);

    if (err != ISO_EFORMAT)
        return err;
    if (iso_view_finite(NULL, iso_mat_view(&g->x)))
        return iso_fail(err,
                        "%s, layer %d: a number lies beyond the range of f16 (65504): --dtype f32",
                        e->lang[w->lang].name, e->layer[k]);
    return iso_fail(err,
                    "%s: its layer %d gives NaN or infinity for %s: the weights are damaged, or no "
                    "encoder's",
                    e->set->model, e->layer[k], e->lang[w->lang].name);
}

static iso_err compute(struct embed_engine *g, const struct embed_window *w,
                       const struct turn *turn, int64_t count, int64_t tokens,
                       const iso_mat *states)
{
    struct embed *e = g->e;
    iso_batch batch;
    int from = 0;
    iso_err err = ISO_OK;

    ISO_TRY(load(&batch, g, &e->lang[w->lang], turn, count, tokens));
    iso_mat_free(&g->rows);
    ISO_TRY(iso_mat_new(&g->rows, g->lists.rows, g->x.cols, g->dtype));
    ISO_TRY(iso_encoder_embed(e->encoder, &g->x, &batch));
    for (int k = 0; k < e->layer_count; k++) {
        ISO_TRY(iso_encoder_layers(e->encoder, &g->x, &batch, from, e->layer[k]));
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

void embed_engine_skip(struct embed_engine *g, const struct embed_window *w)
{
    g->done += w->tokens;
}

iso_err embed_engine_window(struct embed_engine *g, const struct embed_window *w,
                            const iso_mat *states)
{
    int64_t count = 0, tokens = 0;
    iso_err err = ISO_OK;

    ISO_TRY(line_up(&count, g, w));
    if (count < w->items)
        clear(g, w, states);
    for (int64_t at = 0, n; at < count; at += n) {
        n = fill(&tokens, g, g->turn + at, count - at);
        ISO_TRY(iso_run_step(g->e->run, "embedding", g->done, g->e->tokens, "tokens"));
        ISO_TRY(compute(g, w, g->turn + at, n, tokens, states));
        g->done += tokens;
        g->e->computed += tokens;
    }
done:
    return err;
}
