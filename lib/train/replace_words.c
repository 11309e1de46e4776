#include "lib/train/replace_words.h"

#include <string.h>

#include "lib/base/keyed.h"
#include "lib/base/rng.h"
#include "lib/base/utf8.h"
#include "lib/text/fold.h"
#include "lib/text/unicode.h"

/* A number in 0 … k of this copy, text and place. */
static int64_t draw(const iso_replace *how, int64_t place, int64_t k)
{
    const uint64_t which = 2 * (uint64_t)how->copy + how->second;
    iso_rng rng = iso_rng_seeded(iso_key_mix(how->key + which), (uint64_t)place);

    return iso_rng_below(&rng, k + 1);
}

/* --- Why a word is not in the table --- */

static void strip(const char **word, int64_t *len)
{
    uint32_t point;
    int size;

    while ((size = iso_utf8_next(&point, *word, *len)) > 0 && iso_unicode_punctuation(point)) {
        *word += size;
        *len -= size;
    }
    while ((size = iso_utf8_last(&point, *word, *len)) > 0 && iso_unicode_punctuation(point))
        *len -= size;
}

static iso_err note_unknown(iso_replaced *n, const char *word, int64_t len,
                            const iso_word_table *table)
{
    iso_buf lower = {0};
    iso_err err = ISO_OK;

    strip(&word, &len);
    if (len == 0)
        return ISO_OK;
    if (iso_word_table_find(table, word, len) >= 0) {
        n->punctuated++;
        goto done;
    }
    ISO_TRY(iso_text_lower(&lower, word, len));
    n->other_case += iso_word_table_find(table, lower.text, lower.len) >= 0;
done:
    iso_buf_free(&lower);
    return err;
}

/* --- Words --- */

static iso_err replace(iso_buf *out, iso_replaced *n, const char *word, int64_t len,
                       const iso_replace *how, int64_t place)
{
    const int64_t w = iso_word_table_find(how->table, word, len);
    iso_err err = ISO_OK;

    n->words++;
    if (w < 0) {
        ISO_TRY(note_unknown(n, word, len, how->table));
        return iso_buf_add(out, word, len);
    }
    n->known++;
    const int64_t drawn = draw(how, place, iso_word_table_count(how->table, w));
    if (drawn == 0)
        return iso_buf_add(out, word, len);
    n->changed++;
    return iso_buf_puts(out, iso_word_table_near(how->table, w, drawn - 1));
done:
    return err;
}

iso_err iso_replace_words(iso_buf *out, iso_replaced *n, const char *text, int64_t len,
                          const iso_replace *how)
{
    const char *const end = text + len;
    int64_t place = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "")); /* a text, even an empty one */
    while (text < end) {
        const char *space = memchr(text, ' ', (size_t)(end - text));
        const char *stop = space ? space : end;
        if (stop > text)
            ISO_TRY(replace(out, n, text, stop - text, how, place++));
        if (space)
            ISO_TRY(iso_buf_add(out, " ", 1));
        text = stop + 1;
    }
done:
    return err;
}
