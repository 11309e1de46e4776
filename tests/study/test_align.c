/* Alignment: who is tested with whom, and maps that are known. */
#include "tests/study/aligned.h"

#include "analysis/study/align/align_inside.h"
#include "analysis/study/retrieve/retrieve.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/str.h"
#include "lib/io/native_write.h"

/* --- Maps that are known --- */

enum { ITEMS = 150, DIM = 8 };

/* Turns neighbouring columns by an angle that grows, then reverses the columns. */
static void rotate(float *to, const float *from)
{
    for (int j = 0; j < DIM; j += 2) {
        const double a = 0.7 + j, c = cos(a), s = sin(a);
        to[DIM - 1 - j] = (float)(c * from[j] - s * from[j + 1]);
        to[DIM - 2 - j] = (float)(s * from[j] + c * from[j + 1]);
    }
}

static float said[2][ITEMS * DIM]; /* of en, of de */
static const char *id[ITEMS];

/* en: normal rows; de: en rotated, with noise; then the two are moved apart. */
static void make_rotated(double noise, double offset)
{
    static char ids[ITEMS][8];
    float *x = said[0], *y = said[1];
    iso_rng rng = iso_rng_seeded(11, 0);

    for (int i = 0; i < ITEMS; i++) {
        snprintf(ids[i], sizeof ids[i], "s%d", i);
        id[i] = ids[i];
        for (int j = 0; j < DIM; j++)
            x[i * DIM + j] = (float)iso_rng_normal(&rng);
        rotate(y + i * DIM, x + i * DIM);
        for (int j = 0; j < DIM; j++) {
            x[i * DIM + j] -= (float)offset / 5;
            y[i * DIM + j] += (float)(noise * iso_rng_normal(&rng) + offset);
        }
    }
}

static const char *rotated(const char *name, double noise, double offset)
{
    const char *path = temp_path(name);
    iso_native *file = NULL;
    int matrix[2];

    make_rotated(noise, offset);
    ok(iso_native_new(&file, path, &(iso_states_info){.model = "m", .pooling = "mean"}));
    ok(iso_native_lang(file, &(iso_lang){.name = "en", .items = ITEMS, .rows = ITEMS, .ids = id}));
    ok(iso_native_lang(file, &(iso_lang){.name = "de", .items = ITEMS, .rows = ITEMS, .ids = id}));
    ok(iso_native_matrix(&matrix[0], file, "en", 3, ITEMS, DIM, ISO_F32));
    ok(iso_native_matrix(&matrix[1], file, "de", 3, ITEMS, DIM, ISO_F32));
    ok(iso_native_put(file, matrix[0], 0, iso_view_f32(said[0], ITEMS, DIM)));
    ok(iso_native_put(file, matrix[1], 0, iso_view_f32(said[1], ITEMS, DIM)));
    ok(iso_native_commit(file));
    return path;
}

/* Through the maps of opt->apply. */
static iso_err applied(const char *to, const iso_align_opt *opt, const char *const *path, int count)
{
    const iso_align_opt o = filled(*opt);
    iso_states *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_check(&o));
    ISO_TRY(iso_states_open(&s, path, count, &(iso_states_opt){.any_dims = opt->pad}));
    ISO_TRY(iso_align_apply(to, s, &o, NULL));
done:
    iso_states_close(s);
    return err;
}

static double value(const iso_records *list, const char *measure, const char *stage)
{
    return record_of(list, measure, stage, ISO_NO_INT)->value;
}

static void a_rotation_is_recovered(void **state)
{
    const char *path = rotated("rotated.h5", 0.01, 0);
    const iso_align_opt set = {.select = {.src = "en"}};
    iso_records list = {0};
    (void)state;

    ok(align(&list, &set, path));
    assert_true(value(&list, "p@k", "before") < 0.3);
    near(value(&list, "p@k", "after"), 1, 0);
    near(value(&list, "mrr", "after"), 1, 0);
    near(value(&list, "p@k", "difference"), 1 - value(&list, "p@k", "before"), 1e-12);
    near(value(&list, "cka", "after"), value(&list, "cka", "before"), 1e-6);
    assert_true(value(&list, "cka", "after") > 0.99);
    const iso_record *r = record_of(&list, "p@k", "after", ISO_NO_INT);
    text(r->train, "rows");
    text(r->direction, "forward");
    text(r->interval, "boot-items");
    near(r->null, 1.0 / 150, 1e-12);
    assert_int_equal(r->n, ITEMS);
    assert_int_equal(r->rank, DIM);
    assert_int_equal(r->k, 1);
    assert_true(list.count == 24);
    iso_records_free(&list);
}

