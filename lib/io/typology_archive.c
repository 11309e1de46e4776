/* Features in an archive of NumPy's arrays: langs, feats, data. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/base/utf8.h"
#include "lib/io/npy.h"
#include "lib/io/typology_inside.h"
#include "lib/linalg/convert.h"

enum { NAMES_MOST = 1 << 20, WIDTH_MOST = 1 << 12 };
enum { NAME_KEPT = 64 /* bytes that a name takes beside its text */ };

static iso_err need_member(int *out, int64_t *size, const iso_typology *t, const char *name)
{
    const char *called;
    iso_err err = ISO_OK;

    *out = iso_npz_find(t->store->zip, name);
    if (*out < 0)
        ISO_FAIL(ISO_EFORMAT, "%s: has no array '%s'; features are langs, feats and data",
                 t->store->file->path, name);
    ISO_TRY(iso_npz_look(&called, size, t->store->zip, *out));
done:
    return err;
}

/* One text of NumPy's: `width` characters of 1 (S) or 4 bytes (U), NULs at the end. */
static iso_err add_text(iso_textmap *names, const char *cell, const iso_npy_texts *how,
                        const char *path, const char *of)
{
    char text[4 * WIDTH_MOST + 4];
    int64_t len = 0, width = how->width;

    if (how->bytes == 1) {
        while (width > 0 && !cell[width - 1])
            width--;
        return iso_typology_name(names, cell, width, path, of);
    }
    for (int64_t i = 0; i < width; i++) {
        uint32_t point;
        memcpy(&point, cell + 4 * i, sizeof point);
        if (point > 0x10ffff)
            return iso_fail(ISO_EFORMAT, "%s: name %" PRId64 " of a %s is no text", path,
                            names->count + 1, of);
        len += iso_utf8_put(text + len, point);
    }
    while (len > 0 && !text[len - 1])
        len--;
    return iso_typology_name(names, text, len, path, of);
}

static iso_err read_names(iso_textmap *names, const iso_typology *t, const char *name,
                          const char *of, const iso_run *run)
{
    const char *path = t->store->file->path;
    iso_npz *zip = t->store->zip;
    iso_npy_texts how = {0};
    iso_buf what = {0};
    char *head = NULL, *cell = NULL;
    int64_t len, begin, size;
    int member;
    iso_err err = ISO_OK;

    ISO_TRY(need_member(&member, &size, t, name));
    ISO_TRY(iso_buf_printf(&what, "%s: %s", path, name));
    ISO_TRY(iso_npz_begin(zip, member, name));
    ISO_TRY(iso_npz_header(&head, &len, &begin, zip, what.text));
    ISO_TRY(iso_npy_texts_header(&how, head, len, what.text));
    if (how.count < 1 || how.count > NAMES_MOST || how.width < 1 || how.width > WIDTH_MOST)
        ISO_FAIL(ISO_EFORMAT, "%s: holds %" PRId64 " texts of %" PRId64 " characters", what.text,
                 how.count, how.width);
    const int64_t bytes = how.width * how.bytes;
    if (how.count > iso_run_mem(run) / 16 / (bytes + NAME_KEPT))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %" PRId64 " texts of %" PRId64
                 " characters are more than " ISO_FIELD(mem) " holds",
                 what.text, how.count, how.width);
    ISO_TRY(iso_alloc(&cell, bytes, 1));
    for (int64_t i = 0; i < how.count; i++) {
        ISO_TRY(iso_npz_read(zip, cell, bytes));
        if (how.big_endian)
            iso_swap_bytes(cell, how.width, (size_t)how.bytes);
        iso_file_order(cell, how.bytes == 4 ? how.width : 0, ISO_F32);
        ISO_TRY(add_text(names, cell, &how, path, of));
    }
    ISO_TRY(iso_npz_end(zip));
done:
    iso_npz_stop(zip);
    iso_buf_free(&what);
    iso_free(head);
    iso_free(cell);
    return err;
}

static iso_err look_at_data(iso_typology *t, const iso_run *run)
{
    struct iso_typology_store *s = t->store;
    const char *path = s->file->path;
    iso_array a = {0};
    iso_buf what = {0};
    char *head = NULL;
    int64_t len, begin, size;
    iso_err err = ISO_OK;

    ISO_TRY(need_member(&s->data, &size, t, "data"));
    ISO_TRY(iso_buf_printf(&what, "%s: data", path));
    ISO_TRY(iso_npz_begin(s->zip, s->data, "data"));
    ISO_TRY(iso_npz_header(&head, &len, &begin, s->zip, what.text));
    ISO_TRY(iso_npy_header(&a, head, len, what.text));
    if (a.fortran || (a.rank != 2 && a.rank != 3) || a.shape[0] != t->langs.count ||
        a.shape[1] != t->features.count || (a.rank == 3 && (a.shape[2] < 1 || a.shape[2] > 1024)))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: is not %" PRId64 " languages by %" PRId64 " features, row by row, of up to "
                 "1024 sources",
                 what.text, t->langs.count, t->features.count);
    a.offset = begin;
    if (size - begin != iso_array_bytes(&a))
        ISO_FAIL(ISO_EFORMAT, "%s: has %" PRId64 " bytes of numbers, not %" PRId64, what.text,
                 size - begin, iso_array_bytes(&a));
    if (iso_array_bytes(&a) / a.shape[0] > iso_run_mem(run) / 32)
        ISO_FAIL(ISO_EFORMAT, "%s: a language has %" PRId64 " bytes, too many to hold", what.text,
                 iso_array_bytes(&a) / a.shape[0]);
    s->array = a;
done:
    iso_npz_stop(s->zip);
    iso_buf_free(&what);
    iso_free(head);
    return err;
}

iso_err iso_typology_archive(iso_typology *t, const iso_run *run)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_npz_open(&t->store->zip, t->store->file, run));
    ISO_TRY(read_names(&t->langs, t, "langs", "language", run));
    ISO_TRY(read_names(&t->features, t, "feats", "feature", run));
    ISO_TRY(look_at_data(t, run));
done:
    return err;
}
