/* Loops over raw scores, in the widest vectors the CPU has, and plain. */
#ifndef ISO_NN_XMIXUP_LOOPS_H
#define ISO_NN_XMIXUP_LOOPS_H

#include <stdint.h>

/* Doubles of a vector; twice as many floats. Lines of doubles are touched up to the next multiple
 * of it. */
enum { ISO_MIX_LANES = 4 };

/* Over n numbers. */
typedef struct iso_mix_loops {
    /* Widens lo and hi to hold all scores; hi becomes NaN when one is not finite. */
    void (*range_f32)(double *lo, double *hi, const float *s, int64_t n);
    void (*range_f64)(double *lo, double *hi, const double *s, int64_t n);
    /* x = s − shift, behind it what counts for nothing. */
    void (*shift_f32)(double *x, const float *s, double shift, int64_t n);
    void (*shift_f64)(double *x, const double *s, double shift, int64_t n);
    /* Adds e^x to z and x e^x to a, each in its place, and sets sum[0] and sum[1] to their sums; no
     * x is above 0, and what is below −708 counts for nothing. */
    void (*fold)(double *z, double *a, double *sum, const double *x, int64_t n);
    /* ds −= e^x ((row[0] + by) x − (row[1] + about)), each in its place; x as above. */
    void (*pull)(float *ds, const double *x, const double *by, const double *about,
                 const double *row, int64_t n);
} iso_mix_loops;

/** For the level in use (iso_cpu_level). */
const iso_mix_loops *iso_mix_loops_best(void);

#endif
