#include "lib/nn/xmixup_learnt.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/nn/attention_back.h"
#include "lib/nn/linear_back.h"
#include "lib/nn/vector.h"
#include "lib/nn/vector_back.h"
#include "lib/nn/xmixup_back.h"
#include "lib/nn/xmixup_inside.h"
#include "lib/nn/xmixup_layer.h"

void iso_mix_kept_free(iso_mix_kept *kept)
{
    iso_workspace_free(&kept->memory);
    iso_free(kept->numbers);
    iso_free(kept->starts);
    *kept = (iso_mix_kept){0};
}

const double *iso_mix_kept_lambda(const iso_mix_kept *kept)
{
    return kept->numbers;
}

/* Of pair b its e1 and e2, and the shares of w and b. */
static double *entropies(const iso_mix_kept *kept, const iso_mix_pairs *in, int64_t b)
{
    return kept->numbers + in->to->B + 4 * b;
}

static double *scratch_of_thread(const iso_mix_kept *kept, const iso_mix_pairs *in)
{
    return kept->numbers + 5 * in->to->B + iso_thread_this() * kept->scratch_size;
}

static int64_t tokens_of(const iso_batch *batch, int64_t b)
{
    return batch->offsets[b + 1] - batch->offsets[b];
}

/* k and v as one linear layer, and its gradient. */
static iso_linear kv_of(const iso_layer_learnt *l)
{
    const int64_t C = l->qkv.w.cols;
    iso_linear kv = l->qkv;

    kv.w = iso_view_rows(kv.w, C, 2 * C);
    kv.bias += C;
    return kv;
}

static iso_linear_grad kv_grad_of(const iso_layer_learnt *l)
{
    const int64_t C = l->qkv.w.cols;
    iso_linear_grad g = l->qkv_grad;

    if (g.w)
        g = (iso_linear_grad){g.w + C * C, g.bias + C};
    return g;
}

/* Memory --------------------------------------------------------------------------- */

/* Where scores begin, and the numbers of pairs. */
static iso_err lay_out_numbers(iso_mix_kept *kept, const iso_mix_pairs *in, int H)
{
    const int64_t B = in->to->B;
    int64_t Tt = 1, Ts = 1;
    iso_err err = ISO_OK;

    if (!kept->starts || B > kept->pairs) {
        iso_free(kept->starts);
        kept->starts = NULL;
        ISO_TRY(iso_alloc(&kept->starts, B + 1, sizeof *kept->starts));
        kept->pairs = B;
    }
    for (int64_t b = 0; b < B; b++) {
        const int64_t t = tokens_of(in->to, b), s = tokens_of(in->from, b);
        kept->starts[b + 1] = kept->starts[b] + H * t * s;
        Tt = t > Tt ? t : Tt;
        Ts = s > Ts ? s : Ts;
    }
    kept->scratch_size = iso_mix_scratch(Tt, Ts);
    const int64_t room = 5 * B + kept->scratch_size * iso_threads_most();
    if (room > kept->room) {
        iso_free(kept->numbers);
        kept->numbers = NULL;
        kept->room = 0;
        ISO_TRY(iso_alloc(&kept->numbers, room, sizeof *kept->numbers));
        kept->room = room;
    }
done:
    return err;
}

static iso_mat packed_at(float **at, int64_t rows, int64_t cols)
{
    const iso_mat m = {*at, rows, cols, cols, ISO_F32, NULL};

    *at += rows * cols;
    return m;
}

