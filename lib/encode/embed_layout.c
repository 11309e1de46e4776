/* The file of an embedding before its first number: windows, classes, languages, matrices. */
#include <string.h>

#include "lib/encode/embed.h"
#include "lib/base/alloc.h"

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
    const int64_t row = e->layer_count * iso_encoder_config(e->in.encoder)->C * size;
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

/* What iso_native_lang is given of a language. */
struct sheet {
    int32_t *labels, *order;
    const char **tokens;
    int64_t *counts;
};

static void sheet_free(struct sheet *s)
{
    iso_free(s->labels);
    iso_free(s->order);
    iso_free(s->tokens);
    iso_free(s->counts);
}

static iso_err put_labels(struct sheet *s, const iso_corpus *corpus,
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
static iso_err put_types(struct sheet *s, struct encoding_lang *l)
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

static iso_err put_tokens(struct sheet *s, const struct encoding_lang *l)
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

static iso_err announce_lang(const struct embed *e, struct encoding_lang *l,
                             const struct encoding_classes *c)
{
    const iso_corpus *corpus = &l->corpus;
    const bool types = e->in.pool == ISO_POOL_TYPES;
    struct sheet s = {0};
    iso_lang about = {.name = l->name, .rows = l->rows};
    iso_err err = ISO_OK;

    if (types) {
        ISO_TRY(put_types(&s, l));
    } else {
        ISO_TRY(put_labels(&s, corpus, c));
        ISO_TRY(put_tokens(&s, l));
        about.ids = corpus->ids;
        about.text = corpus->text;
        about.text2 = corpus->text2;
        about.labels = s.labels;
        about.offsets = e->in.pool == ISO_POOL_NONE ? l->token_at : l->word_at;
    }
    about.items = types ? l->rows : corpus->items;
    about.tokens = s.tokens;
    about.counts = s.counts;
    ISO_TRY(iso_native_lang(e->out, &about));
done:
    sheet_free(&s);
    return err;
}

static iso_err begin_file(struct embed *e, const struct encoding_classes *c)
{
    const iso_compute compute = e->in.about->compute;
    const iso_states_info about = {
        .model = e->in.about->name,
        .pooling = iso_pool_name(e->in.pool),
        .source = e->source,
        .compute = compute == ISO_COMPUTE_F32 ? NULL : iso_compute_name(compute),
        .class_count = c->count,
        .classes = c->count > 0 ? c->name : NULL};
    iso_buf plan = {0};
    iso_err err = ISO_OK;

    if (e->in.pool == ISO_POOL_TYPES) {
        ISO_TRY(iso_native_new(&e->out, e->path, &about));
    } else {
        ISO_TRY(iso_embed_identity(&plan, e));
        ISO_TRY(iso_native_part(&e->out, e->path, &about, plan.text, e->resume));
    }
done:
    iso_buf_free(&plan);
    return err;
}

iso_err iso_embed_announce(struct embed *e)
{
    const int64_t C = iso_encoder_config(e->in.encoder)->C;
    struct encoding_classes c = {0};
    int matrix;
    iso_err err = ISO_OK;

    ISO_TRY(iso_encoding_classes(&c, &e->in));
    ISO_TRY(begin_file(e, &c));
    for (int i = 0; i < e->in.lang_count; i++)
        ISO_TRY(announce_lang(e, &e->in.lang[i], &c));
    for (int i = 0; i < e->in.lang_count; i++) {
        for (int k = 0; k < e->layer_count; k++)
            ISO_TRY(iso_native_matrix(&matrix, e->out, e->in.lang[i].name, e->layer[k],
                                      e->in.lang[i].rows, C, e->dtype));
    }
done:
    iso_encoding_classes_free(&c);
    return err;
}
