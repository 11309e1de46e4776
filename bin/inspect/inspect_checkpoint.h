/* What a checkpoint's folder holds, and whether the encoder can run it. */
#ifndef ISO_BIN_INSPECT_CHECKPOINT_H
#define ISO_BIN_INSPECT_CHECKPOINT_H

#include <stdbool.h>

#include "lib/base/str.h"
#include "lib/encode/opened.h"
#include "lib/io/record_write.h"
#include "lib/io/weights.h"
#include "lib/nn/encoder.h"
#include "lib/text/tokenizer.h"

/* Tensors of one type, or of one file. */
struct heap {
    const char *name, *layout; /* of a file: "safetensors", "torch" */
    int64_t tensors, bytes;
};

struct checkpoint {
    const char *folder;   /* borrowed */
    char *root, *encoder; /* where in it the checkpoint and its encoder lie; NULL: not found */
    iso_recipe recipe;    /* how it makes a vector of a text */
    char *cannot_prepare; /* why that cannot be read */
    char *cannot_make;    /* why the vector cannot be made */
    char **left;          /* files and folders that nothing here reads */
    int left_count;
    bool understood; /* config holds */
    iso_nn_config config;
    iso_weights *weights;       /* NULL: there are none to read */
    iso_encoder *network;       /* NULL: it cannot run */
    char *cannot_run;           /* why */
    iso_tokenizer *tokenizer;   /* NULL: there is none we read */
    char *cannot_tokenize;      /* why */
    int64_t numbers;            /* in tensors of floats */
    int64_t bytes;              /* in all tensors */
    struct heap *types, *files; /* in the order of their names */
    int type_count, file_count;
    bool read;           /* the numbers were read */
    const char **broken; /* tensors with values that are not finite */
    int64_t broken_count;
};

/* Whether INPUT is a folder that looks like a checkpoint. */
bool checkpoint_is(const char *input);

/* Looks at everything; not at the numbers if `quick`. What is wrong with the checkpoint is a
 * finding, no failure. Free with checkpoint_free in either case. */
ISO_MUST_USE iso_err checkpoint_look(struct checkpoint *c, const char *folder, bool quick);
void checkpoint_free(struct checkpoint *c);

/* Tensors that the encoder does not use, and those that are broken. */
int64_t checkpoint_unused_count(const struct checkpoint *c);
const char *checkpoint_unused(const struct checkpoint *c, int64_t i);
const char *checkpoint_broken(const struct checkpoint *c, int64_t i);

/* Whether the tokenizer gives ids that the vocabulary does not have. */
bool checkpoint_ids_beyond(const struct checkpoint *c);

const char *checkpoint_activation(const iso_nn_config *c);

/* --- inspect_recipe.c --- */

/* What stands beside the encoder: how texts become vectors; files that nothing reads. */
ISO_MUST_USE iso_err checkpoint_look_beside(struct checkpoint *c);

/* The same as lines, and as members of a JSON object. */
ISO_MUST_USE iso_err checkpoint_recipe_table(iso_buf *out, const struct checkpoint *c);
ISO_MUST_USE iso_err checkpoint_left_table(iso_buf *out, const struct checkpoint *c);
ISO_MUST_USE iso_err checkpoint_recipe_json(iso_buf *out, const struct checkpoint *c);

/* As text for people, and as a JSON document that begins with its origin. */
ISO_MUST_USE iso_err checkpoint_table(iso_buf *out, const struct checkpoint *c);
ISO_MUST_USE iso_err checkpoint_json(iso_buf *out, const struct checkpoint *c,
                                     const iso_origin *origin);

#endif
