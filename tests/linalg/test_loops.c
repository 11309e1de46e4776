/* The vector loops say what their plain versions say; rows are dealt to groups once each. */
#include "tests/check.h"

#include "lib/base/rng.h"
#include "lib/linalg/deal.h"
#include "lib/linalg/loops.h"

enum { MOST = 1300 };

static float f[2][MOST];
static double d[2][MOST], acc[2][MOST];
static const int lengths[] = {0, 1, 3, 7, 8, 9, 31, 64, 511, 512, 513, 1299};

static void draw(uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    for (int i = 0; i < MOST; i++) {
        for (int s = 0; s < 2; s++) {
            d[s][i] = iso_rng_normal(&rng) + 0.5;
            f[s][i] = (float)d[s][i];
        }
        acc[0][i] = acc[1][i] = iso_rng_normal(&rng);
    }
}

static void dot_and_shift(void **state)
{
    (void)state;
    const iso_loops *plain = iso_loops_plain(), *best = iso_loops_best();
    for (int l = 0; l < 12; l++) {
        static float x[2][MOST];
        static double w[2][MOST];
        const int64_t n = lengths[l];
        draw((uint64_t)l);
        near(best->dot_f32(f[0], f[1], n), plain->dot_f32(f[0], f[1], n), 1e-5 * (double)(n + 1));
        near(best->dot_f64(d[0], d[1], n), plain->dot_f64(d[0], d[1], n), 1e-12 * (double)(n + 1));
        for (int s = 0; s < 2; s++) {
            memcpy(x[s], f[0], sizeof x[s]);
            memcpy(w[s], d[0], sizeof w[s]);
        }
        near(best->shift_f32(x[0], f[1], n), plain->shift_f32(x[1], f[1], n),
             1e-5 * (double)(n + 1));
        near(best->shift_f64(w[0], d[1], n), plain->shift_f64(w[1], d[1], n),
             1e-12 * (double)(n + 1));
        assert_memory_equal(x[0], x[1], sizeof x[0]);
        assert_memory_equal(w[0], w[1], sizeof w[0]);
        if (n > 0)
            near((double)x[0][n - 1], d[0][n - 1] - d[1][n - 1], 1e-6);
    }
}

static void fold_and_add(void **state)
{
    (void)state;
    const iso_loops *plain = iso_loops_plain(), *best = iso_loops_best();
    for (int l = 0; l < 12; l++) {
        const int64_t n = lengths[l];
        double along[4], norm[4];
        draw((uint64_t)(20 + l));
        norm[0] = best->fold_f32(acc[0], &along[0], f[0], 2, d[1], n, n % 2);
        norm[1] = plain->fold_f32(acc[1], &along[1], f[0], 2, d[1], n, n % 2);
        norm[2] = best->fold_f64(acc[0], &along[2], d[0], 0.5, d[1], n, false);
        norm[3] = plain->fold_f64(NULL, &along[3], d[0], 1, d[1], n, false);
        plain->add_f64(acc[1], d[0], 0.5, n);
        best->add_f32(acc[0], f[1], 4, n);
        plain->add_f32(acc[1], f[1], 4, n);
        for (int s = 0; s < 4; s += 2) {
            near(norm[s], norm[s + 1], 1e-11 * (double)(n + 1));
            near(along[s], along[s + 1], 1e-11 * (double)(n + 1));
        }
        for (int i = 0; i < MOST; i++)
            near(acc[0][i], acc[1][i], 1e-14 * 100);
    }
}

/* Rows by rows and columns by columns, against a loop written out. */
static void tiles(void **state)
{
    (void)state;
    enum { M = 9, LD = 70 };
    const int widths[] = {1, 5, 8, 33, 64};
    for (int l = 0; l < 5; l++) {
        const iso_loops *each[] = {iso_loops_plain(), iso_loops_best()};
        const int n = widths[l];
        draw((uint64_t)(40 + l));
        for (int s = 0; s < 4; s++) {
            double row[M] = {0}, col[LD] = {0}, r[M] = {0}, c[LD] = {0};
            if (s < 2)
                each[s]->tile_f32(row, col, f[0], f[1], M, n, LD);
            else
                each[s - 2]->tile_f64(row, col, d[0], d[1], M, n, LD);
            for (int i = 0; i < M; i++) {
                for (int j = 0; j < n; j++) {
                    r[i] += d[0][i * LD + j] * d[1][i * LD + j];
                    c[j] += d[0][i * LD + j] * d[1][i * LD + j];
                }
            }
            for (int i = 0; i < M; i++)
                near(row[i], r[i], s < 2 ? 1e-4 : 1e-12);
            for (int j = 0; j < LD; j++)
                near(col[j], c[j], s < 2 ? 1e-5 : 1e-13);
        }
    }
}

