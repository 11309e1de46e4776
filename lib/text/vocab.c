#include "lib/text/vocab.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/base/textmap.h"
#include "lib/base/utf8.h"
#include "lib/io/file.h"

struct iso_vocab {
    char *name;
    iso_textmap pieces; /* by number, which need not be the id */
    int32_t *id;        /* by number: the id that finds it, its last one */
    int32_t *number;    /* by id: + 1; 0 is an id without a piece */
    int64_t id_capacity, number_capacity;
    int64_t size; /* one above the largest id */
    int64_t odd;
    char first_odd[512];
};

void iso_vocab_close(iso_vocab *v)
{
    if (!v)
        return;
    iso_free(v->name);
    iso_textmap_free(&v->pieces);
    iso_free(v->id);
    iso_free(v->number);
    iso_free(v);
}

iso_err iso_vocab_new(iso_vocab **out, const char *name)
{
    iso_vocab *v = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&v, 1, sizeof *v));
    ISO_TRY(iso_str_dup(&v->name, name, -1));
    *out = v;
    v = NULL;
done:
    iso_vocab_close(v);
    return err;
}

/* Room for `need` numbers, of which `used` are there. */
static iso_err grow(int32_t **list, int64_t *capacity, int64_t used, int64_t need)
{
    int64_t wide = *capacity ? *capacity : 1024;
    iso_err err = ISO_OK;

    while (wide < need)
        wide *= 2;
    if (wide != *capacity)
        err = iso_realloc(list, used, wide, sizeof **list);
    if (!err)
        *capacity = wide;
    return err;
}

static void note(iso_vocab *v, const char *what, int32_t a, int32_t b)
{
    if (v->odd++ == 0)
        (void)snprintf(v->first_odd, sizeof v->first_odd, what, v->name, a, b);
}

iso_err iso_vocab_put(iso_vocab *v, int32_t id, const char *piece, int64_t len)
{
    const int64_t count = v->pieces.count;
    int64_t number;
    iso_err err = ISO_OK;

    ISO_NEED(id >= 0 && id < INT32_MAX, "%s: no piece has id %d", v->name, id);
    ISO_TRY(grow(&v->number, &v->number_capacity, v->size, (int64_t)id + 1));
    ISO_TRY(grow(&v->id, &v->id_capacity, count, count + 1));
    if (id < v->size && v->number[id]) {
        note(v, "%.400s: id %d is given twice; its first piece counts", id, 0);
        goto done;
    }
    ISO_TRY(iso_textmap_keep(&number, &v->pieces, piece, len));
    if (number < count)
        note(v, "%.400s: piece %d is repeated as %d; the last counts", v->id[number], id);
    v->id[number] = id;
    v->number[id] = (int32_t)(number + 1);
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
    const int32_t number = id >= 0 && id < v->size ? v->number[id] : 0;

    *len = number ? v->pieces.lens[number - 1] : 0;
    return number ? v->pieces.texts[number - 1] : NULL;
}

int32_t iso_vocab_find(const iso_vocab *v, const char *piece, int64_t len)
{
    const int64_t number = iso_textmap_find(&v->pieces, piece, len);

    return number < 0 ? -1 : v->id[number];
}

int64_t iso_vocab_odd(const iso_vocab *v, const char **first)
{
    *first = v->first_odd;
    return v->odd;
}
