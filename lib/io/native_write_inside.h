/* A native file being made, as native_write*.c see it. */
#ifndef ISO_IO_NATIVE_WRITE_INSIDE_H
#define ISO_IO_NATIVE_WRITE_INSIDE_H

#include "lib/io/h5.h"
#include "lib/io/journal.h"
#include "lib/io/native_write.h"
#include "lib/io/outfile.h"

struct room {
    char *name; /* "/states/en/3" */
    int64_t rows, cols, offset, written;
    iso_dtype dtype;
};

struct iso_native {
    iso_outfile *file;
    iso_h5 *h5; /* NULL once rows are being put */
    struct room *rooms;
    int count, space;
    char *path;
    int64_t layers, dim;
    bool bare;   /* matrices alone */
    bool sealed; /* laid out, down to the journal */
    /* Of a part; native_write_part.c: */
    iso_journal *journal; /* NULL: not a part */
    char *plan;
    bool resumed;  /* h5 is what was laid out before, and is only compared */
    int64_t fresh; /* rows put since the last unit was finished */
};

/* Writes what `about` knows to the root. */
iso_err iso_native_put_about(iso_h5 *h5, const iso_states_info *about);

/* Compares an announced list or matrix with what a resumed part holds. */
iso_err iso_native_expect(iso_native *n, const char *path, int64_t count);
iso_err iso_native_expect_matrix(iso_native *n, const struct room *room);

/* The file is laid out: to the disk with it, and its plan into the journal. */
iso_err iso_native_sealed(iso_native *n);

/* All rows a part was laid out for were put, now or before. */
iso_err iso_native_complete(const iso_native *n);

#endif
