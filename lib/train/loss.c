#include "lib/train/loss.h"

#include <math.h>
#include <stddef.h>

/* log Σ exp of n numbers, `step` apart. */
static double log_sum(const float *z, int64_t n, int64_t step)
{
    double top = -INFINITY, sum = 0;

    for (int64_t c = 0; c < n; c++)
        top = z[c * step] > top || isnan(z[c * step]) ? z[c * step] : top;
    for (int64_t c = 0; c < n; c++)
        sum += exp(z[c * step] - top);
    return top + log(sum);
}

/* −log softmax(z)[label], and by times its gradient. */
static double hard(float *grad, const float *z, int64_t n, int64_t step, int64_t label, double by)
{
    const double all = log_sum(z, n, step);

    for (int64_t c = 0; grad && c < n; c++)
        grad[c * step] += (float)(by * (exp(z[c * step] - all) - (c == label)));
    return all - z[label * step];
}

double iso_loss_hard(float *grad, const float *logits, const int32_t *label, int64_t n,
                     int64_t classes, double by)
{
    double loss = 0;

    for (int64_t i = 0; i < n; i++) {
        const int64_t at = i * classes;
        if (label[i] >= 0)
            loss += hard(grad ? grad + at : NULL, logits + at, classes, 1, label[i], by);
    }
    return by * loss;
}

static bool counts(const float *p, int64_t k)
{
    double sum = 0;

    for (int64_t c = 0; c < k; c++)
        sum += p[c];
    return !(sum <= 0.5);
}

/* p s / (s + add), s the softmax's number: −s times the loss's derivative by s. */
static double soft_part(double p, double log_s, double add)
{
    return add > 0 ? p * exp(log_s) / (exp(log_s) + add) : p;
}

double iso_loss_soft(float *grad, const float *logits, const float *p, int64_t n, int64_t classes,
                     double add, double by)
{
    double loss = 0;

    for (int64_t i = 0; i < n * classes; i += classes) {
        double sum = 0;
        if (!counts(p + i, classes))
            continue;
        const double all = log_sum(logits + i, classes, 1);
        for (int64_t c = i; c < i + classes; c++) {
            const double log_s = logits[c] - all;
            loss -= p[c] * (add > 0 ? log(exp(log_s) + add) : log_s);
            sum += soft_part(p[c], log_s, add);
        }
        for (int64_t c = i; grad && c < i + classes; c++) {
            const double log_s = logits[c] - all;
            grad[c] += (float)(by * (exp(log_s) * sum - soft_part(p[c], log_s, add)));
        }
    }
    return by * loss;
}

int64_t iso_loss_hard_rows(const int32_t *label, int64_t n)
{
    int64_t count = 0;

    for (int64_t i = 0; i < n; i++)
        count += label[i] >= 0;
    return count;
}

int64_t iso_loss_soft_rows(const float *p, int64_t n, int64_t classes)
{
    int64_t count = 0;

    for (int64_t i = 0; i < n; i++)
        count += counts(p + i * classes, classes);
    return count;
}

double iso_loss_mse(float *grad_a, float *grad_b, const float *a, const float *b, int64_t n,
                    int64_t cols, double by)
{
    const double each = by / (double)cols;
    double loss = 0;

    for (int64_t i = 0; i < n * cols; i++) {
        const double d = (double)a[i] - (double)b[i];
        loss += d * d;
        if (grad_a)
            grad_a[i] += (float)(2 * each * d);
        if (grad_b)
            grad_b[i] -= (float)(2 * each * d);
    }
    return each * loss;
}

static const double kl_least = 1e-7;

/* The terms of KL for one class: the clipped probabilities, and their gradients, which are 0 where
 * clipping holds. */
struct kl {
    double p, q, by_p, by_q;
};

static struct kl kl_of(double p, double q)
{
    struct kl t = {p > kl_least ? p : kl_least, q > kl_least ? q : kl_least, 0, 0};

    if (isnan(p) || isnan(q))
        return (struct kl){p, q, p, q};
    t.by_p = p >= kl_least ? log(t.p / t.q) + 1 : 0;
    t.by_q = q >= kl_least ? -t.p / t.q : 0;
    return t;
}

double iso_loss_kl(float *grad_p, float *grad_q, const float *logits_p, const float *logits_q,
                   int64_t n, int64_t classes, double by)
{
    double loss = 0;

    for (int64_t i = 0; i < n * classes; i += classes) {
        const double all_p = log_sum(logits_p + i, classes, 1),
                     all_q = log_sum(logits_q + i, classes, 1);
        double mean_p = 0, mean_q = 0;
        for (int64_t c = i; c < i + classes; c++) {
            const double p = exp(logits_p[c] - all_p), q = exp(logits_q[c] - all_q);
            const struct kl t = kl_of(p, q);
            loss += t.p * log(t.p / t.q);
            mean_p += p * t.by_p;
            mean_q += q * t.by_q;
        }
        for (int64_t c = i; c < i + classes; c++) {
            const double p = exp(logits_p[c] - all_p), q = exp(logits_q[c] - all_q);
            const struct kl t = kl_of(p, q);
            if (grad_p)
                grad_p[c] += (float)(by * p * (t.by_p - mean_p));
            if (grad_q)
                grad_q[c] += (float)(by * q * (t.by_q - mean_q));
        }
    }
    return by * loss;
}

double iso_loss_span(float *grad, const float *logits, const int64_t *offsets, const int32_t *first,
                     const int32_t *last, int64_t B, double by)
{
    double loss = 0;

    for (int64_t b = 0; b < B; b++) {
        const int64_t at = 2 * offsets[b], n = offsets[b + 1] - offsets[b];
        if (first[b] < 0)
            continue;
        loss += hard(grad ? grad + at : NULL, logits + at, n, 2, first[b], by / 2);
        loss += hard(grad ? grad + at + 1 : NULL, logits + at + 1, n, 2, last[b], by / 2);
    }
    return by / 2 * loss;
}
