/* Candidates that are the nearest by cosine alone: loops in double over all pairs, the golden
 * states of a real file, what is refused. */
#include "analysis/search/neighbours.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

enum { MOST = 40, WIDE = 5 };

/* --- By hand: three queries and candidates in the plane, two neighbours ---
 *
 * x: 0, 90, 45 degrees; y: 30, 60, 0 degrees. cos 0, 30, 45, 60 = 1, a, b, 1/2; c = cos 15.
 *        y0    y1    y2    nearest two   r
 *   x0   a     1/2   1     y2 y0         (1 + a)/2
 *   x1   1/2   a     0     y1 y0         (a + 1/2)/2
 *   x2   c     c     b     y0 y1         c
 * r of y: (c + a)/2, (c + a)/2, (1 + b)/2. The difference margin of x0 is, with y2,
 * 1 - ((1 + a)/2 + (1 + b)/2)/2 = 0.1067; with y0, a - ((1 + a)/2 + (c + a)/2)/2 = -0.0575. */
static void on_paper(void **state)
{
    const double a = sqrt(3) / 2, b = sqrt(0.5), c = (sqrt(6) + sqrt(2)) / 4;
    const float x[] = {1, 0, 0, 1, 1, 1}, y[] = {(float)a, .5f, .5f, (float)a, 1, 0};
    const iso_near_opt opt = {.rule = ISO_RULE_DIFFERENCE, .neighbours = 2, .k = 2, .knn = true};
    iso_near f;

    (void)state;
    ok(iso_near_find(&f, NULL, iso_view_f32(x, 3, 2), iso_view_f32(y, 3, 2), &opt, NULL, NULL));
    assert_int_equal(f.index[0], 2);
    assert_int_equal(f.index[1], 0);
    near(f.score[0], 1 - ((1 + a) / 2 + (1 + b) / 2) / 2, 1e-6);
    near(f.score[1], a - ((1 + a) / 2 + (c + a) / 2) / 2, 1e-6);
    assert_int_equal(f.index[2], 1); /* x1: y2, at a right angle, is no candidate */
    assert_int_equal(f.index[3], 0);
    iso_near_free(&f);
}

/* --- The oracle --- */

struct list {
    int count, row[MOST];
    double score[MOST];
};

static void put(struct list *l, int k, double score, int row)
{
    int at = l->count < k ? l->count++ : l->count;

    for (; at > 0 &&
           (score > l->score[at - 1] || (score == l->score[at - 1] && row < l->row[at - 1]));
         at--) {
        if (at < l->count) {
            l->score[at] = l->score[at - 1];
            l->row[at] = l->row[at - 1];
        }
    }
    if (at < l->count && at < k) {
        l->score[at] = score;
        l->row[at] = row;
    }
}

static double cosine(const float *x, const float *y)
{
    double xy = 0, xx = 0, yy = 0;

    for (int j = 0; j < WIDE; j++) {
        xy += (double)x[j] * y[j];
        xx += (double)x[j] * x[j];
        yy += (double)y[j] * y[j];
    }
    return xx > 0 && yy > 0 ? xy * (1 / sqrt(xx) * (1 / sqrt(yy))) : 0;
}

static struct list nearest(const float *x, int i, const float *y, int m, int k)
{
    struct list l = {0};

    for (int j = 0; j < m; j++)
        put(&l, k, cosine(x + i * WIDE, y + j * WIDE), j);
    return l;
}

static double mean(const struct list *l)
{
    double sum = 0;

    for (int a = 0; a < l->count; a++)
        sum += l->score[a];
    return sum / l->count;
}

static double score(iso_rule rule, double c, double rx, double ry)
{
    return rule == ISO_RULE_RATIO        ? (c == 0 ? 0 : c / ((rx + ry) / 2))
           : rule == ISO_RULE_DIFFERENCE ? c - (rx + ry) / 2
           : rule == ISO_RULE_CSLS       ? 2 * c - rx - ry
                                         : c;
}

