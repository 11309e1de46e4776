/* The distance to another answer: on paper, and by going there. Weights in the space of the rows.
 */
#include <math.h>

#include "analysis/classify/linear_probe.h"
#include "analysis/classify/logistic.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

/* z = (x, −x, y − 5): at (3, 0) the answer is 0; class 1 lies at x = 0, 6 / 2 = 3 away; class 2 at
 * x = y − 5, 8 / √2 = 5.66 away. At (3, 7) class 2 is 1 / √2 away. */
static void on_paper(void **state)
{
    (void)state;
    double w[] = {1, 0, -1, 0, 0, 1}, b[] = {0, 0, -5}, z[3], apart[9];
    const struct linear_probe l = {3, 2, w, b};

    iso_linear_probe_apart(apart, &l);
    near(apart[1], 2, 0);
    near(apart[2], sqrt(2), 1e-15);
    struct boundary at = iso_linear_probe_boundary(z, &l, apart, (const float[]){3, 0});
    assert_true(at.answer == 0 && at.other == 1);
    near(at.distance, 3, 1e-15);
    at = iso_linear_probe_boundary(z, &l, apart, (const float[]){3, 7});
    assert_true(at.answer == 0 && at.other == 2);
    near(at.distance, 1 / sqrt(2), 1e-15);
}

static void no_other_class(void **state)
{
    (void)state;
    double w[] = {1, 2, 1, 2}, b[] = {1, 0}, z[2], apart[4];
    const struct linear_probe l = {2, 2, w, b};

    iso_linear_probe_apart(apart, &l);
    const struct boundary at = iso_linear_probe_boundary(z, &l, apart, (const float[]){3, 0});
    assert_true(at.answer == 0 && at.other == 0 && isinf(at.distance));
}

/* The answer for x + t (w_c − w_a) / ‖w_c − w_a‖, by plain sums. */
static int moved(const struct linear_probe *l, const float *x, struct boundary at, double t)
{
    double norm = 0, best = -INFINITY;
    int answer = -1;

    for (int64_t j = 0; j < l->d; j++)
        norm += pow(l->w[at.other * l->d + j] - l->w[at.answer * l->d + j], 2);
    for (int c = 0; c < l->classes; c++) {
        double z = l->b[c];
        for (int64_t j = 0; j < l->d; j++)
            z += l->w[c * l->d + j] *
                 ((double)x[j] +
                  t * (l->w[at.other * l->d + j] - l->w[at.answer * l->d + j]) / sqrt(norm));
        if (z > best) {
            best = z;
            answer = c;
        }
    }
    return answer;
}

enum { N = 300, D = 24, CLASSES = 5 };

/* What was learnt of columns of very unequal scale, in the columns themselves: the same answers;
 * a millionth before the boundary the same one, a millionth behind it the other. Nearer points have
 * the same answer in any direction. */
static void flips_at_the_boundary(void **state)
{
    (void)state;
    static float x[N * D];
    static int32_t label[N], said[N];
    double w[CLASSES * D], b[CLASSES], apart[CLASSES * CLASSES], z[CLASSES];
    const struct linear_probe l = {CLASSES, D, w, b};
    iso_rng rng = iso_rng_seeded(11, 0);
    iso_logistic *m = NULL;

    for (int i = 0; i < N; i++) {
        label[i] = i % CLASSES;
        for (int j = 0; j < D; j++)
            x[i * D + j] =
                (float)((iso_rng_normal(&rng) + (j % CLASSES == label[i])) * pow(10, j % 4 - 2) +
                        j);
    }
    const iso_examples e = {iso_view_f32(x, N, D), label, NULL, N, CLASSES};
    ok(iso_logistic_new(&m, &e));
    ok(iso_logistic_fit(m, 0.01));
    ok(iso_logistic_predict(said, m, e.x));
    iso_logistic_weights(w, b, m);
    iso_linear_probe_apart(apart, &l);
    for (int i = 0; i < N; i++) {
        const struct boundary at = iso_linear_probe_boundary(z, &l, apart, x + i * D);
        assert_int_equal(at.answer, said[i]);
        assert_int_equal(moved(&l, x + i * D, at, at.distance * (1 - 1e-6)), at.answer);
        assert_int_equal(moved(&l, x + i * D, at, at.distance * (1 + 1e-6)), at.other);
        for (int k = 0; k < 20; k++) {
            double step[D], norm = 0;
            for (int j = 0; j < D; j++) {
                step[j] = iso_rng_normal(&rng);
                norm += step[j] * step[j];
            }
            int answer = 0;
            for (int c = 0; c < CLASSES; c++) {
                z[c] = b[c];
                for (int j = 0; j < D; j++)
                    z[c] += w[c * D + j] *
                            ((double)x[i * D + j] + 0.999 * at.distance * step[j] / sqrt(norm));
                answer = z[c] > z[answer] ? c : answer;
            }
            assert_int_equal(answer, at.answer);
        }
    }
    iso_logistic_free(m);
}

int main(void)
{
    RUN_TESTS(test(on_paper), test(no_other_class), test(flips_at_the_boundary));
}
