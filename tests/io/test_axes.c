/* The same states with axes and names of several kinds: read as the same numbers, or asked about.
 */
#include "tests/io/files.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/io/axes.h"
#include "lib/linalg/convert.h"
#include "lib/text/lang.h"

enum { LAYERS = 13, ITEMS = 200, DIMS = 4, LANGS = 2, SIZE = LAYERS * ITEMS * DIMS };

static const char *const langs[LANGS] = {"en", "de"};
static float states[LANGS][LAYERS][ITEMS][DIMS], turned[LANGS][ITEMS][LAYERS][DIMS];
static char heard[4096];

static void make_states(void)
{
    iso_rng rng = iso_rng_seeded(12, 0);

    for (int g = 0; g < LANGS; g++) {
        for (int l = 0; l < LAYERS; l++) {
            for (int i = 0; i < ITEMS; i++) {
                for (int d = 0; d < DIMS; d++)
                    states[g][l][i][d] = turned[g][i][l][d] = (float)iso_rng_normal(&rng);
            }
        }
    }
}

static void hear(void *payload, const char *text)
{
    (void)payload;
    snprintf(heard + strlen(heard), sizeof heard - strlen(heard), "%s\n", text);
}

static const iso_run listening = {.note = hear};

static iso_err open_words(iso_states **out, const char *const *words, int count, const char *axes)
{
    const iso_states_opt opt = {.axes = axes, .canonical = iso_lang_canonical, .run = &listening};

    *heard = '\0';
    return iso_states_open(out, words, count, &opt);
}

/* Every number of every layer, to the last digit. */
static void check_states(iso_states *s)
{
    assert_int_equal(iso_states_langs(s), LANGS);
    for (int g = 0; g < LANGS; g++) {
        const int lang = iso_states_find(s, langs[g]);
        assert_true(lang >= 0);
        assert_int_equal(iso_states_lang(s, lang)->layer_count, LAYERS);
        assert_int_equal(iso_states_lang(s, lang)->items, ITEMS);
        for (int l = 0; l < LAYERS; l++) {
            float read[ITEMS * DIMS];
            iso_rows *rows = NULL;
            iso_view v;
            ok(iso_states_rows(&rows, s, lang, l));
            ok(iso_rows_read(rows, 0, ITEMS, &v));
            iso_convert_f32(read, DIMS, v);
            assert_memory_equal(read, states[g][l], sizeof read);
            iso_rows_close(rows);
        }
    }
    iso_states_close(s);
}

/* Writers ------------------------------------------------------------------------ */

static const char *put_npy(const char *name, const int64_t shape[3], const void *data,
                           int64_t count)
{
    const char *path = temp_path(name);
    FILE *f = fopen(path, "wb");
    char header[128];

    assert_non_null(f);
    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\1\0\x76\0", 10);
    const int n = snprintf(header + 10, 100,
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d), }",
                           (int)shape[0], (int)shape[1], (int)shape[2]);
    header[10 + n] = ' ';
    header[127] = '\n';
    fwrite(header, 1, sizeof header, f);
    fwrite(data, sizeof(float), (size_t)count, f);
    assert_int_equal(fclose(f), 0);
    return path;
}

/* Empty numbers of a shape. */
static const char *put_shape(const char *name, int64_t a, int64_t b, int64_t d)
{
    static float zeros[1 << 20];

    assert_true(a * b * d <= 1 << 20);
    return put_npy(name, (const int64_t[]){a, b, d}, zeros, a * b * d);
}

