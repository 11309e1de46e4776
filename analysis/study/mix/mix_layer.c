/* One layer of one target: every pair of source and target, before mixing and after, and what the
 * difference is. All pairs of a layer share the source, so that one pass serves them. */
#include <string.h>

#include "analysis/measure/difference.h"
#include "analysis/pass/pass.h"
#include "analysis/pass/permute.h"
#include "analysis/search/hits.h"
#include "analysis/study/items/prepared.h"
#include "analysis/study/mix/mix_inside.h"
#include "analysis/study/retrieve/retrieve_pair.h"
#include "lib/base/alloc.h"

/* --- Memory for the values --- */

iso_value *iso_mix_before_at(const struct mix_values *v, int layer, int measure)
{
    return &v->before[(int64_t)layer * v->measures + measure];
}

iso_value *iso_mix_value_at(const struct mix_values *v, int place, int way, int layer, int what,
                            int measure)
{
    const int64_t at = ((int64_t)place * v->scheme->ways + way) * (v->scheme->L + 1) + layer;

    return &v->mixed[(at * (MIX_GIVEN + v->controls) + what) * v->measures + measure];
}

iso_err iso_mix_values_make(struct mix_values *out, const struct mix_ask *ask,
                            const struct mix_scheme *scheme)
{
    struct mix_values v = {.scheme = scheme, .measures = iso_mix_ask_count(ask)};
    const int64_t layers = scheme->L + 1;
    iso_err err = ISO_OK;

    for (int w = 0; w < scheme->ways; w++) {
        if (scheme->way[w].control)
            v.control[v.controls++] = w;
    }
    ISO_TRY(iso_alloc(&v.before, layers * v.measures, sizeof *v.before));
    ISO_TRY(iso_alloc(
        &v.mixed, layers * scheme->places * scheme->ways * (MIX_GIVEN + v.controls) * v.measures,
        sizeof *v.mixed));
    *out = v;
    v = (struct mix_values){0};
done:
    iso_mix_values_free(&v);
    return err;
}

void iso_mix_values_free(struct mix_values *v)
{
    iso_free(v->before);
    iso_free(v->mixed);
    iso_retrieve_permute_free(&v->permute);
    *v = (struct mix_values){0};
}

/* --- The layer at hand --- */

/* Matrix 0 is the source, 1 the target before, then after mixing by place and way; pair i is of the
 * source and matrix i + 1. */
struct layer {
    struct mix_values *v;
    const struct mixed *m;
    const struct mix_ask *ask;
    const iso_run *run;
    int k, matrices, pairs;
    iso_rows **rows;
};

/* Places whose mixing has begun at this layer. */
static bool reached(const struct layer *l, int place)
{
    return l->m->scheme->place[place].first <= l->k;
}

static iso_err open_rows(struct layer *l)
{
    const struct mix_scheme *s = l->m->scheme;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l->rows, 2 + s->places * s->ways, sizeof *l->rows));
    ISO_TRY(iso_spill_rows(&l->rows[l->matrices], l->m->source, l->k));
    l->matrices++;
    ISO_TRY(iso_spill_rows(&l->rows[l->matrices], l->m->states, iso_mixed_before(s, l->k)));
    l->matrices++;
    for (int p = 0; p < s->places; p++) {
        for (int w = 0; w < s->ways && reached(l, p); w++) {
            ISO_TRY(iso_spill_rows(&l->rows[l->matrices], l->m->states,
                                   iso_mixed_after(s, p, w, l->k)));
            l->matrices++;
        }
    }
    l->pairs = l->matrices - 1;
done:
    return err;
}

/* Every matrix by itself, as each is measured. */
static iso_err prepare_rows(struct layer *l)
{
    iso_err err = ISO_OK;

    for (int i = 0; l->ask->prep.count > 0 && i < l->matrices; i++) {
        ISO_TRY(iso_prepared_open(&l->rows[i], l->rows[i], NULL, NULL));
        ISO_TRY(iso_prepared_fit(l->rows[i], &l->ask->prep, NULL, l->run));
    }
done:
    return err;
}

static void close_rows(struct layer *l)
{
    for (int i = 0; i < l->matrices; i++)
        iso_rows_close(l->rows[i]);
    iso_free(l->rows);
}

/* --- Measures of the registry --- */

/* What the pass gives for all pairs. */
struct passed {
    iso_plan plan;
    iso_task task;
    iso_gram_pair *pair;
    int *peers;
    iso_value *value;
    double *rep;
};

static void passed_free(struct passed *t)
{
    iso_plan_free(&t->plan);
    iso_free(t->pair);
    iso_free(t->peers);
    iso_free(t->value);
    iso_free(t->rep);
}

