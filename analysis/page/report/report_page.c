/* The page: one file that needs nothing else, no network and no script. */
#include <math.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/page/figure/figure_text.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/page/report/report_guide.h"
#include "analysis/page/html.h"
#include "analysis/page/wording.h"
#include "lib/base/base64.h"
#include "lib/io/npz_pack.h"

/* Nothing may be fetched or run, whatever a name in the records tries. */
static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'; img-src data:\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"generator\" content=\"isogloss " ISO_VERSION "\">\n<title>";

static iso_err add_title(iso_buf *out, const struct report *report)
{
    struct names models = {0};
    iso_err err = ISO_OK;

    if (report->opt->title)
        return iso_html_text(out, report->opt->title);
    for (int64_t i = 0; i < report->records.count; i++) {
        if (report->records.at[i].model && !report->records.at[i].baseline)
            (void)iso_names_index(&models, report->records.at[i].model);
    }
    ISO_TRY(iso_buf_puts(out, "How far apart are the languages"));
    for (int i = 0; i < models.count && models.count <= FIGURE_MODELS; i++) {
        ISO_TRY(iso_buf_puts(out, i == 0 ? " of " : i + 1 < models.count ? ", " : " and "));
        ISO_TRY(iso_html_text(out, models.at[i]));
    }
    ISO_TRY(iso_buf_puts(out, "?"));
done:
    return err;
}

/* What the limit of time cut. */
static iso_err add_cut(iso_buf *out, const struct report *report)
{
    iso_buf cut = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_report_cost_cut(&cut, &report->cost, report->opt));
    if (cut.len == 0)
        goto done;
    iso_fields_show(cut.text);
    ISO_TRY(iso_buf_puts(out, "<p class=\"cut\">Note: "));
    ISO_TRY(iso_html_text(out, cut.text));
    ISO_TRY(iso_buf_puts(out, ".</p>\n"));
done:
    iso_buf_free(&cut);
    return err;
}

static void list_langs(struct names *names, const struct report *report)
{
    for (int64_t i = 0; i < report->records.count; i++) {
        if (strcmp(report->records.at[i].measure, "gap") == 0)
            continue; /* a table has languages that nothing else is known of */
        if (report->records.at[i].src)
            (void)iso_names_index(names, report->records.at[i].src);
        if (report->records.at[i].tgt)
            (void)iso_names_index(names, report->records.at[i].tgt);
    }
}

static iso_err add_lead(iso_buf *out, const struct report *report)
{
    struct names names = {0};
    iso_buf shared = {0};
    iso_err err = ISO_OK;

    list_langs(&names, report);
    ISO_TRY(iso_buf_puts(out, "<p class=\"lead\">"));
    ISO_TRY(iso_wording_shared(&shared, &report->records));
    ISO_TRY(iso_html_text(out, shared.text));
    if (names.count > 0)
        ISO_TRY(iso_buf_printf(out, "%s%d language%s: ", shared.len ? " \xc2\xb7 " : "",
                               names.count, names.count == 1 ? "" : "s"));
    for (int i = 0; i < names.count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
        ISO_TRY(iso_html_lang(out, names.at[i]));
    }
    ISO_TRY(iso_buf_puts(out, "</p>\n"));
done:
    iso_buf_free(&shared);
    return err;
}

static iso_err add_section_title(iso_buf *out, const struct section_view *v)
{
    const iso_record *r = &v->records.at[0];
    iso_err err = ISO_OK;

    if (v->section->title)
        return iso_buf_puts(out, v->section->title);
    if (v->mixing)
        ISO_TRY(iso_buf_puts(out, "Mixing: "));
    ISO_TRY(iso_html_text(out, iso_catalogue_of(r->measure, r->estimator).title));
done:
    return err;
}

static iso_err add_contents(iso_buf *out, const struct section_view *views, int count)
{
    iso_err err = ISO_OK;

    if (count < 2)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(out, "<nav aria-label=\"Contents\"><ol>\n"));
    for (int i = 0; i < count; i++) {
        ISO_TRY(iso_buf_printf(out, "<li><a href=\"#%s\">", views[i].id));
        ISO_TRY(add_section_title(out, &views[i]));
        ISO_TRY(iso_buf_puts(out, "</a></li>\n"));
    }
    ISO_TRY(iso_buf_puts(out, "</ol></nav>\n"));
done:
    return err;
}

static bool has_lang(const struct section_view *v, const char *lang)
{
    for (int64_t i = 0; i < v->records.count; i++) {
        if (iso_str_same(v->records.at[i].src, lang) || iso_str_same(v->records.at[i].tgt, lang))
            return true;
    }
    return false;
}

/* The languages of the page that a figure of languages lacks: not compared, without labels, without
 * a score. */
