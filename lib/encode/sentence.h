/* The vectors of sentences as a model's own recipe makes them of the states of its last layer. */
#ifndef ISO_ENCODE_SENTENCE_H
#define ISO_ENCODE_SENTENCE_H

#include "lib/encode/recipe.h"
#include "lib/linalg/view.h"

ISO_BEGIN

typedef struct iso_sentence iso_sentence;

/**
 * Opens what the steps of a recipe compute with; the recipe is borrowed. `seed` NULL: their own
 * weights; else random ones, N(0, 0.02²), biases 0, gains 1, as iso_params_random makes an
 * encoder's. Errors  ISO_EUNSUP with the recipe's `refused`; ISO_EIO, ISO_EFORMAT (a tensor
 * missing, or of another shape than its config.json says), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_sentence_open(iso_sentence **out, const iso_recipe *r,
                                       const uint64_t *seed);
void iso_sentence_close(iso_sentence *s);

/**
 * Row b of `out` (B × dims, f32) from the tokens [offsets[b], offsets[b + 1]) of x (tokens × C,
 * f32), one at least. `skip`: so many tokens of each are those of the prompt, and the special one
 * before it. Cost    2 in out operations a row and map. Scratch is kept from call to call. Errors
 * ISO_EARG (shapes), ISO_EFORMAT (states that are not finite), ISO_EIO (a file was cut),
 *         ISO_ENOMEM. Not safe for two threads at once.
 * Source  Reimers, Gurevych, EMNLP 2019, arXiv:1908.10084, and its library.
 */
ISO_MUST_USE iso_err iso_sentence_fwd(iso_mat *out, iso_sentence *s, iso_view x,
                                      const int64_t *offsets, int64_t B, int64_t skip);

ISO_END

#endif
