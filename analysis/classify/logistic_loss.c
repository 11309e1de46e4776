/* The loss of weights on the examples, and its gradient: two products and a softmax. */
#include <math.h>

#include "analysis/classify/logistic_inside.h"

void logistic_lay_out(iso_logistic *m, const double *weights)
{
    for (int c = 0; c < m->classes; c++) {
        float *w = m->w + c / ISO_PANEL * m->d * ISO_PANEL + c % ISO_PANEL;
        for (int64_t j = 0; j < m->d; j++)
            w[j * ISO_PANEL] = (float)weights[j * m->classes + c];
        m->bias[c] = (float)weights[m->d * m->classes + c];
    }
}

/* Logits of a row to (p − [its class]) / n, class c at z[c / 16 · step + c mod 16]; its loss. */
static double lack(float *z, int64_t step, int32_t label, const iso_logistic *m)
{
    float most = -INFINITY;
    double sum = 0, own = 0;

    for (int c = 0; c < m->classes; c++)
        most = fmaxf(most, z[c / ISO_PANEL * step + c % ISO_PANEL]);
    for (int c = 0; c < m->classes; c++) {
        float *at = &z[c / ISO_PANEL * step + c % ISO_PANEL];
        const double e = (double)expf(*at - most);
        own = c == label ? (double)(*at - most) : own;
        *at = (float)e;
        sum += e;
    }
    for (int c = 0; c < m->classes; c++) {
        float *at = &z[c / ISO_PANEL * step + c % ISO_PANEL];
        *at = (float)(((double)*at / sum - (c == label)) / (double)m->n);
    }
    return log(sum) - own;
}

static double forward(iso_logistic *m)
{
    iso_panel_fn *const multiply = iso_panel_best();
    const int64_t strips = (m->n + LOGISTIC_STRIP - 1) / LOGISTIC_STRIP, step = m->n * ISO_PANEL;
    double loss = 0;

#pragma omp parallel for schedule(static) if (m->n * m->d > 1000000)
    for (int64_t s = 0; s < strips; s++) {
        const int64_t first = s * LOGISTIC_STRIP,
                      count = m->n - first < LOGISTIC_STRIP ? m->n - first : LOGISTIC_STRIP;
        float *z = m->p + first * ISO_PANEL;
        for (int p = 0; p < m->panels; p++)
            multiply(z + p * step, ISO_PANEL, m->x + first * m->d, m->d,
                     m->w + p * m->d * ISO_PANEL, count, m->d, m->bias + (int64_t)p * ISO_PANEL,
                     false);
        m->loss[s] = 0;
        for (int64_t i = 0; i < count; i++)
            m->loss[s] += lack(z + i * ISO_PANEL, step, m->label[first + i], m);
    }
    for (int64_t s = 0; s < strips; s++)
        loss += m->loss[s];
    return loss / (double)m->n;
}

/* The gradient of one panel's classes; columns of x in strips. */
static void backward(double *gradient, iso_logistic *m, int panel)
{
    iso_panel_fn *const multiply = iso_panel_best();
    const float *lacks = m->p + panel * m->n * ISO_PANEL;
    const int first = panel * ISO_PANEL;
    const int count = m->classes - first < ISO_PANEL ? m->classes - first : ISO_PANEL;

#pragma omp parallel for schedule(static) if (m->n * m->d > 1000000)
    for (int64_t j = 0; j < m->d; j += LOGISTIC_STRIP) {
        const int64_t wide = m->d - j < LOGISTIC_STRIP ? m->d - j : LOGISTIC_STRIP;
        multiply(m->g + j * ISO_PANEL, ISO_PANEL, m->xt + j * m->n, m->n, lacks, wide, m->n, NULL,
                 false);
    }
    for (int64_t j = 0; j < m->d; j++)
        for (int c = 0; c < count; c++)
            gradient[j * m->classes + first + c] = (double)m->g[j * ISO_PANEL + c];
    for (int c = 0; c < count; c++) {
        double sum = 0;
        for (int64_t i = 0; i < m->n; i++)
            sum += (double)lacks[i * ISO_PANEL + c];
        gradient[m->d * m->classes + first + c] = sum;
    }
}

double logistic_value(void *logistic, const double *weights, double *gradient)
{
    iso_logistic *m = logistic;
    double square = 0;

    logistic_lay_out(m, weights);
    const double loss = forward(m);
    for (int p = 0; p < m->panels; p++)
        backward(gradient, m, p);
    for (int64_t i = 0; i < m->d * m->classes; i++) {
        gradient[i] += m->l2 * weights[i];
        square += weights[i] * weights[i];
    }
    return loss + 0.5 * m->l2 * square;
}
