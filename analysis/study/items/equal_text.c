#include "analysis/study/items/equal_text.h"

#include "lib/base/alloc.h"
#include "lib/base/textmap.h"

enum { COPIES_MOST = 64 }; /* of rows with one text so many are looked for, and the row itself */

/* number[i]: which of the different texts item i has; −1 for none. */
static iso_err number_texts(int64_t *number, const char *const *text, const int64_t *pick,
                            int64_t items)
{
    iso_textmap map = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < items; i++) {
        const char *own = text[pick ? pick[i] : i];
        number[i] = -1;
        if (own)
            ISO_TRY(iso_textmap_put(&number[i], &map, own, -1));
    }
done:
    iso_textmap_free(&map);
    return err;
}

/* The same of both texts together: a pair of numbers is a text of sixteen bytes. */
static iso_err number_pairs(int64_t *number, const struct item_texts *t, int64_t items)
{
    struct pair {
        int64_t text, second;
    } *pair = NULL;
    int64_t *second = NULL;
    iso_textmap map = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&pair, items, sizeof *pair));
    ISO_TRY(iso_alloc(&second, items, sizeof *second));
    ISO_TRY(number_texts(number, t->text, t->pick, items));
    ISO_TRY(number_texts(second, t->second, t->pick, items));
    for (int64_t i = 0; i < items; i++) {
        pair[i] = (struct pair){number[i], second[i]};
        ISO_TRY(iso_textmap_put(&number[i], &map, (const char *)&pair[i], sizeof pair[i]));
    }
done:
    iso_textmap_free(&map);
    iso_free(second);
    iso_free(pair);
    return err;
}

iso_err iso_equal_text_first(int64_t *first, const struct item_texts *texts, int64_t items)
{
    int64_t *number = NULL, *lowest = NULL; /* lowest: by number + 1, the item + 1 */
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < items; i++)
        first[i] = i;
    if (!texts || !texts->text)
        return ISO_OK;
    ISO_TRY(iso_alloc(&number, items, sizeof *number));
    ISO_TRY(iso_alloc(&lowest, items + 1, sizeof *lowest));
    ISO_TRY(texts->second ? number_pairs(number, texts, items)
                          : number_texts(number, texts->text, texts->pick, items));
    for (int64_t i = 0; i < items; i++) {
        int64_t *item = &lowest[number[i] + 1];
        *item = *item ? *item : i + 1;
        first[i] = *item - 1;
    }
done:
    iso_free(number);
    iso_free(lowest);
    return err;
}

/* `last` holds the end of the chain of each first item. */
static void chain(struct duplicates *d, int64_t *last)
{
    for (int64_t i = 0; i < d->items; i++) {
        const int64_t first = d->first[i];
        d->next[i] = -1;
        if (first < i) {
            d->shared += last[first] == first ? 2 : 1;
            d->next[last[first]] = i;
        }
        last[first] = i;
    }
}

iso_err iso_duplicates_make(struct duplicates *out, const iso_lang *lang, const int64_t *pick,
                            int64_t items)
{
    const struct item_texts texts = {lang->text, lang->text2, pick};
    struct duplicates d = {.items = items};
    int64_t *last = NULL;
    iso_err err = ISO_OK;

    if (!lang->text || lang->offsets) {
        *out = d;
        return ISO_OK;
    }
    ISO_TRY(iso_alloc(&last, items, sizeof *last));
    ISO_TRY(iso_alloc(&d.first, items, sizeof *d.first));
    ISO_TRY(iso_alloc(&d.next, items, sizeof *d.next));
    ISO_TRY(iso_equal_text_first(d.first, &texts, items));
    chain(&d, last);
    *out = d;
    d = (struct duplicates){0};
done:
    iso_free(last);
    iso_duplicates_free(&d);
    return err;
}

int64_t iso_duplicates_count(const struct duplicates *d, int64_t i)
{
    int64_t count = 0;

    for (int64_t j = d->first ? d->first[i] : -1; j >= 0; j = d->next[j])
        count++;
    return count ? count : 1;
}

int64_t iso_duplicates_right(int64_t *row, const struct duplicates *d, int64_t i)
{
    int64_t j = d->first ? d->first[i] : -1, count = 1;

    if (row)
        row[0] = i;
    for (int seen = 0; j >= 0 && seen < COPIES_MOST; j = d->next[j], seen++) {
        if (j == i)
            continue;
        if (row)
            row[count] = j;
        count++;
    }
    return count;
}

void iso_duplicates_free(struct duplicates *d)
{
    iso_free(d->first);
    iso_free(d->next);
    *d = (struct duplicates){0};
}
