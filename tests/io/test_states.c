#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/io/native_write.h"
#include "lib/io/states_input.h"
#include "tests/io/files.h"

/* A matrix file: one dataset in an HDF5 file. */
static const char *matrix(const char *name, int lang, int layer, int64_t rows, int64_t cols)
{
    const char *path = temp_path(name);
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    put_f32(h5, "/features", lang, layer, rows, cols);
    ok(iso_h5_close(h5));
    return path;
}

static void words_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *word, *lang, *path, *dataset, *stem;
        int layer;
    } cases[] = {
        {"a.h5", NULL, "a.h5", NULL, "a", -1},
        {"en=a.h5", "en", "a.h5", NULL, "a", -1},
        {"eng_Latn:12=a.h5", "eng_Latn", "a.h5", NULL, "a", 12},
        {"a.h5:/en/3", NULL, "a.h5", "/en/3", "a", -1},
        {"en:3=a.h5:/x=y/3", "en", "a.h5", "/x=y/3", "a", 3},
        {"x=y.h5", NULL, "x=y.h5", NULL, "x=y", -1},
        {"c:/d.h5", NULL, "c:/d.h5", NULL, "d", -1},
        {"en=x=y.h5", "en", "x=y.h5", NULL, "x=y", -1},
    };

    (void)matrix("a.h5", 0, 0, 1, 1);
    (void)matrix("x=y.h5", 0, 0, 1, 1);
    assert_int_equal(mkdir(temp_path("c:"), 0777), 0);
    (void)matrix("c:/d.h5", 0, 0, 1, 1);
    assert_int_equal(chdir(temp_path("")), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_inputs list = {0};
        ok(iso_inputs_add(&list, cases[i].word));
        assert_int_equal(list.count, 1);
        const iso_input *in = &list.at[0];
        assert_true((in->lang != NULL) == (cases[i].lang != NULL));
        if (in->lang)
            text(in->lang, cases[i].lang);
        assert_true((in->dataset != NULL) == (cases[i].dataset != NULL));
        if (in->dataset)
            text(in->dataset, cases[i].dataset);
        text(in->path, cases[i].path);
        text(in->stem, cases[i].stem);
        assert_int_equal(in->layer, cases[i].layer);
        iso_inputs_free(&list);
    }
    assert_int_equal(chdir("/"), 0);
}

static void wrong_words_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *word, *says;
        iso_err err;
    } cases[] = {
        {"", "an empty word names no input", ISO_EARG},
        {"nowhere.h5", "nowhere.h5: No such file", ISO_EIO},
        {"en=nowhere.h5", "nowhere.h5: No such file", ISO_EIO},
        {"=x.h5", "a language is missing", ISO_EARG},
        {"en=", "a file is missing", ISO_EARG},
        {"en:=x.h5", "a layer number is missing", ISO_EARG},
        {"en:last=x.h5", "is not a layer number", ISO_EARG},
        {"en=/nowhere/emb_%d.npy", "no file matches", ISO_EIO},
        {"x_%d.npy", "x_%d.npy: no file matches", ISO_EIO},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_inputs list = {0};
        fails(iso_inputs_add(&list, cases[i].word), cases[i].err, cases[i].says);
        iso_inputs_free(&list);
    }
}

static void layers_by_pattern(void **state)
{
    (void)state;
    iso_inputs list = {0};

    (void)matrix("emb_2.h5", 0, 0, 1, 1);
    (void)matrix("emb_10.h5", 0, 0, 1, 1);
    (void)matrix("emb_0.h5", 0, 0, 1, 1);
    (void)matrix("emb_x.h5", 0, 0, 1, 1);
    (void)matrix("emb_.h5", 0, 0, 1, 1);
    ok(iso_inputs_add(&list, temp_path("emb_%d.h5")));
    assert_int_equal(list.count, 3);
    assert_int_equal(list.at[0].layer, 0);
    assert_int_equal(list.at[1].layer, 2);
    assert_int_equal(list.at[2].layer, 10);
    text(list.at[0].stem, "emb");
    assert_non_null(strstr(list.at[2].path, "emb_10.h5"));
    iso_inputs_free(&list);
    assert_int_equal(mkdir(temp_path("l7"), 0777), 0);
    (void)matrix("l7/en.h5", 0, 0, 1, 1);
    ok(iso_inputs_add(&list, temp_path("l%d/en.h5")));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.at[0].layer, 7);
    text(list.at[0].stem, "en");
    iso_inputs_free(&list);
}

