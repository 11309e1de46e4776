/* A folder with one file a language. */
#include "lib/io/corpus.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/folder.h"

struct words {
    char **at;
    int count, room;
};

static void free_words(struct words *w)
{
    for (int i = 0; i < w->count; i++)
        iso_free(w->at[i]);
    iso_free(w->at);
}

/* Bytes of the language in LANG.txt; 0 for other names. */
static size_t stem(const char *name)
{
    static const char *const suffixes[] = {".txt", ".tsv", ".ids"};
    const char *dot = strrchr(name, '.');

    for (int i = 0; i < 3 && dot && name[0] != '.'; i++) {
        if (strcmp(dot, suffixes[i]) == 0)
            return (size_t)(dot - name);
    }
    return 0;
}

/* A word for the file; nothing for a folder that is called like one. */
static iso_err add(struct words *w, const char *folder, const char *name)
{
    const int room = w->room ? 2 * w->room : 32;
    struct stat st;
    char *path = NULL;
    iso_buf word = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&path, folder, name));
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        goto done;
    if (w->count == w->room) {
        ISO_TRY(iso_realloc(&w->at, w->count, room, sizeof *w->at));
        w->room = room;
    }
    ISO_TRY(iso_buf_add(&word, name, (int64_t)stem(name)));
    ISO_TRY(iso_buf_printf(&word, "=%s", path));
    w->at[w->count++] = word.text;
    word = (iso_buf){0};
done:
    iso_buf_free(&word);
    iso_free(path);
    return err;
}

static iso_err list(struct words *w, const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    iso_err err = ISO_OK;

    if (!dir)
        return iso_fail(ISO_EIO, "%s: %s", folder, strerror(errno));
    while (errno = 0, (entry = readdir(dir))) {
        if (stem(entry->d_name))
            ISO_TRY(add(w, folder, entry->d_name));
    }
    if (errno)
        ISO_FAIL(ISO_EIO, "%s: %s", folder, strerror(errno));
    if (w->count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no text; files are called LANG.txt, LANG.tsv or LANG.ids",
                 folder);
done:
    (void)closedir(dir);
    return err;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Equal languages are neighbours once sorted: '=' ends them. */
static iso_err check_twice(const struct words *w)
{
    for (int i = 1; i < w->count; i++) {
        const char *a = w->at[i - 1], *b = w->at[i];
        const size_t len = strcspn(b, "=");
        if (strncmp(a, b, len + 1) == 0)
            return iso_fail(ISO_EFORMAT, "%s: is the same language as %s; name the one you want",
                            b + len + 1, a + len + 1);
    }
    return ISO_OK;
}

iso_err iso_corpus_folder(char ***words, int *count, const char *folder)
{
    struct words w = {0};
    iso_err err = ISO_OK;

    ISO_TRY(list(&w, folder));
    qsort(w.at, (size_t)w.count, sizeof *w.at, by_bytes);
    ISO_TRY(check_twice(&w));
    *words = w.at;
    *count = w.count;
    w = (struct words){0};
done:
    free_words(&w);
    return err;
}
