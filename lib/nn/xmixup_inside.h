/* Shared by the files of X-Mixup: pairs, entropies in memory that is there already, their loops. */
#ifndef ISO_NN_XMIXUP_INSIDE_H
#define ISO_NN_XMIXUP_INSIDE_H

#include "lib/nn/xmixup.h"

/* Of target b its source; of sentence b its tokens, and those that are no padding; of pair b the
 * numbers of its attention. */
int64_t iso_mix_source(const iso_mix_pairs *in, int64_t b);
int64_t iso_mix_tokens(const iso_batch *batch, int64_t b);
int64_t iso_mix_live(const iso_batch *batch, int64_t b);
int64_t iso_mix_cells(const iso_mix_pairs *in, int64_t b);

/* Whether pairs and rule can be mixed into u. */
iso_err iso_mix_check(const iso_mat *u, const iso_mix_pairs *in, const iso_mix_rule *rule);

/* Doubles of scratch for scores of Tt rows and Ts columns. */
int64_t iso_mix_scratch(int64_t Tt, int64_t Ts);

/* iso_mix_entropies of sizes that were checked. */
void iso_mix_fold(double *e1, double *e2, const iso_mix_scores *s, iso_mix_entropy mode,
                  double *scratch);

/* x, z and a are touched up to the next multiple of this. */
enum { ISO_MIX_ROOM = 4 };

/* Over n numbers, in the widest vectors the CPU has, and plain. */
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
} iso_mix_loops;

const iso_mix_loops *iso_mix_loops_best(void);

#endif
