/* Texts: read and cut into tokens. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bin/term.h"
#include "lib/encode/texts.h"
#include "lib/base/alloc.h"

enum {
    STEP = 512, /* items between looks at the stop button */
    LEAST = 8   /* tokens: a tokenizer's limit below leaves no room for a pair */
};

static void lang_free(struct texts_lang *l)
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
    iso_free(l->cut);
    iso_lexicon_free(&l->lexicon);
    *l = (struct texts_lang){0};
}

struct texts iso_texts_of(const struct settings *set, const iso_run *run)
{
    struct texts t = {.set = set, .run = run, .pool = ISO_POOL_MEAN};

    (void)iso_pool_named(&t.pool, set->pool);
    return t;
}

void iso_texts_free(struct texts *t)
{
    for (int i = 0; i < t->lang_count; i++)
        lang_free(&t->lang[i]);
    iso_free(t->lang);
    for (int i = 0; i < t->folder_word_count; i++)
        iso_free(t->folder_words[i]);
    iso_free(t->folder_words);
    iso_free(t->model);
    iso_free(t->source);
    iso_tokenizer_close(t->tokenizer);
    iso_encoder_close(t->encoder);
    *t = (struct texts){0};
}

iso_err iso_texts_keep(struct texts *t, const int *keep, int count)
{
    struct texts_lang *kept = NULL;
    const iso_err err = iso_alloc(&kept, count, sizeof *kept);

    if (err)
        return err;
    for (int i = 0; i < count; i++) {
        kept[i] = t->lang[keep[i]];
        t->lang[keep[i]] = (struct texts_lang){0};
    }
    for (int i = 0; i < t->lang_count; i++)
        lang_free(&t->lang[i]);
    iso_free(t->lang);
    t->lang = kept;
    t->lang_count = count;
    return ISO_OK;
}

/* What one item is cut into; grown and used again. */
struct cutter {
    struct texts *in;
    struct texts_lang *lang;
    iso_tokens tokens;
    iso_words words;
};

/* Room for `more` tokens. */
static iso_err token_room(struct texts_lang *l, int64_t used, int64_t more, bool entries)
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
static iso_err check_ids(const struct texts *t, const struct texts_lang *l, int64_t item)
{
    const int64_t known = iso_encoder_config(t->encoder)->V;

    for (int64_t i = l->token_at[item]; i < l->token_at[item + 1]; i++) {
        if (l->ids[i] >= 0 && l->ids[i] < known)
            continue;
        return l->corpus.text
                   ? iso_fail(ISO_EFORMAT,
                              "%s: its tokenizer gives id %d, its weights know %lld: tokenizer and "
                              "weights are of different checkpoints",
                              t->set->model, l->ids[i], (long long)known)
                   : iso_fail(ISO_EFORMAT,
                              "%s: %s: sentence %lld has id %d, the model knows 0 to %lld",
                              l->files.at[0], l->name, (long long)item + 1, l->ids[i],
                              (long long)known - 1);
    }
    return ISO_OK;
}

/* Whether all lines of token ids begin, or end, with one id, as special tokens do. */
static bool shared(const iso_corpus *c, bool last)
{
    int32_t id = -1;

    for (int64_t i = 0; i < c->items; i++) {
        if (c->offsets[i] == c->offsets[i + 1])
            continue;
        const int32_t here = c->tokens[last ? c->offsets[i + 1] - 1 : c->offsets[i]];
        if (id >= 0 && here != id)
            return false;
        id = here;
    }
    return true;
}

static void find_specials(const struct texts *t, struct texts_lang *l)
{
    l->opened = shared(&l->corpus, false);
    l->closed = shared(&l->corpus, true);
    if (!l->opened || !l->closed)
        term_note(t->set,
                  "%s: lines of token ids do not all %s with the same id: %s token is taken for "
                  "special",
                  l->name,
                  l->opened   ? "end"
                  : l->closed ? "begin"
                              : "begin, nor end,",
                  l->opened   ? "no last"
                  : l->closed ? "no first"
                              : "no");
}

/* A sentence of token ids; what is too long loses tokens before its last, where that closes it. */
static iso_err take_ids(struct cutter *c, int64_t item)
{
    struct texts_lang *l = c->lang;
    const int64_t begin = l->corpus.offsets[item];
    const int64_t all = l->corpus.offsets[item + 1] - begin;
    const int64_t used = l->token_at[item];
    const int64_t count = all < c->in->longest ? all : c->in->longest;
    iso_err err = ISO_OK;

    ISO_TRY(token_room(l, used, count, false));
    for (int64_t i = 0; i < count; i++) {
        const bool last = l->closed && i == count - 1;
        l->ids[used + i] = l->corpus.tokens[begin + (last ? all - 1 : i)];
        l->mark[used + i] = last || (l->opened && i == 0) ? TEXTS_SPECIAL : 0;
    }
    l->token_at[item + 1] = used + count;
    l->cut[item] = count < all;
    l->truncated += count < all;
done:
    return err;
}

/* How the pieces of an item read. */
static iso_err name_pieces(struct cutter *c, int64_t item, const iso_text *text)
{
    struct texts_lang *l = c->lang;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < c->tokens.count; i++) {
        int64_t len;
        const char *piece = iso_tokenizer_piece(&len, c->in->tokenizer, &c->tokens, i, text);
        ISO_TRY(iso_lexicon_add(&l->entry[l->token_at[item] + i], &l->lexicon, piece, len));
    }
done:
    return err;
}

