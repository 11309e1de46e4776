#include "lib/text/added.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/base/utf8.h"
#include "lib/text/unicode.h"

/* One token; `form` is what it is looked for as. */
struct entry {
    iso_added_token token;
    char *content, *form;
    int64_t len; /* of the form */
    int64_t place;
};

/* Those that are looked for in one kind of text, sorted by form; those whose form begins with byte
 * b are first[b] up to, not including, first[b + 1]. */
struct side {
    const struct entry **entry;
    int64_t count;
    int64_t first[257];
};

struct iso_added {
    struct entry *entry; /* sorted by content once sealed */
    int64_t count, room;
    const struct entry **by_id;
    struct side side[2];
    int32_t size;
};

iso_err iso_added_new(iso_added **out)
{
    return iso_alloc(out, 1, sizeof **out);
}

static void free_entry(struct entry *e)
{
    iso_free(e->content);
    iso_free(e->form);
}

void iso_added_free(iso_added *a)
{
    if (!a)
        return;
    for (int64_t i = 0; i < a->count; i++)
        free_entry(&a->entry[i]);
    iso_free(a->entry);
    iso_free(a->by_id);
    for (int i = 0; i < 2; i++)
        iso_free(a->side[i].entry);
    iso_free(a);
}

iso_err iso_added_put(iso_added *a, const iso_added_token *token)
{
    struct entry e = {.token = *token, .place = a->count};
    iso_err err = ISO_OK;

    if (!*token->content)
        goto done;
    if (a->count == a->room) {
        const int64_t room = a->room ? a->room * 2 : 16;
        ISO_TRY(iso_realloc(&a->entry, a->count, room, sizeof *a->entry));
        a->room = room;
    }
    ISO_TRY(iso_str_dup(&e.content, token->content, -1));
    e.token.content = e.content;
    a->entry[a->count++] = e;
done:
    return err;
}

/* --- Sealing --- */

static int by_content(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    const int order = strcmp(x->content, y->content);

    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static int by_form(const void *a, const void *b)
{
    const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;
    const int order = memcmp(x->form, y->form, (size_t)(x->len < y->len ? x->len : y->len));

    if (order)
        return order;
    return x->len != y->len ? (x->len > y->len) - (x->len < y->len)
                            : (x->place > y->place) - (x->place < y->place);
}

static int by_id(const void *a, const void *b)
{
    const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;

    if (x->token.id != y->token.id)
        return x->token.id < y->token.id ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Of equal contents the first that was put stays. */
static void drop_doubles(iso_added *a)
{
    int64_t kept = 0;

    if (a->count > 1)
        qsort(a->entry, (size_t)a->count, sizeof *a->entry, by_content);
    for (int64_t i = 0; i < a->count; i++) {
        if (kept > 0 && strcmp(a->entry[kept - 1].content, a->entry[i].content) == 0)
            free_entry(&a->entry[i]);
        else
            a->entry[kept++] = a->entry[i];
    }
    a->count = kept;
}

static iso_err find_form(struct entry *e, iso_added_form *form, void *with)
{
    const char *text = e->content;
    int64_t len = (int64_t)strlen(text);
    iso_err err = ISO_OK;

    if (e->token.normalized)
        ISO_TRY(form(&text, &len, with, e->content));
    ISO_TRY(iso_str_dup(&e->form, text, len));
    e->len = len;
done:
    return err;
}

static iso_err make_side(struct side *s, const iso_added *a, bool normalized)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->entry, a->count, sizeof *s->entry));
    for (int64_t i = 0; i < a->count; i++) {
        if (a->entry[i].token.normalized == normalized && a->entry[i].len > 0)
            s->entry[s->count++] = &a->entry[i];
    }
    if (s->count > 1)
        qsort(s->entry, (size_t)s->count, sizeof(const struct entry *), by_form);
    for (int64_t i = 0, b = 0; b <= 256; b++) {
        while (i < s->count && (unsigned char)s->entry[i]->form[0] < b)
            i++;
        s->first[b] = i;
    }
done:
    return err;
}

