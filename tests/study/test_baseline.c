/* Baselines in studies: pieces and lengths against tf-idf and cosines computed in double here,
 * random weights against embedding and comparing by hand, what a value depends on, what is refused.
 */
#include <sys/stat.h>

#include "analysis/study/align/align.h"
#include "analysis/study/baseline/baseline_set.h"
#include "analysis/study/compare/compare.h"
#include "analysis/study/mix/mix.h"
#include "analysis/study/probe/probes.h"
#include "analysis/study/retrieve/retrieve.h"
#include "lib/base/alloc.h"
#include "lib/encode/embed.h"
#include "lib/text/tokenizer.h"
#include "tests/check.h"
#include "tests/oracle/cka_reference.h"

enum { LANGS = 3, ITEMS = 24, WIDE = 4096 };

static const char *const names[LANGS] = {"en", "de", "fr"};
static const char *const subject[4][LANGS] = {{"Paula", "Paula", "Paula"},
                                              {"The king", "Der König", "Le roi"},
                                              {"A doctor", "Ein Arzt", "Un médecin"},
                                              {"My dog", "Mein Hund", "Mon chien"}};
static const char *const rest[6][LANGS] = {
    {"sees the sea.", "sieht das Meer.", "voit la mer."},
    {"reads a book in Berlin.", "liest in Berlin ein Buch.", "lit un livre à Berlin."},
    {"sings.", "singt.", "chante."},
    {"was in Rome in 1987.", "war 1987 in Rom.", "était à Rome en 1987."},
    {"eats bread, bread and bread.", "isst Brot, Brot und Brot.", "mange du pain."},
    {"and Anna walk home at night, late.", "und Anna gehen nachts heim.",
     "et Anna rentrent tard la nuit."}};

static char texts[LANGS][ITEMS][128], ids[ITEMS][8];
static const char *text_at[LANGS][ITEMS], *id_at[ITEMS];

static const char *folder(void)
{
    static char path[4096];

    if (!*path)
        snprintf(path, sizeof path, "%s", source_path("examples/mini"));
    return path;
}

static void write_texts(void)
{
    for (int i = 0; i < ITEMS; i++) {
        snprintf(ids[i], sizeof ids[i], "s%02d", i);
        id_at[i] = ids[i];
        for (int l = 0; l < LANGS; l++) {
            snprintf(texts[l][i], sizeof texts[l][i], "%s %s", subject[i % 4][l], rest[i / 4][l]);
            text_at[l][i] = texts[l][i];
        }
    }
}

/* States of the texts from the checkpoint itself, or with random weights. */
static iso_states *embedded(const char *seed)
{
    iso_texts *t = NULL;
    iso_states *s = NULL;
    iso_embed_opt opt;
    static const char *labels[ITEMS];

    for (int i = 0; i < ITEMS; i++)
        labels[i] = i % 2 ? "odd" : "even";
    write_texts();
    iso_embed_opt_init(&opt, sizeof opt);
    opt.model = (iso_model_opt){.folder = folder(), .random_weights = seed};
    ok(iso_texts_new(&t, NULL));
    for (int l = 0; l < LANGS; l++)
        ok(iso_texts_add_lang(
            t, names[l],
            &(iso_corpus){.items = ITEMS, .text = text_at[l], .ids = id_at, .labels = labels}));
    ok(iso_embed(&s, NULL, t, &opt, NULL));
    iso_texts_close(t);
    return s;
}

/* Only rows: nothing is known of the items. */
static iso_states *bare(int64_t dims, int layers, int langs, int64_t items)
{
    static double x[LANGS][ITEMS * WIDE];
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    for (int l = 0; l < langs; l++) {
        for (int i = 0; i < ITEMS * dims; i++)
            x[l][i] = sin(i + 7.0 * l);
        for (int k = 0; k < layers; k++)
            ok(iso_states_put(s, names[l], k, iso_view_f64(x[l], items, dims)));
    }
    return s;
}

/* --- By hand --- */

/* The ids of a text without special tokens. */
static int cut(int32_t *out, const char *text)
{
    static iso_tokenizer *t;
    const iso_text in = {.text = text, .len = (int64_t)strlen(text)};
    iso_tokens tokens = {0};
    int count = 0;

    if (!t)
        ok(iso_tokenizer_open(&t, folder()));
    ok(iso_tokenizer_encode(t, &tokens, &in, 0));
    for (int64_t i = 0; i < tokens.count; i++) {
        if (!tokens.special[i])
            out[count++] = tokens.ids[i];
    }
    iso_tokens_free(&tokens);
    return count;
}

