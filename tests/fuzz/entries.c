#include "tests/fuzz/entries.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"

static const struct entry *const folders[] = {
    entries_corpus, entries_encode, entries_io,       entries_nn,
    entries_spm,    entries_text,   entries_transfer, entries_words,
};

const struct entry *entry_find(const char *name)
{
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        for (const struct entry *d = folders[i]; d->name; d++) {
            if (strcmp(d->name, name) == 0)
                return d;
        }
    }
    return NULL;
}

void promise(int kept, const char *what)
{
    if (kept)
        return;
    fprintf(stderr, "broken promise: %s (%s)\n", what, iso_err_msg());
    abort();
}

void promise_message(void)
{
    promise(*iso_err_msg() != '\0', "a failure says why");
    promise(!strchr(iso_err_msg(), '\n'), "in one line");
}

/* Files ------------------------------------------------------------------------- */

static char folder[4096];

static int clean_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static void clean(void)
{
    (void)nftw(folder, clean_one, 4, FTW_DEPTH | FTW_PHYS);
}

const char *file_folder(void)
{
    const char *base = getenv("TMPDIR");

    if (*folder)
        return folder;
    (void)snprintf(folder, sizeof folder, "%s/isogloss-fuzz-XXXXXX", base && *base ? base : "/tmp");
    promise(mkdtemp(folder) != NULL, "a temporary folder");
    (void)atexit(clean);
    return folder;
}

const char *file_called(const char *name, const uint8_t *data, size_t size)
{
    static char path[sizeof folder + 64];

    (void)snprintf(path, sizeof path, "%s/%s", file_folder(), name);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    promise(fd >= 0 && write(fd, data, size) == (ssize_t)size, "a temporary file");
    (void)close(fd);
    return path;
}

const char *file_of(const uint8_t *data, size_t size)
{
    return file_called("x.bin", data, size);
}

/* Bytes ------------------------------------------------------------------------- */

char *text_of(const uint8_t *data, size_t size)
{
    char *text = NULL;

    promise(iso_alloc(&text, (int64_t)size + 1, 1) == ISO_OK, "memory");
    if (size)
        memcpy(text, data, size);
    return text;
}

static volatile uint64_t touched;

void touch(const void *bytes, size_t count)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < count; i++)
        touched = touched * 31 + p[i];
}

void touch_text(const char *text)
{
    touch(text, strlen(text));
}
