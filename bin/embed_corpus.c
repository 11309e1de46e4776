/* The text of an embedding: read and cut into tokens. */
#include <stdio.h>
#include <string.h>

#include "bin/embed.h"
#include "lib/base/alloc.h"

enum { STEP = 512 }; /* items between looks at the stop button */

void embed_lang_free(struct embed_lang *l)
{
    iso_free(l->name);
    iso_free(l->files.at);
    iso_corpus_free(&l->corpus);
    iso_free(l->token_at);
    iso_free(l->ids);
    iso_free(l->mark);
    iso_free(l->word_at);
    iso_free(l->first);
    iso_free(l->index);
    iso_free(l->entry);
    lexicon_free(&l->lexicon);
    *l = (struct embed_lang){0};
}

/* What one item is cut into; grown and used again. */
struct cutter {
    struct embed *e;
    struct embed_lang *lang;
    iso_tokens tokens;
    iso_words words;
};

/* Room for `more` tokens. */
static iso_err token_room(struct embed_lang *l, int64_t used, int64_t more, bool entries)
{
    int64_t room = l->token_room ? l->token_room : 4096;
    iso_err err = ISO_OK;

    if (used + more <= l->token_room)
        return ISO_OK;
    while (room < used + more)
        room *= 2;
    ISO_TRY(iso_realloc(&l->ids, used, room, sizeof *l->ids));
    ISO_TRY(iso_realloc(&l->mark, used, room, sizeof *l->mark));
    if (entries)
        ISO_TRY(iso_realloc(&l->entry, used, room, sizeof *l->entry));
    l->token_room = room;
done:
    return err;
}

/* An id that the model has no row for is said here, before the work. */
static iso_err check_ids(const struct embed *e, const struct embed_lang *l, int64_t item)
{
    const int64_t known = iso_encoder_config(e->encoder)->V;

    for (int64_t i = l->token_at[item]; i < l->token_at[item + 1]; i++) {
        if (l->ids[i] >= 0 && l->ids[i] < known)
            continue;
        return l->corpus.text
                   ? iso_fail(ISO_EFORMAT,
                              "%s: its tokenizer gives id %d, its weights know %lld: tokenizer and "
                              "weights are of different checkpoints",
                              e->set->model, l->ids[i], (long long)known)
                   : iso_fail(ISO_EFORMAT,
                              "%s: %s: sentence %lld has id %d, the model knows 0 to %lld",
                              l->files.at[0], l->name, (long long)item + 1, l->ids[i],
                              (long long)known - 1);
    }
    return ISO_OK;
}

/* A sentence of token ids; what is too long loses tokens before its last, which closes it. */
static iso_err take_ids(struct cutter *c, int64_t item)
{
    struct embed_lang *l = c->lang;
    const int64_t begin = l->corpus.offsets[item];
    const int64_t all = l->corpus.offsets[item + 1] - begin;
    const int64_t used = l->token_at[item];
    const int64_t count = all < c->e->longest ? all : c->e->longest;
    iso_err err = ISO_OK;

    ISO_TRY(token_room(l, used, count, false));
    for (int64_t i = 0; i < count; i++) {
        const int64_t from = i == count - 1 ? all - 1 : i;
        l->ids[used + i] = l->corpus.tokens[begin + from];
        l->mark[used + i] = i == 0 || i == count - 1 ? EMBED_SPECIAL : 0;
    }
    l->token_at[item + 1] = used + count;
    l->truncated += count < all;
done:
    return err;
}

/* How the pieces of an item read. */
static iso_err name_pieces(struct cutter *c, int64_t item, const iso_text *text)
{
    struct embed_lang *l = c->lang;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < c->tokens.count; i++) {
        int64_t len;
        const char *piece = iso_tokenizer_piece(&len, c->e->tokenizer, &c->tokens, i, text);
        ISO_TRY(lexicon_add(&l->entry[l->token_at[item] + i], &l->lexicon, piece, len));
    }
done:
    return err;
}

