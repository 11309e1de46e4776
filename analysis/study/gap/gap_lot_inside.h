/* What gathering and choosing lots share. */
#ifndef ISO_BIN_GAP_LOT_INSIDE_H
#define ISO_BIN_GAP_LOT_INSIDE_H

#include "analysis/study/gap/gap_lot.h"

/* Keeps the lots that `measures` name (NULL: the usual ones, else all that are no scores) and lists
 * the others. */
iso_err iso_gap_lots_choose(struct gap_lots *lots, const char *measures);

void iso_gap_lot_free(struct gap_lot *lot);

#endif
