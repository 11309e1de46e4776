/* The walk over pairs of languages and layers: rows read, scored, mapped; what it costs; notes. */
#include <string.h>

#include "analysis/study/align/align_inside.h"
#include "analysis/study/baseline/baseline_run.h"
#include "analysis/study/items/item_permutations.h"
#include "analysis/study/preset.h"
#include "lib/base/alloc.h"
#include "lib/io/map_file.h"
#include "lib/linalg/blas.h"

/* One run of align. */
struct align {
    struct align_ask ask;
    struct align_set set;
    struct align_records records;
    struct language_spans spans;
    struct align_course course; /* with `correlate` */
    struct align_permute permute;
    iso_map_file *maps;        /* NULL without `map` */
    int64_t least, rank;       /* fewest rows a map was fitted on, directions it knew */
    int64_t least_dims;        /* of the pair where that was */
    struct baseline *baseline; /* NULL: none */
};

/* --- What it costs --- */

struct cost {
    int64_t bytes, memory;
    double operations;
    int maps;
    const struct align_split *largest; /* what the most memory goes to */
};

/* All rows in f32; beside them those that are fitted on, which fitting turns to doubles, or all
 * once more as a stage has them, with what the search holds. */
static int64_t memory_of(const struct align_ask *ask, const struct align_pair *p)
{
    const struct align_split *s = &p->of->split;
    const int64_t rows = 4 * p->cols * (s->rows[0] + s->rows[1]);
    const int64_t map = ask->unmapped ? 0 : 8 * 8 * p->cols * p->cols;
    const int64_t fit = 24 * p->cols * (s->pairs + s->fitted) + map;
    const int64_t search = rows + 4 * p->cols * s->rows[1];

    return rows + (fit > search ? fit : search);
}

static struct cost cost_of(const struct align *a)
{
    struct cost c = {0};

    for (int i = 0; i < a->set.pairs; i++) {
        const struct align_pair *p = &a->set.pair[i];
        const struct align_split *s = &p->of->split;
        const int maps = s->folds + (a->ask.opt.map ? 1 : 0);
        const double n = (double)(s->pairs + s->fitted), d = (double)p->cols;
        const int64_t memory = memory_of(&a->ask, p);
        c.bytes += p->bytes;
        c.maps += maps;
        if (memory > c.memory) {
            c.memory = memory;
            c.largest = s;
        }
        c.operations += maps * (2 * n * d * d + 25 * d * d * d) + 2 * (double)s->asked * d * d +
                        iso_align_search_cost(&a->ask, s, p->cols);
    }
    return c;
}

static iso_err check_memory(const struct align *a)
{
    const struct cost c = cost_of(a);
    const int64_t mem = iso_run_mem(a->ask.run);

    return c.memory <= mem ? ISO_OK
                           : iso_fail(ISO_EDATA,
                                      ISO_FIELD(mem) " %lld MB: %lld rows of a pair take %lld MB: "
                                                     "more memory, or " ISO_FIELD(limit),
                                      (long long)(mem >> 20), (long long)c.largest->rows[0],
                                      (long long)(c.memory >> 20) + 1);
}

static iso_err add_facts(iso_facts *out, const struct align *a)
{
    const struct cost c = cost_of(a);
    iso_err err = ISO_OK;

    ISO_TRY(iso_facts_count(out, "items", c.largest->items));
    ISO_TRY(iso_facts_count(out, "rows", c.largest->pairs + c.largest->fitted));
    ISO_TRY(iso_facts_count(out, "pairs", a->set.pairs));
    ISO_TRY(iso_facts_count(out, "folds", c.largest->folds));
    ISO_TRY(iso_facts_count(out, "maps", c.maps));
    ISO_TRY(iso_facts_real(out, "operations", c.operations));
    ISO_TRY(iso_facts_count(out, "bytes", c.bytes));
    ISO_TRY(iso_facts_count(out, "memory", c.memory));
done:
    return err;
}

/* --- One pair --- */

/* On all pairs; of two dictionaries, on those of the first. */
static iso_err save_map(struct align *a, const struct align_pair *p, const struct align_rows *rows)
{
    const struct align_split *s = rows->split;
    const int64_t first = a->ask.opt.test ? s->pairs : 0, n = s->pairs + s->fitted - first;
    iso_mat x[2] = {{0}, {0}};
    iso_map map = {0};
    iso_err err = ISO_OK;

    for (int side = 0; side < 2; side++)
        ISO_TRY(
            iso_rows_gather(&x[side], iso_mat_view(&rows->side[side]), s->row[side] + first, n));
    ISO_TRY(iso_map_fit(&map, iso_mat_view(&x[0]), iso_mat_view(&x[1]), &a->ask.map));
    ISO_TRY(iso_map_file_put(a->maps, &(iso_saved_map){.src = p->of->name[0],
                                                       .tgt = p->of->name[1],
                                                       .layer = p->layer,
                                                       .w = iso_mat_view(&map.w),
                                                       .from = a->ask.map.centre ? map.from : NULL,
                                                       .to = a->ask.map.centre ? map.to : NULL,
                                                       .n = map.n}));
done:
    iso_map_free(&map);
    iso_mat_free(&x[0]);
    iso_mat_free(&x[1]);
    return err;
}

