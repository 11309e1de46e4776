/* Mining: equal lines are one, the pairs of every way, the threshold, precision and recall. */
#include <math.h>
#include <string.h>

#include "analysis/study/retrieve/retrieve_inside.h"
#include "analysis/study/retrieve/retrieve_permute.h"
#include "lib/base/alloc.h"

/* The rows of one side without those whose text came before. */
struct unified {
    iso_mat rows;   /* a copy; nothing when every row stays */
    int64_t *kept;  /* by row of the copy: row of the side; NULL when every row stays */
    int64_t *where; /* by row of the side: row of the copy */
    iso_view view;
};

static void unified_free(struct unified *u)
{
    iso_mat_free(&u->rows);
    iso_free(u->kept);
    iso_free(u->where);
}

static iso_err unify(struct unified *u, iso_view x, const struct duplicates *t)
{
    int64_t count = 0;
    iso_err err = ISO_OK;

    u->view = x;
    if (!t->first || t->shared == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&u->kept, x.rows, sizeof *u->kept));
    ISO_TRY(iso_alloc(&u->where, x.rows, sizeof *u->where));
    for (int64_t i = 0; i < x.rows; i++) {
        const bool fresh = t->first[i] == i;
        if (fresh)
            u->kept[count] = i;
        u->where[i] = fresh ? count++ : u->where[t->first[i]];
    }
    ISO_TRY(iso_mat_new(&u->rows, count, x.cols, ISO_F32));
    for (int64_t i = 0; i < count; i++)
        memcpy((float *)u->rows.data + i * u->rows.stride,
               (const float *)x.data + u->kept[i] * x.stride, (size_t)x.cols * sizeof(float));
    u->view = iso_mat_view(&u->rows);
done:
    return err;
}

/* The true pairs among unified rows. */
static iso_err unify_truth(iso_mined **out, int64_t *count, const struct retrieve_pair *pair,
                           const struct unified *x, const struct unified *y)
{
    const int64_t truth_count = pair->truth ? pair->truth_count : pair->x.rows;
    iso_mined *truth = NULL;
    iso_err err = iso_alloc(&truth, truth_count, sizeof *truth);

    if (err)
        return err;
    for (int64_t g = 0; g < truth_count; g++) {
        const int64_t src = pair->truth ? pair->truth[g].src : g;
        const int64_t tgt = pair->truth ? pair->truth[g].tgt : g;
        truth[g] = (iso_mined){x->where ? x->where[src] : src, y->where ? y->where[tgt] : tgt, 0};
    }
    *out = truth;
    *count = truth_count;
    return ISO_OK;
}

/* F1, precision or recall, in the order of iso_mine_values. */
static int which(const struct retrieve_cell *cell)
{
    return cell->measure[0] == 'f' ? 0 : cell->measure[0] == 'p' ? 1 : 2;
}

/* What reaches the threshold, under the numbers of the side's own rows. */
static void keep_mined(struct retrieve_found *found, iso_mined **mined, int64_t count,
                       double threshold, const struct unified *x, const struct unified *y)
{
    iso_mined *pair = *mined;
    int64_t kept = 0;

    while (kept < count && !(pair[kept].score < threshold)) {
        pair[kept].src = x->kept ? x->kept[pair[kept].src] : pair[kept].src;
        pair[kept].tgt = y->kept ? y->kept[pair[kept].tgt] : pair[kept].tgt;
        kept++;
    }
    found->mined = pair;
    found->count = kept;
    *mined = NULL;
}

static int used_way(const struct retrieve_ask *ask)
{
    return !ask->way[1] ? ISO_MINE_FORWARD : !ask->way[0] ? ISO_MINE_BACKWARD : ISO_MINE_MAX;
}

/* The values of one way; `found` takes its pairs. */
static iso_err way_values(iso_value *values, struct retrieve_found *found,
                          const struct retrieve_pair *pair, const struct retrieve_ask *ask, int way,
                          const iso_near near[2], const iso_mined *truth, int64_t truth_count,
                          const struct unified *x, const struct unified *y, const iso_run *run)
{
    iso_mined *mined = NULL;
    iso_mine_score score;
    iso_value v[3];
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mine(&mined, &count, &near[0], &near[1], (iso_mine_way)way));
    ISO_TRY(iso_mine_against(&score, mined, count, truth, truth_count, ask->threshold));
    ISO_TRY(iso_mine_values(v, &score, mined, count, truth, truth_count, way == ISO_MINE_BACKWARD,
                            ask->boot, iso_run_seed(run)));
    for (int c = 0; c < ask->cells; c++) {
        if (ask->cell[c].kind == RETRIEVE_MINING && ask->cell[c].way == way)
            values[c] = v[which(&ask->cell[c])];
    }
    if (pair->permute)
        ISO_TRY(iso_retrieve_permute_mining(pair, ask, way, mined, count, truth, truth_count));
    if (found && way == used_way(ask))
        keep_mined(found, &mined, count, score.threshold, x, y);
done:
    iso_free(mined);
    return err;
}

iso_err iso_retrieve_mining_values(iso_value *values, struct retrieve_found *found,
                                   iso_near_stats *stats, const struct retrieve_pair *pair,
                                   const struct retrieve_ask *ask, const iso_run *run)
{
    struct unified x = {0}, y = {0};
    iso_near near[2] = {0};
    iso_near_opt opt = ask->near;
    iso_near_stats more = {0};
    iso_mined *truth = NULL;
    int64_t truth_count = 0;
    iso_err err = ISO_OK;

    opt.rule = ask->margin;
    opt.k = 1;
    opt.knn = iso_retrieve_knn(ask, ask->margin);
    ISO_TRY(unify(&x, pair->x, pair->tx));
    ISO_TRY(unify(&y, pair->y, pair->ty));
    ISO_TRY(unify_truth(&truth, &truth_count, pair, &x, &y));
    ISO_TRY(iso_near_find(&near[0], &near[1], x.view, y.view, &opt, run, &more));
    stats->again += more.again;
    stats->overflowed += more.overflowed;
    for (int way = 0; way < ISO_MINE_WAYS; way++)
        ISO_TRY(way_values(values, found, pair, ask, way, near, truth, truth_count, &x, &y, run));
done:
    iso_near_free(&near[0]);
    iso_near_free(&near[1]);
    iso_free(truth);
    unified_free(&x);
    unified_free(&y);
    return err;
}
