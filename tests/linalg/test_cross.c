/* Sums of blocks, of moved rows and of parts equal the sums of the whole. */
#include "tests/check.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/cross.h"

enum { N = 120, P = 5, Q = 3, EACH = N / ISO_GROUPS };

static double xs[N * P], ys[N * Q];

static void draw(uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int i = 0; i < N * P; i++)
        xs[i] = iso_rng_normal(&rng) + 2;
    for (int i = 0; i < N * Q; i++)
        ys[i] = iso_rng_normal(&rng) + xs[i / Q * P + i % Q];
}

static double norm2(const double *v, int n)
{
    double s = 0;

    for (int i = 0; i < n; i++)
        s += v[i] * v[i];
    return s;
}

/* One block of rows by hand: every companion from its definition. */
static void add(iso_cross *c, iso_moments *mx, iso_moments *my, const double *x, const double *y,
                int rows, int group, bool last, bool moments)
{
    double xy[P * Q] = {0}, qy_x[P] = {0}, qx_y[Q] = {0}, nx[N], ny[N], qq = 0;

    for (int i = 0; i < rows; i++) {
        nx[i] = norm2(x + i * P, P);
        ny[i] = norm2(y + i * Q, Q);
        qq += nx[i] * ny[i];
        for (int a = 0; a < P; a++) {
            qy_x[a] += ny[i] * x[i * P + a];
            for (int b = 0; b < Q; b++)
                xy[a * Q + b] += x[i * P + a] * y[i * Q + b];
        }
        for (int b = 0; b < Q; b++)
            qx_y[b] += nx[i] * y[i * Q + b];
    }
    if (moments) {
        iso_moments_add(mx, iso_view_f64(x, rows, P), nx, 0, group);
        iso_moments_add(my, iso_view_f64(y, rows, Q), ny, 0, group);
    }
    const iso_cross_block block = {iso_view_f64(xy, P, Q), iso_view_f64(qy_x, P, 1),
                                   iso_view_f64(qx_y, Q, 1), qq, 0};
    ok(iso_cross_add(c, &block, group, last, mx, my));
}

struct sums {
    iso_moments x, y;
    iso_cross c;
};

static void drop(struct sums *s)
{
    iso_moments_free(&s->x);
    iso_moments_free(&s->y);
    iso_cross_free(&s->c);
}

/* Rows [from, to) of x + d and y + e, dealt in order; `split` cuts every group in two blocks. */
static struct sums sums_of(int from, int to, double d, double e, bool split)
{
    static double x[N * P], y[N * Q];
    struct sums s = {0};

    for (int i = 0; i < N * P; i++)
        x[i] = xs[i] + d * (1 + i % P);
    for (int i = 0; i < N * Q; i++)
        y[i] = ys[i] + e * (1 + i % Q);
    ok(iso_moments_new(&s.x, P));
    ok(iso_moments_new(&s.y, Q));
    ok(iso_cross_new(&s.c, P, Q, false));
    for (int g = 0; g < ISO_GROUPS; g++) {
        const int first = g * EACH < from ? from : g * EACH;
        const int end = (g + 1) * EACH > to ? to : (g + 1) * EACH;
        const int half = split && end - first > 1 ? 2 : 0;
        if (end <= first)
            continue;
        if (half)
            add(&s.c, &s.x, &s.y, x + first * P, y + first * Q, half, g, false, true);
        add(&s.c, &s.x, &s.y, x + (first + half) * P, y + (first + half) * Q, end - first - half, g,
            true, true);
    }
    iso_cross_finish(&s.c, &s.x, &s.y);
    return s;
}

static void same(const struct sums *a, const struct sums *b, bool groups)
{
    assert_int_equal(a->c.n, b->c.n);
    for (int i = 0; i < P * Q; i++)
        near(a->c.xy[i], b->c.xy[i], 1e-9);
    for (int i = 0; i < P; i++)
        near(a->c.qy_x[i], b->c.qy_x[i], 1e-7);
    for (int j = 0; j < Q; j++)
        near(a->c.qx_y[j], b->c.qx_y[j], 1e-7);
    near(a->c.qq, b->c.qq, 1e-6);
    near(a->x.q, b->x.q, 1e-8);
    for (int i = 0; i < P; i++)
        near(a->x.s1[i], b->x.s1[i], 1e-9);
    for (int g = 0; groups && g < ISO_GROUPS; g++) {
        near(a->c.group[g].unbiased, b->c.group[g].unbiased, 1e-9);
        near(a->c.group[g].diag, b->c.group[g].diag, 1e-8);
        near(a->x.gq[g], b->x.gq[g], 1e-9);
    }
}

