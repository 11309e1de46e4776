/* What the h5 files share, and the one place that includes HDF5. Nobody else includes this. */
#ifndef ISO_IO_H5_INSIDE_H
#define ISO_IO_H5_INSIDE_H

#define H5_USE_110_API /* the 1.10 names, which later releases have too */
#include <hdf5.h>

#include "lib/io/h5.h"

struct iso_h5 {
    char *path;
    hid_t id;
    int64_t size; /* bytes of the file when it was opened; 0 for one being made */
    int broken;   /* of one being made: errno of the first write that failed */
};

struct iso_h5_data {
    iso_h5_info info;
    const iso_h5 *file;
    char *path;
    hid_t id, memory; /* the dataset; how its numbers are to lie in memory */
};

/* How HDF5 printed errors before we came; a program around us may want it back. Every public
 * function holds its voice between the two calls. */
struct h5_voice {
    H5E_auto2_t speak;
    void *payload;
};

struct h5_voice iso_h5_hush(void);
void iso_h5_unhush(struct h5_voice v);

/* Fails with what HDF5 says; `object` may be NULL. */
iso_err iso_h5_broke(iso_err code, const char *path, const char *object, const char *what);

/* Closes a dataset, type, space, attribute or list of properties; nothing when it is none. */
void iso_h5_shut(hid_t id);

/* Makes files opened with this list of properties leave the errno of their first failure in *broken,
 * which outlives them, and go on as if nothing had happened. */
bool iso_h5_write_through(hid_t plist, int *broken);

/* Types; the caller closes them. Negative when none is made. */
hid_t iso_h5_float_type(iso_dtype dtype, H5T_order_t order);
hid_t iso_h5_text_type(int64_t fixed); /* bytes of each; 0 = variable length, UTF-8 */
H5T_order_t iso_h5_our_order(void);

/* Which of our floats a file's type is; *little when it also lies as we write it. */
bool iso_h5_float_of(iso_dtype *dtype, bool *little, hid_t type);

/* Bytes of one fixed text without its padding. */
int64_t iso_h5_fixed_length(const char *text, size_t size, H5T_str_t pad);

#endif
