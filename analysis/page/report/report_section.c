/* The sections of a report. To add one is to add an entry to the table. */
#include <ctype.h>
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/page/figure/figure_scatter.h"
#include "analysis/page/figure/figure_text.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/page/report/report_guide.h"
#include "analysis/page/wording.h"
#include "lib/base/str.h"
#include "lib/base/alloc.h"

static const struct section table[] = {
    {10, "cka-layers", "Similarity with the source, layer by layer", "cka:debiased",
     ISO_PLOT_CURVES, iso_guide_cka_curves},
    {15, "cka-given", "Similarity beyond what is held constant", "cka:debiased", ISO_PLOT_CURVES,
     iso_guide_given, PAIRS_GIVEN},
    {20, "cosine-centred-layers", "Translations side by side: cosine without the language means",
     "cosine:centred", ISO_PLOT_CURVES, iso_guide_cosine_centred},
    {30, "cosine-raw-layers", "Translations side by side: raw cosine", "cosine:raw",
     ISO_PLOT_CURVES, iso_guide_cosine_raw},
    {34, "cka-models", "The same language in two models", "cka:debiased", ISO_PLOT_CURVES,
     iso_guide_models, PAIRS_MODELS},
    {36, "cka-difference", "What differs between the models", "cka:debiased", ISO_PLOT_CURVES,
     iso_guide_difference, PAIRS_DIFFERENCE},
    {40, "cka-across", "Every layer with every layer", "cka:debiased", ISO_PLOT_LAYERS,
     iso_guide_layer_map},
    {50, "cka-languages", "All pairs of languages", "cka:debiased", ISO_PLOT_LANGUAGES,
     iso_guide_language_map},
    {55, "cka-biased-layers", "Biased CKA, for comparison with published numbers", "cka:biased",
     ISO_PLOT_CURVES, iso_guide_cka_biased},
    {60, "centroid-relative-layers", "How far the languages are shifted", "centroid:relative",
     ISO_PLOT_CURVES, iso_guide_centroid_relative},
    {70, "centroid-share-layers", "What centring removes", "centroid:share", ISO_PLOT_CURVES,
     iso_guide_centroid_share},
    {80, "centroid-languages", "Shifts between all pairs of languages", "centroid:relative",
     ISO_PLOT_LANGUAGES, iso_guide_centroid_map},
    {85, "mingling", "Mingling: are the neighbours of a sentence of other languages?",
     "mingle:ratio", ISO_PLOT_CURVES, iso_guide_mingle},
    {86, "mingling-overlap", "Mingling: do neighbourhoods hold several languages?", "ilo:harmonic",
     ISO_PLOT_CURVES, iso_guide_overlap},
    {87, "mingling-silhouette", "Mingling: is each language a cluster?", "silhouette:cosine",
     ISO_PLOT_CURVES, iso_guide_silhouette},
    {90, "retrieval-cosine-layers", "Retrieval: does a sentence find its translation?",
     "p@k:cosine", ISO_PLOT_CURVES, iso_guide_retrieval_cosine},
    {91, "retrieval-csls-layers", "Retrieval when hubs are held back", "p@k:csls", ISO_PLOT_CURVES,
     iso_guide_retrieval_csls},
    {92, "alignment-layers", "Alignment: retrieval after a map between the languages", "p@k:cosine",
     ISO_PLOT_CURVES, iso_guide_alignment, PAIRS_ALIGNED},
    {100, "mixing", "Mixing: before and after", "cka:debiased", ISO_PLOT_MIXED, iso_guide_mixed,
     PAIRS_MIXED},
    {101, "mixing-sweep", "Mixing: at which layer?", "cka:debiased", ISO_PLOT_SWEEP,
     iso_guide_sweep, PAIRS_MIXED},
    {102, "mixing-lambda", "Mixing: how much of the source, by language", "lambda:mean",
     ISO_PLOT_CURVES, iso_guide_lambda, PAIRS_MIXED},
    {103, "mixing-centroid", "Mixing: the shift between the languages", "centroid:relative",
     ISO_PLOT_AUTO, iso_guide_mixed_centroid, PAIRS_MIXED},
    {104, "mixing-cosine", "Mixing: translations side by side", "cosine:centred", ISO_PLOT_AUTO,
     iso_guide_mixed_cosine, PAIRS_MIXED},
    {105, "mixing-retrieval", "Mixing: does a sentence find its translation?", "p@k:cosine",
     ISO_PLOT_AUTO, iso_guide_mixed_retrieval, PAIRS_MIXED},
    {150, "probe-layers", "Transfer: what a probe of one language knows of the others",
     "accuracy:probe", ISO_PLOT_CURVES, iso_guide_probe},
    {151, "probe-languages", "Transfer: can the languages be identified?", "accuracy:language-id",
     ISO_PLOT_CURVES, iso_guide_language_id},
    {152, "transfer-grid", "Transfer: from each language to every other", "accuracy:probe",
     ISO_PLOT_LANGUAGES, iso_guide_grid},
    {160, "robust-layers", "Robustness: how far beyond the boundary do translations lie?",
     "ratio:median", ISO_PLOT_CURVES, iso_guide_robust},
    {161, "robust-auc", "Robustness: does that tell the sentences that fail?", "auc:ratio",
     ISO_PLOT_CURVES, iso_guide_robust_auc},
    {170, "sources-cosine", "Sources: which sets lie nearest to the other languages?",
     "similarity:cosine", ISO_PLOT_DOTS, iso_guide_sources, PAIRS_SETS},
    {171, "sources-cka", "Sources: which sets are most similar to the other languages?",
     "similarity:cka", ISO_PLOT_DOTS, iso_guide_sources, PAIRS_SETS},
    {172, "sources-diversity", "Sources: which sets differ most among themselves?",
     "diversity:states", ISO_PLOT_DOTS, iso_guide_diversity, PAIRS_SETS},
    {200, "gap", "What transfer loses", "gap:language", ISO_PLOT_CURVES, iso_guide_gap},
    {201, "gap-scatter", "Does discrepancy go with what transfer loses?", "pearson",
     ISO_PLOT_SCATTER, iso_guide_gap_scatter},
    {202, "gap-layers", "Discrepancy and transfer gap, layer by layer", "pearson", ISO_PLOT_CURVES,
     iso_guide_gap_layers},
};

