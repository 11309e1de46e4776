#include "analysis/search/mining.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/search/hits.h"
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
static iso_err sort_truth(iso_mined **out, int64_t *count, const iso_mined *truth,
                          int64_t truth_count)
{
    iso_mined *sorted = NULL;
    int64_t kept = 0;
    iso_err err = iso_alloc(&sorted, truth_count, sizeof *sorted);

    if (err)
        return err;
    for (int64_t g = 0; g < truth_count; g++)
        sorted[g] = truth[g];
    qsort(sorted, (size_t)truth_count, sizeof *sorted, by_rows);
    for (int64_t g = 0; g < truth_count; g++) {
        if (g == 0 || by_rows(&sorted[g], &sorted[g - 1]) != 0)
            sorted[kept++] = sorted[g];
    }
    *out = sorted;
    *count = kept;
    return ISO_OK;
}

static iso_mine_score score_of(double threshold, int64_t mined, int64_t right, int64_t truth)
{
    return (iso_mine_score){
        .threshold = threshold,
        .precision = mined > 0 ? (double)right / (double)mined : NAN,
        .recall = truth > 0 ? (double)right / (double)truth : NAN,
        .f1 = mined + truth > 0 ? 2 * (double)right / (double)(mined + truth) : NAN,
        .mined = mined,
        .right = right,
        .truth = truth,
    };
}

iso_err iso_mine_against(iso_mine_score *out, const iso_mined *pair, int64_t count,
                         const iso_mined *truth, int64_t truth_count, double threshold)
{
    const bool search = isnan(threshold);
    iso_mined *sorted = NULL;
    int64_t known = 0, right = 0;
    iso_mine_score best;
    iso_err err = ISO_OK;

    ISO_TRY(sort_truth(&sorted, &known, truth, truth_count));
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

/* --- Intervals over the rows that were searched for --- */

/* A pair under the row that is drawn. */
struct event {
    int64_t row, other;
    bool mined;
};

/* What each row that has any pair has; both is (mined + truth) / 2. */
struct tallies {
    double *right, *mined, *truth, *both;
    int64_t n;
};

/* A true pair comes before the same pair mined. */
static int by_drawn_row(const void *a, const void *b)
{
    const struct event *p = a, *q = b;

    if (p->row != q->row)
        return p->row < q->row ? -1 : 1;
    if (p->other != q->other)
        return p->other < q->other ? -1 : 1;
    return (int)p->mined - (int)q->mined;
}

static struct event event_of(const iso_mined *pair, bool backward, bool mined)
{
    return (struct event){backward ? pair->tgt : pair->src, backward ? pair->src : pair->tgt,
                          mined};
}

/* Repeats of a true pair count once. */
static void tally(struct tallies *t, const struct event *e, int64_t events)
{
    for (int64_t i = 0; i < events; i++) {
        const bool same = i > 0 && e[i].row == e[i - 1].row && e[i].other == e[i - 1].other;
        t->n += i == 0 || e[i].row != e[i - 1].row;
        if (e[i].mined) {
            t->mined[t->n - 1]++;
            t->right[t->n - 1] += same;
        } else if (!same) {
            t->truth[t->n - 1]++;
        }
    }
    for (int64_t r = 0; r < t->n; r++)
        t->both[r] = (t->mined[r] + t->truth[r]) / 2;
}

static void tallies_free(struct tallies *t)
{
    iso_free(t->right);
    iso_free(t->mined);
    iso_free(t->truth);
    iso_free(t->both);
}

static iso_err tallies_make(struct tallies *t, const iso_mined *pair, int64_t mined,
                            const iso_mined *truth, int64_t truth_count, bool backward)
{
    struct event *e = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&e, mined + truth_count, sizeof *e));
    ISO_TRY(iso_alloc(&t->right, mined + truth_count, sizeof *t->right));
    ISO_TRY(iso_alloc(&t->mined, mined + truth_count, sizeof *t->mined));
    ISO_TRY(iso_alloc(&t->truth, mined + truth_count, sizeof *t->truth));
    ISO_TRY(iso_alloc(&t->both, mined + truth_count, sizeof *t->both));
    for (int64_t p = 0; p < mined; p++)
        e[p] = event_of(&pair[p], backward, true);
    for (int64_t g = 0; g < truth_count; g++)
        e[mined + g] = event_of(&truth[g], backward, false);
    qsort(e, (size_t)(mined + truth_count), sizeof *e, by_drawn_row);
    tally(t, e, mined + truth_count);
done:
    iso_free(e);
    return err;
}

static iso_err value_of(iso_value *out, double number, const iso_mine_score *s, const double *whole,
                        const struct tallies *t, iso_boot boot, uint64_t seed)
{
    iso_value v = iso_value_none();
    iso_err err = ISO_OK;

    if (isnan(number)) {
        *out = iso_value_undefined(s->truth, s->truth > 0 ? "nothing was mined" : "no true pairs");
        return ISO_OK;
    }
    v.value = number;
    v.n = s->truth;
    v.param = s->threshold;
    ISO_TRY(iso_hits_ratio(&v, t->right, whole, t->n, boot, seed));
    *out = v;
done:
    return err;
}

iso_err iso_mine_values(iso_value out[3], const iso_mine_score *score, const iso_mined *pair,
                        int64_t count, const iso_mined *truth, int64_t truth_count, bool backward,
                        iso_boot boot, uint64_t seed)
{
    struct tallies t = {0};
    iso_value v[3];
    iso_err err = ISO_OK;

    ISO_NEED(score->mined <= count, "%lld pairs scored, %lld given", (long long)score->mined,
             (long long)count);
    ISO_TRY(tallies_make(&t, pair, score->mined, truth, truth_count, backward));
    ISO_TRY(value_of(&v[0], score->f1, score, t.both, &t, boot, seed));
    ISO_TRY(value_of(&v[1], score->precision, score, t.mined, &t, boot, seed));
    ISO_TRY(value_of(&v[2], score->recall, score, t.truth, &t, boot, seed));
    for (int i = 0; i < 3; i++)
        out[i] = v[i];
done:
    tallies_free(&t);
    return err;
}