/* An offset of all of de is no rotation; with --centre it is part of the map. */
static void the_mean_is_part_of_the_map(void **state)
{
    const char *path = rotated("offset.h5", 0.01, 5);
    iso_align_opt set = {.select = {.src = "en"}, .measure = "centroid:relative"};
    iso_records list = {0};
    (void)state;

    ok(align(&list, &set, path));
    assert_true(value(&list, "centroid", "after") > 1);
    iso_records_free(&list);
    set.centre = true;
    ok(align(&list, &set, path));
    assert_true(value(&list, "centroid", "before") > 1);
    assert_true(value(&list, "centroid", "after") < 0.2);
    text(record_of(&list, "centroid", "after", ISO_NO_INT)->train, "rows+centre");
    iso_records_free(&list);
}

/* Inverted softmax takes MUSE's temperature, and says so. */
static void the_softmax_has_its_temperature(void **state)
{
    const char *path = rotated("softmax.h5", 0.1, 0);
    const iso_align_opt set = {.select = {.src = "en"}, .measure = "p@1:invsoftmax,p@1"};
    iso_records list = {0};

    (void)state;
    ok(align(&list, &set, path));
    for (int64_t i = 0; i < list.count; i++) {
        if (strcmp(list.at[i].estimator, "invsoftmax") == 0)
            near(list.at[i].param, 30, 0);
        else
            assert_true(isnan(list.at[i].param));
    }
    iso_records_free(&list);
}

/* What is pooled is the outcomes of the folds together, or their mean. */
static void folds_and_all(void **state)
{
    const char *path = rotated("noisy.h5", 1.0, 0);
    const iso_align_opt set = {
        .select = {.src = "en"}, .each_fold = true, .folds = 3, .measure = "p@1,cka"};
    double hits = 0, cka = 0, minus = 0;
    iso_records list = {0};
    (void)state;

    ok(align(&list, &set, path));
    assert_int_equal(list.count, 2 * 6 * 4);
    for (int f = 0; f < 3; f++) {
        const iso_record *r = record_of(&list, "p@k", "after", f);
        hits += r->value * (double)r->n;
        cka += record_of(&list, "cka", "after", f)->value / 3;
        minus += record_of(&list, "cka", "difference", f)->value / 3;
    }
    const iso_record *all = record_of(&list, "cka", "after", ISO_NO_INT);
    near(value(&list, "p@k", "after"), hits / ITEMS, 1e-12);
    assert_true(hits > 0 && hits < ITEMS);
    near(all->value, cka, 1e-12);
    near(value(&list, "cka", "difference"), minus, 1e-12);
    text(all->interval, "jackknife");
    assert_true(all->lo < all->value && all->value < all->hi);
    const iso_record *one = record_of(&list, "cka", "after", 0);
    assert_true(all->hi - all->lo < one->hi - one->lo); /* three times the items */
    iso_records_free(&list);
}

/* Least squares of 16 rows of noise in 8 dims explain half of the variance of these rows, and
 * nothing of rows they were not fitted on. Chance is 1 in 8, its standard deviation 0.08. */
static void nothing_leaks(void **state)
{
    const char *path = rotated("noise.h5", 300, 0);
    const iso_align_opt set = {.select = {.src = "en"},
                               .method = ISO_MAP_LEAST_SQUARES,
                               .measure = "p@1",
                               .folds = 2,
                               .candidates = ISO_ALIGN_FOLD};
    double hits = 0;
    (void)state;

    for (uint64_t seed = 0; seed < 10; seed++) {
        iso_records list = {0};
        ok(aligned(&list, &set, &path, 1, 16, &(iso_run){.seed = seed}));
        hits += value(&list, "p@k", "after") / 10;
        iso_records_free(&list);
    }
    near(hits, 0.125, 0.1);
}

static void maps_come_back(void **state)
{
    const char *path = rotated("again.h5", 0.01, 2), *maps = temp_path("maps.h5");
    const char *made = temp_path("mapped.h5"), *w = temp_path("w.npy");
    iso_align_opt set = {.select = {.src = "en"}, .map = maps, .centre = true};
    iso_align_opt use = {.select = {.src = "en"}};
    const iso_align_opt look = {.measure = "p@1,centroid:relative"};
    iso_records list = {0}, mapped = {0};
    (void)state;

    ok(align(&list, &set, path));
    use.apply = maps;
    ok(applied(made, &use, &path, 1));
    ok(align(&mapped, &look, made));
    near(value(&mapped, "p@k", "before"), 1, 0);
    assert_true(value(&mapped, "centroid", "before") < 0.2);
    iso_records_free(&mapped);
    set.map = w;
    fails(align(&list, &set, path), ISO_EARG, "an .npy holds W alone");
    set.centre = false;
    path = rotated("alone.h5", 0.01, 0);
    ok(align(&list, &set, path));
    use.apply = w;
    ok(applied(made, &use, &path, 1));
    ok(align(&mapped, &look, made));
    text(mapped.at[0].src, "en");
    near(value(&mapped, "p@k", "before"), 1, 0);
    iso_records_free(&mapped);
    iso_records_free(&list);
}

