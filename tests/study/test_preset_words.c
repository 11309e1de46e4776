/* The presets of words are the programs they name: numbers of MUSE's and vecmap's steps made with
 * numpy in double on a published pair of matrices (tests/golden), 60 words to fit on, 40 to find.
 */
#include "analysis/study/words/translation.h"

#include "lib/base/str.h"
#include "tests/check.h"

enum { WORDS = 100, TRAINED = 60 };

/* A matrix as word vectors: prefix0, prefix1, ... */
static void write_vectors(const char *to, const char *from, char prefix)
{
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    char line[4096];

    assert_non_null(in);
    assert_non_null(out);
    fprintf(out, "%d 10\n", WORDS);
    for (int i = 0; fgets(line, sizeof line, in); i++) {
        for (char *c = line; *c; c++)
            *c = *c == ',' ? ' ' : *c;
        fprintf(out, "%c%d %s", prefix, i, line);
    }
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void write_pairs(const char *path, int from, int until)
{
    FILE *out = fopen(path, "w");

    assert_non_null(out);
    for (int i = from; i < until; i++)
        fprintf(out, "a%d b%d\n", i, i);
    assert_int_equal(fclose(out), 0);
}

static double found(const iso_records *list, const char *measure, const char *rule)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (iso_str_same(r->measure, measure) && iso_str_same(r->estimator, rule) &&
            iso_str_same(r->denominator, "in-vocabulary"))
            return r->value;
    }
    fail_msg("no %s by %s", measure, rule);
    return NAN;
}

static void words_are_found_as_by_the_published_programs(void **state)
{
    static const struct {
        const char *preset;
        double csls[3], cosine[3]; /* P@1, P@5, P@10 */
    } of[] = {
        /* Procrustes, then 5 rounds on mutual neighbours by CSLS; the last has the best mean
         * cosine. Round 0 would give 0.6 by CSLS. */
        {"muse", {0.525, 0.725, 0.85}, {0.475, 0.725, 0.85}},
        {"vecmap", {0.5, 0.775, 0.875}, {0.475, 0.7, 0.875}},
        {"emerging", {0.575, 0.75, 0.925}, {0.525, 0.775, 0.925}},
    };
    static const char *const measure[] = {"p@1", "p@5", "p@10"};
    const char *x = temp_path("x.vec"), *y = temp_path("y.vec");
    const char *train = temp_path("train.txt"), *tested = temp_path("test.txt");
    const iso_words_side side[2] = {{.file = x}, {.file = y}};
    const iso_run run = {.mem = (int64_t)1 << 28};

    (void)state;
    write_vectors(x, source_path("tests/golden/kornblith_X.csv"), 'a');
    write_vectors(y, source_path("tests/golden/kornblith_Y.csv"), 'b');
    write_pairs(train, 0, TRAINED);
    write_pairs(tested, TRAINED, WORDS);
    for (int p = 0; p < 3; p++) {
        iso_words_opt opt;
        iso_records list = {0};
        iso_words_opt_init(&opt, sizeof opt);
        opt.preset = of[p].preset;
        opt.train = train;
        opt.test = tested;
        opt.interval = ISO_INTERVAL_NONE;
        ok(iso_words(&list, side, &opt, &run));
        for (int k = 0; k < 3; k++) {
            near(found(&list, measure[k], "csls"), of[p].csls[k], 1e-12);
            near(found(&list, measure[k], "cosine"), of[p].cosine[k], 1e-12);
        }
        iso_records_free(&list);
    }
}

int main(void)
{
    RUN_TESTS(test(words_are_found_as_by_the_published_programs));
}
