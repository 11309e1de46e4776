/* Inside Procrustes: its values under permutations. */
#ifndef ISO_ANALYSIS_PROCRUSTES_INSIDE_H
#define ISO_ANALYSIS_PROCRUSTES_INSIDE_H

#include "analysis/similarity/procrustes.h"

enum { ISO_PROCRUSTES_NUCLEAR, ISO_PROCRUSTES_DISTANCE, ISO_PROCRUSTES };

extern const iso_null_model iso_procrustes_permuted;

#endif