static iso_err lay_out(iso_mix_kept *kept, const iso_mix_pairs *in, const iso_mix_rule *rule, int H)
{
    const int64_t T = in->target.rows, S = in->source.rows, C = in->target.cols;
    iso_err err = ISO_OK;

    ISO_TRY(lay_out_numbers(kept, in, H));
    const int64_t scores = rule->kind == ISO_MIX_BY_ENTROPY ? kept->starts[in->to->B] : 0;
    ISO_TRY(iso_workspace_need(&kept->memory, T * (4 * C + 1) + 2 * S * C + scores));
    float *at = kept->memory.at;
    kept->q = packed_at(&at, T, C);
    kept->kv = packed_at(&at, S, 2 * C);
    kept->context = packed_at(&at, T, C);
    kept->cross = packed_at(&at, T, C);
    kept->norm.hat = packed_at(&at, T, C).data;
    kept->norm.rstd = packed_at(&at, T, 1).data;
    kept->scores = rule->kind == ISO_MIX_BY_ENTROPY ? at : NULL;
done:
    return err;
}

/* Forward -------------------------------------------------------------------------- */

/* `cross`: where the probabilities are dropped; lives as long as what comes. */
static iso_attention heads_of(const iso_mix_kept *kept, const iso_layer_learnt *l,
                              const iso_mix_pairs *in, const iso_drop *cross)
{
    const int64_t C = kept->q.cols;
    const iso_mat k = iso_mat_columns(&kept->kv, 0, C), v = iso_mat_columns(&kept->kv, C, C);

    return (iso_attention){.q = iso_mat_view(&kept->q),
                           .k = iso_mat_view(&k),
                           .v = iso_mat_view(&v),
                           .B = in->to->B,
                           .to = in->to->offsets,
                           .from = in->from->offsets,
                           .H = l->H,
                           .drop = cross->rate > 0 ? cross : NULL};
}

static iso_mix_scores scores_of(const iso_mix_kept *kept, const iso_mix_pairs *in, int H, int64_t b)
{
    const int64_t Tt = tokens_of(in->to, b), Ts = tokens_of(in->from, b);

    return (iso_mix_scores){kept->scores + kept->starts[b], ISO_F32, H, Tt, Ts, Tt, Ts};
}

static void find_lambdas(iso_mix_kept *kept, const iso_mix_pairs *in, const iso_mix_rule *rule,
                         int H)
{
#pragma omp parallel for schedule(dynamic)
    for (int64_t b = 0; b < in->to->B; b++) {
        double *e = entropies(kept, in, b);
        e[0] = e[1] = kept->numbers[b] = NAN;
        if (tokens_of(in->to, b) == 0)
            continue;
        if (kept->scores) {
            const iso_mix_scores s = scores_of(kept, in, H, b);
            iso_mix_fold(&e[0], &e[1], &s, ISO_MIX_MASKED, scratch_of_thread(kept, in));
        }
        kept->numbers[b] = iso_mix_rule_lambda(rule, e[0], e[1]);
    }
}

/* h = λ cross + (1 − λ) target, into u. */
static void blend(iso_mat *u, const iso_mix_kept *kept, const iso_mix_pairs *in)
{
#pragma omp parallel for schedule(dynamic)
    for (int64_t b = 0; b < in->to->B; b++) {
        const float some = (float)kept->numbers[b], rest = (float)(1 - kept->numbers[b]);
        for (int64_t i = in->to->offsets[b]; i < in->to->offsets[b + 1]; i++) {
            const float *c = (const float *)kept->cross.data + i * u->cols;
            const float *a = (const float *)in->target.data + i * in->target.stride;
            float *to = (float *)u->data + i * u->stride;
            for (int64_t j = 0; j < u->cols; j++)
                to[j] = some * c[j] + rest * a[j];
        }
    }
}

