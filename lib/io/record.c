#include "lib/io/record.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

iso_record iso_record_none(void)
{
    return (iso_record){
#define T(name, help) .name = NULL,
#define R(name, help) .name = NAN,
#define I(name, help) .name = ISO_NO_INT,
        ISO_RECORD_COLUMNS(T, R, I)
#undef T
#undef R
#undef I
    };
}

static const iso_column columns[] = {
#define T(name, help) {#name, ISO_COLUMN_TEXT, offsetof(iso_record, name), help},
#define R(name, help) {#name, ISO_COLUMN_REAL, offsetof(iso_record, name), help},
#define I(name, help) {#name, ISO_COLUMN_INT, offsetof(iso_record, name), help},
    ISO_RECORD_COLUMNS(T, R, I)
#undef T
#undef R
#undef I
};

int iso_column_count(void)
{
    return (int)(sizeof columns / sizeof *columns);
}

const iso_column *iso_column_at(int i)
{
    return &columns[i];
}

const iso_column *iso_column_named(const char *name)
{
    for (int i = 0; i < iso_column_count(); i++) {
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    }
    return NULL;
}

static const void *field(const iso_record *r, const iso_column *c)
{
    return (const char *)r + c->offset;
}

const char *iso_record_text(const iso_record *r, const iso_column *c)
{
    return *(const char *const *)field(r, c);
}

double iso_record_real(const iso_record *r, const iso_column *c)
{
    return *(const double *)field(r, c);
}

int64_t iso_record_int(const iso_record *r, const iso_column *c)
{
    return *(const int64_t *)field(r, c);
}

bool iso_record_has(const iso_record *r, const iso_column *c)
{
    if (c->kind == ISO_COLUMN_TEXT)
        return iso_record_text(r, c) != NULL;
    if (c->kind == ISO_COLUMN_REAL)
        return isfinite(iso_record_real(r, c));
    return iso_record_int(r, c) != ISO_NO_INT;
}

/* Texts repeat a lot ("cka", "en"): each distinct one is kept once. Open addressing, at most
 * half full. */
struct iso_texts {
    char **slot;
    int64_t count, room;
};

static uint64_t hash(const char *text)
{
    uint64_t h = 1469598103934665603u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

static char **slot_of(const struct iso_texts *t, const char *text)
{
    uint64_t i = hash(text) & (uint64_t)(t->room - 1);

    while (t->slot[i] && strcmp(t->slot[i], text) != 0)
        i = (i + 1) & (uint64_t)(t->room - 1);
    return &t->slot[i];
}

static iso_err grow(struct iso_texts *t)
{
    struct iso_texts bigger = {NULL, t->count, t->room ? 2 * t->room : 64};
    iso_err err = iso_alloc(&bigger.slot, bigger.room, sizeof *bigger.slot);

    if (err)
        return err;
    for (int64_t i = 0; i < t->room; i++) {
        if (t->slot[i])
            *slot_of(&bigger, t->slot[i]) = t->slot[i];
    }
    iso_free(t->slot);
    *t = bigger;
    return ISO_OK;
}

static iso_err keep(const char **text, struct iso_texts *t)
{
    iso_err err = ISO_OK;

    if (2 * (t->count + 1) > t->room)
        ISO_TRY(grow(t));
    char **slot = slot_of(t, *text);
    if (!*slot) {
        ISO_TRY(iso_str_dup(slot, *text, -1));
        t->count++;
    }
    *text = *slot;
done:
    return err;
}

iso_err iso_records_add(iso_records *list, const iso_record *r)
{
    iso_record copy = *r;
    iso_err err = ISO_OK;

    if (!list->texts)
        ISO_TRY(iso_alloc(&list->texts, 1, sizeof *list->texts));
    if (list->count == list->room) {
        const int64_t room = list->room ? 2 * list->room : 64;
        ISO_TRY(iso_realloc(&list->at, list->count, room, sizeof *list->at));
        list->room = room;
    }
#define T(name, help) \
    if (copy.name) \
        ISO_TRY(keep(&copy.name, list->texts));
#define R(name, help)
#define I(name, help)
    ISO_RECORD_COLUMNS(T, R, I)
#undef T
#undef R
#undef I
    list->at[list->count++] = copy;
done:
    return err;
}

void iso_records_free(iso_records *list)
{
    if (list->texts) {
        for (int64_t i = 0; i < list->texts->room; i++)
            iso_free(list->texts->slot[i]);
        iso_free(list->texts->slot);
    }
    iso_free(list->texts);
    iso_free(list->at);
    *list = (iso_records){0};
}
