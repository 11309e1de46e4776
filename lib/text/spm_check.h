/* Bytes that claim to be a SentencePiece model: nothing in them may make its library stumble. */
#ifndef ISO_TEXT_SPM_CHECK_H
#define ISO_TEXT_SPM_CHECK_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef struct iso_spm_facts {
    int64_t pieces;
    int32_t unknown;          /* the id of the piece of that type */
    int64_t growth;           /* the most bytes that normalising makes of one */
    int64_t rules, rules_len; /* where the normalisation rules lie in the bytes */
} iso_spm_facts;

/**
 * Reads all of a model as the library will. It ends the program or reads beyond arrays on some
 * models that training never makes; those are refused here.
 *
 * Errors  ISO_EFORMAT (not a model; an empty, over-long or NUL-holding piece; no unknown piece;
 * normalisation rules that lie), ISO_EUNSUP (BPE, word and character models), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_spm_check(iso_spm_facts *out, const void *model, int64_t len,
                                   const char *name);

/** The first of these checks, for those who have not read the bytes yet. */
ISO_MUST_USE iso_err iso_spm_check_size(int64_t len, const char *name);

ISO_END

#endif
