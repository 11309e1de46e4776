/* Texts of masked words: each language one stream of tokens, cut into chunks, or pairs of
 * translations; and which tokens are ordinary. */
#include <inttypes.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/nn/config.h"

enum { STREAM = 256 };

/* --- Before texts are read --- */

static iso_err check_stream(const struct encoding *in, const iso_train_opt *opt)
{
    const int64_t most = iso_nn_config_longest(in->about->config);

    return opt->stream > most
               ? iso_fail(ISO_EARG,
                          ISO_FIELD(stream) " %" PRId64 ": %s has positions for %" PRId64
                                            " tokens; give that or less",
                          opt->stream, in->about->name, most)
               : ISO_OK;
}

int64_t iso_train_text_length(const iso_model *model, const iso_train_opt *opt)
{
    const int64_t most = iso_nn_config_longest(iso_model_about(model)->config);
    const int64_t asked = opt->max_length > 0 ? opt->max_length : most < 512 ? most : 512;

    if (opt->task != ISO_TRAIN_TLM)
        return opt->max_length;
    return asked > most || asked < 2 ? asked : asked / 2; /* what is refused is refused as asked */
}

static iso_err check_tokens(const struct encoding *in)
{
    for (int l = 0; l < in->lang_count; l++) {
        if (!in->lang[l].corpus.text)
            return iso_fail(ISO_EDATA,
                            "%s: masked words are learnt from texts: of token ids nothing "
                            "says which is the mask",
                            in->lang[l].path);
    }
    return iso_tokenizer_mask(in->tokenizer) >= 0
               ? ISO_OK
               : iso_fail(ISO_EFORMAT, "%s: its tokenizer has no mask token", in->about->folder);
}

/* --- Tokens of an item --- */

struct tokens {
    const int32_t *ids;
    const uint8_t *mark;
    int64_t n;
};

static struct tokens tokens_of(const struct encoding_lang *l, int64_t item)
{
    const int64_t at = l->token_at[item];

    return (struct tokens){l->ids + at, l->mark + at, l->token_at[item + 1] - at};
}

static bool opened(const struct tokens *t)
{
    return t->n > 0 && (t->mark[0] & TOKEN_SPECIAL);
}

static bool says_something(const struct tokens *t)
{
    for (int64_t i = 0; i < t->n; i++) {
        if (!(t->mark[i] & TOKEN_SPECIAL))
            return true;
    }
    return false;
}

/* --- New tokens of a language --- */

struct lines {
    int64_t *token_at, items, room;
    int32_t *ids;
    uint8_t *mark;
    int64_t used;
};

static void lines_free(struct lines *c)
{
    iso_free(c->token_at);
    iso_free(c->ids);
    iso_free(c->mark);
}

static void put(struct lines *c, int32_t id, uint8_t mark)
{
    c->ids[c->used] = id;
    c->mark[c->used++] = mark;
}

/* From now on the language has these instead. */
static void give(struct encoding_lang *l, struct lines *c)
{
    iso_free(l->token_at);
    iso_free(l->ids);
    iso_free(l->mark);
    l->token_at = c->token_at;
    l->ids = c->ids;
    l->mark = c->mark;
    l->token_room = c->used;
    *c = (struct lines){0};
}

static iso_err lines_new(struct lines *c, int64_t items, int64_t tokens)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->token_at, items + 1, sizeof *c->token_at));
    ISO_TRY(iso_alloc(&c->ids, tokens, sizeof *c->ids));
    ISO_TRY(iso_alloc(&c->mark, tokens, 1));
done:
    return err;
}

/* --- A stream: the chunks of a language --- */

/* Ends a chunk; one that says nothing is forgotten. */
static void close_chunk(struct lines *c)
{
    const int64_t from = c->token_at[c->items];
    const struct tokens t = {c->ids + from, c->mark + from, c->used - from};

    if (!says_something(&t))
        c->used = from;
    else
        c->token_at[++c->items] = c->used;
}

/* The special token that begins a sentence is left out; the one that ends it is the border to the
 * next. */
