/* The numbers behind a figure: a row per language pair, a column per layer; or a plain list. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/study/items/stands.h"
#include "analysis/page/figure/figure_text.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/page/html.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

enum { ROWS_MOST = 400 };

/* What is tabulated: the records of the states, and beside them their baselines. */
struct sheet {
    const struct section_view *view;
    iso_records records;
    iso_beside beside;
    bool own[ISO_BESIDE_MOST]; /* a baseline that knows no layer has a column of its own */
    bool above;                /* some value stands above all baselines */
};

/* Of mixing a row is a pair and what was done to it; λ is given by mixed layer, so that is no row.
 */
static bool same_row(const iso_record *a, const iso_record *b)
{
    const uint64_t layers = ISO_COLUMN(src_layer) | ISO_COLUMN(tgt_layer);

    return iso_record_compare(a, b, ISO_ROLE_NAMES,
                              a->stage ? layers : layers | ISO_COLUMN(mix_layer)) == 0;
}

/* "random 0.347", "p max 0.002", "calibrated 0.31", what is doubtful: a line each. */
static iso_err add_beside(iso_buf *out, const struct sheet *s, const iso_record *r)
{
    iso_err err = ISO_OK;

    for (int k = 0; k < s->beside.names; k++) {
        const iso_record *b = s->own[k] ? NULL : iso_beside_find(&s->beside, r, k);
        if (!b || !isfinite(b->value))
            continue;
        ISO_TRY(iso_buf_puts(out, "<small>"));
        ISO_TRY(iso_html_text(out, s->beside.name[k]));
        ISO_TRY(iso_buf_puts(out, " "));
        ISO_TRY(iso_html_number(out, b->value, 3));
        ISO_TRY(iso_buf_puts(out, "</small>"));
    }
    if (isfinite(r->p_max)) {
        ISO_TRY(iso_buf_puts(out, "<small>p<sub>max</sub> "));
        ISO_TRY(iso_html_number(out, r->p_max, 4));
        ISO_TRY(iso_buf_puts(out, "</small>"));
    }
    if (isfinite(r->calibrated)) {
        ISO_TRY(iso_buf_puts(out, "<small>calibrated "));
        ISO_TRY(iso_html_number(out, r->calibrated, 3));
        ISO_TRY(iso_buf_puts(out, "</small>"));
    }
    if (r->flag) {
        ISO_TRY(iso_buf_puts(out, "<small class=\"flag\">"));
        ISO_TRY(iso_html_text(out, r->flag));
        ISO_TRY(iso_buf_puts(out, "</small>"));
    }
done:
    return err;
}

static iso_err add_value(iso_buf *out, struct sheet *s, const iso_record *r)
{
    const bool above = iso_stands(&s->beside, r) == ISO_STAND_ABOVE;
    iso_err err = ISO_OK;

    if (!isfinite(r->value)) {
        ISO_TRY(iso_buf_puts(out, "<td class=\"no\">undefined"));
        if (r->why) {
            ISO_TRY(iso_buf_puts(out, "<small>"));
            ISO_TRY(iso_html_text(out, r->why));
            ISO_TRY(iso_buf_puts(out, "</small>"));
        }
        return iso_buf_puts(out, "</td>");
    }
    s->above = s->above || above;
    ISO_TRY(iso_buf_puts(out, above ? "<td><b>" : "<td>"));
    ISO_TRY(iso_html_number(out, r->value, 3));
    ISO_TRY(iso_buf_puts(out, above ? "</b>" : ""));
    if (isfinite(r->lo) && isfinite(r->hi)) {
        ISO_TRY(iso_buf_puts(out, "<small>"));
        ISO_TRY(iso_html_number(out, r->lo, 3));
        ISO_TRY(iso_buf_puts(out, "&thinsp;\xe2\x80\xa6&thinsp;"));
        ISO_TRY(iso_html_number(out, r->hi, 3));
        ISO_TRY(iso_buf_puts(out, "</small>"));
    }
    ISO_TRY(add_beside(out, s, r));
    ISO_TRY(iso_buf_puts(out, "</td>"));
done:
    return err;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The layers that occur on the source's side, ascending, each once. */
static iso_err list_layers(int64_t **out, int *count, const iso_records *records)
{
    int64_t *layers = NULL;
    iso_err err = iso_alloc(&layers, records->count, sizeof *layers);

    if (err)
        return err;
    for (int64_t i = 0; i < records->count; i++)
        layers[i] = records->at[i].src_layer;
    qsort(layers, (size_t)records->count, sizeof *layers, by_number);
    *count = 0;
    for (int64_t i = 0; i < records->count; i++) {
        if (i == 0 || layers[i] != layers[i - 1])
            layers[(*count)++] = layers[i];
    }
    *out = layers;
    return ISO_OK;
}

static iso_err add_pair(iso_buf *out, const iso_records *records, const iso_record *r)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_pair(&name, records, r));
    ISO_TRY(strstr(name.text, "\xe2\x80\x93") ? iso_html_text(out, name.text)
                                              : iso_html_lang(out, name.text));