static iso_err pass(struct passed *t, const struct layer *l)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t->pair, l->pairs, sizeof *t->pair));
    ISO_TRY(iso_alloc(&t->peers, l->matrices, sizeof *t->peers));
    for (int i = 0; i < l->matrices; i++)
        t->peers[i] = i; /* no mean over what is one language, mixed in several ways */
    for (int i = 0; i < l->pairs; i++)
        t->pair[i] = (iso_gram_pair){0, i + 1};
    t->task = (iso_task){.matrix = l->rows,
                         .peers = t->peers,
                         .matrices = l->matrices,
                         .pair = t->pair,
                         .pairs = l->pairs,
                         .measure = l->ask->of,
                         .measures = l->ask->registered,
                         .method = l->ask->method};
    ISO_TRY(iso_plan_make(&t->plan, &t->task, l->run));
    ISO_TRY(iso_alloc(&t->value, t->task.pairs * t->task.measures, sizeof *t->value));
    ISO_TRY(iso_alloc(&t->rep, t->task.pairs * t->task.measures * t->plan.stride, sizeof *t->rep));
    ISO_TRY(iso_pass(t->value, t->rep, &t->task, &t->plan, l->run));
done:
    return err;
}

/* Pair a minus pair b. */
static iso_err minus(iso_value *out, const struct passed *t, int a, int b, int measure)
{
    const int64_t x = (int64_t)a * t->task.measures + measure;
    const int64_t y = (int64_t)b * t->task.measures + measure;

    return iso_difference(out, &t->value[x], t->rep + x * t->plan.stride, &t->value[y],
                          t->rep + y * t->plan.stride, iso_plan_units(&t->plan, a, measure));
}

static const iso_value *passed_at(const struct passed *t, int pair, int measure)
{
    return &t->value[(int64_t)pair * t->task.measures + measure];
}

/* Everything about one way; the place's first way is pair `first`. */
static iso_err take_way(const struct layer *l, const struct passed *t, int place, int way,
                        int first)
{
    struct mix_values *v = l->v;
    iso_err err = ISO_OK;

    for (int m = 0; m < l->ask->registered; m++) {
        *iso_mix_value_at(v, place, way, l->k, MIX_AFTER, m) = *passed_at(t, first + way, m);
        ISO_TRY(
            minus(iso_mix_value_at(v, place, way, l->k, MIX_DIFFERENCE, m), t, first + way, 0, m));
        for (int c = 0; c < v->controls && !l->m->scheme->way[way].control; c++)
            ISO_TRY(minus(iso_mix_value_at(v, place, way, l->k, MIX_GIVEN + c, m), t, first + way,
                          first + v->control[c], m));
    }
done:
    return err;
}

/* Values of the pairs under permutations to their places; a note is made once, of the first layer.
 */
static iso_err permute(const struct layer *l, const struct passed *t)
{
    const struct mix_scheme *s = l->m->scheme;
    const int64_t each = l->v->permute.permutations.count + 1;
    const size_t bytes = (size_t)(each * l->ask->registered) * sizeof(double);
    iso_run quiet = l->run ? *l->run : (iso_run){0};
    double *permuted = NULL, *from;
    iso_err err = ISO_OK;

    if (each == 1)
        return ISO_OK;
    if (l->k > iso_mix_scheme_first(s))
        quiet.note = NULL;
    ISO_TRY(iso_alloc(&permuted, l->pairs * l->ask->registered * each, sizeof *permuted));
    ISO_TRY(iso_permute(permuted, &t->task, &l->v->permute.permutations, &quiet));
    from = permuted;
    memcpy(iso_mix_permuted_at(l->v, -1, 0, l->k, 0), from, bytes);
    for (int p = 0; p < s->places; p++)
        for (int w = 0; w < s->ways && reached(l, p); w++) {
            from += each * l->ask->registered;
            memcpy(iso_mix_permuted_at(l->v, p, w, l->k, 0), from, bytes);
        }
done:
    iso_free(permuted);
    return err;
}

static iso_err similarities(const struct layer *l)
{
    const struct mix_scheme *s = l->m->scheme;
    struct passed t = {0};
    int first = 1;
    iso_err err = ISO_OK;

    if (l->ask->registered == 0)
        return ISO_OK;
    ISO_TRY(pass(&t, l));
    ISO_TRY(permute(l, &t));
    for (int m = 0; m < l->ask->registered; m++)
        *iso_mix_before_at(l->v, l->k, m) = *passed_at(&t, 0, m);
    for (int p = 0; p < s->places; p++) {
        for (int w = 0; w < s->ways && reached(l, p); w++)
            ISO_TRY(take_way(l, &t, p, w, first));
        first += reached(l, p) ? s->ways : 0;
    }
done:
    passed_free(&t);
    return err;
}

