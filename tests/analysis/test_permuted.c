/* Many correlations under one permutation: against plain enumeration, within blocks, of parts of
 * the items, drawn ones. */
#include "analysis/stats/permuted.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

enum { N = 6 };

/* --- Plain definitions --- */

static double plain_pearson(const double *x, const double *y, int n)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;

    for (int i = 0; i < n; i++) {
        mx += x[i] / n;
        my += y[i] / n;
    }
    for (int i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xy / sqrt(xx * yy);
}

static void plain_ranks(double *to, const double *x, int n)
{
    for (int i = 0; i < n; i++) {
        to[i] = 0.5;
        for (int j = 0; j < n; j++)
            to[i] += x[j] < x[i] ? 1 : x[j] == x[i] ? 0.5 : 0;
    }
}

static double plain_kendall(const double *x, const double *y, int n)
{
    double sum = 0, in_x = 0, in_y = 0;

    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            const double u = (x[i] - x[j]), v = (y[i] - y[j]);
            sum += u * v > 0 ? 1 : u * v < 0 ? -1 : 0;
            in_x += u != 0;
            in_y += v != 0;
        }
    }
    return sum / sqrt(in_x * in_y);
}

static void left_of(double *to, double *on, const double *y, const double *z, int n)
{
    double my = 0, mz = 0, zz = 0, yz = 0;

    for (int i = 0; i < n; i++) {
        my += y[i] / n;
        mz += z[i] / n;
    }
    for (int i = 0; i < n; i++) {
        zz += (z[i] - mz) * (z[i] - mz);
        yz += (y[i] - my) * (z[i] - mz);
    }
    for (int i = 0; i < n; i++) {
        on[i] = my + yz / zz * (z[i] - mz);
        to[i] = y[i] - on[i];
    }
}

/* y is put back on its line in z after its rest has been permuted: Freedman and Lane. */
static double plain_partial(const double *x, const double *rest, const double *on, const double *z,
                            const int *order, int n)
{
    double moved[N];

    for (int i = 0; i < n; i++)
        moved[i] = on[i] + rest[order[i]];
    const double xy = plain_pearson(x, moved, n), xz = plain_pearson(x, z, n),
                 yz = plain_pearson(moved, z, n);
    return (xy - xz * yz) / sqrt((1 - xz * xz) * (1 - yz * yz));
}

static double plain_pairs(const double *a, const double *b, const int *order)
{
    double u[N * N], v[N * N];
    int count = 0;

    for (int i = 0; i < N; i++) {
        for (int j = i + 1; j < N; j++, count++) {
            u[count] = a[order[i] * N + order[j]];
            v[count] = b[i * N + j];
        }
    }
    return plain_pearson(u, v, count);
}

/* --- Five kinds of tests of six items; the second lacks items 1 and 3 --- */

static const double X[N] = {0.8, 0.82, 0.6, 0.35, 0.5, 0.55},
                    Y[N] = {0.1, 0.15, 0.2, 0.5, 0.4, 0.4};
static const double Z[N] = {5, 4, 6, 1, 2, 3.5};
static const int part[] = {0, 2, 4, 5};

enum { TESTS = 5 };

static void squares(double *a, double *b)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            a[i * N + j] = fabs(Y[i] - Y[j]);
            b[i * N + j] = i == j ? 0 : fabs(X[i] - X[j]) + 0.01 * ((i * j) % 5);
        }
    }
}

