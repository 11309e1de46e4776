/* States from memory: what a file of the same numbers gives, they give. */
#include <limits.h>

#include "lib/base/alloc.h"
#include "lib/io/native_write.h"
#include "tests/io/files.h"

enum { LANGS = 2, LAYERS = 3, COLS = 4, ITEMS = 5, ROWS = 9 };

static const char *const langs[] = {"de", "sw"};
static const char *const ids[] = {"b", "a", "c", "e", "d"};
static const char *const texts[] = {"one", "two", "", "four", "five"};
static const char *const tokens[] = {"o", "ne", "t", "wo", "f", "o", "ur", "fi", "ve"};
static const char *const classes[] = {"sport", "travel"};
static const char *const tagset[] = {"NOUN", "VERB", "ADP"};
static const int32_t labels[] = {1, -1, 0, 1, 0};
static const int32_t tags[] = {0, 2, 1, -1, 0, 0, 1, 2, 2};
static const int64_t offsets[] = {0, 2, 4, 4, 7, 9};
static float data[LANGS][LAYERS][ROWS * COLS];

static const iso_states_info about = {.model = "m",
                                      .pooling = "mean",
                                      .source = "sw",
                                      .compute = "bf16",
                                      .class_count = 2,
                                      .classes = classes,
                                      .tag_count = 3,
                                      .tagset = tagset};

/* A row an item, or token rows. */
static iso_lang lang_of(int l, bool token_rows)
{
    iso_lang lang = {.name = langs[l], .items = ITEMS, .ids = ids, .text = texts, .labels = labels};

    lang.rows = token_rows ? ROWS : ITEMS;
    if (token_rows) {
        lang.offsets = offsets;
        lang.tokens = tokens;
        lang.tags = tags;
    }
    return lang;
}

static iso_view rows_of(int l, int layer, bool token_rows)
{
    for (int i = 0; i < ROWS * COLS; i++)
        data[l][layer][i] = (float)cell(l, layer, i / COLS, i % COLS) / 7;
    return iso_view_f32(data[l][layer], token_rows ? ROWS : ITEMS, COLS);
}

static const char *written(const char *name, const iso_states_info *info, bool token_rows)
{
    const char *path = temp_path(name);
    iso_native *n = NULL;
    int number = 0;

    ok(iso_native_new(&n, path, info));
    for (int l = LANGS - 1; l >= 0; l--) { /* a file has its source first */
        const iso_lang lang = lang_of(l, token_rows);
        ok(iso_native_lang(n, &lang));
        for (int k = 0; k < LAYERS; k++)
            ok(iso_native_matrix(&number, n, langs[l], 2 * k, lang.rows, COLS, ISO_F32));
    }
    for (int m = 0; m < LANGS * LAYERS; m++)
        ok(iso_native_put(n, m, 0, rows_of(LANGS - 1 - m / LAYERS, m % LAYERS, token_rows)));
    ok(iso_native_commit(n));
    return path;
}

/* The last layer first: order of layers does not matter, order of languages does. */
static iso_states *in_memory(const iso_states_info *info, bool token_rows, iso_states_opt opt)
{
    iso_states *s = NULL;

    ok(iso_states_new(&s, &opt));
    ok(iso_states_describe(s, info));
    for (int l = 0; l < LANGS; l++) {
        iso_lang lang = lang_of(l, token_rows);
        lang.rows = l == 0 ? 0 : lang.rows; /* both say the same */
        ok(iso_states_add_lang(s, &lang));
    }
    for (int k = LAYERS - 1; k >= 0; k--) {
        for (int l = LANGS - 1; l >= 0; l--)
            ok(iso_states_put(s, langs[l], 2 * k, rows_of(l, k, token_rows)));
    }
    return s;
}

static void same_word(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a)
        text(a, b);
}

static void same_words(const char *const *a, const char *const *b, int64_t count)
{
    assert_int_equal(a == NULL, b == NULL);
    for (int64_t i = 0; a && i < count; i++)
        text(a[i], b[i]);
}

static void same_bytes(const void *a, const void *b, int64_t count, size_t size)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a)
        assert_memory_equal(a, b, (size_t)count * size);
}

