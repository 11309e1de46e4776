/* Mingling over all layers: the walk, the records, the plan, the baselines. */
#include "analysis/study/mingle/mingle.h"

#include <math.h>

#include "analysis/study/baseline/baseline_run.h"
#include "analysis/study/items/records.h"
#include "analysis/study/mingle/mingle_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

/* One run under way. Values come layer by layer, cell by cell, group by group. */
struct mingling {
    const iso_run *run;
    struct mingle_ask ask;
    struct mingle_set set;
    iso_value *value;
    double *shuffled;          /* of each value permutations + 1 */
    struct baseline *baseline; /* NULL: none */
};

iso_err iso_mingle_check(const iso_mingle_opt *opt)
{
    struct mingle_ask ask = {0};
    const iso_err err = iso_mingle_ask_make(&ask, opt, NULL);

    if (!err)
        iso_mingle_ask_free(&ask);
    return err;
}

/* --- What it takes --- */

static iso_err add_facts(iso_facts *out, const struct mingling *m)
{
    const double n = (double)m->set.rows, layers = m->set.sel.layer_count;
    int64_t dim;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mingle_widest(&dim, &m->set));
    ISO_TRY(iso_facts_count(out, "rows", m->set.rows));
    ISO_TRY(iso_facts_count(out, "languages", m->set.langs));
    ISO_TRY(iso_facts_count(out, "layers", m->set.sel.layer_count));
    ISO_TRY(iso_facts_count(out, "neighbours", m->ask.opt.neighbours));
    ISO_TRY(iso_facts_real(out, "operations", 2 * n * n * (double)dim * layers));
    ISO_TRY(iso_facts_count(out, "memory", (int64_t)iso_mingle_memory(&m->set, &m->ask, dim)));
done:
    return err;
}

/* --- The walk --- */

static int64_t values_of_layer(const struct mingling *m)
{
    return (int64_t)MINGLE_CELLS * (m->set.langs + 1);
}

static bool asks_pool(const struct mingle_ask *ask)
{
    return iso_mingle_asks_near(ask) || ask->asked[MINGLE_COSINE] || ask->asked[MINGLE_EUCLIDEAN];
}

/* What was neither asked for nor will be shown is not judged with the rest. */
static void leave_out(struct mingling *m, int64_t count)
{
    const int groups = m->set.langs + 1;

    for (int64_t i = 0; i < count; i++) {
        const int cell = (int)(i / groups % MINGLE_CELLS), group = (int)(i % groups);
        if (!m->ask.asked[cell] || (group > 0 && !m->ask.opt.each))
            m->value[i].value = NAN;
    }
}

static iso_err judge(struct mingling *m, int64_t count)
{
    const int groups = m->set.langs + 1;
    iso_against *against = NULL;
    iso_err err = ISO_OK;

    leave_out(m, count);
    ISO_TRY(iso_alloc(&against, count, sizeof *against));
    for (int64_t i = 0; i < count; i++)
        against[i] = iso_mingle_names[i / groups % MINGLE_CELLS].against;
    ISO_TRY(iso_permutations_judge(m->value, m->shuffled, against, count, m->ask.opt.permutations));
done:
    iso_free(against);
    return err;
}

static iso_err walk(struct mingling *m)
{
    const struct selection *sel = &m->set.sel;
    const int64_t values = values_of_layer(m), lists = m->ask.opt.permutations + 1;
    iso_err err = ISO_OK;

    if (!asks_pool(&m->ask))
        return ISO_OK;
    ISO_TRY(iso_alloc(&m->value, sel->layer_count * values, sizeof *m->value));
    ISO_TRY(iso_alloc(&m->shuffled, sel->layer_count * values * lists, sizeof *m->shuffled));
    for (int64_t i = 0; i < sel->layer_count * values; i++) {
        m->value[i] = iso_value_none();
        m->shuffled[i * lists] = NAN;
    }
    for (int i = 0; i < sel->layer_count; i++) {
        ISO_TRY(iso_run_step(m->run, "mingling", i, sel->layer_count, "layers"));
        ISO_TRY(iso_mingle_set_read(&m->set, &m->ask, sel->layer[i], m->run));
        err = iso_mingle_layer(m->value + i * values, m->shuffled + i * values * lists, &m->set,
                               &m->ask, m->run);
        if (err) {
            err = iso_fail_in(err, "%s: layer %d", iso_states_name(m->set.states), sel->layer[i]);
            goto done;
        }
    }
    ISO_TRY(judge(m, sel->layer_count * values));
done:
    return err;
}

/* --- Records --- */

