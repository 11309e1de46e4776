/* The tensors of a checkpoint's folder, by name, mapped: opening reads the headers only. */
#ifndef ISO_IO_WEIGHTS_H
#define ISO_IO_WEIGHTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/linalg/view.h"

ISO_BEGIN

enum { ISO_WEIGHT_RANK = 4 };

typedef struct iso_weight {
    const char *name;
    const char *type;   /* as the file says: "F32", "BF16", "I64" */
    const char *file;   /* that holds it, for messages */
    const char *layout; /* of that: "safetensors", "torch", "GGUF" */
    bool floats;        /* `dtype` holds; else it is of another type */
    iso_dtype dtype;
    int rank; /* above ISO_WEIGHT_RANK: not ours to use */
    int64_t shape[ISO_WEIGHT_RANK];
    int64_t bytes, stored; /* stored: in the file, where packed numbers take fewer */
    const void *data;      /* little-endian, packed, at any alignment; lives until close */
} iso_weight;

typedef struct iso_weights iso_weights;

/**
 * Opens the first of these in `folder`: model.safetensors, the shards that its index
 * (model.safetensors.index.json) lists, pytorch_model.bin, the shards of its index, the one variant
 * there is (model.fp16.safetensors, model.safetensors.index.fp16.json). What torch.save wrote is
 * read as lib/io/torch_list.h says. A prefix that wrappers put before every name ("module.",
 * "_orig_mod.", "model.") is no part of the names here. In the folder of an adapter
 * (lib/io/adapter.h) lie the weights of its base with LoRA merged, in f32 where they are changed.
 * `folder` may be a GGUF file: names are as it has them, numbers in blocks become f32 here.
 *
 * Checked before anything is believed: headers (lib/io/tensor_list.h) and pickles, that no name is
 * there twice over all shards, that each tensor is in the shard the index says, that shards lie in
 * the folder. No number is read, so values may be NaN.
 * Cost    linear in the headers, whatever the size of the files; views of torch are copied.
 * Errors  ISO_EIO (several variants: names them), ISO_EFORMAT, ISO_EUNSUP (only tf_model.h5 or the
 * like is there: says what to do; a big-endian machine), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_weights_open(iso_weights **out, const char *folder);
void iso_weights_close(iso_weights *w);

/** The same of one file, safetensors, torch or GGUF, whatever it is called. */
ISO_MUST_USE iso_err iso_weights_open_file(iso_weights **out, const char *path);

/**
 * That no file was cut so far: what was read of `data` before is what the files hold. Without a
 * handler of SIGBUS (lib/io/mapped.h) a cut file ends the program when it is read.
 * Errors  ISO_EIO (the file and both sizes).
 */
ISO_MUST_USE iso_err iso_weights_whole(const iso_weights *w);

/** All tensors, in the order of their names. */
int64_t iso_weights_count(const iso_weights *w);
const iso_weight *iso_weights_at(const iso_weights *w, int64_t i);

/** The files they lie in. */
int64_t iso_weights_files(const iso_weights *w);
const char *iso_weights_file(const iso_weights *w, int64_t i);

/** The tensor of that name, or NULL. Cost  log of their number. */
const iso_weight *iso_weights_find(const iso_weights *w, const char *name);

ISO_END

#endif
