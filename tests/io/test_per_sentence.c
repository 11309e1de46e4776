#include "lib/base/alloc.h"
#include "lib/base/run.h"
#include "lib/io/pool_rows.h"
#include "tests/io/files.h"

/* N sentences of 1, 2, 3, 4, 1, 2... tokens, L = 2 layers (0: rank 2), D = 3. */
static const char *sentences(const char *name, int count, int layers, iso_dtype dtype,
                             const char *map, const iso_h5_layout *layout)
{
    const char *path = temp_path(name);
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    for (int i = 0; i < count; i++) {
        char key[16];
        snprintf(key, sizeof key, "%d", i);
        put_sentence(h5, key, i, layers, 1 + i % 4, 3, dtype);
    }
    if (map)
        ok(iso_h5_put_texts(h5, "sentence_to_index", &map, 1, layout));
    ok(iso_h5_close(h5));
    return path;
}

/* The mean over tokens 0..T-1 of cell(i, l, t, d) is cell(i, l, 0, d) + 10 (T - 1) / 2. */
static double mean(int i, int l, int d)
{
    return cell(i, l, 0, d) + 5.0 * (i % 4);
}

/* 0, 1, 10, 11, 2... would come by name. */
static void sentences_come_by_number(void **state)
{
    (void)state;
    iso_states *s = NULL;

    ok(open_one(&s, sentences("ps.hdf5", 12, 2, ISO_F32, NULL, NULL)));
    text(iso_states_about(s)->layout, "per-sentence");
    text(iso_states_about(s)->pooling, "mean");
    text(iso_states_lang(s, 0)->name, "ps");
    assert_int_equal(iso_states_lang(s, 0)->items, 12);
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 2);
    assert_null(iso_states_lang(s, 0)->text);
    for (int i = 0; i < 12; i++) {
        near(at(s, 0, 0, i, 1), mean(i, 0, 1), 1e-3);
        near(at(s, 0, 1, i, 2), mean(i, 1, 2), 1e-3);
    }
    iso_states_close(s);
    assert_int_equal(iso_h5_open_count(), 0);
}

static void every_pooling(void **state)
{
    (void)state;
    /* sentence 3 has tokens 0..3; without the first and last, 1 and 2 are left */
    static const struct {
        const char *pool;
        bool specials;
        double token;
    } cases[] = {{"mean", false, 1.5},
                 {"mean", true, 1.5},
                 {"cls", false, 0},
                 {"cls", true, 0},
                 {"last", false, 3},
                 {"last", true, 3},
                 {"max", false, 3},
                 {"max", true, 2},
                 /* (1·0 + 2·1 + 3·2 + 4·3) / 10 */
                 {"weighted", false, 2},
                 {"weighted", true, 2},
                 {"mean-special", false, 1.5},
                 {"mean-special", true, 1.5},
                 {"max-special", true, 3}};
    const char *path = sentences("pool.hdf5", 5, 2, ISO_F64, NULL, NULL);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const iso_states_opt opt = {.pool = cases[i].pool, .specials = cases[i].specials};
        iso_states *s = NULL;

        ok(open_with(&s, path, opt));
        text(iso_states_about(s)->pooling, cases[i].pool);
        near(at(s, 0, 1, 3, 2), cell(3, 1, 0, 2) + 10 * cases[i].token, 1e-9);
        /* one or two tokens: there is nothing but special ones */
        near(at(s, 0, 1, 4, 2), cell(4, 1, 0, 2), 1e-9);
        iso_states_close(s);
    }
}

/* What is not asked for may be asked for otherwise: of token rows alone. */
static void pooling_else(void **state)
{
    const char *path = sentences("else.hdf5", 5, 2, ISO_F64, NULL, NULL);
    char word[] = "weighted";
    iso_states *s = NULL;

    (void)state;
    ok(open_with(&s, path, (iso_states_opt){.pool_else = word}));
    memset(word, 'x', sizeof word - 1); /* it is copied */
    text(iso_states_about(s)->pooling, "weighted");
    near(at(s, 0, 1, 3, 2), cell(3, 1, 0, 2) + 20, 1e-9);
    iso_states_close(s);
    ok(open_with(&s, path, (iso_states_opt){.pool = "last", .pool_else = "weighted"}));
    text(iso_states_about(s)->pooling, "last");
    iso_states_close(s);
    ok(iso_states_open(&s, (const char *[]){source_path("examples/states/mini.h5")}, 1,
                       &(iso_states_opt){.pool_else = "weighted"}));
    text(iso_states_about(s)->pooling, "mean");
    iso_states_close(s);
    fails(open_with(&s, path, (iso_states_opt){.pool_else = "word"}), ISO_EARG, "pool word");
}

