#include "analysis/classify/probe.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/classify/logistic.h"
#include "lib/base/alloc.h"

/* One probe under way. Languages that are trained on lie one after the other in `all`. */
struct work {
    const iso_probe_task *p;
    iso_mat all; /* learnt rows × d */
    int32_t *label, *fold;
    int64_t rows;
    int64_t *right; /* [fold * strengths + s]: right answers in the other folds */
    int pairs;
};

static void work_free(struct work *w)
{
    iso_mat_free(&w->all);
    iso_free(w->label);
    iso_free(w->fold);
    iso_free(w->right);
}

static iso_err check(const iso_probe_task *p)
{
    iso_err err = ISO_OK;

    ISO_NEED(p->langs >= 1 && p->classes >= 2 && p->folds >= 3 && p->strengths >= 1,
             "a probe of %d languages, %d classes, %d folds, %d strengths: at least 1, 2, 3, 1",
             p->langs, p->classes, p->folds, p->strengths);
    for (int l = 0; l < p->langs; l++) {
        const iso_probe_lang *lang = &p->lang[l];
        ISO_NEED(lang->x.dtype == ISO_F32 && lang->x.cols == p->lang[0].x.cols,
                 "a probe's language %d has %lld columns %s, the first %lld f32", l,
                 (long long)lang->x.cols, iso_dtype_name(lang->x.dtype),
                 (long long)p->lang[0].x.cols);
        for (int64_t i = 0; i < lang->x.rows; i++)
            ISO_NEED(lang->label[i] >= -1 && lang->label[i] < p->classes && lang->fold[i] >= 0 &&
                         lang->fold[i] < p->folds,
                     "a probe's language %d, row %lld: class %d of %d, fold %d of %d", l,
                     (long long)i, lang->label[i], p->classes, lang->fold[i], p->folds);
    }
done:
    return err;
}

static bool learns(const iso_probe_lang *lang, int64_t i)
{
    return lang->learn && lang->learn[i] && lang->label[i] >= 0;
}

static iso_err gather(struct work *w)
{
    const iso_probe_task *p = w->p;
    const int64_t d = p->lang[0].x.cols;
    int64_t at = 0;
    iso_err err = ISO_OK;

    for (int l = 0; l < p->langs; l++)
        for (int64_t i = 0; i < p->lang[l].x.rows; i++)
            w->rows += learns(&p->lang[l], i);
    ISO_NEED(w->rows > 0, "a probe without an example to learn from");
    ISO_TRY(iso_mat_new(&w->all, w->rows, d, ISO_F32));
    ISO_TRY(iso_alloc(&w->label, w->rows, sizeof *w->label));
    ISO_TRY(iso_alloc(&w->fold, w->rows, sizeof *w->fold));
    for (int l = 0; l < p->langs; l++) {
        const iso_probe_lang *lang = &p->lang[l];
        for (int64_t i = 0; i < lang->x.rows; i++) {
            if (!learns(lang, i))
                continue;
            const float *from = (const float *)lang->x.data + i * lang->x.stride;
            for (int64_t j = 0; j < d; j++)
                ((float *)w->all.data)[at * w->all.stride + j] = from[j];
            w->label[at] = lang->label[i];
            w->fold[at++] = lang->fold[i];
        }
    }
done:
    return err;
}

/* The rows outside folds a and b (the same: outside one); whether they have two classes. */
static bool outside(int64_t *pick, int64_t *n, const struct work *w, int a, int b)
{
    bool two = false;

    *n = 0;
    for (int64_t i = 0; i < w->rows; i++) {
        if (w->fold[i] == a || w->fold[i] == b)
            continue;
        pick[(*n)++] = i;
        two = two || w->label[i] != w->label[pick[0]];
    }
    return two;
}

static iso_err learn(iso_logistic **out, int64_t *pick, const struct work *w, int a, int b)
{
    iso_examples e = {iso_mat_view(&w->all), w->label, pick, 0, w->p->classes};

    return outside(pick, &e.n, w, a, b) ? iso_logistic_new(out, &e) : ISO_OK;
}

/* Right answers of one fold's rows, counted for another fold's probe. */
static void count(int64_t *right, const struct work *w, const int32_t *said, int of)
{
    for (int64_t i = 0; i < w->rows; i++) {
        if (w->fold[i] == of && said[i] == w->label[i])
#pragma omp atomic
            ++*right;
    }
}

/* All strengths with folds a and b left out: what is right in b speaks for a's probe, in a for
 * b's. */
static iso_err try_pair(const struct work *w, int a, int b)
{
    const int strengths = w->p->strengths;
    iso_logistic *m = NULL;
    int64_t *pick = NULL;
    int32_t *said = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&pick, w->rows, sizeof *pick));
    ISO_TRY(iso_alloc(&said, w->rows, sizeof *said));
    ISO_TRY(learn(&m, pick, w, a, b));
    for (int s = 0; m && s < strengths; s++) {
        ISO_TRY(iso_logistic_fit(m, w->p->l2[s]));
        ISO_TRY(iso_logistic_predict(said, m, iso_mat_view(&w->all)));
        count(&w->right[a * strengths + s], w, said, b);
        count(&w->right[b * strengths + s], w, said, a);
    }
