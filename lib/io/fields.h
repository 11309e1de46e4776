/* A line as fields between blanks. */
#ifndef ISO_IO_FIELDS_H
#define ISO_IO_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/** Space, tab, carriage return. Other white space belongs to words. */
static inline bool iso_fields_gap(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/** The length of a line without the blanks at its end. */
int64_t iso_fields_strip(const char *line, int64_t len);

/** How many fields there are. */
int64_t iso_fields_count(const char *begin, const char *end);

/** Where the last `count` fields begin, or NULL when there are fewer. */
const char *iso_fields_last(const char *begin, const char *end, int64_t count);

/** Whether `begin` to `end` is `count` numbers and no more; else *bad is the first field that is
 * none. What stands at `end` is no part of a number (iso_decimal_f32). */
bool iso_fields_numbers(float *row, const char **bad, int64_t count, const char *begin,
                        const char *end);

ISO_END

#endif
