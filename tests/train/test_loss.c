/* Losses by hand, against PyTorch's numbers and against central differences in double. */
#include "tests/check.h"

#include "lib/base/rng.h"
#include "lib/train/loss.h"

enum { ROWS = 6, K = 5, N = ROWS * K };

/* ln 4 for equal logits of four classes; the gradient 1/4, and 1/4 − 1 at the label. */
static void by_hand(void **state)
{
    const float zeros[8] = {0}, a[] = {1, 2, 3, 4}, b[] = {1, 0, 3, 0};
    const int32_t label[] = {2, -1}, first[] = {1, -1}, last[] = {3, 0};
    const float p[8] = {0.5f, 0, 0.5f, 0, 0.25f, 0.25f, 0, 0};
    const int64_t offsets[] = {0, 4, 4};
    float grad[8] = {0}, more[4] = {0};
    (void)state;

    near(iso_loss_hard(grad, zeros, label, 2, 4, 1), log(4), 1e-15);
    for (int c = 0; c < 8; c++)
        near(grad[c], c == 2 ? -0.75 : c < 4 ? 0.25 : 0, 1e-7);
    near(iso_loss_hard(grad, zeros, label, 2, 4, 2), 2 * log(4), 1e-15); /* added */
    near(grad[2], -2.25, 1e-6);
    near(iso_loss_soft(NULL, zeros, p, 2, 4, 0, 0.5), log(4) / 2, 1e-15); /* the second: 1/2 only */
    near(iso_loss_soft(NULL, zeros, p, 2, 4, 1e-6, 1), -log(0.25 + 1e-6), 1e-15);
    assert_int_equal(iso_loss_hard_rows(label, 2), 1);
    assert_int_equal(iso_loss_soft_rows(p, 2, 4), 1);
    near(iso_loss_mse(grad, more, a, b, 1, 4, 1), (4 + 16) / 4.0, 1e-15);
    near(more[1], -1, 1e-7);
    near(more[3], -2, 1e-7);
    near(iso_loss_mse(NULL, NULL, a, b, 2, 2, 1), 20 / 2.0, 1e-15);
    near(iso_loss_kl(NULL, NULL, zeros, zeros, 2, 4, 1), 0, 1e-15);
    /* softmax (ln 3, 0) = (3/4, 1/4) against (1/2, 1/2) */
    const float three[] = {(float)log(3), 0};
    near(iso_loss_kl(NULL, NULL, three, zeros, 1, 2, 1), 0.75 * log(1.5) + 0.25 * log(0.5), 1e-7);
    near(iso_loss_kl(NULL, NULL, zeros, three, 1, 2, 1), 0.5 * log(0.5 / 0.75) + 0.5 * log(2),
         1e-7);
    near(iso_loss_span(NULL, zeros, offsets, first, last, 2, 1), log(4), 1e-15);
}

/* --- Central differences ------------------------------------------------------------- */

static float x[N], y[N], soft[N];
static const int32_t labels[ROWS] = {0, 4, -1, 2, 2, 1};
/* Of spans: N / 2 tokens in three sentences, one empty, one that does not count. */
static const int64_t offsets[] = {0, 6, 6, 10, 15};
static const int32_t first[] = {1, -1, -1, 0}, last[] = {5, -1, 2, 4};

static void fill(double spread)
{
    iso_rng rng = iso_rng_seeded(8, 0);

    for (int i = 0; i < N; i++) {
        x[i] = (float)(iso_rng_normal(&rng) * spread);
        y[i] = (float)(iso_rng_normal(&rng) * spread);
        soft[i] = (float)iso_rng_uniform(&rng) * (i / K == 3 ? 0.02f : 0.5f);
    }
}

/* Slow and in double: the loss of inputs a (and b), written as the formula says. */
enum which { HARD, SOFT, SOFT_ADD, MSE, KL, SPAN, LOSSES };

static double softmax(const double *z, int n, int step, int at)
{
    double sum = 0;

    for (int c = 0; c < n; c++)
        sum += exp(z[c * step] - z[at * step]);
    return 1 / sum;
}

static double one_row(enum which w, const double *a, const double *b, int row)
{
    double loss = 0, all = 0;

    for (int c = 0; c < K; c++)
        all += soft[row * K + c];
    if ((w == HARD && labels[row] < 0) || ((w == SOFT || w == SOFT_ADD) && all <= 0.5))
        return 0;
    for (int c = 0; c < K; c++) {
        const double s = softmax(a, K, 1, c), t = softmax(b, K, 1, c);
        if (w == HARD)
            loss -= c == labels[row] ? log(s) : 0;
        if (w == SOFT || w == SOFT_ADD)
            loss -= soft[row * K + c] * log(s + (w == SOFT_ADD ? 1e-6 : 0));
        if (w == MSE)
            loss += (a[c] - b[c]) * (a[c] - b[c]) / K;
        if (w == KL)
            loss += fmax(s, 1e-7) * log(fmax(s, 1e-7) / fmax(t, 1e-7));
    }
    return loss;
}

