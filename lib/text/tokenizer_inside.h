/* What the files of the tokenizer share. */
#ifndef ISO_TEXT_TOKENIZER_INSIDE_H
#define ISO_TEXT_TOKENIZER_INSIDE_H

#include "lib/io/json.h"
#include "lib/text/added.h"
#include "lib/text/spm.h"
#include "lib/text/spm_json.h"
#include "lib/text/tokenizer.h"
#include "lib/text/vocab.h"
#include "lib/text/wordpiece.h"

ISO_BEGIN

/** Ids as fairseq counts a SentencePiece model's: special tokens first, then the pieces. Id i of
 * the model is `offset` + i, but its unknown piece is `unknown`. */
typedef struct iso_fairseq {
    int32_t offset, unknown, first, last; /* first and last: <s> and </s> around a text */
} iso_fairseq;

struct iso_tokenizer {
    iso_vocab *vocab; /* WordPiece, else NULL */
    iso_wordpiece *wordpiece;
    iso_spm *spm;  /* SentencePiece, else NULL */
    iso_spm *bare; /* the same without a prefix, where some texts have none */
    iso_spm_spaces spaces;
    iso_fairseq fairseq;
    iso_added *added;
    int32_t first, last; /* ids of what stands around a text */
    int between;         /* how many `last` stand between two texts */
    bool types;          /* the second text is of type 1 */
    int32_t pad, mask;   /* ids of the padding and the mask token; -1: none is known */
    int64_t longest, cut;
    const char *file; /* its name in the folder; static */
    int64_t odd;      /* beside those of the vocabulary */
    char first_odd[512];
};

/** What a family's own tokenizer does. */
typedef struct iso_tokenizer_family {
    const char *name;
    bool types;      /* false: its model has no token types, whatever config.json says */
    iso_fairseq ids; /* of a SentencePiece model */
} iso_tokenizer_family;

/** The JSON files of a folder; NULL where it has none. */
typedef struct iso_tokenizer_files {
    const char *folder;
    iso_json *config, *settings, *specials; /* config, tokenizer_config, special_tokens_map */
    iso_json *added, *tokenizer;            /* added_tokens, tokenizer */
    iso_json_pairs vocab;                   /* of tokenizer: its model.vocab, where it is a list */
    const iso_tokenizer_family *family;
} iso_tokenizer_files;

/** A special token: its name in files, its text and id unless they say otherwise; id -1: that of
 * the vocabulary. */
typedef struct iso_tokenizer_role {
    const char *name, *usual;
    int32_t id;
    bool lstrip;
} iso_tokenizer_role;

/* --- tokenizer_open.c --- */

/** Member `name` of settings, config or the like as a truth; false leaves *out. */
bool iso_tokenizer_said(bool *out, const iso_json *files, const char *name);

/** Notes something odd; keeps the text of the first. */
void iso_tokenizer_note(iso_tokenizer *t, const char *format, ...) ISO_PRINTF(2, 3);

/* --- tokenizer_added.c --- */

/** The text of a special token ("cls_token"), from the settings, the map of specials, or `usual`.
 */
const char *iso_tokenizer_special(const iso_tokenizer_files *files, const char *role,
                                  const char *usual);

/** Collects the added tokens of a tokenizer that has its vocabulary, from all files; `roles` ends
 * with one without a name. Errors  ISO_EFORMAT (`path` and what is wrong), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_tokenizer_added(iso_tokenizer *t, const iso_tokenizer_files *files,
                                         const iso_tokenizer_role *roles);

/** The id of a special token, by its text, of added tokens and vocabulary. ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_tokenizer_find(int32_t *out, const iso_tokenizer *t, const char *content,
                                        const char *role, const char *path);

/* --- tokenizer_wordpiece.c --- */

/** From vocab.txt. */
ISO_MUST_USE iso_err iso_tokenizer_vocab(iso_tokenizer *t, const iso_tokenizer_files *files,
                                         const char *path);

/** From the model of tokenizer.json. */
ISO_MUST_USE iso_err iso_tokenizer_wordpiece(iso_tokenizer *t, const iso_tokenizer_files *files,
                                             const char *path);

/* --- tokenizer_spm.c --- */

/** From a model file, whose ids the family counts. ISO_EUNSUP (another family's pieces). */
ISO_MUST_USE iso_err iso_tokenizer_spm(iso_tokenizer *t, const iso_tokenizer_files *files,
                                       const char *path);

/** From the model of tokenizer.json: ids are places in its vocabulary, specials are found by their
 * text. */
ISO_MUST_USE iso_err iso_tokenizer_unigram(iso_tokenizer *t, const iso_tokenizer_files *files,
                                           const char *path);

/* --- tokenizer_post.c --- */

/** What stands around texts: as tokenizer.json's post_processor says, else the tokens of these
 * roles, usually called `cls` and `sep`, with `between` and `types` as they are. ISO_EUNSUP,
 * ISO_EFORMAT.
 */
ISO_MUST_USE iso_err iso_tokenizer_around(iso_tokenizer *t, const iso_tokenizer_files *files,
                                          const char *cls, const char *sep, const char *path);

/* --- tokenizer_agree.c --- */

/** Whether vocabulary file and tokenizer.json say the same; *why takes how they differ. */
bool iso_tokenizer_agree(char *why, size_t room, const iso_tokenizer *t,
                         const iso_tokenizer_files *files);

/* --- tokenizer_text.c --- */

/** Appends the pieces of one text, split at added tokens; stops once more than `most` were added
 * (0: never). Errors  ISO_ENOMEM, ISO_EARG. */
ISO_MUST_USE iso_err iso_tokenizer_text(const iso_tokenizer *t, iso_tokens *out, const char *text,
                                        int64_t len, int64_t most);

/** `content` as text is normalised: see iso_added_form. */
ISO_MUST_USE iso_err iso_tokenizer_normal(iso_normal *out, const iso_tokenizer *t, const char *text,
                                          int64_t len);

ISO_END

#endif
