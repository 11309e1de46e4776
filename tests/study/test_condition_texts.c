/* Length and pieces held constant: lengths against regression written out, pieces against least
 * squares over the entries of centred kernels, both from tokens counted here. */
#include "analysis/study/compare/compare.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/statistics.h"
#include "lib/text/tokenizer.h"
#include "tests/check.h"
#include "tests/oracle/cka_reference.h"
#include "tests/oracle/design_reference.h"

enum { LANGS = 2, N = 30, D = 5, IDS = 8192 };

static const char *const names[LANGS] = {"en", "de"};
static const char *const who[5][LANGS] = {{"Paula", "Paula"},
                                          {"The king of Rome", "Der König von Rom"},
                                          {"A doctor", "Ein Arzt"},
                                          {"My dog", "Mein Hund"},
                                          {"Nobody", "Niemand"}};
static const char *const what[6][LANGS] = {
    {"sees the sea.", "sieht das Meer."},
    {"reads a book in Berlin, and another one in Paris.", "liest ein Buch."},
    {"sings.", "singt heute Abend ein Lied für uns."},
    {"was in Rome in 1987.", "war 1987 in Rom."},
    {"eats bread, bread and bread.", "isst Brot, Brot und Brot."},
    {"walks home late at night.", "geht nachts spät nach Hause."}};

struct told {
    char text[LANGS][N][160];
    const char *at[LANGS][N];
    double x[LANGS][N * D];
};

static void draw(struct told *t, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int i = 0; i < N; i++)
        for (int l = 0; l < LANGS; l++) {
            snprintf(t->text[l][i], sizeof t->text[l][i], "%s %s", who[i % 5][l], what[i / 5][l]);
            t->at[l][i] = t->text[l][i];
        }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < D; j++) {
            const double said = iso_rng_normal(&rng);
            for (int l = 0; l < LANGS; l++)
                t->x[l][i * D + j] =
                    said + 0.05 * (double)strlen(t->at[l][i]) + iso_rng_normal(&rng);
        }
}

static iso_states *collection(const struct told *t)
{
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    for (int l = 0; l < LANGS; l++) {
        ok(iso_states_add_lang(s, &(iso_lang){.name = names[l], .items = N, .text = t->at[l]}));
        ok(iso_states_put(s, names[l], 0, iso_view_f64(t->x[l], N, D)));
    }
    return s;
}

static iso_compare_opt options(const char *condition)
{
    static char path[4096];
    iso_compare_opt opt;

    snprintf(path, sizeof path, "%s", source_path("examples/mini"));
    iso_compare_opt_init(&opt, sizeof opt);
    opt.measure = "cka:*";
    opt.condition = condition;
    opt.baseline.model = path;
    return opt;
}

static int cut(int32_t *out, const char *text)
{
    static iso_tokenizer *t;
    const iso_text in = {.text = text, .len = (int64_t)strlen(text)};
    iso_tokens tokens = {0};
    int count = 0;

    if (!t)
        ok(iso_tokenizer_open(&t, source_path("examples/mini")));
    ok(iso_tokenizer_encode(t, &tokens, &in, 0));
    for (int64_t i = 0; i < tokens.count; i++) {
        if (!tokens.special[i])
            out[count++] = tokens.ids[i];
    }
    iso_tokens_free(&tokens);
    return count;
}

static void length_is_regressed_out(void **state)
{
    (void)state;
    static struct told t;
    const iso_run run = {.double_precision = true};
    double z[N * 6];
    int32_t id[256];
    iso_records list = {0};

    draw(&t, 1);
    for (int i = 0; i < N; i++)
        for (int l = 0; l < LANGS; l++) {
            const double n = cut(id, t.text[l][i]);
            z[i * 6 + 3 * l] = n;
            z[i * 6 + 3 * l + 1] = log(n);
            z[i * 6 + 3 * l + 2] = 1 / n;
        }
    iso_states *s = collection(&t);
    const iso_compare_opt opt = options("length");
    ok(iso_compare(&list, s, &opt, &run));
    assert_int_equal(list.count, 2);
    for (int i = 0; i < 2; i++) {
        near(list.at[i].value, reference_conditional(t.x[0], t.x[1], z, N, D, D, 6, !i), 1e-8);
        text(list.at[i].condition, "length");
    }
    iso_records_free(&list);
    iso_states_close(s);
}

