#include "lib/train/loop.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/train/saved.h"

static const char last_name[] = "last", best_name[] = "best";

struct iso_loop {
    iso_learner *learner;
    iso_method *method;
    iso_sampler *sampler;
    iso_loop_data data;
    iso_loop_opt opt;
    const iso_run *run;
    iso_schedule schedule;
    iso_tensor *tensors; /* those that learn */
    int64_t tensor_count;
    iso_optimizer *optimizer;
    iso_saved *saved;
    iso_saved_state state; /* its series are not used: */
    iso_loop_result result;
    int64_t loss_room, waited; /* evaluations without a better one */
    int64_t epoch;             /* that is laid out; −1: none */
};

void iso_loop_result_free(iso_loop_result *r)
{
    iso_free(r->loss);
    iso_free(r->point);
    *r = (iso_loop_result){0};
}

void iso_loop_close(iso_loop *loop, bool forget)
{
    if (!loop)
        return;
    iso_learner_use(loop->learner, NULL, NULL, 0);
    iso_saved_close(loop->saved, forget || !loop->saved || !iso_saved_has(loop->saved, last_name));
    iso_optimizer_free(loop->optimizer);
    iso_loop_result_free(&loop->result);
    iso_free(loop->tensors);
    iso_free(loop);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- Making one --- */

double iso_loop_rate(const iso_tensor *t, const iso_loop_rates *r, int L)
{
    if (t->kind == ISO_TENSOR_SCALAR)
        return r->method / r->rate;
    if (t->depth > L)
        return r->head / r->rate;
    return pow(r->layers, L - t->depth);
}

int64_t iso_loop_steps(iso_sampler *s, const iso_loop_opt *opt)
{
    return opt->steps > 0 ? opt->steps : iso_sampler_all_steps(s, opt->epochs);
}

/* What is frozen is nobody's business here: no optimizer, no checkpoint. */
static iso_err list_tensors(iso_loop *p)
{
    const iso_method *m = p->method;
    int64_t count = 0;
    const iso_tensor *of = iso_learner_tensors(p->learner, &count);
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->tensors, count + m->tensor_count, sizeof *p->tensors));
    for (int64_t i = 0; i < count + m->tensor_count; i++) {
        const iso_tensor *t = i < count ? &of[i] : &m->tensors[i - count];
        if (iso_tensor_learns(t))
            p->tensors[p->tensor_count++] = *t;
    }
done:
    return err;
}

static iso_err make_optimizer(iso_loop *p)
{
    const iso_loop_rates *r = &p->opt.rates;
    iso_optimizer_group *group = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&group, p->tensor_count, sizeof *group));
    for (int64_t i = 0; i < p->tensor_count; i++) {
        const iso_tensor *t = &p->tensors[i];
        group[i] =
            iso_optimizer_usual(t, iso_loop_rate(t, r, p->learner->encoder->config.L), r->decay);
    }
    ISO_TRY(
        iso_optimizer_new(&p->optimizer, p->tensors, p->tensor_count, group, &p->opt.optimizer));
    iso_learner_use(p->learner, p->optimizer, p->tensors, p->tensor_count);
done:
    iso_free(group);
    return err;
}

iso_err iso_loop_open(iso_loop **out, iso_learner *l, iso_method *m, iso_sampler *s,
                      const iso_loop_data *data, const iso_loop_opt *opt, const iso_run *run)
{
    iso_loop *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    *p = (iso_loop){.learner = l,
                    .method = m,
                    .sampler = s,
                    .data = *data,
                    .opt = *opt,
                    .run = run,
                    .epoch = -1,
                    .state = {.best = NAN},
                    .result = {.best = NAN}};
    ISO_TRY(iso_saved_open(&p->saved, opt->path));
    if (!opt->resume && iso_saved_has(p->saved, last_name))
        ISO_FAIL(ISO_EIO,
                 "%s.part: an earlier run was interrupted: " ISO_FIELD(
                     resume) " goes on with it; to start afresh, delete that folder",
                 opt->path);
    ISO_TRY(list_tensors(p));
    ISO_TRY(make_optimizer(p));
    p->result.all_steps = iso_loop_steps(s, opt);
    p->schedule = iso_schedule_of(opt->schedule, p->result.all_steps, opt->warmup);
    *out = p;
    p = NULL;
done:
    iso_loop_close(p, false);
    return err;
}

