/* Mingling from states to records: beside a direct count of Interlingual Local Overlap, planted
 * cases, other studies' records, threads, baselines, what is refused. */
#include "analysis/measure/spec.h"
#include "analysis/study/compare/compare.h"
#include "analysis/study/mingle/mingle_inside.h"
#include "analysis/study/mingle/mingle_points.h"
#include "analysis/study/probe/probes.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

enum { LANGS = 5, ITEMS = 40, D = 6, K = 10 };
static const char *const name[LANGS] = {"en", "de", "fr", "sw", "zh"};

/* Rows of LANGS languages; language l lies `apart` times its own offset away. */
static float *rows_new(double apart, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);
    float *x = NULL;

    ok(iso_alloc(&x, LANGS * ITEMS * D, sizeof *x));
    for (int l = 0; l < LANGS; l++)
        for (int i = 0; i < ITEMS; i++)
            for (int j = 0; j < D; j++)
                x[(l * ITEMS + i) * D + j] =
                    (float)(iso_rng_normal(&rng) + apart * (j == l) + (l == 4 ? apart : 0));
    return x;
}

static iso_states *states_of(const float *x, int langs, int items)
{
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    for (int l = 0; l < langs; l++)
        ok(iso_states_put(s, name[l], 3, iso_view_f32(x + l * ITEMS * D, items, D)));
    return s;
}

static const iso_record *find(const iso_records *list, const char *word, const char *tgt)
{
    iso_spec s;

    assert_true(iso_spec_parse(&s, word));
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (iso_spec_fits(&s, r->measure, r->estimator, 0) && !r->src && !r->baseline &&
            (tgt ? r->tgt && !strcmp(r->tgt, tgt) : !r->tgt))
            return r;
    }
    fail_msg("no record of %s of %s", word, tgt ? tgt : "all");
    return NULL;
}

/* --- A direct count, as the published code has it, per language --- */

static double cosine(const float *a, const float *b)
{
    double ab = 0, aa = 0, bb = 0;

    for (int j = 0; j < D; j++) {
        ab += (double)a[j] * b[j];
        aa += (double)a[j] * a[j];
        bb += (double)b[j] * b[j];
    }
    return ab / sqrt(aa * bb);
}

/* Sets held[l] for the languages among the K nearest of row i. */
static void nearest(bool held[LANGS], const float *x, int i)
{
    bool taken[LANGS * ITEMS] = {false};

    memset(held, 0, LANGS * sizeof *held);
    for (int k = 0; k < K; k++) {
        int best = -1;
        for (int o = 0; o < LANGS * ITEMS; o++) {
            if (o == i || taken[o])
                continue;
            if (best < 0 || cosine(x + i * D, x + o * D) > cosine(x + i * D, x + best * D))
                best = o;
        }
        taken[best] = true;
        held[best / ITEMS] = true;
    }
}

struct overlap {
    double bridge, reach, harmonic;
};

static struct overlap direct(const float *x, int lang)
{
    bool reached[LANGS] = {false}, held[LANGS];
    struct overlap o = {0};

    for (int i = 0; i < ITEMS; i++) {
        int others = 0;
        nearest(held, x, lang * ITEMS + i);
        for (int l = 0; l < LANGS; l++) {
            others += held[l] && l != lang;
            reached[l] = reached[l] || (held[l] && l != lang);
        }
        o.bridge += others >= 3 ? 1.0 / ITEMS : 0;
    }
    for (int l = 0; l < LANGS; l++)
        o.reach += reached[l] ? 1.0 / (LANGS - 1) : 0;
    o.harmonic = o.bridge + o.reach > 0 ? 2 * o.bridge * o.reach / (o.bridge + o.reach) : 0;
    return o;
}

static void overlap_as_counted(void **state)
{
    (void)state;
    const iso_mingle_opt opt = {.size = sizeof opt, .measure = "ilo", .each = true};

    for (int t = 0; t < 3; t++) {
        float *x = rows_new(3.5 * t, (uint64_t)t + 1);
        iso_states *s = states_of(x, LANGS, ITEMS);
        iso_records list = {0};
        double bridge = 0, reach = 0;
        ok(iso_mingle(&list, s, &opt, NULL));
        for (int l = 0; l < LANGS; l++) {
            const struct overlap o = direct(x, l);
            near(find(&list, "ilo:bridge", name[l])->value, o.bridge, 1e-12);
            near(find(&list, "ilo:reach", name[l])->value, o.reach, 1e-12);
            near(find(&list, "ilo:harmonic", name[l])->value, o.harmonic, 1e-12);
            bridge += o.bridge / LANGS;
            reach += o.reach / LANGS;
        }
        near(find(&list, "ilo:bridge", NULL)->value, bridge, 1e-12);
        near(find(&list, "ilo:reach", NULL)->value, reach, 1e-12);
        near(find(&list, "ilo:harmonic", NULL)->value,
             bridge > 0 ? 2 * bridge * reach / (bridge + reach) : 0, 1e-12);
        iso_records_free(&list);
        iso_states_close(s);
        iso_free(x);
    }
}

