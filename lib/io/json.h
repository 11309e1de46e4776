/* JSON: a small neutral face on parsed text, and records in and out. The only border with cJSON. */
#ifndef ISO_IO_JSON_H
#define ISO_IO_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/str.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

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
ISO_API ISO_MUST_USE iso_err iso_json_parse(iso_json **out, const char *bytes, int64_t len);
ISO_API void iso_json_free(iso_json *root);

ISO_API iso_json_kind iso_json_is(const iso_json *node);

/** Members of an object or an array; 0 for everything else. */
ISO_API int64_t iso_json_count(const iso_json *node);

/** The member called `name` (case matters), or NULL. */
ISO_API const iso_json *iso_json_get(const iso_json *object, const char *name);

/** The i-th member, or NULL. Linear in i: walk long arrays with first and next. */
ISO_API const iso_json *iso_json_at(const iso_json *array, int64_t i);

ISO_API const iso_json *iso_json_first(const iso_json *node);
ISO_API const iso_json *iso_json_next(const iso_json *node);

/** The name of an object's member; NULL for members of arrays. */
ISO_API const char *iso_json_name(const iso_json *node);

/** The text, or NULL when it is not a text. */
ISO_API const char *iso_json_text(const iso_json *node);

/** Sets *out and returns true when it is a (finite) number; false leaves *out. */
ISO_API bool iso_json_number(double *out, const iso_json *node);

/** The same for whole numbers up to 2^53 in size. */
ISO_API bool iso_json_int(int64_t *out, const iso_json *node);

/** Whether it is true; false for everything else. */
ISO_API bool iso_json_true(const iso_json *node);

/* --- Writing --- */

/** Adds `text` in quotes, escaped; bytes that are not UTF-8 become U+FFFD. NULL adds null. */
ISO_API ISO_MUST_USE iso_err iso_json_quote(iso_buf *out, const char *text);

/** A name and what it is, for the header. */
typedef struct iso_fact {
    const char *name, *text;
} iso_fact;

/** How records came to be: the header of their file. All zero = unknown. */
typedef struct iso_origin {
    const char *version;
    const char *const *command; /* the words typed */
    int command_count;
    const iso_states_file *inputs;
    int input_count;
    const iso_fact *machine;
    int machine_count;
} iso_origin;

/**
 * Adds {"isogloss", "command", "inputs", "machine", "records"}, one record a line. Absent fields are left
 * out; an undefined value is null beside its `why`.
 */
ISO_API ISO_MUST_USE iso_err iso_json_write(iso_buf *out, const iso_records *records,
                                            const iso_origin *origin);

/**
 * Reads such a text (or a bare array of records). Sets *records, yours to free; `command`, unless
 * NULL, takes the command as one line a shell would understand ("" when unknown), iso_buf_free.
 * Members that are no columns are passed over.
 * Errors  ISO_EFORMAT (the message tells record and column), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_json_read(iso_records *records, iso_buf *command,
                                           const char *bytes, int64_t len);

ISO_END

#endif
