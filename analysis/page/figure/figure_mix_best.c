/* What mixing does over all targets, and the layer at which it does most. */
#include <math.h>

#include "analysis/page/figure/figure_mix.h"
#include "analysis/page/report/wording.h"

struct spread iso_mixing_over(const struct mixing *m, enum mix_what what, int place, int way,
                              int layer)
{
    struct spread s = {0, NAN, NAN, 0};

    for (int t = 0; t < m->tgts.count; t++) {
        const iso_record *r = iso_mixing_at(m, what, t, place, way, layer);
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
        const struct spread s = iso_mixing_over(m, what, place, 0, layer);
        sum += s.count ? s.mean : 0;
        count += s.count > 0;
    }
    return count ? sum / count : NAN;
}

int iso_mixing_best(const struct mixing *m, const iso_record *like)
{
    const int sign = iso_wording_of(like->measure, like->estimator)->high == READS_APART ? -1 : 1;
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

static bool same_spot(const struct mix_spot *a, const struct mix_spot *b)
{
    return a->first == b->first && a->last == b->last;
}

iso_err iso_figure_keep_best(iso_records *records, int *places)
{
    struct mixing m = {0};
    iso_records kept = {0};
    struct mix_spot spot;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mixing_gather(&m, records));
    const struct mix_spot best = m.place[iso_mixing_best(&m, &records->at[0])];
    *places = m.places;
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (!iso_mixing_spot(&spot, r) || same_spot(&spot, &best))
            ISO_TRY(iso_records_add(&kept, r));
    }
    iso_records_free(records);
    *records = kept;
    kept = (iso_records){0};
done:
    iso_mixing_free(&m);
    iso_records_free(&kept);
    return err;
}
