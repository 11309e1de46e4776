/* The work of an embedding, window after window: sentences of like length in batches through the
 * encoder, rows back in their order; states of word types averaged as they come. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/encode/embed_inside.h"
#include "lib/linalg/convert.h"
#include "lib/nn/pooling.h"

enum { BLOCK = 4 << 20 }; /* bytes of averages converted at a time */

struct engine {
    struct embed *e;
    iso_dtype dtype; /* of the rows it gives: f16, f32 or f64 */
    iso_mat *states; /* layers: rows of one window */
    struct encoding_turn *turn;
    int64_t turn_room;
    struct encoding_batch batch;
    iso_mat x, rows;       /* of one batch */
    iso_mat vectors, made; /* likewise: sentences in f32, and in the type of the rows */
    int64_t x_room, rows_room, vectors_room, made_room;
    int64_t done; /* tokens, of the whole work */
};

static int64_t dims(const struct embed *e)
{
    return e->in.about->config->C;
}

static void mats_free(iso_mat *mats, int count)
{
    for (int k = 0; mats && k < count; k++)
        iso_mat_free(&mats[k]);
    iso_free(mats);
}

/* A matrix a layer. */
static iso_err mats_new(iso_mat **out, const struct embed *e, int64_t rows, iso_dtype dtype)
{
    iso_mat *mats = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mats, e->layer_count, sizeof *mats));
    for (int k = 0; k < e->layer_count; k++)
        ISO_TRY(iso_mat_new(&mats[k], rows, iso_embed_dims(e, k), dtype));
    *out = mats;
    mats = NULL;
done:
    mats_free(mats, e->layer_count);
    return err;
}

static iso_err begin(struct engine *g, struct embed *e, iso_dtype dtype)
{
    int64_t rows = 0;

    *g = (struct engine){.e = e, .dtype = dtype};
    g->batch.size = iso_encoding_batch_size(e->opt.batch);
    for (int64_t u = 0; u < e->window_count; u++)
        rows = e->window[u].rows > rows ? e->window[u].rows : rows;
    return mats_new(&g->states, e, rows, dtype);
}

static void end(struct engine *g)
{
    mats_free(g->states, g->e->layer_count);
    iso_free(g->turn);
    iso_encoding_batch_free(&g->batch);
    iso_mat_free(&g->x);
    iso_mat_free(&g->rows);
    iso_mat_free(&g->vectors);
    iso_mat_free(&g->made);
}

/* --- One window --- */

/* The sentences of a window that have tokens, sorted; returns how many. */
static iso_err line_up(int64_t *count, struct engine *g, const struct embed_window *w)
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

/* m becomes a matrix of just so many rows; what it held is lost. */
static iso_err shape(iso_mat *m, int64_t *room, int64_t rows, int64_t cols, iso_dtype dtype)
{
    iso_err err = ISO_OK;

    if (rows > *room) {
        iso_mat_free(m);
        *room = 0;
        ISO_TRY(iso_mat_new(m, rows, cols, dtype));
        *room = rows;
    }
    m->rows = rows;
    m->cols = m->stride = cols;
    m->dtype = dtype;
done:
    return err;
}

/* States of the tokens of a batch, and the rows that come of them. */
static iso_err make_room(struct engine *g, int64_t tokens)
{
    iso_err err = ISO_OK;

    ISO_TRY(shape(&g->x, &g->x_room, tokens, dims(g->e), ISO_F32));
    ISO_TRY(shape(&g->rows, &g->rows_room, g->batch.lists.rows, dims(g->e), g->dtype));
done:
    return err;
}

/* Rows in the order of the work to their places in the window. */
static void put_back(const struct engine *g, const iso_mat *rows, const iso_mat *to,
                     const struct embed_window *w, const struct encoding_turn *turn, int64_t count)
{
    const struct encoding_lang *l = &g->e->in.lang[w->lang];
    const int64_t row = to->cols * (int64_t)iso_dtype_size(g->dtype);
    const char *from = rows->data;

    for (int64_t b = 0; b < count; b++) {
        const int64_t first = iso_encoding_row(l, g->e->in.pool, turn[b].item);
        const int64_t n = iso_encoding_row(l, g->e->in.pool, turn[b].item + 1) - first;
        memcpy((char *)to->data + (first - w->row) * row, from, (size_t)(n * row));
        from += n * row;
    }
}

static iso_err beyond(const struct embed *e, int lang, int k)
{
    return iso_fail(
        ISO_EFORMAT,
        "%s, layer %d: a number lies beyond the range of f16 (65504): " ISO_FIELD(dtype) " f32",
        e->in.lang[lang].name, e->layer[k]);
}

