/* Prepared rows in studies: every value against the slow reference on rows prepared in double here;
 * what does not depend on what else is asked; what is refused. */
#include "analysis/study/centroids/centroids.h"
#include "analysis/study/compare/compare.h"
#include "analysis/study/probe/probes.h"
#include "analysis/study/retrieve/retrieve.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"
#include "tests/oracle/cka_reference.h"

enum { LANGS = 4, N = 60, D = 9 };

static const char *const names[LANGS] = {"en", "de", "fr", "zh"};

/* What languages say is theirs in part; each has a place of its own. */
static void draw(double x[LANGS][N * D], uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);
    double shared[N * D];

    for (int i = 0; i < N * D; i++)
        shared[i] = iso_rng_normal(&rng);
    for (int l = 0; l < LANGS; l++) {
        double place[D];
        for (int j = 0; j < D; j++)
            place[j] = 3 * iso_rng_normal(&rng);
        for (int i = 0; i < N * D; i++)
            x[l][i] = (1 + i % D) * (shared[i] + iso_rng_normal(&rng)) + place[i % D];
    }
}

static iso_states *collection(double x[LANGS][N * D], int langs, int64_t items)
{
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    for (int l = 0; l < langs; l++)
        ok(iso_states_put(s, names[l], 0, iso_view_f64(x[l], items, D)));
    return s;
}

static iso_records compared(iso_states *s, const char *prep, const char *tgt, const char *measure)
{
    const iso_run run = {.double_precision = true};
    iso_records list = {0};
    iso_compare_opt opt;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.prep = prep;
    opt.select.tgt = tgt;
    opt.measure = measure;
    ok(iso_compare_check(&opt));
    ok(iso_compare(&list, s, &opt, &run));
    return list;
}

static double cosine(const double *x, const double *y)
{
    double sum = 0;

    for (int i = 0; i < N; i++) {
        double xy = 0, xx = 0, yy = 0;
        for (int j = 0; j < D; j++) {
            xy += x[i * D + j] * y[i * D + j];
            xx += x[i * D + j] * x[i * D + j];
            yy += y[i * D + j] * y[i * D + j];
        }
        sum += xy / sqrt(xx * yy) / N;
    }
    return sum;
}

static void mean_of(double *mean, const double *x)
{
    for (int j = 0; j < D; j++)
        mean[j] = 0;
    for (int i = 0; i < N * D; i++)
        mean[i % D] += x[i] / N;
}

/* --- References: each step written out, in double --- */

static void center(double *x, double unused)
{
    double mean[D];

    (void)unused;
    mean_of(mean, x);
    for (int i = 0; i < N * D; i++)
        x[i] -= mean[i % D];
}

static void unit(double *x, double unused)
{
    (void)unused;
    for (int i = 0; i < N; i++) {
        double square = 0;
        for (int j = 0; j < D; j++)
            square += x[i * D + j] * x[i * D + j];
        for (int j = 0; j < D; j++)
            x[i * D + j] /= sqrt(square);
    }
}

static void unitdim(double *x, double unused)
{
    double square[D] = {0};

    (void)unused;
    for (int i = 0; i < N * D; i++)
        square[i % D] += x[i] * x[i];
    for (int i = 0; i < N * D; i++)
        x[i] /= sqrt(square[i % D]);
}

static void zscore(double *x, double unused)
{
    center(x, unused);
    unitdim(x, unused);
    for (int i = 0; i < N * D; i++)
        x[i] *= sqrt(N);
}

