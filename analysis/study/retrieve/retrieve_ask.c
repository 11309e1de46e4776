/* What retrieval is asked for: measures, ranks, directions and the like. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/study/retrieve/retrieve_inside.h"
#include "lib/base/str.h"
#include "lib/io/record.h"

enum { KS_MOST = 32, K_MOST = 1000000 };

/* A measure and the estimators its bare name stands for. */
static const struct known {
    const char *name;
    enum retrieve_kind kind;
    const char *usual[3];
} known[] = {
    {"p@k", RETRIEVE_HIT, {"cosine", "csls"}},     {"mrr", RETRIEVE_MRR, {"cosine", "csls"}},
    {"error", RETRIEVE_ERROR, {"cosine", "csls"}}, {"mexa", RETRIEVE_MEXA, {"cosine"}},
    {"f1", RETRIEVE_MINING, {"mining"}},
};
enum { KNOWN = (int)(sizeof known / sizeof *known) };

/* The list of ranks. */
struct ks {
    int at[KS_MOST], count;
};

static iso_err read_k(int *out, const char *word, const char *option)
{
    int64_t k;

    if (!iso_str_int(&k, word) || k < 1 || k > K_MOST)
        return iso_fail(ISO_EARG, ISO_FIELD_S ": '%s' is not a rank from 1 to %d", option, word,
                        K_MOST);
    *out = (int)k;
    return ISO_OK;
}

static iso_err read_ks(struct ks *ks, const char *list)
{
    char word[64];
    iso_err err = ISO_OK;

    ks->count = 0;
    for (const char *at = list ? list : "1"; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_NEED(ks->count < KS_MOST, ISO_FIELD(k) " takes at most %d ranks", KS_MOST);
        ISO_TRY(read_k(&ks->at[ks->count++], word, "k"));
    }
done:
    return err;
}

static bool same_cell(const struct retrieve_cell *a, const struct retrieve_cell *b)
{
    return a->kind == b->kind && a->rule == b->rule && a->k == b->k && a->way == b->way &&
           strcmp(a->measure, b->measure) == 0;
}

/* A cell once, however often it was asked for. */
static iso_err add(struct retrieve_ask *ask, struct retrieve_cell cell)
{
    struct retrieve_search *s = &ask->search[cell.rule];
    const int k = cell.kind == RETRIEVE_HIT ? cell.k : cell.kind == RETRIEVE_MEXA ? 2 : 1;

    for (int c = 0; c < ask->cells; c++) {
        if (same_cell(&ask->cell[c], &cell))
            return ISO_OK;
    }
    if (ask->cells == RETRIEVE_CELLS)
        return iso_fail(ISO_EARG, ISO_FIELD(measure) " asks for more than %d values a pair",
                        RETRIEVE_CELLS);
    ask->cell[ask->cells++] = cell;
    if (cell.kind == RETRIEVE_MINING)
        return ISO_OK;
    s->asked = true;
    s->lists = s->lists || cell.kind == RETRIEVE_MEXA;
    s->ranks = s->ranks || cell.kind == RETRIEVE_MRR ||
               (k > RETRIEVE_LIST && !iso_retrieve_knn(ask, cell.rule));
    s->k = k > s->k ? k : s->k;
    if (cell.kind == RETRIEVE_HIT && k > ask->k_most)
        ask->k_most = k;
    return ISO_OK;
}

/* Precision and recall come with F1; one search gives all four ways. */
static iso_err add_mining(struct retrieve_ask *ask)
{
    static const char *const parts[] = {"f1", "precision", "recall"};
    const bool all = ask->way[0] && ask->way[1];
    iso_err err = ISO_OK;

    ask->mining = true;
    for (int p = 0; p < 3; p++) {
        for (int way = 0; way < ISO_MINE_WAYS; way++) {
            if (all || (way < 2 && ask->way[way]))
                ISO_TRY(add(ask, (struct retrieve_cell){.kind = RETRIEVE_MINING,
                                                        .measure = parts[p],
                                                        .rule = ask->margin,
                                                        .way = way}));
        }
    }
done:
    return err;
}

