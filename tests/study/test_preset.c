/* Presets are the protocols they name: numbers of the published rules on a real file of states,
 * computed with numpy in double, and what a preset says of itself. */
#include "analysis/study/preset.h"

#include "analysis/measure/permutation.h"
#include "analysis/study/items/folds.h"

#include "tests/study/retrieved.h"

static iso_states *dump(void)
{
    const char *path = test_data("dumps/m15-sib.h5");
    iso_states *s = NULL;

    ok(iso_states_open(&s, &path, 1, NULL));
    return s;
}

/* LASER: errors of 800 sentences, margins over the 4 nearest. All rows as candidates would give
 * 0.8525, 0.79875, 0.91375, 0.97875. */
static void xsim_is_that_of_laser(void **state)
{
    static const char *const tgt[] = {"de", "fr", "sw", "zh"};
    static const double error[] = {0.86625, 0.82125, 0.93375, 0.98125};

    (void)state;
    iso_states *s = dump();
    iso_records list =
        retrieved(s, RETRIEVE(.preset = "xsim", .select = {.tgt = "de,fr,sw,zh", .layers = "last"},
                              .interval = ISO_INTERVAL_NONE));
    assert_int_equal(list.count, 4);
    for (int i = 0; i < 4; i++) {
        text(list.at[i].tgt, tgt[i]);
        text(list.at[i].candidates, "knn");
        assert_int_equal(list.at[i].neighbours, 4);
        near(list.at[i].value, error[i], 1e-12);
    }
    iso_records_free(&list);
    iso_states_close(s);
}

/* English searches, by cosine. */
static void tatoeba_is_that_of_xtreme(void **state)
{
    static const double found[] = {0.1025, 0.11875, 0.04, 0.01125};

    (void)state;
    iso_states *s = dump();
    iso_records list = retrieved(s, RETRIEVE(.preset = "tatoeba",
                                             .select = {.tgt = "de,fr,sw,zh", .layers = "last"},
                                             .interval = ISO_INTERVAL_NONE));
    assert_int_equal(list.count, 4);
    for (int i = 0; i < 4; i++) {
        text(list.at[i].direction, "forward");
        text(list.at[i].src, "en");
        near(list.at[i].value, found[i], 1e-12);
    }
    iso_records_free(&list);
    iso_states_close(s);
}

/* What the margins take besides changes nothing where there is no margin. */
static void absolute_is_cosine(void **state)
{
    (void)state;
    iso_states *s = dump();
    iso_records list = retrieved(
        s, RETRIEVE(.measure = "error:absolute,p@1:cosine", .candidates = ISO_RETRIEVE_KNN,
                    .direction = ISO_RETRIEVE_FORWARD, .interval = ISO_INTERVAL_NONE,
                    .select = {.tgt = "de", .layers = "last"}));
    near(list.at[0].value, 1 - list.at[1].value, 1e-12);
    text(list.at[0].candidates, "knn");
    assert_null(list.at[1].candidates);
    iso_records_free(&list);
    iso_states_close(s);
}

/* F1 at its best threshold; of 800 pairs. */
static void mining_is_that_of_laser(void **state)
{
    static const struct {
        const char *way;
        double f1;
    } of[] = {{"forward", 0.1696969696969697},
              {"backward", 0.16535433070866143},
              {"max", 0.19397363465160075},
              {"intersection", 0.13747228381374724}};

    (void)state;
    iso_states *s = dump();
    iso_records list =
        retrieved(s, RETRIEVE(.preset = "laser-mine", .select = {.tgt = "de", .layers = "last"},
                              .interval = ISO_INTERVAL_NONE));
    assert_int_equal(list.count, 12);
    for (int i = 0; i < 4; i++) {
        const iso_record *r = record_of(&list, "f1", "mining", of[i].way, 0);
        text(r->candidates, "knn");
        near(r->value, of[i].f1, 1e-12);
    }
    iso_records_free(&list);
    iso_states_close(s);
}