static iso_err cut_lang(struct encoding_lang *l, int64_t size)
{
    const int64_t items = l->corpus.items, tokens = l->token_at[items], most = tokens / (size - 1);
    struct tokens first = {0};
    struct lines c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(lines_new(&c, most + 1, tokens + most + 1));
    for (int64_t i = 0; i < items; i++) {
        const struct tokens t = tokens_of(l, i);
        if (!says_something(&t))
            continue;
        first = first.n ? first : t;
        for (int64_t k = opened(&t); k < t.n; k++) {
            if (c.used - c.token_at[c.items] == size)
                close_chunk(&c);
            if (c.used == c.token_at[c.items] && opened(&first))
                put(&c, first.ids[0], TOKEN_SPECIAL);
            put(&c, t.ids[k], t.mark[k] & TOKEN_SPECIAL);
        }
    }
    close_chunk(&c);
    iso_corpus_free(&l->corpus);
    l->corpus = (iso_corpus){.items = c.items};
    l->rows = c.items;
    give(l, &c);
done:
    lines_free(&c);
    return err;
}

/* A chunk is nobody's translation. */
static iso_err number_chunks(struct union_items *u, const struct encoding *in)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&u->number, in->lang_count, sizeof *u->number));
    u->langs = in->lang_count;
    for (int l = 0; l < in->lang_count; l++) {
        ISO_TRY(iso_alloc(&u->number[l], in->lang[l].corpus.items, sizeof **u->number));
        for (int64_t i = 0; i < in->lang[l].corpus.items; i++)
            u->number[l][i] = u->items++;
    }
done:
    return err;
}

iso_err iso_train_cut_streams(struct train_texts *x, const iso_train_opt *opt)
{
    const int64_t most = iso_nn_config_longest(x->in.about->config);
    const int64_t size = opt->stream > 0 ? opt->stream : most < STREAM ? most : STREAM;
    iso_err err = ISO_OK;

    ISO_TRY(check_tokens(&x->in));
    ISO_TRY(check_stream(&x->in, opt));
    for (int l = 0; l < x->in.lang_count; l++)
        ISO_TRY(cut_lang(&x->in.lang[l], size));
    ISO_TRY(number_chunks(&x->all, &x->in));
done:
    return err;
}

iso_err iso_train_split_chunks(struct train_texts *x, const struct training *t, const char *split)
{
    const uint64_t seed = iso_run_seed(t->run);
    uint64_t *key = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&key, x->all.items, sizeof *key));
    for (int l = 0; l < x->in.lang_count; l++) {
        const int64_t n = x->in.lang[l].corpus.items, at = n > 0 ? x->all.number[l][0] : 0;
        const char *of = iso_train_text_of(&t->set, &t->opt, x->in.lang[l].name);
        for (int64_t i = 0; i < n; i++)
            key[i] = iso_key_mix(seed ^ iso_train_chunk_key(of, i));
        ISO_TRY(iso_train_deal(x->part + at, key, n, split));
    }
done:
    iso_free(key);
    return err;
}

/* --- Pairs: a text of the first language, then its translation --- */

static iso_err pair_lang(const char **label, struct encoding_lang *l, const int64_t *number,
                         const struct encoding_lang *source, const int64_t *of, bool types)
{
    const int64_t items = l->corpus.items;
    struct lines c = {0};
    int64_t tokens = l->token_at[items];
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < items; i++)
        tokens += of[number[i]] >= 0 ? tokens_of(source, of[number[i]]).n : 0;
    ISO_TRY(lines_new(&c, items, tokens));
    for (int64_t i = 0; i < items; i++) {
        const struct tokens b = tokens_of(l, i);
        const struct tokens a =
            of[number[i]] >= 0 ? tokens_of(source, of[number[i]]) : (struct tokens){0};
        const bool both = says_something(&a) && says_something(&b);
        for (int64_t k = 0; both && k < a.n; k++)
            put(&c, a.ids[k], a.mark[k] & TOKEN_SPECIAL);
        for (int64_t k = opened(&b); both && k < b.n; k++)
            put(&c, b.ids[k], (b.mark[k] & TOKEN_SPECIAL) | (types ? TOKEN_SECOND : 0));
        label[i] = both ? "" : NULL;
        c.token_at[++c.items] = c.used;
    }
    give(l, &c);
done:
    lines_free(&c);
    return err;
}

iso_err iso_train_pair(struct train_texts *x)
{
    const bool types = x->in.about->config->types > 1;
    const struct encoding_lang *source = &x->in.lang[0];
    int64_t *of = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check_tokens(&x->in));
    ISO_TRY(iso_alloc(&of, x->all.items, sizeof *of));
    for (int64_t i = 0; i < x->all.items; i++)
        of[i] = -1;
    for (int64_t i = 0; i < source->corpus.items; i++)
        of[x->all.number[0][i]] = i;
    ISO_TRY(iso_alloc(&x->label, x->in.lang_count, sizeof *x->label));
    for (int l = 0; l < x->in.lang_count; l++) {
        ISO_TRY(iso_alloc(&x->label[l], x->in.lang[l].corpus.items, sizeof **x->label));
        if (l > 0) /* those of the first are halves of the others' */
            ISO_TRY(pair_lang(x->label[l], &x->in.lang[l], x->all.number[l], source, of, types));
    }