static void same_lang(const iso_lang *a, const iso_lang *b)
{
    text(a->name, b->name);
    assert_int_equal(a->items, b->items);
    assert_int_equal(a->rows, b->rows);
    same_words(a->ids, b->ids, a->items);
    same_words(a->text, b->text, a->items);
    same_words(a->text2, b->text2, a->items);
    same_words(a->tokens, b->tokens, a->rows);
    same_bytes(a->labels, b->labels, a->items, sizeof *a->labels);
    same_bytes(a->offsets, b->offsets, a->items + 1, sizeof *a->offsets);
    same_bytes(a->tags, b->tags, a->rows, sizeof *a->tags);
    same_bytes(a->counts, b->counts, a->rows, sizeof *a->counts);
    same_bytes(a->layers, b->layers, a->layer_count, sizeof *a->layers);
    assert_int_equal(a->layer_count, b->layer_count);
}

static void same_rows(iso_states *a, iso_states *b, int lang, int layer)
{
    iso_states *const both[] = {a, b};
    int64_t rows[2], cols[2];
    iso_dtype dtype[2];
    iso_rows *source[2];
    iso_view view[2];

    for (int i = 0; i < 2; i++) {
        ok(iso_states_shape(&rows[i], &cols[i], &dtype[i], both[i], lang, layer));
        ok(iso_states_rows(&source[i], both[i], lang, layer));
        assert_int_equal(source[i]->rows, rows[i]);
        assert_int_equal(source[i]->cols, cols[i]);
        ok(iso_rows_read(source[i], 0, rows[i], &view[i]));
        assert_int_equal(view[i].dtype, dtype[i]);
    }
    assert_int_equal(rows[0], rows[1]);
    assert_int_equal(cols[0], cols[1]);
    assert_int_equal(dtype[0], dtype[1]);
    assert_memory_equal(view[0].data, view[1].data,
                        (size_t)(rows[0] * cols[0]) * iso_dtype_size(dtype[0]));
    iso_rows_close(source[0]);
    iso_rows_close(source[1]);
}

static void same_states(iso_states *file, iso_states *memory)
{
    const iso_states_info *a = iso_states_about(file), *b = iso_states_about(memory);

    same_word(a->model, b->model);
    same_word(a->pooling, b->pooling);
    same_word(a->source, b->source);
    same_word(a->compute, b->compute);
    assert_int_equal(a->class_count, b->class_count);
    assert_int_equal(a->tag_count, b->tag_count);
    same_words(a->classes, b->classes, a->class_count);
    same_words(a->tagset, b->tagset, a->tag_count);
    assert_int_equal(iso_states_langs(file), iso_states_langs(memory));
    for (int l = 0; l < iso_states_langs(file); l++) {
        const iso_lang *lang = iso_states_lang(file, l);
        same_lang(lang, iso_states_lang(memory, l));
        for (int k = 0; k < lang->layer_count; k++)
            same_rows(file, memory, l, lang->layers[k]);
    }
}

static void a_file_of_the_same_gives_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *name, *said;
        iso_states_opt opt;
        bool token_rows;
    } cases[] = {
        {"rows.h5", "mean", {0}, false},
        {"limit.h5", "mean", {.limit = 3}, false},
        {"tokens.h5", "none", {0}, true},
        {"max.h5", "none", {.pool = "max", .specials = true}, true},
        {"none.h5", "none", {.pool = "none"}, true},
        {"few.h5", "none", {.pool = "none", .limit = 4}, true},
        {"last.h5", NULL, {.pool = "last", .limit = 2}, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_states_info info = about;
        iso_states *file = NULL, *memory;
        info.pooling = cases[i].said;
        ok(open_with(&file, written(cases[i].name, &info, cases[i].token_rows), cases[i].opt));
        memory = in_memory(&info, cases[i].token_rows, cases[i].opt);
        same_states(file, memory);
        iso_states_close(file);
        iso_states_close(memory);
    }
}

/* What a collection tells of one language is what another one takes. */
static void languages_go_from_one_to_another(void **state)
{
    (void)state;
    iso_states_info info = about;
    iso_states *a, *b = NULL;

    info.pooling = "none";
    a = in_memory(&info, true, (iso_states_opt){.pool = "none"});
    ok(iso_states_new(&b, &(iso_states_opt){.pool = "none"}));
    ok(iso_states_describe(b, iso_states_about(a)));
    for (int l = 0; l < LANGS; l++) {
        const char *name = iso_states_lang(a, l)->name;
        ok(iso_states_add_lang(b, iso_states_lang(a, l)));
        for (int k = 0; k < LAYERS; k++)
            ok(iso_states_put(b, name, 2 * k, rows_of(l == 0 ? 1 : 0, k, true)));
    }
    same_states(a, b);
    iso_states_close(a);
    iso_states_close(b);
}

