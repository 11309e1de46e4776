/* Logistic regression against plain Newton steps in double, by its gradient, on classes that no
 * panel holds whole; the probe's folds. */
#include <stdlib.h>
#include <string.h>

#include "analysis/classify/logistic.h"
#include "analysis/classify/probe.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/decomp.h"
#include "lib/linalg/minimise.h"
#include "tests/check.h"

/* --- The minimiser --- */

struct bowl {
    int asked;
    bool broken;
};

/* Σ i (x_i − i)², whose minimum is at x_i = i. */
static double bowl(void *payload, const double *x, double *gradient)
{
    struct bowl *b = payload;
    double sum = 0;

    for (int i = 0; i < 5; i++) {
        const double off = x[i] - (i + 1);
        sum += (i + 1) * off * off;
        gradient[i] = 2 * (i + 1) * off;
    }
    b->asked++;
    return b->broken ? NAN : sum;
}

static void minimum_of_a_bowl(void **state)
{
    (void)state;
    struct bowl b = {0};
    const iso_smooth f = {bowl, &b, 5};
    double x[5] = {0};
    iso_minimised end;

    ok(iso_minimise(&end, x, &f, &(iso_minimise_opt){.tolerance = 1e-9}));
    assert_true(end.converged && end.evaluations == b.asked);
    near(end.value, 0, 1e-12);
    for (int i = 0; i < 5; i++)
        near(x[i], i + 1, 1e-7);
    b.broken = true;
    x[2] = 7;
    fails(iso_minimise(&end, x, &f, NULL), ISO_ENUMERIC, "not finite");
    assert_true(x[2] == 7);
    fails(iso_minimise(&end, x, &(iso_smooth){bowl, &b, 0}, NULL), ISO_EARG, "0 numbers");
}

/* --- The oracle --- */

enum { N = 80, D = 3, K = 3, M = (D + 1) * K };

struct problem {
    float x[N * D];
    int32_t label[N];
    double z[N][D + 1]; /* standardised, and 1 */
};

/* Three overlapping clouds, columns of very different size. */
static void make(struct problem *p)
{
    iso_rng rng = iso_rng_seeded(21, 0);
    const double size[D] = {1, 1000, 0.01};

    for (int i = 0; i < N; i++) {
        p->label[i] = i % K;
        for (int j = 0; j < D; j++)
            p->x[i * D + j] = (float)(size[j] * (5 + iso_rng_normal(&rng) + (j == p->label[i])));
    }
    for (int j = 0; j < D; j++) {
        double mean = 0, square = 0;
        for (int i = 0; i < N; i++)
            mean += (double)p->x[i * D + j] / N;
        for (int i = 0; i < N; i++)
            square += pow((double)p->x[i * D + j] - mean, 2) / N;
        for (int i = 0; i < N; i++)
            p->z[i][j] = ((double)p->x[i * D + j] - mean) / sqrt(square);
    }
    for (int i = 0; i < N; i++)
        p->z[i][D] = 1;
}

static double probabilities(double *q, const double *w, const double *z, int label)
{
    double sum = 0;

    for (int c = 0; c < K; c++) {
        q[c] = 0;
        for (int j = 0; j <= D; j++)
            q[c] += w[c * (D + 1) + j] * z[j];
        q[c] = exp(q[c]);
        sum += q[c];
    }
    for (int c = 0; c < K; c++)
        q[c] /= sum;
    return -log(q[label]);
}

/* Newton's steps on the whole Hessian; biases get a hair of l2 so that it can be inverted. */
static double newton(double *w, const struct problem *p, double l2)
{
    double value = 0;

    memset(w, 0, M * sizeof *w);
    for (int step = 0; step < 50; step++) {
        double g[M] = {0}, h[M * M] = {0}, q[K];
        value = 0;
        for (int i = 0; i < N; i++) {
            value += probabilities(q, w, p->z[i], p->label[i]) / N;
            for (int a = 0; a < M; a++) {
                const int ca = a / (D + 1), ja = a % (D + 1);
                g[a] += (q[ca] - (ca == p->label[i])) * p->z[i][ja] / N;
                for (int b = 0; b < M; b++) {
                    const int cb = b / (D + 1), jb = b % (D + 1);
                    h[a * M + b] += q[ca] * ((ca == cb) - q[cb]) * p->z[i][ja] * p->z[i][jb] / N;
                }
            }
        }
        for (int a = 0; a < M; a++) {
            const double strength = a % (D + 1) < D ? l2 : 0;
            value += 0.5 * strength * w[a] * w[a];
            g[a] += strength * w[a];
            h[a * M + a] += strength > 0 ? strength : 1e-9;
        }
        iso_mat x = {0};
        ok(iso_mat_new(&x, M, 1, ISO_F64));
        ok(iso_solve_positive(&x, (iso_view){h, M, M, M, ISO_F64},
                              (iso_view){g, M, 1, 1, ISO_F64}));
        for (int a = 0; a < M; a++)
            w[a] -= ((const double *)x.data)[a * x.stride];
        iso_mat_free(&x);
    }
    return value;
}

