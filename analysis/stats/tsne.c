#include "analysis/stats/tsne.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/cpu.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/product.h"

/* --- Forces: the same C, compiled for another target --- */

#pragma GCC diagnostic ignored "-Wpsabi"

enum { LANES = 4 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));
typedef float floats __attribute__((vector_size(LANES * sizeof(float))));

#define TSNE_TARGET
#define TSNE(name) name##_plain
#include "analysis/stats/tsne_tmpl.h"
#undef TSNE_TARGET

typedef void forces_fn(double out[5], const float *p, const double *x, const double *y, double xi,
                       double yi, int64_t n);

#if defined(__x86_64__) && defined(__GNUC__)

#define TSNE_TARGET __attribute__((target("avx2")))
#define TSNE(name)  name##_avx2
#include "analysis/stats/tsne_tmpl.h"
#undef TSNE_TARGET

static forces_fn *best(void)
{
    return iso_cpu_level() >= ISO_CPU_AVX2 ? forces_avx2 : forces_plain;
}

#else

static forces_fn *best(void)
{
    return forces_plain;
}

#endif

/* --- What is given --- */

enum { WIDTHS = 100, STRETCH = 256 };
static const double exaggeration = 12, far = 1e60;

/* Points are padded to a multiple of LANES, far away, where nothing is felt of them. */
struct tsne {
    const iso_run *run;
    int64_t n, padded;
    double perplexity;
    int iterations;
    float *p;            /* n × padded */
    double *x, *y;       /* padded */
    double *force;       /* n × 5 */
    double *step, *gain; /* n × 2 */
};

static void tsne_free(struct tsne *t)
{
    iso_free(t->p);
    iso_free(t->x);
    iso_free(t->y);
    iso_free(t->force);
    iso_free(t->step);
    iso_free(t->gain);
}

static iso_err check(const struct tsne *t, iso_view x)
{
    const double need = 4 * (double)t->n * (double)t->padded + 8 * (double)x.rows * (double)x.cols;
    int64_t bad;
    iso_err err = ISO_OK;

    ISO_NEED(t->n >= 4, "t-SNE needs 4 points, not %lld", (long long)t->n);
    ISO_NEED(t->perplexity >= 1 && isfinite(t->perplexity), "a perplexity of %g: at least 1",
             t->perplexity);
    ISO_NEED(t->iterations >= 1, "t-SNE in %d iterations", t->iterations);
    if (need > (double)iso_run_mem(t->run))
        ISO_FAIL(ISO_EDATA,
                 "t-SNE of %lld points needs %.1f MB of memory, " ISO_FIELD(
                     mem) " gives %.1f MB: give more, or take fewer points",
                 (long long)t->n, need / 1e6, (double)iso_run_mem(t->run) / 1e6);
    if (!iso_view_finite(&bad, x))
        ISO_FAIL(ISO_EFORMAT, "row %lld holds a number that is not finite", (long long)bad);
done:
    return err;
}

static iso_err room(struct tsne *t)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc_scattered(&t->p, t->n * t->padded, sizeof *t->p));
    ISO_TRY(iso_alloc(&t->x, t->padded, sizeof *t->x));
    ISO_TRY(iso_alloc(&t->y, t->padded, sizeof *t->y));
    ISO_TRY(iso_alloc(&t->force, 5 * t->n, sizeof *t->force));
    ISO_TRY(iso_alloc(&t->step, 2 * t->n, sizeof *t->step));
    ISO_TRY(iso_alloc(&t->gain, 2 * t->n, sizeof *t->gain));
done:
    return err;
}

/* --- Neighbourhoods of the rows --- */

/* Weights exp(−beta d) of all others, d counted from the least so that the nearest weighs 1: their
 * sum, and mean and variance of d. */
struct moments {
    double sum, mean, variance;
};

static struct moments weigh(double *weight, const double *d, int64_t n, int64_t self, double beta)
{
    struct moments m = {0};
    double square = 0;

    for (int64_t j = 0; j < n; j++) {
        weight[j] = j == self ? 0 : exp(-beta * d[j]);
        m.sum += weight[j];
        m.mean += weight[j] * d[j];
        square += weight[j] * d[j] * d[j];
    }
    m.mean /= m.sum;
    m.variance = square / m.sum - m.mean * m.mean;
    return m;
}

/* Of row i the p whose entropy, ln sum + beta mean, is ln perplexity: by Newton's steps, its
 * derivative being −beta variance, and by halving where these leave the bounds. */
