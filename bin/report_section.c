/* The sections of a report. To add one is to add an entry to the table. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bin/report.h"
#include "bin/wording.h"
#include "lib/base/str.h"
#include "lib/base/alloc.h"

static const char cka_curves[] =
    "CKA asks whether two languages arrange the same sentences alike: whether sentences that lie "
    "close together in one language have translations that lie close together in the other. "
    "<b>1</b> means the two arrangements agree up to rotation and scale, <b>0</b> is what "
    "unrelated "
    "sentences give. The debiased estimator keeps that chance level at 0 for any number of "
    "sentences; the usual biased one rises when sentences are few or dimensions many. Curves that "
    "rise towards the middle and fall at the end are the common picture: middle layers share most, "
    "the last ones go back to words of one language. Bands are 95&nbsp;% intervals over sentences: "
    "how "
    "far the number would move with other sentences of the same kind, not with another kind of "
    "text. <em>Mind:</em> the directions of largest variance weigh most, so a few very large "
    "dimensions can carry the value; in layer 0 a shared direction such as sentence length, which "
    "position "
    "embeddings encode, is enough for a high value; and a constant shift between languages is "
    "invisible here (the "
    "centroid section measures it). <cite>Kornblith et al., ICML 2019 (arXiv:1905.00414); debiased "
    "by the estimator of Song et al., JMLR 2012; between languages: Conneau et al., ACL 2020 "
    "(arXiv:1911.01464).</cite>";

static const char cka_biased[] =
    "The same question as with the debiased estimator, answered by the form most papers print. Its "
    "chance level is not 0: it grows with the number of dimensions and shrinks with the number of "
    "sentences (dashed line), so a high curve may be mostly chance. Use it to compare with "
    "published "
    "numbers of the same number of sentences, not to judge how much is shared. <cite>Kornblith et "
    "al., "
    "ICML 2019 (arXiv:1905.00414).</cite>";

static const char cosine_raw[] = "The mean cosine of a sentence and its translation. <b>1</b> "
                                 "means the same direction. Unlike CKA it "
                                 "asks for the same coordinates, not only the same arrangement. "
                                 "<em>Mind the dashed lines</em>: each "
                                 "is a language&rsquo;s chance level, the mean cosine of all its "
                                 "sentences with all of the source, "
                                 "translations or not. In models of this family all vectors share "
                                 "a common direction, so unrelated sentences can reach 0.9; what "
                                 "counts is the height of a curve "
                                 "above its own dashed line, not above 0. <cite>On that common "
                                 "direction: Ethayarajh, EMNLP 2019 "
                                 "(arXiv:1909.00512).</cite>";

static const char cosine_centred[] =
    "The mean cosine of a sentence and its translation after the mean vector of each language was "
    "taken off, which removes both the common direction and the shift between the languages. "
    "Chance is close to 0. Where this curve lies far above the raw cosine&rsquo;s height over its "
    "own "
    "chance level, languages differ mainly by a shift, which is easily removed; where both are "
    "low, "
    "they differ in more than that. <cite>Centring by language: Libovick&yacute; et al., Findings "
    "of "
    "EMNLP 2020 (arXiv:2004.05160).</cite>";

static const char retrieval_cosine[] =
    "Every sentence of the source looks for its nearest neighbour by cosine among all sentences of "
    "the other language; the curve is the share that finds its translation. The dashed line is "
    "chance, one in the number of sentences. This asks more than CKA: not whether the arrangement "
    "is alike but whether a sentence is told from every other. It depends on how many sentences "
    "are searched, so compare only numbers of the same text. Latin-script languages often "
    "stand high in layer 0 already, through shared words, names and digits. The records hold the "
    "other direction too. <cite>Protocol: Artetxe and Schwenk, TACL 2019 (arXiv:1812.10464); "
    "XTREME: Hu et al., ICML 2020 (arXiv:2003.11080).</cite>";

static const char retrieval_csls[] =
    "The same search, where a sentence that is near to everything (a hub) loses what it is near to "
    "its ten nearest on average. Where this curve lies well above the one by cosine, hubs and the "
    "common direction of all vectors stand between translations, rather than missing meaning. "
    "<cite>CSLS: Lample et al., ICLR 2018 (arXiv:1710.04087); hubs: Radovanovi&cacute; et al., "
    "JMLR "
    "2010.</cite>";

static const char alignment[] =
    "An orthogonal map turns the source into the space of each language. It is fitted on four "
    "fifths "
    "of the translations and judged on the last, five times over; the curve is the share of those "
    "sentences that find their translation among the sentences left out with them. The dashed line "
    "is chance. The two spaces are turned, not bent: what rises here had the same shape and only "
    "other axes. There are fewer candidates than in plain retrieval, so its numbers are no "
    "comparison; `isogloss align` gives the same before the map. <cite>Orthogonal maps: "
    "Sch&ouml;nemann, Psychometrika 1966; of independently trained models: Conneau et al., ACL "
    "2020 "
    "(arXiv:1911.01464).</cite>";

static const char layer_map[] =
    "Every layer of the source language (across) with every layer of another (upwards). A bright "
    "ridge along the diagonal means the languages go through the same stages at the same depth; a "
    "bright block means that several layers hold nearly the same arrangement; a ridge off the "
    "diagonal, that one language reaches a stage later than the other. Compare colours within one "
    "figure: the scale is shared by its panels and need not begin at 0. <cite>Kornblith et al., "
    "ICML "
    "2019 (arXiv:1905.00414).</cite>";

static const char language_map[] =
    "All pairs of languages, a panel per layer, one order for all: languages with similar rows "
    "stand together (average linkage on the last panel, its tree turned so that neighbours are "
    "close). Bright blocks are groups of languages that the model arranges alike, often a family "
    "or a "
    "script; watch whether they dissolve in the middle layers and return in the last. The colour "
    "scale is shared by the panels and need not begin at 0. <cite>Measure: Kornblith et al., ICML "
    "2019 "
    "(arXiv:1905.00414).</cite>";

static const char centroid_relative[] =
    "How far the mean vectors (centroids) of two languages lie apart, in units of how far "
    "sentences of "
    "one language lie from their own mean. Well below 1: the languages are clouds that lie in one "
    "another, shifted a little. Above 1: separate clouds. Low is more cross-lingual. The "
    "dashed line is what dealing the rows to the two languages at random would give. This shift is "
    "exactly what centring by language removes, and what CKA does not see. <cite>Libovick&yacute; "
    "et al., "
    "Findings of EMNLP 2020 (arXiv:2004.05160).</cite>";

static const char centroid_share[] =
    "Of the squared distance between a sentence and its translation, the part that is the shift "
    "between the two languages&rsquo; means and therefore the same for all sentences. <b>0.8</b> "
    "says that "
    "four fifths of that distance says only which language it is, and that centring would remove "
    "it. "
    "Low means that centring gains little. The dashed line is chance, for rows dealt to languages "
    "at "
    "random. <cite>Centring by language: Libovick&yacute; et al., Findings of EMNLP 2020 "
    "(arXiv:2004.05160).</cite>";

static const char centroid_map[] =
    "The same distances for all pairs of languages. Here dark is near. Languages with similar rows "
    "stand together; groups often follow script and family. <cite>Libovick&yacute; et al., "
    "Findings of "
    "EMNLP 2020 (arXiv:2004.05160).</cite>";

static const char models[] =
    "Each language of one model with the same language of the other, over the same sentences. "
    "<b>1</b> "
    "means that both models arrange the sentences of that language alike, <b>0</b> is chance. "
    "Languages whose curve falls are those that the second model (a fine-tuned one, for example) "
    "treats "
    "differently; where all curves fall together, the change is not about language. "
    "<cite>Kornblith et "
    "al., ICML 2019 (arXiv:1905.00414).</cite>";

static const char difference[] =
    "The similarity of the source with each language in the first model minus the same in the "
    "second. "
    "Above 0 the first model brings the two languages closer, below 0 the second. The interval is "
    "paired: both models saw the same sentences, and what sentences do to both cancels. Where a "
    "band "
    "holds 0, no difference has been shown. <cite>Kornblith et al., ICML 2019 "
    "(arXiv:1905.00414).</cite>";

static const char anything_else[] = "A measure without a reading guide of its own. The figure "
                                    "shows its values with their 95&nbsp;% "
                                    "intervals and chance levels, where the records hold them.";

static const struct section table[] = {
    {10, "cka-layers", "Similarity with the source, layer by layer", "cka:debiased", FIGURE_CURVES,
     cka_curves},
    {20, "cosine-centred-layers", "Translations side by side: cosine without the language means",
     "cosine:centred", FIGURE_CURVES, cosine_centred},
    {30, "cosine-raw-layers", "Translations side by side: raw cosine", "cosine:raw", FIGURE_CURVES,
     cosine_raw},
    {31, "retrieval-cosine-layers", "Retrieval: does a sentence find its translation?",
     "p@k:cosine", FIGURE_CURVES, retrieval_cosine},
    {32, "retrieval-csls-layers", "Retrieval when hubs are held back", "p@k:csls", FIGURE_CURVES,
     retrieval_csls},
    {33, "alignment-layers", "Alignment: retrieval after a map between the languages", "p@k:cosine",
     FIGURE_CURVES, alignment, PAIRS_ALIGNED},
    {34, "cka-models", "The same language in two models", "cka:debiased", FIGURE_CURVES, models,
     PAIRS_MODELS},
    {36, "cka-difference", "What differs between the models", "cka:debiased", FIGURE_CURVES,
     difference, PAIRS_DIFFERENCE},
    {40, "cka-across", "Every layer with every layer", "cka:debiased", FIGURE_LAYERS, layer_map},
    {50, "cka-languages", "All pairs of languages", "cka:debiased", FIGURE_LANGUAGES, language_map},
    {60, "centroid-relative-layers", "How far the languages are shifted", "centroid:relative",
     FIGURE_CURVES, centroid_relative},
    {70, "centroid-share-layers", "What centring removes", "centroid:share", FIGURE_CURVES,
     centroid_share},
    {80, "centroid-languages", "Shifts between all pairs of languages", "centroid:relative",
     FIGURE_LANGUAGES, centroid_map},
    {90, "cka-biased-layers", "Biased CKA, for comparison with published numbers", "cka:biased",
     FIGURE_CURVES, cka_biased},
};

/* Of measures that have no entry; also of other figures than the entries name. */
static const struct section rest = {.order = 1000, .guide = anything_else};

