/* Where the rows of an embedding go: windows of them, languages and matrices of a file or of
 * memory. */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/encode/embed_inside.h"
#include "lib/linalg/convert.h"

enum {
    WINDOW_BYTES = 64 << 20, /* of rows held until they are written */
    WINDOW_TOKENS = 32768    /* seconds to minutes of work, and many batches */
};

/* --- Windows --- */

static int64_t window_bytes(const struct embed *e)
{
    const int64_t share = iso_run_mem(e->in.run) / 8;

    return share < WINDOW_BYTES ? share : WINDOW_BYTES;
}

/* As many items from `first` on as fit, one at least. */
static struct embed_window cut(const struct embed *e, int lang, int64_t first, int64_t row)
{
    const struct encoding_lang *l = &e->in.lang[lang];
    const int64_t most = window_bytes(e) / row;
    struct embed_window w = {.lang = lang, .first = first};
    int64_t end = first + 1;

    w.row = iso_encoding_row(l, e->in.pool, first);
    while (end < l->corpus.items && iso_encoding_row(l, e->in.pool, end + 1) - w.row <= most &&
           l->token_at[end + 1] - l->token_at[first] <= WINDOW_TOKENS)
        end++;
    w.items = end - first;
    w.tokens = l->token_at[end] - l->token_at[first];
    w.rows = iso_encoding_row(l, e->in.pool, end) - w.row;
    return w;
}

iso_err iso_embed_windows(struct embed *e)
{
    const int64_t size = e->in.pool == ISO_POOL_TYPES ? 8 : (int64_t)iso_dtype_size(e->dtype);
    const int64_t row = iso_embed_columns(e) * size;
    int64_t room = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < e->in.lang_count; i++) {
        for (int64_t at = 0; at < e->in.lang[i].corpus.items;) {
            if (e->window_count == room) {
                room = room ? 2 * room : 64;
                ISO_TRY(iso_realloc(&e->window, e->window_count, room, sizeof *e->window));
            }
            const struct embed_window w = cut(e, i, at, row);
            e->window[e->window_count++] = w;
            e->tokens += w.tokens;
            e->items += w.items;
            at += w.items;
        }
    }
done:
    return err;
}

/* --- Announcements --- */

static void sheet_free(struct embed_sheet *s)
{
    iso_free(s->labels);
    iso_free(s->order);
    iso_free(s->tokens);
    iso_free(s->counts);
    *s = (struct embed_sheet){0};
}

static iso_err put_labels(struct embed_sheet *s, const iso_corpus *corpus,
                          const struct encoding_classes *c)
{
    iso_err err = ISO_OK;

    if (!corpus->labels)
        return ISO_OK;
    ISO_TRY(iso_alloc(&s->labels, corpus->items, sizeof *s->labels));
    for (int64_t i = 0; i < corpus->items; i++)
        s->labels[i] = iso_encoding_class(c, corpus->labels[i]);
done:
    return err;
}

/* Word types by falling count; `entry`, which said how a word reads, says its row from now on. */
static iso_err put_types(struct embed_sheet *s, struct encoding_lang *l)
{
    int32_t *rank = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->order, l->rows, sizeof *s->order));
    ISO_TRY(iso_alloc(&s->counts, l->rows, sizeof *s->counts));
    ISO_TRY(iso_alloc(&s->tokens, l->rows, sizeof *s->tokens));
    ISO_TRY(iso_alloc(&rank, l->rows, sizeof *rank));
    ISO_TRY(iso_lexicon_order(s->order, &l->lexicon));
    for (int64_t i = 0; i < l->rows; i++) {
        rank[s->order[i]] = (int32_t)i;
        s->tokens[i] = iso_lexicon_text(&l->lexicon, s->order[i]);
        s->counts[i] = l->lexicon.seen[s->order[i]];
    }
    for (int64_t w = 0; w < l->word_at[l->corpus.items]; w++)
        l->entry[w] = rank[l->entry[w]];
done:
    iso_free(rank);
    return err;
}

static iso_err put_tokens(struct embed_sheet *s, const struct encoding_lang *l)
{
    iso_err err = ISO_OK;

    if (!l->entry)
        return ISO_OK;
    ISO_TRY(iso_alloc(&s->tokens, l->rows, sizeof *s->tokens));
    for (int64_t i = 0; i < l->rows; i++)
        s->tokens[i] = iso_lexicon_text(&l->lexicon, l->entry[i]);
done:
    return err;
}

