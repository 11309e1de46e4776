/* What a native file knows of one language's items: /rows/<lang>. */
#ifndef ISO_IO_NATIVE_ITEMS_H
#define ISO_IO_NATIVE_ITEMS_H

#include "lib/io/h5.h"
#include "lib/io/states.h"

ISO_BEGIN

/** The arrays behind an iso_lang; all zero is empty. */
typedef struct iso_native_items {
    iso_h5_texts ids, text, text2, tokens;
    int32_t *labels, *tags;
    int64_t *offsets, *counts;
} iso_native_items;

/**
 * Reads and checks /rows/<name> for a language whose matrices have `rows` rows; `lang` points into
 * `items`, which the caller frees in any case. Errors  ISO_EFORMAT, naming file, language, fact.
 */
ISO_MUST_USE iso_err iso_native_items_read(iso_native_items *items, iso_lang *lang, iso_h5 *h5,
                                           const char *path, int64_t rows, int class_count,
                                           int tag_count);
void iso_native_items_free(iso_native_items *items);

ISO_END

#endif
