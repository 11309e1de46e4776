/* What a row of states stands for: a sentence by its mean, its first token, a word, ...
 * Threads: any number may call at once. */
#ifndef ISO_IO_POOL_H
#define ISO_IO_POOL_H

#include <stdbool.h>

#include "lib/base/err.h"

ISO_BEGIN

/**
 * X(id, name, stored, mixed): what a row can stand for. Encoding texts makes all of them; `stored`
 * (1 or 0): a file's token rows can be pooled so; `mixed`: mixing takes it, a row a sentence.
 *
 *     mean          mean of the tokens that are not special; of all when there is no other
 *     mean-special  mean of all tokens
 *     cls, last     the first, the last token
 *     max           largest number of each column, over the tokens of mean
 *     weighted      Σ t h_t / Σ t over all tokens, t from 1: later ones weigh more (Muennighoff
 * 2022) max-special   largest number of each column, over all tokens mean-sqrt     sum of all n
 * tokens / √n none          token rows stay word          a row a word of the text, the mean of its
 * tokens types         a row a word of the vocabulary, the mean of its occurrences
 *
 * sentence-transformers' cls, max, mean, mean_sqrt_len_tokens, weightedmean and lasttoken are cls,
 * max-special, mean-special, mean-sqrt, weighted and last.
 */
#define ISO_POOLS(X)                                                                               \
    X(MEAN, "mean", 1, 1)                                                                          \
    X(MEAN_SPECIAL, "mean-special", 1, 1)                                                          \
    X(CLS, "cls", 1, 1)                                                                            \
    X(LAST, "last", 1, 1)                                                                          \
    X(MAX, "max", 1, 1)                                                                            \
    X(WEIGHTED, "weighted", 1, 1)                                                                  \
    X(MAX_SPECIAL, "max-special", 1, 1)                                                            \
    X(MEAN_SQRT, "mean-sqrt", 1, 1)                                                                \
    X(NONE, "none", 1, 0)                                                                          \
    X(WORD, "word", 0, 0)                                                                          \
    X(TYPES, "types", 0, 0)

typedef enum iso_pool {
#define X(id, name, stored, mixed) ISO_POOL_##id,
    ISO_POOLS(X)
#undef X
} iso_pool;

/* ISO_POOL_CHOICES(STORED) is "mean mean-special cls ... none"; ENCODED, MIXED likewise. */
#define ISO_POOL_CHOICES(of)                      (&(ISO_POOLS(ISO_POOL_##of)[1]))
#define ISO_POOL_ENCODED(id, name, stored, mixed) " " name
#define ISO_POOL_STORED(id, name, stored, mixed)  ISO_POOL_IF_##stored(" " name)
#define ISO_POOL_MIXED(id, name, stored, mixed)   ISO_POOL_IF_##mixed(" " name)
#define ISO_POOL_IF_1(text)                       text
#define ISO_POOL_IF_0(text)

/** The pooling of a file's token rows called so; NULL: mean. Errors ISO_EARG, with the nearest. */
ISO_API ISO_MUST_USE iso_err iso_pool_find(iso_pool *out, const char *name);

/** Any pooling called so; false leaves *out. */
ISO_API bool iso_pool_named(iso_pool *out, const char *name);
ISO_API const char *iso_pool_name(iso_pool pool);

ISO_END

#endif
