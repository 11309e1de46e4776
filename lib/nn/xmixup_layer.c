#include "lib/nn/xmixup_layer.h"

#include <math.h>
#include <stdbool.h>

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/nn/xmixup_inside.h"

enum { SCORES = 1 << 22 }; /* that are held at a time, unless one pair has more */

/* Pairs ------------------------------------------------------------------------------ */

/* Of target b its source; of sentence b its tokens, and those that are no padding; of pair b the
 * numbers of its attention. */
static int64_t source_of(const iso_mix_pairs *in, int64_t b)
{
    return in->with ? in->with[b] : b;
}

static int64_t tokens_of(const iso_batch *batch, int64_t b)
{
    return batch->offsets[b + 1] - batch->offsets[b];
}

static int64_t live_of(const iso_batch *batch, int64_t b)
{
    return batch->live ? batch->live[b] : tokens_of(batch, b);
}

static int64_t cells_of(const iso_mix_pairs *in, int64_t b)
{
    return live_of(in->to, b) * live_of(in->from, source_of(in, b));
}

int64_t iso_mix_attention_size(const iso_mix_pairs *in)
{
    int64_t size = 0;

    for (int64_t b = 0; b < in->to->B; b++)
        size += cells_of(in, b);
    return size;
}

iso_err iso_mix_rule_check(const iso_mix_rule *rule)
{
    const iso_mix_head *h = &rule->head;
    iso_err err = ISO_OK;

    if (rule->kind == ISO_MIX_FIXED) {
        ISO_NEED(rule->fixed >= 0 && rule->fixed <= 1, "lambda is fixed at %g, not within [0, 1]",
                 rule->fixed);
    } else {
        ISO_NEED(h->lambda0 > 0 && h->lambda0 <= 1, "lambda0 is %g, not within (0, 1]", h->lambda0);
        ISO_NEED(isfinite(h->w) && isfinite(h->b), "lambda's w is %g and its b %g: not finite",
                 h->w, h->b);
    }
done:
    return err;
}

static iso_err check_pair(const iso_mix_pairs *in, int64_t b)
{
    const int64_t y = source_of(in, b);
    iso_err err = ISO_OK;

    ISO_NEED(y >= 0 && y < in->from->B, "target sentence %lld has source %lld of %lld",
             (long long)b, (long long)y, (long long)in->from->B);
    const int64_t Tt = tokens_of(in->to, b), Ts = tokens_of(in->from, y);
    ISO_NEED(Tt >= 0 && Ts >= 0 && (Ts > 0 || Tt == 0),
             "target sentence %lld has %lld tokens, its source %lld", (long long)b, (long long)Tt,
             (long long)Ts);
    ISO_NEED(live_of(in->to, b) <= Tt && (live_of(in->to, b) > 0 || Tt == 0),
             "target sentence %lld has %lld tokens, of which %lld are said to be no padding",
             (long long)b, (long long)Tt, (long long)live_of(in->to, b));
    ISO_NEED(live_of(in->from, y) <= Ts && (live_of(in->from, y) > 0 || Ts == 0),
             "source sentence %lld has %lld tokens, of which %lld are said to be no padding",
             (long long)y, (long long)Ts, (long long)live_of(in->from, y));
done:
    return err;
}

iso_err iso_mix_pairs_check(const iso_mat *u, const iso_mix_pairs *in, const iso_mix_rule *rule)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_rule_check(rule));
    ISO_NEED(in->with || in->to->B == in->from->B, "%lld target sentences, %lld sources",
             (long long)in->to->B, (long long)in->from->B);
    ISO_NEED(in->target.rows == in->to->offsets[in->to->B] &&
                 in->source.rows == in->from->offsets[in->from->B],
             "states of %lld target and %lld source tokens, batches of %lld and %lld",
             (long long)in->target.rows, (long long)in->source.rows,
             (long long)in->to->offsets[in->to->B], (long long)in->from->offsets[in->from->B]);
    ISO_NEED(u->rows == in->target.rows && u->cols == in->target.cols && u->dtype == ISO_F32 &&
                 in->target.dtype == ISO_F32,
             "mixed states are %lld x %lld, the target's %lld x %lld", (long long)u->rows,
             (long long)u->cols, (long long)in->target.rows, (long long)in->target.cols);
    for (int64_t b = 0; b < in->to->B; b++)
        ISO_TRY(check_pair(in, b));
done:
    return err;
}

/* One call --------------------------------------------------------------------------- */

/* What it knows of its pairs. */
struct mix {
    const iso_mix_pairs *in;
    const iso_mix_rule *rule;
    const iso_mix_stats *stats;
    int H;
    double *lambda, *e1, *e2; /* B each */
    double *scratch;          /* `scratch_size` for each thread */
    int64_t scratch_size;
    int64_t *attention; /* where that of each pair begins; NULL: not asked for */
};

/* Scores --------------------------------------------------------------------------- */