/* Weighted counts of both languages. */
static void weigh(double *x, const struct told *t)
{
    int32_t id[256];

    memset(x, 0, (size_t)(LANGS * N * IDS) * sizeof *x);
    for (int l = 0; l < LANGS; l++)
        for (int i = 0; i < N; i++)
            for (int k = cut(id, t->text[l][i]) - 1; k >= 0; k--)
                x[(l * N + i) * IDS + id[k]]++;
    for (int c = 0; c < IDS; c++) {
        double df = 0;
        for (int i = 0; i < LANGS * N; i++)
            df += x[i * IDS + c] > 0;
        for (int i = 0; i < LANGS * N; i++)
            x[i * IDS + c] *= fmax(0, log(N / (1 + df)));
    }
}

/* Least squares of the entries of two centred kernels on those of two others, and the cosine of
 * what is left; without item `out` (−1: with all). */
static double left(const double *const row[4], const int dims[4], int debiased, int out)
{
    const int n = N - (out >= 0);
    double *k[4], aa[4], b[4], xy = 0, xx = 0, yy = 0;

    for (int m = 0; m < 4; m++) {
        double *rows = malloc(sizeof *rows * (size_t)(n * dims[m]));
        for (int i = 0, at = 0; i < N; i++)
            if (i != out)
                memcpy(rows + at++ * dims[m], row[m] + i * dims[m], sizeof *rows * (size_t)dims[m]);
        k[m] = reference_gram(rows, n, dims[m]);
        (debiased ? reference_u_centre : reference_centre)(k[m], n);
        free(rows);
    }
    for (int p = 0; p < 2; p++)
        for (int q = 0; q < 2; q++) {
            aa[p * 2 + q] = reference_inner(k[2 + p], k[2 + q], n);
            b[p * 2 + q] = reference_inner(k[2 + p], k[q], n);
        }
    reference_solve(aa, b, 2, 2);
    for (int i = 0; i < n * n; i++) {
        const double x = k[0][i] - b[0] * k[2][i] - b[2] * k[3][i];
        const double y = k[1][i] - b[1] * k[2][i] - b[3] * k[3][i];
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    for (int m = 0; m < 4; m++)
        free(k[m]);
    return xy / sqrt(xx * yy);
}

static void pieces_are_taken_out_of_kernels(void **state)
{
    (void)state;
    static struct told t;
    static double z[LANGS * N * IDS];
    const iso_run run = {.double_precision = true};
    iso_records list = {0};

    draw(&t, 2);
    weigh(z, &t);
    const double *const rows[4] = {t.x[0], t.x[1], z, z + N * IDS};
    const int dims[4] = {D, D, IDS, IDS};
    iso_states *s = collection(&t);
    const iso_compare_opt opt = options("pieces");
    ok(iso_compare(&list, s, &opt, &run));
    assert_int_equal(list.count, 2);
    for (int i = 0; i < 2; i++) {
        const double value = left(rows, dims, !i, -1);
        double rep[N], lo, hi;
        near(list.at[i].value, value, 1e-9);
        text(list.at[i].condition, "pieces");
        text(list.at[i].interval, "jackknife");
        for (int u = 0; u < N; u++)
            rep[u] = left(rows, dims, !i, u);
        assert_true(iso_jackknife(&lo, &hi, value, rep, N, 0.95));
        near(list.at[i].lo, lo, 1e-8);
        near(list.at[i].hi, hi, 1e-8);
    }
    iso_records_free(&list);
    iso_states_close(s);
}

static void what_is_refused(void **state)
{
    (void)state;
    static struct told t;
    iso_compare_opt opt = options("pieces");
    iso_records list = {0};
    iso_states *s = NULL;

    draw(&t, 3);
    opt.permutations = 99;
    fails(iso_compare_check(&opt), ISO_EARG,
          "--condition takes no --permutations: permuted residuals are none");
    opt = options("length");
    opt.baseline.model = NULL;
    fails(iso_compare_check(&opt), ISO_EARG,
          "--condition length needs --model DIR, the checkpoint of the states");
    ok(iso_states_new(&s, NULL));
    for (int l = 0; l < LANGS; l++)
        ok(iso_states_put(s, names[l], 0, iso_view_f64(t.x[l], N, D)));
    opt = options("length");
    fails(iso_compare(&list, s, &opt, NULL), ISO_EARG, "en is kept without its text");
    iso_states_close(s);
    for (int i = 0; i < N; i++) /* texts that are all as long as each other */
        t.at[1][i] = "Nobody";
    s = collection(&t);
    ok(iso_compare(&list, s, &opt, NULL));
    assert_true(isnan(list.at[0].value));
    text(list.at[0].why, "a covariate has one value for all items, as the language has");
    iso_records_free(&list);
    opt = options("pieces");
    opt.against = s;
    fails(iso_compare(&list, s, &opt, NULL), ISO_EARG, "on both sides of --against");
    iso_states_close(s);
}

/* Items drawn from one source: sentences of random words, whose rows add up what each word brings
 * and something that no word says, shared in part. */
struct drawn {
    int64_t n;
    char (*text[LANGS])[80];
    const char **at[LANGS];
    double *x[LANGS];
};

static void draw_items(struct drawn *d, int64_t n, uint64_t seed)
{
    static const char *const words[LANGS][8] = {
        {"sea", "king", "book", "bread", "night", "doctor", "dog", "song"},
        {"Meer", "König", "Buch", "Brot", "Nacht", "Arzt", "Hund", "Lied"}};
    iso_rng own = iso_rng_seeded(99, 0), rng = iso_rng_seeded(seed, 1);
    double brings[LANGS][8][D];

    for (int i = 0; i < LANGS * 8 * D; i++)
        (&brings[0][0][0])[i] = iso_rng_normal(&own);
    d->n = n;
    for (int l = 0; l < LANGS; l++) {
        d->text[l] = calloc((size_t)n, sizeof *d->text[l]);
        d->at[l] = calloc((size_t)n, sizeof *d->at[l]);
        d->x[l] = calloc((size_t)(n * D), sizeof *d->x[l]);
    }
    for (int64_t i = 0; i < n; i++) {
        for (int w = 0; w < 3; w++) {
            const int word = (int)iso_rng_below(&rng, 8);
            for (int l = 0; l < LANGS; l++) {
                strcat(strcat(d->text[l][i], " "), words[l][word]);
                for (int j = 0; j < D; j++)
                    d->x[l][i * D + j] += brings[l][word][j];
            }
        }
        for (int j = 0; j < D; j++) {
            const double said = 1.5 * iso_rng_normal(&rng);
            for (int l = 0; l < LANGS; l++)
                d->x[l][i * D + j] += said + iso_rng_normal(&rng);
        }
        for (int l = 0; l < LANGS; l++)
            d->at[l][i] = d->text[l][i];
    }
}

static iso_record given_pieces(iso_records *list, int64_t n, uint64_t seed)
{
    const iso_run run = {.double_precision = true, .mem = (int64_t)1 << 31};
    iso_compare_opt opt = options("pieces");
    struct drawn d;
    iso_states *s = NULL;

    draw_items(&d, n, seed);
    opt.measure = "cka";
    ok(iso_states_new(&s, NULL));
    for (int l = 0; l < LANGS; l++) {
        ok(iso_states_add_lang(s, &(iso_lang){.name = names[l], .items = n, .text = d.at[l]}));
        ok(iso_states_put(s, names[l], 0, iso_view_f64(d.x[l], n, D)));
    }
    ok(iso_compare(list, s, &opt, &run));
    iso_states_close(s);
    for (int l = 0; l < LANGS; l++) {
        free(d.text[l]);
        free(d.at[l]);
        free(d.x[l]);
    }
    return list->at[list->count - 1];
}

static void intervals_hold_what_many_items_give(void **state)
{
    (void)state;
    enum { SETS = 300 };
    iso_records list = {0};
    const double truth = given_pieces(&list, 2000, 1000).value;
    int held = 0;

    for (int set = 0; set < SETS; set++) {
        const iso_record r = given_pieces(&list, 40, (uint64_t)set);
        held += r.lo <= truth && truth <= r.hi;
    }
    print_message("cka:debiased given pieces, n = 40: the interval holds %.3f, the value of 2000 "
                  "items, in %d of %d sets\n",
                  truth, held, SETS);
    assert_true(held >= 0.9 * SETS);
    iso_records_free(&list);
}

/* The states of a trained network and its texts, as an independent computation has them. */
static void trained_states_keep_more_than_length(void **state)
{
    (void)state;
    const char *path = test_data("dumps/m15-sib.h5");
    static char model[4096];
    const double expected[] = {0.3728, 0.4776, 0.2953};
    iso_states *s = NULL;
    iso_records list = {0};
    iso_compare_opt opt = options("length");

    snprintf(model, sizeof model, "%s", test_data("models/m15"));
    ok(iso_states_open(&s, &path, 1, &(iso_states_opt){0}));
    opt.baseline.model = model;
    opt.measure = "cka";
    opt.select.tgt = "de,fr,zh";
    opt.select.layers = "last";
    ok(iso_compare(&list, s, &opt, NULL));
    for (int i = 0; i < 3; i++)
        near(list.at[i].value, expected[i], 5e-5);
    iso_records_free(&list);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(length_is_regressed_out), test(pieces_are_taken_out_of_kernels),
              test(what_is_refused), test(intervals_hold_what_many_items_give),
              test(trained_states_keep_more_than_length));
}
