/* Centroids and paired cosine through the whole engine against the slow reference. */
#include "tests/check.h"

#include "analysis/similarity/centroid.h"
#include "analysis/similarity/cka.h"
#include "analysis/similarity/cosine.h"
#include "analysis/pass/pass.h"
#include "lib/base/rng.h"
#include "lib/io/states.h"
#include "lib/linalg/convert.h"
#include "tests/oracle/distance_reference.h"

enum {
    LANGS = 4,
    LAYERS = 2,
    MATRICES = LANGS * LAYERS,
    MEASURES = REFERENCE_DISTANCES + 1,
    PAIRS = 6
};

static const iso_measure *const chosen[MEASURES] = {
    &iso_centroid_euclidean,      &iso_centroid_relative, &iso_centroid_cosine,
    &iso_centroid_cosine_centred, &iso_centroid_share,    &iso_cosine_raw,
    &iso_cosine_centred,          &iso_cka_debiased /* whose sums must not disturb the others */};

/* Four languages at two layers; matrix layer * LANGS + language; layers have their own width. */
struct world {
    int n, p[LAYERS];
    double *wide[MATRICES];
    float *narrow[MATRICES];
    iso_rows *rows[MATRICES];
};

static void world_new(struct world *w, int n, int p0, int p1, double mean)
{
    iso_rng rng = iso_rng_seeded((uint64_t)n, 1);

    *w = (struct world){.n = n, .p = {p0, p1}};
    for (int m = 0; m < MATRICES; m++) {
        const int p = w->p[m / LANGS];
        w->wide[m] = calloc((size_t)(n * p), sizeof(double));
        w->narrow[m] = calloc((size_t)(n * p), sizeof(float));
        for (int i = 0; i < n * p; i++) {
            const int first = m / LANGS * LANGS; /* the layer's first language */
            const double shared = m > first ? w->wide[first][i] - mean : 0;
            const double own = 0.3 * (m % LANGS) * (i % p % 3 - 1);
            w->narrow[m][i] = (float)(mean + own + shared + 0.5 * iso_rng_normal(&rng));
            w->wide[m][i] = (double)w->narrow[m][i];
        }
        ok(iso_rows_of_view(&w->rows[m], iso_view_f32(w->narrow[m], n, p)));
    }
}

static void world_free(struct world *w)
{
    for (int m = 0; m < MATRICES; m++) {
        iso_rows_close(w->rows[m]);
        free(w->wide[m]);
        free(w->narrow[m]);
    }
}

/* The mean of a layer's four centroids. */
static double *centre_of(const struct world *w, int layer)
{
    const int p = w->p[layer];
    double *c = calloc((size_t)p, sizeof *c);

    for (int l = 0; l < LANGS; l++) {
        double *mean = reference_mean(w->wide[layer * LANGS + l], w->n, p);
        for (int j = 0; j < p; j++)
            c[j] += mean[j] / LANGS;
        free(mean);
    }
    return c;
}

static const iso_gram_pair pairs[PAIRS] = {{0, 1}, {0, 3}, {2, 1}, {4, 5}, {6, 7}, {5, 7}};

static void agrees(const struct world *w, const iso_value *values, double tol)
{
    for (int i = 0; i < PAIRS; i++) {
        const int layer = pairs[i].x / LANGS;
        const iso_value *v = values + i * MEASURES;
        double *c = centre_of(w, layer), want[REFERENCE_DISTANCES];

        reference_distances(want, w->wide[pairs[i].x], w->wide[pairs[i].y], c, w->n, w->p[layer]);
        /* of distances the error is relative to the root of the summed variances */
        near(v[0].value, want[0], tol * want[0] / want[1]);
        for (int k = 1; k < REFERENCE_DISTANCES; k++)
            near(v[k].value, want[k], tol);
        free(c);
    }
}

