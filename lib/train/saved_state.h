/* Where a run stands, as the JSON file of a checkpoint has it. */
#ifndef ISO_TRAIN_SAVED_STATE_H
#define ISO_TRAIN_SAVED_STATE_H

#include <stdint.h>

#include "lib/base/str.h"

ISO_BEGIN

/** Numbers by name that go along: learning curves, scores. Saved exactly; what is not finite comes
 * back as NaN. */
typedef struct iso_saved_series {
    char *name;
    double *at;
    int64_t count;
} iso_saved_series;

/** Where a run stands. */
typedef struct iso_saved_state {
    int64_t step;         /* steps made in all */
    int64_t epoch, batch; /* the next step: of which epoch, and its number there */
    double best;          /* score of the best checkpoint; NaN: none yet */
    int64_t best_step;
    iso_saved_series *series;
    int series_count;
} iso_saved_state;

/** Frees what was read. */
void iso_saved_state_free(iso_saved_state *s);

extern const char iso_saved_state_name[]; /* of the file: run.json */

/** Adds it as JSON. `begun`: see iso_saved_write (lib/train/saved.h). Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_saved_state_text(iso_buf *out, const iso_saved_state *s,
                                          const char *begun);

/**
 * Reads it from a checkpoint's folder, and compares what the run was begun with.
 * Errors  ISO_EIO, ISO_EFORMAT (damaged, of another version; begun with something else, which is
 *         named), ISO_ENOMEM. On failure `out` is left alone.
 */
ISO_MUST_USE iso_err iso_saved_state_read(iso_saved_state *out, const char *folder,
                                          const char *begun);

ISO_END

#endif
