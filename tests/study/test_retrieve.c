/* Retrieval from a collection to records: published numbers, equal texts, chance, properties. */
#include "tests/study/retrieved.h"

#include "lib/base/str.h"

/* --- Kornblith's data as two languages: scikit-learn, LASER's xsim and MEXA by hand --- */

static void read_csv(float *out, int count, const char *path)
{
    FILE *f = fopen(path, "r");
    char line[4096];
    int at = 0;

    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        for (char *word = strtok(line, ",\n"); word; word = strtok(NULL, ",\n")) {
            double number;
            assert_true(at < count && iso_str_double(&number, word));
            out[at++] = (float)number;
        }
    }
    fclose(f);
    assert_int_equal(at, count);
}

static void kornblith_two_languages(void **state)
{
    static float x[1000], y[1000];
    const struct speech two[] = {{"en", 100, 10, x, NULL}, {"de", 100, 10, y, NULL}};

    (void)state;
    read_csv(x, 1000, source_path("tests/golden/kornblith_X.csv"));
    read_csv(y, 1000, source_path("tests/golden/kornblith_Y.csv"));
    iso_states *s = spoken("kornblith.h5", two, 2);
    iso_records list = retrieved(s, RETRIEVE(.measure = "p@k,error:ratio,mexa"));
    near(record_of(&list, "p@k", "cosine", "forward", 1)->value, 0.58, 1e-12);
    near(record_of(&list, "p@k", "cosine", "backward", 1)->value, 0.56, 1e-12);
    near(record_of(&list, "p@k", "csls", "forward", 1)->value, 0.59, 1e-12);
    near(record_of(&list, "p@k", "csls", "backward", 1)->value, 0.57, 1e-12);
    near(record_of(&list, "error", "ratio", "forward", 0)->value, 0.42, 1e-12);
    near(record_of(&list, "mexa", "cosine", NULL, 0)->value, 0.50, 1e-12);
    assert_int_equal(record_of(&list, "p@k", "csls", "forward", 1)->neighbours, 10);
    assert_int_equal(record_of(&list, "error", "ratio", "forward", 0)->neighbours, 4);
    near(record_of(&list, "error", "ratio", "forward", 0)->null, 0.99, 1e-12);
    text(record_of(&list, "p@k", "csls", "forward", 1)->interval, "boot-items");
    iso_records_free(&list);
    iso_states_close(s);
}

/* --- Equal texts --- */

/* en 0 and 1 point where de 1 and 0 do; de 0 and 1 say the same. */
static const float cross[] = {1, 0, 0, 1, -1, 0, 0, -1}, turned[] = {0, 1, 1, 0, -1, 0, 0, -1};
static const char *const said[] = {"same", "same", "third", "fourth"};

static void a_row_with_the_text_of_the_right_one_is_right(void **state)
{
    const struct speech bare[] = {{"en", 4, 2, cross, NULL}, {"de", 4, 2, turned, NULL}};
    const struct speech told[] = {{"en", 4, 2, cross, NULL}, {"de", 4, 2, turned, said}};
    const iso_retrieve_opt opt = RETRIEVE(.measure = "p@1:cosine,mrr:cosine,mexa");

    (void)state;
    iso_states *s = spoken("bare.h5", bare, 2), *t = spoken("told.h5", told, 2);
    iso_records without = retrieved(s, opt), with = retrieved(t, opt);
    iso_records lists = retrieved(t, RETRIEVE(.measure = "p@1:cosine"));
    near(record_of(&lists, "p@k", "cosine", "forward", 1)->value, 1, 0);
    iso_records_free(&lists);
    near(record_of(&without, "p@k", "cosine", "forward", 1)->value, 0.5, 0);
    near(record_of(&with, "p@k", "cosine", "forward", 1)->value, 1, 0);
    near(record_of(&with, "mrr", "cosine", "forward", 0)->value, 1, 0);
    /* of the source nothing is known: rows 0 and 1 are searched at 2 of 4; the wrong one, then a
     * right angle shared by the right one and another: place 2 or 3 by index */
    near(record_of(&with, "p@k", "cosine", "backward", 1)->value, 0.5, 0);
    /* MEXA asks for the row itself */
    near(record_of(&with, "mexa", "cosine", NULL, 0)->value, 0.5, 0);
    /* two rows right for two of four queries, one for the others */
    near(record_of(&with, "p@k", "cosine", "forward", 1)->null, (0.5 + 0.5 + 0.25 + 0.25) / 4,
         1e-15);
    near(record_of(&without, "p@k", "cosine", "forward", 1)->null, 0.25, 1e-15);
    /* best of two among four: 1 in 1/2, 2 in 1/3, 3 in 1/6; of one: (1 + 1/2 + 1/3 + 1/4)/4 */
    near(record_of(&with, "mrr", "cosine", "forward", 0)->null,
         (0.5 + 1.0 / 6 + 1.0 / 18) / 2 + 25.0 / 48 / 2, 1e-15);
    iso_records_free(&without);
    iso_records_free(&with);
    iso_states_close(s);
    iso_states_close(t);
}

