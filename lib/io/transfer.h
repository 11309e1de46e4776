/* Results of multi-source training: what was trained on, and the scores of each language. */
#ifndef ISO_IO_TRANSFER_H
#define ISO_IO_TRANSFER_H

#include "lib/base/run.h"
#include "lib/base/textmap.h"

ISO_BEGIN

/** Entries × languages. {0} is empty. */
typedef struct iso_transfer {
    int64_t entries;
    iso_textmap langs; /* canonical names, in the order in which they come */
    double *examples;  /* entries × langs; NAN where the configuration does not name it */
    double *score;     /* entries × langs; NAN where it was not evaluated */
} iso_transfer;

/**
 * Reads a JSON list of {"train_config": {LANG: examples}, "eval_results": {LANG: score}}, as LITMUS
 * has them; other members are ignored. `canonical` names languages (NULL: as they stand).
 * Errors  ISO_EIO; ISO_EFORMAT (no such list, an entry without either, a language twice under any
 *         of its codes, examples that are negative or no number, a score that is none; more bytes
 *         than the memory budget), ISO_ENOMEM. Messages begin with the path and the entry.
 */
ISO_MUST_USE iso_err iso_transfer_read(iso_transfer *out, const char *path,
                                       const char *(*canonical)(const char *), const iso_run *run);
void iso_transfer_free(iso_transfer *t);

ISO_END

#endif
