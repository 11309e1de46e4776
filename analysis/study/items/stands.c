#include "analysis/study/items/stands.h"

#include <math.h>

#include "analysis/measure/catalogue.h"

/* 1 where higher is better, −1 where lower is, 0 where neither. */
static int better(const iso_record *r)
{
    const iso_catalogue_entry e = iso_catalogue_of(r->measure, r->estimator);

    return e.high != ISO_HIGH_NEITHER ? (int)e.high : e.about == ISO_ABOUT_TASK;
}

iso_stand iso_stands(const iso_beside *beside, const iso_record *r)
{
    const int sign = better(r);
    const bool sure = isfinite(r->lo) && isfinite(r->hi) && !r->flag;
    bool any = false, above = true;

    if (sign == 0 || !isfinite(r->value))
        return ISO_STAND_UNKNOWN;
    for (int k = 0; k < beside->names; k++) {
        const iso_record *b = iso_beside_find(beside, r, k);
        if (!b || !isfinite(b->value))
            continue;
        any = true;
        above = above && sure && (sign > 0 ? r->lo > iso_beside_hi(b) : r->hi < iso_beside_lo(b));
    }
    return !any ? ISO_STAND_UNKNOWN : above ? ISO_STAND_ABOVE : ISO_STAND_WITHIN;
}
