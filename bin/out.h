/* Where records go: table, JSON, CSV, figure, as the settings ask. */
#ifndef ISO_BIN_OUT_H
#define ISO_BIN_OUT_H

#include "analysis/page/plot.h"
#include "bin/settings.h"
#include "lib/base/facts.h"
#include "lib/base/str.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

/* Writes the records to every place asked (--json, --csv, --plot, --plot-data; else a table on
 * stdout: aligned on a terminal, TSV otherwise). `inputs` are the collections they came from, for
 * the JSON header.
 */
iso_err out_records(const struct settings *set, const iso_records *records,
                    iso_states *const *inputs, int input_count);

/* The same of inputs that are no collections. */
iso_err out_records_of(const struct settings *set, const iso_records *records,
                       const iso_states_file *files, int count);

/* Adds the records as JSON with the header of this run. */
iso_err out_json(iso_buf *out, const struct settings *set, const iso_records *records,
                 iso_states *const *inputs, int input_count);

/* What the settings ask of a figure; of a run that mixed, of the layer that it mixed at. */
iso_plot_opt out_plot_opt(const struct settings *set);

/* Whether a figure, or what it draws, is asked for. */
bool out_draws(const struct settings *set);

/* Prints a plan, a fact a line. */
iso_err out_facts(const iso_facts *facts);

/* Writes a file whole or not at all; "-" is standard output. */
iso_err out_file(const char *path, const iso_buf *text);

#endif
