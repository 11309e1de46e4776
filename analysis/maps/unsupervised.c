#include "analysis/maps/unsupervised.h"

#include <math.h>
#include <string.h>

#include "analysis/search/neighbours.h"
#include "analysis/pass/prep.h"
#include "lib/base/alloc.h"
#include "lib/linalg/product.h"
#include "lib/linalg/decomp.h"

static iso_unsupervised_opt with_defaults(const iso_unsupervised_opt *opt)
{
    iso_unsupervised_opt o = *opt;

    o.start = o.start > 0 ? o.start : 4000;
    o.most = o.most > 0 ? o.most : 20000;
    o.neighbours = o.neighbours > 0 ? o.neighbours : 10;
    o.keep = o.keep > 0 ? o.keep : 0.1;
    o.growth = o.growth > 1 ? o.growth : 2;
    o.patience = o.patience > 0 ? o.patience : 50;
    o.threshold = o.threshold > 0 ? o.threshold : 1e-6;
    o.rounds = o.rounds > 0 ? o.rounds : 5000;
    return o;
}

/* --- The start --- */

/* (XᵀX)^(−1/2) over the directions there are, as f32 for the products to come. */
static iso_err inverse_root(iso_mat *out, iso_view x)
{
    const int64_t d = x.cols;
    iso_mat square = {0}, vectors = {0}, scaled = {0}, root = {0};
    double *values = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&square, d, d, ISO_F32));
    ISO_TRY(iso_mat_new(&vectors, d, d, ISO_F64));
    ISO_TRY(iso_mat_new(&scaled, d, d, ISO_F32));
    ISO_TRY(iso_mat_new(&root, d, d, ISO_F32));
    ISO_TRY(iso_alloc(&values, d, sizeof *values));
    ISO_TRY(iso_square_tn(&square, x, 0));
    ISO_TRY(iso_eigen(values, &vectors, iso_mat_view(&square)));
    for (int64_t i = 0; i < d; i++) { /* λ^(−1/4) on both sides of the product */
        const double f = values[i] > 1e-6 * values[d - 1] ? pow(values[i], -0.25) : 0;
        for (int64_t j = 0; j < d; j++)
            ((float *)scaled.data)[i * scaled.stride + j] =
                (float)(f * ((double *)vectors.data)[i * vectors.stride + j]);
    }
    ISO_TRY(iso_mul_tn(&root, iso_mat_view(&scaled), iso_mat_view(&scaled), 0));
    *out = root;
    root = (iso_mat){0};
done:
    iso_mat_free(&square);
    iso_mat_free(&vectors);
    iso_mat_free(&scaled);
    iso_mat_free(&root);
    iso_free(values);
    return err;
}

/* Shell's sort: without memory of its own, and rows are short. */
static void sort(float *x, int64_t n)
{
    static const int64_t gaps[] = {8929, 3905, 1750, 701, 301, 132, 57, 23, 10, 4, 1};

    for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++) {
        const int64_t gap = gaps[g];
        for (int64_t i = gap; i < n; i++) {
            const float v = x[i];
            int64_t j = i;
            for (; j >= gap && x[j - gap] > v; j -= gap)
                x[j] = x[j - gap];
            x[j] = v;
        }
    }
}

/* What each word's similarities to all words are, whose ever: rows of (XXᵀ)^½, sorted. */
static iso_err profiles(iso_mat *out, iso_view x)
{
    static const iso_prep alike = {.count = 3,
                                   .step = {ISO_PREP_UNIT, ISO_PREP_CENTER, ISO_PREP_UNIT}};
    iso_mat root = {0}, half = {0}, all = {0};
    iso_err err = ISO_OK;

    ISO_TRY(inverse_root(&root, x));
    ISO_TRY(iso_mat_new(&half, x.rows, x.cols, ISO_F32));
    ISO_TRY(iso_mul_nn(&half, x, iso_mat_view(&root), 0));
    ISO_TRY(iso_mat_new(&all, x.rows, x.rows, ISO_F32));
    ISO_TRY(iso_mul_nt(&all, iso_mat_view(&half), x, 0));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < all.rows; i++)
        sort((float *)all.data + i * all.stride, all.cols);
    ISO_TRY(iso_prep_apply(&all, &alike, NULL));
    *out = all;
    all = (iso_mat){0};
done:
    iso_mat_free(&root);
    iso_mat_free(&half);
    iso_mat_free(&all);
    return err;
}

