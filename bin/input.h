/* From settings to matrices: opens collections, chooses languages and layers, lines rows up. */
#ifndef ISO_BIN_INPUT_H
#define ISO_BIN_INPUT_H

#include "bin/args.h"
#include "lib/io/states.h"

/* Opens the collection of some INPUT words under the reading options of the command line. */
iso_err input_open(iso_states **out, const struct args *args, const struct words *words,
                   const iso_run *run);

/* Opens the states that stand for a baseline, where some are named; close them in any case. */
iso_err input_baseline(iso_states **out, const struct args *args, const iso_run *run);

#endif