static void blocks_equal_the_whole(void **state)
{
    (void)state;
    draw(1);
    struct sums whole = sums_of(0, N, 0, 0, false), split = sums_of(0, N, 0, 0, true);
    same(&whole, &split, true);
    drop(&whole);
    drop(&split);
}

/* Sums of x − 1·(1,2,…) moved back to shift 0 are the sums of x. */
static void shifts_are_closed(void **state)
{
    (void)state;
    const double zero[P] = {0};
    draw(2);
    struct sums plain = sums_of(0, N, 0, 0, false), moved = sums_of(0, N, -1, -0.5, false);
    for (int i = 0; i < P; i++)
        moved.x.shift[i] = 1 + i;
    for (int j = 0; j < Q; j++)
        moved.y.shift[j] = 0.5 * (1 + j);
    ok(iso_cross_reshift(&moved.c, &moved.x, &moved.y, zero, zero));
    iso_moments_reshift(&moved.x, zero);
    iso_moments_reshift(&moved.y, zero);
    iso_cross_finish(&moved.c, &moved.x, &moved.y);
    same(&plain, &moved, true);
    near(iso_hsic_unbiased(&plain.c.total), iso_hsic_unbiased(&moved.c.total), 1e-8);
    near(iso_hsic_biased(&plain.c.total), iso_hsic_biased(&moved.c.total), 1e-6);
    drop(&plain);
    drop(&moved);
}

static void parts_add_up(void **state)
{
    (void)state;
    draw(3);
    struct sums whole = sums_of(0, N, 0, 0, false);
    struct sums a = sums_of(0, 8 * EACH, 0, 0, false), b = sums_of(8 * EACH, N, 0, 0, false);
    ok(iso_cross_merge(&a.c, &b.c));
    ok(iso_moments_merge(&a.x, &b.x));
    ok(iso_moments_merge(&a.y, &b.y));
    iso_cross_finish(&a.c, &a.x, &a.y);
    same(&whole, &a, true);
    b.x.shift[0] = 1;
    fails(iso_moments_merge(&a.x, &b.x), ISO_EARG, "different shifts");
    drop(&whole);
    drop(&a);
    drop(&b);
}

/* Groups without rows are zero, whatever their memory held before. */
static void empty_groups_are_zero(void **state)
{
    (void)state;
    struct sums s = {0};
    double *before;

    draw(4);
    ok(iso_alloc(&before, ISO_GROUPS * P * Q, sizeof *before));
    for (int i = 0; i < ISO_GROUPS * P * Q; i++)
        before[i] = NAN;
    iso_free(before);
    ok(iso_moments_new(&s.x, P));
    ok(iso_moments_new(&s.y, Q));
    ok(iso_cross_new(&s.c, P, Q, false));
    ok(iso_cross_keep(&s.c));
    add(&s.c, &s.x, &s.y, xs, ys, EACH, 3, true, true);
    iso_cross_finish(&s.c, &s.x, &s.y);
    for (int i = 0; i < ISO_GROUPS * P * Q; i++)
        near(s.c.kept[i], i / (P * Q) == 3 ? s.c.xy[i % (P * Q)] : 0, 1e-12);
    drop(&s);
}

/* By hand for one column: x = (0,1,2)', y = (0,0,3)': XcᵀYc = 3, so the biased form is 9. */
static void biased_by_hand(void **state)
{
    (void)state;
    const iso_hsic_sums s = {.n = 3,
                             .norm2 = 36,
                             .qq = 36,
                             .sx = 9,
                             .sy = 9,
                             .qx = 5,
                             .qy = 9,
                             .bil = 3 * 6 * 3,
                             .ax = 3 * 18,
                             .ay = 3 * 12};
    near(iso_hsic_biased(&s), 9, 1e-12);
    assert_true(isnan(iso_hsic_unbiased(&s)) != 0);
}

int main(void)
{
    RUN_TESTS(test(blocks_equal_the_whole), test(shifts_are_closed), test(parts_add_up),
              test(empty_groups_are_zero), test(biased_by_hand));
}