/* What a run says. */
static char said[4096];

static void hear(void *payload, const char *text)
{
    (void)payload;
    strncat(said, text, sizeof said - strlen(said) - 1);
    strncat(said, "\n", sizeof said - strlen(said) - 1);
}

static iso_records mexa_of(iso_states *s, const char *tgt)
{
    const iso_retrieve_opt opt =
        RETRIEVE(.preset = "mexa", .select = {.tgt = tgt}, .interval = ISO_INTERVAL_BOOT_ITEMS);
    iso_records list = {0};

    said[0] = '\0';
    ok(iso_retrieve(&list, s, &opt, &(iso_run){.mem = (int64_t)1 << 28, .note = hear}));
    return list;
}

/* Layers 0 to 6, then their mean and the largest. */
static void look(const iso_records *list, const double *value, int64_t n)
{
    double mean = 0, most = 0;

    assert_int_equal(list->count, 9);
    for (int l = 0; l < 7; l++) {
        text(list->at[l].measure, "mexa");
        text(list->at[l].estimator, "cosine");
        assert_int_equal(list->at[l].src_layer, l);
        assert_int_equal(list->at[l].n, n);
        near(list->at[l].value, value[l], 1e-12);
        mean += value[l] / 7;
        most = fmax(most, value[l]);
    }
    const iso_record *m = &list->at[7], *l = &list->at[8];
    text(m->estimator, "cosine-layers-mean");
    text(l->estimator, "cosine-layers-max");
    near(m->value, mean, 1e-12);
    near(l->value, most, 1e-12);
    assert_true(m->lo < mean && m->hi > mean);
    assert_int_equal(m->n, n);
    assert_true(isnan(l->lo) && isnan(l->null));
    text(l->why, "the largest of several layers: no interval");
    assert_int_equal(m->src_layer, ISO_NO_INT);
    assert_int_equal(l->tgt_layer, ISO_NO_INT);
}

/* The first 100 items, whose rows are means: said, and taken. */
static void mexa_of_the_first_hundred(void **state)
{
    static const double value[] = {0.19, 0.14, 0.11, 0.15, 0.11, 0.14, 0.15};

    (void)state;
    iso_states *s = dump();
    iso_records list = mexa_of(s, "de");
    look(&list, value, 100);
    assert_non_null(strstr(said, "preset mexa: rows are pooled mean, the protocol takes weighted "
                                 "or last"));
    iso_records_free(&list);
    iso_states_close(s);
}

/* Token rows: Σ t h_t / Σ t, or the last, of 40 sentences. */
static void mexa_of_token_rows(void **state)
{
    static const double weighted[] = {0.275, 0.25, 0.275, 0.3, 0.225, 0.375, 0.375};
    static const double last[] = {0, 0.025, 0.025, 0.075, 0.1, 0.1, 0.35};

    (void)state;
    char en[4200], de[4200];
    (void)snprintf(en, sizeof en, "en=%s", test_data("dumps/m15-sib-40-en.hdf5"));
    (void)snprintf(de, sizeof de, "de=%s", test_data("dumps/m15-sib-40-de.hdf5"));
    for (int i = 0; i < 2; i++) {
        iso_states *s = NULL;
        ok(iso_states_open(&s, (const char *[]){en, de}, 2,
                           &(iso_states_opt){.pool = i ? "last" : "weighted"}));
        iso_records list = mexa_of(s, "de");
        look(&list, i ? last : weighted, 40);
        text(list.at[0].pool, i ? "last" : "weighted");
        assert_null(strstr(said, "pooled"));
        assert_non_null(strstr(said, "--first 100: there are only 40 items"));
        iso_records_free(&list);
        iso_states_close(s);
    }
}

/* --- Small data: means over layers by loops, and the first items that languages share --- */

enum { N = 30, D = 4, LAYERS = 3 };

