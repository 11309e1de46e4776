/* Retrieval over all pairs and layers: the options, the walk, the records, the notes. */
#include "analysis/study/retrieve/retrieve.h"

#include <math.h>
#include <string.h>

#include "analysis/study/baseline/baseline_run.h"
#include "analysis/study/retrieve/retrieve_inside.h"
#include "analysis/study/retrieve/retrieve_permute.h"
#include "analysis/study/items/records.h"
#include "analysis/study/preset.h"
#include "lib/base/alloc.h"
#include "lib/io/kind.h"
#include "lib/linalg/blas.h"

/* One retrieval under way. Values come layer by layer, pair by pair, cell by cell. */
struct retrieval {
    iso_retrieve_opt opt;
    const iso_run *run;
    struct retrieve_ask ask;
    struct retrieve_rows rows;
    iso_mined *truth;
    int64_t truth_count;
    iso_value *values;
    struct retrieve_permute permute;
    struct retrieve_found found;
    struct retrieve_over over;
    iso_near_stats stats;
    struct baseline *baseline; /* NULL: none */
};

/* clang-format off */
static const iso_option options[] = {
    ISO_SELECT_SRC(iso_retrieve_opt),
    ISO_SELECT_TGT(iso_retrieve_opt),
    ISO_SELECT_PAIRS(iso_retrieve_opt),
    ISO_SELECT_LAYERS(iso_retrieve_opt),
    ISO_SELECT_COMMON(iso_retrieve_opt),
    ISO_OPTION(iso_retrieve_opt, MEASURES, measure, "LIST", "measures: p@1,p@5:csls,mrr,error:ratio,mexa,f1 (default: p@1; a name alone: cosine and csls)"),
    ISO_OPTION(iso_retrieve_opt, ENUM, interval, "KIND", "how intervals are made (default: boot-items)", .choices = "none boot-items bca", .numbers = (const int[]){ISO_INTERVAL_NONE, ISO_INTERVAL_BOOT_ITEMS, ISO_INTERVAL_BCA}),
    ISO_OPTION_PERMUTATIONS(iso_retrieve_opt, .excludes = NULL),
    ISO_OPTION(iso_retrieve_opt, TEXT, preset, "NAME", "options of a published protocol; it prints them"),
    ISO_OPTION_PREP(iso_retrieve_opt),
    ISO_OPTION(iso_retrieve_opt, INT, first, "N", "only the first N items that the languages share (default: all)", .least = 1, .excludes = "gold"),
    ISO_OPTION(iso_retrieve_opt, TEXT, k, "LIST", "ranks of p@k, which older scripts have: p@1,p@5 names them", .tier = ISO_OPTION_HIDDEN),
    ISO_OPTION(iso_retrieve_opt, INT, neighbours, "N", "neighbours that CSLS and margins average (default: 10, margins 4)", .least = 1, .most = 1000000),
    ISO_OPTION(iso_retrieve_opt, ENUM, candidates, "KIND", "rows among which CSLS and margins choose: all, or knn, the " ISO_FIELD(neighbours) " nearest by cosine (default: all)", .choices = "all knn", .init = "all"),
    ISO_OPTION(iso_retrieve_opt, REAL, beta, "X", "inverse temperature of invsoftmax (default: 30, as MUSE)", .above = true, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_retrieve_opt, ENUM, direction, "WHICH", "who searches (default: both)", .choices = "forward backward both", .init = "both"),
    ISO_OPTION(iso_retrieve_opt, ENUM, margin, "KIND", "score that mining goes by; distance, the name in LASER's code, is difference (default: ratio)", .choices = "ratio difference absolute distance", .numbers = (const int[]){ISO_RULE_RATIO, ISO_RULE_DIFFERENCE, ISO_RULE_ABSOLUTE, ISO_RULE_DIFFERENCE}, .init = "ratio"),
    ISO_OPTION(iso_retrieve_opt, REAL, threshold, "X", "score that mined pairs must reach (default: the one with the best F1)", .least = -INFINITY),
    ISO_OPTION(iso_retrieve_opt, PATH, gold, "FILE", "true pairs: lines of two numbers, row of the source and of the target, from 0", .reads = ISO_READS_FILE),
    ISO_OPTION(iso_retrieve_opt, PATH, predictions, "FILE", "write what was found: best row and score a line; of mining the pairs", .writes = ISO_WRITES_KIND, .file = ISO_KIND_PREDICTIONS),
    ISO_BASELINE_OPTIONS(iso_retrieve_opt),
};
/* clang-format on */
const iso_options iso_retrieve_options = ISO_OPTIONS("retrieve", iso_retrieve_opt, options);