/* A language of its own file: columns from `used` on are zeros. */
static const char *plain(const char *name, const char *lang, int64_t cols, int64_t used)
{
    static float x[ITEMS * DIM];
    const char *path = temp_path(name);
    iso_rng same = iso_rng_seeded(3, 0), own = iso_rng_seeded((uint64_t)lang[0], 0);
    iso_native *file = NULL;
    int matrix;

    memset(x, 0, sizeof x);
    for (int i = 0; i < ITEMS; i++) {
        for (int j = 0; j < DIM; j++) {
            const double shared = iso_rng_normal(&same), noise = iso_rng_normal(&own);
            if (j < used)
                x[i * cols + j] = (float)(shared + 0.5 * noise);
        }
    }
    ok(iso_native_new(&file, path, &(iso_states_info){.model = "m", .pooling = "mean"}));
    ok(iso_native_lang(file, &(iso_lang){.name = lang, .items = ITEMS, .rows = ITEMS}));
    ok(iso_native_matrix(&matrix, file, lang, 3, ITEMS, cols, ISO_F32));
    ok(iso_native_put(file, matrix, 0, iso_view_f32(x, ITEMS, cols)));
    ok(iso_native_commit(file));
    return path;
}

/* In either direction, whatever is done to the rows, and through a saved map. */
static void padding_is_columns_of_zeros(void **state)
{
    static const char *const steps[] = {NULL, "center,unit", "zscore", "iternorm"};
    const char *en = plain("en.h5", "en", DIM, DIM);
    const char *const few[] = {en, plain("few.h5", "de", 6, 6)};
    const char *const wide[] = {en, plain("wide.h5", "de", DIM, 6)};
    const char *maps = temp_path("padded-maps.h5"), *made = temp_path("padded.h5");
    iso_align_opt set = {.map = maps};
    iso_align_opt use = {.apply = maps};
    iso_records a = {0}, b = {0};
    (void)state;

    for (int i = 0; i < 8; i++) {
        set.select.src = use.select.src = i % 2 ? "de" : "en";
        set.prep = steps[i / 2];
        set.pad = use.pad = false;
        ok(aligned(&b, &set, wide, 2, 0, NULL));
        fails(aligned(&a, &set, few, 2, 0, NULL), ISO_EFORMAT, "align takes them with --pad");
        set.pad = use.pad = true;
        ok(aligned(&a, &set, few, 2, 0, NULL));
        assert_int_equal(a.count, b.count);
        for (int64_t k = 0; k < a.count; k++)
            near(a.at[k].value, b.at[k].value, 1e-9);
        assert_int_equal(a.at[0].src_dim, i % 2 ? 6 : DIM);
        assert_int_equal(a.at[0].tgt_dim, i % 2 ? DIM : 6);
        use.prep = NULL;
        ok(applied(made, &use, few, 2));
        iso_records_free(&a);
        iso_records_free(&b);
    }
}

