/* CKA with covariates held constant: against regression written out, with and without company, how
 * often its interval holds the truth, what is undefined and what is refused. */
#include "analysis/study/compare/compare.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"
#include "tests/oracle/design_reference.h"

enum { LANGS = 3, N = 50, D = 6, C = 2 };

static const char *const names[LANGS] = {"en", "de", "fr"};

/* Items have a length in each language, which rows show beside what is said. */
struct told {
    double x[LANGS][N * D], z[LANGS][N * C];
    char id[N][8];
    const char *ids[N];
};

static void draw(struct told *t, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);
    double shared[N * D];

    for (int i = 0; i < N * D; i++)
        shared[i] = iso_rng_normal(&rng);
    for (int i = 0; i < N; i++) {
        const double length = 5 + 30 * iso_rng_uniform(&rng);
        snprintf(t->id[i], sizeof t->id[i], "s%d", i);
        t->ids[i] = t->id[i];
        for (int l = 0; l < LANGS; l++) {
            double *z = &t->z[l][i * C];
            z[0] = floor(length + 5 * iso_rng_normal(&rng));
            z[1] = log(2 + fabs(z[0]));
            for (int j = 0; j < D; j++)
                t->x[l][i * D + j] =
                    0.2 * (1 + j % 3) * z[0] + 2 * z[1] + shared[i * D + j] + iso_rng_normal(&rng);
        }
    }
}

static iso_states *collection(const struct told *t)
{
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    for (int l = 0; l < LANGS; l++) {
        ok(iso_states_add_lang(s, &(iso_lang){.name = names[l], .items = N, .ids = t->ids}));
        ok(iso_states_put(s, names[l], 0, iso_view_f64(t->x[l], N, D)));
    }
    return s;
}

/* The covariates of a language as a table, its lines from the last to the first; items from `from`
 * on. */
static const char *table(const struct told *t, int lang, int from)
{
    char name[32];

    snprintf(name, sizeof name, "size.%s.csv", names[lang]);
    const char *path = temp_path(name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "n,id,\"log, natural\"\n");
    for (int i = N - 1; i >= from; i--)
        fprintf(f, "%.17g,%s,%.17g\n", t->z[lang][i * C], t->id[i], t->z[lang][i * C + 1]);
    fclose(f);
    return path;
}

static char *tables(const struct told *t)
{
    static char list[4096];
    size_t at = 0;

    for (int l = 0; l < LANGS; l++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s=%s", l ? "," : "", names[l],
                               table(t, l, 0));
    return list;
}

static iso_compare_opt options(const char *condition)
{
    iso_compare_opt opt;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.measure = "cka:*";
    opt.condition = condition;
    return opt;
}

static iso_records compared(iso_states *s, const iso_compare_opt *opt)
{
    const iso_run run = {.double_precision = true};
    iso_records list = {0};

    ok(iso_compare(&list, s, opt, &run));
    return list;
}

/* What the reference says of two languages, by covariates of both. */
static double reference(const struct told *t, int a, int b, int debiased)
{
    double z[N * 2 * C];

    for (int i = 0; i < N; i++)
        for (int j = 0; j < C; j++) {
            z[i * 2 * C + j] = t->z[a][i * C + j];
            z[i * 2 * C + C + j] = t->z[b][i * C + j];
        }
    return reference_conditional(t->x[a], t->x[b], z, N, D, D, 2 * C, debiased);
}