static const char *lower(const char *code)
{
    return strcmp(code, "eng") == 0 ? "en" : code;
}

static void files_come_together(void **state)
{
    (void)state;
    char de[9000], en0[9000], en1[9000];
    iso_states *s = NULL;

    snprintf(de, sizeof de, "de=%s", matrix("one.h5", 1, 0, 3, 2));
    snprintf(en1, sizeof en1, "eng:1=%s", matrix("two.h5", 2, 1, 3, 2));
    snprintf(en0, sizeof en0, "en=%s", matrix("three.h5", 3, 0, 3, 2));
    const char *const words[] = {de, en1, en0};
    const iso_states_opt opt = {.canonical = lower};
    ok(iso_states_open(&s, words, 3, &opt));
    assert_int_equal(iso_states_langs(s), 2);
    text(iso_states_lang(s, 0)->name, "de"); /* as they came */
    text(iso_states_lang(s, 1)->name, "en");
    assert_int_equal(iso_states_find(s, "eng"), 1);
    assert_int_equal(iso_states_find(s, "fr"), -1);
    assert_int_equal(iso_states_lang(s, 1)->layers[0], 0);
    near(at(s, 1, 0, 2, 1), cell(3, 0, 2, 1), 0);
    near(at(s, 1, 1, 2, 1), cell(2, 1, 2, 1), 0);
    assert_int_equal(iso_states_files(s), 3);
    text(iso_states_file_at(s, 0)->layout, "matrix");
    assert_true(iso_states_file_at(s, 2)->bytes > 24);
    iso_states_close(s);
}

static void what_does_not_fit_is_told(void **state)
{
    (void)state;
    char a[9000], b[9000];
    iso_states *s = NULL;
    const char *const words[] = {a, b};

    snprintf(a, sizeof a, "en:1=%s", matrix("f1.h5", 0, 0, 3, 2));
    snprintf(b, sizeof b, "en:1=%s", matrix("f2.h5", 0, 0, 3, 2));
    fails(iso_states_open(&s, words, 2, NULL), ISO_EARG, "en, layer 1 was already read from");
    snprintf(b, sizeof b, "en:2=%s", matrix("f3.h5", 0, 0, 4, 2));
    fails(iso_states_open(&s, words, 2, NULL), ISO_EFORMAT, "f3.h5: en, layer 2 has 4 rows");
    snprintf(b, sizeof b, "de:1=%s", matrix("f4.h5", 0, 0, 3, 5));
    fails(iso_states_open(&s, words, 2, NULL), ISO_EFORMAT, "f4.h5: de, layer 1 has 5 dims");
    fails(open_with(&s, words[0], (iso_states_opt){.pool = "men"}), ISO_EARG, "did you mean mean");
    fails(open_with(&s, words[0], (iso_states_opt){.layout = "matrx"}), ISO_EARG,
          "did you mean matrix");
    fails(iso_states_open(&s, words, 0, NULL), ISO_EARG, "no input");
}

static void files_that_are_none(void **state)
{
    (void)state;
    iso_states *s = NULL;
    FILE *f = fopen(temp_path("zero.h5"), "w");

    fclose(f);
    fails(open_one(&s, temp_path("zero.h5")), ISO_EFORMAT, "zero.h5: is empty");
    fails(open_one(&s, temp_path("")), ISO_EFORMAT, "is a directory");
    fails(open_one(&s, "/dev/null"), ISO_EIO, "is a pipe or a device, not a regular file");
    f = fopen(temp_path("words.txt"), "w");
    fputs("just some words\nand more\n", f);
    fclose(f);
    fails(open_one(&s, temp_path("words.txt")), ISO_EFORMAT, "words.txt: is in no known format");
}

/* Token rows of a native file: items of 2, 0, 1 and 3 rows. */
static const char *token_file(const char *name)
{
    static const int64_t offsets[] = {0, 2, 2, 3, 6};
    static const char *const tokens[] = {"a", "b", "c", "d", "e", "f"};
    const char *path = temp_path(name);
    const iso_states_info about = {.pooling = "none"};
    const iso_lang lang = {
        .name = "en", .items = 4, .rows = 6, .offsets = offsets, .tokens = tokens};
    const float data[] = {1, 3, 5, 7, 20, 9};
    iso_native *n = NULL;
    int number = 0;

    ok(iso_native_new(&n, path, &about));
    ok(iso_native_lang(n, &lang));
    ok(iso_native_matrix(&number, n, "en", 0, 6, 1, ISO_F32));
    ok(iso_native_put(n, number, 0, iso_view_f32(data, 6, 1)));
    ok(iso_native_commit(n));
    return path;
}

