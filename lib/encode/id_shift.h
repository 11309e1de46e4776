/* Languages whose pieces have ids of their own, as if every word were prefixed by its language: the
 * tokenizer's ids, moved. A checkpoint says so in config.json:
 *
 *     "isogloss_shift": {"en": 0, "ru": 8000}     "*": of all other languages
 *
 * Special tokens are not moved. */
#ifndef ISO_ENCODE_ID_SHIFT_H
#define ISO_ENCODE_ID_SHIFT_H

#include <stdint.h>

#include "lib/base/str.h"

ISO_BEGIN

/** {0} is empty: nothing is moved. */
typedef struct iso_id_shift {
    char **lang;
    int64_t *by;
    int count;
    int64_t rows; /* of the table of words */
} iso_id_shift;

/** What the configuration in a file says; `rows`: of its vocabulary. Errors  ISO_EFORMAT (no object
 * of languages and whole numbers from 0 to rows − 1), as iso_folder_json_file. */
ISO_MUST_USE iso_err iso_id_shift_read(iso_id_shift *out, const char *config, int64_t rows);

/** Adds a language; its name is copied. On an error `s` is as before. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_id_shift_add(iso_id_shift *s, const char *lang, int64_t by);
void iso_id_shift_free(iso_id_shift *s);

/** What a language's ids are moved by. Errors  ISO_EARG: `s`, of the model `name`, does not have
 * it; ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_id_shift_of(int64_t *by, const iso_id_shift *s, const char *lang,
                                     const char *name);

/** Adds the member of config.json. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_id_shift_write(iso_buf *out, const iso_id_shift *s);

ISO_END

#endif