/* |r| of each under one order of all the items. */
static void plain(double *r, const int *order)
{
    double moved[N], rank[N], y_rank[N], rest[N], on[N], a[N * N], b[N * N];
    double x4[4], y4[4];
    int n = 0;

    squares(a, b);
    for (int i = 0; i < N; i++)
        moved[i] = Y[order[i]];
    r[0] = plain_pearson(X, moved, N);
    plain_ranks(rank, X, N);
    plain_ranks(y_rank, moved, N);
    r[1] = plain_pearson(rank, y_rank, N);
    left_of(rest, on, Y, Z, N);
    r[2] = plain_partial(X, rest, on, Z, order, N);
    r[3] = plain_pairs(a, b, order);
    for (int i = 0; i < N; i++) { /* those of the part, as they come */
        for (int k = 0; k < 4; k++) {
            if (part[k] == order[i])
                y4[n++] = Y[order[i]];
        }
    }
    for (int k = 0; k < 4; k++)
        x4[k] = X[part[k]];
    r[4] = plain_kendall(x4, y4, 4);
    for (int t = 0; t < TESTS; t++)
        r[t] = fabs(r[t]);
}

static void add_all(struct iso_permuted *s)
{
    double a[N * N], b[N * N], x4[4], y4[4];

    squares(a, b);
    for (int k = 0; k < 4; k++) {
        x4[k] = X[part[k]];
        y4[k] = Y[part[k]];
    }
    const struct iso_permuted_test tests[TESTS] = {
        {.kind = ISO_PEARSON, .n = N, .x = X, .y = Y},
        {.kind = ISO_SPEARMAN, .n = N, .x = X, .y = Y},
        {.kind = ISO_PEARSON, .n = N, .x = X, .y = Y, .z = Z},
        {.kind = ISO_PEARSON, .pairs = true, .n = N, .x = b, .y = a},
        {.kind = ISO_KENDALL, .n = 4, .item = part, .x = x4, .y = y4}};
    for (int t = 0; t < TESTS; t++)
        ok(iso_permuted_add(s, &tests[t]));
}

/* Two families: the first three, the last two. */
static const int family[TESTS] = {0, 0, 0, 1, 1};

static void in_deviations(double *r)
{
    const double size[TESTS] = {sqrt(N - 1.0), sqrt(N - 1.0), sqrt(N - 2.0), sqrt(N - 1.0),
                                1 / sqrt(2 * (2 * 4 + 5) / (9.0 * 4 * 3))};

    for (int t = 0; t < TESTS; t++)
        r[t] *= size[t];
}

static bool allowed(const int *order, const int *block)
{
    for (int i = 0; block && i < N; i++) {
        if (block[i] != block[order[i]])
            return false;
    }
    return true;
}

/* Every order of six numbers, by counting in base six. */
static int enumerate(double *p, double *p_max, const int *block)
{
    static const int same[N] = {0, 1, 2, 3, 4, 5};
    double now[TESTS], own[TESTS], largest[2];
    int total = 0;

    plain(own, same);
    in_deviations(own);
    for (int t = 0; t < TESTS; t++)
        p[t] = p_max[t] = 0;
    for (int code = 0; code < 46656; code++) {
        int order[N], seen = 0;
        for (int i = 0, c = code; i < N; i++, c /= N)
            seen |= 1 << (order[i] = c % N);
        if (seen != (1 << N) - 1 || !allowed(order, block))
            continue;
        plain(now, order);
        in_deviations(now);
        largest[0] = fmax(now[0], fmax(now[1], now[2]));
        largest[1] = fmax(now[3], now[4]);
        for (int t = 0; t < TESTS; t++) {
            p[t] += now[t] >= own[t] - 1e-11;
            p_max[t] += largest[family[t]] >= own[t] - 1e-11;
        }
        total++;
    }
    for (int t = 0; t < TESTS; t++) {
        p[t] /= total;
        p_max[t] /= total;
    }
    return total;
}

static void as_enumerated(const int *block, int orders)
{
    struct iso_permuted s = {0};
    double p[TESTS], p_max[TESTS];

    add_all(&s);
    for (int t = 0; t < TESTS; t++)
        s.at[t].family = family[t];
    ok(iso_permuted_run(&s, &(struct iso_permuted_opt){.block = block}, NULL));
    assert_int_equal(enumerate(p, p_max, block), orders);
    assert_int_equal(s.tried, orders);
    assert_true(s.possible == orders);
    for (int t = 0; t < TESTS; t++) {
        near(s.at[t].p, p[t], 1e-9);
        near(s.at[t].p_max, p_max[t], 1e-9);
        assert_true(s.at[t].p <= s.at[t].p_max);
        assert_int_equal(s.at[t].together, t < 3 ? 3 : 2);
    }
    iso_permuted_free(&s);
}

