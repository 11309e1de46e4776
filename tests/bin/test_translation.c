/* Word translation of a turned copy: supervised, refined, by chain and without a dictionary. */
#include "tests/check.h"

#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"

enum { WORDS = 200, DIM = 10, CLUSTERS = 25 };

static const char *source, *target, *train, *test_pairs;

static void write_vectors(const char *path, const char *name, double x[WORDS][DIM])
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fprintf(f, "%d %d\n", WORDS, DIM);
    for (int i = 0; i < WORDS; i++) {
        fprintf(f, "%s%d", name, i);
        for (int j = 0; j < DIM; j++)
            fprintf(f, " %.6f", x[i][j]);
        fputc('\n', f);
    }
    assert_int_equal(fclose(f), 0);
}

static void write_pairs(const char *path, int from, int step)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    for (int i = from; i < WORDS; i += step)
        fprintf(f, "s%d T%d\n", i, i);
    assert_int_equal(fclose(f), 0);
}

/* Clusters of words of different spread; the target's columns are the source's in another order,
 * some negated, with noise. */
static int set_up(void **state)
{
    static double x[WORDS][DIM], y[WORDS][DIM], centre[CLUSTERS][DIM];
    iso_rng rng = iso_rng_seeded(3, 0);

    (void)state;
    for (int c = 0; c < CLUSTERS; c++)
        for (int j = 0; j < DIM; j++)
            centre[c][j] = iso_rng_normal(&rng) * (1 + 2 * iso_rng_uniform(&rng));
    for (int i = 0; i < WORDS; i++) {
        const double spread = 0.3 + iso_rng_uniform(&rng);
        const int64_t c = iso_rng_below(&rng, CLUSTERS);
        for (int j = 0; j < DIM; j++) {
            x[i][j] = centre[c][j] + spread * iso_rng_normal(&rng);
            y[i][(j + 3) % DIM] = (j % 3 ? 1 : -1) * x[i][j] + 0.05 * iso_rng_normal(&rng);
        }
    }
    source = temp_path("s.vec");
    target = temp_path("t.vec");
    train = temp_path("train.txt");
    test_pairs = temp_path("test.txt");
    write_vectors(source, "s", x);
    write_vectors(target, "T", y);
    write_pairs(train, 0, 4);
    write_pairs(test_pairs, 1, 2);
    return 0;
}

static iso_err translate(iso_records *out, struct settings set)
{
    const char *inputs[] = {source, target};
    const iso_run run = {.mem = (int64_t)1 << 28, .seed = 1};
    struct words_ask ask = {0};
    struct words_side side[2] = {0};
    iso_err err = ISO_OK;

    set.command = "words";
    set.quiet = true;
    set.test = test_pairs;
    set.inputs = (struct words){inputs, 2};
    ISO_TRY(iso_words_ask_make(&ask, &set));
    for (int i = 0; i < 2; i++)
        ISO_TRY(iso_words_side_open(&side[i], inputs[i], &ask, &run));
    ISO_TRY(iso_words_records(out, &ask, side, &run));
done:
    iso_words_side_close(&side[0]);
    iso_words_side_close(&side[1]);
    iso_words_ask_free(&ask);
    return err;
}

/* p@1 by a rule, over the vocabulary. */
static double first_right(const iso_records *list, const char *rule)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (r->k == 1 && iso_str_same(r->estimator, rule) &&
            iso_str_same(r->denominator, "in-vocabulary")) {
            assert_int_equal(r->n, 100);
            return r->value;
        }
    }
    fail_msg("no p@1 by %s", rule);
    return NAN;
}

static void a_turned_copy_is_found(void **state)
{
    const struct settings asked[] = {
        {.train = train},
        {.train = train, .prep = "none"},
        {.train = train, .refine = 3},
        {.train = train, .prep = "iternorm"},
        {.train = train, .method = "least-squares"},
        {.train = train, .steps = "whiten,rotate,reweight:0.5,dewhiten"},
        {.unsupervised = true},
        {.unsupervised = true, .steps = "rotate", .refine = 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        iso_records list = {0};
        ok(translate(&list, asked[i]));
        assert_int_equal(list.count, 3 * 3 * 4 + 1);
        assert_true(first_right(&list, "csls") > 0.95);
        assert_true(first_right(&list, "cosine") > 0.95);
        assert_true(first_right(&list, "invsoftmax") > 0.95);
        text(list.at[0].src, "s");
        iso_records_free(&list);
    }
}

/* The copy is turned and mirrored (a cycle of ten columns is odd, four are negated): a rotation
 * alone cannot undo it. */
static void a_mirror_is_no_rotation(void **state)
{
    iso_records list = {0};

    (void)state;
    ok(translate(&list, (struct settings){.train = train, .method = "rotation"}));
    assert_true(first_right(&list, "csls") < 0.9);
    iso_records_free(&list);
}

/* Not mapped, the spaces have nothing to do with each other. */
static void without_a_map_nothing_is_found(void **state)
{
    iso_records list = {0};

    (void)state;
    ok(translate(&list, (struct settings){.method = "none"}));
    assert_true(first_right(&list, "cosine") < 0.1);
    assert_null(list.at[0].train);
    iso_records_free(&list);
}

/* The numbers of the test dictionary must not change what is fitted: another test dictionary, the
 * same map, and what both ask has the same rank. */
static void the_test_dictionary_chooses_nothing(void **state)
{
    const char *all = test_pairs;
    iso_records a = {0}, b = {0};

    (void)state;
    ok(translate(&a, (struct settings){.train = train, .refine = 3}));
    test_pairs = temp_path("half.txt");
    write_pairs(test_pairs, 1, 2);
    FILE *f = fopen(test_pairs, "a"); /* wrong pairs: were they looked at, rounds would differ */
    assert_non_null(f);
    for (int i = 0; i < WORDS; i += 2)
        fprintf(f, "s%d T%d\n", i, WORDS - 1 - i);
    assert_int_equal(fclose(f), 0);
    ok(translate(&b, (struct settings){.train = train, .refine = 3}));
    /* 100 right words of 200, the wrong ones are found by accident alone */
    near(b.at[0].value, a.at[0].value / 2, 0.02);
    test_pairs = all;
    iso_records_free(&a);
    iso_records_free(&b);
}

static void lack_of_memory_is_told(void **state)
{
    const struct settings set = {.train = train, .refine = 1, .measure = "csls", .k = "1"};
    int fails = 0;

    (void)state;
    for (int64_t n = 0;; n += 1 + n / 16) {
        iso_records list = {0};
        iso_alloc_fail_after(n);
        const iso_err err = translate(&list, set);
        iso_alloc_fail_after(-1);
        iso_records_free(&list);
        if (!err)
            break;
        assert_int_equal(err, ISO_ENOMEM);
        fails++;
    }
    assert_true(fails > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_turned_copy_is_found),         test(a_mirror_is_no_rotation),
        test(without_a_map_nothing_is_found), test(the_test_dictionary_chooses_nothing),
        test(lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
