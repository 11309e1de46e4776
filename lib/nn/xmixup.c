#include "lib/nn/xmixup.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/nn/vector.h"
#include "lib/nn/xmixup_inside.h"

/* λ ------------------------------------------------------------------------------ */

iso_mix_head iso_mix_head_default(void)
{
    return (iso_mix_head){.lambda0 = 0.5, .w = 1, .b = 0};
}

double iso_mix_lambda(const iso_mix_head *head, double e1, double e2)
{
    return head->lambda0 / (1 + exp(-(head->w * (e1 + e2) + head->b)));
}

/* Loops over raw scores -------------------------------------------------------------- */

/* Doubles of a vector; twice as many floats. Rows are touched up to the next multiple of it. */
enum { LANES = 4 };

/* Over n numbers, in the widest vectors the CPU has, and plain. */
struct loops {
    /* Widens lo and hi to hold all scores; hi becomes NaN when one is not finite. */
    void (*range_f32)(double *lo, double *hi, const float *s, int64_t n);
    void (*range_f64)(double *lo, double *hi, const double *s, int64_t n);
    /* x = s − shift, behind it what counts for nothing. */
    void (*shift_f32)(double *x, const float *s, double shift, int64_t n);
    void (*shift_f64)(double *x, const double *s, double shift, int64_t n);
    /* Adds e^x to z and x e^x to a, each in its place, and sets sum[0] and sum[1] to their sums; no
     * x is above 0, and what is below −708 counts for nothing. */
    void (*fold)(double *z, double *a, double *sum, const double *x, int64_t n);
};

/* Each set is the same C, compiled for another target. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define TARGET
#define NAME(x) plain_##x
#include "lib/nn/xmixup_tmpl.h"
#undef TARGET
#undef NAME

#define SET(s)                                                                                     \
    {                                                                                              \
        s##_range_f32, s##_range_f64, s##_shift_f32, s##_shift_f64, s##_fold                       \
    }

static const struct loops plain = SET(plain);

#if defined(__x86_64__) && defined(__GNUC__)

#define TARGET  __attribute__((target("avx2,fma")))
#define NAME(x) avx2_##x
#include "lib/nn/xmixup_tmpl.h"

static const struct loops avx2 = SET(avx2);

static const struct loops *best_loops(void)
{
    return iso_nn_vector_best() == iso_nn_vector_plain() ? &plain : &avx2;
}

#else

static const struct loops *best_loops(void)
{
    return &plain;
}

#endif

/* Entropies ---------------------------------------------------------------------- */

/* Scores of one head further apart than this do not share one largest score. */
#define APART 600.0

/* The work on one pair. Rows are target tokens, columns source tokens. */
struct fold {
    const iso_mix_scores *s;
    const struct loops *op;
    int64_t rows, cols;   /* that have an entropy; of them the live ones come first */
    double pad_t, pad_s;  /* padded rows and columns that count with a score of 0 */
    double *x;            /* a row or a column on its way */
    double *z, *a;        /* of each column Σ e^x and Σ x e^x */
    double *unseen, *too; /* the same, of rows that no column counts */
    double e1, e2;        /* sums */
};

/* Numbers of a row or a column, with what loops touch behind it. */
static int64_t padded(int64_t Tt, int64_t Ts)
{
    return (Tt > Ts ? Tt : Ts) + 2 * LANES;
}

int64_t iso_mix_scratch(int64_t Tt, int64_t Ts)
{
    return 5 * padded(Tt, Ts);
}

static int64_t place(const struct fold *f, int h, int64_t i, int64_t j)
{
    return (h * f->s->Tt + i) * f->s->Ts + j;
}

static double score_at(const iso_mix_scores *s, int64_t at)
{
    return s->dtype == ISO_F32 ? ((const float *)s->data)[at] : ((const double *)s->data)[at];
}

static void range_of(double *lo, double *hi, const struct fold *f, int64_t at, int64_t n)
{
    if (f->s->dtype == ISO_F32)
        f->op->range_f32(lo, hi, (const float *)f->s->data + at, n);
    else
        f->op->range_f64(lo, hi, (const double *)f->s->data + at, n);
}

static void fold_row(double *z, double *a, double *sum, const struct fold *f, int64_t at,
                     double shift, int64_t n)
{
    if (f->s->dtype == ISO_F32)
        f->op->shift_f32(f->x, (const float *)f->s->data + at, shift, n);
    else
        f->op->shift_f64(f->x, (const double *)f->s->data + at, shift, n);
    f->op->fold(z, a, sum, f->x, n);
}

/* −Σ P log Q of a line with z = Σ e^(s − shift) and a = Σ (s − shift) e^(s − shift). */
static double entropy_of(double z, double a, double shift, double pad)
{
    const double log_z = log(z), h = log_z - a / z;

    if (pad <= 0)
        return h < 0 ? 0 : h;
    const double q = log(pad) - (shift + log_z);
    return (h < 0 ? 0 : h) + (q > 40 ? q : log1p(exp(q)));
}

/* The live scores of row i and, of a live row, those of the other columns that have an entropy. */
static int64_t width_of(const struct fold *f, int64_t i)
{
    return i < f->s->live_t ? f->cols : f->s->live_s;
}

static void find_range(double *lo, double *hi, const struct fold *f, int h)
{
    const iso_mix_scores *s = f->s;

    *lo = INFINITY;
    *hi = -INFINITY;
    if (f->rows == s->live_t && f->cols == s->Ts) /* without padding a head is one long row */
        range_of(lo, hi, f, place(f, h, 0, 0), f->rows * f->cols);
    else
        for (int64_t i = 0; i < f->rows; i++)
            range_of(lo, hi, f, place(f, h, i, 0), width_of(f, i));
}

