/* Compares languages, layers and models: from collections to records. */
#ifndef ISO_BIN_COMPARE_H
#define ISO_BIN_COMPARE_H

#include "analysis/pass/plan.h"
#include "bin/settings.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

/* What the command line alone shows wrong: unknown measures, options that exclude each other, lists
 * that are none. ISO_EARG; call it before an input is opened. */
iso_err iso_compare_check(const struct settings *set, const char *measures);

/* The method that --road and --interval ask for together. ISO_EARG when they exclude each other. */
iso_err iso_compare_method(iso_method *out, const struct settings *set);

/* Adds a record for every pair and measure the settings choose (`measures` where --measure is not
 * given); `there` is NULL without --against. With --plan the plan goes to standard output and
 * nothing is read. The settings have passed iso_compare_check. */
iso_err iso_compare_records(iso_records *out, const struct settings *set, const char *measures,
                            iso_states *here, iso_states *there, const iso_run *run);

#endif
