#include "analysis/maps/induce.h"

#include <math.h>
#include <string.h>

#include "analysis/search/neighbours.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/loops.h"

enum { MOST = 10000, NEIGHBOURS = 10, CANDIDATES = 16 };

iso_err iso_word_pairs_new(iso_word_pairs *out, int64_t count)
{
    iso_word_pairs pairs = {.count = count};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&pairs.source, count, sizeof *pairs.source));
    ISO_TRY(iso_alloc(&pairs.target, count, sizeof *pairs.target));
    *out = pairs;
    return ISO_OK;
done:
    iso_word_pairs_free(&pairs);
    return err;
}

void iso_word_pairs_free(iso_word_pairs *pairs)
{
    if (!pairs)
        return;
    iso_free(pairs->source);
    iso_free(pairs->target);
    *pairs = (iso_word_pairs){0};
}

iso_err iso_rows_gather(iso_mat *out, iso_view v, const int64_t *row, int64_t count)
{
    const size_t size = iso_dtype_size(v.dtype), bytes = (size_t)v.cols * size;
    iso_mat m = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++)
        ISO_NEED(row[i] >= 0 && row[i] < v.rows, "row %lld of a matrix of %lld rows",
                 (long long)row[i], (long long)v.rows);
    ISO_TRY(iso_mat_new(&m, count, v.cols, v.dtype));
    for (int64_t i = 0; i < count; i++)
        memcpy((char *)m.data + (size_t)(i * m.stride) * size,
               (const char *)v.data + (size_t)(row[i] * v.stride) * size, bytes);
    *out = m;
done:
    return err;
}

/* --- Induction --- */

static double length2(const iso_loops *loops, const float *x, int64_t n)
{
    return loops->dot_f32(x, x, n);
}

static double cosine(iso_view x, int64_t i, iso_view y, int64_t j)
{
    const iso_loops *loops = iso_loops_best();
    const float *a = (const float *)x.data + i * x.stride,
                *b = (const float *)y.data + j * y.stride;
    const double both = length2(loops, a, x.cols) * length2(loops, b, y.cols);

    return both > 0 ? loops->dot_f32(a, b, x.cols) / sqrt(both) : 0;
}

static double mean_cosine(const iso_near *forward, iso_view x, iso_view y)
{
    double sum = 0;

    for (int64_t i = 0; i < forward->rows; i++)
        sum += cosine(x, i, y, forward->index[i * forward->k]);
    return forward->rows > 0 ? sum / (double)forward->rows : NAN;
}

/* The same coin for a pair from either side, whatever else is asked. */
static bool passed_over(const iso_induce_opt *opt, int64_t source, int64_t target)
{
    if (opt->drop <= 0)
        return false;
    iso_rng rng = iso_rng_seeded(opt->seed, ((uint64_t)source << 32) | (uint64_t)target);
    return iso_rng_uniform(&rng) < opt->drop;
}

/* Of row i: its first neighbour that is not ignored, or −1. */
static int64_t pick(const iso_near *list, int64_t i, const iso_induce_opt *opt, bool backward)
{
    for (int r = 0; r < list->k; r++) {
        const int64_t j = list->index[i * list->k + r];
        if (j < 0)
            break;
        if (!passed_over(opt, backward ? j : i, backward ? i : j))
            return j;
    }
    return -1;
}

static void add(iso_word_pairs *pairs, int64_t source, int64_t target)
{
    pairs->source[pairs->count] = source;
    pairs->target[pairs->count++] = target;
}

static void join(iso_word_pairs *pairs, const iso_near *forward, const iso_near *backward,
                 const iso_induce_opt *opt)
{
    for (int64_t i = 0; i < forward->rows; i++) {
        const int64_t j = pick(forward, i, opt, false);
        const bool both = opt->ways != ISO_INDUCE_MUTUAL;
        if (j >= 0 && (both || pick(backward, j, opt, true) == i))
            add(pairs, i, j);
    }
    for (int64_t j = 0; opt->ways == ISO_INDUCE_UNION && j < backward->rows; j++) {
        const int64_t i = pick(backward, j, opt, true);
        if (i >= 0)
            add(pairs, i, j);
    }
}

