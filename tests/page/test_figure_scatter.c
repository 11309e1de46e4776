/* The scatter: the line and its band, names that do not cover one another, which layers are drawn.
 */
#include "tests/check.h"

#include "analysis/page/figure/figure.h"
#include "analysis/page/figure/figure_scatter.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"

/* Anscombe, The American Statistician 27 (1973), first data set; its regression output is printed
 * there: y = 3.0 + 0.5 x, standard errors 1.125 and 0.118, R² 0.667. t of 9 degrees is 2.262. */
static const double ax[] = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
static const double ay[] = {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};

static void textbook_line(void **state)
{
    (void)state;
    struct fit f;

    assert_true(iso_fit_line(&f, ax, ay, 11));
    near(f.slope, 0.500, 5e-4);
    near(f.intercept, 3.000, 5e-4);
    near(f.s, 1.237, 5e-4);
    near(iso_fit_half(&f, 0), 2.262157 * 1.1247, 3e-4); /* at 0 it is the intercept's */
    near(iso_fit_half(&f, 9), 2.262157 * 1.2366 / sqrt(11), 3e-4);
    near(sqrt(pow(iso_fit_half(&f, 10), 2) - pow(iso_fit_half(&f, 9), 2)), 2.262157 * 0.1179, 3e-4);
    assert_false(iso_fit_line(&f, ax, ay, 2));
    assert_false(iso_fit_line(&f, (const double[]){3, 3, 3}, ay, 3));
}

static bool meet(const struct label *a, const struct label *b)
{
    return fabs(a->at_x - b->at_x) < 0.5 * (a->w + b->w) &&
           fabs(a->at_y - b->at_y) < 0.5 * (a->h + b->h);
}

static int shown(const struct label *l, int n, double width, double height)
{
    int count = 0;

    for (int i = 0; i < n; i++) {
        count += l[i].shown;
        if (!l[i].shown)
            continue;
        assert_true(l[i].at_x - 0.5 * l[i].w >= 0 && l[i].at_x + 0.5 * l[i].w <= width);
        assert_true(l[i].at_y - 0.5 * l[i].h >= 0 && l[i].at_y + 0.5 * l[i].h <= height);
        for (int j = 0; j < i; j++)
            assert_false(l[j].shown && meet(&l[i], &l[j]));
    }
    return count;
}

/* `tight` points in a small part of the sheet. */
static void scatter_points(struct label *l, int n, double tight, iso_rng *rng)
{
    for (int i = 0; i < n; i++)
        l[i] = (struct label){.x = 220 * (0.4 + tight * (iso_rng_uniform(rng) - 0.4)),
                              .y = 180 * (0.5 + tight * (iso_rng_uniform(rng) - 0.5)),
                              .w = 14,
                              .h = 11};
}

static void names_apart(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(5, 0);
    struct label l[80], again[80];

    for (int round = 0; round < 60; round++) {
        const int n = 4 + round % 22;
        scatter_points(l, n, round % 3 ? 1 : 0.4, &rng);
        memcpy(again, l, sizeof l);
        iso_labels_place(l, n, 220, 180, 3, NULL);
        assert_int_equal(shown(l, n, 220, 180), n);
        iso_labels_place(again, n, 220, 180, 3, NULL);
        for (int i = 0; i < n; i++)
            assert_true(again[i].at_x == l[i].at_x && again[i].at_y == l[i].at_y);
    }
    scatter_points(l, 80, 0.1, &rng); /* no room for all, still none over another */
    iso_labels_place(l, 80, 220, 180, 3, NULL);
    const int left = shown(l, 80, 220, 180);
    assert_true(left > 20 && left < 80);
}

