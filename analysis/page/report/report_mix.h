/* A report's own mixing: `mix` on --model and --corpus. */
#ifndef ISO_BIN_REPORT_MIX_H
#define ISO_BIN_REPORT_MIX_H

#include "analysis/page/report/report.h"
#include "lib/base/run.h"

/* Whether the settings ask for it. */
bool iso_report_mixes(const struct settings *set);

/* What the command line alone shows wrong of it. ISO_EARG. */
iso_err iso_report_mix_check(const struct settings *set);

/* Adds the records, from the report's source language into all others of the corpus, mixed at each
 * layer in turn or at --layer. Errors as of mix. */
iso_err iso_report_mix(struct report *report, const iso_run *run);

#endif
