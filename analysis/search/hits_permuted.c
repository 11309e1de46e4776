#include "analysis/search/hits_permuted.h"

#include "analysis/search/hits.h"
#include "lib/base/alloc.h"

enum { AT_ONCE = 1 << 19 }; /* places that are asked for together */

/* The places of the rows of y for queries [first, first + count). */
static iso_err some_places(int32_t *rank, int64_t *work, iso_view x, iso_view y, int64_t first,
                           int64_t count, const iso_near_opt *opt, const iso_run *run)
{
    const int64_t m = y.rows, pairs = count * m;
    int64_t *query = work, *target = work + pairs, *place = work + 2 * pairs;
    iso_err err = ISO_OK;

    for (int64_t p = 0; p < pairs; p++) {
        query[p] = first + p / m;
        target[p] = p % m;
    }
    ISO_TRY(iso_near_ranks(place, x, y, query, target, pairs, opt, run));
    for (int64_t p = 0; p < pairs; p++)
        rank[first * m + p] = (int32_t)place[p];
done:
    return err;
}

/* The best place of equal rows becomes that of all of them. */
static void share_best(int32_t *rank, int64_t *best, const int64_t *same, int64_t m)
{
    for (int64_t j = 0; j < m; j++)
        best[same[j]] = m;
    for (int64_t j = 0; j < m; j++)
        best[same[j]] = rank[j] < best[same[j]] ? rank[j] : best[same[j]];
    for (int64_t j = 0; j < m; j++)
        rank[j] = (int32_t)best[same[j]];
}

iso_err iso_hits_places(int32_t *rank, iso_view x, iso_view y, const int64_t *same,
                        const iso_near_opt *opt, const iso_run *run)
{
    const int64_t m = y.rows, step = m < AT_ONCE ? AT_ONCE / m : 1;
    const int64_t most = step < x.rows ? step : x.rows;
    int64_t *work = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&work, 3 * most * m, sizeof *work));
    for (int64_t i = 0; i < x.rows; i += most)
        ISO_TRY(some_places(rank, work, x, y, i, x.rows - i < most ? x.rows - i : most, opt, run));
    for (int64_t i = 0; same && i < x.rows; i++)
        share_best(rank + i * m, work, same, m);
done:
    iso_free(work);
    return err;
}

static bool right(const struct iso_hits_permuted *h, int64_t row, int64_t answer)
{
    return row == answer || (h->same && row >= 0 && h->same[row] == h->same[answer]);
}

/* The place of the answer for query i; 0 = beyond the list. */
static int64_t place_of(const struct iso_hits_permuted *h, int64_t i, int64_t answer, int64_t k)
{
    if (!h->near)
        return h->rank[i * h->n + answer];
    for (int64_t r = 0; r < k && r < h->near->k; r++)
        if (right(h, h->near->index[i * h->near->k + r], answer))
            return r + 1;
    return 0;
}

void iso_hits_permute(double *mean, const struct iso_hits_permuted *h, const int32_t *answer,
                      int64_t count, int64_t k)
{
#pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < count; b++) {
        double sum = 0;
        for (int64_t i = 0; i < h->n; i++) {
            const int64_t place = place_of(h, i, answer[b * h->n + i], k);
            sum += k ? iso_hit(place, k) : iso_reciprocal(place);
        }
        mean[b] = sum / (double)h->n;
    }
}
