/* A text of any length through SentencePiece, a part at a time. */
#ifndef ISO_TEXT_SPM_PARTS_H
#define ISO_TEXT_SPM_PARTS_H

#include "lib/text/spm.h"

ISO_BEGIN

/**
 * As iso_spm_encode, but in parts of at most 16 KB, cut before a blank, where no piece of a model
 * that splits at white space crosses; only a longer run without a blank is cut between two
 * characters. So scratch is small, and sums of scores, which are f32, keep their digits.
 * `rest` cuts all parts but the first, `s` itself unless they differ in their prefix. `split`:
 * white space that the model's rules leave as it is divides too (U+0085, say), as the pre-tokenizer
 * WhitespaceSplit has it. Stops once more than `most` pieces were added (0: never): what follows
 * would be cut off.
 */
ISO_MUST_USE iso_err iso_spm_encode_parts(const iso_spm *s, const iso_spm *rest, iso_tokens *out,
                                          const char *text, int64_t len, int64_t most, bool split);

ISO_END

#endif