static const char *lower(const char *code)
{
    return strcmp(code, "eng") == 0 ? "en" : code;
}

static void rows_alone_are_enough(void **state)
{
    (void)state;
    iso_states *s = NULL;

    ok(iso_states_new(&s, &(iso_states_opt){.canonical = lower}));
    assert_int_equal(iso_states_langs(s), 0);
    assert_int_equal(iso_states_files(s), 0);
    text(iso_states_name(s), "(memory)");
    text(iso_states_about(s)->layout, "memory");
    fails(iso_states_rows(&(iso_rows *){NULL}, s, 0, 0), ISO_EARG, "no language number 0 among 0");
    fails(iso_states_need(&(int){0}, s, "en"), ISO_EARG, "(memory): no language 'en'");
    ok(iso_states_put(s, "eng", 1, rows_of(0, 1, false)));
    ok(iso_states_put(s, "en", 0, rows_of(0, 0, false)));
    assert_int_equal(iso_states_langs(s), 1);
    assert_int_equal(iso_states_find(s, "eng"), 0);
    const iso_lang *en = iso_states_lang(s, 0);
    text(en->name, "en");
    text(en->path, "(memory)");
    assert_int_equal(en->items, ITEMS);
    assert_int_equal(en->rows, ITEMS);
    assert_int_equal(en->layer_count, 2);
    assert_int_equal(en->layers[0], 0);
    assert_null(en->ids);
    near(at(s, 0, 1, 4, 3), (float)cell(0, 1, 4, 3) / 7, 0);
    fails(iso_states_rows(&(iso_rows *){NULL}, s, 0, 7), ISO_EARG, "(memory): en has no layer 7");
    iso_states_close(s);
}

/* Columns and every second row of a wider matrix are there without a copy. */
static void strides_are_kept(void **state)
{
    (void)state;
    iso_states *s = NULL;
    iso_view v = rows_of(0, 0, true);

    v.rows = 4;
    v.cols = 3;
    v.stride = 2 * COLS;
    ok(iso_states_new(&s, NULL));
    ok(iso_states_put(s, "en", 0, v));
    near(at(s, 0, 0, 3, 2), (float)cell(0, 0, 6, 2) / 7, 0);
    iso_states_close(s);
}

/* Every refusal leaves what was there as it was. */
static void what_does_not_fit_is_told(void **state)
{
    (void)state;
    iso_states *s = NULL;
    const iso_view five = rows_of(0, 0, false), nine = rows_of(1, 0, true);
    iso_view narrow = five;
    const iso_lang en = {.name = "en", .items = ITEMS};

    narrow.cols = 2;
    ok(iso_states_new(&s, NULL));
    ok(iso_states_add_lang(s, &(iso_lang){.name = "de", .items = ITEMS}));
    fails(iso_states_add_lang(s, &(iso_lang){.name = "de"}), ISO_EARG, "de is added already");
    fails(iso_states_put(s, "de", 0, nine), ISO_EFORMAT,
          "(memory): de has 9 rows, its items speak of 5");
    assert_int_equal(iso_states_langs(s), 0);
    ok(iso_states_put(s, "de", 3, five));
    fails(iso_states_put(s, "de", 3, five), ISO_EARG,
          "(memory): de, layer 3 was already read from (memory)");
    fails(iso_states_put(s, "de", 4, nine), ISO_EFORMAT, "de, layer 4 has 9 rows; layer 3");
    fails(iso_states_put(s, "en", 3, narrow), ISO_EFORMAT,
          "(memory): en, layer 3 has 2 dims, de ((memory)) has 4");
    assert_int_equal(iso_states_langs(s), 1);
    ok(iso_states_put(s, "en", 4, narrow));
    fails(iso_states_add_lang(s, &en), ISO_EARG, "en has layers already");
    fails(iso_states_put(s, "de", 4, five), ISO_EFORMAT, "de, layer 4 has 4 dims, en");
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 1);
    near(at(s, 0, 3, 4, 3), (float)cell(0, 0, 4, 3) / 7, 0);
    fails(iso_states_describe(s, &about), ISO_EARG, "described once, before its languages");
    iso_states_close(s);
    ok(iso_states_new(&s, &(iso_states_opt){.any_dims = true}));
    ok(iso_states_put(s, "de", 3, five));
    ok(iso_states_put(s, "en", 3, narrow));
    iso_states_close(s);
    ok(iso_states_new(&s, &(iso_states_opt){.pool = "max"}));
    ok(iso_states_describe(s, &about));
    fails(iso_states_describe(s, &about), ISO_EARG, "described once");
    fails(iso_states_put(s, "de", 3, five), ISO_EARG, "(memory): its rows are pooled already");
    assert_int_equal(iso_states_langs(s), 0);
    iso_states_close(s);
    ok(open_one(&s, written("closed.h5", &about, false)));
    fails(iso_states_put(s, "de", 9, five), ISO_EARG, "takes no arrays from memory");
    fails(iso_states_add_lang(s, &en), ISO_EARG, "takes no arrays from memory");
    fails(iso_states_describe(s, &about), ISO_EARG, "takes no arrays from memory");
    iso_states_close(s);
}