static double cosine(const float *a, const float *b)
{
    double ab = 0, aa = 0, bb = 0;

    for (int l = 0; l < D; l++) {
        ab += (double)a[l] * b[l];
        aa += (double)a[l] * a[l];
        bb += (double)b[l] * b[l];
    }
    return ab / sqrt(aa * bb);
}

/* Whether row i of x and row k of y are nearer than either is to any other. */
static bool best(const float *x, const float *y, int n, int i, int k)
{
    const double own = cosine(x + i * D, y + k * D);

    for (int j = 0; j < n; j++) {
        if ((j != k && cosine(x + i * D, y + j * D) >= own) ||
            (j != i && cosine(x + j * D, y + k * D) >= own))
            return false;
    }
    return true;
}

/* Items have ids, and those of the second language stand in reverse. */
static iso_states *small(float x[LAYERS][N * D], float y[LAYERS][N * D],
                         float turned[LAYERS][N * D], const char *const *forth,
                         const char *const *back)
{
    iso_rng rng = iso_rng_seeded(8, 0);
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    ok(iso_states_add_lang(s, &(iso_lang){.name = "en", .items = N, .ids = forth}));
    ok(iso_states_add_lang(s, &(iso_lang){.name = "de", .items = N, .ids = back}));
    for (int l = 0; l < LAYERS; l++) {
        draw(x[l], N * D, &rng);
        draw(y[l], N * D, &rng);
        for (int i = 0; i < N * D; i++)
            y[l][i] = x[l][i] + 0.7f * y[l][i];
        for (int i = 0; i < N; i++)
            memcpy(&turned[l][i * D], &y[l][(N - 1 - i) * D], D * sizeof(float));
        ok(iso_states_put(s, "en", l, iso_view_f32(x[l], N, D)));
        ok(iso_states_put(s, "de", l, iso_view_f32(turned[l], N, D)));
    }
    return s;
}

static void over_layers_by_loops(void **state)
{
    static float x[LAYERS][N * D], y[LAYERS][N * D], turned[LAYERS][N * D];
    static const int64_t firsts[] = {0, 30, 40, 12, 1};
    char name[N][8];
    const char *forth[N], *back[N];

    (void)state;
    for (int i = 0; i < N; i++) {
        (void)snprintf(name[i], sizeof name[i], "id%d", i);
        forth[i] = back[N - 1 - i] = name[i];
    }
    iso_states *s = small(x, y, turned, forth, back);
    for (int f = 0; f < 5; f++) {
        const int n = firsts[f] > 0 && firsts[f] < N ? (int)firsts[f] : N;
        double value[LAYERS] = {0}, mean = 0, most = 0;
        iso_records list = retrieved(s, RETRIEVE(.measure = "mexa", .first = firsts[f]));
        assert_int_equal(list.count, LAYERS + 2);
        for (int l = 0; l < LAYERS; l++) {
            for (int i = 0; i < n; i++)
                value[l] += (double)best(x[l], y[l], n, i, i) / n;
            assert_int_equal(list.at[l].n, n);
            near(list.at[l].value, value[l], 1e-9);
            mean += value[l] / LAYERS;
            most = fmax(most, value[l]);
        }
        near(list.at[LAYERS].value, mean, 1e-9);
        near(list.at[LAYERS + 1].value, most, 1e-9);
        near(list.at[LAYERS].null, (list.at[0].null + list.at[1].null + list.at[2].null) / LAYERS,
             1e-12);
        iso_records_free(&list);
    }
    iso_records one = retrieved(s, RETRIEVE(.measure = "mexa", .select = {.layers = "1"}));
    assert_int_equal(one.count, 1); /* of one layer there is no mean */
    iso_records_free(&one);
    iso_states_close(s);
}

