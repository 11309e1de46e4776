#include "analysis/study/compare/compare.h"

#include <math.h>
#include <string.h>

#include "analysis/measure/difference.h"
#include "analysis/measure/spec.h"
#include "analysis/pass/pass.h"
#include "analysis/pass/permute.h"
#include "analysis/study/compare/compare_condition.h"
#include "analysis/study/compare/compare_pieces.h"
#include "analysis/study/compare/compare_rows.h"
#include "analysis/study/baseline/baseline_run.h"
#include "analysis/study/items/pairing.h"
#include "analysis/study/items/item_permutations.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

enum { MEASURES = 64 };

/* One comparison under way. */
struct comparison {
    const iso_compare_opt *opt;
    struct pairing pairing;
    struct compare_rows rows;
    struct condition condition;
    struct compare_pieces pieces;
    const iso_measure *measure[MEASURES];
    iso_plan plan;
    iso_value *values;
    double *replicates;        /* with --difference */
    struct baseline *baseline; /* NULL: none */
};

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION(iso_compare_opt, INPUT, against, "INPUT...", "compare each language with the same language there", .reads = ISO_READS_STATES),
    ISO_OPTION(iso_compare_opt, FLAG, difference, NULL, "with " ISO_FIELD(against) ": the pairs here minus the same pairs there", .needs = "against"),
    ISO_SELECT_SRC(iso_compare_opt),
    ISO_SELECT_TGT(iso_compare_opt),
    ISO_SELECT_PAIRS(iso_compare_opt),
    ISO_SELECT_LAYERS(iso_compare_opt),
    ISO_SELECT_COMMON(iso_compare_opt),
    ISO_OPTION_AS(iso_compare_opt, "across", FLAG, select.across, NULL, "pair every layer with every layer"),
    ISO_OPTION_AS(iso_compare_opt, "shuffle", FLAG, select.shuffle, NULL, "permute the target's rows: the control that should find nothing"),
    ISO_OPTION(iso_compare_opt, MEASURES, measure, "LIST", "measures: cka,cka:biased,cosine (a name alone: its recommended estimators)", .init = "cka"),
    ISO_OPTION_PREP(iso_compare_opt),
    ISO_OPTION(iso_compare_opt, PATH, condition, "WHAT", "cka with this held constant: length (of texts, in tokens), pieces, or a FILE of ids and numbers; LANG=FILE,LANG=FILE", .reads = ISO_READS_NAMED),
    ISO_OPTION(iso_compare_opt, ENUM, interval, "KIND", "how intervals are made", .choices = "none jackknife groups"),
    ISO_OPTION_PERMUTATIONS(iso_compare_opt, .excludes = "difference"),
    ISO_OPTION(iso_compare_opt, ENUM, algorithm, "KIND", "how sums are made (default: by the number of items)", .choices = "gram sums", .numbers = (const int[]){ISO_METHOD_GRAM, ISO_METHOD_SUMS}, .tier = ISO_OPTION_RARE),
    ISO_BASELINE_OPTIONS(iso_compare_opt),
};
/* clang-format on */
const iso_options iso_compare_options = ISO_OPTIONS("compare", iso_compare_opt, options);

void iso_compare_opt_init(iso_compare_opt *opt, size_t size)
{
    iso_options_init(&iso_compare_options, opt, size);
}

/* Items can be left out one by one with Gram terms alone. */
iso_err iso_compare_method(iso_method *out, iso_method algorithm, iso_interval interval)
{
    const bool jackknife = interval == ISO_INTERVAL_JACKKNIFE;
    const bool groups = interval == ISO_INTERVAL_GROUPS;

    if ((jackknife && algorithm == ISO_METHOD_SUMS) || (groups && algorithm == ISO_METHOD_GRAM))
        return iso_fail(ISO_EARG, ISO_FIELD(interval) " %s is not made by the %s algorithm",
                        jackknife ? "jackknife" : "groups", iso_method_name(algorithm));
    *out = jackknife ? ISO_METHOD_GRAM : groups ? ISO_METHOD_SUMS : algorithm;
    return ISO_OK;
}

