/* Features of languages and results of training: values by hand, what is refused. The seeds hold
 * eng and deu, features S_SVO, P_A, F_B. */
#include "lib/io/typology.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/transfer.h"
#include "lib/text/lang.h"
#include "tests/check.h"

static const char *file(const char *bytes)
{
    const char *path = temp_path("input");
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
    assert_int_equal(fclose(f), 0);
    return path;
}

static void same(double a, double b)
{
    assert_true(isnan(a) == isnan(b));
    if (!isnan(a))
        near(a, b, 0);
}

/* deu, eng, deu: rows come in the order asked for. */
static void holds(const char *path, const double eng[3], const double deu[3])
{
    const int64_t lang[] = {1, 0, 1};
    iso_typology t = {0};
    double rows[9];

    ok(iso_typology_open(&t, path, NULL));
    assert_int_equal(t.langs.count, 2);
    text(t.langs.texts[0], "eng");
    text(t.features.texts[2], "F_B");
    for (int turn = 0; turn < 2; turn++) { /* a file is read as often as asked */
        ok(iso_typology_rows(rows, &t, lang, 3));
        for (int i = 0; i < 3; i++) {
            same(rows[i], deu[i]);
            same(rows[3 + i], eng[i]);
            same(rows[6 + i], deu[i]);
        }
    }
    iso_typology_close(&t);
}

/* Of sources (1, -1), (0, 1), (-1, -1): 1, 1/2, none. */
static void all_forms(void **state)
{
    (void)state;
    holds(source_path("tests/fuzz/seeds/typology/sources.npz"), (double[]){1, 0.5, NAN},
          (double[]){0, 1, 0.5});
    holds(source_path("tests/fuzz/seeds/typology/flat.npz"), (double[]){1, 0.5, NAN},
          (double[]){0, 1, 0.5});
    holds(source_path("tests/fuzz/seeds/typology/table"), (double[]){1, 0.5, NAN},
          (double[]){0, 1, 0.5});
    holds(file("# by hand\nlang,S_SVO,P_A,F_B\neng,1,0.5,-1\ndeu,0,1,.5\n"),
          (double[]){1, 0.5, NAN}, (double[]){0, 1, 0.5});
}

static void refused(const char *bytes, const char *part)
{
    iso_typology t = {0};

    fails(iso_typology_open(&t, file(bytes), NULL), ISO_EFORMAT, part);
    assert_null(t.store);
}

static void says_what_is_wrong(void **state)
{
    iso_typology t = {0};
    (void)state;

    refused("lang\n", "no header of a language and features");
    refused("lang\tS_A\n", "has no language");
    refused("lang\tS_A\tS_A\n", "feature 'S_A' is there twice");
    refused("lang\tS_A\nen\t1\nen\t0\n", "language 'en' is there twice");
    refused("lang\tS_A\nen\t1\t2\n", "line 2 has 3 fields, its header 2");
    refused("lang\tS_A\nen\tyes\n", "line 2: S_A is 'yes', not a number");
    fails(iso_typology_open(&t, source_path("tests/fuzz/seeds/npz/stored.npz"), NULL), ISO_EFORMAT,
          "has no array 'langs'; features are langs, feats and data");
}

/* Names and numbers that a small file unpacks to, or makes of its commas. */
static void held_against_the_memory(void **state)
{
    const iso_run small = {.mem = 1000};
    iso_typology t = {0};
    (void)state;

    fails(iso_typology_open(&t, source_path("tests/fuzz/seeds/typology/flat.npz"), &small),
          ISO_EFORMAT, "langs: 2 texts of 3 characters are more than --mem holds");
    fails(iso_typology_open(&t, source_path("tests/fuzz/seeds/typology/table"), &small),
          ISO_EFORMAT, "3 features of 1 languages are more than --mem holds");
    assert_null(t.store);
}

static void any_allocation_may_fail(void **state)
{
    static const char *const name[] = {"sources.npz", "table"};
    const int64_t lang[] = {0};
    double row[3];
    (void)state;

    for (int i = 0; i < 2; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "tests/fuzz/seeds/typology/%s", name[i]);
        iso_err err = ISO_ENOMEM;
        for (int64_t n = 0; err; n++) {
            iso_typology t = {0};
            iso_alloc_fail_after(n);
            err = iso_typology_open(&t, source_path(path), NULL);
            err = err ? err : iso_typology_rows(row, &t, lang, 1);
            iso_alloc_fail_after(-1);
            assert_true(!err || err == ISO_ENOMEM || err == ISO_EFORMAT); /* libzip has its own */
            iso_typology_close(&t);
        }
    }
}

/* --- Results --- */

static void results(void **state)
{
    iso_transfer t = {0};
    (void)state;

    ok(iso_transfer_read(&t, source_path("tests/fuzz/seeds/transfer/two"), iso_lang_canonical,
                         NULL));
    assert_int_equal(t.entries, 2);
    assert_int_equal(t.langs.count, 3); /* en, de, fr */
    near(t.examples[0], 10, 0);
    near(t.examples[2], 5, 0);
    assert_true(isnan(t.examples[3 + 2]) && isnan(t.score[2]));
    near(t.score[3 + 2], 0.6, 0);
    iso_transfer_free(&t);
}

static void results_refused(const char *bytes, const char *part)
{
    iso_transfer t = {0};

    fails(iso_transfer_read(&t, file(bytes), iso_lang_canonical, NULL), ISO_EFORMAT, part);
    assert_null(t.examples);
}

static void results_say_what_is_wrong(void **state)
{
    (void)state;
    results_refused("{}", "is no list of");
    results_refused("[]", "is no list of");
    results_refused("[{\"train_config\": {\"en\": 1}}]", "entry 1 has no eval_results");
    results_refused("[{\"train_config\": {\"en\": 1, \"eng\": 2}, \"eval_results\": {\"de\": 1}}]",
                    "entry 1 has en twice in train_config");
    results_refused("[{\"train_config\": {\"en\": 1}, \"eval_results\": {\"de\": 1, \"de\": 1}}]",
                    "entry 1 has de twice in eval_results");
    results_refused("[{\"train_config\": {\"en\": -1}, \"eval_results\": {\"de\": 1}}]",
                    "train_config of en is no number of examples");
    results_refused("[{\"train_config\": {\"en\": 1}, \"eval_results\": {\"de\": NaN}}]",
                    "eval_results of de is no score");
    results_refused("[{\"train_config\": {\"\": 1}, \"eval_results\": {\"de\": 1}}]",
                    "a language without a name");
}

/* Each entry adds a language, and with it a cell to all entries. */
static void results_held_against_the_memory(void **state)
{
    const iso_run small = {.mem = 1 << 17};
    iso_buf b = {0};
    iso_transfer t = {0};
    (void)state;

    for (int i = 0; i < 99; i++)
        ok(iso_buf_printf(&b, "%s{\"train_config\": {\"l%d\": 1}, \"eval_results\": {\"en\": 1}}",
                          i ? ", " : "[", i));
    ok(iso_buf_puts(&b, "]"));
    fails(iso_transfer_read(&t, file(b.text), iso_lang_canonical, &small), ISO_EFORMAT,
          "99 entries of 100 languages are more than --mem holds");
    assert_null(t.examples);
    iso_buf_free(&b);
}

int main(void)
{
    RUN_TESTS(test(all_forms), test(says_what_is_wrong), test(held_against_the_memory),
              test(any_allocation_may_fail), test(results), test(results_say_what_is_wrong),
              test(results_held_against_the_memory));
}
