/* Intervals over pairs: words are drawn, because the pairs of a word stand and fall together. */
#include "analysis/search/answers.h"

#include <stdbool.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

enum { WORDS = 120, MOST = 4, SETS = 300 };

/* Half of the words are easy, all of whose pairs come first; the share of right pairs is ½. */
static iso_answers words_of(int64_t *first, int64_t *rank, uint64_t set)
{
    iso_rng rng = iso_rng_seeded(31, set);

    first[0] = 0;
    for (int w = 0; w < WORDS; w++) {
        const bool easy = iso_rng_below(&rng, 2) == 0;
        first[w + 1] = first[w] + iso_rng_below(&rng, MOST + 1);
        for (int64_t i = first[w]; i < first[w + 1]; i++)
            rank[i] = easy ? 1 : 2;
    }
    return (iso_answers){WORDS, 10, first, rank};
}

static void intervals_cover(void **state)
{
    (void)state;
    for (int kind = ISO_BOOT_PERCENTILE; kind <= ISO_BOOT_BCA; kind++) {
        int covered = 0, by_pair = 0;
        for (uint64_t set = 0; set < SETS; set++) {
            int64_t first[WORDS + 1], rank[WORDS * MOST];
            double outcome[WORDS * MOST];
            const iso_answers g = words_of(first, rank, set);
            iso_value v, naive;
            ok(iso_answers_score(&v, &g, 1, ISO_OVER_PAIRS, (iso_boot)kind, set));
            text(v.interval, "boot-items");
            covered += v.lo <= 0.5 && 0.5 <= v.hi;
            for (int64_t i = 0; i < first[WORDS]; i++)
                outcome[i] = iso_hit(rank[i], 1);
            ok(iso_hits_mean(&naive, outcome, first[WORDS], (iso_boot)kind, set));
            by_pair += naive.lo <= 0.5 && 0.5 <= naive.hi;
        }
        print_message("kind %d: %d of %d, by pair %d\n", kind, covered, SETS, by_pair);
        assert_true(covered >= 0.9 * SETS && covered <= 0.99 * SETS);
        assert_true(by_pair < 0.85 * SETS);
    }
}

static void nothing_to_draw(void **state)
{
    (void)state;
    const int64_t first[] = {0, 2, 3}, rank[] = {1, 1, 1};
    const iso_answers g = {2, 10, first, rank};
    iso_value v;
    iso_err err = ISO_ENOMEM;

    ok(iso_answers_score(&v, &g, 1, ISO_OVER_PAIRS, ISO_BOOT_PERCENTILE, 1));
    near(v.value, 1, 0);
    assert_null(v.interval);
    text(v.why, "no resample differs: nothing to make an interval of");
    ok(iso_answers_score(&v, &g, 1, ISO_OVER_PAIRS, ISO_BOOT_NONE, 1));
    assert_null(v.why);
    v.value = 7;
    for (int n = 0; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_answers_score(&v, &g, 1, ISO_OVER_PAIRS, ISO_BOOT_BCA, 1);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && v.value == 7));
    }
}

int main(void)
{
    RUN_TESTS(test(intervals_cover), test(nothing_to_draw));
}