static void items_that_cannot_be_are_told(void **state)
{
    (void)state;
    static const int64_t falling[] = {0, 2, 1, 4, 7, 9}, late[] = {1, 2, 4, 4, 7, 9};
    static const char *const twice[] = {"b", "a", "c", "b", "d"};
    static const char *const hole[] = {"b", "a", "c", NULL, "d"};
    static const int32_t high[] = {0, 1, 2, 0, 0};
    const struct {
        iso_lang lang;
        iso_err err;
        const char *says;
    } cases[] = {
        {{.name = NULL, .items = 5}, ISO_EARG, "needs a name"},
        {{.name = "", .items = 5}, ISO_EARG, "needs a name"},
        {{.name = "en", .items = -1}, ISO_EARG, "cannot have -1 items"},
        {{.name = "en", .items = INT64_MAX, .offsets = offsets}, ISO_EARG, "cannot have"},
        {{.name = "en", .items = INT64_MAX, .ids = ids}, ISO_EARG, "cannot have"},
        {{.name = "en", .items = 5, .rows = INT64_MAX}, ISO_EARG, "cannot have 5 items and"},
        {{.name = "en", .items = 5, .rows = -9}, ISO_EARG, "cannot have 5 items and -9"},
        {{.name = "en", .items = 5, .rows = 9}, ISO_EARG, "9 rows for 5 items and no offsets"},
        {{.name = "en", .items = 5, .offsets = falling}, ISO_EFORMAT, "offsets fall from 2 to 1"},
        {{.name = "en", .items = 5, .offsets = late}, ISO_EFORMAT, "do not begin with 0"},
        {{.name = "en", .items = 5, .rows = 8, .offsets = offsets}, ISO_EFORMAT, "end at 9"},
        {{.name = "en", .items = 5, .ids = twice}, ISO_EFORMAT, "the id \"b\" occurs twice"},
        {{.name = "en", .items = 5, .ids = hole}, ISO_EARG, "ids[3] is no text"},
        {{.name = "en", .items = 5, .text = hole}, ISO_EARG, "text[3] is no text"},
        {{.name = "en", .items = 5, .text2 = hole}, ISO_EARG, "text2[3] is no text"},
        {{.name = "en", .items = 5, .tokens = hole}, ISO_EARG, "tokens[3] is no text"},
        {{.name = "en", .items = 5, .labels = high},
         ISO_EARG,
         "labels[2] is 2, the classes has 2 entries"},
        {{.name = "en", .items = 5, .tags = (int32_t[]){0, 0, 0, 0, -2}},
         ISO_EARG,
         "tags[4] is -2"},
    };
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    ok(iso_states_describe(s, &about));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(iso_states_add_lang(s, &cases[i].lang), cases[i].err, cases[i].says);
    ok(iso_states_add_lang(s, &(iso_lang){.name = "en", .items = 5})); /* nothing stayed behind */
    iso_states_close(s);
    ok(iso_states_new(&s, NULL));
    fails(iso_states_describe(s, &(iso_states_info){.pooling = "men"}), ISO_EFORMAT,
          "pooling is \"men\"");
    fails(iso_states_describe(s, &(iso_states_info){.class_count = 1}), ISO_EARG, "classes cannot");
    fails(iso_states_describe(s, &(iso_states_info){.tag_count = -1, .tagset = tagset}), ISO_EARG,
          "tagset cannot be -1 names");
    fails(iso_states_describe(s, &(iso_states_info){.class_count = 5, .classes = hole}), ISO_EARG,
          "classes[3] is no text");
    ok(iso_states_describe(s, &about));
    iso_states_close(s);
    fails(iso_states_new(&s, &(iso_states_opt){.pool = "men"}), ISO_EARG, "did you mean mean");
    fails(iso_states_new(&s, &(iso_states_opt){.limit = -1}), ISO_EARG, "limit is -1");
}

