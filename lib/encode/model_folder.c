/* The folder of a checkpoint: whether it is there, what files call it, and where in it the encoder
 * lies. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/encode/opened.h"
#include "lib/encode/recipe.h"
#include "lib/io/file.h"
#include "lib/io/folder.h"

enum { SHOWN = 5, HASH_MAX = 256 };

/* A model's name on a hub: NAME or OWNER/NAME, of letters, digits and "-_.". */
static bool is_hub_name(const char *text)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const size_t first = strspn(text, signs);
    const char *second = text[first] == '/' ? text + first + 1 : NULL;

    if (first == 0 || *text == '.' || (text[first] && !second))
        return false;
    return !second || (*second && !second[strspn(second, signs)]);
}

iso_err iso_model_find(const char *folder)
{
    static const char what[] =
        "a checkpoint is a folder with config.json, model.safetensors (or pytorch_model.bin) and "
        "the tokenizer's files, or a GGUF file";
    const char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;
    struct stat st;

    if (stat(folder, &st) == 0 || errno != ENOENT)
        return ISO_OK; /* what else may be wrong shows where its files are opened */
    if (!is_hub_name(folder))
        return iso_fail(ISO_EIO, ISO_FIELD(model) " %s: there is no such folder; %s", folder, what);
    return iso_fail(ISO_EIO,
                    ISO_FIELD(model) " %s: there is no such folder; %s. `git clone "
                                     "https://huggingface.co/%s` (with git-lfs) or "
                                     "`hf download %s --local-dir %s` "
                                     "fetches one; then " ISO_FIELD(model) " %s",
                    folder, what, folder, folder, name, name);
}

/* In a hub's cache a folder is called by a hash: .../models--OWNER--NAME/snapshots/HASH. Returns
 * where OWNER begins, or NULL; cuts the path behind NAME. */
static const char *cached_name(char *path)
{
    static const char begin[] = "/models--";
    char *cut = strstr(path, "/snapshots/"), *owner = NULL, *last = strrchr(path, '/');

    if (!cut && last && strncmp(last, begin, strlen(begin)) == 0)
        return last + strlen(begin);
    for (char *c = path; cut && c < cut; c++) {
        if (strncmp(c, "/models--", 9) == 0)
            owner = c + 9;
    }
    if (!owner || strchr(cut + 11, '/') || memchr(owner, '/', (size_t)(cut - owner)))
        return NULL;
    *cut = '\0';
    return owner;
}

/* OWNER--NAME, or NAME alone, as the hub writes it. */
static iso_err add_cached(iso_buf *to, const char *name)
{
    const char *owner_end = strstr(name, "--");
    iso_err err = ISO_OK;

    if (!owner_end)
        return iso_buf_puts(to, name);
    ISO_TRY(iso_buf_add(to, name, owner_end - name));
    ISO_TRY(iso_buf_printf(to, "/%s", owner_end + 2));
done:
    return err;
}

iso_err iso_model_called(iso_buf *out, const char *folder)
{
    char *path = realpath(folder, NULL);
    const char *cached = path ? cached_name(path) : NULL;
    const char *name = path ? strrchr(path, '/') : NULL;
    const iso_err err =
        cached ? add_cached(out, cached) : iso_buf_puts(out, name && name[1] ? name + 1 : folder);

    free(path);
    return err;
}

/* The names in a folder that begin and end so, in bytes' order of no importance: how many, and the
 * first.
 */
struct names {
    char *at[SHOWN];
    int count; /* of all */
};

static void names_free(struct names *n)
{
    for (int i = 0; i < SHOWN; i++)
        iso_free(n->at[i]);
    *n = (struct names){0};
}

static bool fits(const char *name, const char *begin, const char *end)
{
    const size_t n = strlen(name), e = strlen(end);

    return *name != '.' && strncmp(name, begin, strlen(begin)) == 0 && n >= e &&
           strcmp(name + n - e, end) == 0;
}

static iso_err list(struct names *out, const char *folder, const char *begin, const char *end)
{
    DIR *dir = opendir(folder);
    iso_err err = ISO_OK;

    for (const struct dirent *e; dir && (e = readdir(dir));) {
        if (!fits(e->d_name, begin, end))
            continue;
        if (out->count < SHOWN)
            ISO_TRY(iso_str_dup(&out->at[out->count], e->d_name, -1));
        out->count++;
    }
done:
    if (dir)
        (void)closedir(dir);
    return err;
}

static iso_err put_names(iso_buf *out, const struct names *n)
{
    const char *names[SHOWN];
    const int shown = n->count < SHOWN ? n->count : SHOWN;
    iso_err err = ISO_OK;

    for (int i = 0; i < shown; i++)
        names[i] = n->at[i];
    ISO_TRY(iso_buf_names(out, names, shown, shown));
    if (n->count > shown)
        ISO_TRY(iso_buf_printf(out, " and %d more", n->count - shown));
done:
    return err;
}

