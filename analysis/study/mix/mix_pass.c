/* One language through the encoder, batch after batch; and the source, which goes first and of
 * which is kept what every target needs. */
#include <string.h>

#include "analysis/study/mix/mix_inside.h"
#include "lib/base/alloc.h"
#include "lib/nn/pooling.h"

int64_t iso_mix_padding(const struct mix_job *job)
{
    return job->opt.entropy == ISO_MIX_REPO ? job->in.longest : 0;
}

iso_err iso_mix_pass_begin(struct mix_pass *p, struct mix_job *job, int lang)
{
    const iso_nn_config *c = iso_encoder_config(job->in.encoder);
    iso_err err = ISO_OK;

    *p = (struct mix_pass){.job = job, .lang = &job->in.lang[lang]};
    p->batch.size = iso_encoding_batch_size(job->opt.batch);
    p->batch.pad = iso_mix_padding(job);
    p->batch.pad_id = (int32_t)c->padding;
    ISO_TRY(iso_alloc(&p->turn, job->items, sizeof *p->turn));
    for (int64_t i = 0; i < job->items; i++) {
        const int64_t item = job->pick[lang][i];
        p->turn[i] =
            (struct encoding_turn){p->lang->token_at[item + 1] - p->lang->token_at[item], item, i};
    }
    iso_encoding_sort(p->turn, job->items);
done:
    return err;
}

static iso_err make_matrices(struct mix_pass *p, int64_t tokens)
{
    const int64_t C = p->job->scheme.C;
    iso_err err = ISO_OK;

    if (tokens > p->capacity) {
        iso_mat_free(&p->x);
        p->capacity = 0;
        ISO_TRY(iso_mat_new(&p->x, tokens, C, ISO_F32));
        p->capacity = tokens;
    }
    p->x.rows = tokens;
    iso_mat_free(&p->rows);
    ISO_TRY(iso_mat_new(&p->rows, p->count, C, ISO_F32));
done:
    return err;
}

iso_err iso_mix_pass_next(bool *more, struct mix_pass *p)
{
    int64_t tokens;
    iso_err err = ISO_OK;

    p->at += p->count;
    *more = p->at < p->job->items;
    if (!*more)
        return ISO_OK;
    p->count = iso_encoding_fill(&tokens, &p->batch, p->turn + p->at, p->job->items - p->at);
    ISO_TRY(
        iso_encoding_load(&p->batch, p->lang, p->job->in.pool, p->turn + p->at, p->count, tokens));
    ISO_TRY(make_matrices(p, tokens));
    ISO_TRY(iso_mix_pass_step(p));
    ISO_TRY(iso_encoder_embed(p->job->in.encoder, &p->x, &p->batch.batch));
done:
    return err;
}

iso_err iso_mix_pass_step(struct mix_pass *p)
{
    const struct mix_job *job = p->job;

    return iso_run_step(job->run, "mixing", job->done, job->total, "tokens x layers");
}

void iso_mix_pass_count(struct mix_pass *p, int64_t layers)
{
    for (int64_t b = 0; b < p->count; b++)
        p->job->done += layers * p->turn[p->at + b].tokens;
}

iso_err iso_mix_pass_pool(struct mix_pass *p, iso_spill *to, int matrix, const iso_mat *x,
                          int layer)
{
    const struct token_lists *lists = &p->batch.lists;
    iso_err err =
        iso_pool_lists(&p->rows, iso_mat_view(x), lists->first, lists->index, p->job->in.pool);

    if (err == ISO_EFORMAT)
        return iso_encoding_not_finite(&p->job->in, (int)(p->lang - p->job->in.lang), layer);
    for (int64_t b = 0; b < p->count && !err; b++)
        err = iso_spill_put(to, matrix, p->turn[p->at + b].row,
                            iso_view_rows(iso_mat_view(&p->rows), b, 1));
    return err;
}