done:
    iso_buf_free(&name);
    return err;
}

/* "not mixed", "fixed:0 at 3", "xmixup at 3 minus not mixed". */
static iso_err add_mix(iso_buf *out, const iso_record *r)
{
    iso_err err = ISO_OK;

    if (!r->mix)
        return iso_buf_puts(out, "<small>not mixed</small>");
    ISO_TRY(iso_buf_puts(out, "<small>"));
    ISO_TRY(iso_html_text(out, r->mix));
    if (r->stage && r->mix_layer >= 0)
        ISO_TRY(iso_buf_printf(out, " at %lld", (long long)r->mix_layer));
    if (iso_str_same(r->stage, "difference")) {
        ISO_TRY(iso_buf_puts(out, " minus "));
        ISO_TRY(iso_html_text(out, iso_str_same(r->given, "before") ? "not mixed" : r->given));
    }
    ISO_TRY(iso_buf_puts(out, "</small>"));
done:
    return err;
}

/* Baselines without layers, at the end of a row. */
static iso_err add_own(iso_buf *out, const struct sheet *s, const iso_record *r)
{
    iso_err err = ISO_OK;

    for (int k = 0; k < s->beside.names; k++) {
        const iso_record *b = s->own[k] ? iso_beside_find(&s->beside, r, k) : NULL;
        if (!s->own[k])
            continue;
        ISO_TRY(iso_buf_puts(out, "<td>"));
        if (b)
            ISO_TRY(iso_html_number(out, b->value, 3));
        ISO_TRY(iso_buf_puts(out, "</td>"));
    }
done:
    return err;
}

static iso_err add_row(iso_buf *out, struct sheet *s, const iso_record *first,
                       const int64_t *layers, int count)
{
    const struct section_view *view = s->view;
    const iso_records *records = &s->records;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "<tr><th scope=\"row\">"));
    ISO_TRY(add_pair(out, records, first));
    if (view->mixing)
        ISO_TRY(add_mix(out, first));
    if (view->figure.models.count > 1) {
        ISO_TRY(iso_buf_puts(out, "<small>"));
        ISO_TRY(iso_html_text(out, first->model ? first->model : "?"));
        ISO_TRY(iso_buf_puts(out, "</small>"));
    }
    ISO_TRY(iso_buf_puts(out, "</th>"));
    for (int l = 0; l < count; l++) {
        const iso_record *found = NULL;
        for (int64_t i = 0; i < records->count && !found; i++) {
            if (records->at[i].src_layer == layers[l] && same_row(&records->at[i], first))
                found = &records->at[i];
        }
        ISO_TRY(found ? add_value(out, s, found) : iso_buf_puts(out, "<td></td>"));
    }
    ISO_TRY(add_own(out, s, first));
    ISO_TRY(iso_buf_puts(out, "</tr>\n"));
done:
    return err;
}

static bool new_row(const iso_records *records, int64_t i)
{
    for (int64_t j = 0; j < i; j++) {
        if (same_row(&records->at[j], &records->at[i]))
            return false;
    }
    return true;
}

