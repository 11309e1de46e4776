#include "analysis/study/items/selection.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/ranges.h"
#include "lib/base/str.h"

/* The languages of a list; `flag[i]` is set for each. */
static iso_err mark(bool *flag, const iso_states *s, const char *list)
{
    char word[128];
    int lang;
    iso_err err = ISO_OK;

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(iso_states_need(&lang, s, word));
        flag[lang] = true;
    }
done:
    return err;
}

iso_err iso_selection_source(int *out, const iso_scope *select, const iso_states *s)
{
    const char *named = iso_states_about(s)->source;
    char word[128];

    if (iso_states_langs(s) == 0) /* from memory, and nothing was put */
        return iso_fail(ISO_EARG, "%s: holds no language", iso_states_name(s));
    if (select->src) {
        iso_str_word(word, sizeof word, select->src);
        return iso_states_need(out, s, word);
    }
    *out = named ? iso_states_find(s, named) : 0;
    if (*out < 0)
        *out = 0;
    return ISO_OK;
}

static void add_lang(struct selection *sel, int lang)
{
    for (int i = 0; i < sel->lang_count; i++) {
        if (sel->lang[i] == lang)
            return;
    }
    sel->lang[sel->lang_count++] = lang;
}

/* Sources first, so that rows come in the source's order. */
static void add_langs(struct selection *sel)
{
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < sel->pair_count; i++)
            add_lang(sel, sel->pair[i][side]);
    }
}

static void add_pair(struct selection *sel, int src, int tgt)
{
    sel->pair[sel->pair_count][0] = src;
    sel->pair[sel->pair_count++][1] = tgt;
}

/* src and tgt hold a flag a language. */
static void pair_up(struct selection *sel, int langs, const bool *src, const bool *tgt, bool all,
                    bool self)
{
    for (int i = 0; i < langs; i++) {
        for (int j = 0; j < langs; j++) {
            if (self ? i == j && (src[i] || tgt[i]) : src[i] && tgt[j] && i != j && (!all || i < j))
                add_pair(sel, i, j);
        }
    }
}

static iso_err no_pair(const iso_states *s, int source)
{
    const char *path = iso_states_name(s), *name = iso_states_lang(s, source)->name;

    return iso_states_langs(s) == 1
               ? iso_fail(ISO_EARG, "%s: holds one language, %s: name an INPUT with another", path,
                          name)
               : iso_fail(ISO_EARG,
                          "%s: %s would be compared with itself: choose with " ISO_FIELD(
                              src) ", " ISO_FIELD(tgt),
                          path, name);
}

static iso_err choose_pairs(struct selection *sel, const iso_scope *select, const iso_states *s,
                            bool self)
{
    const int langs = iso_states_langs(s);
    const bool all = select->pairs == ISO_PAIRS_ALL || (self && !select->src && !select->tgt);
    bool *src = NULL, *tgt = NULL;
    int source = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&src, langs, sizeof *src));
    ISO_TRY(iso_alloc(&tgt, langs, sizeof *tgt));
    ISO_TRY(iso_alloc(&sel->pair, (int64_t)langs * langs, sizeof *sel->pair));
    ISO_TRY(iso_alloc(&sel->lang, langs, sizeof *sel->lang));
    ISO_TRY(iso_selection_source(&source, select, s));
    src[source] = true;
    if (select->src)
        ISO_TRY(mark(src, s, select->src));
    if (select->tgt)
        ISO_TRY(mark(tgt, s, select->tgt));
    for (int i = 0; i < langs; i++) {
        tgt[i] = tgt[i] || !select->tgt;
        if (all)
            src[i] = tgt[i];
    }
    if (self && select->tgt && !select->src)
        src[source] = false;
    pair_up(sel, langs, src, tgt, all, self);
    if (sel->pair_count == 0)
        ISO_TRY(no_pair(s, source));
    add_langs(sel);
done:
    iso_free(src);
    iso_free(tgt);
    return err;
}

