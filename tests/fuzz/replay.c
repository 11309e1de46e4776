/* Takes files through a door without a fuzzer: whole, cut short at many places, and with single
 * bits turned. Usage: replay DOOR whole|changed FILE-OR-FOLDER... */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/doors.h"

enum { CUTS = 32, FLIPS = 128 };

/* A copy of just this size, so that a sanitizer sees the first byte beyond. */
static void enter_copy(const struct door *door, const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        abort();
    memcpy(copy, data, size);
    door->enter(copy, size);
    free(copy);
}

static void enter_changed(const struct door *door, uint8_t *data, size_t size)
{
    for (size_t i = 0; i < CUTS; i++)
        enter_copy(door, data, size * i / CUTS);
    for (size_t i = 0; i < FLIPS && size > 0; i++) {
        const size_t at = size * i / FLIPS;
        data[at] ^= (uint8_t)(1u << i % 8);
        enter_copy(door, data, size);
        data[at] ^= (uint8_t)(1u << i % 8);
    }
}

static void replay_file(const struct door *door, const char *path, int changed)
{
    static uint8_t data[1 << 20];
    FILE *f = fopen(path, "rb");

    if (!f) {
        perror(path);
        exit(1);
    }
    const size_t size = fread(data, 1, sizeof data, f);
    fclose(f);
    enter_copy(door, data, size);
    if (changed)
        enter_changed(door, data, size);
}

static int replay(const struct door *door, const char *path, int changed)
{
    struct stat st;
    int count = 0;
    char inside[4096];

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        replay_file(door, path, changed);
        return 1;
    }
    DIR *folder = opendir(path);
    for (const struct dirent *e = folder ? readdir(folder) : NULL; e; e = readdir(folder)) {
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(inside, sizeof inside, "%s/%s", path, e->d_name);
        replay_file(door, inside, changed);
        count++;
    }
    if (folder)
        closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    const struct door *door = argc > 3 ? door_find(argv[1]) : NULL;
    int count = 0;

    if (!door) {
        fprintf(stderr, "usage: replay DOOR whole|changed FILE-OR-FOLDER...\n");
        return 2;
    }
    for (int i = 3; i < argc; i++)
        count += replay(door, argv[i], strcmp(argv[2], "changed") == 0);
    printf("%s: %d files\n", door->name, count);
    return count == 0;
}
