/* Records: a value with names, as DESIGN's contract lists the columns; a growing list of them. */
#ifndef ISO_IO_RECORD_H
#define ISO_IO_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/* Every column in the order of the CSV: T text (NULL = absent), R real (NAN = absent),
 * I integer (ISO_NO_INT = absent). The one list from which struct, printers and readers come. */
#define ISO_RECORD_COLUMNS(T, R, I)                                                            \
    T(measure) T(estimator) T(src) T(tgt) I(src_layer) I(tgt_layer) R(value) R(lo) R(hi)       \
    T(interval) R(null) R(null_sd) R(p) I(n) I(src_dim) I(tgt_dim) T(pool) T(prep) T(model)    \
    T(model2) T(stage) I(mix_layer) T(mix) T(direction) I(k) I(neighbours) T(denominator)      \
    I(fold) T(train) T(subset) T(x) T(y) T(given) I(rank) R(param) T(why)

#define ISO_NO_INT INT64_MIN

typedef struct iso_record {
#define T(name) const char *name;
#define R(name) double name;
#define I(name) int64_t name;
    ISO_RECORD_COLUMNS(T, R, I)
#undef T
#undef R
#undef I
} iso_record;

/** A record in which every column is absent. */
ISO_API iso_record iso_record_none(void);

/** The columns by number, for printers and readers. */
typedef enum iso_column_kind { ISO_COLUMN_TEXT, ISO_COLUMN_REAL, ISO_COLUMN_INT } iso_column_kind;

typedef struct iso_column {
    const char *name;
    iso_column_kind kind;
    int64_t offset; /* of the field within iso_record */
} iso_column;

ISO_API int iso_column_count(void);
ISO_API const iso_column *iso_column_at(int i);

/** The column called `name`, or NULL. */
ISO_API const iso_column *iso_column_named(const char *name);

/** One field of a record; the caller has looked at the kind. */
ISO_API const char *iso_record_text(const iso_record *r, const iso_column *c);
ISO_API double iso_record_real(const iso_record *r, const iso_column *c);
ISO_API int64_t iso_record_int(const iso_record *r, const iso_column *c);

/** Whether the field is there: a text, a finite number, an integer. */
ISO_API bool iso_record_has(const iso_record *r, const iso_column *c);

/** A growing list; {0} is empty. It owns copies of all texts. */
typedef struct iso_records {
    iso_record *at;
    int64_t count, room;
    struct iso_texts *texts;
} iso_records;

/** Appends a copy of `r` (texts copied too). On failure the list is as before. */
ISO_API ISO_MUST_USE iso_err iso_records_add(iso_records *list, const iso_record *r);
ISO_API void iso_records_free(iso_records *list);

ISO_END

#endif
