/* Inner loops of training, in the widest vectors the CPU has; each has a plain version. */
#ifndef ISO_NN_VECTOR_BACK_H
#define ISO_NN_VECTOR_BACK_H

#include <stdint.h>

typedef struct iso_back_vector {
    /* hat = (h − mean h) rstd, y = gain hat + bias, h = x + r, over n numbers; returns rstd =
     * 1 / √(var h + eps). r may be NULL, y may be x or r. */
    float (*norm)(float *y, float *hat, const float *x, const float *r, const float *gain,
                  const float *bias, float eps, int64_t n);
    /* y = gain hat + bias */
    void (*norm_out)(float *y, const float *hat, const float *gain, const float *bias, int64_t n);
    /* d = rstd (d gain − mean(d gain) − hat mean(d gain hat)); before that, sum_gain += d hat and
     * sum_bias += d, both unless sum_gain is NULL. */
    void (*norm_back)(float *d, float *sum_gain, float *sum_bias, const float *hat,
                      const float *gain, float rstd, int64_t n);
    /* x += bias (NULL: 0), y = act(x). */
    void (*keep_gelu)(float *y, float *x, const float *bias, int64_t n);
    void (*keep_gelu_tanh)(float *y, float *x, const float *bias, int64_t n);
    void (*keep_relu)(float *y, float *x, const float *bias, int64_t n);
    /* d = d act'(x), then x = act(x). */
    void (*gelu)(float *d, float *x, int64_t n);
    void (*gelu_tanh)(float *d, float *x, int64_t n);
    void (*relu)(float *d, float *x, int64_t n);
    /* d = by w (d − shift) */
    void (*softmax)(float *d, const float *w, float by, float shift, int64_t n);
    /* x·y */
    float (*dot)(const float *x, const float *y, int64_t n);
    /* x = by x where number j of a stream (see dropout.c) is at least `least`, else 0. */
    void (*drop)(float *x, uint64_t stream, uint32_t least, float by, int64_t n);
    const char *name;
} iso_back_vector;

/** The loops for this CPU; the plain versions, for tests. */
const iso_back_vector *iso_back_vector_best(void);
const iso_back_vector *iso_back_vector_plain(void);

#endif
