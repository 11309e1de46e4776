#include "lib/train/budget.h"

#include <inttypes.h>

#include "lib/base/alloc.h"
#include "lib/base/keyed.h"
#include "lib/train/streams.h"

/* While ids are given out. */
struct giving {
    const iso_budget_lang *lang;
    int langs;
    int64_t *first;        /* langs + 1: where a language's items begin among those of all */
    int64_t *given, *left; /* to each so far; ids that it has among those to come */
    struct keyed *all;     /* an item each, by the random key of its id */
    int64_t n;
};

static void giving_free(struct giving *g)
{
    iso_free(g->first);
    iso_free(g->given);
    iso_free(g->left);
    iso_free(g->all);
}

static iso_err list_all(struct giving *g, uint64_t seed)
{
    iso_rng rng = iso_stream_rng(seed, ISO_STREAM_BUDGET, 0);
    const uint64_t salt = iso_rng_next(&rng);
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&g->first, g->langs + 1, sizeof *g->first));
    ISO_TRY(iso_alloc(&g->given, g->langs, sizeof *g->given));
    ISO_TRY(iso_alloc(&g->left, g->langs, sizeof *g->left));
    for (int l = 0; l < g->langs; l++) {
        g->left[l] = g->lang[l].n;
        g->first[l + 1] = g->first[l] + g->lang[l].n;
    }
    g->n = g->first[g->langs];
    ISO_TRY(iso_alloc(&g->all, g->n, sizeof *g->all));
    for (int l = 0; l < g->langs; l++) {
        for (int64_t i = 0; i < g->lang[l].n; i++) /* mixing gives different ids different keys */
            g->all[g->first[l] + i] =
                (struct keyed){iso_key_mix((uint64_t)g->lang[l].id[i] + salt), g->first[l] + i};
    }
    iso_keyed_sort(g->all, g->n);
done:
    return err;
}

static int lang_of(const struct giving *g, int64_t item)
{
    int l = 0;

    while (item >= g->first[l + 1])
        l++;
    return l;
}

/* Of the items [from, to), which have one id, the one whose language is shortest of choice; -1 when
 * none needs any. */
static int64_t neediest(const struct giving *g, const int64_t *share, int64_t from, int64_t to)
{
    double most = 0;
    int64_t best = -1;

    for (int64_t i = from; i < to; i++) {
        const int l = lang_of(g, g->all[i].item);
        const double need = (double)(share[l] - g->given[l]) / (double)g->left[l];
        if (need > most) {
            most = need;
            best = i;
        }
    }
    return best;
}

static void give(int64_t *chosen, struct giving *g, const int64_t *share, const int64_t *place)
{
    for (int64_t from = 0, to; from < g->n; from = to) {
        for (to = from + 1; to < g->n && g->all[to].key == g->all[from].key; to++)
            ;
        const int64_t best = neediest(g, share, from, to);
        for (int64_t i = from; i < to; i++)
            g->left[lang_of(g, g->all[i].item)]--;
        if (best < 0)
            continue;
        const int l = lang_of(g, g->all[best].item);
        chosen[place[l] + g->given[l]++] = g->all[best].item - g->first[l];
    }
}

iso_err iso_budget(int64_t *chosen, int64_t *share, int64_t budget, const iso_budget_lang *lang,
                   int langs, uint64_t seed)
{
    struct giving g = {.lang = lang, .langs = langs};
    int64_t *place = NULL, *items = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(langs > 0 && budget >= 0, "a budget of %" PRId64 " items for %d languages", budget,
             langs);
    ISO_TRY(iso_alloc(&place, 2 * langs, sizeof *place));
    int64_t *parts = place + langs;
    ISO_TRY(iso_alloc(&items, budget, sizeof *items));
    for (int l = 0; l < langs; l++) {
        parts[l] = budget / langs + (l < budget % langs);
        place[l] = l > 0 ? place[l - 1] + parts[l - 1] : 0;
    }
    ISO_TRY(list_all(&g, seed));
    give(items, &g, parts, place);
    for (int l = 0; l < langs; l++) {
        if (g.given[l] < parts[l])
            ISO_FAIL(ISO_EDATA,
                     "%s: has %" PRId64 " items to learn from that no other language was given; "
                     "its part of " ISO_FIELD(budget) " %" PRId64 " is %" PRId64,
                     lang[l].name, g.given[l], budget, parts[l]);
    }
    for (int64_t i = 0; i < budget; i++)
        chosen[i] = items[i];
    for (int l = 0; l < langs; l++)
        share[l] = parts[l];
done:
    giving_free(&g);
    iso_free(place);
    iso_free(items);
    return err;
}
