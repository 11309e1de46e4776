/* The files of a checkpoint's folder, by what they decide. */
#ifndef ISO_IO_CHECKPOINT_H
#define ISO_IO_CHECKPOINT_H

#include <stdbool.h>

#include "lib/base/run.h"
#include "lib/base/str.h"

ISO_BEGIN

typedef enum iso_checkpoint_part {
    ISO_CHECKPOINT_NONE, /* no file of a checkpoint by its name */
    ISO_CHECKPOINT_CONFIG,
    ISO_CHECKPOINT_TOKENIZER,
    ISO_CHECKPOINT_WEIGHTS
} iso_checkpoint_part;

/** What a file of that name is for. */
iso_checkpoint_part iso_checkpoint_part_of(const char *name);

/**
 * The names of those that are there, by bytes; free each and the list. A folder that cannot be
 * read has none. Errors  ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_checkpoint_list(char ***names, int *count, const char *folder);
void iso_checkpoint_list_free(char **names, int count);

/**
 * Adds a line "NAME TAB DIGEST" for each file that decides what a model computes: its
 * configuration, with `tokenizer` all files of tokenizers that are there, with `weights` those that
 * iso_weights_open takes. All bytes are read; progress is reported.
 * Errors  as iso_weights_open, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_checkpoint_identity(iso_buf *out, const char *folder, bool tokenizer,
                                             bool weights, const iso_run *run);

ISO_END

#endif
