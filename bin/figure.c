/* Figures: which records belong together, which figure suits them, what it is called. */
#include "bin/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bin/figure_mix.h"
#include "bin/figure_scatter.h"
#include "bin/figure_text.h"
#include "bin/wording.h"
#include "lib/base/str.h"
#include "lib/base/alloc.h"

/* λ and entropies: of one place and way, without a before. */
static bool is_share(const iso_record *r)
{
    return figure_is_mixing(r) &&
           (strcmp(r->measure, "lambda") == 0 || strcmp(r->measure, "entropy") == 0);
}

/* Before and after belong together, and so do ways and places; λ of several places. */
static bool same_stage(const iso_record *a, const iso_record *b)
{
    if (figure_is_mixing(a) != figure_is_mixing(b))
        return false;
    if (!figure_is_mixing(a))
        return iso_str_same(a->stage, b->stage) && iso_str_same(a->mix, b->mix) &&
               a->mix_layer == b->mix_layer;
    return !is_share(a) || iso_str_same(a->mix, b->mix);
}

/* Correlations with the same quantity: of which discrepancy is the place. */
static bool same_relation(const iso_record *a, const iso_record *b)
{
    return iso_str_same(a->measure, b->measure) && iso_str_same(a->estimator, b->estimator) &&
           iso_str_same(a->y, b->y) && iso_str_same(a->given, b->given) &&
           iso_str_same(a->subset, b->subset) && iso_str_same(a->pool, b->pool) &&
           iso_str_same(a->prep, b->prep) && iso_str_same(a->model, b->model) &&
           iso_str_same(a->model2, b->model2) && iso_str_same(a->stage, b->stage) &&
           iso_str_same(a->mix, b->mix) && a->mix_layer == b->mix_layer &&
           (a->src_layer == ISO_NO_INT) == (b->src_layer == ISO_NO_INT) && !a->tgt == !b->tgt;
}

/* In everything that makes a number another number, languages and layers aside. */
static bool same_question(const iso_record *a, const iso_record *b)
{
    if (a->x && b->x && a->y)
        return same_relation(a, b);
    return same_stage(a, b) && iso_str_same(a->measure, b->measure) &&
           iso_str_same(a->estimator, b->estimator) && iso_str_same(a->pool, b->pool) &&
           iso_str_same(a->prep, b->prep) && iso_str_same(a->model, b->model) &&
           iso_str_same(a->model2, b->model2) && iso_str_same(a->direction, b->direction) &&
           iso_str_same(a->denominator, b->denominator) && iso_str_same(a->train, b->train) &&
           iso_str_same(a->subset, b->subset) && a->k == b->k && a->fold == b->fold &&
           a->neighbours == b->neighbours;
}

static bool called(const iso_record *r, const char *measure)
{
    const size_t len = strcspn(measure, ":");

    if (strlen(r->measure) != len || memcmp(r->measure, measure, len) != 0)
        return false;
    return !measure[len] || (r->estimator && strcmp(r->estimator, measure + len + 1) == 0);
}

/* "no records of rsa; there are cka, cosine" */
static iso_err unknown(const iso_records *records, const char *measure)
{
    struct names names = {0};
    char list[200] = "";
    size_t used = 0;

    for (int64_t i = 0; i < records->count; i++)
        (void)names_index(&names, records->at[i].measure);
    for (int i = 0; i < names.count && used + 40 < sizeof list; i++)
        used += (size_t)snprintf(list + used, 40, "%s%.30s", i ? ", " : "", names.at[i]);
    return iso_fail(ISO_EARG, "no records of %s; there are %s", measure, used ? list : "none");
}

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

/* By where a record stands in a figure; of equals, the one that came first. */
static int by_place(const void *a, const void *b)
{
    const iso_record *x = *(const iso_record *const *)a, *y = *(const iso_record *const *)b;
    int order = compare_texts(x->src, y->src);

    order = order ? order : compare_texts(x->tgt, y->tgt);
    order = order ? order : (x->src_layer > y->src_layer) - (x->src_layer < y->src_layer);
    order = order ? order : (x->tgt_layer > y->tgt_layer) - (x->tgt_layer < y->tgt_layer);
    order = order ? order : (x->mix_layer > y->mix_layer) - (x->mix_layer < y->mix_layer);
    order = order ? order : compare_texts(x->mix, y->mix);
    order = order ? order : compare_texts(x->stage, y->stage);
    order = order ? order : compare_texts(x->given, y->given);
    order = order ? order : compare_texts(x->x, y->x);
    return order ? order : (x > y) - (x < y);
}