void iso_retrieve_opt_init(iso_retrieve_opt *opt, size_t size)
{
    iso_options_init(&iso_retrieve_options, opt, size);
}

/* Everything that the options say by themselves. */
static iso_err understand(iso_retrieve_opt *out, struct retrieve_ask *ask,
                          const iso_retrieve_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_retrieve_options, out, opt));
    ISO_TRY(iso_preset_fill(&iso_retrieve_options, out, out->preset));
    ISO_TRY(iso_retrieve_ask_make(ask, out));
    ISO_TRY(iso_selection_check(&out->select));
    ISO_TRY(iso_permutations_check(out->permutations));
    ISO_TRY(iso_baseline_check(&out->baseline));
done:
    return err;
}

iso_err iso_retrieve_check(const iso_retrieve_opt *opt)
{
    struct retrieve_ask ask = {0};
    iso_retrieve_opt o;
    const iso_err err = understand(&o, &ask, opt);

    iso_retrieve_ask_free(&ask);
    return err;
}

/* --- Names --- */

static const iso_lang *lang_of(const struct retrieval *r, int lang)
{
    return iso_states_lang(r->rows.states, lang);
}

static void name_rows(iso_record *out, const struct retrieval *r, int pair, int layer)
{
    const iso_states_info *about = iso_states_about(r->rows.states);
    const int *langs = r->rows.sel.pair[pair];

    out->src = lang_of(r, langs[0])->name;
    out->tgt = lang_of(r, langs[1])->name;
    out->src_layer = out->tgt_layer = layer;
    out->pool = iso_record_pool(about, layer);
    out->model = about->model;
    out->prep = r->ask.prep_text.len > 0 ? r->ask.prep_text.text : NULL;
    out->subset = iso_language_spans_names(&r->rows.spans, r->rows.states, layer);
}

static iso_err dims(iso_record *out, const struct retrieval *r, int pair, int layer)
{
    const int *langs = r->rows.sel.pair[pair];
    int64_t rows;
    iso_dtype type;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_shape(&rows, &out->src_dim, &type, r->rows.states, langs[0], layer));
    ISO_TRY(iso_states_shape(&rows, &out->tgt_dim, &type, r->rows.states, langs[1], layer));
done:
    return err;
}

static void take_value(iso_record *out, const struct retrieval *r, const struct retrieve_cell *cell,
                       const iso_value *v)
{
    const bool mining = cell->kind == RETRIEVE_MINING;

    out->measure = cell->measure;
    out->estimator = mining ? "mining" : iso_rule_name(cell->rule);
    out->direction = cell->way < 0 ? NULL : iso_mine_way_name((iso_mine_way)cell->way);
    out->k = cell->k ? cell->k : ISO_NO_INT;
    out->neighbours = iso_retrieve_neighbours(&r->ask, cell->rule);
    out->candidates = iso_retrieve_knn(&r->ask, cell->rule) ? "knn" : NULL;
    iso_record_value(out, v);
}

