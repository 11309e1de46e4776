/* What is claimed of mixing, and what is not: planted effects, and the bars one by one. */
#include <string.h>

#include "analysis/study/mix/mix_claim.h"
#include "lib/io/record_read.h"
#include "tests/study/mixed.h"

static const char measures[] = "cka,centroid:euclidean,cosine:centred,p@1:cosine";

static struct mix_claims claims_of_ways(const struct planted *p, int ways, iso_records *list,
                                        uint64_t seed)
{
    struct mix_scheme s;
    struct mixed m;
    struct mix_claims claims;

    mixed_make(&m, &s, p, ways, 2, 200, seed);
    *list = measured_by(&m, measures);
    ok(iso_mix_claims_make(&claims, list));
    mixed_done(&m);
    return claims;
}

static struct mix_claims claims_of(const struct planted *p, iso_records *list, uint64_t seed)
{
    return claims_of_ways(p, 3, list, seed);
}

static bool is(const struct mix_claim *c, const char *measure)
{
    return !strcmp(c->effect->measure, measure);
}

/* The translation's content brings languages closer, as the wrong sentence's does not. Centroids
 * cannot tell: the wrong sources have the same mean. */
static void the_translation_is_claimed(void **state)
{
    iso_records list;
    struct mix_claims c = claims_of(honest, &list, 1);
    (void)state;

    assert_int_equal(c.count, 5 * 5);
    for (int64_t i = 0; i < c.count; i++) {
        const struct mix_claim *at = &c.at[i];
        text(at->effect->mix, "xmixup");
        text(at->effect->stage, "difference");
        text(at->effect->given, "before");
        if (!is(at, "centroid")) {
            assert_true(at->side == 1 && at->closer == 1);
            assert_false(at->missed[0] || at->missed[1] || at->missed[2]);
        } else {
            assert_true(at->side == 0 && at->closer == 0);
            assert_true(!at->missed[MIX_BAR_BEFORE] && at->missed[MIX_BAR_SHUFFLED]);
        }
    }
    iso_mix_claims_free(&c);
    iso_records_free(&list);
}

/* What the right source does without attention: as much as with it, or less. The effect is claimed
 * either way; what is said of the attention differs. */
static void leakage_is_told_from_attention(void **state)
{
    (void)state;

    for (int less = 0; less < 2; less++) {
        const struct planted ways[] = {
            honest[0],
            honest[1],
            {"uniform", true, ISO_MIX_BY_ENTROPY, less ? 0.2 : 0.4, 0, 0, 0.05},
            honest[2]};
        int64_t attended = 0, claimed = 0;
        struct mix_counts counts;
        iso_records list;
        struct mix_claims c = claims_of_ways(ways, 4, &list, 7);
        ok(iso_mix_counts_make(&counts, &c));
        for (int64_t i = 0; i < c.count; i++) {
            assert_true(c.at[i].leaked && (c.at[i].side != 0 || !c.at[i].attended));
            assert_true(is(&c.at[i], "centroid") || c.at[i].closer == 1);
        }
        for (int64_t i = 0; i < counts.count; i++) {
            assert_int_equal(counts.at[i].leaked, counts.at[i].cases);
            attended += counts.at[i].attended;
            claimed += counts.at[i].closer;
        }
        assert_true(claimed >= 20 && (less ? attended == claimed : attended <= 3));
        iso_mix_counts_free(&counts);
        iso_mix_claims_free(&c);
        iso_records_free(&list);
    }
}

/* What the way does, a wrong source does as well. */
static void a_mismatched_sentence_is_not(void **state)
{
    static const struct planted wrong[] = {
        {"xmixup", false, ISO_MIX_BY_ENTROPY, 0, 0.3, 0, 0.05},
        {"fixed:0", true, ISO_MIX_FIXED, 0, 0, 0, 0.05},
        {"shuffled", true, ISO_MIX_BY_ENTROPY, 0, 0.3, 0, 0.05},
    };
    int64_t claimed = 0, cases = 0;
    (void)state;

    for (uint64_t seed = 1; seed <= 4; seed++) {
        iso_records list;
        struct mix_claims c = claims_of(wrong, &list, seed);
        for (int64_t i = 0; i < c.count; i++)
            claimed += c.at[i].side != 0;
        cases += c.count;
        iso_mix_claims_free(&c);
        iso_records_free(&list);
    }
    assert_true(cases == 100 && claimed <= 5); /* about 5 of 100 true nulls at most are chance */
}

