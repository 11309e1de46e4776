/* Records of `mix` in order: what was measured before, after, and by how much it changed. */
#include "analysis/page/figure/figure_mix.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/study/mix/mix_claim.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

enum { LAYERS_MOST = 256, CELLS_MOST = 1 << 22 };

bool iso_figure_is_mixing(const iso_record *r)
{
    return (r->src_layer >= 0 || r->baseline) && !r->x &&
           (r->mix_layer >= 0 || (iso_str_same(r->stage, "before") && !r->train && !r->mix));
}

/* Where ":1-3" begins, or the end. */
static const char *suffix_of(const char *mix)
{
    const char *colon = strrchr(mix, ':');

    if (!colon)
        return mix + strlen(mix);
    const char *dash = colon + 1 + strspn(colon + 1, "0123456789");
    const bool range = *dash == '-' && dash > colon + 1 && dash[1] &&
                       dash[1 + strspn(dash + 1, "0123456789")] == '\0';
    return range ? colon : mix + strlen(mix);
}

int iso_mixing_way_length(const char *mix)
{
    return (int)(suffix_of(mix) - mix);
}

bool iso_mixing_spot(struct mix_spot *out, const iso_record *r)
{
    if (r->mix_layer < 0 || r->mix_layer > 100000)
        return false;
    const char *suffix = r->mix ? suffix_of(r->mix) : "";
    const char *dash = strchr(suffix, '-');
    const long last = dash ? strtol(dash + 1, NULL, 10) : 0;
    *out = (struct mix_spot){(int)r->mix_layer, last > 0 && last <= 100000 ? (int)last : 0};
    return true;
}

iso_err iso_mixing_spot_name(iso_buf *out, const struct mix_spot *spot)
{
    return spot->last ? iso_buf_printf(out, "%d-%d", spot->first, spot->last)
                      : iso_buf_printf(out, "%d", spot->first);
}

static int by_spot(const void *a, const void *b)
{
    const struct mix_spot *x = a, *y = b;

    return x->first != y->first ? x->first - y->first : x->last - y->last;
}

/* "3" or "1-3". */
static bool read_spot(struct mix_spot *out, const char *name)
{
    const char *dash = strchr(name, '-');
    char first[16];
    int64_t a, b = 0;

    (void)snprintf(first, sizeof first, "%.*s", dash ? (int)(dash - name) : 15, name);
    if (!iso_str_int(&a, first) || (dash && !iso_str_int(&b, dash + 1)))
        return false;
    *out = (struct mix_spot){(int)a, b == a ? 0 : (int)b};
    return a >= 0 && a < 100000 && b >= 0 && b < 100000;
}

iso_err iso_mixing_place(int *out, const struct mixing *m, const char *name)
{
    struct mix_spot spot;

    if (!read_spot(&spot, name))
        return iso_fail(ISO_EARG, ISO_FIELD(layer) " %s: a mixed layer is a number or a range 1-3",
                        name);
    for (int p = 0; p < m->places; p++) {
        if (by_spot(&spot, &m->place[p]) == 0) {
            *out = p;
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EARG, ISO_FIELD(layer) " %s: no record of mixing there", name);
}

/* --- Lists --- */

static bool is(const struct mix_series *w, const char *name)
{
    return w->len == (int)strlen(name) && strncmp(w->name, name, (size_t)w->len) == 0;
}

static int way_index(struct mixing *m, const char *mix)
{
    struct mix_series w = {mix, iso_mixing_way_length(mix), false};

    for (int i = 0; i < m->ways; i++) {
        if (m->way[i].len == w.len && strncmp(m->way[i].name, mix, (size_t)w.len) == 0)
            return i;
    }
    if (m->ways == MIX_SERIES)
        return -1;
    w.control = is(&w, "fixed:0") || is(&w, "uniform") || is(&w, "shuffled");
    m->way[m->ways] = w;
    return m->ways++;
}

static int place_index(struct mixing *m, const struct mix_spot *spot)
{
    for (int i = 0; i < m->places; i++) {
        if (by_spot(&m->place[i], spot) == 0)
            return i;
    }
    if (m->places == MIX_PLACES)
        return -1;
    m->place[m->places] = *spot;
    return m->places++;
}

/* fixed:0, uniform, shuffled after all others, which stay as they came. */
static void controls_last(struct mixing *m)
{
    struct mix_series sorted[MIX_SERIES];
    int count = 0;

    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < m->ways; i++) {
            const int when = !m->way[i].control          ? 0
                             : is(&m->way[i], "fixed:0") ? 1
                             : is(&m->way[i], "uniform") ? 2
                                                         : 3;
            if (when == round)
                sorted[count++] = m->way[i];
        }
    }
    memcpy(m->way, sorted, sizeof *sorted * (size_t)count);
}

