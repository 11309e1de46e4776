/* Linear maps between spaces, saved and read back: one HDF5 file of many, or W alone as .npy. */
#ifndef ISO_IO_MAP_FILE_H
#define ISO_IO_MAP_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/linalg/view.h"

ISO_BEGIN

/** What is known of all maps of a file; texts are NULL when not known. */
typedef struct iso_maps_info {
    const char *method; /* "orthogonal", as the program names it */
    const char *prep;   /* what was done to the rows before: "center,unit" */
    const char *model;
} iso_maps_info;

/** One map x → (x − from) W + to of rows of `src` to the space of `tgt`. */
typedef struct iso_saved_map {
    const char *src, *tgt;
    int layer;
    iso_view w;              /* p × q, f64 */
    const double *from, *to; /* p and q numbers; NULL: zeros */
    int64_t n;               /* rows it was fitted on; −1 not known */
} iso_saved_map;

typedef struct iso_map_file iso_map_file;

/**
 * Begins to write maps, whole or not at all. By the suffix of `path`: `.npy` takes one W, without
 * means or names; anything else is HDF5:
 *
 *     /                          format="isogloss-maps" version=1, method, prep, model
 *     /maps/<src>/<tgt>/<layer>  w [p, q] f64, and where there are means from [p], to [q]; n
 *
 * Errors  ISO_EIO, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_map_file_new(iso_map_file **out, const char *path,
                                      const iso_maps_info *about);

/** Adds a map. Errors  ISO_EARG (a second one or means for .npy, a name that cannot be one). */
ISO_MUST_USE iso_err iso_map_file_put(iso_map_file *f, const iso_saved_map *map);

/** Puts the file in place and frees; on failure nothing stays behind. */
ISO_MUST_USE iso_err iso_map_file_commit(iso_map_file *f);
void iso_map_file_discard(iso_map_file *f);

typedef struct iso_maps iso_maps;

/** Opens saved maps, HDF5 or .npy, by content. Errors  ISO_EIO, ISO_EFORMAT, ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_maps_open(iso_maps **out, const char *path);
void iso_maps_close(iso_maps *m);

const iso_maps_info *iso_maps_about(const iso_maps *m);

/** Whether the maps have no names: one W of an .npy, which serves any pair and layer. */
bool iso_maps_nameless(const iso_maps *m);

/** Whether a map of that name is there. */
bool iso_maps_has(iso_maps *m, const char *src, const char *tgt, int layer);

/** The maps there are as "en-de (layers 0,1,2)", for messages; free with iso_free. */
ISO_MUST_USE iso_err iso_maps_list(char **out, iso_maps *m);

/**
 * Reads a map; *out borrows from `m` until the next read or close. Errors  ISO_EARG (no such map:
 * the message lists those there are), ISO_EFORMAT (shapes that do not belong together, numbers that
 * are none).
 */
ISO_MUST_USE iso_err iso_maps_read(iso_saved_map *out, iso_maps *m, const char *src,
                                   const char *tgt, int layer);

ISO_END

#endif
