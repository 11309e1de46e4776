/* Probes of all layers: the walk, the plan, the talk. */
#include "analysis/study/probe/probes.h"

#include <stdio.h>

#include "analysis/study/probe/probe_inside.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

/* One run under way; records come measure by measure. */
struct probing {
    const struct settings *set;
    const iso_run *run;
    struct probe_ask ask;
    struct probe_set of;
    iso_records list[PROBE_CELLS];
};

static iso_err widest(int64_t *out, const struct probing *p)
{
    iso_err err = ISO_OK;

    *out = 0;
    for (int i = 0; i < p->of.sel.layer_count; i++) {
        int64_t dim;
        ISO_TRY(iso_probe_dim(&dim, &p->of, p->of.sel.layer[i]));
        *out = dim > *out ? dim : *out;
    }
done:
    return err;
}

static iso_err check_memory(const struct probing *p)
{
    int64_t dim;
    iso_err err = ISO_OK;

    ISO_TRY(widest(&dim, p));
    const double need = iso_probe_memory(&p->of, dim, p->ask.folds),
                 have = (double)iso_run_mem(p->run);
    ISO_NEED(need <= have,
             "%s: probing needs %.1f MB of memory, " ISO_FIELD(
                 mem) " gives %.1f MB: give more, take fewer rows "
                      "with " ISO_FIELD(limit) " or fewer languages with " ISO_FIELD(tgt),
             iso_states_name(p->of.states), need / 1e6, have / 1e6);
done:
    return err;
}

/* Fits of one layer: two folds left out, then one. */
static int64_t fits(const struct probing *p)
{
    const int64_t folds = p->ask.folds, pairs = folds * (folds - 1) / 2;

    return (p->ask.needs[PROBE_LEARNT] ? (pairs + folds) * PROBE_STRENGTHS : 0) +
           (p->ask.needs[PROBE_SHUFFLED] ? folds : 0) +
           (p->ask.needs[PROBE_LANGUAGE] ? (pairs + folds) * 3 : 0);
}

static iso_err print_plan(const struct probing *p)
{
    int64_t dim;
    iso_err err = ISO_OK;

    ISO_TRY(widest(&dim, p));
    printf("items\t%lld\n", (long long)p->of.items);
    printf("languages\t%d\n", p->of.langs);
    printf("layers\t%d\n", p->of.sel.layer_count);
    printf("fits\t%lld\n", (long long)(fits(p) * p->of.sel.layer_count));
    printf("memory\t%.0f\n", iso_probe_memory(&p->of, dim, p->ask.folds));
done:
    return err;
}

/* Where sources have one class only outside a fold, nothing can be learnt for it. */
static void tell_unsaid(const struct probing *p, const struct probe_layer *l)
{
    int64_t unsaid = 0, asked = 0;

    for (int i = 0; p->ask.needs[PROBE_LEARNT] && i < p->of.langs; i++) {
        for (int64_t r = 0; r < p->of.lang[i].lang->rows; r++) {
            if (p->of.lang[i].label[r] < 0)
                continue;
            asked++;
            unsaid += l->said[PROBE_LEARNT][i][r] < 0;
        }
    }
    if (unsaid > 0)
        term_note(p->set,
                  "%lld of %lld answers count as wrong: without their fold %s has one class only",
                  (long long)unsaid, (long long)asked, p->of.train.text);
}

static iso_err one_layer(struct probing *p, int layer)
{
    struct probe_layer l = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_probe_layer_new(&l, &p->of, layer));
    ISO_TRY(iso_probe_layer_read(&l, &p->of, &p->ask));
    ISO_TRY(iso_probe_layer_run(&l, &p->of, &p->ask, NULL));
    if (layer == p->of.sel.layer[0])
        tell_unsaid(p, &l);
    ISO_TRY(iso_probe_layer_records(p->list, &l, &p->of, &p->ask));
done:
    iso_probe_layer_free(&l, &p->of);
    return err;
}

static iso_err walk(struct probing *p)
{
    const struct selection *sel = &p->of.sel;
    iso_err err = ISO_OK;

    for (int i = 0; i < sel->layer_count; i++) {
        ISO_TRY(iso_run_step(p->run, "probing", i, sel->layer_count, "layers"));
        ISO_TRY(one_layer(p, sel->layer[i]));
    }
done:
    return err;
}

iso_err iso_probe_records(iso_records *out, const struct settings *set, const char *measures,
                          iso_states *states, iso_states *second, const iso_run *run)
{
    struct probing p = {.set = set, .run = run};
    const int threads = iso_blas_threads();
    iso_err err = ISO_OK;

    if (run && run->threads > 0)
        iso_blas_set_threads(run->threads);
    ISO_TRY(iso_probe_ask_make(&p.ask, set, measures));
    ISO_TRY(iso_probe_set_make(&p.of, &p.ask, states, second));
    ISO_TRY(check_memory(&p));
    if (set->plan) {
        ISO_TRY(print_plan(&p));
        goto done;
    }
    ISO_TRY(walk(&p));
    for (int c = 0; c < PROBE_CELLS; c++) {
        for (int64_t i = 0; i < p.list[c].count; i++)
            ISO_TRY(iso_records_add(out, &p.list[c].at[i]));
    }
done:
    for (int c = 0; c < PROBE_CELLS; c++)
        iso_records_free(&p.list[c]);
    iso_probe_set_free(&p.of);
    iso_probe_ask_free(&p.ask);
    if (run && run->threads > 0)
        iso_blas_set_threads(threads);
    return err;
}
