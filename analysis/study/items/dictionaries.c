#include "analysis/study/items/dictionaries.h"

#include <string.h>

#include "lib/base/textmap.h"
#include "lib/text/fold.h"

iso_err iso_dictionaries_read(iso_dictionary *out, const char *path, const iso_dictionary_opt *opt)
{
    const iso_err err = iso_dictionary_read(out, path, opt);

    if (!err && iso_dictionary_odd(out) > 0)
        iso_run_note(opt->run,
                     "%s: left out: %lld repeated pairs, %lld empty lines, %lld lines of "
                     "one word, %lld that are not text (first: %s)",
                     path, (long long)out->duplicates, (long long)out->empty_lines,
                     (long long)out->bad_lines, (long long)out->bad_text, out->few);
    return err;
}

/* Adds the source words of a dictionary, or, with `pairs`, its lines. */
static iso_err add_all(iso_textmap *texts, const iso_dictionary *d, bool pairs)
{
    iso_buf text = {0};
    int64_t number;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < d->pairs; i++) {
        text.len = 0;
        ISO_TRY(iso_buf_puts(&text, d->source[i]));
        if (pairs)
            ISO_TRY(iso_buf_printf(&text, "\t%s", d->target[i]));
        ISO_TRY(iso_textmap_keep(&number, texts, text.text, text.len));
    }
done:
    iso_buf_free(&text);
    return err;
}

/* How many different entries of b are in a: what both hold does not grow their union. */
static iso_err shared(int64_t *out, int64_t *of, const iso_dictionary *a, const iso_dictionary *b,
                      bool pairs)
{
    iso_textmap both = {0}, alone = {0};
    iso_err err = ISO_OK;

    ISO_TRY(add_all(&alone, b, pairs));
    ISO_TRY(add_all(&both, a, pairs));
    *out = both.count + alone.count;
    ISO_TRY(add_all(&both, b, pairs));
    *out -= both.count;
    *of = alone.count;
done:
    iso_textmap_free(&both);
    iso_textmap_free(&alone);
    return err;
}

iso_err iso_dictionaries_overlap(const char *train_path, const iso_dictionary *train,
                                 const char *test_path, const iso_dictionary *test,
                                 const iso_run *run)
{
    int64_t words = 0, pairs = 0, all = 0, lines = 0;
    iso_err err = ISO_OK;

    ISO_TRY(shared(&words, &all, train, test, false));
    ISO_TRY(shared(&pairs, &lines, train, test, true));
    if (words > 0)
        iso_run_note(run,
                     "%s and %s overlap: %lld of %lld test words (%lld of %lld pairs) were "
                     "trained on; scores are too high",
                     train_path, test_path, (long long)words, (long long)all, (long long)pairs,
                     (long long)lines);
done:
    return err;
}

/* --- Lower case --- */

static iso_err put_lower(iso_textmap *words, iso_buf *scratch, const char *word)
{
    int64_t number;
    iso_err err = ISO_OK;

    scratch->len = 0;
    ISO_TRY(iso_text_lower(scratch, word, -1));
    ISO_TRY(iso_textmap_keep(&number, words, scratch->text, scratch->len));
done:
    return err;
}

static iso_err has_lower(bool *has, const iso_textmap *words, iso_buf *scratch, const char *word)
{
    iso_err err = ISO_OK;

    scratch->len = 0;
    ISO_TRY(iso_text_lower(scratch, word, -1));
    *has = iso_textmap_find(words, scratch->text, scratch->len) >= 0;
done:
    return err;
}

/* Pairs that both sides have in lower case. */
static iso_err count_lower(int64_t *out, const iso_dictionary *d,
                           const struct dictionary_side side[2])
{
    iso_textmap words[2] = {{0}};
    iso_buf scratch = {0};
    bool x = false, y = false;
    iso_err err = ISO_OK;

    *out = 0;
    for (int k = 0; k < 2; k++) {
        for (int64_t i = 0; i < side[k].count; i++)
            ISO_TRY(put_lower(&words[k], &scratch, side[k].words[i]));
    }
    for (int64_t i = 0; i < d->pairs; i++) {
        ISO_TRY(has_lower(&x, &words[0], &scratch, d->source[i]));
        ISO_TRY(has_lower(&y, &words[1], &scratch, d->target[i]));
        *out += x && y;
    }
done:
    iso_textmap_free(&words[0]);
    iso_textmap_free(&words[1]);
    iso_buf_free(&scratch);
    return err;
}

iso_err iso_dictionaries_hint(iso_buf *out, const iso_dictionary *d, int64_t found,
                              const struct dictionary_side side[2])
{
    int64_t lower = 0;
    iso_err err = ISO_OK;

    if (found == d->pairs)
        return ISO_OK;
    ISO_TRY(count_lower(&lower, d, side));
    if (lower > found)
        ISO_TRY(iso_buf_printf(out, "; " ISO_FIELD(lower) " would find %lld pair%s instead of %lld",
                               (long long)lower, lower == 1 ? "" : "s", (long long)found));
done:
    return err;
}
