#include "lib/io/gguf_folder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/io/gguf_folder_inside.h"
#include "lib/io/json.h"

enum { KEY_MAX = 128 };

/* --- config.json ------------------------------------------------------------------------------ */

/* The fewest digits that make the same f32. */
static iso_err add_single(iso_buf *out, double value)
{
    char text[32];

    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtof(text, NULL) == (float)value)
            break;
    }
    return iso_buf_puts(out, text);
}

/* The rows of a table, 0 where there is none. */
static int64_t rows_of(const iso_gguf *g, const char *tensor)
{
    const iso_gguf_tensor *t = iso_gguf_tensor_find(g, tensor);

    return t && t->rank == 2 ? t->shape[0] : 0;
}

static iso_err add_sizes(iso_buf *out, const iso_gguf *g, const char *family)
{
    static const struct {
        const char *of_gguf, *ours;
    } sizes[] = {{"block_count", "num_hidden_layers"},
                 {"embedding_length", "hidden_size"},
                 {"feed_forward_length", "intermediate_size"},
                 {"attention.head_count", "num_attention_heads"}};
    char key[KEY_MAX];
    int64_t n = 0;
    double eps = 0;
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        snprintf(key, sizeof key, "%s.%s", family, sizes[i].of_gguf);
        if (!iso_gguf_int(&n, g, key))
            ISO_FAIL(ISO_EFORMAT, "%s: has no whole number %s", g->path, key);
        ISO_TRY(iso_buf_printf(out, ",\n \"%s\": %" PRId64, sizes[i].ours, n));
    }
    snprintf(key, sizeof key, "%s.attention.layer_norm_epsilon", family);
    if (!iso_gguf_number(&eps, g, key) || !(eps > 0 && eps < 1))
        ISO_FAIL(ISO_EFORMAT, "%s: has no number %s between 0 and 1", g->path, key);
    ISO_TRY(iso_buf_puts(out, ",\n \"layer_norm_eps\": "));
    ISO_TRY(add_single(out, eps));
done:
    return err;
}

/* Of a family that is not read the name is enough: config.json's reader refuses it. What a file
 * does not say is as all its family have it: gelu (llama.cpp computes an approximation of it). */
static iso_err write_config(iso_buf *out, const iso_gguf *g)
{
    static const char family[] = "bert";
    const iso_gguf_fact *said = iso_gguf_find(g, "general.architecture");
    int64_t len = 0, at = 0, padding = 0;
    const char *name = iso_gguf_next(&len, &at, said);
    char *copy = NULL;
    bool causal = false;
    iso_err err = ISO_OK;

    if (!name)
        ISO_FAIL(ISO_EFORMAT, "%s: has no general.architecture", g->path);
    ISO_TRY(iso_str_dup(&copy, name, len));
    ISO_TRY(iso_buf_puts(out, "{\"model_type\": "));
    ISO_TRY(iso_json_quote(out, copy));
    if (strcmp(copy, family) != 0)
        goto end;
    ISO_TRY(add_sizes(out, g, family));
    (void)iso_gguf_int(&padding, g, "tokenizer.ggml.padding_token_id");
    (void)iso_gguf_truth(&causal, g, "bert.attention.causal");
    ISO_TRY(iso_buf_printf(out,
                           ",\n \"vocab_size\": %" PRId64
                           ",\n \"max_position_embeddings\": %" PRId64
                           ",\n \"type_vocab_size\": %" PRId64 ",\n \"pad_token_id\": %" PRId64
                           ",\n \"hidden_act\": \"gelu\",\n \"is_decoder\": %s",
                           rows_of(g, "token_embd.weight"), rows_of(g, "position_embd.weight"),
                           rows_of(g, "token_types.weight"), padding, causal ? "true" : "false"));
end:
    ISO_TRY(iso_buf_puts(out, "}\n"));
done:
    iso_free(copy);
    return err;
}

