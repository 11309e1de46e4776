/* What kind of file the program writes, and whether a file that is there is of it. */
#ifndef ISO_IO_KIND_H
#define ISO_IO_KIND_H

#include <stdbool.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef enum iso_kind {
    ISO_KIND_NONE,        /* nothing that is written */
    ISO_KIND_JSON,        /* of ours: begins with the version of the program */
    ISO_KIND_TOKENS,      /* JSON of `tokenize` */
    ISO_KIND_CSV,         /* records */
    ISO_KIND_STATES,      /* native states file */
    ISO_KIND_NPZ,         /* arrays in a zip archive */
    ISO_KIND_TENSORS,     /* states as safetensors */
    ISO_KIND_PART,        /* unfinished states file; a journal of ours lies beside it */
    ISO_KIND_JOURNAL,     /* of an unfinished file */
    ISO_KIND_MAPS,        /* maps file (HDF5) */
    ISO_KIND_MATRIX,      /* .npy of one matrix of f64 */
    ISO_KIND_COPIES,      /* texts of `augment`, TSV */
    ISO_KIND_NEIGHBOURS,  /* words and their neighbours, JSON of `words` */
    ISO_KIND_PREDICTIONS, /* one or two row numbers and a score a line */
    ISO_KIND_SVG,
    ISO_KIND_PDF,
    ISO_KIND_PNG,
    ISO_KIND_SCRIPT, /* gnuplot script of a figure, with its numbers */
    ISO_KIND_NUMBERS /* the numbers of a figure, TSV */
} iso_kind;

/** "records of isogloss (CSV)": what a message calls it. */
const char *iso_kind_name(iso_kind kind);

/**
 * Whether writing a file of that kind to `path` loses nothing of another kind: nothing is there,
 * or an empty file, or no regular file, or one of the same kind by its content. A file that cannot
 * be read does not fit. Cost  some 64 KB read. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_kind_fits(bool *fits, const char *path, iso_kind kind);

ISO_END

#endif
