/* Sides of different width: the narrower gets columns of zeros, or the pair is refused. */
#ifndef ISO_STUDY_PAD_H
#define ISO_STUDY_PAD_H

#include <stdbool.h>

#include "lib/linalg/view.h"

/* The width of both sides, p and q of them; ISO_EDATA where they differ and are not padded. */
iso_err iso_pad_dims(int64_t *out, bool pad, const char *src, int64_t p,
                     const char *tgt, int64_t q);

/* Makes an f32 matrix so wide; a new one takes its place unless it is. Errors ISO_ENOMEM. */
iso_err iso_pad_widen(iso_mat *m, int64_t cols);

#endif
