/* Distances of centroids: by hand, undefined cases, chance levels by dealing, coverage. */
#include "analysis/similarity/centroid.h"
#include "tests/analysis/paired.h"

enum { KINDS = 5 };
static const iso_measure *const kinds[KINDS] = {&iso_centroid_euclidean, &iso_centroid_relative,
                                                &iso_centroid_cosine, &iso_centroid_cosine_centred,
                                                &iso_centroid_share};

static iso_value value_of(const iso_measure *m, const struct paired *t, double *rep)
{
    iso_value v;

    ok(m->value(&v, rep, &t->pair));
    return v;
}

/* x = (0,0) (2,0), y = (0,3) (4,3): centroids (1,0) and (2,3), gap² = 10, tr S = 2 and 8,
 * D = (9 + 4 + 9)/2 = 11, cos = 2/√13. */
static void two_items_by_hand(void **state)
{
    (void)state;
    const double x[] = {0, 0, 2, 0}, y[] = {0, 3, 4, 3}, c[] = {1, 1}, shift[] = {5, -1};
    struct paired t;

    paired_new(&t, x, y, 2, 2, 2, NULL, shift);
    t.pair.centre = c;
    t.pair.peers = 3;
    near(value_of(kinds[0], &t, NULL).value, sqrt(10), 1e-14);
    near(value_of(kinds[1], &t, NULL).value, sqrt(10.0 / 5), 1e-14);
    near(value_of(kinds[2], &t, NULL).value, 1 - 2 / sqrt(13), 1e-14);
    near(value_of(kinds[3], &t, NULL).value, 1 + 2 / sqrt(5), 1e-14); /* (0,−1) and (1,2) */
    near(value_of(kinds[4], &t, NULL).value, 10.0 / 11, 1e-14);
    near(value_of(kinds[0], &t, NULL).null, sqrt(11.0 / 2), 1e-14);
    near(value_of(kinds[4], &t, NULL).null, 0.5, 1e-15);
    text(value_of(kinds[0], &t, NULL).why, "no interval: fewer than 4 items");
    assert_null(value_of(kinds[0], &t, NULL).interval);
    paired_free(&t);
}

/* What they are called elsewhere: of one dim `relative` is |Cohen's d|, variances with n − 1;
 * `share` is the partial η² of a repeated-measures ANOVA, language the factor and items the blocks,
 * by its three sums of squares. */
static void published_names(void **state)
{
    (void)state;
    enum { N = 7, P = 3 };
    iso_rng rng = iso_rng_seeded(4, 0);
    double x[N * P], y[N * P], language = 0, error = 0, vx = 0, vy = 0, mx = 0, my = 0;
    struct paired t;

    for (int i = 0; i < N * P; i++) {
        x[i] = iso_rng_normal(&rng);
        y[i] = x[i] + 0.5 + iso_rng_normal(&rng);
    }
    for (int j = 0; j < P; j++) {
        double of_x = 0, of_y = 0;
        for (int i = 0; i < N; i++) {
            of_x += x[i * P + j] / N;
            of_y += y[i * P + j] / N;
        }
        const double all = (of_x + of_y) / 2;
        language += N * ((of_x - all) * (of_x - all) + (of_y - all) * (of_y - all));
        for (int i = 0; i < N; i++) {
            const double item = (x[i * P + j] + y[i * P + j]) / 2;
            const double ex = x[i * P + j] - item - of_x + all,
                         ey = y[i * P + j] - item - of_y + all;
            error += ex * ex + ey * ey;
        }
    }
    paired_new(&t, x, y, N, P, P, NULL, NULL);
    near(value_of(kinds[4], &t, NULL).value, language / (language + error), 1e-12);
    paired_free(&t);
    for (int i = 0; i < N; i++) { /* the first column alone */
        x[i] = x[i * P];
        y[i] = y[i * P];
        mx += x[i] / N;
        my += y[i] / N;
    }
    for (int i = 0; i < N; i++) {
        vx += (x[i] - mx) * (x[i] - mx) / (N - 1);
        vy += (y[i] - my) * (y[i] - my) / (N - 1);
    }
    paired_new(&t, x, y, N, 1, 1, NULL, NULL);
    near(value_of(kinds[1], &t, NULL).value, fabs(mx - my) / sqrt((vx + vy) / 2), 1e-12);
    paired_free(&t);
}

/* Equal rows are exactly 0 apart, whatever their shifts and lengths. An angle of 1e-9 is 5e-19
 * apart, where 1 − cos would say 0 or 1e-16. */
