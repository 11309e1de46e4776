/* The page and its folder: names do no harm, nobody's files are lost. */
#include "tests/check.h"

#include <sys/stat.h>

#include "analysis/page/report/report_inside.h"
#include "analysis/page/html.h"
#include "lib/base/alloc.h"

static const char bad[] = "<script>alert(1)</script>\"'`&\x01\xff";

static iso_record record(const char *tgt, int layer, double value)
{
    iso_record r = iso_record_none();

    r.measure = "cka";
    r.estimator = "debiased";
    r.src = "en";
    r.tgt = tgt;
    r.src_layer = r.tgt_layer = layer;
    r.value = value;
    r.lo = value - 0.05;
    r.hi = value + 0.05;
    r.null = 0;
    r.null_sd = 0.01;
    r.n = 40;
    r.model = bad;
    return r;
}

static void add(struct report *report, iso_record r)
{
    ok(iso_records_add(&report->records, &r));
    report->source[0].count = report->records.count;
    report->source_count = 1;
    report->src = "en";
}

static void forget(struct report *report)
{
    iso_buf_free(&report->source[0].line);
    iso_records_free(&report->records);
    iso_buf_free(&report->summary);
    iso_buf_free(&report->json);
    iso_buf_free(&report->csv);
}

static void text_is_escaped(void **state)
{
    iso_buf out = {0};

    (void)state;
    ok(iso_html_text(&out, bad));
    text(out.text,
         "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;`&amp;\xef\xbf\xbd\xef\xbf\xbd");
    iso_buf_free(&out);
}

/* Ids of several figures must not meet on one page; text that looks like one is left alone. */
static void svg_gets_ids_of_its_own(void **state)
{
    char file[] =
        "<?xml?>\n<svg \n viewBox=\"0 0 5 4\"\n>\n<title>Gnuplot</title>\n<desc>x</desc>\n"
        "<path id='a'/><use xlink:href='#a'/><g clip-path=\"url(#a)\">"
        "<text> id='a'</text></g></svg>\n";
    const iso_buf svg = {file, (int64_t)strlen(file), 0};
    iso_buf out = {0};

    (void)state;
    ok(iso_html_svg(&out, &svg, "p-", "a \"label\""));
    text(out.text, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                   "xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 5 4\" role=\"img\" "
                   "aria-label=\"a &quot;label&quot;\">\n<path id='p-a'/><use xlink:href='#p-a'/>"
                   "<g clip-path=\"url(#p-a)\"><text> id='a'</text></g></svg>\n");
    out.len = 0;
    fails(iso_html_svg(&out, &(iso_buf){"<p>", 3, 0}, "p-", ""), ISO_EFORMAT, "no SVG");
    iso_buf_free(&out);
}

static void sections_appear_with_their_records(void **state)
{
    struct report report = {0};

    (void)state;
    add(&report, record("de", 0, 0.5));
    add(&report, record("de", 1, 0.6));
    for (int i = 0; i < iso_section_count(); i++) {
        struct section_view view = {0};
        bool has;
        ok(iso_section_view_make(&view, &has, iso_section_at(i), &report));
        assert_int_equal(has, strcmp(iso_section_at(i)->id, "cka-layers") == 0);
        iso_section_view_free(&view);
        assert_true(i == 0 || iso_section_at(i)->order > iso_section_at(i - 1)->order);
    }
    forget(&report);
}

/* A measure nobody wrote a section for has one all the same. */
static void other_measures_have_a_section(void **state)
{
    struct section_view views[4] = {0};
    struct report report = {0};
    iso_record r = record("de", 0, 0.5);
    int count = 0;

    (void)state;
    add(&report, r);
    r.measure = "p@k";
    r.estimator = "csls/../x";
    add(&report, r);
    ok(iso_section_rest(views, &count, 4, &report));
    assert_int_equal(count, 1);
    text(views[0].id, "p-k-csls----x");
    iso_section_view_free(&views[0]);
    forget(&report);
}

