/* One target in every way at every place. The plain way through the layers is walked once, and the
 * states after each attention block kept for the places that begin there. */
#include <math.h>

#include "analysis/study/mix/mix_inside.h"
#include "lib/base/alloc.h"

struct engine {
    struct mix_job *job;
    struct mixed *to;
    struct mix_pass pass;
    iso_mat *at; /* L + 1: after the attention block of layers that are mixed */
    iso_mat u;
    int64_t capacity;
    struct mix_gathered source;
    double *lambda, *e1, *e2; /* of one batch */
};

void iso_mixed_free(struct mixed *m)
{
    const int count = m->scheme ? m->scheme->places * m->scheme->ways : 0;

    iso_spill_free(m->states);
    iso_free(m->lambda);
    iso_free(m->e1);
    iso_free(m->e2);
    for (int i = 0; m->cls_after && i < count; i++)
        iso_mat_free(&m->cls_after[i]);
    iso_free(m->cls_after);
    iso_mat_free(&m->cls_before);
    *m = (struct mixed){0};
}

/* The source's parts are borrowed from the job. */
static iso_err new_mixed(struct mixed *m, struct mix_job *job, int target)
{
    const struct mix_scheme *s = &job->scheme;
    const int64_t pairs = (int64_t)s->places * s->ways;
    iso_err err = ISO_OK;

    *m = (struct mixed){.scheme = s,
                        .src = job->in.lang[iso_mix_source_lang(job, target)].name,
                        .tgt = iso_mix_target(job, target)->name,
                        .model = job->in.about->name,
                        .pool = iso_pool_name(job->in.pool),
                        .items = job->items,
                        .source = job->source.states,
                        .cls_source = job->source.cls};
    m->cls_source.owner = NULL;
    ISO_TRY(iso_spill_new(&m->states, iso_mixed_matrices(s), job->items, s->C, ISO_F32, job->run));
    ISO_TRY(iso_alloc(&m->lambda, pairs * job->items, sizeof *m->lambda));
    ISO_TRY(iso_alloc(&m->e1, pairs * job->items, sizeof *m->e1));
    ISO_TRY(iso_alloc(&m->e2, pairs * job->items, sizeof *m->e2));
    for (int64_t i = 0; i < pairs * job->items; i++)
        m->lambda[i] = m->e1[i] = m->e2[i] = NAN;
    ISO_TRY(iso_mat_new(&m->cls_before, job->items, s->C, ISO_F32));
    ISO_TRY(iso_alloc(&m->cls_after, pairs, sizeof *m->cls_after));
    for (int64_t i = 0; i < pairs; i++)
        ISO_TRY(iso_mat_new(&m->cls_after[i], job->items, s->C, ISO_F32));
done:
    return err;
}

/* Matrices of just the tokens of a batch. */
static iso_err make_matrices(struct engine *g)
{
    const struct mix_scheme *s = &g->job->scheme;
    const int64_t tokens = g->pass.x.rows;
    iso_err err = ISO_OK;

    if (tokens > g->capacity) {
        g->capacity = 0;
        iso_mat_free(&g->u);
        ISO_TRY(iso_mat_new(&g->u, tokens, s->C, ISO_F32));
        for (int k = 1; k <= s->L; k++) {
            iso_mat_free(&g->at[k]);
            if (iso_mix_scheme_mixes(s, k))
                ISO_TRY(iso_mat_new(&g->at[k], tokens, s->C, ISO_F32));
        }
        g->capacity = tokens;
    }
    g->u.rows = tokens;
    for (int k = 1; k <= s->L; k++)
        g->at[k].rows = g->at[k].data ? tokens : 0;
done:
    return err;
}

/* Without mixing; at[k] stays behind. */
static iso_err run_plain(struct engine *g)
{
    struct mix_pass *p = &g->pass;
    iso_encoder *e = g->job->in.encoder;
    const struct mix_scheme *s = &g->job->scheme;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_pass_pool(p, g->to->states, iso_mixed_before(s, 0), &p->x, 0));
    for (int k = 1; k <= s->L; k++) {
        iso_mat *a = g->at[k].data ? &g->at[k] : &p->x;
        ISO_TRY(iso_encoder_attend(e, a, iso_mat_view(&p->x), &p->batch.batch, k));
        ISO_TRY(iso_encoder_feed(e, &p->x, iso_mat_view(a), k));
        ISO_TRY(iso_mix_pass_pool(p, g->to->states, iso_mixed_before(s, k), &p->x, k));
    }
    iso_mix_pass_cls(p, &g->to->cls_before, &p->x);
    iso_mix_pass_count(p, s->L);
    ISO_TRY(iso_mix_pass_step(p));
done:
    return err;
}

iso_mix_rule iso_mixing_rule(const struct mix_job *job, int way, int layer)
{
    const struct mix_way *w = &job->scheme.way[way];

    return (iso_mix_rule){.kind = w->kind,
                          .fixed = w->fixed,
                          .head = job->head[layer - 1],
                          .entropy = job->opt.entropy,
                          .even = w->even};
}

