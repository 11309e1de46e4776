/* JSON: a small neutral interface to parsed text. The only border with cJSON. */
#ifndef ISO_IO_JSON_H
#define ISO_IO_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/str.h"

ISO_BEGIN

/* --- Foreign JSON, read only --- */

/** A value in a parsed text; lives as long as the root that iso_json_parse made. */
typedef struct iso_json iso_json;

typedef enum iso_json_kind {
    ISO_JSON_NONE, /* of a NULL node: asking for what is not there is no error */
    ISO_JSON_NULL,
    ISO_JSON_BOOL,
    ISO_JSON_NUMBER,
    ISO_JSON_TEXT,
    ISO_JSON_ARRAY,
    ISO_JSON_OBJECT
} iso_json_kind;

/**
 * Parses bytes[0..len), which need no NUL; blanks may follow the value, nothing else. NaN, Infinity
 * and -Infinity, as Python writes them, are numbers that are not finite.
 *
 * All functions below accept a NULL node. An object is walked in its file's order with first and
 * next, names with iso_json_name; get takes the first of equal names, in time linear in the
 * object's size, so walk instead of looking up many. Nesting deeper than 1000 is refused.
 * Errors  ISO_EFORMAT (not JSON, not UTF-8; the message tells the byte), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_json_parse(iso_json **out, const char *bytes, int64_t len);
void iso_json_free(iso_json *root);

iso_json_kind iso_json_is(const iso_json *node);

/** Members of an object or an array; 0 for everything else. */
int64_t iso_json_count(const iso_json *node);

/** The member called `name` (case matters), or NULL. */
const iso_json *iso_json_get(const iso_json *object, const char *name);

/** The i-th member, or NULL. Linear in i: walk long arrays with first and next. */
const iso_json *iso_json_at(const iso_json *array, int64_t i);

const iso_json *iso_json_first(const iso_json *node);
const iso_json *iso_json_next(const iso_json *node);

/** The name of an object's member; NULL for members of arrays. */
const char *iso_json_name(const iso_json *node);

/** The text, or NULL when it is not a text. */
const char *iso_json_text(const iso_json *node);

/** Sets *out and returns true when it is a (finite) number; false leaves *out. */
bool iso_json_number(double *out, const iso_json *node);

/** The same for whole numbers up to 2^53 in size. */
bool iso_json_int(int64_t *out, const iso_json *node);

/** Whether it is true; false for everything else. */
bool iso_json_true(const iso_json *node);

/* --- Writing --- */

/** Adds `text` in quotes, escaped; bytes that are not UTF-8 become U+FFFD. NULL adds null. */
ISO_MUST_USE iso_err iso_json_quote(iso_buf *out, const char *text);

/** Adds `, "name": "text"`, a further member of an object; nothing for a NULL text. */
ISO_MUST_USE iso_err iso_json_member(iso_buf *out, const char *name, const char *text);

ISO_END

#endif
