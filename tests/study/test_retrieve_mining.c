/* Mining through the program's retrieval: files of true pairs, equal lines, what is written. */
#include "tests/study/retrieved.h"

static const char *file_of(const char *name, const char *content)
{
    const char *path = temp_path(name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static const char *content_of(const char *path)
{
    static char content[4096];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    content[fread(content, 1, sizeof content - 1, file)] = '\0';
    fclose(file);
    return content;
}

/* Five sentences against four; lines 1 and 2 of en are equal, and no row belongs to the one of its
 * own number: en 0 is de 3, en 1 and 2 are de 0, en 3 is de 2; en 4 and de 1 are nobody's. */
static const float en[] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1, 3};
static const float de[] = {0, 1, .1f, 0, .5f, .5f, .5f, .4f, .1f, 0, 1, 0, 1, .1f, 0, 0};
static const char *const lines[] = {"one", "two", "two", "three", "four"};
static const char *const zeilen[] = {"zwei", "nichts", "drei", "eins"};
static const char truth[] = "0\t3\n1 0\n\n2\t0\r\n3\t2\n";

static iso_states *comparable(void)
{
    const struct speech two[] = {{"en", 5, 4, en, lines}, {"de", 4, 4, de, zeilen}};

    return spoken("comparable.h5", two, 2);
}

static void equal_lines_are_one_and_gold_follows(void **state)
{
    const iso_retrieve_opt opt = RETRIEVE(.measure = "f1", .gold = file_of("gold.tsv", truth));

    (void)state;
    iso_states *s = comparable();
    iso_records list = retrieved(s, opt);
    assert_int_equal(list.count, 12);
    for (int way = 0; way < 4; way++) {
        static const char *const ways[] = {"forward", "backward", "max", "intersection"};
        const iso_record *r = record_of(&list, "f1", "mining", ways[way], 0);
        near(r->value, 1, 0);      /* the three true ones score best */
        assert_int_equal(r->n, 3); /* of the four, two are one */
        assert_int_equal(r->neighbours, 4);
        assert_true(isfinite(r->param));
    }
    iso_records_free(&list);
    iso_states_close(s);
}

static void the_pairs_are_written_under_their_own_numbers(void **state)
{
    iso_retrieve_opt opt =
        RETRIEVE(.measure = "f1", .gold = file_of("gold.tsv", truth), .margin = ISO_RULE_ABSOLUTE,
                 .threshold = 0.9, .predictions = temp_path("mined.tsv"));
    static const long rows[2][3] = {{0, 1, 3}, {3, 0, 2}}; /* equal scores, by source */
    long src[3], tgt[3];
    double score[3];

    (void)state;
    iso_states *s = comparable();
    iso_records list = retrieved(s, opt);
    near(record_of(&list, "precision", "mining", "max", 0)->value, 1, 0);
    near(record_of(&list, "recall", "mining", "max", 0)->value, 1, 0);
    near(record_of(&list, "f1", "mining", "max", 0)->param, 0.9, 0);
    assert_int_equal(sscanf(content_of(opt.predictions),
                            "%ld\t%ld\t%lf\n%ld\t%ld\t%lf\n%ld\t%ld\t%lf", &src[0], &tgt[0],
                            &score[0], &src[1], &tgt[1], &score[1], &src[2], &tgt[2], &score[2]),
                     9);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(src[i], rows[0][i]);
        assert_int_equal(tgt[i], rows[1][i]);
        near(score[i], 1 / sqrt(1.01), 1e-6);
    }
    iso_records_free(&list);
    iso_states_close(s);
}

/* Without true pairs, row i belongs to row i; a threshold that nothing reaches leaves precision
 * open. */
static void nothing_mined_is_undefined(void **state)
{
    const struct speech two[] = {{"en", 4, 4, en, NULL}, {"de", 4, 4, de, NULL}};

    (void)state;
    iso_states *s = spoken("paired.h5", two, 2);
    iso_records list =
        retrieved(s, RETRIEVE(.measure = "f1", .threshold = 9, .direction = ISO_RETRIEVE_BACKWARD));
    assert_int_equal(list.count, 3);
    assert_true(isnan(record_of(&list, "precision", "mining", "backward", 0)->value));
    text(record_of(&list, "precision", "mining", "backward", 0)->why, "nothing was mined");
    near(record_of(&list, "recall", "mining", "backward", 0)->value, 0, 0);
    iso_records_free(&list);
    iso_states_close(s);
}

static void wrong(const char *pairs, iso_err err, const char *part)
{
    const iso_retrieve_opt opt = RETRIEVE(.measure = "f1", .gold = file_of("wrong.tsv", pairs));
    iso_records list = {0};
    iso_states *s = comparable();

    fails(iso_retrieve(&list, s, &opt, &(iso_run){0}), err, part);
    assert_int_equal(list.count, 0);
    iso_states_close(s);
}

static void gold_that_cannot_be_taken_is_told_by_its_line(void **state)
{
    char wide[200];

    (void)state;
    memset(wide, '1', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    wrong("0\t3\n5\t0\n", ISO_EARG, "line 2: row 5, there are 0 to 4");
    wrong("0\t4\n", ISO_EARG, "line 1: row 4, there are 0 to 3");
    wrong("-1\t0\n", ISO_EARG, "row -1");
    wrong("source\ttarget\n", ISO_EFORMAT, "'source' is not a row number");
    wrong("1\n", ISO_EFORMAT, "'' is not a row number");
    wrong("1\t2\t3\n", ISO_EFORMAT, "more than two numbers");
    wrong("\n\n", ISO_EFORMAT, "holds no pair");
    wrong("", ISO_EFORMAT, "empty");
    wrong(wide, ISO_EFORMAT, "is not a row number");
}

/* A line a query: the best row first, so that the first column alone is what XTREME reads. */
static void predictions_are_a_line_a_query(void **state)
{
    const struct speech two[] = {{"en", 4, 4, en, NULL}, {"de", 4, 4, de, NULL}};
    iso_retrieve_opt opt = RETRIEVE(.measure = "p@1:cosine", .predictions = temp_path("found.tsv"));
    static const long best[4] = {3, 0, 0, 2};
    long first[4];

    (void)state;
    iso_states *s = spoken("paired.h5", two, 2);
    iso_records list = retrieved(s, opt);
    assert_int_equal(sscanf(content_of(opt.predictions), "%ld\t%*f\n%ld\t%*f\n%ld\t%*f\n%ld\t%*f",
                            &first[0], &first[1], &first[2], &first[3]),
                     4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(first[i], best[i]);
    iso_records_free(&list);
    opt.direction = ISO_RETRIEVE_BACKWARD;
    list = retrieved(s, opt);
    assert_int_equal(strncmp(content_of(opt.predictions), "1\t0.99", 6), 0);
    iso_records_free(&list);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(equal_lines_are_one_and_gold_follows),
              test(the_pairs_are_written_under_their_own_numbers), test(nothing_mined_is_undefined),
              test(gold_that_cannot_be_taken_is_told_by_its_line),
              test(predictions_are_a_line_a_query));
}
