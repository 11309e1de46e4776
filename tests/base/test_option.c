/* Options described as data: defaults, what a person writes, what a shorter struct leaves open. */
#include "tests/check.h"

#include "lib/base/option.h"

typedef enum colour { COLOUR_NONE, RED, GREEN } colour;

typedef struct opt {
    size_t size;
    int64_t folds;
    double beta;
    colour way, map;
    const char *src, *pool;
    bool all;
    int64_t mem;
    double time;
    int last; /* added in a later version */
} opt;

static const iso_option rows[] = {
    ISO_OPTION(opt, INT, folds, "N", "parts", .init = "5", .least = 2),
    ISO_OPTION(opt, REAL, beta, "X", "weight", .above = true, .most = 1),
    ISO_OPTION(opt, ENUM, way, "KIND", "colour", .choices = "green red",
               .numbers = (const int[]){GREEN, RED}, .excludes = "src"),
    ISO_OPTION(opt, NAMES, src, "LANG", "source"),
    ISO_OPTION(opt, CHOICE, pool, "KIND", "pooling", .choices = "MEAN CLS", .any_case = true),
    ISO_OPTION(opt, FLAG, all, NULL, "all", .needs = "src"),
    ISO_OPTION(opt, BYTES, mem, "SIZE", "memory"),
    ISO_OPTION(opt, TIME, time, "TIME", "limit", .init = "2m"),
    ISO_OPTION(opt, ENUM, map, "KIND", "linear, ridge", .choices = "linear ridge", .in_help = true),
    ISO_OPTION(opt, INT, last, "N", "new", .init = "7"),
};
static const iso_options table = ISO_OPTIONS("x", opt, rows);

static const iso_option *row(const char *name)
{
    return iso_options_find(&table, name);
}

static void defaults_are_those_of_the_table(void **state)
{
    opt o, taken;
    (void)state;

    iso_options_init(&table, &o, sizeof o);
    assert_int_equal(o.size, sizeof o);
    assert_int_equal(o.folds, 5);
    assert_int_equal(o.last, 7);
    assert_true(isnan(o.beta));
    assert_int_equal(o.way, COLOUR_NONE);
    assert_null(o.src);
    ok(iso_options_take(&table, &taken, NULL));
    assert_int_equal(taken.folds, 5);
}

static void text_becomes_a_field(void **state)
{
    char word[16];
    opt o;
    (void)state;

    iso_options_init(&table, &o, sizeof o);
    ok(iso_option_set(row("way"), &o, "red"));
    assert_int_equal(o.way, RED);
    iso_option_choice(word, sizeof word, row("way"), &o);
    text(word, "red");
    ok(iso_option_set(row("beta"), &o, "0.5"));
    near(o.beta, 0.5, 0);
    ok(iso_option_set(row("mem"), &o, "2K"));
    assert_int_equal(o.mem, 2048);
    ok(iso_option_set(row("pool"), &o, "cls"));
    text(o.pool, "cls");
    fails(iso_option_set(row("folds"), &o, "1"), ISO_EARG, "--folds: 1 is less than 2");
    fails(iso_option_set(row("folds"), &o, "x"), ISO_EARG, "--folds: x is not a whole number");
    fails(iso_option_set(row("beta"), &o, "0"), ISO_EARG,
          "--beta: 0 is no number above 0 and up to 1");
    fails(iso_option_set(row("beta"), &o, "nan"), ISO_EARG,
          "--beta: nan is no number above 0 and up to 1");
    fails(iso_option_set(row("way"), &o, "blue"), ISO_EARG, "blue is not one of: green red");
    fails(iso_option_set(row("map"), &o, "lineer"), ISO_EARG,
          "--map: unknown map 'lineer'; did you mean 'linear'?");
    fails(iso_option_set(row("map"), &o, "xyz"), ISO_EARG, "xyz is not one of: linear ridge");
    fails(iso_option_set(row("src"), &o, ""), ISO_EARG, "the LANG is empty");
    fails(iso_option_set(row("last"), &o, "3000000000"), ISO_EARG, "is more than");
    assert_int_equal(o.folds, 5);
}

