#include "lib/encode/texts.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/base/utf8.h"
#include "lib/encode/opened.h"
#include "lib/io/items.h"
#include "lib/text/lang.h"

/* One language. */
struct lang {
    char *name; /* canonical */
    char **files;
    int file_count;
    iso_corpus memory; /* where there is no file */
};

struct iso_texts {
    iso_texts_opt opt;
    char *corpus, *columns;
    struct lang *lang;
    int lang_count;
};

static const char memory_name[] = "(memory)";

/* --- Languages --- */

static iso_err copy(char **out, const char *text)
{
    return text ? iso_str_dup(out, text, -1) : ISO_OK;
}

iso_err iso_texts_new(iso_texts **out, const iso_texts_opt *opt)
{
    static const iso_texts_opt plain = {0};
    iso_texts *t = NULL;
    iso_err err = ISO_OK;

    opt = opt ? opt : &plain;
    ISO_TRY(iso_corpus_check_columns(opt->columns));
    ISO_TRY(iso_alloc(&t, 1, sizeof *t));
    ISO_TRY(copy(&t->corpus, opt->corpus));
    ISO_TRY(copy(&t->columns, opt->columns));
    t->opt = *opt;
    t->opt.corpus = t->corpus;
    t->opt.columns = t->columns;
    *out = t;
    t = NULL;
done:
    iso_texts_close(t);
    return err;
}

static void lang_free(struct lang *l)
{
    for (int i = 0; i < l->file_count; i++)
        iso_free(l->files[i]);
    iso_free(l->files);
    iso_free(l->name);
}

void iso_texts_close(iso_texts *t)
{
    if (!t)
        return;
    for (int i = 0; i < t->lang_count; i++)
        lang_free(&t->lang[i]);
    iso_free(t->lang);
    iso_free(t->corpus);
    iso_free(t->columns);
    iso_free(t);
}

int iso_texts_langs(const iso_texts *t)
{
    return t->lang_count;
}

const char *iso_texts_name(const iso_texts *t, int lang)
{
    return t->lang[lang].name;
}

int iso_texts_files(const iso_texts *t, int lang)
{
    return t->lang[lang].file_count;
}

const char *iso_texts_file(const iso_texts *t, int lang, int i)
{
    return t->lang[lang].files[i];
}

int iso_texts_find(const iso_texts *t, const char *name)
{
    for (int i = 0; i < t->lang_count; i++) {
        if (iso_lang_same(t->lang[i].name, name))
            return i;
    }
    return -1;
}

iso_err iso_texts_need(int *out, const iso_texts *t, const char *field, const char *name)
{
    enum { NAMED = 12 };
    const int lang = iso_texts_find(t, name);
    const char **names = NULL;
    iso_buf list = {0};
    iso_err err = ISO_OK;

    if (lang < 0) {
        ISO_TRY(iso_alloc(&names, t->lang_count, sizeof *names));
        for (int i = 0; i < t->lang_count; i++)
            names[i] = t->lang[i].name;
        ISO_TRY(iso_buf_names(&list, names, t->lang_count, NAMED));
        ISO_FAIL(ISO_EARG, ISO_FIELD_S " %s: no text of that language among the %d given: %s",
                 field, name, t->lang_count, list.text);
    }
    *out = lang;
done:
    iso_buf_free(&list);
    iso_free(names);
    return err;
}

/* The language called `name`, which is added when it is new. */
static iso_err lang_called(int *out, iso_texts *t, const char *name)
{
    const char *canonical = iso_lang_canonical(name);
    iso_err err = ISO_OK;

    for (int i = 0; i < t->lang_count; i++) {
        if (strcmp(t->lang[i].name, canonical) == 0) {
            *out = i;
            goto done;
        }
    }
    ISO_TRY(iso_realloc(&t->lang, t->lang_count, t->lang_count + 1, sizeof *t->lang));
    ISO_TRY(iso_str_dup(&t->lang[t->lang_count].name, canonical, -1));
    *out = t->lang_count++;
done:
    return err;
}

/* --- From files --- */

static bool is_ids(const char *path)
{
    const size_t len = strlen(path);

    return len > 4 && strcmp(path + len - 4, ".ids") == 0;
}

bool iso_texts_has_text(const iso_texts *t, int lang)
{
    const struct lang *l = &t->lang[lang];
    bool text = l->memory.text != NULL;

    for (int i = 0; i < l->file_count; i++)
        text = text || !is_ids(l->files[i]);
    return text;
}

