/* How sure the values of one layer are: items are drawn, with all their rows. */
#include <math.h>
#include <string.h>

#include "analysis/search/hits.h"
#include "analysis/study/mingle/mingle_inside.h"
#include "lib/base/alloc.h"

static int64_t first_row(const struct mingle_set *set, int group)
{
    return group ? set->first[group - 1] : 0;
}

static int64_t end_row(const struct mingle_set *set, int group)
{
    return group ? set->first[group - 1] + set->size[group - 1] : set->rows;
}

/* Numbers the items that a group has, from 0; place[item] is −1 of the others. */
static int64_t number_items(int64_t *place, const struct mingle_set *set, int group)
{
    int64_t count = 0;

    for (int64_t i = 0; i < set->items; i++)
        place[i] = -1;
    for (int64_t i = first_row(set, group); i < end_row(set, group); i++) {
        if (place[set->item[i]] < 0)
            place[set->item[i]] = count++;
    }
    return count;
}

iso_err iso_mingle_interval(iso_value *v, const double *part, const double *whole,
                            const struct mingle_set *set, int group, uint64_t seed)
{
    int64_t *place = NULL, items;
    double *p = NULL, *w = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&place, set->items, sizeof *place));
    items = number_items(place, set, group);
    ISO_TRY(iso_alloc(&p, items, sizeof *p));
    ISO_TRY(iso_alloc(&w, items, sizeof *w));
    for (int64_t i = first_row(set, group); i < end_row(set, group); i++) {
        p[place[set->item[i]]] += part[i];
        w[place[set->item[i]]] += whole[i];
    }
    ISO_TRY(iso_hits_ratio(v, p, w, items, ISO_BOOT_PERCENTILE, seed));
done:
    iso_free(place);
    iso_free(p);
    iso_free(w);
    return err;
}

/* --- Means over rows --- */

struct row_sums {
    double *part, *whole; /* of each row */
};

static void fill(struct row_sums *s, const struct mingle_seen *seen, const struct mingle_set *set,
                 enum mingle_cell cell)
{
    for (int64_t i = 0; i < set->rows; i++) {
        const iso_mingled *row = &seen->row[i], *expected = &seen->expected[set->label[i]];
        s->part[i] = cell == MINGLE_RATIO     ? row->other
                     : cell == MINGLE_ENTROPY ? row->entropy
                                              : row->bridge;
        s->whole[i] = cell == MINGLE_RATIO     ? expected->other
                      : cell == MINGLE_ENTROPY ? expected->entropy
                                               : 1;
    }
}

/* --- Reach and the harmonic mean: which languages the rows of the items drawn have near --- */

/* Of the items of a group: rows, bridges among them, and a set of items, as bits, for each language
 * of the group and each other one. */
struct drawn {
    double *rows, *bridges;
    uint64_t *near, *there; /* pairs × words; the set of those drawn */
    int64_t words;
    int own, langs; /* languages of the group, all */
    bool harmonic;
};

static void drawn_free(struct drawn *d)
{
    iso_free(d->rows);
    iso_free(d->bridges);
    iso_free(d->near);
    iso_free(d->there);
}

static iso_err drawn_new(struct drawn *out, const int64_t *place, int64_t items,
                         const struct mingle_seen *seen, const struct mingle_set *set, int group)
{
    struct drawn d = {
        .words = (items + 63) / 64, .own = group ? 1 : set->langs, .langs = set->langs};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d.rows, items, sizeof *d.rows));
    ISO_TRY(iso_alloc(&d.bridges, items, sizeof *d.bridges));
    ISO_TRY(iso_alloc(&d.near, d.words * d.own * d.langs, sizeof *d.near));
    ISO_TRY(iso_alloc(&d.there, d.words, sizeof *d.there));
    for (int64_t i = first_row(set, group); i < end_row(set, group); i++) {
        const int64_t at = place[set->item[i]];
        const int own = group ? 0 : set->label[i];
        d.rows[at]++;
        d.bridges[at] += seen->row[i].bridge;
        for (int c = 0; c < d.langs; c++) {
            if (seen->reach[i * d.langs + c])
                d.near[(own * d.langs + c) * d.words + at / 64] |= (uint64_t)1 << at % 64;
        }
    }
    *out = d;
    return ISO_OK;
