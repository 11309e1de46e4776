/* Where a value of an analysis and the names that bin knows become a record. */
#ifndef ISO_BIN_RECORD_VALUE_H
#define ISO_BIN_RECORD_VALUE_H

#include "analysis/measure/value.h"
#include "lib/io/record.h"

/* Puts the numbers of a value into a record; rank and param only where the value has them. */
void iso_record_value(iso_record *r, const iso_value *v);

#endif
