/* The public call: what is drawn of a list of records, what is said of the rest, what is refused.
 */
#include "tests/check.h"

#include <sys/stat.h>

#include "analysis/page/plot.h"
#include "lib/base/alloc.h"

enum { NOTES = 8 };

/* What a listener heard. */
struct notes {
    char at[NOTES][256];
    int count;
};

static void listen(void *payload, const char *text)
{
    struct notes *n = payload;

    assert_true(n->count < NOTES);
    snprintf(n->at[n->count++], sizeof n->at[0], "%s", text);
}

static void add(iso_records *list, const char *estimator, const char *tgt, int layer, double value)
{
    iso_record r = iso_record_none();

    r.measure = "cka";
    r.estimator = estimator;
    r.src = "en";
    r.tgt = tgt;
    r.src_layer = r.tgt_layer = layer;
    r.value = value;
    r.model = "mini";
    ok(iso_records_add(list, &r));
}

/* Two estimators, two languages, two layers. */
static iso_records both(void)
{
    iso_records list = {0};

    for (int layer = 0; layer < 2; layer++) {
        add(&list, "debiased", "de", layer, 0.5);
        add(&list, "debiased", "fr", layer, 0.4);
        add(&list, "biased", "de", layer, 0.9);
    }
    return list;
}

static char *read_file(const char *name)
{
    static char text[1 << 16];
    FILE *in = fopen(temp_path(name), "r");

    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    return text;
}

static void the_first_measure_is_drawn_and_the_rest_is_said(void **state)
{
    struct notes heard = {0};
    const iso_run run = {.note = listen, .payload = &heard};
    iso_records list = both();
    iso_plot_opt opt;

    (void)state;
    iso_plot_opt_init(&opt, sizeof opt);
    ok(iso_plot(&list, &opt, temp_path("first.gp"), &run));
    assert_int_equal(heard.count, 1);
    text(heard.at[0],
         "drawn: 4 records of cka:debiased; 2 of other kinds are not, --measure chooses");
    opt.measure = "cka:biased";
    opt.plot_data = temp_path("second.tsv");
    ok(iso_plot(&list, &opt, NULL, &run)); /* the numbers alone */
    assert_int_equal(heard.count, 2);
    assert_non_null(strstr(heard.at[1], "2 records of cka:biased; 4 of other kinds"));
    text(read_file("second.tsv"),
         "layer\tvalue\tlo\thi\tchance\tname\n0\t0.9\t?\t?\t?\tde\n1\t0.9\t?\t?\t?\tde\n");
    iso_records_free(&list);
}

/* As bindings read it, an option has no dashes. */
static void notes_name_fields_plainly(void **state)
{
    struct notes heard = {0};
    iso_records list = both();

    (void)state;
    iso_fields_style(ISO_FIELDS_PLAIN);
    ok(iso_plot(&list, NULL, temp_path("plain.gp"), &(iso_run){.note = listen, .payload = &heard}));
    iso_fields_style(ISO_FIELDS_DASHED);
    assert_non_null(strstr(heard.at[0], "are not, measure chooses"));
    iso_records_free(&list);
}

static char *dash_of(const char *name)
{
    char *dash = strstr(read_file(name), "dt solid pt ");

    assert_non_null(dash);
    dash[strcspn(dash, "\n")] = '\0';
    return dash;
}

/* A language alone looks as it does among the others of the run. */
static void among_decides_looks(void **state)
{
    iso_records all = both(), one = {0};
    iso_plot_opt opt;
    char look[3][200];

    (void)state;
    add(&one, "debiased", "fr", 0, 0.4);
    add(&one, "debiased", "fr", 1, 0.4);
    iso_plot_opt_init(&opt, sizeof opt);
    ok(iso_plot(&one, &opt, temp_path("alone.gp"), NULL));
    snprintf(look[0], sizeof look[0], "%s", dash_of("alone.gp"));
    opt.among = &all;
    ok(iso_plot(&one, &opt, temp_path("among.gp"), NULL));
    snprintf(look[1], sizeof look[1], "%s", dash_of("among.gp"));
    assert_string_not_equal(look[0], look[1]);
    opt.among = NULL;
    ok(iso_plot(&all, &opt, temp_path("all.gp"), NULL));
    assert_non_null(strstr(read_file("all.gp"), look[1]));
    iso_records_free(&all);
    iso_records_free(&one);
}