/* --- Planted cases --- */

static void check_interval(const iso_record *r)
{
    text(r->interval, "boot-items");
    assert_true(r->lo <= r->value && r->value <= r->hi && r->lo < r->hi);
}

/* Rows without language mingle as shuffled ones do, and the shuffles say so. */
static void mingled_by_nature(void **state)
{
    (void)state;
    const iso_mingle_opt opt = {.size = sizeof opt,
                                .measure = "mingle,ilo,silhouette,silhouette:euclidean",
                                .neighbours = 8};
    float *x = rows_new(0, 77);
    iso_states *s = states_of(x, LANGS, ITEMS);
    iso_records list = {0};
    const iso_record *r;

    ok(iso_mingle(&list, s, &opt, NULL));
    assert_int_equal(list.count, 7);
    for (int i = 0; i < 2; i++) {
        r = find(&list, i ? "mingle:entropy" : "mingle:ratio", NULL);
        near(r->value, 1, 0.1);
        near(r->null, 1, 0);
        near(r->value, 1, 4 * r->null_sd);
        assert_true(r->p > 0.01 && r->permutations == 99 && r->neighbours == 8 && r->n == 200);
        check_interval(r);
    }
    r = find(&list, "silhouette:cosine", NULL);
    near(r->value, r->null, 4 * r->null_sd);
    assert_true(r->p > 0.01);
    check_interval(r);
    r = find(&list, "silhouette:euclidean", NULL);
    assert_true(isnan(r->null) && isnan(r->p));
    check_interval(r);
    iso_records_free(&list);
    iso_states_close(s);
    iso_free(x);
}

/* Far apart nobody has a foreign neighbour; what there is to say is 0, exactly. */
static void far_apart(void **state)
{
    (void)state;
    const iso_mingle_opt opt = {.size = sizeof opt, .measure = "mingle,ilo,silhouette"};
    float *x = rows_new(60, 5);
    iso_states *s = states_of(x, LANGS, ITEMS);
    iso_records list = {0};

    ok(iso_mingle(&list, s, &opt, NULL));
    near(find(&list, "mingle:ratio", NULL)->value, 0, 0);
    near(find(&list, "mingle:ratio", NULL)->p, 0.01, 1e-12);
    near(find(&list, "mingle:ratio", NULL)->calibrated, 1, 1e-12);
    assert_non_null(find(&list, "mingle:ratio", NULL)->why);
    near(find(&list, "ilo:harmonic", NULL)->value, 0, 0);
    assert_true(find(&list, "silhouette:cosine", NULL)->value > 0.9);
    iso_records_free(&list);
    iso_states_close(s);
    iso_free(x);
}

/* --- What others measure --- */

static void pairs_and_probe_are_those_of_their_studies(void **state)
{
    (void)state;
    const iso_mingle_opt opt = {.size = sizeof opt, .measure = "accuracy,cka", .each = true};
    float *x = rows_new(1, 8);
    iso_states *s = states_of(x, LANGS, ITEMS);
    iso_records list = {0}, pairs = {0}, probed = {0};
    iso_compare_opt compare;
    iso_probe_opt probe;
    double value = 0, lo = 0;

    ok(iso_mingle(&list, s, &opt, NULL));
    iso_compare_opt_init(&compare, sizeof compare);
    compare.measure = "cka";
    compare.select.pairs = ISO_PAIRS_ALL;
    ok(iso_compare(&pairs, s, &compare, NULL));
    iso_probe_opt_init(&probe, sizeof probe);
    probe.measure = "accuracy:language-id";
    ok(iso_probe(&probed, s, &probe, NULL));
    assert_int_equal(pairs.count, 10);
    assert_int_equal(list.count, 1 + 1 + 10);
    for (int64_t i = 0; i < pairs.count; i++) {
        value += pairs.at[i].value / 10;
        lo += pairs.at[i].lo / 10;
    }
    const iso_record *mean = find(&list, "cka", NULL);
    near(mean->value, value, 1e-12);
    near(mean->lo, lo, 1e-12);
    assert_int_equal(mean->n, 10);
    near(find(&list, "accuracy:language-id", NULL)->value, probed.at[0].value, 0);
    iso_records_free(&list);
    iso_records_free(&pairs);
    iso_records_free(&probed);
    iso_states_close(s);
    iso_free(x);
}

