#include "lib/nn/xmixup.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"
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

/* Entropies ---------------------------------------------------------------------- */

/* Scores of one head further apart than this do not share one largest score. */
#define APART 600.0

/* Numbers of a row or a column, with what loops touch behind it. */
static int64_t padded(int64_t Tt, int64_t Ts)
{
    return (Tt > Ts ? Tt : Ts) + 2 * ISO_MIX_LANES;
}

int64_t iso_mix_scratch(int64_t Tt, int64_t Ts)
{
    return 7 * padded(Tt, Ts);
}

static void range_of(double *lo, double *hi, const iso_mix_work *f, int64_t at, int64_t n)
{
    if (f->s->dtype == ISO_F32)
        f->op->range_f32(lo, hi, (const float *)f->s->data + at, n);
    else
        f->op->range_f64(lo, hi, (const double *)f->s->data + at, n);
}

void iso_mix_shift(const iso_mix_work *f, int64_t at, double shift, int64_t n)
{
    if (f->s->dtype == ISO_F32)
        f->op->shift_f32(f->x, (const float *)f->s->data + at, shift, n);
    else
        f->op->shift_f64(f->x, (const double *)f->s->data + at, shift, n);
}

static void fold_row(double *z, double *a, double *sum, const iso_mix_work *f, int64_t at,
                     double shift, int64_t n)
{
    iso_mix_shift(f, at, shift, n);
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
static int64_t width_of(const iso_mix_work *f, int64_t i)
{
    return i < f->s->live_t ? f->cols : f->s->live_s;
}

double iso_mix_most(bool *apart, const iso_mix_work *f, int h)
{
    const iso_mix_scores *s = f->s;
    double lo = INFINITY, hi = -INFINITY;

    if (f->rows == s->live_t && f->cols == s->Ts) /* without padding a head is one long row */
        range_of(&lo, &hi, f, iso_mix_place(f->s, h, 0, 0), f->rows * f->cols);
    else
        for (int64_t i = 0; i < f->rows; i++)
            range_of(&lo, &hi, f, iso_mix_place(f->s, h, i, 0), width_of(f, i));
    *apart = hi - lo > APART;
    return isfinite(hi) ? hi : NAN;
}

void iso_mix_fold_together(iso_mix_work *f, int h, double most)
{
    const int64_t live = f->s->live_s;
    double sum[2], other[2];

    memset(f->z, 0, (size_t)f->cols * sizeof *f->z);
    memset(f->a, 0, (size_t)f->cols * sizeof *f->a);
    for (int64_t i = 0; i < f->rows; i++) {
        const bool counts = i < f->s->live_t;
        fold_row(counts ? f->z : f->unseen, counts ? f->a : f->too, sum, f,
                 iso_mix_place(f->s, h, i, 0), most, live);
        f->e1 += entropy_of(sum[0], sum[1], most, f->pad_s);
        if (f->row_z) {
            f->row_z[i] = sum[0];
            f->row_a[i] = sum[1];
        }
        if (counts && f->cols > live)
            fold_row(f->z + live, f->a + live, other, f, iso_mix_place(f->s, h, i, live), most,
                     f->cols - live);
    }
    for (int64_t j = 0; j < f->cols; j++)
        f->e2 += entropy_of(f->z[j], f->a[j], most, f->pad_t);
}

/* Scores so far apart that the exponentials of some line would all vanish: line by line. */
static void fold_apart(iso_mix_work *f, int h)
{
    const int64_t live_t = f->s->live_t, live_s = f->s->live_s;
    double sum[2];

    for (int64_t i = 0; i < f->rows; i++) {
        double lo = INFINITY, hi = -INFINITY;
        range_of(&lo, &hi, f, iso_mix_place(f->s, h, i, 0), live_s);
        fold_row(f->unseen, f->too, sum, f, iso_mix_place(f->s, h, i, 0), hi, live_s);
        f->e1 += entropy_of(sum[0], sum[1], hi, f->pad_s);
    }
    for (int64_t j = 0; j < f->cols; j++) {
        double lo = INFINITY, hi = -INFINITY;
        for (int64_t i = 0; i < live_t; i++)
            f->x[i] = iso_mix_score(f->s, iso_mix_place(f->s, h, i, j));
        f->op->range_f64(&lo, &hi, f->x, live_t);
        f->op->shift_f64(f->x, f->x, hi, live_t);
        f->op->fold(f->unseen, f->too, sum, f->x, live_t);
        f->e2 += entropy_of(sum[0], sum[1], hi, f->pad_t);
    }
}

iso_mix_work iso_mix_begin(const iso_mix_scores *s, iso_mix_entropy mode, double *scratch,
                           bool keep_rows)
{
    const int64_t line = padded(s->Tt, s->Ts);
    const bool repo = mode == ISO_MIX_REPO;

    memset(scratch, 0, (size_t)(7 * line) * sizeof *scratch);
    return (iso_mix_work){.s = s,
                          .op = iso_mix_loops_best(),
                          .rows = repo ? s->Tt : s->live_t,
                          .cols = repo ? s->Ts : s->live_s,
                          .pad_t = repo ? (double)(s->Tt - s->live_t) : 0,
                          .pad_s = repo ? (double)(s->Ts - s->live_s) : 0,
                          .x = scratch,
                          .z = scratch + line,
                          .a = scratch + 2 * line,
                          .unseen = scratch + 3 * line,
                          .too = scratch + 4 * line,
                          .row_z = keep_rows ? scratch + 5 * line : NULL,
                          .row_a = keep_rows ? scratch + 6 * line : NULL};
}

void iso_mix_fold(double *e1, double *e2, const iso_mix_scores *s, iso_mix_entropy mode,
                  double *scratch)
{
    iso_mix_work f = iso_mix_begin(s, mode, scratch, false);

    for (int h = 0; h < s->H; h++) {
        bool apart;
        const double most = iso_mix_most(&apart, &f, h);
        if (isnan(most))
            f.e1 = f.e2 = NAN;
        else if (apart)
            fold_apart(&f, h);
        else
            iso_mix_fold_together(&f, h, most);
    }
    *e1 = f.e1 / ((double)s->H * (double)f.rows);
    *e2 = f.e2 / ((double)s->H * (double)f.cols);
}

iso_err iso_mix_scores_check(const iso_mix_scores *s)
{
    iso_err err = ISO_OK;

    ISO_NEED(s->H > 0 && s->live_t > 0 && s->live_t <= s->Tt && s->live_s > 0 && s->live_s <= s->Ts,
             "scores of %d heads, %lld of %lld rows and %lld of %lld columns have no entropy", s->H,
             (long long)s->live_t, (long long)s->Tt, (long long)s->live_s, (long long)s->Ts);
    ISO_NEED(s->dtype == ISO_F32 || s->dtype == ISO_F64, "scores are %s, not f32 or f64",
             iso_dtype_name(s->dtype));
done:
    return err;
}

iso_err iso_mix_entropies(double *e1, double *e2, const iso_mix_scores *s, iso_mix_entropy mode)
{
    double *scratch = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_scores_check(s));
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
        most = fmax(most, iso_mix_score(s, at + j));
    for (int64_t j = 0; j < s->live_s; j++)
        sum += exp(iso_mix_score(s, at + j) - most);
    for (int64_t j = 0; j < s->live_s; j++)
        out[j] += (float)(exp(iso_mix_score(s, at + j) - most) / (sum * s->H));
}

void iso_mix_attention(float *out, const iso_mix_scores *s)
{
    memset(out, 0, (size_t)(s->live_t * s->live_s) * sizeof *out);
    for (int h = 0; h < s->H; h++)
        for (int64_t i = 0; i < s->live_t; i++)
            add_attention(out + i * s->live_s, s, (h * s->Tt + i) * s->Ts);
}
