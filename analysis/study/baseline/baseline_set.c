/* Random networks' states, made once for several studies. */
#include "analysis/study/baseline/baseline_set.h"

#include <stdio.h>
#include <stdlib.h>

#include "analysis/study/baseline/baseline_inside.h"
#include "lib/base/alloc.h"

struct iso_baseline_set {
    int64_t bytes;
    iso_states *random[BASELINE_SEEDS]; /* of seeds 1, 2, 3 */
};

iso_states *iso_baseline_set_random(const iso_baseline_set *set, const char *seed)
{
    return set ? set->random[strtol(seed, NULL, 10) - 1] : NULL;
}

int64_t iso_baseline_set_bytes(const iso_baseline_set *set)
{
    return set ? set->bytes : 0;
}

void iso_baseline_set_free(iso_baseline_set *set)
{
    for (int s = 0; set && s < BASELINE_SEEDS; s++)
        iso_states_close(set->random[s]);
    iso_free(set);
}

static iso_err fill(iso_baseline_set *set, const struct baseline *b)
{
    const int64_t one = (int64_t)iso_baseline_random_bytes(b);
    iso_run rest = *b->run;
    char seed[16];
    int s = 0;
    iso_err err = ISO_OK;

    for (; s < BASELINE_SEEDS; s++) {
        (void)snprintf(seed, sizeof seed, "%d", s + 1);
        rest.mem = iso_run_mem(b->run) - set->bytes;
        ISO_TRY(iso_baseline_random_draw(&set->random[s], b, seed, &rest));
        set->bytes += one;
    }
done:
    return err ? iso_fail_in(err, "baseline random, seed %d", s + 1) : ISO_OK;
}

iso_err iso_baseline_set_new(iso_baseline_set **out, iso_states *states,
                             const iso_baseline_opt *opt, const iso_scope *select,
                             const iso_run *run)
{
    const struct baseline_ask ask = {.opt = opt, .states = states, .select = select};
    struct baseline *b = NULL;
    iso_baseline_set *set = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_baseline_open(&b, &ask, run));
    if (!b || !b->asked[BASELINE_RANDOM] || opt->states ||
        BASELINE_SEEDS * iso_baseline_random_bytes(b) > 0.5 * (double)iso_run_mem(b->run))
        goto done;
    ISO_TRY(iso_alloc(&set, 1, sizeof *set));
    ISO_TRY(fill(set, b));
    *out = set;
    set = NULL;
done:
    iso_baseline_set_free(set);
    iso_baseline_close(b);
    return err;
}
