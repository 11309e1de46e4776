/* The report in plain words: where languages meet, which stays away, how sure that is. */
#include <math.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/measure/measure.h"
#include "analysis/study/items/stands.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/page/html.h"
#include "analysis/page/wording.h"
#include "lib/base/str.h"
#include "lib/base/alloc.h"

/* One measure from the source to all others, same layer on both sides: its mean by layer. */
struct course {
    iso_catalogue_entry words;
    const iso_record **at;
    int64_t count, layer_lo, layer_hi;
    double *mean;    /* [layer - layer_lo] */
    int64_t best;    /* the layer where languages are closest */
    int targets;     /* at that layer */
    bool of_several; /* other models have the same measure */
    const iso_beside *beside;
};

static bool belongs(const iso_record *r, const iso_record *first, const char *src)
{
    return !r->baseline && r->src_layer == r->tgt_layer && r->src_layer >= 0 &&
           r->src_layer < 100000 && isfinite(r->value) && !iso_str_same(r->stage, "difference") &&
           r->mix_layer < 0 && iso_str_same(r->src, src) && !iso_str_same(r->src, r->tgt) &&
           iso_record_compare(r, first, ISO_ROLE_QUESTION, 0) == 0;
}

static bool of_other_model(const iso_record *r, const iso_record *first, const char *src)
{
    iso_record same = *r;

    same.model = first->model;
    return !iso_str_same(r->model, first->model) && belongs(&same, first, src);
}

static const iso_record *first_of(const struct report *report, const char *measure,
                                  const char *estimator)
{
    for (int64_t i = 0; i < report->records.count; i++) {
        const iso_record *r = &report->records.at[i];
        if (iso_str_same(r->measure, measure) && iso_str_same(r->estimator, estimator) &&
            belongs(r, r, report->src))
            return r;
    }
    return NULL;
}

static iso_err average(struct course *c)
{
    const int64_t layers = c->layer_hi - c->layer_lo + 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->mean, layers, sizeof *c->mean));
    c->best = c->layer_lo;
    for (int64_t layer = c->layer_lo; layer <= c->layer_hi; layer++) {
        double sum = 0;
        int count = 0;
        for (int64_t i = 0; i < c->count; i++) {
            sum += c->at[i]->src_layer == layer ? c->at[i]->value : 0;
            count += c->at[i]->src_layer == layer;
        }
        const double mean = count ? sum / count : NAN;
        const double best = c->mean[c->best - c->layer_lo];
        c->mean[layer - c->layer_lo] = mean;
        const bool better = c->words.high == ISO_HIGH_APART ? mean < best : mean > best;
        /* The embeddings are no layer of the network: they are named, never the best. */
        if (isfinite(mean) && (c->targets == 0 || c->best == 0 || better)) {
            c->best = layer;
            c->targets = count;
        }
    }
done:
    return err;
}

/* Runs that overlap bring the same value twice. */
static bool seen(const struct course *c, const iso_record *r)
{
    for (int64_t i = 0; i < c->count; i++) {
        if (c->at[i]->src_layer == r->src_layer && iso_str_same(c->at[i]->tgt, r->tgt))
            return true;
    }
    return false;
}

static iso_err follow(struct course *c, const struct report *report, const iso_record *first)
{
    iso_err err = ISO_OK;

    c->words = iso_catalogue_of(first->measure, first->estimator);
    c->layer_lo = c->layer_hi = first->src_layer;
    ISO_TRY(iso_alloc(&c->at, report->records.count, sizeof *c->at));
    for (int64_t i = 0; i < report->records.count; i++) {
        const iso_record *r = &report->records.at[i];
        c->of_several = c->of_several || of_other_model(r, first, report->src);
        if (!belongs(r, first, report->src) || seen(c, r))
            continue;
        c->at[c->count++] = r;
        c->layer_lo = r->src_layer < c->layer_lo ? r->src_layer : c->layer_lo;
        c->layer_hi = r->src_layer > c->layer_hi ? r->src_layer : c->layer_hi;
    }
    ISO_TRY(average(c));
done:
    return err;
}

static void forget(struct course *c)
{
    iso_free(c->at);
    iso_free(c->mean);
    *c = (struct course){0};
}

