/* What of a long work is finished, written down beside its file so that it can be gone on with. */
#ifndef ISO_IO_JOURNAL_H
#define ISO_IO_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

/**
 * The journal of a file being made, `of`, is the text file `of`.journal:
 *
 *     isogloss-journal 2
 *     plan BYTES          then so many bytes and a line end: what the work was begun for
 *     size BYTES PARTS    of the file once it is laid out, and the parts it was laid out in
 *     unit NUMBER ROWS    for each finished unit, in the order in which they were finished
 *
 * It is locked while open. Each line is on the disk when the call that adds it returns; what an
 * interruption left of a line, or of all before the first unit, is as if it had not been begun.
 */
typedef struct iso_journal iso_journal;

/**
 * Opens or makes the journal and reads what it holds.
 * Errors  ISO_EIO (also when another process holds it), ISO_EFORMAT (not as above; says what to
 * delete), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_journal_open(iso_journal **out, const char *of);

/** The plan, of any bytes, NUL-terminated; NULL when the work was not begun. */
const char *iso_journal_plan(const iso_journal *j);
int64_t iso_journal_size(const iso_journal *j);
int64_t iso_journal_parts(const iso_journal *j);

/** Finished units, their rows together, and whether a certain one is among them. */
int64_t iso_journal_units(const iso_journal *j);
int64_t iso_journal_rows(const iso_journal *j);
bool iso_journal_has(const iso_journal *j, int64_t unit);

/** Forgets what it holds; from then on the work was not begun. Errors  ISO_EIO. */
ISO_MUST_USE iso_err iso_journal_forget(iso_journal *j);

/** Forgets what it holds and writes down a work that begins. Errors  ISO_EIO, ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_journal_begin(iso_journal *j, const char *plan, int64_t size,
                                       int64_t parts);

/** Adds a finished unit (>= 0) with its rows (>= 0); nothing when it has it. Errors ISO_EARG,
 * ISO_EIO. */
ISO_MUST_USE iso_err iso_journal_add(iso_journal *j, int64_t unit, int64_t rows);

/** Unlocks and frees, deleting the file when it can be forgotten; NULL is fine. */
void iso_journal_close(iso_journal *j, bool forget);

ISO_END

#endif