int section_count(void)
{
    return (int)(sizeof table / sizeof *table);
}

const struct section *section_at(int i)
{
    return &table[i];
}

static bool is_measure(const iso_record *r, const char *measure)
{
    const size_t len = strcspn(measure, ":");

    return strlen(r->measure) == len && memcmp(r->measure, measure, len) == 0 &&
           (!measure[len] || iso_str_same(r->estimator, measure + len + 1));
}

static enum section_pairs pairs_of(const iso_record *r)
{
    if (r->stage && strcmp(r->stage, "difference") == 0)
        return r->train ? PAIRS_GAINED : PAIRS_DIFFERENCE;
    if (r->stage && r->train && strcmp(r->stage, "after") == 0)
        return PAIRS_ALIGNED;
    return r->src && iso_str_same(r->src, r->tgt) ? PAIRS_MODELS : PAIRS_LANGUAGES;
}

static bool fits(const iso_record *r, const struct section *s, const char *src)
{
    const bool level = r->src_layer == r->tgt_layer;
    const bool from_source = src && iso_str_same(r->src, src);

    if (!is_measure(r, s->measure) || pairs_of(r) != s->pairs)
        return false;
    if (s->kind == FIGURE_CURVES)
        return level && (from_source || s->pairs == PAIRS_MODELS);
    if (s->kind == FIGURE_LAYERS)
        return from_source;
    return level && r->src && r->tgt;
}