/* Tensors of every layer and language called by `format` (layer, language; by %1$d, %2$s). */
static const char *put_tensors(const char *name, const char *format)
{
    const char *path = temp_path(name);
    static char head[1 << 16];
    size_t n = 1, at = 0;
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    head[0] = '{';
    for (int g = 0; g < LANGS; g++) {
        for (int l = 0; l < LAYERS; l++, at += ITEMS * DIMS * 4) {
            char called[64];
            snprintf(called, sizeof called, format, l, langs[g]);
            n += (size_t)snprintf(head + n, sizeof head - n,
                                  "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":"
                                  "[%zu,%zu]}",
                                  at ? "," : "", called, ITEMS, DIMS, at, at + ITEMS * DIMS * 4);
        }
    }
    head[n++] = '}';
    for (int i = 0; i < 8; i++)
        fputc((int)(n >> 8 * i & 0xff), f);
    fwrite(head, 1, n, f);
    fwrite(states, sizeof(float), LANGS * SIZE, f);
    assert_int_equal(fclose(f), 0);
    return path;
}

/* Datasets of every layer of the languages from `from` to `to`, called by `format`. */
static const char *put_datasets(const char *name, const char *format, int from, int to)
{
    const int64_t dims[] = {ITEMS, DIMS};
    const char *path = temp_path(name);
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    for (int g = from; g < to; g++) {
        for (int l = 0; l < LAYERS; l++) {
            char called[64];
            snprintf(called, sizeof called, format, l, langs[g]);
            ok(iso_h5_put(h5, called, 2, dims, ISO_F32, states[g][l], NULL));
        }
    }
    ok(iso_h5_close(h5));
    return path;
}

/* Tests ---------------------------------------------------------------------------- */