static void values_are_of_residuals(void **state)
{
    (void)state;
    static struct told t;

    draw(&t, 1);
    iso_states *s = collection(&t);
    iso_compare_opt opt = options(tables(&t));
    iso_records gram = compared(s, &opt);
    opt.algorithm = ISO_METHOD_SUMS;
    iso_records sums = compared(s, &opt);
    opt.select.tgt = "fr";
    iso_records alone = compared(s, &opt);
    opt = options(NULL);
    iso_records plain = compared(s, &opt);
    assert_int_equal(gram.count, 4);
    for (int i = 0; i < 4; i++) {
        const double expected = reference(&t, 0, 1 + i % 2, i < 2);
        near(gram.at[i].value, expected, 1e-9);
        near(sums.at[i].value, expected, 1e-9);
        text(gram.at[i].condition, i % 2 ? "size.en+size.fr" : "size.en+size.de");
        assert_int_equal(gram.at[i].n, N);
        assert_null(plain.at[i].condition);
        assert_true(plain.at[i].value > gram.at[i].value + 0.1);
        assert_true(gram.at[i].lo < expected && expected < gram.at[i].hi);
    }
    for (int i = 0; i < 2; i++)
        assert_true(alone.at[i].value == sums.at[1 + 2 * i].value);
    iso_records_free(&gram);
    iso_records_free(&sums);
    iso_records_free(&alone);
    iso_records_free(&plain);
    iso_states_close(s);
}

/* One table for both sides; after preparation; with the target's rows permuted, and
 * their covariates with them. */
static void other_forms(void **state)
{
    (void)state;
    static struct told t;
    double z[N * 2 * C];

    draw(&t, 2);
    iso_states *s = collection(&t);
    iso_compare_opt opt = options(table(&t, 1, 0));
    iso_records one = compared(s, &opt);
    for (int i = 0; i < 4; i++) {
        near(one.at[i].value,
             reference_conditional(t.x[0], t.x[1 + i % 2], t.z[1], N, D, D, C, i < 2), 1e-9);
        text(one.at[i].condition, "size.de");
    }
    opt.prep = "center";
    iso_records prepared = compared(s, &opt);
    for (int i = 0; i < 4; i++)
        near(one.at[i].value, prepared.at[i].value, 1e-12);
    opt = options(tables(&t));
    opt.select.shuffle = true;
    opt.select.tgt = "de";
    iso_records shuffled = compared(s, &opt);
    iso_rng rng = iso_rng_seeded(0, 1);
    int64_t at[N];
    static double y[N * D];
    iso_rng_permutation(&rng, at, N);
    for (int i = 0; i < N; i++) {
        memcpy(y + i * D, t.x[1] + at[i] * D, D * sizeof *y);
        for (int j = 0; j < C; j++) {
            z[i * 2 * C + j] = t.z[0][i * C + j];
            z[i * 2 * C + C + j] = t.z[1][at[i] * C + j];
        }
    }
    near(shuffled.at[0].value, reference_conditional(t.x[0], y, z, N, D, D, 2 * C, 1), 1e-9);
    iso_records_free(&one);
    iso_records_free(&prepared);
    iso_records_free(&shuffled);
    iso_states_close(s);
}

static void against_another_collection(void **state)
{
    (void)state;
    static struct told t, u;

    draw(&t, 3);
    draw(&u, 3);
    for (int i = 0; i < N * D; i++)
        u.x[0][i] = t.x[2][i];
    iso_states *here = collection(&t), *there = collection(&u);
    iso_compare_opt opt = options(tables(&t));
    opt.against = there;
    iso_records list = compared(here, &opt);
    opt.select.tgt = "de";
    opt.difference = true;
    iso_records minus = compared(here, &opt);
    near(list.at[0].value, reference_conditional(t.x[0], u.x[0], t.z[0], N, D, D, C, 1), 1e-9);
    text(list.at[0].condition, "size.en");
    memcpy(t.x[0], u.x[0], sizeof t.x[0]);
    iso_states *other = collection(&t);
    opt = options(tables(&t));
    opt.select.tgt = "de";
    iso_records b = compared(other, &opt);
    draw(&t, 3);
    iso_records a = compared(here, &opt);
    near(minus.at[0].value, a.at[0].value - b.at[0].value, 1e-12);
    assert_true(minus.at[0].lo < minus.at[0].value);
    iso_records_free(&list);
    iso_records_free(&minus);
    iso_records_free(&a);
    iso_records_free(&b);
    iso_states_close(here);
    iso_states_close(there);
    iso_states_close(other);
}