/* --- Retrieval, before mixing and after, item by item --- */

/* What became of every item: before, and after each way of the place at hand. */
struct outcomes {
    iso_value value[RETRIEVE_CELLS];
    double *before, *after; /* cells × items; ways × cells × items */
    iso_view x;
};

/* Place −1: before mixing. */
static iso_err search(struct outcomes *o, double *outcome, const struct layer *l, int matrix,
                      int place, int way)
{
    static const struct duplicates apart = {0};
    const bool permuted = l->v->permute.permutations.count > 0;
    struct retrieve_pair pair = {
        .x = o->x,
        .tx = &apart,
        .ty = &apart,
        .permute = permuted ? &l->v->permute : NULL,
        .permuted =
            permuted ? iso_mix_permuted_at(l->v, place, way, l->k, l->ask->registered) : NULL};
    iso_near_stats stats = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_rows_read(l->rows[matrix], 0, l->m->items, &pair.y));
    ISO_TRY(
        iso_retrieve_pair_values(o->value, outcome, NULL, &stats, &pair, &l->ask->hits, l->run));
done:
    return err;
}

/* One cell of one way against what it was before and against the controls. */
static iso_err subtract(const struct layer *l, const struct outcomes *o, int place, int way,
                        int cell)
{
    const int64_t n = l->m->items, cells = l->ask->hits.cells;
    const int m = l->ask->registered + cell;
    const double *after = o->after + (way * cells + cell) * n;
    const iso_boot boot = l->ask->hits.boot;
    iso_err err = ISO_OK;

    ISO_TRY(iso_hits_difference(iso_mix_value_at(l->v, place, way, l->k, MIX_DIFFERENCE, m), after,
                                o->before + cell * n, n, boot, iso_run_seed(l->run)));
    for (int c = 0; c < l->v->controls && !l->m->scheme->way[way].control; c++)
        ISO_TRY(iso_hits_difference(iso_mix_value_at(l->v, place, way, l->k, MIX_GIVEN + c, m),
                                    after, o->after + (l->v->control[c] * cells + cell) * n, n,
                                    boot, iso_run_seed(l->run)));
done:
    return err;
}

/* The place whose first way is matrix `first`. */
static iso_err search_place(const struct layer *l, struct outcomes *o, int place, int first)
{
    const int cells = l->ask->hits.cells, ways = l->m->scheme->ways;
    iso_err err = ISO_OK;

    for (int w = 0; w < ways; w++) {
        ISO_TRY(search(o, o->after + w * cells * l->m->items, l, first + w, place, w));
        for (int c = 0; c < cells; c++)
            *iso_mix_value_at(l->v, place, w, l->k, MIX_AFTER, l->ask->registered + c) =
                o->value[c];
    }
    for (int w = 0; w < ways; w++) {
        for (int c = 0; c < cells; c++)
            ISO_TRY(subtract(l, o, place, w, c));
    }
done:
    return err;
}

static iso_err searches(const struct layer *l)
{
    const struct mix_scheme *s = l->m->scheme;
    const int64_t outcomes = l->ask->hits.cells * l->m->items;
    struct outcomes *o = NULL;
    int first = 2;
    iso_err err = ISO_OK;

    if (outcomes == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&o, 1, sizeof *o));
    ISO_TRY(iso_alloc(&o->before, outcomes, sizeof *o->before));
    ISO_TRY(iso_alloc(&o->after, s->ways * outcomes, sizeof *o->after));
    ISO_TRY(iso_rows_read(l->rows[0], 0, l->m->items, &o->x));
    ISO_TRY(search(o, o->before, l, 1, -1, 0));
    for (int c = 0; c < l->ask->hits.cells; c++)
        *iso_mix_before_at(l->v, l->k, l->ask->registered + c) = o->value[c];
    for (int p = 0; p < s->places; p++) {
        if (!reached(l, p))
            continue;
        ISO_TRY(search_place(l, o, p, first));
        first += s->ways;
    }
done:
    if (o) {
        iso_free(o->before);
        iso_free(o->after);
    }
    iso_free(o);
    return err;
}

/* --- All of it --- */

iso_err iso_mix_layer_values(struct mix_values *v, const struct mixed *m, const struct mix_ask *ask,
                             int layer, const iso_run *run)
{
    struct layer l = {.v = v, .m = m, .ask = ask, .run = run, .k = layer};
    iso_err err = ISO_OK;

    ISO_TRY(open_rows(&l));
    ISO_TRY(prepare_rows(&l));
    ISO_TRY(similarities(&l));
    ISO_TRY(searches(&l));
done:
    close_rows(&l);
    return err;
}
