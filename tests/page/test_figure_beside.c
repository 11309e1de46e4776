/* Baselines in figures: lines of their own, grey, named; means where languages are several. */
#include "tests/check.h"

#include "analysis/page/figure/figure.h"
#include "lib/base/alloc.h"

static iso_record record(const char *tgt, int layer, double value)
{
    iso_record r = iso_record_none();

    r.measure = "cka";
    r.estimator = "debiased";
    r.src = "en";
    r.tgt = tgt;
    r.src_layer = r.tgt_layer = layer;
    r.value = value;
    r.pool = "mean";
    return r;
}

static void add(iso_records *list, iso_record r)
{
    ok(iso_records_add(list, &r));
}

/* Random weights: mean and range of three seeds; pieces know neither layer nor pooling. */
static void add_baselines(iso_records *list, iso_record r, double random, double pieces)
{
    iso_record b = r;

    b.baseline = "random";
    b.value = random;
    b.lo = random - 0.02;
    b.hi = random + 0.01;
    b.interval = "range";
    add(list, b);
    if (!isfinite(pieces))
        return;
    b.baseline = "pieces";
    b.value = pieces;
    b.lo = b.hi = NAN;
    b.src_layer = b.tgt_layer = ISO_NO_INT;
    b.pool = NULL;
    add(list, b);
}

/* de 0.8, 0.7; fr 0.6, 0.5; random 0.3, 0.2 and 0.1, 0.2; pieces 0.4 and 0.2. */
static iso_records two_languages(int layers)
{
    iso_records list = {0};

    for (int layer = 0; layer < layers; layer++) {
        add(&list, record("de", layer, 0.8 - 0.1 * layer));
        add(&list, record("fr", layer, 0.6 - 0.1 * layer));
        add_baselines(&list, record("de", layer, 0), 0.3 - 0.1 * layer, layer ? NAN : 0.4);
        add_baselines(&list, record("fr", layer, 0), 0.1 + 0.1 * layer, layer ? NAN : 0.2);
    }
    return list;
}

static void make(struct figure *f, const iso_records *list, struct figure_ask ask)
{
    iso_records drawn = {0};
    int64_t others = 7;

    ok(iso_figure_pick(&drawn, &others, list, NULL));
    assert_int_equal(others, 0);
    assert_int_equal(drawn.count, list->count);
    ok(iso_figure_make(f, &drawn, &ask));
    assert_null(f->beside);
    assert_true(f->shows & SHOWS_BASELINES);
    iso_records_free(&drawn);
}

static bool says(const iso_buf *buf, const char *part)
{
    return strstr(buf->text, part) != NULL;
}

