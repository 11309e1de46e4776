/* Answers in words: cases on paper, and F1 beside words that are counted one by one. */
#include "lib/text/answer_score.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

static void normal_is(const char *text, const char *want)
{
    iso_buf got = {0};

    ok(iso_answer_normal(&got, text, (int64_t)strlen(text)));
    assert_string_equal(got.text, want);
    iso_buf_free(&got);
}

static void texts_are_compared_bare(void **state)
{
    (void)state;
    normal_is("", "");
    normal_is(" The  Cat,\tthe hat! ", "cat hat");
    normal_is("an A THE", "");
    normal_is("theatre a-b", "theatre ab");
    normal_is("\xc2\xabÜBER\xc2\xbb\xe3\x80\x82", "über");
    normal_is("$5.00", "500");
    normal_is("the.", ""); /* an article once its stop is gone */
}

static void score_is(const char *said, const char *gold, double exact, double f1)
{
    struct answer_score s;

    ok(iso_answer_score(&s, said, (int64_t)strlen(said), gold));
    near(s.exact, exact, 0);
    near(s.f1, f1, 1e-12);
}

static void cases_on_paper(void **state)
{
    (void)state;
    score_is("the Eiffel Tower", "Eiffel tower.", 1, 1);
    score_is("Tower", "Eiffel Tower", 0, 2.0 / 3);
    score_is("tower tower", "tower", 0, 2.0 / 3); /* as often as it occurs */
    score_is("London", "Paris", 0, 0);
    score_is("", "Paris", 0, 0);
    score_is("the", "a", 1, 1);
    score_is("黑豹队", "黑豹", 0, 4.0 / 5); /* by character */
    score_is("136 次", "136次", 0, 1);
    score_is("次 b", "次b", 0, 1);
}

/* F1 by its definition, words of one letter between blanks. */
static double slow_f1(const char *a, const char *b)
{
    double same = 0, n = 0, m = 0;

    for (char c = 'b'; c <= 'e'; c++) {
        double in_a = 0, in_b = 0;
        for (const char *p = a; *p; p++)
            in_a += *p == c;
        for (const char *p = b; *p; p++)
            in_b += *p == c;
        same += in_a < in_b ? in_a : in_b;
        n += in_a;
        m += in_b;
    }
    if (n == 0 || m == 0)
        return n == m;
    return same == 0 ? 0 : 2 * (same / n) * (same / m) / (same / n + same / m);
}

static void random_words(void **state)
{
    iso_rng rng = iso_rng_seeded(4, 0);

    (void)state;
    for (int turn = 0; turn < 500; turn++) {
        char text[2][32];
        struct answer_score s;
        for (int k = 0; k < 2; k++) {
            const int words = (int)(iso_rng_uniform(&rng) * 8);
            for (int w = 0; w < words; w++) {
                text[k][2 * w] = (char)('a' + (int)(iso_rng_uniform(&rng) * 5));
                text[k][2 * w + 1] = ' ';
            }
            text[k][2 * words] = '\0';
        }
        ok(iso_answer_score(&s, text[0], (int64_t)strlen(text[0]), text[1]));
        near(s.f1, slow_f1(text[0], text[1]), 1e-12);
        assert_true(s.exact == 0 || s.f1 == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_compared_bare),
        cmocka_unit_test(cases_on_paper),
        cmocka_unit_test(random_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
