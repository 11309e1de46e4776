/* What a score is, the best of a row by it, and what can be said of it from the cosine alone. */
#include <float.h>
#include <math.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

static const char *const names[] = {
    [ISO_RULE_COSINE] = "cosine",     [ISO_RULE_CSLS] = "csls",
    [ISO_RULE_RATIO] = "ratio",       [ISO_RULE_DIFFERENCE] = "difference",
    [ISO_RULE_ABSOLUTE] = "absolute", [ISO_RULE_INVSOFTMAX] = "invsoftmax",
};

enum { RULES = sizeof names / sizeof *names };

iso_err iso_rule_find(iso_rule *out, const char *name)
{
    for (int i = 0; i < RULES; i++)
        if (iso_str_same(names[i], name)) {
            *out = (iso_rule)i;
            return ISO_OK;
        }
    const char *nearest = iso_str_nearest(name ? name : "", names, RULES);
    return iso_fail(ISO_EARG, "no rule \"%s\": %s%s", name ? name : "",
                    nearest ? "did you mean "
                            : "cosine, csls, ratio, difference, absolute, invsoftmax",
                    nearest ? nearest : "");
}

const char *iso_rule_name(iso_rule rule)
{
    return (unsigned)rule < RULES ? names[rule] : "unknown";
}

bool iso_near_needs_means(iso_rule rule)
{
    return rule == ISO_RULE_CSLS || rule == ISO_RULE_RATIO || rule == ISO_RULE_DIFFERENCE;
}

/* Sums of two means come first, so that (x, y) and (y, x) get the same bits. */
double iso_near_score(const struct near_plan *p, const struct near_side *x, int64_t i,
                      const struct near_side *y, int64_t j, double c)
{
    switch (p->rule) {
    case ISO_RULE_CSLS:
        return 2 * c - (x->mean[i] + y->mean[j]);
    case ISO_RULE_RATIO:
        return c == 0 ? 0 : c / ((x->mean[i] + y->mean[j]) / 2);
    case ISO_RULE_DIFFERENCE:
        return c - (x->mean[i] + y->mean[j]) / 2;
    case ISO_RULE_INVSOFTMAX:
        return exp(p->beta * (c - y->top[j])) / y->sum[j];
    default:
        return c;
    }
}

void iso_near_best_offer(struct near_best *b, double score, int64_t index)
{
    int at = b->held;

    if (at == b->k &&
        !(score > b->score[at - 1] || (score == b->score[at - 1] && index < b->index[at - 1])))
        return;
    at = at < b->k ? b->held++ : at - 1;
    for (; at > 0 &&
           (score > b->score[at - 1] || (score == b->score[at - 1] && index < b->index[at - 1]));
         at--) {
        b->score[at] = b->score[at - 1];
        b->index[at] = b->index[at - 1];
    }
    b->score[at] = score;
    b->index[at] = (int32_t)index;
}

/* Equal rows have equal cosines, so that the additions are those of the rows one by one. */
double iso_near_best_mean(const struct near_best *b, const struct near_side *of, int64_t k)
{
    double sum = 0;
    int64_t n = 0;

    for (int i = 0; i < b->held; i++)
        for (int64_t t = iso_near_times(of, b->index[i]); t > 0 && n < k; t--, n++)
            sum += b->score[i];
    return sum / (double)n;
}

void iso_near_free(iso_near *n)
{
    if (!n)
        return;
    iso_free(n->index);
    iso_free(n->score);
    *n = (iso_near){0};
}

iso_err iso_near_result_make(iso_near *out, int64_t rows, int k)
{
    iso_near n = {rows, k, NULL, NULL};
    iso_err err = ISO_OK;

    ISO_NEED(rows <= INT64_MAX / k, "%lld rows of %d neighbours are too many", (long long)rows, k);
    ISO_TRY(iso_alloc(&n.index, rows * k, sizeof *n.index));
    ISO_TRY(iso_alloc(&n.score, rows * k, sizeof *n.score));
    for (int64_t i = 0; i < rows * k; i++) {
        n.index[i] = -1;
        n.score[i] = NAN;
    }
    *out = n;
    n = (iso_near){0};
done:
    iso_near_free(&n);
    return err;
}

/* --- Bounds of a score from its cosine, and the line that a score is in the plane of the cosine
 * and of what it takes from the candidate --- */

