/* Word translation of a turned copy: supervised, refined, by chain and without a dictionary. */
#include "tests/check.h"

#include "analysis/study/words/translation.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/io/vectors.h"

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

static iso_err translate(iso_records *out, iso_words_opt opt)
{
    const iso_words_side side[2] = {{.file = source}, {.file = target}};
    const iso_run run = {.mem = (int64_t)1 << 28, .seed = 1};

    opt.size = sizeof opt;
    opt.beta = NAN;
    opt.test = test_pairs;
    return iso_words(out, side, &opt, &run);
}

/* p@1 by a rule, over the vocabulary. */
static double first_right(const iso_records *list, const char *rule)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (r->k == 1 && iso_str_same(r->estimator, rule) &&
            iso_str_same(r->denominator, "in-vocabulary")) {
            assert_int_equal(r->n, 100);
            if (iso_str_same(rule, "invsoftmax"))
                near(r->param, 30, 0);
            return r->value;
        }
    }
    fail_msg("no p@1 by %s", rule);
    return NAN;
}

static void a_turned_copy_is_found(void **state)
{
    const iso_words_opt asked[] = {
        {.train = train},
        {.train = train, .prep = "none"},
        {.train = train, .refine = 3},
        {.train = train, .prep = "iternorm"},
        {.train = train, .method = ISO_WORDS_LEAST_SQUARES},
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
    ok(translate(&list, (iso_words_opt){.train = train, .method = ISO_WORDS_ROTATION}));
    assert_true(first_right(&list, "csls") < 0.9);
    iso_records_free(&list);
}

/* Not mapped, the spaces have nothing to do with each other. */
static void without_a_map_nothing_is_found(void **state)
{
    iso_records list = {0};

    (void)state;
    ok(translate(&list, (iso_words_opt){.method = ISO_WORDS_NONE}));
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
    ok(translate(&a, (iso_words_opt){.train = train, .refine = 3}));
    test_pairs = temp_path("half.txt");
    write_pairs(test_pairs, 1, 2);
    FILE *f = fopen(test_pairs, "a"); /* wrong pairs: were they looked at, rounds would differ */
    assert_non_null(f);
    for (int i = 0; i < WORDS; i += 2)
        fprintf(f, "s%d T%d\n", i, WORDS - 1 - i);
    assert_int_equal(fclose(f), 0);
    ok(translate(&b, (iso_words_opt){.train = train, .refine = 3}));
    /* 100 right words of 200, the wrong ones are found by accident alone */
    near(b.at[0].value, a.at[0].value / 2, 0.02);
    test_pairs = all;
    iso_records_free(&a);
    iso_records_free(&b);
}

static void lack_of_memory_is_told(void **state)
{
    const iso_words_opt set = {.train = train, .refine = 1, .measure = "csls", .k = "1"};
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

/* Words and rows in memory are what a file of them is. */
static void memory_is_as_a_file(void **state)
{
    const iso_words_opt opt = {
        .size = sizeof opt, .beta = NAN, .train = train, .test = test_pairs, .prep = "center"};
    const iso_run run = {.seed = 1};
    const iso_words_side file[2] = {{.file = source}, {.file = target}};
    iso_words_side side[2] = {{0}};
    iso_vectors v[2] = {{0}};
    iso_records want = {0}, got = {0};
    (void)state;

    for (int i = 0; i < 2; i++) {
        ok(iso_vectors_read(&v[i], file[i].file, NULL));
        side[i] = (iso_words_side){
            .words = v[i].words, .rows = iso_mat_view(&v[i].rows), .lang = i ? "t" : "s"};
    }
    ok(iso_words(&want, file, &opt, &run));
    ok(iso_words(&got, side, &opt, &run));
    assert_int_equal(got.count, want.count);
    for (int64_t i = 0; i < got.count; i++) {
        near(got.at[i].value, want.at[i].value, 0);
        text(got.at[i].measure, want.at[i].measure);
    }
    text(got.at[0].tgt, "t");
    side[1].words = NULL;
    fails(iso_words(&got, side, &opt, &run), ISO_EARG, "a side of words is a file, states, or");
    assert_int_equal(got.count, want.count);
    for (int i = 0; i < 2; i++)
        iso_vectors_free(&v[i]);
    iso_records_free(&want);
    iso_records_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_turned_copy_is_found),         test(a_mirror_is_no_rotation),
        test(without_a_map_nothing_is_found), test(the_test_dictionary_chooses_nothing),
        test(lack_of_memory_is_told),         test(memory_is_as_a_file),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
