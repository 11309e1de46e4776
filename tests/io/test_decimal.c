/* Decimal numbers become the nearest f32; the C library's strtof in the C locale is the judge. */
#include "lib/base/rng.h"
#include "lib/io/decimal.h"
#include "tests/check.h"

#include <float.h>
#include <locale.h>

static void agree(const char *number)
{
    char *end;
    const float expected = strtof(number, &end);
    float value = 42;
    const char *stop = iso_decimal_f32(&value, number);

    if (stop != end || memcmp(&value, &expected, sizeof value) != 0)
        fail_msg("%s: %.9g, expected %.9g", number, (double)value, (double)expected);
}

static void agree_f64(const char *number)
{
    char *end;
    const double expected = strtod(number, &end);
    double value = 42;
    const char *stop = iso_decimal_f64(&value, number);

    if (stop != end || memcmp(&value, &expected, sizeof value) != 0)
        fail_msg("%s: %.17g, expected %.17g", number, value, expected);
}

static void by_hand(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0",
                                          "-0",
                                          "1",
                                          "+1.5",
                                          "-0.0123",
                                          ".5",
                                          "5.",
                                          "1e5",
                                          "1E-5",
                                          "1e+05",
                                          "0e999",
                                          "-0.0e-99",
                                          "16777217",
                                          "16777217.0000000000000000000001",
                                          "16777219", /* between two f32 */
                                          "0.50000002980232238769531249999",
                                          "0.500000029802322387695312500001", /* 1/2 + 2^-25 */
                                          "3.4028235e38",
                                          "3.4028235677973366e38",
                                          "1e39",
                                          "-1e400",
                                          "1e99999999999",
                                          "1.1754943e-38",
                                          "1e-45",
                                          "7e-46",
                                          "7.1e-46",
                                          "1e-46",
                                          "1e-9999999",
                                          "4.7019774e-38",
                                          "123456789012345678901234567890",
                                          "0.00000000000000000000000000000000000001234",
                                          "1.00000005960464477539062500000000000000000000000000001",
                                          "18446744073709551615",
                                          "9999999999999999999",
                                          "1000000000000000000",
                                          "999999999999999999e18",
                                          "1e-22",
                                          "1e-23"};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        agree(numbers[i]);
        agree_f64(numbers[i]);
    }
    agree_f64("9007199254740993");                                        /* between two f64 */
    agree_f64("0.50000000000000005551115123125782702118158340454101562"); /* 1/2 + 2^-54 */
    agree_f64("0.9007199254740993e-9");
    agree_f64("9999999999999999999e-27");
    agree_f64("1e-27");
    agree_f64("1e-28");
}

static void no_numbers(void **state)
{
    (void)state;
    static const char *const none[] = {"",    "-",   "+",   ".",  "-.", "e5",  "1e",
                                       "1e-", "abc", "--1", " 1", "in", "nani"};
    float value = 42;

    for (size_t i = 0; i + 1 < sizeof none / sizeof *none; i++)
        assert_null(iso_decimal_f32(&value, none[i]));
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_null(iso_decimal_f64(&(double){0}, none[i]));
    text(iso_decimal_f32(&value, "0x10"), "x10");
    text(iso_decimal_f32(&value, "1.2.3"), ".3");
    text(iso_decimal_f32(&value, "-INF 2"), " 2");
    assert_true(isinf(value) && value < 0);
    text(iso_decimal_f32(&value, "nan\n"), "\n");
    assert_true(isnan(value));
    text(iso_decimal_f32(&value, "Infinity"), "");
}

/* Digits as people print them, as machines print them, and near the middle of two f32. */
static void at_random(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(1, 0);
    char number[64];

    for (int i = 0; i < 300000; i++) {
        const uint32_t bits = (uint32_t)iso_rng_next(&rng);
        float f, next;
        memcpy(&f, &bits, sizeof f);
        if (!isfinite(f))
            continue;
        next = nextafterf(f, FLT_MAX);
        const double middle = ((double)f + (double)next) / 2;
        const double x = (iso_rng_uniform(&rng) - 0.5) / 4;
        (void)snprintf(number, sizeof number, "%.*f", 1 + i % 18, x);
        agree(number);
        (void)snprintf(number, sizeof number, "%.*g", 5 + i % 15, (double)f);
        agree(number);
        (void)snprintf(number, sizeof number, "%.*g", 15 + i % 12, middle);
        agree(number);
        (void)snprintf(number, sizeof number, "%.*f", i % 20, middle < 1e20 ? middle : x);
        agree(number);
    }
}

/* As Python and %g print them; w / 10^k in the middle of two f64 and beside it. */
static void f64_at_random(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(2, 0);
    char number[64];

    for (int i = 0; i < 300000; i++) {
        const uint64_t bits = iso_rng_next(&rng);
        double d;
        memcpy(&d, &bits, sizeof d);
        if (isfinite(d)) {
            (void)snprintf(number, sizeof number, "%.*g", 1 + i % 19, d);
            agree_f64(number);
        }
        const double x = (iso_rng_uniform(&rng) - 1) * 20;
        (void)snprintf(number, sizeof number, "%.*g", 15 + i % 3, (double)(float)x);
        agree_f64(number);
        (void)snprintf(number, sizeof number, "%.*f", i % 20, x);
        agree_f64(number);
        const uint64_t odd = (bits >> 11 | (uint64_t)1 << 52) * 2 + 1; /* 54 bits: a middle */
        (void)snprintf(number, sizeof number, "%llue-%d",
                       (unsigned long long)(odd + (uint64_t)(i % 3) - 1) * 5, 1 + i % 2);
        agree_f64(number);
    }
}

static void with_a_decimal_comma(void **state)
{
    (void)state;
    float value = 0;

    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8"))
        skip();
    text(iso_decimal_f32(&value, "1.5e-40"), "");
    near(value, 1.5e-40, 1e-44);
    double wide = 0;
    text(iso_decimal_f64(&wide, "1.5e-300,"), ",");
    near(wide, 1.5e-300, 0);
}

int main(void)
{
    RUN_TESTS(test(by_hand), test(no_numbers), test(at_random), test(f64_at_random),
              test(with_a_decimal_comma));
}
