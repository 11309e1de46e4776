#include "analysis/search/neighbours.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/panel_int8.h"

enum { KEPT = 128 };

static bool is_margin(iso_rule rule)
{
    return rule == ISO_RULE_RATIO || rule == ISO_RULE_DIFFERENCE || rule == ISO_RULE_ABSOLUTE;
}

static iso_err plan_of(struct near_plan *out, const iso_near_opt *opt)
{
    const iso_near_opt o = opt ? *opt : (iso_near_opt){0};
    iso_err err = ISO_OK;

    ISO_NEED((unsigned)o.rule <= ISO_RULE_INVSOFTMAX, "rule %d does not exist", (int)o.rule);
    ISO_NEED(o.k >= 0, "k is %d, must be at least 1", o.k);
    ISO_NEED(o.neighbours >= 0, "neighbours is %d, must be at least 1", o.neighbours);
    ISO_NEED(o.kept >= 0, "kept is %d, must be at least 1", o.kept);
    ISO_NEED(o.beta >= 0 && isfinite(o.beta), "beta is %g, must be positive", o.beta);
    ISO_NEED(!o.knn || o.rule != ISO_RULE_INVSOFTMAX, "knn: the softmax has no nearest candidates");
    *out = (struct near_plan){
        .rule = o.rule,
        .k = o.k ? o.k : 1,
        .neighbours = o.neighbours        ? o.neighbours
                      : is_margin(o.rule) ? 4
                                          : 10,
        .kept = o.kept              ? o.kept
                : o.k <= KEPT / 4   ? KEPT
                : o.k < INT_MAX / 4 ? 4 * o.k
                                    : o.k,
        .beta = o.beta > 0 ? o.beta : ISO_RULE_BETA,
    };
    ISO_NEED(!o.knn || out->k <= out->neighbours, "k is %d, more than the %d nearest candidates",
             out->k, out->neighbours);
done:
    return err;
}

static iso_err sides_make(struct near_side *a, struct near_side *b, iso_view x, iso_view y,
                          bool plain)
{
    iso_err err = ISO_OK;

    ISO_NEED(x.cols == y.cols, "x has %lld columns, y %lld: give spaces of equal size",
             (long long)x.cols, (long long)y.cols);
    ISO_NEED(x.cols > 0, "x and y have no columns");
    ISO_TRY(iso_near_side_make(a, x, "x"));
    ISO_TRY(iso_near_side_make(b, y, "y"));
    if (!plain) {
        ISO_TRY(iso_near_side_join(a));
        ISO_TRY(iso_near_side_join(b));
    }
done:
    return err;
}

/* What is asked for, and what is known so far. */
struct finder {
    struct near_plan plan;
    struct near_side a, b;
    iso_topk of_a, of_b;
    iso_near_stats stats;
    const iso_run *run;
};

/* What scores take from the sides beside the cosine, by brute force. */
static iso_err plain_means(struct finder *f)
{
    iso_err err = ISO_OK;

    if (iso_near_needs_means(f->plan.rule)) {
        ISO_TRY(iso_near_plain_means(&f->a, &f->b, &f->plan, f->run));
        ISO_TRY(iso_near_plain_means(&f->b, &f->a, &f->plan, f->run));
    }
done:
    return err;
}

static iso_err lists_and_means(struct finder *f, bool forward, bool backward)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_near_lists(&f->of_a, &f->of_b, &f->a, &f->b, forward, backward, &f->plan, f->run));
    if (iso_near_needs_means(f->plan.rule)) {
        ISO_TRY(iso_near_means(&f->a, &f->b, &f->of_a, &f->plan, &f->stats, f->run));
        ISO_TRY(iso_near_means(&f->b, &f->a, &f->of_b, &f->plan, &f->stats, f->run));
    }
done:
    return err;
}

/* The nearest rows of y for the rows of x, once everything about both is known. */
static iso_err one_way(iso_near *out, struct finder *f, struct near_side *x, struct near_side *y,
                       iso_topk *lists, bool plain)
{
    int64_t *again = NULL, count = 0;
    iso_near n = {0};
    iso_err err = ISO_OK;

    if (f->plan.rule == ISO_RULE_INVSOFTMAX)
        ISO_TRY((plain ? iso_near_plain_sums : iso_near_sums)(y, x, f->plan.beta, f->run));
    ISO_TRY(iso_near_result_make(&n, x->rows, f->plan.k));
    if (plain) {
        ISO_TRY(iso_near_plain_find(&n, x, y, &f->plan, f->run));
    } else {
        ISO_TRY(iso_alloc(&again, x->rows, sizeof *again));
        ISO_TRY(iso_near_pick(&n, again, &count, lists, x, y, &f->plan, &f->stats, f->run));
        iso_topk_free(lists);
        ISO_TRY(iso_near_again(&n, again, count, x, y, &f->plan, &f->stats, f->run));
        ISO_TRY(iso_near_spread(&n, x, y));
    }
    *out = n;
    n = (iso_near){0};
done:
    iso_free(again);
    iso_near_free(&n);
    return err;
}

