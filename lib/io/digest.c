#include "lib/io/digest.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/io/file.h"

enum { BLOCK = 1 << 18 }; /* bytes read at a time: they stay in the cache until they are added */

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

/* --- Files --- */

static int64_t leaf_size(const iso_file *file, int64_t leaf)
{
    const int64_t left = file->size - leaf * ISO_DIGEST_LEAF;

    return left < ISO_DIGEST_LEAF ? left : ISO_DIGEST_LEAF;
}

/* By way of `block`, BLOCK bytes, to whom nobody else writes. */
static iso_err read_leaf(iso_digest *d, const iso_file *file, int64_t leaf, char *block)
{
    const int64_t first = leaf * ISO_DIGEST_LEAF, end = first + leaf_size(file, leaf);
    iso_err err = ISO_OK;

    (void)XXH3_128bits_reset(d->state);
    for (int64_t at = first, n; at < end; at += n) {
        n = end - at < BLOCK ? end - at : BLOCK;
        ISO_TRY(iso_file_read(file, at, block, n));
        iso_digest_add(d, block, n);
    }
done:
    return err;
}

/* Leaves that are read at once, one a thread. */
struct crew {
    int count;
    iso_digest **digest;
    char *blocks;
    iso_err *err;
};

static void crew_free(struct crew *c)
{
    for (int i = 0; c->digest && i < c->count; i++)
        iso_digest_free(c->digest[i]);
    iso_free(c->digest);
    iso_free(c->blocks);
    iso_free(c->err);
}

static iso_err crew_new(struct crew *c, int count)
{
    iso_err err = ISO_OK;

    c->count = count;
    ISO_TRY(iso_alloc(&c->digest, count, sizeof(iso_digest *)));
    ISO_TRY(iso_alloc(&c->blocks, count, BLOCK));
    ISO_TRY(iso_alloc(&c->err, count, sizeof *c->err));
    for (int i = 0; i < count; i++)
        ISO_TRY(iso_digest_new(&c->digest[i]));
done:
    return err;
}

/* Leaves [first, first + count). What failed in a thread is done again for its message. */
static iso_err read_leaves(struct crew *c, const iso_file *file, int64_t first, int count)
{
    iso_err err = ISO_OK;

#pragma omp parallel for schedule(static, 1) num_threads(count) if (count > 1)
    for (int i = 0; i < count; i++)
        c->err[i] = read_leaf(c->digest[i], file, first + i, c->blocks + (size_t)i * BLOCK);
    for (int i = 0; i < count; i++) {
        if (c->err[i])
            ISO_TRY(read_leaf(c->digest[i], file, first + i, c->blocks + (size_t)i * BLOCK));
    }
done:
    return err;
}

iso_err iso_digest_file(char out[ISO_DIGEST_SIZE], const char *path, const iso_run *run,
                        const char *what, int64_t *done, int64_t total)
{
    struct crew c = {0};
    iso_digest *all = NULL;
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_open(&file, path));
    const int64_t leaves = (file->size + ISO_DIGEST_LEAF - 1) / ISO_DIGEST_LEAF;
    const int threads = iso_threads_most();
    ISO_TRY(iso_digest_new(&all));
    ISO_TRY(crew_new(&c, leaves < threads ? (int)leaves : threads));
    for (int64_t at = 0; at < leaves; at += c.count) {
        const int count = leaves - at < c.count ? (int)(leaves - at) : c.count;
        ISO_TRY(iso_run_step(run, what, *done, total, "bytes"));
        ISO_TRY(read_leaves(&c, file, at, count));
        for (int i = 0; i < count; i++) {
            iso_digest_write(out, c.digest[i]);
            iso_digest_add(all, out, ISO_DIGEST_SIZE - 1);
            *done += leaf_size(file, at + i);
        }
    }
    if (leaves > 1)
        iso_digest_write(out, all);
done:
    crew_free(&c);
    iso_digest_free(all);
    iso_file_close(file);
    return err;
}
