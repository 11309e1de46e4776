/* Discrepancies in lots: which records are of one question, and where each number is. */
#include "analysis/measure/catalogue.h"
#include "analysis/measure/spec.h"
#include "analysis/study/gap/gap_lot_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/text/lang.h"

enum { LOTS_MOST = 4096 };

/* A number of a pair of different languages at one depth, of all folds, searched one way. */
static bool serves(const iso_record *r)
{
    return r->src && r->tgt && !iso_lang_same(r->src, r->tgt) && r->src_layer == r->tgt_layer &&
           isfinite(r->value) && r->fold == ISO_NO_INT &&
           (!r->direction || !strcmp(r->direction, "forward") ||
            !strcmp(r->direction, "backward")) &&
           iso_catalogue_of(r->measure, r->estimator).about != ISO_ABOUT_OTHER;
}

/* In everything that makes a number another number, the direction aside. */
static bool same_question(const iso_record *a, const iso_record *b)
{
    return iso_record_compare(a, b, ISO_ROLE_QUESTION, ISO_COLUMN(direction)) == 0;
}

iso_err iso_gap_lot_name(char **out, const iso_record *r)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_spec_print(&name, r->measure, r->estimator, r->k));
    if (iso_str_same(r->stage, "difference") && r->given)
        ISO_TRY(iso_buf_printf(&name, " minus %s", r->given));
    *out = name.text;
    return ISO_OK;
done:
    iso_buf_free(&name);
    return err;
}

/* --- Gathering --- */

static iso_err lot_for(struct gap_lot **out, struct gap_lots *lots, int *room, const iso_record *r)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < lots->count; i++) {
        if (same_question(lots->at[i].first, r)) {
            *out = &lots->at[i];
            return ISO_OK;
        }
    }
    ISO_NEED(lots->count < LOTS_MOST, "the records hold more than %d measures", LOTS_MOST);
    if (lots->count == *room) {
        const int more = *room ? 2 * *room : 16;
        ISO_TRY(iso_realloc(&lots->at, *room, more, sizeof *lots->at));
        *room = more;
    }
    struct gap_lot *lot = &lots->at[lots->count];
    *lot = (struct gap_lot){.first = r};
    ISO_TRY(iso_gap_lot_name(&lot->name, r));
    lots->count++;
    *out = lot;
done:
    return err;
}

/* What the target finds among the source's rows is the other pair's search. */
static iso_err add_pair(struct gap_lot *lot, const iso_record *r)
{
    const bool back = iso_str_same(r->direction, "backward");
    const char *src = iso_lang_canonical(r->src), *tgt = iso_lang_canonical(r->tgt);
    iso_err err = ISO_OK;

    if (lot->count == lot->room) {
        const int64_t room = lot->room ? 2 * lot->room : 64;
        ISO_TRY(iso_realloc(&lot->at, lot->count, room, sizeof *lot->at));
        lot->room = room;
    }
    lot->at[lot->count] =
        (struct gap_pair){r->src_layer, back ? tgt : src, back ? src : tgt, r->value, lot->count};
    lot->count++;
done:
    return err;
}

static int by_place(const void *a, const void *b)
{
    const struct gap_pair *x = a, *y = b;
    int order = (x->layer > y->layer) - (x->layer < y->layer);

    order = order ? order : strcmp(x->a, y->a);
    return order ? order : strcmp(x->b, y->b);
}

/* Of equal places the one that came first. */
static int by_place_and_turn(const void *a, const void *b)
{
    const struct gap_pair *x = a, *y = b;
    const int order = by_place(a, b);

    return order ? order : (x->turn > y->turn) - (x->turn < y->turn);
}

/* Sorted, each place once, its layers listed. */
static iso_err finish(struct gap_lot *lot)
{
    int64_t kept = 0;
    iso_err err = ISO_OK;

    qsort(lot->at, (size_t)lot->count, sizeof *lot->at, by_place_and_turn);
    for (int64_t i = 0; i < lot->count; i++) {
        if (kept == 0 || by_place(&lot->at[kept - 1], &lot->at[i]) != 0)
            lot->at[kept++] = lot->at[i];
    }
    lot->count = kept;
    ISO_TRY(iso_alloc(&lot->layer, kept, sizeof *lot->layer));
    for (int64_t i = 0; i < kept; i++) {
        if (lot->layers == 0 || lot->layer[lot->layers - 1] != lot->at[i].layer)
            lot->layer[lot->layers++] = lot->at[i].layer;
    }
done:
    return err;
}

void iso_gap_lot_free(struct gap_lot *lot)
{
    iso_free(lot->name);
    iso_free(lot->at);
    iso_free(lot->layer);
}

void iso_gap_lots_free(struct gap_lots *lots)
{
    for (int i = 0; i < lots->count; i++)
        iso_gap_lot_free(&lots->at[i]);
    iso_free(lots->at);
    iso_free(lots->left_out);
    *lots = (struct gap_lots){0};
}

iso_err iso_gap_lots_make(struct gap_lots *out, const iso_records *records, const char *measures)
{
    struct gap_lots lots = {0};
    struct gap_lot *lot = NULL;
    int room = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        if (!serves(&records->at[i]))
            continue;
        ISO_TRY(lot_for(&lot, &lots, &room, &records->at[i]));
        ISO_TRY(add_pair(lot, &records->at[i]));
    }
    ISO_TRY(iso_gap_lots_choose(&lots, measures));
    for (int i = 0; i < lots.count; i++)
        ISO_TRY(finish(&lots.at[i]));
    *out = lots;
    lots = (struct gap_lots){0};
done:
    iso_gap_lots_free(&lots);
    return err;
}

/* --- Asking --- */

double iso_gap_lot_at(const struct gap_lot *lot, const char *src, const char *tgt, int64_t layer)
{
    const bool either = !lot->first->direction && !lot->first->train;
    const struct gap_pair there = {.layer = layer, .a = src, .b = tgt};
    const struct gap_pair back = {.layer = layer, .a = tgt, .b = src};
    const size_t count = (size_t)lot->count;
    const struct gap_pair *found = bsearch(&there, lot->at, count, sizeof there, by_place);

    if (!found && either)
        found = bsearch(&back, lot->at, count, sizeof back, by_place);
    return found ? found->value : NAN;
}

/* Earlier files name a difference from `before` like what it is a difference of. */
static bool called(const char *name, const char *x)
{
    const size_t len = x ? strlen(x) : 0;

    return iso_str_same(name, x) ||
           (x && strncmp(name, x, len) == 0 && strcmp(name + len, " minus before") == 0);
}

/* A correlation says how its discrepancy was made, under names of its own for what it is. */
bool iso_gap_lot_made(const struct gap_lot *lot, const iso_record *r)
{
    const uint64_t own = ISO_COLUMN(measure) | ISO_COLUMN(estimator) | ISO_COLUMN(model2) |
                         ISO_COLUMN(direction) | ISO_COLUMN(fold) | ISO_COLUMN(subset) |
                         ISO_COLUMN(y) | ISO_COLUMN(given);

    return called(lot->name, r->x) &&
           iso_record_compare(lot->first, r, ISO_ROLE_QUESTION, own) == 0;
}
