#include "lib/io/temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PLACES = 64, DEPTH = 16 };

/* A signal handler may look at any time: a place is taken and given back in one step. */
static _Atomic(const char *) places[PLACES];

/* While a handler, maybe on another thread, looks at the paths: who drops one may free it next. */
static atomic_bool abandoning;

void iso_temporary_add(const char *path)
{
    for (int i = 0; i < PLACES; i++) {
        const char *empty = NULL;
        if (atomic_compare_exchange_strong(&places[i], &empty, path))
            return;
    }
}

void iso_temporary_drop(const char *path)
{
    for (int i = 0; path && i < PLACES; i++) {
        const char *taken = path;
        if (atomic_compare_exchange_strong(&places[i], &taken, NULL))
            break;
    }
    while (atomic_load(&abandoning))
        (void)sched_yield();
}

/* What the system call lays one after another: glibc's own readdir would allocate. */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[];
};

static void remove_at(int parent, const char *name, int depth);

/* Entries that are removed while a folder is read may move others: again, until nothing is left. */
static void empty(int folder, int depth)
{
    _Alignas(struct entry) char bytes[4096];
    long got, removed = 1;

    while (removed > 0 && lseek(folder, 0, SEEK_SET) == 0) {
        removed = 0;
        while ((got = syscall(SYS_getdents64, folder, bytes, sizeof bytes)) > 0) {
            for (long at = 0; at < got;) {
                const struct entry *e = (const void *)(bytes + at);
                at += e->size;
                if (strcmp(e->name, ".") == 0 || strcmp(e->name, "..") == 0)
                    continue;
                remove_at(folder, e->name, depth);
                removed += faccessat(folder, e->name, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
            }
        }
    }
}

static void remove_at(int parent, const char *name, int depth)
{
    if (unlinkat(parent, name, 0) == 0 || (errno != EISDIR && errno != EPERM) || depth == 0)
        return;
    const int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return;
    empty(folder, depth - 1);
    (void)close(folder);
    (void)unlinkat(parent, name, AT_REMOVEDIR);
}

void iso_temporary_remove(const char *path)
{
    const int before = errno;

    remove_at(AT_FDCWD, path, DEPTH);
    errno = before;
}

void iso_temporary_abandon(void)
{
    atomic_store(&abandoning, true);
    for (int i = 0; i < PLACES; i++) {
        const char *path = atomic_load(&places[i]);
        if (path)
            iso_temporary_remove(path);
    }
    atomic_store(&abandoning, false);
}
