/* The answers that doctor recomputes are right, and the seeds give the published data. */
#include "tests/check.h"

#include "bin/cmd/golden.h"

static void every_answer_comes_out(void **state)
{
    struct golden g[GOLDEN_ROOM];
    int count = 0;

    (void)state;
    ok(golden_check(g, &count, NULL));
    assert_true(count >= 7);
    for (int i = 0; i < count; i++) {
        near(g[i].gram, g[i].expected, g[i].tolerance);
        near(g[i].sums, g[i].expected, g[i].tolerance);
        assert_true(g[i].ok);
    }
}

int main(void)
{
    RUN_TESTS(test(every_answer_comes_out));
}