done:
    iso_logistic_free(m);
    iso_free(pick);
    iso_free(said);
    return err;
}

static int strongest_best(const struct work *w, int fold)
{
    const int64_t *right = w->right + (int64_t)fold * w->p->strengths;
    int best = 0;

    for (int s = 1; s < w->p->strengths; s++)
        best = right[s] > right[best] ? s : best;
    return best;
}

static int64_t most_rows(const iso_probe_task *p)
{
    int64_t most = 0;

    for (int l = 0; l < p->langs; l++)
        most = p->lang[l].x.rows > most ? p->lang[l].x.rows : most;
    return most;
}

/* What a fold's probe (NULL: there is none) says of the rows of that fold. */
static iso_err apply(int32_t *predicted, int32_t *said, const iso_logistic *m,
                     const iso_probe_lang *lang, int fold)
{
    iso_err err = ISO_OK;

    if (m)
        ISO_TRY(iso_logistic_predict(said, m, lang->x));
    for (int64_t i = 0; i < lang->x.rows; i++) {
        if (lang->fold[i] == fold)
            predicted[i] = m ? said[i] : -1;
    }
done:
    return err;
}

/* Where what the folds' probes say goes, or they themselves; all NULL: strengths are chosen. */
struct outcome {
    int32_t *const *predicted;
    double *const *weights, *const *bias;
    bool *two;
    double *chosen;
};

static iso_err test_fold(const struct outcome *out, const struct work *w, int fold)
{
    const iso_probe_task *p = w->p;
    const int best = strongest_best(w, fold);
    iso_logistic *m = NULL;
    int64_t *pick = NULL;
    int32_t *said = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&pick, w->rows, sizeof *pick));
    ISO_TRY(iso_alloc(&said, most_rows(p), sizeof *said));
    ISO_TRY(learn(&m, pick, w, fold, fold));
    for (int s = 0; m && s <= best; s++) /* by the same way as the choice */
        ISO_TRY(iso_logistic_fit(m, p->l2[s]));
    for (int l = 0; out->predicted && l < p->langs; l++)
        ISO_TRY(apply(out->predicted[l], said, m, &p->lang[l], fold));
    if (out->weights) {
        out->two[fold] = m != NULL;
        memset(out->weights[fold], 0, (size_t)(p->classes * p->lang[0].x.cols) * sizeof(double));
        memset(out->bias[fold], 0, (size_t)p->classes * sizeof(double));
        if (m)
            iso_logistic_weights(out->weights[fold], out->bias[fold], m);
    }
    if (out->chosen)
        out->chosen[fold] = p->l2[best];
done:
    iso_logistic_free(m);
    iso_free(pick);
    iso_free(said);
    return err;
}

/* Tasks 0 … count − 1 on all threads; the first error, and its message, comes back. */
struct tasks {
    const struct work *w;
    const struct outcome *out; /* NULL: pairs of folds */
};

static iso_err do_task(const struct tasks *t, int i)
{
    const int folds = t->w->p->folds;
    int a = 0;

    if (t->out)
        return test_fold(t->out, t->w, i);
    while (i >= folds - 1 - a)
        i -= folds - 1 - a++;
    return try_pair(t->w, a, a + 1 + i);
}

static iso_err all_tasks(const struct tasks *t, int tasks)
{
    iso_err first = ISO_OK;
    char said[512] = "";

#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < tasks; i++) {
        iso_err err = ISO_OK;
#pragma omp atomic read
        err = first;
        if (err)
            continue;
        err = do_task(t, i);
        if (err) {
#pragma omp critical(probe_error)
            if (!first) {
                snprintf(said, sizeof said, "%s", iso_err_msg());
                first = err;
            }
        }
    }
    return first ? iso_fail(first, "%s", said) : ISO_OK;
}

static iso_err all_folds(const struct outcome *out, const iso_probe_task *probe, const iso_run *run)
{
    struct work w = {.p = probe};
    iso_err err = ISO_OK;

    ISO_TRY(check(probe));
    ISO_TRY(gather(&w));
    ISO_TRY(iso_alloc(&w.right, (int64_t)probe->folds * probe->strengths, sizeof *w.right));
    ISO_TRY(iso_run_step(run, "choosing", 0, 2, "steps"));
    if (probe->strengths > 1)
        ISO_TRY(all_tasks(&(struct tasks){.w = &w}, probe->folds * (probe->folds - 1) / 2));
    ISO_TRY(iso_run_step(run, "testing", 1, 2, "steps"));
    ISO_TRY(all_tasks(&(struct tasks){&w, out}, probe->folds));
done:
    work_free(&w);
    return err;
}

iso_err iso_probe_run(int32_t *const *predicted, double *chosen, const iso_probe_task *probe,
                      const iso_run *run)
{
    return all_folds(&(struct outcome){.predicted = predicted, .chosen = chosen}, probe, run);
}

iso_err iso_probe_fit(int32_t *const *predicted, double *const *w, double *const *b, bool *two,
                      double *chosen, const iso_probe_task *probe, const iso_run *run)
{
    const struct outcome out = {predicted, w, b, two, chosen};

    return all_folds(&out, probe, run);
}
