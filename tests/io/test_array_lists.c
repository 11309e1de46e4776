/* Token rows in array files: batches with an attention mask, lists of sentences, lists of items;
 * the same numbers whichever way they lie. Row i, dimension j, layer l holds 100 l + 10 i + j,
 * padding -1 (tests/fuzz/make_seeds.py, make_torch_seeds.py). */
#include "tests/check.h"
#include "tests/io/read_all.h"

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/states.h"
#include "lib/linalg/convert.h"

static const char *seed(const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "tests/fuzz/seeds/%s", name);
    return source_path(path);
}

static const char *known(const char *code)
{
    static const char en[] = "en", de[] = "de", fr[] = "fr";

    return strcmp(code, en) == 0   ? en
           : strcmp(code, de) == 0 ? de
           : strcmp(code, fr) == 0 ? fr
                                   : code;
}

/* All rows, then each by itself. */
static void check_layer(iso_states *s, int lang, int layer, int64_t count)
{
    iso_rows *rows = NULL;
    iso_view v;
    double x[16], y[4];

    ok(iso_states_rows(&rows, s, lang, layer));
    assert_int_equal(rows->rows, count);
    assert_int_equal(rows->cols, 4);
    ok(iso_rows_read(rows, 0, count, &v));
    iso_convert_f64(x, 4, v);
    for (int64_t i = count - 1; i >= 0; i--) {
        ok(iso_rows_read(rows, i, 1, &v));
        iso_convert_f64(y, 4, v);
        for (int j = 0; j < 4; j++) {
            assert_true(x[4 * i + j] == 100 * layer + 10 * (double)i + j);
            assert_true(y[j] == x[4 * i + j]);
        }
    }
    iso_rows_close(rows);
}

static void every_way_has_the_same_rows(void **state)
{
    static const struct {
        const char *file, *axes;
        int langs, layers;
        int64_t rows, first; /* tokens of all items, of the first one; 0: rows are items */
    } cases[] = {
        {"torch/tokens.pt", NULL, 1, 2, 3, 2},
        {"torch/tokens_beside.pt", NULL, 1, 2, 3, 2},
        {"torch/tokens_langs.pt", NULL, 3, 2, 3, 2},
        {"torch/tokens_views.pt", NULL, 1, 2, 3, 2},
        {"torch/tokens_one.pt", NULL, 1, 2, 3, 3},
        {"torch/sentences.pt", NULL, 1, 2, 3, 2},
        {"torch/sentences_behind.pt", NULL, 1, 2, 3, 2},
        {"torch/sentences_flat.pt", NULL, 1, 1, 4, 1},
        {"torch/items.pt", "NLD", 1, 2, 3, 0},
        {"torch/single_rows.pt", "NLD", 2, 1, 3, 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const iso_states_opt opt = {.axes = cases[i].axes, .pool = "none", .canonical = known};
        const char *path = seed(cases[i].file);
        iso_states *s = NULL;

        ok(iso_states_open(&s, &path, 1, cases[i].first ? &opt : &(iso_states_opt){.axes = "NLD"}));
        assert_int_equal(iso_states_langs(s), cases[i].langs);
        for (int k = 0; k < cases[i].langs; k++) {
            const iso_lang *lang = iso_states_lang(s, k);
            assert_int_equal(lang->layer_count, cases[i].layers);
            if (cases[i].first)
                assert_int_equal(lang->offsets[1], cases[i].first);
            else
                assert_null(lang->offsets);
            for (int l = 0; l < cases[i].layers; l++)
                check_layer(s, k, lang->layers[l], cases[i].rows);
        }
        iso_states_close(s);
    }
}

/* The first sentence has the rows 0 and 1, the last one row 2 alone; one of no token is zeros. */
static void pooled_without_padding(void **state)
{
    static const char *const files[] = {"torch/tokens.pt", "torch/sentences.pt"};
    const iso_states_opt opt = {.pool = "mean"};
    (void)state;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *path = seed(files[i]);
        iso_states *s = NULL;
        iso_rows *rows = NULL;
        iso_view v;
        double x[12];

        ok(iso_states_open(&s, &path, 1, &opt));
        ok(iso_states_rows(&rows, s, 0, 1));
        assert_int_equal(rows->rows, i == 0 ? 3 : 2);
        ok(iso_rows_read(rows, 0, rows->rows, &v));
        iso_convert_f64(x, 4, v);
        for (int j = 0; j < 4; j++) {
            assert_true(x[j] == 105 + j);
            assert_true(x[4 * (rows->rows - 1) + j] == 120 + j);
            assert_true(i == 1 || x[4 + j] == 0);
        }
        iso_rows_close(rows);
        iso_states_close(s);
    }
}

static void keep_note(void *payload, const char *note)
{
    ok(iso_buf_printf(payload, "%s\n", note));
}

