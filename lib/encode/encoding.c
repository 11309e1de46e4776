/* Texts: read and cut into tokens. */
#include "lib/encode/encoding.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/text/fold.h"

enum {
    STEP = 512,    /* items between looks at the stop button */
    LONGEST = 512, /* tokens of a sentence, when not said */
    LEAST = 8      /* tokens: a tokenizer's limit below leaves no room for a pair */
};

/* --- Before anything is read --- */

static iso_err choose_length(struct encoding *e)
{
    const int64_t most = iso_nn_config_longest(e->about->config);
    const int64_t want = e->max_length > 0 ? e->max_length : e->recipe->max_length;
    const int64_t else_most = e->recipe->from || most < LONGEST ? most : LONGEST;

    if (want > most && e->max_length <= 0)
        return iso_fail(ISO_EFORMAT,
                        "%s: max_seq_length is %lld, the model has positions for %lld "
                        "tokens: correct it, or give " ISO_FIELD(max_length) " %lld or less",
                        e->recipe->length_from, (long long)want, (long long)most, (long long)most);

    if (want > most)
        return iso_fail(
            ISO_EARG,
            ISO_FIELD(max_length) " %lld: %s has positions for %lld tokens; give that or less",
            (long long)want, e->about->name, (long long)most);
    e->longest = want > 0 ? want : else_most;
    return ISO_OK;
}

iso_err iso_encoding_begin(struct encoding *e, iso_model *model, const iso_texts *texts,
                           iso_pool pool, int64_t max_length, const iso_run *run)
{
    *e = (struct encoding){.model = model,
                           .about = iso_model_about(model),
                           .encoder = iso_model_encoder(model),
                           .texts = texts,
                           .run = run,
                           .pool = pool,
                           /* types: as dictionaries have words */
                           .words = pool == ISO_POOL_TYPES ? ISO_WORDS_BARE : ISO_WORDS_WHOLE,
                           .max_length = max_length,
                           .shift = iso_model_about(model)->shift,
                           .recipe = iso_model_about(model)->recipe};
    iso_err err = ISO_OK;

    ISO_TRY(choose_length(e));
    ISO_TRY(iso_encoding_prompt(e, NULL));
done:
    return err;
}

/* --- Tokens --- */

/* What one item is cut into; grown and used again. */
struct cutter {
    struct encoding *in;
    struct encoding_lang *lang;
    iso_tokens tokens;
    iso_words words;
    iso_buf text, lower;
};

/* Room for `more` tokens. */
static iso_err token_room(struct encoding_lang *l, int64_t used, int64_t more, bool entries)
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
static iso_err check_ids(const struct encoding *e, const struct encoding_lang *l, int64_t item)
{
    const int64_t known = iso_encoder_config(e->encoder)->V;

    for (int64_t i = l->token_at[item]; i < l->token_at[item + 1]; i++) {
        if (l->ids[i] >= 0 && l->ids[i] < known)
            continue;
        return l->corpus.text
                   ? iso_fail(ISO_EFORMAT,
                              "%s: its tokenizer gives id %d, its weights know %lld: tokenizer and "
                              "weights are of different checkpoints",
                              e->about->folder, l->ids[i], (long long)known)
                   : iso_fail(ISO_EFORMAT,
                              "%s: %s: sentence %lld has id %d, the model knows 0 to %lld", l->path,
                              l->name, (long long)item + 1, l->ids[i], (long long)known - 1);
    }
    return ISO_OK;
}

