/* Inner loops of the encoder, in the widest vectors the CPU has; each has a plain version. */
#ifndef ISO_NN_VECTOR_H
#define ISO_NN_VECTOR_H

#include <stdint.h>

enum { ISO_NN_LANES = 16 }; /* of the widest vectors */

typedef struct iso_nn_vector {
    /* y = gain (h − mean h) / √(var h + eps) + bias, h = x + r, over n numbers; r may be NULL, y
     * may be x or r. Two passes over h, the second about its mean. */
    void (*norm)(float *y, const float *x, const float *r, const float *gain, const float *bias,
                 float eps, int64_t n);
    /* x = gelu(x): exact, x Φ(x) with erf to 4e-7; the tanh form; max(x, 0). */
    void (*gelu)(float *x, int64_t n);
    void (*gelu_tanh)(float *x, int64_t n);
    void (*relu)(float *x, int64_t n);
    /* x = exp(scale (x − max x)); returns their sum. n >= 1, scale > 0; x has room for n rounded up
     * to a multiple of ISO_NN_LANES, and what lies there is lost. */
    float (*softmax)(float *x, float scale, int64_t n);
    /* max x, -FLT_MAX at least; what is NaN is passed over. n >= 1 */
    float (*largest)(const float *x, int64_t n);
    /* y = by x */
    void (*scale)(float *y, const float *x, float by, int64_t n);
    /* y += x */
    void (*add)(float *y, const float *x, int64_t n);
    const char *name;
} iso_nn_vector;

/** The loops for this CPU; the plain versions, for tests. */
const iso_nn_vector *iso_nn_vector_best(void);
const iso_nn_vector *iso_nn_vector_plain(void);

#endif
