/* What the two forms of a file of features share. */
#ifndef ISO_IO_TYPOLOGY_INSIDE_H
#define ISO_IO_TYPOLOGY_INSIDE_H

#include "lib/io/npz_member.h"
#include "lib/io/typology.h"

struct iso_typology_store {
    iso_file *file;
    const iso_run *run;
    double *table; /* langs × features of a table; NULL of an archive */
    iso_npz *zip;
    int data; /* its member */
    iso_array array;
};

/* Adds the name of a row or a column. ISO_EFORMAT for one that is empty or there already. */
iso_err iso_typology_name(iso_textmap *names, const char *name, int64_t len, const char *path,
                          const char *of);

/* Of an open file: names, and what rows are read from. */
iso_err iso_typology_archive(iso_typology *t, const iso_run *run);
iso_err iso_typology_table(iso_typology *t, const iso_run *run);

#endif
