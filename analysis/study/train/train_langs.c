/* Which languages are learnt, and which are tested. */
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/text/lang.h"

static bool has(const struct train_set *s, const char *name)
{
    for (int i = 0; i < s->langs; i++) {
        if (iso_lang_same(s->lang[i], name))
            return true;
    }
    return false;
}

/* Those that a list names, by the names that `texts` have for them. */
static iso_err add_listed(struct train_set *s, const char *list, const char *field,
                          const iso_texts *texts)
{
    char word[128];
    int number;
    iso_err err = ISO_OK;

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(iso_texts_need(&number, texts, field, word));
        if (!has(s, word))
            s->lang[s->langs++] = iso_texts_name(texts, number);
    }
done:
    return err;
}

iso_err iso_train_choose_langs(struct training *t, const iso_texts *main, const iso_texts *test)
{
    const iso_train_opt *opt = &t->opt;
    struct train_set *s = &t->set;
    iso_err err = ISO_OK;

    ISO_TRY(
        iso_alloc(&s->lang, iso_texts_langs(main) + iso_texts_langs(test) + 1, sizeof *s->lang));
    for (int i = 0; !opt->src && iso_train_masked(opt) && i < iso_texts_langs(main); i++) {
        if (iso_train_has_parts(&t->own, iso_texts_name(main, i)))
            s->lang[s->langs++] = iso_texts_name(main, i);
    }
    if (s->langs == 0)
        ISO_TRY(add_listed(s, opt->src ? opt->src : iso_texts_name(main, 0), "src", main));
    ISO_TRY(iso_train_add_fake(s, opt));
    s->sources = s->langs;
    ISO_TRY(add_listed(s, opt->translate_train, "translate_train", main));
    s->learners = s->langs;
    ISO_TRY(add_listed(s, opt->tgt, "tgt", test));
    if (iso_train_closed(t) && s->langs > s->learners)
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(
                     tgt) " %s: is not learnt, and would have no pieces: add it to " ISO_FIELD(src),
                 s->lang[s->learners]);
    for (int i = 0; !opt->tgt && !iso_train_closed(t) && i < iso_texts_langs(test); i++) {
        if (!has(s, iso_texts_name(test, i)) &&
            iso_train_has_parts(&t->own, iso_texts_name(test, i)))
            s->lang[s->langs++] = iso_texts_name(test, i);
    }
    for (int i = 0; i < s->learners; i++) {
        ISO_TRY(iso_buf_printf(&s->train, "%s%s", i ? "+" : "", s->lang[i]));
        if (i < s->sources)
            ISO_TRY(iso_buf_printf(&s->sources_name, "%s%s", i ? "+" : "", s->lang[i]));
    }
done:
    return err;
}
