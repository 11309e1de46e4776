/* How texts are read: as the options say, and what is said of it. */
#include <inttypes.h>
#include <string.h>

#include "bin/term.h"
#include "lib/encode/texts.h"
#include "lib/base/alloc.h"

iso_corpus_opt iso_texts_corpus_opt(const struct settings *set)
{
    static const struct {
        const char *name;
        iso_corpus_kind kind;
    } kinds[] = {{"plain", ISO_CORPUS_PLAIN},
                 {"tsv", ISO_CORPUS_TSV},
                 {"csv", ISO_CORPUS_CSV},
                 {"json", ISO_CORPUS_JSON}};
    iso_corpus_opt opt = {.columns = set->columns, .limit = set->limit, .run = term_current()};

    for (size_t i = 0; set->text_format && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, set->text_format) == 0)
            opt.kind = kinds[i].kind;
    }
    return opt;
}

/* Quotes that are no part of a text, in all files together. */
static void tell_quotes(const struct settings *set, const iso_corpus *const *corpora, int count)
{
    int64_t fields = 0;

    for (int i = 0; i < count; i++)
        fields += corpora[i]->unquoted;
    if (fields > 0)
        term_note(set,
                  "quotes around %" PRId64 " field%s of .tsv files, doubled inside as spreadsheets "
                  "write them, are taken off (" ISO_FIELD(text_format) " tsv keeps them)",
                  fields, fields == 1 ? "" : "s");
}

static void tell_padding(const struct settings *set, const iso_corpus *const *corpora, int count)
{
    int64_t lines = 0;

    for (int i = 0; i < count; i++)
        lines += corpora[i]->padded;
    if (lines > 0)
        term_note(set, "padding at the ends of %" PRId64 " line%s of token ids is cut off", lines,
                  lines == 1 ? "" : "s");
}

void iso_texts_tell_tokenizer(const struct settings *set, const iso_tokenizer *t)
{
    const char *first = NULL;
    const int64_t odd = iso_tokenizer_odd(t, &first);

    if (odd > 0)
        term_note(set, "%s: %" PRId64 " %s in the tokenizer's files, the first: %s", set->model,
                  odd, odd == 1 ? "oddity" : "oddities", first ? first : "unnamed");
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

iso_err iso_texts_tell(const struct settings *set, const iso_corpus *const *corpora, int count)
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
            term_note(set, "%s and %d other file%s: %s", notes[i]->path, same, same == 1 ? "" : "s",
                      notes[i]->text);
        else if (notes[i])
            term_note(set, "%s: %s", notes[i]->path, notes[i]->text);
    }
    tell_quotes(set, corpora, count);
    tell_padding(set, corpora, count);
done:
    iso_free(notes);
    return err;
}
