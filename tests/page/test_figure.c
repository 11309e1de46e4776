/* Figures: what they are made of; names that try to run something; gnuplot missing. */
#include "tests/check.h"

#include "analysis/page/figure/figure.h"
#include "analysis/page/figure/figure_text.h"
#include "lib/base/alloc.h"

static const char *const hostile[] = {
    "<script>alert(1)</script>",
    "it's `touch pwned` \"$(touch pwned)\"",
    "'.system('touch pwned').'",
    "''.system(\"touch pwned\").''",
    "a\nsystem 'touch pwned'\n",
    "%s%n%999d {/=99 x}_^@&~\\",
    "\t\xff\x1b[2J",
    "&amp;<b>",
};

enum { HOSTILE = (int)(sizeof hostile / sizeof *hostile) };

static iso_record record(const char *src, const char *tgt, int src_layer, int tgt_layer)
{
    iso_record r = iso_record_none();

    r.measure = "cka";
    r.estimator = "debiased";
    r.src = src;
    r.tgt = tgt;
    r.src_layer = src_layer;
    r.tgt_layer = tgt_layer;
    r.value = 0.5 + 0.05 * src_layer - 0.02 * tgt_layer;
    r.lo = r.value - 0.1;
    r.hi = r.value + 0.1;
    r.null = 0;
    r.n = 240;
    return r;
}

static void add(iso_records *list, iso_record r)
{
    ok(iso_records_add(list, &r));
}

/* A hostile model, and all pairs of hostile languages on `layers` layers. */
static iso_records hostile_records(int first, int layers)
{
    iso_records list = {0};

    for (int i = 0; i < first; i++) {
        for (int j = i + 1; j < HOSTILE; j++) {
            for (int layer = 0; layer < layers; layer++) {
                iso_record r = record(hostile[i], hostile[j], layer, layer);
                r.model = hostile[1];
                add(&list, r);
            }
        }
    }
    return list;
}

static struct figure made(const iso_records *list)
{
    struct figure f = {0};

    ok(iso_figure_make(&f, list, &(struct figure_ask){0}));
    return f;
}

static iso_plot_kind kind_of(iso_records *list)
{
    struct figure f = made(list);
    const iso_plot_kind kind = f.kind;

    iso_figure_free(&f);
    iso_records_free(list);
    return kind;
}

static void records_choose_the_kind(void **state)
{
    iso_records list = {0};

    (void)state;
    add(&list, record("en", "de", 0, 0));
    add(&list, record("en", "fr", 0, 0));
    assert_int_equal(kind_of(&list), ISO_PLOT_DOTS);
    add(&list, record("en", "de", 0, 0));
    add(&list, record("en", "de", 1, 1));
    assert_int_equal(kind_of(&list), ISO_PLOT_CURVES);
    add(&list, record("en", "de", 0, 0));
    add(&list, record("en", "de", 0, 1));
    assert_int_equal(kind_of(&list), ISO_PLOT_LAYERS);
    add(&list, record("en", "de", 0, 0));
    add(&list, record("en", "fr", 0, 0));
    add(&list, record("de", "fr", 0, 0));
    assert_int_equal(kind_of(&list), ISO_PLOT_LANGUAGES);
}

static void picks_what_belongs_together(void **state)
{
    iso_records list = {0}, drawn = {0};
    iso_record r = record("en", "de", 0, 0);
    int64_t others = 0;

    (void)state;
    add(&list, r);
    r.estimator = "biased";
    add(&list, r);
    r.pool = "cls";
    add(&list, r);
    ok(iso_figure_pick(&drawn, &others, &list, NULL));
    assert_int_equal(drawn.count, 1);
    assert_int_equal(others, 2);
    text(drawn.at[0].estimator, "debiased");
    iso_records_free(&drawn);
    ok(iso_figure_pick(&drawn, &others, &list, "cka:biased"));
    text(drawn.at[0].estimator, "biased");
    assert_null(drawn.at[0].pool);
    iso_records_free(&drawn);
    fails(iso_figure_pick(&drawn, &others, &list, "rsa"), ISO_EARG,
          "no records of rsa; there are cka");
    fails(iso_figure_pick(&drawn, &others, &list, "ck"), ISO_EARG, "no records of ck");
    iso_records_free(&list);
}

static void nothing_defined_is_said(void **state)
{
    iso_records list = {0};
    iso_record r = record("en", "de", 0, 0);
    struct figure f = {0};

    (void)state;
    fails(iso_figure_make(&f, &list, &(struct figure_ask){0}), ISO_EARG, "no records to draw");
    r.value = NAN;
    r.why = "no variance";
    add(&list, r);
    fails(iso_figure_make(&f, &list, &(struct figure_ask){0}), ISO_EARG, "undefined, no variance");
    iso_records_free(&list);
}