done:
    drawn_free(&d);
    return err;
}

static bool meet(const uint64_t *a, const uint64_t *b, int64_t words)
{
    for (int64_t w = 0; w < words; w++) {
        if (a[w] & b[w])
            return true;
    }
    return false;
}

static double drawn(void *payload, const int64_t *pick, int64_t n)
{
    const struct drawn *d = payload;
    double rows = 0, bridges = 0, reach = 0;

    memset(d->there, 0, (size_t)d->words * sizeof *d->there);
    for (int64_t i = 0; i < n; i++) {
        d->there[pick[i] / 64] |= (uint64_t)1 << pick[i] % 64;
        rows += d->rows[pick[i]];
        bridges += d->bridges[pick[i]];
    }
    for (int p = 0; p < d->own * d->langs; p++)
        reach += meet(d->there, d->near + p * d->words, d->words);
    reach /= (double)d->own * (d->langs - 1);
    bridges /= rows;
    if (!d->harmonic)
        return reach;
    return reach + bridges > 0 ? 2 * reach * bridges / (reach + bridges) : 0;
}

static iso_err draw(iso_value *v, struct drawn *d, int64_t items, bool harmonic, uint64_t seed)
{
    const iso_boot_statistic of = {drawn, d};
    iso_err err = ISO_OK;

    if (isnan(v->value))
        return ISO_OK;
    d->harmonic = harmonic;
    ISO_TRY(iso_boot_interval(&v->lo, &v->hi, &of, items, ISO_BOOT_PERCENTILE, 0.95, seed));
    if (isnan(v->lo)) {
        v->why = "no resample differs: nothing to make an interval of";
        goto done;
    }
    v->hi = fmax(v->hi, v->value); /* resamples only lose languages */
    v->interval = "boot-items";
done:
    return err;
}

static iso_err reach_intervals(iso_value *reach, iso_value *harmonic,
                               const struct mingle_seen *seen, const struct mingle_set *set,
                               const struct mingle_ask *ask, int group)
{
    struct drawn d = {0};
    int64_t *place = NULL, items;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&place, set->items, sizeof *place));
    items = number_items(place, set, group);
    ISO_TRY(drawn_new(&d, place, items, seen, set, group));
    if (ask->asked[MINGLE_REACH])
        ISO_TRY(draw(reach, &d, items, false, ask->seed));
    if (ask->asked[MINGLE_HARMONIC])
        ISO_TRY(draw(harmonic, &d, items, true, ask->seed));
done:
    drawn_free(&d);
    iso_free(place);
    return err;
}

/* --- All of them --- */

iso_err iso_mingle_near_intervals(iso_value *value, const struct mingle_seen *seen,
                                  const struct mingle_set *set, const struct mingle_ask *ask)
{
    const int groups = set->langs + 1, wanted = ask->opt.each ? groups : 1;
    struct row_sums sums = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&sums.part, set->rows, sizeof *sums.part));
    ISO_TRY(iso_alloc(&sums.whole, set->rows, sizeof *sums.whole));
    for (int c = 0; c <= MINGLE_BRIDGE; c++) {
        fill(&sums, seen, set, (enum mingle_cell)c);
        for (int g = 0; ask->asked[c] && g < wanted; g++) {
            iso_value *v = &value[c * groups + g];
            if (!isnan(v->value))
                ISO_TRY(iso_mingle_interval(v, sums.part, sums.whole, set, g, ask->seed));
        }
    }
    if (!ask->asked[MINGLE_REACH] && !ask->asked[MINGLE_HARMONIC])
        goto done;
    for (int g = 0; g < wanted; g++)
        ISO_TRY(reach_intervals(&value[MINGLE_REACH * groups + g],
                                &value[MINGLE_HARMONIC * groups + g], seen, set, ask, g));
done:
    iso_free(sums.part);
    iso_free(sums.whole);
    return err;
}
