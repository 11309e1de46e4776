#include "bin/align.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bin/align_rows.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/io/map_file.h"

/* One run of align. */
struct align {
    const struct align_ask *ask;
    const iso_run *run;
    const iso_states_info *about;
    iso_records *out;
    struct align_set set;
    struct align_scores scores;
    iso_map_file *maps;  /* NULL without --map */
    double *layer[2];    /* with --correlate, by pair: CKA as read, P@1 after */
    int64_t least, rank; /* fewest rows a map was fitted on, directions it knew */
    int64_t least_dims;  /* of the pair where that was */
};

/* --- Records --- */

static int64_t neighbours(const struct align_ask *ask, iso_rule rule)
{
    switch (rule) {
    case ISO_RULE_CSLS:
        return ask->near.neighbours ? ask->near.neighbours : 10;
    case ISO_RULE_RATIO:
    case ISO_RULE_DIFFERENCE:
    case ISO_RULE_ABSOLUTE:
        return ask->near.neighbours ? ask->near.neighbours : 4;
    default:
        return ISO_NO_INT;
    }
}

static void take_value(iso_record *r, const iso_value *v)
{
    r->value = v->value;
    r->lo = v->lo;
    r->hi = v->hi;
    r->interval = v->interval ? v->interval : "none";
    r->null = v->null;
    r->null_sd = v->null_sd;
    r->p = v->p;
    r->n = v->n;
    r->param = v->param;
    r->why = v->why;
}

/* What all records of a pair of languages share. */
static iso_record record_of(const struct align *a, const struct align_pair *p)
{
    iso_record r = iso_record_none();

    r.src = p->src;
    r.tgt = p->tgt;
    r.src_dim = p->x->cols;
    r.tgt_dim = p->y->cols;
    r.pool = a->set.words ? "word" : a->about->pooling;
    r.prep = a->ask->prep_text;
    r.model = a->about->model;
    return r;
}

static iso_err add_record(struct align *a, const struct align_pair *p,
                          const struct align_rows *rows, int m, int stage, int f)
{
    static const char *const stages[] = {"before", "after", "difference"};
    const struct align_measure *of = &a->ask->measure[m];
    iso_record r = record_of(a, p);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(align_value(&v, &a->scores, a->ask, rows, m, stage, f));
    take_value(&r, &v);
    r.measure = of->name;
    r.estimator = of->estimator;
    r.src_layer = r.tgt_layer = p->layer;
    r.stage = stages[stage];
    r.fold = f < 0 ? ISO_NO_INT : f;
    r.train = stage == ALIGN_BEFORE ? NULL : a->ask->train;
    r.rank = stage == ALIGN_BEFORE ? ISO_NO_INT : a->scores.rank;
    if (!of->of) {
        r.direction = "forward";
        r.k = of->k ? of->k : ISO_NO_INT;
        r.neighbours = neighbours(a->ask, of->rule);
    }
    ISO_TRY(iso_records_add(a->out, &r));
done:
    return err;
}

static iso_err add_records(struct align *a, const struct align_pair *p,
                           const struct align_rows *rows)
{
    const int last = a->ask->set->each_fold ? rows->folds : 0;
    iso_err err = ISO_OK;

    for (int m = 0; m < a->ask->measures; m++) {
        for (int stage = 0; stage < ALIGN_STAGES; stage++) {
            for (int f = -1; f < last; f++)
                ISO_TRY(add_record(a, p, rows, m, stage, f));
        }
    }
done:
    return err;
}

/* --- Maps on all rows --- */

static iso_err save_map(struct align *a, const struct align_pair *p, const struct align_rows *rows)
{
    const iso_view x = iso_view_rows(iso_mat_view(&rows->x), 0, rows->n);
    const iso_view y = iso_view_rows(iso_mat_view(&rows->y), 0, rows->n);
    iso_map map = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_map_fit(&map, x, y, &a->ask->map));
    ISO_TRY(iso_map_file_put(a->maps, &(iso_saved_map){.src = p->src,
                                                       .tgt = p->tgt,
                                                       .layer = p->layer,
                                                       .w = iso_mat_view(&map.w),
                                                       .from = a->ask->map.centre ? map.from : NULL,
                                                       .to = a->ask->map.centre ? map.to : NULL,
                                                       .n = map.n}));
done:
    iso_map_free(&map);
    return err;
}

/* --- The correlation over layers --- */