iso_text iso_texts_item(const iso_corpus *c, int64_t item)
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
    struct texts_lang *l = c->lang;
    const iso_pool pool = c->in->pool;
    const iso_text text = iso_texts_item(&l->corpus, item);
    const int64_t used = l->token_at[item];
    const iso_tokens *t = &c->tokens;
    iso_err err = ISO_OK;

    err = iso_tokenizer_encode(c->in->tokenizer, &c->tokens, &text, c->in->longest);
    if (err == ISO_EARG)
        ISO_FAIL(err,
                 ISO_FIELD(max_length) " %lld leaves no room for a piece beside the special tokens",
                 (long long)c->in->longest);
    ISO_TRY(err);
    ISO_TRY(token_room(l, used, t->count, pool == ISO_POOL_NONE));
    for (int64_t i = 0; i < t->count; i++) {
        l->ids[used + i] = t->ids[i];
        l->mark[used + i] =
            (uint8_t)((t->special[i] ? TEXTS_SPECIAL : 0) | (t->types[i] ? TEXTS_SECOND : 0));
    }
    l->token_at[item + 1] = used + t->count;
    l->cut[item] = t->truncated;
    l->truncated += t->truncated;
    if (pool == ISO_POOL_NONE)
        ISO_TRY(name_pieces(c, item, &text));
    else if (l->word_at)
        ISO_TRY(iso_texts_words_add(l, &c->words, &c->tokens, item, &text, pool));
done:
    return err;
}

static int64_t rows_of(const struct texts *t, const struct texts_lang *l)
{
    return t->pool == ISO_POOL_TYPES ? l->lexicon.words.count
                                     : iso_texts_row(l, t->pool, l->corpus.items);
}

static iso_err read_lang(struct texts *t, struct texts_lang *l)
{
    const int32_t padding = (int32_t)iso_encoder_config(t->encoder)->padding;
    iso_corpus_opt opt = iso_texts_corpus_opt(t->set);
    struct cutter c = {.in = t, .lang = l};
    iso_err err = ISO_OK;

    opt.padding = &padding;
    ISO_TRY(iso_corpus_read(&l->corpus, l->files.at, l->files.count, &opt));
    if (!l->corpus.text)
        find_specials(t, l);
    ISO_TRY(iso_alloc(&l->token_at, l->corpus.items + 1, sizeof *l->token_at));
    ISO_TRY(iso_alloc(&l->cut, l->corpus.items, sizeof *l->cut));
    if (t->pool == ISO_POOL_WORD || t->pool == ISO_POOL_TYPES)
        ISO_TRY(iso_texts_words_begin(l));
    for (int64_t i = 0; i < l->corpus.items; i++) {
        if (i % STEP == 0)
            ISO_TRY(iso_run_step(t->run, "tokenising", i, l->corpus.items, "sentences"));
        ISO_TRY(l->corpus.text ? take_text(&c, i) : take_ids(&c, i));
        ISO_TRY(check_ids(t, l, i));
    }
    l->rows = rows_of(t, l);
done:
    iso_tokens_free(&c.tokens);
    iso_words_free(&c.words);
    return err;
}

static bool needs_tokenizer(const struct texts *t)
{
    for (int i = 0; i < t->lang_count; i++) {
        for (int k = 0; k < t->lang[i].files.count; k++) {
            if (!iso_texts_is_ids(t->lang[i].files.at[k]))
                return true;
        }
    }
    return false;
}

/* Where there is none that we read, another program's ids are the way out. */
static iso_err open_tokenizer(struct texts *t)
{
    const iso_err err = iso_tokenizer_open(&t->tokenizer, t->set->model);
    char said[1024];

    if (err != ISO_EUNSUP && err != ISO_EIO)
        return err;
    snprintf(said, sizeof said, "%s", iso_err_msg());
    return iso_fail(err, "%s; files of token ids (.ids) need no tokenizer", said);
}

/* The tokenizer's own limit, where --max-length says none. */
static void keep_to_limit(struct texts *t)
{
    const int64_t longest = iso_tokenizer_longest(t->tokenizer, NULL);

    if (t->set->max_length <= 0 && longest >= LEAST && longest < t->longest)
        t->longest = longest;
}

/* What tokenizer.json would cut, where other programs let it. */
static void tell_cut(const struct texts *t)
{
    int64_t cut = 0, longer = 0;

    (void)iso_tokenizer_longest(t->tokenizer, &cut);
    if (t->set->max_length > 0 || cut <= 0 || cut >= t->longest)
        return;
    for (int i = 0; i < t->lang_count; i++) {
        for (int64_t k = 0; k < t->lang[i].corpus.items; k++)
            longer += t->lang[i].token_at[k + 1] - t->lang[i].token_at[k] > cut;
    }
    if (longer > 0)
        term_note(t->set,
                  "tokenizer.json cuts texts to %" PRId64 " tokens where it is let; here %" PRId64
                  " sentence%s longer: " ISO_FIELD(max_length) " %" PRId64 " cuts them, too",
                  cut, longer, longer == 1 ? " is" : "s are", cut);
}

iso_err iso_texts_read(struct texts *t)
{
    const iso_corpus **corpora = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&corpora, t->lang_count, sizeof *corpora));
    if (needs_tokenizer(t)) {
        ISO_TRY(open_tokenizer(t));
        keep_to_limit(t);
    }
    for (int i = 0; i < t->lang_count; i++) {
        ISO_TRY(read_lang(t, &t->lang[i]));
        corpora[i] = &t->lang[i].corpus;
    }
    ISO_TRY(iso_texts_tell(t->set, corpora, t->lang_count));
    if (t->tokenizer) {
        iso_texts_tell_tokenizer(t->set, t->tokenizer);
        tell_cut(t);
    }
done:
    iso_free(corpora);
    return err;
}
