/* No id names two items. Sorting cannot be made slow by chosen ids, as hashing could. */
#include "lib/io/corpus_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"

/* Equal texts in the order of their items, which is that of the pointers to them. */
static int by_text(const void *a, const void *b)
{
    const char *const *x = *(const char *const *const *)a, *const *y =
                                                               *(const char *const *const *)b;
    const int order = strcmp(*x, *y);

    return order ? order : (x > y) - (x < y);
}

static const struct corpus_file *file_of(const struct iso_corpus_store *s, int64_t item)
{
    int i = s->file_count - 1;

    while (i > 0 && s->files[i].first > item)
        i--;
    return &s->files[i];
}

static int64_t line_of(const struct iso_corpus_store *s, int64_t item)
{
    const struct corpus_file *file = file_of(s, item);

    return item - file->first + file->before + 1;
}

static const char *unit_of(const struct corpus_file *file)
{
    return file->loose ? "item" : "line";
}

static iso_err twice(const struct iso_corpus_store *s, int64_t first, int64_t again)
{
    const struct corpus_file *a = file_of(s, first), *b = file_of(s, again);

    return iso_fail(ISO_EFORMAT,
                    "%s: %s %" PRId64 ": id \"%.60s\" is that of %s %" PRId64
                    "%s%s; ids join rows and must differ (" ISO_FIELD(columns) " id= takes none)",
                    b->path, unit_of(b), line_of(s, again), s->column[CORPUS_ID][first], unit_of(a),
                    line_of(s, first), strcmp(a->path, b->path) ? " of " : "",
                    strcmp(a->path, b->path) ? a->path : "");
}

iso_err iso_corpus_unique(const struct iso_corpus_store *s)
{
    const char **ids = s->column[CORPUS_ID], ***sorted = NULL;
    int64_t first = -1, again = INT64_MAX;
    iso_err err = ISO_OK;

    if (!ids)
        return ISO_OK;
    ISO_TRY(iso_alloc(&sorted, s->items, sizeof *sorted));
    for (int64_t i = 0; i < s->items; i++)
        sorted[i] = &ids[i];
    qsort(sorted, (size_t)s->items, sizeof *sorted, by_text);
    for (int64_t i = 1; i < s->items; i++) {
        if (sorted[i] - ids < again && strcmp(*sorted[i - 1], *sorted[i]) == 0) {
            first = sorted[i - 1] - ids;
            again = sorted[i] - ids;
        }
    }
    if (first >= 0)
        err = twice(s, first, again);
done:
    iso_free(sorted);
    return err;
}