/* --- Threads, seeds --- */

static void same(const iso_records *a, const iso_records *b)
{
    assert_int_equal(a->count, b->count);
    for (int64_t i = 0; i < a->count; i++) {
        assert_null(iso_record_differs(&a->at[i], &b->at[i], ISO_ROLE_NAMES, 0));
        assert_memory_equal(&a->at[i].value, &b->at[i].value, sizeof(double));
        assert_memory_equal(&a->at[i].lo, &b->at[i].lo, sizeof(double));
        assert_memory_equal(&a->at[i].null_sd, &b->at[i].null_sd, sizeof(double));
    }
}

static void any_number_of_threads(void **state)
{
    (void)state;
    const iso_mingle_opt opt = {.size = sizeof opt, .measure = "mingle,ilo,silhouette:*"};
    float *x = rows_new(1, 9);
    iso_states *s = states_of(x, LANGS, ITEMS);
    iso_records one = {0}, three = {0};

    ok(iso_mingle(&one, s, &opt, &(iso_run){.threads = 1}));
    ok(iso_mingle(&three, s, &opt, &(iso_run){.threads = 3}));
    same(&one, &three);
    iso_records_free(&one);
    iso_records_free(&three);
    iso_states_close(s);
    iso_free(x);
}

static void other_states_as_baseline(void **state)
{
    (void)state;
    float *x = rows_new(1, 9), *y = rows_new(0, 10);
    iso_states *s = states_of(x, LANGS, ITEMS), *b = states_of(y, LANGS, ITEMS);
    const iso_mingle_opt opt = {
        .size = sizeof opt, .measure = "mingle:ratio", .select.tgt = "fr,sw", .baseline.states = b};
    iso_records list = {0};

    ok(iso_mingle(&list, s, &opt, NULL));
    assert_int_equal(list.count, 2);
    text(list.at[1].baseline, "random");
    text(list.at[1].subset, "fr+sw");
    assert_true(list.at[1].value > list.at[0].value);
    iso_records_free(&list);
    iso_states_close(s);
    iso_states_close(b);
    iso_free(x);
    iso_free(y);
}

/* --- Points --- */

static iso_points points_of(iso_states *s, iso_mingle_way way, int64_t points, iso_run run)
{
    const iso_mingle_opt opt = {.size = sizeof opt, .way = way, .points = points};
    iso_points p = {0};

    ok(iso_mingle_points(&p, s, &opt, &run));
    return p;
}

static void points_in_the_plane(void **state)
{
    (void)state;
    float *x = rows_new(30, 9);
    iso_states *s = states_of(x, LANGS, ITEMS);
    iso_points one = points_of(s, ISO_WAY_TSNE, 63, (iso_run){.threads = 1});
    iso_points three = points_of(s, ISO_WAY_TSNE, 63, (iso_run){.threads = 3});
    iso_points other = points_of(s, ISO_WAY_TSNE, 63, (iso_run){.seed = 4});
    iso_points pca = points_of(s, ISO_WAY_PCA, 2000, (iso_run){0});
    int counts[LANGS] = {0};

    assert_true(one.rows == 60 && one.panels == 1 && one.panel[0].layer == 3);
    assert_memory_equal(one.panel[0].at, three.panel[0].at, 120 * sizeof(double));
    assert_memory_not_equal(one.panel[0].at, other.panel[0].at, 120 * sizeof(double));
    assert_true(one.panel[0].kl > 0 && isnan(one.panel[0].first));
    for (int64_t i = 0; i < pca.rows; i++)
        counts[pca.of[i]]++;
    for (int l = 0; l < LANGS; l++)
        assert_int_equal(counts[l], ITEMS);
    assert_true(pca.panel[0].first > pca.panel[0].second && isnan(pca.panel[0].kl));
    /* Apart as they are, the nearest point of each is of its language. */
    for (int64_t i = 0; i < one.rows; i++) {
        const double *at = one.panel[0].at;
        int64_t best = i ? 0 : 1;
        for (int64_t j = 0; j < one.rows; j++) {
            if (j != i && hypot(at[2 * i] - at[2 * j], at[2 * i + 1] - at[2 * j + 1]) <
                              hypot(at[2 * i] - at[2 * best], at[2 * i + 1] - at[2 * best + 1]))
                best = j;
        }
        assert_int_equal(one.of[i], one.of[best]);
    }
    iso_points_free(&one);
    iso_points_free(&three);
    iso_points_free(&other);
    iso_points_free(&pca);
    iso_states_close(s);
    iso_free(x);
}

