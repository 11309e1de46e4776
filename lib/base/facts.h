/* Facts of a plan: what would be read and computed, by name, in order.
 * Threads: one at a time on the same facts. */
#ifndef ISO_BASE_FACTS_H
#define ISO_BASE_FACTS_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** One fact: a name and either a number or a text. */
typedef struct iso_plan_fact {
    char *name;
    char *text; /* NULL: the number is meant */
    double number;
    int64_t whole; /* the number where it is a count; else INT64_MIN */
} iso_plan_fact;

/** {0} is empty; free with iso_facts_free. */
typedef struct iso_facts {
    iso_plan_fact *at;
    int count, room;
} iso_facts;

/* Each appends one. Errors  ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_facts_count(iso_facts *facts, const char *name, int64_t count);
ISO_API ISO_MUST_USE iso_err iso_facts_real(iso_facts *facts, const char *name, double number);
ISO_API ISO_MUST_USE iso_err iso_facts_text(iso_facts *facts, const char *name, const char *text);

/** The first fact called `name`, or NULL. */
ISO_API const iso_plan_fact *iso_facts_find(const iso_facts *facts, const char *name);

ISO_API void iso_facts_free(iso_facts *facts);

ISO_END

#endif
