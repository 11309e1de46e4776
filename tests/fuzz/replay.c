/* Takes files through an entry point without a fuzzer: whole, cut short at many places, and with
 * single bits turned (some: every sixteenth of these), or with every byte set to other values.
 * Usage: replay ENTRY whole|some|changed|every FILE-OR-FOLDER... */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/entries.h"

enum { CUTS = 32, FLIPS = 128 };

/* A copy of just this size, so that a sanitizer sees the first byte beyond. */
static void enter_copy(const struct entry *entry, const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        abort();
    memcpy(copy, data, size);
    entry->enter(copy, size);
    free(copy);
}

static void enter_changed(const struct entry *entry, uint8_t *data, size_t size, size_t step)
{
    for (size_t i = 0; i < CUTS; i += step)
        enter_copy(entry, data, size * i / CUTS);
    for (size_t i = step / 2; i < FLIPS && size > 0; i += step) {
        const size_t at = size * i / FLIPS;
        data[at] ^= (uint8_t)(1u << i % 8);
        enter_copy(entry, data, size);
        data[at] ^= (uint8_t)(1u << i % 8);
    }
}

/* Every byte at its extremes and one off. */
static void enter_every(const struct entry *entry, uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const uint8_t was = data[i];
        const uint8_t values[] = {0, 0xFF, (uint8_t)(was + 1), was ^ 0x80};
        for (size_t k = 0; k < sizeof values; k++) {
            data[i] = values[k];
            if (values[k] != was)
                enter_copy(entry, data, size);
        }
        data[i] = was;
    }
}

static void replay_file(const struct entry *entry, const char *path, const char *how)
{
    static uint8_t data[1 << 20];
    FILE *f = fopen(path, "rb");

    if (!f) {
        perror(path);
        exit(1);
    }
    const size_t size = fread(data, 1, sizeof data, f);
    fclose(f);
    enter_copy(entry, data, size);
    if (strcmp(how, "changed") == 0 || strcmp(how, "some") == 0)
        enter_changed(entry, data, size, *how == 's' ? 16 : 1);
    if (strcmp(how, "every") == 0)
        enter_every(entry, data, size);
}

static int replay(const struct entry *entry, const char *path, const char *how)
{
    struct stat st;
    int count = 0;
    char inside[4096];

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        replay_file(entry, path, how);
        return 1;
    }
    DIR *folder = opendir(path);
    for (const struct dirent *e = folder ? readdir(folder) : NULL; e; e = readdir(folder)) {
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(inside, sizeof inside, "%s/%s", path, e->d_name);
        replay_file(entry, inside, how);
        count++;
    }
    if (folder)
        closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    const struct entry *entry = argc > 3 ? entry_find(argv[1]) : NULL;
    int count = 0;

    if (!entry) {
        fprintf(stderr, "usage: replay ENTRY whole|some|changed|every FILE-OR-FOLDER...\n");
        return 2;
    }
    for (int i = 3; i < argc; i++)
        count += replay(entry, argv[i], argv[2]);
    printf("%s: %d files\n", entry->name, count);
    return count == 0;
}