/* A map of layers needs pairs of different layers, one of languages more than one row. */
static bool enough(const iso_records *records, enum figure_kind kind)
{
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (kind == FIGURE_LAYERS      ? r->src_layer != r->tgt_layer
            : kind == FIGURE_LANGUAGES ? !iso_str_same(r->src, records->at[0].src)
                                       : true)
            return true;
    }
    return false;
}

static bool across(const iso_records *records, const iso_record *like)
{
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (r->src_layer != r->tgt_layer && iso_str_same(r->src, like->src) &&
            iso_str_same(r->tgt, like->tgt))
            return true;
    }
    return false;
}

/* A pair of which only equal layers are known is no panel of a map of layers. */
static iso_err keep_across(iso_records *records)
{
    iso_records kept = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        if (across(records, &records->at[i]))
            ISO_TRY(iso_records_add(&kept, &records->at[i]));
    }
    iso_records_free(records);
    *records = kept;
    kept = (iso_records){0};
done:
    iso_records_free(&kept);
    return err;
}

iso_err section_view_make(struct section_view *out, bool *has, const struct section *section,
                          const struct report *report)
{
    struct section_view view = {.section = section};
    iso_records all = {0};
    iso_err err = ISO_OK;

    for (int s = 0; s < report->source_count; s++) {
        const struct report_source *source = &report->source[s];
        for (int64_t i = source->first; i < source->first + source->count; i++) {
            if (!fits(&report->records.at[i], section, report->src))
                continue;
            ISO_TRY(iso_records_add(&all, &report->records.at[i]));
            view.from[s] = true;
        }
    }
    *has = enough(&all, section->kind);
    if (!*has)
        goto done;
    ISO_TRY(figure_pick(&view.records, &view.others, &all, NULL));
    if (section->kind == FIGURE_LAYERS)
        ISO_TRY(keep_across(&view.records));
    *has = view.records.count > 0;
    if (!*has)
        goto done;
    ISO_TRY(iso_str_dup(&view.id, section->id, -1));
    *out = view;
    view = (struct section_view){0};
done:
    iso_records_free(&all);
    section_view_free(&view);
    return err;
}