static void iternorm(double *x, double unused)
{
    for (int i = 0; i < 5; i++) {
        unit(x, unused);
        center(x, unused);
    }
    unit(x, unused);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void clip(double *x, double q)
{
    for (int j = 0; j < D; j++) {
        double column[N];
        for (int i = 0; i < N; i++)
            column[i] = x[i * D + j];
        qsort(column, N, sizeof *column, by_size);
        const double at = (N - 1) * q, part = at - floor(at);
        const int k = (int)at;
        const double low = column[k] * (1 - part) + column[k + 1] * part;
        const double high = column[N - 1 - k] * (1 - part) + column[N - 2 - k] * part;
        for (int i = 0; i < N; i++)
            x[i * D + j] = fmin(fmax(x[i * D + j], low), high);
    }
}

/* The first direction of rows (centred) by power iteration, taken out of all of x; `times` of them,
 * each from what the ones before it left. */
static void project(double *x, double *rows, int n, int times)
{
    for (int t = 0; t < times; t++) {
        double v[D], w[D], length;
        for (int j = 0; j < D; j++)
            v[j] = 1 + 0.3 * j;
        for (int round = 0; round < 5000; round++) {
            length = 0;
            for (int j = 0; j < D; j++)
                w[j] = 0;
            for (int i = 0; i < n; i++) {
                double along = 0;
                for (int j = 0; j < D; j++)
                    along += rows[i * D + j] * v[j];
                for (int j = 0; j < D; j++)
                    w[j] += along * rows[i * D + j];
            }
            for (int j = 0; j < D; j++)
                length += w[j] * w[j];
            for (int j = 0; j < D; j++)
                v[j] = w[j] / sqrt(length);
        }
        for (int part = 0; part < (x == rows ? 1 : 2); part++) {
            double *y = part ? rows : x;
            for (int i = 0; i < (part ? n : N); i++) {
                double along = 0;
                for (int j = 0; j < D; j++)
                    along += y[i * D + j] * v[j];
                for (int j = 0; j < D; j++)
                    y[i * D + j] -= along * v[j];
            }
        }
    }
}

static void remove_pcs(double *x, double k)
{
    center(x, 0);
    project(x, x, N, (int)k);
}

/* Of all languages at once. */
static void lsar(double x[LANGS][N * D], int rank)
{
    double mean[LANGS * D], all[D] = {0}, kept[LANGS * D];

    for (int l = 0; l < LANGS; l++) {
        mean_of(mean + l * D, x[l]);
        for (int j = 0; j < D; j++)
            all[j] += mean[l * D + j] / LANGS;
    }
    for (int i = 0; i < LANGS * D; i++)
        mean[i] -= all[i % D];
    for (int l = 0; l < LANGS; l++) {
        memcpy(kept, mean, sizeof mean);
        project(x[l], kept, LANGS, rank);
    }
}

static const struct {
    const char *list;
    void (*step[3])(double *, double);
    double param[3];
    int rank; /* of lsar, after the first step */
} cases[] = {
    {"center", {center}, {0}, 0},
    {"unit", {unit}, {0}, 0},
    {"zscore", {zscore}, {0}, 0},
    {"unitdim", {unitdim}, {0}, 0},
    {"iternorm", {iternorm}, {0}, 0},
    {"remove-pcs:2", {remove_pcs}, {2}, 0},
    {"clip:0.05", {clip}, {0.05}, 0},
    {"clip:0.1,remove-pcs:1,unit", {clip, remove_pcs, unit}, {0.1, 1, 0}, 0},
    {"unit,lsar:2", {unit}, {0}, 2},
    {"clip:0.2,lsar:3,center", {clip, center}, {0.2, 0}, 3},
};

static void prepare(double x[LANGS][N * D], size_t c)
{
    for (int s = 0; s < 3 && cases[c].step[s]; s++) {
        for (int l = 0; l < LANGS; l++)
            cases[c].step[s](x[l], cases[c].param[s]);
        if (s == 0 && cases[c].rank)
            lsar(x, cases[c].rank);
    }
}

static void values_are_of_prepared_rows(void **state)
{
    (void)state;
    static double x[LANGS][N * D], y[LANGS][N * D];

    draw(x, 1);
    iso_states *s = collection(x, LANGS, N);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        memcpy(y, x, sizeof x);
        prepare(y, c);
        iso_records list = compared(s, cases[c].list, NULL, "cka:*,cosine:raw");
        assert_int_equal(list.count, 9);
        for (int i = 0; i < 9; i++) {
            const iso_record *r = &list.at[i];
            const double *b = y[1 + i % 3];
            text(r->prep, cases[c].list);
            if (cases[c].rank)
                text(r->subset, "en+de+fr+zh");
            else
                assert_null(r->subset);
            near(r->value, i >= 6 ? cosine(y[0], b) : reference_cka(y[0], b, N, D, D, i < 3), 1e-9);
        }
        iso_records_free(&list);
    }
    iso_states_close(s);
}

/* CKA removes means itself, and a pair's value does not hang on the languages that are asked for
 * beside it: lsar takes the means of all there are. */
static void what_does_not_matter(void **state)
{
    (void)state;
    static double x[LANGS][N * D];

    draw(x, 2);
    iso_states *s = collection(x, LANGS, N);
    iso_records plain = compared(s, NULL, NULL, "cka"), same = compared(s, "center", NULL, "cka");
    for (int i = 0; i < plain.count; i++) {
        assert_null(plain.at[i].prep);
        near(plain.at[i].value, same.at[i].value, 1e-12);
        near(plain.at[i].lo, same.at[i].lo, 1e-12);
    }
    iso_records all = compared(s, "lsar:2", NULL, "cosine:raw"),
                one = compared(s, "lsar:2", "zh", "cosine:raw");
    assert_true(one.at[0].value == all.at[2].value);
    text(one.at[0].subset, "en+de+fr+zh");
    iso_records most = compared(s, "lsar:3", NULL, "centroid:euclidean");
    for (int i = 0; i < most.count; i++)
        near(most.at[i].value, 0, 1e-10); /* all means are one */
    iso_records_free(&plain);
    iso_records_free(&same);
    iso_records_free(&all);
    iso_records_free(&one);
    iso_records_free(&most);
    iso_states_close(s);
}