/* Under each permutation every layer's score is made anew, then their mean and the largest. */
static void over_layers_under_permutations(void **state)
{
    enum { K = 99 };
    static float x[LAYERS][N * D], y[LAYERS][N * D], turned[LAYERS][N * D];
    static int32_t order[(K + 1) * N];
    uint64_t key[N];
    double own[2] = {0}, mean[2] = {0}, out[2] = {1, 1};

    (void)state;
    iso_states *s = small(x, y, turned, NULL, NULL);
    for (int i = 0; i < N; i++)
        key[i] = iso_item_key(0, NULL, i);
    const iso_permutations p = {.count = K, .key = key, .items = N};
    ok(iso_permutations_draw(order, NULL, &p, 0, K + 1));
    for (int b = 0; b <= K; b++) {
        double both[2] = {0, 0};
        for (int l = 0; l < LAYERS; l++) {
            double score = 0;
            for (int i = 0; i < N; i++)
                score += (double)best(x[l], turned[l], N, i, order[b * N + i]) / N;
            both[0] += score / LAYERS;
            both[1] = fmax(both[1], score);
        }
        for (int i = 0; i < 2; i++) {
            own[i] = b ? own[i] : both[i];
            out[i] += b > 0 && both[i] >= own[i] - 1e-9;
            mean[i] += b > 0 ? both[i] / K : 0;
        }
    }
    iso_records list = retrieved(s, RETRIEVE(.measure = "mexa", .permutations = K));
    assert_int_equal(list.count, LAYERS + 2);
    for (int i = 0; i < 2; i++) {
        const iso_record *r = &list.at[LAYERS + i];
        near(r->value, own[i], 1e-9);
        near(r->p, out[i] / (K + 1), 1e-12);
        assert_int_equal(r->permutations, K);
        assert_int_equal(r->family, 2);
    }
    near(list.at[LAYERS + 1].null, mean[1], 1e-9); /* no formula gives that of the largest */
    iso_records_free(&list);
    iso_states_close(s);
}

static void every_allocation_may_fail(void **state)
{
    static float x[LAYERS][N * D], y[LAYERS][N * D], turned[LAYERS][N * D];
    const iso_retrieve_opt opt =
        RETRIEVE(.measure = "mexa,error:ratio", .first = 20, .candidates = ISO_RETRIEVE_ALL,
                 .permutations = 19, .interval = ISO_INTERVAL_NONE);
    iso_records list = {0};
    iso_err err = ISO_ENOMEM;

    (void)state;
    iso_states *s = small(x, y, turned, NULL, NULL);
    for (int n = 0; err == ISO_ENOMEM; n++) {
        iso_alloc_fail_after(n);
        err = iso_retrieve(&list, s, &opt, &(iso_run){0});
        iso_alloc_fail_after(-1);
        assert_true(n < 2000);
        assert_true(!err || list.count == 0);
        if (err)
            iso_records_free(&list);
    }
    ok(err);
    assert_int_equal(list.count, LAYERS * 3 + 2);
    iso_records_free(&list);
    iso_states_close(s);
}

/* Every preset of every call can be found, sets options that the call has, and names its source. */
static void presets_say_what_they_are(void **state)
{
    static const char *const calls[] = {"retrieve", "align", "words", "mix"};
    int count = 0;

    (void)state;
    for (int c = 0; c < 4; c++) {
        const iso_preset *p, *found;
        for (int i = 0; (p = iso_preset_at(calls[c], i)); i++, count++) {
            ok(iso_preset_find(&found, calls[c], p->name));
            assert_ptr_equal(found, p);
            assert_true(strlen(p->of) > 20);
        }
    }
    assert_true(count >= 9);
    assert_null(iso_preset_at("compare", 0));
}

int main(void)
{
    RUN_TESTS(test(tatoeba_is_that_of_xtreme), test(xsim_is_that_of_laser),
              test(absolute_is_cosine), test(mining_is_that_of_laser),
              test(mexa_of_the_first_hundred), test(mexa_of_token_rows), test(over_layers_by_loops),
              test(over_layers_under_permutations), test(every_allocation_may_fail),
              test(presets_say_what_they_are));
}