/* A shift that the second normalisation alone makes too. */
static void what_fixed0_does_too_is_not(void **state)
{
    static const struct planted shifted[] = {
        {"xmixup", false, ISO_MIX_BY_ENTROPY, 0, 0, 0.5, 0.05},
        {"fixed:0", true, ISO_MIX_FIXED, 0, 0, 0.5, 0.05},
        {"shuffled", true, ISO_MIX_BY_ENTROPY, 0, 0, 0, 0.05},
    };
    iso_records list;
    struct mix_claims c = claims_of(shifted, &list, 3);
    int64_t seen = 0, held = 0;
    (void)state;

    for (int64_t i = 0; i < c.count; i++) {
        if (!is(&c.at[i], "centroid"))
            continue;
        assert_true(c.at[i].effect->hi < 0 && !c.at[i].missed[MIX_BAR_SHUFFLED]);
        held += c.at[i].side == 0 && c.at[i].missed[MIX_BAR_FIXED0];
        seen++;
    }
    assert_true(seen == 5 && held >= 4);
    iso_mix_claims_free(&c);
    iso_records_free(&list);
}

/* The centroids come closer beyond both controls: the value falls, which means closer. */
static void a_distance_falls(void **state)
{
    static const struct planted near_by[] = {
        {"xmixup", false, ISO_MIX_BY_ENTROPY, 0, 0, 0.5, 0.05},
        {"fixed:0", true, ISO_MIX_FIXED, 0, 0, 0, 0.05},
        {"shuffled", true, ISO_MIX_BY_ENTROPY, 0, 0, 0, 0.05},
    };
    static const struct planted far_off[] = {
        {"xmixup", false, ISO_MIX_BY_ENTROPY, 0, 0, -0.5, 0.05},
        {"fixed:0", true, ISO_MIX_FIXED, 0, 0, 0, 0.05},
        {"shuffled", true, ISO_MIX_BY_ENTROPY, 0, 0, 0, 0.05},
    };
    (void)state;

    for (int far = 0; far < 2; far++) {
        iso_records list;
        struct mix_claims c = claims_of(far ? far_off : near_by, &list, 4);
        for (int64_t i = 0; i < c.count; i++) {
            if (is(&c.at[i], "centroid"))
                assert_true(c.at[i].side == (far ? 1 : -1) && c.at[i].closer == (far ? -1 : 1));
        }
        iso_mix_claims_free(&c);
        iso_records_free(&list);
    }
}

/* --- By hand --- */

static iso_record effect(const char *measure, const char *tgt, int layer, const char *given,
                         double lo, double hi)
{
    iso_record r = iso_record_none();

    r.measure = measure;
    r.estimator = !strcmp(measure, "cka") ? "debiased" : "relative";
    r.src = "en";
    r.tgt = tgt;
    r.src_layer = r.tgt_layer = layer;
    r.stage = "difference";
    r.mix = "xmixup";
    r.mix_layer = 1;
    r.given = given;
    r.lo = lo;
    r.hi = hi;
    r.value = (lo + hi) / 2;
    return r;
}

static void add_three(iso_records *list, const char *measure, const char *tgt, int layer,
                      const double bound[6])
{
    static const char *const given[] = {"before", "fixed:0", "shuffled"};

    for (int b = 0; b < 3; b++) {
        const iso_record r = effect(measure, tgt, layer, given[b], bound[2 * b], bound[2 * b + 1]);
        ok(iso_records_add(list, &r));
    }
}

