/* What `embed` writes, against PyTorch's states and against itself with other options. */
#include "tests/encode/embedded.h"

static const char *model(void)
{
    return source_path("examples/mini");
}

/* --- PyTorch --- */

static void pooled_states_are_pytorchs(void **state)
{
    const char *golden = source_path("tests/golden/mini.h5"), *out = temp_path("mini.h5");

    (void)state;
    done(EMBED("--model", model(), iso_texts_of(golden, "en"), iso_texts_of(golden, "de"),
               iso_texts_of(golden, "hi"), "--dtype", "f32", "-o", out));
    files_near(out, golden, 1e-5);
    assert_non_null(strstr(said, "120 sentences, 3306 tokens in "));
}

static void same_tokens(const char *one, const char *other)
{
    iso_states *a = states_of(one), *b = states_of(other);

    for (int i = 0; i < iso_states_langs(b); i++) {
        const iso_lang *y = iso_states_lang(b, i);
        const iso_lang *x = iso_states_lang(a, iso_states_find(a, y->name));
        assert_int_equal(x->items, y->items);
        for (int64_t k = 0; k <= y->items; k++)
            assert_int_equal(x->offsets[k], y->offsets[k]);
        assert_int_equal(x->tokens != NULL, y->tokens != NULL);
        for (int64_t k = 0; y->tokens && k < y->rows; k++)
            text(x->tokens[k], y->tokens[k]);
        for (int64_t k = 0; y->text && k < y->items; k++)
            text(x->text[k], y->text[k]);
    }
    iso_states_close(a);
    iso_states_close(b);
}

static void token_states_are_pytorchs(void **state)
{
    const char *golden = test_data("golden/states/mini.h5"), *out = temp_path("tokens.h5");
    const char *en = iso_texts_of(golden, "en"), *de = iso_texts_of(golden, "de");
    const char *zh = iso_texts_of(golden, "zh"), *ar = iso_texts_of(golden, "ar");
    static const char *const batch[] = {"1", "64", "100000"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        done(EMBED("--model", model(), en, de, zh, ar, iso_texts_of(golden, "sw"), "--pool", "none",
                   "--dtype", "f32", "--batch", batch[i], "-o", out));
        files_near(out, golden, 1e-5);
        same_tokens(out, golden);
    }
}

static void fifteen_languages_too(void **state)
{
    const char *golden = test_data("golden/states/m15.h5"), *out = temp_path("m15.h5");

    (void)state;
    done(EMBED("--model", test_data("models/m15"), iso_texts_of(golden, "en"),
               iso_texts_of(golden, "de"), iso_texts_of(golden, "zh"), iso_texts_of(golden, "th"),
               iso_texts_of(golden, "ar"), iso_texts_of(golden, "sw"), "--pool", "none", "--dtype",
               "f32", "-o", out));
    files_near(out, golden, 1e-5);
    same_tokens(out, golden);
}

static void token_ids_need_no_tokenizer(void **state)
{
    const char *golden = test_data("golden/states/bert-random.h5"), *out = temp_path("ids.h5");

    (void)state;
    done(EMBED("--model", test_data("models/bert-random"),
               word("xx", test_data("golden/states/bert-random.ids")), "--pool", "none", "--dtype",
               "f32", "-o", out));
    files_near(out, golden, 1e-5);
    same_tokens(out, golden);
}

static void rounded_products_are_near_and_recorded(void **state)
{
    static const char *const compute[] = {"bf16", "int8"};
    const char *golden = source_path("tests/golden/mini.h5"), *out = temp_path("rounded.h5");

    (void)state;
    for (int i = 0; i < 2; i++) {
        done(EMBED("--model", model(), iso_texts_of(golden, "en"), iso_texts_of(golden, "de"),
                   iso_texts_of(golden, "hi"), "--compute", compute[i], "--dtype", "f32", "-o",
                   out));
        files_near(out, golden, i ? 5e-2 : 2e-2);
        iso_states *a = states_of(out), *b = states_of(golden);
        text(iso_states_about(a)->compute, compute[i]);
        assert_true(apart(a, b, "en", 4) > 1e-5);
        iso_states_close(a);
        iso_states_close(b);
    }
}

/* --- Itself --- */

/* A few sentences of unequal length, one without text. */
static const char *few(void)
{
    return word("en", file_of("few.txt", "A cat.\n\nThe old man went down to the sea that morning, "
                                         "as he did every morning.\nWho?\nThe sea was calm.\n"));
}

static void batches_change_nothing(void **state)
{
    const char *a = temp_path("one.h5"), *b = temp_path("all.h5");

    (void)state;
    done(EMBED("--model", model(), few(), "--batch", "1", "--dtype", "f32", "-o", a));
    done(EMBED("--model", model(), few(), "--batch", "4096", "--dtype", "f32", "-o", b));
    files_near(a, b, 1e-6);
}

static void half_precision_is_f32_rounded(void **state)
{
    const char *a = temp_path("half.h5"), *b = temp_path("full.h5");
    iso_states *s;

    (void)state;
    done(EMBED("--model", model(), few(), "-o", a));
    done(EMBED("--model", model(), few(), "--dtype", "f32", "-o", b));
    files_near(a, b, 1e-3);
    s = states_of(a);
    int64_t rows, cols;
    iso_dtype dtype;
    ok(iso_states_shape(&rows, &cols, &dtype, s, 0, 0));
    assert_int_equal(dtype, ISO_F16);
    iso_states_close(s);
}

