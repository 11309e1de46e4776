#include "analysis/study/mix/mix_claim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

const char *iso_mix_bar_name(enum mix_bar bar)
{
    static const char *const names[MIX_BARS] = {"before", "fixed:0", "shuffled"};

    return names[bar];
}

/* --- Which records belong together --- */

/* One case: what the difference is from tells its records apart. */
static int by_case(const iso_record *a, const iso_record *b)
{
    return iso_record_compare(a, b, ISO_ROLE_NAMES, ISO_COLUMN(given));
}

/* Of one case those that come first in the list first. */
static int by_case_and_place(const void *a, const void *b)
{
    const iso_record *const *x = a, *const *y = b;
    const int order = by_case(*x, *y);

    return order ? order : (*x > *y) - (*x < *y);
}

static int by_place(const void *a, const void *b)
{
    const struct mix_claim *x = a, *y = b;

    return (x->effect > y->effect) - (x->effect < y->effect);
}

/* A difference that mixing made, between two languages. */
static bool speaks(const iso_record *r)
{
    return r->stage && !strcmp(r->stage, "difference") && r->mix && r->src && r->tgt &&
           strcmp(r->src, r->tgt) != 0;
}

/* --- Claims --- */

/* What values are exact to: below it a difference is rounding, however sure its interval. */
static const double exact = 1e-6;

/* On which side of 0 the interval lies, 0 where it holds it, there is none, or it rests on too few
 * items. */
static int side_of(const iso_record *r)
{
    const bool few = r && r->n != ISO_NO_INT && r->n < MIX_CLAIM_ITEMS;

    return !r || few ? 0 : r->lo > exact ? 1 : r->hi < -exact ? -1 : 0;
}

static struct mix_claim claim_of(const iso_record *const bar[MIX_BARS])
{
    struct mix_claim c = {.effect = bar[MIX_BAR_BEFORE], .side = side_of(bar[MIX_BAR_BEFORE])};
    bool all = true;

    for (int b = 0; b < MIX_BARS; b++) {
        const int side = side_of(bar[b]);
        c.missed[b] = side == 0 || (c.side != 0 && side != c.side);
        all = all && !c.missed[b];
    }
    c.side = all ? c.side : 0;
    c.closer = c.side * (int)iso_catalogue_of(c.effect->measure, c.effect->estimator).high;
    return c;
}

/* The claim of the records [0, count), which are of one case; false when there is none. */
static bool claim(struct mix_claim *out, const iso_record *const *r, int64_t count)
{
    const iso_record *bar[MIX_BARS] = {NULL};

    for (int64_t i = 0; i < count; i++) {
        for (int b = 0; b < MIX_BARS; b++) {
            if (iso_str_same(r[i]->given, iso_mix_bar_name((enum mix_bar)b)))
                bar[b] = r[i];
        }
    }
    if (!bar[MIX_BAR_BEFORE] || (!bar[MIX_BAR_FIXED0] && !bar[MIX_BAR_SHUFFLED]))
        return false;
    *out = claim_of(bar);
    return true;
}

iso_err iso_mix_claims_make(struct mix_claims *out, const iso_records *records)
{
    struct mix_claims c = {0};
    const iso_record **list = NULL;
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&list, records->count, sizeof *list));
    for (int64_t i = 0; i < records->count; i++) {
        if (speaks(&records->at[i]))
            list[count++] = &records->at[i];
    }
    qsort(list, (size_t)count, sizeof *list, by_case_and_place);
    ISO_TRY(iso_alloc(&c.at, count, sizeof *c.at));
    for (int64_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && by_case(list[first], list[end]) == 0; end++)
            ;
        c.count += claim(&c.at[c.count], list + first, end - first);
    }
    qsort(c.at, (size_t)c.count, sizeof *c.at, by_place);
    *out = c;
    c = (struct mix_claims){0};
done:
    iso_free(list);
    iso_mix_claims_free(&c);
    return err;
}

void iso_mix_claims_free(struct mix_claims *c)
{
    iso_free(c->at);
    *c = (struct mix_claims){0};
}