static void small_angles(void **state)
{
    (void)state;
    const double x[] = {0.1, 0.7, 0.3, 0.9, 0.2, 0.4}, shift[] = {0.3, 0.1, 0.77};
    const double a[] = {3, 0, 3, 0}, b[] = {3, 3e-9, 3, 3e-9}, twice[] = {6, 0, 6, 0};
    struct paired t;

    for (int i = 0; i < 2; i++) {
        paired_new(&t, x, x, 2, 3, 3, i ? shift : NULL, i ? shift : NULL);
        assert_true(value_of(kinds[2], &t, NULL).value == 0);
        paired_free(&t);
    }
    paired_new(&t, a, twice, 2, 2, 2, NULL, NULL);
    assert_true(value_of(kinds[2], &t, NULL).value == 0);
    paired_free(&t);
    paired_new(&t, a, b, 2, 2, 2, NULL, NULL);
    near(value_of(kinds[2], &t, NULL).value, 5e-19, 1e-27);
    paired_free(&t);
}

static void absent_with_a_reason(void **state)
{
    (void)state;
    const double zero[8] = {0}, x[] = {1, 2, 3, 4, 5, 6, 7, 8}, same[] = {1, 2, 1, 2, 1, 2, 1, 2};
    struct paired t;
    iso_value v;

    paired_new(&t, x, x, 2, 4, 3, NULL, NULL);
    for (int k = 0; k < KINDS; k++) {
        v = value_of(kinds[k], &t, NULL);
        assert_true(isnan(v.value) && isnan(v.lo) && isnan(v.null));
        text(v.why, "centroid distances need sides of equal dimension");
    }
    paired_free(&t);
    paired_new(&t, x, x, 0, 2, 2, NULL, NULL);
    text(value_of(kinds[0], &t, NULL).why, "no items");
    paired_free(&t);
    paired_new(&t, x, zero, 4, 2, 2, NULL, NULL);
    text(value_of(kinds[2], &t, NULL).why, "a centroid is zero");
    text(value_of(kinds[3], &t, NULL).why, "centring needs the centroids of two languages or more");
    t.pair.xy = NULL;
    text(value_of(kinds[4], &t, NULL).why, "the inner products of pairs were not kept");
    assert_true(isnan(value_of(kinds[0], &t, NULL).null));
    paired_free(&t);
    paired_new(&t, x, x, 4, 2, 2, NULL, NULL);
    text(value_of(kinds[4], &t, NULL).why, "the pairs of translations do not differ");
    assert_true(value_of(kinds[0], &t, NULL).value == 0);
    paired_free(&t);
    paired_new(&t, same, zero, 4, 2, 2, NULL, NULL);
    text(value_of(kinds[1], &t, NULL).why, "no variance within the languages");
    paired_free(&t);
}

static void of_two_languages_centred_says_nothing(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 5, 2, 2, 1, 0}, y[] = {0, 1, 7, 7, 2, 1, 1, 1};
    double c[2] = {0}, rep[ISO_GROUPS];
    struct paired t;

    paired_new(&t, x, y, 4, 2, 2, NULL, NULL);
    for (int i = 0; i < 8; i++)
        c[i % 2] += (x[i] + y[i]) / 8;
    t.pair.centre = c;
    t.pair.peers = 2;
    const iso_value v = value_of(&iso_centroid_cosine_centred, &t, rep);
    assert_true(v.value == 2 && isnan(v.lo) && !v.interval);
    text(v.why, "two languages: always 2, says nothing");
    paired_free(&t);
}

/* Means of 5000 and shifts that miss them by different amounts change nothing. */
static void shifts_do_not_matter(void **state)
{
    (void)state;
    enum { N = 50, P = 7 };
    iso_rng rng = iso_rng_seeded(21, 0);
    double *x = paired_noise(&rng, N * P), *y = paired_noise(&rng, N * P), sx[P], sy[P], c[P];
    struct paired near_mean, plain;

    for (int j = 0; j < P; j++) {
        sx[j] = 5000.25;
        sy[j] = 5003 - j;
        c[j] = 5000.5 + 0.1 * j;
    }
    for (int i = 0; i < N * P; i++) {
        x[i] += 5000;
        y[i] += 5001;
    }
    paired_new(&near_mean, x, y, N, P, P, sx, sy);
    paired_new(&plain, x, y, N, P, P, sx, sx);
    plain.pair.centre = near_mean.pair.centre = c;
    plain.pair.peers = near_mean.pair.peers = 3;
    for (int k = 0; k < KINDS; k++) {
        const iso_value a = value_of(kinds[k], &near_mean, NULL);
        const iso_value b = value_of(kinds[k], &plain, NULL);
        near(a.value, b.value, 1e-12);
        near(a.lo, b.lo, 1e-10);
        near(a.hi, b.hi, 1e-10);
        assert_true(a.lo <= a.value && a.value <= a.hi);
        if (!isnan(a.null))
            near(a.null, b.null, 1e-12);
    }
    paired_free(&near_mean);
    paired_free(&plain);
    iso_free(x);
    iso_free(y);
}