static void what_is_wrong(void **state)
{
    const char *path = rotated("wrong.h5", 0.1, 0);
    const struct {
        iso_align_opt set;
        const char *part;
    } cases[] = {
        {{.method = (iso_map_method)77}, "--method: 77 is not one of: orthogonal rotation"},
        {{.measure = "p@0"}, "--measure p@0: a rank is a number from 1 to 1000"},
        {{.measure = "p@1:cslss"}, "csls"},
        {{.measure = "cka,,p@1"}, "takes a list like"},
        {{.measure = "cak"}, "cka"},
        {{.prep = "centr"}, "center"},
        {{.ridge = 0.5}, "--ridge goes with --method ridge"},
        {{.method = ISO_MAP_WHITENED, .whiten = 2}, "--whiten: 2 is no number above 0 and up to 1"},
        {{.whiten = 0.5}, "--whiten goes with --method whitened"},
        {{.apply = "x.h5", .map = "y.h5"}, "--apply and --map exclude each other"},
        {{.apply = "x.h5", .centre = true}, "--centre does not"},
        {{.apply = "x.h5"}, "iso_align_apply applies them"},
        {{.map = "-"}, "maps are not written to standard output"},
        {{.preset = "emergin"}, "did you mean 'emerging'?"},
        {{.correlate = true, .measure = "cka"}, "cka and p@1 must be among"},
        {{.folds = 80}, "--folds 80: needs 160 items"},
        {{.select = {.src = "fr"}}, "fr"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_records list = {0};
        const iso_err err = align(&list, &cases[i].set, path);
        assert_true(err != ISO_OK);
        if (!strstr(iso_err_msg(), cases[i].part))
            fail_msg("\"%s\" is not in \"%s\"", cases[i].part, iso_err_msg());
        assert_int_equal(list.count, 0);
        iso_records_free(&list);
    }
    fails(applied(temp_path("no.h5"), &(iso_align_opt){.apply = path}, &path, 1), ISO_EFORMAT,
          "holds no maps");
    fails(applied(temp_path("no.h5"), &(iso_align_opt){0}, &path, 1), ISO_EARG, "--apply names");
}

/* --- From memory --- */

/* The same rows as rotated() writes; `texts` may be NULL. */
static iso_states *in_memory(const char *const *texts)
{
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    ok(iso_states_describe(s, &(iso_states_info){.model = "m", .pooling = "mean"}));
    for (int l = 0; l < 2; l++) {
        const iso_lang lang = {
            .name = l ? "de" : "en", .items = ITEMS, .ids = id, .text = l ? NULL : texts};
        ok(iso_states_add_lang(s, &lang));
        ok(iso_states_put(s, lang.name, 3, iso_view_f32(said[l], ITEMS, DIM)));
    }
    return s;
}

static void memory_is_as_a_file(void **state)
{
    const char *path = rotated("same.h5", 0.3, 1);
    iso_states *s = in_memory(NULL);
    iso_records file = {0}, memory = {0};
    (void)state;

    ok(align(&file, &(iso_align_opt){.select = {.src = "en"}}, path));
    ok(iso_align(&memory, s, NULL, NULL));
    assert_int_equal(memory.count, 24);
    assert_int_equal(memory.count, file.count);
    for (int64_t i = 0; i < file.count; i++)
        assert_null(iso_record_differs(&memory.at[i], &file.at[i], ~0u, 0));
    iso_records_free(&file);
    iso_records_free(&memory);
    iso_states_close(s);
}

static void records_stay_when_it_fails(void **state)
{
    static float later[ITEMS * DIM];
    iso_states *s = in_memory(NULL);
    iso_align_opt opt = filled((iso_align_opt){.folds = 80});
    iso_records list = {0};
    (void)state;

    ok(iso_align(&list, s, NULL, NULL));
    fails(iso_align(&list, s, &opt, NULL), ISO_EDATA, "--folds 80: needs 160 items");
    assert_int_equal(list.count, 24);
    fails(iso_align(&list, s, NULL, &(iso_run){.mem = 1 << 15}), ISO_EDATA, "--mem 0 MB");
    assert_int_equal(list.count, 24);
    memcpy(later, said[0], sizeof later); /* a layer behind the one whose records are made */
    later[17 * DIM] = NAN;
    ok(iso_states_put(s, "en", 4, iso_view_f32(later, ITEMS, DIM)));
    ok(iso_states_put(s, "de", 4, iso_view_f32(said[1], ITEMS, DIM)));
    fails(iso_align(&list, s, NULL, NULL), ISO_EFORMAT, "layer 4: row 17 holds NaN");
    assert_int_equal(list.count, 24);
    iso_records_free(&list);
    iso_states_close(s);
}

static void a_plan_counts(void **state)
{
    iso_states *s = in_memory(NULL);
    const iso_align_opt opt = filled((iso_align_opt){.folds = 3, .map = "nowhere.h5"});
    iso_facts facts = {0};
    (void)state;

    ok(iso_align_plan(&facts, s, &opt, NULL));
    assert_int_equal(iso_facts_find(&facts, "items")->whole, ITEMS);
    assert_int_equal(iso_facts_find(&facts, "folds")->whole, 3);
    assert_int_equal(iso_facts_find(&facts, "maps")->whole, 4); /* one of all rows is saved */
    assert_true(access("nowhere.h5", F_OK) != 0);
    iso_facts_free(&facts);
    iso_states_close(s);
}

static void hear(void *payload, const char *note)
{
    if (strstr(note, "equal text into its fold: 75"))
        ++*(int *)payload;
}

/* Every text stands twice. */
static void notes_arrive(void **state)
{
    static char names[ITEMS][8];
    const char *texts[ITEMS];
    int heard = 0;
    iso_records list = {0};
    (void)state;

    make_rotated(0.3, 1);
    for (int i = 0; i < ITEMS; i++) {
        snprintf(names[i], sizeof names[i], "t%d", i / 2);
        texts[i] = names[i];
    }
    iso_states *s = in_memory(texts);
    ok(iso_align(&list, s, NULL, &(iso_run){.note = hear, .payload = &heard}));
    assert_int_equal(heard, 1);
    iso_records_free(&list);
    iso_states_close(s);
}

/* --- In company, and beside what others say --- */

enum { TALKS = 60 };

/* fr says every second thing twice and lacks some items; the order of de is another one. */
static iso_states *in_company(bool turned)
{
    static char texts[TALKS][8], twice[TALKS][8];
    static const char *text[3][TALKS], *ids[3][TALKS];
    static float x[3][TALKS * DIM];
    static const char *const name[] = {"en", "de", "fr"};
    iso_states *s = NULL;

    make_rotated(1, 1);
    ok(iso_states_new(&s, NULL));
    for (int i = 0; i < TALKS; i++) {
        snprintf(texts[i], sizeof texts[i], "t%d", i < 4 ? 0 : i); /* the first four are equal */
        snprintf(twice[i], sizeof twice[i], "t%d", i / 2);
        for (int l = 0; l < 3; l++) {
            const int at = l == 1 && turned ? TALKS - 1 - i : i;
            ids[l][at] = id[i];
            text[l][at] = l == 2 ? twice[i] : texts[i];
            memcpy(&x[l][at * DIM], &said[l == 1][i * DIM], sizeof(float) * DIM);
        }
    }
    for (int l = 0; l < 3; l++) {
        const int64_t items = l == 2 ? TALKS - 7 : TALKS;
        ok(iso_states_add_lang(
            s, &(iso_lang){.name = name[l], .items = items, .ids = ids[l], .text = text[l]}));
        ok(iso_states_put(s, name[l], 3, iso_view_f32(x[l], items, DIM)));
    }
    return s;
}

/* A third language that lacks items and says things twice changes no number of the first two, nor
 * does the order of a file. */
static void company_changes_nothing(void **state)
{
    iso_align_opt opt = filled((iso_align_opt){.select = {.src = "en", .tgt = "de"},
                                               .folds = 3,
                                               .each_fold = true,
                                               .measure = "p@1,mrr:csls,cka,centroid:relative"});
    iso_records alone = {0}, company = {0};
    (void)state;

    iso_states *s = in_company(false);
    ok(iso_align(&alone, s, &opt, NULL));
    iso_states_close(s);
    for (int turned = 0; turned < 2; turned++) {
        opt.select.tgt = turned ? "fr,de" : "de,fr";
        s = in_company(turned);
        ok(iso_align(&company, s, &opt, NULL));
        int64_t at = 0;
        for (int64_t i = 0; i < company.count; i++) {
            if (strcmp(company.at[i].tgt, "de") == 0)
                assert_null(iso_record_differs(&company.at[i], &alone.at[at++], ~0u, 0));
            else
                assert_true(company.at[i].fold != ISO_NO_INT || company.at[i].n == TALKS - 7);
        }
        assert_int_equal(at, alone.count);
        iso_records_free(&company);
        iso_states_close(s);
    }
    iso_records_free(&alone);
    opt.select.common = true; /* of en and de those that fr has, too */
    iso_states *all = in_company(true);
    ok(iso_align(&company, all, &opt, NULL));
    for (int64_t i = 0; i < company.count; i++)
        assert_true(company.at[i].fold != ISO_NO_INT || company.at[i].n == TALKS - 7);
    iso_records_free(&company);
    iso_states_close(all);
}

/* Before the map, retrieval is that of iso_retrieve: values, intervals, chance, with equal texts.
 */
static void before_is_retrieval(void **state)
{
    static const char *const measure =
        "p@1,p@3:csls,mrr,mrr:csls,p@1:ratio,mrr:invsoftmax,mrr:difference";
    const iso_align_opt opt = filled((iso_align_opt){.measure = measure, .prep = "unit"});
    iso_retrieve_opt search;
    iso_records list = {0}, found = {0};
    int same = 0;
    (void)state;

    iso_retrieve_opt_init(&search, sizeof search);
    search.measure = measure;
    search.prep = "unit";
    search.select.tgt = "de";
    search.direction = ISO_RETRIEVE_FORWARD;
    iso_states *s = in_company(true);
    ok(iso_align(&list, s, &opt, NULL));
    ok(iso_retrieve(&found, s, &search, NULL));
    for (int64_t i = 0; i < list.count; i++) {
        const iso_record *r = &list.at[i];
        for (int64_t j = 0; j < found.count && !strcmp(r->stage, "before"); j++) {
            iso_record like = found.at[j];
            like.stage = r->stage;
            if (strcmp(like.tgt, r->tgt) != 0 || strcmp(like.measure, r->measure) != 0 ||
                strcmp(like.estimator, r->estimator) != 0 || like.k != r->k)
                continue;
            const iso_column *c = iso_record_differs(r, &like, ISO_ROLE_NAMES, 0);
            if (c)
                fail_msg("%s differs", c->name);
            near(r->value, like.value, 0);
            near(r->lo, like.lo, 0);
            near(r->hi, like.hi, 0);
            near(r->null, like.null, 1e-15);
            assert_int_equal(r->n, like.n);
            same++;
        }
    }
    assert_int_equal(same, 7);
    iso_records_free(&list);
    iso_records_free(&found);
    iso_states_close(s);
}

/* With the same folds, the states themselves moved: what the means took away is gone before. */
static void centring_is_taking_means_away(void **state)
{
    const char *path = rotated("moved.h5", 1, 3);
    const iso_align_opt set = {.select = {.src = "en"},
                               .measure = "p@1,mrr:csls,centroid:euclidean,cosine:raw",
                               .folds = 3,
                               .each_fold = true};
    iso_records list = {0};
    struct folds f;
    (void)state;

    ok(align(&list, &set, path));
    ok(iso_folds_make(&f, &(struct folds_ask){.count = 3, .items = ITEMS, .ids = id}));
    for (int fold = 0; fold < 3; fold++) {
        double mean[2][DIM] = {{0}}, gap = 0, cosine = 0;
        int train = 0, tested = 0, hits = 0;
        for (int i = 0; i < ITEMS; i++) {
            train += f.of[i] != fold;
            for (int j = 0; j < 2 * DIM && f.of[i] != fold; j++)
                mean[j / DIM][j % DIM] += (double)said[j / DIM][i * DIM + j % DIM];
        }
        for (int j = 0; j < 2 * DIM; j++)
            mean[j / DIM][j % DIM] /= train;
        for (int j = 0; j < DIM; j++) {
            double apart = 0;
            for (int i = 0; i < ITEMS; i++)
                apart += f.of[i] == fold ? (double)said[0][i * DIM + j] - mean[0][j] -
                                               ((double)said[1][i * DIM + j] - mean[1][j])
                                         : 0;
            gap += pow(apart / (ITEMS - train), 2);
        }
        for (int i = 0; i < ITEMS; i++) {
            double best = -2, own = 0;
            for (int k = 0; k < ITEMS && f.of[i] == fold; k++) {
                double xy = 0, xx = 0, yy = 0;
                for (int j = 0; j < DIM; j++) {
                    const double x = (double)said[0][i * DIM + j] - mean[0][j];
                    const double y = (double)said[1][k * DIM + j] - mean[1][j];
                    xy += x * y;
                    xx += x * x;
                    yy += y * y;
                }
                xy /= sqrt(xx * yy);
                best = fmax(best, xy);
                own = k == i ? xy : own;
            }
            tested += f.of[i] == fold;
            cosine += own;
            hits += f.of[i] == fold && own >= best;
        }
        const iso_record *r = record_of(&list, "p@k", "centred", fold);
        near(r->value, (double)hits / tested, 1e-12);
        assert_int_equal(r->n, tested);
        text(r->train, "rows+means");
        near(record_of(&list, "centroid", "centred", fold)->value, sqrt(gap), 1e-6);
        near(record_of(&list, "cosine", "centred", fold)->value, cosine / tested, 1e-6);
    }
    assert_true(value(&list, "p@k", "centred") > value(&list, "p@k", "before"));
    iso_folds_free(&f);
    iso_records_free(&list);
}

/* A trained model of 15 languages, en and de at the last layer: numpy in double, folds dealt by a
 * second implementation. */
static void numpy_says_so_too(void **state)
{
    static const char *const stage[] = {"before", "centred", "after"};
    static const double p1[2][3] = {{0.1025, 0.19375, 0.1325}, {0.16125, 0.30375, 0.265}};
    static const double mrr[2][3] = {{0.1530777195221168, 0.2710944308578273, 0.21773511313385824},
                                     {0.26179884811247683, 0.4125122503622404, 0.3860440439274442}};
    static const double relative[] = {1.4320856154700237, 0.09861593024462906, 0.36484268520799273};
    (void)state;

    const char *path = test_data("dumps/m15-sib.h5");
    for (int fold = 0; fold < 2; fold++) {
        const iso_align_opt set = {.select = {.tgt = "de", .layers = "last"},
                                   .measure = "p@1,mrr,centroid:relative",
                                   .candidates = fold ? ISO_ALIGN_FOLD : ISO_ALIGN_ALL};
        iso_records list = {0};
        ok(align(&list, &set, path));
        for (int s = 0; s < 3; s++) {
            near(value(&list, "p@k", stage[s]), p1[fold][s], 1e-12);
            near(value(&list, "mrr", stage[s]), mrr[fold][s], 1e-9);
            near(value(&list, "centroid", stage[s]), relative[s], 1e-6);
        }
        iso_records_free(&list);
    }
}

/* Three differences of each measure, told apart by what is fitted and what is subtracted. */
static void differences_are_of_stages(void **state)
{
    const char *path = rotated("stages.h5", 1, 2);
    const iso_align_opt set = {.select = {.src = "en"}, .measure = "p@1,cka,cosine:raw"};
    static const char *const less[][4] = {{"after", "before", "rows"},
                                          {"after", "centred", "rows"},
                                          {"centred", "before", "rows+means"}};
    iso_records list = {0};
    (void)state;

    ok(align(&list, &set, path));
    for (int m = 0; m < 3; m++) {
        for (int d = 0; d < 3; d++) {
            const iso_record *r = &list.at[6 * m + 3 + d];
            text(r->stage, "difference");
            text(r->given, less[d][1]);
            text(r->train, less[d][2]);
            assert_int_equal(r->rank, d < 2 ? DIM : ISO_NO_INT);
            near(r->value,
                 value(&list, r->measure, less[d][0]) - value(&list, r->measure, less[d][1]),
                 strcmp(r->measure, "cka") == 0 ? 1e-6 : 1e-12);
        }
    }
    iso_records_free(&list);
}

/* What a map cannot change differs by nothing, not by rounding; what it can is not called so. */
static void rounding_is_no_difference(void **state)
{
    static const struct {
        const char *measure;
        iso_map_method method;
        bool same[3]; /* after - before, after - centred, centred - before */
    } cases[] = {{"cka:biased", ISO_MAP_ORTHOGONAL, {true, true, true}},
                 {"procrustes:nuclear", ISO_MAP_SCALED, {true, true, true}},
                 {"cka:debiased", ISO_MAP_RIDGE, {false, false, true}},
                 {"cosine:centred", ISO_MAP_ORTHOGONAL, {false, false, true}},
                 {"cosine:raw", ISO_MAP_ROTATION, {false, false, false}}};
    const char *path = rotated("rounding.h5", 1, 2);
    (void)state;

    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const iso_align_opt set = {
            .select = {.src = "en"}, .measure = cases[c].measure, .method = cases[c].method};
        iso_records list = {0};
        ok(align(&list, &set, path));
        for (int d = 0; d < 3; d++) {
            const iso_record *r = &list.at[3 + d];
            assert_int_equal(r->value == 0 && r->why && isnan(r->lo), cases[c].same[d]);
        }
        iso_records_free(&list);
    }
}

