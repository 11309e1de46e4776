#include "analysis/search/mutual.h"

#include <math.h>

#include "lib/base/alloc.h"

/* The strictly best of row i, −1 where two share the place. */
static int64_t strict(const iso_near *n, int64_t i)
{
    const int64_t first = n->index[i * n->k];

    if (n->k > 1 && n->index[i * n->k + 1] >= 0 && !(n->score[i * n->k] > n->score[i * n->k + 1]))
        return -1;
    return first;
}

iso_err iso_mutual_rows(int64_t *chosen, const iso_near *forward, const iso_near *backward)
{
    const int64_t n = forward->rows;
    iso_err err = ISO_OK;

    ISO_NEED(n == backward->rows, "mutual: %lld rows against %lld", (long long)n,
             (long long)backward->rows);
    ISO_NEED(n <= 1 || (forward->k > 1 && backward->k > 1), "mutual: lists hold one row, not two");
    for (int64_t i = 0; i < n; i++) {
        const int64_t j = strict(forward, i);
        chosen[i] = j >= 0 && strict(backward, j) == i ? j : -1;
    }
done:
    return err;
}

iso_err iso_mutual_best(double *outcome, double *null, const iso_near *forward,
                        const iso_near *backward)
{
    const int64_t n = forward->rows;
    int64_t *chosen = NULL, cells = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&chosen, n, sizeof *chosen));
    ISO_TRY(iso_mutual_rows(chosen, forward, backward));
    for (int64_t i = 0; i < n; i++) {
        cells += chosen[i] >= 0;
        outcome[i] = chosen[i] == i;
    }
    *null = n > 0 ? (double)cells / ((double)n * (double)n) : NAN;
done:
    iso_free(chosen);
    return err;
}