static void readings_of_shapes(void **state)
{
    enum { L = ISO_READ_LAYERS, I = ISO_READ_ITEMS, T = ISO_READ_TOKENS };
    static const struct {
        int64_t first, second;
        unsigned readings;
    } cases[] = {
        {13, 200, L},     {25, 1012, L},    {7, 100, L},     {12, 1000, L},     {81, 600, L},
        {13, 81, L | I},  {13, 13, L | I},  {13, 20, L | I}, {2, 3, L | I | T}, {8, 40, L | I | T},
        {12, 200, L | T}, {32, 128, L | T}, {1, 200, L | T}, {200, 13, I | T},  {100, 7, I | T},
        {200, 1, I},      {13, 1, L | I},   {1000, 200, T},  {1000, 128, T},    {1000, 1000, 0},
        {131, 1000, 0},   {129, 1000, L},   {0, 0, 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(iso_axes_readings(cases[i].first, cases[i].second), cases[i].readings);
}

static void arrays_layers_first(void **state)
{
    const int64_t shape[] = {LAYERS, ITEMS, DIMS};
    char en[9000], de[9000];
    const char *const words[] = {en, de};
    iso_states *s = NULL;
    (void)state;

    snprintf(en, sizeof en, "en=%s", put_npy("lnd_en.npy", shape, states[0], SIZE));
    snprintf(de, sizeof de, "de=%s", put_npy("lnd_de.npy", shape, states[1], SIZE));
    ok(open_words(&s, words, 2, NULL));
    assert_non_null(strstr(heard, "lnd_en.npy: [13, 200, 4] is read as 13 layers of 200 items "
                                  "(--axes LND), as 200 is no likely number of layers; "
                                  "1 other file is alike\n"));
    assert_null(strstr(heard, "lnd_de.npy"));
    check_states(s);
    ok(open_words(&s, words, 2, "lnd"));
    text(heard, ""); /* who says it needs no note */
    check_states(s);
}

static void arrays_items_first(void **state)
{
    const int64_t shape[] = {ITEMS, LAYERS, DIMS};
    char en[9000], de[9000];
    const char *const words[] = {en, de};
    iso_states *s = NULL;
    (void)state;

    snprintf(en, sizeof en, "en=%s", put_npy("nld_en.npy", shape, turned[0], SIZE));
    snprintf(de, sizeof de, "de=%s", put_npy("nld_de.npy", shape, turned[1], SIZE));
    ok(open_words(&s, words, 2, "Nld"));
    check_states(s);
    fails(open_words(&s, words, 2, NULL), ISO_EFORMAT,
          "nld_en.npy: [200, 13, 4] may be 200 items of 13 layers (--axes NLD) or 200 sentences of "
          "13 tokens (save their attention_mask");
    fails(open_words(&s, words, 2, "NDL"), ISO_EARG, "axes \"NDL\" are neither LND nor NLD");
}

/* last_hidden_state, and whatever else is not layers alone. */
static void shapes_that_are_asked_about(void **state)
{
    static const struct {
        int64_t a, b;
        const char *says;
    } cases[] = {
        {8, 40,
         "may be 8 layers of 40 items (--axes LND), 8 items of 40 layers (--axes NLD) or 8 "
         "sentences of 40 tokens"},
        {1, 200, "may be 1 layer of 200 items (--axes LND) or 1 sentence of 200 tokens"},
        {13, 13, "may be 13 layers of 13 items (--axes LND) or 13 items of 13 layers (--axes NLD)"},
        {100, 7, "may be 100 items of 7 layers (--axes NLD) or 100 sentences of 7 tokens"},
        {1000, 128,
         "looks like sentences of tokens: save their attention_mask beside them, or pool them "
         "first, to one row a sentence; "
         "--axes LND takes 1000 layers of 128 items, --axes NLD 1000 items of 128 layers"},
        {600, 600, "has no axis that is likely to count layers; --axes LND takes 600 layers"},
    };
    iso_states *s = NULL;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = put_shape("shape.npy", cases[i].a, cases[i].b, 2);
        fails(open_words(&s, &path, 1, NULL), ISO_EFORMAT, cases[i].says);
        ok(open_words(&s, &path, 1, "NLD"));
        iso_states_close(s);
    }
    const char *path = put_shape("rows.npy", 200, 1, 2); /* [N, 1, D]: nothing but rows */
    ok(open_words(&s, &path, 1, NULL));
    assert_int_equal(iso_states_lang(s, 0)->items, 200);
    assert_non_null(strstr(heard, "is read as 1 layer of 200 items (--axes NLD)"));
    iso_states_close(s);
}

static void names_in_either_order(void **state)
{
    static const char *const formats[] = {
        "layer_%1$d/%2$s",     "%1$d/%2$s",      "%2$s/%1$d", "run1/%2$s/%1$d",
        "emb/%2$s/layer_%1$d", "%1$d/run1/%2$s", "%2$s_%1$d"};
    iso_states *s = NULL;
    (void)state;

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const char *path = put_datasets("named.h5", formats[i], 0, LANGS);
        ok(open_words(&s, &path, 1, NULL));
        check_states(s);
        path = put_tensors("named.safetensors", formats[i]);
        ok(open_words(&s, &path, 1, NULL));
        check_states(s);
    }
    const char *path = put_tensors("states.safetensors", "states/%2$s/%1$d"); /* native in HDF5 */
    ok(open_words(&s, &path, 1, NULL));
    check_states(s);
}

static void groups_of_three_axes(void **state)
{
    const int64_t lnd[] = {LAYERS, ITEMS, DIMS}, nld[] = {ITEMS, LAYERS, DIMS};
    const char *path = temp_path("hidden.h5");
    iso_states *s = NULL;
    (void)state;

    for (int k = 0; k < 2; k++) {
        iso_h5 *h5 = NULL;
        ok(iso_h5_create(&h5, path));
        for (int g = 0; g < LANGS; g++) {
            const char *called = g ? "hidden_states/de" : "hidden_states/en";
            ok(iso_h5_put(h5, called, 3, k ? nld : lnd, ISO_F32,
                          k ? (const void *)turned[g] : states[g], NULL));
        }
        ok(iso_h5_close(h5));
        if (k)
            fails(open_words(&s, &path, 1, NULL), ISO_EFORMAT, "may be 200 items of 13 layers");
        ok(open_words(&s, &path, 1, k ? "NLD" : NULL));
        assert_true(k || strstr(heard, "is read as 13 layers of 200 items"));
        check_states(s);
    }
}

