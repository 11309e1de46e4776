/* Rows that hold the same text, by hash. */
#include <string.h>

#include "analysis/study/retrieve/retrieve_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

/* Texts seen, each by its first row: open addressing, at most half full, -1 free. */
struct seen {
    int64_t *slot, room;
    const iso_lang *lang;
    const int64_t *pick;
};

static int64_t row_of(const struct seen *s, int64_t item)
{
    return s->pick ? s->pick[item] : item;
}

static const char *text_at(const char *const *texts, int64_t row)
{
    return texts && texts[row] ? texts[row] : "";
}

static uint64_t add_hash(uint64_t h, const char *text)
{
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return (h ^ 0xffu) * 1099511628211u;
}

static uint64_t hash(const struct seen *s, int64_t item)
{
    const int64_t row = row_of(s, item);
    const uint64_t h = add_hash(1469598103934665603u, text_at(s->lang->text, row));

    return add_hash(h, text_at(s->lang->text2, row)) * 0x9e3779b97f4a7c15u;
}

static bool equal(const struct seen *s, int64_t a, int64_t b)
{
    const int64_t p = row_of(s, a), q = row_of(s, b);

    return !strcmp(text_at(s->lang->text, p), text_at(s->lang->text, q)) &&
           !strcmp(text_at(s->lang->text2, p), text_at(s->lang->text2, q));
}

static int64_t *slot_of(const struct seen *s, int64_t item)
{
    uint64_t i = (hash(s, item) >> 20) & (uint64_t)(s->room - 1);

    while (s->slot[i] >= 0 && !equal(s, s->slot[i], item))
        i = (i + 1) & (uint64_t)(s->room - 1);
    return &s->slot[i];
}

/* Fills first and next; `last` holds the end of the chain of each first row. */
static void chain(struct twins *t, const struct seen *s, int64_t *last)
{
    for (int64_t i = 0; i < t->items; i++) {
        int64_t *slot = slot_of(s, i);
        t->next[i] = -1;
        if (*slot < 0) {
            *slot = t->first[i] = last[i] = i;
            continue;
        }
        t->first[i] = *slot;
        t->shared += last[*slot] == *slot ? 2 : 1;
        t->next[last[*slot]] = i;
        last[*slot] = i;
    }
}

iso_err iso_twins_make(struct twins *out, const iso_lang *lang, const int64_t *pick, int64_t items)
{
    struct twins t = {.items = items};
    struct seen s = {.room = 64, .lang = lang, .pick = pick};
    int64_t *last = NULL;
    iso_err err = ISO_OK;

    if (!lang->text || lang->offsets) {
        *out = t;
        return ISO_OK;
    }
    while (s.room < 2 * items)
        s.room *= 2;
    ISO_TRY(iso_alloc(&s.slot, s.room, sizeof *s.slot));
    ISO_TRY(iso_alloc(&last, items, sizeof *last));
    ISO_TRY(iso_alloc(&t.first, items, sizeof *t.first));
    ISO_TRY(iso_alloc(&t.next, items, sizeof *t.next));
    for (int64_t i = 0; i < s.room; i++)
        s.slot[i] = -1;
    chain(&t, &s, last);
    *out = t;
    t = (struct twins){0};
done:
    iso_free(s.slot);
    iso_free(last);
    iso_twins_free(&t);
    return err;
}

void iso_twins_free(struct twins *t)
{
    iso_free(t->first);
    iso_free(t->next);
    *t = (struct twins){0};
}
