/* What the terminal shows, and how a run is stopped. */
#include "tests/check.h"

#include <signal.h>

#include "bin/term.h"

static void the_line_says_how_long_it_takes(void **state)
{
    char line[128];

    (void)state;
    /* 100 of 400 in 10 s: 10 a second, 30 s left */
    term_line(line, sizeof line, "en", 100, 400, "rows", 10, 0);
    text(line, "en: 25% 100/400 rows [00:10<00:30, 10/s]");
    /* resumed at 300: 100 in 50 s, 200 left = 100 s */
    term_line(line, sizeof line, "en", 400, 600, "rows", 50, 300);
    text(line, "en: 66% 400/600 rows [00:50<01:40, 2/s]");
    term_line(line, sizeof line, "pairs", 123456789, 0, "bytes", 3700, 0);
    text(line, "pairs: 123 M bytes [1:01:40, 33.4 k/s]");
    term_line(line, sizeof line, "x", 0, 200000, "rows", 0, 0);
    text(line, "x: 0% 0/200 k rows [00:00<?, 0/s]");
}

static void a_signal_stops_the_work(void **state)
{
    const struct settings set = {.command = "test", .quiet = true};
    iso_run run = term_run(&set);
    struct sigaction old;

    (void)state;
    ok(iso_run_step(&run, "x", 1, 2, "rows"));
    raise(SIGINT);
    fails(iso_run_step(&run, "x", 2, 2, "rows"), ISO_ECANCEL, "");
    sigaction(SIGINT, NULL, &old);
    assert_true(old.sa_handler == SIG_DFL); /* the second one kills */
    run = term_run(&set);
    raise(SIGTERM);
    fails(iso_run_step(&run, "x", 2, 2, "rows"), ISO_ECANCEL, "");
}

static void settings_reach_the_run(void **state)
{
    const struct settings set = {
        .command = "test", .threads = 3, .mem = 1 << 20, .seed = 7, .precision = "double"};
    const struct settings none = {.command = "test"};
    iso_run run = term_run(&set);

    (void)state;
    assert_int_equal(run.threads, 3);
    assert_int_equal(run.mem, 1 << 20);
    assert_int_equal(run.seed, 7);
    assert_true(run.double_precision);
    run = term_run(&none);
    assert_false(run.double_precision);
    assert_true(run.mem > 1 << 20);
}

int main(void)
{
    RUN_TESTS(test(the_line_says_how_long_it_takes), test(a_signal_stops_the_work),
              test(settings_reach_the_run));
}
