/* --train and --test: FILE, or LANG=FILE,LANG=FILE. */
#include <string.h>

#include "analysis/study/align/align_dictionary.h"
#include "lib/base/str.h"

enum { WORD_MOST = 4096 };

/* What exists as a path is one, whatever signs are in it. */
static iso_err read_list(struct named *n)
{
    char word[WORD_MOST];
    iso_err err = iso_inputs_add(&n->list, n->text);

    if (!err || !strchr(n->text, ','))
        return err ? iso_fail_in(err, ISO_FIELD_S, n->option) : ISO_OK;
    for (const char *at = n->text; at;) {
        at = iso_str_word(word, sizeof word, at);
        err = iso_inputs_add(&n->list, word);
        if (err)
            return iso_fail_in(err, ISO_FIELD_S, n->option);
    }
    return ISO_OK;
}

static bool is_target(const struct selection *sel, int lang)
{
    for (int i = 0; i < sel->pair_count; i++) {
        if (sel->pair[i][1] == lang)
            return true;
    }
    return false;
}

/* Every file belongs to a target; one without a name to the only one. */
static iso_err check_list(const struct named *n, const iso_states *s, const struct selection *sel)
{
    for (int i = 0; i < n->list.count; i++) {
        const iso_input *in = &n->list.at[i];
        const int lang = in->lang ? iso_states_find(s, in->lang) : -1;
        if (in->dataset || in->layer >= 0)
            return iso_fail(ISO_EARG, ISO_FIELD_S " %s: a dictionary is FILE or LANG=FILE",
                            n->option, n->text);
        if (!in->lang && (sel->pair_count > 1 || n->list.count > 1))
            return iso_fail(ISO_EARG,
                            ISO_FIELD_S
                            " %s: which of %d targets is it for? say it as LANG=FILE,LANG=FILE, "
                            "or choose with " ISO_FIELD(tgt),
                            n->option, in->path, sel->pair_count);
        if (in->lang && !is_target(sel, lang))
            return iso_fail(ISO_EARG, ISO_FIELD_S ": %s is not among the targets", n->option,
                            in->lang);
    }
    return ISO_OK;
}

iso_err iso_named_read(struct named *n, const iso_states *s, const struct selection *sel)
{
    const iso_err err = read_list(n);

    return err ? err : check_list(n, s, sel);
}

iso_err iso_named_path(const char **path, const struct named *n, const iso_states *s, int tgt)
{
    *path = NULL;
    for (int i = 0; i < n->list.count; i++) {
        const iso_input *in = &n->list.at[i];
        if (in->lang && iso_states_find(s, in->lang) != tgt)
            continue;
        if (*path)
            return iso_fail(ISO_EARG, ISO_FIELD_S ": two dictionaries for %s", n->option,
                            iso_states_lang(s, tgt)->name);
        *path = in->path;
    }
    return *path
               ? ISO_OK
               : iso_fail(ISO_EARG,
                          ISO_FIELD_S
                          ": no dictionary for %s: add %s=FILE, or choose with " ISO_FIELD(tgt),
                          n->option, iso_states_lang(s, tgt)->name, iso_states_lang(s, tgt)->name);
}