void section_view_free(struct section_view *view)
{
    iso_records_free(&view->records);
    figure_free(&view->figure);
    iso_buf_free(&view->svg);
    iso_free(view->id);
    *view = (struct section_view){0};
}

/* --- Measures without an entry --- */

static bool has_section(const iso_record *r, const char *src)
{
    for (int i = 0; i < section_count(); i++) {
        if (fits(r, &table[i], src))
            return true;
    }
    return false;
}

static bool seen(const struct section_view *views, int count, const iso_record *r)
{
    for (int i = 0; i < count; i++) {
        const iso_record *other = &views[i].records.at[0];
        if (iso_str_same(r->measure, other->measure) &&
            iso_str_same(r->estimator, other->estimator))
            return true;
    }
    return false;
}

/* "p-k-csls": what may stand in a file name and an anchor. */
static iso_err make_id(char **out, const iso_record *r)
{
    char id[80];
    size_t used = 0;

    for (const char *c = r->measure; *c && used < 32; c++)
        id[used++] = isalnum((unsigned char)*c) && (unsigned char)*c < 128 ? *c : '-';
    id[used++] = '-';
    for (const char *c = r->estimator ? r->estimator : ""; *c && used < 70; c++)
        id[used++] = isalnum((unsigned char)*c) && (unsigned char)*c < 128 ? *c : '-';
    return iso_str_dup(out, id, (int64_t)used);
}

static iso_err rest_view(struct section_view *out, const struct report *report,
                         const iso_record *like)
{
    struct section_view view = {.section = &rest};
    iso_records all = {0};
    iso_err err = ISO_OK;

    for (int s = 0; s < report->source_count; s++) {
        const struct report_source *source = &report->source[s];
        for (int64_t i = source->first; i < source->first + source->count; i++) {
            const iso_record *r = &report->records.at[i];
            if (has_section(r, report->src) || !iso_str_same(r->measure, like->measure) ||
                !iso_str_same(r->estimator, like->estimator))
                continue;
            ISO_TRY(iso_records_add(&all, r));
            view.from[s] = true;
        }
    }
    ISO_TRY(figure_pick(&view.records, &view.others, &all, NULL));
    ISO_TRY(make_id(&view.id, like));
    *out = view;
    view = (struct section_view){0};
done:
    iso_records_free(&all);
    section_view_free(&view);
    return err;
}

iso_err section_rest(struct section_view *out, int *count, int room, const struct report *report)
{
    iso_err err = ISO_OK;

    *count = 0;
    for (int64_t i = 0; i < report->records.count && *count < room; i++) {
        const iso_record *r = &report->records.at[i];
        if (has_section(r, report->src) || seen(out, *count, r))
            continue;
        ISO_TRY(rest_view(&out[*count], report, r));
        (*count)++;
    }
done:
    return err;
}