iso_err iso_texts_check_pool(const iso_texts *t, iso_pool pool)
{
    if (pool != ISO_POOL_WORD && pool != ISO_POOL_TYPES)
        return ISO_OK;
    for (const struct lang *l = t->lang; l < t->lang + t->lang_count; l++) {
        const char *ids = l->memory.tokens ? memory_name : NULL;
        for (int i = 0; i < l->file_count && !ids; i++)
            ids = is_ids(l->files[i]) ? l->files[i] : NULL;
        if (ids)
            return iso_fail(
                ISO_EARG,
                "%s=%s: token ids do not mark words, so " ISO_FIELD(pool) " %s needs text", l->name,
                ids, iso_pool_name(pool));
    }
    return ISO_OK;
}

iso_err iso_texts_add(iso_texts *t, int *lang, const char *word)
{
    const char *file = word ? strchr(word, '=') : NULL;
    struct lang *l;
    int which = 0;
    char *name = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(file && file > word && file[1],
             "%s: does not say which language it is: LANG=FILE, such as en=%s",
             word ? word : "NULL", file && file[1] ? file + 1 : "en.txt");
    ISO_TRY(iso_str_dup(&name, word, file - word));
    ISO_NEED(!strpbrk(name, "/:") && strcmp(name, ".") != 0 && iso_utf8_valid(name, file - word),
             "%s: '%s' cannot be a language: LANG=FILE, such as en=en.txt", word, name);
    ISO_TRY(lang_called(&which, t, name));
    l = &t->lang[which];
    ISO_NEED(l->memory.items == 0, "%s: %s is in memory already", word, l->name);
    ISO_TRY(iso_realloc(&l->files, l->file_count, l->file_count + 1, sizeof *l->files));
    ISO_TRY(iso_str_dup(&l->files[l->file_count], file + 1, -1));
    l->file_count++;
    if (lang)
        *lang = which;
done:
    iso_free(name);
    return err;
}

static bool is_lang(const char *code)
{
    return iso_lang_find(code) != NULL;
}

/* A language has its text from the folder or from elsewhere: both could be meant to be one, or one
 * instead of the other. */
static iso_err add_from_folder(iso_texts *t, const char *word)
{
    const int named = t->lang_count;
    int lang = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_texts_add(t, &lang, word));
    if (lang < named)
        ISO_FAIL(ISO_EARG,
                 "%s: a text of %s is named beside " ISO_FIELD(
                     corpus) ": %s; name both without " ISO_FIELD(corpus) " to "
                                                                          "read one after the "
                                                                          "other, or remove one",
                 strchr(word, '=') + 1, t->lang[lang].name, t->lang[lang].files[0]);
done:
    return err;
}

iso_err iso_texts_add_corpus(iso_texts *t, const iso_run *run)
{
    const iso_corpus_langs langs = {is_lang, iso_lang_canonical};
    char **words = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    if (!t->corpus)
        return ISO_OK;
    ISO_TRY(iso_corpus_folder(&words, &count, t->corpus, &langs, run));
    for (int i = 0; i < count; i++)
        ISO_TRY(add_from_folder(t, words[i]));
done:
    for (int i = 0; i < count; i++)
        iso_free(words[i]);
    iso_free(words);
    return err;
}

iso_err iso_texts_open(iso_texts **out, const char *const *words, int count,
                       const iso_texts_opt *opt, const iso_run *run)
{
    iso_texts *t = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_texts_new(&t, opt));
    for (int i = 0; i < count; i++)
        ISO_TRY(iso_texts_add(t, NULL, words[i]));
    ISO_TRY(iso_texts_add_corpus(t, run));
    ISO_NEED(t->lang_count > 0,
             "no text: LANG=FILE, such as en=en.txt, or " ISO_FIELD(corpus) " DIR");
    *out = t;
    t = NULL;
done:
    iso_texts_close(t);
    return err;
}

/* --- From memory --- */

static iso_err check_texts(const char *lang, const char *what, const char *const *text,
                           int64_t items, bool all)
{
    for (int64_t i = 0; text && i < items; i++) {
        if (!text[i] ? all : !iso_utf8_valid(text[i], (int64_t)strlen(text[i])))
            return iso_fail(ISO_EARG, "%s: %s: %s[%" PRId64 "] is no UTF-8 text", memory_name, lang,
                            what, i);
    }
    return ISO_OK;
}

static iso_err check_memory(const char *lang, const iso_corpus *c)
{
    iso_err err = ISO_OK;

    ISO_NEED(c && c->items > 0, "%s: %s has no items", memory_name, lang);
    ISO_NEED(!c->text != !(c->offsets && c->tokens), "%s: %s has neither text nor tokens, or both",
             memory_name, lang);
    ISO_TRY(check_texts(lang, "text", c->text, c->items, true));
    ISO_TRY(check_texts(lang, "text2", c->text2, c->items, false));
    ISO_TRY(check_texts(lang, "ids", c->ids, c->items, true));
    ISO_TRY(check_texts(lang, "labels", c->labels, c->items, false));
    if (c->ids)
        ISO_TRY(iso_items_check_ids(memory_name, lang, c->ids, c->items));
    if (!c->text)
        ISO_TRY(iso_items_check_offsets(memory_name, lang, c->offsets, c->items + 1,
                                        c->offsets[c->items]));
done:
    return err;
}

