#include "bin/inspect/inspect_checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/linalg/convert.h"

static const char *const signs[] = {
    "config.json",       "model.safetensors", "model.safetensors.index.json",
    "pytorch_model.bin", "modules.json",      "adapter_config.json",
    "snapshots"};

/* A folder that holds a GGUF file, and nothing else of a checkpoint. */
static bool leads_to_one(const char *input)
{
    char *encoder = NULL;
    const bool holds =
        iso_model_locate(NULL, &encoder, input) == ISO_OK && iso_folder_has(encoder, signs[0]);

    iso_free(encoder);
    return holds;
}

bool checkpoint_is(const char *input)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (iso_folder_has(input, signs[i]))
            return true;
    }
    return leads_to_one(input);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct heap *)a)->name, ((const struct heap *)b)->name);
}

/* Adds a tensor to the heap of that name; heaps are few, so a walk finds it. */
static iso_err pile(struct heap **heaps, int *count, const char *name, const char *layout,
                    int64_t bytes)
{
    iso_err err = ISO_OK;
    int i = 0;

    while (i < *count && strcmp((*heaps)[i].name, name) != 0)
        i++;
    if (i == *count) {
        ISO_TRY(iso_realloc(heaps, i, i + 1, sizeof **heaps));
        (*heaps)[i].name = name;
        (*heaps)[i].layout = layout;
        (*count)++;
    }
    (*heaps)[i].tensors++;
    (*heaps)[i].bytes += bytes;
done:
    return err;
}

static iso_err count_up(struct checkpoint *c)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < iso_weights_count(c->weights); i++) {
        const iso_weight *w = iso_weights_at(c->weights, i);
        c->bytes += w->stored;
        if (w->floats)
            c->numbers += w->bytes / (int64_t)iso_dtype_size(w->dtype);
        ISO_TRY(pile(&c->types, &c->type_count, w->type, NULL, w->stored));
        ISO_TRY(pile(&c->files, &c->file_count, w->file, w->layout, w->stored));
    }
    if (c->type_count > 0) {
        qsort(c->types, (size_t)c->type_count, sizeof *c->types, by_name);
        qsort(c->files, (size_t)c->file_count, sizeof *c->files, by_name);
    }
done:
    return err;
}

static iso_err read_numbers(struct checkpoint *c)
{
    const int64_t count = iso_weights_count(c->weights);
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->broken, count, sizeof *c->broken));
    for (int64_t i = 0; i < count; i++) {
        const iso_weight *w = iso_weights_at(c->weights, i);
        ISO_TRY(iso_run_step(term_current(), "reading", i, count, "tensors"));
        if (!w->floats)
            continue;
        const int64_t numbers = w->bytes / (int64_t)iso_dtype_size(w->dtype);
        if (!iso_view_finite(NULL, (iso_view){w->data, 1, numbers, numbers, w->dtype}))
            c->broken[c->broken_count++] = w->name;
    }
    ISO_TRY(iso_weights_whole(c->weights));
    c->read = true;
done:
    return err;
}

/* What a checkpoint does wrong is told, what we lack is a failure. */
static bool is_finding(iso_err err)
{
    return err != ISO_OK && err != ISO_ENOMEM && err != ISO_ECANCEL;
}

/* A finding is kept as its message, and no failure any more. */
static iso_err keep(char **message, iso_err err)
{
    return is_finding(err) ? iso_str_dup(message, iso_err_msg(), -1) : err;
}

iso_err checkpoint_look(struct checkpoint *c, const char *folder, bool quick)
{
    iso_err err = ISO_OK;

    *c = (struct checkpoint){.folder = folder};
    err = iso_model_locate(&c->root, &c->encoder, folder);
    if (is_finding(err))
        return keep(&c->cannot_run, err);
    if (!err)
        err = iso_nn_config_read(&c->config, c->encoder);
    c->understood = err == ISO_OK;
    if (!err || is_finding(err))
        err = iso_weights_open(&c->weights, c->encoder);
    if (!err || is_finding(err)) /* the encoder meets the same again and says so */
        err = keep(&c->cannot_run, iso_encoder_open(&c->network, c->encoder, NULL));
    if (!err)
        err = keep(&c->cannot_tokenize, iso_tokenizer_open(&c->tokenizer, c->encoder));
    if (!err && c->understood)
        err = keep(&c->cannot_prepare, iso_recipe_read(&c->recipe, c->root, c->config.C));
    if (!err && c->recipe.from)
        err = keep(&c->cannot_make, iso_sentence_check(&c->recipe));
    if (!err && c->weights)
        err = count_up(c);
    if (!err)
        err = checkpoint_look_beside(c);
    if (!err && c->weights && !quick)
        err = read_numbers(c);
    return err;
}

void checkpoint_free(struct checkpoint *c)
{
    iso_encoder_close(c->network);
    iso_recipe_free(&c->recipe);
    for (int i = 0; i < c->left_count; i++)
        iso_free(c->left[i]);
    iso_free(c->left);
    iso_free(c->root);
    iso_free(c->encoder);
    iso_free(c->cannot_prepare);
    iso_free(c->cannot_make);
    iso_weights_close(c->weights);
    iso_tokenizer_close(c->tokenizer);
    iso_free(c->cannot_run);
    iso_free(c->cannot_tokenize);
    iso_free(c->types);
    iso_free(c->files);
    iso_free(c->broken);
    *c = (struct checkpoint){0};
}

int64_t checkpoint_unused_count(const struct checkpoint *c)
{
    return c->network ? iso_encoder_unused(c->network) : 0;
}

const char *checkpoint_unused(const struct checkpoint *c, int64_t i)
{
    return iso_encoder_unused_name(c->network, i);
}

const char *checkpoint_broken(const struct checkpoint *c, int64_t i)
{
    return c->broken[i];
}

bool checkpoint_ids_beyond(const struct checkpoint *c)
{
    return c->understood && c->tokenizer && iso_tokenizer_size(c->tokenizer) > c->config.V;
}

const char *checkpoint_activation(const iso_nn_config *c)
{
    static const char *const names[] = {
        [ISO_GELU] = "gelu", [ISO_GELU_TANH] = "gelu, tanh form", [ISO_RELU] = "relu"};

    return names[c->activation];
}