static void what_will_not_do_is_said_before(void **state)
{
    iso_plot_opt opt;

    (void)state;
    ok(iso_plot_check(NULL, NULL));
    ok(iso_plot_check(NULL, "a.svg"));
    fails(iso_plot_check(NULL, "a.jpg"), ISO_EARG, "a.jpg: a figure ends in .svg");
    fails(iso_plot_check(NULL, ".svg"), ISO_EARG, "a figure ends in");
    iso_plot_opt_init(&opt, sizeof opt);
    opt.plot_data = "x.csv";
    fails(iso_plot_check(&opt, NULL), ISO_EARG,
          "--plot-data x.csv: the numbers of a figure end in .tsv, its script in .gp");
    opt.plot_data = NULL;
    opt.width = 20000;
    ok(iso_plot_check(&opt, NULL));
    opt.width = (int64_t)1 << 33;
    fails(iso_plot_check(&opt, NULL), ISO_EARG, "--width: at most 20000 pixels");
    opt.width = 0;
    opt.height = -1;
    fails(iso_plot_check(&opt, NULL), ISO_EARG, "--height: -1 is less than 1");
    opt.height = 0;
    opt.kind = (iso_plot_kind)77;
    fails(iso_plot_check(&opt, NULL), ISO_EARG, "--kind: 77 is not one of: curves");
    opt.size = 0;
    fails(iso_plot_check(&opt, NULL), ISO_EARG, "the size is not set");
}

/* Without correlations a scatter is the figure of the gaps. */
static void gaps_alone_are_drawn(void **state)
{
    iso_records list = {0};
    iso_plot_opt opt;

    (void)state;
    for (int i = 0; i < 3; i++) {
        iso_record r = iso_record_none();
        r.measure = "gap";
        r.estimator = "language";
        r.src = "en";
        r.tgt = (const char *const[]){"de", "fr", "sw"}[i];
        r.value = 0.1 * i;
        ok(iso_records_add(&list, &r));
    }
    iso_plot_opt_init(&opt, sizeof opt);
    opt.kind = ISO_PLOT_SCATTER;
    opt.plot_data = temp_path("gaps.tsv");
    ok(iso_plot(&list, &opt, NULL, NULL));
    assert_int_equal(strncmp(read_file("gaps.tsv"), "row\tvalue", 9), 0);
    iso_records_free(&list);
}

/* Names of files are made of what came from files. */
static void attention_goes_into_a_folder(void **state)
{
    const char *const tokens[] = {"a", "b"};
    const float weight[] = {0.25f, 0.75f, 1, 0};
    iso_cross_attention a = {.tgt = "de/x",
                             .src = "en",
                             .target = 3,
                             .id = "../e vil",
                             .item = 12,
                             .tgt_token = tokens,
                             .src_token = tokens,
                             .tgt_tokens = 2,
                             .src_tokens = 2,
                             .weight = weight,
                             .model = "mini",
                             .mix = "xmixup",
                             .layer = 2,
                             .lambda = 0.5};
    struct stat st;

    (void)state;
    if (system("gnuplot --version >/dev/null 2>&1") != 0) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
    ok(iso_plot_attention(&a, temp_path("att"), NULL));
    assert_int_equal(stat(temp_path("att/de_x-3-.._e_vil-12-layer2.svg"), &st), 0);
    assert_non_null(strstr(read_file("att/de_x-3-.._e_vil-12-layer2.gp"),
                           "model mini \xc2\xb7 layer 2 \xc2\xb7 item 12 \xc2\xb7 xmixup, "
                           "\xce\xbb 0.500"));
    a.id = NULL;
    a.tgt = "de";
    ok(iso_plot_attention(&a, temp_path("att"), NULL));
    assert_int_equal(stat(temp_path("att/de-12-layer2.tsv"), &st), 0);
    fails(iso_plot_attention(&a, temp_path("att/de-12-layer2.tsv"), NULL), ISO_EIO, "");
}

static void survives_lack_of_memory(void **state)
{
    iso_records list = both();
    iso_err err = ISO_ENOMEM;

    (void)state;
    for (int64_t n = 0; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_plot(&list, NULL, temp_path("memory.gp"), NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    }
    iso_records_free(&list);
}

int main(void)
{
    RUN_TESTS(test(the_first_measure_is_drawn_and_the_rest_is_said),
              test(notes_name_fields_plainly), test(among_decides_looks),
              test(what_will_not_do_is_said_before), test(gaps_alone_are_drawn),
              test(attention_goes_into_a_folder), test(survives_lack_of_memory));
}
