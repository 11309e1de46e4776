/* What can be said of a score from its cosine alone, and the line that a score is in the plane of
 * the cosine and of what it takes from the candidate. */
#include <float.h>
#include <math.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"

double near_offset(const struct near_plan *p, const struct near_side *y, int64_t j)
{
    if (near_needs_means(p->rule))
        return y->mean[j];
    if (p->rule == ISO_RULE_INVSOFTMAX)
        return y->top[j] + log(y->sum[j]) / p->beta;
    return 0;
}

iso_err near_offsets(float **out, const struct near_side *y, const struct near_plan *p)
{
    float *o = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&o, (y->rows / 16 + 1) * 16, sizeof *o));
    for (int64_t j = 0; j < y->rows; j++)
        o[j] = (float)near_offset(p, y, j);
    *out = o;
done:
    return err;
}

struct near_bounds near_bounds_of(const struct near_plan *p, const struct near_side *y)
{
    struct near_bounds b = {INFINITY, -INFINITY};

    for (int64_t j = 0; j < y->rows; j++) {
        const double o = near_offset(p, y, j);
        b.low = fmin(b.low, o);
        b.high = fmax(b.high, o);
    }
    return b;
}

struct near_few near_few_of(const struct near_plan *p, const struct near_side *y)
{
    struct near_few few = {.rest = {INFINITY, -INFINITY}};
    double offset[NEAR_FEW + 1];

    for (int64_t j = 0; j < y->rows; j++) {
        const double o = near_offset(p, y, j);
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

bool near_grows(const struct near_plan *p, const struct near_side *x, int64_t i,
                struct near_bounds b)
{
    return p->rule != ISO_RULE_RATIO || x->mean[i] + b.low > 0;
}

/* The same operations as in near_score, each of which never falls where its operands grow, so that
 * rounding cannot break the bound. The softmax's base is made of other operations and gets a share
 * for them. */
double near_ceiling(const struct near_plan *p, const struct near_side *x, int64_t i,
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

bool near_line(double *slope, double *level, const struct near_plan *p, const struct near_side *x,
               int64_t i, double score)
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
double near_line_slack(double slack, double slope, struct near_bounds b)
{
    return slack + 0x1p-21 * (1 + fabs(slope) * fmax(fabs(b.low), fabs(b.high)));
}
