#include "analysis/study/items/record_value.h"

#include <math.h>

void iso_record_value(iso_record *r, const iso_value *v)
{
    r->value = v->value;
    r->lo = v->lo;
    r->hi = v->hi;
    r->interval = v->interval ? v->interval : "none";
    r->null = v->null;
    r->null_sd = v->null_sd;
    r->p = v->p;
    r->n = v->n;
    r->why = v->why;
    if (v->rank >= 0)
        r->rank = v->rank;
    if (!isnan(v->param))
        r->param = v->param;
}
