#include "lib/text/vocab.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/base/utf8.h"
#include "lib/io/file.h"

/* Where a piece lies in the text of all; begin counts from 1, so that 0 is an id without a piece.
 */
struct span {
    int64_t begin, len;
};

struct iso_vocab {
    char *name;
    iso_buf all;
    struct span *spans;
    int64_t size, room, used;
    int32_t *table; /* open addressing, ids + 1 */
    int64_t slots;  /* a power of two, more than twice `used` */
    int64_t odd;
    char first_odd[512];
};

void iso_vocab_close(iso_vocab *v)
{
    if (!v)
        return;
    iso_free(v->name);
    iso_buf_free(&v->all);
    iso_free(v->spans);
    iso_free(v->table);
    iso_free(v);
}

iso_err iso_vocab_new(iso_vocab **out, const char *name)
{
    iso_vocab *v = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&v, 1, sizeof *v));
    ISO_TRY(iso_str_dup(&v->name, name, -1));
    v->slots = 1024;
    ISO_TRY(iso_alloc(&v->table, v->slots, sizeof *v->table));
    *out = v;
    v = NULL;
done:
    iso_vocab_close(v);
    return err;
}

/* FNV-1a, its upper bits folded in. */
static uint64_t hash(const char *piece, int64_t len)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (int64_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)piece[i]) * 0x100000001b3u;
    return h ^ h >> 29;
}

static bool is_piece(const iso_vocab *v, int32_t id, const char *piece, int64_t len)
{
    const struct span *s = &v->spans[id];

    return s->len == len &&
           (len == 0 || memcmp(v->all.text + s->begin - 1, piece, (size_t)len) == 0);
}

/* The slot of a piece, or the free one where it belongs. */
static int64_t slot_of(const iso_vocab *v, const char *piece, int64_t len)
{
    const uint64_t mask = (uint64_t)v->slots - 1;
    uint64_t at = hash(piece, len) & mask;

    while (v->table[at] && !is_piece(v, v->table[at] - 1, piece, len))
        at = (at + 1) & mask;
    return (int64_t)at;
}

static iso_err widen(iso_vocab *v)
{
    int32_t *old = v->table, *wide = NULL;
    const int64_t slots = v->slots;
    iso_err err = iso_alloc(&wide, slots * 2, sizeof *wide);

    if (err)
        return err;
    v->table = wide;
    v->slots = slots * 2;
    for (int64_t i = 0; i < slots; i++) {
        if (old[i]) {
            const struct span *s = &v->spans[old[i] - 1];
            wide[slot_of(v, v->all.text + s->begin - 1, s->len)] = old[i];
        }
    }
    iso_free(old);
    return ISO_OK;
}

static iso_err reserve(iso_vocab *v, int32_t id)
{
    int64_t room = v->room ? v->room : 1024;
    iso_err err = ISO_OK;

    while (room <= id)
        room *= 2;
    if (room != v->room)
        err = iso_realloc(&v->spans, v->size, room, sizeof *v->spans);
    if (!err)
        v->room = room;
    if (!err && v->used * 2 >= v->slots)
        err = widen(v);
    return err;
}

static void note(iso_vocab *v, const char *what, int32_t a, int32_t b)
{
    if (v->odd++ == 0)
        (void)snprintf(v->first_odd, sizeof v->first_odd, what, v->name, a, b);
}

iso_err iso_vocab_put(iso_vocab *v, int32_t id, const char *piece, int64_t len)
{
    iso_err err = ISO_OK;

    ISO_NEED(id >= 0 && id < INT32_MAX, "%s: no piece has id %d", v->name, id);
    ISO_TRY(reserve(v, id));
    if (id < v->size && v->spans[id].begin) {
        note(v, "%.400s: id %d is given twice; its first piece counts", id, 0);
        goto done;
    }
    const int64_t slot = slot_of(v, piece, len), begin = v->all.len + 1;
    ISO_TRY(iso_buf_add(&v->all, piece, len));
    if (v->table[slot])
        note(v, "%.400s: piece %d comes again as %d; the last counts", v->table[slot] - 1, id);
    v->table[slot] = id + 1;
    v->used++;
    v->spans[id] = (struct span){begin, len};
    v->size = id >= v->size ? id + 1 : v->size;
    if (!iso_utf8_valid(piece, len))
        note(v, "%.400s: piece %d is not UTF-8 and stands for no text", id, 0);
done:
    return err;
}

/* Reading --------------------------------------------------------------------- */

static iso_err put_lines(iso_vocab *v, const char *text, int64_t len)
{
    const char *at = text, *const end = text + len;
    iso_err err = ISO_OK;

    if (len >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    for (int64_t line = 0; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *next = stop ? stop + 1 : end;
        stop = stop ? stop : end;
        if (stop > at && stop[-1] == '\r')
            stop--;
        if (line >= INT32_MAX - 1)
            ISO_FAIL(ISO_EUNSUP, "%s: has more than %d lines", v->name, INT32_MAX - 1);
        ISO_TRY(iso_vocab_put(v, (int32_t)line, at, stop - at));
        at = next;
    }
done:
    return err;
}

enum { VOCAB_MOST = 1 << 28 }; /* bytes; the largest in use has some 5 MB */

iso_err iso_vocab_read(iso_vocab **out, const char *path)
{
    iso_file *file = NULL;
    iso_vocab *v = NULL;
    char *text = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(iso_file_fits(file, VOCAB_MOST));
    ISO_TRY(iso_alloc(&text, file->size, 1));
    ISO_TRY(iso_file_read(file, 0, text, file->size));
    ISO_TRY(iso_vocab_new(&v, path));
    ISO_TRY(put_lines(v, text, file->size));
    *out = v;
    v = NULL;
done:
    iso_vocab_close(v);
    iso_free(text);
    iso_file_close(file);
    return err;
}

/* Asking ---------------------------------------------------------------------- */

int32_t iso_vocab_size(const iso_vocab *v)
{
    return (int32_t)v->size;
}

const char *iso_vocab_piece(int64_t *len, const iso_vocab *v, int32_t id)
{
    const bool there = id >= 0 && id < v->size && v->spans[id].begin;

    *len = there ? v->spans[id].len : 0;
    return there ? v->all.text + v->spans[id].begin - 1 : NULL;
}

int32_t iso_vocab_find(const iso_vocab *v, const char *piece, int64_t len)
{
    return v->table[slot_of(v, piece, len < 0 ? (int64_t)strlen(piece) : len)] - 1;
}

int64_t iso_vocab_odd(const iso_vocab *v, const char **first)
{
    *first = v->first_odd;
    return v->odd;
}