/* With room, a name stands right of its point, off other points and off the line. */
static void name_beside(void **state)
{
    (void)state;
    struct label one = {.x = 100, .y = 90, .w = 14, .h = 11}, two[2];
    const struct label_line line = {90, 0};

    iso_labels_place(&one, 1, 220, 180, 3, NULL);
    assert_true(one.shown && !one.led && one.at_x > 107 && fabs(one.at_y - 90) < 1e-9);
    iso_labels_place(&one, 1, 220, 180, 3, &line);
    assert_true(fabs(one.at_y - 90) > 4);
    two[0] = two[1] = (struct label){.x = 100, .y = 90, .w = 14, .h = 11};
    two[1].x = 112; /* where the name would be */
    iso_labels_place(two, 2, 220, 180, 3, NULL);
    assert_true(fabs(two[0].at_x - 112) > 10 || fabs(two[0].at_y - 90) > 8.4);
    one = (struct label){.x = 1, .y = 1, .w = 400, .h = 11}; /* wider than the sheet */
    iso_labels_place(&one, 1, 220, 180, 3, NULL);
    assert_false(one.shown);
}

/* --- Records --- */

static const char *const langs[] = {"de", "fr", "ru", "sw", "th", "zh"};

static iso_record base(const char *measure, const char *estimator, int layer, double value)
{
    iso_record r = iso_record_none();

    r.measure = measure;
    r.estimator = estimator;
    r.src = "en";
    r.src_layer = r.tgt_layer = layer < 0 ? ISO_NO_INT : layer;
    r.value = value;
    return r;
}

/* Discrepancies and gaps of six languages, and the correlation of each layer. */
static iso_records related(int layers)
{
    iso_records list = {0};

    for (int layer = -1; layer < layers; layer++) {
        for (int i = 0; i < 6; i++) {
            iso_record r = layer < 0 ? base("gap", "language", -1, 0.1 * i)
                                     : base("cka", "debiased", layer, 0.9 - 0.1 * i * i);
            r.tgt = langs[i];
            ok(iso_records_add(&list, &r));
        }
        for (int k = 0; k < 2; k++) { /* that of the means has no layer */
            iso_record r = base(k ? "spearman" : "pearson", NULL, layer, k ? -1 : -0.96);
            r.x = "cka:debiased";
            r.y = "gap:language";
            r.n = 6;
            ok(iso_records_add(&list, &r));
        }
    }
    return list;
}

static int count_of(const iso_buf *where, const char *what)
{
    int count = 0;

    for (const char *at = where->text; (at = strstr(at, what)); at++)
        count++;
    return count;
}

static void draw(struct figure *f, const iso_records *all)
{
    iso_records drawn = {0};
    int64_t others;

    ok(iso_figure_pick(&drawn, &others, all, "pearson"));
    *f = (struct figure){0};
    ok(iso_figure_make(f, &drawn, &(struct figure_ask){.kind = ISO_PLOT_SCATTER, .among = all}));
    iso_records_free(&drawn);
}

/* The first correlation there is, which iso_figure_pick begins with, must be of a layer. */
static void drop_means(iso_records *list)
{
    iso_records kept = {0};

    for (int64_t i = 0; i < list->count; i++) {
        if (!list->at[i].x || list->at[i].src_layer != ISO_NO_INT)
            ok(iso_records_add(&kept, &list->at[i]));
    }
    iso_records_free(list);
    *list = kept;
}

