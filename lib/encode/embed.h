/* Hidden states of texts: every layer of a checkpoint, to a file or to memory. */
#ifndef ISO_ENCODE_EMBED_H
#define ISO_ENCODE_EMBED_H

#include "lib/base/facts.h"
#include "lib/encode/model.h"
#include "lib/encode/texts.h"
#include "lib/io/pool.h"
#include "lib/io/states.h"

ISO_BEGIN

/** Number types that states are stored in. */
typedef enum iso_store_type { ISO_STORE_F16, ISO_STORE_F32 } iso_store_type;

/** Options of iso_embed; iso_embed_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_embed_opt {
    size_t size;
    iso_model_opt model;  /* what a call opens that is given no model, ... */
    iso_texts_opt texts;  /* ... or no texts */
    const char *src;      /* the language that comparisons start from; NULL: the first */
    const char *layers;   /* "0,3-6,last,sentence"; NULL: all */
    iso_pool pool;        /* what a row stands for */
    const char *prompt;   /* before each text: a name of the model's, or the text itself; NULL: the
                           * model's usual one */
    iso_store_type dtype; /* of the rows */
    int64_t max_length;   /* tokens of a sentence; 0: what model and tokenizer take, 512 at most */
    bool resume;          /* go on where an earlier call with this path was interrupted */
    int64_t batch;        /* tokens computed at once; 0: as many as do well */
    const char *path;     /* the file to write, by way of PATH.part; NULL: states stay in memory */
} iso_embed_opt;

extern ISO_API const iso_options iso_embed_options;
ISO_API void iso_embed_opt_init(iso_embed_opt *opt, size_t size);

/** What can be said before any file opens. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_embed_check(const iso_embed_opt *opt);

/** The same of the texts, whose languages are known: the source is there, words can be found where
 * rows stand for them. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_embed_check_texts(const iso_embed_opt *opt,
                                                   const iso_texts *texts);

/** What would be computed; texts are read and cut into tokens for it: model, languages, sentences,
 * tokens, rows, layers, dims, bytes (of all rows), operations, memory (bytes, without rows that
 * stay in memory). Errors  as iso_embed. */
ISO_API ISO_MUST_USE iso_err iso_embed_plan(iso_facts *out, iso_model *model,
                                            const iso_texts *texts, const iso_embed_opt *opt,
                                            const iso_run *run);

/**
 * The chosen states of every sentence of every language, a row as `pool` says, with what the texts
 * know of it (ids, text, labels) and the tokens of rows that are tokens or words. State 0 is the
 * output of the embeddings, state K that of layer K. Where the model says how it makes a vector of
 * a text (lib/encode/recipe.h) and rows are sentences, that is one more, number L + 1, called
 * sentence; a note says how it is made, and what else the model says is not kept to. `model` or
 * `texts` NULL: opened for the call as `opt` says. At the end a note sums up: sentences, tokens,
 * time, what was cut.
 *
 * With `path` the file is written whole or not at all; finished parts of it outlive a failure
 * and are gone on with by `resume`, from the same model, texts and options alone (word types
 * excepted). *out, unless `out` is NULL, is then that file, opened. Without, *out holds the rows
 * and what they need; arrays of texts in memory must outlive it. Close with iso_states_close.
 *
 * Memory  text and tokens, weights made ready, rows held until they are written (an eighth of
 *         `mem`, 64 MiB at most), a batch; sums of word types; without `path` all rows.
 * Cost    24 C^2 + 4 C T operations a token and layer (iso_encoder_layers).
 * Errors  ISO_EARG (options; a layer that is none; more memory than a firm budget; `out` NULL
 *         without `path`), those of iso_model_open, iso_corpus_read and iso_native_part,
 *         ISO_EFORMAT (a tokenizer of another checkpoint, NaN, a number beyond f16), ISO_ENOMEM,
 *         ISO_ECANCEL.
 * Threads one call at a time on the same model.
 */
ISO_API ISO_MUST_USE iso_err iso_embed(iso_states **out, iso_model *model, const iso_texts *texts,
                                       const iso_embed_opt *opt, const iso_run *run);

ISO_END

#endif
