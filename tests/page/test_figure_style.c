/* How languages are drawn, what stands above a figure, and its size. */
#include "tests/check.h"

#include "analysis/page/figure/figure.h"
#include "analysis/page/figure/figure_text.h"

static iso_record record(const char *tgt, int layer, double value)
{
    iso_record r = iso_record_none();

    r.measure = "cka";
    r.estimator = "debiased";
    r.src = "en";
    r.tgt = tgt;
    r.src_layer = r.tgt_layer = layer;
    r.value = value;
    r.n = 9;
    return r;
}

static void add(iso_records *list, iso_record r)
{
    ok(iso_records_add(list, &r));
}

static bool same_look(struct style a, struct style b, bool marker, bool dash)
{
    return strcmp(a.colour, b.colour) == 0 && (!marker || a.point == b.point) &&
           (!dash || strcmp(a.dash, b.dash) == 0);
}

/* By colour and marker alone 35 in a row differ, by colour and dash 15, by all three 105. */
static void looks_differ(void **state)
{
    (void)state;
    for (int i = 0; i < 105; i++) {
        for (int j = 0; j < i; j++) {
            assert_false(same_look(iso_style_at(i), iso_style_at(j), true, true));
            assert_false(i - j < 35 && same_look(iso_style_at(i), iso_style_at(j), true, false));
            assert_false(i - j < 15 && same_look(iso_style_at(i), iso_style_at(j), false, true));
        }
    }
    assert_true(same_look(iso_style_at(105), iso_style_at(0), true, true));
}