/* CKA of the rows as they were read: preparation is for the map, the published CKA knows none. */
static iso_err keep_cka(struct align *a, int i, const struct align_rows *rows)
{
    const int m = align_measure_find(a->ask, "cka", 0);
    iso_value v;
    iso_err err = ISO_OK;

    if (!a->layer[0])
        return ISO_OK;
    ISO_TRY(align_score_bare(&a->scores, a->ask, rows, a->run));
    ISO_TRY(align_value(&v, &a->scores, a->ask, rows, m, ALIGN_BEFORE, -1));
    a->layer[0][i] = v.value;
done:
    return err;
}

static iso_err keep_retrieval(struct align *a, int i, const struct align_rows *rows)
{
    const int m = align_measure_find(a->ask, "p@k", 1);
    iso_value v;
    iso_err err = ISO_OK;

    if (!a->layer[1])
        return ISO_OK;
    ISO_TRY(align_value(&v, &a->scores, a->ask, rows, m, ALIGN_AFTER, -1));
    a->layer[1][i] = v.value;
done:
    return err;
}

/* Pearson's correlation of the layers of one pair of languages. */
static iso_value pearson(const double *x, const double *y, const int *at, int n)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    iso_value v = iso_value_none();

    if (n < 3)
        return iso_value_undefined(n, "fewer than 3 layers");
    for (int i = 0; i < n; i++) {
        mx += x[at[i]] / n;
        my += y[at[i]] / n;
    }
    for (int i = 0; i < n; i++) {
        const double dx = x[at[i]] - mx, dy = y[at[i]] - my;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    if (isnan(xy))
        return iso_value_undefined(n, "a layer without a value");
    if (!(xx > 0) || !(yy > 0))
        return iso_value_undefined(n, "equal in all layers");
    v.value = xy / (sqrt(xx) * sqrt(yy));
    v.n = n;
    return v;
}

static bool same_langs(const struct align_pair *p, const struct align_pair *q)
{
    return !strcmp(p->src, q->src) && !strcmp(p->tgt, q->tgt);
}

/* One record for each pair of languages, over its layers. */
static iso_err add_correlations(struct align *a)
{
    int *at = NULL;
    iso_err err = ISO_OK;

    if (!a->layer[0])
        return ISO_OK;
    ISO_TRY(iso_alloc(&at, a->set.pairs, sizeof *at));
    for (int i = 0; i < a->set.pairs; i++) {
        const struct align_pair *p = &a->set.pair[i];
        int n = 0, first = i;
        for (int j = 0; j < a->set.pairs; j++) {
            if (!same_langs(p, &a->set.pair[j]))
                continue;
            first = j < first ? j : first;
            at[n++] = j;
        }
        if (first < i)
            continue;
        iso_record r = record_of(a, p);
        const iso_value v = pearson(a->layer[0], a->layer[1], at, n);
        take_value(&r, &v);
        r.measure = "pearson";
        r.x = "cka";
        r.y = "p@1";
        r.train = a->ask->train;
        ISO_TRY(iso_records_add(a->out, &r));
    }
done:
    iso_free(at);
    return err;
}

/* --- What it costs --- */

struct cost {
    int64_t bytes, memory;
    double operations;
};

/* Both sides twice in f32; what fitting and comparing need at once beside them. */
static struct cost cost_of(const struct align *a)
{
    const double n = (double)a->set.n;
    struct cost c = {0};

    for (int i = 0; i < a->set.pairs; i++) {
        const struct align_pair *p = &a->set.pair[i];
        const int64_t d = p->x->cols;
        const double maps = a->ask->folds + (a->maps || a->ask->set->map ? 1 : 0);
        const double fold = n / a->ask->folds, dd = (double)d * (double)d;
        const int64_t memory = a->set.n * d * 32 + 8 * 8 * d * d;
        c.bytes += p->x->rows * p->x->cols * (int64_t)iso_dtype_size(p->x->dtype) +
                   p->y->rows * p->y->cols * (int64_t)iso_dtype_size(p->y->dtype);
        c.memory = memory > c.memory ? memory : c.memory;
        c.operations += maps * (2 * n * dd + 25 * dd * (double)d) +
                        a->ask->folds * (2 * fold * dd + 8 * fold * fold * (double)d);
    }
    return c;
}

static void print_plan(const struct align *a, const struct cost *c)
{
    printf("items\t%lld\n", (long long)a->set.folds.items);
    printf("rows\t%lld\n", (long long)a->set.n);
    printf("pairs\t%d\n", a->set.pairs);
    printf("folds\t%d\n", a->ask->folds);
    printf("maps\t%d\n", a->set.pairs * (a->ask->folds + (a->ask->set->map ? 1 : 0)));
    printf("operations\t%.6g\n", c->operations);
    printf("bytes\t%lld\n", (long long)c->bytes);
    printf("memory\t%lld\n", (long long)c->memory);
}

