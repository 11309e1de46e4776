/* What a report is about: records of files given, and of runs on the input. */
#ifndef ISO_BIN_REPORT_GATHER_H
#define ISO_BIN_REPORT_GATHER_H

#include "analysis/page/report/report.h"
#include "lib/base/run.h"

/* Every layer is compared with every layer for so many targets at most. */
enum { ACROSS_MOST = 30 };

/* Among so many rows at most translations are searched. */
enum { SEARCHED_MOST = 20000 };

/* Runs compare, centroids and retrieve on report->states: the source with all, layer with layer,
 * all pairs. */
iso_err iso_gather_runs(struct report *report, const iso_run *run);

/* Adds the records of one command; takes over `line`, which tells it, unless there are none. */
iso_err iso_gather_add(struct report *report, iso_buf *line, const iso_records *records);

/* Adds " --name value" to a command's line, unless there is no value. */
iso_err iso_gather_option(iso_buf *line, const char *name, const char *value);

/* Takes the records of a file in unchanged. */
iso_err iso_gather_file(struct report *report, const char *path, const iso_run *run);

/* What of the settings is wrong for the comparisons of a report. ISO_EARG. */
iso_err iso_gather_check(const struct settings *set);

#endif