static iso_err add_pivot(iso_buf *out, int *rows, struct sheet *s)
{
    const iso_records *records = &s->records;
    int64_t *layers = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(list_layers(&layers, &count, records));
    ISO_TRY(iso_buf_puts(out, "<thead><tr><th scope=\"col\">layer</th>"));
    for (int l = 0; l < count; l++)
        ISO_TRY(iso_buf_printf(out, "<th scope=\"col\">%lld</th>", (long long)layers[l]));
    for (int k = 0; k < s->beside.names; k++) {
        if (!s->own[k])
            continue;
        ISO_TRY(iso_buf_puts(out, "<th scope=\"col\">"));
        ISO_TRY(iso_html_text(out, s->beside.name[k]));
        ISO_TRY(iso_buf_puts(out, "</th>"));
    }
    ISO_TRY(iso_buf_puts(out, "</tr></thead>\n<tbody>\n"));
    for (int64_t i = 0; i < records->count && *rows < ROWS_MOST; i++) {
        if (!new_row(records, i))
            continue;
        ISO_TRY(add_row(out, s, &records->at[i], layers, count));
        (*rows)++;
    }
    ISO_TRY(iso_buf_puts(out, "</tbody>\n"));
done:
    iso_free(layers);
    return err;
}

static iso_err add_list(iso_buf *out, struct sheet *s)
{
    const iso_records *records = &s->records;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "<thead><tr><th scope=\"col\">pair</th><th scope=\"col\">layers</th>"
                              "<th scope=\"col\">value</th></tr></thead>\n<tbody>\n"));
    for (int64_t i = 0; i < records->count && i < ROWS_MOST; i++) {
        const iso_record *r = &records->at[i];
        ISO_TRY(iso_buf_puts(out, "<tr><th scope=\"row\">"));
        ISO_TRY(add_pair(out, records, r));
        ISO_TRY(iso_buf_puts(out, "</th><td>"));
        if (r->src_layer != ISO_NO_INT)
            ISO_TRY(iso_buf_printf(out, "%lld", (long long)r->src_layer));
        if (r->tgt_layer != ISO_NO_INT && r->tgt_layer != r->src_layer)
            ISO_TRY(iso_buf_printf(out, " / %lld", (long long)r->tgt_layer));
        ISO_TRY(iso_buf_puts(out, "</td>"));
        ISO_TRY(add_value(out, s, r));
        ISO_TRY(iso_buf_puts(out, "</tr>\n"));
    }
    ISO_TRY(iso_buf_puts(out, "</tbody>\n"));
done:
    return err;
}

static bool level(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (records->at[i].src_layer != records->at[i].tgt_layer ||
            records->at[i].src_layer == ISO_NO_INT)
            return false;
    }
    return true;
}

static iso_err open_sheet(struct sheet *s, const struct section_view *view)
{
    iso_err err = ISO_OK;

    s->view = view;
    ISO_TRY(iso_beside_make(&s->beside, &view->records));
    ISO_TRY(iso_beside_states(&s->records, &view->records));
    const bool pivot = level(&s->records);
    for (int64_t i = 0; pivot && i < s->beside.count; i++) {
        for (int k = 0; k < s->beside.names; k++) {
            if (s->beside.at[i]->src_layer == ISO_NO_INT &&
                strcmp(s->beside.at[i]->baseline, s->beside.name[k]) == 0)
                s->own[k] = true;
        }
    }
done:
    return err;
}

iso_err iso_report_numbers(iso_buf *out, const struct section_view *view)
{
    struct sheet s = {0};
    int rows = 0;
    iso_err err = ISO_OK;

    ISO_TRY(open_sheet(&s, view));
    const iso_records *records = &s.records;
    const bool pivot = level(records);
    ISO_TRY(iso_buf_puts(out, "<div class=\"scroll\" tabindex=\"0\"><table>\n"));
    ISO_TRY(pivot ? add_pivot(out, &rows, &s) : add_list(out, &s));
    ISO_TRY(iso_buf_puts(out, "</table></div>\n"));
    if (s.above)
        ISO_TRY(iso_buf_puts(out, "<p class=\"trace\">Bold: above all baselines.</p>\n"));
    if (pivot ? rows == ROWS_MOST : records->count > ROWS_MOST)
        ISO_TRY(iso_buf_printf(out,
                               "<p class=\"trace\">The first %d rows; all of the %lld records are "
                               "in the files below.</p>\n",
                               ROWS_MOST, (long long)records->count));
done:
    iso_beside_free(&s.beside);
    iso_records_free(&s.records);
    return err;
}