iso_err iso_texts_add_lang(iso_texts *t, const char *name, const iso_corpus *text)
{
    const int before = t->lang_count;
    int lang = 0;
    iso_err err = ISO_OK;

    ISO_NEED(name && *name, "%s: a language needs a name", memory_name);
    ISO_TRY(check_memory(name, text));
    ISO_TRY(lang_called(&lang, t, name));
    ISO_NEED(lang == before, "%s: %s has a text already", memory_name, name);
    t->lang[lang].memory = (iso_corpus){.items = text->items,
                                        .text = text->text,
                                        .text2 = text->text2,
                                        .ids = text->ids,
                                        .labels = text->labels,
                                        .offsets = text->text ? NULL : text->offsets,
                                        .tokens = text->text ? NULL : text->tokens};
done:
    return err;
}

/* --- Reading --- */

iso_text iso_texts_item(const iso_corpus *c, int64_t item)
{
    iso_text t = {.text = c->text[item], .len = (int64_t)strlen(c->text[item])};

    if (c->text2 && c->text2[item] && *c->text2[item]) {
        t.pair = c->text2[item];
        t.pair_len = (int64_t)strlen(t.pair);
    }
    return t;
}

iso_corpus_opt iso_texts_reading(const iso_texts_opt *opt, const iso_run *run)
{
    return (iso_corpus_opt){
        .columns = opt->columns, .kind = opt->format, .limit = opt->limit, .run = run};
}

iso_err iso_texts_read(iso_corpus *out, const iso_texts *t, int lang, const int32_t *padding,
                       const iso_run *run)
{
    const struct lang *l = &t->lang[lang];
    iso_corpus_opt opt = iso_texts_reading(&t->opt, run);

    opt.padding = padding;
    if (l->file_count > 0)
        return iso_corpus_read(out, (const char *const *)l->files, l->file_count, &opt);
    *out = l->memory;
    if (opt.limit > 0 && opt.limit < out->items)
        out->items = opt.limit;
    for (int64_t i = 0; i < out->items; i++)
        out->empty += out->text ? !out->text[i][strspn(out->text[i], " \t\v\f\r")]
                                : out->offsets[i] == out->offsets[i + 1];
    return ISO_OK;
}

/* --- What is noted of it --- */

/* Quotes that are no part of a text, in all files together. */
static void note_quotes(const iso_run *run, const iso_corpus *const *corpora, int count)
{
    int64_t fields = 0;

    for (int i = 0; i < count; i++)
        fields += corpora[i]->unquoted;
    if (fields > 0)
        iso_run_note(run,
                     "quotes around %" PRId64
                     " field%s of .tsv files, doubled inside as spreadsheets "
                     "write them, are taken off (" ISO_FIELD(text_format) " tsv keeps them)",
                     fields, fields == 1 ? "" : "s");
}

static void note_padding(const iso_run *run, const iso_corpus *const *corpora, int count)
{
    int64_t lines = 0;

    for (int i = 0; i < count; i++)
        lines += corpora[i]->padded;
    if (lines > 0)
        iso_run_note(run, "padding at the ends of %" PRId64 " line%s of token ids is cut off",
                     lines, lines == 1 ? "" : "s");
}

/* Notes of all corpora in one list. */
static iso_err gather(const iso_corpus_note ***out, int *count, const iso_corpus *const *corpora,
                      int corpus_count)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < corpus_count; i++) {
        ISO_TRY(iso_realloc(out, *count, *count + corpora[i]->note_count, sizeof **out));
        for (int k = 0; k < corpora[i]->note_count; k++)
            (*out)[(*count)++] = &corpora[i]->notes[k];
    }
done:
    return err;
}

iso_err iso_texts_note(const iso_run *run, const iso_corpus *const *corpora, int count)
{
    const iso_corpus_note **notes = NULL;
    int note_count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(gather(&notes, &note_count, corpora, count));
    for (int i = 0; i < note_count; i++) {
        int same = 0;
        for (int k = i + 1; notes[i] && k < note_count; k++) {
            if (!notes[k] || strcmp(notes[i]->text, notes[k]->text) != 0)
                continue;
            notes[k] = NULL;
            same++;
        }
        if (notes[i] && same > 0)
            iso_run_note(run, "%s and %d other file%s: %s", notes[i]->path, same,
                         same == 1 ? "" : "s", notes[i]->text);
        else if (notes[i])
            iso_run_note(run, "%s: %s", notes[i]->path, notes[i]->text);
    }
    note_quotes(run, corpora, count);
    note_padding(run, corpora, count);
done:
    iso_free(notes);
    return err;
}