/* --- Checkpoints --- */

enum { SERIES_LOSS, SERIES_STEP, SERIES_MEAN, SERIES_SCORE, SERIES_WAITED, SERIES };
static char *const series_name[SERIES] = {"loss", "points", "losses", "scores", "waited"};

/* The curve as columns, for saving. */
static iso_err save_as(iso_loop *p, const char *name, bool whole)
{
    const int64_t n = p->result.point_count;
    double *column = NULL, waited = (double)p->waited;
    iso_saved_series series[SERIES];
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&column, 3 * n, sizeof *column));
    for (int64_t i = 0; i < n; i++) {
        column[i] = (double)p->result.point[i].step;
        column[n + i] = p->result.point[i].loss;
        column[2 * n + i] = p->result.point[i].score;
    }
    series[SERIES_LOSS] =
        (iso_saved_series){series_name[SERIES_LOSS], p->result.loss, p->state.step};
    for (int i = SERIES_STEP; i <= SERIES_SCORE; i++)
        series[i] = (iso_saved_series){series_name[i], column + (i - SERIES_STEP) * n, n};
    series[SERIES_WAITED] = (iso_saved_series){series_name[SERIES_WAITED], &waited, 1};
    p->state.series = series;
    p->state.series_count = SERIES;
    ISO_TRY(iso_saved_write(p->saved, name, &p->state, p->opt.begun, p->tensors, p->tensor_count,
                            whole ? p->optimizer : NULL, p->run));
done:
    p->state.series = NULL;
    p->state.series_count = 0;
    iso_free(column);
    return err;
}

static const iso_saved_series *find(const iso_saved_state *s, int which)
{
    for (int i = 0; i < s->series_count; i++) {
        if (strcmp(s->series[i].name, series_name[which]) == 0)
            return &s->series[i];
    }
    return NULL;
}

static iso_err loss_room(iso_loop *p, int64_t steps)
{
    iso_err err = ISO_OK;

    if (steps > p->loss_room) {
        const int64_t room = 2 * steps + 64;
        ISO_TRY(iso_realloc(&p->result.loss, p->state.step, room, sizeof *p->result.loss));
        p->loss_room = room;
    }
done:
    return err;
}

static iso_err take_curve(iso_loop *p, const iso_saved_state *s)
{
    const iso_saved_series *of[SERIES];
    iso_err err = ISO_OK;

    for (int i = 0; i < SERIES; i++) {
        of[i] = find(s, i);
        if (!of[i] || of[i]->count != (i == SERIES_LOSS     ? s->step
                                       : i == SERIES_WAITED ? 1
                                                            : of[SERIES_STEP]->count))
            ISO_FAIL(ISO_EFORMAT, "%s.part/%s: its learning curve is damaged", p->opt.path,
                     last_name);
    }
    ISO_TRY(loss_room(p, s->step));
    if (s->step > 0)
        memcpy(p->result.loss, of[SERIES_LOSS]->at, (size_t)s->step * sizeof *p->result.loss);
    ISO_TRY(iso_alloc(&p->result.point, of[SERIES_STEP]->count, sizeof *p->result.point));
    p->result.point_count = of[SERIES_STEP]->count;
    for (int64_t i = 0; i < p->result.point_count; i++)
        p->result.point[i] = (iso_loop_point){(int64_t)of[SERIES_STEP]->at[i],
                                              of[SERIES_MEAN]->at[i], of[SERIES_SCORE]->at[i]};
    p->waited = (int64_t)of[SERIES_WAITED]->at[0];
done:
    return err;
}