static void layers_are_those_asked_for(void **state)
{
    const char *out = temp_path("layers.h5");

    (void)state;
    done(EMBED("--model", model(), few(), "--layers", "last,1-2", "-o", out));
    iso_states *s = states_of(out);
    const iso_lang *l = iso_states_lang(s, 0);
    assert_int_equal(l->layer_count, 3);
    assert_int_equal(l->layers[0], 1);
    assert_int_equal(l->layers[1], 2);
    assert_int_equal(l->layers[2], 4);
    iso_states_close(s);
}

static void random_weights_are_named_and_seeded(void **state)
{
    const char *a = temp_path("a.h5"), *b = temp_path("b.h5"), *c = temp_path("c.h5");

    (void)state;
    done(EMBED("--model", model(), few(), "--random-weights", "7", "-o", a));
    done(EMBED("--model", model(), few(), "--random-weights", "7", "-o", b));
    done(EMBED("--model", model(), few(), "--random-weights", "8", "-o", c));
    files_near(a, b, 0);
    iso_states *x = states_of(a), *y = states_of(c);
    text(iso_states_about(x)->model, "mini (random weights, seed 7)");
    assert_true(apart(x, y, "en", 4) > 0.1);
    iso_states_close(x);
    iso_states_close(y);
}

/* --- What comes along --- */

static void columns_come_along(void **state)
{
    const char *en = file_of("en.tsv", "id\tlabel\ttext\ttext2\n"
                                       "x1\tsea\tThe sea.\tIt is blue.\n"
                                       "x2\tair\tThe wind.\t\n");
    const char *de = file_of("de.tsv", "text\tid\tlabel\nDas Meer.\tx1\tsea\nNichts.\tx3\t\n");
    const char *out = temp_path("columns.h5");

    (void)state;
    done(EMBED("--model", model(), word("eng", en), word("deu_Latn", de), "--src", "ger", "-o",
               out));
    iso_states *s = states_of(out);
    const iso_states_info *about = iso_states_about(s);
    text(about->source, "de");
    text(about->model, "mini");
    text(about->pooling, "mean");
    assert_int_equal(about->class_count, 2);
    text(about->classes[0], "air");
    text(about->classes[1], "sea");
    const iso_lang *l = iso_states_lang(s, iso_states_find(s, "en"));
    text(l->name, "en");
    text(l->ids[1], "x2");
    text(l->text2[0], "It is blue.");
    assert_int_equal(l->labels[0], 1);
    assert_int_equal(l->labels[1], 0);
    l = iso_states_lang(s, iso_states_find(s, "de"));
    assert_int_equal(l->labels[1], -1);
    assert_null(l->text2);
    iso_states_close(s);
}

/* <s> a </s></s> b </s>: the second text is there, and an empty one is none. */
static void second_texts_make_pairs(void **state)
{
    const char *en = file_of("pair.tsv", "text\ttext2\nWho?\tA cat.\nWho?\t\n");
    const char *out = temp_path("pairs.h5");

    (void)state;
    done(EMBED("--model", model(), word("en", en), "--pool", "none", "-o", out));
    iso_states *s = states_of(out);
    const iso_lang *l = iso_states_lang(s, 0);
    int64_t closing = 0;
    for (int64_t i = 0; i < l->offsets[1]; i++)
        closing += strcmp(l->tokens[i], "</s>") == 0;
    assert_int_equal(closing, 3);
    closing = 0;
    for (int64_t i = l->offsets[1]; i < l->offsets[2]; i++)
        closing += strcmp(l->tokens[i], "</s>") == 0;
    assert_int_equal(closing, 1);
    iso_states_close(s);
}

static void the_same_language_again_appends(void **state)
{
    const char *out = temp_path("twice.h5");

    (void)state;
    done(EMBED("--model", model(), word("en", file_of("1.txt", "One.\n")),
               word("de", file_of("2.txt", "Zwei.\n")), word("eng", file_of("3.txt", "Three.\n")),
               "-o", out));
    iso_states *s = states_of(out);
    const iso_lang *l = iso_states_lang(s, iso_states_find(s, "en"));
    assert_int_equal(l->items, 2);
    text(l->text[1], "Three.");
    text(iso_states_about(s)->source, "en");
    iso_states_close(s);
}

/* --- Failing --- */

static void survives_lack_of_memory(void **state)
{
    static const char *const pool[] = {"mean", "none", "word", "types"};
    const char *out = temp_path("memory.h5"), *en = few();

    (void)state;
    for (int p = 0; p < 4; p++) {
        int status, tries = 0;
        for (int64_t n = 0;; n += 1 + n / 100 * 7) {
            (void)remove(temp_path("memory.h5.part"));
            (void)remove(temp_path("memory.h5.part.journal"));
            iso_alloc_fail_after(n);
            status = EMBED("--model", model(), en, "--pool", pool[p], "-o", out);
            iso_alloc_fail_after(-1);
            if (status == 0)
                break;
            if (status != 1)
                fail_msg("exit %d: %s", status, said);
            assert_int_equal(access(out, F_OK), -1); /* nothing half-written */
            tries++;
        }
        assert_true(tries > 0);
        assert_int_equal(remove(out), 0);
    }
}

int main(void)
{
    RUN_TESTS(test(pooled_states_are_pytorchs), test(token_states_are_pytorchs),
              test(fifteen_languages_too), test(token_ids_need_no_tokenizer),
              test(rounded_products_are_near_and_recorded), test(batches_change_nothing),
              test(half_precision_is_f32_rounded), test(layers_are_those_asked_for),
              test(random_weights_are_named_and_seeded), test(columns_come_along),
              test(second_texts_make_pairs), test(the_same_language_again_appends),
              test(survives_lack_of_memory));
}
