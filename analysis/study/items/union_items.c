#include "analysis/study/items/union_items.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"

/* One item of one language on its way to a number. */
struct named {
    const char *id;
    int lang;
    int64_t item;
};

void iso_union_items_free(struct union_items *u)
{
    for (int l = 0; u->number && l < u->langs; l++)
        iso_free(u->number[l]);
    iso_free(u->number);
    iso_free(u->id);
    iso_free(u->texts);
    iso_free(u->text);
    iso_free(u->text2);
    *u = (struct union_items){0};
}

static int by_id(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    const int order = strcmp(x->id, y->id);

    return order ? order : (x->lang > y->lang) - (x->lang < y->lang);
}

static iso_err number_by_id(struct union_items *u, const struct items_lang *lang, int64_t all)
{
    struct named *list = NULL;
    int64_t at = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&list, all, sizeof *list));
    ISO_TRY(iso_alloc(&u->id, all, sizeof *u->id));
    for (int l = 0; l < u->langs; l++) {
        for (int64_t i = 0; i < lang[l].items; i++)
            list[at++] = (struct named){lang[l].ids[i], l, i};
    }
    if (all > 0)
        qsort(list, (size_t)all, sizeof *list, by_id);
    for (int64_t i = 0; i < all; i++) {
        if (i == 0 || strcmp(list[i - 1].id, list[i].id) != 0)
            u->id[u->items++] = list[i].id;
        u->number[list[i].lang][list[i].item] = u->items - 1;
    }
done:
    iso_free(list);
    return err;
}

static iso_err number_by_place(struct union_items *u, const struct items_lang *lang)
{
    iso_err err = ISO_OK;

    u->items = lang[0].items;
    if (lang[0].ids) {
        ISO_TRY(iso_alloc(&u->id, u->items, sizeof *u->id));
        memcpy(u->id, lang[0].ids, (size_t)u->items * sizeof *u->id);
    }
    for (int l = 0; l < u->langs; l++) {
        const long long here = lang[l].items, there = lang[0].items;
        if (here != there)
            ISO_FAIL(ISO_EDATA,
                     "%s: %s has %lld items, %s has %lld, and no ids say which belong together: "
                     "add ids, or take the first with " ISO_FIELD(limit) " %lld",
                     lang[l].path, lang[0].name, there, lang[l].name, here,
                     here < there ? here : there);
        for (int64_t i = 0; i < lang[l].items; i++)
            u->number[l][i] = i;
    }
done:
    return err;
}

static iso_err lay_texts(struct union_items *u, const struct items_lang *lang, int texted)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&u->texts, texted, sizeof *u->texts));
    ISO_TRY(iso_alloc(&u->text, texted * u->items, sizeof *u->text));
    ISO_TRY(iso_alloc(&u->text2, texted * u->items, sizeof *u->text2));
    for (int l = 0; l < texted; l++) {
        const int64_t first = l * u->items;
        for (int64_t i = 0; lang[l].text && i < lang[l].items; i++) {
            u->text[first + u->number[l][i]] = lang[l].text[i];
            u->text2[first + u->number[l][i]] = lang[l].text2 ? lang[l].text2[i] : NULL;
        }
        if (lang[l].text)
            u->texts[l] = (struct item_texts){u->text + first, u->text2 + first, NULL};
    }
done:
    return err;
}

iso_err iso_union_items_make(struct union_items *out, const struct items_lang *lang, int langs,
                             int texted)
{
    struct union_items u = {.langs = langs};
    int64_t all = 0;
    bool ids = true;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&u.number, langs, sizeof *u.number));
    for (int l = 0; l < langs; l++) {
        ISO_TRY(iso_alloc(&u.number[l], lang[l].items, sizeof **u.number));
        ids = ids && lang[l].ids;
        all += lang[l].items;
    }
    ISO_TRY(ids ? number_by_id(&u, lang, all) : number_by_place(&u, lang));
    ISO_TRY(lay_texts(&u, lang, texted));
    *out = u;
    u = (struct union_items){0};
done:
    iso_union_items_free(&u);
    return err;
}