static void summary_tells_layer_and_language(void **state)
{
    struct report report = {0};

    (void)state;
    add(&report, record("de", 1, 0.5));
    add(&report, record("sw", 1, 0.4));
    add(&report, record("de", 2, 0.9));
    add(&report, record("sw", 2, 0.7));
    add(&report, record("de", 3, 0.6));
    add(&report, record("sw", 3, 0.5));
    ok(iso_report_summarise(&report.summary, &report));
    assert_non_null(strstr(report.summary.text, "most alike in <b>layer&nbsp;2</b>"));
    assert_non_null(strstr(report.summary.text, "averages <b>0.80</b> over 2 languages"));
    assert_non_null(strstr(report.summary.text, "farthest language is <b>Swahili (sw)</b>, 0.70"));
    assert_non_null(strstr(report.summary.text, "closest is <b>German (de)</b>, 0.90"));
    assert_non_null(strstr(report.summary.text, "<b>70 standard deviations</b> above chance"));
    forget(&report);
}

/* The same language in two models and a difference of models are questions of their own. */
static void models_are_not_languages(void **state)
{
    static const char *const expected[] = {"cka-models", "cka-difference"};
    struct report report = {0};
    iso_record r = record("en", 1, 0.9);
    int found = 0;

    (void)state;
    r.model2 = "tuned";
    add(&report, r);
    r = record("de", 1, 0.1);
    r.stage = "difference";
    r.given = "against";
    add(&report, r);
    for (int i = 0; i < iso_section_count(); i++) {
        struct section_view view = {0};
        bool has;
        ok(iso_section_view_make(&view, &has, iso_section_at(i), &report));
        if (has)
            text(view.id, expected[found++]);
        iso_section_view_free(&view);
    }
    assert_int_equal(found, 2);
    ok(iso_report_summarise(&report.summary, &report));
    text(report.summary.text, "");
    forget(&report);
}

/* Mixed at layers 1 and 2 of 2, where the second does more; name is a way's. */
static void add_mixing(struct report *report, const char *name)
{
    const char *const ways[] = {name, "fixed:0", "shuffled"};

    for (int layer = 1; layer <= 2; layer++) {
        iso_record r = record("de", layer, 0.5);
        r.stage = "before";
        add(report, r);
    }
    for (int i = 0; i < 9; i++) { /* layers 1 of 1, 2 of 1, 2 of 2, in each way */
        iso_record r = record("de", i / 3 ? 2 : 1, 0.5);
        r.mix = ways[i % 3];
        r.mix_layer = i / 3 == 2 ? 2 : 1;
        r.stage = "after";
        r.value = i % 3 ? 0.5 : 0.6 + 0.1 * (double)r.mix_layer;
        add(report, r);
        r.stage = "difference";
        r.given = "before";
        r.value -= 0.5;
        r.lo = r.value - 0.05;
        r.hi = r.value + 0.05;
        add(report, r);
        for (int c = 1; c < 3 && i % 3 == 0; c++) {
            r.given = ways[c];
            add(report, r);
        }
    }
    report->source[0].mixes = true;
}

static void add_lambda(struct report *report)
{
    static const char *const estimators[] = {"mean", "sd", "histogram"};

    for (int i = 0; i < 6; i++) {
        iso_record r = record("de", 1, 0.4);
        r.measure = i < 3 ? "lambda" : "entropy";
        r.estimator = estimators[i % 3];
        r.mix = "xmixup";
        r.mix_layer = 1;
        add(report, r);
    }
}

static void mixing_has_its_sections(void **state)
{
    static const char *const expected[] = {"mixing", "mixing-sweep", "mixing-lambda"};
    static const int counts[] = {2 + 8, 2 + 24, 1};
    struct section_view rest[4] = {0};
    struct report report = {0};
    int found = 0, more = 0;

    (void)state;
    add_mixing(&report, "xmixup");
    add_lambda(&report);
    for (int i = 0; i < iso_section_count(); i++) {
        struct section_view view = {0};
        bool has;
        ok(iso_section_view_make(&view, &has, iso_section_at(i), &report));
        if (has) {
            text(view.id, expected[found]);
            assert_int_equal(view.records.count, counts[found]);
            assert_int_equal(view.places, found == 0 ? 2 : 0);
            found++;
        }
        iso_section_view_free(&view);
    }
    assert_int_equal(found, 3);
    ok(iso_section_rest(rest, &more, 4, &report));
    assert_int_equal(more, 0);
    forget(&report);
}