static void mean_without_specials_differs(void **state)
{
    (void)state;
    const int64_t dims[] = {1, 4, 1};
    const double tokens[] = {100, 1, 3, 50};
    const char *path = temp_path("specials.hdf5");
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put(h5, "0", 3, dims, ISO_F64, tokens, NULL));
    ok(iso_h5_close(h5));
    ok(open_with(&s, path, (iso_states_opt){.specials = true, .axes = "LND"}));
    near(at(s, 0, 0, 0, 0), 2, 1e-12);
    iso_states_close(s);
    ok(open_with(&s, path, (iso_states_opt){.axes = "lnd"}));
    near(at(s, 0, 0, 0, 0), 38.5, 1e-12);
    iso_states_close(s);
    for (int specials = 0; specials < 2; specials++) { /* both count in these */
        ok(open_with(
            &s, path,
            (iso_states_opt){.pool = "mean-special", .specials = specials, .axes = "lnd"}));
        near(at(s, 0, 0, 0, 0), 38.5, 1e-12);
        iso_states_close(s);
        ok(open_with(&s, path,
                     (iso_states_opt){.pool = "weighted", .specials = specials, .axes = "lnd"}));
        near(at(s, 0, 0, 0, 0), (100 + 2 * 1 + 3 * 3 + 4 * 50) / 10.0, 1e-12);
        iso_states_close(s);
    }
}

static void pool_none_keeps_tokens(void **state)
{
    (void)state;
    iso_states *s = NULL;

    ok(open_with(&s, sentences("none.hdf5", 5, 0, ISO_F32, NULL, NULL),
                 (iso_states_opt){.pool = "none"}));
    const iso_lang *l = iso_states_lang(s, 0);
    assert_int_equal(l->items, 5);
    assert_int_equal(l->rows, 11); /* 1 + 2 + 3 + 4 + 1 */
    assert_int_equal(l->offsets[3], 6);
    assert_int_equal(l->layer_count, 1);
    near(at(s, 0, 0, 7, 2), cell(3, 0, 1, 2), 0);
    iso_states_close(s);
    ok(open_with(&s, temp_path("none.hdf5"), (iso_states_opt){.pool = "none", .limit = 2}));
    assert_int_equal(iso_states_lang(s, 0)->rows, 3);
    iso_states_close(s);
}

static void texts_come_from_the_map(void **state)
{
    (void)state;
    static const char map[] = "{\"b\": \"0\", \"a\": \"1\", \"b (Occurrence 2)\": \"2\", "
                              "\"x (Occurrence 9)\": 3}";
    const iso_h5_layout fixed = {.fixed = 200};
    iso_states *s = NULL;

    for (int i = 0; i < 2; i++) {
        ok(open_one(&s, sentences("map.hdf5", 4, 1, ISO_F32, map, i ? &fixed : NULL)));
        const iso_lang *l = iso_states_lang(s, 0);
        text(l->text[0], "b");
        text(l->text[1], "a");
        text(l->text[2], "b");
        text(l->text[3], "x (Occurrence 9)"); /* no plain "x": it is part of the sentence */
        assert_null(l->ids);
        iso_states_close(s);
    }
    /* repeated sentences that the map keeps only once */
    ok(open_one(&s, sentences("short.hdf5", 3, 1, ISO_F32, "{\"a\": \"2\", \"b\": \"1\"}", NULL)));
    assert_null(iso_states_lang(s, 0)->text);
    iso_states_close(s);
    ok(open_one(&s, sentences("broken.hdf5", 3, 1, ISO_F32, "{\"a\": ", NULL)));
    assert_null(iso_states_lang(s, 0)->text);
    iso_states_close(s);
}

