/* Inner loops over memory that BLAS has no word for, in the widest vectors the CPU has. */
#ifndef ISO_LINALG_LOOPS_H
#define ISO_LINALG_LOOPS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * All loops come for float and double; sums are in double or, within a run of at most 512
 * numbers, in the type of the data.
 */
typedef struct iso_loops {
    /* x -= shift; returns ‖x‖² afterwards. */
    double (*shift_f32)(float *x, const float *shift, int64_t n);
    double (*shift_f64)(double *x, const double *shift, int64_t n);
    /* to = by·x, and to += by·x, in double. */
    void (*put_f32)(double *to, const float *x, double by, int64_t n);
    void (*put_f64)(double *to, const double *x, double by, int64_t n);
    void (*add_f32)(double *to, const float *x, double by, int64_t n);
    void (*add_f64)(double *to, const double *x, double by, int64_t n);
    /* Returns ‖c‖², sets *dot to c·v and, unless acc is NULL, adds by·c to acc or, `first`, stores
     * it there. */
    double (*fold_f32)(double *acc, double *dot, const float *c, double by, const double *v,
                       int64_t n, bool first);
    double (*fold_f64)(double *acc, double *dot, const double *c, double by, const double *v,
                       int64_t n, bool first);
    /* Products of two m × n tiles k, l with row stride ld: row[i] += Σ_j k l; col[j] += Σ_i k l
     * unless col is NULL. n <= 512. */
    void (*tile_f32)(double *row, double *col, const float *k, const float *l, int64_t m, int64_t n,
                     int64_t ld);
    void (*tile_f64)(double *row, double *col, const double *k, const double *l, int64_t m,
                     int64_t n, int64_t ld);
    /* x·y */
    double (*dot_f32)(const float *x, const float *y, int64_t n);
    double (*dot_f64)(const double *x, const double *y, int64_t n);
} iso_loops;

/** The loops for this CPU. */
const iso_loops *iso_loops_best(void);

/** x·y by the best loops. */
double iso_dot(const double *x, const double *y, int64_t n);

/** The plain C versions, for tests. */
const iso_loops *iso_loops_plain(void);

#endif
