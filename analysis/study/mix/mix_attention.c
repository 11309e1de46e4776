/* Cross attention of chosen sentences, handed out. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analysis/study/mix/mix_inside.h"
#include "lib/base/alloc.h"

enum { ITEMS_MOST = 1000 };

iso_err iso_mix_attention_check(const iso_mix_opt *opt)
{
    if (opt->attention && !opt->items)
        return iso_fail(ISO_EARG, ISO_FIELD(attention) " needs " ISO_FIELD(
                                      items) ", the sentences to draw: 0,5,12");
    if (opt->items && !opt->attention)
        return iso_fail(ISO_EARG, ISO_FIELD(items) " are the sentences of " ISO_FIELD(
                                      attention) ", which is not asked for");
    return ISO_OK;
}

/* --- Which --- */

/* An id, else a number in the source's text; -1 for neither. */
static int64_t row_called(const iso_corpus *c, const char *word)
{
    int64_t n;

    for (int64_t i = 0; c->ids && i < c->items; i++) {
        if (strcmp(c->ids[i], word) == 0)
            return i;
    }
    return iso_str_int(&n, word) && n >= 0 && n < c->items ? n : -1;
}

static iso_err find(int64_t *out, const struct mix_job *job, const char *word)
{
    const struct encoding_lang *l = &job->in.lang[0];
    const int64_t row = row_called(&l->corpus, word);

    if (row < 0)
        return iso_fail(
            ISO_EARG,
            ISO_FIELD(items) ": %s is neither an id of %s nor a number from 0 to %" PRId64, word,
            l->name, l->corpus.items - 1);
    for (*out = 0; *out < job->items; ++*out) {
        if (job->pick[0][*out] == row)
            return ISO_OK;
    }
    return iso_fail(
        ISO_EARG,
        ISO_FIELD(items) ": %s of %s is not mixed: a language lacks it, or is empty there", word,
        l->name);
}

iso_err iso_mix_attention_items(struct mix_job *job)
{
    char word[256];
    iso_err err = ISO_OK;

    for (const char *at = job->opt.items; at;) {
        at = iso_str_word(word, sizeof word, at);
        if (job->shown_count == ITEMS_MOST)
            ISO_FAIL(ISO_EARG, ISO_FIELD(items) ": more than %d sentences", ITEMS_MOST);
        ISO_TRY(
            iso_realloc(&job->shown, job->shown_count, job->shown_count + 1, sizeof *job->shown));
        ISO_TRY(find(&job->shown[job->shown_count], job, word));
        job->shown_count++;
    }
done:
    return err;
}

/* --- Its tokens --- */

/* The tokens of a sentence: pieces, or ids where there is no text. */
struct labels {
    char **at;
    int count;
};

static void labels_free(struct labels *l)
{
    for (int i = 0; l->at && i < l->count; i++)
        iso_free(l->at[i]);
    iso_free(l->at);
    *l = (struct labels){0};
}

/* Token ids by themselves where there is no text. */
static iso_err ids_as_labels(struct labels *out, const struct encoding_lang *l, int64_t item)
{
    const int64_t first = l->token_at[item];
    char number[32];
    iso_err err = ISO_OK;

    out->count = (int)(l->token_at[item + 1] - first);
    ISO_TRY(iso_alloc(&out->at, out->count, sizeof *out->at));
    for (int i = 0; i < out->count; i++) {
        snprintf(number, sizeof number, "%d", l->ids[first + i]);
        ISO_TRY(iso_str_dup(&out->at[i], number, -1));
    }
done:
    return err;
}

static iso_err pieces_as_labels(struct labels *out, const struct encoding *t,
                                const struct encoding_lang *l, int64_t item)
{
    const iso_text text = iso_texts_item(&l->corpus, item);
    iso_tokens tokens = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_tokenizer_encode(t->tokenizer, &tokens, &text, t->longest));
    out->count = (int)tokens.count;
    ISO_TRY(iso_alloc(&out->at, tokens.count, sizeof *out->at));
    for (int i = 0; i < out->count; i++) {
        int64_t len;
        const char *piece = iso_tokenizer_piece(&len, t->tokenizer, &tokens, i, &text);
        ISO_TRY(iso_str_dup(&out->at[i], piece, len));
    }
done:
    iso_tokens_free(&tokens);
    return err;
}

static iso_err labels_make(struct labels *out, const struct mix_job *job, int lang, int64_t i)
{
    const struct encoding_lang *l = &job->in.lang[lang];
    const int64_t item = job->pick[lang][i];

    return l->corpus.text ? pieces_as_labels(out, &job->in, l, item) : ids_as_labels(out, l, item);
}

/* --- One sentence --- */

/* One sentence on its way up to the layers where it is mixed. */
struct view {
    struct mix_job *job;
    int target;
    int64_t item; /* of the run */
    struct labels row, column;
    struct encoding_batch batch;
    struct mix_gathered source;
    iso_mat x, at, u;
    float *weight;
};

