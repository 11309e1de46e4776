/* A measure that nobody of ours knows: registered here, found in records, figures, the report's
 * summary and help. */
#include "tests/check.h"

#include <fcntl.h>

#include "analysis/measure/catalogue.h"
#include "analysis/measure/measure.h"
#include "analysis/page/figure/figure.h"
#include "analysis/page/report/report_guide.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/search/neighbours.h"
#include "analysis/stats/correlation.h"
#include "bin/cmd.h"
#include "lib/io/record_read.h"

#define RUN(...)                                                                                   \
    isogloss_main(count((const char *[]){__VA_ARGS__, NULL}),                                      \
                  (char **)(uintptr_t)(const char *[]){__VA_ARGS__, NULL})

static int count(const char **argv)
{
    int argc = 0;

    while (argv[argc])
        argc++;
    return argc;
}

/* How much of an item's larger norm the smaller one is: 1 for equal norms. */
static void feed(double *outcome, double *state, iso_view x, iso_view y)
{
    (void)state;
    for (int64_t i = 0; i < x.rows; i++) {
        double norm[2] = {0, 0};
        for (int side = 0; side < 2; side++) {
            const iso_view v = side ? y : x;
            for (int64_t j = 0; j < v.cols; j++) {
                const int64_t at = i * v.stride + j;
                const double value = v.dtype == ISO_F64 ? ((const double *)v.data)[at]
                                                        : (double)((const float *)v.data)[at];
                norm[side] += value * value;
            }
        }
        outcome[i] = sqrt(fmin(norm[0], norm[1]) / fmax(norm[0], norm[1]));
    }
}

static int64_t no_state(int64_t p, int64_t q)
{
    (void)p, (void)q;
    return 0;
}

static iso_err value(iso_value *out, double *rep, const iso_pair *pair)
{
    double sum = 0;

    for (int64_t u = 0; u < pair->units; u++)
        sum += pair->outcome[u];
    for (int64_t u = 0; rep && u < pair->units; u++)
        rep[u] = NAN;
    *out = iso_value_none();
    out->n = pair->n;
    out->value = sum / (double)pair->n;
    return ISO_OK;
}

static const iso_measure norms = {
    .measure = "norms",
    .estimator = "ratio",
    .title = "Ratio of the norms of translations",
    .axis = "smaller / larger norm",
    .guide = "Norms are alike or not.",
    .high = ISO_HIGH_ALIKE,
    .needs = ISO_NEED_ROWS,
    .recommended = true,
    .value = value,
    .state_size = no_state,
    .feed = feed,
};

