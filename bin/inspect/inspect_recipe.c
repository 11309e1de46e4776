/* How a checkpoint makes vectors of texts, and which of its files nothing here reads. */
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bin/inspect/inspect.h"
#include "bin/inspect/inspect_checkpoint.h"
#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/io/json.h"

/* --- What is left ---------------------------------------------------------------------------- */

static bool in_list(const char *name, const char *const *list, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(name, list[i]) == 0)
            return true;
    }
    return false;
}

/* Whether the path of a folder, or of a file in one, is within `name` of the root. */
static bool lies_in(const char *path, const struct checkpoint *c, const char *name)
{
    const size_t root = strlen(c->root), len = strlen(name);

    if (!path || strncmp(path, c->root, root) != 0)
        return false;
    path += root;
    path += strspn(path, "/");
    return strncmp(path, name, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool of_recipe(const struct checkpoint *c, const char *name)
{
    const iso_recipe *r = &c->recipe;
    bool used = lies_in(r->from, c, name) || lies_in(r->pool_from, c, name) ||
                lies_in(r->length_from, c, name) || lies_in(r->prompts_from, c, name) ||
                lies_in(c->encoder, c, name);

    for (int i = 0; i < r->steps; i++)
        used = used || lies_in(r->step[i].folder, c, name);
    return used;
}

/* "2_Normalize": the folder of a module that has nothing to be read. */
static bool of_module(const char *name)
{
    const size_t digits = strspn(name, "0123456789");

    return digits > 0 &&
           (strcmp(name + digits, "_Normalize") == 0 || strcmp(name + digits, "_Dropout") == 0);
}

static bool is_read(const struct checkpoint *c, const char *name)
{
    static const char *const small[] = {"config.json",
                                        "adapter_config.json",
                                        "tokenizer_config.json",
                                        "added_tokens.json",
                                        "special_tokens_map.json",
                                        "tokenizer.json",
                                        "model.safetensors.index.json",
                                        "pytorch_model.bin.index.json",
                                        "vocab.txt",
                                        "sentencepiece.bpe.model",
                                        "spiece.model",
                                        "tokenizer.model"};
    bool used =
        in_list(name, small, sizeof small / sizeof *small) || of_recipe(c, name) || of_module(name);

    for (int i = 0; i < c->file_count; i++)
        used = used || lies_in(c->files[i].name, c, name);
    return used;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

iso_err checkpoint_look_beside(struct checkpoint *c)
{
    DIR *dir = opendir(c->root);
    iso_err err = ISO_OK;

    for (const struct dirent *e; dir && (e = readdir(dir));) {
        if (*e->d_name == '.' || is_read(c, e->d_name))
            continue;
        ISO_TRY(iso_realloc(&c->left, c->left_count, c->left_count + 1, sizeof *c->left));
        ISO_TRY(iso_str_dup(&c->left[c->left_count], e->d_name, -1));
        c->left_count++;
    }
    if (c->left_count > 1)
        qsort(c->left, (size_t)c->left_count, sizeof *c->left, by_bytes);
done:
    if (dir)
        (void)closedir(dir);
    return err;
}

iso_err checkpoint_left_table(iso_buf *out, const struct checkpoint *c)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < c->left_count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : "not read: "));
        ISO_TRY(inspect_name(out, c->left[i], 0));
    }
    if (c->left_count > 0)
        ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

/* --- The recipe ------------------------------------------------------------------------------ */

/* " (1_Pooling/config.json)": a path within the root. */
static iso_err put_from(iso_buf *out, const char *path, const struct checkpoint *c)
{
    iso_err err = ISO_OK;

    if (path && strncmp(path, c->root, strlen(c->root)) == 0) {
        path += strlen(c->root);
        path += strspn(path, "/");
    }
    if (path) {
        ISO_TRY(iso_buf_puts(out, " ("));
        ISO_TRY(inspect_name(out, path, 0));
        ISO_TRY(iso_buf_puts(out, ")"));
    }
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

/* "text         up to 256 tokens, in lower case (sentence_bert_config.json)" */
static iso_err put_texts(iso_buf *out, const struct checkpoint *c)
{
    const iso_recipe *r = &c->recipe;
    iso_err err = ISO_OK;

    if (r->max_length == 0 && !r->lower_case)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(out, "text         "));
    if (r->max_length > 0)
        ISO_TRY(iso_buf_printf(out, "up to %" PRId64 " tokens", r->max_length));
    if (r->lower_case)
        ISO_TRY(iso_buf_printf(out, "%sin lower case", r->max_length > 0 ? ", " : ""));
    ISO_TRY(put_from(out, r->length_from, c));
done:
    return err;
}

