/* A report's own probes: `probe` on the report's input. */
#ifndef ISO_BIN_REPORT_PROBE_H
#define ISO_BIN_REPORT_PROBE_H

#include "analysis/page/report/report.h"
#include "lib/base/run.h"

/* Adds what a probe of the source knows of the others, and whether languages are told apart, where
 * the source has labels. What cannot be probed, or would take long, is a note. */
iso_err iso_report_probe(struct report *report, const iso_run *run);

#endif
