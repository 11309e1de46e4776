/* What the files of packed share: an engine computes products of one number type. */
#ifndef ISO_LINALG_PACKED_INSIDE_H
#define ISO_LINALG_PACKED_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/linalg/product.h"

/**
 * Weights come checked: f32, f16 or bf16, finite, possibly not aligned. Products come checked too:
 * f32, shapes that fit, at least one row and one column in y.
 */
struct packed_engine {
    const char *name;
    bool (*available)(void); /* on this CPU, in this build; NULL = always */
    iso_err (*make)(void **state, iso_view w);
    bool thens; /* calls `then` itself; else it is called when all of y is there */
    iso_err (*mul)(iso_mat *y, iso_view x, const void *state, const float *bias,
                   const iso_then *then);
    void (*free)(void *state);
    int64_t (*bytes)(const void *state);
};

/** Each row of y becomes `bias`, or zeros for NULL. */
void iso_packed_fill(iso_mat *y, const float *bias);

/** A packed f32 copy of w, whatever its type, stride and alignment. */
iso_err iso_packed_widen(iso_mat *out, iso_view w);

/** Rows [first, first + count) of y, borrowed. */
iso_mat iso_packed_strip(const iso_mat *y, int64_t first, int64_t count);

extern const struct packed_engine iso_packed_plain, iso_packed_panels, iso_packed_bf16,
    iso_packed_bf16_lowp, iso_packed_int8, iso_packed_int8_lowp, iso_packed_int8_avx2;

#endif
