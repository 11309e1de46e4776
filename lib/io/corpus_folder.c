/* A folder with one file a language, as collections of texts are published. */
#include "lib/io/corpus.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/folder.h"

struct words {
    const char *folder;
    const iso_corpus_langs *langs;
    char **at;
    int count, room;
    int folders;             /* that were ignored */
    iso_buf unknown, passed; /* names, with their commas */
    int unknown_count, passed_count;
};

static void free_words(struct words *w)
{
    for (int i = 0; i < w->count; i++)
        iso_free(w->at[i]);
    iso_free(w->at);
    iso_buf_free(&w->unknown);
    iso_buf_free(&w->passed);
}

/* Names ----------------------------------------------------------------------------- */

static bool among(const char *const *list, const char *part, size_t len)
{
    for (; *list; list++) {
        if (strlen(*list) == len && strncasecmp(*list, part, len) == 0)
            return true;
    }
    return false;
}

static bool is_suffix(const char *part, size_t len)
{
    static const char *const list[] = {"txt",  "tsv",   "csv",    "jsonl", "ndjson",
                                       "json", "conll", "conllu", "ids",   NULL};

    return among(list, part, len);
}

static bool is_split(const char *part, size_t len)
{
    static const char *const list[] = {"train", "dev",   "devtest",    "test",
                                       "val",   "valid", "validation", NULL};

    return among(list, part, len);
}

/* Files about the others: nobody expects them among the texts. */
static bool is_about(const char *name)
{
    static const char *const list[] = {
        "readme",       "license",       "licence",  "copying", "notice",
        "changelog",    "contributing",  "citation", "authors", "requirements",
        "dataset_info", "dataset_infos", "metadata", NULL};

    return among(list, name, strcspn(name, "."));
}

/* A code, or one and a region: "eng-GB". */
static bool is_code(const struct words *w, const char *part, size_t len)
{
    char code[16];

    if (!w->langs || !w->langs->known || len == 0 || len >= sizeof code)
        return false;
    memcpy(code, part, len);
    code[len] = '\0';
    if (w->langs->known(code))
        return true;
    if (len < 5 || !strchr("-_", code[len - 3]) || !isupper((unsigned char)code[len - 2]) ||
        !isupper((unsigned char)code[len - 1]))
        return false;
    code[len - 3] = '\0';
    return w->langs->known(code);
}

static bool same_lang(const struct words *w, const char *a, const char *b)
{
    if (w->langs && w->langs->canonical) {
        a = w->langs->canonical(a);
        b = w->langs->canonical(b);
    }
    return strcmp(a, b) == 0;
}

/* What a file is called, taken apart. */
struct name {
    char *lang; /* NULL: it is no text */
    bool known;
};

static iso_err two_codes(const struct words *w, const char *name, const char *a, const char *b,
                         size_t len)
{
    return iso_fail(ISO_EFORMAT,
                    "%s/%s: is it of %s or of %.*s? name it LANG=%s/%s, without " ISO_FIELD(corpus),
                    w->folder, name, a, (int)len, b, w->folder, name);
}

/* The one code among the parts, if any. */
static iso_err find_code(struct name *out, const struct words *w, const char *name, size_t stem)
{
    char *again = NULL;
    iso_err err = ISO_OK;

    for (size_t at = 0, len; at <= stem; at += len + 1) {
        len = strcspn(name + at, ".");
        len = at + len > stem ? stem - at : len;
        if (!is_code(w, name + at, len))
            continue;
        iso_free(again);
        again = NULL;
        ISO_TRY(iso_str_dup(&again, name + at, (int64_t)len));
        if (out->lang && !same_lang(w, out->lang, again))
            ISO_TRY(two_codes(w, name, out->lang, name + at, len));
        if (!out->lang) {
            out->lang = again;
            again = NULL;
        }
        out->known = true;
    }
done:
    iso_free(again);
    return err;
}

static iso_err take_apart(struct name *out, const struct words *w, const char *name)
{
    const char *dot = strrchr(name, '.'), *last = dot ? dot + 1 : name;
    const size_t last_len = strlen(last);
    const bool suffix = dot && is_suffix(last, last_len);
    const size_t stem = suffix ? (size_t)(dot - name) : strlen(name);
    iso_err err = ISO_OK;

    *out = (struct name){0};
    if (stem == 0 || strchr(name, '='))
        return ISO_OK;
    if (strcmp(last, "sh") == 0) /* a script sooner than Serbo-Croatian */
        return ISO_OK;
    if (!suffix && !is_code(w, last, last_len) && !(dot && is_split(last, last_len)))
        return ISO_OK;
    ISO_TRY(find_code(out, w, name, stem));
    if (!out->lang && suffix)
        ISO_TRY(iso_str_dup(&out->lang, name, (int64_t)stem));
done:
    if (err) {
        iso_free(out->lang);
        out->lang = NULL;
    }
    return err;
}

/* The folder ------------------------------------------------------------------------ */

static iso_err speak_of(iso_buf *list, int *count, const char *name)
{
    enum { SHOWN = 200 };
    const bool first = ++*count == 1, full = list->len > SHOWN;

    if (full) /* once: the dots make it longer than that for good */
        return list->text[list->len - 1] == '.' ? ISO_OK : iso_buf_puts(list, ", ...");
    return iso_buf_printf(list, "%s%.60s", first ? "" : ", ", name);
}