static iso_err put_prompts(iso_buf *out, const struct checkpoint *c)
{
    const iso_recipe *r = &c->recipe;
    iso_err err = ISO_OK;

    if (r->prompts == 0)
        return ISO_OK;
    for (int i = 0; i < r->prompts; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : "prompts      "));
        ISO_TRY(inspect_name(out, r->prompt[i].name, 0));
        ISO_TRY(iso_buf_puts(out, " \""));
        ISO_TRY(inspect_name(out, r->prompt[i].text, 0));
        ISO_TRY(iso_buf_puts(out, "\""));
    }
    ISO_TRY(iso_buf_puts(out, "; usual: "));
    ISO_TRY(inspect_name(out, r->usual_prompt ? r->usual_prompt : "none", 0));
    ISO_TRY(put_from(out, r->prompts_from, c));
done:
    return err;
}

iso_err checkpoint_recipe_table(iso_buf *out, const struct checkpoint *c)
{
    const iso_recipe *r = &c->recipe;
    iso_err err = ISO_OK;

    ISO_TRY(put_texts(out, c));
    ISO_TRY(put_prompts(out, c));
    if (!r->from || c->cannot_make)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(out, "sentence     layer %d, %" PRId64 " dimensions: ", c->config.L + 1,
                           r->dims));
    ISO_TRY(iso_recipe_describe(out, r));
    ISO_TRY(put_from(out, r->pool_from, c));
done:
    return err;
}

static iso_err put_sentence(iso_buf *out, const struct checkpoint *c)
{
    const iso_recipe *r = &c->recipe;
    iso_buf how = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_recipe_describe(&how, r));
    ISO_TRY(iso_buf_printf(out, ",\n  \"sentence\": {\"layer\": %d", c->config.L + 1));
    if (!c->cannot_make)
        ISO_TRY(iso_buf_printf(out, ", \"dim\": %" PRId64, r->dims));
    ISO_TRY(iso_json_member(out, "recipe", c->cannot_make ? NULL : how.text));
    ISO_TRY(iso_json_member(out, "refused", c->cannot_make));
    if (r->max_length > 0)
        ISO_TRY(iso_buf_printf(out, ", \"max_length\": %" PRId64, r->max_length));
    ISO_TRY(iso_buf_printf(out, ", \"lower_case\": %s, \"prompts\": {",
                           r->lower_case ? "true" : "false"));
    for (int i = 0; i < r->prompts; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
        ISO_TRY(iso_json_quote(out, r->prompt[i].name));
        ISO_TRY(iso_buf_puts(out, ": "));
        ISO_TRY(iso_json_quote(out, r->prompt[i].text));
    }
    ISO_TRY(iso_buf_puts(out, "}"));
    ISO_TRY(iso_json_member(out, "usual_prompt", r->usual_prompt));
    ISO_TRY(iso_buf_puts(out, "}"));
done:
    iso_buf_free(&how);
    return err;
}

iso_err checkpoint_recipe_json(iso_buf *out, const struct checkpoint *c)
{
    iso_err err = ISO_OK;

    if (c->recipe.from)
        ISO_TRY(put_sentence(out, c));
    ISO_TRY(iso_buf_puts(out, ",\n  \"not_read\": ["));
    for (int i = 0; i < c->left_count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
        ISO_TRY(iso_json_quote(out, c->left[i]));
    }
    ISO_TRY(iso_buf_puts(out, "]"));
done:
    return err;
}
