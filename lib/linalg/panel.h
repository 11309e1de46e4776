/* Rows times a panel of 16 columns, all of whose numbers lie in the order they are used. */
#ifndef ISO_LINALG_PANEL_H
#define ISO_LINALG_PANEL_H

#include <stdbool.h>
#include <stdint.h>

enum { ISO_PANEL = 16 };

/**
 * c (m × ISO_PANEL, row stride ldc) = start + a (m × k, row stride lda) · panel (k × ISO_PANEL,
 * packed), all f32; `start` is bias (ISO_PANEL numbers, the same for each row), c itself if `add`,
 * or 0 when bias is NULL.
 */
typedef void iso_panel_fn(float *c, int64_t ldc, const float *a, int64_t lda, const float *panel,
                          int64_t m, int64_t k, const float *bias, bool add);

/** The best for this CPU; the plain version. */
iso_panel_fn *iso_panel_best(void);
iso_panel_fn *iso_panel_plain(void);

/** Panels that hold n columns. */
static inline int64_t iso_panels(int64_t n)
{
    return (n + ISO_PANEL - 1) / ISO_PANEL;
}

#endif
