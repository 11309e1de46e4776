/* Sums over Gram matrices against loops written out, on every kind of CPU, with any threads. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/base/cpu.h"
#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/linalg/gram.h"
#include "lib/linalg/loops.h"

enum { M = 5, PAIRS = 7, GROUPS = 4, MOST = 300, COLS = 800 };

/* Two families, and a matrix that nobody asks for; columns of one stretch and of two, of none. */
static const int cols[M] = {3, COLS, 0, 33, 16};
static const iso_gram_pair pair[PAIRS] = {{0, 1}, {1, 1}, {1, 0}, {0, 0}, {3, 3}, {2, 3}, {2, 2}};

struct data {
    int n;
    iso_mat x[M];
    iso_view view[M];
    double *k[M]; /* n × n */
    double *norm2[M];
};

static double entry(const iso_mat *m, int i, int j)
{
    const int64_t at = i * m->stride + j;

    return m->dtype == ISO_F64 ? ((const double *)m->data)[at]
                               : (double)((const float *)m->data)[at];
}

static struct data draw(int n, iso_dtype dtype)
{
    iso_rng rng = iso_rng_seeded((uint64_t)n, 0);
    struct data d = {.n = n};

    for (int m = 0; m < M; m++) {
        ok(iso_mat_new(&d.x[m], n, cols[m] + 3, dtype));
        d.x[m].cols = cols[m];
        d.view[m] = iso_mat_view(&d.x[m]);
        ok(iso_alloc(&d.k[m], n * n, sizeof(double)));
        ok(iso_alloc(&d.norm2[m], n, sizeof(double)));
        for (int64_t i = 0; i < n * (cols[m] + 3); i++) {
            const double v = iso_rng_normal(&rng) / 8;
            if (dtype == ISO_F64)
                ((double *)d.x[m].data)[i] = v;
            else
                ((float *)d.x[m].data)[i] = (float)v;
        }
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                for (int c = 0; c < cols[m]; c++)
                    d.k[m][i * n + j] += entry(&d.x[m], i, c) * entry(&d.x[m], j, c);
        for (int i = 0; i < n; i++)
            d.norm2[m][i] = d.k[m][i * n + i];
    }
    return d;
}

static void drop(struct data *d)
{
    for (int m = 0; m < M; m++) {
        iso_mat_free(&d->x[m]);
        iso_free(d->k[m]);
        iso_free(d->norm2[m]);
    }
}

/* off, kl and lk of pair p. */
static void terms_are(const struct data *d, const iso_gram_terms *t, int p, double tolerance)
{
    const int n = d->n;
    const double *k = d->k[pair[p].x], *l = d->k[pair[p].y];

    for (int i = 0; i < n; i++) {
        double off = 0, kl = 0, lk = 0;
        for (int j = 0; j < n; j++) {
            off += j == i ? 0 : k[i * n + j] * l[i * n + j];
            kl += k[i * n + j] * l[j * n + j];
            lk += l[i * n + j] * k[j * n + j];
        }
        near(t->off[i], off, tolerance);
        near(t->kl[i], kl, tolerance);
        near(t->lk[i], lk, tolerance);
    }
}

static void rows(struct data *d, double tolerance)
{
    iso_gram_terms terms[PAIRS];
    double *memory;

    ok(iso_alloc(&memory, 3 * PAIRS * d->n, sizeof *memory));
    for (int p = 0; p < PAIRS; p++) {
        double *own = memory + 3 * p * d->n;
        terms[p] = (iso_gram_terms){.off = own, .kl = own + d->n, .lk = own + 2 * d->n};
    }
    ok(iso_gram_pairs(terms, pair, PAIRS, d->view, (const double *const *)d->norm2, M, NULL));
    for (int p = 0; p < PAIRS; p++)
        terms_are(d, &terms[p], p, tolerance);
    iso_free(memory);
}

static int group_of(const int64_t *first, int i)
{
    int g = 0;

    while (first[g + 1] <= i)
        g++;
    return g;
}

static void groups(struct data *d, double tolerance)
{
    const int n = d->n;
    const int64_t first[GROUPS + 1] = {0, n / 3, n / 3, n / 3 + n / 2, n};
    double within[GROUPS * PAIRS], alone[GROUPS * PAIRS], between[PAIRS];

    ok(iso_gram_sums(within, between, first, GROUPS, pair, PAIRS, d->view, M, NULL));
    ok(iso_gram_sums(alone, NULL, first, GROUPS, pair, PAIRS, d->view, M, NULL));
    for (int p = 0; p < PAIRS; p++) {
        double own[GROUPS] = {0}, other = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) {
                const double kl = d->k[pair[p].x][i * n + j] * d->k[pair[p].y][i * n + j];
                const int g = group_of(first, i);
                if (g != group_of(first, j))
                    other += kl;
                else if (i != j)
                    own[g] += kl;
            }
        near(between[p], other, tolerance * (n + 1));
        for (int g = 0; g < GROUPS; g++) {
            near(within[g * PAIRS + p], own[g], tolerance * (n + 1));
            assert_true(alone[g * PAIRS + p] == within[g * PAIRS + p]);
        }
    }
}

static void sums_are_those_of_the_whole_matrix(void **state)
{
    (void)state;
    const int sizes[] = {0, 1, 2, 17, 56, 57, 127, 130, MOST};
    for (int level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX512; level++) {
        const iso_cpu before = iso_cpu_limit((iso_cpu)level);
        for (int s = 0; s < 9; s++)
            for (int wide = 0; wide < 2; wide++) {
                struct data d = draw(sizes[s], wide ? ISO_F64 : ISO_F32);
                rows(&d, wide ? 1e-10 : 5e-4);
                groups(&d, wide ? 1e-10 : 2e-5);
                drop(&d);
            }
        iso_cpu_limit(before);
    }
}

static void threads_change_nothing(void **state)
{
    (void)state;
    enum { N = MOST };
    struct data d = draw(N, ISO_F32);
    const int before = iso_threads_most();
    static double off[3][PAIRS * N], between[3][PAIRS];
    for (int t = 0; t < 3; t++) {
        const int64_t first[] = {0, 100, N};
        static double rest[2 * PAIRS * N], within[2 * PAIRS];
        iso_gram_terms terms[PAIRS];
        iso_threads_set(t + 1);
        for (int p = 0; p < PAIRS; p++)
            terms[p] = (iso_gram_terms){
                .off = off[t] + p * N, .kl = rest + 2 * p * N, .lk = rest + (2 * p + 1) * N};
        ok(iso_gram_pairs(terms, pair, PAIRS, d.view, (const double *const *)d.norm2, M, NULL));
        ok(iso_gram_sums(within, between[t], first, 2, pair, PAIRS, d.view, M, NULL));
        assert_memory_equal(off[t], off[0], sizeof off[0]);
        assert_memory_equal(between[t], between[0], sizeof between[0]);
    }
    iso_threads_set(before);
    drop(&d);
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    struct data d = draw(20, ISO_F32);
    const int64_t first[] = {0, 20};
    double within[PAIRS];
    int64_t n = 0;
    iso_err err;
    do {
        iso_alloc_fail_after(n++);
        err = iso_gram_sums(within, NULL, first, 1, pair, PAIRS, d.view, M, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
    assert_true(n > 3);
    drop(&d);
}

int main(void)
{
    RUN_TESTS(test(sums_are_those_of_the_whole_matrix), test(threads_change_nothing),
              test(every_allocation_fails_once));
}
