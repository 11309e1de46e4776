/* Writing the native file: shape first, then rows in any order, whole or not at all. */
#ifndef ISO_IO_NATIVE_WRITE_H
#define ISO_IO_NATIVE_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/io/states.h"

ISO_BEGIN

/**
 * A native file being made. All languages and matrices are announced first; the first put closes
 * the announcements, and from then on rows go straight to their place in the file.
 */
typedef struct iso_native iso_native;

/** Begins `path`; model, pooling, source, classes and tagset of `about` are written when known.
 * With NULL it becomes no native file: matrices alone, /LANG/LAYER, which the layout "matrix"
 * reads. */
ISO_MUST_USE iso_err iso_native_new(iso_native **out, const char *path,
                                    const iso_states_info *about);

/**
 * The same for long work that may be interrupted: rows go to `path`.part, and what is finished is
 * written down in `path`.part.journal (lib/io/journal.h). Once a unit is finished, both stay behind
 * on discard, on a failing commit and on a crash; before that they are deleted, or replaced
 * silently.
 *
 * `plan` is text that tells apart all that decides what the file will hold: a line for each thing,
 * "NAME TAB VALUE", as a message tells it. With `resume` a part with finished units is gone on
 * with: all is announced as the first time, and compared (that lists are there and their counts;
 * shapes and types of matrices), but not written; iso_native_done tells what need not be put again.
 * Without such a part it begins anew.
 *
 * Commit then counts the rows of units finished before as put: all rows since the previous
 * iso_native_finish count for the unit that is finished.
 *
 * Errors  as iso_native_new; ISO_EIO (finished units are there and `resume` is false: says the two
 *         ways out; another process writes the same file), ISO_EFORMAT (the part was begun by
 * another plan: tells the first thing that differs; the part or its journal is damaged).
 */
ISO_MUST_USE iso_err iso_native_part(iso_native **out, const char *path,
                                     const iso_states_info *about, const char *plan, bool resume);

/** The plan that the interrupted part of `path` was begun by, yours to iso_free; NULL where there
 * is none to go on with. Errors  those of iso_journal_open. */
ISO_MUST_USE iso_err iso_native_part_plan(char **out, const char *path);

/** Whether unit `unit` (the caller's numbering, >= 0) was finished, now or before an interruption;
 * always false without a part. */
bool iso_native_done(const iso_native *n, int64_t unit);

/** All rows of that unit are put: flushes them to the disk, then writes it down in the journal,
 * which costs two flushes; nothing to do without a part. */
ISO_MUST_USE iso_err iso_native_finish(iso_native *n, int64_t unit);

/** Writes what is known of a language's items (name, ids, texts, labels, offsets, tokens...). */
ISO_MUST_USE iso_err iso_native_lang(iso_native *n, const iso_lang *lang);

/** Announces a matrix and gives it a number, counting from 0. Errors ISO_EARG (bf16, a layer below
 * 0). */
ISO_MUST_USE iso_err iso_native_matrix(int *out, iso_native *n, const char *lang, int layer,
                                       int64_t rows, int64_t cols, iso_dtype dtype);

/** Writes rows of the announced type from row `first` on. Errors ISO_EIO (disk full...), ISO_EARG.
 */
ISO_MUST_USE iso_err iso_native_put(iso_native *n, int matrix, int64_t first, iso_view rows);

/** Finishes and puts the file in place; on failure nothing stays behind but a part with finished
 * units. Frees in any case. */
ISO_MUST_USE iso_err iso_native_commit(iso_native *n);

/** Deletes what was written, a part with finished units excepted, and frees; NULL is fine. */
void iso_native_discard(iso_native *n);

ISO_END

#endif
