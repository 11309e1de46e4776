/* What stands above all baselines: the rule, and what a report says first. */
#include "tests/check.h"

#include "analysis/study/items/stands.h"
#include "analysis/page/report/report_inside.h"
#include "lib/base/alloc.h"

static iso_record record(const char *measure, const char *estimator, const char *tgt, int layer,
                         double lo, double hi)
{
    iso_record r = iso_record_none();

    r.measure = measure;
    r.estimator = estimator;
    r.src = "en";
    r.tgt = tgt;
    r.src_layer = r.tgt_layer = layer;
    r.value = 0.5 * (lo + hi);
    r.lo = lo;
    r.hi = hi;
    return r;
}

static iso_record baseline(iso_record r, const char *name, double value, double lo, double hi)
{
    r.baseline = name;
    r.value = value;
    r.lo = lo;
    r.hi = hi;
    r.interval = strcmp(name, "random") == 0 ? "range" : "boot-items"; /* which does not count */
    return r;
}

static void add(iso_records *list, iso_record r)
{
    ok(iso_records_add(list, &r));
}

/* [0.40, 0.50] against random 0.30 [0.28, 0.39] and pieces `pieces`. */
static iso_stand stand(const char *measure, const char *estimator, double pieces, const char *flag,
                       bool interval)
{
    iso_record r = record(measure, estimator, "de", 1, 0.40, 0.50);
    iso_records list = {0};
    iso_beside beside;

    r.flag = flag;
    if (!interval)
        r.lo = r.hi = NAN;
    add(&list, r);
    add(&list, baseline(r, "random", 0.30, 0.28, 0.39));
    add(&list, baseline(r, "pieces", pieces, pieces - 0.3, pieces + 0.3));
    ok(iso_beside_make(&beside, &list));
    const iso_stand s = iso_stands(&beside, &list.at[0]);
    iso_beside_free(&beside);
    iso_records_free(&list);
    return s;
}

static void the_interval_must_clear_the_highest(void **state)
{
    (void)state;
    assert_int_equal(stand("cka", "debiased", 0.2, NULL, true), ISO_STAND_ABOVE);
    assert_int_equal(stand("cka", "debiased", NAN, NULL, true), ISO_STAND_ABOVE);
    assert_int_equal(stand("cka", "debiased", 0.41, NULL, true), ISO_STAND_WITHIN);
    assert_int_equal(stand("cka", "debiased", 0.40, NULL, true), ISO_STAND_WITHIN); /* equal */
    assert_int_equal(stand("cka", "debiased", 0.2, NULL, false), ISO_STAND_WITHIN);
    assert_int_equal(stand("cka", "debiased", 0.2, "doubtful", true), ISO_STAND_WITHIN);
    assert_int_equal(stand("centroid", "relative", 0.6, NULL, true), ISO_STAND_WITHIN);
    assert_int_equal(stand("accuracy", "probe", 0.2, NULL, true), ISO_STAND_ABOVE); /* a task */
    assert_int_equal(stand("lambda", "mean", 0.2, NULL, true), ISO_STAND_UNKNOWN);
}

/* The range of random counts to its end: 0.385 lies above its mean, not above it. */
static void a_range_counts_to_its_end(void **state)
{
    iso_record r = record("cka", "debiased", "de", 1, 0.385, 0.5);
    iso_records list = {0};
    iso_beside beside;

    (void)state;
    add(&list, r);
    add(&list, baseline(r, "random", 0.30, 0.28, 0.39));
    r = record("centroid", "relative", "de", 1, 0.2, 0.275); /* lower is closer */
    add(&list, r);
    add(&list, baseline(r, "random", 0.30, 0.28, 0.39));
    ok(iso_beside_make(&beside, &list));
    assert_int_equal(iso_stands(&beside, &list.at[0]), ISO_STAND_WITHIN);
    assert_int_equal(iso_stands(&beside, &list.at[2]), ISO_STAND_ABOVE);
    list.at[2].hi = 0.285;
    assert_int_equal(iso_stands(&beside, &list.at[2]), ISO_STAND_WITHIN);
    iso_beside_free(&beside);
    iso_records_free(&list);
}

/* --- The report --- */

static void put(struct report *report, iso_record r)
{
    add(&report->records, r);
    report->source[0].count = report->records.count;
    report->source_count = 1;
    report->src = "en";
}

/* CKA of three languages and two layers: above at layer 1 all, at layer 2 de alone; cosine never.
 */