static void curves_have_means_over_languages(void **state)
{
    iso_records list = two_languages(2);
    struct figure f = {0};

    (void)state;
    make(&f, &list, (struct figure_ask){0});
    assert_true(says(&f.data, "0\t0.2\t0.08\t0.31\t?\trandom\n1\t0.2\t0.18\t0.21\t?\trandom\n"));
    assert_true(says(&f.data, "0\t0.3\t0.2\t0.4\t?\tpieces\n1\t0.3\t0.2\t0.4\t?\tpieces\n"));
    assert_true(says(&f.note, "thin named lines: baselines, means over 2 languages"));
    assert_true(says(&f.script, "'random' at graph"));
    assert_true(says(&f.script, "with lines lw 1 dt (9,4) lc rgb '#555555'"));
    assert_int_equal(f.langs.count, 3); /* de, en, fr: a baseline is no language */
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* Of one language its own, with the range of the seeds. */
static void a_single_curve_has_its_own(void **state)
{
    iso_records list = {0};
    struct figure f = {0};

    (void)state;
    for (int layer = 0; layer < 2; layer++) {
        iso_record r = record("de", layer, 0.8);
        r.lo = 0.7;
        r.hi = 0.9;
        add(&list, r);
        add_baselines(&list, r, 0.3, NAN);
    }
    make(&f, &list, (struct figure_ask){0});
    assert_true(says(&f.data, "1\t0.3\t0.28\t0.31\t?\trandom\n"));
    assert_true(says(&f.note, "grey band: range of the random seeds"));
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* Means of correlations of different quantities would mean nothing. */
static void correlations_have_one_each(void **state)
{
    iso_records list = {0};
    struct figure f = {0};

    (void)state;
    for (int layer = 0; layer < 2; layer++) {
        for (int i = 0; i < 2; i++) {
            iso_record r = record(NULL, layer, i ? -0.5 : 0.5);
            r.measure = "pearson";
            r.estimator = NULL;
            r.x = i ? "cka:debiased" : "centroid:relative";
            r.y = "gap:language";
            add(&list, r);
            add_baselines(&list, r, r.value / 2, NAN);
        }
    }
    make(&f, &list, (struct figure_ask){.kind = ISO_PLOT_CURVES});
    assert_true(says(&f.data, "1\t-0.25\t"));
    assert_true(says(&f.data, "1\t0.25\t"));
    assert_true(says(&f.note, "in the colour of a curve"));
    assert_false(says(&f.script, "'random' at graph"));
    iso_figure_free(&f);
    iso_records_free(&list);
}

static void dots_stand_in_the_row(void **state)
{
    iso_records list = two_languages(1);
    struct figure f = {0};

    (void)state;
    make(&f, &list, (struct figure_ask){0});
    assert_int_equal(f.kind, ISO_PLOT_DOTS);
    assert_true(
        says(&f.data, "\n\n\n0\t0.1\t0.08\t0.11\t?\trandom\n1\t0.3\t0.28\t0.31\t?\trandom\n"));
    assert_true(says(&f.note, "\xe2\x97\x87 random, \xe2\x96\xb3 pieces"));
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* --- Mixing --- */

static iso_record mixed(const char *stage, const char *way, int place, int layer, double value)
{
    iso_record r = record("de", layer, value);

    r.stage = stage;
    r.mix = way;
    r.mix_layer = way ? place : ISO_NO_INT;
    if (strcmp(stage, "difference") == 0)
        r.given = "fixed:0";
    return r;
}

/* At `places` layers; trained 0.4 to 0.6, random 0.35 to 0.37, pieces 0.2. */
static iso_records mixing(int places)
{
    iso_records list = {0};

    for (int layer = 1; layer <= 2; layer++) {
        iso_record r = mixed("before", NULL, 0, layer, 0.4);
        add(&list, r);
        add_baselines(&list, r, 0.35, layer == 1 ? 0.2 : NAN);
        for (int place = 1; place <= places && place <= layer; place++) {
            r = mixed("after", "xmixup", place, layer, 0.6);
            add(&list, r);
            add_baselines(&list, r, 0.37, NAN);
            add(&list, mixed("difference", "xmixup", place, layer, 0.2));
        }
    }
    return list;
}

static void mixing_has_an_untrained_twin(void **state)
{
    iso_records list = mixing(1);
    struct figure f = {0};

    (void)state;
    make(&f, &list, (struct figure_ask){0});
    assert_int_equal(f.kind, ISO_PLOT_MIXED);
    assert_true(says(&f.data, "2\t0.35\t0.33\t0.36\trandom, not mixed\t"));
    assert_true(says(&f.data, "2\t0.37\t0.35\t0.38\trandom, xmixup\t"));
    assert_true(says(&f.data, "2\t0.2\t?\t?\tpieces\t"));
    assert_true(says(&f.script, "'random, xmixup'"));
    iso_figure_free(&f);
    iso_records_free(&list);
}

static void a_sweep_has_a_panel_for_it(void **state)
{
    iso_records list = mixing(2);
    struct figure f = {0};

    (void)state;
    make(&f, &list, (struct figure_ask){0});
    assert_int_equal(f.kind, ISO_PLOT_SWEEP);
    assert_true(says(&f.data, "0\t2\t0.35\tnone\tbaseline, after\n"));
    assert_true(says(&f.data, "2\t2\t0.37\t2\tbaseline, after\n"));
    assert_true(says(&f.script, "'after mixing, random weights'"));
    assert_true(says(&f.note, "baselines: pieces 0.20"));
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* Every figure is a file that gnuplot draws. */
static void all_are_drawn(void **state)
{
    iso_records list[] = {two_languages(2), two_languages(1), mixing(1), mixing(2)};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct figure f = {0};
        make(&f, &list[i], (struct figure_ask){0});
        const iso_err err = iso_figure_save(&f, temp_path("beside.svg"), NULL);
        assert_true(err == ISO_OK || err == ISO_EUNSUP);
        iso_figure_free(&f);
        iso_records_free(&list[i]);
    }
}

static void survives_lack_of_memory(void **state)
{
    iso_records list[] = {two_languages(2), two_languages(1), mixing(1), mixing(2)};

    (void)state;
    for (int i = 0; i < 4; i++) {
        iso_err err = ISO_ENOMEM;
        for (int64_t n = 0; err; n++) {
            struct figure f = {0};
            iso_records drawn = {0};
            int64_t others;
            iso_alloc_fail_after(n);
            err = iso_figure_pick(&drawn, &others, &list[i], NULL);
            if (!err)
                err = iso_figure_make(&f, &drawn, &(struct figure_ask){0});
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || err == ISO_ENOMEM);
            iso_records_free(&drawn);
            iso_figure_free(&f);
        }
        iso_records_free(&list[i]);
    }
}

int main(void)
{
    RUN_TESTS(test(curves_have_means_over_languages), test(a_single_curve_has_its_own),
              test(correlations_have_one_each), test(dots_stand_in_the_row),
              test(mixing_has_an_untrained_twin), test(a_sweep_has_a_panel_for_it),
              test(all_are_drawn), test(survives_lack_of_memory));
}