static iso_err go_on(iso_loop *p)
{
    iso_saved_state s = {0};
    iso_err err = ISO_OK;

    if (!iso_saved_has(p->saved, last_name))
        return ISO_OK;
    ISO_TRY(iso_saved_read(&s, p->saved, last_name, p->opt.begun, p->tensors, p->tensor_count,
                           p->optimizer));
    ISO_TRY(take_curve(p, &s));
    p->state = s;
    p->state.series = NULL;
    p->state.series_count = 0;
    iso_run_note(p->run, "%s: goes on after step %" PRId64 " of %" PRId64, p->opt.path, s.step,
                 p->result.all_steps);
done:
    iso_saved_state_free(&s);
    return err;
}

/* --- Evaluation --- */

static iso_err add_point(iso_loop *p, double score)
{
    const int64_t n = p->result.point_count, from = n ? p->result.point[n - 1].step : 0;
    double sum = 0;
    iso_err err = ISO_OK;

    for (int64_t i = from; i < p->state.step; i++)
        sum += p->result.loss[i];
    ISO_TRY(iso_realloc(&p->result.point, n, n + 1, sizeof *p->result.point));
    p->result.point[n] = (iso_loop_point){
        p->state.step, sum / (double)(p->state.step > from ? p->state.step - from : 1), score};
    p->result.point_count = n + 1;
done:
    return err;
}

/* The earlier of two that are as good stays the best. */
static iso_err evaluate(iso_loop *p)
{
    double score = NAN;
    iso_err err = ISO_OK;

    iso_optimizer_settle(p->optimizer);
    err = p->data.score(p->data.payload, &score, p->learner, p->method);
    if (err == ISO_ENUMERIC)
        err = iso_fail_in(err, "after step %" PRId64 " (epoch %" PRId64 ")", p->state.step,
                          p->state.epoch + 1);
    if (err)
        goto done;
    ISO_TRY(add_point(p, score));
    p->waited++;
    if (isfinite(score) && !(score <= p->state.best)) {
        p->state.best = score;
        p->state.best_step = p->state.step;
        p->waited = 0;
        ISO_TRY(save_as(p, best_name, false));
    }
    ISO_TRY(save_as(p, last_name, true));
done:
    return err;
}

/* --- Steps --- */

/* "3: en-07, en-31, ... (32 items)" */
static iso_err diverged(const iso_loop *p, const iso_sample *batch, const char *what, double value)
{
    enum { NAMED = 3 };
    iso_buf names = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < batch->count && i < NAMED; i++)
        ISO_TRY(iso_buf_printf(&names, "%s%s", i ? ", " : "",
                               p->data.name(p->data.payload, batch->items[i])));
    ISO_FAIL(ISO_ENUMERIC,
             "step %" PRId64 " (epoch %" PRId64 ", batch %" PRId64 ", %" PRId64
             " items: %s%s): %s is %s: a lower " ISO_FIELD(lr) " may do",
             p->state.step + 1, p->state.epoch + 1, p->state.batch + 1, batch->count, names.text,
             batch->count > NAMED ? ", ..." : "", what, isnan(value) ? "NaN" : "infinite");
done:
    iso_buf_free(&names);
    return err;
}

static iso_err gather(double *loss, iso_loop *p, const iso_sample *batch)
{
    iso_sample part;
    iso_err err = ISO_OK;

    for (int64_t done = 0; iso_sampler_micro(&part, p->sampler, batch, &done);) {
        iso_micro micro = {.each = 1 / (double)batch->count, .step = p->state.step};
        ISO_TRY(p->data.load(p->data.payload, &micro, &part, batch, p->state.step));
        ISO_TRY(p->method->ops->learn(loss, p->method, p->learner, &micro));
        p->result.tokens += part.tokens;
    }
done:
    return err;
}