iso_err iso_layer_mix_keep(iso_mat *u, const iso_layer_learnt *l, const iso_mix_pairs *in,
                           const iso_mix_rule *rule, const iso_dropout *drop, iso_mix_kept *kept,
                           iso_back_work *work)
{
    const iso_drop cross = iso_drop_at(drop, l->number, ISO_DROP_CROSS);
    const iso_drop mixed = iso_drop_at(drop, l->number, ISO_DROP_MIXED);
    iso_linear kv = kv_of(l);
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_pairs_check(u, in, rule));
    ISO_NEED(!in->with && !in->to->live && !in->from->live && !rule->even,
             "pairs that are learnt from have a source each, and no padding");
    ISO_TRY(lay_out(kept, in, rule, l->H));
    ISO_TRY(iso_linear_fwd(&kept->q, in->target, &l->l->q, NULL));
    ISO_TRY(iso_linear_fwd(&kept->kv, in->source, &kv, NULL));
    iso_attention heads = heads_of(kept, l, in, &cross);
    heads.scores = kept->scores;
    ISO_TRY(iso_attention_fwd(&kept->context, &heads, &work->heads));
    find_lambdas(kept, in, rule, l->H);
    ISO_TRY(iso_linear_fwd(&kept->cross, iso_mat_view(&kept->context), &l->l->o, NULL));
    iso_drop_rows(&kept->cross, &mixed);
    blend(u, kept, in);
    iso_norm_keep_rows(u, iso_mat_view(u), &l->l->n1, kept->norm);
done:
    return err;
}

/* Back ----------------------------------------------------------------------------- */

/* Of one pair: d, the gradient of h, becomes what the target itself gets of it, and dc (packed)
 * what attention gets; returns that of λ. */
static double part(iso_mat *d, float *dc, const iso_mix_kept *kept, const iso_mix_pairs *in,
                   int64_t b)
{
    const float some = (float)kept->numbers[b], rest = (float)(1 - kept->numbers[b]);
    const int64_t C = d->cols;
    double dlambda = 0;

    for (int64_t i = in->to->offsets[b]; i < in->to->offsets[b + 1]; i++) {
        const float *c = (const float *)kept->cross.data + i * C;
        const float *a = (const float *)in->target.data + i * in->target.stride;
        float *dh = (float *)d->data + i * d->stride;
        dlambda += iso_back_vector_best()->dot(dh, c, C);
        dlambda -= iso_back_vector_best()->dot(dh, a, C);
        iso_nn_vector_best()->scale(dc + i * C, dh, some, C);
        iso_nn_vector_best()->scale(dh, dh, rest, C);
    }
    return dlambda;
}

/* Of one pair λ's numbers' shares, and its scores'. */
static void back_to_scores(float *dscores, const iso_mix_kept *kept, const iso_mix_pairs *in,
                           const iso_mix_rule *rule, int H, int64_t b, double dlambda)
{
    const bool by_entropy = rule->kind == ISO_MIX_BY_ENTROPY;
    double *e = entropies(kept, in, b);

    if (rule->kind == ISO_MIX_FIXED || tokens_of(in->to, b) == 0)
        return;
    const double de = iso_mix_lambda_back(&e[2], &e[3], &rule->head, by_entropy ? e[0] : 0,
                                          by_entropy ? e[1] : 0, dlambda);
    if (by_entropy) {
        const iso_mix_scores s = scores_of(kept, in, H, b);
        iso_mix_fold_back(dscores + kept->starts[b], &s, ISO_MIX_MASKED, de,
                          scratch_of_thread(kept, in));
    }
}

/* The gradient of h is dealt out to target, attention and, by way of λ, to raw scores. */
static void deal_out(iso_mat *d, float *dc, float *dscores, const iso_mix_kept *kept,
                     const iso_mix_pairs *in, const iso_mix_rule *rule, int H)
{
#pragma omp parallel for schedule(dynamic)
    for (int64_t b = 0; b < in->to->B; b++) {
        double *e = entropies(kept, in, b);
        e[2] = e[3] = 0;
        for (int64_t i = kept->starts[b]; dscores && i < kept->starts[b + 1]; i++)
            dscores[i] = 0;
        back_to_scores(dscores, kept, in, rule, H, b, part(d, dc, kept, in, b));
    }
}