/* tf-idf of two languages, over all ids. */
static void weigh(double *x, double *y, int64_t ids_all, int a, int b)
{
    const int lang[2] = {a, b};
    double *row[2] = {x, y};
    int32_t id[256];

    memset(x, 0, (size_t)(ITEMS * ids_all) * sizeof *x);
    memset(y, 0, (size_t)(ITEMS * ids_all) * sizeof *y);
    for (int s = 0; s < 2; s++) {
        for (int i = 0; i < ITEMS; i++) {
            const int count = cut(id, texts[lang[s]][i]);
            for (int t = 0; t < count; t++)
                row[s][i * ids_all + id[t]]++;
        }
    }
    for (int64_t c = 0; c < ids_all; c++) {
        double df = 0, idf;
        for (int i = 0; i < ITEMS; i++)
            df += (x[i * ids_all + c] > 0) + (y[i * ids_all + c] > 0);
        idf = log(ITEMS / (1 + df));
        idf = idf > 0 ? idf : 0;
        for (int i = 0; i < ITEMS; i++) {
            x[i * ids_all + c] *= idf;
            y[i * ids_all + c] *= idf;
        }
    }
}

static double cosine(const double *x, const double *y, int64_t d)
{
    double xy = 0, xx = 0, yy = 0;

    for (int64_t j = 0; j < d; j++) {
        xy += x[j] * y[j];
        xx += x[j] * x[j];
        yy += y[j] * y[j];
    }
    return xy / sqrt(xx * yy);
}

static const iso_record *find(const iso_records *list, const char *baseline, const char *measure,
                              const char *tgt, int64_t layer)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        const bool same = baseline ? r->baseline && !strcmp(r->baseline, baseline) : !r->baseline;
        if (same && !strcmp(r->measure, measure) && r->tgt && !strcmp(r->tgt, tgt) &&
            r->src_layer == layer)
            return r;
    }
    print_error("no record of %s, %s, %s\n", baseline ? baseline : "the states", measure, tgt);
    fail();
    return NULL;
}

static iso_records compared(iso_states *s, const iso_baseline_opt *baseline, const char *tgt)
{
    const iso_run run = {.double_precision = true};
    iso_records list = {0};
    iso_compare_opt opt;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.measure = "cka,cosine:raw";
    opt.select.tgt = tgt;
    if (baseline)
        opt.baseline = *baseline;
    ok(iso_compare(&list, s, &opt, &run));
    return list;
}

static void refused(iso_states *s, iso_baseline_opt baseline, const char *part)
{
    iso_records list = {0};
    iso_compare_opt opt;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.baseline = baseline;
    fails(iso_compare(&list, s, &opt, NULL), ISO_EARG, part);
    assert_int_equal(list.count, 0);
    iso_records_free(&list);
}

/* --- Pieces and lengths --- */

static void pieces_are_tf_idf(void **state)
{
    (void)state;
    enum { IDS = 8192 };
    const iso_baseline_opt baseline = {.kinds = "pieces", .model = folder()};
    iso_states *s = embedded(NULL);
    iso_records list = compared(s, &baseline, NULL);
    double *x = calloc(ITEMS * IDS, sizeof *x), *y = calloc(ITEMS * IDS, sizeof *y);

    for (int l = 1; l < LANGS; l++) {
        const iso_record *cka = find(&list, "pieces", "cka", names[l], ISO_NO_INT);
        const iso_record *cos = find(&list, "pieces", "cosine", names[l], ISO_NO_INT);
        double mean = 0;
        weigh(x, y, IDS, 0, l);
        for (int i = 0; i < ITEMS; i++)
            mean += cosine(x + i * IDS, y + i * IDS, IDS) / ITEMS;
        near(cka->value, reference_cka(x, y, ITEMS, IDS, IDS, true), 1e-9);
        near(cos->value, mean, 1e-9);
        assert_true(cka->src_dim < IDS && cka->src_dim == cka->tgt_dim && !cka->pool);
    }
    free(x);
    free(y);
    iso_records_free(&list);
    iso_states_close(s);
}

