#include "lib/io/torch_list.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/base/utf8.h"
#include "lib/io/torch_list_inside.h"

enum { DEPTH_MAX = 16, SHARED_MAX = 8, SEEN_MIN = 1000 };

bool iso_torch_is(const unsigned char *head, int64_t count)
{
    static const unsigned char magic[] = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
    static const char first[] = "data.pkl";
    const int64_t size = sizeof magic - 1;

    if (count > 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5) {
        const int64_t at = head[2] == 0x95 ? 11 : 2; /* behind a frame */
        return count >= at + size && memcmp(head + at, magic, (size_t)size) == 0;
    }
    if (count < 30 || memcmp(head, "PK\3\4", 4) != 0)
        return false;
    const int64_t len = head[26] | head[27] << 8, tail = (int64_t)sizeof first - 1;
    return len >= tail && 30 + len <= count &&
           memcmp(head + 30 + len - tail, first, (size_t)tail) == 0 &&
           (len == tail || head[30 + len - tail - 1] == '/');
}

int64_t iso_torch_bytes(const iso_pickle_storage *s)
{
    const int64_t size = s->type ? s->type->size : 1;

    return s->count > INT64_MAX / size ? -1 : s->count * size;
}

/* --- Names ------------------------------------------------------------------------------- */

/* The way through the containers. */
struct walk {
    const struct torch_file *t;
    iso_tensor_list *list;
    char between;
    iso_buf name;
    int64_t seen, most, room, fact_room;
};

static bool is_empty(const iso_pickle_tensor *t)
{
    for (int i = 0; i < t->rank; i++) {
        if (t->shape[i] == 0)
            return true;
    }
    return false;
}

/* Whether the numbers lie side by side, the last index fastest. */
static bool is_packed(const iso_pickle_tensor *t)
{
    int64_t step = 1;

    for (int i = t->rank - 1; i >= 0 && !is_empty(t); i--) {
        if (t->shape[i] > 1 && t->stride[i] != step)
            return false;
        step *= t->shape[i];
    }
    return true;
}

static iso_err add_tensor(struct walk *w, const iso_pickle_tensor *t)
{
    const struct torch_place *place = &w->t->place[t->storage];
    iso_tensor_list *list = w->list;
    int64_t numbers = is_empty(t) ? 0 : 1, name = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_textmap_keep(&name, &list->names, w->name.text ? w->name.text : "", w->name.len));
    if (list->count == w->room) {
        w->room = w->room ? 2 * w->room : 64;
        ISO_TRY(iso_realloc(&list->at, list->count, w->room, sizeof *list->at));
    }
    iso_tensor_entry *e = &list->at[list->count++];
    *e = (iso_tensor_entry){.name = list->names.texts[name],
                            .type = t->type->name,
                            .floats = t->type->floats,
                            .dtype = t->type->as,
                            .rank = t->rank,
                            .offset = place->offset + t->first * t->type->size,
                            .strided = !is_packed(t),
                            .member = place->member};
    for (int i = 0; i < t->rank; i++) {
        e->shape[i] = t->shape[i];
        e->stride[i] = t->shape[i] > 1 ? t->stride[i] : 0;
        numbers *= numbers ? t->shape[i] : 0;
    }
    e->bytes = numbers * t->type->size;
done:
    return err;
}

static iso_err add_fact(struct walk *w, const char *name, const char *text)
{
    iso_tensor_list *list = w->list;
    int64_t at[2] = {0};
    iso_err err = ISO_OK;

    if (list->fact_count == w->fact_room) {
        w->fact_room = w->fact_room ? 2 * w->fact_room : 8;
        ISO_TRY(iso_realloc(&list->facts, list->fact_count, w->fact_room, sizeof *list->facts));
    }
    ISO_TRY(iso_textmap_keep(&at[0], &list->names, name, -1));
    ISO_TRY(iso_textmap_keep(&at[1], &list->names, text, -1));
    for (int i = 0; i < 2; i++)
        list->facts[list->fact_count].text[i] = list->names.texts[at[i]];
    list->fact_count++;
done:
    return err;
}

