/* What stands above all baselines, said before all else. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/study/items/stands.h"
#include "analysis/page/html.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/page/wording.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"

/* One question to the source and all others, at equal layers. */
struct verdict {
    const iso_record **at;    /* all, as they came */
    const iso_record **above; /* those that stand above, by layer and language */
    int64_t cases, count;
};

enum { VERDICTS_MOST = 64, LANGUAGES_NAMED = 8 };

struct verdicts {
    struct verdict at[VERDICTS_MOST];
    int count;
    bool models; /* several */
};

/* --- Counting --- */

static bool speaks(const iso_record *r, const char *src)
{
    return !r->baseline && iso_str_same(r->src, src) && r->tgt && !iso_str_same(r->src, r->tgt) &&
           r->src_layer == r->tgt_layer && r->src_layer >= 0 && r->mix_layer == ISO_NO_INT &&
           r->fold == ISO_NO_INT && !r->x && !iso_str_same(r->stage, "difference") &&
           !iso_str_same(r->direction, "backward") &&
           (!iso_str_same(r->stage, "before") || r->train); /* of mixing: compared elsewhere */
}

/* *out is NULL where there is no room for another. */
static iso_err verdict_for(struct verdict **out, struct verdicts *v, const iso_record *r,
                           int64_t room)
{
    iso_err err = ISO_OK;

    *out = NULL;
    for (int i = 0; i < v->count && !*out; i++)
        *out = iso_record_same_question(v->at[i].at[0], r) ? &v->at[i] : NULL;
    if (*out || v->count == VERDICTS_MOST)
        return ISO_OK;
    struct verdict *fresh = &v->at[v->count++];
    ISO_TRY(iso_alloc(&fresh->at, room, sizeof *fresh->at));
    ISO_TRY(iso_alloc(&fresh->above, room, sizeof *fresh->above));
    *out = fresh;
done:
    return err;
}

/* Runs that overlap bring the same value twice. */
static bool seen(const struct verdict *v, const iso_record *r)
{
    for (int64_t i = 0; i < v->cases; i++) {
        if (v->at[i]->src_layer == r->src_layer && strcmp(v->at[i]->tgt, r->tgt) == 0)
            return true;
    }
    return false;
}

static int by_place(const void *a, const void *b)
{
    const iso_record *x = *(const iso_record *const *)a, *y = *(const iso_record *const *)b;
    const int order = (x->src_layer > y->src_layer) - (x->src_layer < y->src_layer);

    return order ? order : strcmp(x->tgt, y->tgt);
}

/* Most first; of equals those that came first. */
static int by_count(const void *a, const void *b)
{
    const struct verdict *x = a, *y = b;

    return x->count != y->count ? (x->count < y->count) - (x->count > y->count)
                                : (x->at[0] > y->at[0]) - (x->at[0] < y->at[0]);
}

static iso_err judge(struct verdicts *v, const struct report *report, const iso_beside *beside)
{
    struct names models = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < report->records.count; i++) {
        const iso_record *r = &report->records.at[i];
        const iso_stand stand = speaks(r, report->src) ? iso_stands(beside, r) : ISO_STAND_UNKNOWN;
        struct verdict *verdict = NULL;
        if (stand != ISO_STAND_UNKNOWN)
            ISO_TRY(verdict_for(&verdict, v, r, report->records.count));
        if (!verdict || seen(verdict, r))
            continue;
        (void)iso_names_index(&models, r->model);
        verdict->at[verdict->cases++] = r;
        if (stand == ISO_STAND_ABOVE)
            verdict->above[verdict->count++] = r;
    }
    v->models = models.count > 1;
    for (int i = 0; i < v->count; i++)
        qsort(v->at[i].above, (size_t)v->at[i].count, sizeof *v->at[i].above, by_place);
    qsort(v->at, (size_t)v->count, sizeof *v->at, by_count);
done:
    return err;
}

