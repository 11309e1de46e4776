/* What mixing is measured by, and the records of one mixed target: names around the values. */
#include <math.h>
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/study/compare/compare.h"
#include "analysis/study/items/records.h"
#include "analysis/study/mix/mix_claim.h"
#include "analysis/study/mix/mix_inside.h"
#include "analysis/study/retrieve/retrieve_pair.h"

/* --- What is asked --- */

/* One list becomes two: what retrieval knows, and what the registry does. */
static iso_err split(iso_buf *registry, iso_buf *retrieval, const char *list)
{
    char word[2 * ISO_SPEC_SIZE];
    iso_spec s;
    iso_err err = ISO_OK;

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_NEED(iso_spec_parse(&s, word),
                 ISO_FIELD(measure) " takes a list like cka,p@1:cosine, not '%s'", list);
        if (!strcmp(s.measure, "f1"))
            ISO_FAIL(ISO_EARG, ISO_FIELD(measure) ": mix does not mine, so %s is not available",
                     word);
        iso_buf *to = iso_retrieve_knows(s.measure) ? retrieval : registry;
        ISO_TRY(iso_buf_printf(to, "%s%s", to->len ? "," : "", word));
    }
done:
    return err;
}

/* What `retrieve` understands of the same options, its list of measures apart. */
static iso_err ask_retrieval(struct mix_ask *ask, const iso_mix_opt *opt, const char *measures)
{
    iso_retrieve_opt own;

    iso_retrieve_opt_init(&own, sizeof own);
    own.measure = measures;
    own.interval = opt->interval == ISO_INTERVAL_NONE ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    own.k = opt->k;
    own.neighbours = opt->neighbours;
    own.direction = opt->direction;
    return iso_retrieve_ask_make(&ask->hits, &own);
}

iso_err iso_mix_ask_make(struct mix_ask *out, const iso_mix_opt *opt)
{
    struct mix_ask ask = {.bare = opt->interval == ISO_INTERVAL_NONE};
    iso_buf registry = {0}, retrieval = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_compare_method(&ask.method, opt->algorithm, opt->interval));
    ISO_TRY(iso_prep_parse(&ask.prep, opt->prep));
    ISO_NEED(!iso_prep_has(&ask.prep, ISO_PREP_LSAR),
             ISO_FIELD(prep) " lsar takes the means of a collection's languages, and mixing moves "
                             "one of them: center");
    ISO_TRY(iso_permutations_check(opt->permutations));
    ISO_TRY(split(&registry, &retrieval, opt->measure));
    if (registry.len > 0)
        ISO_TRY(iso_measure_choose(ask.of, &ask.registered, MIX_ASK_MOST, registry.text));
    if (retrieval.len > 0)
        ISO_TRY(ask_retrieval(&ask, opt, retrieval.text));
    ISO_TRY(iso_prep_text(&ask.prep_text, &ask.prep));
    *out = ask;
    ask = (struct mix_ask){0};
done:
    iso_mix_ask_free(&ask);
    iso_buf_free(&registry);
    iso_buf_free(&retrieval);
    return err;
}

void iso_mix_ask_free(struct mix_ask *ask)
{
    iso_retrieve_ask_free(&ask->hits);
    iso_buf_free(&ask->prep_text);
    *ask = (struct mix_ask){0};
}

int iso_mix_ask_count(const struct mix_ask *ask)
{
    return ask->registered + ask->hits.cells;
}

iso_err iso_mix_measure_check(const iso_mix_opt *opt)
{
    struct mix_ask ask = {0};
    const iso_err err = iso_mix_ask_make(&ask, opt);

    iso_mix_ask_free(&ask);
    return err;
}

/* --- Records --- */

/* One target under way. */
struct work {
    iso_records *out;
    const struct mixed *m;
    const struct mix_ask *ask;
    struct mix_values values;
    uint64_t seed;
};

static iso_record shared(const struct work *w)
{
    iso_record r = iso_record_none();

    r.src = w->m->src;
    r.tgt = w->m->tgt;
    r.model = w->m->model;
    return r;
}

static void name_measure(iso_record *r, const struct mix_ask *ask, int measure)
{
    if (measure < ask->registered) {
        r->measure = ask->of[measure]->measure;
        r->estimator = ask->of[measure]->estimator;
        return;
    }
    const struct retrieve_cell *cell = &ask->hits.cell[measure - ask->registered];
    r->measure = cell->measure;
    r->estimator = iso_rule_name(cell->rule);
    r->direction = cell->way < 0 ? NULL : cell->way ? "backward" : "forward";
    r->k = cell->k ? cell->k : ISO_NO_INT;
    r->neighbours = iso_retrieve_neighbours(&ask->hits, cell->rule);
}

static iso_record record_of(const struct work *w, int measure, int layer)
{
    iso_record r = shared(w);

    name_measure(&r, w->ask, measure);
    r.src_layer = r.tgt_layer = layer;
    r.src_dim = r.tgt_dim = w->m->scheme->C;
    r.pool = w->m->pool;
    r.prep = w->ask->prep_text.len > 0 ? w->ask->prep_text.text : NULL;
    return r;
}