static void sentences_as_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {"zebras run", "and/or so it goes", "all is well"};
    const char *map = "{\"zebras run\": 0, \"and/or so it goes\": 1, \"all is well\": 2}";

    for (int with_map = 0; with_map < 2; with_map++) {
        const char *path = temp_path("keys.hdf5");
        iso_states *s = NULL;
        iso_h5 *h5 = NULL;

        ok(iso_h5_create(&h5, path));
        for (int i = 0; i < 3; i++)
            put_sentence(h5, keys[i], i, 2, 1, 3, ISO_F32);
        if (with_map)
            ok(iso_h5_put_texts(h5, "sentence_to_index", &map, 1, NULL));
        ok(iso_h5_close(h5));
        ok(open_one(&s, path));
        const iso_lang *l = iso_states_lang(s, 0);
        assert_int_equal(l->items, 3);
        text(l->text[0], with_map ? "zebras run" : "all is well");
        text(l->text[1], "and/or so it goes");
        near(at(s, 0, 1, 0, 0), cell(with_map ? 0 : 2, 1, 0, 0), 0);
        assert_true((l->ids != NULL) == !with_map);
        iso_states_close(s);
    }
}

static void decomposed_files_by_layer(void **state)
{
    (void)state;
    iso_states *s = NULL;
    char word[9000];

    (void)sentences("bert-layer0.hdf5", 3, 1, ISO_F32, NULL, NULL);
    (void)sentences("bert-layer10.hdf5", 3, 1, ISO_F32, NULL, NULL);
    (void)sentences("bert-layer2.hdf5", 3, 1, ISO_F32, NULL, NULL);
    snprintf(word, sizeof word, "en=%s", temp_path("bert-layer%d.hdf5"));
    ok(open_one(&s, word));
    const iso_lang *l = iso_states_lang(s, 0);
    text(l->name, "en");
    assert_int_equal(l->layer_count, 3);
    assert_int_equal(l->layers[1], 2);
    assert_int_equal(l->layers[2], 10);
    near(at(s, 0, 10, 1, 0), mean(1, 0, 0), 1e-3);
    iso_states_close(s);
    ok(open_one(&s, temp_path("bert-layer%d.hdf5")));
    text(iso_states_lang(s, 0)->name, "bert");
    iso_states_close(s);
}

static void put_empty(iso_h5 *h5, const char *path)
{
    const int64_t dims[] = {2, 0, 3};
    ok(iso_h5_put(h5, path, 3, dims, ISO_F32, NULL, NULL));
}

/* An empty line of the text leaves a row of zeros, so that the others keep their places. */
static void empty_sentences_keep_their_place(void **state)
{
    (void)state;
    const char *path = temp_path("empty.hdf5");
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    put_sentence(h5, "0", 0, 2, 2, 3, ISO_F32);
    put_empty(h5, "1");
    put_sentence(h5, "2", 2, 2, 1, 3, ISO_F32);
    ok(iso_h5_close(h5));
    ok(open_one(&s, path));
    near(at(s, 0, 1, 1, 2), 0, 0);
    near(at(s, 0, 1, 2, 2), cell(2, 1, 0, 2), 0);
    iso_states_close(s);
}

