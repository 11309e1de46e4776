/* Parts of the encoder by their names, "embeddings,1-3", and which of them learn. */
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/ranges.h"

/* "embeddings" is no range: it is taken out of a list. */
static iso_err part(bool *embeddings, iso_buf *layers, const char *list)
{
    char word[64];
    iso_err err = ISO_OK;

    *embeddings = false;
    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        if (strcmp(word, "embeddings") == 0)
            *embeddings = true;
        else
            ISO_TRY(iso_buf_printf(layers, "%s%s", layers->len ? "," : "", word));
    }
done:
    return err;
}

iso_err iso_train_check_parts(const char *list)
{
    iso_buf layers = {0};
    bool embeddings;
    iso_err err = ISO_OK;

    if (!list)
        return ISO_OK;
    ISO_TRY(part(&embeddings, &layers, list));
    ISO_TRY(iso_ranges_check(layers.text));
done:
    iso_buf_free(&layers);
    return err;
}

iso_err iso_train_parts(bool *embeddings, bool *layers, const struct training *t, const char *list)
{
    const int L = t->encoder->config.L;
    iso_buf numbers = {0};
    int *layer = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&layer, L, sizeof *layer));
    for (int k = 0; k < L; k++)
        layer[k] = k + 1;
    ISO_TRY(part(embeddings, &numbers, list));
    if (numbers.len > 0)
        ISO_TRY(
            iso_ranges_take(layers, numbers.text, layer, L, 0, iso_model_about(t->model)->name));
done:
    iso_free(layer);
    iso_buf_free(&numbers);
    return err;
}

static void freeze(struct training *t, bool embeddings, const bool *layers)
{
    iso_trained_freeze(t->encoder, embeddings, layers);
    for (int i = 0; i < t->own.count - 1; i++)
        iso_trained_freeze(t->own.siblings[i], embeddings, layers);
}

iso_err iso_train_freeze(struct training *t)
{
    const bool own = t->own.count > 0 && !iso_train_masked(&t->opt);
    bool *take = NULL, embeddings = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&take, t->encoder->config.L, sizeof *take));
    if (t->opt.freeze)
        ISO_TRY(iso_train_parts(&embeddings, take, t, t->opt.freeze));
    for (int k = 0; own && k < t->encoder->config.L; k++)
        take[k] = take[k] || t->own.layers[k];
    freeze(t, embeddings || (own && t->own.embeddings), take);
done:
    iso_free(take);
    return err;
}