static void compare(const iso_near *found, const float *x, int n, const float *y, int m,
                    iso_rule rule, int neighbours)
{
    for (int i = 0; i < n; i++) {
        const struct list l = nearest(x, i, y, m, neighbours);
        struct list best = {0};
        for (int a = 0; a < l.count; a++) {
            const struct list back = nearest(y, l.row[a], x, n, neighbours);
            put(&best, found->k, score(rule, l.score[a], mean(&l), mean(&back)), l.row[a]);
        }
        for (int a = 0; a < found->k; a++) {
            if (a < best.count) {
                near(found->score[i * found->k + a], best.score[a], 1e-9);
                if (a == 0 || fabs(best.score[a] - best.score[a - 1]) > 1e-12)
                    near(cosine(x + i * WIDE, y + found->index[i * found->k + a] * WIDE),
                         cosine(x + i * WIDE, y + best.row[a] * WIDE), 1e-9);
            } else {
                assert_int_equal(found->index[i * found->k + a], -1);
            }
        }
    }
}

static void fill(float *x, int n, int kind, iso_rng *rng)
{
    for (int i = 0; i < n * WIDE; i++)
        x[i] = (float)iso_rng_normal(rng);
    for (int i = 0; kind > 0 && i + 3 < n; i += 4) /* rows that are equal, rows of zeros */
        for (int j = 0; j < WIDE; j++)
            x[(i + 3) * WIDE + j] = kind == 1 ? x[j] : 0;
}

static void equals_loops_over_all_pairs(void **state)
{
    static const iso_rule rules[] = {ISO_RULE_CSLS, ISO_RULE_RATIO, ISO_RULE_DIFFERENCE,
                                     ISO_RULE_ABSOLUTE};
    static const int sizes[][2] = {{1, 1}, {3, 40}, {40, 37}, {17, 2}};
    iso_rng rng = iso_rng_seeded(4, 0);
    float x[MOST * WIDE], y[MOST * WIDE];

    (void)state;
    for (int s = 0; s < 4 * 3; s++) {
        const int n = sizes[s % 4][0], m = sizes[s % 4][1];
        fill(x, n, s / 4, &rng);
        fill(y, m, s / 4, &rng);
        for (int r = 0; r < 4 * 2 * 2; r++) {
            const int neighbours = r / 4 % 2 ? 10 : 4;
            const iso_near_opt opt = {.rule = rules[r % 4],
                                      .k = r / 4 % 2 ? 3 : 4,
                                      .neighbours = neighbours,
                                      .plain = r / 8 > 0,
                                      .knn = true};
            iso_near f, b;
            ok(iso_near_find(&f, &b, iso_view_f32(x, n, WIDE), iso_view_f32(y, m, WIDE), &opt, NULL,
                             NULL));
            compare(&f, x, n, y, m, opt.rule, neighbours);
            compare(&b, y, m, x, n, opt.rule, neighbours);
            iso_near_free(&f);
            iso_near_free(&b);
        }
    }
}

static void what_has_no_answer_is_refused(void **state)
{
    const float x[] = {1, 0, 0, 1};
    const iso_view v = iso_view_f32(x, 2, 2);
    const int64_t zero = 0;
    int64_t rank;
    iso_near f = {.k = 77};

    (void)state;
    fails(iso_near_find(&f, NULL, v, v, &(iso_near_opt){.rule = ISO_RULE_INVSOFTMAX, .knn = true},
                        NULL, NULL),
          ISO_EARG, "no nearest candidates");
    fails(iso_near_find(&f, NULL, v, v,
                        &(iso_near_opt){.rule = ISO_RULE_RATIO, .k = 5, .knn = true}, NULL, NULL),
          ISO_EARG, "k is 5, more than the 4 nearest candidates");
    fails(iso_near_ranks(&rank, v, v, &zero, &zero, 1,
                         &(iso_near_opt){.rule = ISO_RULE_RATIO, .knn = true}, NULL),
          ISO_EARG, "has no rank");
    assert_int_equal(f.k, 77);
}

static void every_allocation_may_fail(void **state)
{
    const iso_near_opt opt = {.rule = ISO_RULE_RATIO, .knn = true};
    iso_rng rng = iso_rng_seeded(6, 0);
    float x[MOST * WIDE], y[MOST * WIDE];
    iso_near f = {0}, b = {0};
    iso_err err = ISO_ENOMEM;

    (void)state;
    fill(x, MOST, 1, &rng);
    fill(y, MOST, 1, &rng);
    for (int n = 0; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_near_find(&f, &b, iso_view_f32(x, MOST, WIDE), iso_view_f32(y, MOST, WIDE), &opt,
                            NULL, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && !f.index && !b.index));
    }
    iso_near_free(&f);
    iso_near_free(&b);
}

int main(void)
{
    RUN_TESTS(test(on_paper), test(equals_loops_over_all_pairs),
              test(what_has_no_answer_is_refused), test(every_allocation_may_fail));
}