/* The pieces of an item, where its language has some of its own. */
static iso_err move_ids(const struct encoding *e, struct encoding_lang *l, int64_t item, int64_t by)
{
    for (int64_t i = l->token_at[item]; i < l->token_at[item + 1]; i++) {
        if (l->mark[i] & TOKEN_SPECIAL)
            continue;
        if (l->ids[i] >= e->shift->rows - by)
            return iso_fail(ISO_EFORMAT,
                            "%s: id %d of the tokenizer is moved by %lld for %s, the weights know "
                            "%lld",
                            e->about->folder, l->ids[i], (long long)by, l->name,
                            (long long)e->shift->rows);
        l->ids[i] += (int32_t)by;
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

static void find_specials(const struct encoding *e, struct encoding_lang *l)
{
    l->opened = shared(&l->corpus, false);
    l->closed = shared(&l->corpus, true);
    if (!l->opened || !l->closed)
        iso_run_note(e->run,
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
    struct encoding_lang *l = c->lang;
    const int64_t begin = l->corpus.offsets[item];
    const int64_t all = l->corpus.offsets[item + 1] - begin;
    const int64_t used = l->token_at[item];
    const int64_t count = all < c->in->longest ? all : c->in->longest;
    iso_err err = ISO_OK;

    ISO_TRY(token_room(l, used, count, false));
    for (int64_t i = 0; i < count; i++) {
        const bool last = l->closed && i == count - 1;
        l->ids[used + i] = l->corpus.tokens[begin + (last ? all - 1 : i)];
        l->mark[used + i] = last || (l->opened && i == 0) ? TOKEN_SPECIAL : 0;
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
    struct encoding_lang *l = c->lang;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < c->tokens.count; i++) {
        int64_t len;
        const char *piece = iso_tokenizer_piece(&len, c->in->tokenizer, &c->tokens, i, text);
        ISO_TRY(iso_lexicon_add(&l->entry[l->token_at[item] + i], &l->lexicon, piece, len));
    }
done:
    return err;
}

/* The text of an item as the tokenizer gets it: behind the prompt, in lower case where the recipe
 * says so. */
static iso_err prepare(iso_text *out, struct cutter *c, int64_t item)
{
    iso_text text = iso_texts_item(&c->lang->corpus, item);
    const int64_t prompt = (int64_t)strlen(c->in->prompt);
    iso_err err = ISO_OK;

    c->text.len = c->lower.len = 0;
    if (prompt > 0) {
        ISO_TRY(iso_buf_add(&c->text, c->in->prompt, prompt));
        ISO_TRY(iso_buf_add(&c->text, text.text, text.len));
        text.text = c->text.text;
        text.len = c->text.len;
    }
    if (c->in->recipe->lower_case) {
        ISO_TRY(iso_text_lower_each(&c->lower, text.text, text.len));
        text.len = c->lower.len;
        if (text.pair)
            ISO_TRY(iso_text_lower_each(&c->lower, text.pair, text.pair_len));
        text.text = c->lower.text ? c->lower.text : "";
        text.pair_len = c->lower.len - text.len;
        text.pair = text.pair ? text.text + text.len : NULL;
    }
    *out = text;
done:
    return err;
}

static iso_err take_text(struct cutter *c, int64_t item)
{
    struct encoding_lang *l = c->lang;
    const iso_pool pool = c->in->pool;
    iso_text text;
    const int64_t used = l->token_at[item];
    const iso_tokens *t = &c->tokens;
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&text, c, item));
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
            (uint8_t)((t->special[i] ? TOKEN_SPECIAL : 0) | (t->types[i] ? TOKEN_SECOND : 0));
    }
    l->token_at[item + 1] = used + t->count;
    l->cut[item] = t->truncated;
    l->truncated += t->truncated;
    if (pool == ISO_POOL_NONE)
        ISO_TRY(name_pieces(c, item, &text));
    else if (l->word_at)
        ISO_TRY(iso_encoding_words_add(l, &c->words, &c->tokens, item, &text, pool, c->in->words));
done:
    return err;
}

static int64_t rows_of(const struct encoding *e, const struct encoding_lang *l)
{
    return e->pool == ISO_POOL_TYPES ? l->lexicon.words.count
                                     : iso_encoding_row(l, e->pool, l->corpus.items);
}

static iso_err read_lang(struct encoding *e, struct encoding_lang *l, int number, const char *name)
{
    const int32_t padding = (int32_t)iso_encoder_config(e->encoder)->padding;
    struct cutter c = {.in = e, .lang = l};
    int64_t by = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_texts_read(&l->corpus, e->texts, number, &padding, e->run));
    l->name = name ? name : iso_texts_name(e->texts, number);
    l->path =
        iso_texts_files(e->texts, number) > 0 ? iso_texts_file(e->texts, number, 0) : "(memory)";
    if (!l->corpus.text && e->prompted && *e->prompt)
        ISO_FAIL(ISO_EARG, ISO_FIELD(prompt) ": %s is token ids, before which no text stands",
                 l->path);
    if (!l->corpus.text) /* ids are as they stand */
        find_specials(e, l);
    else if (e->shift)
        ISO_TRY(iso_id_shift_of(&by, e->shift, l->name, e->about->name));
    ISO_TRY(iso_alloc(&l->token_at, l->corpus.items + 1, sizeof *l->token_at));
    ISO_TRY(iso_alloc(&l->cut, l->corpus.items, sizeof *l->cut));
    if (iso_encoding_of_words(e))
        ISO_TRY(iso_encoding_words_begin(l));
    for (int64_t i = 0; i < l->corpus.items; i++) {
        if (i % STEP == 0)
            ISO_TRY(iso_run_step(e->run, "tokenising", i, l->corpus.items, "sentences"));
        ISO_TRY(l->corpus.text ? take_text(&c, i) : take_ids(&c, i));
        ISO_TRY(check_ids(e, l, i));
        if (by > 0)
            ISO_TRY(move_ids(e, l, i, by));
    }
    l->rows = rows_of(e, l);
