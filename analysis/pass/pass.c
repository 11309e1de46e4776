#include "analysis/pass/pass.h"

#include <math.h>
#include <string.h>

#include "analysis/pass/chunk.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

/* What outlives the chunks: first moments of every matrix, Σx·y of every pair, and the answers. */
struct pass {
    const iso_task *task; /* the part's */
    const iso_plan_part *plan;
    iso_moments *moments; /* by matrix */
    iso_cross *dots;      /* by pair, sums left out */
    double *centre;       /* the mean of the centroids of one pair's peers */
    double *centre_left;  /* the same without each group */
    iso_value *values;    /* by pair and measure of the part */
    double *replicates;   /* of the whole task */
    int64_t stride;
};

/* Measures that need no more than means wait for the last chunk: they may look at all peers. */
static bool waits(const iso_measure *m)
{
    return !(m->needs & (ISO_NEED_SUMS | ISO_NEED_GRAM | ISO_NEED_ROWS));
}

static iso_err ask(struct pass *p, int64_t pair, int measure, const iso_pair *what)
{
    const int64_t cell = pair * p->task->measures + measure;
    double *rep = p->replicates ? p->replicates + p->plan->cell[cell] * p->stride : NULL;
    const iso_measure *m = p->task->measure[measure];
    iso_pair own = *what;
    iso_value *v = &p->values[cell];
    iso_err err = ISO_OK;

    own.units = iso_part_units(p->plan, measure);
    own.tested = p->task->tested;
    own.design = p->task->design ? p->task->design[pair] : NULL;
    ISO_TRY(m->value(v, rep, &own));
    if (!isfinite(v->value) && !v->why)
        *v = iso_value_undefined(own.n, "numbers too large or too small for double precision");
done:
    return err;
}

static iso_pair pair_of(const struct iso_chunk *c, int64_t i)
{
    const iso_gram_pair pair = c->pair[i];
    iso_pair what = {
        .n = c->plan->rows, .x = c->moments[pair.x], .y = c->moments[pair.y], .xy = &c->cross[i]};

    if (c->plan->needs & ISO_NEED_SUMS) {
        what.xx = &c->self[pair.x];
        what.yy = &c->self[pair.y];
    }
    if (c->plan->needs & ISO_NEED_GRAM) {
        what.gxx = &c->gself[pair.x];
        what.gyy = &c->gself[pair.y];
        what.gxy = &c->gram[i];
    }
    return what;
}

/* Every measure of every pair of a chunk that has been read. */
static iso_err chunk_values(struct pass *p, const struct iso_chunk *c, int64_t first)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < c->pairs; i++) {
        iso_pair what = pair_of(c, i);
        for (int m = 0; m < p->task->measures; m++) {
            const struct iso_outcomes *o = &c->outcomes[i * p->task->measures + m];
            what.outcome = o->sum;
            what.unit_size = o->unit_size;
            what.state = o->state;
            if (!waits(p->task->measure[m]))
                ISO_TRY(ask(p, first + i, m, &what));
        }
        p->dots[first + i].n = c->cross[i].n;
        p->dots[first + i].dot = c->cross[i].dot;
        memcpy(p->dots[first + i].group, c->cross[i].group, sizeof c->cross[i].group);
    }
done:
    return err;
}

static iso_err one_chunk(struct pass *p, const iso_run *run, int64_t first, int64_t end)
{
    struct iso_chunk c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_chunk_new(&c, p->plan, run, first, end, p->moments));
    if (p->plan->method == ISO_METHOD_GRAM)
        ISO_TRY(iso_method_gram(&c));
    else
        ISO_TRY(iso_method_sums(&c));
    ISO_TRY(chunk_values(p, &c, first));
done:
    iso_chunk_free(&c);
    return err;
}

static int peers_of(const iso_task *task, int m)
{
    return task->peers ? task->peers[m] : 0;
}

/* Adds a matrix's centroid, whole and without each group. */
static void add_centroid(struct pass *p, const iso_moments *mo)
{
    for (int64_t j = 0; j < mo->p; j++)
        p->centre[j] += mo->shift[j] + ldexp(mo->s1[j] / (double)mo->n, mo->scale);
    for (int g = 0; g < ISO_GROUPS; g++) {
        const double *gs1 = mo->gs1 + g * mo->p, left = (double)(mo->n - mo->gn[g]);
        double *to = p->centre_left + g * mo->p;
        for (int64_t j = 0; j < mo->p; j++)
            to[j] += mo->shift[j] + ldexp((mo->s1[j] - gs1[j]) / left, mo->scale);
    }
}

/* Whether two matrices count into the same mean of centroids. */
static bool alike(const struct pass *p, int a, int b)
{
    return p->moments[a].p == p->moments[b].p && peers_of(p->task, a) == peers_of(p->task, b);
}