/* The mean over layers and the largest, of every pair; records without layers. */
static iso_err add_over(iso_records *out, const struct retrieval *r)
{
    const struct selection *sel = &r->rows.sel;
    iso_value *v = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&v, 2 * (int64_t)sel->pair_count, sizeof *v));
    for (int p = 0; p < sel->pair_count; p++)
        ISO_TRY(iso_retrieve_over_values(&v[2 * p], &v[2 * p + 1], &r->over, p, &r->ask, r->run));
    ISO_TRY(iso_retrieve_over_judge(v, &r->over, &r->permute, sel->pair_count, sel->layer_count));
    for (int i = 0; i < 2 * sel->pair_count; i++) {
        iso_record rec = iso_record_none();
        name_rows(&rec, r, i / 2, sel->layer[0]);
        ISO_TRY(dims(&rec, r, i / 2, sel->layer[0]));
        take_value(&rec, r, &r->ask.cell[r->over.cell], &v[i]);
        rec.estimator = i % 2 ? "cosine-layers-max" : "cosine-layers-mean";
        rec.src_layer = rec.tgt_layer = ISO_NO_INT;
        ISO_TRY(iso_records_add(out, &rec));
    }
done:
    iso_free(v);
    return err;
}

static iso_err add_records(iso_records *out, const struct retrieval *r)
{
    const struct selection *sel = &r->rows.sel;
    iso_err err = ISO_OK;

    for (int c = 0; c < r->ask.cells; c++) {
        for (int l = 0; l < sel->layer_count; l++) {
            for (int p = 0; p < sel->pair_count; p++) {
                const int64_t at = (int64_t)l * sel->pair_count + p;
                iso_record rec = iso_record_none();
                name_rows(&rec, r, p, sel->layer[l]);
                ISO_TRY(dims(&rec, r, p, sel->layer[l]));
                take_value(&rec, r, &r->ask.cell[c], &r->values[at * r->ask.cells + c]);
                ISO_TRY(iso_records_add(out, &rec));
            }
        }
        if (c == r->over.cell)
            ISO_TRY(add_over(out, r));
    }
done:
    return err;
}

/* --- The walk --- */

static iso_err one_pair(struct retrieval *r, int l, int p)
{
    const struct selection *sel = &r->rows.sel;
    const int src = sel->pair[p][0], tgt = sel->pair[p][1];
    const int64_t cell = ((int64_t)l * sel->pair_count + p) * r->ask.cells;
    const bool permute = r->opt.permutations > 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_retrieve_rows_load(&r->rows, &r->ask, p, sel->layer[l], r->run));
    ISO_TRY(iso_retrieve_permute_pair(&r->permute, &r->rows, p, r->run));
    const struct retrieve_pair pair = {
        .x = iso_mat_view(&r->rows.side[0].rows),
        .y = iso_mat_view(&r->rows.side[1].rows),
        .tx = iso_retrieve_duplicates(&r->rows, p, 0),
        .ty = iso_retrieve_duplicates(&r->rows, p, 1),
        .truth = r->truth,
        .truth_count = r->truth_count,
        .permute = permute ? &r->permute : NULL,
        .permuted = permute ? r->permute.values + cell * (r->opt.permutations + 1) : NULL,
    };
    iso_value *values = r->values + cell;
    double *outcome;
    ISO_TRY(iso_retrieve_over_room(&outcome, &r->over, pair.x.rows));
    err = iso_retrieve_pair_values(values, outcome, r->opt.predictions ? &r->found : NULL,
                                   &r->stats, &pair, &r->ask, r->run);
    if (!err)
        err = iso_retrieve_over_add(&r->over, p, pair.x.rows, values);
    if (err)
        err = iso_fail_in(err, "layer %d of %s and %s", sel->layer[l], lang_of(r, src)->name,
                          lang_of(r, tgt)->name);
done:
    return err;
}

static iso_err walk(struct retrieval *r)
{
    const struct selection *sel = &r->rows.sel;
    const int64_t all = (int64_t)sel->layer_count * sel->pair_count;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&r->values, all * r->ask.cells, sizeof *r->values));
    ISO_TRY(iso_retrieve_over_make(&r->over, &r->ask, sel->pair_count, sel->layer_count));
    ISO_TRY(iso_retrieve_permute_open(&r->permute, r->opt.permutations, r->truth_count,
                                      all * r->ask.cells, r->run));
    for (int l = 0; l < sel->layer_count; l++) {
        for (int p = 0; p < sel->pair_count; p++) {
            ISO_TRY(
                iso_run_step(r->run, "retrieving", (int64_t)l * sel->pair_count + p, all, "pairs"));
            ISO_TRY(one_pair(r, l, p));
        }
    }
    ISO_TRY(iso_retrieve_permute_judge(r->values, &r->permute, &r->ask, all, r->run));
