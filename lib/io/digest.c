#include "lib/io/digest.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "lib/base/alloc.h"
#include "lib/io/file.h"

enum { BLOCK = 1 << 20 }; /* bytes read at a time: they stay in the cache until they are added */

struct iso_digest {
    XXH3_state_t *state;
};

void iso_digest_free(iso_digest *d)
{
    if (!d)
        return;
    (void)XXH3_freeState(d->state);
    iso_free(d);
}

iso_err iso_digest_new(iso_digest **out)
{
    iso_digest *d = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, 1, sizeof *d));
    d->state = XXH3_createState();
    if (!d->state)
        ISO_FAIL(ISO_ENOMEM, "out of memory");
    (void)XXH3_128bits_reset(d->state);
    *out = d;
    d = NULL;
done:
    iso_digest_free(d);
    return err;
}

void iso_digest_add(iso_digest *d, const void *data, int64_t bytes)
{
    if (bytes > 0)
        (void)XXH3_128bits_update(d->state, data, (size_t)bytes);
}

void iso_digest_add_text(iso_digest *d, const char *text)
{
    const int64_t len = text ? (int64_t)strlen(text) : -1;

    iso_digest_add(d, &len, sizeof len);
    iso_digest_add(d, text, len);
}

void iso_digest_write(char out[ISO_DIGEST_SIZE], const iso_digest *d)
{
    const XXH128_hash_t h = XXH3_128bits_digest(d->state);

    (void)snprintf(out, ISO_DIGEST_SIZE, "%016llx%016llx", (unsigned long long)h.high64,
                   (unsigned long long)h.low64);
}

iso_err iso_digest_file(char out[ISO_DIGEST_SIZE], const char *path, const iso_run *run,
                        const char *what, int64_t *done, int64_t total)
{
    iso_digest *d = NULL;
    iso_file *file = NULL;
    char *block = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(iso_digest_new(&d));
    ISO_TRY(iso_alloc(&block, BLOCK, 1));
    for (int64_t at = 0, n; at < file->size; at += n) {
        n = file->size - at < BLOCK ? file->size - at : BLOCK;
        ISO_TRY(iso_run_step(run, what, *done, total, "bytes"));
        ISO_TRY(iso_file_read(file, at, block, n));
        iso_digest_add(d, block, n);
        *done += n;
    }
    iso_digest_write(out, d);
done:
    iso_free(block);
    iso_digest_free(d);
    iso_file_close(file);
    return err;
}
