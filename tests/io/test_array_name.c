/* Names of arrays: language and layer, whichever way round, and when it is not known. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/io/array_name.h"
#include "lib/text/lang.h"

static iso_err read_one(iso_array_name *out, const char *name, bool picked)
{
    return iso_array_names(out, &name, 1, iso_lang_canonical, picked, "x");
}

/* A picked name, so that words without a number stay. */
static void names_say_language_and_layer(void **state)
{
    static const struct {
        const char *name, *lang;
        int layer;
    } cases[] = {
        {"en_3", "en", 3},
        {"en/3", "en", 3},
        {"en.3", "en", 3},
        {"en-12", "en", 12},
        {"en:0", "en", 0},
        {"eng_Latn.12", "eng_Latn", 12},
        {"zho_Hant", "zho_Hant", -1},
        {"en", "en", -1},
        {"3", NULL, 3},
        {"arr_0", NULL, 0},
        {"layer_7", NULL, 7},
        {"layer7", NULL, 7},
        {"Layer-7", NULL, 7},
        {"L7", NULL, 7},
        {"hidden_states.4", NULL, 4},
        {"en.layer_3", "en", 3},
        {"en/layers/3", "en", 3},
        {"emb12", "emb12", -1},
        {"layer", NULL, -1},
        {"", NULL, -1},
        {"/", NULL, -1},
        {"_3", NULL, 3},
        {"en_1234567", "en_1234567", -1},
        {"en_", "en_", -1},
        {"xlayer_3", "xlayer", 3},
        {"player", "player", -1},
        {"klingon_3", "klingon", 3},
        /* either way round, behind prefixes */
        {"layer_3/en", "en", 3},
        {"3/en", "en", 3},
        {"layer_3_eng_Latn", "eng_Latn", 3},
        {"3-de", "de", 3},
        {"emb_de", "de", -1},
        {"de_emb", "de", -1},
        {"hidden_states/de", "de", -1},
        {"hidden_states/klingon", "klingon", -1},
        {"states/de/0", "de", 0},
        {"states.de.0", "de", 0},
        {"0/states/de", "de", 0},
        {"embeddings/en/layer_3", "en", 3},
        {"embeddings/layer_3/en", "en", 3},
        {"trial_2/en/3", "en", 3},
        {"lr0.1/en/3", "en", 3},
        {"xlmr/trial_2/zh-Hant", "zh-Hant", -1},
        {"trial_2/en", "en", -1}, /* a number of its own, no layer */
        {"eng/en/3", "eng", 3}, /* the same language twice */
        {"en_fort", "en_fort", -1},
        {"a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/en/3", "p/q/en", 3},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_array_name says = {0};
        ok(read_one(&says, cases[i].name, true));
        if (cases[i].lang)
            text(says.lang, cases[i].lang);
        else
            assert_null(says.lang);
        assert_int_equal(says.layer, cases[i].layer);
        assert_null(says.unclear);
        iso_array_name_free(&says);
    }
}

/* Nobody asked for it by its name: only a code or a layer says what it is. */
static void a_name_alone_says_little(void **state)
{
    iso_array_name says = {0};
    (void)state;

    ok(read_one(&says, "model/vectors", false));
    assert_null(says.lang);
    ok(read_one(&says, "model/de", false));
    text(says.lang, "de");
    iso_array_name_free(&says);
    ok(read_one(&says, "klingon_3", false));
    text(says.lang, "klingon");
    assert_int_equal(says.layer, 3);
    iso_array_name_free(&says);
}

static void two_codes_are_unclear(void **state)
{
    static const char *const names[] = {"de/en/3", "de/en/4", "fr/sw/en", "no.de.1"};
    iso_array_name says[4] = {{0}};
    (void)state;

    ok(iso_array_names(says, names, 4, iso_lang_canonical, false, "x"));
    text(says[0].lang, "de/en"); /* for who says LANG=FILE both layers are of one language */
    text(says[1].lang, "de/en");
    assert_int_equal(says[0].layer, 3);
    assert_non_null(
        strstr(says[0].unclear, "\"de/en/3\": both \"de\" and \"en\" may be its language"));
    assert_non_null(strstr(says[0].unclear, "LANG=FILE"));
    assert_non_null(says[2].unclear);
    assert_non_null(strstr(says[3].unclear, "both \"no\" and \"de\""));
    for (int i = 0; i < 4; i++)
        iso_array_name_free(&says[i]);
}

/* Two words that are no codes, where other names show the place of codes and where none does. */
static void words_stand_where_codes_do(void **state)
{
    static const char *const with[] = {"bert/de/0", "bert/klingon/0", "other/x"};
    static const char *const without[] = {"bert/klingon/0", "bert/vulcan/0"};
    iso_array_name says[3] = {{0}};
    (void)state;

    ok(iso_array_names(says, with, 3, iso_lang_canonical, false, "x"));
    text(says[1].lang, "klingon");
    assert_null(says[1].unclear);
    assert_non_null(strstr(says[2].unclear, "both \"other\" and \"x\""));
    for (int i = 0; i < 3; i++)
        iso_array_name_free(&says[i]);
    ok(iso_array_names(says, without, 2, iso_lang_canonical, false, "x"));
    assert_non_null(strstr(says[0].unclear, "both \"bert\" and \"klingon\""));
    for (int i = 0; i < 2; i++)
        iso_array_name_free(&says[i]);
}

static void names_that_contradict(void **state)
{
    static const char *const two[] = {"1/en/2", "de/0"}, *const same[] = {"a/en/3", "b/eng_Latn.3",
                                                                          "b/en/3"};
    iso_array_name says[3] = {{0}};
    (void)state;

    fails(iso_array_names(says, two, 2, iso_lang_canonical, false, "x.h5"), ISO_EFORMAT,
          "x.h5: \"1/en/2\" names two layers, 1 and 2");
    fails(iso_array_names(says, same, 3, iso_lang_canonical, false, "x.h5"), ISO_EFORMAT,
          "x.h5: \"a/en/3\" and \"b/en/3\" name the same language and layer");
    ok(read_one(&says[0], "1/en/2", true)); /* asked for by its path: the last */
    assert_int_equal(says[0].layer, 2);
    iso_array_name_free(&says[0]);
}

static void any_allocation_may_fail(void **state)
{
    static const char *const names[] = {"states/de/0", "de/en/3", "layer_3_fr", "a/b"};
    iso_err err = ISO_ENOMEM;
    (void)state;

    for (int64_t n = 0; err; n++) {
        iso_array_name says[4] = {{0}};
        iso_alloc_fail_after(n);
        err = iso_array_names(says, names, 4, iso_lang_canonical, false, "x");
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        for (int i = 0; i < 4; i++) {
            assert_true(!err || !says[i].lang);
            iso_array_name_free(&says[i]);
        }
    }
}

int main(void)
{
    RUN_TESTS(test(names_say_language_and_layer), test(a_name_alone_says_little),
              test(two_codes_are_unclear), test(words_stand_where_codes_do),
              test(names_that_contradict), test(any_allocation_may_fail));
}