done:
    return err;
}

/* Files that hold one pair only. */
static iso_err read_truth(struct retrieval *r)
{
    const struct selection *sel = &r->rows.sel;
    iso_err err = ISO_OK;

    ISO_NEED(
        !r->opt.gold || sel->pair_count == 1,
        ISO_FIELD(gold) " is of one pair of languages, here are %d: choose with " ISO_FIELD(tgt),
        sel->pair_count);
    ISO_NEED(
        !r->opt.predictions || (sel->pair_count == 1 && sel->layer_count == 1),
        ISO_FIELD(
            predictions) " takes one pair of languages and one layer, here are %d and %d: choose "
                         "with " ISO_FIELD(tgt) ", " ISO_FIELD(layers),
        sel->pair_count, sel->layer_count);
    if (r->opt.gold)
        ISO_TRY(iso_retrieve_truth_read(&r->truth, &r->truth_count, r->opt.gold,
                                        iso_retrieve_items(&r->rows, 0, 0),
                                        iso_retrieve_items(&r->rows, 0, 1), r->run));
done:
    return err;
}

/* --- Notes and plan --- */

/* Equal texts of a language, in the first of its pairs. */
static void note_duplicates(const struct retrieval *r, int lang)
{
    const struct selection *sel = &r->rows.sel;

    for (int p = 0; p < sel->pair_count; p++) {
        for (int side = 0; side < 2; side++) {
            const struct duplicates *t = iso_retrieve_duplicates(&r->rows, p, side);
            if (sel->pair[p][side] != lang)
                continue;
            if (t->shared > 0)
                iso_run_note(r->run,
                             "%s: %lld of %lld rows have a text that another row has too; %s",
                             lang_of(r, lang)->name, (long long)t->shared, (long long)t->items,
                             r->ask.mining ? "for mining they are one" : "either is a hit");
            return;
        }
    }
}

static void note_rows(const struct retrieval *r)
{
    iso_item_sets_note(&r->rows.sets, lang_of(r, r->rows.sel.lang[0])->name, r->run);
    if (r->opt.first > r->rows.sets.most)
        iso_run_note(r->run, ISO_FIELD(first) " %lld: there are only %lld items",
                     (long long)r->opt.first, (long long)r->rows.sets.most);
    for (int l = 0; l < r->rows.sel.lang_count; l++)
        note_duplicates(r, r->rows.sel.lang[l]);
}

/* Products of one pair: lists in both directions are one, all places one a direction. */
static int searches(const struct retrieve_ask *ask)
{
    int count = ask->mining ? 1 : 0;

    for (int rule = 0; rule < RETRIEVE_RULES; rule++) {
        const struct retrieve_search *s = &ask->search[rule];
        if (s->asked)
            count += s->ranks ? ask->way[0] + ask->way[1] + (s->lists ? 1 : 0) : 1;
    }
    return count;
}

/* Lists made for all pairs and rules, of which some had to be made twice. */
static void note_lists(const struct retrieval *r)
{
    const struct selection *sel = &r->rows.sel;
    double lists = 0;

    for (int p = 0; p < sel->pair_count; p++)
        lists +=
            (double)iso_retrieve_items(&r->rows, p, 0) + (double)iso_retrieve_items(&r->rows, p, 1);
    lists *= sel->layer_count * searches(&r->ask);
    if (r->stats.again > 0)
        iso_run_note(r->run, "%lld of %.0f lists (%.2g %%) were not certain and were made again",
                     (long long)r->stats.again, lists, 100 * (double)r->stats.again / lists);
    if (r->stats.overflowed > 0)
        iso_run_note(r->run,
                     "%lld of %.0f lists had more candidates than room and were made in double",
                     (long long)r->stats.overflowed, lists);
}