/* --- Words --- */

/* Whether a value is held against that baseline: pieces are undefined after a map. */
static bool held(const iso_beside *beside, const iso_record *r, int k)
{
    const iso_record *b = iso_beside_find(beside, r, k);

    return b && isfinite(b->value);
}

/* "random weights, bag of pieces, sentence length": all, or those of one record. */
static iso_err add_baselines(iso_buf *out, const iso_beside *beside, const iso_record *of)
{
    bool any = false;
    iso_err err = ISO_OK;

    for (int k = 0; k < beside->names; k++) {
        if (of && !held(beside, of, k))
            continue;
        ISO_TRY(iso_buf_puts(out, any ? ", " : ""));
        ISO_TRY(iso_html_text(out, iso_wording_baseline(beside->name[k])));
        any = true;
    }
done:
    return err;
}

/* Which of the baselines a question has, where it lacks some. */
static iso_err add_missing(iso_buf *out, const iso_beside *beside, const iso_record *r)
{
    int count = 0;
    iso_err err = ISO_OK;

    for (int k = 0; k < beside->names; k++)
        count += held(beside, r, k);
    if (count == beside->names)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(out, " (only against "));
    ISO_TRY(add_baselines(out, beside, r));
    ISO_TRY(iso_buf_puts(out, ")"));
done:
    return err;
}

/* "Translations found by cosine, after the map" */
static iso_err add_question(iso_buf *out, const struct verdicts *v, const struct verdict *one,
                            const iso_beside *beside)
{
    const iso_record *r = one->at[0];
    iso_err err = ISO_OK;

    ISO_TRY(iso_html_text(out, iso_catalogue_of(r->measure, r->estimator).title));
    if (r->k != ISO_NO_INT && r->k != 1)
        ISO_TRY(iso_buf_printf(out, ", among the first %lld", (long long)r->k));
    if (r->stage) {
        ISO_TRY(iso_buf_puts(out, ", "));
        ISO_TRY(iso_html_text(out, r->stage));
        ISO_TRY(iso_buf_puts(out, r->train && strcmp(r->stage, "centred") ? " the map" : ""));
    }
    if (r->condition) {
        ISO_TRY(iso_buf_puts(out, ", given "));
        ISO_TRY(iso_html_text(out, r->condition));
    }
    if (v->models) {
        ISO_TRY(iso_buf_puts(out, ", "));
        ISO_TRY(iso_html_text(out, r->model ? r->model : "?"));
    }
    ISO_TRY(add_missing(out, beside, r));
done:
    return err;
}

/* How many languages a question has at a layer, of all or of those above. */
static int64_t at_layer(const iso_record *const *r, int64_t count, int64_t layer)
{
    int64_t there = 0;

    for (int64_t i = 0; i < count; i++)
        there += r[i]->src_layer == layer;
    return there;
}

/* "layer 3 (de, fr)", "layers 3–5 (all 9 languages)"; the records [0, count) are of the first layer
 * named. */
static iso_err add_layer(iso_buf *out, const struct verdict *v, const iso_record *const *r,
                         int64_t count, int64_t last)
{
    const int64_t all = at_layer(v->at, v->cases, r[0]->src_layer);
    iso_err err = ISO_OK;

    if (last > r[0]->src_layer)
        ISO_TRY(iso_buf_printf(out, "layers&nbsp;%lld&ndash;%lld (", (long long)r[0]->src_layer,
                               (long long)last));
    else
        ISO_TRY(iso_buf_printf(out, "layer&nbsp;%lld (", (long long)last));
    if (count == all)
        return iso_buf_printf(out, all == 1 ? "%s%lld language)" : "%s%lld languages)",
                              all == 1 ? "its " : "all ", (long long)all);
    if (count > LANGUAGES_NAMED)
        return iso_buf_printf(out, "%lld of %lld languages)", (long long)count, (long long)all);
    for (int64_t i = 0; i < count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
        ISO_TRY(iso_html_text(out, r[i]->tgt));
    }
    ISO_TRY(iso_buf_puts(out, ")"));
done:
    return err;
}

