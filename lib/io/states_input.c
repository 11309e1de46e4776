#include "lib/io/states_input.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/foreign.h"

static bool exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

void iso_inputs_free(iso_inputs *list)
{
    for (int i = 0; i < list->count; i++) {
        iso_free(list->at[i].lang);
        iso_free(list->at[i].path);
        iso_free(list->at[i].dataset);
        iso_free(list->at[i].stem);
    }
    iso_free(list->at);
    *list = (iso_inputs){0};
}

/* What the word gives of the language, before the file is looked at. */
struct given {
    const char *lang;
    int64_t len; /* of lang */
    int layer;
};

/* The language a bare file is taken for ------------------------------------------- */

static int64_t drop(const char *name, int64_t len, const char *signs)
{
    while (len > 0 && strchr(signs, name[len - 1]))
        len--;
    return len;
}

/* "emb_" -> "emb", "bert-layer" -> "bert": what is left of a name whose layer was cut off. */
static int64_t drop_layer_word(const char *name, int64_t len)
{
    int64_t n = drop(name, len, "_-. ");

    if (n > 6 && memcmp(name + n - 5, "layer", 5) == 0 && strchr("_-. ", name[n - 6]))
        n = drop(name, n - 5, "_-. ");
    return n > 0 ? n : len;
}

/* `word` is the file as typed, with %d. */
static iso_err stem_of(char **out, const char *word)
{
    size_t end = strlen(word);

    while (end > 1 && word[end - 1] == '/') /* a folder's name is what stands before */
        end--;
    const char *slash = memrchr(word, '/', end), *name = slash ? slash + 1 : word;
    const char *dot = word[end] ? NULL : strrchr(name, '.'), *mark = strstr(name, "%d");
    int64_t len = dot && dot > name ? dot - name : (int64_t)(word + end - name);

    if (mark && mark > name && mark - name <= len)
        len = drop_layer_word(name, mark - name);
    return iso_str_dup(out, name, len);
}

/* Adding ----------------------------------------------------------------------------- */

static iso_err add(iso_inputs *list, const struct given *given, const char *path,
                   const char *dataset, const char *word, int layer)
{
    iso_err err = ISO_OK;

    if (list->count == list->room) {
        const int room = list->room ? 2 * list->room : 16;
        ISO_TRY(iso_realloc(&list->at, list->count, room, sizeof *list->at));
        list->room = room;
    }
    iso_input *in = &list->at[list->count++];
    *in = (iso_input){.layer = layer};
    if (given->lang)
        ISO_TRY(iso_str_dup(&in->lang, given->lang, given->len));
    if (dataset)
        ISO_TRY(iso_str_dup(&in->dataset, dataset, -1));
    ISO_TRY(iso_str_dup(&in->path, path, -1));
    ISO_TRY(stem_of(&in->stem, word));
done:
    return err;
}

/* The number between `head` and `tail` in a file's name, or -1. */
static int number_in(const char *name, const char *head, int64_t head_len, const char *tail)
{
    const int64_t len = (int64_t)strlen(name), tail_len = (int64_t)strlen(tail);
    const int64_t digits = len - head_len - tail_len;
    int value = 0;

    if (digits < 1 || digits > 6 || strncmp(name, head, (size_t)head_len) != 0 ||
        strcmp(name + len - tail_len, tail) != 0)
        return -1;
    for (const char *c = name + head_len; c < name + head_len + digits; c++) {
        if (!isdigit((unsigned char)*c))
            return -1;
        value = 10 * value + (*c - '0');
    }
    return value;
}

static int by_layer(const void *a, const void *b)
{
    const int x = ((const iso_input *)a)->layer, y = ((const iso_input *)b)->layer;
    return (x > y) - (x < y);
}

/* The parts of "dir/emb_%d.d/en.npy": folder "dir/", name "emb_" "%d" ".d", rest "/en.npy". */
struct pattern {
    int64_t folder;          /* bytes of the word up to the name that has %d */
    const char *head, *mark; /* that name; its %d */
    char *tail;              /* what follows %d in it */
    const char *rest;
};

static iso_err pattern_of(struct pattern *p, const char *word)
{
    p->mark = strstr(word, "%d");
    p->head = p->mark;
    while (p->head > word && p->head[-1] != '/')
        p->head--;
    p->folder = p->head - word;
    p->rest = strchr(p->mark, '/');
    if (!p->rest)
        p->rest = p->mark + strlen(p->mark);
    return iso_str_dup(&p->tail, p->mark + 2, p->rest - p->mark - 2);
}