/* The record at the best layer with the least (or the greatest) value. */
static const iso_record *extreme(const struct course *c, bool least)
{
    const iso_record *found = NULL;

    for (int64_t i = 0; i < c->count; i++) {
        const iso_record *r = c->at[i];
        if (r->src_layer == c->best &&
            (!found || (least ? r->value < found->value : r->value > found->value)))
            found = r;
    }
    return found;
}

static iso_err add_layer(iso_buf *out, int64_t layer)
{
    return layer == 0 ? iso_buf_puts(out, "the embeddings (layer&nbsp;0)")
                      : iso_buf_printf(out, "layer&nbsp;%lld", (long long)layer);
}

/* "; random weights have 0.35, bag of pieces 0.33": the means of what there is at the best layer.
 */
static iso_err add_baselines(iso_buf *out, const struct course *c)
{
    bool any = false;
    iso_err err = ISO_OK;

    for (int k = 0; k < c->beside->names; k++) {
        double sum = 0;
        int count = 0;
        for (int64_t i = 0; i < c->count; i++) {
            const iso_record *b =
                c->at[i]->src_layer == c->best ? iso_beside_find(c->beside, c->at[i], k) : NULL;
            const bool has = b && isfinite(b->value);
            sum += has ? b->value : 0;
            count += has;
        }
        if (count == 0)
            continue;
        ISO_TRY(iso_buf_puts(out, any ? ", " : " (baselines: "));
        ISO_TRY(iso_html_text(out, iso_wording_baseline(c->beside->name[k])));
        ISO_TRY(iso_buf_puts(out, " "));
        ISO_TRY(iso_html_number(out, sum / count, 2));
        any = true;
    }
done:
    return err;
}

/* Of the values at the best layer, those that stand above, and the p of the search. */
static iso_err add_certainty(iso_buf *out, const struct course *c)
{
    double p = NAN;
    int64_t family = 0;
    int above = 0, known = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < c->count; i++) {
        const iso_record *r = c->at[i];
        if (r->src_layer != c->best)
            continue;
        const iso_stand stand = iso_stands(c->beside, r);
        known += stand != ISO_STAND_UNKNOWN;
        above += stand == ISO_STAND_ABOVE;
        if (isfinite(r->p_max)) {
            p = isfinite(p) ? fmax(p, r->p_max) : r->p_max;
            family = r->family > family ? r->family : family;
        }
    }
    if (known)
        ISO_TRY(iso_buf_printf(out, "; above all of them: <b>%d of %d</b>)", above, known));
    if (isfinite(p)) {
        ISO_TRY(iso_buf_printf(out, ", p%s", c->targets > 1 ? " of each at most " : " "));
        ISO_TRY(iso_html_number(out, p, 4));
        ISO_TRY(iso_buf_printf(out, " corrected for the %lld values looked at", (long long)family));
    }
done:
    return err;
}

static iso_err add_course(iso_buf *out, const struct course *c, const char *src)
{
    const double first = c->mean[0], best = c->mean[c->best - c->layer_lo];
    const double last = c->mean[c->layer_hi - c->layer_lo];
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(
        out, c->beside->names ? "<li>The largest values, above the baselines or not: " : "<li>"));
    if (c->of_several) {
        ISO_TRY(iso_buf_puts(out, "Of "));
        ISO_TRY(iso_html_text(out, c->at[0]->model ? c->at[0]->model : "the first model"));
        ISO_TRY(iso_buf_puts(out, ", the first of several models here: "));
    }
    ISO_TRY(iso_html_lang(out, src));
    ISO_TRY(iso_buf_puts(out, c->targets == 1 ? " and the other language are most alike in <b>"
                                              : " and the other languages are most alike in <b>"));
    ISO_TRY(add_layer(out, c->best));
    ISO_TRY(iso_buf_puts(out, "</b>: "));
    ISO_TRY(iso_html_text(out, c->words.axis));
    ISO_TRY(iso_buf_puts(out, c->targets == 1 ? " is <b>" : " averages <b>"));
    ISO_TRY(iso_html_number(out, best, 2));
    ISO_TRY(iso_buf_puts(out, "</b>"));
    if (c->targets > 1)
        ISO_TRY(iso_buf_printf(out, " over %d languages", c->targets));
    ISO_TRY(add_baselines(out, c));
    ISO_TRY(add_certainty(out, c));
    if (c->best != c->layer_hi) {
        ISO_TRY(iso_buf_puts(out, ", against "));
        ISO_TRY(iso_html_number(out, last, 2));
        ISO_TRY(iso_buf_printf(out, " in layer&nbsp;%lld, the last", (long long)c->layer_hi));
    }
    if (c->layer_lo == 0 && c->best != 0) {
        ISO_TRY(iso_buf_puts(out, "; the embeddings before it have "));
        ISO_TRY(iso_html_number(out, first, 2));
        if (c->words.high == ISO_HIGH_ALIKE && first > best && c->beside->names == 0)
            ISO_TRY(iso_buf_puts(out, ", which sentence length alone can bring about"));
    }
    ISO_TRY(iso_buf_puts(out, ".</li>\n"));