static iso_err check_memory(const struct align *a, const struct cost *c)
{
    const int64_t mem = iso_run_mem(a->run);

    return c->memory <= mem
               ? ISO_OK
               : iso_fail(
                     ISO_EARG,
                     "--mem %lld MB: %lld rows of a pair take %lld MB: more memory, or --limit",
                     (long long)(mem >> 20), (long long)a->set.n, (long long)(c->memory >> 20) + 1);
}

/* --- The walk --- */

static iso_err align_pair(struct align *a, int i)
{
    const struct align_pair *p = &a->set.pair[i];
    struct align_rows rows = {0};
    iso_err err = ISO_OK;

    ISO_TRY(align_rows_read(&rows, &a->set, i, a->ask, a->run));
    if (a->scores.measures == 0)
        ISO_TRY(align_scores_new(&a->scores, a->ask, &rows));
    ISO_TRY(keep_cka(a, i, &rows));
    ISO_TRY(align_rows_prepare(&rows, &a->ask->prep));
    ISO_TRY(align_score(&a->scores, a->ask, &rows, a->run));
    ISO_TRY(keep_retrieval(a, i, &rows));
    if (a->scores.least < rows.x.cols && (a->least == 0 || a->scores.rank < a->rank)) {
        a->least = a->scores.least;
        a->least_dims = rows.x.cols;
        a->rank = a->scores.rank;
    }
    ISO_TRY(add_records(a, p, &rows));
    if (a->maps)
        ISO_TRY(save_map(a, p, &rows));
done:
    align_rows_free(&rows);
    return err ? iso_fail_in(err, "%s to %s, layer %d", p->src, p->tgt, p->layer) : ISO_OK;
}

/* What the numbers rest on and do not say. */
static void tell(const struct align *a)
{
    const struct settings *set = a->ask->set;
    const struct parallel *par = &a->set.pairing.parallel;

    if (par->unshared > 0)
        term_note(set, "%lld items are common to all languages; %lld of %s have no partner",
                  (long long)par->items, (long long)par->unshared, a->set.pair[0].src);
    if (a->set.folds.joined > 0)
        term_note(set, "items that follow another of equal text into its fold: %lld",
                  (long long)a->set.folds.joined);
    if (a->least > 0)
        term_note(set, "fewer rows than dims: %lld rows determine %lld directions of %lld; %s",
                  (long long)a->least, (long long)a->rank, (long long)a->least_dims,
                  a->ask->map.method == ISO_MAP_LEAST_SQUARES || a->ask->map.method == ISO_MAP_RIDGE
                      ? "the map is the one of minimum norm"
                      : "where the others go is arbitrary");
}

static iso_err begin(struct align *a, iso_states *s)
{
    const struct align_ask *ask = a->ask;
    iso_err err = ISO_OK;

    ISO_TRY(align_set_make(&a->set, ask, s));
    if (ask->set->correlate) {
        ISO_TRY(iso_alloc(&a->layer[0], a->set.pairs, sizeof(double)));
        ISO_TRY(iso_alloc(&a->layer[1], a->set.pairs, sizeof(double)));
    }
    if (ask->set->map && !ask->set->plan)
        ISO_TRY(iso_map_file_new(&a->maps, ask->set->map,
                                 &(iso_maps_info){.method = iso_map_method_name(ask->map.method),
                                                  .prep = ask->prep_text,
                                                  .model = a->about->model}));
done:
    return err;
}

static iso_err walk(struct align *a)
{
    const struct cost cost = cost_of(a);
    iso_err err = ISO_OK;

    if (a->ask->set->plan) {
        print_plan(a, &cost);
        return ISO_OK;
    }
    ISO_TRY(check_memory(a, &cost));
    for (int i = 0; i < a->set.pairs; i++) {
        ISO_TRY(iso_run_step(a->run, "aligning", i, a->set.pairs, "pairs"));
        ISO_TRY(align_pair(a, i));
    }
    ISO_TRY(add_correlations(a));
    tell(a);
    if (a->maps) {
        err = iso_map_file_commit(a->maps);
        a->maps = NULL;
    }
done:
    return err;
}

iso_err align_records(iso_records *out, const struct align_ask *ask, iso_states *s,
                      const iso_run *run)
{
    struct align a = {.ask = ask, .run = run, .about = iso_states_about(s), .out = out};
    iso_err err = begin(&a, s);

    if (!err)
        err = walk(&a);
    iso_map_file_discard(a.maps);
    iso_free(a.layer[0]);
    iso_free(a.layer[1]);
    align_scores_free(&a.scores);
    align_set_free(&a.set);
    return err;
}