int iso_section_count(void)
{
    return (int)(sizeof table / sizeof *table);
}

const struct section *iso_section_at(int i)
{
    return &table[i];
}

static bool is_measure(const iso_record *r, const char *measure)
{
    iso_spec s;

    return iso_spec_parse(&s, measure) && iso_spec_fits(&s, r->measure, r->estimator, r->k);
}

static enum section_pairs pairs_of(const iso_record *r, bool mixes)
{
    if (mixes && iso_figure_is_mixing(r))
        return PAIRS_MIXED;
    if (r->place != ISO_NO_INT)
        return PAIRS_SETS;
    if (r->stage && strcmp(r->stage, "difference") == 0)
        return r->train ? PAIRS_GAINED : PAIRS_DIFFERENCE;
    if (r->condition && !r->x)
        return PAIRS_GIVEN;
    /* Before a map retrieval is shown beside it, similarity by itself. */
    if (r->stage && !r->x && !r->mix && (r->train || r->direction))
        return PAIRS_ALIGNED;
    return r->src && !r->train && iso_str_same(r->src, r->tgt) ? PAIRS_MODELS : PAIRS_LANGUAGES;
}

bool iso_section_fits(const struct section *s, const struct report *report, int source,
                      const iso_record *r)
{
    const bool level = r->src_layer == r->tgt_layer;
    const bool from_source = report->src && (!r->src || iso_str_same(r->src, report->src));

    if (!is_measure(r, s->measure) || pairs_of(r, report->source[source].mixes) != s->pairs)
        return false;
    if (r->x)
        return level && from_source && iso_figure_relates(r) &&
               (s->kind == ISO_PLOT_SCATTER || r->src_layer != ISO_NO_INT);
    if (s->pairs == PAIRS_SETS)
        return true;
    if (s->pairs == PAIRS_MIXED)
        return level && r->src && r->tgt;
    if (s->kind == ISO_PLOT_CURVES)
        return level && (from_source || s->pairs == PAIRS_MODELS);
    if (s->kind == ISO_PLOT_LAYERS)
        return from_source;
    return level && r->src && r->tgt;
}

/* A scatter is of one discrepancy. */
static iso_err keep_first(iso_records *records)
{
    iso_records kept = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        if (iso_str_same(records->at[i].x, records->at[0].x))
            ISO_TRY(iso_records_add(&kept, &records->at[i]));
    }
    iso_records_free(records);
    *records = kept;
    kept = (iso_records){0};
done:
    iso_records_free(&kept);
    return err;
}

/* A map of layers needs pairs of different layers, one of languages more than one row, one of mixed
 * layers several. */