static void as_newton(void **state)
{
    (void)state;
    struct problem p;
    double w[M];
    int32_t said[N];
    int differ = 0;

    make(&p);
    const iso_examples e = {{p.x, N, D, D, ISO_F32}, p.label, NULL, N, K};
    iso_logistic *m = NULL;
    ok(iso_logistic_new(&m, &e));
    for (double l2 = 1; l2 > 1e-4; l2 /= 10) { /* the fits go on from one another */
        const double value = newton(w, &p, l2);
        ok(iso_logistic_fit(m, l2));
        near(iso_logistic_loss(m), value, 1e-5);
        assert_true(iso_logistic_loss(m) > value - 1e-6);
        ok(iso_logistic_predict(said, m, e.x));
        for (int i = 0; i < N; i++) {
            double q[K], best = 0;
            probabilities(q, w, p.z[i], 0);
            for (int c = 0; c < K; c++)
                best = q[c] > best ? q[c] : best;
            differ += q[said[i]] < best - 0.01;
        }
    }
    assert_int_equal(differ, 0);
    iso_logistic_free(m);
}

/* 37 classes in three panels, each known by one column; picked rows only. */
static void many_classes(void **state)
{
    (void)state;
    enum { C = 37, ROWS = 5 * C };
    float *x = NULL;
    int32_t label[ROWS], said[ROWS];
    int64_t pick[4 * C];
    iso_logistic *m = NULL;

    ok(iso_alloc(&x, (int64_t)ROWS * C, sizeof *x));
    for (int i = 0; i < ROWS; i++) {
        label[i] = i % C;
        x[i * C + label[i]] = 1;
    }
    for (int i = 0; i < 4 * C; i++)
        pick[i] = i;
    ok(iso_logistic_new(&m, &(iso_examples){{x, ROWS, C, C, ISO_F32}, label, pick, 4 * C, C}));
    ok(iso_logistic_fit(m, 1e-3));
    ok(iso_logistic_predict(said, m, (iso_view){x, ROWS, C, C, ISO_F32}));
    assert_memory_equal(said, label, sizeof label);
    iso_logistic_free(m);
    iso_free(x);
}

static void bad_examples(void **state)
{
    (void)state;
    float x[] = {1, 2, 3, NAN};
    int32_t label[] = {0, 1, 5, 0};
    iso_logistic *m = NULL;
    const iso_view v = {x, 4, 1, 1, ISO_F32};

    fails(iso_logistic_new(&m, &(iso_examples){v, label, NULL, 4, 2}), ISO_EARG, "not below 2");
    fails(iso_logistic_new(&m, &(iso_examples){v, label, NULL, 4, 1}), ISO_EARG, "1 classes");
    fails(iso_logistic_new(&m, &(iso_examples){v, label, NULL, 0, 2}), ISO_EARG, "without an");
    label[2] = 1;
    fails(iso_logistic_new(&m, &(iso_examples){v, label, NULL, 4, 2}), ISO_EFORMAT, "column 0");
    ok(iso_logistic_new(&m, &(iso_examples){v, label, NULL, 3, 2}));
    fails(iso_logistic_fit(m, 0), ISO_EARG, "l2");
    iso_logistic_free(m);
}

/* --- The probe --- */

enum { ITEMS = 60, FOLDS = 4 };

/* Two languages, the second shifted; class by sign of the first column, the second one noise. */
struct bilingual {
    float x[2][ITEMS * 2];
    int32_t label[ITEMS], fold[ITEMS], said[2][ITEMS];
    uint8_t learn[ITEMS];
    iso_probe_lang lang[2];
};