static bool needs_scores(const struct mix *m)
{
    return m->rule->kind == ISO_MIX_BY_ENTROPY || m->stats->e1 || m->stats->e2 || m->attention;
}

static int64_t scores_of(const struct mix *m, int64_t b)
{
    return m->H * tokens_of(m->in->to, b) * tokens_of(m->in->from, source_of(m->in, b));
}

/* Pair b, whose raw scores begin at `scores`. */
static void read_scores(struct mix *m, int64_t b, const float *scores)
{
    const iso_mix_pairs *in = m->in;
    const int64_t y = source_of(in, b);
    const iso_mix_scores s = {.data = scores,
                              .dtype = ISO_F32,
                              .H = m->H,
                              .Tt = tokens_of(in->to, b),
                              .Ts = tokens_of(in->from, y),
                              .live_t = live_of(in->to, b),
                              .live_s = live_of(in->from, y)};

    if (s.Tt == 0)
        return;
    iso_mix_fold(&m->e1[b], &m->e2[b], &s, m->rule->entropy,
                 m->scratch + iso_thread_this() * m->scratch_size);
    if (m->attention)
        iso_mix_attention(m->stats->attention + m->attention[b], &s);
}

/* The pairs from `first` on whose scores are held together. */
static int64_t count_pairs(int64_t *scores, const struct mix *m, int64_t first)
{
    int64_t n = 1;

    *scores = scores_of(m, first);
    while (first + n < m->in->to->B && *scores + scores_of(m, first + n) <= SCORES)
        *scores += scores_of(m, first + n++);
    return n;
}

/* Pairs [first, first + n) of the heads' sentences. */
static iso_attention some(const iso_attention *heads, int64_t first, int64_t n)
{
    iso_attention in = *heads;

    in.B = n;
    in.to += first;
    if (in.with) {
        in.with += first;
    } else {
        in.from += first;
        in.live = in.live ? in.live + first : NULL;
    }
    return in;
}

/* Attention some pairs at a time, each of whose scores are read before they are lost. */
static iso_err attend(struct mix *m, iso_mat *context, const iso_attention *heads,
                      iso_layer_work *work)
{
    int64_t *starts = NULL, n, scores;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&starts, heads->B + 1, sizeof *starts));
    for (int64_t first = 0; first < heads->B; first += n) {
        n = count_pairs(&scores, m, first);
        iso_attention in = some(heads, first, n);
        ISO_TRY(iso_workspace_need(&work->scores, scores));
        in.scores = work->scores.at;
        ISO_TRY(iso_attention_fwd(context, &in, &work->heads));
        starts[0] = 0;
        for (int64_t i = 0; i < n; i++)
            starts[i + 1] = starts[i] + scores_of(m, first + i);
#pragma omp parallel for schedule(dynamic)
        for (int64_t i = 0; i < n; i++)
            read_scores(m, first + i, in.scores + starts[i]);
    }
done:
    iso_free(starts);
    return err;
}

/* Mix ------------------------------------------------------------------------------ */

/* Every row of target b: the mean of the values of its source's live tokens. */
static iso_err spread(const struct mix *m, iso_mat *context, iso_view v)
{
    const iso_mix_pairs *in = m->in;
    double *mean = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mean, v.cols, sizeof *mean));
    for (int64_t b = 0; b < in->to->B; b++) {
        const int64_t y = source_of(in, b), live = live_of(in->from, y);
        for (int64_t j = 0; j < v.cols; j++)
            mean[j] = 0;
        for (int64_t i = in->from->offsets[y]; i < in->from->offsets[y] + live; i++) {
            for (int64_t j = 0; j < v.cols; j++)
                mean[j] += (double)((const float *)v.data)[i * v.stride + j];
        }
        for (int64_t i = in->to->offsets[b]; i < in->to->offsets[b + 1]; i++) {
            for (int64_t j = 0; j < v.cols; j++)
                ((float *)context->data)[i * context->stride + j] = (float)(mean[j] / (double)live);
        }
    }
done:
    iso_free(mean);
    return err;
}

/* What the layer's heads make of target and source, in work->context. */
static iso_err cross(iso_mat *context, struct mix *m, iso_layer *l, iso_layer_work *work)
{
    const iso_mix_pairs *in = m->in;
    const iso_attends who = {.x = in->target,
                             .y = in->source,
                             .B = in->to->B,
                             .x_offsets = in->to->offsets,
                             .y_offsets = in->from->offsets,
                             .live = in->from->live,
                             .with = in->with};
    iso_attention heads;
    iso_err err = ISO_OK;

    ISO_TRY(iso_layer_heads(&heads, l, m->H, &who, work));
    ISO_TRY(iso_workspace_mat(context, &work->context, in->target.rows, in->target.cols));
    if (needs_scores(m))
        ISO_TRY(attend(m, context, &heads, work));
    else
        ISO_TRY(iso_attention_fwd(context, &heads, &work->heads));
    if (m->rule->even)
        ISO_TRY(spread(m, context, heads.v));
done:
    return err;
}

