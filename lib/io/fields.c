#include "lib/io/fields.h"

#include <stddef.h>

#include "lib/io/decimal.h"

int64_t iso_fields_strip(const char *line, int64_t len)
{
    while (len > 0 && iso_fields_gap(line[len - 1]))
        len--;
    return len;
}

bool iso_fields_numbers(float *row, const char **bad, int64_t count, const char *p, const char *end)
{
    for (int64_t i = 0; i < count; i++) {
        while (p < end && iso_fields_gap(*p))
            p++;
        *bad = p;
        const char *next = p < end ? iso_decimal_f32(row + i, p) : NULL;
        if (!next || next > end || (next < end && !iso_fields_gap(*next)))
            return false;
        p = next;
    }
    *bad = p;
    return p == end;
}

int64_t iso_fields_count(const char *p, const char *end)
{
    int64_t count = 0;

    while (p < end) {
        while (p < end && iso_fields_gap(*p))
            p++;
        count += p < end;
        while (p < end && !iso_fields_gap(*p))
            p++;
    }
    return count;
}

const char *iso_fields_last(const char *begin, const char *end, int64_t count)
{
    const char *p = end;

    for (int64_t i = 0; i < count; i++) {
        while (p > begin && iso_fields_gap(p[-1]))
            p--;
        if (p == begin)
            return NULL;
        while (p > begin && !iso_fields_gap(p[-1]))
            p--;
    }
    return p;
}
