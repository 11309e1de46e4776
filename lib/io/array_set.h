/* Named arrays of one file (npz, safetensors, npy) as the entries of a reader. */
#ifndef ISO_IO_ARRAY_SET_H
#define ISO_IO_ARRAY_SET_H

#include <stdint.h>

#include "lib/io/array.h"
#include "lib/io/reader.h"

ISO_BEGIN

/** A growing list; {0} is empty. */
typedef struct iso_array_set {
    struct iso_named_array *at;
    int count, room;
    iso_entry *entries; /* made by iso_array_set_finish */
    int entry_count;
} iso_array_set;

typedef struct iso_named_array {
    char *name; /* as the file has it; "" if it has none */
    char *lang; /* NULL when the name does not say */
    int layer;  /* -1 when the name does not say */
    iso_array array;
    int tag;   /* for the driver */
    int first; /* its first entry */
} iso_named_array;

/**
 * What a name says. A number at its end after one of . / _ - : is the layer, what comes before is
 * the language: "en_3", "en/3", "eng_Latn.12". "3", "arr_3", "layer_3", "layers.3", "hidden_3",
 * "hidden_states.3", "state.3" say a layer and no language; the latter words may also stand between
 * ("en.layer_3"). A name without a number is a language ("en"), except for the same words. Sets
 * *len to the language's length within `name` (0: none).
 */
ISO_API void iso_array_name(int64_t *len, int *layer, const char *name);

/** Appends a checked array under a name (copied). */
ISO_API ISO_MUST_USE iso_err iso_array_set_add(iso_array_set *set, const char *name,
                                               const iso_array *array, int tag);

/**
 * Makes the entries when all arrays are there. An array that stands alone, whose name has no number
 * and is no code that opt->canonical knows ("features"), is a matrix that says no language.
 * Errors  ISO_EFORMAT (two arrays for one matrix; the message begins with `path`), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_array_set_finish(iso_array_set *set, const iso_states_opt *opt,
                                                  const char *path);

/** The array an entry belongs to; *layer is which of its matrices. */
ISO_API iso_named_array *iso_array_set_find(int *layer, const iso_array_set *set, int entry);

ISO_API void iso_array_set_free(iso_array_set *set);

ISO_END

#endif