/* What refs/main names, without its line end; *out stays NULL where there is no such file. */
static iso_err read_ref(char **out, const char *folder)
{
    iso_file *file = NULL;
    char *path = NULL, text[HASH_MAX];
    iso_err err = ISO_OK;

    if (!iso_folder_has(folder, "refs/main"))
        return ISO_OK;
    ISO_TRY(iso_folder_path(&path, folder, "refs/main"));
    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(iso_file_fits(file, HASH_MAX - 1));
    ISO_TRY(iso_file_read(file, 0, text, file->size));
    text[file->size] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    if (!*text || strchr(text, '/') || *text == '.')
        ISO_FAIL(ISO_EFORMAT, "%s: names no snapshot", path);
    ISO_TRY(iso_str_dup(out, text, -1));
done:
    iso_file_close(file);
    iso_free(path);
    return err;
}

/* The snapshot of a model in a hub's cache: that of its main branch, or the only one. */
static iso_err choose_snapshot(char **out, const char *folder)
{
    struct names found = {0};
    char *all = NULL, *hash = NULL;
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&all, folder, "snapshots"));
    ISO_TRY(read_ref(&hash, folder));
    ISO_TRY(list(&found, all, "", ""));
    if ((!hash || !iso_folder_has(all, hash)) && found.count != 1) {
        ISO_TRY(put_names(&text, &found));
        ISO_FAIL(ISO_EIO, "%s: is a model in a hub's cache with %d snapshots%s%s: %s", folder,
                 found.count, found.count ? ", " : "", text.text ? text.text : "",
                 found.count ? "name one, as in " ISO_FIELD(model) " .../snapshots/HASH"
                             : "download it again");
    }
    ISO_TRY(iso_folder_path(out, all, hash && iso_folder_has(all, hash) ? hash : found.at[0]));
done:
    iso_buf_free(&text);
    names_free(&found);
    iso_free(all);
    iso_free(hash);
    return err;
}

static iso_err refuse_cache(const char *folder, const struct names *models)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(put_names(&text, models));
    ISO_FAIL(ISO_EIO, "%s: is a hub's cache: name a model in it: %s", folder, text.text);
done:
    iso_buf_free(&text);
    return err;
}

/* The one GGUF file of a folder that holds nothing else of a checkpoint, or the folder. */
static iso_err choose_gguf(char **out, const char *folder, const struct names *files)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (files->count == 0)
        return iso_str_dup(out, folder, -1);
    if (files->count > 1) {
        ISO_TRY(put_names(&text, files));
        ISO_FAIL(ISO_EIO, "%s: holds %d GGUF files: name one: %s", folder, files->count, text.text);
    }
    ISO_TRY(iso_folder_path(out, folder, files->at[0]));
done:
    iso_buf_free(&text);
    return err;
}

/* Where a checkpoint lies in a folder that may be a hub's cache or hold a GGUF file. */
static iso_err find_root(char **out, const char *folder)
{
    struct names models = {0}, files = {0};
    const bool plain = iso_folder_has(folder, "config.json") ||
                       iso_folder_has(folder, "modules.json") ||
                       iso_folder_has(folder, "adapter_config.json");
    iso_err err = ISO_OK;

    if (!iso_folder_has(folder, "config.json") && iso_folder_has(folder, "snapshots"))
        return choose_snapshot(out, folder);
    if (plain)
        return iso_str_dup(out, folder, -1);
    ISO_TRY(list(&models, folder, "models--", ""));
    if (models.count > 0)
        ISO_TRY(refuse_cache(folder, &models));
    ISO_TRY(list(&files, folder, "", ".gguf"));
    ISO_TRY(choose_gguf(out, folder, &files));
done:
    names_free(&models);
    names_free(&files);
    return err;
}

iso_err iso_model_locate(char **root, char **encoder, const char *folder)
{
    char *base = NULL, *within = NULL, *inner = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find_root(&base, folder));
    ISO_TRY(iso_recipe_encoder(&within, base));
    if (*within)
        ISO_TRY(iso_folder_path(&inner, base, within));
    else
        ISO_TRY(iso_str_dup(&inner, base, -1));
    if (root) {
        *root = base;
        base = NULL;
    }
    *encoder = inner;
    inner = NULL;
done:
    iso_free(base);
    iso_free(within);
    iso_free(inner);
    return err;
}

iso_err iso_model_tokenizer_open(iso_tokenizer **out, const char *folder)
{
    char *encoder = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_model_find(folder));
    ISO_TRY(iso_model_locate(NULL, &encoder, folder));
    ISO_TRY(iso_tokenizer_open(out, encoder));
done:
    iso_free(encoder);
    return err;
}