static iso_err add_measure(struct retrieve_ask *ask, const struct known *m, const struct ks *ks,
                           const char *estimator)
{
    struct retrieve_cell cell = {.kind = m->kind, .measure = m->name, .way = -1};
    const int count = m->kind == RETRIEVE_HIT ? ks->count : 1;
    iso_err err = ISO_OK;

    if (m->kind == RETRIEVE_MINING) {
        ISO_NEED(!strcmp(estimator, "mining"),
                 ISO_FIELD(measure) ": f1 has the estimator mining, not '%s'", estimator);
        return add_mining(ask);
    }
    ISO_TRY(iso_rule_find(&cell.rule, estimator));
    if (m->kind == RETRIEVE_MEXA)
        return add(ask, cell);
    for (int i = 0; i < count; i++) {
        cell.k = m->kind == RETRIEVE_HIT ? ks->at[i] : 0;
        for (cell.way = 0; cell.way < 2; cell.way++) {
            if (ask->way[cell.way])
                ISO_TRY(add(ask, cell));
        }
    }
done:
    return err;
}

static iso_err unknown(const char *name)
{
    const char *names[KNOWN], *near;

    for (int i = 0; i < KNOWN; i++)
        names[i] = known[i].name;
    near = iso_str_nearest(name, names, KNOWN);
    return near ? iso_fail(ISO_EARG, ISO_FIELD(measure) ": unknown name '%s'; did you mean '%s'?",
                           name, near)
                : iso_fail(ISO_EARG,
                           ISO_FIELD(measure) ": unknown name '%s'; there are p@1, mrr, error, "
                                              "mexa, f1",
                           name);
}

/* The measure of that name, as records have it; NULL for none. */
static const struct known *find(const char *name)
{
    for (int i = 0; i < KNOWN; i++) {
        if (strcmp(known[i].name, name) == 0)
            return &known[i];
    }
    return NULL;
}

bool iso_retrieve_knows(const char *measure)
{
    return find(measure) != NULL;
}

/* "p@1", "p@5:csls", "mrr". */
static iso_err take(struct retrieve_ask *ask, const char *word, const struct ks *all)
{
    const struct known *m;
    struct ks ks = *all;
    iso_spec s;
    iso_err err = ISO_OK;

    if (!iso_spec_parse(&s, word))
        return unknown(word);
    const char *rank = strchr(s.name, '@');
    m = s.k >= 0 || (rank[1] >= '0' && rank[1] <= '9') ? find(s.measure) : NULL;
    if (!m)
        return unknown(s.name);
    if (s.k != 0) {
        ks.count = 1;
        ISO_TRY(read_k(&ks.at[0], rank + 1, "measure p"));
    }
    if (*s.estimator)
        return add_measure(ask, m, &ks, s.estimator);
    for (const char *const *e = m->usual; *e; e++)
        ISO_TRY(add_measure(ask, m, &ks, *e));
done:
    return err;
}

/* Where none is said: P@1, or at the ranks of older scripts. */
static const char *measures_of(const iso_retrieve_opt *opt)
{
    return opt->measure ? opt->measure : opt->k ? "p@k" : "p@1";
}

/* All that is no list of measures. */
static iso_err read_rest(struct retrieve_ask *ask, const iso_retrieve_opt *opt)
{
    iso_err err = ISO_OK;

    ask->way[0] = opt->direction != ISO_RETRIEVE_BACKWARD;
    ask->way[1] = opt->direction != ISO_RETRIEVE_FORWARD;
    ask->boot = opt->interval == ISO_INTERVAL_NONE  ? ISO_BOOT_NONE
                : opt->interval == ISO_INTERVAL_BCA ? ISO_BOOT_BCA
                                                    : ISO_BOOT_PERCENTILE;
    ask->margin = opt->margin;
    ask->near.beta = isnan(opt->beta) ? 0 : opt->beta;
    ask->near.neighbours = (int)opt->neighbours;
    ask->threshold = opt->threshold;
    ask->knn = opt->candidates == ISO_RETRIEVE_KNN;
    ask->first = opt->first;
    ISO_TRY(iso_prep_parse(&ask->prep, opt->prep));
    ISO_TRY(iso_prep_text(&ask->prep_text, &ask->prep));
done:
    return err;
}