static iso_err list(struct mixing *m, const iso_records *records)
{
    iso_err err = ISO_OK;

    m->lo = INT32_MAX;
    m->hi = -1;
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        struct mix_spot spot;
        ISO_NEED(r->src_layer >= 0 && r->src_layer < 100000,
                 "a figure of mixing needs records that name their layer");
        m->lo = r->src_layer < m->lo ? (int)r->src_layer : m->lo;
        m->hi = r->src_layer > m->hi ? (int)r->src_layer : m->hi;
        ISO_NEED(iso_names_index(&m->tgts, r->tgt) >= 0, "a figure shows at most %d languages",
                 NAMES_MAX);
        if (!r->mix || !iso_mixing_spot(&spot, r))
            continue;
        ISO_NEED(way_index(m, r->mix) >= 0, "a figure shows at most %d ways of mixing", MIX_SERIES);
        ISO_NEED(place_index(m, &spot) >= 0, "a figure shows at most %d mixed layers", MIX_PLACES);
    }
    ISO_NEED(m->places > 0, "nothing was mixed: these records are all of before");
    ISO_NEED(m->hi - m->lo < LAYERS_MOST, "a figure shows at most %d layers", LAYERS_MOST);
    qsort(m->place, (size_t)m->places, sizeof *m->place, by_spot);
    controls_last(m);
done:
    return err;
}

/* --- The records --- */

static int64_t index_of(const struct mixing *m, enum mix_what what, int tgt, int place, int way,
                        int layer)
{
    const int64_t layers = m->hi - m->lo + 1;

    if (what == MIX_SHOWS_BEFORE)
        place = way = 0;
    return ((((int64_t)what * m->tgts.count + tgt) * m->places + place) * m->ways + way) * layers +
           layer - m->lo;
}

static bool what_of(enum mix_what *out, const iso_record *r)
{
    const bool difference = iso_str_same(r->stage, "difference");

    if (iso_str_same(r->stage, "before"))
        *out = MIX_SHOWS_BEFORE;
    else if (iso_str_same(r->stage, "after"))
        *out = MIX_SHOWS_AFTER;
    else if (difference && iso_str_same(r->given, iso_mix_bar_name(MIX_BAR_BEFORE)))
        *out = MIX_SHOWS_CHANGE;
    else if (difference && iso_str_same(r->given, iso_mix_bar_name(MIX_BAR_FIXED0)))
        *out = MIX_SHOWS_BEYOND;
    else
        return false;
    return *out == MIX_SHOWS_BEFORE || (r->mix && r->mix_layer != ISO_NO_INT);
}

static void put(struct mixing *m, const iso_record *r)
{
    const int tgt = iso_names_index(&m->tgts, r->tgt);
    struct mix_spot spot;
    enum mix_what what;
    int place = 0, way = 0;

    if (!what_of(&what, r))
        return;
    if (what != MIX_SHOWS_BEFORE) {
        if (!iso_mixing_spot(&spot, r))
            return;
        place = place_index(m, &spot);
        way = way_index(m, r->mix);
    }
    m->at[index_of(m, what, tgt, place, way, (int)r->src_layer)] = r;
}

iso_err iso_mixing_gather(struct mixing *m, const iso_records *records, const iso_beside *beside)
{
    iso_err err = ISO_OK;

    *m = (struct mixing){.beside = beside};
    ISO_TRY(list(m, records));
    const int64_t cells = index_of(m, MIX_SHOWS, 0, 0, 0, m->lo);
    ISO_NEED(cells <= CELLS_MOST,
             "%d languages, %d mixed layers, %d ways and %d layers are too much for one "
             "figure; " ISO_FIELD(tgt) " and " ISO_FIELD(layers) " choose",
             m->tgts.count, m->places, m->ways, m->hi - m->lo + 1);
    ISO_TRY(iso_alloc(&m->at, cells, sizeof *m->at));
    for (int64_t i = 0; i < records->count; i++)
        put(m, &records->at[i]);
done:
    return err;
}

