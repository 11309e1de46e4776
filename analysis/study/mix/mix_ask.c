/* What mixing is measured by: --measure and --interval, for the registry and for retrieval. */
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/study/compare/compare.h"
#include "analysis/study/mix/mix_values.h"
#include "lib/base/str.h"

/* One list becomes two: what retrieval knows, and what the registry does. */
static iso_err split(iso_buf *registry, iso_buf *retrieval, const char *list)
{
    char word[2 * ISO_SPEC_SIZE];
    iso_spec s;
    iso_err err = ISO_OK;

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_NEED(iso_spec_parse(&s, word),
                 ISO_FIELD(measure) " takes a list like cka,p@1:cosine, not '%s'", list);
        if (!strcmp(s.measure, "f1"))
            ISO_FAIL(ISO_EARG, ISO_FIELD(measure) ": mix does not mine, so %s cannot be had here",
                     word);
        iso_buf *to = iso_retrieve_knows(s.measure) ? retrieval : registry;
        ISO_TRY(iso_buf_printf(to, "%s%s", to->len ? "," : "", word));
    }
done:
    return err;
}

/* What `retrieve` understands of the same options, its list of measures apart. */
static iso_err ask_retrieval(struct mix_ask *ask, const struct settings *set, const char *measures)
{
    iso_retrieve_opt own;

    iso_retrieve_opt_init(&own, sizeof own);
    own.measure = measures;
    own.interval =
        set->interval && !strcmp(set->interval, "none") ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    own.k = set->k ? set->k : own.k;
    own.neighbours = set->neighbours;
    if (set->direction)
        own.direction = *set->direction == 'f' && set->direction[1] == 'o'   ? ISO_RETRIEVE_FORWARD
                        : *set->direction == 'b' && set->direction[1] == 'a' ? ISO_RETRIEVE_BACKWARD
                                                                             : ISO_RETRIEVE_BOTH;
    return iso_retrieve_ask_make(&ask->hits, &own);
}

iso_err iso_mix_ask_make(struct mix_ask *out, const struct settings *set)
{
    struct mix_ask ask = {.bare = set->interval && !strcmp(set->interval, "none")};
    iso_buf registry = {0}, retrieval = {0};
    iso_err err = ISO_OK;

    const iso_method road = !set->road                       ? ISO_METHOD_AUTO
                            : strcmp(set->road, "gram") == 0 ? ISO_METHOD_GRAM
                                                             : ISO_METHOD_SUMS;
    const char *interval = set->interval ? set->interval : "";
    ISO_TRY(iso_compare_method(&ask.method, road,
                               !strcmp(interval, "jackknife") ? ISO_INTERVAL_JACKKNIFE
                               : !strcmp(interval, "groups")  ? ISO_INTERVAL_GROUPS
                                                              : ISO_INTERVAL_USUAL));
    ISO_TRY(split(&registry, &retrieval, set->measure ? set->measure : MIX_MEASURES));
    if (registry.len > 0)
        ISO_TRY(iso_measure_choose(ask.of, &ask.registered, MIX_ASK_MOST, registry.text));
    if (retrieval.len > 0)
        ISO_TRY(ask_retrieval(&ask, set, retrieval.text));
    *out = ask;
done:
    iso_buf_free(&registry);
    iso_buf_free(&retrieval);
    return err;
}

void iso_mix_ask_free(struct mix_ask *ask)
{
    iso_retrieve_ask_free(&ask->hits);
    *ask = (struct mix_ask){0};
}

int iso_mix_ask_count(const struct mix_ask *ask)
{
    return ask->registered + ask->hits.cells;
}
