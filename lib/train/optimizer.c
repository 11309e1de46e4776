#include "lib/train/optimizer.h"

#include <inttypes.h>
#include <math.h>

#include "lib/base/alloc.h"
#include "lib/train/adam.h"

enum { CHUNK = 1 << 15, ROWS = 16 /* what a thread takes at a time: numbers, rows */ };

/* A tensor that learns. */
struct learnt {
    iso_tensor t;
    int64_t n;
    float *m, *v;
    double rate, decay; /* of its group */
    iso_adam adam;
    /* Of a table with touched rows: the steps since `base`, and how many of them each row has. */
    iso_adam_step *past;
    int64_t room;
    int32_t *has;
};

/* Numbers of one tensor that one thread takes. */
struct chunk {
    const struct learnt *of;
    int64_t from, n;
};

struct iso_optimizer {
    iso_optimizer_opt opt;
    struct learnt *at; /* as the tensors were given; n = 0 where frozen */
    int64_t count;
    struct chunk *chunks; /* of all dense gradients */
    int64_t chunk_count;
    int64_t steps, base; /* made; when tables were settled last */
};

iso_optimizer_group iso_optimizer_usual(const iso_tensor *t, double rate, double decay)
{
    const bool decays = t->kind == ISO_TENSOR_MATRIX || t->kind == ISO_TENSOR_TABLE;

    return (iso_optimizer_group){rate, decays ? decay : 0};
}

static bool learns(const iso_tensor *t)
{
    return t->grad || t->touched;
}

int64_t iso_optimizer_bytes(const iso_tensor *tensors, int64_t count)
{
    int64_t bytes = 0;

    for (int64_t i = 0; i < count; i++) {
        const iso_tensor *t = &tensors[i];
        if (learns(t))
            bytes += t->rows * t->cols * 2 * (int64_t)sizeof(float);
        if (t->touched)
            bytes += t->rows * (int64_t)sizeof(int32_t);
    }
    return bytes;
}

/* --- Making one ---------------------------------------------------------------------- */

void iso_optimizer_free(iso_optimizer *o)
{
    if (!o)
        return;
    for (int64_t i = 0; i < o->count; i++) {
        iso_free(o->at[i].m);
        iso_free(o->at[i].v);
        iso_free(o->at[i].past);
        iso_free(o->at[i].has);
    }
    iso_free(o->at);
    iso_free(o->chunks);
    iso_free(o);
}

static iso_err take_options(iso_optimizer *o, const iso_optimizer_opt *opt)
{
    iso_err err = ISO_OK;

    o->opt = opt ? *opt : (iso_optimizer_opt){0};
    o->opt.beta1 = o->opt.beta1 != 0 ? o->opt.beta1 : 0.9;
    o->opt.beta2 = o->opt.beta2 != 0 ? o->opt.beta2 : 0.999;
    o->opt.eps = o->opt.eps != 0 ? o->opt.eps : 1e-8;
    ISO_NEED(o->opt.beta1 >= 0 && o->opt.beta1 < 1 && o->opt.beta2 >= 0 && o->opt.beta2 < 1,
             "betas of %g and %g: both are at least 0 and less than 1", o->opt.beta1, o->opt.beta2);
    ISO_NEED(o->opt.eps > 0 && isfinite(o->opt.eps), "eps of %g: it is above 0", o->opt.eps);
done:
    return err;
}

static iso_err take_tensor(struct learnt *l, const iso_tensor *t, const iso_optimizer_group *g,
                           const iso_optimizer_opt *opt)
{
    iso_err err = ISO_OK;

    l->t = *t;
    l->rate = g->rate;
    l->decay = g->decay;
    l->adam = (iso_adam){.b1 = (float)opt->beta1,
                         .one_b1 = (float)(1 - opt->beta1),
                         .b2 = (float)opt->beta2,
                         .one_b2 = (float)(1 - opt->beta2),
                         .eps = (float)opt->eps,
                         .decay = opt->adam ? (float)g->decay : 0};
    if (!learns(t))
        goto done;
    ISO_NEED(g->rate >= 0 && isfinite(g->rate) && g->decay >= 0 && isfinite(g->decay),
             "%s: a rate of %g and a decay of %g: neither is below 0", t->name, g->rate, g->decay);
    ISO_NEED(!t->touched || t->rows <= INT32_MAX, "%s: a table of %" PRId64 " rows is too large",
             t->name, t->rows);
    l->n = t->rows * t->cols;
    ISO_TRY(iso_alloc(&l->m, l->n, sizeof *l->m));
    ISO_TRY(iso_alloc(&l->v, l->n, sizeof *l->v));
    if (t->touched)
        ISO_TRY(iso_alloc(&l->has, t->rows, sizeof *l->has));
done:
    return err;
}

static iso_err cut(iso_optimizer *o)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < o->count; i++)
        o->chunk_count += o->at[i].t.grad ? (o->at[i].n + CHUNK - 1) / CHUNK : 0;
    ISO_TRY(iso_alloc(&o->chunks, o->chunk_count, sizeof *o->chunks));
    o->chunk_count = 0;
    for (int64_t i = 0; i < o->count; i++) {
        const struct learnt *l = &o->at[i];
        for (int64_t from = 0; l->t.grad && from < l->n; from += CHUNK)
            o->chunks[o->chunk_count++] =
                (struct chunk){l, from, l->n - from < CHUNK ? l->n - from : CHUNK};
    }
done:
    return err;
}

