/* A checkpoint that is open: its encoder, its tokenizer, and what files call it. */
#ifndef ISO_ENCODE_MODEL_H
#define ISO_ENCODE_MODEL_H

#include "lib/base/option.h"
#include "lib/base/run.h"
#include "lib/linalg/compute.h"

ISO_BEGIN

typedef struct iso_model iso_model;

/** How a checkpoint is opened. All zero but `folder`: its own weights, computed in f32. */
typedef struct iso_model_opt {
    const char *folder;         /* config.json, weights and the tokenizer's files; or a GGUF file */
    iso_compute compute;        /* what its products are computed in; of ISO_COMPUTE_FASTEST what is
                                 * faster here, f32 or bf16, and never int8 */
    const char *random_weights; /* NULL, or a seed from 0 on, as text: the same shape with random
                                 * weights (iso_encoder_opt), the usual lower bound */
    const char *config;         /* NULL, or of random weights a file in place of the folder's
                                 * config.json */
} iso_model_opt;

/* Rows of a table of options, for an iso_model_opt called `model`. */
#define ISO_MODEL_FOLDER(type)                                                                     \
    ISO_OPTION_AS(type, "model", PATH, model.folder, "DIR",                                        \
                  "folder of a checkpoint, as downloaded from a model hub, or a GGUF file",        \
                  .reads = ISO_READS_CHECKPOINT)
#define ISO_MODEL_COMPUTE(type)                                                                    \
    ISO_OPTION_AS(type, "compute", ENUM, model.compute, "KIND",                                    \
                  "what products are computed in (default: f32); fastest: f32, or bf16 where "     \
                  "that is measured to be 1.2 times as fast",                                      \
                  .choices = "f32 bf16 int8 fastest",                                              \
                  .numbers = (const int[]){ISO_COMPUTE_F32, ISO_COMPUTE_BF16, ISO_COMPUTE_INT8,    \
                                           ISO_COMPUTE_FASTEST})
#define ISO_MODEL_RANDOM(type)                                                                     \
    ISO_OPTION_AS(type, "random_weights", TEXT, model.random_weights, "SEED",                      \
                  "the same shape with random weights: the usual lower bound",                     \
                  .tier = ISO_OPTION_RARE)

#define ISO_MODEL_CONFIG(type)                                                                     \
    ISO_OPTION_AS(type, "config", PATH, model.config, "FILE",                                      \
                  "shape of the random weights (default: config.json of " ISO_FIELD(model) ")",    \
                  .reads = ISO_READS_TEXT, .tier = ISO_OPTION_RARE)

/** What can be said before a file opens. Errors  ISO_EARG (no folder; a seed that is none; a config
 * without one). */
ISO_API ISO_MUST_USE iso_err iso_model_check(const iso_model_opt *opt);

/** Whether there is such a folder or file; else the message says how to get one. Errors  ISO_EIO.
 */
ISO_API ISO_MUST_USE iso_err iso_model_find(const char *folder);

/**
 * Opens config.json and the weights, mapped; the tokenizer when it is asked for. Of `run` the
 * threads count, and notes: of ISO_COMPUTE_FASTEST what it became, of bf16 and int8 that they are
 * slower than f32 here. For all but f32 a few products are run and timed. Nothing of `opt` is
 * borrowed.
 * Errors  as iso_model_check, iso_model_find and iso_encoder_open.
 * Threads one call at a time on the same model.
 */
ISO_API ISO_MUST_USE iso_err iso_model_open(iso_model **out, const iso_model_opt *opt,
                                            const iso_run *run);
ISO_API void iso_model_close(iso_model *m);

/** What is known of an open checkpoint. */
typedef struct iso_model_info {
    const char *name;   /* what files call it: its folder's, or, where that lies in a hub's cache,
                         * OWNER/NAME; "... (random weights, seed 7)" */
    const char *root;   /* the folder that was opened; of a model in a hub's cache its snapshot */
    const char *folder; /* that of the encoder, which may be a part of the one that was opened */
    const char *config_file; /* NULL: the folder's config.json */
    iso_compute compute;     /* of ISO_COMPUTE_FASTEST what was chosen, or what iso_embed resumed */
    bool random;
    const struct iso_nn_config *config;
    const struct iso_id_shift *shift; /* NULL: languages share the pieces of the tokenizer */
    const struct iso_recipe *recipe;  /* how it makes a vector of a text, which may be unsaid */
    uint64_t seed;                    /* of random weights */
} iso_model_info;

ISO_API const iso_model_info *iso_model_about(const iso_model *m);

ISO_END

#endif