/* What is before something else than mixing (a map) is no part of it, and the page speaks of
 * languages as they are, not as they are mixed. */
static void mixing_is_told_apart(void **state)
{
    struct report report = {0};
    iso_record r = record("de", 1, 0.9);
    struct section_view view = {0};
    bool has;

    (void)state;
    r.stage = "before";
    add(&report, r);
    for (int i = 0; i < iso_section_count(); i++) {
        ok(iso_section_view_make(&view, &has, iso_section_at(i), &report));
        assert_int_equal(has, i == 0);
        iso_section_view_free(&view);
    }
    forget(&report);
    report = (struct report){0};
    add_mixing(&report, "xmixup");
    r = record("de", 1, 0.7);
    add(&report, r);
    ok(iso_section_view_make(&view, &has, iso_section_at(0), &report));
    assert_true(has);
    assert_int_equal(view.records.count, 1);
    near(view.records.at[0].value, 0.7, 0);
    iso_section_view_free(&view);
    ok(iso_report_summarise(&report.summary, &report));
    assert_null(strstr(report.summary.text, "0.80"));
    forget(&report);
}

/* A measure that has no section is drawn as mixing all the same, beside the same one unmixed. */
static void other_measures_of_mixing(void **state)
{
    struct section_view views[4] = {0};
    struct report report = {0};
    int count = 0;

    (void)state;
    add_mixing(&report, "xmixup");
    add(&report, record("de", 1, 0.7));
    for (int64_t i = 0; i < report.records.count; i++)
        report.records.at[i].estimator = "rbf";
    ok(iso_section_rest(views, &count, 4, &report));
    assert_int_equal(count, 2);
    assert_true(views[0].mixing);
    assert_false(views[1].mixing);
    assert_int_equal(views[0].records.count, 26);
    assert_int_equal(views[1].records.count, 1);
    for (int i = 0; i < 2; i++)
        iso_section_view_free(&views[i]);
    forget(&report);
}

static struct section_view view_called(const char *id, const struct report *report)
{
    struct section_view view = {0};
    bool has = false;

    for (int i = 0; i < iso_section_count() && !has; i++) {
        if (strcmp(iso_section_at(i)->id, id) == 0)
            ok(iso_section_view_make(&view, &has, iso_section_at(i), report));
    }
    assert_true(has);
    return view;
}

static void claims_are_counted(void **state)
{
    struct report report = {0};
    struct section_view view = {0};
    iso_buf out = {0};

    (void)state;
    add_mixing(&report, "xmixup");
    view = view_called("mixing", &report);
    ok(iso_report_claims(&out, &view));
    text(out.text,
         "<p class=\"claims\">By <code>xmixup</code> at layer&nbsp;2, of 1 case (1 "
         "language, measured at layer&nbsp;2), beyond not mixing, fixed:0 and shuffled: <b>1 "
         "closer</b>, <b>0 farther apart</b>, 0 in which nothing is shown.</p>\n");
    iso_section_view_free(&view);
    out.len = 0;
    view = view_called("mixing-sweep", &report);
    ok(iso_report_claims(&out, &view));
    assert_non_null(strstr(out.text, "</code> at layer&nbsp;1, of 2 cases (1 language, measured at "
                                     "layers&nbsp;1 to 2)"));
    iso_section_view_free(&view);
    iso_buf_free(&out);
    forget(&report);
}

