/* Adam's inner loops, in the widest vectors the CPU has. */
#ifndef ISO_TRAIN_ADAM_H
#define ISO_TRAIN_ADAM_H

#include <stdbool.h>
#include <stdint.h>

/* What all steps have in common (of one tensor, where it decays); one_b1 is 1 − β₁. */
typedef struct iso_adam {
    float b1, one_b1, b2, one_b2, eps;
    float decay; /* added to the gradient, times the weight */
} iso_adam;

/* What is a step's own: p = keep p − size m / (root √v + eps). */
typedef struct iso_adam_step {
    float keep, size, root;
} iso_adam_step;

/* How gradients are used: scale g, its size at most `most`. */
typedef struct iso_adam_use {
    float scale, most;
} iso_adam_use;

typedef struct iso_adam_loops {
    /* One step of n parameters; `clear`: g = 0 afterwards. */
    void (*step)(float *p, float *m, float *v, float *g, const iso_adam *a, const iso_adam_step *s,
                 const iso_adam_use *use, int64_t n, bool clear);
    /* So many steps with g = 0: the bits of `step`. */
    void (*idle)(float *p, float *m, float *v, const iso_adam *a, const iso_adam_step *s,
                 int64_t steps, int64_t n);
    /* Σ g² in double, in an order of its own. */
    double (*squares)(const float *g, int64_t n);
    const char *name;
} iso_adam_loops;

/* The loops for this CPU; the plain versions, for tests. */
const iso_adam_loops *iso_adam_best(void);
const iso_adam_loops *iso_adam_plain(void);

#endif
