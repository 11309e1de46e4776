/* Features of languages, as URIEL and lang2vec have them: languages × features, by several sources.
 */
#ifndef ISO_IO_TYPOLOGY_H
#define ISO_IO_TYPOLOGY_H

#include "lib/base/run.h"
#include "lib/base/textmap.h"

ISO_BEGIN

/** Names in the file's order, each once. {0} is empty. */
typedef struct iso_typology {
    iso_textmap langs;    /* as the file spells them: "eng" */
    iso_textmap features; /* "S_SVO" */
    struct iso_typology_store *store;
} iso_typology;

/**
 * Opens an archive of NumPy's arrays as lang2vec ships them, `langs` and `feats` of texts and
 * `data` of f4 or f8, languages × features or languages × features × sources; or a table of text
 * with a header (tabs, commas or semicolons), its first column the language, each other one a
 * feature. `run` is kept for iso_typology_rows: it must live until iso_typology_close.
 * Errors  ISO_EIO; ISO_EFORMAT (neither, an array that is missing or of another shape, a name
 *         twice, a cell that is no number; more bytes than the memory budget), ISO_ENOMEM,
 *         ISO_ECANCEL. Messages begin with the path.
 */
ISO_MUST_USE iso_err iso_typology_open(iso_typology *out, const char *path, const iso_run *run);
void iso_typology_close(iso_typology *t);

/**
 * Rows of `count` languages, lang[i] from 0 to the number of langs − 1, to out (count × features):
 * the mean over the sources that say something, NAN where none does. Below 0 (−1 in lang2vec's
 * files), not finite and, in a table, empty, "-", "--" and "NA" say nothing.
 * Cost    one reading of the file.
 * Errors  ISO_EIO, ISO_EFORMAT, ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_typology_rows(double *out, const iso_typology *t, const int64_t *lang,
                                       int count);

ISO_END

#endif
