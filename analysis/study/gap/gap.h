/* Transfer gaps of a table of scores, and how discrepancies of languages go together with them. */
#ifndef ISO_BIN_GAP_H
#define ISO_BIN_GAP_H

#include "bin/settings.h"
#include "lib/base/err.h"
#include "lib/base/run.h"
#include "lib/io/record.h"

/* Adds the gaps of set->scores (NULL: of the scores that `records` hold), and, where `records` hold
 * discrepancies of the source with others, correlations of these with the gaps. Errors  ISO_EARG
 * (several rows and none said, languages or measures that are not there), what the table's readers
 * say, ISO_ECANCEL. */
iso_err iso_gap_records(iso_records *out, const struct settings *set, const iso_records *records,
                        const iso_run *run);

/* Whether records hold scores that gaps can be made of. */
bool iso_gap_has_scores(const iso_records *records);

#endif
