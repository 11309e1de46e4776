/* Silhouettes: scikit-learn's numbers, a slow oracle, shuffled labels, threads, what is refused. */
#include <omp.h>

#include "analysis/stats/silhouette.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

/* sklearn.metrics.silhouette_samples 1.9.1 of the rows below, in double. */
enum { N = 14, D = 3, CLASSES = 4 };
static const int32_t golden_label[N] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 3};
/* clang-format off */
static const double golden_cosine[N] = {
    -0.38248761197731429, -0.98192810516299489, -0.56689979179475136, -0.66430338677989142,
    -0.42592046199830269, -0.0030320046133769287, 0.012047869710554045, -0.11602596189846474,
    -0.5719182772624346, -0.060401383896678998, 0.28377942480567186, -0.40182310812134669,
    -0.89372933059869519, 0};
static const double golden_euclidean[N] = {
    -0.05415046346812933, -0.44949693531313722, -0.078803713622457389, -0.29728904704415604,
    -0.32880213983646572, 0.18750599051451211, 0.2476069844756873, 0.057346586440137112,
    -0.2986666543939604, 0.25577723008637937, 0.32733881970568257, -0.3013805063137443,
    -0.61899961899942846, 0};
/* clang-format on */

static void as_scikit_learn(void **state)
{
    (void)state;
    double x[N * D], s[N];

    for (int i = 0; i < N; i++)
        for (int j = 0; j < D; j++)
            x[i * D + j] =
                (i * 7 + j * 5 + i * i * j) % 11 - 5 + (j == 0 ? 2 * golden_label[i] : 0);
    ok(iso_silhouette(s, iso_view_f64(x, N, D), golden_label, CLASSES, ISO_SILHOUETTE_COSINE,
                      NULL));
    for (int i = 0; i < N; i++)
        near(s[i], golden_cosine[i], 1e-12);
    ok(iso_silhouette(s, iso_view_f64(x, N, D), golden_label, CLASSES, ISO_SILHOUETTE_EUCLIDEAN,
                      NULL));
    for (int i = 0; i < N; i++)
        near(s[i], golden_euclidean[i], 1e-12);
}

/* --- The oracle: every distance by itself --- */

static double distance(const float *a, const float *b, int d, iso_silhouette_distance kind)
{
    double ab = 0, aa = 0, bb = 0, square = 0;

    for (int j = 0; j < d; j++) {
        ab += (double)a[j] * b[j];
        aa += (double)a[j] * a[j];
        bb += (double)b[j] * b[j];
        square += ((double)a[j] - b[j]) * ((double)a[j] - b[j]);
    }
    if (kind == ISO_SILHOUETTE_EUCLIDEAN)
        return sqrt(square);
    return aa > 0 && bb > 0 ? 1 - ab / sqrt(aa) / sqrt(bb) : 1;
}

static double oracle(const float *x, int n, int d, const int32_t *label, int classes, int i,
                     iso_silhouette_distance kind)
{
    double a = 0, b = INFINITY;

    for (int c = 0; c < classes; c++) {
        double sum = 0;
        int count = 0;
        for (int j = 0; j < n; j++) {
            if (label[j] != c || j == i)
                continue;
            sum += distance(x + i * d, x + j * d, d, kind);
            count++;
        }
        if (c == label[i] && count == 0)
            return 0;
        if (c == label[i])
            a = sum / count;
        else if (count > 0 && sum / count < b)
            b = sum / count;
    }
    return a == b ? 0 : (b - a) / (a > b ? a : b);
}

static void draw(float *x, int32_t *label, int n, int d, int classes, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int i = 0; i < n; i++) {
        label[i] = (int32_t)(i < classes ? i : iso_rng_below(&rng, classes));
        for (int j = 0; j < d; j++)
            x[i * d + j] = (float)(iso_rng_normal(&rng) + 1 + 0.5 * label[i] * (j % 3));
    }
}

static void as_the_oracle(void **state)
{
    (void)state;
    enum { MOST = 300, WIDE = 33 };
    const int shape[][3] = {{2, 1, 2}, {3, 2, 2}, {40, 5, 3}, {129, 33, 7}, {300, 8, 5}};
    float *x = NULL;
    double *s = NULL;
    int32_t label[MOST];

    ok(iso_alloc(&x, MOST * WIDE, sizeof *x));
    ok(iso_alloc(&s, MOST, sizeof *s));
    for (int t = 0; t < 5; t++) {
        const int n = shape[t][0], d = shape[t][1], classes = shape[t][2];
        draw(x, label, n, d, classes, (uint64_t)t);
        for (int j = 0; j < d && n > 40; j++)
            x[7 * d + j] = 0; /* a row of zeros */
        for (int kind = 0; kind < 2; kind++) {
            const iso_silhouette_distance how = (iso_silhouette_distance)kind;
            ok(iso_silhouette(s, iso_view_f32(x, n, d), label, classes + 1, how, NULL));
            for (int i = 0; i < n; i++)
                near(s[i], oracle(x, n, d, label, classes, i, how), 1e-9);
        }
    }
    iso_free(x);
    iso_free(s);
}

