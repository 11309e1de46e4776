/* LANG=FILE words of an embedding: which languages, from which files. */
#include <string.h>

#include "bin/embed.h"
#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/text/lang.h"

bool embed_is_ids(const char *path)
{
    const size_t len = strlen(path);

    return len > 4 && strcmp(path + len - 4, ".ids") == 0;
}

/* The language called `name`, which is added when it is new. Takes over `name`. */
static iso_err lang_called(struct embed_lang **out, struct embed *e, char *name)
{
    const char *canonical = iso_lang_canonical(name);
    iso_err err = ISO_OK;

    for (int i = 0; i < e->lang_count; i++) {
        if (strcmp(e->lang[i].name, canonical) == 0) {
            *out = &e->lang[i];
            goto done;
        }
    }
    ISO_TRY(iso_realloc(&e->lang, e->lang_count, e->lang_count + 1, sizeof *e->lang));
    ISO_TRY(iso_str_dup(&e->lang[e->lang_count].name, canonical, -1));
    *out = &e->lang[e->lang_count++];
done:
    iso_free(name);
    return err;
}

static iso_err add_word(struct embed *e, const char *word)
{
    const char *file = strchr(word, '=');
    struct embed_lang *lang = NULL;
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
    if (embed_is_ids(word) && (e->pool == EMBED_WORD || e->pool == EMBED_TYPES)) {
        err = iso_fail(ISO_EARG, "%s: token ids do not tell words, so --pool %s needs text", word,
                       e->set->pool);
        iso_free(name);
        goto done;
    }
    ISO_TRY(lang_called(&lang, e, name));
    ISO_TRY(iso_realloc(&lang->files.at, lang->files.count, lang->files.count + 1,
                        sizeof *lang->files.at));
    lang->files.at[lang->files.count++] = file + 1;
done:
    return err;
}

/* --src, else the first. */
static iso_err choose_source(struct embed *e)
{
    const char *source = e->lang[0].name;
    iso_err err = ISO_OK;

    if (e->set->src) {
        source = NULL;
        for (int i = 0; i < e->lang_count; i++) {
            if (iso_lang_same(e->lang[i].name, e->set->src))
                source = e->lang[i].name;
        }
        if (!source)
            ISO_FAIL(ISO_EARG, "--src %s: no text of that language is given (%s%s%s...)",
                     e->set->src, e->lang[0].name, e->lang_count > 1 ? ", " : "",
                     e->lang_count > 1 ? e->lang[1].name : "");
    }
    ISO_TRY(iso_str_dup(&e->source, source, -1));
done:
    return err;
}

iso_err embed_inputs(struct embed *e)
{
    const struct settings *set = e->set;
    int count = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < set->inputs.count; i++)
        ISO_TRY(add_word(e, set->inputs.at[i]));
    if (set->corpus)
        ISO_TRY(iso_corpus_folder(&e->folder_words, &count, set->corpus));
    e->folder_word_count = count;
    for (int i = 0; i < count; i++)
        ISO_TRY(add_word(e, e->folder_words[i]));
    ISO_NEED(e->lang_count > 0, "no text: LANG=FILE, such as en=en.txt, or --corpus DIR");
    ISO_TRY(choose_source(e));
done:
    return err;
}