/* dc: gradient of what attention gave, becomes that of q; dkv: that of k and v. */
static iso_err heads_back(iso_mat *dkv, iso_mat *dc, iso_mat *dcontext, const float *dscores,
                          const iso_layer_learnt *l, const iso_mix_pairs *in,
                          const iso_dropout *drop, const iso_mix_kept *kept, iso_back_work *work)
{
    const iso_drop mixed = iso_drop_at(drop, l->number, ISO_DROP_MIXED);
    const iso_drop cross = iso_drop_at(drop, l->number, ISO_DROP_CROSS);
    const iso_attention heads = heads_of(kept, l, in, &cross);
    const int64_t C = dc->cols;
    iso_err err = ISO_OK;

    iso_drop_rows(dc, &mixed);
    ISO_TRY(iso_linear_back_weights(&l->g.o, iso_mat_view(dc), iso_mat_view(&kept->context),
                                    &work->sums, work->times));
    ISO_TRY(iso_linear_back_input(dcontext, iso_mat_view(dc), &l->l->o, 0, NULL, work->times));
    const iso_attention_grad grad = {.context = iso_mat_view(&kept->context),
                                     .dcontext = iso_mat_view(dcontext),
                                     .dscores = dscores,
                                     .dq = *dc,
                                     .dk = iso_mat_columns(dkv, 0, C),
                                     .dv = iso_mat_columns(dkv, C, C)};
    ISO_TRY(iso_attention_back(&grad, &heads, &work->heads));
done:
    return err;
}

iso_err iso_layer_mix_back(iso_mat *d, iso_mat *source, iso_mix_head_grad *head,
                           const iso_layer_learnt *l, const iso_mix_pairs *in,
                           const iso_mix_rule *rule, const iso_dropout *drop, iso_mix_kept *kept,
                           iso_back_work *work)
{
    const int64_t T = in->target.rows, S = in->source.rows, C = in->target.cols, B = in->to->B;
    const iso_drop none = {0};
    const iso_linear kv = kv_of(l);
    const iso_linear_grad kv_grad = kv_grad_of(l);
    float *dscores = NULL;
    iso_mat dc, dcontext, dkv;
    iso_err err = ISO_OK;

    ISO_NEED(d->rows == T && d->cols == C && source->rows == S && source->cols == C,
             "gradients of %lld target and %lld source rows, states of %lld and %lld",
             (long long)d->rows, (long long)source->rows, (long long)T, (long long)S);
    ISO_TRY(iso_workspace_mat(&dc, &work->first, T, C));
    ISO_TRY(iso_workspace_mat(&dcontext, &work->second, T, C));
    ISO_TRY(iso_workspace_mat(&dkv, &work->qkv, S, 2 * C));
    if (kept->scores) {
        ISO_TRY(iso_workspace_need(&work->inner, kept->starts[B]));
        dscores = work->inner.at;
    }
    ISO_TRY(iso_norm_back(d, NULL, &l->l->n1, kept->norm, &none, l->g.n1, NULL, &work->sums,
                          work->times));
    deal_out(d, dc.data, dscores, kept, in, rule, l->H);
    ISO_TRY(heads_back(&dkv, &dc, &dcontext, dscores, l, in, drop, kept, work));
    ISO_TRY(
        iso_linear_back_weights(&l->g.q, iso_mat_view(&dc), in->target, &work->sums, work->times));
    ISO_TRY(iso_linear_back_weights(&kv_grad, iso_mat_view(&dkv), in->source, &work->sums,
                                    work->times));
    ISO_TRY(iso_linear_back_input(d, iso_mat_view(&dc), &l->l->q, 1, NULL, work->times));
    ISO_TRY(iso_linear_back_input(source, iso_mat_view(&dkv), &kv, 1, NULL, work->times));
    for (int64_t b = 0; b < B; b++) {
        head->w += entropies(kept, in, b)[2];
        head->b += entropies(kept, in, b)[3];
    }
done:
    return err;
}