/* --- Words --- */

/* Two sentences; en pieces: <s> _a b _c </s> | <s> _d </s>; de pieces: x ##y | z. */
static const char *pieces(void)
{
    static const char *const en[] = {"<s>",
                                     "\xe2\x96\x81"
                                     "a",
                                     "b",
                                     "\xe2\x96\x81"
                                     "c",
                                     "</s>",
                                     "<s>",
                                     "\xe2\x96\x81"
                                     "d",
                                     "</s>"};
    static const char *const de[] = {"x", "##y", "z"};
    static const int64_t en_at[] = {0, 5, 8}, de_at[] = {0, 2, 3};
    static const float x[] = {100, 1, 3, 7, 100, 100, 9, 100}, y[] = {2, 4, 8};
    const char *path = temp_path("pieces.h5");
    iso_native *file = NULL;
    int matrix[2];

    ok(iso_native_new(&file, path, &(iso_states_info){.pooling = "none"}));
    ok(iso_native_lang(file, &(iso_lang){"en", 2, 8, .offsets = en_at, .tokens = en}));
    ok(iso_native_lang(file, &(iso_lang){"de", 2, 3, .offsets = de_at, .tokens = de}));
    ok(iso_native_matrix(&matrix[0], file, "en", 0, 8, 1, ISO_F32));
    ok(iso_native_matrix(&matrix[1], file, "de", 0, 3, 1, ISO_F32));
    ok(iso_native_put(file, matrix[0], 0, iso_view_f32(x, 8, 1)));
    ok(iso_native_put(file, matrix[1], 0, iso_view_f32(y, 3, 1)));
    ok(iso_native_commit(file));
    return path;
}