static iso_err add_missing(iso_buf *out, const struct report *report, const struct section_view *v)
{
    enum { NAMED = 12 };
    struct names names = {0};
    int count = 0;
    iso_err err = ISO_OK;

    if (!v->records.at[0].tgt)
        return ISO_OK;
    list_langs(&names, report);
    for (int i = 0; i < names.count; i++) {
        if (has_lang(v, names.at[i]))
            continue;
        if (count < NAMED) {
            ISO_TRY(iso_buf_puts(out, count ? ", " : " Not in this figure: "));
            ISO_TRY(iso_html_lang(out, names.at[i]));
        }
        count++;
    }
    if (count > NAMED)
        ISO_TRY(iso_buf_printf(out, " and %d more", count - NAMED));
    ISO_TRY(iso_buf_puts(out, count ? "." : ""));
done:
    return err;
}

static iso_err add_figure(iso_buf *out, const struct report *report, const struct section_view *v)
{
    const char *size = v->figure.width > 600 ? "wide" : "fits";
    iso_buf prefix = {0}, label = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&prefix, "%s-", v->id));
    ISO_TRY(iso_buf_printf(&label, "%s; %s; %s", v->figure.title.text, v->figure.subtitle.text,
                           v->figure.note.len ? v->figure.note.text : ""));
    ISO_TRY(iso_buf_printf(out,
                           "<figure>\n<div class=\"sheet %s\" tabindex=\"0\" "
                           "style=\"--most:%dpx\">\n",
                           size, v->figure.width * 5 / 4));
    ISO_TRY(iso_html_svg(out, &v->svg, prefix.text, label.text));
    ISO_TRY(
        iso_buf_printf(out,
                       "</div>\n<figcaption>To restyle: <a href=\"figures/%s.gp\">script</a>, "
                       "<a href=\"figures/%s.tsv\">data</a>, <a href=\"figures/%s.svg\">SVG</a>, "
                       "beside this page.",
                       v->id, v->id, v->id));
    if (v->figure.left_out)
        ISO_TRY(iso_buf_printf(out, " %d more panel%s not drawn; the records have their numbers.",
                               v->figure.left_out, v->figure.left_out == 1 ? " is" : "s are"));
    ISO_TRY(add_missing(out, report, v));
    ISO_TRY(iso_buf_puts(out, "</figcaption>\n</figure>\n"));
done:
    iso_buf_free(&prefix);
    iso_buf_free(&label);
    return err;
}

static const char *interval_words(const char *interval)
{
    static const char *const words[][2] = {
        {"jackknife", "95 %, jackknife over items"},
        {"groups", "95 %, jackknife over groups of items"},
        {"boot-items", "95 %, bootstrap of items"},
        {"boot-pairs", "95 %, bootstrap weights of pairs of items"},
    };

    for (size_t i = 0; interval && i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i][0], interval) == 0)
            return words[i][1];
    }
    return interval ? interval : "none";
}

/* "cka debiased · pooling mean · n = 240 · interval jackknife", then the command lines. */
static iso_err add_trace(iso_buf *out, const struct report *report, const struct section_view *v)
{
    const iso_record *r = &v->records.at[0];
    iso_buf shared = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_wording_shared(&shared, &v->records));
    ISO_TRY(iso_buf_puts(out, "<div class=\"trace\">Measure <code>"));
    ISO_TRY(iso_html_text(out, r->measure));
    if (r->estimator) {
        ISO_TRY(iso_buf_puts(out, ":"));
        ISO_TRY(iso_html_text(out, r->estimator));
    }
    ISO_TRY(iso_buf_puts(out, "</code>"));
    if (shared.len) {
        ISO_TRY(iso_buf_puts(out, " \xc2\xb7 "));
        ISO_TRY(iso_html_text(out, shared.text));
    }
    ISO_TRY(iso_buf_puts(out, " \xc2\xb7 intervals: "));
    ISO_TRY(iso_html_text(out, interval_words(r->interval)));
    if (v->others > 0)
        ISO_TRY(iso_buf_printf(out,
                               " \xc2\xb7 %lld more records of this measure (another model, "
                               "pooling, direction or stage) are in the files only",
                               (long long)v->others));
    ISO_TRY(iso_buf_puts(out, ". Made by"));
    for (int s = 0; s < report->source_count; s++) {
        if (!v->from[s])
            continue;
        ISO_TRY(iso_buf_puts(out, "<pre>"));
        ISO_TRY(iso_html_text(out, report->source[s].line.text));
        ISO_TRY(iso_buf_puts(out, "</pre>\n"));
    }
    ISO_TRY(iso_buf_puts(out, "</div>\n"));
done:
    iso_buf_free(&shared);
    return err;
}

static const char *guide_for(const struct section_view *v)
{
    const iso_record *r = &v->records.at[0];

    return v->section->guide ? v->section->guide : iso_guide_of(r->measure, r->estimator);
}

