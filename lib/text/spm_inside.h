/* What the files of a SentencePiece model share. */
#ifndef ISO_TEXT_SPM_INSIDE_H
#define ISO_TEXT_SPM_INSIDE_H

#include "lib/text/spm.h"
#include "lib/text/unigram.h"

ISO_BEGIN

struct iso_spm {
    char *bytes; /* of the model; a NUL behind each piece. NULL: another's pieces */
    iso_unigram pieces;
    int64_t growth; /* the most bytes that normalising makes of one */
    const char *rules;
    int64_t rules_len;
    bool prefix, suffix; /* a blank is put before a text; or behind it instead */
    bool squeeze;        /* blanks around a text go, several become one */
    bool escape;         /* a blank is U+2581 */
    bool fallback;       /* an unknown character is its bytes, ... */
    int32_t byte_id[256];
};

/* --- spm_read.c --- */

/** Refuses what is too large for a model. ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_spm_fits(int64_t len, const char *name);

/**
 * Reads s->bytes, which have room for `len` and a NUL, into the rest of *s.
 * Errors  ISO_EFORMAT (not a model; an empty, over-long or NUL-holding piece, or one that comes
 * twice; no unknown piece; not all bytes where the model falls back on them; normalisation rules
 * that lie), ISO_EUNSUP (BPE, word and character models), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_spm_read(iso_spm *s, int64_t len, const char *name);

/** Adds a piece, which stays where it is; there is room for it. ISO_EFORMAT (an empty or over-long
 * piece, or one that holds a NUL). */
ISO_MUST_USE iso_err iso_spm_add(iso_spm *s, const char *text, int64_t len, float score,
                                 iso_piece_kind kind, const char *name);

/** Checks what was put together, and makes it ready to cut. Errors as iso_spm_read. */
ISO_MUST_USE iso_err iso_spm_seal(iso_spm *s, const char *name);

/* --- spm_rules.c --- */

/** Appends text[0..len) as the model cuts it: by its rules, blanks as it wants them. Byte i of what
 * there is then stands from byte begin[i] of the text on; what follows it begins at *end. Emptied
 * first. ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_spm_ready(iso_normal *out, int64_t *end, const iso_spm *s,
                                   const char *text, int64_t len);

ISO_END

#endif
