#include "analysis/classify/smoothing.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

/* P(X >= votes) of n draws with probability p: terms downwards from the largest are summed by their
 * ratios, from the lower of tail and rest. */
static double tail(int64_t votes, int64_t n, double p)
{
    double term = lgamma((double)n + 1) - lgamma((double)votes + 1) -
                  lgamma((double)(n - votes) + 1) + (double)votes * log(p) +
                  (double)(n - votes) * log1p(-p);
    double sum = 0;

    term = exp(term);
    for (int64_t k = votes; k <= n; k++) {
        sum += term;
        term *= (double)(n - k) / (double)(k + 1) * (p / (1 - p));
    }
    return sum < 1 ? sum : 1;
}

double iso_binomial_lower(int64_t votes, int64_t n, double alpha)
{
    double lo = 0, hi = (double)votes / (double)n;

    if (votes <= 0)
        return 0;
    if (votes == n)
        return pow(alpha, 1 / (double)n);
    for (int i = 0; i < 200 && hi - lo > 1e-15 * hi; i++) {
        const double mid = 0.5 * (lo + hi);
        if (tail(votes, n, mid) < alpha)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static int32_t most_frequent(const int32_t *answer, int64_t n, int64_t *count, int classes)
{
    int32_t best = 0;

    for (int64_t i = 0; i < n; i++) {
        if (answer[i] >= 0 && answer[i] < classes)
            count[answer[i]]++;
    }
    for (int32_t c = 1; c < classes; c++)
        best = count[c] > count[best] ? c : best;
    return best;
}

double iso_smoothing_memory(int64_t choose, int64_t estimate)
{
    return (double)(choose > estimate ? choose : estimate) * sizeof(int32_t);
}

iso_err iso_smoothing_run(struct smoothed *out, const struct smoothing *s)
{
    const int64_t most = s->choose > s->estimate ? s->choose : s->estimate;
    struct smoothed r = {.answer = -1, .radius = NAN};
    int32_t *answer = NULL, chosen;
    int64_t *count = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(s->classes >= 2 && s->choose >= 1 && s->estimate >= 1,
             "smoothing with %d classes and %lld + %lld draws: at least 2, 1 and 1", s->classes,
             (long long)s->choose, (long long)s->estimate);
    ISO_NEED(s->alpha > 0 && s->alpha < 1 && s->sigma > 0 && isfinite(s->sigma),
             "smoothing with sigma %g, alpha %g", s->sigma, s->alpha);
    ISO_TRY(iso_alloc(&answer, most, sizeof *answer));
    ISO_TRY(iso_alloc(&count, s->classes, sizeof *count));
    ISO_TRY(s->classify(answer, s->payload, 0, s->choose));
    chosen = most_frequent(answer, s->choose, count, s->classes);
    ISO_TRY(s->classify(answer, s->payload, s->choose, s->estimate));
    for (int64_t i = 0; i < s->estimate; i++)
        r.votes += answer[i] == chosen;
    r.p = iso_binomial_lower(r.votes, s->estimate, s->alpha);
    r.why = "no class is shown to have more than half of the draws";
    if (r.p > 0.5) {
        r.answer = chosen;
        r.radius = s->sigma * iso_normal_quantile(r.p);
        r.why = NULL;
    }
    *out = r;
done:
    iso_free(answer);
    iso_free(count);
    return err;
}
