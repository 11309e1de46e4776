/* A number is a function of its own question: alone or in company of other measures, languages,
 * layers and pairs, of more items behind it, it is the same, and so are its interval and its chance
 * level. */
#include <math.h>

#include "analysis/study/compare/compare.h"
#include "analysis/study/retrieve/retrieve.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

enum { LANGS = 5, LAYERS = 2, DIMS = 6, MOST = 4300 };

static const char *const name[LANGS] = {"en", "de", "fr", "sw", "zh"};
static const char *const measures =
    "cka:debiased,cka:biased,cosine:raw,cosine:centred,centroid:relative,centroid:euclidean,"
    "centroid:cosine,centroid:share,procrustes:nuclear,procrustes:distance";

/* States in memory. en and de have all items in order, fr lacks every seventh, sw has them in
 * another order and lacks some, zh has more dims. */
struct world {
    iso_states *states;
    char *id;
    const char *ids[LANGS][MOST];
    float *rows[LANGS][LAYERS];
};

static int64_t item_of(int lang, int64_t i, int64_t n)
{
    if (lang == 2 && i % 7 == 3)
        return -1;
    if (lang == 3)
        return i % 11 == 5 ? -1 : (i * 37 + 5) % n;
    return i;
}

static struct world make(int64_t all)
{
    const iso_states_opt opt = {.any_dims = true};
    static struct world made;
    struct world *w = &made;

    made = (struct world){0};
    ok(iso_states_new(&w->states, &opt));
    w->id = calloc((size_t)all, 8);
    for (int64_t i = 0; i < all; i++)
        snprintf(w->id + 8 * i, 8, "i%d", (int)i);
    for (int l = 0; l < LANGS; l++) {
        const int64_t dims = l == 4 ? DIMS + 2 : DIMS;
        int64_t n = 0;
        for (int k = 0; k < LAYERS; k++)
            w->rows[l][k] = calloc((size_t)(all * dims), sizeof(float));
        for (int64_t i = 0; i < all; i++) {
            const int64_t item = item_of(l, i, all);
            if (item < 0)
                continue;
            w->ids[l][n] = w->id + 8 * item;
            for (int k = 0; k < LAYERS; k++) {
                iso_rng shared = iso_rng_seeded((uint64_t)item, 7);
                iso_rng own = iso_rng_seeded((uint64_t)item, 8 + (uint64_t)(l * LAYERS + k));
                for (int64_t j = 0; j < dims; j++)
                    w->rows[l][k][n * dims + j] =
                        (float)(iso_rng_normal(&shared) + l + 0.3 * (k + 1) * iso_rng_normal(&own));
            }
            n++;
        }
        const iso_lang lang = {.name = name[l], .items = n, .ids = w->ids[l]};
        ok(iso_states_add_lang(w->states, &lang));
        for (int k = 0; k < LAYERS; k++)
            ok(iso_states_put(w->states, name[l], k, iso_view_f32(w->rows[l][k], n, dims)));
    }
    return made;
}

static void drop(struct world *w)
{
    iso_states_close(w->states);
    free(w->id);
    for (int l = 0; l < LANGS; l++)
        for (int k = 0; k < LAYERS; k++)
            free(w->rows[l][k]);
}

static void same(double a, double b, double tol)
{
    assert_true(isnan(a) == isnan(b));
    if (!isnan(a) && !(fabs(a - b) <= tol * fmax(1, fabs(b))))
        near(a, b, tol);
}

/* The record that asks the same; there is one. */
static const iso_record *find(const iso_records *in, const iso_record *r)
{
    const iso_record *found = NULL;

    for (int64_t i = 0; i < in->count; i++) {
        const iso_record *q = &in->at[i];
        if (strcmp(q->measure, r->measure) == 0 && strcmp(q->estimator, r->estimator) == 0 &&
            strcmp(q->src, r->src) == 0 && strcmp(q->tgt, r->tgt) == 0 &&
            q->src_layer == r->src_layer && q->tgt_layer == r->tgt_layer &&
            iso_str_same(q->direction, r->direction)) {
            assert_null(found);
            found = q;
        }
    }
    assert_non_null(found);
    return found;
}

