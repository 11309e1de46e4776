/* What a thread needs for one row, and the last step of every search: exact scores in order. */
#include <stdlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"

static int threads(void)
{
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

struct near_desk *near_desk(struct near_desk *d)
{
#ifdef _OPENMP
    return d + omp_get_thread_num();
#else
    return d;
#endif
}

void near_desks_free(struct near_desk *d)
{
    if (d) {
        iso_free(d->best.score);
        iso_free(d->best.index);
        iso_free(d->choice);
    }
    iso_free(d);
}

iso_err near_desks_make(struct near_desk **out, int k, int room)
{
    const int count = threads();
    struct near_desk *d = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, count, sizeof *d));
    ISO_TRY(iso_alloc(&d->best.score, (int64_t)count * k, sizeof *d->best.score));
    ISO_TRY(iso_alloc(&d->best.index, (int64_t)count * k, sizeof *d->best.index));
    ISO_TRY(iso_alloc(&d->choice, (int64_t)count * room, sizeof *d->choice));
    for (int t = 0; t < count; t++)
        d[t] = (struct near_desk){
            {k, 0, d->best.score + (int64_t)t * k, d->best.index + (int64_t)t * k},
            d->choice + (int64_t)t * room,
        };
    *out = d;
    d = NULL;
done:
    near_desks_free(d);
    return err;
}

static int by_score(const void *a, const void *b)
{
    const struct near_choice *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

void near_desk_finish(iso_near *out, int64_t row, struct near_desk *d, const iso_topk_hit *h,
                      int held, const struct near_side *x, int64_t i, const struct near_side *y,
                      const struct near_plan *p)
{
    int n = 0;

    for (int a = 0; a < held; a++) {
        const double c = near_cosine(x, i, y, h[a].index);
        d->choice[n++] = (struct near_choice){near_score(p, x, i, y, h[a].index, c), h[a].index};
    }
    qsort(d->choice, (size_t)n, sizeof *d->choice, by_score);
    for (int a = 0; a < p->k && a < n; a++) {
        out->score[row * p->k + a] = d->choice[a].score;
        out->index[row * p->k + a] = d->choice[a].index;
    }
}
