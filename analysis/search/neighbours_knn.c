/* Candidates that are the nearest by cosine alone, as LASER takes them: two lists of cosines, means
 * of them, and the score among them. */
#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"

/* r of every row: the mean of its list, which ends where there are no more rows. */
static iso_err means(double **out, const iso_near *n)
{
    double *mean = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mean, n->rows, sizeof *mean));
    for (int64_t i = 0; i < n->rows; i++) {
        int held = 0;
        for (; held < n->k && n->index[i * n->k + held] >= 0; held++)
            mean[i] += n->score[i * n->k + held];
        mean[i] /= held;
    }
    *out = mean;
done:
    return err;
}

/* The best of each list of cosines by the rule; of equal scores the lower row. */
static iso_err rescored(iso_near *out, const iso_near *cosines, const struct near_side *x,
                        const struct near_side *y, const struct near_plan *p)
{
    iso_near n = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_near_result_make(&n, cosines->rows, p->k));
    for (int64_t i = 0; i < n.rows; i++) {
        struct near_best best = {p->k, 0, n.score + i * p->k, n.index + i * p->k};
        for (int a = 0; a < cosines->k; a++) {
            const int32_t j = cosines->index[i * cosines->k + a];
            const double c = cosines->score[i * cosines->k + a];
            if (j >= 0)
                iso_near_best_offer(&best, iso_near_score(p, x, i, y, j, c), j);
        }
    }
    *out = n;
done:
    return err;
}

iso_err iso_near_knn(iso_near *forward, iso_near *backward, iso_view x, iso_view y,
                     const struct near_plan *p, bool plain, const iso_run *run,
                     iso_near_stats *stats)
{
    const int64_t most = x.rows > y.rows ? x.rows : y.rows;
    const iso_near_opt cosine = {.k = p->neighbours < most ? p->neighbours : (int)most,
                                 .plain = plain};
    iso_near of_x = {0}, of_y = {0}, there = {0}, back = {0};
    struct near_side a = {0}, b = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_near_find(&of_x, &of_y, x, y, &cosine, run, stats));
    ISO_TRY(means(&a.mean, &of_x));
    ISO_TRY(means(&b.mean, &of_y));
    if (forward)
        ISO_TRY(rescored(&there, &of_x, &a, &b, p));
    if (backward)
        ISO_TRY(rescored(&back, &of_y, &b, &a, p));
    if (forward)
        *forward = there;
    if (backward)
        *backward = back;
    there = back = (iso_near){0};
done:
    iso_near_free(&of_x);
    iso_near_free(&of_y);
    iso_near_free(&there);
    iso_near_free(&back);
    iso_near_side_free(&a);
    iso_near_side_free(&b);
    return err;
}
