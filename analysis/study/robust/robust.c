/* Robustness of probes: what is asked, the walk over layers, the plan. */
#include "analysis/study/robust/robust.h"

#include <math.h>

#include "analysis/study/robust/robust_inside.h"
#include "analysis/study/robust/robust_smooth.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION(iso_robust_opt, INPUT, second, "INPUT...", "second sentences of pairs, whose first ones the INPUT before holds; pairs in two languages are tested too", .reads = ISO_READS_STATES),
    ISO_OPTION_AS(iso_robust_opt, "src", NAMES, select.src, "LANG[,LANG]", "languages that the probe is trained on (default: as the file says, else the first)"),
    ISO_OPTION_AS(iso_robust_opt, "tgt", NAMES, select.tgt, "LANG[,LANG]", "languages of the translations (default: all others)"),
    ISO_SELECT_LAYERS(iso_robust_opt),
    ISO_OPTION(iso_robust_opt, ENUM, interval, "KIND", "none leaves intervals out", .choices = "none"),
    ISO_OPTION(iso_robust_opt, INT, folds, "N", "parts of the items, each tested by a probe trained on the others (default: 5)", .least = 3, .init = "5"),
    ISO_OPTION_PREP(iso_robust_opt, .excludes = "model"),
    ISO_MODEL_FOLDER(iso_robust_opt),
    ISO_TEXTS_CORPUS(iso_robust_opt),
    ISO_OPTION(iso_robust_opt, REAL, sigma, "S", "smoothing with " ISO_FIELD(model) ": mean length of the noise on an embedding, in mean lengths of embeddings (default: 0.1)", .least = 0, .above = true, .needs = "model"),
    ISO_OPTION(iso_robust_opt, INT, smooth, "N", "smoothing: sentences of each language (default: 200)", .least = 1, .init = "200"),
    ISO_OPTION(iso_robust_opt, FLAG, head, NULL, "smoothing: by the checkpoint's own classification head, not by the probe", .needs = "model"),
    ISO_OPTION(iso_robust_opt, FLAG, each, NULL, "records of each item, too"),
    ISO_OPTION(iso_robust_opt, INT, draws_choose, "N", "smoothing: draws that choose the answer (default: 100)", .least = 1, .most = 1e9, .init = "100", .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_robust_opt, INT, draws, "N", "smoothing: draws that estimate its share (default: 1000)", .least = 1, .most = 1e9, .init = "1000", .tier = ISO_OPTION_RARE),
};
/* clang-format on */
const iso_options iso_robust_options = ISO_OPTIONS("robust", iso_robust_opt, options);

void iso_robust_opt_init(iso_robust_opt *opt, size_t size)
{
    iso_options_init(&iso_robust_options, opt, size);
}

/* --- What is asked: of probes what the study of probes is asked --- */

static iso_err ask_make(struct probe_ask *out, iso_robust_opt *full, const iso_robust_opt *opt,
                        const iso_run *run)
{
    iso_probe_opt probe;
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_robust_options, full, opt));
    ISO_NEED(!full->second || !full->model.folder,
             ISO_FIELD(second) " and " ISO_FIELD(model) " exclude each other");
    if (full->model.folder)
        ISO_TRY(iso_model_check(&full->model));
    iso_probe_opt_init(&probe, sizeof probe);
    probe.second = full->second;
    probe.select = full->select;
    probe.folds = full->folds;
    probe.prep = full->prep;
    probe.interval = full->interval;
    probe.measure = "accuracy:probe";
    ISO_TRY(iso_probe_ask_make(out, &probe, run));
done:
    return err;
}

iso_err iso_robust_check(const iso_robust_opt *opt)
{
    struct probe_ask ask = {0};
    iso_robust_opt full;
    const iso_err err = ask_make(&ask, &full, opt, NULL);

    if (!err)
        iso_probe_ask_free(&ask);
    return err;
}

/* --- A run under way --- */

struct job {
    const iso_run *run;
    iso_robust_opt opt;
    struct probe_ask ask;
    struct probe_set set;
    int64_t **row_of; /* [language][item] */
    struct robust_target *target;
    int targets;
    int64_t lost; /* items without a boundary, at the first layer */
};

static void forget(struct job *j)
{
    for (int l = 0; j->row_of && l < j->set.langs; l++)
        iso_free(j->row_of[l]);
    iso_free(j->row_of);
    for (int t = 0; j->target && t < j->targets; t++)
        iso_buf_free(&j->target[t].name);
    iso_free(j->target);
    iso_probe_set_free(&j->set);
    iso_probe_ask_free(&j->ask);
}