static void finder_free(struct finder *f)
{
    iso_near_side_free(&f->a);
    iso_near_side_free(&f->b);
    iso_topk_free(&f->of_a);
    iso_topk_free(&f->of_b);
}

iso_err iso_near_find(iso_near *forward, iso_near *backward, iso_view x, iso_view y,
                      const iso_near_opt *opt, const iso_run *run, iso_near_stats *stats)
{
    const iso_threads threads = iso_blas_enter(run);
    const bool plain = opt && opt->plain;
    struct finder f = {.run = run};
    iso_near there = {0}, back = {0};
    iso_err err = ISO_OK;

    ISO_TRY(plan_of(&f.plan, opt));
    if (opt && opt->knn) {
        err = iso_near_knn(forward, backward, x, y, &f.plan, plain, run, stats);
        goto done;
    }
    ISO_TRY(sides_make(&f.a, &f.b, x, y, plain));
    ISO_TRY(plain ? plain_means(&f) : lists_and_means(&f, forward, backward));
    if (forward)
        ISO_TRY(one_way(&there, &f, &f.a, &f.b, &f.of_a, plain));
    if (backward)
        ISO_TRY(one_way(&back, &f, &f.b, &f.a, &f.of_b, plain));
    if (forward)
        *forward = there;
    if (backward)
        *backward = back;
    there = back = (iso_near){0};
    if (stats)
        *stats = f.stats;
done:
    iso_blas_leave(threads);
    iso_near_free(&there);
    iso_near_free(&back);
    finder_free(&f);
    return err;
}

static iso_err pairs_check(const int64_t *query, const int64_t *target, int64_t pairs,
                           const struct near_side *x, const struct near_side *y)
{
    iso_err err = ISO_OK;

    for (int64_t p = 0; p < pairs; p++) {
        ISO_NEED(query[p] >= 0 && query[p] < x->all, "query %lld of pair %lld is not a row of %lld",
                 (long long)query[p], (long long)p, (long long)x->all);
        ISO_NEED(target[p] >= 0 && target[p] < y->all,
                 "target %lld of pair %lld is not a row of %lld", (long long)target[p],
                 (long long)p, (long long)y->all);
    }
done:
    return err;
}

iso_err iso_near_ranks(int64_t *rank, iso_view x, iso_view y, const int64_t *query,
                       const int64_t *target, int64_t pairs, const iso_near_opt *opt,
                       const iso_run *run)
{
    const iso_threads threads = iso_blas_enter(run);
    const bool plain = opt && opt->plain;
    struct finder f = {.run = run};
    int64_t *found = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(plan_of(&f.plan, opt));
    ISO_NEED(!opt || !opt->knn, "knn: what is not among the nearest candidates has no rank");
    ISO_NEED(pairs >= 0, "%lld pairs to rank", (long long)pairs);
    ISO_TRY(sides_make(&f.a, &f.b, x, y, plain));
    ISO_TRY(pairs_check(query, target, pairs, &f.a, &f.b));
    ISO_TRY(iso_alloc(&found, pairs, sizeof *found));
    if (iso_near_needs_means(f.plan.rule))
        ISO_TRY(plain ? plain_means(&f) : lists_and_means(&f, false, false));
    if (f.plan.rule == ISO_RULE_INVSOFTMAX)
        ISO_TRY((plain ? iso_near_plain_sums : iso_near_sums)(&f.b, &f.a, f.plan.beta, run));
    ISO_TRY(iso_near_side_part(&f.a));
    ISO_TRY(iso_near_side_part(&f.b));
    if (plain)
        ISO_TRY(iso_near_plain_ranks(found, &f.a, &f.b, query, target, pairs, &f.plan, run));
    else
        ISO_TRY(iso_near_side_ranks(found, &f.a, &f.b, query, target, pairs, &f.plan, run));
    if (pairs > 0)
        memcpy(rank, found, (size_t)pairs * sizeof *rank);
done:
    iso_blas_leave(threads);
    iso_free(found);
    finder_free(&f);
    return err;
}

const char *iso_near_engine(void)
{
    return iso_panel_int8_pays() ? iso_panel_int8_best()->name : "f32";
}