void iso_mixing_free(struct mixing *m)
{
    iso_free(m->at);
}

const iso_record *iso_mixing_at(const struct mixing *m, int baseline, enum mix_what what, int tgt,
                                int place, int way, int layer)
{
    const iso_record *r = m->at[index_of(m, what, tgt, place, way, layer)];

    return r && baseline != MIX_STATES ? iso_beside_find(m->beside, r, baseline) : r;
}

bool iso_mixing_has(const struct mixing *m, int baseline, enum mix_what what, int place, int way)
{
    for (int t = 0; t < m->tgts.count; t++) {
        for (int layer = m->lo; layer <= m->hi; layer++) {
            const iso_record *r = iso_mixing_at(m, baseline, what, t, place, way, layer);
            if (r && isfinite(r->value))
                return true;
        }
    }
    return false;
}

iso_plot_kind iso_figure_suits_mixing(const iso_records *records)
{
    struct mix_spot first = {0, 0}, spot;
    bool any = false;

    for (int64_t i = 0; i < records->count; i++) {
        if (!iso_mixing_spot(&spot, &records->at[i]))
            continue;
        if (any && by_spot(&spot, &first) != 0)
            return ISO_PLOT_SWEEP;
        first = spot;
        any = true;
    }
    return any ? ISO_PLOT_MIXED : ISO_PLOT_AUTO;
}

/* --- What mixing does over all targets, and the layer at which it does most --- */

struct spread iso_mixing_over(const struct mixing *m, int baseline, enum mix_what what, int place,
                              int way, int layer)
{
    struct spread s = {0, NAN, NAN, 0};

    for (int t = 0; t < m->tgts.count; t++) {
        const iso_record *r = iso_mixing_at(m, baseline, what, t, place, way, layer);
        if (!r || !isfinite(r->value))
            continue;
        s.mean += r->value;
        s.lo = s.count ? fmin(s.lo, r->value) : r->value;
        s.hi = s.count ? fmax(s.hi, r->value) : r->value;
        s.count++;
    }
    s.mean = s.count ? s.mean / s.count : NAN;
    return s;
}

/* The mean over layers of the means over targets. */
static double gain(const struct mixing *m, enum mix_what what, int place)
{
    double sum = 0;
    int count = 0;

    for (int layer = m->lo; layer <= m->hi; layer++) {
        const struct spread s = iso_mixing_over(m, MIX_STATES, what, place, 0, layer);
        sum += s.count ? s.mean : 0;
        count += s.count > 0;
    }
    return count ? sum / count : NAN;
}

int iso_mixing_best(const struct mixing *m, const iso_record *like)
{
    const int sign =
        iso_catalogue_of(like->measure, like->estimator).high == ISO_HIGH_APART ? -1 : 1;
    double most = NAN;
    int best = 0;

    for (int p = 0; p < m->places; p++) {
        double g = gain(m, MIX_SHOWS_BEYOND, p);
        if (!isfinite(g))
            g = gain(m, MIX_SHOWS_CHANGE, p);
        if (!isfinite(g) || g * sign <= most)
            continue;
        most = g * sign;
        best = p;
    }
    return best;
}

iso_err iso_figure_keep_best(iso_records *records, int *places)
{
    struct mixing m = {0};
    iso_beside beside = {0};
    iso_records states = {0}, kept = {0};
    struct mix_spot spot;
    iso_err err = ISO_OK;

    ISO_TRY(iso_beside_make(&beside, records));
    ISO_TRY(iso_beside_states(&states, records));
    ISO_TRY(iso_mixing_gather(&m, &states, &beside));
    const struct mix_spot best = m.place[iso_mixing_best(&m, &records->at[0])];
    *places = m.places;
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (!iso_mixing_spot(&spot, r) || by_spot(&spot, &best) == 0)
            ISO_TRY(iso_records_add(&kept, r));
    }
    iso_records_free(records);
    *records = kept;
    kept = (iso_records){0};
done:
    iso_mixing_free(&m);
    iso_beside_free(&beside);
    iso_records_free(&states);
    iso_records_free(&kept);
    return err;
}
