/* Figures of mixing: which records are together, what is averaged, which layer is the best. */
#include "tests/check.h"

#include "analysis/page/figure/figure.h"
#include "analysis/page/figure/figure_mix.h"
#include "lib/base/alloc.h"

static iso_record record(const char *tgt, int layer, const char *stage, double value)
{
    iso_record r = iso_record_none();

    r.measure = "cka";
    r.estimator = "debiased";
    r.src = "en";
    r.tgt = tgt;
    r.src_layer = r.tgt_layer = layer;
    r.stage = stage;
    r.value = value;
    r.lo = value - 0.01;
    r.hi = value + 0.01;
    r.n = 40;
    return r;
}

static void add(iso_records *list, iso_record r)
{
    ok(iso_records_add(list, &r));
}

/* Before, after in three ways, and differences, of one target mixed at `place`, measured to layer
 * 3. The gain is largest where mixed. */
static void add_target(iso_records *list, const char *tgt, int place, double base, double gain)
{
    static const struct {
        const char *name;
        double share;
    } ways[] = {{"fixed:0", 0.1}, {"xmixup", 1}, {"shuffled", -0.5}};

    for (int layer = place; layer <= 3; layer++) {
        add(list, record(tgt, layer, "before", base));
        for (int w = 0; w < 3; w++) {
            iso_record r = record(tgt, layer, "after", base + ways[w].share * gain);
            r.mix = ways[w].name;
            r.mix_layer = place;
            add(list, r);
            r.stage = "difference";
            r.given = "before";
            r.value = ways[w].share * gain;
            add(list, r);
            r.given = "fixed:0";
            r.value -= 0.1 * gain;
            if (w == 1)
                add(list, r);
        }
    }
}

static iso_records sweep(const char *const *tgt, int count)
{
    static const double gain[] = {0, 0.05, 0.2, 0.1};
    iso_records list = {0};

    for (int t = 0; t < count; t++) {
        for (int place = 1; place <= 3; place++)
            add_target(&list, tgt[t], place, 0.5 + 0.02 * t, gain[place]);
    }
    return list;
}

static iso_records one_place(const char *const *tgt, int count)
{
    iso_records list = {0};

    for (int t = 0; t < count; t++)
        add_target(&list, tgt[t], 2, 0.5, 0.2);
    return list;
}

static const char *const two[] = {"de", "sw"};
static const char *const nine[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};

static struct figure made(const iso_records *list, const struct figure_ask *ask)
{
    iso_records drawn = {0};
    struct figure f = {0};
    int64_t others;

    ok(iso_figure_pick(&drawn, &others, list, NULL));
    assert_int_equal(others, 0);
    ok(iso_figure_make(&f, &drawn, ask));
    iso_records_free(&drawn);
    return f;
}

static void contains(const iso_buf *where, const char *what)
{
    if (!strstr(where->text, what))
        print_message("no '%s' in:\n%s\n", what, where->text);
    assert_non_null(strstr(where->text, what));
}

static void what_is_of_mixing(void **state)
{
    iso_record r = record("de", 1, "before", 0.5);

    (void)state;
    assert_true(iso_figure_is_mixing(&r));
    r.train = "en+de"; /* before a map */
    assert_false(iso_figure_is_mixing(&r));
    r = record("de", 1, NULL, 0.5);
    assert_false(iso_figure_is_mixing(&r));
    r.mix = "shuffled"; /* compare --shuffle */
    assert_false(iso_figure_is_mixing(&r));
    r.mix_layer = 1;
    assert_true(iso_figure_is_mixing(&r));
}

/* One question: all stages, ways and places; not λ, not what was never mixed. */
static void belongs_together(void **state)
{
    iso_records list = one_place(two, 1), drawn = {0};
    iso_record r = record("de", 2, NULL, 0.4);
    int64_t others = 0, all = list.count;

    (void)state;
    add(&list, r);
    r.mix = "xmixup";
    r.mix_layer = 2;
    r.measure = "lambda";
    r.estimator = "mean";
    add(&list, r);
    add(&list, list.at[0]);
    ok(iso_figure_pick(&drawn, &others, &list, NULL));
    assert_int_equal(drawn.count, all);
    assert_int_equal(others, 2);
    iso_records_free(&drawn);
    iso_records_free(&list);
}

static void places_choose_the_kind(void **state)
{
    iso_records list[] = {one_place(two, 2), sweep(two, 2)};
    static const iso_plot_kind kind[] = {ISO_PLOT_MIXED, ISO_PLOT_SWEEP};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct figure f = made(&list[i], &(struct figure_ask){0});
        assert_int_equal(f.kind, kind[i]);
        iso_figure_free(&f);
        iso_records_free(&list[i]);
    }
}