double iso_near_offset(const struct near_plan *p, const struct near_side *y, int64_t j)
{
    if (iso_near_needs_means(p->rule))
        return y->mean[j];
    if (p->rule == ISO_RULE_INVSOFTMAX)
        return y->top[j] + log(y->sum[j]) / p->beta;
    return 0;
}

iso_err iso_near_offsets(float **out, const struct near_side *y, const struct near_plan *p)
{
    float *o = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&o, (y->rows / 32 + 1) * 32, sizeof *o));
    for (int64_t j = 0; j < y->rows; j++)
        o[j] = (float)iso_near_offset(p, y, j);
    *out = o;
done:
    return err;
}

struct near_bounds iso_near_bounds_of(const struct near_plan *p, const struct near_side *y)
{
    struct near_bounds b = {INFINITY, -INFINITY};

    for (int64_t j = 0; j < y->rows; j++) {
        const double o = iso_near_offset(p, y, j);
        b.low = fmin(b.low, o);
        b.high = fmax(b.high, o);
    }
    return b;
}

struct near_few iso_near_few_of(const struct near_plan *p, const struct near_side *y)
{
    struct near_few few = {.rest = {INFINITY, -INFINITY}};
    double offset[NEAR_FEW + 1];

    for (int64_t j = 0; j < y->rows; j++) {
        const double o = iso_near_offset(p, y, j);
        int at = few.count;
        few.rest.high = fmax(few.rest.high, o);
        if (at == NEAR_FEW && !(o < offset[at - 1])) {
            few.rest.low = fmin(few.rest.low, o);
            continue;
        }
        if (at == NEAR_FEW)
            few.rest.low = offset[--at];
        else
            few.count++;
        for (; at > 0 && o < offset[at - 1]; at--) {
            offset[at] = offset[at - 1];
            few.row[at] = few.row[at - 1];
        }
        offset[at] = o;
        few.row[at] = (int32_t)j;
    }
    return few;
}

bool iso_near_grows(const struct near_plan *p, const struct near_side *x, int64_t i,
                    struct near_bounds b)
{
    return p->rule != ISO_RULE_RATIO || x->mean[i] + b.low > 0;
}

/* The same operations as in iso_near_score, each of which never falls where its operands grow, so
 * that rounding cannot break the bound. The softmax's base is made of other operations and gets a
 * share for them. */
double iso_near_ceiling(const struct near_plan *p, const struct near_side *x, int64_t i,
                        struct near_bounds b, double c)
{
    switch (p->rule) {
    case ISO_RULE_CSLS:
        return 2 * c - (x->mean[i] + b.low);
    case ISO_RULE_RATIO:
        return c / ((x->mean[i] + (c > 0 ? b.low : b.high)) / 2);
    case ISO_RULE_DIFFERENCE:
        return c - (x->mean[i] + b.low) / 2;
    case ISO_RULE_INVSOFTMAX:
        return exp(p->beta * (c - b.low)) * (1 + 1e-9 * (1 + p->beta));
    default:
        return c;
    }
}

bool iso_near_line(double *slope, double *level, const struct near_plan *p,
                   const struct near_side *x, int64_t i, double score)
{
    *slope = *level = 0;
    switch (p->rule) {
    case ISO_RULE_CSLS:
        *slope = 0.5;
        *level = (score + x->mean[i]) / 2;
        break;
    case ISO_RULE_RATIO:
        *slope = score / 2;
        *level = score / 2 * x->mean[i];
        break;
    case ISO_RULE_DIFFERENCE:
        *slope = 0.5;
        *level = score + x->mean[i] / 2;
        break;
    case ISO_RULE_INVSOFTMAX:
        *slope = 1;
        *level = log(score) / p->beta;
        return score > DBL_MIN && isfinite(*level);
    default:
        *level = score;
    }
    return isfinite(*slope) && isfinite(*level);
}

/* Slope, offset, their product and the difference are rounded, and so is the threshold: five times
 * 2⁻²⁴ of at most 1 + |slope · offset|, of which eight are paid. */
double iso_near_line_slack(double slack, double slope, struct near_bounds b)
{
    return slack + 0x1p-21 * (1 + fabs(slope) * fmax(fabs(b.low), fabs(b.high)));
}
