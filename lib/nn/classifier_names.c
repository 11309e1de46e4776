/* What the classes of a head are called. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/nn/classifier_inside.h"

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether the members of an object are called 0 … count − 1, each once, and are texts, which then
 * stand in names. */
static bool in_order(const char **names, int64_t count, const iso_json *labels)
{
    for (const iso_json *node = iso_json_first(labels); node; node = iso_json_next(node)) {
        const char *name = iso_json_text(node);
        int64_t i;
        if (!name || !iso_str_int(&i, iso_json_name(node)) || i < 0 || i >= count || names[i])
            return false;
        names[i] = name;
    }
    return true;
}

static bool all_different(const char **names, const char *const *of, int64_t count)
{
    memcpy(names, of, (size_t)count * sizeof *names);
    qsort(names, (size_t)count, sizeof *names, by_text);
    for (int64_t i = 1; i < count; i++) {
        if (strcmp(names[i], names[i - 1]) == 0)
            return false;
    }
    return true;
}

static iso_err name_all(iso_classifier *h, const char *const *names)
{
    iso_buf number = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&h->names, h->K, sizeof *h->names));
    for (int64_t i = 0; i < h->K; i++) {
        number.len = 0;
        if (!names)
            ISO_TRY(iso_buf_printf(&number, "LABEL_%lld", (long long)i));
        ISO_TRY(iso_str_dup(&h->names[i], names ? names[i] : number.text, -1));
    }
done:
    iso_buf_free(&number);
    return err;
}

iso_err iso_classifier_label(iso_classifier *h, const iso_json *config, const iso_weight *out)
{
    const iso_json *labels = iso_json_get(config, "id2label");
    const int64_t count = iso_json_is(labels) == ISO_JSON_OBJECT ? iso_json_count(labels) : 0;
    const char **names = NULL, **sorted = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&names, count, sizeof *names));
    ISO_TRY(iso_alloc(&sorted, count, sizeof *sorted));
    const bool good = count > 0 && in_order(names, count, labels);
    if (good && count != h->K)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: tensor %s is of %lld classes, id2label of config.json names %lld", out->file,
                 out->name, (long long)h->K, (long long)count);
    ISO_TRY(name_all(h, good && all_different(sorted, names, count) ? names : NULL));
done:
    iso_free(names);
    iso_free(sorted);
    return err;
}