static iso_err hand_out(const struct view *v, int way, int layer, double lambda)
{
    const struct mix_job *job = v->job;
    const int lang = iso_mix_source_lang(job, v->target);
    const struct encoding_lang *src = &job->in.lang[lang];
    const int64_t item = job->pick[lang][v->item];
    const iso_cross_attention a = {
        .tgt = iso_mix_target(job, v->target)->name,
        .src = src->name,
        .target = v->target,
        .id = src->corpus.ids ? src->corpus.ids[item] : NULL,
        .item = item,
        .tgt_token = (const char *const *)v->row.at,
        .src_token = (const char *const *)v->column.at,
        .tgt_tokens = v->row.count,
        .src_tokens = v->column.count,
        .weight = v->weight,
        .model = job->in.about->name,
        .mix = job->scheme.way[way].name,
        .layer = layer,
        .lambda = lambda,
    };

    return job->opt.attention(job->opt.attention_payload, &a);
}

/* Mixes as the first way does and looks on. `at` is the target after its attention block. */
static iso_err look(struct view *v, int layer)
{
    struct mix_job *job = v->job;
    const struct encoding_turn turn = {.row = v->item};
    const iso_mix_rule rule = iso_mixing_rule(job, 0, layer);
    iso_mix_pairs in = {.target = iso_mat_view(&v->at),
                        .source = iso_mat_view(&v->at),
                        .to = &v->batch.batch,
                        .from = &v->batch.batch};
    double lambda = 0;
    iso_err err = ISO_OK;

    if (job->scheme.way[0].partner != MIX_ITSELF) {
        ISO_TRY(iso_mix_gather(&v->source, job, &turn, 1, layer, job->scheme.way[0].partner));
        in.source = iso_mat_view(&v->source.states);
        in.from = &v->source.batch;
    }
    iso_free(v->weight);
    v->weight = NULL;
    ISO_TRY(iso_alloc(&v->weight, iso_mix_attention_size(&in), sizeof *v->weight));
    const iso_mix_stats stats = {.lambda = &lambda, .attention = v->weight};
    ISO_TRY(iso_encoder_mix(job->in.encoder, &v->u, layer, &in, &rule, &stats));
    ISO_TRY(hand_out(v, 0, layer, lambda));
done:
    return err;
}

static bool begins(const struct mix_scheme *s, int layer)
{
    for (int p = 0; p < s->places; p++) {
        if (s->place[p].first == layer)
            return true;
    }
    return false;
}

static iso_err load(struct view *v)
{
    const struct mix_job *job = v->job;
    const int lang = iso_mix_target_lang(job, v->target);
    const struct encoding_lang *l = &job->in.lang[lang];
    const int64_t item = job->pick[lang][v->item];
    const struct encoding_turn turn = {l->token_at[item + 1] - l->token_at[item], item, v->item};
    int64_t tokens;
    iso_err err = ISO_OK;

    v->batch.pad = iso_mix_padding(job);
    v->batch.pad_id = (int32_t)iso_encoder_config(job->in.encoder)->padding;
    (void)iso_encoding_fill(&tokens, &v->batch, &turn, 1);
    ISO_TRY(iso_encoding_load(&v->batch, l, job->in.pool, &turn, 1, tokens));
    ISO_TRY(iso_mat_new(&v->x, tokens, job->scheme.C, ISO_F32));
    ISO_TRY(iso_mat_new(&v->at, tokens, job->scheme.C, ISO_F32));
    ISO_TRY(iso_mat_new(&v->u, tokens, job->scheme.C, ISO_F32));
    ISO_TRY(labels_make(&v->row, job, lang, v->item));
    ISO_TRY(labels_make(&v->column, job, iso_mix_source_lang(job, v->target), v->item));
done:
    return err;
}

static iso_err show(struct view *v)
{
    iso_encoder *e = v->job->in.encoder;
    const struct mix_scheme *s = &v->job->scheme;
    iso_err err = ISO_OK;

    ISO_TRY(load(v));
    ISO_TRY(iso_encoder_embed(e, &v->x, &v->batch.batch));
    for (int k = 1; k <= s->L; k++) {
        ISO_TRY(iso_encoder_attend(e, &v->at, iso_mat_view(&v->x), &v->batch.batch, k));
        if (begins(s, k))
            ISO_TRY(look(v, k));
        ISO_TRY(iso_encoder_feed(e, &v->x, iso_mat_view(&v->at), k));
    }
done:
    return err;
}

static void view_free(struct view *v)
{
    labels_free(&v->row);
    labels_free(&v->column);
    iso_encoding_batch_free(&v->batch);
    iso_mix_gathered_free(&v->source);
    iso_mat_free(&v->x);
    iso_mat_free(&v->at);
    iso_mat_free(&v->u);
    iso_free(v->weight);
}

iso_err iso_mixing_attention(struct mix_job *job, int target)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < job->shown_count && !err; i++) {
        struct view v = {.job = job, .target = target, .item = job->shown[i]};
        err = show(&v);
        view_free(&v);
    }
    return err;
}
