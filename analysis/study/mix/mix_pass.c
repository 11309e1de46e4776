/* The items of one language on their way, batch after batch. */
#include <string.h>

#include "analysis/study/mix/mix_job.h"
#include "lib/base/alloc.h"
#include "lib/nn/pooling.h"

iso_err iso_mix_pass_begin(struct mix_pass *p, struct mix_job *job, int lang)
{
    const iso_nn_config *c = iso_encoder_config(job->in.encoder);
    iso_err err = ISO_OK;

    *p = (struct mix_pass){.job = job, .lang = &job->in.lang[lang]};
    p->batch.size = iso_encoding_batch_size(job->set->batch);
    p->batch.pad = job->entropy == ISO_MIX_REPO ? job->in.longest : 0;
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

static iso_err make_room(struct mix_pass *p, int64_t tokens)
{
    const int64_t C = p->job->scheme.C;
    iso_err err = ISO_OK;

    if (tokens > p->room) {
        iso_mat_free(&p->x);
        p->room = 0;
        ISO_TRY(iso_mat_new(&p->x, tokens, C, ISO_F32));
        p->room = tokens;
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
    ISO_TRY(make_room(p, tokens));
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
    iso_err err = iso_pool_lists(&p->rows, iso_mat_view(x), lists->first, lists->index,
                                 p->job->in.pool == ISO_POOL_MAX);

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
