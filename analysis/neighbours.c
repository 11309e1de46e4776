#include "analysis/neighbours.h"

#include <math.h>
#include <string.h>

#include "analysis/neighbours_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

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
    *out = (struct near_plan){
        .rule = o.rule,
        .k = o.k ? o.k : 1,
        .neighbours = o.neighbours        ? o.neighbours
                      : is_margin(o.rule) ? 4
                                          : 10,
        .kept = o.kept ? o.kept : 128,
        .beta = o.beta > 0 ? o.beta : 10,
    };
done:
    return err;
}

static iso_err sides_make(struct near_side *a, struct near_side *b, iso_view x, iso_view y)
{
    iso_err err = ISO_OK;

    ISO_NEED(x.cols == y.cols, "x has %lld columns, y %lld: give spaces of equal size",
             (long long)x.cols, (long long)y.cols);
    ISO_NEED(x.cols > 0, "x and y have no columns");
    ISO_TRY(near_side_make(a, x, "x"));
    ISO_TRY(near_side_make(b, y, "y"));
done:
    return err;
}

iso_err iso_near_find(iso_near *forward, iso_near *backward, iso_view x, iso_view y,
                      const iso_near_opt *opt, const iso_run *run, iso_near_told *told)
{
    struct near_side a = {0}, b = {0};
    struct near_plan p;
    iso_near there = {0}, back = {0};
    iso_near_told did = {0};
    const int threads = iso_blas_threads();
    iso_err err = ISO_OK;

    if (run && run->threads > 0)
        iso_blas_set_threads(run->threads);
    ISO_TRY(plan_of(&p, opt));
    ISO_TRY(sides_make(&a, &b, x, y));
    if (near_needs_means(p.rule)) {
        ISO_TRY(near_plain_know(&a, &b, &p, run));
        ISO_TRY(near_plain_know(&b, &a, &p, run));
    }
    if (p.rule == ISO_RULE_INVSOFTMAX && forward)
        ISO_TRY(near_plain_sums(&b, &a, p.beta, run));
    if (p.rule == ISO_RULE_INVSOFTMAX && backward)
        ISO_TRY(near_plain_sums(&a, &b, p.beta, run));
    if (forward)
        ISO_TRY(near_plain_find(&there, &a, &b, &p, run));
    if (backward)
        ISO_TRY(near_plain_find(&back, &b, &a, &p, run));
    if (forward)
        *forward = there;
    if (backward)
        *backward = back;
    there = back = (iso_near){0};
    if (told)
        *told = did;
done:
    if (run && run->threads > 0)
        iso_blas_set_threads(threads);
    iso_near_free(&there);
    iso_near_free(&back);
    near_side_free(&a);
    near_side_free(&b);
    return err;
}

static iso_err pairs_check(const int64_t *query, const int64_t *target, int64_t pairs,
                           const struct near_side *x, const struct near_side *y)
{
    iso_err err = ISO_OK;

    for (int64_t p = 0; p < pairs; p++) {
        ISO_NEED(query[p] >= 0 && query[p] < x->rows,
                 "query %lld of pair %lld is not a row of %lld", (long long)query[p], (long long)p,
                 (long long)x->rows);
        ISO_NEED(target[p] >= 0 && target[p] < y->rows,
                 "target %lld of pair %lld is not a row of %lld", (long long)target[p],
                 (long long)p, (long long)y->rows);
    }
done:
    return err;
}

iso_err iso_near_ranks(int64_t *rank, iso_view x, iso_view y, const int64_t *query,
                       const int64_t *target, int64_t pairs, const iso_near_opt *opt,
                       const iso_run *run)
{
    struct near_side a = {0}, b = {0};
    struct near_plan p;
    int64_t *found = NULL;
    const int threads = iso_blas_threads();
    iso_err err = ISO_OK;

    if (run && run->threads > 0)
        iso_blas_set_threads(run->threads);
    ISO_TRY(plan_of(&p, opt));
    ISO_NEED(pairs >= 0, "%lld pairs to rank", (long long)pairs);
    ISO_TRY(sides_make(&a, &b, x, y));
    ISO_TRY(pairs_check(query, target, pairs, &a, &b));
    ISO_TRY(iso_alloc(&found, pairs, sizeof *found));
    if (near_needs_means(p.rule)) {
        ISO_TRY(near_plain_know(&a, &b, &p, run));
        ISO_TRY(near_plain_know(&b, &a, &p, run));
    }
    if (p.rule == ISO_RULE_INVSOFTMAX)
        ISO_TRY(near_plain_sums(&b, &a, p.beta, run));
    ISO_TRY(near_plain_ranks(found, &a, &b, query, target, pairs, &p, run));
    if (pairs > 0)
        memcpy(rank, found, (size_t)pairs * sizeof *rank);
done:
    if (run && run->threads > 0)
        iso_blas_set_threads(threads);
    iso_free(found);
    near_side_free(&a);
    near_side_free(&b);
    return err;
}
