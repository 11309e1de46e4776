/* Which words of parallel sentences stand for each other. */
#ifndef ISO_IO_ALIGNMENTS_H
#define ISO_IO_ALIGNMENTS_H

#include <stdint.h>

#include "lib/base/run.h"

ISO_BEGIN

/** Links of one sentence pair after another: links [first[s], first[s + 1]) of `source`, `target`.
 */
typedef struct iso_alignments {
    int64_t sentences;
    int64_t *first;           /* sentences + 1 */
    int32_t *source, *target; /* words of the sentence, counting from 0 */
} iso_alignments;

/**
 * Reads fast_align's lines of "i-j"; "i-j:score" and "i?j" (a possible link) are links too. A line
 * is a sentence pair; an empty one has no links. `run` may be NULL.
 * Errors  ISO_EIO, ISO_EFORMAT (the message names the line; more bytes than the memory budget),
 *         ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_alignments_read(iso_alignments *out, const char *path, const iso_run *run);
void iso_alignments_free(iso_alignments *a);

ISO_END

#endif
