/* The labels of texts as classes. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/encode/encoding.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts names and lets go of copies. */
static int64_t distinct(const char **name, int64_t count)
{
    int64_t kept = 0;

    if (count > 0)
        qsort(name, (size_t)count, sizeof *name, by_name);
    for (int64_t k = 0; k < count; k++) {
        if (kept == 0 || strcmp(name[kept - 1], name[k]) != 0)
            name[kept++] = name[k];
    }
    return kept;
}

iso_err iso_encoding_classes(struct encoding_classes *c, const struct encoding *e)
{
    int64_t count = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < e->lang_count; i++) {
        const iso_corpus *corpus = &e->lang[i].corpus;
        if (!corpus->labels)
            continue;
        ISO_TRY(iso_realloc(&c->name, count, count + corpus->items, sizeof *c->name));
        for (int64_t k = 0; k < corpus->items; k++) {
            if (corpus->labels[k] && *corpus->labels[k])
                c->name[count++] = corpus->labels[k];
        }
        count = distinct(c->name, count);
        c->count = (int)count;
    }
done:
    return err;
}

int32_t iso_encoding_class(const struct encoding_classes *c, const char *label)
{
    if (!label || !*label)
        return -1;
    const char **at = bsearch(&label, c->name, (size_t)c->count, sizeof *c->name, by_name);
    return at ? (int32_t)(at - c->name) : -1;
}

void iso_encoding_classes_free(struct encoding_classes *c)
{
    iso_free(c->name);
    *c = (struct encoding_classes){0};
}
