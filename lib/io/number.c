#include "lib/io/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/str.h"

/* printf writes the decimal point of the process's locale, which may be several bytes. */
static const char *with_point(char *text)
{
    size_t to = 0;
    bool point = false;

    for (size_t i = 0; text[i]; i++) {
        if (strchr("0123456789+-e", text[i])) {
            text[to++] = text[i];
            point = false;
        } else if (!point) {
            text[to++] = '.';
            point = true;
        }
    }
    text[to] = '\0';
    return text;
}

const char *iso_number_exact(char out[ISO_NUMBER_SIZE], double value)
{
    if (value == 0)
        return strcpy(out, "0");
    for (int digits = 12; digits <= 17; digits++) {
        double back = 0;
        (void)snprintf(out, ISO_NUMBER_SIZE, "%.*g", digits, value);
        (void)with_point(out);
        if (iso_str_double(&back, out) && fabs(back - value) < 1e-12 * fabs(value))
            break;
    }
    return out;
}

const char *iso_number_same(char out[ISO_NUMBER_SIZE], double value)
{
    double back = NAN;

    for (int digits = 15; digits <= 17 && back != value; digits++) {
        (void)snprintf(out, ISO_NUMBER_SIZE, "%.*g", digits, value);
        (void)with_point(out);
        (void)iso_str_double(&back, out);
    }
    return out;
}

const char *iso_number_short(char out[ISO_NUMBER_SIZE], double value, int places)
{
    const double size = fabs(value);
    const double least = 0.5 * pow(10, -places);

    if (value == 0 || (size >= least && size < 1e7))
        (void)snprintf(out, ISO_NUMBER_SIZE, "%.*f", places, value == 0 ? 0 : value);
    else
        (void)snprintf(out, ISO_NUMBER_SIZE, "%.1e", value);
    return with_point(out);
}

const char *iso_number_int(char out[ISO_NUMBER_SIZE], int64_t value)
{
    (void)snprintf(out, ISO_NUMBER_SIZE, "%" PRId64, value);
    return out;
}
