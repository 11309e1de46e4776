/* What the names of a file's arrays say: language and layer, whichever way round. */
#ifndef ISO_IO_ARRAY_NAME_H
#define ISO_IO_ARRAY_NAME_H

#include <stdbool.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef struct iso_array_name {
    char *lang;    /* NULL when the name does not say */
    int layer;     /* -1 when the name does not say */
    bool hook;     /* it is that of a hook (lib/io/hook_name.h) */
    bool aside;    /* and of nothing between two layers: no states */
    char *unclear; /* why the language is not known (then `lang` is all that may be one), or NULL */
} iso_array_name;

/**
 * Reads the names of one file together. A name has parts between slashes, or between . and : where
 * one of them is a code. A part is a language that `canonical` knows ("en", "eng_Latn", "zh-Hant");
 * a layer ("3", "layer3", "layer_3", "hidden_states-3", "L3"); both, either way round, with one of
 * . _ - : between ("en_3", "en.layer_3", "layer_3_de"); a word that says nothing ("states",
 * "hidden_states", "emb"); or any other word, whose number at the end is a layer unless another
 * part is one.
 *
 * The code is the language and other words are prefixes: "states/de/0", "0/de", "run1/de/layer_0".
 * Without a code the one other word is the language, or that which stands where the codes of other
 * names do, or, in a file of one name, the last; of several it is unclear, as it is of two codes.
 *
 * A name that stands alone in its file, without code and layer ("features"), says no language
 * unless `picked`: the user asked for it by its name.
 *
 * Names of hooks on a model say a layer ("en/encoder.layer.3.output", lib/io/hook_name.h).
 *
 * Writes `count` entries, to be freed one by one. Errors  ISO_EFORMAT (a name of two layers, two
 * names for one language and layer; the message begins with `path`), ISO_ENOMEM (nothing is left).
 */
ISO_MUST_USE iso_err iso_array_names(iso_array_name *out, const char *const *names, int count,
                                     const char *(*canonical)(const char *code), bool picked,
                                     const char *path);

void iso_array_name_free(iso_array_name *name);

ISO_END

#endif