/* With `correlate`: CKA of the rows as they were read. */
static iso_err keep_cka(struct align *a, int i, const struct align_rows *rows)
{
    const int m = iso_align_measure_find(&a->ask, "cka", 0);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_similarity(&v, a->ask.measure[m].of, rows, a->ask.run));
    a->course.cka[i] = v.value;
done:
    return err;
}

static iso_err keep_retrieval(struct align *a, int i, const struct align_scores *scores,
                              const struct align_rows *rows)
{
    const int m = iso_align_measure_find(&a->ask, "p@k", 1);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_value(&v, scores, &a->ask, rows, m, ALIGN_AFTER, -1));
    a->course.retrieval[i] = v.value;
done:
    return err;
}

/* By row of the source, by the ids of its items; NULL without permutations. */
static iso_err make_keys(uint64_t **out, const struct align *a, const struct align_pair *p)
{
    const int64_t *pick = p->of->parallel.pick ? p->of->parallel.pick[0] : NULL;

    if (a->ask.opt.permutations == 0)
        return ISO_OK;
    return iso_item_keys(out, iso_states_lang(a->set.states, p->of->lang[0]), pick,
                         p->of->split.rows[0], iso_run_seed(a->ask.run));
}

static iso_err align_pair(struct align *a, int i)
{
    const struct align_pair *p = &a->set.pair[i];
    const bool correlate = a->ask.opt.correlate;
    const struct language_span *span;
    struct align_rows rows = {0};
    struct align_scores scores = {0};
    uint64_t *key = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_rows_read(&rows, &a->set, p, a->ask.run));
    if (correlate)
        ISO_TRY(keep_cka(a, i, &rows));
    ISO_TRY(iso_language_span(&span, &a->spans, &a->ask.prep, a->set.states, p->layer, a->ask.run));
    ISO_TRY(iso_align_rows_prepare(&rows, &a->ask.prep, &span->span));
    ISO_TRY(make_keys(&key, a, p));
    rows.key = key;
    ISO_TRY(iso_align_score(&scores, &a->ask, &rows));
    if (correlate)
        ISO_TRY(keep_retrieval(a, i, &scores, &rows));
    if (scores.least < p->cols && (a->least == 0 || scores.rank < a->rank)) {
        a->least = scores.least;
        a->least_dims = p->cols;
        a->rank = scores.rank;
    }
    ISO_TRY(iso_align_add_records(&a->records, p, &scores, &rows));
    if (a->maps)
        ISO_TRY(save_map(a, p, &rows));
done:
    iso_free(key);
    iso_align_scores_free(&scores);
    iso_align_rows_free(&rows);
    return err ? iso_fail_in(err, "%s to %s, layer %d", p->of->name[0], p->of->name[1], p->layer)
               : ISO_OK;
}

/* --- All of them --- */

/* How many items have no partner, in one line. */
static void note_items(const struct align *a)
{
    const struct align_link *l = a->set.link;
    int64_t least = l[0].parallel.items, most = least, unshared = 0;

    for (int i = 0; i < a->set.links; i++) {
        const struct parallel *p = &l[i].parallel;
        least = p->items < least ? p->items : least;
        most = p->items > most ? p->items : most;
        unshared = p->unshared > unshared ? p->unshared : unshared;
    }
    if (a->set.links == 1 || a->ask.opt.select.common)
        iso_parallel_note(&l[0].parallel, l[0].name[0], a->ask.run);
    else if (unshared > 0)
        iso_run_note(
            a->ask.run,
            "a pair has the items that its own languages share, %lld to %lld; those that all "
            "languages have: " ISO_FIELD(common),
            (long long)least, (long long)most);
}

/* What the numbers rest on and do not say. */
static void note(const struct align *a)
{
    const char *rows = a->ask.opt.train ? "pairs" : "rows";
    const iso_map_method method = a->ask.map.method;

    note_items(a);
    iso_folds_note(&(struct folds){.joined = a->set.joined, .by_position = a->set.by_position},
                   a->set.link[0].name[0], a->ask.run);
    if (a->least > 0)
        iso_run_note(a->ask.run,
                     "fewer %s than dims: %lld %s determine %lld directions of %lld; %s", rows,
                     (long long)a->least, rows, (long long)a->rank, (long long)a->least_dims,
                     method == ISO_MAP_LEAST_SQUARES || method == ISO_MAP_RIDGE
                         ? "the map is the one of minimum norm"
                         : "where the others go is arbitrary");
}