void iso_mix_pass_cls(const struct mix_pass *p, const iso_mat *to, const iso_mat *x)
{
    const size_t row = (size_t)x->cols * sizeof(float);

    for (int64_t b = 0; b < p->count; b++)
        memcpy((float *)to->data + p->turn[p->at + b].row * to->stride,
               (const float *)x->data + p->batch.offsets[b] * x->stride, row);
}

void iso_mix_pass_free(struct mix_pass *p)
{
    iso_free(p->turn);
    iso_encoding_batch_free(&p->batch);
    iso_mat_free(&p->x);
    iso_mat_free(&p->rows);
    *p = (struct mix_pass){0};
}

/* --- The source --- */

void iso_mix_source_forget(struct mix_job *job)
{
    struct mix_source *s = &job->source;

    for (int k = 0; s->layer && k <= job->scheme.L; k++)
        iso_rows_close(s->layer[k]);
    iso_free(s->layer);
    iso_spill_free(s->attended);
    iso_spill_free(s->states);
    iso_free(s->token_at);
    iso_free(s->live);
    iso_mat_free(&s->cls);
    *s = (struct mix_source){0};
}

/* Where the tokens of each item will lie, padding among them. */
static iso_err lay_out(struct mix_job *job, int lang)
{
    const struct encoding_lang *l = &job->in.lang[lang];
    const int64_t pad = iso_mix_padding(job);
    struct mix_source *s = &job->source;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->token_at, job->items + 1, sizeof *s->token_at));
    ISO_TRY(iso_alloc(&s->live, job->items, sizeof *s->live));
    for (int64_t i = 0; i < job->items; i++) {
        s->live[i] = l->token_at[job->pick[lang][i] + 1] - l->token_at[job->pick[lang][i]];
        s->token_at[i + 1] = s->token_at[i] + (pad > s->live[i] ? pad : s->live[i]);
    }
done:
    return err;
}

/* Memory for states, and for each mixed layer a matrix and a source over it. */
static iso_err make_source(struct mix_job *job)
{
    const struct mix_scheme *scheme = &job->scheme;
    struct mix_source *s = &job->source;
    int mixed = 0;
    iso_err err = ISO_OK;

    for (int k = 1; k <= scheme->L; k++)
        mixed += iso_mix_scheme_mixes(scheme, k);
    ISO_TRY(iso_spill_new(&s->states, scheme->L + 1, job->items, scheme->C, ISO_F32, job->run));
    ISO_TRY(
        iso_spill_new(&s->attended, mixed, s->token_at[job->items], scheme->C, ISO_F32, job->run));
    ISO_TRY(iso_alloc(&s->layer, scheme->L + 1, sizeof *s->layer));
    mixed = 0;
    for (int k = 1; k <= scheme->L; k++) {
        if (iso_mix_scheme_mixes(scheme, k))
            ISO_TRY(iso_spill_rows(&s->layer[k], s->attended, mixed++));
    }
    ISO_TRY(iso_mat_new(&s->cls, job->items, scheme->C, ISO_F32));
done:
    return err;
}

static iso_err keep_attended(struct mix_pass *p, int matrix)
{
    iso_err err = ISO_OK;

    for (int64_t b = 0; b < p->count; b++) {
        const int64_t first = p->batch.offsets[b], count = p->batch.offsets[b + 1] - first;
        ISO_TRY(iso_spill_put(p->job->source.attended, matrix,
                              p->job->source.token_at[p->turn[p->at + b].row],
                              iso_view_rows(iso_mat_view(&p->x), first, count)));
    }
done:
    return err;
}

static iso_err run_source_batch(struct mix_pass *p)
{
    struct mix_job *job = p->job;
    iso_encoder *e = job->in.encoder;
    int matrix = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_pass_pool(p, job->source.states, 0, &p->x, 0));
    for (int k = 1; k <= job->scheme.L; k++) {
        ISO_TRY(iso_encoder_attend(e, &p->x, iso_mat_view(&p->x), &p->batch.batch, k));
        if (job->source.layer[k])
            ISO_TRY(keep_attended(p, matrix++));
        ISO_TRY(iso_encoder_feed(e, &p->x, iso_mat_view(&p->x), k));
        ISO_TRY(iso_mix_pass_pool(p, job->source.states, k, &p->x, k));
    }
    iso_mix_pass_cls(p, &job->source.cls, &p->x);
    iso_mix_pass_count(p, job->scheme.L);
