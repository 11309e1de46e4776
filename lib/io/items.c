#include "lib/io/items.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"

iso_err iso_items_check_offsets(const char *path, const char *lang, const int64_t *offsets,
                                int64_t count, int64_t rows)
{
    if (count < 1 || offsets[0] != 0)
        return iso_fail(ISO_EFORMAT, "%s: %s: offsets do not begin with 0", path, lang);
    for (int64_t i = 1; i < count; i++) {
        if (offsets[i] < offsets[i - 1])
            return iso_fail(ISO_EFORMAT,
                            "%s: %s: offsets fall from %" PRId64 " to %" PRId64 " at item %" PRId64,
                            path, lang, offsets[i - 1], offsets[i], i - 1);
    }
    if (offsets[count - 1] != rows)
        return iso_fail(ISO_EFORMAT,
                        "%s: %s: offsets end at %" PRId64 ", the states have %" PRId64 " rows",
                        path, lang, offsets[count - 1], rows);
    return ISO_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

iso_err iso_items_check_ids(const char *path, const char *lang, const char *const *ids,
                            int64_t count)
{
    const char **sorted = NULL;
    iso_err err = ISO_OK;

    if (count < 2)
        return ISO_OK;
    ISO_TRY(iso_alloc(&sorted, count, sizeof *sorted));
    memcpy(sorted, ids, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, by_text);
    for (int64_t i = 1; i < count; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            ISO_FAIL(ISO_EFORMAT, "%s: %s: the id \"%.80s\" occurs twice", path, lang, sorted[i]);
    }
done:
    iso_free(sorted);
    return err;
}