static void wrong_files_name_the_sentence(void **state)
{
    (void)state;
    static const struct {
        int number;
        int64_t layers, dim;
        iso_dtype dtype;
        const char *says;
    } cases[] = {{3, 2, 3, ISO_F32, "sentence 2 is missing; there are 3, numbered up to 3"},
                 {2, 3, 3, ISO_F32, "sentence 2 has 3 layers; the first has 2"},
                 {2, 2, 4, ISO_F32, "sentence 2 has rank 3, 4 dims, f32; the first has rank 3, 3"},
                 {2, 2, 3, ISO_F64, "f64; the first has rank 3, 3, f32"},
                 {2, 0, 3, ISO_F32, "sentence 2 has rank 2"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = temp_path("wrong.hdf5");
        iso_states *s = NULL;
        iso_h5 *h5 = NULL;
        char key[16];

        ok(iso_h5_create(&h5, path));
        put_sentence(h5, "0", 0, 2, 2, 3, ISO_F32);
        put_sentence(h5, "1", 1, 2, 1, 3, ISO_F32);
        snprintf(key, sizeof key, "%d", cases[i].number);
        put_sentence(h5, key, 2, cases[i].layers, 1, cases[i].dim, cases[i].dtype);
        ok(iso_h5_close(h5));
        fails(open_one(&s, path), ISO_EFORMAT, cases[i].says);
        assert_int_equal(iso_h5_open_count(), 0);
    }
}

/* Past the budget the same numbers come from a file that has no name any more. */
static void small_memory_gives_the_same(void **state)
{
    (void)state;
    const char *path = sentences("spill.hdf5", 9, 2, ISO_F32, NULL, NULL);
    const iso_run tiny = {.mem = 64};
    iso_states *s = NULL;

    ok(open_with(&s, path, (iso_states_opt){.run = &tiny}));
    for (int i = 0; i < 9; i++)
        near(at(s, 0, 1, i, 2), mean(i, 1, 2), 1e-3);
    iso_states_close(s);
}

static void survives_failing_allocations(void **state)
{
    (void)state;
    static const char map[] = "{\"a\": \"0\", \"b\": \"1\", \"a (Occurrence 2)\": \"2\"}";
    const char *path = sentences("alloc.hdf5", 3, 2, ISO_F32, map, NULL);
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err; n++) {
        iso_states *s = NULL;
        iso_rows *rows = NULL;

        iso_alloc_fail_after(n);
        err = open_one(&s, path);
        if (!err)
            err = iso_states_rows(&rows, s, 0, 1);
        iso_alloc_fail_after(-1);
        iso_rows_close(rows);
        iso_states_close(s);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        assert_true(n < 10000);
    }
    assert_int_equal(iso_h5_open_count(), 0);
}

static char noted[4][200];
static int notes;

static void note(void *payload, const char *line)
{
    (void)payload;
    snprintf(noted[notes++ % 4], sizeof noted[0], "%s", line);
}

/* Labels and lengths beside the sentences, and one sentence without tokens: each is said once. */
static void what_is_no_sentence_is_left_out(void **state)
{
    (void)state;
    const char *path = temp_path("extra.hdf5");
    const iso_run run = {.note = note};
    const int32_t labels[] = {0, 1, 0};
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;

    for (int extras = 0; extras < 3; extras++) {
        ok(iso_h5_create(&h5, path));
        put_sentence(h5, "0", 0, 2, 2, 3, ISO_F32);
        put_sentence(h5, "1", 1, 2, 0, 3, ISO_F32);
        put_sentence(h5, "2", 2, 2, 4, 3, ISO_F32);
        if (extras > 0)
            ok(iso_h5_put_i32(h5, "labels", labels, 3));
        if (extras > 1)
            ok(iso_h5_put_texts(h5, "words", (const char *const[]){"a", "b"}, 2, NULL));
        ok(iso_h5_close(h5));
        notes = 0;
        ok(open_with(&s, path, (iso_states_opt){.run = &run}));
        assert_int_equal(iso_states_lang(s, 0)->items, 3);
        near(at(s, 0, 1, 1, 0), 0, 0);
        near(at(s, 0, 1, 2, 2), cell(2, 1, 0, 2) + 15, 1e-3); /* rows 0 to 3 */
        assert_int_equal(notes, extras ? 2 : 1);
        assert_non_null(
            strstr(noted[notes - 1],
                   "extra.hdf5: 1 of 3 items has no rows (the first is item 1), and zeros"));
        if (extras)
            assert_non_null(strstr(
                noted[0], extras == 1 ? "extra.hdf5: labels is no sentence and left out"
                                      : "2 datasets are no sentences and left out, such as words"));
        iso_states_close(s);
    }
}

int main(void)
{
    RUN_TESTS(test(sentences_come_by_number), test(every_pooling), test(pooling_else),
              test(mean_without_specials_differs), test(pool_none_keeps_tokens),
              test(texts_come_from_the_map), test(sentences_as_keys),
              test(decomposed_files_by_layer), test(empty_sentences_keep_their_place),
              test(wrong_files_name_the_sentence), test(small_memory_gives_the_same),
              test(what_is_no_sentence_is_left_out), test(survives_failing_allocations));
}