done:
    iso_free(of);
    return err;
}

/* --- What may stand in place of a masked token: ids that are no special tokens --- */

static void rule_out(uint8_t *special, const struct encoding *in, int64_t V)
{
    for (int l = 0; l < in->lang_count; l++) {
        const struct encoding_lang *of = &in->lang[l];
        for (int64_t k = 0; k < of->token_at[of->corpus.items]; k++) {
            if ((of->mark[k] & TOKEN_SPECIAL) && of->ids[k] < V)
                special[of->ids[k]] = 1;
        }
    }
}

/* The tokenizer's ids that are not special, as one language has them. */
static void take_ordinary(struct training *t, int64_t *count, const uint8_t *special, int64_t V,
                          int64_t by)
{
    const int64_t rows = iso_train_rows(t);

    for (int64_t id = 0; id < V && id + by < rows; id++) {
        if (!special[id])
            t->ordinary[(*count)++] = (int32_t)(id + by);
    }
}

static void see(uint8_t *seen, const struct examples *e, int lang)
{
    const struct encoding_lang *of = &e->in->lang[lang];

    for (int64_t i = 0; i < e->n; i++) {
        const int64_t item = e->at[i].item;
        if (e->at[i].lang != lang)
            continue;
        for (int64_t k = of->token_at[item]; k < of->token_at[item + 1]; k++) {
            if (!(of->mark[k] & TOKEN_SPECIAL))
                seen[of->ids[k]] = 1;
        }
    }
}

/* Where languages have parts of their own, a language's are those that it learns from. */
static iso_err part_ordinary(struct training *t)
{
    const struct examples *e = &t->set.part[TRAIN_LEARN];
    const int64_t rows = iso_train_rows(t);
    uint8_t *seen = NULL;
    iso_err err = ISO_OK;

    if (t->own.count == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&t->own_words, t->set.langs, sizeof *t->own_words));
    ISO_TRY(iso_alloc(&seen, rows, 1));
    for (int l = 0; l < e->in->lang_count; l++) {
        struct own_words *own = &t->own_words[t->set.of[TRAIN_LEARN]->lang[l]];
        memset(seen, 0, (size_t)rows);
        see(seen, e, l);
        own->masking = t->masking;
        own->masking.ordinary_count = 0;
        ISO_TRY(iso_alloc(&own->ids, rows, sizeof *own->ids));
        for (int64_t id = 0; id < rows; id++) {
            if (seen[id])
                own->ids[own->masking.ordinary_count++] = (int32_t)id;
        }
        own->masking.ordinary = own->ids;
    }
done:
    iso_free(seen);
    return err;
}

iso_err iso_train_ordinary(struct training *t)
{
    const struct encoding *in = &t->set.of[TRAIN_LEARN]->in;
    const iso_id_shift *shift = in->shift;
    const iso_tokenizer *tokenizer = in->tokenizer;
    const int64_t size = iso_tokenizer_size(tokenizer), rows = in->about->config->V;
    const int64_t V = size < rows ? size : rows;
    const int32_t own[] = {iso_tokenizer_mask(tokenizer), iso_tokenizer_padding(tokenizer)};
    uint8_t *special = NULL;
    int64_t count = 0;
    iso_err err = ISO_OK;

    if (own[0] >= rows)
        ISO_FAIL(ISO_EFORMAT, "%s: its weights have no row for the mask token %d",
                 in->about->folder, own[0]);
    ISO_TRY(iso_alloc(&special, V, 1));
    ISO_TRY(iso_alloc(&t->ordinary, V * (shift ? shift->count : 1), sizeof *t->ordinary));
    for (int i = 0; i < 2; i++) {
        if (own[i] >= 0 && own[i] < V)
            special[own[i]] = 1;
    }
    rule_out(special, in, V);
    for (int i = 0; i < (shift ? shift->count : 1); i++)
        take_ordinary(t, &count, special, V, shift ? shift->by[i] : 0);
    t->masking = (iso_masking){.seed = iso_run_seed(t->run),
                               .mask = own[0],
                               .ordinary = t->ordinary,
                               .ordinary_count = count};
    if (count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: its tokenizer has special tokens alone", in->about->folder);
    ISO_TRY(part_ordinary(t));
done:
    iso_free(special);
    return err;
}