/* The names of pair i, which bin alone knows; the value comes from the analysis. */
static iso_record record_of(const struct comparison *c, int64_t i, int m, const iso_value *v)
{
    const struct pairing *p = &c->pairing;
    const iso_gram_pair pair = p->pair[i];
    const struct origin *x = &p->origin[pair.x], *y = &p->origin[pair.y];
    const iso_states_info *here = iso_states_about(p->states[x->collection]);
    iso_record r = iso_record_none();

    r.measure = c->measure[m]->measure;
    r.estimator = c->measure[m]->estimator;
    r.src = iso_pairing_lang(p, pair.x);
    r.tgt = iso_pairing_lang(p, pair.y);
    r.src_layer = x->layer;
    r.tgt_layer = y->layer;
    iso_record_value(&r, v);
    r.src_dim = p->rows[pair.x]->cols;
    r.tgt_dim = p->rows[pair.y]->cols;
    r.pool = iso_record_pool(here, x->layer);
    r.prep = iso_compare_rows_text(&c->rows);
    r.condition = c->pieces.rows ? "pieces" : iso_condition_text(&c->condition, i);
    r.subset = iso_compare_rows_subset(&c->rows, p, pair.x);
    r.model = here->model;
    if (p->states[1])
        r.model2 = iso_states_about(p->states[1])->model;
    r.mix = y->shuffled ? "shuffled" : NULL;
    return r;
}

static iso_value without_interval(iso_value v)
{
    v.lo = v.hi = NAN;
    v.interval = NULL;
    return v;
}

/* The pair here minus the pair there, by replicates over the same items. */
static iso_err difference(iso_value *out, const struct comparison *c, int64_t i, int m)
{
    const int measures = c->pairing.task.measures;
    const int64_t units = iso_plan_units(&c->plan, i, m), stride = c->plan.stride;
    const int64_t half = c->pairing.pairs / 2;
    const int64_t a = i * measures + m, b = (i + half) * measures + m;

    return iso_difference(out, &c->values[a], c->replicates + a * stride, &c->values[b],
                          c->replicates + b * stride, units);
}

/* The value of a centred centroid changes with the languages asked for, so that they are named. */
static iso_err name_peers(iso_record *r, iso_buf *names, const struct comparison *c, int64_t i,
                          int m)
{
    const iso_gram_pair *pair = c->pairing.joint ? c->pairing.joint : c->pairing.pair;
    iso_err err = ISO_OK;

    if (!c->measure[m]->peers)
        return ISO_OK;
    names->len = 0;
    ISO_TRY(iso_pairing_peers(names, &c->pairing, pair[i].x));
    r->subset = names->text;
done:
    return err;
}

static iso_err add_records(iso_records *out, const struct comparison *c)
{
    iso_buf names = {0};
    const int measures = c->pairing.task.measures;
    const bool minus = c->opt->difference;
    const bool bare = c->opt->interval == ISO_INTERVAL_NONE;
    iso_err err = ISO_OK;

    for (int m = 0; m < measures; m++) {
        for (int64_t i = 0; i < c->pairing.pairs / (minus ? 2 : 1); i++) {
            iso_value v = c->values[i * measures + m];
            if (minus)
                ISO_TRY(difference(&v, c, i, m));
            if (bare)
                v = without_interval(v);
            iso_record r = record_of(c, i, m, &v);
            r.stage = minus ? "difference" : NULL;
            r.given = minus ? "against" : NULL;
            ISO_TRY(name_peers(&r, &names, c, i, m));
            ISO_TRY(iso_records_add(out, &r));
        }
    }
done:
    iso_buf_free(&names);
    return err;
}

