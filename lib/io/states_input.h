/* INPUT words: FILE, LANG=FILE, LANG:LAYER=FILE, FILE:/path, with %d for the layer. */
#ifndef ISO_IO_STATES_INPUT_H
#define ISO_IO_STATES_INPUT_H

#include "lib/base/err.h"

ISO_BEGIN

/** One file to open, as one word asks for it. */
typedef struct iso_input {
    char *lang;    /* NULL: the file says, or its name does */
    char *path;    /* with %d replaced */
    char *dataset; /* "/path" inside the file, or NULL */
    char *stem;    /* language of a bare matrix: the file's name without suffix and layer */
    int layer;     /* -1: the file says */
} iso_input;

typedef struct iso_inputs {
    iso_input *at;
    int count, room;
} iso_inputs;

/**
 * Appends what a word stands for: one file, or, with %d, all that exist, by layer. What exists as a
 * path is a path, whatever signs are in it. On failure the list may have grown; free it.
 * Errors  ISO_EIO (no such file), ISO_EARG (an empty language, a layer that is no number, two %d).
 */
ISO_MUST_USE iso_err iso_inputs_add(iso_inputs *list, const char *word);
void iso_inputs_free(iso_inputs *list);

ISO_END

#endif