/* Equal rows have distance 0 to each other, whatever rounding says. */
static void equal_rows_are_nothing(void **state)
{
    (void)state;
    const float x[] = {0.1f, 0.7f, 0.1f, 0.7f, 0.2f, 1.4f, 0.1f, 0.7f};
    const int32_t label[] = {0, 1, 0, 1};
    double s[4];

    ok(iso_silhouette(s, iso_view_f32(x, 4, 2), label, 2, ISO_SILHOUETTE_COSINE, NULL));
    for (int i = 0; i < 4; i++)
        assert_true(s[i] == 0);
}

static void means_of_labellings(void **state)
{
    (void)state;
    enum { ROWS = 90, COLUMNS = 12, KINDS = 4, LISTS = 70 };
    float x[ROWS * COLUMNS];
    int32_t label[LISTS * ROWS];
    double mean[LISTS * KINDS], one[LISTS * KINDS], s[ROWS];
    const int threads = omp_get_max_threads();
    iso_rng rng = iso_rng_seeded(3, 0);
    int64_t order[ROWS];

    draw(x, label, ROWS, COLUMNS, KINDS - 1, 9); /* nobody is of the last class */
    for (int b = 1; b < LISTS; b++) {
        iso_rng_permutation(&rng, order, ROWS);
        for (int i = 0; i < ROWS; i++)
            label[b * ROWS + i] = label[order[i]];
    }
    ok(iso_silhouette_means(mean, iso_view_f32(x, ROWS, COLUMNS), label, LISTS, KINDS, NULL));
    for (int b = 0; b < LISTS; b++) {
        double sum[KINDS] = {0}, count[KINDS] = {0};
        const int32_t *l = label + b * ROWS;
        ok(iso_silhouette(s, iso_view_f32(x, ROWS, COLUMNS), l, KINDS, ISO_SILHOUETTE_COSINE,
                          NULL));
        for (int i = 0; i < ROWS; i++) {
            sum[l[i]] += s[i];
            count[l[i]]++;
        }
        for (int c = 0; c < KINDS - 1; c++)
            near(mean[b * KINDS + c], sum[c] / count[c], 1e-5);
        assert_true(isnan(mean[b * KINDS + KINDS - 1]));
    }
    for (int t = 1; t <= 3; t++) {
        omp_set_num_threads(t);
        ok(iso_silhouette_means(one, iso_view_f32(x, ROWS, COLUMNS), label, LISTS, KINDS, NULL));
        assert_memory_equal(one, mean, sizeof mean);
    }
    omp_set_num_threads(threads);
}

static void what_is_refused(void **state)
{
    (void)state;
    const float x[] = {1, 2, 3, 4};
    const int32_t same[] = {1, 1, 1, 1}, odd[] = {0, 1, 2, -1};
    double s[4] = {7, 7, 7, 7};

    fails(iso_silhouette(s, iso_view_f32(x, 4, 1), same, 2, ISO_SILHOUETTE_COSINE, NULL), ISO_EARG,
          "two classes");
    fails(iso_silhouette(s, iso_view_f32(x, 4, 1), odd, 3, ISO_SILHOUETTE_EUCLIDEAN, NULL),
          ISO_EARG, "row 3");
    assert_true(s[0] == 7);
}

static void survives_lack_of_memory(void **state)
{
    (void)state;
    const float x[] = {1, 2, 3, 4};
    const int32_t label[] = {0, 1, 0, 1};
    double s[4];

    for (int kind = 0; kind < 2; kind++) {
        iso_err err;
        int64_t n = 0;
        do {
            iso_alloc_fail_after(n++);
            err = iso_silhouette(s, iso_view_f32(x, 4, 1), label, 2, (iso_silhouette_distance)kind,
                                 NULL);
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || err == ISO_ENOMEM);
        } while (err);
    }
}

int main(void)
{
    RUN_TESTS(test(as_scikit_learn), test(as_the_oracle), test(equal_rows_are_nothing),
              test(means_of_labellings), test(what_is_refused), test(survives_lack_of_memory));
}
