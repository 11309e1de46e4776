/* The whole program in this process: twice, and with every allocation failing once. */
#include "tests/check.h"

#include <fcntl.h>

#include "bin/cmd.h"
#include "lib/base/alloc.h"

#define RUN(...) run((const char *[]){"isogloss", __VA_ARGS__, NULL})

/* Errors are expected by the hundred: not on the screen. */
static int run(const char **argv)
{
    const int quiet = open("/dev/null", O_WRONLY), kept = dup(STDERR_FILENO);
    int argc = 0, status;

    while (argv[argc])
        argc++;
    dup2(quiet, STDERR_FILENO);
    status = isogloss_main(argc, (char **)(uintptr_t)argv);
    dup2(kept, STDERR_FILENO);
    close(quiet);
    close(kept);
    return status;
}

static char *contents(const char *path)
{
    static char text[2][1 << 16];
    static int next;
    char *into = text[next++ % 2];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    into[fread(into, 1, sizeof text[0] - 1, file)] = '\0';
    fclose(file);
    return into;
}

static const char *states(void)
{
    return source_path("examples/states/mini.h5");
}

static void two_runs_say_the_same(void **state)
{
    const char *first = temp_path("first.csv"), *second = temp_path("second.csv");

    (void)state;
    assert_int_equal(RUN("compare", states(), "--layers", "1,2", "--quiet", "--csv", first), 0);
    assert_int_equal(RUN("compare", states(), "--bad"), 2);
    assert_int_equal(RUN("compare", "nofile", "--threads", "1", "--precision", "double"), 1);
    assert_int_equal(RUN("compare", "--csv", second, "--quiet", "--layers=1,2", "--", states()), 0);
    text(contents(second), contents(first));
    assert_non_null(strstr(contents(first), "cka,debiased,en,de,1,1,"));
}

/* Every allocation up to the 200th, then fewer and fewer of them. */
static void survives_lack_of_memory(void **state)
{
    const char *out = temp_path("out.csv");
    int status, tries = 0;

    (void)state;
    for (int64_t n = 0;; n += 1 + n / 200 * 7) {
        iso_alloc_fail_after(n);
        status = RUN("compare", states(), "--layers", "1,2", "--tgt", "de,sw", "--limit", "8",
                     "--measure", "cka,cosine,centroid", "--quiet", "--csv", out);
        iso_alloc_fail_after(-1);
        if (status == 0)
            break;
        assert_int_equal(status, 1);
        assert_int_equal(access(out, F_OK), -1); /* nothing half-written */
        tries++;
    }
    assert_true(tries > 0);
}

int main(void)
{
    RUN_TESTS(test(two_runs_say_the_same), test(survives_lack_of_memory));
}
