/* Retrieval under permutations: every p is that of rows which really change places, texts and all.
 */
#include "tests/study/retrieved.h"

#include "analysis/measure/permutation.h"
#include "analysis/study/items/folds.h"

enum { N = 26, D = 3, K = 39, RECORDS = 64 };

static float en[N * D], de[N * D];
static const char *en_text[N], *de_text[N];

/* Some lines are equal on either side. */
static void speak(uint64_t seed, double related)
{
    static char text[2][N][16];
    iso_rng rng = iso_rng_seeded(seed, 0);

    draw(en, N * D, &rng);
    draw(de, N * D, &rng);
    for (int i = 0; i < N * D; i++)
        de[i] = (float)(related * (double)en[i] + (double)de[i]);
    for (int i = 20; i < N; i++) /* what reads the same is the same */
        memcpy(de + i * D, de + i % 20 * D, D * sizeof *de);
    for (int i = 22; i < N; i++)
        memcpy(en + i * D, en + i % 22 * D, D * sizeof *en);
    for (int i = 0; i < N; i++) {
        (void)snprintf(text[0][i], sizeof text[0][i], "line %d", i % 22);
        (void)snprintf(text[1][i], sizeof text[1][i], "Zeile %d", i % 20);
        en_text[i] = text[0][i];
        de_text[i] = text[1][i];
    }
}

/* What is retrieved with the rows of the target in this order. */
static iso_records with_order(const int32_t *order, int64_t permutations, const char *name)
{
    float moved[N * D];
    const char *line[N];

    for (int i = 0; i < N; i++) {
        memcpy(moved + i * D, de + order[i] * D, D * sizeof *moved);
        line[i] = de_text[order[i]];
    }
    const struct speech two[] = {{"en", N, D, en, en_text}, {"de", N, D, moved, line}};
    iso_states *s = spoken(name, two, 2);
    iso_records list = retrieved(
        s, RETRIEVE(.measure = "p@1:cosine,p@1:csls,p@3:cosine,mrr:cosine,mrr:csls,error:ratio,"
                               "p@2:invsoftmax,mexa,mexa:csls,f1",
                    .interval = ISO_INTERVAL_NONE, .permutations = permutations));
    iso_states_close(s);
    return list;
}

static void draw_orders(int32_t *order)
{
    uint64_t key[N];

    for (int i = 0; i < N; i++)
        key[i] = iso_item_key(0, NULL, i);
    const iso_permutations p = {.count = K, .key = key, .items = N};
    ok(iso_permutations_draw(order, NULL, &p, 0, K + 1));
}

static bool better(const iso_record *r, double a, double b)
{
    return strcmp(r->measure, "error") ? a >= b - 1e-9 : a <= b + 1e-9;
}

static void moved_rows_give_the_same(double related)
{
    static int32_t order[(K + 1) * N];
    static double value[K + 1][RECORDS], z[K + 1];
    iso_records list[K + 1];
    int family = 0;

    speak(5, related);
    draw_orders(order);
    list[0] = with_order(order, K, "k.h5");
    for (int b = 1; b <= K; b++)
        list[b] = with_order(order + b * N, 0, "k.h5");
    for (int b = 0; b <= K; b++) {
        assert_int_equal(list[b].count, list[0].count);
        z[b] = -INFINITY;
    }
    for (int64_t c = 0; c < list[0].count; c++) {
        const iso_record *r = &list[0].at[c];
        double mean = 0, squares = 0;
        int out = 1;
        for (int b = 0; b <= K; b++) {
            value[b][c] = isnan(list[b].at[c].value) ? 0 : list[b].at[c].value;
            mean += value[b][c] / (K + 1);
            out += b > 0 && better(r, value[b][c], value[0][c]);
        }
        for (int b = 0; b <= K; b++)
            squares += (value[b][c] - mean) * (value[b][c] - mean);
        if (squares < 1e-20) {
            assert_true(isnan(r->p));
            continue;
        }
        near(r->p, out / (K + 1.0), 1e-12);
        assert_int_equal(r->permutations, K);
        assert_true(r->p_max >= r->p - 1e-12);
        family++;
        for (int b = 0; b <= K; b++)
            z[b] = fmax(z[b], (strcmp(r->measure, "error") ? 1 : -1) * (value[b][c] - mean) /
                                  sqrt(squares / K));
    }
    for (int64_t c = 0; c < list[0].count; c++) /* the farthest out of all */
        if (!isnan(list[0].at[c].p))
            assert_int_equal(list[0].at[c].family, family);
    int farthest = 1;
    double least = 1;
    for (int b = 1; b <= K; b++)
        farthest += z[b] >= z[0] - 1e-9;
    for (int64_t c = 0; c < list[0].count; c++)
        least = isnan(list[0].at[c].p_max) ? least : fmin(least, list[0].at[c].p_max);
    near(least, farthest / (K + 1.0), 1e-12);
    for (int b = 0; b <= K; b++)
        iso_records_free(&list[b]);
}

static void related_rows(void **state)
{
    (void)state;
    moved_rows_give_the_same(1);
}

static void unrelated_rows(void **state)
{
    (void)state;
    moved_rows_give_the_same(0);
}

int main(void)
{
    RUN_TESTS(test(related_rows), test(unrelated_rows));
}
