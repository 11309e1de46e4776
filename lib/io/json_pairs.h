/* A JSON text that is for the most part one list of [text, number], such as the vocabulary of a
 * tokenizer.json: the list is read without a node for each of its values. */
#ifndef ISO_IO_JSON_PAIRS_H
#define ISO_IO_JSON_PAIRS_H

#include "lib/io/json.h"

ISO_BEGIN

typedef struct iso_json_pair {
    const char *text;
    double number; /* infinite where it is not finite */
} iso_json_pair;

/** The list at inner of outer of the root: {.outer = "model", .inner = "vocab"} is one not read. */
typedef struct iso_json_pairs {
    const char *outer, *inner;
    iso_json_pair *pair;
    int64_t count;
    char *texts; /* of all pairs, a NUL behind each */
} iso_json_pairs;

/**
 * As iso_json_parse, and *pairs takes the list; among the nodes it may be empty then. Where there
 * is no such list, or one of its entries is no [text, number], *pairs has none and *out all nodes.
 * Cost  3 ns a byte of the list, iso_json_parse's for all else. Errors  as iso_json_parse.
 */
ISO_MUST_USE iso_err iso_json_parse_pairs(iso_json **out, iso_json_pairs *pairs, const char *bytes,
                                          int64_t len);
void iso_json_pairs_free(iso_json_pairs *pairs);

/** Whether a node is [text, number]. */
bool iso_json_pair_of(iso_json_pair *out, const iso_json *node);

ISO_END

#endif
