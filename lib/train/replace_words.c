#include "lib/train/replace_words.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/keyed.h"
#include "lib/base/rng.h"
#include "lib/base/utf8.h"
#include "lib/text/fold.h"
#include "lib/text/unicode.h"

/* What becomes of a word: the neighbour's number, or −1; and what it is sorted by among others. */
struct drawn {
    int64_t neighbour;
    uint64_t key;
};

/* A function of this copy, text and place. */
static struct drawn draw(const iso_replace *how, int64_t place, int64_t k)
{
    const uint64_t which = 2 * (uint64_t)how->copy + how->second;
    iso_rng rng = iso_rng_seeded(iso_key_mix(how->key + which), (uint64_t)place);
    struct drawn d;

    if (how->probability > 0) {
        const bool replaced = iso_rng_uniform(&rng) < how->probability;
        d.neighbour = replaced && k > 0 ? iso_rng_below(&rng, k) : -1;
    } else {
        d.neighbour = iso_rng_below(&rng, k + 1) - 1;
    }
    d.key = iso_rng_next(&rng);
    return d;
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

/* A text's next word, between spaces. */
struct word {
    const char *at;
    int64_t len, place;
};

/* {text, 0, -1} is before the first. */
static bool next_word(struct word *w, const char *end)
{
    const char *at = w->at + w->len;

    while (at < end && *at == ' ')
        at++;
    const char *space = at < end ? memchr(at, ' ', (size_t)(end - at)) : NULL;
    *w = (struct word){at, (space ? space : end) - at, w->place + 1};
    return w->len > 0;
}

static struct drawn become(const iso_replace *how, const struct word *w, int64_t *entry)
{
    *entry = iso_word_table_find(how->table, w->at, w->len);
    return *entry < 0 ? (struct drawn){.neighbour = -1}
                      : draw(how, w->place, iso_word_table_count(how->table, *entry));
}

/* --- Not too many --- */

/* Marks the places whose words stay although they were drawn; NULL: none do. */
static iso_err spare(uint8_t **out, const char *text, int64_t len, const iso_replace *how)
{
    struct word w = {text, 0, -1};
    struct keyed *list = NULL;
    uint8_t *stays = NULL;
    int64_t words = 0, drawn = 0, entry;
    iso_err err = ISO_OK;

    while (next_word(&w, text + len))
        words++;
    ISO_TRY(iso_alloc(&list, words, sizeof *list));
    ISO_TRY(iso_alloc(&stays, words, 1));
    w = (struct word){text, 0, -1};
    while (next_word(&w, text + len)) {
        const struct drawn d = become(how, &w, &entry);
        if (d.neighbour >= 0)
            list[drawn++] = (struct keyed){d.key, w.place};
    }
    iso_keyed_sort(list, drawn);
    for (int64_t i = (int64_t)(how->most * (double)words + 1e-9); i < drawn; i++)
        stays[list[i].item] = 1;
    *out = stays;
    stays = NULL;
done:
    iso_free(list);
    iso_free(stays);
    return err;
}

static iso_err replace(iso_buf *out, iso_replaced *n, const struct word *w, const iso_replace *how,
                       bool stays)
{
    int64_t entry;
    const struct drawn d = become(how, w, &entry);
    iso_err err = ISO_OK;

    n->words++;
    n->known += entry >= 0;
    if (entry < 0)
        ISO_TRY(note_unknown(n, w->at, w->len, how->table));
    if (d.neighbour < 0 || stays)
        return iso_buf_add(out, w->at, w->len);
    n->changed++;
    return iso_buf_puts(out, iso_word_table_near(how->table, entry, d.neighbour));
done:
    return err;
}

iso_err iso_replace_words(iso_buf *out, iso_replaced *n, const char *text, int64_t len,
                          const iso_replace *how)
{
    const char *end = text + len, *done_to = text;
    struct word w = {text, 0, -1};
    uint8_t *stays = NULL;
    iso_err err = ISO_OK;

    if (how->most > 0)
        ISO_TRY(spare(&stays, text, len, how));
    ISO_TRY(iso_buf_puts(out, "")); /* a text, even an empty one */
    while (next_word(&w, end)) {
        ISO_TRY(iso_buf_add(out, done_to, w.at - done_to));
        ISO_TRY(replace(out, n, &w, how, stays && stays[w.place]));
        done_to = w.at + w.len;
    }
    ISO_TRY(iso_buf_add(out, done_to, end - done_to));
done:
    iso_free(stays);
    return err;
}