static iso_err add_facts(iso_facts *out, const struct comparison *c)
{
    const iso_plan *p = &c->plan;
    const int64_t memory = iso_compare_rows_memory(&c->rows, &c->pairing, p->memory) +
                           iso_condition_keeps(&c->condition);
    const int before = (c->rows.prep.count > 0) + (c->condition.matrices > 0);
    iso_err err = ISO_OK;

    ISO_TRY(iso_facts_text(out, "algorithm", iso_plan_method(p)));
    ISO_TRY(iso_facts_count(out, "items", p->rows));
    ISO_TRY(iso_facts_count(out, "pairs", c->pairing.pairs));
    ISO_TRY(iso_facts_count(out, "matrices", c->pairing.task.matrices));
    ISO_TRY(iso_facts_count(out, "chunks", p->chunks));
    ISO_TRY(iso_facts_count(out, "readings", p->readings + before));
    ISO_TRY(iso_facts_real(out, "operations", p->operations));
    if (c->opt->permutations > 0)
        ISO_TRY(iso_facts_real(out, "permuted operations",
                               iso_permute_operations(&c->pairing.task, c->opt->permutations)));
    ISO_TRY(iso_facts_count(out, "bytes",
                            p->bytes + iso_compare_rows_bytes(&c->rows, &c->pairing) +
                                iso_condition_reads(&c->condition)));
    ISO_TRY(iso_facts_count(out, "memory", memory));
done:
    return err;
}

/* A mean over all languages is taken over items that all have. */
static enum item_share share_of(const struct comparison *c, int measures)
{
    bool peers = false;

    for (int m = 0; m < measures; m++)
        peers = peers || c->measure[m]->peers;
    return c->opt->select.common ? ITEMS_OF_ALL : peers ? ITEMS_OF_PAIRS_AND_JOINT : ITEMS_OF_PAIRS;
}

/* The measures, the pairs and the plan. */
static iso_err prepare(struct comparison *c, iso_states *states, const iso_run *run)
{
    const iso_compare_opt *o = c->opt;
    iso_task *task = &c->pairing.task;
    int count = 0;
    iso_method method = ISO_METHOD_AUTO;
    iso_run within;
    iso_err err = ISO_OK;

    ISO_NEED(!o->difference || o->against,
             ISO_FIELD(difference) " needs " ISO_FIELD(against) " INPUT");
    ISO_TRY(iso_compare_method(&method, o->algorithm, o->interval));
    ISO_TRY(iso_measure_choose(c->measure, &count, MEASURES, o->measure));
    const struct pairing_ask ask = {
        .difference = o->difference, .share = share_of(c, count), .seed = iso_run_seed(run)};
    ISO_TRY(iso_pairing_make(&c->pairing, &o->select, &ask, states, o->against));
    ISO_TRY(iso_condition_make(&c->condition, o->condition, &o->baseline, &c->pairing, run));
    if (iso_condition_is_pieces(o->condition))
        ISO_TRY(iso_compare_pieces_make(&c->pieces, &c->pairing, &o->baseline, run));
    ISO_TRY(iso_compare_rows_make(&c->rows, o->prep));
    ISO_TRY(iso_compare_rows_open(&c->rows, &c->pairing, run));
    ISO_TRY(iso_condition_open(&c->condition, &c->pairing, run));
    iso_compare_pieces_open(&c->pieces, &c->pairing);
    ISO_TRY(iso_compare_rows_run(&within, &c->rows, &c->pairing, iso_condition_keeps(&c->condition),
                                 run));
    task->measure = c->measure;
    task->measures = count;
    task->method = method;
    task->tested = o->permutations > 0;
    task->dear = o->interval == ISO_INTERVAL_GROUPS;
    err = iso_plan_make(&c->plan, task, &within);
    if (err == ISO_EARG && within.mem < iso_run_mem(run))
        err = iso_fail_in(err, "beside %.1f MB for rows at hand",
                          (double)(iso_run_mem(run) - within.mem) / 1e6);
    ISO_TRY(err);
    iso_pairing_note(&c->pairing, run);
done:
    return err;
}