static bool has_layer(const iso_lang *lang, int layer)
{
    for (int i = 0; i < lang->layer_count; i++) {
        if (lang->layers[i] == layer)
            return true;
    }
    return false;
}

/* A list of languages without gaps. */
static iso_err check_list(const char *option, const char *list)
{
    char word[128];

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        if (!*word)
            return iso_fail(ISO_EARG, ISO_FIELD_S " takes a list like de,fr, not '%s'", option,
                            list);
    }
    return ISO_OK;
}

iso_err iso_selection_check(const iso_scope *select)
{
    iso_err err = ISO_OK;

    if (select->pairs && select->src)
        ISO_FAIL(ISO_EARG, ISO_FIELD(pairs) " all and " ISO_FIELD(src) " exclude each other");
    ISO_TRY(check_list("src", select->src));
    ISO_TRY(check_list("tgt", select->tgt));
    ISO_TRY(iso_ranges_check(select->layers));
done:
    return err;
}

/* Those of the first language that --layers names. */
static iso_err layers_named(bool *take, const char *list, const iso_lang *lang, int sentence,
                            const char *path)
{
    iso_buf who = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&who, "%s: %s", path, lang->name));
    ISO_TRY(iso_ranges_take(take, list, lang->layers, lang->layer_count, sentence, who.text));
done:
    iso_buf_free(&who);
    return err;
}

static iso_err lacks(const char *path, const iso_lang *lang, int layer, const iso_lang *other)
{
    return iso_fail(
        ISO_EARG,
        "%s: %s has no layer %d, %s has: choose with " ISO_FIELD(layers) " or " ISO_FIELD(tgt),
        path, lang->name, layer, other->name);
}

/* All layers are meant, so a layer that the first language lacks is missing too. */
static iso_err check_others(const struct selection *sel, const iso_states *s)
{
    const iso_lang *first = iso_states_lang(s, sel->lang[0]);

    for (int l = 1; l < sel->lang_count; l++) {
        const iso_lang *lang = iso_states_lang(s, sel->lang[l]);
        for (int i = 0; i < lang->layer_count; i++) {
            if (!has_layer(first, lang->layers[i]))
                return lacks(iso_states_name(s), first, lang->layers[i], lang);
        }
    }
    return ISO_OK;
}

/* Every language chosen must have every layer chosen. */
static iso_err choose_layers(struct selection *sel, const iso_scope *select, const iso_states *s)
{
    const iso_lang *first = iso_states_lang(s, sel->lang[0]);
    const char *path = iso_states_name(s);
    bool *take = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&take, first->layer_count, sizeof *take));
    ISO_TRY(iso_alloc(&sel->layer, first->layer_count, sizeof *sel->layer));
    for (int i = 0; i < first->layer_count; i++)
        take[i] = !select->layers;
    if (select->layers)
        ISO_TRY(layers_named(take, select->layers, first, iso_states_about(s)->sentence, path));
    for (int i = 0; i < first->layer_count; i++) {
        if (!take[i])
            continue;
        sel->layer[sel->layer_count++] = first->layers[i];
        for (int l = 1; l < sel->lang_count; l++) {
            const iso_lang *lang = iso_states_lang(s, sel->lang[l]);
            if (!has_layer(lang, first->layers[i]))
                ISO_TRY(lacks(path, lang, first->layers[i], first));
        }
    }
    if (!select->layers)
        ISO_TRY(check_others(sel, s));
done:
    iso_free(take);
    return err;
}

iso_err iso_selection_make(struct selection *out, const iso_scope *select, const iso_states *s,
                           bool self)
{
    struct selection sel = {0};
    iso_err err = ISO_OK;

    ISO_TRY(choose_pairs(&sel, select, s, self));
    ISO_TRY(choose_layers(&sel, select, s));
    *out = sel;
    return ISO_OK;
done:
    iso_selection_free(&sel);
    return err;
}

void iso_selection_free(struct selection *sel)
{
    iso_free(sel->pair);
    iso_free(sel->layer);
    iso_free(sel->lang);
    *sel = (struct selection){0};
}