static iso_err add_matches(iso_inputs *list, const struct given *given, const char *word,
                           const struct pattern *p, DIR *folder)
{
    iso_buf path = {0};
    iso_err err = ISO_OK;

    for (const struct dirent *d; (d = readdir(folder));) {
        const int layer = number_in(d->d_name, p->head, p->mark - p->head, p->tail);
        if (layer < 0)
            continue;
        path.len = 0;
        ISO_TRY(iso_buf_add(&path, word, p->folder));
        ISO_TRY(iso_buf_puts(&path, d->d_name));
        ISO_TRY(iso_buf_puts(&path, p->rest));
        if (exists(path.text))
            ISO_TRY(add(list, given, path.text, NULL, word, layer));
    }
done:
    iso_buf_free(&path);
    return err;
}

/* Sets *found when any file matches. */
static iso_err add_pattern(bool *found, iso_inputs *list, const struct given *given,
                           const char *word)
{
    struct pattern p = {0};
    const int from = list->count;
    char *name = NULL;
    DIR *folder = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(pattern_of(&p, word));
    ISO_TRY(iso_str_dup(&name, p.folder > 0 ? word : ".", p.folder > 0 ? p.folder : 1));
    folder = opendir(name);
    if (folder)
        ISO_TRY(add_matches(list, given, word, &p, folder));
    *found = list->count > from;
    if (!*found)
        goto done;
    ISO_NEED(!strstr(p.mark + 2, "%d"), "%s: %%d stands for the layer and can occur once", word);
    ISO_NEED(given->layer < 0, "%s: the layer is given twice, as %d and as %%d", word,
             given->layer);
    qsort(list->at + from, (size_t)(list->count - from), sizeof *list->at, by_layer);
done:
    if (folder)
        (void)closedir(folder);
    iso_free(name);
    iso_free(p.tail);
    return err;
}

/* "FILE:/path" where FILE exists; *found when it was that. */
static iso_err add_dataset(bool *found, iso_inputs *list, const struct given *given,
                           const char *word)
{
    char *path = NULL;
    iso_err err = ISO_OK;

    for (const char *c = strstr(word, ":/"); c && !*found; c = strstr(c + 1, ":/")) {
        if (c == word)
            continue;
        ISO_TRY(iso_str_dup(&path, word, c - word));
        if (exists(path)) {
            ISO_TRY(add(list, given, path, c + 1, path, given->layer));
            *found = true;
        }
        iso_free(path);
        path = NULL;
    }
done:
    iso_free(path);
    return err;
}

static iso_err add_file(bool *found, iso_inputs *list, const struct given *given, const char *word)
{
    *found = false;
    if (exists(word)) {
        *found = true;
        return add(list, given, word, NULL, word, given->layer);
    }
    iso_err err = add_dataset(found, list, given, word);
    if (!err && !*found && strstr(word, "%d"))
        err = add_pattern(found, list, given, word);
    return err;
}

/* "en", "en:3" before the equals sign. */
static iso_err parse_given(struct given *given, const char *word, const char *equals)
{
    const char *colon = equals;
    iso_err err = ISO_OK;

    *given = (struct given){word, equals - word, -1};
    while (colon > word && isdigit((unsigned char)colon[-1]))
        colon--;
    if (colon > word && colon[-1] == ':') {
        ISO_NEED(equals > colon && equals - colon <= 6,
                 "%s: a layer number is missing before the equals sign", word);
        given->len = colon - 1 - word;
        given->layer = (int)strtol(colon, NULL, 10);
    } else if (memchr(word, ':', (size_t)(equals - word))) {
        ISO_FAIL(ISO_EARG, "%s: what stands between colon and equals sign is not a layer number",
                 word);
    }
    ISO_NEED(given->len > 0, "%s: a language is missing before the equals sign", word);
    ISO_NEED(equals[1], "%s: a file is missing after the equals sign", word);
done:
    return err;
}

iso_err iso_inputs_add(iso_inputs *list, const char *word)
{
    struct given given = {NULL, 0, -1};
    const char *equals = word ? strchr(word, '=') : NULL, *file = word;
    bool found = false;
    iso_err err = ISO_OK;

    ISO_NEED(word && *word, "an empty word names no input");
    ISO_TRY(add_file(&found, list, &given, word));
    if (!found && equals) {
        ISO_TRY(parse_given(&given, word, equals));
        file = equals + 1;
        ISO_TRY(add_file(&found, list, &given, file));
    }
    if (!found && strstr(file, "%d"))
        ISO_FAIL(ISO_EIO, "%s: no file matches with a number in place of %%d", file);
    if (!found)
        ISO_TRY(iso_foreign_missing(file, errno == EACCES ? EACCES : ENOENT));
done:
    return err;
}
