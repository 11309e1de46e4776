/* LANG=FILE words: which languages, from which files. */
#include <string.h>

#include "lib/encode/texts.h"
#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/text/lang.h"

bool iso_texts_is_ids(const char *path)
{
    const size_t len = strlen(path);

    return len > 4 && strcmp(path + len - 4, ".ids") == 0;
}

/* The language called `name`, which is added when it is new. Takes over `name`. */
static iso_err lang_called(int *out, struct texts *t, char *name)
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
    iso_free(name);
    return err;
}

iso_err iso_texts_add(struct texts *t, int *lang, const char *word)
{
    const char *file = strchr(word, '=');
    struct words *files;
    int which = 0;
    char *name = NULL;
    iso_err err = ISO_OK;

    if (!file || file == word || !file[1])
        return iso_fail(ISO_EARG, "%s: does not say which language it is: LANG=FILE, such as en=%s",
                        word, file && file[1] ? file + 1 : "en.txt");
    ISO_TRY(iso_str_dup(&name, word, file - word));
    if (strpbrk(name, "/:") || strcmp(name, ".") == 0 || !iso_utf8_valid(name, file - word)) {
        err = iso_fail(ISO_EARG, "%s: '%s' cannot be a language: LANG=FILE, such as en=en.txt",
                       word, name);
        iso_free(name);
        goto done;
    }
    if (iso_texts_is_ids(word) && (t->pool == ISO_POOL_WORD || t->pool == ISO_POOL_TYPES)) {
        err = iso_fail(ISO_EARG,
                       "%s: token ids do not tell words, so " ISO_FIELD(pool) " %s needs text",
                       word, t->set->pool);
        iso_free(name);
        goto done;
    }
    ISO_TRY(lang_called(&which, t, name));
    files = &t->lang[which].files;
    ISO_TRY(iso_realloc(&files->at, files->count, files->count + 1, sizeof *files->at));
    files->at[files->count++] = file + 1;
    if (lang)
        *lang = which;
done:
    return err;
}

iso_err iso_texts_no_lang(const struct texts *t, const char *option, const char *name)
{
    enum { NAMED = 12 };
    const char **names = NULL;
    iso_buf list = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&names, t->lang_count, sizeof *names));
    for (int i = 0; i < t->lang_count; i++)
        names[i] = t->lang[i].name;
    ISO_TRY(iso_buf_names(&list, names, t->lang_count, NAMED));
    ISO_FAIL(ISO_EARG, "%s %s: no text of that language among the %d given: %s", option, name,
             t->lang_count, list.text);
done:
    iso_buf_free(&list);
    iso_free(names);
    return err;
}

iso_err iso_texts_choose_source(struct texts *t)
{
    const char *source = t->lang[0].name;
    iso_err err = ISO_OK;

    if (t->set->src) {
        source = NULL;
        for (int i = 0; i < t->lang_count; i++) {
            if (iso_lang_same(t->lang[i].name, t->set->src))
                source = t->lang[i].name;
        }
        if (!source)
            ISO_TRY(iso_texts_no_lang(t, ISO_FIELD(src), t->set->src));
    }
    ISO_TRY(iso_str_dup(&t->source, source, -1));
done:
    return err;
}

static bool is_lang(const char *code)
{
    return iso_lang_find(code) != NULL;
}

/* A language has its text from the folder or from the command line: both could be meant to be one,
 * or one instead of the other. */
static iso_err add_from_folder(struct texts *t, const char *word)
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
                                                                          "other, or take one away",
                 strchr(word, '=') + 1, t->lang[lang].name, t->lang[lang].files.at[0]);
done:
    return err;
}

iso_err iso_texts_add_folder(struct texts *t, const char *folder)
{
    const iso_corpus_langs langs = {is_lang, iso_lang_canonical};
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_folder(&t->folder_words, &t->folder_word_count, folder, &langs, t->run));
    for (int i = 0; i < t->folder_word_count; i++)
        ISO_TRY(add_from_folder(t, t->folder_words[i]));
done:
    return err;
}

iso_err iso_texts_inputs(struct texts *t)
{
    const struct settings *set = t->set;
    iso_err err = ISO_OK;

    for (int i = 0; i < set->inputs.count; i++)
        ISO_TRY(iso_texts_add(t, NULL, set->inputs.at[i]));
    if (set->corpus)
        ISO_TRY(iso_texts_add_folder(t, set->corpus));
    ISO_NEED(t->lang_count > 0,
             "no text: LANG=FILE, such as en=en.txt, or " ISO_FIELD(corpus) " DIR");
    ISO_TRY(iso_texts_choose_source(t));
done:
    return err;
}
