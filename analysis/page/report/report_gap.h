/* A report's own transfer gap: `gap` on the report's records. */
#ifndef ISO_BIN_REPORT_GAP_H
#define ISO_BIN_REPORT_GAP_H

#include "analysis/page/report/report.h"

/* What the command line alone shows wrong of it. ISO_EARG. */
iso_err iso_report_gap_check(const struct settings *set);

/* Adds gaps of --scores, or of what was probed, and their correlations with what the report has of
 * languages that are not mixed; nothing where there are no scores. Errors as of gap; of probed
 * scores notes. */
iso_err iso_report_gap(struct report *report, const iso_run *run);

#endif
