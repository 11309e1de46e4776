/* Heat maps in panels: which record goes where. */
#include "analysis/page/figure/figure_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/stats/cluster.h"
#include "lib/base/str.h"
#include "lib/base/alloc.h"

static bool same_panel(const struct maps *m, const iso_record *a, const iso_record *b)
{
    if (m->kind == ISO_PLOT_LANGUAGES)
        return a->src_layer == b->src_layer && a->tgt_layer == b->tgt_layer;
    return iso_str_same(a->src, b->src) && iso_str_same(a->tgt, b->tgt);
}

static int compare_layers(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The layers that occur, each once. */
static iso_err list_layers(struct maps *m, const iso_records *records)
{
    iso_err err = ISO_OK;
    int64_t count = 0;

    ISO_TRY(iso_alloc(&m->layers, 2 * records->count, sizeof *m->layers));
    for (int64_t i = 0; i < records->count; i++) {
        m->layers[count++] = records->at[i].src_layer;
        m->layers[count++] = records->at[i].tgt_layer;
    }
    qsort(m->layers, (size_t)count, sizeof *m->layers, compare_layers);
    m->size = 0;
    for (int64_t i = 0; i < count; i++) {
        if (i == 0 || m->layers[i] != m->layers[i - 1]) {
            ISO_NEED(m->size < NAMES_MAX, "a map shows at most %d layers", NAMES_MAX);
            m->layers[m->size++] = m->layers[i];
        }
    }
done:
    return err;
}

static iso_err list_names(struct maps *m, const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (iso_names_index(&m->names, records->at[i].src) < 0 ||
            iso_names_index(&m->names, records->at[i].tgt) < 0)
            return iso_fail(ISO_EARG, "a map shows at most %d languages", NAMES_MAX);
    }
    m->size = m->names.count;
    return ISO_OK;
}

static int layer_index(const struct maps *m, int64_t layer)
{
    const int64_t *at =
        bsearch(&layer, m->layers, (size_t)m->size, sizeof *m->layers, compare_layers);

    return at ? (int)(at - m->layers) : -1;
}

static void put(struct maps *m, struct panel *p, const iso_record *r)
{
    if (m->kind == ISO_PLOT_LAYERS) {
        const int x = layer_index(m, r->src_layer), y = layer_index(m, r->tgt_layer);
        p->value[y * m->size + x] = r->value;
        return;
    }
    const int x = iso_names_index(&m->names, r->src), y = iso_names_index(&m->names, r->tgt);
    p->value[y * m->size + x] = r->value;
    /* our measures of two languages are symmetric, transfer is not */
    if (!r->train && !isfinite(p->value[x * m->size + y]))
        p->value[x * m->size + y] = r->value;
}

static iso_err begin_panel(struct maps *m, const iso_record *r)
{
    struct panel *p = &m->at[m->count];
    iso_err err = ISO_OK;

    p->first = r;
    ISO_TRY(iso_alloc(&p->value, (int64_t)m->size * m->size, sizeof *p->value));
    m->count++;
    for (int i = 0; i < m->size * m->size; i++)
        p->value[i] = NAN;
    if (m->kind == ISO_PLOT_LANGUAGES)
        ISO_TRY(iso_buf_printf(&p->title, "layer %lld%s", (long long)r->src_layer,
                               r->src_layer == 0 ? " (embeddings)" : ""));
    else
        ISO_TRY(iso_buf_printf(&p->title, "%s \xe2\x80\x93 %s", r->src ? r->src : "?",
                               r->tgt ? r->tgt : "?"));
done:
    return err;
}

static int by_panel_layer(const void *a, const void *b)
{
    const struct panel *x = a, *y = b;

    return (x->first->src_layer > y->first->src_layer) -
           (x->first->src_layer < y->first->src_layer);
}

static void forget_panel(struct panel *p)
{
    iso_free(p->value);
    iso_buf_free(&p->title);
    *p = (struct panel){0};
}

/* Of too many pairs the first stay; of too many layers every second, third..., with the last. */
static void drop(struct maps *m, int most)
{
    const int all = m->count;
    const int step = m->kind == ISO_PLOT_LANGUAGES ? (all + most - 1) / most : 1;
    int kept = 0;

    if (m->kind == ISO_PLOT_LANGUAGES)
        qsort(m->at, (size_t)all, sizeof *m->at, by_panel_layer);
    for (int p = 0; p < all; p++) {
        if ((all - 1 - p) % step != 0 || kept == most) {
            forget_panel(&m->at[p]);
            continue;
        }
        const struct panel stays = m->at[p];
        m->at[p] = (struct panel){0};
        m->at[kept++] = stays;
    }
    m->count = kept;
    m->dropped = all - kept;
}

static iso_err fill(struct maps *m, const iso_records *records, int most)
{
    iso_err err = ISO_OK;

    ISO_TRY(m->kind == ISO_PLOT_LAYERS ? list_layers(m, records) : list_names(m, records));
    ISO_TRY(iso_alloc(&m->at, records->count, sizeof *m->at));
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        int p = 0;
        while (p < m->count && !same_panel(m, m->at[p].first, r))
            p++;
        if (p == m->count)
            ISO_TRY(begin_panel(m, r));
        put(m, &m->at[p], r);
    }
    drop(m, most);
    m->lo = INFINITY;
    m->hi = -INFINITY;
    for (int p = 0; p < m->count; p++) {
        for (int i = 0; i < m->size * m->size; i++) {
            m->lo = isfinite(m->at[p].value[i]) ? fmin(m->lo, m->at[p].value[i]) : m->lo;
            m->hi = isfinite(m->at[p].value[i]) ? fmax(m->hi, m->at[p].value[i]) : m->hi;
        }
    }
    ISO_NEED(m->hi >= m->lo, "nothing to draw: no value is defined");
done:
    return err;
}

/* Neighbours on the axis are languages that are close: leaves of a clustering of the last panel. */
static iso_err order_names(struct maps *m)
{
    const bool apart = m->apart;
    const double *value = m->at[m->count - 1].value;
    double *distance = NULL;
    const int n = m->size;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m->order, n, sizeof *m->order));
    ISO_TRY(iso_alloc(&distance, (int64_t)n * n, sizeof *distance));
    for (int i = 0; i < n * n; i++) {
        const double v = isfinite(value[i]) ? value[i] : apart ? m->hi : m->lo;
        distance[i] = i % (n + 1) == 0 ? 0 : apart ? v - fmin(m->lo, 0) : m->hi - v;
    }
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++)
            distance[i * n + j] = distance[j * n + i] =
                0.5 * (distance[i * n + j] + distance[j * n + i]);
    }
    ISO_TRY(iso_cluster_order(m->order, distance, n));
done:
    iso_free(distance);
    return err;
}

iso_err iso_maps_collect(struct maps *m, const iso_records *records, int most)
{
    const iso_record *r = &records->at[0];
    iso_err err = ISO_OK;

    m->apart = iso_catalogue_of(r->measure, r->estimator).high == ISO_HIGH_APART;
    ISO_TRY(fill(m, records, most));
    m->signs = m->lo < 0 && m->hi > 0 && -m->lo > 0.2 * m->hi;
    if (m->kind == ISO_PLOT_LANGUAGES)
        ISO_TRY(order_names(m));
done:
    return err;
}

void iso_maps_free(struct maps *m)
{
    for (int p = 0; p < m->count; p++)
        forget_panel(&m->at[p]);
    iso_free(m->at);
    iso_free(m->layers);
    iso_free(m->order);
}