static iso_probe_task bilingual(struct bilingual *b, const double *l2, int strengths)
{
    iso_rng rng = iso_rng_seeded(4, 0);

    for (int i = 0; i < ITEMS; i++) {
        b->label[i] = i % 2;
        b->fold[i] = (i / 2) % FOLDS;
        b->learn[i] = 1;
        for (int l = 0; l < 2; l++) {
            b->x[l][2 * i] = (float)((b->label[i] ? 2 : -2) + 0.5 * iso_rng_normal(&rng) + 9 * l);
            b->x[l][2 * i + 1] = (float)iso_rng_normal(&rng);
        }
    }
    for (int l = 0; l < 2; l++)
        b->lang[l] = (iso_probe_lang){
            {b->x[l], ITEMS, 2, 2, ISO_F32}, b->label, b->fold, l ? NULL : b->learn};
    return (iso_probe_task){b->lang, 2, 2, FOLDS, l2, strengths};
}

static int32_t *const *said_of(int32_t *to[2], struct bilingual *b)
{
    to[0] = b->said[0];
    to[1] = b->said[1];
    return to;
}

/* The source is separated; the target, all on one side, is all one class: half right. */
static void what_does_not_transfer(void **state)
{
    (void)state;
    const double l2[] = {1, 0.1, 0.01};
    struct bilingual b;
    double chosen[FOLDS];
    int32_t *to[2];
    const iso_probe_task p = bilingual(&b, l2, 3);
    int right[2] = {0};

    ok(iso_probe_run(said_of(to, &b), chosen, &p, NULL));
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < ITEMS; i++)
            right[l] += b.said[l][i] == b.label[i];
    assert_int_equal(right[0], ITEMS);
    assert_int_equal(right[1], ITEMS / 2);
    for (int f = 0; f < FOLDS; f++)
        near(chosen[f], 1, 0); /* all are right everywhere: the strongest */
}

/* Every item has a column of its own and any label: who has seen it, in whatever language, knows
 * it; who has not can only say what is frequent. */
static void nobody_sees_the_tested(void **state)
{
    (void)state;
    static float x[ITEMS * ITEMS];
    const double l2[] = {1e-2, 1e-3};
    struct bilingual b;
    int32_t *to[2];
    const iso_probe_task p = bilingual(&b, l2, 2);
    int right[2] = {0};

    for (int i = 0; i < ITEMS; i++)
        x[i * ITEMS + i] = 1;
    for (int l = 0; l < 2; l++) {
        b.lang[l].x = (iso_view){x, ITEMS, ITEMS, ITEMS, ISO_F32};
        b.lang[l].learn = b.learn; /* the second language tells no more than the first */
    }
    ok(iso_probe_run(said_of(to, &b), NULL, &p, NULL));
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < ITEMS; i++)
            right[l] += b.said[l][i] == b.label[i];
    assert_in_range(right[0], 0, 2 * ITEMS / 3);
    assert_in_range(right[1], 0, 2 * ITEMS / 3);
}

static void unlearnable(void **state)
{
    (void)state;
    const double l2[] = {1, 0.1};
    struct bilingual b;
    int32_t *to[2];
    iso_probe_task p = bilingual(&b, l2, 2);

    for (int i = 0; i < ITEMS; i++)
        b.learn[i] = b.fold[i] == 0 && i < 20; /* fold 0 cannot learn from itself */
    ok(iso_probe_run(said_of(to, &b), NULL, &p, NULL));
    for (int i = 0; i < ITEMS; i++)
        assert_true((b.said[1][i] == -1) == (b.fold[i] == 0));
    memset(b.learn, 0, sizeof b.learn);
    fails(iso_probe_run(said_of(to, &b), NULL, &p, NULL), ISO_EARG, "without an example");
    p.folds = 2;
    fails(iso_probe_run(said_of(to, &b), NULL, &p, NULL), ISO_EARG, "2 folds");
}

static void out_of_memory(void **state)
{
    (void)state;
    const double l2[] = {1, 0.1};
    struct bilingual b;
    int32_t *to[2];
    const iso_probe_task p = bilingual(&b, l2, 2);
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err == ISO_ENOMEM; n++) {
        iso_alloc_fail_after(n);
        err = iso_probe_run(said_of(to, &b), NULL, &p, NULL);
        iso_alloc_fail_after(-1);
    }
    ok(err);
}

int main(void)
{
    RUN_TESTS(test(minimum_of_a_bowl), test(as_newton), test(many_classes), test(bad_examples),
              test(what_does_not_transfer), test(nobody_sees_the_tested), test(unlearnable),
              test(out_of_memory));
}
