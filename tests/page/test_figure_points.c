/* Points in the plane: panels, one look a language, hostile names, what is refused. */
#include "tests/check.h"

#include "analysis/page/figure/figure.h"
#include "lib/base/alloc.h"

enum { ROWS = 12, LANGS = 3, LAYERS = 3 };
static double at[2 * ROWS];
static int32_t of[ROWS];
static iso_points_panel panel[LAYERS];
static char *names[LANGS] = {"de", "'.system('touch pwned').'", "sw\n$(x)"};

/* Points on a circle, languages in turn. */
static iso_points points(int layers)
{
    for (int i = 0; i < ROWS; i++) {
        at[2 * i] = 5 + cos(i);
        at[2 * i + 1] = 3 * sin(i);
        of[i] = i % LANGS;
    }
    for (int l = 0; l < LAYERS; l++)
        panel[l] =
            (iso_points_panel){.layer = 4 * l, .at = at, .kl = 0.5, .first = NAN, .second = NAN};
    return (iso_points){.way = ISO_WAY_TSNE,
                        .model = "m'15",
                        .lang = names,
                        .langs = LANGS,
                        .panels = layers,
                        .rows = ROWS,
                        .of = of,
                        .panel = panel};
}

static int count(const char *text, const char *what)
{
    int n = 0;

    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}

static struct figure figure_of(const iso_points *const *set, int sets, struct figure_ask ask)
{
    struct figure f = {0};

    ok(iso_figure_points(&f, set, sets, &ask));
    return f;
}

static void a_panel_a_layer(void **state)
{
    (void)state;
    const iso_points p = points(3);
    const iso_points *set[] = {&p, &p};
    struct figure f = figure_of(set, 2, (struct figure_ask){0});

    assert_int_equal(count(f.script.text, "\nplot "), 6);
    assert_int_equal(count(f.script.text, "layer 4, KL 0.50"), 2);
    assert_int_equal(count(f.data.text, "\n\n\n"), 5);
    assert_int_equal(count(f.script.text, "point pt"), LANGS);
    assert_null(strstr(f.script.text, "\nsystem"));
    assert_non_null(strstr(f.subtitle.text, "above: m'15"));
    iso_figure_free(&f);
    f = figure_of(set, 1, (struct figure_ask){.title = "", .width = 500});
    assert_int_equal(f.width, 500);
    assert_int_equal(f.title.len, 0);
    iso_figure_free(&f);
}

/* What gnuplot makes of it is a picture; a name that was code was none. */
static void is_drawn(void **state)
{
    (void)state;
    const iso_points p = points(1);
    const iso_points *set[] = {&p};
    const char *path = temp_path("points.svg"), *data = temp_path("points.tsv");
    const iso_plot_opt opt = {.size = sizeof opt, .plot_data = data};
    char text[4096] = "";
    FILE *in;

    const iso_err err = iso_plot_points(set, 1, &opt, path, NULL);
    assert_true(err == ISO_OK || err == ISO_EUNSUP);
    in = fopen(data, "r");
    assert_non_null(in);
    assert_true(fread(text, 1, sizeof text - 1, in) > 0);
    (void)fclose(in);
    assert_int_equal(count(text, "\n"), ROWS + 1);
    assert_int_equal(access(temp_path("pwned"), F_OK), -1);
    if (!err)
        assert_int_equal(access(path, R_OK), 0);
}

static void refused(const iso_points *const *set, int sets, struct figure_ask ask, const char *part)
{
    struct figure f = {0};

    fails(iso_figure_points(&f, set, sets, &ask), ISO_EARG, part);
    assert_null(f.script.text);
}

static void what_is_refused(void **state)
{
    (void)state;
    const iso_points three = points(3), two = points(2), none = {0};
    iso_points many = points(3);
    const iso_points *unlike[] = {&three, &two}, *nothing[] = {&none}, *much[] = {&many};

    refused(unlike, 2, (struct figure_ask){0}, "3 and 2 layers");
    refused(unlike, 0, (struct figure_ask){0}, "one to three");
    refused(nothing, 1, (struct figure_ask){0}, "no points");
    refused(unlike, 1, (struct figure_ask){.width = 100}, "--width 100");
    refused(unlike, 1, (struct figure_ask){.height = 100}, "--height 100");
    many.panels = FIGURE_POINTS_PANELS + 1;
    refused(much, 1, (struct figure_ask){0}, "--layers");
    at[3] = NAN;
    refused(unlike, 1, (struct figure_ask){0}, "point 1 is not finite");
}

static void survives_lack_of_memory(void **state)
{
    (void)state;
    const iso_points p = points(2);
    const iso_points *set[] = {&p};
    struct figure f = {0};
    int64_t n = 0;
    iso_err err;

    do {
        iso_alloc_fail_after(n++);
        err = iso_figure_points(&f, set, 1, &(struct figure_ask){0});
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
    iso_figure_free(&f);
}

int main(void)
{
    RUN_TESTS(test(a_panel_a_layer), test(is_drawn), test(what_is_refused),
              test(survives_lack_of_memory));
}