static void neighbourhood(float *p, double *weight, double *square, int64_t i, const struct tsne *t)
{
    const double wanted = log(t->perplexity);
    double low = 0, high = INFINITY, least = INFINITY, mean = 0;

    for (int64_t j = 0; j < t->n; j++)
        least = j != i && square[j] < least ? square[j] : least;
    for (int64_t j = 0; j < t->n; j++) {
        square[j] -= j == i ? square[j] : least;
        mean += square[j] / (double)(t->n - 1);
    }
    double beta = mean > 0 ? 1 / mean : 1; /* of the size of the answer, whatever the rows' */
    struct moments m = weigh(weight, square, t->n, i, beta);
    for (int k = 0; k < WIDTHS; k++) {
        const double over = log(m.sum) + beta * m.mean - wanted;
        if (fabs(over) < 1e-10)
            break;
        if (over > 0)
            low = beta;
        else
            high = beta;
        const double next = beta + over / (beta * m.variance);
        if (next > low && next < high)
            beta = next;
        else
            beta = isinf(high) ? 2 * beta : (low + high) / 2;
        if (!isfinite(beta))
            break; /* equally far neighbours: no width has this entropy */
        m = weigh(weight, square, t->n, i, beta);
    }
    for (int64_t j = 0; j < t->n; j++) /* numbers below the normal ones are slow, and nothing */
        p[j] = weight[j] / m.sum > 1e-30 ? (float)(weight[j] / m.sum) : 0;
}

/* Some rows at a time: products with all, then each row on one thread. */
static iso_err neighbourhoods(struct tsne *t, iso_view x)
{
    iso_mat all = {0}, part = {0}, weight = {0};
    double *norm = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new_raw(&all, t->n, x.cols, ISO_F64));
    ISO_TRY(iso_mat_new_raw(&part, STRETCH, t->n, ISO_F64));
    ISO_TRY(iso_mat_new_raw(&weight, STRETCH, t->n, ISO_F64));
    ISO_TRY(iso_alloc(&norm, t->n, sizeof *norm));
    iso_convert_f64(all.data, all.stride, x);
    for (int64_t i = 0; i < t->n; i++) {
        const double *row = (const double *)all.data + i * all.stride;
        for (int64_t j = 0; j < x.cols; j++) /* in one order, whatever the CPU */
            norm[i] += row[j] * row[j];
    }
    for (int64_t from = 0; from < t->n; from += STRETCH) {
        part.rows = t->n - from < STRETCH ? t->n - from : STRETCH;
        ISO_TRY(iso_run_step(t->run, "neighbourhoods", from, t->n, "points"));
        ISO_TRY(iso_mul_nt(&part, iso_view_rows(iso_mat_view(&all), from, part.rows),
                           iso_mat_view(&all), 0));
#pragma omp parallel for schedule(dynamic)
        for (int64_t r = 0; r < part.rows; r++) {
            double *square = (double *)part.data + r * part.stride;
            for (int64_t j = 0; j < t->n; j++)
                square[j] = fmax(0, norm[from + r] + norm[j] - 2 * square[j]);
            neighbourhood(t->p + (from + r) * t->padded, (double *)weight.data + r * weight.stride,
                          square, from + r, t);
        }
    }
done:
    iso_mat_free(&all);
    iso_mat_free(&part);
    iso_mat_free(&weight);
    iso_free(norm);
    return err;
}

/* p_ij = (p_j|i + p_i|j) / 2n, times the exaggeration for now. */
static void symmetrise(struct tsne *t)
{
    const double by = exaggeration / (2 * (double)t->n);

#pragma omp parallel for schedule(dynamic, 16)
    for (int64_t i = 0; i < t->n; i++) {
        for (int64_t j = i + 1; j < t->n; j++) {
            float *a = &t->p[i * t->padded + j], *b = &t->p[j * t->padded + i];
            *a = *b = (float)(((double)*a + (double)*b) * by);
        }
    }
}

/* --- Descent --- */

static void all_forces(struct tsne *t)
{
    forces_fn *forces = best();

#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < t->n; i++)
        forces(t->force + 5 * i, t->p + i * t->padded, t->x, t->y, t->x[i], t->y[i], t->padded);
}

/* Σ q over all pairs, from the sums of the points. */
static double total(const struct tsne *t)
{
    double sum = 0;

    for (int64_t i = 0; i < t->n; i++)
        sum += t->force[5 * i + 4] - 1;
    return sum;
}

