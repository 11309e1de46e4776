/* Rows times a panel of 32 columns in 8-bit integers, whose sums are exact in 32 bits. */
#ifndef ISO_LINALG_PANEL_INT8_H
#define ISO_LINALG_PANEL_INT8_H

#include <stdbool.h>
#include <stdint.h>

/* Columns of a panel; rows to whose multiple c and a have room, though only m count. */
enum { ISO_INT8_PANEL = 32, ISO_INT8_ROWS = 32 };

/**
 * c (m × 32, packed) = start (32 numbers, the same for each row) + a · panel modulo 2³²: a is
 * unsigned, m × depth and packed; of the panel four neighbours in k lie side by side, depth/4 × 32
 * × 4, signed. All sets of loops give the same bits.
 */
typedef void iso_panel_int8_fn(int32_t *c, const uint8_t *a, const int8_t *panel,
                               const int32_t *start, int64_t m, int64_t depth);

/** One set of loops; a thread says `begin` before it uses `mul` and `end` when it is done. */
typedef struct iso_panel_int8 {
    const char *name;
    int depth; /* of whose multiples depth is: 4 or 64; zeros fill it up */
    int half;  /* a takes −(half − 1) … half − 1, with half added to each: 128 or 64 */
    iso_panel_int8_fn *mul;
    void (*begin)(void);
    void (*end)(void);
} iso_panel_int8;

/** The best for this CPU; the plain version; the i-th that this CPU has, NULL after the last. */
const iso_panel_int8 *iso_panel_int8_best(void);
const iso_panel_int8 *iso_panel_int8_plain(void);
const iso_panel_int8 *iso_panel_int8_each(int i);

/** For tests and benchmarks: the best is the one called so from now on; NULL lets the CPU decide.
 */
void iso_panel_int8_force(const char *name);

/** Whether the best is more than the plain version: without vectors f32 is as fast. */
bool iso_panel_int8_pays(void);

#endif
