/* Inside the reader of HDF5 matrices: shared by the files matrix_h5*.c and by nobody else. */
#ifndef ISO_IO_MATRIX_H5_INSIDE_H
#define ISO_IO_MATRIX_H5_INSIDE_H

#include "lib/io/array_name.h"
#include "lib/io/axes.h"
#include "lib/io/h5.h"
#include "lib/io/matrix_h5.h"
#include "lib/io/token_array.h"

ISO_BEGIN

/* The part of a file one entry stands for; entries of one `group` (not 0) lie below each other. */
struct part {
    char *path;
    int layer_axis, group;
    int64_t index, rows, cols; /* on the layer's axis; the shape */
    iso_dtype dtype;
    int name;                   /* among `says`; -1: there is none to read */
    iso_array shape;            /* of token rows: axes of the dataset; else rank 0 */
    const iso_token_mask *mask; /* then of those that are kept */
};

struct matrices {
    iso_reader base;
    const iso_file *file;
    iso_h5 *h5;
    struct part *parts;
    int count, room;
    iso_entry *entries;
    int *first, *parts_of; /* by entry: its first part, how many */
    iso_array_name *says;
    const char **names; /* of datasets that have one to read; their parts own them */
    int name_count;
    iso_axes asked;
    iso_token_mask *masks; /* attention masks */
    int mask_count;
    iso_lang *langs;          /* of token rows, by entry */
    iso_too_deep deep, aside; /* left out for their axes, for what hooks they are of */
    char read_as[ISO_READ_AS];
};

enum { FEATURES = 1, LAYERS_AT_MOST = 100000 };

/* matrix_h5.c: a slice of a dataset on axis `axis`, or all of it (-1). */
iso_err iso_matrix_h5_part(struct matrices *m, const char *path, const iso_h5_data *data, int axis,
                           int64_t index);

/* matrix_h5_tokens.c: a dataset called as a mask is; token rows beside a mask of their shape
 * (*taken); the mask of an entry's language; what hooks and masks decided. */
iso_err iso_matrix_h5_mask(struct matrices *m, const char *path);
iso_err iso_matrix_h5_tokens(bool *taken, struct matrices *m, const char *path,
                             const iso_h5_data *data);
iso_err iso_matrix_h5_masked(struct matrices *m, iso_entry *e, struct part *p,
                             const char *(*canonical)(const char *code));
void iso_matrix_h5_tell(struct matrices *m);

ISO_END

#endif
