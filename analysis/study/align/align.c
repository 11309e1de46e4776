/* The walk over pairs of languages and layers: rows read, scored, mapped; what it costs; notes. */
#include "analysis/study/align/align_inside.h"
#include "analysis/study/preset.h"
#include "lib/base/alloc.h"
#include "lib/io/map_file.h"

/* One run of align. */
struct align {
    struct align_ask ask;
    struct align_set set;
    struct align_scores scores;
    struct align_records records;
    iso_states *states;
    struct language_spans spans;
    iso_map_file *maps;  /* NULL without `map` */
    int64_t least, rank; /* fewest rows a map was fitted on, directions it knew */
    int64_t least_dims;  /* of the pair where that was */
};

/* --- What it costs --- */

struct cost {
    int64_t bytes, memory;
    double operations;
    int maps;
    const struct align_split *largest; /* what the most memory goes to */
};

/* Both sides twice in f32, by dictionary also all words; what fitting and comparing need at once
 * beside them. */
static int64_t memory_of(const struct align_split *split, const struct align_pair *p)
{
    const int64_t whole =
        split->place ? 0 : 4 * (p->x->rows * p->x->cols + p->y->rows * p->y->cols);

    return split->n * p->cols * 32 + 8 * 8 * p->cols * p->cols + whole;
}

static struct cost cost_of(const struct align *a)
{
    struct cost c = {0};

    for (int i = 0; i < a->set.pairs; i++) {
        const struct align_pair *p = &a->set.pair[i];
        const struct align_split *split = &a->set.split[p->split];
        const int maps = split->folds + (a->ask.opt.map ? 1 : 0);
        const double n = (double)split->n, d = (double)p->cols,
                     tested = (double)split->start[split->folds];
        const double fold = tested / split->folds;
        const int64_t memory = memory_of(split, p);
        c.bytes += p->x->rows * p->x->cols * (int64_t)iso_dtype_size(p->x->dtype) +
                   p->y->rows * p->y->cols * (int64_t)iso_dtype_size(p->y->dtype);
        c.maps += maps;
        if (memory > c.memory) {
            c.memory = memory;
            c.largest = split;
        }
        c.operations += maps * (2 * n * d * d + 25 * d * d * d) +
                        split->folds * (2 * fold * d * d + 8 * fold * fold * d);
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
                                      (long long)(mem >> 20), (long long)c.largest->n,
                                      (long long)(c.memory >> 20) + 1);
}

static iso_err add_facts(iso_facts *out, const struct align *a)
{
    const struct cost c = cost_of(a);
    iso_err err = ISO_OK;

    ISO_TRY(iso_facts_count(out, "items", c.largest->items));
    ISO_TRY(iso_facts_count(out, "rows", c.largest->n));
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

/* On all rows; of two dictionaries, on those of the first. */
static iso_err save_map(struct align *a, const struct align_pair *p, const struct align_rows *rows)
{
    const int64_t test = a->ask.opt.test ? rows->start[rows->folds] : 0;
    const iso_view x = iso_view_rows(iso_mat_view(&rows->x), test, rows->n - test);
    const iso_view y = iso_view_rows(iso_mat_view(&rows->y), test, rows->n - test);
    iso_map map = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_map_fit(&map, x, y, &a->ask.map));
    ISO_TRY(iso_map_file_put(a->maps, &(iso_saved_map){.src = p->src,
                                                       .tgt = p->tgt,
                                                       .layer = p->layer,
                                                       .w = iso_mat_view(&map.w),
                                                       .from = a->ask.map.centre ? map.from : NULL,
                                                       .to = a->ask.map.centre ? map.to : NULL,
                                                       .n = map.n}));
done:
    iso_map_free(&map);
    return err;
}

static iso_err align_pair(struct align *a, int i)
{
    const struct align_pair *p = &a->set.pair[i];
    const bool correlate = a->ask.opt.correlate;
    const struct language_span *span;
    struct align_rows rows = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_rows_read(&rows, &a->set, i, a->ask.run));
    iso_align_scores_free(&a->scores); /* dictionaries differ in size */
    ISO_TRY(iso_align_scores_new(&a->scores, &a->ask, &rows));
    if (correlate)
        ISO_TRY(iso_align_keep_cka(&a->records, i, &a->scores, &rows));
    ISO_TRY(iso_language_span(&span, &a->spans, &a->ask.prep, a->states, p->layer, a->ask.run));
    ISO_TRY(iso_align_rows_prepare(&rows, &a->ask.prep, &span->span));
    ISO_TRY(iso_align_score(&a->scores, &a->ask, &rows));
    if (correlate)
        ISO_TRY(iso_align_keep_retrieval(&a->records, i, &a->scores, &rows));
    if (a->scores.least < rows.x.cols && (a->least == 0 || a->scores.rank < a->rank)) {
        a->least = a->scores.least;
        a->least_dims = rows.x.cols;
        a->rank = a->scores.rank;
    }
    ISO_TRY(iso_align_add_records(&a->records, p, &a->scores, &rows));
    if (a->maps)
        ISO_TRY(save_map(a, p, &rows));
done:
    iso_align_rows_free(&rows);
    return err ? iso_fail_in(err, "%s to %s, layer %d", p->src, p->tgt, p->layer) : ISO_OK;
}

/* --- All of them --- */

/* What the numbers rest on and do not say. */
static void note(const struct align *a)
{
    const char *rows = a->ask.opt.train ? "pairs" : "rows";
    const iso_map_method method = a->ask.map.method;

    iso_parallel_note(&a->set.pairing.parallel, a->set.pair[0].src, a->ask.run);
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
    if (ask->opt.correlate) {
        ISO_TRY(iso_alloc(&to->cka, a->set.pairs, sizeof *to->cka));
        ISO_TRY(iso_alloc(&to->retrieval, a->set.pairs, sizeof *to->retrieval));
    }
    if (ask->opt.map)
        ISO_TRY(iso_map_file_new(&a->maps, ask->opt.map,
                                 &(iso_maps_info){.method = iso_map_method_name(ask->map.method),
                                                  .prep = ask->prep_text.text,
                                                  .model = to->about->model}));
    for (int i = 0; i < a->set.pairs; i++) {
        ISO_TRY(iso_run_step(ask->run, "aligning", i, a->set.pairs, "pairs"));
        ISO_TRY(align_pair(a, i));
    }
    if (ask->opt.correlate)
        ISO_TRY(iso_align_add_correlations(to));
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
    iso_map_file_discard(a->maps);
    iso_free(a->records.cka);
    iso_free(a->records.retrieval);
    iso_align_scores_free(&a->scores);
    iso_language_spans_free(&a->spans);
    iso_align_set_free(&a->set);
    iso_align_ask_free(&a->ask);
}

iso_err iso_align_plan(iso_facts *out, iso_states *states, const iso_align_opt *opt,
                       const iso_run *run)
{
    struct align a = {0};
    iso_err err = ISO_OK;

    ISO_TRY(begin(&a, states, opt, run));
    ISO_TRY(add_facts(out, &a));
done:
    forget(&a);
    return err;
}

iso_err iso_align(iso_records *out, iso_states *states, const iso_align_opt *opt,
                  const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    struct align a = {.records = {.out = out, .about = iso_states_about(states)}};
    iso_err err = ISO_OK;

    a.records.ask = &a.ask;
    a.records.set = &a.set;
    a.records.spans = &a.spans;
    a.records.states = a.states = states;
    ISO_TRY(begin(&a, states, opt, run));
    ISO_TRY(walk(&a));
done:
    if (err)
        iso_records_cut(out, before);
    forget(&a);
    return err;
}