/* The mean of the centroids of all matrices like x; their count. */
static int mean_of_centroids(struct pass *p, int x)
{
    const int64_t cols = p->moments[x].p;
    int count = 0;

    memset(p->centre, 0, (size_t)cols * sizeof *p->centre);
    memset(p->centre_left, 0, (size_t)(ISO_GROUPS * cols) * sizeof *p->centre_left);
    for (int m = 0; m < p->task->matrices; m++) {
        const iso_moments *mo = &p->moments[m];
        if (mo->n == 0 || !alike(p, m, x))
            continue;
        add_centroid(p, mo);
        count++;
    }
    for (int64_t j = 0; j < cols && count; j++)
        p->centre[j] /= (double)count;
    for (int64_t j = 0; j < ISO_GROUPS * cols && count; j++)
        p->centre_left[j] /= (double)count;
    return count;
}

static iso_err waiting_values(struct pass *p)
{
    iso_err err = ISO_OK;
    bool any = false;
    int peers = 0;

    for (int m = 0; m < p->task->measures; m++)
        any = any || waits(p->task->measure[m]);
    for (int64_t i = 0; any && i < p->task->pairs; i++) {
        const iso_gram_pair pair = p->task->pair[i];
        if (i == 0 || !alike(p, pair.x, p->task->pair[i - 1].x))
            peers = mean_of_centroids(p, pair.x);
        const iso_pair what = {.n = p->plan->rows,
                               .x = &p->moments[pair.x],
                               .y = &p->moments[pair.y],
                               .xy = &p->dots[i],
                               .peers = peers,
                               .centre = p->centre,
                               .centre_left = p->centre_left};
        for (int m = 0; m < p->task->measures; m++) {
            if (waits(p->task->measure[m]))
                ISO_TRY(ask(p, i, m, &what));
        }
    }
done:
    return err;
}

/* Sums of a matrix that a pair is of; none of the others. */
static iso_err make_moments(struct pass *p, int m, int64_t *widest)
{
    const int64_t cols = p->task->matrix[m]->cols;

    *widest = cols > *widest ? cols : *widest;
    return p->moments[m].shift ? ISO_OK : iso_moments_new(&p->moments[m], cols);
}

static iso_err pass_new(struct pass *p)
{
    int64_t widest = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->moments, p->task->matrices, sizeof *p->moments));
    ISO_TRY(iso_alloc(&p->dots, p->task->pairs, sizeof *p->dots));
    for (int64_t i = 0; i < p->task->pairs; i++) {
        const iso_gram_pair pair = p->task->pair[i];
        ISO_TRY(make_moments(p, pair.x, &widest));
        ISO_TRY(make_moments(p, pair.y, &widest));
        p->dots[i].p = p->task->matrix[pair.x]->cols;
        p->dots[i].q = p->task->matrix[pair.y]->cols;
    }
    ISO_TRY(iso_alloc(&p->centre, widest, sizeof *p->centre));
    ISO_TRY(iso_alloc(&p->centre_left, ISO_GROUPS * widest, sizeof *p->centre_left));
    ISO_TRY(iso_alloc(&p->values, p->task->pairs * p->task->measures, sizeof *p->values));
done:
    return err;
}

static void pass_free(struct pass *p)
{
    for (int m = 0; p->moments && m < p->task->matrices; m++)
        iso_moments_free(&p->moments[m]);
    iso_free(p->moments);
    iso_free(p->centre);
    iso_free(p->centre_left);
    iso_free(p->dots);
    iso_free(p->values);
}

/* One part; its values go to their cells of the whole. */
static iso_err one_part(iso_value *values, double *replicates, const iso_plan *plan, int part,
                        const iso_run *run)
{
    const iso_plan_part *of = &plan->part[part];
    struct pass p = {
        .task = &of->task, .plan = of, .replicates = replicates, .stride = plan->stride};
    int64_t first = 0;
    iso_err err = ISO_OK;

    ISO_TRY(pass_new(&p));
    for (int c = 0; c < of->chunks; c++) {
        ISO_TRY(one_chunk(&p, run, first, of->chunk_end[c]));
        first = of->chunk_end[c];
    }
    ISO_TRY(waiting_values(&p));
    for (int64_t i = 0; i < of->task.pairs * of->task.measures; i++)
        values[of->cell[i]] = p.values[i];
done:
    pass_free(&p);
    return err;
}

iso_err iso_pass(iso_value *values, double *replicates, const iso_task *task, const iso_plan *plan,
                 const iso_run *run)
{
    const int64_t cells = task->pairs * task->measures;
    const iso_threads threads = iso_blas_enter(run);
    iso_value *own = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&own, cells, sizeof *own));
    for (int part = 0; part < plan->parts; part++)
        ISO_TRY(one_part(own, replicates, plan, part, run));
    memcpy(values, own, (size_t)cells * sizeof *values);
done:
    iso_blas_leave(threads);
    iso_free(own);
    return err;
}

iso_err iso_measure_pairs(iso_value *values, const iso_task *task, const iso_run *run)
{
    iso_plan plan = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_plan_make(&plan, task, run));
    ISO_TRY(iso_pass(values, NULL, task, &plan, run));
done:
    iso_plan_free(&plan);
    return err;
}
