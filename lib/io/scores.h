/* Tables of numbers by language: task scores, distances, sizes of training data. */
#ifndef ISO_IO_SCORES_H
#define ISO_IO_SCORES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** Rows (models, tasks, or languages, as the table calls them) × languages. */
typedef struct iso_scores {
    int rows, langs;
    const char *const *row;  /* "mBERT", "mBERT / XNLI"; "" where a table has one nameless row */
    const char *const *lang; /* as the table writes them, each once */
    const double *value;     /* rows × langs; NAN where the table says nothing */
    bool pairs;              /* rows are languages too: a number for each pair */
    struct iso_scores_store *store;
} iso_scores;

/**
 * Reads bytes[0..len) as a table with a header, tab- or comma-separated; lines that begin with #
 * are passed over.
 *
 * Long, when a column is called lang or language: then one called score or value, or the only other
 * one, holds the number, and model and task, where they are, name the row. Pairs, with columns src
 * and tgt in place of lang: row and language. Wide otherwise: the first column names the row, each
 * other column is a language; where all row names are columns too, it is a table of pairs.
 * A cell that is empty, "-" or "NA" says nothing.
 *
 * Errors  ISO_EFORMAT (line and what: no header, another number of fields, no number,
 *         the same cell or language twice, no column of scores), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_scores_read(iso_scores *out, const char *bytes, int64_t len);
ISO_API void iso_scores_free(iso_scores *s);

ISO_END

#endif