/* Components beside plain power iteration: shares of the variance, coordinates up to their sign. */
static void components_as_by_powers(void **state)
{
    (void)state;
    float *x = rows_new(2, 12);
    iso_states *s = states_of(x, 2, ITEMS);
    iso_points p = points_of(s, ISO_WAY_PCA, 2 * ITEMS, (iso_run){0});
    iso_mat rows = {0};
    double mean[D] = {0}, c[D][D] = {{0}}, v[D] = {1, 1, 1, 1, 1, 1}, trace = 0, value = 0;
    const iso_mingle_opt opt = {.size = sizeof opt, .points = 2 * ITEMS};

    ok(iso_mingle_points_rows(&rows, s, &opt, NULL));
    const double *r = rows.data;
    for (int i = 0; i < 2 * ITEMS; i++)
        for (int j = 0; j < D; j++)
            mean[j] += r[i * D + j] / (2 * ITEMS);
    for (int i = 0; i < 2 * ITEMS; i++)
        for (int j = 0; j < D; j++)
            for (int k = 0; k < D; k++)
                c[j][k] += (r[i * D + j] - mean[j]) * (r[i * D + k] - mean[k]);
    for (int t = 0; t < 5000; t++) {
        double w[D] = {0};
        value = 0;
        for (int j = 0; j < D; j++)
            for (int k = 0; k < D; k++)
                w[j] += c[j][k] * v[k];
        for (int j = 0; j < D; j++)
            value += w[j] * w[j];
        value = sqrt(value);
        for (int j = 0; j < D; j++)
            v[j] = w[j] / value;
    }
    for (int j = 0; j < D; j++)
        trace += c[j][j];
    near(p.panel[0].first, value / trace, 1e-9);
    for (int i = 0; i < 2 * ITEMS; i++) {
        double at = 0;
        for (int j = 0; j < D; j++)
            at += (r[i * D + j] - mean[j]) * v[j];
        near(fabs(p.panel[0].at[2 * i]), fabs(at), 1e-8);
    }
    iso_mat_free(&rows);
    iso_points_free(&p);
    iso_states_close(s);
    iso_free(x);
}

/* --- What cannot be --- */

static void refused(iso_mingle_opt opt, int langs, int items, iso_err code, const char *part)
{
    float *x = rows_new(1, 9);
    iso_states *s = states_of(x, langs, items);
    iso_records list = {0};

    opt.size = sizeof opt;
    fails(iso_mingle(&list, s, &opt, NULL), code, part);
    assert_int_equal(list.count, 0);
    iso_states_close(s);
    iso_free(x);
}

static void what_is_refused(void **state)
{
    (void)state;

    refused((iso_mingle_opt){0}, 1, ITEMS, ISO_EARG, "en alone cannot mingle");
    refused((iso_mingle_opt){.select.tgt = "de"}, 3, ITEMS, ISO_EARG, "de alone cannot mingle");
    refused((iso_mingle_opt){.select.tgt = "de,xx"}, 3, ITEMS, ISO_EARG, "xx");
    refused((iso_mingle_opt){0}, 3, 1, ISO_EDATA, "en has 1 row, mingling needs two");
    refused((iso_mingle_opt){0}, 2, 3, ISO_EDATA, "--neighbours 10: a row of the 6 has 5 others");
    refused((iso_mingle_opt){.measure = "mingel"}, 3, ITEMS, ISO_EARG, "did you mean 'mingle'?");
    refused((iso_mingle_opt){.measure = "mingle:ratios"}, 3, ITEMS, ISO_EARG,
            "it has ratio, entropy");
    refused((iso_mingle_opt){.measure = "accuracy:probe"}, 3, ITEMS, ISO_EARG,
            "it has language-id");
    refused((iso_mingle_opt){.permutations = 5}, 3, ITEMS, ISO_EARG, "--permutations");
    refused((iso_mingle_opt){.neighbours = -1}, 3, ITEMS, ISO_EARG, "--neighbours");
}

/* Labels of 200 rows and 42 values, of each shuffle: what does not fit is refused, in
 * plans and pictures as well. */