static void lengths_are_three_columns(void **state)
{
    (void)state;
    const iso_baseline_opt baseline = {.kinds = "length", .model = folder()};
    iso_states *s = embedded(NULL);
    iso_records list = compared(s, &baseline, NULL);
    double x[LANGS][ITEMS * 3];
    int32_t id[256];

    for (int l = 0; l < LANGS; l++) {
        for (int i = 0; i < ITEMS; i++) {
            const double n = cut(id, texts[l][i]);
            x[l][3 * i] = n;
            x[l][3 * i + 1] = log(n);
            x[l][3 * i + 2] = 1 / n;
        }
    }
    for (int l = 1; l < LANGS; l++) {
        const iso_record *r = find(&list, "length", "cka", names[l], ISO_NO_INT);
        near(r->value, reference_cka(x[0], x[l], ITEMS, 3, 3, true), 1e-9);
        assert_int_equal(r->src_dim, 3);
    }
    iso_records_free(&list);
    iso_states_close(s);
}

static void pieces_find_translations(void **state)
{
    (void)state;
    enum { IDS = 8192 };
    iso_states *s = embedded(NULL);
    iso_records list = {0};
    iso_retrieve_opt opt;
    double *x = calloc(ITEMS * IDS, sizeof *x), *y = calloc(ITEMS * IDS, sizeof *y), hits = 0;

    iso_retrieve_opt_init(&opt, sizeof opt);
    opt.measure = "p@1:cosine";
    opt.direction = ISO_RETRIEVE_FORWARD;
    opt.select.layers = "last";
    opt.baseline = (iso_baseline_opt){.kinds = "pieces,length", .model = folder()};
    ok(iso_retrieve(&list, s, &opt, NULL));
    weigh(x, y, IDS, 0, 1);
    for (int i = 0; i < ITEMS; i++) {
        int best = 0;
        for (int j = 1; j < ITEMS; j++)
            if (cosine(x + i * IDS, y + j * IDS, IDS) > cosine(x + i * IDS, y + best * IDS, IDS))
                best = j;
        hits += best == i;
    }
    near(find(&list, "pieces", "p@1", "de", ISO_NO_INT)->value, hits / ITEMS, 1e-9);
    assert_true(hits > 4 && hits < ITEMS);
    free(x);
    free(y);
    iso_records_free(&list);
    iso_states_close(s);
}

/* A pair alone and among others; whatever layers are asked for; layers make no records of their
 * own. */
static void a_value_depends_on_its_pair(void **state)
{
    (void)state;
    const iso_baseline_opt baseline = {.kinds = "pieces,length", .model = folder()};
    iso_states *s = embedded(NULL);
    iso_records all = compared(s, &baseline, NULL), alone = compared(s, &baseline, "fr");
    iso_records plain = compared(s, NULL, NULL);

    for (int k = 0; k < 2; k++) {
        const char *kind = k ? "length" : "pieces";
        const iso_record *a = find(&all, kind, "cka", "fr", ISO_NO_INT);
        const iso_record *b = find(&alone, kind, "cka", "fr", ISO_NO_INT);
        assert_true(a->value == b->value && a->lo == b->lo && a->n == b->n);
    }
    assert_int_equal(all.count, plain.count + 2 * 2 * 2); /* measures, kinds, pairs */
    for (int64_t i = 0; i < plain.count; i++)
        assert_true(plain.at[i].value == all.at[i].value && !all.at[i].baseline);
    iso_records_free(&all);
    iso_records_free(&alone);
    iso_records_free(&plain);
    iso_states_close(s);
}

/* --- Random weights --- */

static void random_is_the_mean_of_three_seeds(void **state)
{
    (void)state;
    const iso_baseline_opt baseline = {.kinds = "random", .model = folder()};
    iso_states *s = embedded(NULL);
    iso_records list = compared(s, &baseline, NULL), seed[3];

    for (int k = 0; k < 3; k++) {
        iso_states *r = embedded(k == 0 ? "1" : k == 1 ? "2" : "3");
        seed[k] = compared(r, NULL, NULL);
        iso_states_close(r);
    }
    assert_int_equal(list.count, 2 * seed[0].count);
    for (int layer = 0; layer <= 4; layer++) {
        const iso_record *r = find(&list, "random", "cka", "de", layer);
        double v[3];
        for (int k = 0; k < 3; k++)
            v[k] = find(&seed[k], NULL, "cka", "de", layer)->value;
        near(r->value, (v[0] + v[1] + v[2]) / 3, 1e-9);
        near(r->lo, fmin(v[0], fmin(v[1], v[2])), 1e-9);
        near(r->hi, fmax(v[0], fmax(v[1], v[2])), 1e-9);
        assert_true(r->hi > r->lo);
        text(r->interval, "range");
        text(r->model, "mini (random weights)");
        text(r->pool, "mean");
    }
    for (int k = 0; k < 3; k++)
        iso_records_free(&seed[k]);
    iso_records_free(&list);
    iso_states_close(s);
}

