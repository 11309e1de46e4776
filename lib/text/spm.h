/* A SentencePiece unigram model: what it cuts of a text, as SentencePiece itself does. */
#ifndef ISO_TEXT_SPM_H
#define ISO_TEXT_SPM_H

#include <stdint.h>

#include "lib/text/normal.h"
#include "lib/text/tokens.h"

ISO_BEGIN

typedef struct iso_spm iso_spm;

/** A model from a file, or from its bytes (`name` is what messages call it).
 * Its self-test is not run. Cost  40 ms for the 250 000 pieces of XLM-R. Errors  ISO_EIO,
 * ISO_EFORMAT, ISO_EUNSUP (no unigram model), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_spm_open(iso_spm **out, const char *path);
ISO_MUST_USE iso_err iso_spm_of_bytes(iso_spm **out, const void *model, int64_t len,
                                      const char *name);
void iso_spm_close(iso_spm *s);

/** The same model with no blank put before a text; borrows the pieces of `of`, which outlives it.
 * Errors ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_spm_bare(iso_spm **out, const iso_spm *of);

/** Number of pieces; the text of one; the id of a text (that of the unknown if there is none); the
 * id of the unknown. All in SentencePiece's own count. */
int32_t iso_spm_size(const iso_spm *s);
const char *iso_spm_piece(int64_t *len, const iso_spm *s, int32_t id);
int32_t iso_spm_find(const iso_spm *s, const char *piece);
int32_t iso_spm_unknown(const iso_spm *s);
float iso_spm_score(const iso_spm *s, int32_t id);

/** Appends the pieces of text[0..len) with their bytes in it; none where normalising puts more than
 * one piece in the place of a character, but for the last of them. Safe for several threads.
 * Errors  ISO_ENOMEM, ISO_EARG (a text whose normalised bytes may be more than 2^31: at least
 * 8 MB, usually 150). */
ISO_MUST_USE iso_err iso_spm_encode(const iso_spm *s, iso_tokens *out, const char *text,
                                    int64_t len);

/** text[0..len) as the model's normalisation rules leave it, blanks as they are. Errors ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_spm_normal(iso_normal *out, const iso_spm *s, const char *text,
                                    int64_t len);

ISO_END

#endif