/* --- Chance --- */

enum { N = 12, D = 3, TIMES = 150 };

struct tally {
    const char *measure, *estimator, *direction;
    int64_t k;
    double off, square; /* value less chance */
};

/* Unrelated rows, some with equal texts: the mean of value − null is 0 within four standard errors.
 */
static void chance_is_what_unrelated_rows_give(void **state)
{
    static const char *const words[N] = {"a", "b", "a", "c", "a", "d",
                                         "b", "e", "f", "g", "h", "i"};
    struct tally of[] = {
        {"p@k", "cosine", "forward", 1, 0, 0},  {"p@k", "csls", "forward", 5, 0, 0},
        {"p@k", "cosine", "backward", 5, 0, 0}, {"mrr", "cosine", "forward", 0, 0, 0},
        {"mrr", "csls", "backward", 0, 0, 0},   {"error", "cosine", "forward", 0, 0, 0},
        {"mexa", "cosine", NULL, 0, 0, 0}};
    const int kinds = (int)(sizeof of / sizeof *of);
    iso_rng rng = iso_rng_seeded(5, 0);
    float x[N * D], y[N * D];

    (void)state;
    for (int t = 0; t < TIMES; t++) {
        const struct speech two[] = {{"en", N, D, x, NULL}, {"de", N, D, y, words}};
        draw(x, (int64_t)N * D, &rng);
        draw(y, (int64_t)N * D, &rng);
        iso_states *s = spoken("chance.h5", two, 2);
        iso_records list = retrieved(s, RETRIEVE(.measure = "p@k,mrr,error,mexa", .k = "1,5",
                                                 .interval = ISO_INTERVAL_NONE));
        for (int i = 0; i < kinds; i++) {
            const iso_record *r =
                record_of(&list, of[i].measure, of[i].estimator, of[i].direction, of[i].k);
            of[i].off += (r->value - r->null) / TIMES;
            of[i].square += (r->value - r->null) * (r->value - r->null) / TIMES;
        }
        iso_records_free(&list);
        iso_states_close(s);
    }
    for (int i = 0; i < kinds; i++)
        near(of[i].off, 0, 4 * sqrt(of[i].square / TIMES));
}

/* --- Properties --- */

enum { MANY = 90, WIDE = 6 };

static float here[MANY * WIDE], there[MANY * WIDE];

static iso_states *related(const char *name, double shift)
{
    const struct speech two[] = {{"en", MANY, WIDE, here, NULL}, {"de", MANY, WIDE, there, NULL}};
    iso_rng rng = iso_rng_seeded(9, 0);

    draw(here, MANY * WIDE, &rng);
    draw(there, MANY * WIDE, &rng);
    for (int i = 0; i < MANY * WIDE; i++)
        there[i] = here[i] + 0.8f * there[i] + (float)shift * (float)(i % WIDE);
    return spoken(name, two, 2);
}

/* Lists and counting what is better are two ways to the same ranks. */
static void ranks_do_not_depend_on_the_method(void **state)
{
    (void)state;
    iso_states *s = related("related.h5", 0);
    iso_records lists = retrieved(s, RETRIEVE(.measure = "p@k", .k = "1,10"));
    iso_records ranks = retrieved(s, RETRIEVE(.measure = "p@k", .k = "1,10,80,90"));
    for (int i = 0; i < 8; i++) {
        const char *rule = i & 1 ? "csls" : "cosine", *way = i & 2 ? "forward" : "backward";
        const int k = i & 4 ? 1 : 10;
        near(record_of(&lists, "p@k", rule, way, k)->value,
             record_of(&ranks, "p@k", rule, way, k)->value, 0);
        near(record_of(&ranks, "p@k", rule, way, 90)->value, 1, 0);
        assert_true(record_of(&ranks, "p@k", rule, way, 80)->value >=
                    record_of(&ranks, "p@k", rule, way, 10)->value);
    }
    iso_records_free(&lists);
    iso_records_free(&ranks);
    iso_states_close(s);
}