/* Of CSLS and margins alone; what looks beyond the nearest has no answer among them. */
static iso_err check_knn(const struct retrieve_ask *ask)
{
    bool any = !ask->knn;
    iso_err err = ISO_OK;

    for (int c = 0; c < ask->cells; c++) {
        const struct retrieve_cell *cell = &ask->cell[c];
        if (!iso_retrieve_knn(ask, cell->rule))
            continue;
        any = true;
        ISO_NEED(cell->kind != RETRIEVE_MRR && cell->kind != RETRIEVE_MEXA,
                 ISO_FIELD(candidates) " knn: %s:%s looks at all rows; p@1, error and f1 do not",
                 cell->measure, iso_rule_name(cell->rule));
        ISO_NEED(cell->k <= iso_retrieve_neighbours(ask, cell->rule),
                 ISO_FIELD(candidates) " knn: p@%d looks at more than the %lld candidates: give "
                                       "more " ISO_FIELD(neighbours),
                 cell->k, (long long)iso_retrieve_neighbours(ask, cell->rule));
    }
    ISO_NEED(any, ISO_FIELD(candidates) " knn goes with csls or a margin: " ISO_FIELD(
                      measure) " p@1:csls, error:ratio, f1");
done:
    return err;
}

static iso_err read_all(struct retrieve_ask *ask, const iso_retrieve_opt *opt)
{
    char word[128];
    struct ks ks;
    iso_err err = ISO_OK;

    ISO_TRY(read_rest(ask, opt));
    ISO_TRY(read_ks(&ks, opt->k));
    for (const char *at = measures_of(opt); at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(take(ask, word, &ks));
    }
    ISO_NEED(!opt->gold || ask->mining, ISO_FIELD(gold) " goes with " ISO_FIELD(measure) " f1");
    ISO_NEED(isnan(opt->threshold) || ask->mining,
             ISO_FIELD(threshold) " goes with " ISO_FIELD(measure) " f1");
    for (int c = 0; opt->gold && c < ask->cells; c++)
        ISO_NEED(
            ask->cell[c].kind == RETRIEVE_MINING,
            ISO_FIELD(gold) ": rows of mining need not belong together, so %s is not available "
                            "with it",
            ask->cell[c].measure);
    ISO_TRY(check_knn(ask));
done:
    return err;
}

iso_err iso_retrieve_ask_make(struct retrieve_ask *out, const iso_retrieve_opt *opt)
{
    struct retrieve_ask ask = {.threshold = NAN};
    const iso_err err = read_all(&ask, opt);

    if (err)
        iso_retrieve_ask_free(&ask);
    else
        *out = ask;
    return err;
}

void iso_retrieve_ask_free(struct retrieve_ask *ask)
{
    iso_buf_free(&ask->prep_text);
}

int64_t iso_retrieve_neighbours(const struct retrieve_ask *ask, iso_rule rule)
{
    if (rule == ISO_RULE_COSINE || rule == ISO_RULE_INVSOFTMAX)
        return ISO_NO_INT;
    if (ask->near.neighbours)
        return ask->near.neighbours;
    return rule == ISO_RULE_CSLS ? 10 : 4;
}

bool iso_retrieve_knn(const struct retrieve_ask *ask, iso_rule rule)
{
    return ask->knn && rule != ISO_RULE_COSINE && rule != ISO_RULE_INVSOFTMAX;
}