/* A language of word types is its types; else it is the items of its text. */
static iso_err announce_lang(struct embed *e, int lang, const struct encoding_classes *c)
{
    struct encoding_lang *l = &e->in.lang[lang];
    struct embed_sheet *s = &e->sheet[lang];
    const iso_corpus *corpus = &l->corpus;
    iso_lang about = {.name = l->name, .items = l->rows, .rows = l->rows};
    iso_err err = ISO_OK;

    if (e->in.pool == ISO_POOL_TYPES) {
        ISO_TRY(put_types(s, l));
    } else {
        ISO_TRY(put_labels(s, corpus, c));
        ISO_TRY(put_tokens(s, l));
        about.items = corpus->items;
        about.ids = corpus->ids;
        about.text = corpus->text;
        about.text2 = corpus->text2;
        about.labels = s->labels;
        about.offsets = e->in.pool == ISO_POOL_NONE ? l->token_at : l->word_at;
    }
    about.tokens = s->tokens;
    about.counts = s->counts;
    ISO_TRY(e->file ? iso_native_lang(e->file, &about) : iso_states_add_lang(e->states, &about));
done:
    if (e->file) /* has copies */
        sheet_free(s);
    return err;
}

static iso_err begin(struct embed *e, const struct encoding_classes *c)
{
    const iso_compute compute = e->in.about->compute;
    const int sentence = e->sentence ? e->layer[e->layer_count - 1] : 0;
    iso_buf plan = {0}, recipe = {0};
    iso_err err = ISO_OK;

    if (sentence)
        ISO_TRY(iso_recipe_describe(&recipe, e->in.recipe));
    const iso_states_info about = {
        .model = e->in.about->name,
        .pooling = iso_pool_name(e->in.pool),
        .source = e->source,
        .compute = compute == ISO_COMPUTE_F32 ? NULL : iso_compute_name(compute),
        .sentence = sentence,
        .recipe = recipe.text,
        .prompt = *e->in.prompt ? e->in.prompt : NULL,
        .class_count = c->count,
        .classes = c->count > 0 ? c->name : NULL};
    if (!e->opt.path) {
        ISO_TRY(iso_states_new(&e->states, &(iso_states_opt){.pool = "none"}));
        ISO_TRY(iso_states_describe(e->states, &about));
    } else if (e->in.pool == ISO_POOL_TYPES) {
        ISO_TRY(iso_native_new(&e->file, e->opt.path, &about));
    } else {
        ISO_TRY(iso_embed_identity(&plan, e));
        ISO_TRY(iso_native_part(&e->file, e->opt.path, &about, plan.text, e->opt.resume));
    }
done:
    iso_buf_free(&plan);
    iso_buf_free(&recipe);
    return err;
}

/* One layer of one language. */
static iso_err announce_matrix(struct embed *e, int lang, int k)
{
    const struct encoding_lang *l = &e->in.lang[lang];
    const int64_t C = iso_embed_dims(e, k);
    int number = lang * e->layer_count + k;
    iso_err err = ISO_OK;

    if (e->file)
        return iso_native_matrix(&number, e->file, l->name, e->layer[k], l->rows, C, e->dtype);
    ISO_TRY(iso_mat_new(&e->matrix[number], l->rows, C, e->dtype));
    ISO_TRY(iso_states_put(e->states, l->name, e->layer[k], iso_mat_view(&e->matrix[number])));
done:
    return err;
}

iso_err iso_embed_announce(struct embed *e)
{
    const int langs = e->in.lang_count;
    struct encoding_classes c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&e->sheet, langs, sizeof *e->sheet));
    ISO_TRY(iso_encoding_classes(&c, &e->in));
    ISO_TRY(begin(e, &c));
    if (!e->file)
        ISO_TRY(iso_alloc(&e->matrix, (int64_t)langs * e->layer_count, sizeof *e->matrix));
    for (int i = 0; i < langs; i++)
        ISO_TRY(announce_lang(e, i, &c));
    for (int i = 0; i < langs; i++) {
        for (int k = 0; k < e->layer_count; k++)
            ISO_TRY(announce_matrix(e, i, k));
    }
done:
    iso_encoding_classes_free(&c);
    return err;
}

/* --- Rows --- */

iso_err iso_embed_put(struct embed *e, int lang, int layer, int64_t first, iso_view rows)
{
    const int number = lang * e->layer_count + layer;

    if (e->file)
        return iso_native_put(e->file, number, first, rows);
    const iso_mat *to = &e->matrix[number];
    iso_convert((char *)to->data + first * to->stride * (int64_t)iso_dtype_size(to->dtype),
                to->stride, to->dtype, rows);
    return ISO_OK;
}

void iso_embed_forget(struct embed *e)
{
    iso_native_discard(e->file);
    iso_states_close(e->states);
    for (int i = 0; e->sheet && i < e->in.lang_count; i++)
        sheet_free(&e->sheet[i]);
    iso_free(e->sheet);
    for (int i = 0; e->matrix && i < e->in.lang_count * e->layer_count; i++)
        iso_mat_free(&e->matrix[i]);
    iso_free(e->matrix);
}