static bool same_place(const iso_record *a, const iso_record *b)
{
    return iso_str_same(a->src, b->src) && iso_str_same(a->tgt, b->tgt) &&
           a->src_layer == b->src_layer && a->tgt_layer == b->tgt_layer &&
           a->mix_layer == b->mix_layer && iso_str_same(a->mix, b->mix) &&
           iso_str_same(a->stage, b->stage) && iso_str_same(a->given, b->given) &&
           iso_str_same(a->x, b->x);
}

/* Runs that overlap bring the same value twice: only the first is drawn. */
static iso_err mark_repeats(bool *repeat, const iso_records *records, const iso_record *first)
{
    const iso_record **sorted = NULL;
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&sorted, records->count, sizeof *sorted));
    for (int64_t i = 0; i < records->count; i++) {
        if (same_question(&records->at[i], first))
            sorted[count++] = &records->at[i];
    }
    qsort(sorted, (size_t)count, sizeof *sorted, by_place);
    for (int64_t i = 1; i < count; i++)
        repeat[sorted[i] - records->at] = same_place(sorted[i], sorted[i - 1]);
done:
    iso_free(sorted);
    return err;
}

static const iso_record *first_called(const iso_records *records, const char *measure)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (!measure || called(&records->at[i], measure))
            return &records->at[i];
    }
    return NULL;
}

iso_err figure_pick(iso_records *out, int64_t *others, const iso_records *records,
                    const char *measure)
{
    const iso_record *first = first_called(records, measure);
    iso_records list = {0};
    bool *repeat = NULL;
    int64_t rest = 0;
    iso_err err = ISO_OK;

    if (records->count == 0)
        return iso_fail(ISO_EARG, "no records to draw");
    if (!first)
        return unknown(records, measure);
    ISO_TRY(iso_alloc(&repeat, records->count, sizeof *repeat));
    ISO_TRY(mark_repeats(repeat, records, first));
    for (int64_t i = 0; i < records->count; i++) {
        if (!same_question(&records->at[i], first))
            rest++;
        else if (!repeat[i])
            ISO_TRY(iso_records_add(&list, &records->at[i]));
    }
    *out = list;
    *others = rest;
    list = (iso_records){0};
done:
    iso_free(repeat);
    iso_records_free(&list);
    return err;
}

bool figure_same_language(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (!iso_str_same(records->at[i].src, records->at[i].tgt))
            return false;
    }
    return true;
}

/* What the records are made of. */
struct shape {
    bool across; /* some pair of different layers of a pair of languages that has many */
    bool many_layers;
    int sources, pairs;
};

static struct shape look(const iso_records *records)
{
    const iso_record *r = records->at;
    struct names sources = {0};
    struct shape s = {0};

    for (int64_t i = 0; i < records->count; i++) {
        s.across = s.across || r[i].src_layer != r[i].tgt_layer;
        s.many_layers = s.many_layers || r[i].src_layer != r[0].src_layer;
        s.pairs += r[i].src_layer == r[0].src_layer && r[i].tgt_layer == r[0].tgt_layer;
        (void)names_index(&sources, r[i].src);
    }
    s.sources = sources.count;
    return s;
}

static enum figure_kind suits(const iso_records *records, const struct figure_ask *ask)
{
    const struct shape s = look(records);
    const bool mixing = figure_is_mixing(&records->at[0]) && !is_share(&records->at[0]);
    const enum figure_kind mixed = mixing ? figure_suits_mixing(records) : FIGURE_AUTO;

    if (mixed != FIGURE_AUTO)
        return ask->place ? FIGURE_MIXED : mixed;
    if (s.across)
        return FIGURE_LAYERS;
    if (s.sources > 1 && s.pairs >= 3 && !figure_same_language(records))
        return FIGURE_LANGUAGES;
    return s.many_layers ? FIGURE_CURVES : FIGURE_DOTS;
}