static double slow(enum which w, const double *a, const double *b)
{
    double loss = 0;

    for (int i = 0; w != SPAN && i < ROWS; i++)
        loss += one_row(w, a + i * K, b + i * K, i);
    for (int s = 0; w == SPAN && s < 4; s++) {
        const double *z = a + 2 * offsets[s];
        const int n = (int)(offsets[s + 1] - offsets[s]);
        if (first[s] >= 0)
            loss -= (log(softmax(z, n, 2, first[s])) + log(softmax(z + 1, n, 2, last[s]))) / 2;
    }
    return loss;
}

static double fast(enum which w, float *ga, float *gb, double by)
{
    switch (w) {
    case HARD:
        return iso_loss_hard(ga, x, labels, ROWS, K, by);
    case SOFT:
        return iso_loss_soft(ga, x, soft, ROWS, K, 0, by);
    case SOFT_ADD:
        return iso_loss_soft(ga, x, soft, ROWS, K, 1e-6, by);
    case MSE:
        return iso_loss_mse(ga, gb, x, y, ROWS, K, by);
    case KL:
        return iso_loss_kl(ga, gb, x, y, ROWS, K, by);
    default:
        return iso_loss_span(ga, x, offsets, first, last, 4, by);
    }
}

static double difference(enum which w, int at)
{
    const double h = 1e-5;
    double in[2 * N], loss[2];

    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < N; i++) {
            in[i] = x[i];
            in[N + i] = y[i];
        }
        in[at] += side ? h : -h;
        loss[side] = slow(w, in, in + N);
    }
    return (loss[1] - loss[0]) / (2 * h);
}

static void central_differences(void **state)
{
    const double by = 0.7;
    double in[2 * N];
    (void)state;

    for (int wide = 0; wide < 2; wide++) { /* wide: some softmaxes below 1e-7 */
        fill(wide ? 12 : 1);
        for (int w = HARD; w < LOSSES; w++) {
            float g[2 * N];
            for (int i = 0; i < N; i++) {
                in[i] = x[i];
                in[N + i] = y[i];
                g[i] = g[N + i] = 3; /* is added to */
            }
            const double loss = fast((enum which)w, g, g + N, by);
            near(loss, by * slow((enum which)w, in, in + N), 1e-9 * (1 + fabs(loss)));
            near(fast((enum which)w, NULL, NULL, by), loss, 0);
            for (int i = 0; i < 2 * N; i++)
                near(g[i] - 3, by * difference((enum which)w, i), wide ? 2e-5 : 2e-6);
        }
    }
}

/* KL has a gradient for both sides, and none for a class whose probability is clipped. */
static void both_sides_of_kl(void **state)
{
    const float p[] = {0, -30}, q[] = {-1, 1}, clipped[] = {0, -16.5f}, even[] = {2, 2};
    float gp[2] = {0}, gq[2] = {0};
    (void)state;

    /* p = (1, e^-16.5) of which the second is clipped, q = (1/2, 1/2), times 1e7: for p's second
     * logit 1e7 p (0 - (ln 2 + 1)) */
    iso_loss_kl(gp, NULL, clipped, even, 1, 2, 1e7);
    near(gp[1], -1e7 * exp(-16.5) * (log(2) + 1), 1e-5);
    gp[0] = gp[1] = 0;
    iso_loss_kl(gp, gq, p, q, 1, 2, 1);
    assert_true(gq[0] != 0 && gq[1] != 0);
    near(gq[0] + gq[1], 0, 1e-6);
    near(iso_loss_kl(NULL, NULL, q, p, 1, 2, 1),
         exp(-1) / (exp(-1) + exp(1)) * log(exp(-1) / (exp(-1) + exp(1))) +
             exp(1) / (exp(-1) + exp(1)) * log(exp(1) / (exp(-1) + exp(1)) / 1e-7),
         1e-6);
}

/* Large logits do not overflow; what is NaN stays NaN. */
static void extremes(void **state)
{
    float z[] = {3e38f, 0, -3e38f}, g[3] = {0};
    const int32_t label[] = {0};
    (void)state;

    near(iso_loss_hard(g, z, label, 1, 3, 1), 0, 0);
    near(g[0], 0, 0);
    z[1] = NAN;
    assert_true(isnan(iso_loss_hard(g, z, label, 1, 3, 1)));
    assert_true(isnan(g[0]));
    assert_true(isnan(iso_loss_kl(NULL, NULL, z, z, 1, 3, 1)));
    near(iso_loss_hard(NULL, z, label, 0, 3, 1), 0, 0);
}

int main(void)
{
    RUN_TESTS(test(by_hand), test(central_differences), test(both_sides_of_kl), test(extremes));
}
