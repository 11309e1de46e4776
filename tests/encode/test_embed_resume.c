/* An embedding that is interrupted and gone on with is the one that was not. */
#include "tests/encode/embedded.h"

static const char *model(void)
{
    return source_path("examples/mini");
}

static const char *corpus(void)
{
    return source_path("examples/corpus");
}

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Quickly made; each language is a window. In f16 a last bit of a product would cross a step here
 * and there, and hide that all else is equal. */
#define RUN(out, ...)                                                                              \
    EMBED("--model", model(), "--corpus", corpus(), "--limit", "20", "--layers", "0-1", "--dtype", \
          "f32", "-o", out, __VA_ARGS__)

/* Interrupts the run when half of the tokens are embedded, some windows whole: the part stays. */
static void interrupt(const char *out)
{
    iso_run_interrupt_at("embedding", 600);
    const int status = RUN(out, "--quiet");
    iso_run_interrupt_at(NULL, 0);
    assert_int_equal(status, 130);
    assert_non_null(strstr(said, "interrupted; finished work is kept"));
    assert_non_null(strstr(said, "--resume continues"));
}

static void resumed_equals_uninterrupted(void **state)
{
    const char *out = temp_path("resumed.h5"), *whole = temp_path("whole.h5");

    (void)state;
    interrupt(out);
    assert_false(there(out));
    assert_true(there(temp_path("resumed.h5.part")));
    /* neither begun anew by accident nor gone on with as something else */
    assert_int_equal(RUN(out, "--quiet"), 1);
    assert_non_null(strstr(said, "--resume"));
    assert_int_equal(RUN(out, "--resume", "--layers", "1"), 1);
    assert_int_equal(RUN(out, "--resume", "--limit", "19"), 1);
    assert_int_equal(RUN(out, "--resume", "--random-weights", "1"), 1);
    done(RUN(out, "--resume", "--batch", "100"));
    assert_non_null(strstr(said, " tokens were there already"));
    assert_false(there(temp_path("resumed.h5.part")));
    assert_false(there(temp_path("resumed.h5.part.journal")));
    done(RUN(whole, "--threads", "1"));
    assert_null(strstr(said, "already"));
    files_near(out, whole, 1e-6);
}

/* Files of ids have no text that could be compared, only the ids themselves. */
static void other_ids_are_another_work(void **state)
{
    const char *out = temp_path("ids.h5");
    const char *a = file_of("a.ids", "0 1009 329 2\n"), *b = file_of("b.ids", "0 125 11 2\n");

    (void)state;
    iso_run_interrupt_at("embedding", 4);
    assert_int_equal(EMBED("--model", model(), word("en", a), word("de", a), "-o", out), 130);
    iso_run_interrupt_at(NULL, 0);
    assert_int_equal(EMBED("--model", model(), word("en", a), word("de", b), "--resume", "-o", out),
                     1);
    done(EMBED("--model", model(), word("en", a), word("de", a), "--resume", "-o", out));
}

static void resuming_nothing_begins(void **state)
{
    const char *out = temp_path("begun.h5");

    (void)state;
    done(EMBED("--model", model(), "--corpus", corpus(), "--limit", "2", "--resume", "-o", out));
    assert_true(there(out));
}

int main(void)
{
    RUN_TESTS(test(resumed_equals_uninterrupted), test(other_ids_are_another_work),
              test(resuming_nothing_begins));
}