static double one_step(double *step, double *gain, double gradient, double momentum, double rate)
{
    *gain = *step * gradient < 0 ? *gain + 0.2 : fmax(0.8 * *gain, 0.01);
    *step = momentum * *step - rate * *gain * gradient;
    return *step;
}

static void move(struct tsne *t, double momentum)
{
    const double rate = fmax((double)t->n / exaggeration / 4, 50), z = total(t);

    for (int64_t i = 0; i < t->n; i++) {
        const double *f = t->force + 5 * i;
        double *step = t->step + 2 * i, *gain = t->gain + 2 * i;
        t->x[i] += one_step(&step[0], &gain[0], 4 * (f[0] - f[2] / z), momentum, rate);
        t->y[i] += one_step(&step[1], &gain[1], 4 * (f[1] - f[3] / z), momentum, rate);
    }
}

static void start(struct tsne *t, const double *y)
{
    double mean = 0, square = 0;

    for (int64_t i = 0; i < t->n; i++)
        mean += y[2 * i] / (double)t->n;
    for (int64_t i = 0; i < t->n; i++)
        square += (y[2 * i] - mean) * (y[2 * i] - mean);
    const double by = 1e-4 / sqrt(square / (double)t->n);
    for (int64_t i = 0; i < t->padded; i++) {
        t->x[i] = i < t->n ? by * y[2 * i] : far;
        t->y[i] = i < t->n ? by * y[2 * i + 1] : far;
    }
    for (int64_t i = 0; i < 2 * t->n; i++)
        t->gain[i] = 1;
}

/* The end of the exaggeration; what comes begins at rest. */
static void relax(struct tsne *t)
{
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < t->n * t->padded; i++)
        t->p[i] /= (float)exaggeration;
    for (int64_t i = 0; i < 2 * t->n; i++) {
        t->step[i] = 0;
        t->gain[i] = 1;
    }
}

static iso_err descend(struct tsne *t)
{
    const int early = t->iterations / 4;
    iso_err err = ISO_OK;

    for (int k = 0; k < t->iterations; k++) {
        ISO_TRY(iso_run_step(t->run, "t-SNE", k, t->iterations, "iterations"));
        if (k == early)
            relax(t);
        all_forces(t);
        move(t, k < early ? 0.5 : 0.8);
    }
done:
    return err;
}

/* Σ p log(p / q). */
static double divergence(struct tsne *t)
{
    double sum = 0;

    all_forces(t);
    const double z = total(t);
    for (int64_t i = 0; i < t->n; i++) {
        for (int64_t j = 0; j < t->n; j++) {
            const double p = t->p[i * t->padded + j], dx = t->x[i] - t->x[j];
            const double dy = t->y[i] - t->y[j];
            if (p > 0)
                sum += p * log(p * z * (1 + dx * dx + dy * dy));
        }
    }
    return sum;
}

/* Points about their centre. */
static void hand_out(double *y, const struct tsne *t)
{
    double x0 = 0, y0 = 0;

    for (int64_t i = 0; i < t->n; i++) {
        x0 += t->x[i] / (double)t->n;
        y0 += t->y[i] / (double)t->n;
    }
    for (int64_t i = 0; i < t->n; i++) {
        y[2 * i] = t->x[i] - x0;
        y[2 * i + 1] = t->y[i] - y0;
    }
}

static bool spread(const double *y, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        if (y[2 * i] != y[0])
            return true;
    }
    return false;
}

iso_err iso_tsne(double *y, double *kl, iso_view x, const iso_tsne_opt *opt, const iso_run *run)
{
    struct tsne t = {.run = run, .n = x.rows, .padded = (x.rows + LANES - 1) / LANES * LANES};
    iso_err err = ISO_OK;

    t.perplexity = opt && opt->perplexity != 0 ? opt->perplexity : 30;
    t.iterations = opt && opt->iterations ? opt->iterations : 1000;
    ISO_TRY(check(&t, x));
    t.perplexity = fmax(1, fmin(t.perplexity, (double)(t.n - 1) / 3));
    ISO_NEED(spread(y, t.n), "t-SNE begins with points that are all the same");
    ISO_TRY(room(&t));
    ISO_TRY(neighbourhoods(&t, x));
    symmetrise(&t);
    start(&t, y);
    ISO_TRY(descend(&t));
    if (kl)
        *kl = divergence(&t);
    hand_out(y, &t);
done:
    tsne_free(&t);
    return err;
}
