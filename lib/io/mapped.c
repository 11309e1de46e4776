#include "lib/io/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

/* Where a signal handler looks; what finds no place here is not mended. */
enum { PLACES = 256 };

static struct place {
    atomic_bool taken, lost;
    atomic_uintptr_t begin, end; /* whole pages; end is 0 until both hold */
} places[PLACES];

static atomic_uintptr_t page; /* bytes of one */

struct iso_mapped {
    char *path;
    void *bytes;
    int64_t size;
    int fd;
    struct place *place; /* or NULL */
};

static struct place *take_place(const void *bytes, int64_t size)
{
    const uintptr_t one = (uintptr_t)sysconf(_SC_PAGESIZE);

    atomic_store(&page, one);
    for (int i = 0; i < PLACES; i++) {
        if (atomic_exchange(&places[i].taken, true))
            continue;
        atomic_store(&places[i].lost, false);
        atomic_store(&places[i].begin, (uintptr_t)bytes);
        atomic_store(&places[i].end, (uintptr_t)bytes + ((uintptr_t)size + one - 1) / one * one);
        return &places[i];
    }
    return NULL;
}

void iso_mapped_close(iso_mapped *m)
{
    if (!m)
        return;
    if (m->place) {
        atomic_store(&m->place->end, 0);
        atomic_store(&m->place->taken, false);
    }
    if (m->bytes)
        (void)munmap(m->bytes, (size_t)m->size);
    if (m->fd >= 0)
        (void)close(m->fd);
    iso_free(m->path);
    iso_free(m);
}

iso_err iso_mapped_open(iso_mapped **out, const iso_file *file)
{
    iso_mapped *m = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m, 1, sizeof *m));
    m->size = file->size;
    m->fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    if (m->fd < 0)
        ISO_FAIL(ISO_EIO, "%s: %s", file->path, strerror(errno));
    ISO_TRY(iso_str_dup(&m->path, file->path, -1));
    void *bytes = mmap(NULL, (size_t)m->size, PROT_READ, MAP_PRIVATE, m->fd, 0);
    if (bytes == MAP_FAILED)
        ISO_FAIL(ISO_EIO, "%s: cannot be mapped: %s", file->path, strerror(errno));
    m->bytes = bytes;
    m->place = take_place(bytes, m->size);
    *out = m;
    m = NULL;
done:
    iso_mapped_close(m);
    return err;
}

const void *iso_mapped_bytes(const iso_mapped *m)
{
    return m->bytes;
}

iso_err iso_mapped_whole(const iso_mapped *m)
{
    struct stat st;
    iso_err err = ISO_OK;

    if (fstat(m->fd, &st) != 0)
        ISO_FAIL(ISO_EIO, "%s: %s", m->path, strerror(errno));
    if ((int64_t)st.st_size < m->size)
        ISO_FAIL(ISO_EIO,
                 "%s: was cut from %" PRId64 " to %" PRId64
                 " bytes while it was in use; start again",
                 m->path, m->size, (int64_t)st.st_size);
    if (m->place && atomic_load(&m->place->lost))
        ISO_FAIL(ISO_EIO, "%s: a part of it could not be read while it was in use", m->path);
done:
    return err;
}

bool iso_mapped_mend(const void *address)
{
    const uintptr_t at = (uintptr_t)address, one = atomic_load(&page);
    const int kept = errno;
    bool mended = false;

    for (int i = 0; i < PLACES && !mended; i++) {
        const uintptr_t end = atomic_load(&places[i].end);
        if (end == 0 || at >= end || at < atomic_load(&places[i].begin))
            continue;
        const uintptr_t from = at / one * one;
        void *zeros = mmap((void *)from, end - from, PROT_READ,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        mended = zeros != MAP_FAILED;
        atomic_store(&places[i].lost, true);
    }
    errno = kept;
    return mended;
}
