/* measure[@k][:estimator], read and written. */
#include "tests/check.h"

#include "analysis/measure/spec.h"

static void words_are_taken_apart(void **state)
{
    static const struct {
        const char *word, *name, *measure, *estimator;
        int64_t k;
    } cases[] = {
        {"cka", "cka", "cka", "", 0},
        {"cka:debiased", "cka", "cka", "debiased", 0},
        {"p@k", "p@k", "p@k", "", 0},
        {"p@5", "p@5", "p@k", "", 5},
        {"p@10:csls", "p@10", "p@k", "csls", 10},
        {"gap:*", "gap", "gap", "*", 0},
        {"p@0", "p@0", "p@k", "", -1},
        {"p@x:csls", "p@x", "p@k", "csls", -1},
        {"p@-3", "p@-3", "p@k", "", -1},
        {"p@", "p@", "p@", "", 0},
        {"a:b:c", "a", "a", "b:c", 0},
    };
    iso_spec s;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(iso_spec_parse(&s, cases[i].word));
        text(s.name, cases[i].name);
        text(s.measure, cases[i].measure);
        text(s.estimator, cases[i].estimator);
        assert_int_equal(s.k, cases[i].k);
    }
}

static void what_is_no_word(void **state)
{
    char longest[2 * ISO_SPEC_SIZE];
    iso_spec s = {.k = 7};

    (void)state;
    assert_false(iso_spec_parse(&s, ""));
    assert_false(iso_spec_parse(&s, "cka:"));
    assert_false(iso_spec_parse(&s, ":debiased"));
    memset(longest, 'x', sizeof longest);
    longest[ISO_SPEC_SIZE] = '\0'; /* one more than a name may have */
    assert_false(iso_spec_parse(&s, longest));
    assert_int_equal(s.k, 7); /* left alone */
    longest[ISO_SPEC_SIZE - 1] = '\0';
    assert_true(iso_spec_parse(&s, longest));
    text(s.measure, longest);
    memcpy(longest + ISO_SPEC_SIZE - 3, "@5", 3); /* "@k" has room */
    assert_true(iso_spec_parse(&s, longest));
    assert_int_equal(strlen(s.measure), ISO_SPEC_SIZE - 1);
    assert_int_equal(s.k, 5);
}

static bool fits(const char *word, const char *measure, const char *estimator, int64_t k)
{
    iso_spec s;

    assert_true(iso_spec_parse(&s, word));
    return iso_spec_fits(&s, measure, estimator, k);
}

static void what_is_not_named_may_be_anything(void **state)
{
    (void)state;
    assert_true(fits("cka", "cka", "biased", INT64_MIN));
    assert_true(fits("cka", "cka", NULL, 0));
    assert_true(fits("cka:*", "cka", "biased", 0));
    assert_true(fits("cka:*", "cka", NULL, 0));
    assert_true(fits("p@k:csls", "p@k", "csls", 5));
    assert_true(fits("p@5", "p@k", "csls", 5));
    assert_true(fits("p@5", "p@5", "csls", 5));
    assert_true(fits("p@k", "p@5", "csls", 5));
    assert_false(fits("p@5", "p@10", "csls", 10));
    assert_false(fits("p@5", "p", "csls", 5));
    assert_false(fits("p@5", "p@k", "csls", 1));
    assert_false(fits("p@x", "p@k", "csls", 1));
    assert_false(fits("cka:biased", "cka", "debiased", 0));
    assert_false(fits("cka:biased", "cka", NULL, 0));
    assert_false(fits("ck", "cka", "biased", 0));
}

/* Published names are read as what records have; of other measures they mean what they say. */
static void published_names(void **state)
{
    static const char *const cases[][2] = {
        {"p@5:distance", "difference"},      {"mrr:distance", "difference"},
        {"error:distance", "difference"},    {"mexa:distance", "difference"},
        {"procrustes:distance", "distance"}, {"procrustes:correlation", "nuclear"},
        {"centroid:cohens-d", "relative"},   {"centroid:partial-eta-squared", "share"}};
    const iso_measure *list[4];
    int count = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_spec s;
        assert_true(iso_spec_parse(&s, cases[i][0]));
        text(s.estimator, cases[i][1]);
    }
    ok(iso_measure_choose(list, &count, 4,
                          "procrustes:correlation,procrustes:nuclear,centroid:cohens-d"));
    assert_int_equal(count, 2);
    text(list[0]->estimator, "nuclear");
    text(list[1]->estimator, "relative");
}

static void words_are_written(void **state)
{
    iso_buf out = {0};

    (void)state;
    ok(iso_spec_print(&out, "p@k", "csls", 5));
    text(out.text, "p@5:csls");
    ok(iso_spec_print(&out, " p@k", NULL, INT64_MIN));
    ok(iso_spec_print(&out, " cka", "", 3));
    text(out.text, "p@5:csls p@k cka");
    iso_buf_free(&out);
}

int main(void)
{
    RUN_TESTS(test(words_are_taken_apart), test(what_is_no_word),
              test(what_is_not_named_may_be_anything), test(published_names),
              test(words_are_written));
}
