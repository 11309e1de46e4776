/* Collections that stand in for states: the same items, other rows. */
#include <string.h>

#include "analysis/study/baseline/baseline_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/textmap.h"

iso_err iso_baseline_states_new(iso_states **out, const struct baseline *b, const char *model)
{
    iso_states_info about = *iso_states_about(b->ask->states);
    iso_states *s = NULL;
    iso_err err = ISO_OK;

    about.model = model;
    about.source = iso_states_lang(b->ask->states, b->source)->name;
    ISO_TRY(iso_states_new(&s, NULL));
    ISO_TRY(iso_states_describe(s, &about));
    *out = s;
    s = NULL;
done:
    iso_states_close(s);
    return err;
}

iso_err iso_baseline_states_add(iso_states *to, const struct baseline *b, int lang, int layer,
                                const struct made_rows *made)
{
    const iso_lang *items = iso_states_lang(b->ask->states, b->lang[lang]);
    iso_err err = ISO_OK;

    if (iso_states_find(to, items->name) < 0)
        ISO_TRY(iso_states_add_lang(to, items));
    ISO_TRY(iso_states_put_made(to, items->name, layer, made));
done:
    return err;
}

/* --- States that were made elsewhere --- */

static iso_err has_layers(const struct baseline *b, const iso_states *given, const iso_lang *lang)
{
    for (int i = 0; i < b->sel.layer_count; i++) {
        bool has = false;
        for (int k = 0; k < lang->layer_count; k++)
            has = has || lang->layers[k] == b->sel.layer[i];
        if (!has)
            return iso_fail(ISO_EARG,
                            ISO_FIELD(baseline_states) " %s: %s has no layer %d, %s has: choose "
                                                       "with " ISO_FIELD(layers),
                            iso_states_name(given), lang->name, b->sel.layer[i],
                            iso_states_name(b->ask->states));
    }
    return ISO_OK;
}

static iso_err has_items(const struct baseline *b, const iso_states *given, const iso_lang *here,
                         const iso_lang *there)
{
    iso_textmap ids = {0};
    int64_t number;
    iso_err err = ISO_OK;

    if (here->items != there->items)
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(baseline_states) " %s: %s has %lld items, in %s %lld: make them of the "
                                            "same texts",
                 iso_states_name(given), here->name, (long long)there->items,
                 iso_states_name(b->ask->states), (long long)here->items);
    if (!here->ids != !there->ids)
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(baseline_states) " %s: %s has %s ids, in %s it has %s: make them of the "
                                            "same texts",
                 iso_states_name(given), here->name, there->ids ? "" : "no",
                 iso_states_name(b->ask->states), here->ids ? "some" : "none");
    for (int64_t i = 0; there->ids && i < there->items; i++)
        ISO_TRY(iso_textmap_put(&number, &ids, there->ids[i], -1));
    for (int64_t i = 0; here->ids && i < here->items; i++) {
        if (iso_textmap_find(&ids, here->ids[i], -1) < 0)
            ISO_FAIL(ISO_EARG,
                     ISO_FIELD(baseline_states) " %s: %s has no item '%s', in %s it has: make them "
                                                "of the same texts",
                     iso_states_name(given), here->name, here->ids[i],
                     iso_states_name(b->ask->states));
    }
done:
    iso_textmap_free(&ids);
    return err;
}

iso_err iso_baseline_states_fit(const struct baseline *b, iso_states *given)
{
    iso_err err = ISO_OK;

    for (int l = 0; l < b->sel.lang_count; l++) {
        const iso_lang *here = iso_states_lang(b->ask->states, b->lang[l]);
        const int at = iso_states_find(given, here->name);
        if (at < 0)
            ISO_FAIL(ISO_EARG,
                     ISO_FIELD(baseline_states) " %s: has no language '%s', %s has: choose "
                                                "with " ISO_FIELD(src) ", " ISO_FIELD(tgt),
                     iso_states_name(given), here->name, iso_states_name(b->ask->states));
        ISO_TRY(has_layers(b, given, iso_states_lang(given, at)));
        ISO_TRY(has_items(b, given, here, iso_states_lang(given, at)));
    }
done:
    return err;
}
