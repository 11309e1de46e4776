#include "lib/io/native_items.h"

#include <inttypes.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/items.h"

/* Where we are while the parts of one language are read. */
struct place {
    iso_h5 *h5;
    const char *path, *lang;
};

static iso_err path_of(iso_buf *buf, const struct place *at, const char *what)
{
    buf->len = 0;
    return iso_buf_printf(buf, "/rows/%s/%s", at->lang, what);
}

static iso_err counted(const struct place *at, const char *what, int64_t have, int64_t want,
                       const char *of)
{
    return have == want ? ISO_OK
                        : iso_fail(ISO_EFORMAT, "%s: %s: %" PRId64 " %s for %" PRId64 " %s",
                                   at->path, at->lang, have, what, want, of);
}

/* Texts that may be missing. */
static iso_err texts(iso_h5_texts *out, const struct place *at, const char *what, int64_t want,
                     const char *of)
{
    iso_buf path = {0};
    iso_h5_kind kind;
    iso_err err = ISO_OK;

    ISO_TRY(path_of(&path, at, what));
    ISO_TRY(iso_h5_kind_of(&kind, at->h5, path.text));
    if (kind == ISO_H5_ABSENT)
        goto done;
    ISO_TRY(iso_h5_read_texts(out, at->h5, path.text));
    ISO_TRY(counted(at, what, out->count, want, of));
done:
    iso_buf_free(&path);
    return err;
}

/* Integers that may be missing (*out stays NULL). */
static iso_err integers(int64_t **out, int64_t *count, const struct place *at, const char *what)
{
    iso_buf path = {0};
    iso_h5_kind kind;
    iso_err err = ISO_OK;

    ISO_TRY(path_of(&path, at, what));
    ISO_TRY(iso_h5_kind_of(&kind, at->h5, path.text));
    if (kind != ISO_H5_ABSENT)
        ISO_TRY(iso_h5_read_ints(out, count, at->h5, path.text));
done:
    iso_buf_free(&path);
    return err;
}

/* Integers in [-1, limit), as int32. */
static iso_err indices(int32_t **out, const struct place *at, const char *what, int64_t want,
                       const char *of, int limit, const char *list)
{
    int64_t *wide = NULL, count = 0;
    int32_t *values = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(integers(&wide, &count, at, what));
    if (!wide)
        goto done;
    ISO_TRY(counted(at, what, count, want, of));
    ISO_TRY(iso_alloc(&values, count, sizeof *values));
    for (int64_t i = 0; i < count; i++) {
        if (wide[i] < -1 || wide[i] >= limit)
            ISO_FAIL(ISO_EFORMAT, "%s: %s: %s[%" PRId64 "] is %" PRId64 ", %s has %d entries",
                     at->path, at->lang, what, i, wide[i], list, limit);
        values[i] = (int32_t)wide[i];
    }
    *out = values;
    values = NULL;
done:
    iso_free(wide);
    iso_free(values);
    return err;
}

static iso_err read_offsets(iso_native_items *items, iso_lang *lang, const struct place *at)
{
    int64_t count = 0;
    iso_err err = ISO_OK;

    lang->items = lang->rows;
    ISO_TRY(integers(&items->offsets, &count, at, "offsets"));
    if (items->offsets) {
        ISO_TRY(iso_items_check_offsets(at->path, at->lang, items->offsets, count, lang->rows));
        lang->items = count - 1;
    }
done:
    return err;
}

iso_err iso_native_items_read(iso_native_items *items, iso_lang *lang, iso_h5 *h5, const char *path,
                              int64_t rows, int class_count, int tag_count)
{
    const struct place at = {h5, path, lang->name};
    int64_t count = 0;
    iso_err err = ISO_OK;

    lang->rows = rows;
    ISO_TRY(read_offsets(items, lang, &at));
    ISO_TRY(texts(&items->ids, &at, "ids", lang->items, "items"));
    ISO_TRY(iso_items_check_ids(path, lang->name, items->ids.at, items->ids.count));
    ISO_TRY(texts(&items->text, &at, "text", lang->items, "items"));
    ISO_TRY(texts(&items->text2, &at, "text2", lang->items, "items"));
    ISO_TRY(indices(&items->labels, &at, "labels", lang->items, "items", class_count, "/classes"));
    ISO_TRY(texts(&items->tokens, &at, "tokens", rows, "rows"));
    ISO_TRY(indices(&items->tags, &at, "tags", rows, "rows", tag_count, "/tagset"));
    ISO_TRY(integers(&items->counts, &count, &at, "counts"));
    if (items->counts)
        ISO_TRY(counted(&at, "counts", count, rows, "rows"));
    lang->ids = items->ids.at;
    lang->text = items->text.at;
    lang->text2 = items->text2.at;
    lang->tokens = items->tokens.at;
    lang->labels = items->labels;
    lang->tags = items->tags;
    lang->offsets = items->offsets;
    lang->counts = items->counts;
done:
    return err;
}

void iso_native_items_free(iso_native_items *items)
{
    iso_h5_texts_free(&items->ids);
    iso_h5_texts_free(&items->text);
    iso_h5_texts_free(&items->text2);
    iso_h5_texts_free(&items->tokens);
    iso_free(items->labels);
    iso_free(items->tags);
    iso_free(items->offsets);
    iso_free(items->counts);
}