iso_err iso_unsupervised_start(iso_word_pairs *out, iso_view x, iso_view y,
                               const iso_unsupervised_opt *opt, const iso_run *run)
{
    const iso_unsupervised_opt o = with_defaults(opt);
    const int64_t fewer = x.rows < y.rows ? x.rows : y.rows, n = fewer < o.start ? fewer : o.start;
    const iso_induce_opt induce = {.ways = ISO_INDUCE_UNION, .most = n, .neighbours = o.neighbours};
    iso_mat a = {0}, b = {0};
    iso_err err = ISO_OK;

    ISO_NEED(x.dtype == ISO_F32 && y.dtype == ISO_F32, "a start is made from f32");
    ISO_NEED(n > o.neighbours, "a start from %lld words with %d neighbours", (long long)n,
             o.neighbours);
    ISO_TRY(iso_run_step(run, "comparing similarities", 0, 2, "languages"));
    ISO_TRY(profiles(&a, iso_view_rows(x, 0, n)));
    ISO_TRY(iso_run_step(run, "comparing similarities", 1, 2, "languages"));
    ISO_TRY(profiles(&b, iso_view_rows(y, 0, n)));
    ISO_TRY(iso_induce(out, NULL, iso_mat_view(&a), iso_mat_view(&b), &induce, run));
done:
    iso_mat_free(&a);
    iso_mat_free(&b);
    return err;
}

/* --- Self-learning --- */

static iso_err fit_and_map(iso_mat *mapped, const iso_word_pairs *pairs, iso_view x, iso_view y)
{
    static const iso_map_opt orthogonal = {.method = ISO_MAP_ORTHOGONAL};
    iso_mat a = {0}, b = {0};
    iso_map map = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_rows_gather(&a, x, pairs->source, pairs->count));
    ISO_TRY(iso_rows_gather(&b, y, pairs->target, pairs->count));
    ISO_TRY(iso_map_fit(&map, iso_mat_view(&a), iso_mat_view(&b), &orthogonal));
    ISO_TRY(iso_map_apply(mapped, &map, x));
done:
    iso_mat_free(&a);
    iso_mat_free(&b);
    iso_map_free(&map);
    return err;
}

/* Where the climb stands. */
struct climb {
    double keep, best;
    int last; /* round that was better than all before */
};

/* True when the climb is at its end: nothing gets better though nothing is dropped. */
static bool ended(struct climb *c, const iso_unsupervised_opt *o, int round, double criterion)
{
    if (criterion - c->best >= o->threshold) {
        c->best = criterion;
        c->last = round;
        return false;
    }
    if (round - c->last <= o->patience)
        return false;
    if (c->keep >= 1)
        return true;
    c->keep = c->keep * o->growth < 1 ? c->keep * o->growth : 1;
    c->last = round;
    return false;
}

static iso_err climb(iso_word_pairs *pairs, iso_unsupervised_stats *stats, iso_view x, iso_view y,
                     const iso_unsupervised_opt *o, const iso_run *run)
{
    struct climb c = {.keep = o->keep, .best = -INFINITY};
    iso_mat mapped = {0};
    bool end = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&mapped, x.rows, y.cols, ISO_F32));
    for (int round = 1; round <= o->rounds && !end; round++) {
        const iso_induce_opt induce = {.ways = ISO_INDUCE_UNION,
                                       .most = o->most,
                                       .neighbours = o->neighbours,
                                       .drop = c.keep < 1 ? 1 - c.keep : 0,
                                       .seed = o->seed + (uint64_t)round};
        iso_word_pairs next = {0};
        ISO_TRY(iso_run_step(run, "self-learning", round, 0, "rounds"));
        ISO_TRY(fit_and_map(&mapped, pairs, x, y));
        ISO_TRY(iso_induce(&next, &stats->criterion, iso_mat_view(&mapped), y, &induce, run));
        iso_word_pairs_free(pairs);
        *pairs = next;
        stats->rounds = round;
        end = ended(&c, o, round, stats->criterion);
    }
done:
    iso_mat_free(&mapped);
    return err;
}

iso_err iso_unsupervised(iso_word_pairs *out, iso_unsupervised_stats *stats, iso_view x, iso_view y,
                         const iso_unsupervised_opt *opt, const iso_run *run)
{
    const iso_unsupervised_opt o = with_defaults(opt);
    const iso_view a = iso_view_rows(x, 0, x.rows < o.most ? x.rows : o.most);
    const iso_view b = iso_view_rows(y, 0, y.rows < o.most ? y.rows : o.most);
    iso_word_pairs pairs = {0};
    iso_unsupervised_stats went = {0};
    iso_err err = ISO_OK;

    ISO_NEED(x.cols == y.cols, "sides of %lld and %lld columns", (long long)x.cols,
             (long long)y.cols);
    ISO_TRY(iso_unsupervised_start(&pairs, a, b, &o, run));
    went.first = pairs.count;
    ISO_TRY(climb(&pairs, &went, a, b, &o, run));
    *out = pairs;
    *stats = went;
    pairs = (iso_word_pairs){0};
done:
    iso_word_pairs_free(&pairs);
    return err;
}
