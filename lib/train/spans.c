#include "lib/train/spans.h"

#include <math.h>

iso_span iso_span_best(const float *logits, int64_t from, int64_t end, int64_t longest)
{
    iso_span best = {from, from, -INFINITY};

    for (int64_t a = from; a < end; a++) {
        const int64_t stop = end - a < longest ? end : a + longest;
        for (int64_t b = a; b < stop; b++) {
            const double score = (double)logits[2 * a] + (double)logits[2 * b + 1];
            if (score > best.score)
                best = (iso_span){a, b, score};
        }
    }
    return best;
}