static void memory_is_asked_first(void **state)
{
    (void)state;
    const iso_mingle_opt many = {.size = sizeof many, .permutations = 1000000};
    const iso_mingle_opt few = {.size = sizeof few, .points = 60};
    float *x = rows_new(1, 9);
    iso_states *s = states_of(x, LANGS, ITEMS);
    const iso_run small = {.mem = 4000};
    iso_records list = {0};
    iso_facts facts = {0};
    iso_points points = {0};

    fails(iso_mingle(&list, s, &many, NULL), ISO_EDATA, "mingling needs 1136.");
    fails(iso_mingle_plan(&facts, s, &many, NULL), ISO_EDATA, "fewer --permutations");
    fails(iso_mingle_points(&points, s, &few, &small), ISO_EDATA, "mingling needs");
    assert_true(list.count == 0 && !points.panel);
    iso_facts_free(&facts);
    iso_states_close(s);
    iso_free(x);
}

static void sizes_that_differ(void **state)
{
    (void)state;
    float *x = rows_new(1, 9);
    iso_states *s = NULL;
    const iso_mingle_opt opt = {.size = sizeof opt, .measure = "mingle"};
    iso_records list = {0};

    ok(iso_states_new(&s, &(iso_states_opt){.any_dims = true}));
    ok(iso_states_put(s, "en", 0, iso_view_f32(x, ITEMS, D)));
    ok(iso_states_put(s, "de", 0, iso_view_f32(x, ITEMS, D - 1)));
    fails(iso_mingle(&list, s, &opt, NULL), ISO_EDATA, "layer 0 of de has 5 dims, of en 6");
    iso_states_close(s);
    s = NULL;
    ok(iso_states_new(&s, NULL));
    ok(iso_states_put(s, "en", 0, iso_view_f32(x, ITEMS, D)));
    ok(iso_states_put(s, "de", 0, iso_view_f32(x, ITEMS / 2, D))); /* nobody is a translation */
    ok(iso_mingle(&list, s, &opt, NULL));
    check_interval(find(&list, "mingle:ratio", NULL));
    iso_records_free(&list);
    iso_states_close(s);
    iso_free(x);
}

/* Of few neighbours or languages some values are undefined, the others are there. */
static void what_few_leave_undefined(void **state)
{
    (void)state;
    const iso_mingle_opt one = {.size = sizeof one, .measure = "mingle,ilo", .neighbours = 1};
    const iso_mingle_opt two = {.size = sizeof two, .measure = "ilo", .select.tgt = "en,de"};
    float *x = rows_new(0, 9);
    iso_states *s = states_of(x, LANGS, ITEMS);
    iso_records list = {0};

    ok(iso_mingle(&list, s, &one, NULL));
    assert_true(isnan(find(&list, "mingle:entropy", NULL)->value));
    assert_non_null(strstr(find(&list, "mingle:entropy", NULL)->why, "always 0"));
    assert_non_null(strstr(find(&list, "ilo:harmonic", NULL)->why, "fewer neighbours"));
    assert_true(find(&list, "mingle:ratio", NULL)->value > 0);
    iso_records_free(&list);
    ok(iso_mingle(&list, s, &two, NULL));
    assert_non_null(strstr(find(&list, "ilo:bridge", NULL)->why, "fewer other languages"));
    near(find(&list, "ilo:reach", NULL)->value, 1, 0);
    iso_records_free(&list);
    iso_states_close(s);
    iso_free(x);
}

/* Every third allocation keeps this short; the last call succeeds. */
static void survives_lack_of_memory(void **state)
{
    (void)state;
    const iso_mingle_opt opt = {
        .size = sizeof opt, .measure = "mingle,ilo,silhouette", .permutations = 19};
    float *x = rows_new(1, 9);
    iso_states *s = states_of(x, LANGS, ITEMS);
    iso_records list = {0};
    int64_t n = 0;
    iso_err err;

    do {
        iso_alloc_fail_after(n += 3);
        err = iso_mingle(&list, s, &opt, &(iso_run){.threads = 1});
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && list.count == 0));
    } while (err);
    assert_true(n > 30 && list.count == 6);
    iso_records_free(&list);
    iso_states_close(s);
    iso_free(x);
}

int main(void)
{
    RUN_TESTS(test(overlap_as_counted), test(mingled_by_nature), test(far_apart),
              test(pairs_and_probe_are_those_of_their_studies), test(any_number_of_threads),
              test(other_states_as_baseline), test(points_in_the_plane),
              test(components_as_by_powers), test(what_is_refused), test(memory_is_asked_first),
              test(sizes_that_differ), test(what_few_leave_undefined),
              test(survives_lack_of_memory));
}
