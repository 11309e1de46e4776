#include "lib/io/checkpoint.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/io/digest.h"
#include "lib/io/folder.h"
#include "lib/io/gguf.h"
#include "lib/io/weights.h"

static const struct {
    const char *name;
    iso_checkpoint_part part;
} known[] = {
    {"config.json", ISO_CHECKPOINT_CONFIG},
    {"adapter_config.json", ISO_CHECKPOINT_CONFIG},
    {"tokenizer_config.json", ISO_CHECKPOINT_TOKENIZER},
    {"special_tokens_map.json", ISO_CHECKPOINT_TOKENIZER},
    {"added_tokens.json", ISO_CHECKPOINT_TOKENIZER},
    {"vocab.txt", ISO_CHECKPOINT_TOKENIZER},
    {"vocab.json", ISO_CHECKPOINT_TOKENIZER},
    {"merges.txt", ISO_CHECKPOINT_TOKENIZER},
    {"sentencepiece.bpe.model", ISO_CHECKPOINT_TOKENIZER},
    {"spiece.model", ISO_CHECKPOINT_TOKENIZER},
    {"tokenizer.model", ISO_CHECKPOINT_TOKENIZER},
    {"tokenizer.json", ISO_CHECKPOINT_TOKENIZER},
    {"sentence_bert_config.json", ISO_CHECKPOINT_TOKENIZER},
};

static bool ends(const char *name, const char *suffix)
{
    const size_t n = strlen(name), s = strlen(suffix);

    return n > s && strcmp(name + n - s, suffix) == 0;
}

iso_checkpoint_part iso_checkpoint_part_of(const char *name)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) == 0)
            return known[i].part;
    }
    return ends(name, ".safetensors") || ends(name, ".safetensors.index.json") ||
                   ends(name, ".bin") || ends(name, ".gguf") || ends(name, ".bin.index.json")
               ? ISO_CHECKPOINT_WEIGHTS
               : ISO_CHECKPOINT_NONE;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void iso_checkpoint_list_free(char **names, int count)
{
    for (int i = 0; i < count; i++)
        iso_free(names[i]);
    iso_free(names);
}

static iso_err list_add(char ***list, int *n, const char *name)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_realloc(list, *n, *n + 1, sizeof **list));
    ISO_TRY(iso_str_dup(&(*list)[*n], name, -1));
    (*n)++;
done:
    return err;
}

iso_err iso_checkpoint_list(char ***names, int *count, const char *folder)
{
    const bool single = iso_gguf_is(folder);
    DIR *dir = single ? NULL : opendir(folder);
    char **list = NULL;
    int n = 0;
    iso_err err = ISO_OK;

    for (const struct dirent *e; dir && (e = readdir(dir));) {
        if (iso_checkpoint_part_of(e->d_name) != ISO_CHECKPOINT_NONE)
            ISO_TRY(list_add(&list, &n, e->d_name));
    }
    for (size_t i = 0; single && i < sizeof known / sizeof *known; i++) {
        if (iso_folder_has(folder, known[i].name))
            ISO_TRY(list_add(&list, &n, known[i].name));
    }
    if (n > 1)
        qsort(list, (size_t)n, sizeof *list, by_bytes);
    *names = list;
    *count = n;
    list = NULL;
    n = 0;
done:
    if (dir)
        (void)closedir(dir);
    iso_checkpoint_list_free(list, n);
    return err;
}

/* --- Identity --------------------------------------------------------------------------- */

/* Paths whose bytes count. */
struct paths {
    char **at;
    int count;
    int64_t bytes;
};

static void paths_free(struct paths *p)
{
    iso_checkpoint_list_free(p->at, p->count);
}

static iso_err paths_add(struct paths *p, const char *path)
{
    struct stat st;
    iso_err err = ISO_OK;

    ISO_TRY(iso_realloc(&p->at, p->count, p->count + 1, sizeof *p->at));
    ISO_TRY(iso_str_dup(&p->at[p->count], path, -1));
    p->count++;
    p->bytes += stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
done:
    return err;
}

static iso_err small_files(struct paths *p, const char *folder, bool tokenizer)
{
    char **names = NULL, *path = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_checkpoint_list(&names, &count, folder));
    for (int i = 0; i < count; i++) {
        const iso_checkpoint_part part = iso_checkpoint_part_of(names[i]);
        if (part != ISO_CHECKPOINT_CONFIG && !(tokenizer && part == ISO_CHECKPOINT_TOKENIZER))
            continue;
        ISO_TRY(iso_folder_path(&path, folder, names[i]));
        ISO_TRY(paths_add(p, path));
        iso_free(path);
        path = NULL;
    }
done:
    iso_free(path);
    iso_checkpoint_list_free(names, count);
    return err;
}

static iso_err weight_files(struct paths *p, const char *folder)
{
    iso_weights *w = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_weights_open(&w, folder));
    for (int64_t i = 0; i < iso_weights_files(w); i++)
        ISO_TRY(paths_add(p, iso_weights_file(w, i)));
done:
    iso_weights_close(w);
    return err;
}

iso_err iso_checkpoint_identity(iso_buf *out, const char *folder, bool tokenizer, bool weights,
                                const iso_run *run)
{
    char digest[ISO_DIGEST_SIZE];
    struct paths p = {0};
    int64_t done = 0;
    iso_err err = ISO_OK;

    const bool single = iso_gguf_is(folder);
    ISO_TRY(single ? paths_add(&p, folder) : small_files(&p, folder, tokenizer));
    if (weights && !single)
        ISO_TRY(weight_files(&p, folder));
    for (int i = 0; i < p.count; i++) {
        ISO_TRY(iso_digest_file(digest, p.at[i], run, "checking the model", &done, p.bytes));
        const char *slash = strrchr(p.at[i], '/');
        ISO_TRY(iso_buf_printf(out, "%s\t%s\n", slash ? slash + 1 : p.at[i], digest));
    }
    ISO_TRY(iso_run_step(run, "checking the model", done, p.bytes, "bytes"));
done:
    paths_free(&p);
    return err;
}