/* Every record of `alone` is in `company`; how many there were. */
static int64_t agree(const iso_records *alone, const iso_records *company, double tol)
{
    for (int64_t i = 0; i < alone->count; i++) {
        const iso_record *a = &alone->at[i], *b = find(company, a);
        same(b->value, a->value, tol);
        same(b->lo, a->lo, tol);
        same(b->hi, a->hi, tol);
        same(b->null, a->null, tol);
        same(b->null_sd, a->null_sd, tol);
        assert_int_equal(a->n, b->n);
        assert_true(iso_str_same(a->interval, b->interval) && iso_str_same(a->why, b->why));
    }
    return alone->count;
}

/* Targets NULL: all pairs. */
static void compare(iso_records *out, iso_states *s, const char *what, const char *tgt,
                    const char *layers, iso_interval interval, bool precise)
{
    const iso_run run = {.double_precision = precise};
    iso_compare_opt o;

    iso_compare_opt_init(&o, sizeof o);
    o.measure = what;
    o.select.tgt = tgt;
    o.select.layers = layers;
    o.select.pairs = tgt ? ISO_PAIRS_SOURCES : ISO_PAIRS_ALL;
    o.interval = interval;
    ok(iso_compare(out, s, &o, &run));
}

/* Each measure of each pair with en, by itself, against all of them with all pairs. */
static void asked_alone(int64_t n, iso_interval interval, bool precise)
{
    struct world w = make(n);
    iso_records company = {0};
    char what[64];
    int64_t met = 0;

    compare(&company, w.states, measures, NULL, NULL, interval, precise);
    for (const char *at = measures; at;) {
        at = iso_str_word(what, sizeof what, at);
        for (int l = 1; l < LANGS; l++) {
            iso_records alone = {0};
            compare(&alone, w.states, what, name[l], "1", interval, precise);
            met += agree(&alone, &company, precise ? 1e-12 : 1e-6);
            iso_records_free(&alone);
        }
    }
    assert_int_equal(met, 10 * (LANGS - 1));
    iso_records_free(&company);
    drop(&w);
}

static void few_items(void **state)
{
    (void)state;
    for (int precise = 0; precise < 2; precise++) {
        asked_alone(150, ISO_INTERVAL_USUAL, precise);
        asked_alone(150, ISO_INTERVAL_GROUPS, precise);
    }
}

/* Too many for Gram matrices, but of fr and sw not. */
static void many_items(void **state)
{
    (void)state;
    asked_alone(MOST, ISO_INTERVAL_USUAL, true);
}

static int64_t items_of(const iso_records *r, const char *tgt, const char *estimator)
{
    for (int64_t i = 0; i < r->count; i++) {
        if (strcmp(r->at[i].tgt, tgt) == 0 && strcmp(r->at[i].estimator, estimator) == 0)
            return r->at[i].n;
    }
    return -1;
}

static void take_note(void *note, const char *said)
{
    snprintf(note, 200, "%s", said);
}

/* Of 154 items fr has 132, sw 140, both 120; a mean over all languages is of what all have. */
static void a_pair_has_its_own_items(void **state)
{
    (void)state;
    struct world w = make(154);
    char note[200] = "";
    const iso_run run = {.note = take_note, .payload = note};
    iso_records r = {0};
    iso_compare_opt o;

    iso_compare_opt_init(&o, sizeof o);
    o.measure = "cka,centroid:cosine-centred";
    o.select.tgt = "de,fr,sw";
    o.select.layers = "0";
    ok(iso_compare(&r, w.states, &o, &run));
    assert_int_equal(items_of(&r, "de", "debiased"), 154);
    assert_int_equal(items_of(&r, "fr", "debiased"), 132);
    assert_int_equal(items_of(&r, "sw", "debiased"), 140);
    for (int l = 1; l < 4; l++)
        assert_int_equal(items_of(&r, name[l], "cosine-centred"), 120);
    text(note, "a pair has the items that its own languages share, 132 to 154; those that all "
               "languages have: --common");
    iso_records_cut(&r, 0);
    o.select.common = true;
    ok(iso_compare(&r, w.states, &o, &run));
    for (int l = 1; l < 4; l++)
        assert_int_equal(items_of(&r, name[l], "debiased"), 120);
    text(note, "120 items are common to all languages; 34 of en have no partner");
    iso_records_free(&r);
    drop(&w);
}