done:
    iso_tokens_free(&c.tokens);
    iso_words_free(&c.words);
    iso_buf_free(&c.text);
    iso_buf_free(&c.lower);
    return err;
}

/* Where there is none that we read, another program's ids are the way out. */
static iso_err open_tokenizer(struct encoding *e)
{
    const iso_err err = iso_model_tokenizer(&e->tokenizer, e->model);
    char said[1024];

    if (err != ISO_EUNSUP && err != ISO_EIO)
        return err;
    snprintf(said, sizeof said, "%s", iso_err_msg());
    return iso_fail(err, "%s; files of token ids (.ids) need no tokenizer", said);
}

/* How many tokens the prompt takes of each item: its own, and the special one before it. */
static iso_err count_prompt(struct encoding *e)
{
    const iso_text prompt = {.text = e->prompt, .len = (int64_t)strlen(e->prompt)};
    iso_tokens tokens = {0};
    iso_err err = ISO_OK;

    if (prompt.len == 0)
        return ISO_OK;
    ISO_TRY(iso_tokenizer_encode(e->tokenizer, &tokens, &prompt, e->longest));
    e->prompt_tokens = tokens.count;
    if (tokens.count > 0 && tokens.special[tokens.count - 1])
        e->prompt_tokens--;
    if (e->prompt_tokens + 2 > e->longest) /* a piece of the text, and what ends it */
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(prompt) ": takes %lld of the %lld tokens of a sentence, and nothing is "
                                   "left for the text",
                 (long long)e->prompt_tokens, (long long)e->longest);
done:
    iso_tokens_free(&tokens);
    return err;
}

/* The tokenizer's own limit, where neither --max-length nor the recipe says one. */
static void keep_to_limit(struct encoding *e)
{
    const int64_t longest = iso_tokenizer_longest(e->tokenizer, NULL);

    if (e->max_length <= 0 && e->recipe->max_length <= 0 && longest >= LEAST &&
        longest < e->longest)
        e->longest = longest;
}

/* What tokenizer.json would cut, where other programs let it. */
static void note_cut(const struct encoding *e)
{
    int64_t cut = 0, longer = 0;

    (void)iso_tokenizer_longest(e->tokenizer, &cut);
    if (e->max_length > 0 || e->recipe->max_length > 0 || cut <= 0 || cut >= e->longest)
        return;
    for (int i = 0; i < e->lang_count; i++) {
        for (int64_t k = 0; k < e->lang[i].corpus.items; k++)
            longer += e->lang[i].token_at[k + 1] - e->lang[i].token_at[k] > cut;
    }
    if (longer > 0)
        iso_run_note(e->run,
                     "tokenizer.json cuts texts to %" PRId64
                     " tokens where it is let; here %" PRId64
                     " sentence%s longer: " ISO_FIELD(max_length) " %" PRId64 " cuts them, too",
                     cut, longer, longer == 1 ? " is" : "s are", cut);
}

iso_err iso_encoding_read(struct encoding *e, const int *lang, int count)
{
    const iso_corpus **corpora = NULL;
    bool text = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&corpora, count, sizeof *corpora));
    ISO_TRY(iso_alloc(&e->lang, count, sizeof *e->lang));
    e->lang_count = count;
    for (int i = 0; i < count; i++)
        text = text || iso_texts_has_text(e->texts, lang ? lang[i] : i);
    if (text) {
        ISO_TRY(open_tokenizer(e));
        keep_to_limit(e);
        ISO_TRY(count_prompt(e));
    }
    for (int i = 0; i < count; i++) {
        ISO_TRY(read_lang(e, &e->lang[i], lang ? lang[i] : i, e->names ? e->names[i] : NULL));
        corpora[i] = &e->lang[i].corpus;
    }
    ISO_TRY(iso_texts_note(e->run, corpora, count));
    if (e->tokenizer) {
        iso_model_note_tokenizer(e->run, e->about->folder, e->tokenizer);
        note_cut(e);
    }
done:
    iso_free(corpora);
    return err;
}

/* --- What became of it --- */

static void lang_free(struct encoding_lang *l)
{
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
    *l = (struct encoding_lang){0};
}

void iso_encoding_free(struct encoding *e)
{
    for (int i = 0; i < e->lang_count; i++)
        lang_free(&e->lang[i]);
    iso_free(e->lang);
    *e = (struct encoding){0};
}

iso_err iso_encoding_not_finite(const struct encoding *e, int lang, int layer)
{
    return iso_fail(ISO_EFORMAT,
                    "%s: its layer %d gives NaN or infinity for %s: the weights are damaged, or no "
                    "encoder's",
                    e->about->folder, layer, e->lang[lang].name);
}