static void says_how_it_reads(void **state)
{
    iso_buf notes = {0};
    const iso_run run = {.note = keep_note, .payload = &notes};
    const iso_states_opt opt = {.run = &run};
    const char *path = seed("torch/tokens_beside.pt"), *all = seed("torch/tokens_open.pt");
    const char *longer = seed("torch/tokens_long.pt"), *list = seed("torch/sentences.pt");
    iso_states *s = NULL;
    (void)state;

    ok(iso_states_open(&s, &path, 1, &opt));
    iso_states_close(s);
    assert_non_null(strstr(notes.text, "attention_mask keeps 3 of 3 x 4 tokens"));
    assert_non_null(strstr(notes.text, "last_hidden_state, beside hidden_states, is left out"));
    assert_non_null(strstr(notes.text, "pooler_output, beside hidden_states, is left out"));
    notes.len = 0;
    ok(iso_states_open(&s, &list, 1, &opt));
    iso_states_close(s);
    assert_non_null(strstr(notes.text, "its 2 arrays, the first [2, 2, 4], are read as sentences"));
    fails(iso_states_open(&s, &all, 1, &opt), ISO_EFORMAT,
          "may be layers of 3 sentences of 4 tokens: save attention_mask [3, 4] beside them; or");
    fails(iso_states_open(&s, &longer, 1, &opt), ISO_EFORMAT,
          "hidden_states/0: has 3 sentences of 5 tokens, its mask (attention_mask) 3 of 4");
    iso_buf_free(&notes);
}

/* One language has sentences of unequal lengths: two, or one, of another are sentences too. */
static void lists_of_all_languages_alike(void **state)
{
    static const struct {
        const char *lang;
        int64_t items, rows;
    } expected[] = {{"de", 2, 4}, {"en", 3, 4}, {"fr", 1, 4}};
    const iso_states_opt opt = {.pool = "none", .canonical = known};
    const char *path = seed("torch/sentences_mixed.pt");
    iso_states *s = NULL;
    (void)state;

    ok(iso_states_open(&s, &path, 1, &opt));
    assert_int_equal(iso_states_langs(s), 3);
    for (int i = 0; i < 3; i++) {
        const iso_lang *lang = iso_states_lang(s, i);
        assert_string_equal(lang->name, expected[i].lang);
        assert_int_equal(lang->layer_count, 1);
        assert_int_equal(lang->items, expected[i].items);
        check_layer(s, i, lang->layers[0], expected[i].rows);
    }
    iso_states_close(s);
}

/* Layers of one item or items of one layer, unless there are more than an encoder has layers. */
static void lists_of_single_rows(void **state)
{
    const iso_states_opt opt = {.canonical = known};
    const char *few = seed("torch/single_rows.pt"), *many = seed("torch/single_rows_many.pt");
    iso_states *s = NULL;
    (void)state;

    fails(iso_states_open(&s, &few, 1, &opt), ISO_EFORMAT,
          "3 arrays of [1, 4]: [3, 1, 4] may be 3 layers of 1 item (--axes LND) or 3 items of 1 "
          "layer (--axes NLD)");
    ok(iso_states_open(&s, &few, 1, &(iso_states_opt){.axes = "LND", .canonical = known}));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 3);
    assert_int_equal(iso_states_lang(s, 0)->items, 1);
    iso_states_close(s);
    ok(iso_states_open(&s, &many, 1, &opt));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 1);
    assert_int_equal(iso_states_lang(s, 0)->items, 50);
    iso_states_close(s);
}

static void masks_that_do_not_fit(void **state)
{
    static const struct {
        const char *file, *says;
    } cases[] = {
        {"torch/mask_short.pt", "h: [3, 4, 4] may be 3 sentences of 4 tokens, whose mask would be "
                                "[3, 4]; that of the file (attention_mask) is [2, 4]"},
        {"torch/mask_deep.pt", "that of the file (attention_mask) is [3, 1, 1, 4]"},
        {"torch/mask_half.pt", "mask_half.pt: attention_mask: sentence 0 has a number other than"},
        {"torch/hooks_differ.pt", "\"layers.1.output\" has other tokens than"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = seed(cases[i].file);
        iso_states *s = NULL;
        fails(iso_states_open(&s, &path, 1, NULL), ISO_EFORMAT, cases[i].says);
    }
}

static const iso_states_opt pooled = {.pool = "max", .canonical = known};

static void any_allocation_may_fail(void **state)
{
    static const char *const files[] = {"torch/tokens_langs.pt",    "torch/tokens_one.pt",
                                        "torch/sentences.pt",       "torch/sentences_flat.pt",
                                        "torch/sentences_mixed.pt", "torch/single_rows_many.pt"};
    (void)state;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        int64_t n = 0;
        iso_err err;
        do {
            iso_alloc_fail_after(n++);
            err = read_all(seed(files[i]), &pooled);
            iso_alloc_fail_after(-1);
            if (err)
                assert_int_equal(err, ISO_ENOMEM);
        } while (err && n < 10000);
        assert_int_equal(err, ISO_OK);
        assert_true(n > 20);
    }
}

int main(void)
{
    RUN_TESTS(test(every_way_has_the_same_rows), test(pooled_without_padding),
              test(says_how_it_reads), test(lists_of_all_languages_alike),
              test(lists_of_single_rows), test(masks_that_do_not_fit),
              test(any_allocation_may_fail));
}