static struct report a_report(void)
{
    static const char *const langs[] = {"de", "fr", "sw"};
    struct report report = {0};

    for (int i = 0; i < 3; i++) {
        for (int layer = 1; layer <= 2; layer++) {
            iso_record r = record("cka", "debiased", langs[i], layer, 0.50, 0.60);
            put(&report, r);
            put(&report, baseline(r, "random", 0.3, 0.2, layer == 2 && i > 0 ? 0.55 : 0.4));
            r = record("cosine", "centred", langs[i], layer, 0.50, 0.60);
            put(&report, r);
            put(&report, baseline(r, "random", 0.7, 0.65, 0.75));
        }
    }
    return report;
}

static void forget(struct report *report)
{
    iso_records_free(&report->records);
    iso_buf_free(&report->summary);
}

/* Above at layers 1, 3, 4, 5 with all languages, at layer 2 and 6 with de alone. */
static void whole_layers_in_a_row_are_named_together(void **state)
{
    static const char *const langs[] = {"de", "fr", "sw"};
    struct report report = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        for (int layer = 1; layer <= 6; layer++) {
            const iso_record r = record("cka", "debiased", langs[i], layer, 0.50, 0.60);
            put(&report, r);
            put(&report, baseline(r, "random", 0.3, 0.2, layer % 4 == 2 && i > 0 ? 0.55 : 0.4));
        }
    }
    ok(iso_report_summarise(&report.summary, &report));
    assert_non_null(strstr(report.summary.text,
                           "<b>14 of 18</b>: layer&nbsp;1 (all 3 languages), layer&nbsp;2 (de), "
                           "layers&nbsp;3&ndash;5 (all 3 languages), layer&nbsp;6 (de)"));
    forget(&report);
}

static void the_summary_begins_with_it(void **state)
{
    struct report report = a_report();
    const char *above, *within, *strongest;

    (void)state;
    ok(iso_report_summarise(&report.summary, &report));
    above = strstr(report.summary.text, "Linear CKA, debiased, <b>4 of 6</b>: layer&nbsp;1 (all 3 "
                                        "languages), layer&nbsp;2 (de)");
    within = strstr(report.summary.text, "Not shown to stand above them, in any language or layer: "
                                         "Cosine of translation pairs, languages centred (0 of 6)");
    strongest = strstr(report.summary.text, "The largest values, above the baselines or not: ");
    assert_true(above && within && strongest);
    assert_true(above < within && within < strongest);
    assert_non_null(strstr(report.summary.text,
                           "(baselines: random weights 0.30; above all of them: <b>3 of 3</b>)"));
    forget(&report);
}

/* Of permutations the p of the search goes with the strongest layer. */
static void the_strongest_carries_the_p_of_the_search(void **state)
{
    struct report report = a_report();

    (void)state;
    for (int64_t i = 0; i < report.records.count; i++) {
        iso_record *r = &report.records.at[i];
        if (!r->baseline && strcmp(r->measure, "cka") == 0) {
            r->p_max = strcmp(r->tgt, "sw") ? 0.002 : 0.03;
            r->family = 6;
        }
    }
    ok(iso_report_summarise(&report.summary, &report));
    assert_non_null(strstr(report.summary.text,
                           "p of each at most 0.0300 corrected for the 6 values looked at"));
    forget(&report);
}

/* --- Correlations --- */

static iso_record relation(int layer, double value, const char *flag)
{
    iso_record r = iso_record_none();

    r.measure = "pearson";
    r.src = "en";
    r.src_layer = r.tgt_layer = layer;
    r.value = value;
    r.lo = value - 0.1;
    r.hi = value + 0.1;
    r.n = 9;
    r.p = 0.004;
    r.p_max = 0.03;
    r.family = 12;
    r.x = "cka:debiased";
    r.y = "gap:language";
    r.flag = flag;
    return r;
}

static void say_relations(iso_buf *out, const struct report *report)
{
    iso_beside beside;

    ok(iso_beside_make(&beside, &report->records));
    ok(iso_report_relations(out, report, &beside));
    iso_beside_free(&beside);
}