/* Rows and columns by the same exponentials, those of the distance to the head's largest score. */
static void fold_together(struct fold *f, int h, double most)
{
    const int64_t live = f->s->live_s;
    double sum[2], other[2];

    memset(f->z, 0, (size_t)f->cols * sizeof *f->z);
    memset(f->a, 0, (size_t)f->cols * sizeof *f->a);
    for (int64_t i = 0; i < f->rows; i++) {
        const bool counts = i < f->s->live_t;
        fold_row(counts ? f->z : f->unseen, counts ? f->a : f->too, sum, f, place(f, h, i, 0), most,
                 live);
        f->e1 += entropy_of(sum[0], sum[1], most, f->pad_s);
        if (counts && f->cols > live)
            fold_row(f->z + live, f->a + live, other, f, place(f, h, i, live), most,
                     f->cols - live);
    }
    for (int64_t j = 0; j < f->cols; j++)
        f->e2 += entropy_of(f->z[j], f->a[j], most, f->pad_t);
}

/* Scores so far apart that the exponentials of some line would all vanish: line by line. */
static void fold_apart(struct fold *f, int h)
{
    const int64_t live_t = f->s->live_t, live_s = f->s->live_s;
    double sum[2];

    for (int64_t i = 0; i < f->rows; i++) {
        double lo = INFINITY, hi = -INFINITY;
        range_of(&lo, &hi, f, place(f, h, i, 0), live_s);
        fold_row(f->unseen, f->too, sum, f, place(f, h, i, 0), hi, live_s);
        f->e1 += entropy_of(sum[0], sum[1], hi, f->pad_s);
    }
    for (int64_t j = 0; j < f->cols; j++) {
        double lo = INFINITY, hi = -INFINITY;
        for (int64_t i = 0; i < live_t; i++)
            f->x[i] = score_at(f->s, place(f, h, i, j));
        f->op->range_f64(&lo, &hi, f->x, live_t);
        f->op->shift_f64(f->x, f->x, hi, live_t);
        f->op->fold(f->unseen, f->too, sum, f->x, live_t);
        f->e2 += entropy_of(sum[0], sum[1], hi, f->pad_t);
    }
}

void iso_mix_fold(double *e1, double *e2, const iso_mix_scores *s, iso_mix_entropy mode,
                  double *scratch)
{
    const int64_t line = padded(s->Tt, s->Ts);
    const bool repo = mode == ISO_MIX_REPO;
    struct fold f = {.s = s,
                     .op = best_loops(),
                     .rows = repo ? s->Tt : s->live_t,
                     .cols = repo ? s->Ts : s->live_s,
                     .pad_t = repo ? (double)(s->Tt - s->live_t) : 0,
                     .pad_s = repo ? (double)(s->Ts - s->live_s) : 0,
                     .x = scratch,
                     .z = scratch + line,
                     .a = scratch + 2 * line,
                     .unseen = scratch + 3 * line,
                     .too = scratch + 4 * line};

    memset(scratch, 0, (size_t)(5 * line) * sizeof *scratch);
    for (int h = 0; h < s->H; h++) {
        double lo, hi;
        find_range(&lo, &hi, &f, h);
        if (!isfinite(hi))
            f.e1 = f.e2 = NAN;
        else if (hi - lo > APART)
            fold_apart(&f, h);
        else
            fold_together(&f, h, hi);
    }
    *e1 = f.e1 / ((double)s->H * (double)f.rows);
    *e2 = f.e2 / ((double)s->H * (double)f.cols);
}

iso_err iso_mix_entropies(double *e1, double *e2, const iso_mix_scores *s, iso_mix_entropy mode)
{
    double *scratch = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(s->H > 0 && s->live_t > 0 && s->live_t <= s->Tt && s->live_s > 0 && s->live_s <= s->Ts,
             "scores of %d heads, %lld of %lld rows and %lld of %lld columns have no entropy", s->H,
             (long long)s->live_t, (long long)s->Tt, (long long)s->live_s, (long long)s->Ts);
    ISO_NEED(s->dtype == ISO_F32 || s->dtype == ISO_F64, "scores are %s, not f32 or f64",
             iso_dtype_name(s->dtype));
    ISO_TRY(iso_alloc(&scratch, iso_mix_scratch(s->Tt, s->Ts), sizeof *scratch));
    iso_mix_fold(e1, e2, s, mode, scratch);
done:
    iso_free(scratch);
    return err;
}

/* Attention ---------------------------------------------------------------------- */

static void add_attention(float *out, const iso_mix_scores *s, int64_t at)
{
    double most = -INFINITY, sum = 0;

    for (int64_t j = 0; j < s->live_s; j++)
        most = fmax(most, score_at(s, at + j));
    for (int64_t j = 0; j < s->live_s; j++)
        sum += exp(score_at(s, at + j) - most);
    for (int64_t j = 0; j < s->live_s; j++)
        out[j] += (float)(exp(score_at(s, at + j) - most) / (sum * s->H));
}

void iso_mix_attention(float *out, const iso_mix_scores *s)
{
    memset(out, 0, (size_t)(s->live_t * s->live_s) * sizeof *out);
    for (int h = 0; h < s->H; h++)
        for (int64_t i = 0; i < s->live_t; i++)
            add_attention(out + i * s->live_s, s, (h * s->Tt + i) * s->Ts);
}
