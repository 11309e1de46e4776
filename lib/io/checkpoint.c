#include "lib/io/checkpoint.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

static const struct {
    const char *name;
    iso_checkpoint_part part;
} known[] = {
    {"config.json", ISO_CHECKPOINT_CONFIG},
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
    return ends(name, ".safetensors") || ends(name, ".safetensors.index.json") || ends(name, ".bin")
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

iso_err iso_checkpoint_list(char ***names, int *count, const char *folder)
{
    DIR *dir = opendir(folder);
    char **list = NULL;
    int n = 0;
    iso_err err = ISO_OK;

    for (const struct dirent *e; dir && (e = readdir(dir));) {
        if (iso_checkpoint_part_of(e->d_name) == ISO_CHECKPOINT_NONE)
            continue;
        ISO_TRY(iso_realloc(&list, n, n + 1, sizeof *list));
        ISO_TRY(iso_str_dup(&list[n], e->d_name, -1));
        n++;
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
