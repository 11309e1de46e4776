/* Sentence retrieval: from a collection to records of P@k, MRR, error, MEXA and mining. */
#ifndef ISO_BIN_RETRIEVE_H
#define ISO_BIN_RETRIEVE_H

#include "bin/settings.h"
#include "lib/base/run.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

/* What the command line alone shows wrong. ISO_EARG; call it before an input is opened. */
iso_err iso_retrieve_check(const struct settings *set, const char *measures);

/* Adds a record for every pair, layer and measure the settings choose (`measures` where --measure
 * is not given), and writes --predictions. With --plan the plan goes to standard output and no row
 * is read. The settings have passed iso_retrieve_check. */
iso_err iso_retrieve_records(iso_records *out, const struct settings *set, const char *measures,
                             iso_states *states, const iso_run *run);

#endif
