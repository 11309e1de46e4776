/* Google's SentencePiece behind a C interface, for a test that compares with it. */
#ifndef ISO_TESTS_TEXT_SENTENCEPIECE_PEER_H
#define ISO_TESTS_TEXT_SENTENCEPIECE_PEER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct peer;

/** NULL: it refuses the model. */
struct peer *peer_open(const char *model, int64_t len);
void peer_close(struct peer *p);

int32_t peer_find(const struct peer *p, const char *piece);

/** The pieces of a text, three numbers each: id, begin, end; how many. Kept until the next call. */
int64_t peer_cut(const int64_t **pieces, struct peer *p, const char *text, int64_t len);

#ifdef __cplusplus
}
#endif

#endif