/* 2m is 120 s; what is written back is what would be written. */
static void a_time_has_a_unit(void **state)
{
    static const char *const words[] = {"90s", "3m", "1h", "none", "0.5s"};
    static const double seconds[] = {90, 180, 3600, INFINITY, 0.5};
    iso_buf line = {0};
    opt o, taken;
    (void)state;

    iso_options_init(&table, &o, sizeof o);
    near(o.time, 120, 0);
    for (int i = 0; i < 5; i++) {
        ok(iso_option_set(row("time"), &o, words[i]));
        assert_true(o.time == seconds[i]);
        line.len = 0;
        ok(iso_option_words(&line, row("time"), &o));
        text(line.text + strlen(" --time "), words[i]);
    }
    ok(iso_option_set(row("time"), &o, "1.5h"));
    near(o.time, 5400, 0);
    line.len = 0;
    ok(iso_option_words(&line, row("time"), &o));
    text(line.text, " --time 90m");
    fails(iso_option_set(row("time"), &o, "90"), ISO_EARG, "--time: 90 is no time; say it like");
    fails(iso_option_set(row("time"), &o, "0s"), ISO_EARG, "0s is no time");
    fails(iso_option_set(row("time"), &o, "2min"), ISO_EARG, "2min is no time");
    fails(iso_option_set(row("time"), &o, "m"), ISO_EARG, "m is no time");
    o.time = 0; /* as by default */
    ok(iso_options_take(&table, &taken, &o));
    near(taken.time, 120, 0);
    o.time = -1;
    fails(iso_options_take(&table, &taken, &o), ISO_EARG, "--time: the time is not above 0");
    iso_buf_free(&line);
}

static void a_shorter_struct_has_defaults_behind_it(void **state)
{
    opt o, taken;
    (void)state;

    iso_options_init(&table, &o, offsetof(opt, last));
    o.folds = 3;
    o.last = 99; /* beyond what it knows of */
    ok(iso_options_take(&table, &taken, &o));
    assert_int_equal(taken.folds, 3);
    assert_int_equal(taken.last, 7);
    assert_int_equal(taken.size, sizeof taken);
}

static void what_a_caller_fills_is_checked(void **state)
{
    opt o, taken;
    (void)state;

    memset(&o, 0, sizeof o);
    fails(iso_options_take(&table, &taken, &o), ISO_EARG, "the size is not set");
    o.size = sizeof o;
    o.beta = 0.5;
    ok(iso_options_take(&table, &taken, &o));
    assert_int_equal(taken.folds, 5);
    iso_options_init(&table, &o, sizeof o);
    o.folds = 1;
    fails(iso_options_take(&table, &taken, &o), ISO_EARG, "--folds: 1 is less than 2");
    iso_options_init(&table, &o, sizeof o);
    o.beta = 2;
    fails(iso_options_take(&table, &taken, &o), ISO_EARG, "up to 1");
    iso_options_init(&table, &o, sizeof o);
    o.way = (colour)9;
    fails(iso_options_take(&table, &taken, &o), ISO_EARG, "not one of: green red");
    iso_options_init(&table, &o, sizeof o);
    o.pool = "none";
    fails(iso_options_take(&table, &taken, &o), ISO_EARG, "none is not one of");
    iso_options_init(&table, &o, sizeof o);
    o.all = true;
    fails(iso_options_take(&table, &taken, &o), ISO_EARG, "--all needs --src LANG");
    o.src = "en";
    ok(iso_options_take(&table, &taken, &o));
    o.way = GREEN;
    fails(iso_options_take(&table, &taken, &o), ISO_EARG,
          "--way green and --src exclude each other");
}

int main(void)
{
    RUN_TESTS(test(defaults_are_those_of_the_table), test(text_becomes_a_field), test(a_time_has_a_unit),
              test(a_shorter_struct_has_defaults_behind_it), test(what_a_caller_fills_is_checked));
}
