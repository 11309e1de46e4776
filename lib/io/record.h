/* Records: a value with names, with the columns of docs/records.md; a growing list of them. */
#ifndef ISO_IO_RECORD_H
#define ISO_IO_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/* Every column in the order of the CSV, and what it says: T text (NULL = absent), R real (NAN =
 * absent), I integer (ISO_NO_INT = absent). The one list from which struct, printers, readers and
 * `isogloss help records` come. */
/* clang-format off */
#define ISO_RECORD_COLUMNS(T, R, I) \
    T(measure, "what was measured: cka, p@k, accuracy, gap, ...") \
    T(estimator, "how: debiased, csls, probe, ...") \
    T(src, "source language, of differences in both orders the first") \
    T(tgt, "target language") \
    I(src_layer, "layer of the source; 0 is the embeddings, K the output of transformer layer K") \
    I(tgt_layer, "layer of the target") \
    R(value, "the number; absent where it is undefined, `why` says why") \
    R(lo, "lower end of the 95 % interval") \
    R(hi, "upper end of it") \
    T(interval, "how it was made: none, jackknife, groups, boot-items, bca, boot-pairs") \
    R(null, "chance level: the value expected where nothing is shared") \
    R(null_sd, "standard deviation of the value by chance") \
    R(p, "two-sided p-value, by permutation or theory") \
    I(n, "items the value is made of") \
    I(src_dim, "dims of the source") \
    I(tgt_dim, "dims of the target") \
    T(pool, "what a row stands for: mean, cls, word, types, ...") \
    T(prep, "steps on the rows, in order: center,unit,...") \
    T(model, "model of the states") \
    T(model2, "model of the other collection (--against), of the scores (gap)") \
    T(stage, "before, after, difference (after − before, here − there)") \
    I(mix_layer, "first layer that was mixed; layers count from 1") \
    T(mix, "way of mixing: xmixup, fixed:0.25, no-entropy, self; shuffled rows") \
    T(direction, "who searches: forward (source finds target), backward") \
    I(k, "ranks that count as a hit") \
    I(neighbours, "neighbours that CSLS and margins average") \
    T(denominator, "of what the share is: in-vocabulary, all-words, pairs") \
    I(fold, "the fold alone; absent for all of them") \
    T(train, "what was learnt or fitted from: languages, dictionary+METHOD, ...") \
    T(subset, "languages that took part, joined by +") \
    T(x, "first of two quantities that are correlated") \
    T(y, "second of them") \
    T(given, "what is held constant, or what a difference differs from") \
    I(rank, "dimensions that were kept") \
    R(param, "the one number the estimator needs: beta, threshold, strength, bin edge") \
    T(why, "why the value, or its interval, is undefined")
/* clang-format on */

#define ISO_NO_INT INT64_MIN

typedef struct iso_record {
#define T(name, help) const char *name;
#define R(name, help) double name;
#define I(name, help) int64_t name;
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
    int64_t offset;   /* of the field within iso_record */
    const char *help; /* what it says, one line */
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
