/* Words of parallel sentences as rows that belong together, by links such as fast_align's. */
#ifndef ISO_BIN_ALIGN_WORDS_H
#define ISO_BIN_ALIGN_WORDS_H

#include "lib/io/states.h"

/* Pairs of words: rows [first, first + count) of either side are the pieces of one word. */
struct word_rows {
    int64_t n;
    int64_t *first[2];
    int32_t *count[2];
    int64_t *item; /* sentence of each pair */
};

/* Reads the links of `path` for two languages of a collection of token or word rows; sentences by
 * position. Errors ISO_EARG (no offsets, no tokens, sentence counts that differ), ISO_EFORMAT (a
 * link to a word that is not there: line and word named). */
iso_err iso_word_rows_make(struct word_rows *out, const char *path, iso_states *s, int src,
                           int tgt);
void iso_word_rows_free(struct word_rows *w);

/* A source of the mean states of one side's words (0 source, 1 target), f32; takes over `inner` on
 * success, borrows `w`. */
iso_err iso_word_rows_open(iso_rows **out, iso_rows *inner, const struct word_rows *w, int side);

#endif