/* The data file has the numbers in full, a block a curve; `?` stands for what is undefined. */
static void data_can_be_restyled(void **state)
{
    static const char expected[] = "layer\tvalue\tlo\thi\tchance\tname\n"
                                   "0\t0.5\t0.4\t0.6\t0\tde\n1\t?\t?\t?\t0\tde\n\n\n";
    iso_records list = {0};
    iso_record r = record("en", "de", 0, 0);
    struct figure f;

    (void)state;
    add(&list, r);
    r.src_layer = r.tgt_layer = 1;
    r.value = r.lo = r.hi = NAN;
    add(&list, r);
    f = made(&list);
    assert_int_equal(strncmp(f.data.text, expected, sizeof expected - 1), 0);
    iso_figure_free(&f);
    iso_records_free(&list);
}

static void ranges_are_round(void **state)
{
    const struct range unit = iso_figure_range(0.02, 0.97, 5), flat = iso_figure_range(0.5, 0.5, 5);

    (void)state;
    near(unit.lo, 0, 1e-12);
    near(unit.hi, 1, 1e-12);
    near(unit.step, 0.2, 1e-12);
    near(flat.lo, 0.47, 0.02);
    near(flat.hi, 0.53, 0.02);
    assert_true(iso_figure_range(1 - 1e-13, 1 + 1e-13, 5).hi > 1.01); /* rounding is no range */
}

/* In the script a name is inside single quotes, and a quote never is. */
static void quotes_do_not_end(void **state)
{
    (void)state;
    for (int i = 0; i < HOSTILE; i++) {
        iso_buf out = {0};
        ok(iso_figure_quote(&out, hostile[i]));
        assert_int_equal(out.text[0], '\'');
        assert_null(strchr(out.text, '\n'));
        for (const char *at = out.text; *at;) {
            const char *end = strchr(at + 1, *at);
            assert_true(*at == '\'' || strncmp(at, "\"'\"", 3) == 0);
            assert_non_null(end);
            at = end + 1;
            assert_true(*at == '\0' || *at == '.');
            at += *at == '.';
        }
        iso_buf_free(&out);
    }
}

static bool has_gnuplot(void)
{
    return system("gnuplot --version >/dev/null 2>&1") == 0;
}

static long size_of(const char *path)
{
    FILE *in = fopen(path, "r");
    long size = -1;

    if (in) {
        fseek(in, 0, SEEK_END);
        size = ftell(in);
        fclose(in);
    }
    return size;
}

static void holds_no_tag(const char *path)
{
    static char svg[1 << 20];
    FILE *in = fopen(path, "r");

    assert_non_null(in);
    svg[fread(svg, 1, sizeof svg - 1, in)] = '\0';
    fclose(in);
    assert_null(strstr(svg, "<script"));
    assert_null(strstr(svg, "<b>"));
    assert_non_null(strstr(svg, "&lt;script"));
}

static void names_run_nothing(void **state)
{
    static const char *const files[] = {"curves.svg", "map.svg", "dots.svg",
                                        "it's `touch pwned` ''.svg"};
    iso_records list[] = {hostile_records(1, 3), hostile_records(HOSTILE, 1), hostile_records(1, 1),
                          hostile_records(1, 2)};
    char folder[4096];

    (void)state;
    if (!has_gnuplot()) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
    (void)temp_path("x");
    assert_non_null(getcwd(folder, sizeof folder));
    assert_int_equal(chdir(check_temp), 0);
    for (int i = 0; i < 4; i++) {
        struct figure f = made(&list[i]);
        ok(iso_figure_save(&f, temp_path(files[i]), NULL));
        holds_no_tag(temp_path(files[i]));
        iso_figure_free(&f);
        iso_records_free(&list[i]);
    }
    assert_int_equal(size_of("pwned"), -1);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(size_of("pwned"), -1);
}

static void every_format(void **state)
{
    static const char *const files[] = {"f.svg", "f.png", "f.pdf"};
    iso_records list = {0};

    (void)state;
    if (!has_gnuplot()) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
    add(&list, record("en", "de", 0, 0));
    add(&list, record("en", "de", 1, 1));
    struct figure f = made(&list);
    for (int i = 0; i < 3; i++) {
        ok(iso_figure_save(&f, temp_path(files[i]), NULL));
        assert_true(size_of(temp_path(files[i])) > 1000);
    }
    assert_int_equal(size_of(temp_path("f.gp")), -1); /* nothing that was not named */
    assert_int_equal(size_of(temp_path("f.tsv")), -1);
    ok(iso_figure_save_all(&f, temp_path("all.svg"), NULL));
    assert_true(size_of(temp_path("all.svg")) > 1000);
    assert_true(size_of(temp_path("all.gp")) > 100);
    assert_true(size_of(temp_path("all.tsv")) > 20);
    iso_figure_free(&f);
    iso_records_free(&list);
}

