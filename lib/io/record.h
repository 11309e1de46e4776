/* Records: a value with names, with the columns of docs/records.md; a growing list of them.
 * Threads: any number may read a list while none adds, cuts or frees. */
#ifndef ISO_IO_RECORD_H
#define ISO_IO_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/* Every column in the order of the CSV, its role, and what it says: T text (NULL = absent), R real
 * (NAN = absent), I integer (ISO_NO_INT = absent). The one list from which struct, printers,
 * readers, comparisons and `isogloss help records` come. */
/* clang-format off */
#define ISO_RECORD_COLUMNS(T, R, I) \
    T(measure, QUESTION, "what was measured: cka, p@1, accuracy, gap, ...") \
    T(estimator, QUESTION, "how: debiased, csls, probe, ...") \
    T(src, PLACE, "source language, of differences in both orders the first") \
    T(tgt, PLACE, "target language") \
    I(src_layer, PLACE, "layer of the source; 0 is the embeddings, K the output of transformer layer K") \
    I(tgt_layer, PLACE, "layer of the target") \
    R(value, VALUE, "the number; absent where it is undefined, `why` says why") \
    R(lo, VALUE, "lower end of the 95 % interval") \
    R(hi, VALUE, "upper end of it") \
    T(interval, VALUE, "how it was made: none, jackknife, groups, boot-items, bca, boot-pairs") \
    R(null, VALUE, "chance level: the value expected where nothing is shared") \
    R(null_sd, VALUE, "standard deviation of the value by chance") \
    R(p, VALUE, "two-sided p-value, by permutation or theory") \
    I(n, VALUE, "items the value is made of") \
    I(src_dim, VALUE, "dims of the source") \
    I(tgt_dim, VALUE, "dims of the target") \
    T(pool, QUESTION, "what a row stands for: mean, cls, word, types, ...") \
    T(prep, QUESTION, "steps on the rows, in order: center,unit,...") \
    T(model, QUESTION, "model of the states") \
    T(model2, QUESTION, "model of the other collection (" ISO_FIELD(against) "), of the scores (gap)") \
    T(stage, QUESTION, "before, after, difference (after − before, here − there)") \
    I(mix_layer, QUESTION, "first layer that was mixed; layers count from 1") \
    T(mix, QUESTION, "way of mixing: xmixup, fixed:0.25, no-entropy, self; shuffled rows") \
    T(direction, QUESTION, "who searches: forward (source finds target), backward") \
    I(k, QUESTION, "ranks that count as a hit") \
    I(neighbours, QUESTION, "neighbours that CSLS and margins average; of mingling those looked at") \
    T(denominator, QUESTION, "of what the share is: in-vocabulary, all-words, pairs") \
    I(fold, QUESTION, "the fold alone; absent for all of them") \
    T(train, QUESTION, "what was trained or fitted on: languages, dictionary+METHOD, ...") \
    T(subset, QUESTION, "languages that took part, joined by +") \
    T(x, PLACE, "first of two quantities that are correlated") \
    T(y, QUESTION, "second of them") \
    T(given, QUESTION, "what is held constant, or what a difference differs from") \
    I(rank, VALUE, "dimensions that were kept") \
    R(param, VALUE, "the one number the estimator needs: beta, threshold, strength, bin edge") \
    T(why, VALUE, "why the value, or its interval, is undefined") \
    T(baseline, QUESTION, "what stands in for the states: random, pieces, length; absent: the states") \
    T(condition, QUESTION, "what was held constant by regression on both sides: length, pieces, files") \
    T(candidates, QUESTION, "among which rows the search goes, where not all: fold, knn") \
    I(permutations, VALUE, "permutations that p, p_max and calibrated are made of") \
    R(p_max, VALUE, "p corrected for the search: of the largest among `family` values") \
    I(family, VALUE, "values that were looked at together") \
    R(calibrated, VALUE, "(value − τ) / (1 − τ), τ the 95 % quantile over permutations") \
    T(flag, VALUE, "what makes the value doubtful") \
    I(step, PLACE, "steps of training that were made") \
    I(place, VALUE, "place among `family` values, 1 the best") \
    T(item, PLACE, "the one item, by its id, else its row from 1 on")
/* clang-format on */