static iso_err add_word(struct words *w, const struct name *name, const char *path)
{
    const int room = w->room ? 2 * w->room : 32;
    iso_buf word = {0};
    iso_err err = ISO_OK;

    if (w->count == w->room) {
        ISO_TRY(iso_realloc(&w->at, w->count, room, sizeof *w->at));
        w->room = room;
    }
    ISO_TRY(iso_buf_printf(&word, "%s=%s", name->lang, path));
    w->at[w->count++] = word.text;
    word = (iso_buf){0};
done:
    iso_buf_free(&word);
    return err;
}

/* A word for the file; nothing for a folder that is called like one. */
static iso_err add(struct words *w, const char *file)
{
    struct name name = {0};
    struct stat st;
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&path, w->folder, file));
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        w->folders++;
        goto done;
    }
    ISO_TRY(take_apart(&name, w, file));
    if (name.lang)
        ISO_TRY(add_word(w, &name, path));
    else
        ISO_TRY(speak_of(&w->passed, &w->passed_count, file));
    if (name.lang && !name.known && w->langs && w->langs->known)
        ISO_TRY(speak_of(&w->unknown, &w->unknown_count, name.lang));
done:
    iso_free(name.lang);
    iso_free(path);
    return err;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the folder in an order of their own, so that messages do not depend on the disk. */
static iso_err names_of(struct words *names, const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    iso_err err = ISO_OK;

    if (!dir)
        return iso_fail(ISO_EIO, "%s: %s", folder, strerror(errno));
    while (errno = 0, (entry = readdir(dir))) {
        const int room = names->room ? 2 * names->room : 32;
        if (entry->d_name[0] == '.' || is_about(entry->d_name))
            continue;
        if (names->count == names->room) {
            ISO_TRY(iso_realloc(&names->at, names->count, room, sizeof *names->at));
            names->room = room;
        }
        ISO_TRY(iso_str_dup(&names->at[names->count], entry->d_name, -1));
        names->count++;
    }
    if (errno)
        ISO_FAIL(ISO_EIO, "%s: %s", folder, strerror(errno));
    if (names->count > 0)
        qsort(names->at, (size_t)names->count, sizeof *names->at, by_bytes);
done:
    (void)closedir(dir);
    return err;
}

static iso_err list(struct words *w)
{
    struct words names = {0};
    iso_err err = ISO_OK;

    ISO_TRY(names_of(&names, w->folder));
    for (int i = 0; i < names.count; i++)
        ISO_TRY(add(w, names.at[i]));
    if (w->count == 0)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: holds no text; files are called LANG.txt, LANG.tsv, LANG.csv, "
                 "LANG.jsonl, LANG.conll or LANG.ids%s",
                 w->folder, w->folders > 0 ? "; of folders in it name the files: LANG=FILE" : "");
    if (w->count > 0)
        qsort(w->at, (size_t)w->count, sizeof *w->at, by_bytes);
done:
    free_words(&names);
    return err;
}

/* Of a word whose '=' is a NUL for the moment. */
static const char *path_of(const struct words *w, int i)
{
    return w->at[i] + strlen(w->at[i]) + 1;
}

static iso_err twice(const struct words *w, int first, int again, int more)
{
    char also[48] = "";

    if (more > 0)
        (void)snprintf(also, sizeof also, " (so are %d more)", more);
    return iso_fail(ISO_EFORMAT,
                    "%s: is the same language as %s%s; name the files you want, LANG=FILE, or keep "
                    "one of each language in the folder",
                    path_of(w, again), path_of(w, first), also);
}

/* No language has two files. */
static iso_err check_twice(struct words *w)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < w->count; i++)
        *strchr(w->at[i], '=') = '\0';
    for (int i = 0; i < w->count && !err; i++) {
        int again = -1, more = 0;
        for (int k = i + 1; k < w->count; k++) {
            if (!same_lang(w, w->at[i], w->at[k]))
                continue;
            more += again >= 0;
            again = again < 0 ? k : again;
        }
        if (again >= 0)
            err = twice(w, i, again, more);
    }
    for (int i = 0; i < w->count; i++)
        w->at[i][strlen(w->at[i])] = '=';
    return err;
}

static void tell(const struct words *w, const iso_run *run)
{
    if (w->passed_count > 0)
        iso_run_note(run, "%s: %d file%s ignored, not a text of a language: %s", w->folder,
                     w->passed_count, w->passed_count == 1 ? "" : "s", w->passed.text);
    if (w->unknown_count > 0)
        iso_run_note(run, "%s: taken as languages, though not known as codes: %s", w->folder,
                     w->unknown.text);
}

iso_err iso_corpus_folder(char ***words, int *count, const char *folder,
                          const iso_corpus_langs *langs, const iso_run *run)
{
    struct words w = {.folder = folder, .langs = langs};
    iso_err err = ISO_OK;

    ISO_TRY(list(&w));
    ISO_TRY(check_twice(&w));
    tell(&w, run);
    *words = w.at;
    *count = w.count;
    w.at = NULL;
    w.count = 0;
done:
    free_words(&w);
    return err;
}