static bool enough(const iso_records *records, const struct section *s)
{
    const iso_plot_kind kind = s->kind;

    if (s->pairs == PAIRS_MIXED && kind != ISO_PLOT_CURVES) {
        const iso_plot_kind suits = iso_figure_suits_mixing(records);
        return kind == ISO_PLOT_SWEEP ? suits == ISO_PLOT_SWEEP : suits != ISO_PLOT_AUTO;
    }
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (kind == ISO_PLOT_LAYERS      ? r->src_layer != r->tgt_layer
            : kind == ISO_PLOT_LANGUAGES ? !iso_str_same(r->src, records->at[0].src)
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

iso_err iso_section_view_make(struct section_view *out, bool *has, const struct section *section,
                              const struct report *report)
{
    struct section_view view = {.section = section, .mixing = section->pairs == PAIRS_MIXED};
    iso_records all = {0};
    iso_err err = ISO_OK;

    for (int s = 0; s < report->source_count; s++) {
        const struct report_source *source = &report->source[s];
        for (int64_t i = source->first; i < source->first + source->count; i++) {
            if (!iso_section_fits(section, report, s, &report->records.at[i]))
                continue;
            ISO_TRY(iso_records_add(&all, &report->records.at[i]));
            view.from[s] = true;
        }
    }
    *has = enough(&all, section);
    if (!*has)
        goto done;
    ISO_TRY(iso_figure_pick(&view.records, &view.others, &all, NULL));
    if (section->kind == ISO_PLOT_LAYERS)
        ISO_TRY(keep_across(&view.records));
    if (section->kind == ISO_PLOT_SCATTER)
        ISO_TRY(keep_first(&view.records));
    if (section->kind == ISO_PLOT_MIXED)
        ISO_TRY(iso_figure_keep_best(&view.records, &view.places));
    *has = view.records.count > 0;
    if (!*has)
        goto done;
    ISO_TRY(iso_str_dup(&view.id, section->id, -1));
    *out = view;
    view = (struct section_view){0};
done:
    iso_records_free(&all);
    iso_section_view_free(&view);
    return err;
}

void iso_section_view_free(struct section_view *view)
{
    iso_records_free(&view->records);
    iso_figure_free(&view->figure);
    iso_buf_free(&view->svg);
    iso_free(view->id);
    *view = (struct section_view){0};
}

/* --- Measures that the table does not know --- */

/* Of measures that have no entry; also of other figures than the entries name. Its guide is that of
 * the measure. */
static const struct section rest = {.order = 1000};

static bool is_mixing(const struct report *report, int source, const iso_record *r)
{
    return report->source[source].mixes && iso_figure_is_mixing(r);
}

/* Other correlations with gaps, without a language or with a third quantity held constant, and
 * their means are in the records. */
static bool beside_gap(const iso_record *r)
{
    return (r->y && strncmp(r->y, "gap:", 4) == 0) || strcmp(r->measure, "mantel") == 0 ||
           strcmp(r->measure, "gap") == 0;
}

static bool has_section(const struct report *report, int source, const iso_record *r)
{
    /* The spread of λ and the entropies stand in the records beside λ, which has a section. */
    if ((is_mixing(report, source, r) && iso_figure_is_share(r)) || beside_gap(r))
        return true;
    for (int i = 0; i < iso_section_count(); i++) {
        if (iso_section_fits(iso_section_at(i), report, source, r))
            return true;
    }
    return false;
}

static bool seen(const struct section_view *views, int count, const iso_record *r, bool mixing)
{
    for (int i = 0; i < count; i++) {
        const iso_record *other = &views[i].records.at[0];
        if (views[i].mixing == mixing && iso_str_same(r->measure, other->measure) &&
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
                         const iso_record *like, bool mixing)
{
    struct section_view view = {.section = &rest, .mixing = mixing};
    iso_records all = {0};
    iso_err err = ISO_OK;

    for (int s = 0; s < report->source_count; s++) {
        const struct report_source *source = &report->source[s];
        for (int64_t i = source->first; i < source->first + source->count; i++) {
            const iso_record *r = &report->records.at[i];
            if (is_mixing(report, s, r) != mixing || has_section(report, s, r) ||
                !iso_str_same(r->measure, like->measure) ||
                !iso_str_same(r->estimator, like->estimator))
                continue;
            ISO_TRY(iso_records_add(&all, r));
            view.from[s] = true;
        }
    }
    ISO_TRY(iso_figure_pick(&view.records, &view.others, &all, NULL));
    ISO_TRY(make_id(&view.id, like));
    *out = view;
    view = (struct section_view){0};
done:
    iso_records_free(&all);
    iso_section_view_free(&view);
    return err;
}

static iso_err rest_of_source(struct section_view *out, int *count, int room,
                              const struct report *report, int source)
{
    const struct report_source *s = &report->source[source];
    iso_err err = ISO_OK;

    for (int64_t i = s->first; i < s->first + s->count && *count < room; i++) {
        const iso_record *r = &report->records.at[i];
        const bool mixing = is_mixing(report, source, r);
        if (has_section(report, source, r) || seen(out, *count, r, mixing))
            continue;
        ISO_TRY(rest_view(&out[*count], report, r, mixing));
        (*count)++;
    }
done:
    return err;
}

iso_err iso_section_rest(struct section_view *out, int *count, int room,
                         const struct report *report)
{
    iso_err err = ISO_OK;

    *count = 0;
    for (int s = 0; s < report->source_count; s++)
        ISO_TRY(rest_of_source(out, count, room, report, s));
done:
    return err;
}
