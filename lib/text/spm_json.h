/* A unigram tokenizer.json as a SentencePiece model, so that all texts are cut in one way. */
#ifndef ISO_TEXT_SPM_JSON_H
#define ISO_TEXT_SPM_JSON_H

#include "lib/io/json_pairs.h"
#include "lib/text/spm.h"

/** The way out where a tokenizer does what is not done here. */
#define ISO_TOKEN_IDS                                                                              \
    "cut texts with the model's own tokenizer, as in transformers, and give token ids (.ids) "     \
    "instead"

ISO_BEGIN

/** What the parts of such a file do with white space beyond what a model can say. */
typedef struct iso_spm_spaces {
    bool split;      /* all white space divides, also what the rules leave as it is */
    bool strip;      /* the end of a text loses it; else it is a piece, U+2581, unless split */
    const char *run; /* what several blanks become, " " or U+2581; NULL: they stay */
    enum { ISO_PREFIX_ALWAYS, ISO_PREFIX_FIRST, ISO_PREFIX_NEVER } prefix; /* of words: U+2581 */
} iso_spm_spaces;

/**
 * Makes a model of such a file, whose model.vocab was read apart. Pieces keep their places: the ids
 * are those of the file. Special added tokens become control pieces, which no text is cut into;
 * those that are not in the vocabulary are left out: who splits a text at added tokens knows them.
 * A blank is put before every text, whatever *spaces says: iso_spm_bare makes a model that does
 * not.
 *
 * Normalizers: none, Precompiled, or a Sequence of it, Strip and a Replace of " {2,}";
 * pre-tokenizers: Metaspace, alone or after WhitespaceSplit; byte_fallback with all 256 bytes.
 *
 * Cost  as iso_spm_open. Errors  ISO_EFORMAT (what is wrong where), ISO_EUNSUP (names what a model
 * cannot express), ISO_ENOMEM; `name` begins the message.
 */
ISO_MUST_USE iso_err iso_spm_of_json(iso_spm **out, iso_spm_spaces *spaces,
                                     const iso_json *tokenizer, const iso_json_pairs *vocab,
                                     const char *name);

ISO_END

#endif
