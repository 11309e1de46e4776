/* Named arrays of one file (npz, safetensors, torch, npy) as the entries of a reader. */
#ifndef ISO_IO_ARRAY_SET_H
#define ISO_IO_ARRAY_SET_H

#include <stdint.h>

#include "lib/io/array.h"
#include "lib/io/array_name.h"
#include "lib/io/reader.h"
#include "lib/io/token_array.h"

ISO_BEGIN

/** Numbered arrays that are a sentence or an item each, as those of a Python list. */
typedef struct iso_array_list {
    int *member; /* in the order of their numbers */
    int64_t count, *offsets;
    int layer_axis, row_axis; /* of each array; -1: one layer, one row a layer */
} iso_array_list;

/** A growing list; {0} is empty. */
typedef struct iso_array_set {
    struct iso_named_array *at;
    int count, room;
    iso_entry *entries; /* made by iso_array_set_finish */
    int entry_count;
    iso_too_deep deep;     /* arrays that were not added for their axes */
    iso_too_deep aside;    /* nor for what hook they are of (lib/io/hook_name.h) */
    iso_token_mask *masks; /* attention masks */
    int mask_count;
    iso_array_list *lists;
    int list_count;
    iso_lang *langs; /* of token rows: items and offsets of each language */
    int lang_count;
    iso_axes asked;
    bool picked;               /* the user named the array within the file */
    bool nested;               /* names are ways through dicts and lists */
    char seen_mask[128];       /* name and shape of a mask, for a message, or "" */
    char read_as[ISO_READ_AS]; /* how axes were read, for a note, or "" */
} iso_array_set;

typedef struct iso_named_array {
    char *name; /* as the file has it; "" if it has none */
    iso_array_name says;
    iso_array array;
    int tag;                    /* for the driver */
    int first;                  /* its first entry */
    bool tokens;                /* token rows, padded */
    const iso_token_mask *mask; /* then of those that are kept */
    bool beside;                /* to be left out beside hidden_states */
    bool open;                  /* its axes are not settled before all names are read */
    int list;                   /* that it is part of, or -1 */
} iso_named_array;

/**
 * Takes an array under a name (copied) that lies within the first `size` bytes of its file: a
 * matrix, layers (iso_array_check), where a mask of its shape was added, or a hook saw one
 * sentence, token rows, or a part of a list. More axes, and hooks of no layer, are counted and left
 * out. Errors ISO_EFORMAT (as iso_array_check; a mask of another length), ISO_EARG, ISO_ENOMEM;
 * messages begin with `what`.
 */
ISO_MUST_USE iso_err iso_array_set_take(iso_array_set *set, const char *name,
                                        const iso_array *array, int64_t size,
                                        const iso_states_opt *opt, const char *what, int tag);

/** Where nothing was taken because all was left out: why. Errors  ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_array_set_any(const iso_array_set *set, const char *path);

/** Adds a mask, before the arrays it is of (iso_mask_make); takes it over. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_array_set_mask(iso_array_set *set, iso_token_mask *mask);

/** Notes an array that is called a mask, whatever its axes, for messages. */
void iso_array_set_see_mask(iso_array_set *set, const char *name, const int64_t *shape, int rank);

/**
 * Makes the entries when all arrays are there, by what the names say (iso_array_names).
 * Errors  ISO_EFORMAT (two arrays for one matrix; the message begins with `path`), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_array_set_finish(iso_array_set *set, const iso_states_opt *opt,
                                          const char *path);

/** Array `i` where it can be read now: its own, or a copy of that with another place. `self` is the
 * driver's. */
typedef iso_err iso_array_get(iso_array *out, void *self, int i);

/** The rows of an entry. Errors  those of `get`, ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_array_set_rows(iso_rows **out, const iso_array_set *set, int entry,
                                        iso_array_get *get, void *self, const iso_run *run);

void iso_array_set_free(iso_array_set *set);

ISO_END

#endif