iso_err iso_induce(iso_word_pairs *out, double *criterion, iso_view x, iso_view y,
                   const iso_induce_opt *opt, const iso_run *run)
{
    const int64_t most = opt->most > 0 ? opt->most : MOST;
    const iso_view a = iso_view_rows(x, 0, x.rows < most ? x.rows : most);
    const iso_view b = iso_view_rows(y, 0, y.rows < most ? y.rows : most);
    const int64_t fewer = a.rows < b.rows ? a.rows : b.rows;
    const int wanted = opt->drop > 0 ? CANDIDATES : 1;
    const int hood = opt->neighbours > 0 ? opt->neighbours : NEIGHBOURS;
    const iso_near_opt near = {.rule = ISO_RULE_CSLS,
                               .k = wanted < fewer ? wanted : (int)fewer,
                               .neighbours = hood < fewer ? hood : (int)fewer};
    iso_near forward = {0}, backward = {0};
    iso_word_pairs pairs = {0};
    iso_err err = ISO_OK;

    ISO_NEED(x.dtype == ISO_F32 && y.dtype == ISO_F32, "pairs are induced from f32");
    ISO_NEED(fewer > 0, "pairs of %lld and %lld words", (long long)x.rows, (long long)y.rows);
    ISO_TRY(iso_near_find(&forward, &backward, a, b, &near, run, NULL));
    ISO_TRY(iso_word_pairs_new(&pairs, a.rows + b.rows));
    pairs.count = 0;
    join(&pairs, &forward, &backward, opt);
    if (criterion)
        *criterion = mean_cosine(&forward, a, b);
    *out = pairs;
done:
    iso_near_free(&forward);
    iso_near_free(&backward);
    return err;
}

/* --- Refinement --- */

static iso_err fit(iso_map *out, const iso_word_pairs *pairs, iso_view x, iso_view y,
                   const iso_map_opt *opt)
{
    iso_mat a = {0}, b = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_rows_gather(&a, x, pairs->source, pairs->count));
    ISO_TRY(iso_rows_gather(&b, y, pairs->target, pairs->count));
    ISO_TRY(iso_map_fit(out, iso_mat_view(&a), iso_mat_view(&b), opt));
done:
    iso_mat_free(&a);
    iso_mat_free(&b);
    return err;
}

/* Fits on `pairs`, induces `next` with the map, and says how good it looks. */
static iso_err turn(iso_word_pairs *next, double *criterion, const iso_word_pairs *pairs,
                    iso_view x, iso_view y, const iso_refine_opt *opt, const iso_run *run)
{
    const int64_t most = opt->induce.most > 0 ? opt->induce.most : MOST;
    const iso_view head = iso_view_rows(x, 0, x.rows < most ? x.rows : most);
    iso_map map = {0};
    iso_mat mapped = {0};
    iso_err err = ISO_OK;

    ISO_TRY(fit(&map, pairs, x, y, &opt->map));
    ISO_TRY(iso_mat_new(&mapped, head.rows, y.cols, ISO_F32));
    ISO_TRY(iso_map_apply(&mapped, &map, head));
    ISO_TRY(iso_induce(next, criterion, iso_mat_view(&mapped), y, &opt->induce, run));
done:
    iso_map_free(&map);
    iso_mat_free(&mapped);
    return err;
}

static void move(iso_word_pairs *to, iso_word_pairs *from)
{
    iso_word_pairs_free(to);
    *to = *from;
    *from = (iso_word_pairs){0};
}

iso_err iso_refine(iso_word_pairs *pairs, int *best, iso_round *stats, iso_view x, iso_view y,
                   const iso_refine_opt *opt, const iso_run *run)
{
    iso_word_pairs now = {0}, next = {0}, kept = {0};
    double top = -INFINITY;
    int top_round = 0;
    iso_err err = ISO_OK;

    memset(stats, 0, (size_t)(opt->rounds + 1) * sizeof *stats);
    for (int r = 0; r <= opt->rounds; r++) {
        const iso_word_pairs *these = r ? &now : pairs;
        if (these->count == 0 && r > 0)
            break;
        ISO_TRY(iso_run_step(run, "refining", r, opt->rounds + 1, "rounds"));
        stats[r].pairs = these->count;
        ISO_TRY(turn(&next, &stats[r].criterion, these, x, y, opt, run));
        if (stats[r].criterion > top) {
            top = stats[r].criterion;
            top_round = r;
            move(&kept, &now); /* of round 0 nothing: the pairs given stay */
        }
        move(&now, &next);
    }
    if (top_round > 0)
        move(pairs, &kept);
    *best = top_round;
done:
    iso_word_pairs_free(&now);
    iso_word_pairs_free(&next);
    iso_word_pairs_free(&kept);
    return err;
}