static void views_that_cannot_be_are_told(void **state)
{
    (void)state;
    const float one[4] = {0};
    const struct {
        iso_view view;
        int layer;
        const char *says;
    } cases[] = {
        {{one, 2, 2, 2, ISO_F32}, -1, "-1 is no layer"},
        {{one, 2, 2, 2, ISO_F32}, INT_MAX, "is no layer"},
        {{one, 2, 2, 2, (iso_dtype)77}, 0, "77 is no type of numbers"},
        {{one, -2, 2, 2, ISO_F32}, 0, "cannot be -2 x 2 numbers"},
        {{one, 2, 0, 2, ISO_F32}, 0, "cannot be 2 x 0"},
        {{one, 2, 2, 1, ISO_F32}, 0, "1 from row to row"},
        {{one, 2, INT64_MIN, 2, ISO_F32}, 0, "cannot be"},
        {{one, INT64_MAX, 2, 2, ISO_F32}, 0, "cannot be"},
        {{one, 2, 2, INT64_MAX, ISO_F32}, 0, "cannot be"},
        {{one, INT64_MAX, INT64_MAX, INT64_MAX, ISO_F64}, 0, "cannot be"},
        {{NULL, 2, 2, 2, ISO_F32}, 0, "has no data"},
    };
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(iso_states_put(s, "en", cases[i].layer, cases[i].view), ISO_EARG, cases[i].says);
    fails(iso_states_put(s, NULL, 0, cases[0].view), ISO_EARG, "needs a name");
    fails(iso_states_put(s, "", 0, cases[0].view), ISO_EARG, "needs a name");
    assert_int_equal(iso_states_langs(s), 0);
    ok(iso_states_put(s, "en", 0, iso_view_f32(one, 2, 2)));
    iso_states_close(s);
}

/* Each call that fails for want of memory is made again, and all comes out as without. */
static void memory_that_fails_changes_nothing(void **state)
{
    (void)state;
    const iso_lang sw = lang_of(1, true);
    iso_states *s = NULL, *plain;
    iso_states_info info = about;
    int failed = 0;

#define AGAIN(call)                                                                                \
    for (int64_t n = 0, done = 0; !done; n++) {                                                    \
        iso_alloc_fail_after(n);                                                                   \
        const iso_err err = (call);                                                                \
        iso_alloc_fail_after(-1);                                                                  \
        done = err != ISO_ENOMEM;                                                                  \
        failed += !done;                                                                           \
        if (done)                                                                                  \
            ok(err);                                                                               \
    }
    info.pooling = "none";
    AGAIN(iso_states_new(&s, &(iso_states_opt){.pool = "max", .axes = "LND"}))
    AGAIN(iso_states_describe(s, &info))
    AGAIN(iso_states_add_lang(s, &sw))
    for (int k = LAYERS - 1; k >= 0; k--)
        AGAIN(iso_states_put(s, "sw", 2 * k, rows_of(1, k, true)))
    const iso_lang de = lang_of(0, true);
    AGAIN(iso_states_add_lang(s, &de))
    for (int k = LAYERS - 1; k >= 0; k--)
        AGAIN(iso_states_put(s, "de", 2 * k, rows_of(0, k, true)))
    assert_true(failed > 20);
    plain = in_memory(&info, true, (iso_states_opt){.pool = "max"});
    same_states(plain, s);
    iso_states_close(plain);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(a_file_of_the_same_gives_the_same), test(languages_go_from_one_to_another),
              test(rows_alone_are_enough), test(strides_are_kept), test(what_does_not_fit_is_told),
              test(items_that_cannot_be_are_told), test(views_that_cannot_be_are_told),
              test(memory_that_fails_changes_nothing));
}