/* p and its like: of items by the ids of the language that gives their order. */
static iso_err permute(struct comparison *c, const iso_run *run)
{
    const struct pairing *p = &c->pairing;
    uint64_t **key = NULL;
    iso_run within;
    iso_err err = ISO_OK;

    if (c->opt->permutations == 0)
        return ISO_OK;
    ISO_TRY(iso_compare_rows_run(&within, &c->rows, p, iso_condition_keeps(&c->condition), run));
    ISO_TRY(iso_alloc(&key, p->sets.sets, sizeof *key));
    for (int s = 0; s < p->sets.sets; s++)
        ISO_TRY(iso_item_keys(&key[s], iso_pairing_first(p, s), p->place[s], p->sets.set[s].items,
                              iso_run_seed(run)));
    ISO_TRY(iso_permute_values(c->values, &c->plan, (const uint64_t *const *)key,
                               c->opt->permutations, &within));
done:
    for (int s = 0; key && s < p->sets.sets; s++)
        iso_free(key[s]);
    iso_free(key);
    return err;
}

static void forget(struct comparison *c)
{
    iso_baseline_close(c->baseline);
    iso_free(c->values);
    iso_free(c->replicates);
    iso_plan_free(&c->plan);
    iso_condition_free(&c->condition);
    iso_compare_pieces_free(&c->pieces);
    iso_pairing_free(&c->pairing);
    iso_compare_rows_free(&c->rows);
}

static iso_err take_options(iso_compare_opt *out, const iso_compare_opt *opt)
{
    const iso_measure *measure[MEASURES];
    struct compare_rows rows = {0};
    iso_method method;
    int count;
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_compare_options, out, opt));
    ISO_TRY(iso_compare_method(&method, out->algorithm, out->interval));
    ISO_TRY(iso_measure_choose(measure, &count, MEASURES, out->measure));
    ISO_TRY(iso_condition_check(out->condition, &out->baseline, measure, count));
    ISO_TRY(iso_selection_check(&out->select));
    ISO_TRY(iso_compare_rows_make(&rows, out->prep));
    ISO_TRY(iso_permutations_check(out->permutations));
    ISO_NEED(!out->permutations || !out->condition,
             ISO_FIELD(condition) " takes no " ISO_FIELD(
                 permutations) ": permuted residuals are none; p comes by a formula");
    ISO_TRY(iso_baseline_check(&out->baseline));
    ISO_NEED(!out->against || (!out->baseline.kinds && !out->baseline.states),
             ISO_FIELD(against) " and " ISO_FIELD(baseline) " exclude each other: states of random "
                                                            "weights can be compared against, too");
done:
    iso_compare_rows_free(&rows);
    return err;
}

iso_err iso_compare_check(const iso_compare_opt *opt)
{
    iso_compare_opt o;

    return take_options(&o, opt);
}

/* --- Baselines --- */

/* Singular values of more columns take minutes a pair. */
enum { COLUMNS_MOST = 2048 };

static iso_err add_undefined(iso_records *out, const struct baseline_turn *turn,
                             const iso_measure *measure, int64_t items, int64_t cols)
{
    iso_record r = iso_record_none();

    r.measure = measure->measure;
    r.estimator = measure->estimator;
    r.src = turn->select.src;
    r.tgt = turn->select.tgt;
    r.n = items;
    r.src_dim = r.tgt_dim = cols;
    r.model = iso_states_about(turn->states)->model;
    r.why = "not computed: singular values of more than 2048 columns";
    return iso_records_add(out, &r);
}

