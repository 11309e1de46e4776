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
    const char *note;        /* how the table was read where that is not the usual way, or NULL */
    struct iso_scores_store *store;
} iso_scores;

typedef struct iso_scores_opt {
    bool (*known)(const char *name); /* whether it is a language; NULL = nobody knows */
} iso_scores_opt;

/**
 * Reads bytes[0..len) as a table with a header, separated by tabs, commas or semicolons, or a table
 * of Markdown; lines that begin with # are ignored.
 *
 * Long, when a column is called lang, language, lg, iso, code or the like (letters' case aside) and
 * one called score or value, or the only other one, holds the number; model and task, where they
 * are, name the row. Pairs, with columns src and tgt in place of lang: row and language. Wide
 * otherwise: the first column names the row, each other column is a language; where all row names
 * are columns too, it is a table of pairs. The other way round, a row a language, where the names
 * of all rows are languages and those of the columns are not. Where a first column called lang
 * leaves both open, that is an error that shows the layouts. Columns of averages count for nothing
 * here.
 *
 * A cell that is empty, "-" or "NA" says nothing. All numbers may have a per cent sign (they become
 * fractions), or decimal commas; both in part is an error, as are three digits behind every comma.
 *
 * Errors  ISO_EFORMAT (line and what: no header, another number of fields, no number,
 *         the same cell or language twice, no column of scores, two readings), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_scores_read(iso_scores *out, const char *bytes, int64_t len,
                                     const iso_scores_opt *opt);

/** Whether a name is that of an average over languages: "avg", "Mean". */
bool iso_scores_mean(const char *name);

void iso_scores_free(iso_scores *s);

ISO_END

#endif
