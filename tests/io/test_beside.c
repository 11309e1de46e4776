/* Baselines beside what they are held against. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/io/beside.h"
#include "tests/io/records_for_tests.h"

static iso_record baseline(iso_record of, const char *name, double value)
{
    of.baseline = name;
    of.value = value;
    of.lo = of.hi = NAN;
    return of;
}

static iso_record without_layers(iso_record r)
{
    r.src_layer = r.tgt_layer = ISO_NO_INT;
    r.pool = r.prep = r.model = NULL;
    return r;
}

static double found(const iso_beside *b, const iso_record *r, const char *name)
{
    for (int k = 0; k < b->names; k++) {
        const iso_record *f = iso_beside_find(b, r, k);
        if (strcmp(b->name[k], name) == 0)
            return f ? f->value : NAN;
    }
    return INFINITY;
}

/* A layer, a language, an estimator and a stage tell baselines apart as they tell records. */
static void each_has_its_own(void **state)
{
    iso_records list = {0};
    iso_record r = plain_record(), other = r;
    iso_beside b;

    (void)state;
    r.pool = "mean";
    r.model = "m";
    ok(iso_records_add(&list, &(iso_record[]){without_layers(baseline(r, "own", 1))}[0]));
    ok(iso_records_add(&list, &(iso_record[]){without_layers(baseline(r, "length", 2))}[0]));
    ok(iso_records_add(&list, &(iso_record[]){baseline(r, "random", 3)}[0]));
    ok(iso_records_add(&list, &(iso_record[]){baseline(r, "random", 4)}[0]));
    ok(iso_beside_make(&b, &list));
    assert_int_equal(b.names, 3);
    text(b.name[0], "random");
    text(b.name[1], "length");
    text(b.name[2], "own");
    assert_true(found(&b, &r, "random") == 3); /* of two the first */
    assert_true(found(&b, &r, "length") == 2 && found(&b, &r, "own") == 1);
    r.src_layer = r.tgt_layer = 4;
    assert_true(isnan(found(&b, &r, "random")) && found(&b, &r, "length") == 2);
    other = r;
    other.tgt = "fr";
    assert_true(isnan(found(&b, &other, "length")));
    other = r;
    other.estimator = "biased";
    assert_true(isnan(found(&b, &other, "length")));
    other = r;
    other.stage = "after";
    assert_true(isnan(found(&b, &other, "length")));
    other = r;
    other.baseline = "length"; /* a baseline has none */
    assert_true(isnan(found(&b, &other, "length")));
    iso_beside_free(&b);
    iso_records_free(&list);
}

/* Random weights have a model of their own name; of several models each has its own. */
static void models_keep_theirs(void **state)
{
    iso_records list = {0};
    iso_record m = plain_record(), n = m;
    iso_beside b;

    (void)state;
    m.model = "m";
    n.model = "m2";
    ok(iso_records_add(&list, &m));
    iso_record r = baseline(m, "random", 1);
    r.model = "any other";
    ok(iso_records_add(&list, &r));
    ok(iso_beside_make(&b, &list));
    assert_true(found(&b, &m, "random") == 1); /* the states are of one */
    iso_beside_free(&b);
    ok(iso_records_add(&list, &n));
    r.model = "m2 (random weights)";
    r.value = 2;
    ok(iso_records_add(&list, &r));
    r.model = "m (random weights)";
    r.value = 3;
    ok(iso_records_add(&list, &r));
    ok(iso_beside_make(&b, &list));
    assert_true(found(&b, &m, "random") == 3 && found(&b, &n, "random") == 2);
    iso_beside_free(&b);
    iso_records_free(&list);
}

static void lists_without_baselines(void **state)
{
    iso_records list = {0}, out = {0};
    iso_record r = plain_record(), b = baseline(r, "random", 0.5);
    iso_beside beside;

    (void)state;
    ok(iso_records_add(&list, &b));
    ok(iso_beside_states(&out, &list)); /* nothing else is there */
    assert_int_equal(out.count, 1);
    iso_records_free(&out);
    ok(iso_records_add(&list, &r));
    b.tgt = "fr";
    ok(iso_records_add(&list, &b));
    ok(iso_beside_make(&beside, &list));
    ok(iso_beside_states(&out, &list));
    assert_int_equal(out.count, 1);
    assert_null(out.at[0].baseline);
    iso_records_free(&out);
    ok(iso_beside_alone(&out, &beside, &list));
    assert_int_equal(out.count, 2); /* French has nothing that it stands beside */
    text(out.at[1].tgt, "fr");
    iso_records_free(&out);
    iso_beside_free(&beside);
    iso_records_free(&list);
}

/* What a map is held against stands beside it; of mixing the stages are another matter. */
static void stages_stand_beside_a_map(void **state)
{
    static const char *const stage[] = {"before", "centred", "after", "before", "after"};
    iso_records list = {0}, staged = {0};
    iso_beside b;

    (void)state;
    for (int i = 0; i < 5; i++) {
        iso_record r = plain_record();
        r.stage = stage[i];
        r.value = i;
        r.train = i == 2 ? "rows" : i == 1 ? "rows+means" : NULL;
        r.mix = i > 2 ? "xmixup" : NULL;
        ok(iso_records_add(&list, &r));
    }
    ok(iso_beside_stages(&staged, &list));
    ok(iso_beside_make(&b, &staged));
    assert_int_equal(b.count, 2);
    assert_true(found(&b, &staged.at[2], "before") == 0 &&
                found(&b, &staged.at[2], "centred") == 1);
    text(staged.at[3].stage, "before");
    assert_null(staged.at[4].baseline);
    iso_beside_free(&b);
    iso_records_free(&staged);
    iso_records_free(&list);
}

static void survives_lack_of_memory(void **state)
{
    iso_records list = some_records();
    iso_record b = baseline(plain_record(), "random", 0.5);
    iso_err err = ISO_ENOMEM;

    (void)state;
    ok(iso_records_add(&list, &b));
    for (int64_t n = 0; err; n++) {
        iso_beside beside = {0};
        iso_records alone = {0}, states = {0};
        iso_alloc_fail_after(n);
        err = iso_beside_make(&beside, &list);
        if (!err)
            err = iso_beside_alone(&alone, &beside, &list);
        if (!err)
            err = iso_beside_states(&states, &list);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        iso_records_free(&alone);
        iso_records_free(&states);
        iso_beside_free(&beside);
    }
    iso_records_free(&list);
}

int main(void)
{
    RUN_TESTS(test(each_has_its_own), test(models_keep_theirs), test(lists_without_baselines),
              test(stages_stand_beside_a_map), test(survives_lack_of_memory));
}