iso_err iso_added_seal(iso_added *a, iso_added_form *form, void *with)
{
    iso_err err = ISO_OK;

    drop_doubles(a);
    for (int64_t i = 0; i < a->count; i++)
        ISO_TRY(find_form(&a->entry[i], form, with));
    ISO_TRY(make_side(&a->side[0], a, false));
    ISO_TRY(make_side(&a->side[1], a, true));
    ISO_TRY(iso_alloc(&a->by_id, a->count, sizeof *a->by_id));
    for (int64_t i = 0; i < a->count; i++) {
        a->by_id[i] = &a->entry[i];
        a->size = a->entry[i].token.id >= a->size ? a->entry[i].token.id + 1 : a->size;
    }
    if (a->count > 1)
        qsort(a->by_id, (size_t)a->count, sizeof(const struct entry *), by_id);
done:
    return err;
}

/* --- Asking --- */

int64_t iso_added_count(const iso_added *a, bool normalized)
{
    return a->side[normalized].count;
}

int32_t iso_added_size(const iso_added *a)
{
    return a->size;
}

const iso_added_token *iso_added_find(const iso_added *a, const char *content)
{
    int64_t from = 0, to = a->count;

    while (from < to) {
        const int64_t middle = (from + to) / 2;
        const int order = strcmp(a->entry[middle].content, content);
        if (order == 0)
            return &a->entry[middle].token;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

const iso_added_token *iso_added_of(const iso_added *a, int32_t id)
{
    int64_t from = 0, to = a->count;

    while (from < to) {
        const int64_t middle = (from + to) / 2;
        if (a->by_id[middle]->token.id < id)
            from = middle + 1;
        else
            to = middle;
    }
    return from < a->count && a->by_id[from]->token.id == id ? &a->by_id[from]->token : NULL;
}

/* --- Finding in a text --- */

/* Of entries [from, to), whose first n bytes are equal, the first whose next is `byte` or more. */
static int64_t bound(const struct side *s, int64_t from, int64_t to, int64_t n, int byte)
{
    while (from < to) {
        const int64_t middle = (from + to) / 2;
        const struct entry *e = s->entry[middle];
        if (e->len <= n || (unsigned char)e->form[n] < byte)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* The longest that begins text[0..len), or NULL. */
static const struct entry *longest(const struct side *s, const char *text, int64_t len)
{
    const int byte = (unsigned char)text[0];
    int64_t from = s->first[byte], to = s->first[byte + 1];
    const struct entry *best = NULL;

    for (int64_t n = 1; from < to; n++) {
        if (s->entry[from]->len == n)
            best = s->entry[from];
        if (n == len)
            break;
        from = bound(s, from, to, n, (unsigned char)text[n]);
        to = bound(s, from, to, n, (unsigned char)text[n] + 1);
    }
    return best;
}

static bool touched(const char *text, int64_t len, int64_t begin, int64_t end)
{
    uint32_t p;

    return (iso_utf8_last(&p, text, begin) && iso_unicode_word(p)) ||
           (iso_utf8_any(&p, text + end, len - end) && iso_unicode_word(p));
}

static int64_t spaces_before(const char *text, int64_t at)
{
    uint32_t p;

    for (int size; (size = iso_utf8_last(&p, text, at)) && iso_unicode_space(p);)
        at -= size;
    return at;
}

static int64_t spaces_behind(const char *text, int64_t len, int64_t at)
{
    uint32_t p;

    for (int size; (size = iso_utf8_any(&p, text + at, len - at)) && iso_unicode_space(p);)
        at += size;
    return at;
}

bool iso_added_next(iso_added_match *m, const iso_added *a, bool normalized, const char *text,
                    int64_t len)
{
    const struct side *s = &a->side[normalized];
    const int64_t taken = m->end;
    const struct entry *e;

    for (int64_t at = m->next; s->count > 0 && at < len; at += e ? e->len : 1) {
        e = longest(s, text + at, len - at);
        if (!e || (e->token.single_word && touched(text, len, at, at + e->len)))
            continue;
        const int64_t next = at + e->len;
        const int64_t begin = e->token.lstrip ? spaces_before(text, at) : at;
        const int64_t end = e->token.rstrip ? spaces_behind(text, len, next) : next;
        *m = (iso_added_match){
            .token = &e->token,
            .begin = begin > taken ? begin : taken,
            .end = end > taken ? end : taken,
            .next = next,
        };
        return true;
    }
    return false;
}
