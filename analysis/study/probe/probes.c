/* Probes of all layers: the walk, the plan. */
#include "analysis/study/probe/probes.h"

#include "analysis/study/baseline/baseline_run.h"
#include "analysis/study/probe/probe_set.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

iso_err iso_probe_check(const iso_probe_opt *opt)
{
    struct probe_ask ask = {0};
    const iso_err err = iso_probe_ask_make(&ask, opt, NULL);

    if (!err)
        iso_probe_ask_free(&ask);
    return err;
}

/* --- The walk --- */

/* One run under way; records come measure by measure. */
struct probing {
    const iso_run *run;
    iso_probe_opt opt;
    struct probe_ask ask;
    struct probe_set of;
    iso_records list[PROBE_CELLS];
    struct baseline *baseline; /* NULL: none */
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
    if (need > have)
        ISO_FAIL(ISO_EDATA,
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

    return p->of.turns * ((p->ask.needs[PROBE_LEARNT] ? (pairs + folds) * PROBE_STRENGTHS : 0) +
                          (p->ask.needs[PROBE_SHUFFLED] ? folds : 0)) +
           (p->ask.needs[PROBE_LANGUAGE] ? (pairs + folds) * 3 : 0);
}

static iso_err add_facts(iso_facts *out, const struct probing *p)
{
    int64_t dim;
    iso_err err = ISO_OK;

    ISO_TRY(widest(&dim, p));
    ISO_TRY(iso_facts_count(out, "items", p->of.items));
    ISO_TRY(iso_facts_count(out, "languages", p->of.langs));
    ISO_TRY(iso_facts_count(out, "layers", p->of.sel.layer_count));
    ISO_TRY(iso_facts_count(out, "fits", fits(p) * p->of.sel.layer_count));
    ISO_TRY(iso_facts_count(out, "memory", (int64_t)iso_probe_memory(&p->of, dim, p->ask.folds)));
done:
    return err;
}

/* Where sources have one class only outside a fold, nothing can be learnt for it. */
static void note_unsaid(const struct probing *p, const struct probe_layer *l)
{
    int64_t unsaid = 0, asked = 0;

    for (int i = 0; p->ask.needs[PROBE_LEARNT] && i < p->of.langs; i++) {
        for (int64_t r = 0; r < p->of.lang[i].lang->rows; r++) {
            if (p->of.lang[i].label[r] < 0)
                continue;
            asked++;
            unsaid += l->predicted[PROBE_LEARNT][i][r] < 0;
        }
    }
    if (unsaid > 0)
        iso_run_note(
            p->run, "%lld of %lld answers count as wrong: without their fold %s has one class only",
            (long long)unsaid, (long long)asked, p->of.train.text);
}

static iso_err one_layer(struct probing *p, int layer)
{
    struct probe_layer l = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_probe_layer_new(&l, &p->of, layer));
    ISO_TRY(iso_probe_layer_read(&l, &p->of, &p->ask));
    for (int t = 0; t < p->of.turns; t++) {
        ISO_TRY(iso_probe_turn(&p->of, t));
        ISO_TRY(iso_probe_layer_run(&l, &p->of, &p->ask, p->run));
        if (layer == p->of.sel.layer[0])
            note_unsaid(p, &l);
        ISO_TRY(iso_probe_layer_records(p->list, &l, &p->of, &p->ask));
    }
    ISO_TRY(iso_probe_means_records(p->list, &l, &p->of, &p->ask));
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

static iso_err prepare(struct probing *p, iso_states *states, const iso_probe_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_probe_options, &p->opt, opt));
    ISO_TRY(iso_probe_ask_make(&p->ask, opt, p->run));
    ISO_NEED(!p->ask.named || p->ask.paired,
             ISO_FIELD(measure) ": accuracy:pair needs " ISO_FIELD(second));
    ISO_TRY(iso_probe_set_make(&p->of, &p->ask, states, opt ? opt->second : NULL));
    ISO_TRY(check_memory(p));
done:
    return err;
}

static void forget(struct probing *p)
{
    for (int c = 0; c < PROBE_CELLS; c++)
        iso_records_free(&p->list[c]);
    iso_baseline_close(p->baseline);
    iso_probe_set_free(&p->of);
    iso_probe_ask_free(&p->ask);
}

/* --- Baselines --- */

static iso_err stand_in(iso_records *out, const struct baseline_turn *turn, const void *ask,
                        const iso_run *run)
{
    iso_probe_opt opt = *(const iso_probe_opt *)ask;

    opt.baseline = (iso_baseline_opt){0};
    opt.select = turn->select;
    return iso_probe(out, turn->states, &opt, run);
}

static iso_err open_baselines(struct baseline **out, const iso_probe_opt *opt, iso_states *states,
                              const iso_run *run)
{
    const struct baseline_ask ask = {.opt = &opt->baseline,
                                     .states = states,
                                     .select = &opt->select,
                                     .together = true,
                                     .study = stand_in,
                                     .ask = opt};

    return iso_baseline_open(out, &ask, run);
}

iso_err iso_probe_plan(iso_facts *out, iso_states *states, const iso_probe_opt *opt,
                       const iso_run *run)
{
    struct probing p = {.run = run};
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&p, states, opt));
    ISO_TRY(open_baselines(&p.baseline, &p.opt, states, run));
    ISO_TRY(add_facts(out, &p));
    ISO_TRY(iso_baseline_plan(out, p.baseline));
done:
    forget(&p);
    return err;
}

iso_err iso_probe(iso_records *out, iso_states *states, const iso_probe_opt *opt,
                  const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    const iso_threads threads = iso_blas_enter(run);
    struct probing p = {.run = run};
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&p, states, opt));
    ISO_TRY(open_baselines(&p.baseline, &p.opt, states, run));
    ISO_TRY(walk(&p));
    for (int c = 0; c < PROBE_CELLS; c++) {
        for (int64_t i = 0; i < p.list[c].count; i++)
            ISO_TRY(iso_records_add(out, &p.list[c].at[i]));
    }
    ISO_TRY(iso_baseline_run(out, p.baseline));
done:
    if (err)
        iso_records_cut(out, before);
    forget(&p);
    iso_blas_leave(threads);
    return err;
}
