/* One layer of one target: every pair of source and target, before mixing and after, and what the
 * difference is. All pairs of a layer share the source, so that one pass serves them. */
#include "analysis/measure/difference.h"
#include "analysis/pass/pass.h"
#include "analysis/study/mix/mix_layer.h"
#include "lib/base/alloc.h"

/* --- Room for the values --- */

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
    *v = (struct mix_values){0};
}

/* --- The layer at hand --- */

static iso_err open_rows(struct mix_layer *l)
{
    const struct mix_scheme *s = l->m->scheme;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l->rows, 2 + s->places * s->ways, sizeof *l->rows));
    ISO_TRY(iso_spill_rows(&l->rows[l->matrices], l->m->source, l->k));
    l->matrices++;
    ISO_TRY(iso_spill_rows(&l->rows[l->matrices], l->m->states, iso_mixed_before(s, l->k)));
    l->matrices++;
    for (int p = 0; p < s->places; p++) {
        for (int w = 0; w < s->ways && mix_reached(l, p); w++) {
            ISO_TRY(iso_spill_rows(&l->rows[l->matrices], l->m->states,
                                   iso_mixed_after(s, p, w, l->k)));
            l->matrices++;
        }
    }
    l->pairs = l->matrices - 1;
done:
    return err;
}

static void close_rows(struct mix_layer *l)
{
    for (int i = 0; i < l->matrices; i++)
        iso_rows_close(l->rows[i]);
    iso_free(l->rows);
}

/* --- Measures of the registry --- */

/* What the pass says of all pairs. */
struct told {
    iso_plan plan;
    iso_task task;
    iso_gram_pair *pair;
    int *peers;
    iso_value *value;
    double *rep;
};

static void told_free(struct told *t)
{
    iso_plan_free(&t->plan);
    iso_free(t->pair);
    iso_free(t->peers);
    iso_free(t->value);
    iso_free(t->rep);
}

static iso_err pass(struct told *t, const struct mix_layer *l)
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
static iso_err minus(iso_value *out, const struct told *t, int a, int b, int measure)
{
    const int64_t x = (int64_t)a * t->task.measures + measure;
    const int64_t y = (int64_t)b * t->task.measures + measure;

    return iso_difference(out, &t->value[x], t->rep + x * t->plan.stride, &t->value[y],
                          t->rep + y * t->plan.stride,
                          iso_plan_units(&t->plan, t->task.measure[measure]));
}

static const iso_value *told_at(const struct told *t, int pair, int measure)
{
    return &t->value[(int64_t)pair * t->task.measures + measure];
}

/* Everything about one way; the place's first way is pair `first`. */
static iso_err take_way(const struct mix_layer *l, const struct told *t, int place, int way,
                        int first)
{
    struct mix_values *v = l->v;
    iso_err err = ISO_OK;

    for (int m = 0; m < l->ask->registered; m++) {
        *iso_mix_value_at(v, place, way, l->k, MIX_AFTER, m) = *told_at(t, first + way, m);
        ISO_TRY(
            minus(iso_mix_value_at(v, place, way, l->k, MIX_DIFFERENCE, m), t, first + way, 0, m));
        for (int c = 0; c < v->controls && !l->m->scheme->way[way].control; c++)
            ISO_TRY(minus(iso_mix_value_at(v, place, way, l->k, MIX_GIVEN + c, m), t, first + way,
                          first + v->control[c], m));
    }
done:
    return err;
}

static iso_err similarities(const struct mix_layer *l)
{
    const struct mix_scheme *s = l->m->scheme;
    struct told t = {0};
    int first = 1;
    iso_err err = ISO_OK;

    if (l->ask->registered == 0)
        return ISO_OK;
    ISO_TRY(pass(&t, l));
    for (int m = 0; m < l->ask->registered; m++)
        *iso_mix_before_at(l->v, l->k, m) = *told_at(&t, 0, m);
    for (int p = 0; p < s->places; p++) {
        for (int w = 0; w < s->ways && mix_reached(l, p); w++)
            ISO_TRY(take_way(l, &t, p, w, first));
        first += mix_reached(l, p) ? s->ways : 0;
    }
done:
    told_free(&t);
    return err;
}

iso_err iso_mix_layer_values(struct mix_values *v, const struct mixed *m, const struct mix_ask *ask,
                             int layer, const iso_run *run)
{
    struct mix_layer l = {.v = v, .m = m, .ask = ask, .run = run, .k = layer};
    iso_err err = ISO_OK;

    ISO_TRY(open_rows(&l));
    ISO_TRY(similarities(&l));
    ISO_TRY(iso_mix_layer_search(&l));
done:
    close_rows(&l);
    return err;
}
