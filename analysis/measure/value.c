#include "analysis/measure/value.h"

#include <math.h>
#include <stddef.h>

iso_value iso_value_none(void)
{
    return (iso_value){.value = NAN,
                       .lo = NAN,
                       .hi = NAN,
                       .null = NAN,
                       .null_sd = NAN,
                       .p = NAN,
                       .rank = -1,
                       .param = NAN,
                       .calibrated = NAN,
                       .p_max = NAN};
}

iso_value iso_value_undefined(int64_t n, const char *why)
{
    iso_value v = iso_value_none();

    v.n = n;
    v.why = why;
    return v;
}