/* A second text that is empty is none. */
static iso_text text_of(const iso_corpus *c, int64_t item)
{
    iso_text t = {.text = c->text[item], .len = (int64_t)strlen(c->text[item])};

    if (c->text2 && c->text2[item] && *c->text2[item]) {
        t.pair = c->text2[item];
        t.pair_len = (int64_t)strlen(t.pair);
    }
    return t;
}

static iso_err take_text(struct cutter *c, int64_t item)
{
    struct embed_lang *l = c->lang;
    const enum embed_pool pool = c->e->pool;
    const iso_text text = text_of(&l->corpus, item);
    const int64_t used = l->token_at[item];
    const iso_tokens *t = &c->tokens;
    iso_err err = ISO_OK;

    err = iso_tokenizer_encode(c->e->tokenizer, &c->tokens, &text, c->e->longest);
    if (err == ISO_EARG)
        ISO_FAIL(err, "--max-length %lld leaves no room for a piece beside the special tokens",
                 (long long)c->e->longest);
    ISO_TRY(err);
    ISO_TRY(token_room(l, used, t->count, pool == EMBED_NONE));
    for (int64_t i = 0; i < t->count; i++) {
        l->ids[used + i] = t->ids[i];
        l->mark[used + i] =
            (uint8_t)((t->special[i] ? EMBED_SPECIAL : 0) | (t->types[i] ? EMBED_SECOND : 0));
    }
    l->token_at[item + 1] = used + t->count;
    l->truncated += t->truncated;
    if (pool == EMBED_NONE)
        ISO_TRY(name_pieces(c, item, &text));
    else if (l->word_at)
        ISO_TRY(embed_words_add(l, &c->words, &c->tokens, item, &text, pool));
done:
    return err;
}

static int64_t rows_of(const struct embed *e, const struct embed_lang *l)
{
    return e->pool == EMBED_TYPES ? l->lexicon.count : embed_row(l, e->pool, l->corpus.items);
}

static iso_err read_lang(struct embed *e, struct embed_lang *l)
{
    const iso_corpus_opt opt = {.columns = e->set->columns, .limit = e->set->limit};
    struct cutter c = {.e = e, .lang = l};
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_read(&l->corpus, l->files.at, l->files.count, &opt));
    ISO_TRY(iso_alloc(&l->token_at, l->corpus.items + 1, sizeof *l->token_at));
    if (e->pool == EMBED_WORD || e->pool == EMBED_TYPES)
        ISO_TRY(embed_words_begin(l));
    for (int64_t i = 0; i < l->corpus.items; i++) {
        if (i % STEP == 0)
            ISO_TRY(iso_run_step(e->run, "tokenising", i, l->corpus.items, "sentences"));
        ISO_TRY(l->corpus.text ? take_text(&c, i) : take_ids(&c, i));
        ISO_TRY(check_ids(e, l, i));
    }
    l->rows = rows_of(e, l);
done:
    iso_tokens_free(&c.tokens);
    iso_words_free(&c.words);
    return err;
}

static bool needs_tokenizer(const struct embed *e)
{
    for (int i = 0; i < e->lang_count; i++) {
        for (int k = 0; k < e->lang[i].files.count; k++) {
            if (!embed_is_ids(e->lang[i].files.at[k]))
                return true;
        }
    }
    return false;
}

/* Where there is none that we read, another program's ids are the way out. */
static iso_err open_tokenizer(struct embed *e)
{
    const iso_err err = iso_tokenizer_open(&e->tokenizer, e->set->model);
    char said[1024];

    if (err != ISO_EUNSUP && err != ISO_EIO)
        return err;
    snprintf(said, sizeof said, "%s", iso_err_msg());
    return iso_fail(err, "%s; files of token ids (.ids) need no tokenizer", said);
}

iso_err embed_read(struct embed *e)
{
    iso_err err = ISO_OK;

    if (needs_tokenizer(e))
        ISO_TRY(open_tokenizer(e));
    for (int i = 0; i < e->lang_count; i++)
        ISO_TRY(read_lang(e, &e->lang[i]));
done:
    return err;
}