/* Replicate g is the value of the other rows. */
static void replicates_leave_one_group_out(void **state)
{
    (void)state;
    enum { N = 60, P = 4, SIZE = N / ISO_GROUPS, G = 7 };
    iso_rng rng = iso_rng_seeded(22, 0);
    double *x = paired_noise(&rng, N * P), *y = paired_noise(&rng, N * P), rep[N];
    double c[P] = {0.1, 0.2, -0.3, 0.1}, left[ISO_GROUPS * P], u[N * P], v[N * P];
    struct paired all, some;

    for (int i = 0, k = 0; i < N * P; i++)
        if (i / P / SIZE != G) {
            u[k] = x[i];
            v[k++] = y[i];
        }
    for (int i = 0; i < ISO_GROUPS * P; i++)
        left[i] = i / P == G ? 0.05 * (i % P) : NAN;
    paired_new(&all, x, y, N, P, P, NULL, NULL);
    paired_new(&some, u, v, N - SIZE, P, P, NULL, NULL);
    all.pair.peers = some.pair.peers = 3;
    all.pair.centre = c;
    all.pair.centre_left = left;
    some.pair.centre = left + G * P;
    for (int k = 0; k < KINDS; k++) {
        value_of(kinds[k], &all, rep);
        near(rep[G], value_of(kinds[k], &some, NULL).value, 1e-13);
    }
    paired_free(&all);
    paired_free(&some);
    iso_free(x);
    iso_free(y);
}

/* Deals the two states of every item to the two sides by a coin. */
static void deal(iso_rng *rng, double *u, double *v, const double *x, const double *y, int n, int p)
{
    for (int i = 0; i < n; i++) {
        const bool swap = iso_rng_next(rng) >> 63;
        for (int j = i * p; j < (i + 1) * p; j++) {
            u[j] = swap ? y[j] : x[j];
            v[j] = swap ? x[j] : y[j];
        }
    }
}

/* 4000 deals: the mean square of each distance is the square of its null, share's mean is 1/n. */
static void nulls_are_what_dealing_gives(void **state)
{
    (void)state;
    enum { N = 40, P = 6, DEALS = 4000 };
    iso_rng rng = iso_rng_seeded(23, 0);
    double *x = paired_noise(&rng, N * P), *y = paired_noise(&rng, N * P), u[N * P], v[N * P];
    double square[2] = {0}, share = 0;
    struct paired t;

    for (int i = 0; i < N * P; i++)
        y[i] = 0.5 * y[i] + 0.7 * x[i] + 2;
    for (int k = 0; k < DEALS; k++) {
        deal(&rng, u, v, x, y, N, P);
        paired_new(&t, u, v, N, P, P, NULL, NULL);
        for (int m = 0; m < 2; m++) {
            const double d = value_of(kinds[m], &t, NULL).value;
            square[m] += d * d / DEALS;
        }
        share += value_of(&iso_centroid_share, &t, NULL).value / DEALS;
        paired_free(&t);
    }
    paired_new(&t, x, y, N, P, P, NULL, NULL);
    /* the sd of a square is about √(2/p) of it, of the mean of 4000 0.009; 4 of these */
    near(sqrt(square[0]) / value_of(kinds[0], &t, NULL).null, 1, 0.018);
    near(sqrt(square[1]) / value_of(kinds[1], &t, NULL).null, 1, 0.018 + 1.0 / (2 * N));
    near(share * N, 1, 0.036);
    assert_true(value_of(kinds[0], &t, NULL).value > 3 * value_of(kinds[0], &t, NULL).null);
    paired_free(&t);
    iso_free(x);
    iso_free(y);
}

/* A population of three languages: x_l = μ_l + sd (z + e_l), z shared by translations. */
struct population {
    int rogue;       /* dimensions of sd 30 instead of 1 */
    double gap;      /* how far apart the languages lie, in sd of an ordinary dimension */
    double *mu, *sd; /* 3 × p, p */
    double target[KINDS];
    int hits[KINDS];
};

static double dot_from(const double *a, const double *b, const double *c, int p)
{
    double sum = 0;

    for (int j = 0; j < p; j++)
        sum += (a[j] - (c ? c[j] : 0)) * (b[j] - (c ? c[j] : 0));
    return sum;
}

