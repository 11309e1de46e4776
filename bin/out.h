/* Where records go: table, JSON, CSV, figure, as the settings ask. */
#ifndef ISO_BIN_OUT_H
#define ISO_BIN_OUT_H

#include <sys/utsname.h>

#include "analysis/page/plot.h"
#include "bin/args.h"
#include "lib/base/facts.h"
#include "lib/base/str.h"
#include "lib/io/record_write.h"
#include "lib/io/number.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

/* Writes the records to every place asked (--json, --csv, --plot, --plot-data; else a table on
 * stdout: aligned on a terminal, TSV otherwise). `inputs` are the collections they came from, for
 * the JSON header.
 */
iso_err out_records(const struct args *args, const iso_records *records, iso_states *const *inputs,
                    int input_count);

/* The same of inputs that are no collections. */
iso_err out_records_of(const struct args *args, const iso_records *records,
                       const iso_states_file *files, int count);

/* An input that is no collection, as the header lists it: its size is 0 where it is no file. */
iso_states_file out_file_at(const char *path, const char *layout);

/* The header of records of this run: version, command line, machine; without inputs. */
enum { OUT_FACTS = 6 };
struct out_origin {
    iso_origin is;
    const char **command;
    char system[2 * sizeof(struct utsname)], cores[ISO_NUMBER_SIZE], threads[ISO_NUMBER_SIZE];
    iso_fact facts[OUT_FACTS];
};

iso_err out_origin_make(struct out_origin *out, const struct args *args);
void out_origin_free(struct out_origin *origin);

/* Whether a figure, or what it draws, is asked for. */
bool out_draws(const struct args *args);

/* Prints a plan, a fact a line. */
iso_err out_facts(const iso_facts *facts);

/* Writes a file whole or not at all; "-" is standard output. */
iso_err out_file(const char *path, const iso_buf *text);

#endif