/* Rows of the table tell what was done; a name from a file does no harm there. */
static void mixing_in_numbers(void **state)
{
    struct report report = {0};
    struct section_view view = {0};
    iso_buf out = {0};

    (void)state;
    add_mixing(&report, bad);
    view = view_called("mixing-sweep", &report);
    ok(iso_report_numbers(&out, &view));
    assert_non_null(strstr(out.text, "<small>not mixed</small></th><td>0.500"));
    assert_non_null(strstr(out.text, "<small>fixed:0 at 2</small></th><td></td><td>0.500"));
    assert_non_null(strstr(out.text, " at 1 minus not mixed</small></th><td>0.200"));
    assert_non_null(strstr(out.text, " at 2 minus shuffled</small></th><td></td><td>0.300"));
    ok(iso_report_claims(&out, &view));
    assert_null(strstr(out.text, "<script"));
    assert_non_null(strstr(out.text, "By <code>&lt;script&gt;alert(1)"));
    iso_section_view_free(&view);
    iso_buf_free(&out);
    forget(&report);
}

/* What no value supports is not claimed. */
static void summary_of_nothing_is_short(void **state)
{
    struct report report = {0};
    iso_record r = record("de", 1, NAN);

    (void)state;
    r.why = "no variance";
    add(&report, r);
    ok(iso_report_summarise(&report.summary, &report));
    text(report.summary.text,
         "<li>1 of 1 values are undefined; the tables give the reason.</li>\n");
    forget(&report);
}

static void names_do_no_harm_on_the_page(void **state)
{
    const iso_report_opt opt = {0};
    struct report report = {.opt = &opt};
    struct section_view view = {0};
    iso_buf page = {0};
    iso_record r;
    bool has;

    (void)state;
    add(&report, record(bad, 1, 0.5));
    r = record(bad, 2, NAN);
    r.why = bad;
    add(&report, r);
    ok(iso_buf_puts(&report.source[0].line, bad));
    ok(iso_report_summarise(&report.summary, &report));
    ok(iso_section_view_make(&view, &has, iso_section_at(0), &report));
    assert_true(has);
    ok(iso_report_page(&page, &report, &view, 1));
    assert_null(strstr(page.text, "<script"));
    assert_non_null(strstr(page.text, "&lt;script&gt;alert(1)"));
    assert_non_null(strstr(page.text, "Content-Security-Policy"));
    assert_null(strstr(page.text, "http://"));
    iso_section_view_free(&view);
    iso_buf_free(&page);
    forget(&report);
}

static iso_err whole_page(iso_buf *page, struct report *report)
{
    struct section_view views[4] = {0};
    int count = 0;
    bool has;
    iso_err err = ISO_OK;

    ISO_TRY(iso_report_summarise(&report->summary, report));
    ISO_TRY(iso_section_view_make(&views[0], &has, iso_section_at(0), report));
    ISO_TRY(iso_section_rest(views + 1, &count, 3, report));
    ISO_TRY(iso_report_page(page, report, views, 1 + count));
done:
    for (int i = 0; i < 4; i++)
        iso_section_view_free(&views[i]);
    return err;
}

static void survives_lack_of_memory(void **state)
{
    const iso_report_opt opt = {0};
    struct report report = {.opt = &opt};
    iso_record r = record("de", 1, 0.5);
    iso_err err = ISO_ENOMEM;

    (void)state;
    add(&report, r);
    r.measure = "other";
    add(&report, r);
    for (int64_t n = 0; err; n++) {
        iso_buf page = {0};
        iso_buf_free(&report.summary);
        iso_alloc_fail_after(n);
        err = whole_page(&page, &report);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        iso_buf_free(&page);
    }
    forget(&report);
}

int main(void)
{
    RUN_TESTS(test(text_is_escaped), test(svg_gets_ids_of_its_own),
              test(sections_appear_with_their_records), test(other_measures_have_a_section),
              test(summary_tells_layer_and_language), test(summary_of_nothing_is_short),
              test(models_are_not_languages), test(mixing_has_its_sections),
              test(mixing_is_told_apart), test(other_measures_of_mixing), test(claims_are_counted),
              test(mixing_in_numbers), test(names_do_no_harm_on_the_page),
              test(survives_lack_of_memory));
}