static void each_bar_counts(void **state)
{
    static const struct {
        double bound[6];
        int side;
        bool missed[3];
    } cases[] = {
        {{0.1, 0.2, 0.1, 0.2, 0.1, 0.2}, 1, {false, false, false}},
        {{-0.2, -0.1, -0.2, -0.1, -0.2, -0.1}, -1, {false, false, false}},
        {{-0.1, 0.2, 0.1, 0.2, 0.1, 0.2}, 0, {true, false, false}},
        {{0.1, 0.2, -0.1, 0.2, 0.1, 0.2}, 0, {false, true, false}},
        {{0.1, 0.2, 0.1, 0.2, -0.1, 0.2}, 0, {false, false, true}},
        {{0.1, 0.2, -0.2, -0.1, 0.1, 0.2}, 0, {false, true, false}},
        {{0, 0, 0, 0, 0, 0}, 0, {true, true, true}},
        {{0, 0.1, 0.1, 0.2, 0.1, 0.2}, 0, {true, false, false}},
        {{0.1, 0.2, 0.1, 0.2, NAN, NAN}, 0, {false, false, true}},
        {{1e-7, 0.2, 0.1, 0.2, 0.1, 0.2}, 0, {true, false, false}},
    };
    enum { CASES = (int)(sizeof cases / sizeof *cases) };
    iso_records list = {0};
    struct mix_claims c;
    (void)state;

    for (int i = 0; i < CASES; i++)
        add_three(&list, "cka", "de", i + 1, cases[i].bound);
    ok(iso_mix_claims_make(&c, &list));
    assert_int_equal(c.count, CASES);
    for (int i = 0; i < CASES; i++) {
        assert_true(c.at[i].effect == &list.at[3 * i]);
        assert_true(c.at[i].side == cases[i].side && c.at[i].closer == cases[i].side);
        for (int b = 0; b < 3; b++)
            assert_true(c.at[i].missed[b] == cases[i].missed[b]);
    }
    iso_mix_claims_free(&c);
    iso_records_free(&list);
}

/* No claim of controls, of other stages, of a language against itself; a control that is absent
 * stands in the way. */
static void who_claims(void **state)
{
    const double up[6] = {0.1, 0.2, 0.1, 0.2, 0.1, 0.2};
    iso_records list = {0};
    struct mix_claims c;
    (void)state;

    iso_record r = effect("cka", "de", 1, "before", 0.1, 0.2);
    r.mix = "fixed:0";
    ok(iso_records_add(&list, &r));
    r.mix = NULL;
    ok(iso_records_add(&list, &r));
    r = effect("cka", "de", 1, "before", 0.1, 0.2);
    r.stage = "after";
    ok(iso_records_add(&list, &r));
    add_three(&list, "cka", "en", 1, up);
    ok(iso_mix_claims_make(&c, &list));
    assert_int_equal(c.count, 0);
    iso_mix_claims_free(&c);
    r = effect("cka", "fr", 1, "before", 0.1, 0.2);
    ok(iso_records_add(&list, &r));
    r = effect("cka", "fr", 1, "fixed:0", 0.1, 0.2);
    ok(iso_records_add(&list, &r));
    ok(iso_mix_claims_make(&c, &list));
    assert_int_equal(c.count, 1);
    assert_true(c.at[0].side == 0 && c.at[0].missed[MIX_BAR_SHUFFLED] &&
                !c.at[0].missed[MIX_BAR_FIXED0] && !c.at[0].missed[MIX_BAR_BEFORE]);
    iso_mix_claims_free(&c);
    iso_records_free(&list);
    ok(iso_mix_claims_make(&c, &list));
    assert_int_equal(c.count, 0);
    iso_mix_claims_free(&c);
}

/* Of a handful of items an interval leaves 0 out too easily. */
static void few_items_claim_nothing(void **state)
{
    const double up[6] = {0.1, 0.2, 0.1, 0.2, 0.1, 0.2};
    iso_records list = {0};
    struct mix_claims c;
    (void)state;

    add_three(&list, "cka", "de", 1, up);
    for (int64_t n = MIX_CLAIM_ITEMS - 1; n <= MIX_CLAIM_ITEMS; n++) {
        for (int64_t i = 0; i < list.count; i++)
            list.at[i].n = n;
        ok(iso_mix_claims_make(&c, &list));
        assert_int_equal(c.count, 1);
        assert_int_equal(c.at[0].side, n >= MIX_CLAIM_ITEMS);
        iso_mix_claims_free(&c);
    }
    iso_records_free(&list);
}