/* One step further: a key, or a place. Keys that are neither text nor whole number have no name. */
static iso_err add_step(struct walk *w, iso_pickle_value key, int64_t place)
{
    const char *text = iso_pickle_text(&w->t->pickle, key);
    const char between[] = {w->between, '\0'};
    iso_err err = ISO_OK;

    if (key.is == ISO_PICKLED_TEXT && (!text || !iso_utf8_valid(text, (int64_t)strlen(text))))
        return iso_fail(ISO_EFORMAT, "%s: a key in it is no text in UTF-8", w->t->file->path);
    if (w->name.len > 0)
        ISO_TRY(iso_buf_puts(&w->name, between));
    if (key.is == ISO_PICKLED_MARK || key.is == ISO_PICKLED_INT)
        ISO_TRY(iso_buf_printf(&w->name, "%" PRId64, key.is == ISO_PICKLED_INT ? key.of : place));
    else
        ISO_TRY(iso_buf_puts(&w->name, text ? text : "?"));
done:
    return err;
}

static iso_err visit(struct walk *w, iso_pickle_value v, int depth)
{
    const iso_pickle *p = &w->t->pickle;
    const bool dict = v.is == ISO_PICKLED_DICT;
    const int64_t len = w->name.len;
    iso_err err = ISO_OK;

    if (v.is == ISO_PICKLED_TENSOR)
        return add_tensor(w, &p->tensors[v.of]);
    if (!dict && v.is != ISO_PICKLED_LIST && v.is != ISO_PICKLED_TUPLE)
        return ISO_OK;
    if (depth > DEPTH_MAX)
        return iso_fail(ISO_EFORMAT, "%s: its containers lie more than %d deep within each other",
                        w->t->file->path, DEPTH_MAX);
    const iso_pickle_items *items = &p->items[v.of];
    for (int64_t i = 0; i < items->count; i += 1 + dict) {
        const iso_pickle_value key = dict ? items->at[i] : (iso_pickle_value){ISO_PICKLED_MARK, 0};
        const iso_pickle_value value = items->at[i + dict];
        if (w->seen++ > w->most)
            return iso_fail(ISO_EFORMAT, "%s: its containers hold each other many times over",
                            w->t->file->path);
        if (depth == 0 && iso_pickle_text(p, key) && iso_pickle_text(p, value))
            ISO_TRY(add_fact(w, iso_pickle_text(p, key), iso_pickle_text(p, value)));
        if (value.is == ISO_PICKLED_TENSOR || value.is == ISO_PICKLED_LIST ||
            value.is == ISO_PICKLED_TUPLE || value.is == ISO_PICKLED_DICT) {
            ISO_TRY(add_step(w, key, i));
            ISO_TRY(visit(w, value, depth + 1));
            w->name.len = len;
        }
    }
done:
    return err;
}

/* --- Face -------------------------------------------------------------------------------- */

iso_err iso_torch_list_read(iso_tensor_list *out, const iso_file *file, char between)
{
    unsigned char head[ISO_TORCH_HEAD];
    const int64_t count = file->size < ISO_TORCH_HEAD ? file->size : ISO_TORCH_HEAD;
    struct torch_file t = {.file = file};
    iso_tensor_list list = {.layout = "torch"};
    struct walk w = {.t = &t, .list = &list, .between = between};
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_read(file, 0, head, count));
    ISO_TRY(head[0] == 'P' ? iso_torch_zip(&t) : iso_torch_legacy(&t));
    w.most = SEEN_MIN; /* a container that lies in several is seen once more in each */
    for (int64_t i = 0; i < t.pickle.item_count; i++)
        w.most += SHARED_MAX * t.pickle.items[i].count;
    ISO_TRY(visit(&w, t.pickle.root, 0));
    ISO_TRY(iso_tensor_list_sort(&list, file->path));
    *out = list;
    list = (iso_tensor_list){0};
done:
    iso_buf_free(&w.name);
    iso_tensor_list_free(&list);
    iso_pickle_free(&t.pickle);
    iso_free(t.place);
    return err;
}