static iso_err add_facts(iso_facts *out, const struct retrieval *r)
{
    const struct selection *sel = &r->rows.sel;
    double operations = 0, memory = 0;
    iso_err err = ISO_OK;

    for (int l = 0; l < sel->layer_count; l++) {
        for (int p = 0; p < sel->pair_count; p++) {
            const int64_t n = iso_retrieve_items(&r->rows, p, 0);
            const int64_t m = iso_retrieve_items(&r->rows, p, 1);
            iso_record rec = iso_record_none();
            ISO_TRY(dims(&rec, r, p, sel->layer[l]));
            const double need = iso_retrieve_memory(n, m, rec.src_dim);
            operations += 2 * (double)n * (double)m * (double)rec.src_dim;
            memory = need > memory ? need : memory;
        }
    }
    ISO_TRY(iso_facts_count(out, "items", iso_retrieve_items(&r->rows, 0, 0)));
    ISO_TRY(iso_facts_count(out, "pairs", (int64_t)sel->layer_count * sel->pair_count));
    ISO_TRY(iso_facts_count(out, "searches", searches(&r->ask)));
    ISO_TRY(iso_facts_real(out, "operations", operations * searches(&r->ask)));
    ISO_TRY(iso_facts_count(out, "memory", (int64_t)memory));
done:
    return err;
}

static iso_err prepare(struct retrieval *r, iso_states *states, const iso_retrieve_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(understand(&r->opt, &r->ask, opt));
    ISO_TRY(iso_preset_note("retrieve", r->opt.preset, states, r->run));
    ISO_TRY(
        iso_retrieve_rows_open(&r->rows, &r->opt.select, &r->ask, states, !r->opt.gold, r->run));
    ISO_TRY(read_truth(r));
    note_rows(r);
done:
    return err;
}

static void forget(struct retrieval *r)
{
    iso_baseline_close(r->baseline);
    iso_retrieve_found_free(&r->found);
    iso_free(r->truth);
    iso_free(r->values);
    iso_retrieve_over_free(&r->over, r->rows.sel.pair_count);
    iso_retrieve_permute_free(&r->permute);
    iso_retrieve_rows_free(&r->rows);
    iso_retrieve_ask_free(&r->ask);
}

/* --- Baselines --- */

static iso_err stand_in(iso_records *out, const struct baseline_turn *turn, const void *ask,
                        const iso_run *run)
{
    iso_retrieve_opt opt = *(const iso_retrieve_opt *)ask;

    opt.baseline = (iso_baseline_opt){0};
    opt.select = turn->select;
    opt.predictions = NULL;
    return iso_retrieve(out, turn->states, &opt, run);
}

static iso_err open_baselines(struct baseline **out, const iso_retrieve_opt *opt,
                              iso_states *states, const iso_run *run)
{
    const struct baseline_ask ask = {.opt = &opt->baseline,
                                     .states = states,
                                     .select = &opt->select,
                                     .study = stand_in,
                                     .ask = opt};

    return iso_baseline_open(out, &ask, run);
}

iso_err iso_retrieve_plan(iso_facts *out, iso_states *states, const iso_retrieve_opt *opt,
                          const iso_run *run)
{
    struct retrieval r = {.run = run};
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&r, states, opt));
    ISO_TRY(open_baselines(&r.baseline, &r.opt, states, run));
    ISO_TRY(add_facts(out, &r));
    ISO_TRY(iso_baseline_plan(out, r.baseline));
done:
    forget(&r);
    return err;
}

iso_err iso_retrieve(iso_records *out, iso_states *states, const iso_retrieve_opt *opt,
                     const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    const iso_threads threads = iso_blas_enter(run);
    struct retrieval r = {.run = run};
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&r, states, opt));
    ISO_TRY(open_baselines(&r.baseline, &r.opt, states, run));
    ISO_TRY(walk(&r));
    ISO_TRY(add_records(out, &r));
    if (r.opt.predictions)
        ISO_TRY(iso_retrieve_found_write(r.opt.predictions, &r.found));
    note_lists(&r);
    ISO_TRY(iso_baseline_run(out, r.baseline));
done:
    if (err)
        iso_records_cut(out, before);
    forget(&r);
    iso_blas_leave(threads);
    return err;
}