static void population_new(struct population *w, int p)
{
    iso_rng rng = iso_rng_seeded(24, 0);
    double *c = NULL, trace = 0;

    w->mu = paired_noise(&rng, 3 * p);
    ok(iso_alloc(&w->sd, p, sizeof *w->sd));
    ok(iso_alloc(&c, p, sizeof *c));
    for (int j = 0; j < p; j++) {
        const double common = iso_rng_normal(&rng);
        w->sd[j] = j < w->rogue ? 30 : 1;
        trace += w->sd[j] * w->sd[j];
        for (int l = 0; l < 3; l++) {
            double *m = &w->mu[l * p + j];
            *m = common * w->sd[j] + w->gap * *m;
            c[j] += *m / 3;
        }
    }
    const double *a = w->mu, *b = w->mu + p;
    const double gap2 = dot_from(a, a, b, p);
    w->target[0] = sqrt(gap2);
    w->target[1] = sqrt(gap2 / (2 * trace));
    w->target[2] =
        1 - dot_from(a, b, NULL, p) / sqrt(dot_from(a, a, NULL, p) * dot_from(b, b, NULL, p));
    w->target[3] = 1 - dot_from(a, b, c, p) / sqrt(dot_from(a, a, c, p) * dot_from(b, b, c, p));
    w->target[4] = gap2 / (gap2 + 2 * trace);
    iso_free(c);
}

/* One set of n items made of standard noise, and the centre with and without each group. */
static void draw(double *x, double *c, double *left, const struct population *w,
                 const double *noise, int n, int p)
{
    memset(c, 0, (size_t)p * sizeof *c);
    memset(left, 0, (size_t)(ISO_GROUPS * p) * sizeof *left);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < p; j++)
            for (int l = 0; l < 3; l++) {
                const double z = noise[i * p + j], e = noise[((l + 1) * n + i) * p + j];
                double *v = &x[(l * n + i) * p + j];
                *v = w->mu[l * p + j] + w->sd[j] * (z + e);
                c[j] += *v / 3;
                left[paired_group(i, n) * p + j] += *v / 3;
            }
    for (int i = 0; i < ISO_GROUPS * p; i++)
        left[i] = (c[i % p] - left[i]) / (n - n / ISO_GROUPS);
    for (int j = 0; j < p; j++)
        c[j] /= n;
}

static void count_hits(struct population *w, const double *noise, double *x, int n, int p)
{
    double *c = NULL, *left = NULL;
    struct paired t;

    ok(iso_alloc(&c, p, sizeof *c));
    ok(iso_alloc(&left, ISO_GROUPS * p, sizeof *left));
    draw(x, c, left, w, noise, n, p);
    paired_new(&t, x, x + n * p, n, p, p, NULL, NULL);
    t.pair.centre = c;
    t.pair.centre_left = left;
    t.pair.peers = 3;
    for (int k = 0; k < KINDS; k++) {
        const iso_value v = value_of(kinds[k], &t, NULL);
        text(v.interval, "groups");
        w->hits[k] += v.lo <= w->target[k] && w->target[k] <= v.hi;
    }
    paired_free(&t);
    iso_free(c);
    iso_free(left);
}

/* 300 sets of n = 200, d = 150: at least 0.90 of the intervals hold the population's distance, also
 * where languages differ by less than the noise of their centroids, down to not at all (there the
 * centred cosine has no true value). */
static void intervals_cover(void **state)
{
    (void)state;
    enum { N = 200, P = 150, SETS = 300, WORLDS = 4 };
    struct population worlds[WORLDS] = {{.rogue = 0, .gap = 0.3},
                                        {.rogue = 3, .gap = 0.3},
                                        {.rogue = 3, .gap = 0.1},
                                        {.rogue = 3, .gap = 0}};
    iso_rng rng = iso_rng_seeded(25, 0);
    double *x = NULL;

    ok(iso_alloc(&x, 3 * N * P, sizeof *x));
    for (int w = 0; w < WORLDS; w++)
        population_new(&worlds[w], P);
    for (int s = 0; s < SETS; s++) {
        double *noise = paired_noise(&rng, 4 * N * P);
        for (int w = 0; w < WORLDS; w++)
            count_hits(&worlds[w], noise, x, N, P);
        iso_free(noise);
    }
    iso_free(x);
    for (int w = 0; w < WORLDS; w++) {
        const struct population *v = &worlds[w];
        for (int k = 0; k < KINDS; k++) {
            if (v->gap == 0 && kinds[k] == &iso_centroid_cosine_centred)
                continue;
            print_message("coverage of %s, %d rogue dimensions, gap %g: %.3f\n",
                          kinds[k]->estimator, v->rogue, v->gap, v->hits[k] / (double)SETS);
            assert_true(v->hits[k] >= 0.90 * SETS);
        }
        iso_free(v->mu);
        iso_free(v->sd);
    }
}

int main(void)
{
    RUN_TESTS(test(two_items_by_hand), test(published_names), test(small_angles),
              test(absent_with_a_reason), test(of_two_languages_centred_says_nothing),
              test(shifts_do_not_matter), test(replicates_leave_one_group_out),
              test(nulls_are_what_dealing_gives), test(intervals_cover));
}