/* Rows of D numbers share K of them with noise of their own: what is left of both sides has
 * covariances S S' + σ² I here and S S' across, so that conditional CKA is known. */
static double truth(double noise)
{
    const double xy = D, xx = D * (1 + noise * noise) * (1 + noise * noise);

    return xy / xx;
}

static void intervals_hold_the_truth(void **state)
{
    (void)state;
    enum { SETS = 300 };
    static struct told t;
    const double noise = 0.7;
    int held = 0;

    for (int set = 0; set < SETS; set++) {
        iso_rng rng = iso_rng_seeded((uint64_t)set, 7);
        draw(&t, (uint64_t)set);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < D; j++) {
                const double said = iso_rng_normal(&rng);
                for (int l = 0; l < 2; l++)
                    t.x[l][i * D + j] = 0.3 * t.z[l][i * C] - j * t.z[l][i * C + 1] + said +
                                        noise * iso_rng_normal(&rng);
            }
        iso_states *s = collection(&t);
        iso_compare_opt opt = options(tables(&t));
        opt.select.tgt = "de";
        opt.measure = "cka";
        iso_records list = compared(s, &opt);
        held += list.at[0].lo <= truth(noise) && truth(noise) <= list.at[0].hi;
        iso_records_free(&list);
        iso_states_close(s);
    }
    print_message("conditional cka:debiased, jackknife, n = %d, 4 covariates: the interval holds "
                  "the truth in %d of %d sets\n",
                  N, held, SETS);
    assert_true(held >= 0.9 * SETS);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's distance from uniform. */
static double uniform_distance(double *p, int n)
{
    double most = 0;

    qsort(p, (size_t)n, sizeof *p, by_size);
    for (int i = 0; i < n; i++)
        most = fmax(most, fmax((i + 1.0) / n - p[i], p[i] - (double)i / n));
    return most;
}

/* Nothing is shared but length: p by formula of both forms. Of 500 sets the distance exceeds
 * 1.628/√500 = 0.073 one time in a hundred. */