static void token_rows_are_pooled(void **state)
{
    (void)state;
    const char *path = token_file("tokens.h5");
    iso_states *s = NULL;

    ok(open_one(&s, path));
    text(iso_states_about(s)->pooling, "mean");
    assert_int_equal(iso_states_lang(s, 0)->rows, 4);
    assert_null(iso_states_lang(s, 0)->offsets);
    near(at(s, 0, 0, 0, 0), 2, 0);
    near(at(s, 0, 0, 1, 0), 0, 0); /* no token */
    near(at(s, 0, 0, 3, 0), 12, 0);
    iso_states_close(s);
    ok(open_with(&s, path, (iso_states_opt){.pool = "max", .specials = true, .limit = 3}));
    assert_int_equal(iso_states_lang(s, 0)->rows, 3);
    near(at(s, 0, 0, 0, 0), 3, 0);
    iso_states_close(s);
    ok(open_with(&s, path, (iso_states_opt){.pool = "none", .limit = 3}));
    assert_int_equal(iso_states_lang(s, 0)->items, 3);
    assert_int_equal(iso_states_lang(s, 0)->rows, 3);
    text(iso_states_lang(s, 0)->tokens[2], "c");
    text(iso_states_about(s)->pooling, "none");
    iso_states_close(s);
}

static void pooled_rows_cannot_be_pooled_again(void **state)
{
    (void)state;
    const char *path = temp_path("pooled.h5");
    iso_states *s = NULL;
    iso_h5 *h5 = native_begin(path);

    ok(iso_h5_put_attr_text(h5, "/", "pooling", "mean"));
    put_f32(h5, "/states/en/0", 0, 0, 2, 2);
    ok(iso_h5_close(h5));
    fails(open_with(&s, path, (iso_states_opt){.pool = "cls"}), ISO_EARG, "pooled already (mean)");
    ok(open_with(&s, path, (iso_states_opt){.pool = "mean"}));
    iso_states_close(s);
}

static void hear(void *payload, const char *note)
{
    strcat(payload, note);
}

/* A name before a file of several languages or layers chooses among them. */
static void a_name_chooses_in_a_file_of_several(void **state)
{
    (void)state;
    const char *path = temp_path("three.h5");
    char word[512], notes[1024] = "";
    const iso_run run = {.note = hear, .payload = notes};
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put_attr_text(h5, "/", "format", "isogloss-states"));
    ok(iso_h5_put_attr_int(h5, "/", "version", 1));
    for (int lang = 0; lang < 3; lang++) {
        for (int layer = 0; layer < 2; layer++) {
            snprintf(word, sizeof word, "/states/%s/%d", (const char *[]){"en", "de", "fr"}[lang],
                     layer);
            put_f32(h5, word, lang, layer, 2, 2);
        }
    }
    ok(iso_h5_close(h5));
    snprintf(word, sizeof word, "de=%s", path);
    ok(open_with(&s, word, (iso_states_opt){.run = &run}));
    assert_int_equal(iso_states_langs(s), 1);
    text(iso_states_lang(s, 0)->name, "de");
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 2);
    assert_non_null(strstr(notes, "three.h5: de is taken, 2 other languages are left out: en, fr"));
    iso_states_close(s);
    snprintf(word, sizeof word, "fr:1=%s", path);
    ok(open_with(&s, word, (iso_states_opt){0}));
    assert_int_equal(iso_states_langs(s), 1);
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 1);
    assert_int_equal(iso_states_lang(s, 0)->layers[0], 1);
    iso_states_close(s);
    snprintf(word, sizeof word, "nl=%s", path);
    fails(open_with(&s, word, (iso_states_opt){0}), ISO_EARG,
          "three.h5: holds 3 languages, de, en, fr, and none of them is nl: name one of those");
    snprintf(word, sizeof word, "en:7=%s", path);
    fails(open_with(&s, word, (iso_states_opt){0}), ISO_EARG, "holds 2 layers, none of which is 7");
}

int main(void)
{
    RUN_TESTS(test(a_name_chooses_in_a_file_of_several), test(words_are_understood),
              test(wrong_words_are_told), test(layers_by_pattern), test(files_come_together),
              test(what_does_not_fit_is_told), test(files_that_are_none),
              test(token_rows_are_pooled), test(pooled_rows_cannot_be_pooled_again));
}
