/* The text of one language, from plain files, .tsv or token ids. */
#ifndef ISO_IO_CORPUS_H
#define ISO_IO_CORPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/** Columns that no file had are NULL. All text is valid UTF-8 without NUL. */
typedef struct iso_corpus {
    int64_t items;
    const char *const *text; /* NULL when the files hold token ids */
    const char *const *text2, *const *ids, *const *labels;
    const int64_t *offsets; /* items + 1, into tokens; files of token ids only */
    const int32_t *tokens;
    int64_t empty;          /* items without text, or of blanks (space, tab) alone; without ids */
    int64_t repaired;       /* lines with bytes that were not UTF-8, or NUL: now U+FFFD */
    int64_t first_repaired; /* line of the first of them, counting from 1, in the file ... */
    const char *first_repaired_path; /* ... of this path; NULL when there is none */
    struct iso_corpus_store *store;
} iso_corpus;

/** All zero: the columns text, text2, id, label; no limit. */
typedef struct iso_corpus_opt {
    const char *columns; /* "text=sentence,id=index_id,label=category", or NULL; checked always,
                            used for .tsv alone */
    int64_t limit;       /* items of the language; 0 = all. What comes after is not looked at */
} iso_corpus_opt;

/**
 * Reads files one after another as one text: `.tsv` has a header naming its columns, `.ids` holds
 * decimal token ids, everything else is one sentence a line. Lines end in \n or \r\n, the last one
 * may not; a UTF-8 byte-order mark is passed over; a tab-separated field is taken as it is. An
 * empty line is an item. U+FFFD stands for each NUL and for each maximal part of a character that
 * is not well-formed, as in Python's errors="replace" (Unicode 3.9, table 3-7).
 *
 * A column that some files have and others lack is an error, as are an id twice, a `.tsv` line with
 * another number of fields than the header, a file without a line.
 * Errors  ISO_EIO, ISO_EFORMAT (file, line, what, way out; also gzip, HDF5, zip, xz, zstd, UTF-16),
 *         ISO_EARG (columns), ISO_ENOMEM.
 * Cost    one reading; memory is the size of the files and a pointer for each field that is kept.
 */
ISO_API ISO_MUST_USE iso_err iso_corpus_read(iso_corpus *out, const char *const *paths, int count,
                                             const iso_corpus_opt *opt);
ISO_API void iso_corpus_free(iso_corpus *c);

/** Whether the option `columns` (NULL is fine) can be understood, before any file is opened.
 * Errors  ISO_EARG, ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_corpus_check_columns(const char *columns);

/** The files DIR/LANG.txt, .tsv and .ids as "LANG=PATH" words, by name; others are passed over, and
 * hidden ones. The same language twice is an error, as is none. Free each word and the list with
 * iso_free. Errors  ISO_EIO, ISO_EFORMAT, ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_corpus_folder(char ***words, int *count, const char *folder);

ISO_END

#endif