static void p_is_uniform_where_length_alone_is_shared(void **state)
{
    (void)state;
    enum { SETS = 500 };
    static struct told t;
    static double p[2][SETS];
    const double most = 1.628 / sqrt(SETS);

    for (int set = 0; set < SETS; set++) {
        iso_rng rng = iso_rng_seeded((uint64_t)set, 11);
        draw(&t, (uint64_t)set + 1000);
        for (int l = 0; l < 2; l++)
            for (int i = 0; i < N * D; i++)
                t.x[l][i] =
                    0.3 * t.z[l][i / D * C] - i % D * t.z[l][i / D * C + 1] + iso_rng_normal(&rng);
        iso_states *s = collection(&t);
        iso_compare_opt opt = options(tables(&t));
        opt.select.tgt = "de";
        iso_records list = compared(s, &opt);
        for (int i = 0; i < 2; i++)
            p[i][set] = list.at[i].p;
        iso_records_free(&list);
        iso_states_close(s);
    }
    const double d[2] = {uniform_distance(p[0], SETS), uniform_distance(p[1], SETS)};
    print_message("conditional cka, nothing but length shared, %d sets: distance of p from uniform "
                  "%.3f debiased, %.3f biased; 1 %% point %.3f\n",
                  SETS, d[0], d[1], most);
    assert_true(d[0] < most && d[1] < most);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void refused(iso_states *s, const char *condition, iso_err code, const char *part)
{
    iso_records list = {0};
    const iso_compare_opt opt = options(condition);

    fails(iso_compare(&list, s, &opt, NULL), code, part);
    assert_int_equal(list.count, 0);
}

static void what_is_refused(void **state)
{
    (void)state;
    static struct told t;
    char list[4200];
    const char *odd = temp_path("odd.csv");
    iso_compare_opt opt;

    draw(&t, 4);
    iso_states *s = collection(&t);
    refused(s, table(&t, 0, 3), ISO_EARG,
            "has nothing for item 's0' of en, and for 3 of its 50 items");
    snprintf(list, sizeof list, "en=%s,de=%s", table(&t, 0, 0), table(&t, 1, 0));
    refused(s, list, ISO_EARG, "--condition has no file for fr: fr=FILE");
    snprintf(list, sizeof list, "%s,de=%s", table(&t, 0, 0), table(&t, 1, 0));
    refused(s, list, ISO_EARG, "several files are LANG=FILE each");
    refused(s, "none.csv", ISO_EIO, "none.csv");
    refused(s, "", ISO_EARG, "--condition: the name is empty");
    write_file(odd, "id,n\ns0,1\ns1,x\n");
    refused(s, odd, ISO_EFORMAT, "odd.csv: line 3, column n: 'x' is not a number");
    write_file(odd, "id,n\ns0,1\ns0,2\n");
    refused(s, odd, ISO_EFORMAT, "line 3: the id 's0' stands twice");
    write_file(odd, "id,n\ns0,1,2\n");
    refused(s, odd, ISO_EFORMAT, "line 2: has 3 fields, the header 2");
    write_file(odd, "id\ns0\n");
    refused(s, odd, ISO_EFORMAT, "has no column of numbers beside id");
    write_file(odd, "id,n\n");
    refused(s, odd, ISO_EFORMAT, "has a header and no lines");
    write_file(odd, "n\n1\n2\n");
    refused(s, odd, ISO_EARG, "has 2 rows, en ((memory)) 50 items, and no ids");
    refused(s, "language", ISO_EARG, "--condition language is undefined: a side is of one language");
    opt = options(odd);
    opt.measure = "cka,cosine";
    fails(iso_compare_check(&opt), ISO_EARG,
          "--condition is of cka, which compares kernels; cosine:raw has no form of it");
    iso_states_close(s);
}

/* A covariate that is the same for all items, as the language itself is. */
static void what_is_undefined(void **state)
{
    (void)state;
    static struct told t;

    draw(&t, 5);
    iso_states *s = collection(&t);
    for (int i = 0; i < N; i++)
        t.z[1][i * C] = 1;
    const iso_compare_opt opt = options(table(&t, 1, 0));
    iso_records list = compared(s, &opt);
    assert_int_equal(list.count, 4);
    for (int i = 0; i < 4; i++) {
        assert_true(isnan(list.at[i].value) && isnan(list.at[i].lo));
        text(list.at[i].why, "a covariate has one value for all items, as the language has");
        text(list.at[i].condition, "size.de");
    }
    iso_records_free(&list);
    FILE *f = fopen(temp_path("many.csv"), "w");
    iso_rng rng = iso_rng_seeded(5, 5);
    for (int i = 0; i <= N; i++)
        for (int j = 0; j < N - 3; j++) {
            const char *end = j < N - 4 ? "," : "\n";
            if (i == 0)
                fprintf(f, "c%d%s", j, end);
            else
                fprintf(f, "%.17g%s", iso_rng_normal(&rng), end);
        }
    fclose(f);
    const iso_compare_opt many = options(temp_path("many.csv"));
    list = compared(s, &many);
    text(list.at[0].why, "the covariates leave fewer than 3 degrees of freedom");
    iso_records_free(&list);
    iso_states_close(s);
}

static void every_allocation_fails(void **state)
{
    (void)state;
    static struct told t;
    iso_records list = {0};
    iso_err err = ISO_OK;

    draw(&t, 6);
    iso_states *s = collection(&t);
    iso_compare_opt opt = options(tables(&t));
    opt.prep = "clip:0.1";
    for (int64_t i = 0; i == 0 || err; i++) {
        iso_alloc_fail_after(i);
        err = iso_compare(&list, s, &opt, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        assert_true(err == ISO_OK || list.count == 0);
    }
    iso_records_free(&list);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(values_are_of_residuals), test(other_forms), test(against_another_collection),
              test(intervals_hold_the_truth), test(p_is_uniform_where_length_alone_is_shared),
              test(what_is_refused), test(what_is_undefined), test(every_allocation_fails));
}
