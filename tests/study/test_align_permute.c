/* Alignment under permutations: partners change places within their fold. */
#include "tests/study/aligned.h"

#include "analysis/measure/permutation.h"
#include "analysis/study/items/folds.h"
#include "lib/base/rng.h"
#include "lib/linalg/statistics.h"

enum { N = 60, D = 4, K = 39, FOLDS = 5 };

static float x[N * D], y[N * D];
static const char *id[N];

static iso_states *states_of(int n, uint64_t seed, double related)
{
    static char ids[N][16];
    iso_rng rng = iso_rng_seeded(seed, 0);
    const char *const name[] = {"en", "de"};
    iso_states *s = NULL;

    for (int i = 0; i < n * D; i++) {
        x[i] = (float)iso_rng_normal(&rng);
        y[i] = (float)(related * (double)x[i] + iso_rng_normal(&rng));
    }
    for (int i = 0; i < n; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "s%d", i);
        id[i] = ids[i];
    }
    ok(iso_states_new(&s, NULL));
    for (int l = 0; l < 2; l++) {
        ok(iso_states_add_lang(s, &(iso_lang){.name = name[l], .items = n, .ids = id}));
        ok(iso_states_put(s, name[l], 3, iso_view_f32(l ? y : x, n, D)));
    }
    return s;
}

static iso_records aligned_with(iso_states *s, const char *measure, uint64_t seed)
{
    iso_align_opt opt;
    iso_records list = {0};

    iso_align_opt_init(&opt, sizeof opt);
    opt.measure = measure;
    opt.interval = ISO_INTERVAL_NONE;
    opt.permutations = K;
    ok(iso_align_check(&opt));
    ok(iso_align(&list, s, &opt, &(iso_run){.threads = 1, .seed = seed}));
    return list;
}

static const iso_record *stage_of(const iso_records *list, const char *measure, const char *stage)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (!strcmp(r->stage, stage) && !strncmp(r->measure, measure, strlen(measure)))
            return r;
    }
    fail_msg("no %s %s", measure, stage);
    return NULL;
}

/* The place of row j of y for row i of x by cosine, from 1. */
static int place(int i, int j)
{
    double own = 0, c[N];
    int rank = 1;

    for (int r = 0; r < N; r++) {
        double xx = 0, yy = 0, xy = 0;
        for (int d = 0; d < D; d++) {
            xx += (double)x[i * D + d] * (double)x[i * D + d];
            yy += (double)y[r * D + d] * (double)y[r * D + d];
            xy += (double)x[i * D + d] * (double)y[r * D + d];
        }
        c[r] = xy / sqrt(xx * yy);
        own = r == j ? c[r] : own;
    }
    for (int r = 0; r < N; r++)
        rank += c[r] > own;
    return rank;
}

/* Shares of rows that find, among their three nearest, the row that comes to their place. */
static void found_by_hand(double *share)
{
    for (int b = 0; b <= K; b++)
        share[b] = 0;
    for (int f = 0; f < FOLDS; f++) {
        static int32_t order[(K + 1) * N];
        uint64_t key[N];
        int member[N], n = 0;
        for (int i = 0; i < N; i++) {
            const uint64_t own = iso_item_key(0, id[i], i);
            if (own % FOLDS == (uint64_t)f) {
                key[n] = own;
                member[n++] = i;
            }
        }
        const iso_permutations p = {.count = K, .key = key, .items = n};
        ok(iso_permutations_draw(order, NULL, &p, 0, K + 1));
        for (int b = 0; b <= K; b++)
            for (int i = 0; i < n; i++)
                share[b] += place(member[i], member[order[b * n + i]]) <= 3 ? 1.0 / N : 0;
    }
}

static void p_is_that_of_rows_by_hand(void **state)
{
    double share[K + 1];
    int out = 1;

    (void)state;
    iso_states *s = states_of(N, 3, 0.5);
    iso_records list = aligned_with(s, "p@3:cosine,cka,procrustes", 0);
    const iso_record *r = stage_of(&list, "p@", "before");
    found_by_hand(share);
    near(r->value, share[0], 1e-12);
    for (int b = 1; b <= K; b++)
        out += share[b] >= share[0] - 1e-9;
    near(r->p, out / (K + 1.0), 1e-12);
    iso_sort(share + 1, K);
    near(r->calibrated, (r->value - share[K - 1]) / (1 - share[K - 1]), 1e-12); /* the 38th of 39 */
    for (int64_t i = 0; i < list.count; i++) {
        const char *stage = list.at[i].stage;
        const bool has = !strcmp(stage, "before") || !strcmp(stage, "centred");
        assert_true(has ? list.at[i].p >= 1 / (K + 1.0) : isnan(list.at[i].p));
        assert_true(list.at[i].family == (has ? 6 : ISO_NO_INT));
    }
    iso_records_free(&list);
    iso_states_close(s);
}

/* Nothing is related: of 500 sets p is uniform, with and without the means. */
static void p_is_uniform(void **state)
{
    enum { SETS = 500 };
    static const char *const stage[] = {"before", "centred"};
    static double p[2][SETS];

    (void)state;
    for (int t = 0; t < SETS; t++) {
        iso_states *s = states_of(N, (uint64_t)(100 + t), 0);
        iso_records list = aligned_with(s, "cosine:raw", (uint64_t)t); /* other permutations */
        for (int k = 0; k < 2; k++)
            p[k][t] = stage_of(&list, "cosine", stage[k])->p - 0.5 / (K + 1);
        iso_records_free(&list);
        iso_states_close(s);
    }
    for (int k = 0; k < 2; k++) {
        double most = 0;
        iso_sort(p[k], SETS);
        for (int i = 0; i < SETS; i++)
            most = fmax(most, fmax(p[k][i] - (double)i / SETS, (double)(i + 1) / SETS - p[k][i]));
        print_message("cosine %s: p of %d sets at most %.4f from uniform\n", stage[k], SETS, most);
        assert_true(most < 1.63 / sqrt(SETS) + 0.5 / (K + 1));
    }
}

int main(void)
{
    RUN_TESTS(test(p_is_that_of_rows_by_hand), test(p_is_uniform));
}
