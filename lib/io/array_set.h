/* Named arrays of one file (npz, safetensors, npy) as the entries of a reader. */
#ifndef ISO_IO_ARRAY_SET_H
#define ISO_IO_ARRAY_SET_H

#include <stdint.h>

#include "lib/io/array.h"
#include "lib/io/array_name.h"
#include "lib/io/reader.h"

ISO_BEGIN

/** A growing list; {0} is empty. */
typedef struct iso_array_set {
    struct iso_named_array *at;
    int count, room;
    iso_entry *entries; /* made by iso_array_set_finish */
    int entry_count;
    iso_too_deep deep;         /* arrays that were not added for their axes */
    bool picked;               /* the user named the array within the file */
    char read_as[ISO_READ_AS]; /* how axes were read, for a note, or "" */
} iso_array_set;

typedef struct iso_named_array {
    char *name; /* as the file has it; "" if it has none */
    iso_array_name says;
    iso_array array;
    int tag;   /* for the driver */
    int first; /* its first entry */
} iso_named_array;

/** Appends a checked array under a name (copied). */
ISO_MUST_USE iso_err iso_array_set_add(iso_array_set *set, const char *name, const iso_array *array,
                                       int tag);

/**
 * Makes the entries when all arrays are there, by what the names say (iso_array_names).
 * Errors  ISO_EFORMAT (two arrays for one matrix; the message begins with `path`), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_array_set_finish(iso_array_set *set, const iso_states_opt *opt,
                                          const char *path);

/** The array an entry belongs to; *layer is which of its matrices. */
iso_named_array *iso_array_set_find(int *layer, const iso_array_set *set, int entry);

void iso_array_set_free(iso_array_set *set);

ISO_END

#endif