static iso_err add(const struct work *w, iso_record *r, const iso_value *v)
{
    iso_record_value(r, v);
    if (w->ask->bare) {
        r->lo = r->hi = NAN;
        r->interval = "none";
    }
    return iso_records_add(w->out, r);
}

static iso_err add_before(const struct work *w, int measure)
{
    const struct mix_scheme *s = w->m->scheme;
    iso_err err = ISO_OK;

    for (int k = iso_mix_scheme_first(s); k <= s->L; k++) {
        iso_record r = record_of(w, measure, k);
        r.stage = "before";
        ISO_TRY(add(w, &r, iso_mix_before_at(&w->values, k, measure)));
    }
done:
    return err;
}

/* After, after − before, after − each control, of one layer. */
static iso_err add_layer(const struct work *w, iso_record r, int place, int way, int measure)
{
    const struct mix_scheme *s = w->m->scheme;
    const struct mix_values *v = &w->values;
    const int k = (int)r.src_layer;
    iso_err err = ISO_OK;

    r.stage = "after";
    ISO_TRY(add(w, &r, iso_mix_value_at(v, place, way, k, MIX_AFTER, measure)));
    r.stage = "difference";
    r.given = iso_mix_bar_name(MIX_BAR_BEFORE);
    ISO_TRY(add(w, &r, iso_mix_value_at(v, place, way, k, MIX_DIFFERENCE, measure)));
    for (int c = 0; c < v->controls && !s->way[way].control; c++) {
        r.given = s->way[v->control[c]].name;
        ISO_TRY(add(w, &r, iso_mix_value_at(v, place, way, k, MIX_GIVEN + c, measure)));
    }
done:
    return err;
}

static iso_err add_measure(const struct work *w, const char *name, int place, int way, int measure)
{
    const struct mix_scheme *s = w->m->scheme;
    iso_err err = ISO_OK;

    for (int k = s->place[place].first; k <= s->L; k++) {
        iso_record r = record_of(w, measure, k);
        r.mix = name;
        r.mix_layer = s->place[place].first;
        ISO_TRY(add_layer(w, r, place, way, measure));
    }
done:
    return err;
}

static iso_err add_lambda(const struct work *w, const char *name, int place, int way)
{
    const struct mix_scheme *s = w->m->scheme;
    iso_record r = shared(w);

    if (s->way[way].kind != ISO_MIX_BY_ENTROPY)
        return ISO_OK;
    r.mix = name;
    r.mix_layer = r.src_layer = r.tgt_layer = s->place[place].first;
    return iso_mix_lambda_records(w->out, &r, w->m, w->ask, place, way, w->seed);
}

static iso_err add_way(const struct work *w, int place, int way, int measure)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mixed_name(&name, w->m->scheme, place, way));
    ISO_TRY(measure < 0 ? add_lambda(w, name.text, place, way)
                        : add_measure(w, name.text, place, way, measure));
done:
    iso_buf_free(&name);
    return err;
}

/* Measure by measure, λ last (−1). */
static iso_err add_records(const struct work *w)
{
    const struct mix_scheme *s = w->m->scheme;
    const int count = w->values.measures;
    iso_err err = ISO_OK;

    for (int i = 0; i <= count; i++) {
        const int measure = i < count ? i : -1;
        if (measure >= 0)
            ISO_TRY(add_before(w, measure));
        for (int p = 0; p < s->places; p++) {
            for (int way = 0; way < s->ways; way++)
                ISO_TRY(add_way(w, p, way, measure));
        }
    }
done:
    return err;
}

/* Retrieval holds both sides whole. */
static iso_err check_memory(const struct mix_ask *ask, const struct mixed *m, const iso_run *run)
{
    const double need = iso_retrieve_memory(m->items, m->items, m->scheme->C);
    const double have = (double)iso_run_mem(run);

    if (ask->hits.cells == 0 || need <= have)
        return ISO_OK;
    return iso_fail(
        ISO_EDATA,
        "%s: searching %lld sentences needs %.1f MB of memory, " ISO_FIELD(
            mem) " gives %.1f MB: give "
                 "more, or leave retrieval out with " ISO_FIELD(measure) " cka,centroid:relative",
        m->tgt, (long long)m->items, need / 1e6, have / 1e6);
}

iso_err iso_mix_records(iso_records *out, const struct mixed *m, const iso_mix_opt *opt,
                        const iso_run *run)
{
    struct mix_ask ask = {0};
    struct work w = {.out = out, .m = m, .ask = &ask, .seed = iso_run_seed(run)};
    const int first = iso_mix_scheme_first(m->scheme), layers = m->scheme->L - first + 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_ask_make(&ask, opt));
    ISO_TRY(check_memory(&ask, m, run));
    ISO_TRY(iso_mix_values_make(&w.values, &ask, m->scheme));
    ISO_TRY(iso_mix_permute_open(&w.values, opt->permutations, m->items, run));
    for (int k = first; k <= m->scheme->L; k++) {
        ISO_TRY(iso_run_step(run, "measuring", k - first, layers, "layers"));
        ISO_TRY(iso_mix_layer_values(&w.values, m, &ask, k, run));
    }
    ISO_TRY(iso_mix_permute_judge(&w.values, &ask));
    ISO_TRY(add_records(&w));
done:
    iso_mix_values_free(&w.values);
    iso_mix_ask_free(&ask);
    return err;
}