static void enumerated(void **state)
{
    (void)state;
    as_enumerated(NULL, 720);
}

static void in_blocks(void **state)
{
    (void)state;
    static const int two[N] = {0, 1, 0, 1, 0, 1}, uneven[N] = {2, 2, 2, 0, 2, 0}, one[N] = {0};

    as_enumerated(two, 36);
    as_enumerated(uneven, 48);
    as_enumerated(one, 720);
}

/* Drawn ones tend to all: of twelve items in blocks of four, 13 824 orders; and of as many without
 * blocks, whose |r| has the exact law of t where the items are normal. */
static void drawn(void **state)
{
    (void)state;
    enum { MANY = 12, K = 20000 };
    static const int block[MANY] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
    struct iso_permuted all = {0}, some = {0};
    iso_rng rng = iso_rng_seeded(9, 0);
    double x[MANY], y[MANY];

    for (int i = 0; i < MANY; i++) {
        x[i] = iso_rng_normal(&rng);
        y[i] = 0.3 * x[i] + iso_rng_normal(&rng);
    }
    const struct iso_permuted_test test = {.n = MANY, .x = x, .y = y};
    ok(iso_permuted_add(&all, &test));
    ok(iso_permuted_run(&all, &(struct iso_permuted_opt){.block = block}, NULL));
    assert_int_equal(all.tried, 13824);
    ok(iso_permuted_add(&some, &test));
    ok(iso_permuted_run(&some, &(struct iso_permuted_opt){.permutations = K}, NULL));
    assert_int_equal(some.tried, K);
    const double times = some.at[0].p * (K + 1); /* (b + 1)/(K + 1) */
    near(times, round(times), 1e-6);
    iso_value v; /* one alone is the same as by itself */
    ok(iso_correlation_of(&v, ISO_PEARSON, x, y, NULL, MANY,
                          &(iso_correlation_opt){.permutations = K}));
    near(v.p, some.at[0].p, 0);
    near(some.at[0].p_max, some.at[0].p, 0);
    iso_permuted_free(&all);
    iso_permuted_free(&some);
}

/* --- What goes wrong --- */

static bool stop(void *payload, const char *what, int64_t done, int64_t total, const char *unit)
{
    (void)payload, (void)what, (void)total, (void)unit;
    return done < 500;
}

static void ends(void **state)
{
    (void)state;
    const iso_run run = {.progress = stop};
    struct iso_permuted s = {0};
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err == ISO_ENOMEM; n++) {
        double x[12];
        for (int i = 0; i < 12; i++)
            x[i] = i * i % 7;
        iso_alloc_fail_after(n);
        err = iso_permuted_add(&s, &(struct iso_permuted_test){.n = 12, .x = x, .y = x});
        if (!err)
            err = iso_permuted_run(&s, &(struct iso_permuted_opt){.permutations = 20}, NULL);
        iso_alloc_fail_after(-1);
        if (!err) {
            iso_permuted_free(&s);
            ok(iso_permuted_add(&s, &(struct iso_permuted_test){.n = 12, .x = x, .y = x}));
            fails(iso_permuted_run(&s, &(struct iso_permuted_opt){0}, &run), ISO_ECANCEL, "");
        }
        iso_permuted_free(&s);
    }
    ok(err);
    ok(iso_permuted_run(&s, &(struct iso_permuted_opt){0}, NULL)); /* of nothing */
}

int main(void)
{
    RUN_TESTS(test(enumerated), test(in_blocks), test(drawn), test(ends));
}
