/* Linear probes learnt on source languages and tested on all, layer by layer, as records. */
#ifndef ISO_BIN_PROBES_H
#define ISO_BIN_PROBES_H

#include "bin/settings.h"
#include "lib/base/err.h"
#include "lib/base/run.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

/* What shows before any input. Errors ISO_EARG. */
iso_err iso_probe_check(const struct settings *set, const char *measures);

/* Adds the records of the measures that the settings ask for (set->measure, else `measures`).
 * `second` (NULL: none) holds the second sentence of each pair. With --plan it prints what would be
 * computed instead. Errors name the file, the language and what it lacks. */
iso_err iso_probe_records(iso_records *out, const struct settings *set, const char *measures,
                          iso_states *states, iso_states *second, const iso_run *run);

/* Whether the language (its number in the collection) says of its items what they are. */
bool iso_probe_has_labels(const iso_states *states, int lang);

#endif