done:
    return err;
}

static iso_err add_language(iso_buf *out, const iso_record *r)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "<b>"));
    ISO_TRY(iso_html_lang(out, r->tgt));
    ISO_TRY(iso_buf_puts(out, "</b>, "));
    ISO_TRY(iso_html_number(out, r->value, 2));
    if (isfinite(r->lo) && isfinite(r->hi)) {
        ISO_TRY(iso_buf_puts(out, " ["));
        ISO_TRY(iso_html_number(out, r->lo, 2));
        ISO_TRY(iso_buf_puts(out, ", "));
        ISO_TRY(iso_html_number(out, r->hi, 2));
        ISO_TRY(iso_buf_puts(out, "]"));
    }
done:
    return err;
}

/* Others whose interval reaches that of the farthest cannot be distinguished from it. */
static int rivals(const struct course *c, const iso_record *far)
{
    int count = 0;

    for (int64_t i = 0; i < c->count; i++) {
        const iso_record *r = c->at[i];
        count += r != far && r->src_layer == c->best && isfinite(r->lo) && isfinite(far->hi) &&
                 (c->words.high == ISO_HIGH_APART ? r->hi >= far->lo : r->lo <= far->hi);
    }
    return count;
}

static iso_err add_extremes(iso_buf *out, const struct course *c)
{
    const bool apart = c->words.high == ISO_HIGH_APART;
    const iso_record *far = extreme(c, !apart), *near = extreme(c, apart);
    const int others = rivals(c, far);
    iso_err err = ISO_OK;

    if (far == near)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(out, "<li>There the farthest language is "));
    ISO_TRY(add_language(out, far));
    ISO_TRY(iso_buf_puts(out, "; the closest is "));
    ISO_TRY(add_language(out, near));
    ISO_TRY(iso_buf_puts(out, "."));
    if (others > 0)
        ISO_TRY(
            iso_buf_printf(out,
                           " The interval of the farthest overlaps with %d other%s, so that rank "
                           "is not certain.",
                           others, others == 1 ? "" : "s"));
    ISO_TRY(iso_buf_puts(out, "</li>\n"));
done:
    return err;
}

/* How far the weakest value stands from chance, in standard deviations of chance. */
static iso_err add_chance(iso_buf *out, const struct course *c)
{
    const iso_record *low = extreme(c, true);
    iso_err err = ISO_OK;

    if (c->words.high != ISO_HIGH_ALIKE || !isfinite(low->null) || !(low->null_sd > 0))
        return ISO_OK;
    const double above = (low->value - low->null) / low->null_sd;
    ISO_TRY(iso_buf_puts(out, "<li>Unrelated sentences would give "));
    ISO_TRY(iso_html_number(out, low->null, 2));
    ISO_TRY(iso_buf_puts(out, " (give or take "));
    ISO_TRY(iso_html_number(out, low->null_sd, 3));
    ISO_TRY(iso_buf_puts(out, "). "));
    if (above > 3)
        ISO_TRY(iso_buf_printf(out,
                               "%s at that layer lies <b>%.0f standard deviations</b> above "
                               "chance.</li>\n",
                               c->targets == 1 ? "The value" : "Even the lowest value", above));
    else
        ISO_TRY(iso_buf_puts(out, "The lowest value at that layer cannot be distinguished from "
                                  "chance.</li>\n"));
done:
    return err;
}

