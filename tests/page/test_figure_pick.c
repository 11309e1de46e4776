/* Which records make a figure: several models over one another, or one of them and why. */
#include "tests/check.h"

#include "analysis/page/figure/figure.h"
#include "analysis/page/figure/figure_text.h"

static void add(iso_records *list, const char *model, const char *src, const char *tgt, int layer)
{
    iso_record r = iso_record_none();

    r.measure = "cka";
    r.estimator = "debiased";
    r.model = model;
    r.src = src;
    r.tgt = tgt;
    r.src_layer = r.tgt_layer = layer;
    r.value = 0.5 + 0.01 * layer;
    r.n = 9;
    ok(iso_records_add(list, &r));
}

/* de and fr at two layers of `count` models. */
static iso_records of_models(int count)
{
    static const char *const names[] = {"small", "large", "other", "last"};
    iso_records list = {0};

    for (int m = 0; m < count; m++)
        for (int layer = 0; layer < 2; layer++) {
            add(&list, names[m], "en", "de", layer);
            add(&list, names[m], "en", "fr", layer);
        }
    return list;
}

static void models_lie_over_one_another(void **state)
{
    (void)state;
    for (int count = 1; count <= 4; count++) {
        iso_records list = of_models(count), drawn = {0};
        struct figure f = {0};
        int64_t others;
        ok(iso_figure_pick(&drawn, &others, &list, NULL));
        assert_int_equal(drawn.count, count < 4 ? 4 * count : 4);
        assert_int_equal(others, count < 4 ? 0 : 12);
        ok(iso_figure_make(&f, &drawn, &(struct figure_ask){0}));
        const bool several = count == 2 || count == 3;
        assert_int_equal(f.models.count > 1, several);
        assert_true((strstr(f.note.len ? f.note.text : "",
                            "1, solid: small \xc2\xb7 2, dashed: large") != NULL) == several);
        assert_true((strstr(f.data.text, "\tde 2\n") != NULL) == several);
        assert_true((strstr(f.marks.text, "=German (de), large\n") != NULL) == several);
        iso_figure_free(&f);
        iso_records_free(&drawn);
        iso_records_free(&list);
    }
}

/* The language's colour and marker, the model's dash. */
static void dashes_are_of_models(void **state)
{
    iso_records list = of_models(2);
    struct figure f = {0};

    (void)state;
    iso_style_list(&f.langs, NULL, 0, &list);
    (void)iso_names_index(&f.models, "small");
    (void)iso_names_index(&f.models, "large");
    const struct style a = iso_figure_style(&f, &list, &list.at[0], 0);
    const struct style b = iso_figure_style(&f, &list, &list.at[4], 0);
    const struct style fr = iso_figure_style(&f, &list, &list.at[5], 0);
    text(a.colour, b.colour);
    assert_int_equal(a.point, b.point);
    assert_string_not_equal(a.dash, b.dash);
    text(b.dash, fr.dash);
    assert_string_not_equal(b.colour, fr.colour);
    iso_records_free(&list);
}

/* All pairs make a map, and two maps do not lie over one another. */
static void a_map_is_of_one_model(void **state)
{
    iso_records list = of_models(2), drawn = {0};
    int64_t others;

    (void)state;
    add(&list, "small", "de", "fr", 0);
    add(&list, "large", "de", "fr", 0);
    ok(iso_figure_pick(&drawn, &others, &list, NULL));
    assert_int_equal(drawn.count, 5);
    assert_int_equal(others, 5);
    text(iso_figure_differs(&list.at[4], &list.at[0]), "model");
    assert_null(iso_figure_differs(&list.at[1], &list.at[0]));
    iso_records_free(&drawn);
    iso_records_free(&list);
}

static void columns_set_records_apart(void **state)
{
    iso_record a = iso_record_none(), b = iso_record_none();

    (void)state;
    a.measure = b.measure = "p@k";
    a.k = 1;
    b.k = 5;
    text(iso_figure_differs(&a, &b), "k");
    b.pool = "cls";
    text(iso_figure_differs(&a, &b), "pool");
    b.stage = "after";
    text(iso_figure_differs(&a, &b), "stage");
    b.estimator = "csls";
    text(iso_figure_differs(&a, &b), "measure");
}

/* Closer is bright, and blue where there are signs, whichever way a measure runs. */
static void closer_has_one_colour(void **state)
{
    static const char *const first[2][2] = {{"(0 '#440154'", "(0 '#fde725'"},
                                            {"(0 '#b2182b'", "(0 '#2166ac'"}};

    (void)state;
    for (int signs = 0; signs < 2; signs++)
        for (int apart = 0; apart < 2; apart++) {
            iso_buf script = {0};
            ok(iso_figure_palette(&script, signs ? -1 : 0, 1, signs, apart));
            assert_non_null(strstr(script.text, first[signs][apart]));
            iso_buf_free(&script);
        }
}

int main(void)
{
    RUN_TESTS(test(models_lie_over_one_another), test(dashes_are_of_models),
              test(a_map_is_of_one_model), test(columns_set_records_apart),
              test(closer_has_one_colour));
}
