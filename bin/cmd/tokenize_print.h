/* Tokens of a sentence for people, for pipes, as JSON. */
#ifndef ISO_BIN_TOKENIZE_PRINT_H
#define ISO_BIN_TOKENIZE_PRINT_H

#include "lib/base/str.h"
#include "lib/text/tokenizer.h"

/* A sentence and what it was cut into. */
struct tokenized {
    const iso_tokenizer *tokenizer;
    const iso_text *text;
    const iso_tokens *tokens;
};

/* Adds "pieces<TAB>ids", each joined by blanks. */
iso_err tokenize_line(iso_buf *out, const struct tokenized *t);

/* Adds pieces with their ids below them, in lines of at most `width` columns. */
iso_err tokenize_columns(iso_buf *out, const struct tokenized *t, int width);

/* Adds {"text", "text2", "pieces", "ids"}. */
iso_err tokenize_json(iso_buf *out, const struct tokenized *t);

#endif
