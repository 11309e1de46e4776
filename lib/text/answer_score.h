/* How good an answer in words is: exact match and F1 of words, as SQuAD counts them. */
#ifndef ISO_TEXT_ANSWER_SCORE_H
#define ISO_TEXT_ANSWER_SCORE_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/str.h"

/*
 * Both texts in small letters, without punctuation (category P*, and ASCII's signs, as MLQA), then
 * without the words a, an, the (in every language, as SQuAD's script on XQuAD), a blank between
 * words. `exact` is 1 where they are equal, else 0; `f1` that of their words, as often as they
 * occur; ideographs are words of their own, as MLQA has them in Chinese. Where one has no word
 * both are whether neither has (as SQuAD 2). Errors  ISO_ENOMEM.
 * Source  Rajpurkar et al., EMNLP 2016, arXiv:1606.05250; Lewis et al., ACL 2020, arXiv:1910.07475.
 */
struct answer_score {
    double exact, f1;
};
iso_err iso_answer_score(struct answer_score *out, const char *said, int64_t len, const char *gold);

/* A text as it is compared. */
iso_err iso_answer_normal(iso_buf *out, const char *text, int64_t len);

#endif