iso_err iso_optimizer_new(iso_optimizer **out, const iso_tensor *tensors, int64_t count,
                          const iso_optimizer_group *groups, const iso_optimizer_opt *opt)
{
    iso_optimizer *o = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&o, 1, sizeof *o));
    ISO_TRY(take_options(o, opt));
    ISO_TRY(iso_alloc(&o->at, count, sizeof *o->at));
    for (; o->count < count; o->count++)
        ISO_TRY(take_tensor(&o->at[o->count], &tensors[o->count], &groups[o->count], &o->opt));
    ISO_TRY(cut(o));
    *out = o;
    o = NULL;
done:
    if (o)
        o->count += o->at && o->count < count; /* the one that failed has what it took */
    iso_optimizer_free(o);
    return err;
}

/* --- Rows of tables that are behind --------------------------------------------------- */

/* Brings a row to `steps` steps after the base. Whoever else has the same row in hand: one does it.
 */
static void catch_up(const struct learnt *l, int64_t row, int32_t steps)
{
    const int32_t has = __atomic_exchange_n(&l->has[row], steps, __ATOMIC_RELAXED);
    const int64_t at = row * l->t.cols;

    if (has < steps)
        iso_adam_best()->idle(l->t.value + at, l->m + at, l->v + at, &l->adam, l->past + has,
                              steps - has, l->t.cols);
}

void iso_optimizer_rows(iso_optimizer *o, int64_t tensor, const int64_t *rows, int64_t n)
{
    const struct learnt *l = &o->at[tensor];
    const int32_t steps = (int32_t)(o->steps - o->base);

    if (!l->has)
        return;
#pragma omp parallel for schedule(dynamic, ROWS) if (n > ROWS)
    for (int64_t i = 0; i < n; i++)
        catch_up(l, rows[i], steps);
}

void iso_optimizer_settle(iso_optimizer *o)
{
    const int32_t steps = (int32_t)(o->steps - o->base);

    for (int64_t i = 0; i < o->count; i++) {
        const struct learnt *l = &o->at[i];
        if (!l->has)
            continue;
#pragma omp parallel for schedule(dynamic, ROWS) if (l->t.rows > ROWS)
        for (int64_t row = 0; row < l->t.rows; row++) {
            catch_up(l, row, steps);
            l->has[row] = 0;
        }
    }
    o->base = o->steps;
}

/* --- A step --------------------------------------------------------------------------- */

static iso_adam_step step_of(const iso_optimizer *o, const struct learnt *l, double lr)
{
    const double t = (double)(o->steps + 1), rate = lr * l->rate;

    return (iso_adam_step){.keep = o->opt.adam ? 1 : (float)(1 - rate * l->decay),
                           .size = (float)(rate / (1 - pow(o->opt.beta1, t))),
                           .root = (float)(1 / sqrt(1 - pow(o->opt.beta2, t)))};
}

/* Room for this step in the past of each table. */
static iso_err make_room(iso_optimizer *o)
{
    const int64_t need = o->steps - o->base + 1;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < o->count; i++) {
        struct learnt *l = &o->at[i];
        if (!l->has || need <= l->room)
            continue;
        const int64_t room = l->room ? 2 * l->room : 256;
        ISO_TRY(iso_realloc(&l->past, l->room, room, sizeof *l->past));
        l->room = room;
    }
done:
    return err;
}

static void step_dense(const iso_optimizer *o, double lr, const iso_adam_use *use, bool clear)
{
    const iso_adam_loops *loops = iso_adam_best();

#pragma omp parallel for schedule(static) if (o->chunk_count > 1)
    for (int64_t i = 0; i < o->chunk_count; i++) {
        const struct chunk *c = &o->chunks[i];
        const struct learnt *l = c->of;
        const iso_adam_step s = step_of(o, l, lr);
        loops->step(l->t.value + c->from, l->m + c->from, l->v + c->from, l->t.grad + c->from,
                    &l->adam, &s, use, c->n, clear);
    }
}

static void step_table(const iso_optimizer *o, struct learnt *l, double lr, const iso_adam_use *use,
                       bool clear)
{
    const iso_adam_loops *loops = iso_adam_best();
    const int32_t before = (int32_t)(o->steps - o->base);
    iso_row_grads *g = l->t.touched;

    l->past[before] = step_of(o, l, lr);
#pragma omp parallel for schedule(dynamic, ROWS) if (g->count > ROWS)
    for (int64_t i = 0; i < g->count; i++) {
        const int64_t row = g->rows[i], at = row * l->t.cols;
        catch_up(l, row, before);
        loops->step(l->t.value + at, l->m + at, l->v + at, g->grad + i * l->t.cols, &l->adam,
                    &l->past[before], use, l->t.cols, clear);
        l->has[row] = before + 1;
    }
    if (clear)
        g->count = 0;
}

iso_err iso_optimizer_step(iso_optimizer *o, double lr, iso_grad_use use, bool keep_grads)
{
    const iso_adam_use how = {use.scale, use.most};
    iso_err err = ISO_OK;

    if (o->steps - o->base == INT32_MAX)
        iso_optimizer_settle(o);
    ISO_TRY(make_room(o));
    step_dense(o, lr, &how, !keep_grads);
    for (int64_t i = 0; i < o->count; i++) {
        if (o->at[i].has)
            step_table(o, &o->at[i], lr, &how, !keep_grads);
    }
    o->steps++;
done:
    return err;
}

int64_t iso_optimizer_steps(const iso_optimizer *o)
{
    return o->steps;
}

float *iso_optimizer_moment(iso_optimizer *o, int64_t tensor, int which)
{
    return which ? o->at[tensor].v : o->at[tensor].m;
}

void iso_optimizer_resume(iso_optimizer *o, int64_t steps)
{
    for (int64_t i = 0; i < o->count; i++) {
        for (int64_t row = 0; o->at[i].has && row < o->at[i].t.rows; row++)
            o->at[i].has[row] = 0;
    }
    o->steps = o->base = steps;
}