static iso_err name_it(struct figure *f, const iso_records *records, const struct figure_ask *ask)
{
    static const char *const tails[] = {"",
                                        ": layer by layer",
                                        ": every layer with every layer",
                                        ": all pairs of languages",
                                        "",
                                        ": before and after mixing",
                                        ": which layer to mix at?",
                                        ""};
    const iso_record *r = &records->at[0];
    iso_err err = ISO_OK;

    f->untitled = ask->title && !*ask->title;
    if (ask->title)
        return iso_buf_puts(&f->title, ask->title);
    if (f->kind == FIGURE_SCATTER) /* called after what goes across */
        return ISO_OK;
    ISO_TRY(iso_buf_puts(&f->title, wording_of(r->measure, r->estimator)->name));
    if (iso_str_same(r->stage, "difference") && !figure_is_mixing(r))
        ISO_TRY(iso_buf_puts(&f->title, ", difference"));
    ISO_TRY(iso_buf_puts(&f->title, is_share(r) && f->kind == FIGURE_CURVES ? ": by mixed layer"
                                                                            : tails[f->kind]));
done:
    return err;
}

static iso_err describe_it(struct figure *f, const iso_records *records)
{
    const iso_record *r = &records->at[0];
    iso_err err = ISO_OK;

    if (is_share(r) && f->kind == FIGURE_DOTS)
        ISO_TRY(
            iso_buf_printf(&f->subtitle, "mixed at layer %lld \xc2\xb7 ", (long long)r->mix_layer));
    if (r->src && figure_one_source(records) && !figure_same_language(records)) {
        ISO_TRY(iso_buf_puts(&f->subtitle, r->x || strcmp(r->measure, "gap") == 0 ? "from "
                                           : iso_str_same(r->src, r->train)       ? "learnt on "
                                                                                  : "with "));
        ISO_TRY(wording_lang(&f->subtitle, r->src));
        ISO_TRY(iso_buf_puts(&f->subtitle, " \xc2\xb7 "));
    }
    ISO_TRY(wording_shared(&f->subtitle, records));
done:
    return err;
}

static bool anything(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (isfinite(records->at[i].value))
            return true;
    }
    return false;
}

iso_err figure_make(struct figure *out, const iso_records *records, const struct figure_ask *ask)
{
    struct figure f = {.kind = ask->kind, .asked_width = ask->width, .asked_height = ask->height};
    iso_err err = ISO_OK;

    ISO_NEED(records->count > 0, "no records to draw");
    ISO_NEED(anything(records), "nothing to draw: all %lld values are undefined%s%s",
             (long long)records->count, records->at[0].why ? ", " : "",
             records->at[0].why ? records->at[0].why : "");
    if (ask->langs)
        f.langs = *ask->langs;
    else
        style_list(&f.langs, NULL, 0, records);
    if (f.kind == FIGURE_AUTO)
        f.kind = suits(records, ask);
    if (f.kind == FIGURE_CURVES && !look(records).many_layers)
        f.kind = FIGURE_DOTS;
    ISO_TRY(name_it(&f, records, ask));
    ISO_TRY(describe_it(&f, records));
    if (f.kind == FIGURE_CURVES)
        ISO_TRY(figure_curves(&f, records));
    else if (f.kind == FIGURE_DOTS)
        ISO_TRY(figure_dots(&f, records));
    else if (f.kind == FIGURE_MIXED)
        ISO_TRY(figure_mixed(&f, records, ask));
    else if (f.kind == FIGURE_SWEEP)
        ISO_TRY(figure_sweep(&f, records));
    else if (f.kind == FIGURE_SCATTER)
        ISO_TRY(figure_scatter(&f, records, ask->among));
    else
        ISO_TRY(figure_maps(&f, records, ask->panels_max ? ask->panels_max : 12));
    *out = f;
    f = (struct figure){0};
done:
    figure_free(&f);
    return err;
}

void figure_free(struct figure *f)
{
    iso_buf_free(&f->data);
    iso_buf_free(&f->script);
    iso_buf_free(&f->title);
    iso_buf_free(&f->subtitle);
    iso_buf_free(&f->note);
    iso_buf_free(&f->marks);
}
