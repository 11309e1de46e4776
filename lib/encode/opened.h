/* What is behind a model and texts that are open, for those within the library. */
#ifndef ISO_ENCODE_OPENED_H
#define ISO_ENCODE_OPENED_H

#include "lib/base/str.h"
#include "lib/encode/id_shift.h"
#include "lib/encode/model.h"
#include "lib/encode/recipe.h"
#include "lib/encode/texts.h"
#include "lib/io/pool.h"
#include "lib/nn/encoder.h"
#include "lib/text/tokenizer.h"

/** Whether the sentence of a recipe can be made: its files are there and fit. Errors  as
 * iso_sentence_open. */
ISO_MUST_USE iso_err iso_sentence_check(const iso_recipe *r);

/** Its encoder, which lives as long as the model. */
iso_encoder *iso_model_encoder(iso_model *m);

/** Of a model opened with ISO_COMPUTE_FASTEST: it computes in `compute` from now on, its encoder is
 * another; others stay as they are. Errors  as iso_encoder_open. */
ISO_MUST_USE iso_err iso_model_pin(iso_model *m, iso_compute compute);

/** Its tokenizer, which is opened by the first call and lives as long as the model. Errors  as
 * iso_tokenizer_open. */
ISO_MUST_USE iso_err iso_model_tokenizer(const iso_tokenizer **out, iso_model *m);

/**
 * Where in a folder the checkpoint lies, both yours to iso_free: of a model in a hub's cache
 * (snapshots/, refs/main) its snapshot; *encoder is the part of it that modules.json calls so
 * ("0_Transformer"), mostly the same. `root` may be NULL.
 * Errors  ISO_EIO (a cache with several models or snapshots: names them), ISO_EFORMAT, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_model_locate(char **root, char **encoder, const char *folder);

/** The tokenizer of a model's folder without its encoder. Errors  as iso_model_find,
 * iso_model_locate and iso_tokenizer_open. */
ISO_MUST_USE iso_err iso_model_tokenizer_open(iso_tokenizer **out, const char *folder);

/** Adds what files call the checkpoint of a folder: the folder's own name, also for "." and a path
 * that ends in slashes; in a hub's cache OWNER/NAME. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_model_called(iso_buf *out, const char *folder);

/** Notes what is odd in the tokenizer's files of a folder: how much, and the first. */
void iso_model_note_tokenizer(const iso_run *run, const char *folder, const iso_tokenizer *t);

/** That all have text where a row stands for a word of it. Errors  ISO_EARG. */
ISO_MUST_USE iso_err iso_texts_check_pool(const iso_texts *t, iso_pool pool);

/** How files are to be read, for iso_corpus_read. */
iso_corpus_opt iso_texts_reading(const iso_texts_opt *opt, const iso_run *run);

/** Notes how texts were read, what was the same for several of them once. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_texts_note(const iso_run *run, const iso_corpus *const *corpora,
                                    int count);

/** The text of an item; a second one that is empty is none. */
iso_text iso_texts_item(const iso_corpus *c, int64_t item);

#endif
