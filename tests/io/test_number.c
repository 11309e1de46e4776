/* Numbers as text: they read back, and a locale with a decimal comma changes nothing. */
#include "tests/check.h"

#include <locale.h>

#include "lib/base/str.h"
#include "lib/io/number.h"

static const char *exact(double value)
{
    static char out[ISO_NUMBER_SIZE];

    return iso_number_exact(out, value);
}

static const char *brief(double value, int places)
{
    static char out[ISO_NUMBER_SIZE];

    return iso_number_short(out, value, places);
}

static void short_where_short_is_enough(void **state)
{
    (void)state;
    text(exact(0.25), "0.25");
    text(exact(-0.0), "0");
    text(exact(240), "240");
    text(exact(1e-300), "1e-300");
    char same[ISO_NUMBER_SIZE];
    text(iso_number_same(same, 0.1), "0.1");
    text(iso_number_same(same, 0.1 + 0.2), "0.30000000000000004");
    text(iso_number_same(same, -0.0), "-0");
    text(iso_number_same(same, 5e-324), "4.94065645841247e-324");
}

/* Any number, from tiny to huge, comes back within 1e-12 of itself. */
static void reads_back(void **state)
{
    uint64_t seed = 88172645463325252u;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        const double value = ldexp((double)(int64_t)seed, (int)(seed % 1200) - 660);
        double back = 0;
        assert_true(iso_str_double(&back, exact(value)));
        near(back, value, 1e-12 * fabs(value));
        char same[ISO_NUMBER_SIZE];
        assert_true(iso_str_double(&back, iso_number_same(same, value)));
        assert_true(back == value);
    }
    double back = 0;
    assert_true(iso_str_double(&back, exact(5e-324)));
    assert_true(back == 5e-324);
}

static void people_see_four_decimals(void **state)
{
    (void)state;
    text(brief(0.84123, 4), "0.8412");
    text(brief(-0.5, 4), "-0.5000");
    text(brief(2e-10, 4), "2.0e-10");
    text(brief(1.23e9, 4), "1.2e+09");
    text(brief(-0.0, 2), "0.00");
}

static void no_locale_moves_the_point(void **state)
{
    static const char *const commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8", "ru_RU.UTF-8"};
    bool found = false;

    (void)state;
    for (size_t i = 0; i < sizeof commas / sizeof *commas && !found; i++)
        found = setlocale(LC_ALL, commas[i]) != NULL;
    if (!found) {
        print_message("skipped: no locale with a decimal comma is installed\n");
        skip();
    }
    text(exact(0.5), "0.5");
    text(brief(0.5, 2), "0.50");
    setlocale(LC_ALL, "C");
}

int main(void)
{
    RUN_TESTS(test(short_where_short_is_enough), test(reads_back), test(people_see_four_decimals),
              test(no_locale_moves_the_point));
}