static iso_err one_step(iso_loop *p, const iso_sample *batch)
{
    double loss = 0, norm = 0;
    iso_err err = ISO_OK;

    ISO_TRY(loss_room(p, p->state.step + 1));
    ISO_TRY(gather(&loss, p, batch));
    ISO_TRY(iso_grads_norm(&norm, p->tensors, p->tensor_count));
    if (!isfinite(loss) || !isfinite(norm)) {
        ISO_TRY(diverged(p, batch, isfinite(loss) ? "the gradient" : "the loss",
                         isfinite(loss) ? norm : loss));
    }
    ISO_TRY(iso_optimizer_step(p->optimizer,
                               p->opt.rates.rate * iso_schedule_factor(&p->schedule, p->state.step),
                               iso_clip_use(&p->opt.clip, norm), false));
    p->result.loss[p->state.step++] = loss;
    p->state.batch++;
done:
    return err;
}

/* The epoch that the next step is of. */
static void lay_out(iso_loop *p)
{
    if (p->epoch != p->state.epoch)
        iso_sampler_epoch(p->sampler, p->epoch = p->state.epoch);
    if (p->state.batch < iso_sampler_steps(p->sampler))
        return;
    p->state.batch = 0;
    iso_sampler_epoch(p->sampler, p->epoch = ++p->state.epoch);
}

static iso_err report(const iso_loop *p)
{
    const int64_t step = p->state.step;
    char unit[96] = "steps";

    if (step > 0)
        (void)snprintf(unit, sizeof unit, "steps, loss %.4f, rate %.2e", p->result.loss[step - 1],
                       p->opt.rates.rate * iso_schedule_factor(&p->schedule, step - 1));
    return iso_run_step(p->run, "training", step, p->result.all_steps, unit);
}

static bool is_time(const iso_loop *p)
{
    if (p->state.step == p->result.all_steps)
        return true;
    if (p->opt.every > 0)
        return p->state.step % p->opt.every == 0;
    return p->state.batch == iso_sampler_steps(p->sampler);
}

static iso_err learn(iso_loop *p)
{
    bool over = p->opt.patience > 0 && p->waited >= p->opt.patience;
    iso_err err = ISO_OK;

    iso_learner_zero_grads(p->learner);
    while (p->state.step < p->result.all_steps && !over) {
        ISO_TRY(report(p));
        lay_out(p);
        const iso_sample batch = iso_sampler_step(p->sampler, p->state.batch);
        const double began = now();
        ISO_TRY(one_step(p, &batch));
        p->result.seconds += now() - began;
        if (is_time(p))
            ISO_TRY(evaluate(p));
        over = p->opt.patience > 0 && p->waited >= p->opt.patience;
    }
    ISO_TRY(report(p));
done:
    return err;
}

/* What is kept is gone on from by the same command. */
static iso_err with_way_out(const iso_loop *p, iso_err err)
{
    char said[1024];

    if (!err || !iso_saved_has(p->saved, last_name))
        return err;
    (void)snprintf(said, sizeof said, "%s", iso_err_msg());
    if (err == ISO_ENUMERIC)
        return iso_fail(err, "%s; the last good checkpoint is %s.part/last", said, p->opt.path);
    return iso_fail(
        err,
        "%s; what was learnt until the last evaluation is kept; the same command with " ISO_FIELD(
            resume) " continues",
        said);
}

iso_err iso_loop_run(iso_loop_result *out, iso_loop *p)
{
    iso_saved_state s = {0};
    iso_err err = ISO_OK;

    if (p->opt.resume)
        ISO_TRY(go_on(p));
    err = with_way_out(p, learn(p));
    if (err)
        goto done;
    iso_optimizer_settle(p->optimizer);
    if (isfinite(p->state.best) && p->state.best_step != p->state.step)
        ISO_TRY(iso_saved_read(&s, p->saved, best_name, p->opt.begun, p->tensors, p->tensor_count,
                               NULL));
    p->result.steps = p->state.step;
    p->result.best = p->state.best;
    p->result.best_step = isfinite(p->state.best) ? p->state.best_step : p->state.step;
    *out = p->result;
    p->result = (iso_loop_result){0};
done:
    iso_saved_state_free(&s);
    return err;
}