/* Relative luminance after WCAG 2.1. */
static double luminance(const char *colour)
{
    const long rgb = strtol(colour + 1, NULL, 16);
    double sum = 0;

    for (int i = 0; i < 3; i++) {
        const double c = (double)(rgb >> (16 - 8 * i) & 255) / 255;
        sum += (i == 0   ? 0.2126
                : i == 1 ? 0.7152
                         : 0.0722) *
               (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/* 3 : 1 from white paper, and, but for the black that the page turns, from its dark ground. */
static void colours_stand_out(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        const double l = luminance(iso_style_at(i).colour);
        assert_true(1.05 / (l + 0.05) >= 3);
        assert_true(l == 0 || (l + 0.05) / (luminance("#15161a") + 0.05) >= 3);
    }
}

static struct figure made(const iso_records *list, const struct figure_ask *ask)
{
    struct figure f = {0};

    ok(iso_figure_make(&f, list, ask));
    return f;
}

/* The look of a curve, from "dt" to the end of its line, of block `i` of the data. */
static void look_of(char out[80], const struct figure *f, int i)
{
    char key[60];

    snprintf(key, sizeof key, "index %d using 1:($2) with linespoints lw 1.6 ", i);
    const char *at = strstr(f->script.text, key);
    assert_non_null(at);
    at += strlen(key);
    snprintf(out, 80, "%.*s", (int)strcspn(at, "'\n") + 9, at);
}

/* Whether it is drawn alone or with all, with de above or below. */
static void a_language_keeps_its_look(void **state)
{
    static const char *const langs[] = {"zh", "fr", "deu_Latn", "sw", "en", "ar"};
    char look[3][80], expected[80];
    iso_records all = {0}, one = {0};
    struct names names = {0};

    (void)state;
    for (int layer = 0; layer < 2; layer++)
        for (int i = 0; i < 6; i++)
            if (strcmp(langs[i], "en") != 0)
                add(&all, record(langs[i], layer, 0.9 - 0.1 * i));
    iso_style_list(&names, NULL, 0, &all);
    assert_int_equal(names.count, 6);
    text(names.at[0], "ar");
    text(names.at[1], "de"); /* whatever a file calls it */
    for (int layer = 0; layer < 2; layer++)
        add(&one, record("de", layer, 0.1));
    struct figure f = made(&one, &(struct figure_ask){.langs = &names});
    look_of(look[0], &f, 0);
    iso_figure_free(&f);
    f = made(&all, &(struct figure_ask){.langs = &names});
    look_of(look[1], &f, 2); /* sw, ar, below de: ends ascend 0.4, 0.6, 0.7 */
    iso_figure_free(&f);
    for (int64_t i = 0; i < all.count; i++)
        all.at[i].value = 1 - all.at[i].value;
    f = made(&all, &(struct figure_ask){0}); /* of its own records: the same list */
    look_of(look[2], &f, 2);
    const struct style de = iso_style_at(1);
    snprintf(expected, sizeof expected, "dt %s pt %d ps 0.5 lc rgb '%s", de.dash, de.point,
             de.colour);
    for (int i = 0; i < 3; i++)
        assert_int_equal(strncmp(look[i], expected, strlen(expected)), 0);
    iso_figure_free(&f);
    iso_records_free(&all);
    iso_records_free(&one);
}

/* Languages of a table of scores do not push those of the states aside. */
static void gaps_come_last(void **state)
{
    iso_records list = {0};
    iso_record gap = record("ak", -1, 0.1);
    struct names names = {0};

    (void)state;
    gap.measure = "gap";
    add(&list, gap);
    add(&list, record("zh", 0, 0.5));
    iso_style_list(&names, NULL, 0, &list);
    assert_int_equal(names.count, 3);
    text(names.at[0], "en");
    text(names.at[1], "zh");
    text(names.at[2], "ak");
    iso_records_free(&list);
}

static int labels_of(const struct figure *f)
{
    int count = 0;

    for (const char *at = f->script.text; (at = strstr(at, "set label 10")); at++)
        count++;
    return count;
}

/* A long name takes more lines, and its last words are there; a narrow figure takes more still. */
static void nothing_above_is_cut(void **state)
{
    static const char model[] = "a-model-whose-name-goes-on-and-on-and-on/and-on-for-a-hundred-"
                                "letters-or-so-until-it-ends-here-at-last";
    int lines[3];
    iso_records list = {0};

    (void)state;
    for (int layer = 0; layer < 2; layer++) {
        iso_record r = record("de", layer, 0.5);
        r.pool = "mean";
        r.prep = "center,unit";
        add(&list, r);
    }
    for (int i = 0; i < 3; i++) {
        for (int64_t k = 0; k < list.count; k++)
            list.at[k].model = i ? model : "m";
        struct figure f = made(&list, &(struct figure_ask){.width = i == 2 ? 300 : 0});
        lines[i] = labels_of(&f);
        assert_non_null(strstr(f.script.text, "n = 9'"));
        assert_null(strstr(f.script.text, "\xe2\x80\xa6"));
        iso_figure_free(&f);
    }
    assert_int_equal(lines[0], 2);
    assert_true(lines[1] > lines[0] && lines[2] > lines[1]);
    iso_records_free(&list);
}

/* Every kind is as large as was asked, and says when that is too small. */
static void size_and_title_as_asked(void **state)
{
    static const iso_plot_kind kinds[] = {ISO_PLOT_CURVES, ISO_PLOT_LANGUAGES, ISO_PLOT_LAYERS};
    iso_records list = {0};

    (void)state;
    for (int layer = 0; layer < 2; layer++) {
        iso_record r = record("de", layer, 0.5);
        add(&list, r);
        r.tgt_layer = 1 - layer;
        add(&list, r);
    }
    for (int k = 0; k < 3; k++) {
        struct figure_ask ask = {.kind = kinds[k], .title = "", .width = 700, .height = 500};
        struct figure f = made(&list, &ask);
        assert_int_equal(f.width, 700);
        assert_int_equal(f.height, 500);
        assert_null(strstr(f.script.text, "large textcolor"));
        iso_figure_free(&f);
        ask.height = 90;
        fails(iso_figure_make(&f, &list, &ask), ISO_EARG, "--height 90: this figure needs");
        ask.width = 90;
        fails(iso_figure_make(&f, &list, &ask), ISO_EARG, "--width 90: this figure needs");
    }
    list.count = 1;
    fails(iso_figure_make(&(struct figure){0}, &list, &(struct figure_ask){.width = 9}), ISO_EARG,
          "--width 9:");
    list.count = 4;
    iso_records_free(&list);
}

int main(void)
{
    RUN_TESTS(test(looks_differ), test(colours_stand_out), test(a_language_keeps_its_look),
              test(gaps_come_last), test(nothing_above_is_cut), test(size_and_title_as_asked));
}
