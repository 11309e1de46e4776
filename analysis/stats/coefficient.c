/* Coefficients of correlation: Pearson, ranks, Kendall; a third quantity held constant. */
#include <math.h>
#include <string.h>

#include "analysis/stats/coefficient.h"
#include "lib/linalg/statistics.h"

const char *iso_correlation_name(iso_correlation kind)
{
    static const char *const names[] = {"pearson", "spearman", "kendall"};

    return names[kind];
}

double iso_correlation_critical(int64_t n)
{
    if (n < 3)
        return 1;
    const double t = iso_student_quantile(0.975, (double)n - 2);
    return t / sqrt((double)n - 2 + t * t);
}

/* How many of the sorted numbers are below x, or not above it. */
static int64_t count_below(const double *sorted, int64_t n, double x, bool equal_too)
{
    int64_t low = 0;

    for (int64_t high = n; low < high;) {
        const int64_t middle = low + (high - low) / 2;
        if (sorted[middle] < x || (equal_too && sorted[middle] == x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void iso_ranks(double *rank, double *sorted, const double *x, int64_t n)
{
    if (n < 1)
        return;
    memcpy(sorted, x, (size_t)n * sizeof *sorted);
    iso_sort(sorted, n);
    for (int64_t i = 0; i < n; i++)
        rank[i] = 0.5 * (double)(count_below(sorted, n, x[i], false) + 1 +
                                 count_below(sorted, n, x[i], true));
}

void iso_rank_places(int64_t *place, double *sorted, const double *x, int64_t n)
{
    if (n < 1)
        return;
    memcpy(sorted, x, (size_t)n * sizeof *sorted);
    iso_sort(sorted, n);
    for (int64_t i = 0; i < n; i++)
        place[i] = count_below(sorted, n, x[i], false);
}

void iso_ranks_picked(double *rank, int64_t *room, const int64_t *place, const int64_t *pick,
                      int64_t m, int64_t n)
{
    int64_t below = 0;

    memset(room, 0, (size_t)n * sizeof *room);
    for (int64_t i = 0; i < m; i++)
        room[place[pick[i]]]++;
    for (int64_t v = 0; v < n; v++) { /* how many have the value, then twice their rank */
        const int64_t equal = room[v];
        room[v] = 2 * below + equal + 1;
        below += equal;
    }
    for (int64_t i = 0; i < m; i++)
        rank[i] = 0.5 * (double)room[place[pick[i]]];
}

static double mean_of(const double *x, int64_t n)
{
    double sum = 0, rest = 0;

    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    sum /= (double)n;
    for (int64_t i = 0; i < n; i++) /* what rounding lost */
        rest += x[i] - sum;
    return sum + rest / (double)n;
}

double iso_pearson(const double *x, const double *y, int64_t n)
{
    const double mx = mean_of(x, n), my = mean_of(y, n);
    double xx = 0, yy = 0, xy = 0;

    if (n < 2 || iso_all_equal(x, n) || iso_all_equal(y, n))
        return NAN;
    for (int64_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xy / (sqrt(xx) * sqrt(yy));
}

static int order_of(double a, double b)
{
    return (a > b) - (a < b);
}

static double kendall(const double *x, const double *y, int64_t n)
{
    double sum = 0, in_x = 0, in_y = 0;

    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) {
            const int a = order_of(x[i], x[j]), b = order_of(y[i], y[j]);
            sum += a * b;
            in_x += a != 0;
            in_y += b != 0;
        }
    }
    return in_x > 0 && in_y > 0 ? sum / (sqrt(in_x) * sqrt(in_y)) : NAN;
}

double iso_correlation_partial(double xy, double xz, double yz)
{
    const double left = (1 - xz * xz) * (1 - yz * yz);

    return left > 1e-12 ? (xy - xz * yz) / sqrt(left) : NAN;
}

double iso_correlation_coefficient(iso_correlation kind, const double *x, const double *y,
                                   int64_t n)
{
    return kind == ISO_KENDALL ? kendall(x, y, n) : iso_pearson(x, y, n);
}
