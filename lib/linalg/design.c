#include "lib/linalg/design.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/product.h"

enum { LEAST_DOF = 3, BLOCK = 256 };

static double at(const iso_view *v, int64_t i, int64_t j)
{
    return ((const double *)v->data)[i * v->stride + j];
}

static double *cell(const iso_mat *m, int64_t i, int64_t j)
{
    return (double *)m->data + i * m->stride + j;
}

/* A column to length 1, its mean taken off; false where it is one value. */
static bool standardise(double *column, int64_t n)
{
    double mean = 0, peak = 0, spread = 0, square = 0;

    for (int64_t i = 0; i < n; i++) {
        mean += column[i] / (double)n;
        peak = fmax(peak, fabs(column[i]));
    }
    for (int64_t i = 0; i < n; i++) {
        column[i] -= mean;
        spread = fmax(spread, fabs(column[i]));
    }
    if (!(spread > 1e-12 * peak))
        return false;
    for (int64_t i = 0; i < n; i++) {
        column[i] /= spread;
        square += column[i] * column[i];
    }
    for (int64_t i = 0; i < n; i++)
        column[i] /= sqrt(square);
    return true;
}

/* Takes the columns before out of a column of length 1, twice, and makes it a column of q unless
 * nothing is left. */
static void add_column(iso_design *d, double *column)
{
    double square = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (int64_t k = 0; k < d->rank; k++) {
            double along = 0;
            for (int64_t i = 0; i < d->n; i++)
                along += column[i] * *cell(&d->q, i, k);
            for (int64_t i = 0; i < d->n; i++)
                column[i] -= along * *cell(&d->q, i, k);
        }
        square = 0;
        for (int64_t i = 0; i < d->n; i++)
            square += column[i] * column[i];
        if (square < 1e-18) /* what remains of one that the others determine is rounding */
            return;
    }
    for (int64_t i = 0; i < d->n; i++)
        *cell(&d->q, i, d->rank) = column[i] / sqrt(square);
    d->rank++;
}

/* Σ h_ij⁴ of H = QQᵀ: h_ij² is the product of the items' q ⊗ q, so that no n × n matrix is needed.
 */
static iso_err fourth_powers(double *out, const iso_design *d)
{
    const int64_t r = d->rank, wide = r * (r + 1) / 2;
    iso_mat z = {0}, square = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&z, d->n < BLOCK ? d->n : BLOCK, wide, ISO_F64));
    ISO_TRY(iso_mat_new(&square, wide, wide, ISO_F64));
    for (int64_t first = 0; first < d->n; first += BLOCK) {
        z.rows = d->n - first < BLOCK ? d->n - first : BLOCK;
        for (int64_t i = 0; i < z.rows; i++) {
            const double *q = cell(&d->q, first + i, 0);
            double *to = cell(&z, i, 0);
            for (int64_t a = 0; a < r; a++)
                for (int64_t b = a; b < r; b++)
                    *to++ = q[a] * q[b] * (a == b ? 1 : sqrt(2));
        }
        ISO_TRY(iso_square_tn(&square, iso_mat_view(&z), first > 0));
    }
    *out = 0;
    for (int64_t a = 0; a < wide; a++)
        for (int64_t b = a; b < wide; b++)
            *out += (a == b ? 1 : 2) * *cell(&square, a, b) * *cell(&square, a, b);
done:
    iso_mat_free(&z);
    iso_mat_free(&square);
    return err;
}

static double minor(double m[3][3], int row)
{
    const int a = row == 0 ? 1 : 0, b = row == 2 ? 1 : 2;

    return (row == 1 ? -1 : 1) * (m[a][1] * m[b][2] - m[a][2] * m[b][1]);
}

/* The row of the inverse that gives a. */
static iso_err weigh(iso_design *d)
{
    const double nu = (double)(d->n - d->rank);
    double s2 = 0, s4 = 0;
    iso_err err = ISO_OK;

    ISO_TRY(fourth_powers(&s4, d));
    for (int64_t i = 0; i < d->n; i++) {
        double h = 0;
        for (int64_t k = 0; k < d->rank; k++)
            h += *cell(&d->q, i, k) * *cell(&d->q, i, k);
        s2 += (1 - h) * (1 - h);
        s4 += pow(1 - h, 4) - pow(h, 4);
    }
    double m[3][3] = {{nu * nu + nu - 2 * s2, nu - s2, s2},
                      {2 * (nu - s2), nu * nu - s2, s2},
                      {2 * (s2 - s4), s2 - s4, s4}};
    const double det = m[0][0] * minor(m, 0) + m[1][0] * minor(m, 1) + m[2][0] * minor(m, 2);
    if (!(fabs(det) > 1e-10 * pow(nu, 4) * s4))
        d->why = "the covariates leave too few degrees of freedom";
    for (int k = 0; k < 3; k++)
        d->weight[k] = minor(m, k) / det;
done:
    return err;
}

iso_err iso_design_make(iso_design *out, iso_view covariates)
{
    const int64_t n = covariates.rows, c = covariates.cols;
    iso_design d = {.n = n};
    double *column = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&d.q, n, c + 1 < n ? c + 1 : n, ISO_F64));
    ISO_TRY(iso_alloc(&column, n, sizeof *column));
    for (int64_t i = 0; i < n; i++)
        column[i] = 1 / sqrt((double)n);
    if (n > 0)
        add_column(&d, column);
    for (int64_t j = 0; j < c && !d.why; j++) {
        for (int64_t i = 0; i < n; i++)
            column[i] = at(&covariates, i, j);
        if (!standardise(column, n))
            d.why = "a covariate has one value for all items, as the language has";
        else if (d.rank < d.q.cols)
            add_column(&d, column);
    }
    d.q.cols = d.rank;
    if (!d.why && n - d.rank < LEAST_DOF)
        d.why = "the covariates leave fewer than 3 degrees of freedom";
    if (!d.why)
        ISO_TRY(weigh(&d));
    *out = d;
    d = (iso_design){0};
done:
    iso_design_free(&d);
    iso_free(column);
    return err;
}

void iso_design_free(iso_design *d)
{
    iso_mat_free(&d->q);
    *d = (iso_design){0};
}

double iso_design_hsic(const iso_design *d, double t1, double t2, double t3)
{
    return d->weight[0] * t1 + d->weight[1] * t2 + d->weight[2] * t3;
}