/* What similarity is measured by: the first of these, else of all measures that say who is closer.
 */
static const iso_record *first_similarity(const struct report *report)
{
    static const char *const choices[][2] = {
        {"cka", "debiased"}, {"cka", "biased"}, {"cosine", "centred"}, {"cosine", "raw"}};
    const iso_record *first = NULL;

    for (size_t i = 0; i < sizeof choices / sizeof *choices && !first; i++)
        first = first_of(report, choices[i][0], choices[i][1]);
    for (int i = 0; i < iso_measure_count() && !first; i++) {
        const iso_measure *m = iso_measure_at(i);
        if (m->high != ISO_HIGH_NEITHER)
            first = first_of(report, m->measure, m->estimator);
    }
    return first;
}

static iso_err add_similarity(iso_buf *out, const struct report *report, const iso_beside *beside)
{
    const iso_record *first = first_similarity(report);
    struct course c = {.beside = beside};
    iso_err err = ISO_OK;

    if (!first)
        return ISO_OK;
    ISO_TRY(follow(&c, report, first));
    ISO_TRY(add_course(out, &c, report->src));
    ISO_TRY(add_extremes(out, &c));
    ISO_TRY(add_chance(out, &c));
done:
    forget(&c);
    return err;
}

static iso_err add_share(iso_buf *out, const struct report *report)
{
    const iso_record *first = first_of(report, "centroid", "share");
    struct course c = {0};
    iso_err err = ISO_OK;

    if (!first)
        return ISO_OK;
    ISO_TRY(follow(&c, report, first));
    const double last = c.mean[c.layer_hi - c.layer_lo];
    ISO_TRY(iso_buf_printf(out,
                           "<li>In layer&nbsp;%lld, the last, <b>%.0f&nbsp;%%</b> of the squared "
                           "distance between a sentence and its translation is the shift between "
                           "the languages&rsquo; means",
                           (long long)c.layer_hi, 100 * last));
    if (c.best != c.layer_hi) {
        ISO_TRY(
            iso_buf_printf(out, " (least: %.0f&nbsp;%% in ", 100 * c.mean[c.best - c.layer_lo]));
        ISO_TRY(add_layer(out, c.best));
        ISO_TRY(iso_buf_puts(out, ")"));
    }
    ISO_TRY(iso_buf_puts(out, "; centring by language would remove it.</li>\n"));
done:
    forget(&c);
    return err;
}

static iso_err add_undefined(iso_buf *out, const struct report *report)
{
    int64_t count = 0;

    for (int64_t i = 0; i < report->records.count; i++)
        count += !isfinite(report->records.at[i].value);
    if (count == 0)
        return ISO_OK;
    return iso_buf_printf(
        out, "<li>%lld of %lld values are undefined; the tables give the reason.</li>\n",
        (long long)count, (long long)report->records.count);
}

/* Without a baseline nothing tells what training brought. */
static iso_err add_warning(iso_buf *out, const struct report *report, const iso_beside *beside)
{
    if (beside->names > 0 || !first_similarity(report))
        return ISO_OK;
    return iso_buf_puts(out, "<li>These records have no baselines (random weights, shared pieces, "
                             "sentence length): how much of what follows training brought is not "
                             "known.</li>\n");
}

iso_err iso_report_summarise(iso_buf *out, const struct report *report)
{
    iso_beside beside = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_beside_make(&beside, &report->records));
    ISO_TRY(iso_buf_puts(out, ""));
    if (report->src) {
        ISO_TRY(iso_report_stand(out, report, &beside));
        ISO_TRY(add_warning(out, report, &beside));
        ISO_TRY(add_similarity(out, report, &beside));
        ISO_TRY(add_share(out, report));
    }
    ISO_TRY(iso_report_relations(out, report, &beside));
    ISO_TRY(add_undefined(out, report));
done:
    iso_beside_free(&beside);
    return err;
}