static iso_err pool_layer(struct engine *g, const struct embed_window *w, int k)
{
    const struct embed *e = g->e;
    const iso_err err = iso_pool_lists(&g->rows, iso_mat_view(&g->x), g->batch.lists.first,
                                       g->batch.lists.index, e->in.pool);

    if (err != ISO_EFORMAT)
        return err;
    if (iso_view_finite(NULL, iso_mat_view(&g->x)))
        return beyond(e, w->lang, k);
    return iso_encoding_not_finite(&e->in, w->lang, e->layer[k]);
}

/* The vectors of the sentences of a batch whose last states are there. */
static iso_err make_sentences(struct engine *g, const struct embed_window *w, int k)
{
    const struct embed *e = g->e;
    const iso_batch *batch = &g->batch.batch;
    const int64_t D = iso_embed_dims(e, k);
    iso_err err = ISO_OK;

    ISO_TRY(shape(&g->vectors, &g->vectors_room, batch->B, D, ISO_F32));
    ISO_TRY(shape(&g->made, &g->made_room, batch->B, D, g->dtype));
    err = iso_sentence_fwd(&g->vectors, e->sentence, iso_mat_view(&g->x), batch->offsets, batch->B,
                           e->in.prompt_tokens);
    if (err == ISO_EFORMAT || (!err && !iso_view_finite(NULL, iso_mat_view(&g->vectors))))
        ISO_TRY(iso_encoding_not_finite(&e->in, w->lang, e->layer[k]));
    ISO_TRY(err);
    iso_convert(g->made.data, D, g->dtype, iso_mat_view(&g->vectors));
    if (!iso_view_finite(NULL, iso_mat_view(&g->made)))
        ISO_TRY(beyond(e, w->lang, k));
done:
    return err;
}

static iso_err compute(struct engine *g, const struct embed_window *w,
                       const struct encoding_turn *turn, int64_t count, int64_t tokens)
{
    struct embed *e = g->e;
    const iso_batch *batch = &g->batch.batch;
    int from = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_encoding_load(&g->batch, &e->in.lang[w->lang], e->in.pool, turn, count, tokens));
    ISO_TRY(make_room(g, tokens));
    ISO_TRY(iso_encoder_embed(e->in.encoder, &g->x, batch));
    for (int k = 0; k < e->layer_count; k++) {
        const bool sentence = iso_embed_is_sentence(e, k);
        const int to = sentence ? iso_embed_depth(e) : e->layer[k];
        ISO_TRY(iso_encoder_layers(e->in.encoder, &g->x, batch, from, to));
        from = to;
        ISO_TRY(sentence ? make_sentences(g, w, k) : pool_layer(g, w, k));
        put_back(g, sentence ? &g->made : &g->rows, &g->states[k], w, turn, count);
    }
done:
    return err;
}

/* Sentences without any token have rows of zeros, which nobody writes. */
static void clear(const struct engine *g, const struct embed_window *w)
{
    for (int k = 0; k < g->e->layer_count; k++)
        memset(g->states[k].data, 0,
               (size_t)(w->rows * g->states[k].cols) * iso_dtype_size(g->dtype));
}

/* Computes a window: the rows of layer k of the chosen ones to states[k], in the file's order. */
static iso_err run_window(struct engine *g, const struct embed_window *w)
{
    int64_t count = 0, tokens = 0;
    iso_err err = ISO_OK;

    ISO_TRY(line_up(&count, g, w));
    if (count < w->items)
        clear(g, w);
    for (int64_t at = 0, n; at < count; at += n) {
        n = iso_encoding_fill(&tokens, &g->batch, g->turn + at, count - at);
        ISO_TRY(iso_run_step(g->e->in.run, "embedding", g->done, g->e->tokens, "tokens"));
        ISO_TRY(compute(g, w, g->turn + at, n, tokens));
        g->done += tokens;
        g->e->computed += tokens;
    }
done:
    return err;
}

/* --- Word types --- */

static int64_t sum_bytes(const struct embed *e, const struct encoding_lang *l)
{
    return l->rows * e->layer_count * dims(e) * (int64_t)sizeof(double);
}

iso_err iso_embed_types_fit(const struct embed *e)
{
    const int64_t mem = iso_run_mem(e->in.run);

    for (int i = 0; i < e->in.lang_count; i++) {
        const struct encoding_lang *l = &e->in.lang[i];
        if (sum_bytes(e, l) > mem)
            return iso_fail(
                ISO_EARG,
                "%s: the sums of %" PRId64 " word types in %d layers take %.0f MB, " ISO_FIELD(
                    mem) " is %.0f MB: take fewer " ISO_FIELD(layers) ", or more " ISO_FIELD(mem),
                l->name, l->rows, e->layer_count, (double)sum_bytes(e, l) / 1e6, (double)mem / 1e6);
    }
    return ISO_OK;
}

