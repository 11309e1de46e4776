/* Answers of others: Kornblith's published data, numpy's numbers on real states, published CKA of
 * per-sentence files. */
#include "tests/check.h"

#include "analysis/measure/spec.h"
#include "analysis/pass/pass.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/states.h"
#include "lib/linalg/convert.h"

/* A CSV of numbers without a header. */
static int read_csv(double *out, int room, const char *path)
{
    FILE *f = fopen(path, "r");
    char line[4096];
    int count = 0;

    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        for (char *at = strtok(line, ",\n"); at; at = strtok(NULL, ",\n")) {
            assert_true(count < room);
            assert_true(iso_str_double(&out[count++], at));
        }
    }
    fclose(f);
    return count;
}

/* One measure of two sources. */
static double measure(const char *name, iso_rows *x, iso_rows *y, iso_method method, bool wide)
{
    const iso_measure *m[1];
    iso_rows *const rows[] = {x, y};
    const iso_gram_pair pair = {0, 1};
    const iso_run run = {.double_precision = wide};
    int count;
    iso_value v;

    ok(iso_measure_choose(m, &count, 1, name));
    const iso_task task = {.matrix = rows,
                           .matrices = 2,
                           .pair = &pair,
                           .pairs = 1,
                           .measure = m,
                           .measures = 1,
                           .method = method};
    ok(iso_measure_pairs(&v, &task, &run));
    return v.value;
}

static void kornblith_published(void **state)
{
    (void)state;
    double x[1000], y[1000];
    iso_rows *rx, *ry;

    assert_int_equal(read_csv(x, 1000, source_path("tests/golden/kornblith_X.csv")), 1000);
    assert_int_equal(read_csv(y, 1000, source_path("tests/golden/kornblith_Y.csv")), 1000);
    ok(iso_rows_of_view(&rx, iso_view_f64(x, 100, 10)));
    ok(iso_rows_of_view(&ry, iso_view_f64(y, 100, 10)));
    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
        near(measure("cka:biased", rx, ry, (iso_method)method, true), 0.5576132566117589, 1e-12);
        near(measure("cka:debiased", rx, ry, (iso_method)method, true), 0.513456489505526, 1e-12);
        near(measure("cka:debiased", rx, ry, (iso_method)method, false), 0.513456489505526, 1e-6);
    }
    iso_rows_close(rx);
    iso_rows_close(ry);
}

/* Every line of mini_expected.tsv: centroid:cosine-centred looks at all three languages. */
struct line {
    char measure[32], estimator[32], src[8], tgt[8];
    int layer;
    double value;
};

static int read_lines(struct line *out, int room)
{
    FILE *f = fopen(source_path("tests/golden/mini_expected.tsv"), "r");
    char text[256], value[64];
    int count = 0;

    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    while (count < room && fgets(text, sizeof text, f)) {
        struct line *l = &out[count++];
        assert_int_equal(sscanf(text, "%31s %31s %7s %7s %d %63s", l->measure, l->estimator, l->src,
                                l->tgt, &l->layer, value),
                         6);
        assert_true(iso_str_double(&l->value, value));
    }
    fclose(f);
    return count;
}

/* The value of one line from a pass over the three languages at its layer. */
static double line_value(iso_states *s, const struct line *l, iso_method method, bool wide)
{
    static const char *const names[] = {"en", "de", "hi"};
    const iso_run run = {.double_precision = wide};
    iso_rows *rows[3];
    iso_gram_pair pair[] = {{0, 0}, {0, 1}, {1, 2}}; /* the others bring all languages in */
    const iso_measure *m[1];
    char name[80];
    int count;
    iso_value v[3];

    for (int i = 0; i < 3; i++) {
        ok(iso_states_rows(&rows[i], s, iso_states_find(s, names[i]), l->layer));
        pair[0].x = strcmp(names[i], l->src) ? pair[0].x : i;
        pair[0].y = strcmp(names[i], l->tgt) ? pair[0].y : i;
    }
    snprintf(name, sizeof name, "%s:%s", l->measure, l->estimator);
    ok(iso_measure_choose(m, &count, 1, name));
    const iso_task task = {.matrix = rows,
                           .matrices = 3,
                           .pair = pair,
                           .pairs = 3,
                           .measure = m,
                           .measures = 1,
                           .method = method};
    ok(iso_measure_pairs(v, &task, &run));
    for (int i = 0; i < 3; i++)
        iso_rows_close(rows[i]);
    return v[0].value;
}

static void numpy_on_real_states(void **state)
{
    (void)state;
    const char *input = source_path("tests/golden/mini.h5");
    const iso_states_opt opt = {0};
    static struct line lines[200];
    iso_states *s;

    ok(iso_states_open(&s, &input, 1, &opt));
    const int count = read_lines(lines, 200);
    assert_int_equal(count, 5 * 3 * 9);
    for (int i = 0; i < count; i++) {
        for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++) {
            near(line_value(s, &lines[i], (iso_method)method, true), lines[i].value, 1e-12);
            near(line_value(s, &lines[i], (iso_method)method, false), lines[i].value, 2e-6);
        }
    }
    iso_states_close(s);
}

/* All rows of a per-sentence file as doubles; z-scored with the population deviation if asked. */
static void per_sentence(double x[20], int file, bool z)
{
    char name[64];
    const iso_states_opt opt = {.pool = "none"};
    iso_states *s;
    iso_rows *rows;
    iso_view v;

    snprintf(name, sizeof name, "golden/per_sentence_%d.hdf5", file);
    const char *input = test_data(name);
    ok(iso_states_open(&s, &input, 1, &opt));
    ok(iso_states_rows(&rows, s, 0, iso_states_lang(s, 0)->layers[0]));
    assert_int_equal(rows->rows, 10);
    ok(iso_rows_read(rows, 0, 10, &v));
    iso_convert_f64(x, 2, v);
    iso_rows_close(rows);
    iso_states_close(s);
    for (int j = 0; z && j < 2; j++) {
        double mean = 0, square = 0;
        for (int i = 0; i < 10; i++)
            mean += x[2 * i + j] / 10;
        for (int i = 0; i < 10; i++)
            square += (x[2 * i + j] - mean) * (x[2 * i + j] - mean) / 10;
        for (int i = 0; i < 10; i++)
            x[2 * i + j] = (x[2 * i + j] - mean) / sqrt(square);
    }
}

static void per_sentence_files_as_published(void **state)
{
    (void)state;
    const int pair[3][2] = {{1, 2}, {1, 3}, {2, 3}};
    const double plain[] = {0.02779929781, 0.35262321709, 0.16119771640};
    const double scored[] = {0.04030122765, 0.31554640430, 0.10561967418};

    for (int i = 0; i < 6; i++) {
        double x[20], y[20];
        iso_rows *rx, *ry;
        per_sentence(x, pair[i / 2][0], i % 2);
        per_sentence(y, pair[i / 2][1], i % 2);
        ok(iso_rows_of_view(&rx, iso_view_f64(x, 10, 2)));
        ok(iso_rows_of_view(&ry, iso_view_f64(y, 10, 2)));
        near(measure("cka:biased", rx, ry, ISO_METHOD_GRAM, true),
             i % 2 ? scored[i / 2] : plain[i / 2], 1e-10);
        iso_rows_close(rx);
        iso_rows_close(ry);
    }
}

int main(void)
{
    RUN_TESTS(test(kornblith_published), test(numpy_on_real_states),
              test(per_sentence_files_as_published));
}