/* "0" to "12" of equal rows: layers in HDF5 as in safetensors. */
static void keys_that_are_layers(void **state)
{
    char en[9000], de[9000];
    const char *const words[] = {en, de};
    iso_states *s = NULL;
    (void)state;

    snprintf(en, sizeof en, "en=%s", put_datasets("keyed_en.h5", "%1$d", 0, 1));
    snprintf(de, sizeof de, "de=%s", put_datasets("keyed_de.h5", "%1$d", 1, 2));
    ok(open_words(&s, words, 2, NULL));
    assert_non_null(strstr(heard,
                           "keyed_en.h5: its datasets \"0\", \"1\", ... are read as 13 layers of "
                           "200 items (--layout per-sentence: as sentences); 1 other file is "
                           "alike"));
    check_states(s);
    ok(open_words(&s, words, 2, "LND"));
    check_states(s);
}

/* Datasets "0"... of [rows, DIMS] each, `count` of them. */
static const char *put_equal(const char *name, int count, int64_t rows)
{
    const int64_t dims[] = {rows, DIMS};
    const char *path = temp_path(name);
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    for (int i = 0; i < count; i++) {
        char called[16];
        snprintf(called, sizeof called, "%d", i);
        ok(iso_h5_put(h5, called, 2, dims, ISO_F32, (const float *)turned + i * rows * DIMS % SIZE,
                      NULL));
    }
    ok(iso_h5_close(h5));
    return path;
}

static void keys_that_are_asked_about(void **state)
{
    iso_states *s = NULL;
    const char *path = put_equal("items.h5", ITEMS, LAYERS);
    (void)state;

    fails(open_words(&s, &path, 1, NULL), ISO_EFORMAT,
          "items.h5: its 200 datasets of one shape together: [200, 13, 4] may be 200 items of 13 "
          "layers "
          "(--axes NLD) or 200 sentences of 13 tokens (--layout per-sentence)");
    ok(open_words(&s, &path, 1, "NLD"));
    assert_int_equal(iso_states_lang(s, 0)->items, ITEMS);
    assert_int_equal(iso_states_lang(s, 0)->layer_count, LAYERS);
    near(at(s, 0, 12, 199, 3), states[0][12][199][3], 0);
    near(at(s, 0, 0, 1, 0), states[0][0][1][0], 0);
    iso_states_close(s);
    ok(open_with(&s, path, (iso_states_opt){.layout = "per-sentence"}));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 1);
    iso_states_close(s);
    path = put_equal("padded.h5", ITEMS, 60);
    ok(open_words(&s, &path, 1, NULL));
    assert_non_null(strstr(heard, "its 200 sentences have 60 tokens each; padding"));
    iso_states_close(s);
    path = put_equal("batch.h5", 8, 12);
    fails(open_words(&s, &path, 1, NULL), ISO_EFORMAT,
          "may be 8 layers of 12 items (--axes LND), 8 items of 12 layers (--axes NLD) or 8 "
          "sentences of 12 tokens (--layout per-sentence)");
    ok(open_words(&s, &path, 1, "LND"));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 8);
    iso_states_close(s);
}

/* Sentences [T, L, D]: the number of layers is the axis that never changes. */
static void sentences_of_tokens_of_layers(void **state)
{
    static const int64_t tokens[] = {3, 1, 5, 2};
    const char *path = temp_path("tld.hdf5");
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;
    (void)state;

    ok(iso_h5_create(&h5, path));
    for (int i = 0; i < 4; i++) {
        const int64_t dims[] = {tokens[i], LAYERS, DIMS};
        char called[16];
        snprintf(called, sizeof called, "%d", i);
        ok(iso_h5_put(h5, called, 3, dims, ISO_F32, turned[0][10 * i], NULL));
    }
    ok(iso_h5_close(h5));
    ok(open_words(&s, &path, 1, NULL));
    assert_non_null(strstr(heard, "its sentences are read as tokens of 13 layers (--axes NLD)"));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, LAYERS);
    assert_int_equal(iso_states_lang(s, 0)->items, 4);
    near(at(s, 0, 7, 3, 2), ((double)states[0][7][30][2] + states[0][7][31][2]) / 2, 1e-7);
    iso_states_close(s);
    ok(open_with(&s, path, (iso_states_opt){.pool = "none", .limit = 1}));
    near(at(s, 0, 7, 2, 2), states[0][7][2][2], 0);
    iso_states_close(s);
    fails(open_words(&s, &path, 1, "LND"), ISO_EFORMAT, "sentence 1 has 1 layers; the first has 3");
}