static iso_err add_value(iso_records *out, const struct mingling *m, int cell, int l, int group)
{
    const struct mingle_set *set = &m->set;
    const iso_states_info *about = iso_states_about(set->states);
    const struct mingle_name *name = &iso_mingle_names[cell];
    const int groups = set->langs + 1;
    iso_record r = iso_record_none();
    int64_t dim;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mingle_dim(&dim, set, set->sel.layer[l]));
    r.measure = name->measure;
    r.estimator = name->estimator;
    r.tgt = group ? iso_states_lang(set->states, set->sel.lang[group - 1])->name : NULL;
    r.src_layer = r.tgt_layer = set->sel.layer[l];
    r.src_dim = r.tgt_dim = dim;
    r.pool = iso_record_pool(about, r.src_layer);
    r.model = about->model;
    r.prep = m->ask.prep_text.len > 0 ? m->ask.prep_text.text : NULL;
    r.subset = set->names.text;
    if (cell <= MINGLE_HARMONIC)
        r.neighbours = m->ask.opt.neighbours;
    iso_record_value(&r, &m->value[l * values_of_layer(m) + (int64_t)cell * groups + group]);
    ISO_TRY(iso_records_add(out, &r));
done:
    return err;
}

static iso_err add_records(iso_records *out, const struct mingling *m)
{
    const int shown = m->ask.opt.each ? m->set.langs + 1 : 1;
    iso_err err = ISO_OK;

    for (int c = 0; c < MINGLE_CELLS; c++) {
        for (int l = 0; m->ask.asked[c] && l < m->set.sel.layer_count; l++) {
            for (int g = 0; g < shown; g++)
                ISO_TRY(add_value(out, m, c, l, g));
        }
    }
done:
    return err;
}

/* --- Baselines --- */

static iso_err stand_in(iso_records *out, const struct baseline_turn *turn, const void *ask,
                        const iso_run *run)
{
    iso_mingle_opt opt = *(const iso_mingle_opt *)ask;

    opt.baseline = (iso_baseline_opt){0};
    opt.after = NULL;
    opt.select.layers = turn->select.layers;
    return iso_mingle(out, turn->states, &opt, run);
}

static iso_err open_baselines(struct mingling *m, iso_states *states)
{
    const struct baseline_ask ask = {.opt = &m->ask.opt.baseline,
                                     .states = states,
                                     .select = &m->ask.opt.select,
                                     .together = true,
                                     .study = stand_in,
                                     .ask = &m->ask.opt};

    return iso_baseline_open(&m->baseline, &ask, m->run);
}

/* --- The calls --- */

static iso_err prepare(struct mingling *m, iso_states *states, const iso_mingle_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_mingle_ask_make(&m->ask, opt, m->run));
    ISO_TRY(iso_mingle_set_make(&m->set, &m->ask, states, m->run));
    ISO_TRY(open_baselines(m, states));
done:
    return err;
}

static void forget(struct mingling *m)
{
    iso_free(m->value);
    iso_free(m->shuffled);
    iso_baseline_close(m->baseline);
    iso_mingle_set_free(&m->set);
    iso_mingle_ask_free(&m->ask);
}

iso_err iso_mingle_plan(iso_facts *out, iso_states *states, const iso_mingle_opt *opt,
                        const iso_run *run)
{
    struct mingling m = {.run = run};
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&m, states, opt));
    ISO_TRY(add_facts(out, &m));
    ISO_TRY(iso_baseline_plan(out, m.baseline));
done:
    forget(&m);
    return err;
}

/* One collection. */
static iso_err measure(iso_records *out, iso_states *states, const iso_mingle_opt *opt,
                       const iso_run *run)
{
    struct mingling m = {.run = run};
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&m, states, opt));
    ISO_TRY(walk(&m));
    ISO_TRY(add_records(out, &m));
    ISO_TRY(iso_mingle_beside(out, &m.set, &m.ask, run));
    ISO_TRY(iso_baseline_run(out, m.baseline));
done:
    forget(&m);
    return err;
}

static void stage(iso_records *out, int64_t first, const char *name)
{
    for (int64_t i = first; i < out->count; i++)
        out->at[i].stage = out->at[i].baseline ? NULL : name;
}

iso_err iso_mingle(iso_records *out, iso_states *states, const iso_mingle_opt *opt,
                   const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    const iso_threads threads = iso_blas_enter(run);
    iso_mingle_opt own;
    int64_t after;
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_mingle_options, &own, opt));
    ISO_TRY(measure(out, states, &own, run));
    if (!own.after)
        goto done;
    stage(out, before, "before");
    after = out->count;
    own.baseline = (iso_baseline_opt){0};
    ISO_TRY(measure(out, own.after, &own, run));
    stage(out, after, "after");
done:
    if (err)
        iso_records_cut(out, before);
    iso_blas_leave(threads);
    return err;
}
