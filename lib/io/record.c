#include "lib/io/record.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/base/textmap.h"

iso_record iso_record_none(void)
{
    return (iso_record){
#define T(name, role, help) .name = NULL,
#define R(name, role, help) .name = NAN,
#define I(name, role, help) .name = ISO_NO_INT,
        ISO_RECORD_COLUMNS(T, R, I)
#undef T
#undef R
#undef I
    };
}

static const iso_column columns[] = {
#define T(name, role, help)                                                                        \
    {#name, ISO_COLUMN_TEXT, ISO_ROLE_##role, offsetof(iso_record, name), help},
#define R(name, role, help)                                                                        \
    {#name, ISO_COLUMN_REAL, ISO_ROLE_##role, offsetof(iso_record, name), help},
#define I(name, role, help)                                                                        \
    {#name, ISO_COLUMN_INT, ISO_ROLE_##role, offsetof(iso_record, name), help},
    ISO_RECORD_COLUMNS(T, R, I)
#undef T
#undef R
#undef I
};

enum { COLUMNS = (int)(sizeof columns / sizeof *columns) };
_Static_assert(COLUMNS <= 64, "a set of columns is 64 bits");

int iso_column_count(void)
{
    return COLUMNS;
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

/* The field, or NULL where there is none of that kind. */
static const void *field(const iso_record *r, const iso_column *c, iso_column_kind kind)
{
    return c && c->kind == kind ? (const char *)r + c->offset : NULL;
}

const char *iso_record_text(const iso_record *r, const iso_column *c)
{
    const char *const *text = field(r, c, ISO_COLUMN_TEXT);

    return text ? *text : NULL;
}

double iso_record_real(const iso_record *r, const iso_column *c)
{
    const double *real = field(r, c, ISO_COLUMN_REAL);

    return real ? *real : NAN;
}

int64_t iso_record_int(const iso_record *r, const iso_column *c)
{
    const int64_t *number = field(r, c, ISO_COLUMN_INT);

    return number ? *number : ISO_NO_INT;
}

bool iso_record_has(const iso_record *r, const iso_column *c)
{
    return iso_record_text(r, c) || isfinite(iso_record_real(r, c)) ||
           iso_record_int(r, c) != ISO_NO_INT;
}

/* --- Comparing --- */

static int by_text(const char *a, const char *b)
{
    return a == b ? 0 : strcmp(a ? a : "", b ? b : "");
}

static int by_real(double a, double b)
{
    return isnan(a) || isnan(b) ? isnan(b) - isnan(a) : (a > b) - (a < b);
}

static int by_int(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_column(const iso_record *a, const iso_record *b, const iso_column *c)
{
    return c->kind == ISO_COLUMN_TEXT   ? by_text(iso_record_text(a, c), iso_record_text(b, c))
           : c->kind == ISO_COLUMN_REAL ? by_real(iso_record_real(a, c), iso_record_real(b, c))
                                        : by_int(iso_record_int(a, c), iso_record_int(b, c));
}

const iso_column *iso_record_differs(const iso_record *a, const iso_record *b, unsigned roles,
                                     uint64_t except)
{
    for (int i = 0; i < iso_column_count(); i++) {
        if ((columns[i].role & roles) && !(except >> i & 1) && by_column(a, b, &columns[i]) != 0)
            return &columns[i];
    }
    return NULL;
}

int iso_record_compare(const iso_record *a, const iso_record *b, unsigned roles, uint64_t except)
{
    const iso_column *c = iso_record_differs(a, b, roles, except);

    return c ? by_column(a, b, c) : 0;
}

/* --- Lists --- */

/* Texts repeat a lot ("cka", "en"): each distinct one is kept once. */
static iso_err keep(const char **text, iso_textmap **texts)
{
    int64_t number;
    iso_err err = ISO_OK;

    if (!*texts)
        ISO_TRY(iso_alloc(texts, 1, sizeof **texts));
    ISO_TRY(iso_textmap_keep(&number, *texts, *text, -1));
    *text = (*texts)->texts[number];
done:
    return err;
}

int64_t iso_records_count(const iso_records *list)
{
    return list ? list->count : 0;
}

const iso_record *iso_records_at(const iso_records *list, int64_t i)
{
    return &list->at[i];
}

void iso_records_cut(iso_records *list, int64_t count)
{
    if (list && count < list->count)
        list->count = count;
}

/* A measure of ranks names its own, "p@5", and `k` holds it too: of either the other follows. */
static void name_rank(iso_record *r, char *name, size_t room)
{
    const char *at = r->measure ? strchr(r->measure, '@') : NULL;
    int64_t k;

    if (!at)
        return;
    if (strcmp(at, "@k") == 0 && r->k >= 1) {
        const int len =
            snprintf(name, room, "%.*s@%lld", (int)(at - r->measure), r->measure, (long long)r->k);
        r->measure = len < (int)room ? name : r->measure;
    } else if (r->k == ISO_NO_INT && iso_str_int(&k, at + 1) && k >= 1) {
        r->k = k;
    }
}

iso_err iso_records_add(iso_records *list, const iso_record *r)
{
    iso_record copy = *r;
    char name[64];
    iso_err err = ISO_OK;

    ISO_NEED(list, "no list to append records to: it is NULL");
    name_rank(&copy, name, sizeof name);
    if (list->count == list->room) {
        const int64_t room = list->room ? 2 * list->room : 64;
        ISO_TRY(iso_realloc(&list->at, list->count, room, sizeof *list->at));
        list->room = room;
    }
#define T(name, role, help)                                                                        \
    if (copy.name)                                                                                 \
        ISO_TRY(keep(&copy.name, &list->texts));
#define R(name, role, help)
#define I(name, role, help)
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
    if (list->texts)
        iso_textmap_free(list->texts);
    iso_free(list->texts);
    iso_free(list->at);
    *list = (iso_records){0};
}
