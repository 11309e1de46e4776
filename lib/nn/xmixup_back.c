#include "lib/nn/xmixup_back.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/nn/xmixup_inside.h"

double iso_mix_lambda_back(double *dw, double *db, const iso_mix_head *head, double e1, double e2,
                           double dlambda)
{
    const double half = cosh((head->w * (e1 + e2) + head->b) / 2);
    const double dz = dlambda * head->lambda0 / (4 * half * half);

    *dw += dz * (e1 + e2);
    *db += dz;
    return dz * head->w;
}

/* Scores ----------------------------------------------------------------------------- */

/* With x = s − shift, z = Σ e^x and a = Σ x e^x a line's share is −e^x / z (x − centre). */
static double centre_of(double z, double a, double shift, double pad)
{
    return a / z - (pad > 0 ? 1 / (1 + exp(log(z) + shift - log(pad))) : 0);
}

/* A head whose lines share one largest score: row by row, the columns' shares along with it. */
static void pull_together(float *ds, iso_mix_work *f, int h, double most, const double *de)
{
    const int64_t live_t = f->s->live_t, live_s = f->s->live_s;

    iso_mix_fold_together(f, h, most);
    for (int64_t j = 0; j < f->cols; j++) {
        const double centre = centre_of(f->z[j], f->a[j], most, f->pad_t);
        f->z[j] = de[1] / f->z[j];
        f->a[j] = f->z[j] * centre;
    }
    for (int64_t j = 0; j < live_s; j++)
        f->unseen[j] = f->too[j] = 0;
    for (int64_t i = 0; i < f->rows; i++) {
        const double by = de[0] / f->row_z[i], none[2] = {0, 0};
        const double row[2] = {by, by * centre_of(f->row_z[i], f->row_a[i], most, f->pad_s)};
        const int64_t at = iso_mix_place(f->s, h, i, 0);
        const bool counts = i < live_t;
        iso_mix_shift(f, at, most, live_s);
        f->op->pull(ds + at, f->x, counts ? f->z : f->unseen, counts ? f->a : f->too, row, live_s);
        if (counts && f->cols > live_s) {
            iso_mix_shift(f, at + live_s, most, f->cols - live_s);
            f->op->pull(ds + at + live_s, f->x, f->z + live_s, f->a + live_s, none,
                        f->cols - live_s);
        }
    }
}

/* One line of n scores that lie `step` apart from number `at` on. */
static void pull_line(float *ds, iso_mix_work *f, int64_t at, int64_t step, int64_t n, double pad,
                      double de)
{
    double most = -INFINITY, z = 0, a = 0;

    for (int64_t j = 0; j < n; j++) {
        f->x[j] = iso_mix_score(f->s, at + j * step);
        most = fmax(most, f->x[j]);
    }
    for (int64_t j = 0; j < n; j++) {
        f->x[j] -= most;
        z += exp(f->x[j]);
        a += exp(f->x[j]) * f->x[j];
    }
    const double centre = centre_of(z, a, most, pad);
    for (int64_t j = 0; j < n; j++)
        ds[at + j * step] -= (float)(de * exp(f->x[j]) / z * (f->x[j] - centre));
}

void iso_mix_fold_back(float *ds, const iso_mix_scores *s, iso_mix_entropy mode, double de,
                       double *scratch)
{
    iso_mix_work f = iso_mix_begin(s, mode, scratch, true);
    const double each[2] = {de / ((double)s->H * (double)f.rows),
                            de / ((double)s->H * (double)f.cols)};

    for (int h = 0; h < s->H; h++) {
        bool apart;
        const double most = iso_mix_most(&apart, &f, h);
        if (!apart) {
            pull_together(ds, &f, h, most, each);
            continue;
        }
        for (int64_t i = 0; i < f.rows; i++)
            pull_line(ds, &f, iso_mix_place(s, h, i, 0), 1, s->live_s, f.pad_s, each[0]);
        for (int64_t j = 0; j < f.cols; j++)
            pull_line(ds, &f, iso_mix_place(s, h, 0, j), s->Ts, s->live_t, f.pad_t, each[1]);
    }
}

iso_err iso_mix_entropies_back(float *ds, const iso_mix_scores *s, iso_mix_entropy mode, double de)
{
    double *scratch = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_scores_check(s));
    ISO_TRY(iso_alloc(&scratch, iso_mix_scratch(s->Tt, s->Ts), sizeof *scratch));
    iso_mix_fold_back(ds, s, mode, de, scratch);
done:
    iso_free(scratch);
    return err;
}