/* --- The recipe of a sentence ----------------------------------------------------------------- */

/* What sentence-transformers calls a pooling: llama.cpp's numbers 1 to 3; NULL for none. */
static const char *pooling(const iso_gguf *g)
{
    static const char *const modes[] = {NULL, "mean", "cls", "lasttoken"};
    int64_t type = 0;

    (void)iso_gguf_int(&type, g, "bert.pooling_type");
    return type > 0 && type < (int64_t)(sizeof modes / sizeof *modes) ? modes[type] : NULL;
}

static iso_err write_modules(iso_buf *out, const iso_gguf *g)
{
    (void)g;
    return iso_buf_puts(
        out,
        "[{\"idx\": 0, \"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"},\n"
        " {\"idx\": 1, \"path\": \"1_Pooling\", \"type\": "
        "\"sentence_transformers.models.Pooling\"}]\n");
}

static iso_err write_pooling(iso_buf *out, const iso_gguf *g)
{
    int64_t dims = 0;

    (void)iso_gguf_int(&dims, g, "bert.embedding_length");
    return iso_buf_printf(out,
                          "{\"word_embedding_dimension\": %" PRId64 ", \"pooling_mode\": \"%s\"}\n",
                          dims, pooling(g));
}

/* --- The folder ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    bool pooled;                                       /* only where a pooling is named */
    iso_err (*write)(iso_buf *out, const iso_gguf *g); /* NULL: a folder */
} files[] = {
    {"config.json", false, write_config},
    {"tokenizer.json", false, iso_gguf_tokenizer},
    {"tokenizer_config.json", false, iso_gguf_tokenizer_config},
    {"modules.json", true, write_modules},
    {"1_Pooling", true, NULL},
    {"1_Pooling/config.json", true, write_pooling},
};

enum { FILES = sizeof files / sizeof *files };

/* Where in `path` the name of a GGUF file ends; 0: it leads through none. */
static int64_t end_of_file(const char *path)
{
    char *copy = NULL;
    int64_t end = 0;

    if (access(path, F_OK) == 0 || errno != ENOTDIR || iso_str_dup(&copy, path, -1) != ISO_OK)
        return 0;
    for (char *cut; end == 0 && (cut = strrchr(copy, '/')) && cut > copy;) {
        *cut = '\0';
        end = iso_gguf_is(copy) ? cut - copy : 0;
    }
    iso_free(copy);
    return end;
}

static int find_file(const char *name)
{
    int i = 0;

    name += strspn(name, "/");
    while (i < FILES && strcmp(files[i].name, name) != 0)
        i++;
    return i;
}

/* Opens the file behind the first `end` bytes of a path. */
static iso_err open_part(iso_gguf *g, const char *path, int64_t end)
{
    char *file = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_str_dup(&file, path, end));
    ISO_TRY(iso_gguf_open(g, file));
done:
    iso_free(file);
    return err;
}

bool iso_gguf_has(const char *path)
{
    const int64_t end = end_of_file(path);
    const int i = end ? find_file(path + end) : FILES;
    iso_gguf g = {0};
    bool there = i < FILES && !files[i].pooled;

    if (i < FILES && files[i].pooled && open_part(&g, path, end) == ISO_OK)
        there = pooling(&g) != NULL;
    iso_gguf_close(&g);
    return there;
}

iso_err iso_gguf_text(iso_buf *out, bool *found, const char *path)
{
    const int64_t end = end_of_file(path);
    const int i = end ? find_file(path + end) : FILES;
    iso_gguf g = {0};
    iso_err err = ISO_OK;

    *found = false;
    if (i == FILES || !files[i].write)
        return ISO_OK;
    ISO_TRY(open_part(&g, path, end));
    *found = !files[i].pooled || pooling(&g);
    if (*found)
        ISO_TRY(files[i].write(out, &g));
done:
    iso_gguf_close(&g);
    return err;
}
