/* Parts of both sides, made one by one. */
#ifndef ISO_LINALG_TOPK_SIDES_H
#define ISO_LINALG_TOPK_SIDES_H

#include "lib/linalg/topk.h"

/* The mean of some unit vectors of x and of y, and their product. */
struct topk_centre {
    float *of_x, *of_y;
    double both;
};

iso_err iso_topk_centre_make(struct topk_centre *out, const iso_topk_rows *x,
                             const iso_topk_rows *y);
void iso_topk_centre_free(struct topk_centre *c);

/* Without any layout; then y in f32; x, or y, in 8 bits. */
iso_topk_sides iso_topk_sides_of(const iso_topk_rows *x, const iso_topk_rows *y);
iso_err iso_topk_plain(iso_topk_sides *s);
iso_err iso_topk_left(iso_topk_sides *s, const struct topk_centre *c);
iso_err iso_topk_right(iso_topk_sides *s, const struct topk_centre *c);

int iso_topk_threads(void);

#endif
