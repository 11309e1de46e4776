/* What the files of logistic share. */
#ifndef ISO_ANALYSIS_LOGISTIC_INSIDE_H
#define ISO_ANALYSIS_LOGISTIC_INSIDE_H

#include "analysis/classify/logistic.h"
#include "lib/linalg/panel.h"

enum { LOGISTIC_STRIP = 64 }; /* rows at a time */

/* Weights in the order of the minimiser: class c of column j at [j * classes + c], then biases.
 * For products they lie in panels of 16 classes. */
struct iso_logistic {
    int classes, panels;
    int64_t n, d;
    double *mean, *scale; /* d: x̃ = (x − mean) · scale */
    float *x, *xt;        /* standardised: n × d, d × n */
    int32_t *label;       /* n */
    double *weights;      /* (d + 1) × classes */
    float *w, *bias;      /* panels × d × 16, panels × 16 */
    float *p;             /* panels × n × 16: logits, then what they lack */
    float *g;             /* d × 16 */
    double *loss;         /* a strip each */
    double l2, value;
};

/* Weights of the minimiser to panels. */
void logistic_lay_out(iso_logistic *m, const double *weights);

/* What is minimised, of an iso_logistic: an iso_smooth's value. */
double logistic_value(void *logistic, const double *weights, double *gradient);

#endif
