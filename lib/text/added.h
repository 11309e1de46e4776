/* Added tokens: texts that are one token wherever they stand, found before a text is cut. */
#ifndef ISO_TEXT_ADDED_H
#define ISO_TEXT_ADDED_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef struct iso_added iso_added;

/** By the names that files give these. */
typedef struct iso_added_token {
    const char *content;
    int32_t id;
    bool lstrip, rstrip; /* takes the white space before it, behind it */
    bool single_word;    /* only where no letter, digit or underscore touches it */
    bool normalized;     /* is looked for in the normalised text; else in the text as it stands */
} iso_added_token;

ISO_MUST_USE iso_err iso_added_new(iso_added **out);
void iso_added_free(iso_added *a);

/**
 * Adds a token; its text is copied. Of equal contents the first counts; an empty one is passed
 * over. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_added_put(iso_added *a, const iso_added_token *token);

/**
 * Ends adding: `form` says what a normalised token is looked for as; it sets *form, which is
 * borrowed until the next call, and its length. Cost  n log n. Errors  ISO_ENOMEM, and form's.
 */
typedef iso_err iso_added_form(const char **form, int64_t *len, void *with, const char *content);
ISO_MUST_USE iso_err iso_added_seal(iso_added *a, iso_added_form *form, void *with);

/** How many are looked for in the text as it stands, or in the normalised one. Sealed only, as all
 * below. */
int64_t iso_added_count(const iso_added *a, bool normalized);

/** The token of a content, of an id (the first that has it), or NULL; one above the largest id. */
const iso_added_token *iso_added_find(const iso_added *a, const char *content);
const iso_added_token *iso_added_of(const iso_added *a, int32_t id);
int32_t iso_added_size(const iso_added *a);

/** A token found: bytes [begin, end), with the white space it takes. All 0: before the first. */
typedef struct iso_added_match {
    const iso_added_token *token;
    int64_t begin, end;
    int64_t next; /* where the next may begin: white space that this one took is looked at again */
} iso_added_match;

/**
 * The next token in text[0..len) behind the one in *m, of those that begin at one place the
 * longest; false if there is none, and *m stays. Tokens never begin before the end of the one
 * before them.
 * Cost  linear, times the length of the longest token in the worst case.
 * Source  huggingface/tokenizers, AddedVocabulary.
 */
bool iso_added_next(iso_added_match *m, const iso_added *a, bool normalized, const char *text,
                    int64_t len);

ISO_END

#endif