static iso_err add_section(iso_buf *out, const struct report *report, const struct section_view *v)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "<section id=\"%s\">\n<h2>", v->id));
    ISO_TRY(add_section_title(out, v));
    ISO_TRY(iso_buf_puts(out, "</h2>\n"));
    if (v->svg.len > 0)
        ISO_TRY(add_figure(out, report, v));
    else
        ISO_TRY(iso_buf_puts(out, "<p>No value is defined, so there is no figure.</p>\n"));
    ISO_TRY(iso_report_claims(out, v));
    ISO_TRY(iso_buf_puts(out, "<p class=\"guide\"><b>How to read it.</b> "));
    ISO_TRY(iso_guide_fill(out, guide_for(v), &v->figure));
    ISO_TRY(iso_buf_puts(out, "</p>\n"));
    ISO_TRY(iso_buf_printf(out, "<details><summary>The numbers (%lld records)</summary>\n",
                           (long long)v->records.count));
    ISO_TRY(iso_report_numbers(out, v));
    ISO_TRY(iso_buf_puts(out, "</details>\n"));
    ISO_TRY(add_trace(out, report, v));
    ISO_TRY(iso_buf_puts(out, "</section>\n"));
done:
    return err;
}

/* Both files as one archive: a tenth of what they are alone. */
static iso_err add_download(iso_buf *out, const struct report *report)
{
    const iso_packed_file files[] = {{"records.csv", &report->csv},
                                     {"records.json", &report->json}};
    iso_buf archive = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_pack(&archive, files, 2));
    ISO_TRY(iso_buf_puts(out, "<a class=\"button\" download=\"records.zip\" "
                              "href=\"data:application/zip;base64,"));
    ISO_TRY(iso_base64_encode(out, archive.text, archive.len));
    ISO_TRY(iso_buf_printf(out, "\">records.zip</a> %lld records, as CSV and as JSON\n",
                           (long long)report->records.count));
done:
    iso_buf_free(&archive);
    return err;
}

static iso_err add_inputs(iso_buf *out, const struct report *report)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "<dl>\n"));
    for (int i = 0; report->states && i < iso_states_files(report->states); i++) {
        const iso_states_file *file = iso_states_file_at(report->states, i);
        ISO_TRY(iso_buf_puts(out, "<dt>input</dt><dd>"));
        ISO_TRY(iso_html_text(out, file->path));
        ISO_TRY(iso_buf_printf(out, " (%lld bytes%s", (long long)file->bytes,
                               file->layout ? ", " : ""));
        ISO_TRY(iso_html_text(out, file->layout));
        ISO_TRY(iso_buf_puts(out, ")</dd>\n"));
    }
    for (int s = 0; s < report->source_count; s++) {
        ISO_TRY(iso_buf_printf(out, "<dt>%lld records</dt><dd><code>",
                               (long long)report->source[s].count));
        ISO_TRY(iso_html_text(out, report->source[s].line.text));
        ISO_TRY(iso_buf_puts(out, "</code></dd>\n"));
    }
    ISO_TRY(iso_buf_puts(out, "</dl>\n"));
done:
    return err;
}

static iso_err add_end(iso_buf *out, const struct report *report)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out,
                         "<section id=\"records\">\n<h2>Where the numbers come from</h2>\n"
                         "<p>Every value on this page is a record with its estimator, pooling, "
                         "number of items, interval and chance level; layer 0 is the embedding "
                         "output. The files hold all of them, in full precision.</p>\n"
                         "<p class=\"downloads\">"));
    ISO_TRY(add_download(out, report));
    ISO_TRY(iso_buf_puts(out, "</p>\n"));
    ISO_TRY(add_inputs(out, report));
    ISO_TRY(iso_buf_puts(out, "</section>\n<footer class=\"trace\">Isogloss " ISO_VERSION
                              "</footer>\n</body>\n</html>\n"));
done:
    return err;
}

iso_err iso_report_page(iso_buf *out, const struct report *report, const struct section_view *views,
                        int count)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, head));
    ISO_TRY(add_title(out, report));
    ISO_TRY(iso_buf_printf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>",
                           iso_report_style()));
    ISO_TRY(add_title(out, report));
    ISO_TRY(iso_buf_puts(out, "</h1>\n"));
    ISO_TRY(add_lead(out, report));
    ISO_TRY(add_cut(out, report));
    ISO_TRY(iso_buf_puts(out, "</header>\n<main>\n"));
    if (report->summary.len > 0)
        ISO_TRY(iso_buf_printf(out,
                               "<div class=\"summary\"><h2>In short</h2>\n<ul>\n%s</ul></div>\n",
                               report->summary.text));
    ISO_TRY(add_contents(out, views, count));
    for (int i = 0; i < count; i++)
        ISO_TRY(add_section(out, report, &views[i]));
    ISO_TRY(iso_buf_puts(out, "</main>\n"));
    ISO_TRY(add_end(out, report));
done:
    return err;
}