static void sentences_that_are_asked_about(void **state)
{
    const int64_t dims[] = {13, 7, DIMS}, usual[] = {3, 5, DIMS};
    const char *path = temp_path("square.hdf5");
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;
    (void)state;

    ok(iso_h5_create(&h5, path));
    for (int i = 0; i < 3; i++)
        ok(iso_h5_put(h5, i == 0 ? "0" : i == 1 ? "1" : "2", 3, dims, ISO_F32, states[0][i], NULL));
    ok(iso_h5_close(h5));
    fails(open_words(&s, &path, 1, NULL), ISO_EFORMAT,
          "its sentences of [13, 7, 4] may be 13 layers of 7 tokens (--axes LND) or 13 tokens of 7 "
          "layers (--axes NLD)");
    ok(open_words(&s, &path, 1, "NLD"));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 7);
    iso_states_close(s);
    /* no encoder of such files has 5 states, one has 3 */
    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put(h5, "0", 3, usual, ISO_F32, states[0][0], NULL));
    ok(iso_h5_put(h5, "1", 3, usual, ISO_F32, states[0][1], NULL));
    ok(iso_h5_close(h5));
    ok(open_words(&s, &path, 1, NULL));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 3);
    assert_non_null(strstr(heard, "its 2 sentences have 5 tokens each in 3 layers (--axes LND)"));
    iso_states_close(s);
    /* the limit does not hide that sentences differ in length */
    ok(iso_h5_create(&h5, path));
    for (int i = 0; i < 3; i++) {
        const int64_t other[] = {13, i == 2 ? 6 : 7, DIMS};
        ok(iso_h5_put(h5,
                      i == 0   ? "0"
                      : i == 1 ? "1"
                               : "2",
                      3, other, ISO_F32, states[0][i], NULL));
    }
    ok(iso_h5_close(h5));
    ok(open_with(&s, path, (iso_states_opt){.limit = 2}));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 13);
    assert_int_equal(iso_states_lang(s, 0)->items, 2);
    iso_states_close(s);
}

static void four_axes_are_explained(void **state)
{
    const int64_t dims[] = {2, 3, 2, 2};
    const char *path = temp_path("deep.h5");
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;
    (void)state;

    for (int k = 0; k < 2; k++) {
        ok(iso_h5_create(&h5, path));
        ok(iso_h5_put(h5, "attention", 4, dims, ISO_F32, states, NULL));
        if (k)
            put_f32(h5, "en/0", 0, 0, 5, 2);
        ok(iso_h5_close(h5));
        if (k) {
            ok(open_words(&s, &path, 1, NULL));
            assert_non_null(
                strstr(heard, "1 array of 4 axes and more is left out (\"attention\")"));
            iso_states_close(s);
        } else {
            fails(open_words(&s, &path, 1, NULL), ISO_EFORMAT,
                  "\"attention\" has 4 axes or more, as layers, sentences, tokens and dimensions "
                  "have");
        }
    }
}

/* One tensor file of `count` matrices [rows, DIMS] called 0, 1, ..., and one [1, 1, 1, DIMS] if
 * `deep`. */