/* Sums of one language: a matrix a layer, and how many occurrences went in. */
struct sums {
    iso_mat *layer;
    int64_t *count;
};

static void add_window(struct sums *to, const struct engine *g, const struct embed_window *w)
{
    const struct encoding_lang *l = &g->e->in.lang[w->lang];

    for (int64_t i = 0; i < w->rows; i++) {
        const int64_t type = l->entry[w->row + i];
        to->count[type]++;
        for (int k = 0; k < g->e->layer_count; k++) {
            const int64_t C = g->states[k].cols;
            const double *from = (const double *)g->states[k].data + i * C;
            double *sum = (double *)to->layer[k].data + type * C;
            for (int64_t c = 0; c < C; c++)
                sum[c] += from[c];
        }
    }
}

static void divide(struct sums *s, const struct embed *e, int64_t rows)
{
    for (int k = 0; k < e->layer_count; k++) {
        for (int64_t i = 0; i < rows; i++) {
            double *row = (double *)s->layer[k].data + i * s->layer[k].cols;
            for (int64_t c = 0; c < s->layer[k].cols; c++)
                row[c] /= (double)s->count[i];
        }
    }
}

/* One layer in the type of the rows, a block at a time. */
static iso_err put_layer(struct embed *e, int lang, int k, iso_view sums)
{
    const int64_t row = sums.cols * (int64_t)iso_dtype_size(e->dtype);
    const int64_t step = row < BLOCK ? BLOCK / row : 1;
    iso_mat block = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&block, step < sums.rows ? step : sums.rows, sums.cols, e->dtype));
    for (int64_t at = 0, n; at < sums.rows; at += n) {
        n = sums.rows - at < step ? sums.rows - at : step;
        iso_convert(block.data, block.stride, e->dtype, iso_view_rows(sums, at, n));
        const iso_view made = iso_view_rows(iso_mat_view(&block), 0, n);
        if (!iso_view_finite(NULL, made))
            ISO_TRY(beyond(e, lang, k));
        ISO_TRY(iso_embed_put(e, lang, k, at, made));
    }
done:
    iso_mat_free(&block);
    return err;
}

static iso_err run_types_of(struct engine *g, int lang)
{
    struct embed *e = g->e;
    const int64_t rows = e->in.lang[lang].rows;
    struct sums s = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s.count, rows, sizeof *s.count));
    ISO_TRY(mats_new(&s.layer, e, rows, ISO_F64));
    for (int64_t u = 0; u < e->window_count; u++) {
        if (e->window[u].lang != lang)
            continue;
        ISO_TRY(run_window(g, &e->window[u]));
        add_window(&s, g, &e->window[u]);
    }
    divide(&s, e, rows);
    for (int k = 0; k < e->layer_count; k++)
        ISO_TRY(put_layer(e, lang, k, iso_mat_view(&s.layer[k])));
done:
    mats_free(s.layer, e->layer_count);
    iso_free(s.count);
    return err;
}

static iso_err run_types(struct engine *g)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < g->e->in.lang_count && !err; i++)
        err = run_types_of(g, i);
    return err;
}

/* --- All of it --- */

static iso_err run_windows(struct engine *g)
{
    struct embed *e = g->e;
    iso_err err = ISO_OK;

    for (int64_t u = 0; u < e->window_count; u++) {
        const struct embed_window *w = &e->window[u];
        if (e->file && iso_native_done(e->file, u)) {
            e->kept = true;
            g->done += w->tokens;
            continue;
        }
        ISO_TRY(run_window(g, w));
        for (int k = 0; k < e->layer_count; k++)
            ISO_TRY(iso_embed_put(e, w->lang, k, w->row,
                                  iso_view_rows(iso_mat_view(&g->states[k]), 0, w->rows)));
        e->kept = e->file != NULL;
        if (e->file)
            ISO_TRY(iso_native_finish(e->file, u));
    }
done:
    return err;
}

iso_err iso_embed_run(struct embed *e)
{
    const bool types = e->in.pool == ISO_POOL_TYPES;
    struct engine g;
    iso_err err = ISO_OK;

    ISO_TRY(begin(&g, e, types ? ISO_F64 : e->dtype));
    ISO_TRY(types ? run_types(&g) : run_windows(&g));
done:
    end(&g);
    return err;
}