static void curves_of_each_language(void **state)
{
    iso_records list = one_place(two, 2);
    struct figure f = made(&list, &(struct figure_ask){0});

    (void)state;
    contains(&f.data, "layer\tvalue\tlo\thi\tseries\tpanel\n"
                      "2\t0.5\t0.49\t0.51\tnot mixed\tGerman (de)\n");
    contains(&f.data, "\n2\t0.7\t0.69\t0.71\txmixup\tGerman (de)\n3\t0.7\t");
    contains(&f.data, "\tshuffled (control)\tSwahili (sw)\n");
    contains(&f.subtitle, "mixed at layer 2 \xc2\xb7 with English (en)");
    contains(&f.note, "bands: 95 % intervals");
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* Of a sweep the place with the most beyond fixed:0, or the one asked for. */
static void best_place_is_drawn(void **state)
{
    iso_records list = sweep(two, 2);
    struct figure f = made(&list, &(struct figure_ask){.kind = ISO_PLOT_MIXED});

    (void)state;
    contains(&f.subtitle, "mixed at layer 2, of 3 the one that does most");
    contains(&f.data, "\n1\t?\t?\t?\txmixup\tGerman (de)\n2\t0.7\t");
    contains(&f.note, "grey: layers before the mixed one");
    iso_figure_free(&f);
    f = made(&list, &(struct figure_ask){.kind = ISO_PLOT_MIXED, .place = "3"});
    contains(&f.subtitle, "mixed at layer 3 \xc2\xb7");
    contains(&f.data, "\n2\t?\t?\t?\txmixup\tGerman (de)\n3\t0.6\t");
    iso_figure_free(&f);
    fails(iso_figure_make(&f, &list, &(struct figure_ask){.kind = ISO_PLOT_MIXED, .place = "4"}),
          ISO_EARG, "--layer 4: no record of mixing there");
    fails(iso_figure_make(&f, &list, &(struct figure_ask){.place = "all"}), ISO_EARG,
          "a mixed layer is a number or a range 1-3");
    ok(iso_figure_make(&f, &list, &(struct figure_ask){.place = "03"}));
    assert_int_equal(f.kind, ISO_PLOT_MIXED);
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* More than eight languages: their mean, and how it changes from least to greatest. */
static void many_languages_are_averaged(void **state)
{
    iso_records list = {0};

    (void)state;
    for (int t = 0; t < 9; t++)
        add_target(&list, nine[t], 2, 0.1 * t, 0.01 * t);
    struct figure f = made(&list, &(struct figure_ask){0});
    contains(&f.data, "\n2\t0.4\t0\t0.8\tnot mixed\tmean over 9 languages\n");
    contains(&f.data, "\n2\t0.04\t0\t0.08\txmixup\tchange from not mixed\n");
    contains(&f.note, "band: from the least language to the greatest");
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* The map: no mixing first, what is below the mixed layer is empty, the best is framed. */
static void sweep_answers_which_layer(void **state)
{
    iso_records list = sweep(two, 2);
    struct figure f = made(&list, &(struct figure_ask){0});

    (void)state;
    contains(&f.data, "column\tlayer\tvalue\tmixed\tpanel\n0\t1\t0.51\tnone\tafter\n"
                      "1\t1\t0.56\t1\tafter\n2\t1\t?\t2\tafter\n");
    contains(&f.data, "\n0\t1\t?\tnone\tbeyond fixed:0\n1\t1\t0.045\t1\tbeyond fixed:0\n");
    contains(&f.note, "framed: highest at the last layer, mixed at 2");
    contains(&f.note, "blue: languages come closer");
    contains(&f.script, "from first 2 - 0.5, first 3 - 0.5 to first 2.5, first 3.5");
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* Blue is close, where low is too; and no mixing may be the best. */
static void distances_are_read_the_other_way(void **state)
{
    iso_records list = sweep(two, 1);

    (void)state;
    for (int64_t i = 0; i < list.count; i++) {
        list.at[i].measure = "centroid";
        list.at[i].estimator = "relative";
    }
    struct figure f = made(&list, &(struct figure_ask){0});
    contains(&f.note, "framed: lowest at the last layer, not mixed \xc2\xb7 blue: languages come");
    iso_figure_free(&f);
    f = made(&list, &(struct figure_ask){.kind = ISO_PLOT_MIXED});
    contains(&f.subtitle, "mixed at layer 1, of 3 the one that does most");
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* "xmixup:1-3" is one place of three layers; its controls are controls. */
static void several_layers_at_once(void **state)
{
    iso_records list = {0};
    iso_record r = record("de", 1, "before", 0.5);

    (void)state;
    add(&list, r);
    r.stage = "after";
    r.mix = "xmixup:1-3";
    r.mix_layer = 1;
    add(&list, r);
    r.mix = "fixed:0:1-3";
    add(&list, r);
    r.mix = "fixed:0.25:1-3";
    add(&list, r);
    struct figure f = made(&list, &(struct figure_ask){0});
    contains(&f.subtitle, "mixed at layer 1-3");
    contains(&f.data, "\txmixup\t");
    contains(&f.data, "\tfixed:0 (control)\t");
    contains(&f.data, "\tfixed:0.25\t");
    iso_figure_free(&f);
    iso_records_free(&list);
}

static void lambda_by_mixed_layer(void **state)
{
    iso_records list = {0}, drawn = {0};
    int64_t others;
    struct figure f = {0};

    (void)state;
    for (int place = 1; place <= 2; place++) {
        for (int w = 0; w < 2; w++) {
            iso_record r = record("de", place, NULL, 0.4 + 0.01 * place + 0.1 * w);
            r.measure = "lambda";
            r.estimator = "mean";
            r.mix = w ? "shuffled" : "xmixup";
            r.mix_layer = place;
            add(&list, r);
        }
    }
    ok(iso_figure_pick(&drawn, &others, &list, NULL));
    assert_int_equal(others, 2);
    ok(iso_figure_make(&f, &drawn, &(struct figure_ask){0}));
    assert_int_equal(f.kind, ISO_PLOT_CURVES);
    contains(&f.title, "\xce\xbb, the share of the source in the mix: by mixed layer");
    contains(&f.subtitle, "xmixup");
    contains(&f.script, "set xlabel 'mixed layer'");
    contains(&f.data, "\n1\t0.41\t");
    iso_figure_free(&f);
    iso_records_free(&drawn);
    iso_records_free(&list);
}

/* Records of before alone are drawn as any others. */
static void nothing_was_mixed(void **state)
{
    iso_records list = {0};
    struct figure f = {0};

    (void)state;
    add(&list, record("de", 1, "before", 0.5));
    add(&list, record("de", 2, "before", 0.6));
    ok(iso_figure_make(&f, &list, &(struct figure_ask){0}));
    assert_int_equal(f.kind, ISO_PLOT_CURVES);
    iso_figure_free(&f);
    fails(iso_figure_make(&f, &list, &(struct figure_ask){.kind = ISO_PLOT_SWEEP}), ISO_EARG,
          "nothing was mixed");
    iso_records_free(&list);
}

static void too_much_is_said(void **state)
{
    iso_records list = {0};
    iso_record r = record("de", 1, "after", 0.5);
    struct figure f = {0};

    (void)state;
    r.mix = "xmixup";
    for (int place = 1; place <= MIX_PLACES + 1; place++) {
        r.mix_layer = place;
        add(&list, r);
    }
    fails(iso_figure_make(&f, &list, &(struct figure_ask){0}), ISO_EARG, "at most 64 mixed layers");
    iso_records_free(&list);
    r.mix_layer = 1;
    add(&list, r);
    r.src_layer = r.tgt_layer = 99999;
    add(&list, r);
    fails(iso_figure_make(&f, &list, &(struct figure_ask){0}), ISO_EARG, "at most 256 layers");
    iso_records_free(&list);
}

static void names_run_nothing(void **state)
{
    static const char *const evil[] = {"'.system('touch pwned').'", "<script>alert(1)</script>"};
    static const char *const files[] = {"mixed.svg", "sweep.svg"};
    iso_records list[] = {one_place(evil, 2), sweep(evil, 2)};
    char folder[4096];

    (void)state;
    if (system("gnuplot --version >/dev/null 2>&1") != 0) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
    (void)temp_path("x");
    assert_non_null(getcwd(folder, sizeof folder));
    assert_int_equal(chdir(check_temp), 0);
    for (int i = 0; i < 2; i++) {
        for (int64_t k = 0; k < list[i].count; k++) {
            list[i].at[k].model = evil[1];
            if (iso_str_same(list[i].at[k].mix, "xmixup"))
                list[i].at[k].mix = evil[1];
        }
        struct figure f = made(&list[i], &(struct figure_ask){0});
        ok(iso_figure_save(&f, temp_path(files[i]), NULL));
        assert_int_equal(access("pwned", F_OK), -1);
        iso_figure_free(&f);
        iso_records_free(&list[i]);
    }
    assert_int_equal(chdir(folder), 0);
}

static void survives_lack_of_memory(void **state)
{
    iso_records list[] = {one_place(two, 2), one_place(nine, 9), sweep(two, 2)};

    (void)state;
    for (int i = 0; i < 3; i++) {
        iso_err err = ISO_ENOMEM;
        for (int64_t n = 0; err; n++) {
            struct figure f = {0};
            iso_alloc_fail_after(n);
            err = iso_figure_make(&f, &list[i], &(struct figure_ask){0});
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || err == ISO_ENOMEM);
            iso_figure_free(&f);
        }
        iso_records_free(&list[i]);
    }
}

int main(void)
{
    RUN_TESTS(test(what_is_of_mixing), test(belongs_together), test(places_choose_the_kind),
              test(curves_of_each_language), test(best_place_is_drawn),
              test(many_languages_are_averaged), test(sweep_answers_which_layer),
              test(distances_are_read_the_other_way), test(several_layers_at_once),
              test(lambda_by_mixed_layer), test(nothing_was_mixed), test(too_much_is_said),
              test(names_run_nothing), test(survives_lack_of_memory));
}