static void without_gnuplot_it_says_how(void **state)
{
    char path[8192];
    iso_records list = {0};

    (void)state;
    snprintf(path, sizeof path, "%s", getenv("PATH"));
    add(&list, record("en", "de", 0, 0));
    struct figure f = made(&list);
    setenv("PATH", check_temp, 1);
    fails(iso_figure_save(&f, temp_path("g.svg"), NULL), ISO_EUNSUP, "apt-get install gnuplot-nox");
    assert_int_equal(size_of(temp_path("g.gp")), -1);
    ok(iso_figure_save(&f, temp_path("g.gp"), NULL)); /* the script needs no gnuplot */
    assert_int_equal(size_of(temp_path("g.tsv")), -1);
    ok(iso_figure_save_data(&f, temp_path("g.tsv")));
    assert_true(size_of(temp_path("g.tsv")) > 20);
    setenv("PATH", path, 1);
    fails(iso_figure_save(&f, temp_path("g.jpg"), NULL), ISO_EARG,
          "ends in .svg, .pdf, .png or .gp");
    fails(iso_figure_save_data(&f, temp_path("g.csv")), ISO_EARG, "end in .tsv, its script in .gp");
    fails(iso_figure_save(&f, temp_path("no/g.gp"), NULL), ISO_EIO, "No such file");
    iso_figure_free(&f);
    iso_records_free(&list);
}

static void survives_lack_of_memory(void **state)
{
    iso_records list[] = {hostile_records(1, 3), hostile_records(HOSTILE, 2),
                          hostile_records(1, 1)};

    (void)state;
    for (int i = 0; i < 3; i++) {
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

/* Runs that overlap: each place is drawn once. */
static void repeats_are_drawn_once(void **state)
{
    iso_records list = {0}, drawn = {0};
    iso_record again = record("en", "de", 0, 0);
    int64_t others = 7;

    (void)state;
    add(&list, record("en", "de", 0, 0));
    add(&list, record("en", "fr", 0, 0));
    again.value = 0.9;
    add(&list, again);
    add(&list, record("en", "de", 0, 1));
    ok(iso_figure_pick(&drawn, &others, &list, NULL));
    assert_int_equal(drawn.count, 3);
    assert_int_equal(others, 0);
    near(drawn.at[0].value, 0.5, 0);
    iso_records_free(&drawn);
    iso_records_free(&list);
}

/* Of thirteen layers every second has a panel, the last among them. */
static void many_layers_are_thinned(void **state)
{
    iso_records list = {0};
    struct figure f = {0};

    (void)state;
    for (int layer = 0; layer < 13; layer++) {
        add(&list, record("en", "de", layer, layer));
        add(&list, record("de", "fr", layer, layer));
        add(&list, record("en", "fr", layer, layer));
    }
    f = made(&list);
    assert_int_equal(f.left_out, 6);
    assert_non_null(strstr(f.data.text, "\tlayer 12\n"));
    assert_null(strstr(f.data.text, "\tlayer 11\n"));
    iso_figure_free(&f);
    iso_records_free(&list);
}

/* Five curves 0.02 apart with intervals of 0.2: bands would hide them, so a note stands for them.
 */
static void wide_bands_are_told(void **state)
{
    (void)state;
    const char *const langs[] = {"de", "fr", "sw", "th", "zh"};

    for (int count = 4; count <= 5; count++) {
        iso_records list = {0};
        struct figure f = {0};
        for (int i = 0; i < count; i++)
            for (int layer = 0; layer < 2; layer++) {
                iso_record r = record("en", langs[i], layer, layer);
                r.value = 0.5 + 0.02 * i;
                r.lo = r.value - 0.1;
                r.hi = r.value + 0.1;
                add(&list, r);
            }
        ok(iso_figure_make(&f, &list, &(struct figure_ask){.kind = ISO_PLOT_CURVES}));
        assert_true((strstr(f.script.text, "filledcurves") != NULL) == (count == 4));
        assert_true((strstr(f.note.text, "about \xc2\xb1"
                                         "0.10 overlap") != NULL) == (count == 5));
        iso_figure_free(&f);
        iso_records_free(&list);
    }
}

/* A learning curve has steps across, and few of their numbers. */
static void steps_take_the_place_of_layers(void **state)
{
    iso_records list = {0};

    (void)state;
    for (int step = 50; step <= 1000; step += 50) {
        iso_record r = iso_record_none();
        r.measure = "loss";
        r.estimator = "train";
        r.src = "en";
        r.step = step;
        r.value = 1.0 / step;
        add(&list, r);
    }
    struct figure f = made(&list);
    assert_int_equal(f.kind, ISO_PLOT_CURVES);
    text(f.title.text, "Loss in training");
    assert_non_null(strstr(f.script.text, "set xlabel 'step'"));
    assert_non_null(strstr(f.script.text, "set xrange [50:1000]\nset xtics 100\n"));
    iso_figure_free(&f);
    iso_records_free(&list);
}

int main(void)
{
    RUN_TESTS(test(wide_bands_are_told), test(steps_take_the_place_of_layers),
              test(records_choose_the_kind), test(picks_what_belongs_together),
              test(nothing_defined_is_said), test(data_can_be_restyled), test(ranges_are_round),
              test(quotes_do_not_end), test(names_run_nothing), test(every_format),
              test(without_gnuplot_it_says_how), test(survives_lack_of_memory),
              test(repeats_are_drawn_once), test(many_layers_are_thinned));
}
