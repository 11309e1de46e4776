/* Precision, recall and F1 with intervals over the rows that were searched for. */
#include <math.h>
#include <stdlib.h>

#include "analysis/search/mining.h"
#include "lib/base/alloc.h"

/* A pair under the row that is drawn. */
struct event {
    int64_t row, other;
    bool mined;
};

/* What each row that has any pair has; both is (mined + gold) / 2. */
struct tallies {
    double *right, *mined, *gold, *both;
    int64_t n;
};

/* A true pair comes before the same pair mined. */
static int by_row(const void *a, const void *b)
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
            t->gold[t->n - 1]++;
        }
    }
    for (int64_t r = 0; r < t->n; r++)
        t->both[r] = (t->mined[r] + t->gold[r]) / 2;
}

static void tallies_free(struct tallies *t)
{
    iso_free(t->right);
    iso_free(t->mined);
    iso_free(t->gold);
    iso_free(t->both);
}

static iso_err tallies_make(struct tallies *t, const iso_mined *pair, int64_t mined,
                            const iso_mined *gold, int64_t golds, bool backward)
{
    struct event *e = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&e, mined + golds, sizeof *e));
    ISO_TRY(iso_alloc(&t->right, mined + golds, sizeof *t->right));
    ISO_TRY(iso_alloc(&t->mined, mined + golds, sizeof *t->mined));
    ISO_TRY(iso_alloc(&t->gold, mined + golds, sizeof *t->gold));
    ISO_TRY(iso_alloc(&t->both, mined + golds, sizeof *t->both));
    for (int64_t p = 0; p < mined; p++)
        e[p] = event_of(&pair[p], backward, true);
    for (int64_t g = 0; g < golds; g++)
        e[mined + g] = event_of(&gold[g], backward, false);
    qsort(e, (size_t)(mined + golds), sizeof *e, by_row);
    tally(t, e, mined + golds);
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
        *out = iso_value_undefined(s->gold, s->gold > 0 ? "nothing was mined" : "no true pairs");
        return ISO_OK;
    }
    v.value = number;
    v.n = s->gold;
    v.param = s->threshold;
    if (boot != ISO_BOOT_NONE) {
        ISO_TRY(iso_boot_ratio(&v.lo, &v.hi, t->right, whole, t->n, boot, 0.95, seed));
        if (isnan(v.lo))
            v.why = "no resample differs: nothing to make an interval of";
        else
            v.interval = "boot-items";
    }
    *out = v;
done:
    return err;
}

iso_err iso_mine_values(iso_value out[3], const iso_mine_score *score, const iso_mined *pair,
                        int64_t count, const iso_mined *gold, int64_t golds, bool backward,
                        iso_boot boot, uint64_t seed)
{
    struct tallies t = {0};
    iso_value v[3];
    iso_err err = ISO_OK;

    ISO_NEED(score->mined <= count, "%lld pairs scored, %lld given", (long long)score->mined,
             (long long)count);
    ISO_TRY(tallies_make(&t, pair, score->mined, gold, golds, backward));
    ISO_TRY(value_of(&v[0], score->f1, score, t.both, &t, boot, seed));
    ISO_TRY(value_of(&v[1], score->precision, score, t.mined, &t, boot, seed));
    ISO_TRY(value_of(&v[2], score->recall, score, t.gold, &t, boot, seed));
    for (int i = 0; i < 3; i++)
        out[i] = v[i];
done:
    tallies_free(&t);
    return err;
}