static iso_err list_rows(struct job *j)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&j->row_of, j->set.langs, sizeof *j->row_of));
    for (int l = 0; l < j->set.langs; l++) {
        const struct probe_lang *lang = &j->set.lang[l];
        if (lang->lang->offsets)
            ISO_FAIL(ISO_EDATA,
                     "%s: rows are tokens, translations of which nobody knows: " ISO_FIELD(
                         pool) " mean takes sentences",
                     lang->lang->path);
        ISO_TRY(iso_alloc(&j->row_of[l], j->set.items, sizeof *j->row_of[l]));
        for (int64_t i = 0; i < j->set.items; i++)
            j->row_of[l][i] = -1;
        for (int64_t r = 0; r < lang->lang->rows; r++)
            j->row_of[l][lang->item[r]] = r;
    }
done:
    return err;
}

/* Languages that are no source; of pairs of sentences those in two languages too, sources among
 * them. */
static iso_err list_targets(struct job *j)
{
    const struct probe_set *set = &j->set;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&j->target, (int64_t)set->langs * set->langs, sizeof *j->target));
    for (int a = 0; a < set->langs; a++) {
        for (int b = 0; b < set->langs; b++) {
            if (a == b ? a < set->sources : !set->second)
                continue;
            struct robust_target *t = &j->target[j->targets++];
            t->first = a;
            t->second = b;
            ISO_TRY(iso_buf_puts(&t->name, set->lang[a].lang->name));
            if (a != b)
                ISO_TRY(iso_buf_printf(&t->name, "+%s", set->lang[b].lang->name));
        }
    }
    if (j->targets == 0)
        ISO_FAIL(ISO_EDATA, "%s: no language but the source has labels: give translations",
                 iso_states_name(set->states));
done:
    return err;
}

/* Bytes of the answers of all draws for a sentence. */
static double answers(const iso_robust_opt *opt)
{
    return opt->model.folder ? iso_smoothing_memory(opt->draws_choose, opt->draws) : 0;
}

static iso_err check_memory(const struct job *j)
{
    const double have = (double)iso_run_mem(j->run);
    int64_t dim, most = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < j->set.sel.layer_count; i++) {
        ISO_TRY(iso_probe_dim(&dim, &j->set, j->set.sel.layer[i]));
        most = dim > most ? dim : most;
    }
    const double need = iso_probe_memory(&j->set, most, j->ask.folds);
    if (need > have)
        ISO_FAIL(ISO_EDATA,
                 "%s: probes need %.1f MB of memory, " ISO_FIELD(
                     mem) " gives %.1f MB: give more, take "
                          "fewer rows with " ISO_FIELD(limit) " or fewer languages "
                                                              "with " ISO_FIELD(tgt),
                 iso_states_name(j->set.states), need / 1e6, have / 1e6);
    if (need + answers(&j->opt) > have)
        ISO_FAIL(
            ISO_EDATA,
            "%s: answers of smoothing need %.1f MB of memory beside %.1f MB of probes, " ISO_FIELD(
                mem) " gives %.1f MB: give more, or fewer " ISO_FIELD(draws),
            iso_states_name(j->set.states), answers(&j->opt) / 1e6, need / 1e6, have / 1e6);
done:
    return err;
}

static iso_err prepare(struct job *j, iso_states *states, const iso_robust_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(ask_make(&j->ask, &j->opt, opt, j->run));
    ISO_TRY(iso_probe_set_make(&j->set, &j->ask, states, j->opt.second));
    ISO_TRY(list_rows(j));
    ISO_TRY(list_targets(j));
    ISO_TRY(check_memory(j));
done:
    return err;
}

/* --- The walk --- */

static iso_err one_pair(iso_records *out, struct job *j, const struct robust_layer *l, int source,
                        const struct robust_target *target)
{
    const struct robust_place at = {&j->set, &j->ask, l, source, target};
    struct robust_items items = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_robust_items_make(&items, l, &j->set, source, target));
    if (l->rows.layer == j->set.sel.layer[0])
        j->lost += items.lost;
    ISO_TRY(iso_robust_records(out, &items, &at));
    if (j->opt.each)
        ISO_TRY(iso_robust_each(out, &items, &at));
done:
    iso_robust_items_free(&items);
    return err;
}

/* --- Smoothing: sources, then the others --- */