/* The options and the pairs. */
static iso_err begin(struct align *a, iso_states *states, const iso_align_opt *opt,
                     const iso_run *run)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_ask_make(&a->ask, opt, run));
    ISO_NEED(!a->ask.opt.apply,
             ISO_FIELD(apply) ": iso_align fits maps, iso_align_apply applies them");
    ISO_TRY(iso_preset_note("align", a->ask.opt.preset, states, run));
    ISO_TRY(iso_align_set_make(&a->set, &a->ask, states));
done:
    return err;
}

static iso_err walk(struct align *a)
{
    const struct align_ask *ask = &a->ask;
    struct align_records *to = &a->records;
    iso_err err = ISO_OK;

    ISO_TRY(check_memory(a));
    if (ask->opt.correlate)
        ISO_TRY(iso_align_course_new(&a->course, &a->set));
    if (ask->opt.map)
        ISO_TRY(iso_map_file_new(&a->maps, ask->opt.map,
                                 &(iso_maps_info){.method = iso_map_method_name(ask->map.method),
                                                  .prep = ask->prep_text.text,
                                                  .model = to->about->model}));
    for (int i = 0; i < a->set.pairs; i++) {
        ISO_TRY(iso_run_step(ask->run, "aligning", i, a->set.pairs, "pairs"));
        ISO_TRY(align_pair(a, i));
    }
    if (ask->opt.permutations > 0)
        ISO_TRY(iso_align_permute_judge(to->out, &a->permute, ask));
    if (ask->opt.correlate)
        ISO_TRY(iso_align_add_correlations(to, &a->set, &a->course));
    note(a);
    if (a->maps) {
        err = iso_map_file_commit(a->maps);
        a->maps = NULL;
    }
done:
    return err;
}

static void forget(struct align *a)
{
    iso_baseline_close(a->baseline);
    iso_map_file_discard(a->maps);
    iso_align_course_free(&a->course);
    iso_language_spans_free(&a->spans);
    iso_align_set_free(&a->set);
    iso_align_permute_free(&a->permute);
    iso_align_ask_free(&a->ask);
}

/* --- All of it --- */

static iso_err run_align(iso_records *out, iso_states *states, const iso_align_opt *opt,
                         const char *unmapped, const iso_run *run);

/* --- Baselines --- */

static iso_err stand_in(iso_records *out, const struct baseline_turn *turn, const void *ask,
                        const iso_run *run)
{
    iso_align_opt opt = *(const iso_align_opt *)ask;

    opt.baseline = (iso_baseline_opt){0};
    opt.select = turn->select;
    opt.map = NULL;
    opt.correlate = opt.correlate && strcmp(turn->kind, "random") == 0; /* others have no layers */
    return run_align(out, turn->states, &opt,
                     strcmp(turn->kind, "pieces") == 0
                         ? "rows are fewer than the pieces they are made of: no map is determined"
                         : NULL,
                     run);
}

static iso_err open_baselines(struct baseline **out, const iso_align_opt *opt, iso_states *states,
                              const iso_run *run)
{
    const struct baseline_ask ask = {.opt = &opt->baseline,
                                     .states = states,
                                     .select = &opt->select,
                                     .study = stand_in,
                                     .ask = opt};

    return iso_baseline_open(out, &ask, run);
}

iso_err iso_align_plan(iso_facts *out, iso_states *states, const iso_align_opt *opt,
                       const iso_run *run)
{
    struct align a = {0};
    iso_err err = ISO_OK;

    ISO_TRY(begin(&a, states, opt, run));
    ISO_TRY(open_baselines(&a.baseline, &a.ask.opt, states, run));
    ISO_TRY(add_facts(out, &a));
    ISO_TRY(iso_baseline_plan(out, a.baseline));
done:
    forget(&a);
    return err;
}

/* `unmapped` as in align_ask. */
static iso_err run_align(iso_records *out, iso_states *states, const iso_align_opt *opt,
                         const char *unmapped, const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    const iso_threads threads = iso_blas_enter(run);
    struct align a = {.records = {.out = out, .about = iso_states_about(states)}};
    iso_err err = ISO_OK;

    a.records.ask = &a.ask;
    a.records.permute = &a.permute;
    a.records.spans = &a.spans;
    a.records.states = states;
    ISO_TRY(begin(&a, states, opt, run));
    a.ask.unmapped = unmapped;
    ISO_TRY(open_baselines(&a.baseline, &a.ask.opt, states, run));
    ISO_TRY(walk(&a));
    ISO_TRY(iso_baseline_run(out, a.baseline));
done:
    if (err)
        iso_records_cut(out, before);
    forget(&a);
    iso_blas_leave(threads);
    return err;
}

iso_err iso_align(iso_records *out, iso_states *states, const iso_align_opt *opt,
                  const iso_run *run)
{
    return run_align(out, states, opt, NULL, run);
}