static void panels(void **state)
{
    (void)state;
    iso_records list = related(3);
    struct figure f;

    drop_means(&list);
    draw(&f, &list);
    assert_int_equal(count_of(&f.script, "\nplot data"), 3);
    assert_int_equal(count_of(&f.script, "'sw'"), 3);
    assert_non_null(strstr(f.script.text, "layer 2: r = \xe2\x88\x92"
                                          "0.96, \xcf\x81 = \xe2\x88\x92"
                                          "1.00"));
    text(f.title.text, "Transfer gap and linear CKA (debiased)");
    assert_non_null(strstr(f.note.text, "6 languages"));
    assert_non_null(strstr(f.data.text, "0.8\t0.1\t?\t?\tfr"));
    assert_int_equal(f.left_out, 0);
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* Of thirteen layers the embeddings go; of more, every so many stay, the last among them. */
static void many_layers(void **state)
{
    (void)state;
    iso_records list = related(13);
    struct figure f;

    drop_means(&list);
    draw(&f, &list);
    assert_int_equal(f.left_out, 1);
    assert_int_equal(count_of(&f.script, "'layer 0:"), 0);
    assert_int_equal(count_of(&f.script, "'layer 1:"), 1);
    iso_figure_free(&f);
    iso_records_free(&list);
    list = related(25);
    drop_means(&list);
    draw(&f, &list);
    assert_int_equal(f.left_out, 13);
    assert_int_equal(count_of(&f.script, "'layer 24:"), 1);
    assert_int_equal(count_of(&f.script, "\nplot data"), 12);
    iso_figure_free(&f);
    iso_records_free(&list);
}

static void not_there(void **state)
{
    (void)state;
    iso_records list = related(2), drawn = {0}, none = {0};
    struct figure f = {0};
    int64_t others;

    drop_means(&list);
    ok(iso_figure_pick(&drawn, &others, &list, "pearson"));
    fails(iso_figure_make(&f, &drawn, &(struct figure_ask){.kind = ISO_PLOT_SCATTER}), ISO_EARG,
          "records it was made of");
    fails(iso_figure_make(&f, &drawn, &(struct figure_ask){.kind = ISO_PLOT_SCATTER, .among = &none}),
          ISO_EARG, "there are none");
    iso_records_free(&list);
    iso_records_free(&drawn);
}

/* The correlation over layers is a curve a discrepancy, whatever lies beside. */
static void over_layers(void **state)
{
    (void)state;
    iso_records list = related(3), drawn = {0};
    struct figure f = {0};
    int64_t others;

    drop_means(&list);
    for (int layer = 0; layer < 3; layer++) {
        iso_record r = base("pearson", NULL, layer, 0.5);
        r.x = "p@1:cosine";
        r.y = "gap:language";
        r.k = 1;
        r.direction = "forward";
        r.n = 6;
        ok(iso_records_add(&list, &r));
        r.subset = "de+fr";
        ok(iso_records_add(&list, &r));
        r.subset = NULL;
        r.given = "size";
        ok(iso_records_add(&list, &r));
    }
    ok(iso_figure_pick(&drawn, &others, &list, "pearson"));
    assert_int_equal(drawn.count, 6);
    ok(iso_figure_make(&f, &drawn, &(struct figure_ask){.title = NULL}));
    assert_int_equal(f.kind, ISO_PLOT_CURVES);
    assert_non_null(strstr(f.script.text, "'cka:debiased'"));
    assert_non_null(strstr(f.script.text, "'p@1:cosine'"));
    iso_figure_free(&f);
    iso_records_free(&list);
    iso_records_free(&drawn);
}

static void out_of_memory(void **state)
{
    (void)state;
    iso_records list = related(2), drawn = {0};
    struct figure f = {0};
    int64_t others;
    iso_err err = ISO_ENOMEM;

    drop_means(&list);
    ok(iso_figure_pick(&drawn, &others, &list, "pearson"));
    for (int64_t n = 0; err == ISO_ENOMEM; n++) {
        iso_alloc_fail_after(n);
        err = iso_figure_make(&f, &drawn,
                              &(struct figure_ask){.kind = ISO_PLOT_SCATTER, .among = &list});
        iso_alloc_fail_after(-1);
    }
    ok(err);
    iso_figure_free(&f);
    iso_records_free(&list);
    iso_records_free(&drawn);
}

int main(void)
{
    RUN_TESTS(test(textbook_line), test(names_apart), test(name_beside), test(panels),
              test(many_layers), test(not_there), test(over_layers), test(out_of_memory));
}