/* Where the records of the layer of `from` end. */
static int64_t layer_end(const struct verdict *v, int64_t from)
{
    int64_t end = from;

    while (end < v->count && v->above[end]->src_layer == v->above[from]->src_layer)
        end++;
    return end;
}

static bool is_whole(const struct verdict *v, int64_t from, int64_t end)
{
    return end - from == at_layer(v->at, v->cases, v->above[from]->src_layer);
}

/* Layers one after the other with all their languages are named together. */
static iso_err add_places(iso_buf *out, const struct verdict *v)
{
    iso_err err = ISO_OK;

    if (v->count == v->cases)
        return ISO_OK;
    for (int64_t i = 0, end; i < v->count; i = end) {
        const int64_t first = layer_end(v, i);
        int64_t last = v->above[i]->src_layer;
        end = first;
        while (is_whole(v, i, first) && end < v->count && v->above[end]->src_layer == last + 1 &&
               is_whole(v, end, layer_end(v, end))) {
            end = layer_end(v, end);
            last++;
        }
        ISO_TRY(iso_buf_puts(out, i ? ", " : ": "));
        ISO_TRY(add_layer(out, v, v->above + i, first - i, last));
    }
done:
    return err;
}

static iso_err add_above(iso_buf *out, const struct verdicts *v, const iso_beside *beside)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "<li>A value <b>stands above the baselines</b> (here "));
    ISO_TRY(add_baselines(out, beside, NULL));
    ISO_TRY(iso_buf_puts(out, ") if its 95&nbsp;% interval lies beyond every one of them. "));
    if (v->count == 0 || v->at[0].count == 0) {
        ISO_TRY(iso_buf_puts(out, "<b>No value here does.</b></li>\n"));
        goto done;
    }
    ISO_TRY(iso_buf_puts(out, "These do:\n<ul>\n"));
    for (int i = 0; i < v->count && v->at[i].count > 0; i++) {
        ISO_TRY(iso_buf_puts(out, "<li>"));
        ISO_TRY(add_question(out, v, &v->at[i], beside));
        ISO_TRY(iso_buf_printf(out, ", <b>%lld of %lld</b>", (long long)v->at[i].count,
                               (long long)v->at[i].cases));
        ISO_TRY(add_places(out, &v->at[i]));
        ISO_TRY(iso_buf_puts(out, "</li>\n"));
    }
    ISO_TRY(iso_buf_puts(out, "</ul></li>\n"));
done:
    return err;
}

static iso_err add_within(iso_buf *out, const struct verdicts *v, const iso_beside *beside)
{
    int count = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < v->count; i++) {
        if (v->at[i].count > 0)
            continue;
        ISO_TRY(iso_buf_puts(out, count++ ? "; "
                                          : "<li>Not shown to stand above them, in any "
                                            "language or layer: "));
        ISO_TRY(add_question(out, v, &v->at[i], beside));
        ISO_TRY(iso_buf_printf(out, " (0 of %lld)", (long long)v->at[i].cases));
    }
    if (count)
        ISO_TRY(iso_buf_puts(out, ". Of these nothing here shows what training brought.</li>\n"));
done:
    return err;
}

iso_err iso_report_stand(iso_buf *out, const struct report *report, const iso_beside *beside)
{
    struct verdicts v = {0};
    iso_err err = ISO_OK;

    ISO_TRY(judge(&v, report, beside));
    if (v.count == 0)
        goto done;
    ISO_TRY(add_above(out, &v, beside));
    ISO_TRY(add_within(out, &v, beside));
done:
    for (int i = 0; i < v.count; i++) {
        iso_free(v.at[i].at);
        iso_free(v.at[i].above);
    }
    return err;
}