/* Retrieval and centroids take the same rows. */
static void other_studies(void **state)
{
    (void)state;
    static double x[LANGS][N * D], y[LANGS][N * D];
    iso_records list = {0};
    iso_retrieve_opt retrieve;
    iso_centroids_opt centroids;

    draw(x, 3);
    iso_states *s = collection(x, LANGS, N);
    memcpy(y, x, sizeof x);
    lsar(y, 3);
    iso_states *done = collection(y, LANGS, N);
    iso_retrieve_opt_init(&retrieve, sizeof retrieve);
    iso_centroids_opt_init(&centroids, sizeof centroids);
    retrieve.prep = centroids.prep = "lsar:3";
    centroids.measure = "centroid:relative";
    ok(iso_retrieve(&list, s, &retrieve, NULL));
    ok(iso_centroids(&list, s, &centroids, NULL));
    const int64_t count = list.count;
    retrieve.prep = centroids.prep = NULL;
    ok(iso_retrieve(&list, done, &retrieve, NULL));
    ok(iso_centroids(&list, done, &centroids, NULL));
    assert_true(count > 3);
    for (int64_t i = 0; i < count; i++) {
        text(list.at[i].prep, "lsar:3");
        text(list.at[i].subset, "en+de+fr+zh");
        near(list.at[i].value, list.at[i + count].value, 1e-6);
    }
    iso_records_free(&list);
    iso_states_close(s);
    iso_states_close(done);
}

static void refused(iso_states *s, const char *prep, const iso_run *run, iso_err code,
                    const char *part)
{
    iso_records list = {0};
    iso_compare_opt opt;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.prep = prep;
    fails(iso_compare(&list, s, &opt, run), code, part);
    assert_int_equal(list.count, 0);
}

static void what_is_refused(void **state)
{
    (void)state;
    static double x[LANGS][N * D];

    draw(x, 4);
    iso_states *s = collection(x, LANGS, N);
    refused(s, "lsr:2", NULL, ISO_EARG, "--prep: unknown preparation 'lsr'; did you mean 'lsar'?");
    refused(s, "lsar:4", NULL, ISO_EARG,
            "layer 0: lsar:4 takes the means of more than 4 languages, there are 4");
    refused(s, "center,lsar:1", NULL, ISO_EDATA,
            "the means of the languages are the same after the steps before it");
    refused(s, "remove-pcs:9", NULL, ISO_EARG, "remove-pcs:9 of 60 rows of 9 dims leaves nothing");
    refused(s, "center", &(iso_run){.mem = 4000}, ISO_EARG, "--mem gives");
    iso_states_close(s);
}

static void one_language(void **state)
{
    (void)state;
    static double x[LANGS][N * D];
    iso_records list = {0};
    iso_probe_opt opt;
    const int32_t labels[N] = {0, 1, 0, 1};
    const char *const classes[] = {"a", "b"};
    const iso_states_info info = {.classes = classes, .class_count = 2};
    iso_states *s = NULL;

    draw(x, 5);
    ok(iso_states_new(&s, NULL));
    ok(iso_states_describe(s, &info));
    ok(iso_states_add_lang(s, &(iso_lang){.name = "en", .items = N, .labels = labels}));
    ok(iso_states_put(s, "en", 0, iso_view_f64(x[0], N, D)));
    iso_probe_opt_init(&opt, sizeof opt);
    opt.prep = "lsar:1";
    fails(iso_probe(&list, s, &opt, NULL), ISO_EARG,
          "lsar:1 takes the means of more than 1 languages, there is 1");
    iso_states_close(s);
}

static void every_allocation_fails(void **state)
{
    (void)state;
    static double x[LANGS][N * D];
    iso_records list = {0};
    iso_compare_opt opt;
    iso_err err = ISO_OK;

    draw(x, 6);
    iso_states *s = collection(x, 3, 12);
    iso_compare_opt_init(&opt, sizeof opt);
    opt.prep = "clip:0.1,lsar:1,remove-pcs:1";
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
    RUN_TESTS(test(values_are_of_prepared_rows), test(what_does_not_matter), test(other_studies),
              test(what_is_refused), test(one_language), test(every_allocation_fails));
}
