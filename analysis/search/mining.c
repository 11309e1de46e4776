#include "analysis/search/mining.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"

const char *iso_mine_way_name(iso_mine_way way)
{
    static const char *const names[ISO_MINE_WAYS] = {"forward", "backward", "max", "intersection"};

    return (unsigned)way < ISO_MINE_WAYS ? names[way] : "unknown";
}

static int by_rows(const void *a, const void *b)
{
    const iso_mined *p = a, *q = b;

    if (p->src != q->src)
        return p->src < q->src ? -1 : 1;
    return (p->tgt > q->tgt) - (p->tgt < q->tgt);
}

static int by_score(const void *a, const void *b)
{
    const iso_mined *p = a, *q = b;

    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    return by_rows(a, b);
}

/* The best of every row that has one; the lists of y hold rows of x. */
static int64_t take(iso_mined *out, const iso_near *n, bool turned)
{
    int64_t count = 0;

    for (int64_t i = 0; i < n->rows; i++) {
        const int64_t j = n->index[i * n->k];
        const double score = n->score[i * n->k];
        if (j >= 0 && isfinite(score))
            out[count++] = (iso_mined){turned ? j : i, turned ? i : j, score};
    }
    return count;
}

static int64_t keep_mutual(iso_mined *pair, int64_t count, const iso_near *backward)
{
    int64_t kept = 0;

    for (int64_t p = 0; p < count; p++) {
        if (backward->index[pair[p].tgt * backward->k] == pair[p].src)
            pair[kept++] = pair[p];
    }
    return kept;
}

/* Each row of either side once; the pairs are sorted. */
static iso_err keep_first(iso_mined *pair, int64_t *count, int64_t n, int64_t m)
{
    bool *src = NULL, *tgt = NULL;
    int64_t kept = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&src, n, sizeof *src));
    ISO_TRY(iso_alloc(&tgt, m, sizeof *tgt));
    for (int64_t p = 0; p < *count; p++) {
        if (src[pair[p].src] || tgt[pair[p].tgt])
            continue;
        src[pair[p].src] = tgt[pair[p].tgt] = true;
        pair[kept++] = pair[p];
    }
    *count = kept;
done:
    iso_free(src);
    iso_free(tgt);
    return err;
}

iso_err iso_mine(iso_mined **out, int64_t *count, const iso_near *forward, const iso_near *backward,
                 iso_mine_way way)
{
    iso_mined *pair = NULL;
    int64_t found = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&pair, forward->rows + backward->rows, sizeof *pair));
    if (way != ISO_MINE_BACKWARD)
        found = take(pair, forward, false);
    if (way == ISO_MINE_INTERSECTION)
        found = keep_mutual(pair, found, backward);
    if (way == ISO_MINE_BACKWARD || way == ISO_MINE_MAX)
        found += take(pair + found, backward, true);
    qsort(pair, (size_t)found, sizeof *pair, by_score);
    if (way == ISO_MINE_MAX)
        ISO_TRY(keep_first(pair, &found, forward->rows, backward->rows));
    *out = pair;
    *count = found;
    pair = NULL;
done:
    iso_free(pair);
    return err;
}

/* Sorted by rows, repeats dropped. */
static iso_err sort_gold(iso_mined **out, int64_t *count, const iso_mined *gold, int64_t golds)
{
    iso_mined *sorted = NULL;
    int64_t kept = 0;
    iso_err err = iso_alloc(&sorted, golds, sizeof *sorted);

    if (err)
        return err;
    for (int64_t g = 0; g < golds; g++)
        sorted[g] = gold[g];
    qsort(sorted, (size_t)golds, sizeof *sorted, by_rows);
    for (int64_t g = 0; g < golds; g++) {
        if (g == 0 || by_rows(&sorted[g], &sorted[g - 1]) != 0)
            sorted[kept++] = sorted[g];
    }
    *out = sorted;
    *count = kept;
    return ISO_OK;
}

static iso_mine_score score_of(double threshold, int64_t mined, int64_t right, int64_t gold)
{
    return (iso_mine_score){
        .threshold = threshold,
        .precision = mined > 0 ? (double)right / (double)mined : NAN,
        .recall = gold > 0 ? (double)right / (double)gold : NAN,
        .f1 = mined + gold > 0 ? 2 * (double)right / (double)(mined + gold) : NAN,
        .mined = mined,
        .right = right,
        .gold = gold,
    };
}

iso_err iso_mine_against(iso_mine_score *out, const iso_mined *pair, int64_t count,
                         const iso_mined *gold, int64_t golds, double threshold)
{
    const bool search = isnan(threshold);
    iso_mined *sorted = NULL;
    int64_t known = 0, right = 0;
    iso_mine_score best;
    iso_err err = ISO_OK;

    ISO_TRY(sort_gold(&sorted, &known, gold, golds));
    best = score_of(threshold, 0, 0, known);
    for (int64_t p = 0; p < count && (search || pair[p].score >= threshold); p++) {
        right += bsearch(&pair[p], sorted, (size_t)known, sizeof *sorted, by_rows) != NULL;
        const bool last = p + 1 == count;
        if (!last && pair[p + 1].score == pair[p].score)
            continue; /* no threshold parts equal scores */
        const double half = last ? pair[p].score : (pair[p].score + pair[p + 1].score) / 2;
        const iso_mine_score now = score_of(search ? half : threshold, p + 1, right, known);
        if (!search || best.mined == 0 || now.f1 > best.f1)
            best = now;
    }
    *out = best;
done:
    iso_free(sorted);
    return err;
}
