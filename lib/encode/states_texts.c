#include "lib/encode/states_texts.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/textmap.h"
#include "lib/encode/opened.h"

static iso_err no_text(const iso_states *s, const iso_lang *lang, const iso_texts *corpus)
{
    if (!corpus)
        return iso_fail(
            ISO_EARG,
            "%s: %s is kept without its text: name the texts with " ISO_FIELD(corpus) " DIR",
            iso_states_name(s), lang->name);
    return iso_fail(ISO_EARG,
                    "%s: %s is kept without its text, and " ISO_FIELD(
                        corpus) " has none of that language: add it there",
                    iso_states_name(s), lang->name);
}

/* Where the text of each item is in the corpus. */
static iso_err join_ids(int64_t *row, const iso_states *s, const iso_lang *lang,
                        const iso_corpus *c)
{
    iso_textmap ids = {0};
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(iso_textmap_reserve(&ids, c->items));
    for (int64_t i = 0; i < c->items; i++)
        ISO_TRY(iso_textmap_put(&number, &ids, c->ids[i], -1)); /* distinct: numbers are rows */
    for (int64_t i = 0; i < lang->items; i++) {
        row[i] = iso_textmap_find(&ids, lang->ids[i], -1);
        if (row[i] < 0)
            ISO_FAIL(ISO_EARG,
                     "%s: item '%s' of %s has no text in " ISO_FIELD(
                         corpus) ": give the texts that the states were made of",
                     iso_states_name(s), lang->ids[i], lang->name);
    }
done:
    iso_textmap_free(&ids);
    return err;
}

static iso_err join(int64_t *row, const iso_states *s, const iso_lang *lang, const iso_corpus *c)
{
    if (lang->ids && c->ids)
        return join_ids(row, s, lang, c);
    if (lang->items != c->items)
        return iso_fail(ISO_EARG,
                        "%s: %s has %lld items, its text in " ISO_FIELD(
                            corpus) " %lld, and no ids say which belong together: add ids, or give "
                                    "the texts that the states were made of",
                        iso_states_name(s), lang->name, (long long)lang->items,
                        (long long)c->items);
    for (int64_t i = 0; i < lang->items; i++)
        row[i] = i;
    return ISO_OK;
}

/* The texts of one language out of the corpus. */
static iso_err take_corpus(iso_corpus *out, iso_corpus *read, const iso_states *s,
                           const iso_lang *lang, const iso_texts *corpus, const iso_run *run)
{
    const int at = corpus ? iso_texts_find(corpus, lang->name) : -1;
    const char **text = NULL, **second = NULL;
    int64_t *row = NULL;
    iso_err err = ISO_OK;

    if (at < 0)
        ISO_TRY(no_text(s, lang, corpus));
    ISO_NEED(iso_texts_has_text(corpus, at),
             "%s: " ISO_FIELD(corpus) " has token ids of %s, no text", iso_states_name(s),
             lang->name);
    ISO_TRY(iso_texts_read(read, corpus, at, NULL, run));
    ISO_TRY(iso_alloc(&row, lang->items, sizeof *row));
    ISO_TRY(join(row, s, lang, read));
    ISO_TRY(iso_alloc(&text, lang->items, sizeof *text));
    out->text = text;
    if (read->text2)
        ISO_TRY(iso_alloc(&second, lang->items, sizeof *second));
    out->text2 = second;
    for (int64_t i = 0; i < lang->items; i++) {
        text[i] = read->text[row[i]];
        if (second)
            second[i] = read->text2[row[i]];
    }
done:
    iso_free(row);
    return err;
}

static iso_err take_lang(struct states_texts *t, int at, const iso_states *s, const iso_lang *lang,
                         const iso_texts *corpus, const iso_run *run)
{
    iso_corpus *c = &t->lang[at];
    iso_err err = ISO_OK;

    ISO_NEED(
        !lang->offsets && lang->rows == lang->items,
        "%s: %s has %lld rows for %lld items; texts belong to items: pool the rows with " ISO_FIELD(
            pool) " mean",
        iso_states_name(s), lang->name, (long long)lang->rows, (long long)lang->items);
    c->items = lang->items;
    if (lang->text) {
        c->text = lang->text;
        c->text2 = lang->text2;
    } else {
        ISO_TRY(take_corpus(c, &t->read[at], s, lang, corpus, run));
    }
    c->ids = lang->ids;
    ISO_TRY(iso_texts_add_lang(t->texts, lang->name, c));
done:
    return err;
}

iso_err iso_states_texts(struct states_texts *out, const iso_states *states, const int *lang,
                         int count, const iso_texts *corpus, const iso_run *run)
{
    struct states_texts t = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_texts_new(&t.texts, NULL));
    ISO_TRY(iso_alloc(&t.lang, count, sizeof *t.lang));
    ISO_TRY(iso_alloc(&t.read, count, sizeof *t.read));
    for (; t.count < count; t.count++)
        ISO_TRY(
            take_lang(&t, t.count, states, iso_states_lang(states, lang[t.count]), corpus, run));
    *out = t;
    return ISO_OK;
done:
    t.count = t.lang && t.read ? t.count + 1 : 0; /* the one that failed has something, too */
    iso_states_texts_free(&t);
    return err;
}

void iso_states_texts_free(struct states_texts *t)
{
    iso_texts_close(t->texts);
    for (int l = 0; l < t->count; l++) {
        if (t->read[l].items > 0) { /* else they are the states' */
            iso_free((void *)(uintptr_t)t->lang[l].text);
            iso_free((void *)(uintptr_t)t->lang[l].text2);
        }
        iso_corpus_free(&t->read[l]);
    }
    iso_free(t->lang);
    iso_free(t->read);
    *t = (struct states_texts){0};
}