double iso_mix_rule_lambda(const iso_mix_rule *rule, double e1, double e2)
{
    return rule->kind == ISO_MIX_FIXED        ? rule->fixed
           : rule->kind == ISO_MIX_NO_ENTROPY ? iso_mix_lambda(&rule->head, 0, 0)
                                              : iso_mix_lambda(&rule->head, e1, e2);
}

static double lambda_of(const struct mix *m, int64_t b)
{
    return tokens_of(m->in->to, b) == 0 ? NAN : iso_mix_rule_lambda(m->rule, m->e1[b], m->e2[b]);
}

/* How a product's rows become mixed ones. */
struct blend {
    const struct mix *m;
    const iso_mat *u;
    const iso_norm *norm;
};

/* The target that has this row. */
static int64_t target_of(const iso_batch *to, int64_t row)
{
    int64_t low = 0, high = to->B;

    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (to->offsets[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* u = LN1(λ c + (1 − λ) target), λ in f32; c is the part. */
static void blend(void *with, const iso_mat *part, int64_t row, int64_t col)
{
    const struct blend *k = with;
    const iso_mix_pairs *in = k->m->in;
    int64_t b = target_of(in->to, row);

    (void)col;
    for (int64_t i = 0; i < part->rows; i++, row++) {
        while (row >= in->to->offsets[b + 1])
            b++;
        const float some_c = (float)k->m->lambda[b], rest = (float)(1 - k->m->lambda[b]);
        const float *from = (const float *)in->target.data + row * in->target.stride;
        float *c = (float *)part->data + i * part->stride;
        for (int64_t j = 0; j < part->cols; j++)
            c[j] = some_c * c[j] + rest * from[j];
        iso_norm_row((float *)k->u->data + row * k->u->stride, c, NULL, k->norm, part->cols);
    }
}

static iso_err mix_rows(struct mix *m, iso_mat *u, iso_layer *l, iso_layer_work *work)
{
    struct blend how = {m, u, &l->n1};
    const iso_then then = {blend, &how, true};
    iso_mat context, c;
    iso_err err = ISO_OK;

    ISO_TRY(cross(&context, m, l, work));
    for (int64_t b = 0; b < m->in->to->B; b++)
        m->lambda[b] = lambda_of(m, b);
    ISO_TRY(iso_workspace_mat(&c, &work->block, u->rows, u->cols));
    ISO_TRY(iso_layer_linear(&c, iso_mat_view(&context), &l->o, &then, work));
done:
    return err;
}

/* The places of what was asked for, and of what it takes. */
static iso_err allocate(struct mix *m, double **numbers)
{
    const int64_t B = m->in->to->B;
    int64_t Tt = 0, Ts = 0;
    iso_err err = ISO_OK;

    for (int64_t b = 0; b < B; b++) {
        const int64_t n = tokens_of(m->in->from, source_of(m->in, b));
        Tt = tokens_of(m->in->to, b) > Tt ? tokens_of(m->in->to, b) : Tt;
        Ts = n > Ts ? n : Ts;
    }
    m->scratch_size = iso_mix_scratch(Tt, Ts);
    ISO_TRY(iso_alloc(numbers, 3 * B + m->scratch_size * iso_threads_most(), sizeof **numbers));
    m->lambda = m->stats->lambda ? m->stats->lambda : *numbers;
    m->e1 = m->stats->e1 ? m->stats->e1 : *numbers + B;
    m->e2 = m->stats->e2 ? m->stats->e2 : *numbers + 2 * B;
    m->scratch = *numbers + 3 * B;
    for (int64_t b = 0; b < B; b++)
        m->lambda[b] = m->e1[b] = m->e2[b] = NAN;
    if (!m->stats->attention)
        goto done;
    ISO_TRY(iso_alloc(&m->attention, B + 1, sizeof *m->attention));
    for (int64_t b = 0; b < B; b++)
        m->attention[b + 1] = m->attention[b] + cells_of(m->in, b);
done:
    return err;
}

iso_err iso_layer_mix(iso_mat *u, iso_layer *l, int H, const iso_mix_pairs *in,
                      const iso_mix_rule *rule, const iso_mix_stats *stats, iso_layer_work *work)
{
    static const iso_mix_stats nothing = {0};
    struct mix m = {.in = in, .rule = rule, .stats = stats ? stats : &nothing, .H = H};
    double *numbers = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_pairs_check(u, in, rule));
    ISO_TRY(allocate(&m, &numbers));
    if (rule->kind == ISO_MIX_FIXED && rule->fixed <= 0 && !needs_scores(&m)) {
        for (int64_t b = 0; b < in->to->B; b++)
            m.lambda[b] = lambda_of(&m, b);
        ISO_TRY(iso_norm_fwd(u, in->target, (iso_view){0}, &l->n1));
    } else {
        ISO_TRY(mix_rows(&m, u, l, work));
    }
done:
    iso_free(m.attention);
    iso_free(numbers);
    return err;
}