/* λ and the entropies of a batch to their items. */
static void put_numbers(const struct engine *g, int place, int way)
{
    const int64_t at = iso_mixed_place_way(&g->job->scheme, place, way) * g->job->items;
    const struct encoding_turn *turn = g->pass.turn + g->pass.at;

    for (int64_t b = 0; b < g->pass.count; b++) {
        g->to->lambda[at + turn[b].row] = g->lambda[b];
        g->to->e1[at + turn[b].row] = g->e1[b];
        g->to->e2[at + turn[b].row] = g->e2[b];
    }
}

/* u = what the mixed layer makes of `target`, which may be u. */
static iso_err mix(struct engine *g, const iso_mat *target, int place, int way, int layer)
{
    const struct mix_way *w = &g->job->scheme.way[way];
    const iso_mix_rule rule = iso_mixing_rule(g->job, way, layer);
    const bool known = w->kind == ISO_MIX_BY_ENTROPY && layer == g->job->scheme.place[place].first;
    const iso_mix_stats numbers = {.lambda = g->lambda, .e1 = g->e1, .e2 = g->e2};
    struct mix_pass *p = &g->pass;
    iso_mix_pairs in = {.target = iso_mat_view(target),
                        .source = iso_mat_view(&g->at[layer]), /* itself, never mixed */
                        .to = &p->batch.batch,
                        .from = &p->batch.batch};
    iso_err err = ISO_OK;

    if (w->partner != MIX_ITSELF) {
        ISO_TRY(iso_mix_gather(&g->source, g->job, p->turn + p->at, p->count, layer, w->partner));
        in.source = iso_mat_view(&g->source.states);
        in.from = &g->source.batch;
    }
    ISO_TRY(iso_encoder_mix(g->job->in.encoder, &g->u, layer, &in, &rule, known ? &numbers : NULL));
    if (known)
        put_numbers(g, place, way);
done:
    return err;
}

/* From the place's first layer to the last of the encoder. */
static iso_err run_mixed(struct engine *g, int place, int way)
{
    const struct mix_scheme *s = &g->job->scheme;
    const struct mix_place *where = &s->place[place];
    struct mix_pass *p = &g->pass;
    iso_encoder *e = g->job->in.encoder;
    iso_err err = ISO_OK;

    ISO_TRY(mix(g, &g->at[where->first], place, way, where->first));
    for (int k = where->first; k <= s->L; k++) {
        if (k > where->first)
            ISO_TRY(iso_encoder_attend(e, &g->u, iso_mat_view(&g->u), &p->batch.batch, k));
        if (k > where->first && k <= where->last)
            ISO_TRY(mix(g, &g->u, place, way, k));
        ISO_TRY(iso_encoder_feed(e, &g->u, iso_mat_view(&g->u), k));
        ISO_TRY(iso_mix_pass_pool(p, g->to->states, iso_mixed_after(s, place, way, k), &g->u, k));
    }
    iso_mix_pass_cls(p, &g->to->cls_after[iso_mixed_place_way(s, place, way)], &g->u);
    iso_mix_pass_count(p, s->L - where->first + 1);
    ISO_TRY(iso_mix_pass_step(p));
done:
    return err;
}

static iso_err run_batch(struct engine *g)
{
    const struct mix_scheme *s = &g->job->scheme;
    iso_err err = ISO_OK;

    ISO_TRY(make_matrices(g));
    g->source.filled = false;
    ISO_TRY(run_plain(g));
    for (int p = 0; p < s->places; p++) {
        for (int w = 0; w < s->ways; w++)
            ISO_TRY(run_mixed(g, p, w));
    }
done:
    return err;
}

static iso_err begin(struct engine *g, int target)
{
    const int64_t items = g->job->items;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_pass_begin(&g->pass, g->job, iso_mix_target_lang(g->job, target)));
    ISO_TRY(iso_alloc(&g->at, g->job->scheme.L + 1, sizeof *g->at));
    ISO_TRY(iso_alloc(&g->lambda, items, sizeof *g->lambda));
    ISO_TRY(iso_alloc(&g->e1, items, sizeof *g->e1));
    ISO_TRY(iso_alloc(&g->e2, items, sizeof *g->e2));
done:
    return err;
}

static void end(struct engine *g)
{
    for (int k = 0; g->at && k <= g->job->scheme.L; k++)
        iso_mat_free(&g->at[k]);
    iso_free(g->at);
    iso_mat_free(&g->u);
    iso_free(g->lambda);
    iso_free(g->e1);
    iso_free(g->e2);
    iso_mix_gathered_free(&g->source);
    iso_mix_pass_free(&g->pass);
}

iso_err iso_mix_run(struct mixed *out, struct mix_job *job, int target)
{
    struct mixed m = {0};
    struct engine g = {.job = job, .to = &m};
    bool more;
    iso_err err = ISO_OK;

    ISO_TRY(new_mixed(&m, job, target));
    ISO_TRY(begin(&g, target));
    for (;;) {
        ISO_TRY(iso_mix_pass_next(&more, &g.pass));
        if (!more)
            break;
        ISO_TRY(run_batch(&g));
    }
    *out = m;
    m = (struct mixed){0};
done:
    end(&g);
    iso_mixed_free(&m);
    return err;
}