done:
    return err;
}

iso_err iso_mix_source_run(struct mix_job *job, int lang)
{
    struct mix_pass p = {0};
    bool more;
    iso_err err = ISO_OK;

    iso_mix_source_forget(job);
    ISO_TRY(lay_out(job, lang));
    ISO_TRY(make_source(job));
    ISO_TRY(iso_mix_pass_begin(&p, job, lang));
    for (;;) {
        ISO_TRY(iso_mix_pass_next(&more, &p));
        if (!more)
            break;
        ISO_TRY(run_source_batch(&p));
    }
done:
    iso_mix_pass_free(&p);
    return err;
}

/* --- What a batch of targets takes of it --- */

void iso_mix_gathered_free(struct mix_gathered *g)
{
    iso_mat_free(&g->states);
    iso_free(g->offsets);
    iso_free(g->live);
    *g = (struct mix_gathered){0};
}

static iso_err make_gathered(struct mix_gathered *g, int64_t sentences, int64_t tokens, int64_t C)
{
    iso_err err = ISO_OK;

    if (sentences > g->sentence_capacity) {
        ISO_TRY(iso_realloc(&g->offsets, 0, sentences + 1, sizeof *g->offsets));
        ISO_TRY(iso_realloc(&g->live, 0, sentences, sizeof *g->live));
        g->sentence_capacity = sentences;
    }
    if (tokens > g->capacity) {
        iso_mat_free(&g->states);
        g->capacity = 0;
        ISO_TRY(iso_mat_new(&g->states, tokens, C, ISO_F32));
        g->capacity = tokens;
    }
    g->states.rows = tokens;
done:
    return err;
}

/* Whose sentence item `item` is mixed with. */
static int64_t partner_of(const struct mix_job *job, int64_t item, enum mix_partner partner)
{
    return partner == MIX_MISMATCHED ? job->mismatched[item] : item;
}

static iso_err copy_one(struct mix_gathered *g, const struct mix_job *job, int64_t b, int64_t from,
                        int layer)
{
    const struct mix_source *s = &job->source;
    const int64_t count = s->token_at[from + 1] - s->token_at[from];
    iso_view rows;
    iso_err err = ISO_OK;

    ISO_TRY(iso_rows_read(s->layer[layer], s->token_at[from], count, &rows));
    memcpy((float *)g->states.data + g->offsets[b] * g->states.stride, rows.data,
           (size_t)(count * rows.cols) * sizeof(float));
    g->offsets[b + 1] = g->offsets[b] + count;
    g->live[b] = s->live[from];
done:
    return err;
}

iso_err iso_mix_gather(struct mix_gathered *g, const struct mix_job *job,
                       const struct encoding_turn *turn, int64_t count, int layer,
                       enum mix_partner partner)
{
    const int64_t *at = job->source.token_at;
    int64_t tokens = 0;
    iso_err err = ISO_OK;

    if (g->filled && g->layer == layer && g->partner == partner)
        return ISO_OK;
    for (int64_t b = 0; b < count; b++) {
        const int64_t from = partner_of(job, turn[b].row, partner);
        tokens += at[from + 1] - at[from];
    }
    ISO_TRY(make_gathered(g, count, tokens, job->scheme.C));
    g->offsets[0] = 0;
    for (int64_t b = 0; b < count; b++)
        ISO_TRY(copy_one(g, job, b, partner_of(job, turn[b].row, partner), layer));
    g->batch = (iso_batch){.B = count,
                           .offsets = g->offsets,
                           .live = job->opt.entropy == ISO_MIX_REPO ? g->live : NULL};
    g->layer = layer;
    g->partner = partner;
    g->filled = true;
done:
    return err;
}
