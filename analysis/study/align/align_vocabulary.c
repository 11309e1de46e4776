/* The words that a language has rows of. */
#include <inttypes.h>
#include <string.h>

#include "analysis/study/align/align_dictionary.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/word_text.h"
#include "lib/io/pool.h"
#include "lib/text/fold.h"

enum { NAMED = 3 };

/* Words that are left out, the first few by name. */
struct left_out {
    int64_t again, no_text;
    iso_buf few;
};

static iso_err name_word(struct left_out *out, const iso_lang *lang, int64_t row, bool strict,
                         const char *what)
{
    iso_buf *few = &out->few;
    iso_buf shown = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_word_text_show(&shown, lang->tokens[row], (int64_t)strlen(lang->tokens[row])));
    if (strict)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %s: word %" PRId64 ", \"%s\", %s; mend it or do without " ISO_FIELD(strict),
                 lang->path, lang->name, row + 1, shown.text ? shown.text : "", what);
    if (out->again + out->no_text <= NAMED)
        ISO_TRY(iso_buf_printf(few, "%s\"%s\" %s", few->len ? "; " : "",
                               shown.text ? shown.text : "", what));
done:
    iso_buf_free(&shown);
    return err;
}

static iso_err take_words(struct vocabulary *v, struct left_out *odd, const struct settings *set)
{
    const iso_word_text how = {.lower = set->lower ? iso_text_lower : NULL};
    iso_buf word = {0};
    bool good;
    iso_err err = ISO_OK;

    for (int64_t r = 0; r < v->lang->rows; r++) {
        const char *token = v->lang->tokens[r];
        word.len = 0;
        ISO_TRY(iso_word_text_add(&word, &good, how, token, (int64_t)strlen(token)));
        good = good && word.len > 0;
        if (good) {
            const int64_t count = v->words.count;
            int64_t number;
            ISO_TRY(iso_textmap_keep(&number, &v->words, word.text, word.len));
            if (number == count) {
                v->row[number] = r;
                continue;
            }
        }
        *(good ? &odd->again : &odd->no_text) += 1;
        ISO_TRY(name_word(odd, v->lang, r, set->strict, good ? "comes again" : "is no text"));
    }
done:
    iso_buf_free(&word);
    return err;
}

static iso_err check_types(const iso_states *s, const iso_lang *lang)
{
    const char *pooling = iso_states_about(s)->pooling;

    if (lang->tokens && !lang->offsets && iso_str_same(pooling, iso_pool_name(ISO_POOL_TYPES)))
        return ISO_OK;
    return iso_fail(ISO_EARG,
                    "%s: rows of %s are no word types (pooling is %s): " ISO_FIELD(
                        train) " pairs words of "
                               "`embed " ISO_FIELD(pool) " types`",
                    lang->path, lang->name, pooling ? pooling : "not known");
}

iso_err iso_vocabulary_make(struct vocabulary *out, const iso_states *s, int lang,
                            const struct settings *set)
{
    struct vocabulary v = {.lang = iso_states_lang(s, lang)};
    struct left_out odd = {0};
    iso_err err = ISO_OK;

    ISO_TRY(check_types(s, v.lang));
    ISO_TRY(iso_alloc(&v.row, v.lang->rows, sizeof *v.row));
    ISO_TRY(take_words(&v, &odd, set));
    if (odd.again + odd.no_text > 0)
        term_note(set, "%s: %s: left out: %lld words that come again, %lld that are no text (%s)",
                  v.lang->path, v.lang->name, (long long)odd.again, (long long)odd.no_text,
                  odd.few.text);
    *out = v;
    v = (struct vocabulary){0};
done:
    iso_buf_free(&odd.few);
    iso_vocabulary_free(&v);
    return err;
}

int64_t iso_vocabulary_find(const struct vocabulary *v, const char *word)
{
    const int64_t at = iso_textmap_find(&v->words, word, -1);

    return at < 0 ? -1 : v->row[at];
}

void iso_vocabulary_free(struct vocabulary *v)
{
    iso_textmap_free(&v->words);
    iso_free(v->row);
    *v = (struct vocabulary){0};
}