static const char *put_numbered(const char *name, int count, int rows, bool deep)
{
    static char head[1 << 16];
    const char *path = temp_path(name);
    size_t n = 1, at = 0;
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    head[0] = '{';
    for (int i = 0; i < count; i++, at += (size_t)rows * DIMS * 4)
        n += (size_t)snprintf(
            head + n, sizeof head - n,
            "%s\"%d\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[%zu,%zu]}",
            at ? "," : "", i, rows, DIMS, at, at + (size_t)rows * DIMS * 4);
    if (deep) {
        n += (size_t)snprintf(
            head + n, sizeof head - n,
            "%s\"attn\":{\"dtype\":\"F32\",\"shape\":[1,1,1,%d],\"data_offsets\":[%zu,%zu]}",
            at ? "," : "", DIMS, at, at + DIMS * 4);
        at += DIMS * 4;
    }
    head[n++] = '}';
    for (int i = 0; i < 8; i++)
        fputc((int)(n >> 8 * i & 0xff), f);
    fwrite(head, 1, n, f);
    fwrite(turned, 1, at, f);
    assert_int_equal(fclose(f), 0);
    return path;
}

static void tensors_called_by_numbers(void **state)
{
    const char *path = put_numbered("depth.safetensors", 13, 5, true);
    iso_states *s = NULL;
    (void)state;

    ok(open_words(&s, &path, 1, NULL));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 13);
    text(strstr(heard, "depth.safetensors: "),
         "depth.safetensors: 1 array of 4 axes and more is left out (\"attn\")\n");
    iso_states_close(s);
    path = put_numbered("items.safetensors", 200, 13, false);
    fails(
        open_words(&s, &path, 1, NULL), ISO_EFORMAT,
        "has 200 arrays called by numbers, more than an encoder has layers (--axes LND takes them");
    ok(open_words(&s, &path, 1, "LND"));
    iso_states_close(s);
    path = put_numbered("deep.safetensors", 0, 0, true);
    fails(open_words(&s, &path, 1, NULL), ISO_EFORMAT, "\"attn\" has 4 axes or more");
}

/* What a name leaves open LANG= closes. */
static void unclear_names(void **state)
{
    const char *path = put_datasets("pair.h5", "de/en/%1$d", 0, 1);
    char word[9000];
    const char *const words[] = {word};
    iso_states *s = NULL;
    (void)state;

    fails(open_words(&s, &path, 1, NULL), ISO_EFORMAT,
          "pair.h5: \"de/en/0\": both \"de\" and \"en\" may be its language; LANG=FILE says which");
    snprintf(word, sizeof word, "en=%s", path);
    ok(open_words(&s, words, 1, NULL));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, LAYERS);
    iso_states_close(s);
}

static void any_allocation_may_fail(void **state)
{
    const int64_t dims[] = {LAYERS, ITEMS, DIMS};
    const char *path = temp_path("alloc.h5");
    iso_err err = ISO_ENOMEM;
    iso_h5 *h5 = NULL;
    (void)state;

    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put(h5, "hidden_states/en", 3, dims, ISO_F32, states[0], NULL));
    ok(iso_h5_put(h5, "hidden_states/de", 3, dims, ISO_F32, states[1], NULL));
    ok(iso_h5_close(h5));
    for (int64_t n = 0; err; n++) {
        iso_states *s = NULL;
        iso_alloc_fail_after(n);
        err = open_words(&s, &path, 1, NULL);
        iso_alloc_fail_after(-1);
        iso_states_close(s);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        assert_true(n < 10000);
    }
    assert_int_equal(iso_h5_open_count(), 0);
}

int main(void)
{
    make_states();
    RUN_TESTS(test(readings_of_shapes), test(arrays_layers_first), test(arrays_items_first),
              test(shapes_that_are_asked_about), test(names_in_either_order),
              test(groups_of_three_axes), test(keys_that_are_layers),
              test(keys_that_are_asked_about), test(sentences_of_tokens_of_layers),
              test(sentences_that_are_asked_about), test(four_axes_are_explained),
              test(tensors_called_by_numbers), test(unclear_names), test(any_allocation_may_fail));
}