static void count_note(void *payload, const char *text)
{
    *(int *)payload += strlen(text) > 0;
}

static void counted(void **state)
{
    const double up[6] = {0.1, 0.2, 0.1, 0.2, 0.1, 0.2}, down[6] = {-2, -1, -2, -1, -2, -1};
    const double none[6] = {0.1, 0.2, -0.1, 0.2, -0.1, 0.2};
    iso_records list = {0};
    struct mix_claims c;
    struct mix_counts n;
    (void)state;

    add_three(&list, "cka", "de", 1, up);
    add_three(&list, "cka", "de", 2, up);
    add_three(&list, "centroid", "de", 1, up);
    add_three(&list, "centroid", "de", 3, down);
    add_three(&list, "unheard", "de", 1, up);
    add_three(&list, "cka", "fr", 1, down);
    add_three(&list, "cka", "fr", 2, none);
    ok(iso_mix_claims_make(&c, &list));
    ok(iso_mix_counts_make(&n, &c));
    assert_int_equal(n.count, 3);
    text(n.at[0].like->measure, "cka");
    assert_true(n.at[0].cases == 4 && n.at[0].targets == 2 && n.at[0].closer == 2);
    assert_true(n.at[0].apart == 1 && n.at[0].moved == 0);
    assert_true(n.at[0].missed[0] == 0 && n.at[0].missed[1] == 1 && n.at[0].missed[2] == 1);
    assert_true(n.at[0].first == 1 && n.at[0].last == 2);
    assert_true(n.at[1].cases == 2 && n.at[1].closer == 1 && n.at[1].apart == 1);
    assert_true(n.at[1].targets == 1 && n.at[1].last == 3);
    assert_true(n.at[2].moved == 1 && n.at[2].closer == 0 && n.at[2].apart == 0);
    iso_mix_counts_free(&n);
    iso_mix_claims_free(&c);
    int notes = 0;
    ok(iso_mix_note_claims(&(iso_run){.note = count_note, .payload = &notes}, &list));
    assert_int_equal(notes, 2);
    iso_records_free(&list);
}

static void every_allocation_may_fail(void **state)
{
    const double up[6] = {0.1, 0.2, 0.1, 0.2, 0.1, 0.2};
    iso_records list = {0};
    iso_err err;
    int64_t n = 0;
    int notes = 0;
    const iso_run run = {.note = count_note, .payload = &notes};
    (void)state;

    add_three(&list, "cka", "de", 1, up);
    do {
        iso_alloc_fail_after(n++);
        err = iso_mix_note_claims(&run, &list);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
    assert_true(n > 4);
    iso_records_free(&list);
}

/* Differences of earlier files do not say from what; a correlation holds nothing constant. */
static void earlier_files_name_their_baseline(void **state)
{
    static const char *const names[] = {"before", "before", "fixed:0", "against", NULL, NULL};
    const char *path = temp_path("earlier.csv");
    iso_records list = {0};
    FILE *file = fopen(path, "w");

    (void)state;
    assert_non_null(file);
    fputs("measure,stage,mix_layer,train,x,given\n"
          "cka,difference,3,,,\n"    /* of mix */
          "cka,difference,,rows,,\n" /* of align */
          "cka,difference,3,,,fixed:0\n"
          "cka,difference,,,,\n" /* of compare --difference */
          "pearson,difference,3,,cka,\n"
          "cka,after,3,,,\n",
          file);
    fclose(file);
    ok(iso_records_read(&list, NULL, path, NULL));
    assert_int_equal(list.count, 6);
    for (int i = 0; i < 6; i++)
        if (names[i])
            text(list.at[i].given, names[i]);
        else
            assert_null(list.at[i].given);
    iso_records_free(&list);
}

int main(void)
{
    RUN_TESTS(test(the_translation_is_claimed), test(leakage_is_told_from_attention),
              test(a_mismatched_sentence_is_not), test(what_fixed0_does_too_is_not),
              test(a_distance_falls), test(each_bar_counts), test(who_claims),
              test(few_items_claim_nothing), test(counted), test(earlier_files_name_their_baseline),
              test(every_allocation_may_fail));
}