static const char *links(const char *lines)
{
    const char *path = temp_path("links.txt");
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(lines, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void expect_rows(iso_states *s, int lang, const struct word_rows *w, int side,
                        const float *expected)
{
    iso_rows *inner = NULL, *rows = NULL;
    iso_view v;

    ok(iso_states_rows(&inner, s, lang, 0));
    const struct words_of *of = &w->side[side];
    ok(iso_word_rows_open(&rows, inner, of));
    assert_int_equal(rows->rows, of->count);
    ok(iso_rows_read(rows, 0, of->count, &v));
    for (int64_t i = 0; i < of->count; i++)
        near(((const float *)v.data)[i], expected[i], 0);
    ok(iso_rows_read(rows, of->count - 1, 1, &v));
    near(*(const float *)v.data, expected[of->count - 1], 0);
    iso_rows_close(rows);
}

/* ab = (1 + 3) / 2 = 2, c = 7, d = 9; xy = (2 + 4) / 2 = 3, z = 8. */
static void pieces_become_words(void **state)
{
    const char *path = pieces();
    const iso_states_opt opt = {.pool = "none"};
    const float en[] = {2, 7, 9}, de[] = {3, 8};
    const int64_t link[2][3] = {{0, 1, 2}, {0, 0, 1}};
    struct word_rows w = {0};
    iso_states *s = NULL;
    (void)state;

    ok(iso_states_open(&s, &path, 1, &opt));
    const int src = iso_states_find(s, "en"), tgt = iso_states_find(s, "de");
    ok(iso_word_rows_make(&w, links("0-0 1-0\n0-0\n"), s, src, tgt, NULL));
    assert_int_equal(w.links, 3);
    for (int i = 0; i < 3; i++)
        assert_true(w.link[0][i] == link[0][i] && w.link[1][i] == link[1][i]);
    assert_int_equal(w.item[0], 0);
    assert_int_equal(w.item[2], 1);
    expect_rows(s, src, &w, 0, en);
    expect_rows(s, tgt, &w, 1, de);
    iso_word_rows_free(&w);
    fails(iso_word_rows_make(&w, links("0-0\n1-0\n"), s, src, tgt, NULL), ISO_EFORMAT,
          "line 2 links word 1 of en, which has 1 there");
    fails(iso_word_rows_make(&w, links("0-1\n0-0\n"), s, src, tgt, NULL), ISO_EFORMAT,
          "word 1 of de");
    fails(iso_word_rows_make(&w, links("0-0\n"), s, src, tgt, NULL), ISO_EARG,
          "has 1 lines, en has 2 sentences");
    fails(iso_word_rows_make(&w, links("\n\n"), s, src, tgt, NULL), ISO_EFORMAT, "links no words");
    iso_states_close(s);
}

/* --- Memory --- */

static void every_allocation_may_fail(void **state)
{
    const char *path = rotated("memory.h5", 0.1, 0);
    const iso_align_opt set = {.select = {.src = "en"},
                               .folds = 2,
                               .measure = "p@1,cka",
                               .correlate = true,
                               .map = temp_path("memory-maps.h5")};
    iso_err err;
    int64_t n = 0;
    (void)state;

    do {
        iso_records list = {0};
        iso_alloc_fail_after(n++);
        err = aligned(&list, &set, &path, 1, 24, &(iso_run){.threads = 1});
        iso_alloc_fail_after(-1);
        iso_records_free(&list);
        if (err && err != ISO_ENOMEM)
            fail_msg("allocation %lld: %s", (long long)n, iso_err_msg());
        assert_true(err == ISO_OK || access(set.map, F_OK) != 0);
    } while (err);
    assert_true(n > 100);
}

static void words_may_fail_too(void **state)
{
    const char *path = pieces(), *list = links("0-0 1-0\n0-0\n");
    const iso_states_opt opt = {.pool = "none"};
    iso_states *s = NULL;
    iso_err err;
    int64_t n = 0;
    (void)state;

    ok(iso_states_open(&s, &path, 1, &opt));
    do {
        struct word_rows w = {0};
        iso_alloc_fail_after(n++);
        err = iso_word_rows_make(&w, list, s, iso_states_find(s, "en"), iso_states_find(s, "de"),
                                 NULL);
        iso_alloc_fail_after(-1);
        iso_word_rows_free(&w);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(a_rotation_is_recovered), test(the_mean_is_part_of_the_map),
              test(the_softmax_has_its_temperature), test(folds_and_all), test(nothing_leaks),
              test(maps_come_back), test(padding_is_columns_of_zeros), test(what_is_wrong),
              test(memory_is_as_a_file), test(records_stay_when_it_fails), test(a_plan_counts),
              test(notes_arrive), test(company_changes_nothing), test(before_is_retrieval),
              test(centring_is_taking_means_away), test(differences_are_of_stages),
              test(rounding_is_no_difference), test(numpy_says_so_too), test(pieces_become_words),
              test(every_allocation_may_fail), test(words_may_fail_too));
}