#define ISO_NO_INT INT64_MIN

typedef struct iso_record {
#define T(name, role, help) const char *name;
#define R(name, role, help) double name;
#define I(name, role, help) int64_t name;
    ISO_RECORD_COLUMNS(T, R, I)
#undef T
#undef R
#undef I
} iso_record;

/** A record in which every column is absent. */
ISO_API iso_record iso_record_none(void);

/** The columns by number, for printers and readers. */
typedef enum iso_column_kind { ISO_COLUMN_TEXT, ISO_COLUMN_REAL, ISO_COLUMN_INT } iso_column_kind;

/** What a column is to its record, as bits. */
typedef enum iso_role {
    ISO_ROLE_QUESTION = 1, /* what was asked: it makes a number another number */
    ISO_ROLE_PLACE = 2,    /* where: languages, layers, the quantity that is correlated */
    ISO_ROLE_VALUE = 4     /* the answer, and what belongs to it */
} iso_role;
enum { ISO_ROLE_NAMES = ISO_ROLE_QUESTION | ISO_ROLE_PLACE }; /* all that tells records apart */

typedef struct iso_column {
    const char *name;
    iso_column_kind kind;
    iso_role role;
    int64_t offset;   /* of the field within iso_record */
    const char *help; /* what it says, one line; fields are marked (ISO_FIELD) */
} iso_column;

ISO_API int iso_column_count(void);
ISO_API const iso_column *iso_column_at(int i);

/** The column called `name`, or NULL. */
ISO_API const iso_column *iso_column_named(const char *name);

/** The column of that number as a bit, for sets of columns: ISO_COLUMN(mix) |
 * ISO_COLUMN(mix_layer). */
#define ISO_COLUMN(name) (UINT64_C(1) << ISO_COLUMN_##name)
enum {
#define T(name, role, help) ISO_COLUMN_##name,
#define R(name, role, help) ISO_COLUMN_##name,
#define I(name, role, help) ISO_COLUMN_##name,
    ISO_RECORD_COLUMNS(T, R, I)
#undef T
#undef R
#undef I
};

/** One field of a record: NULL, NAN or ISO_NO_INT where it is absent, the column is NULL (a name
 * that is none), or of another kind. */
ISO_API const char *iso_record_text(const iso_record *r, const iso_column *c);
ISO_API double iso_record_real(const iso_record *r, const iso_column *c);
ISO_API int64_t iso_record_int(const iso_record *r, const iso_column *c);

/** Whether the field is there: a text, a finite number, an integer. */
ISO_API bool iso_record_has(const iso_record *r, const iso_column *c);

/**
 * The first column of these roles (ISO_ROLE_* joined by |), `except` aside (ISO_COLUMN joined by
 * |), in which two records differ; NULL where they agree in all. An absent text and an empty one
 * are the same.
 */
ISO_API const iso_column *iso_record_differs(const iso_record *a, const iso_record *b,
                                             unsigned roles, uint64_t except);

/** The order by these columns, the first that differs deciding, absent before all else: below 0, 0,
 * above 0, as qsort asks. */
ISO_API int iso_record_compare(const iso_record *a, const iso_record *b, unsigned roles,
                               uint64_t except);

/**
 * A growing list; {0} is empty. It owns copies of all texts. Read it by iso_records_count and
 * iso_records_at, and a record by iso_record_text, _real and _int: both structs may grow.
 */
typedef struct iso_records {
    iso_record *at;
    int64_t count, room;
    struct iso_textmap *texts;
} iso_records;

/** How many there are, and one of them, which stands until the list grows or is freed. */
ISO_API int64_t iso_records_count(const iso_records *list);
ISO_API const iso_record *iso_records_at(const iso_records *list, int64_t i);

/** Appends a copy of `r` (texts copied too). On failure the list is as before. A measure of ranks
 * names its own: "p@k" with k = 5, as earlier files have it, becomes "p@5"; "p@5" without k gets
 * it. Errors  ISO_EARG (no list), ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_records_add(iso_records *list, const iso_record *r);
/** Takes back what was added after the first `count`. */
ISO_API void iso_records_cut(iso_records *list, int64_t count);

ISO_API void iso_records_free(iso_records *list);

ISO_END

#endif