/* Pieces have many columns: products of rows serve, and no singular values. */
static iso_err stand_in_pieces(iso_records *out, const struct baseline_turn *turn,
                               iso_compare_opt opt, const iso_run *run)
{
    const iso_measure *measure[MEASURES];
    iso_buf kept = {0};
    int64_t items, cols;
    iso_dtype type;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_measure_choose(measure, &count, MEASURES, opt.measure));
    ISO_TRY(iso_states_shape(&items, &cols, &type, turn->states, 0, 0));
    for (int m = 0; m < count; m++) {
        if (cols > COLUMNS_MOST && strcmp(measure[m]->measure, "procrustes") == 0) {
            ISO_TRY(add_undefined(out, turn, measure[m], items, cols));
            continue;
        }
        ISO_TRY(iso_buf_puts(&kept, kept.len ? "," : ""));
        ISO_TRY(iso_spec_print(&kept, measure[m]->measure, measure[m]->estimator, 0));
    }
    opt.measure = kept.text;
    if (opt.interval != ISO_INTERVAL_GROUPS)
        opt.algorithm = ISO_METHOD_GRAM;
    if (kept.len > 0)
        ISO_TRY(iso_compare(out, turn->states, &opt, run));
done:
    iso_buf_free(&kept);
    return err;
}

static iso_err stand_in(iso_records *out, const struct baseline_turn *turn, const void *ask,
                        const iso_run *run)
{
    iso_compare_opt opt = *(const iso_compare_opt *)ask;

    opt.baseline = (iso_baseline_opt){.model = opt.baseline.model, .corpus = opt.baseline.corpus};
    opt.select = turn->select;
    return strcmp(turn->kind, "pieces") == 0 ? stand_in_pieces(out, turn, opt, run)
                                             : iso_compare(out, turn->states, &opt, run);
}

static iso_err open_baselines(struct baseline **out, const iso_compare_opt *opt, iso_states *states,
                              const iso_run *run)
{
    const struct baseline_ask ask = {.opt = &opt->baseline,
                                     .states = states,
                                     .select = &opt->select,
                                     .study = stand_in,
                                     .ask = opt};

    return iso_baseline_open(out, &ask, run);
}

iso_err iso_compare_plan(iso_facts *out, iso_states *states, const iso_compare_opt *opt,
                         const iso_run *run)
{
    iso_compare_opt o;
    struct comparison c = {.opt = &o};
    iso_err err = ISO_OK;

    ISO_TRY(take_options(&o, opt));
    ISO_TRY(prepare(&c, states, run));
    ISO_TRY(open_baselines(&c.baseline, &o, states, run));
    ISO_TRY(add_facts(out, &c));
    ISO_TRY(iso_baseline_plan(out, c.baseline));
done:
    forget(&c);
    return err;
}

iso_err iso_compare(iso_records *out, iso_states *states, const iso_compare_opt *opt,
                    const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    const iso_threads threads = iso_blas_enter(run);
    iso_compare_opt o;
    struct comparison c = {.opt = &o};
    iso_err err = ISO_OK;

    ISO_TRY(take_options(&o, opt));
    ISO_TRY(prepare(&c, states, run));
    ISO_TRY(open_baselines(&c.baseline, &o, states, run));
    const iso_task *task = &c.pairing.task;
    ISO_TRY(iso_alloc(&c.values, task->pairs * task->measures, sizeof *c.values));
    if (o.difference || c.pieces.rows)
        ISO_TRY(
            iso_alloc(&c.replicates, task->pairs * task->measures * c.plan.stride, sizeof(double)));
    ISO_TRY(iso_compare_rows_fit(&c.rows, &c.pairing, run));
    ISO_TRY(iso_condition_fit(&c.condition, run));
    ISO_TRY(iso_pass(c.values, c.replicates, task, &c.plan, run));
    iso_condition_judge(c.values, task, &c.condition);
    iso_compare_pieces_judge(c.values, c.replicates, &c.plan, task, &c.pieces, c.pairing.pairs);
    ISO_TRY(permute(&c, run));
    ISO_TRY(add_records(out, &c));
    ISO_TRY(iso_baseline_run(out, c.baseline));
done:
    if (err)
        iso_records_cut(out, before);
    forget(&c);
    iso_blas_leave(threads);
    return err;
}