/* Rows of a group, each marked; their number. */
static int64_t mark(char *group_of, const iso_deal *deal, int64_t group)
{
    int64_t size = 0;

    for (int64_t s = 0; s < deal->sweeps; s++) {
        int64_t first, count;
        iso_deal_run(deal, group, s, &first, &count);
        for (int64_t i = first; i < first + count; i++) {
            assert_int_equal(group_of[i], -1);
            group_of[i] = (char)group;
        }
        assert_int_equal(iso_deal_turn(deal, (group + 20 - s % 20) % 20, s), group);
        size += count;
    }
    assert_int_equal(size, iso_deal_size(deal, group));
    return size;
}

/* 80 items: four a group; 10 000: 500 by 6 %. */
static void every_row_is_dealt_once(void **state)
{
    (void)state;
    const int64_t sizes[] = {0, 1, 19, 20, 21, 80, 240, 999, 10000, 123457};
    for (int s = 0; s < 10; s++) {
        const int64_t n = sizes[s];
        const iso_deal deal = iso_deal_of(n, 20, NULL);
        char *group_of = malloc((size_t)n + 1);
        int64_t all = 0, most = 0, least = n;
        memset(group_of, -1, (size_t)n + 1);
        for (int64_t g = 0; g < 20; g++) {
            const int64_t size = mark(group_of, &deal, g);
            all += size;
            most = size > most ? size : most;
            least = size < least ? size : least;
        }
        assert_int_equal(all, n);
        assert_int_equal(most, deal.most);
        assert_true(most - least <= 1 + n / 20 / 16);
        free(group_of);
    }
}

/* Fewer items, the first alone or with gaps: each stays in its group. */
static void a_group_goes_by_the_place_alone(void **state)
{
    (void)state;
    enum { ALL = 30000 };
    static char whole[ALL], part[ALL];
    static int64_t place[ALL];
    const iso_deal all = iso_deal_of(ALL, 20, NULL);

    memset(whole, -1, sizeof whole);
    for (int64_t g = 0; g < 20; g++)
        mark(whole, &all, g);
    for (int gap = 1; gap < 5; gap++) {
        int64_t n = 0;
        for (int64_t i = 0; i < ALL / 3; i++)
            if (gap == 1 || i * 7 % (3 * gap) > 1)
                place[n++] = i;
        const iso_deal some = iso_deal_of(n, 20, gap == 1 ? NULL : place);
        memset(part, -1, sizeof part);
        for (int64_t g = 0; g < 20; g++)
            mark(part, &some, g);
        for (int64_t i = 0; i < n; i++)
            assert_int_equal(part[i], whole[place[i]]);
    }
}

/* Every fifth, every 20th item of a kind: no group is of one kind. */
static void no_period_is_a_group(void **state)
{
    (void)state;
    enum { N = 400 };
    static char group_of[N];
    const iso_deal deal = iso_deal_of(N, 20, NULL);
    int met[20] = {0};

    memset(group_of, -1, sizeof group_of);
    for (int64_t g = 0; g < 20; g++)
        mark(group_of, &deal, g);
    for (int i = 0; i < N; i += 20)
        met[(int)group_of[i]]++;
    for (int g = 0; g < 20; g++)
        assert_int_equal(met[g], 1);
}

int main(void)
{
    RUN_TESTS(test(dot_and_shift), test(fold_and_add), test(tiles), test(every_row_is_dealt_once),
              test(a_group_goes_by_the_place_alone), test(no_period_is_a_group));
}