/* A mean of all centroids is of all languages named, and of nothing else. */
static void a_mean_over_languages_is_of_those_asked_for(void **state)
{
    (void)state;
    struct world w = make(150);
    iso_records alone = {0}, company = {0};

    compare(&alone, w.states, "centroid:cosine-centred", "de,fr,sw", "1", ISO_INTERVAL_USUAL, true);
    compare(&company, w.states, "cka,procrustes,cosine,centroid", "de,fr,sw", NULL,
            ISO_INTERVAL_USUAL, true);
    assert_int_equal(agree(&alone, &company, 1e-12), 3);
    text(alone.at[0].subset, "en+de+fr+sw");
    iso_records_free(&alone);
    iso_records_free(&company);
    drop(&w);
}

static void retrieve(iso_records *out, iso_states *s, const char *what, const char *tgt,
                     const char *layers)
{
    iso_retrieve_opt o;

    iso_retrieve_opt_init(&o, sizeof o);
    o.measure = what;
    o.select.tgt = tgt;
    o.select.layers = layers;
    ok(iso_retrieve(out, s, &o, NULL));
}

static void retrieval_too(void **state)
{
    (void)state;
    static const char *const all = "p@1:cosine,p@5:csls,mrr:cosine,error:ratio,mexa,f1";
    struct world w = make(154);
    iso_records company = {0};
    char what[64];
    int64_t met = 0;

    retrieve(&company, w.states, all, "de,fr,sw", NULL);
    for (const char *at = all; at;) {
        at = iso_str_word(what, sizeof what, at);
        for (int l = 1; l < 4; l++) {
            iso_records alone = {0};
            retrieve(&alone, w.states, what, name[l], "1");
            met += agree(&alone, &company, 1e-12);
            assert_int_equal(alone.at[0].n, l == 1 ? 154 : l == 2 ? 132 : 140);
            iso_records_free(&alone);
        }
    }
    assert_true(met >= 3 * 10);
    iso_records_free(&company);
    drop(&w);
}

/* zh has two dims more. */
static void dims_may_differ(void **state)
{
    (void)state;
    struct world w = make(150);
    iso_records r = {0};

    compare(&r, w.states, measures, "zh", "1", ISO_INTERVAL_USUAL, true);
    for (int64_t i = 0; i < r.count; i++) {
        const bool any = !strcmp(r.at[i].measure, "cka") || !strcmp(r.at[i].measure, "procrustes");
        assert_int_equal(r.at[i].tgt_dim, DIMS + 2);
        assert_true(any == !isnan(r.at[i].value));
        assert_true(any || strstr(r.at[i].why, "equal dimension"));
    }
    iso_records_free(&r);
    drop(&w);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct world w = make(60);
    iso_err err = ISO_ENOMEM;
    iso_records r = {0};
    iso_compare_opt o;

    iso_compare_opt_init(&o, sizeof o);
    o.measure = "cka,procrustes,centroid:cosine-centred";
    o.select.tgt = "fr,sw";
    o.select.layers = "0";
    for (int64_t fail = 0; err; fail++) {
        iso_alloc_fail_after(fail);
        err = iso_compare(&r, w.states, &o, NULL);
        iso_alloc_fail_after(-1);
        assert_true(!err || err == ISO_ENOMEM);
    }
    assert_int_equal(r.count, 6);
    iso_records_free(&r);
    drop(&w);
}

int main(void)
{
    RUN_TESTS(test(few_items), test(many_items), test(a_pair_has_its_own_items),
              test(a_mean_over_languages_is_of_those_asked_for), test(retrieval_too),
              test(dims_may_differ), test(every_allocation_may_fail));
}