/* The strongest without a flag, its baselines beside it; what is flagged only as such. */
static void correlations_are_held_against_baselines(void **state)
{
    struct report report = {0};
    iso_buf out = {0};

    (void)state;
    put(&report, relation(1, -0.85, NULL));
    put(&report, baseline(relation(1, 0, NULL), "random", -0.4, NAN, NAN));
    put(&report, relation(2, -0.95, "mean score 0.2 against 0.3 of the majority class"));
    put(&report, relation(3, -0.5, NULL));
    say_relations(&out, &report);
    assert_non_null(strstr(out.text,
                           "at <b>layer&nbsp;1</b>: Pearson <b>\xe2\x88\x92"
                           "0.85</b> over 9 languages, p 0.03 corrected for the 12 looked "
                           "at; baselines there: random weights \xe2\x88\x92"
                           "0.40.</li>"));
    assert_non_null(strstr(out.text, "<li>1 of 3 correlations with the transfer gap are doubtful "
                                     "and not announced: mean score 0.2"));
    assert_null(strstr(out.text, "0.95"));
    assert_non_null(strstr(out.text, "cka:debiased</code> correlate most strongly"));
    out.len = 0;
    report.records.at[0].stage = "centred";
    report.records.at[1].stage = "centred";
    report.records.at[1].value = -0.75; /* within [-0.95, -0.75] */
    report.records.at[0].p_max = 0.2;
    say_relations(&out, &report);
    assert_non_null(strstr(
        out.text, "cka:debiased</code>, centred, correlate most strongly at <b>layer&nbsp;1"));
    assert_non_null(strstr(out.text, "Chance could do that."));
    assert_non_null(strstr(out.text, "lies within its interval"));
    iso_buf_free(&out);
    forget(&report);
}

static void without_baselines_that_is_said(void **state)
{
    struct report report = {0};

    (void)state;
    put(&report, record("cka", "debiased", "de", 1, 0.5, 0.6));
    ok(iso_report_summarise(&report.summary, &report));
    assert_non_null(strstr(report.summary.text, "These records have no baselines"));
    assert_null(strstr(report.summary.text, "stand above"));
    forget(&report);
}

/* Beside each value what it is held against; no row of a baseline. */
static void tables_have_them_beside(void **state)
{
    struct report report = a_report();
    struct section_view view;
    bool has = false;
    iso_buf out = {0};

    (void)state;
    iso_record p = baseline(report.records.at[0], "pieces", 0.25, NAN, NAN);
    p.src_layer = p.tgt_layer = ISO_NO_INT;
    put(&report, p);
    report.records.at[0].p_max = 0.01;
    report.records.at[0].calibrated = 0.125;
    report.records.at[4].flag = "<doubt>";
    ok(iso_section_view_make(&view, &has, iso_section_at(0), &report));
    assert_true(has);
    ok(iso_report_numbers(&out, &view));
    assert_non_null(strstr(out.text, "<th scope=\"col\">2</th><th scope=\"col\">pieces</th>"));
    assert_non_null(strstr(out.text, "<b>0.550</b><small>0.500&thinsp;\xe2\x80\xa6&thinsp;0.600"
                                     "</small><small>random 0.300</small>"
                                     "<small>p<sub>max</sub> 0.0100</small>"
                                     "<small>calibrated 0.125</small>"));
    assert_non_null(strstr(out.text, "<td>0.250</td></tr>"));
    assert_non_null(strstr(out.text, "&lt;doubt&gt;"));
    assert_non_null(strstr(out.text, "Bold: above all baselines."));
    int rows = 0;
    for (const char *at = out.text; (at = strstr(at, "<tr>")); at++)
        rows++;
    assert_int_equal(rows, 4); /* a head, three languages */
    iso_buf_free(&out);
    iso_section_view_free(&view);
    forget(&report);
}

static void survives_lack_of_memory(void **state)
{
    struct report report = a_report();
    iso_err err = ISO_ENOMEM;

    (void)state;
    for (int64_t n = 0; err; n++) {
        struct section_view view = {0};
        iso_buf out = {0};
        bool has;
        iso_alloc_fail_after(n);
        err = iso_report_summarise(&report.summary, &report);
        if (!err)
            err = iso_section_view_make(&view, &has, iso_section_at(0), &report);
        if (!err)
            err = iso_report_numbers(&out, &view);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        iso_buf_free(&out);
        iso_buf_free(&report.summary);
        report.summary = (iso_buf){0};
        iso_section_view_free(&view);
    }
    forget(&report);
}

int main(void)
{
    RUN_TESTS(test(the_interval_must_clear_the_highest), test(a_range_counts_to_its_end),
              test(whole_layers_in_a_row_are_named_together), test(the_summary_begins_with_it),
              test(the_strongest_carries_the_p_of_the_search),
              test(correlations_are_held_against_baselines), test(without_baselines_that_is_said),
              test(tables_have_them_beside), test(survives_lack_of_memory));
}