/* Inverted softmax as MUSE has it: beta 30, of each candidate the sum over all queries. */
static void the_softmax_is_that_of_muse(void **state)
{
    static double c[MANY][MANY];
    double right = 0;

    (void)state;
    iso_states *s = related("softmax.h5", 0);
    for (int i = 0; i < MANY; i++)
        for (int j = 0; j < MANY; j++) {
            double xy = 0, xx = 0, yy = 0;
            for (int l = 0; l < WIDE; l++) {
                xy += (double)here[i * WIDE + l] * there[j * WIDE + l];
                xx += (double)here[i * WIDE + l] * here[i * WIDE + l];
                yy += (double)there[j * WIDE + l] * there[j * WIDE + l];
            }
            c[i][j] = exp(30 * xy / sqrt(xx * yy));
        }
    for (int j = 0; j < MANY; j++) {
        double sum = 0;
        for (int i = 0; i < MANY; i++)
            sum += c[i][j];
        for (int i = 0; i < MANY; i++)
            c[i][j] /= sum;
    }
    for (int i = 0; i < MANY; i++) {
        int best = 0;
        for (int j = 1; j < MANY; j++)
            best = c[i][j] > c[i][best] ? j : best;
        right += best == i;
    }
    iso_records list =
        retrieved(s, RETRIEVE(.measure = "p@1:invsoftmax", .direction = ISO_RETRIEVE_FORWARD));
    near(list.at[0].value, right / MANY, 1e-12);
    near(list.at[0].param, 30, 0);
    iso_records_free(&list);
    list = retrieved(s, RETRIEVE(.measure = "p@1:invsoftmax", .beta = 2));
    near(list.at[0].param, 2, 0);
    iso_records_free(&list);
    iso_states_close(s);
}

/* Centring takes a shift of one language off, and records say that it was done. */
static void centring_takes_a_shift_off(void **state)
{
    const iso_retrieve_opt centred = RETRIEVE(.measure = "mrr:cosine", .prep = "centre,unit");

    (void)state;
    iso_states *still = related("still.h5", 0), *moved = related("moved.h5", 3);
    iso_records a = retrieved(still, centred), b = retrieved(moved, centred);
    iso_records c = retrieved(moved, RETRIEVE(.measure = "mrr:cosine"));
    near(a.at[0].value, b.at[0].value, 1e-3);
    assert_true(c.at[0].value < b.at[0].value - 0.1);
    text(a.at[0].prep, "center,unit");
    assert_null(c.at[0].prep);
    iso_records_free(&a);
    iso_records_free(&b);
    iso_records_free(&c);
    iso_states_close(still);
    iso_states_close(moved);
}

static void every_allocation_may_fail(void **state)
{
    const iso_retrieve_opt opt = RETRIEVE(.measure = "p@k,mrr:csls,mexa,f1", .prep = "center",
                                          .interval = ISO_INTERVAL_NONE);
    iso_records list = {0};
    iso_err err = ISO_ENOMEM;

    (void)state;
    iso_states *s = related("memory.h5", 0);
    for (int n = 0; err == ISO_ENOMEM; n++) {
        iso_alloc_fail_after(n);
        err = iso_retrieve(&list, s, &opt, &(iso_run){0});
        iso_alloc_fail_after(-1);
        assert_true(n < 2000);
        if (err)
            iso_records_free(&list);
    }
    ok(err);
    assert_int_equal(list.count, 4 + 2 + 1 + 12);
    iso_records_free(&list);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(kornblith_two_languages), test(a_row_with_the_text_of_the_right_one_is_right),
              test(chance_is_what_unrelated_rows_give), test(ranks_do_not_depend_on_the_method),
              test(the_softmax_is_that_of_muse), test(centring_takes_a_shift_off),
              test(every_allocation_may_fail));
}
