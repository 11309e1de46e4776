#include "lib/io/decimal.h"

#include <locale.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Mantissas of 18 digits take one more; powers of ten up to 22 are doubles, and up to 18 the
 * product stays within f32. */
static const uint64_t FULL = 1000000000000000000u;

enum { LEAST_POWER = -22, MOST_POWER = 18, EXPONENT_MOST = 100000 };

struct decimal {
    uint64_t
        digits; /* the first 19; the value is digits · 10^power, cut by less than 1e-18 of it */
    int64_t power;
    bool any, cut;
};

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static const char *scan_digits(struct decimal *d, const char *p, int after_point)
{
    for (; is_digit(*p); p++) {
        d->any = true;
        if (d->digits < FULL) {
            d->digits = d->digits * 10 + (uint64_t)(*p - '0');
            d->power -= after_point;
        } else {
            d->power += !after_point;
            d->cut |= *p != '0';
        }
    }
    return p;
}

static const char *scan_exponent(struct decimal *d, const char *p)
{
    const bool minus = p[1] == '-';
    int64_t e = 0;

    p += 1 + (minus || p[1] == '+');
    if (!is_digit(*p))
        return NULL;
    for (; is_digit(*p); p++)
        e = e < EXPONENT_MOST ? e * 10 + (*p - '0') : e;
    d->power += minus ? -e : e;
    return p;
}

static const char *scan_word(float *out, const char *p)
{
    static const struct {
        const char *name;
        float value;
    } words[] = {{"infinity", INFINITY}, {"inf", INFINITY}, {"nan", NAN}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strncasecmp(p, words[i].name, strlen(words[i].name)) == 0) {
            *out = words[i].value;
            return p + strlen(words[i].name);
        }
    }
    return NULL;
}

/* Two roundings and the digits cut off are within three units in the last place of a double; the
 * f32 is certain unless the middle of two is as near as that. */
static bool quick(float *out, const struct decimal *d)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double value = (double)d->digits;
    uint64_t bits;

    if (d->power < LEAST_POWER || d->power > MOST_POWER)
        return false;
    value = d->power < 0 ? value / powers[-d->power] : value * powers[d->power];
    memcpy(&bits, &value, sizeof bits);
    const int64_t beyond = (int64_t)(bits & 0x1fffffff) - 0x10000000;
    *out = (float)value;
    return beyond > 4 || beyond < -4;
}

/* The C locale, whatever the process's is; 0 where there is no memory for it. */
static locale_t c_locale(void)
{
    static _Atomic(locale_t) kept;
    locale_t locale = atomic_load(&kept), none = (locale_t)0;

    if (!locale) {
        locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        if (locale && !atomic_compare_exchange_strong(&kept, &none, locale)) {
            freelocale(locale);
            locale = none;
        }
    }
    return locale;
}

static float slow(const char *text)
{
    const locale_t locale = c_locale();

    return locale ? strtof_l(text, NULL, locale) : strtof(text, NULL);
}

const char *iso_decimal_f32(float *out, const char *text)
{
    struct decimal d = {0};
    const bool minus = *text == '-';
    const char *const begin = text + (minus || *text == '+');
    const char *p = scan_digits(&d, begin, 0);
    float value = 0;

    if (*p == '.')
        p = scan_digits(&d, p + 1, 1);
    if (!d.any)
        p = scan_word(&value, begin);
    else if (*p == 'e' || *p == 'E')
        p = scan_exponent(&d, p);
    if (!p)
        return NULL;
    if (d.any && d.digits && !quick(&value, &d))
        value = slow(begin);
    *out = minus ? -value : value;
    return p;
}

/* --- f64 --- */

static double slow_f64(const char *text)
{
    const locale_t locale = c_locale();

    return locale ? strtod_l(text, NULL, locale) : strtod(text, NULL);
}

#ifdef __SIZEOF_INT128__
/* Digits over a power of ten up to 27, whose power of five has 64 bits: the quotient to 63 or 64
 * bits, the last of them set where a remainder is left, is rounded once. */
static bool quick_f64(double *out, const struct decimal *d)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t five = 1;

    if (d->cut || d->power > 0 || d->power < -27)
        return false;
    for (int64_t i = d->power; i < 0; i++)
        five *= 5;
    const int up = __builtin_clzll(d->digits), down = __builtin_clzll(five);
    const wide over = (wide)(d->digits << up) << 63;
    const uint64_t divisor = five << down, quotient = (uint64_t)(over / divisor);
    *out = ldexp((double)(quotient | (over % divisor != 0)), down - up - 63 + (int)d->power);
    return true;
}
#else
static bool quick_f64(double *out, const struct decimal *d)
{
    (void)out, (void)d;
    return false;
}
#endif

const char *iso_decimal_f64(double *out, const char *text)
{
    struct decimal d = {0};
    const bool minus = *text == '-';
    const char *const begin = text + (minus || *text == '+');
    const char *p = scan_digits(&d, begin, 0);
    double value = 0;

    if (*p == '.')
        p = scan_digits(&d, p + 1, 1);
    if (d.any && (*p == 'e' || *p == 'E'))
        p = scan_exponent(&d, p);
    if (!d.any || !p)
        return NULL;
    if (d.digits && !quick_f64(&value, &d))
        value = slow_f64(begin);
    *out = minus ? -value : value;
    return p;
}
