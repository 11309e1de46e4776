/* A run's state on the disk, so that a run which was killed goes on from its last checkpoint. */
#ifndef ISO_TRAIN_SAVED_H
#define ISO_TRAIN_SAVED_H

#include "lib/base/run.h"
#include "lib/io/weights_write.h"
#include "lib/train/optimizer.h"
#include "lib/train/saved_state.h"

ISO_BEGIN

typedef struct iso_saved iso_saved;

/**
 * Makes the folder `of`.part if it is not there, and locks it until it is closed. It holds folders
 * by name ("last", "best"), each written whole and exchanged in one step:
 *
 *     run.json                where the run stands, what it was begun with
 *     model.safetensors       values by name, F32
 *     optimizer.safetensors   their two moments, "m.NAME" and "v.NAME"; of "best" there is none
 *
 * Errors  ISO_EIO (another process holds it; is a file), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_saved_open(iso_saved **out, const char *of);

/** Unlocks and frees; with `forget` deletes what was made here. A folder that is empty then goes.
 * NULL is fine. */
void iso_saved_close(iso_saved *s, bool forget);

/** Whether `of`.part/name is there, and its path, yours to iso_free. */
bool iso_saved_has(const iso_saved *s, const char *name);
ISO_MUST_USE iso_err iso_saved_path(char **out, const iso_saved *s, const char *name);

/**
 * Writes one. `begun` is what the run was begun with, lines of "KEY TAB VALUE" (lib/io/begun.h):
 * what must be equal to go on. With an optimizer, which is settled first, its moments too.
 * Errors  ISO_EIO (what was there is unharmed), ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_saved_write(iso_saved *s, const char *name, const iso_saved_state *state,
                                     const char *begun, const iso_tensor *tensors, int64_t count,
                                     iso_optimizer *optimizer, const iso_run *run);

/**
 * Reads one back: values into the tensors, moments and steps into the optimizer unless it is NULL.
 * Errors  ISO_EFORMAT (begun with other options: names the first that differs; damaged; tensors of
 *         other names or shapes), ISO_EIO, ISO_ENOMEM. On failure `out` is left alone; values may
 *         have been overwritten.
 */
ISO_MUST_USE iso_err iso_saved_read(iso_saved_state *out, iso_saved *s, const char *name,
                                    const char *begun, const iso_tensor *tensors, int64_t count,
                                    iso_optimizer *optimizer);

/** A tensor's value as checkpoints have it: vectors and scalars with one axis. */
iso_weight_out iso_saved_value(const iso_tensor *t);

ISO_END

#endif