static iso_err smooth(iso_records *out, struct job *j, const struct robust_layer *l)
{
    const struct probe_set *set = &j->set;
    struct robust_smoother s = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_robust_smoother_open(&s, &j->opt, set, l, j->run));
    s.total = (int64_t)set->langs * (j->opt.smooth < set->items ? j->opt.smooth : set->items) *
              (j->opt.draws_choose + j->opt.draws);
    for (int lang = 0; lang < set->langs; lang++) {
        struct robust_target t = {.first = lang, .second = lang};
        const struct robust_place at = {set, &j->ask, l, 0, &t};
        iso_record like;
        ISO_TRY(iso_buf_puts(&t.name, set->lang[lang].lang->name));
        like = iso_robust_name(&at, "radius", "smoothed");
        like.src = set->train.text;
        like.src_layer = like.tgt_layer = s.depth;
        like.train = s.head ? NULL : like.train;
        err = iso_robust_smooth_lang(out, &s, lang, &like, j->ask.bare);
        iso_buf_free(&t.name);
        ISO_TRY(err);
    }
done:
    iso_robust_smoother_close(&s);
    return err;
}

/* What the probe says of the source itself, which gaps are made of. */
static iso_err add_source(iso_records *out, struct job *j, const struct robust_layer *l, int source)
{
    struct robust_target self = {.first = source, .second = source};
    const struct robust_place at = {&j->set, &j->ask, l, source, &self};
    struct robust_items items = {0};
    iso_records all = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&self.name, j->set.lang[source].lang->name));
    ISO_TRY(iso_robust_items_make(&items, l, &j->set, source, &self));
    ISO_TRY(iso_robust_records(&all, &items, &at));
    for (int64_t i = 0; i < all.count; i++) {
        if (iso_str_same(all.at[i].measure, "accuracy") &&
            iso_str_same(all.at[i].estimator, "probe"))
            ISO_TRY(iso_records_add(out, &all.at[i]));
    }
done:
    iso_records_free(&all);
    iso_robust_items_free(&items);
    iso_buf_free(&self.name);
    return err;
}

static iso_err one_layer(iso_records *out, struct job *j, int layer)
{
    struct robust_layer l = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_robust_layer_make(&l, &j->set, &j->ask, layer, j->row_of));
    for (int s = 0; s < j->set.sources; s++) {
        for (int t = 0; t < j->targets; t++)
            ISO_TRY(one_pair(out, j, &l, s, &j->target[t]));
        ISO_TRY(add_source(out, j, &l, s));
    }
    if (j->opt.model.folder && layer == j->set.sel.layer[j->set.sel.layer_count - 1])
        ISO_TRY(smooth(out, j, &l));
done:
    iso_robust_layer_free(&l, &j->set);
    return err;
}

iso_err iso_robust_plan(iso_facts *out, iso_states *states, const iso_robust_opt *opt,
                        const iso_run *run)
{
    struct job j = {.run = run};
    int64_t dim;
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&j, states, opt));
    ISO_TRY(iso_probe_dim(&dim, &j.set, j.set.sel.layer[0]));
    const int64_t folds = j.ask.folds;
    ISO_TRY(iso_facts_count(out, "items", j.set.items));
    ISO_TRY(iso_facts_count(out, "pairs", (int64_t)j.set.sources * j.targets));
    ISO_TRY(iso_facts_count(out, "layers", j.set.sel.layer_count));
    ISO_TRY(iso_facts_count(
        out, "fits", (folds * (folds - 1) / 2 + folds) * PROBE_STRENGTHS * j.set.sel.layer_count));
    ISO_TRY(iso_facts_count(
        out, "memory", (int64_t)(iso_probe_memory(&j.set, dim, j.ask.folds) + answers(&j.opt))));
    if (j.opt.model.folder)
        ISO_TRY(iso_facts_count(out, "draws",
                                (int64_t)j.set.langs *
                                    (j.opt.smooth < j.set.items ? j.opt.smooth : j.set.items) *
                                    (j.opt.draws_choose + j.opt.draws)));
done:
    forget(&j);
    return err;
}

iso_err iso_robust(iso_records *out, iso_states *states, const iso_robust_opt *opt,
                   const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    const iso_threads threads = iso_blas_enter(run);
    struct job j = {.run = run};
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&j, states, opt));
    for (int i = 0; i < j.set.sel.layer_count; i++) {
        ISO_TRY(iso_run_step(run, "probing", i, j.set.sel.layer_count, "layers"));
        ISO_TRY(one_layer(out, &j, j.set.sel.layer[i]));
    }
    if (j.lost > 0)
        iso_run_note(run, "%lld items have no boundary in their fold and are left out",
                     (long long)j.lost);
    ISO_TRY(iso_robust_correlate(out, before, states, &j.opt, &j.set, run));
done:
    if (err)
        iso_records_cut(out, before);
    forget(&j);
    iso_blas_leave(threads);
    return err;
}