static char *contents(const char *path)
{
    static char text[1 << 20];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void compared(iso_records *out)
{
    const char *states = source_path("examples/states/mini.h5"), *path = temp_path("own.csv");
    const char *csv;

    assert_int_equal(RUN("isogloss", "compare", states, "--measure", "norms,cka", "--layers", "1,2",
                         "--quiet", "--csv", path),
                     0);
    csv = contents(path);
    ok(iso_csv_read(out, csv, (int64_t)strlen(csv)));
}

static void records_hold_it(void **state)
{
    iso_records list = {0};
    int64_t own = 0;

    (void)state;
    compared(&list);
    for (int64_t i = 0; i < list.count; i++) {
        const iso_record *r = &list.at[i];
        if (strcmp(r->measure, "norms") != 0)
            continue;
        text(r->estimator, "ratio");
        assert_true(r->value > 0.5 && r->value < 1);
        own++;
    }
    assert_true(own > 0 && own == list.count / 2);
    iso_records_free(&list);
}

static void figures_call_it_by_its_words(void **state)
{
    iso_records list = {0}, picked = {0};
    struct figure_ask ask = {0};
    struct figure f = {0};
    int64_t others = 0;

    (void)state;
    compared(&list);
    ok(iso_figure_pick(&picked, &others, &list, "norms"));
    assert_int_equal(others, list.count / 2);
    ok(iso_figure_make(&f, &picked, &ask));
    assert_non_null(strstr(f.title.text, "Ratio of the norms of translations"));
    assert_non_null(strstr(f.script.text, "'smaller / larger norm'"));
    iso_figure_free(&f);
    iso_records_free(&picked);
    iso_records_free(&list);
}

/* Where there is no CKA, which the summary prefers. */
static void the_summary_tells_it(void **state)
{
    iso_records list = {0};
    struct report report = {.src = "en"};

    (void)state;
    compared(&list);
    for (int64_t i = 0; i < list.count; i++) {
        if (!strcmp(list.at[i].measure, "norms"))
            ok(iso_records_add(&report.records, &list.at[i]));
    }
    ok(iso_report_summarise(&report.summary, &report));
    assert_non_null(strstr(report.summary.text, "most alike in <b>layer"));
    assert_non_null(strstr(report.summary.text, ": smaller / larger norm averages <b>"));
    text(iso_guide_of("norms", "ratio"), "Norms are alike or not.");
    iso_buf_free(&report.summary);
    iso_records_free(&report.records);
    iso_records_free(&list);
}

static void help_lists_it(void **state)
{
    const char *path = temp_path("help.txt");
    const int file = open(path, O_WRONLY | O_CREAT, 0600), kept = dup(STDOUT_FILENO);

    (void)state;
    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    assert_int_equal(RUN("isogloss", "help", "compare"), 0);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(file);
    assert_non_null(strstr(contents(path), "  norms:ratio *"));
    assert_non_null(strstr(contents(path), "  Ratio of the norms of translations\n"));
}

static void what_cannot_be_registered(void **state)
{
    static const char *const bad[] = {
        "",
        "a:b",
        "a,b",
        "p@k",
        "*",
        "two words",
        "0123456789012345678901234567890123456789012345678901234567890123",
        NULL};
    iso_measure m = norms;

    (void)state;
    fails(iso_measure_register(&norms), ISO_EARG, "norms:ratio is there already");
    m.measure = "gap";
    m.estimator = "mean"; /* made by a study */
    fails(iso_measure_register(&m), ISO_EARG, "gap:mean is there already");
    for (int i = 0; bad[i]; i++) {
        m.measure = bad[i];
        fails(iso_measure_register(&m), ISO_EARG, "two names");
        m.measure = "norms";
        m.estimator = bad[i];
        fails(iso_measure_register(&m), ISO_EARG, "two names");
    }
    m.estimator = "other";
    m.title = NULL;
    fails(iso_measure_register(&m), ISO_EARG, "a title");
}

/* Every entry is found by its names, alone; the words are the caller's own. */
static void the_catalogue_finds_its_entries(void **state)
{
    (void)state;
    for (int i = 0; i < iso_catalogue_count(); i++) {
        const iso_catalogue_entry e = iso_catalogue_at(i),
                                  f = iso_catalogue_of(e.measure, e.estimator);
        assert_true(e.known && f.known);
        assert_true(*e.title && *e.axis && e.about == f.about && e.high == f.high);
        text(e.title, f.title);
        text(e.axis, f.axis);
    }
    const iso_catalogue_entry a = iso_catalogue_of("pearson", NULL),
                              b = iso_catalogue_of("new", "way");
    const iso_catalogue_entry c = iso_catalogue_of("accuracy", "new");
    text(a.title, "Correlation of discrepancy and gap (Pearson)");
    assert_true(a.about == ISO_ABOUT_OTHER && a.high == ISO_HIGH_NEITHER);
    text(b.title, "new way");
    text(b.axis, "new way");
    assert_true(!b.known && b.about == ISO_ABOUT_PAIR && b.high == ISO_HIGH_NEITHER);
    assert_true(!c.known && c.about == ISO_ABOUT_TASK);
}

/* What studies put into records stands in the catalogue. */
static void studies_make_nothing_unknown(void **state)
{
    static const char *const retrieved[] = {"p@1", "mrr", "error", "mexa"};
    static const char *const others[][2] = {
        {"f1", "mining"},
        {"precision", "mining"},
        {"recall", "mining"},
        {"coverage", "dictionary"},
        {"lambda", "histogram"},
        {"entropy", "sd"},
        {"accuracy", "two-branch"},
        {"gap", "language"},
        {"mantel", "spearman"},
        {"mse", "cls"},
        {"kl", "predictions"},
        {"accuracy", "probe"},
        {"accuracy", "language-id"},
        {"f1", "macro"},
        {"f1", "shuffled"},
    };

    (void)state;
    for (size_t m = 0; m < sizeof retrieved / sizeof *retrieved; m++) {
        for (int rule = ISO_RULE_COSINE; rule <= ISO_RULE_INVSOFTMAX; rule++) {
            const iso_catalogue_entry e =
                iso_catalogue_of(retrieved[m], iso_rule_name((iso_rule)rule));
            assert_true(e.known && e.about == ISO_ABOUT_PAIR && e.high != ISO_HIGH_NEITHER);
        }
    }
    for (int c = ISO_PEARSON; c <= ISO_KENDALL; c++)
        assert_true(iso_catalogue_of(iso_correlation_name((iso_correlation)c), NULL).known);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(iso_catalogue_of(others[i][0], others[i][1]).known);
}

int main(void)
{
    ok(iso_measure_register(&norms));
    RUN_TESTS(test(records_hold_it), test(figures_call_it_by_its_words), test(the_summary_tells_it),
              test(what_cannot_be_registered), test(the_catalogue_finds_its_entries),
              test(studies_make_nothing_unknown), test(help_lists_it));
}
