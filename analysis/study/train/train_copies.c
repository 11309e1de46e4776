/* RS-DA: what is learnt gives way to copies of it, whose words are replaced by their neighbours. */
#include <inttypes.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"

enum { COPIES = 3 }; /* of each item, unless it is said */

void iso_train_copies_free(struct train_set *s)
{
    for (int l = 0; l < s->copied; l++)
        iso_copies_free(&s->copies[l]);
    iso_free(s->copies);
}

/* A word with its tag stays one word. */
static iso_err check_words(const iso_word_table *table, const iso_train_opt *opt)
{
    for (int64_t i = 0; opt->task == ISO_TRAIN_TAG && i < table->texts.count; i++) {
        if (strchr(table->texts.texts[i], ' '))
            return iso_fail(ISO_EDATA,
                            "%s: the neighbour '%s' is more than one word: a tag is of one",
                            opt->augment, table->texts.texts[i]);
    }
    return ISO_OK;
}

/* A language's items as they are known here: by their ids among all, with their labels. */
static iso_err view_items(iso_corpus *out, const char ***ids, const struct train_texts *x, int lang)
{
    const iso_corpus *c = &x->in.lang[lang].corpus;
    iso_err err = ISO_OK;

    *out = (iso_corpus){
        .items = c->items, .text = c->text, .text2 = c->text2, .labels = x->label[lang]};
    if (!x->all.id)
        return ISO_OK;
    ISO_TRY(iso_alloc(ids, c->items, sizeof **ids));
    for (int64_t i = 0; i < c->items; i++)
        (*ids)[i] = x->all.id[x->all.number[lang][i]];
    out->ids = *ids;
done:
    return err;
}

/* The examples of a language, which are beside each other, from the *at-th on. */
static iso_err copy_language(struct training *t, int64_t *at, const iso_word_table *table)
{
    struct train_set *s = &t->set;
    const struct train_texts *x = s->of[TRAIN_LEARN];
    const struct examples *e = &s->part[TRAIN_LEARN];
    const int lang = e->at[*at].lang;
    const bool source = x->lang[lang] < s->sources;
    const iso_word_table none = {0}; /* translations stay as they are */
    const struct copies_ask ask = {.table = source ? table : &none,
                                   .copies = t->opt.copies > 0 ? t->opt.copies : COPIES,
                                   .seed = iso_run_seed(t->run),
                                   .run = t->run};
    struct copies *made = &s->copies[s->copied];
    const char **ids = NULL;
    int64_t *items = NULL, count = 0;
    iso_corpus of;
    iso_err err = ISO_OK;

    ISO_TRY(view_items(&of, &ids, x, lang));
    ISO_TRY(iso_alloc(&items, e->n - *at, sizeof *items));
    for (; *at < e->n && e->at[*at].lang == lang; ++*at)
        items[count++] = e->at[*at].item;
    ISO_TRY(iso_copies_make(made, &of, items, count, &ask));
    s->copied++;
    ISO_TRY(
        iso_texts_add_lang(s->texts[TRAIN_COPIES].opened, s->lang[x->lang[lang]], &made->corpus));
    if (source)
        iso_copies_note(&made->replaced, x->in.lang[lang].path, t->opt.augment, t->run);
done:
    iso_free(ids);
    iso_free(items);
    return err;
}

iso_err iso_train_copies(struct training *t)
{
    struct train_set *s = &t->set;
    const struct train_texts *from = s->of[TRAIN_LEARN];
    struct train_texts *x = &s->texts[TRAIN_COPIES];
    iso_word_table table = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_word_table_read(&table, t->opt.augment, t->run));
    ISO_TRY(check_words(&table, &t->opt));
    ISO_TRY(iso_alloc(&s->copies, s->learners, sizeof *s->copies));
    ISO_TRY(iso_texts_new(&x->opened, NULL));
    for (int64_t at = 0; at < s->part[TRAIN_LEARN].n;)
        ISO_TRY(copy_language(t, &at, &table));
    ISO_TRY(iso_train_texts(t, x, x->opened, s->learners, s->learners));
    for (int l = 0; l < s->learners; l++)
        x->in.lang[l].path = from->in.lang[l].path;
    s->of[TRAIN_LEARN] = x;
    s->part[TRAIN_LEARN].n = 0;
    ISO_TRY(iso_train_fill(s, TRAIN_LEARN, s->learners));
done:
    iso_word_table_free(&table);
    return err;
}