static void states_stand_for_random(void **state)
{
    (void)state;
    iso_states *s = embedded(NULL), *r = embedded("5");
    const iso_baseline_opt baseline = {.states = r};
    iso_records list = compared(s, &baseline, NULL), there = compared(r, NULL, NULL);

    for (int layer = 0; layer <= 4; layer++) {
        const iso_record *a = find(&list, "random", "cka", "fr", layer);
        const iso_record *b = find(&there, NULL, "cka", "fr", layer);
        assert_true(a->value == b->value && a->lo == b->lo);
        text(a->interval, "jackknife");
        text(a->model, "mini (random weights, seed 5)");
    }
    iso_records_free(&list);
    iso_records_free(&there);
    iso_states_close(r);
    iso_states_close(s);
}

static bool equal(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void same_records(iso_records *a, iso_records *b)
{
    int random = 0;

    assert_int_equal(a->count, b->count);
    for (int64_t i = 0; i < a->count; i++) {
        assert_int_equal(iso_record_compare(&a->at[i], &b->at[i], ISO_ROLE_NAMES, 0), 0);
        assert_true(equal(a->at[i].value, b->at[i].value) && equal(a->at[i].lo, b->at[i].lo) &&
                    equal(a->at[i].hi, b->at[i].hi));
        random += a->at[i].baseline && !strcmp(a->at[i].baseline, "random");
    }
    assert_true(random > 0);
    iso_records_free(a);
    iso_records_free(b);
}

/* Studies of fewer languages or layers too; what the set lacks is refused. */
static void studies_share_a_set(void **state)
{
    (void)state;
    iso_baseline_opt baseline = {.kinds = "length,random", .model = folder()};
    const iso_run run = {.double_precision = true};
    iso_states *s = embedded(NULL);
    iso_baseline_set *set = NULL, *less = NULL, *none = NULL;
    iso_records own = compared(s, &baseline, "fr"), shared, found[2] = {{0}}, probed[2] = {{0}};
    iso_retrieve_opt retrieve;
    iso_probe_opt probe;

    ok(iso_baseline_set_new(&set, s, &baseline, &(iso_scope){0}, &run));
    ok(iso_baseline_set_new(&less, s, &baseline, &(iso_scope){.layers = "last"}, &run));
    assert_int_equal(iso_baseline_set_bytes(set), 3L * LANGS * 5 * ITEMS * 128 * 4);
    assert_int_equal(iso_baseline_set_bytes(set), 5 * iso_baseline_set_bytes(less));
    iso_retrieve_opt_init(&retrieve, sizeof retrieve);
    iso_probe_opt_init(&probe, sizeof probe);
    retrieve.select.layers = "3-last";
    probe.select.layers = "last";
    probe.folds = 3;
    for (int k = 0; k < 2; k++) {
        retrieve.baseline = probe.baseline = baseline;
        ok(iso_retrieve(&found[k], s, &retrieve, &run));
        ok(iso_probe(&probed[k], s, &probe, &run));
        baseline.set = set;
    }
    shared = compared(s, &baseline, "fr");
    same_records(&own, &shared);
    same_records(&found[0], &found[1]);
    same_records(&probed[0], &probed[1]);
    baseline.set = less;
    refused(s, baseline, "has no layer 0");
    baseline.set = NULL;
    ok(iso_baseline_set_new(&none, s, &(iso_baseline_opt){.kinds = "length", .model = folder()},
                            &(iso_scope){0}, &run));
    ok(iso_baseline_set_new(&none, s, &baseline, &(iso_scope){0},
                            &(iso_run){.mem = 2 * iso_baseline_set_bytes(set) - 1}));
    assert_null(none);
    assert_int_equal(iso_baseline_set_bytes(none), 0);
    iso_baseline_set_free(none);
    iso_baseline_set_free(less);
    iso_baseline_set_free(set);
    iso_states_close(s);
}

/* --- Probes and maps --- */

static void probes_and_maps_have_baselines(void **state)
{
    (void)state;
    iso_states *s = embedded(NULL);
    iso_records probes = {0}, maps = {0};
    iso_probe_opt probe;
    iso_align_opt align;

    iso_probe_opt_init(&probe, sizeof probe);
    probe.select.layers = "last";
    probe.folds = 3;
    probe.baseline = (iso_baseline_opt){.kinds = "random,pieces,length", .model = folder()};
    ok(iso_probe(&probes, s, &probe, NULL));
    for (int l = 0; l < LANGS; l++) {
        (void)find(&probes, "pieces", "accuracy", names[l], ISO_NO_INT);
        (void)find(&probes, "length", "accuracy", names[l], ISO_NO_INT);
        assert_int_equal(find(&probes, "random", "accuracy", names[l], 4)->n, ITEMS);
    }
    iso_align_opt_init(&align, sizeof align);
    align.select.layers = "last";
    align.folds = 3;
    align.measure = "p@1,cka";
    align.baseline = (iso_baseline_opt){.kinds = "random,length", .model = folder()};
    ok(iso_align(&maps, s, &align, NULL));
    (void)find(&maps, "random", "p@1", "de", 4);
    (void)find(&maps, "length", "cka", "de", ISO_NO_INT);
    iso_records_free(&probes);
    iso_records_free(&maps);
    iso_states_close(s);
}

/* Before a map pieces are what retrieval has; no map of them is determined. */
static void pieces_are_not_mapped(void **state)
{
    (void)state;
    iso_states *s = embedded(NULL);
    iso_records maps = {0}, found = {0};
    iso_retrieve_opt retrieve;
    iso_align_opt align;
    int undefined = 0;

    iso_retrieve_opt_init(&retrieve, sizeof retrieve);
    retrieve.measure = "p@1:cosine";
    retrieve.direction = ISO_RETRIEVE_FORWARD;
    retrieve.baseline = (iso_baseline_opt){.kinds = "pieces", .model = folder()};
    ok(iso_retrieve(&found, s, &retrieve, NULL));
    iso_align_opt_init(&align, sizeof align);
    align.select.layers = "last";
    align.folds = 3;
    align.measure = "p@1,cka";
    align.baseline = retrieve.baseline;
    ok(iso_align(&maps, s, &align, NULL));
    for (int64_t i = 0; i < maps.count; i++) {
        const iso_record *r = &maps.at[i];
        if (!r->baseline)
            continue;
        const bool mapped = !strcmp(r->stage, "after") ||
                            (!strcmp(r->stage, "difference") && !strcmp(r->train, "rows"));
        assert_true(isnan(r->value) == mapped && (!mapped || r->why));
        undefined += mapped;
        if (!strcmp(r->measure, "p@1") && !strcmp(r->stage, "before"))
            near(r->value, find(&found, "pieces", "p@1", r->tgt, ISO_NO_INT)->value, 1e-12);
    }
    assert_int_equal(undefined, 2 * 2 * 3); /* pairs, measures; after and two differences */
    iso_records_free(&maps);
    iso_records_free(&found);
    iso_states_close(s);
}

static iso_records mixed(const iso_texts *t, const char *seed, const char *baseline)
{
    iso_records list = {0};
    iso_mix_opt opt;

    iso_mix_opt_init(&opt, sizeof opt);
    opt.model = (iso_model_opt){.folder = folder(), .random_weights = seed};
    opt.src = "en";
    opt.tgt = "de";
    opt.measure = "cka";
    opt.baseline = baseline;
    ok(iso_mix(&list, NULL, t, &opt, NULL));
    return list;
}

static void mixing_has_random_weights(void **state)
{
    (void)state;
    iso_texts *t = NULL;
    iso_records list, seed[3];
    iso_mix_opt opt;
    int64_t at = 0;

    write_texts();
    ok(iso_texts_new(&t, NULL));
    for (int l = 0; l < 2; l++)
        ok(iso_texts_add_lang(t, names[l], &(iso_corpus){.items = ITEMS, .text = text_at[l]}));
    list = mixed(t, NULL, "random");
    for (int k = 0; k < 3; k++)
        seed[k] = mixed(t, k == 0 ? "1" : k == 1 ? "2" : "3", NULL);
    while (at < list.count && !list.at[at].baseline)
        at++;
    for (int64_t i = 0; i < seed[0].count; i++) {
        double sum = 0;
        if (!strcmp(seed[0].at[i].estimator, "histogram"))
            continue;
        for (int64_t k = 0; k < 3; k++) {
            for (int64_t j = 0; j < seed[k].count; j++) {
                if (iso_record_compare(&seed[0].at[i], &seed[k].at[j], ISO_ROLE_NAMES,
                                       ISO_COLUMN(model)) == 0)
                    sum += seed[k].at[j].value;
            }
        }
        assert_true(at < list.count);
        text(list.at[at].measure, seed[0].at[i].measure);
        text(list.at[at].model, "mini (random weights)");
        near(list.at[at++].value, sum / 3, 1e-9);
    }
    assert_int_equal(at, list.count);
    iso_mix_opt_init(&opt, sizeof opt);
    opt.model.folder = folder();
    opt.baseline = "length";
    fails(iso_mix_check(&opt), ISO_EARG, "only a network can be mixed");
    for (int k = 0; k < 3; k++)
        iso_records_free(&seed[k]);
    iso_records_free(&list);
    iso_texts_close(t);
}

/* --- What is refused --- */

static void what_is_missing_is_named(void **state)
{
    (void)state;
    iso_states *s = embedded(NULL), *wide = bare(64, 5, LANGS, ITEMS),
               *deep = bare(128, 6, LANGS, ITEMS), *silent = bare(128, 5, LANGS, ITEMS),
               *two = bare(128, 5, 2, ITEMS), *flat = bare(128, 2, LANGS, ITEMS),
               *few = bare(128, 5, LANGS, ITEMS - 4);

    refused(s, (iso_baseline_opt){.kinds = "pieces"}, "pieces needs --model DIR");
    refused(s, (iso_baseline_opt){.kinds = "length"}, "length needs --model DIR");
    refused(s, (iso_baseline_opt){.kinds = "random"}, "or --baseline-states");
    refused(s, (iso_baseline_opt){.kinds = "rnadom"}, "did you mean 'random'?");
    refused(s, (iso_baseline_opt){.kinds = "xyz"}, "there are random, pieces, length");
    refused(wide, (iso_baseline_opt){.kinds = "pieces", .model = folder()},
            "have 64 dims, --model mini has 128");
    refused(deep, (iso_baseline_opt){.kinds = "random", .model = folder()},
            "have 5 layers, --model mini has 4");
    refused(silent, (iso_baseline_opt){.kinds = "length", .model = folder()},
            "en is kept without its text: name the texts with --corpus DIR");
    refused(silent, (iso_baseline_opt){.states = two}, "no language 'fr'");
    refused(silent, (iso_baseline_opt){.states = flat}, "en has no layer 2");
    refused(silent, (iso_baseline_opt){.states = few}, "en has 20 items, in");
    refused(s, (iso_baseline_opt){.states = silent}, "ids");
    refused(s, (iso_baseline_opt){.kinds = "length", .states = silent, .model = folder()},
            "stands for random");
    iso_compare_opt opt;
    iso_records list = {0};
    iso_compare_opt_init(&opt, sizeof opt);
    opt.select.common = true; /* of equal items nothing is left out */
    opt.select.layers = "last";
    opt.baseline = (iso_baseline_opt){.kinds = "pieces", .model = folder()};
    ok(iso_compare(&list, s, &opt, NULL));
    iso_records_free(&list);
    iso_states_close(s);
    iso_states_close(wide);
    iso_states_close(deep);
    iso_states_close(silent);
    iso_states_close(two);
    iso_states_close(flat);
    iso_states_close(few);
}

/* Texts from a folder, by position; a language and an item that it lacks. */
static void texts_come_from_a_folder(void **state)
{
    (void)state;
    char dir[4096], path[4200];
    const iso_baseline_opt kept = {.kinds = "length", .model = folder()};
    iso_baseline_opt read = kept;
    iso_states *s = embedded(NULL), *silent = bare(128, 5, LANGS, ITEMS);
    iso_records a = compared(s, &kept, NULL), b = {0};

    snprintf(dir, sizeof dir, "%s", temp_path("texts"));
    assert_int_equal(mkdir(dir, 0700), 0);
    read.corpus = dir;
    for (int l = 0; l < LANGS; l++) {
        if (l == 2)
            refused(silent, read, "has none of that language");
        snprintf(path, sizeof path, "%s/%s.txt", dir, names[l]);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        for (int i = 0; i < ITEMS; i++)
            fprintf(f, "%s\n", texts[l][i]);
        assert_int_equal(fclose(f), 0);
    }
    b = compared(silent, &read, NULL);
    near(find(&a, "length", "cka", "de", ISO_NO_INT)->value,
         find(&b, "length", "cka", "de", ISO_NO_INT)->value, 0);
    FILE *f = fopen(path, "a");
    fprintf(f, "One more.\n");
    assert_int_equal(fclose(f), 0);
    refused(silent, read, "fr has 24 items, its text in --corpus 25");
    iso_records_free(&a);
    iso_records_free(&b);
    iso_states_close(silent);
    iso_states_close(s);
}

static void every_allocation_can_fail(void **state)
{
    (void)state;
    iso_states *s = embedded(NULL);
    iso_baseline_set *set = NULL;
    iso_compare_opt opt;
    iso_err err = ISO_ENOMEM;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.select.layers = "last";
    opt.select.tgt = "de";
    opt.baseline = (iso_baseline_opt){.kinds = "random,pieces,length", .model = folder()};
    for (int64_t n = 0; err; n += 1 + n / 4) {
        iso_records list = {0};
        iso_alloc_fail_after(n);
        err = iso_compare(&list, s, &opt, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || list.count == 0);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        iso_records_free(&list);
    }
    err = ISO_ENOMEM;
    for (int64_t n = 0; err; n += 1 + n / 4) {
        iso_alloc_fail_after(n);
        err = iso_baseline_set_new(&set, s, &opt.baseline, &opt.select, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK ? set != NULL : err == ISO_ENOMEM && !set);
    }
    iso_baseline_set_free(set);
    iso_states_close(s);
}

/* --- The development set --- */

static void pieces_of_the_development_set(void **state)
{
    (void)state;
    char path[4096], model[4096];
    iso_states *s = NULL;
    iso_records list = {0};
    iso_retrieve_opt opt;
    double sum = 0;
    int count = 0;

    snprintf(path, sizeof path, "%s", test_data("dumps/m15-sib.h5"));
    snprintf(model, sizeof model, "%s", test_data("models/m15"));
    const char *inputs[] = {path};
    ok(iso_states_open(&s, inputs, 1, &(iso_states_opt){0}));
    iso_retrieve_opt_init(&opt, sizeof opt);
    opt.measure = "p@1:cosine";
    opt.direction = ISO_RETRIEVE_FORWARD;
    opt.interval = ISO_INTERVAL_NONE;
    opt.select.layers = "last";
    opt.baseline = (iso_baseline_opt){.kinds = "pieces", .model = model};
    ok(iso_retrieve(&list, s, &opt, NULL));
    for (int64_t i = 0; i < list.count; i++) {
        if (!list.at[i].baseline)
            continue;
        sum += list.at[i].value;
        count++;
    }
    print_message("pieces, development set: P@1 %.4f over %d targets\n", sum / count, count);
    assert_int_equal(count, 14);
    near(sum / count, 0.325, 5e-4);
    near(find(&list, "pieces", "p@1", "de", ISO_NO_INT)->value, 0.515, 5e-4);
    near(find(&list, "pieces", "p@1", "fr", ISO_NO_INT)->value, 0.706, 5e-4);
    near(find(&list, "pieces", "p@1", "zh", ISO_NO_INT)->value, 0.189, 5e-4);
    iso_records_free(&list);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(pieces_are_tf_idf), test(lengths_are_three_columns),
              test(pieces_find_translations), test(a_value_depends_on_its_pair),
              test(random_is_the_mean_of_three_seeds), test(states_stand_for_random),
              test(studies_share_a_set), test(probes_and_maps_have_baselines),
              test(pieces_are_not_mapped), test(mixing_has_random_weights),
              test(what_is_missing_is_named), test(texts_come_from_a_folder),
              test(every_allocation_can_fail), test(pieces_of_the_development_set));
}