static void run_both_methods(const struct world *w, double single, double twice)
{
    static const int peers[MATRICES] = {7, 7, 7, 7, 3, 3, 3, 3};

    for (int method = ISO_METHOD_SUMS; method <= ISO_METHOD_GRAM; method++)
        for (int wide = 0; wide < 2; wide++) {
            const iso_task task = {.matrix = w->rows,
                                   .peers = peers,
                                   .matrices = MATRICES,
                                   .pair = pairs,
                                   .pairs = PAIRS,
                                   .measure = chosen,
                                   .measures = MEASURES,
                                   .method = (iso_method)method};
            const iso_run run = {.double_precision = wide};
            iso_value values[PAIRS * MEASURES];

            ok(iso_measure_pairs(values, &task, &run));
            agrees(w, values, wide ? twice : single);
        }
}

static void engine_equals_reference(void **state)
{
    (void)state;
    const int shapes[][3] = {{5, 3, 2}, {20, 4, 9}, {47, 1, 16}, {300, 40, 33}, {1100, 7, 64}};

    for (int s = 0; s < 5; s++) {
        struct world w;
        world_new(&w, shapes[s][0], shapes[s][1], shapes[s][2], 0.5);
        run_both_methods(&w, 1e-6, 1e-12);
        world_free(&w);
    }
}

/* Means of 5000 with spread 1: states held in f32 are themselves rounded, the sums are not. */
static void great_means_do_not_hurt(void **state)
{
    (void)state;
    struct world w;

    world_new(&w, 400, 24, 31, 5000);
    run_both_methods(&w, 1e-6, 1e-10);
    world_free(&w);
}

/* A layer of real states as doubles. */
static double *real_layer(iso_states *s, int lang, int layer, int64_t *n, int64_t *p)
{
    iso_rows *rows = NULL;
    iso_view v;

    ok(iso_states_rows(&rows, s, lang, layer));
    *n = rows->rows;
    *p = rows->cols;
    double *out = calloc((size_t)(*n * *p), sizeof *out);
    ok(iso_rows_read(rows, 0, *n, &v));
    iso_convert_f64(out, *p, v);
    iso_rows_close(rows);
    return out;
}

/* The first language against the second at every layer; the centre is the first five's. */
static void file_agrees(const char *path)
{
    enum { FIVE = 5, DISTANCES = REFERENCE_DISTANCES };
    iso_states *s = NULL;

    ok(iso_states_open(&s, &path, 1, NULL));
    const iso_lang *lang = iso_states_lang(s, 0);
    for (int k = 0; k < lang->layer_count; k++) {
        const iso_gram_pair real[] = {{0, 1}, {2, 3}, {3, 4}}; /* what is in no pair is not read */
        iso_rows *rows[FIVE];
        double *wide[FIVE], want[DISTANCES];
        iso_value v[3 * DISTANCES];
        int64_t n, p;
        for (int l = 0; l < FIVE; l++) {
            ok(iso_states_rows(&rows[l], s, l, lang->layers[k]));
            wide[l] = real_layer(s, l, lang->layers[k], &n, &p);
        }
        const iso_task task = {.matrix = rows,
                               .matrices = FIVE,
                               .pair = real,
                               .pairs = 3,
                               .measure = chosen,
                               .measures = DISTANCES};
        ok(iso_measure_pairs(v, &task, NULL));
        double *c = calloc((size_t)p, sizeof *c);
        for (int l = 0; l < FIVE; l++) {
            double *mean = reference_mean(wide[l], (int)n, (int)p);
            for (int64_t j = 0; j < p; j++)
                c[j] += mean[j] / FIVE;
            free(mean);
        }
        reference_distances(want, wide[0], wide[1], c, (int)n, (int)p);
        near(v[0].value, want[0], 1e-6 * want[0] / want[1]);
        for (int m = 1; m < DISTANCES; m++)
            near(v[m].value, want[m], 1e-6);
        free(c);
        for (int l = 0; l < FIVE; l++) {
            iso_rows_close(rows[l]);
            free(wide[l]);
        }
    }
    iso_states_close(s);
}

static void bundled_states_equal_reference(void **state)
{
    (void)state;
    file_agrees(source_path("examples/states/mini.h5"));
}

static void larger_states_equal_reference(void **state)
{
    (void)state;
    file_agrees(test_data("dumps/m15-sib.h5"));
}

int main(void)
{
    RUN_TESTS(test(engine_equals_reference), test(great_means_do_not_hurt),
              test(bundled_states_equal_reference), test(larger_states_equal_reference));
}
