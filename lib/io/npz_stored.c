/* The zip library reads members but does not say where they lie; this reads just enough of the
 * directory for that (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.14 to 4.3.16, 4.5.3). */
#include "lib/io/npz_stored.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"

enum {
    END_SIZE = 22,
    COMMENT_MAX = 65535,
    LOCATOR_SIZE = 20,
    END64_SIZE = 56,
    ENTRY_SIZE = 46,
    LOCAL_SIZE = 30,
    EXTRA_64 = 0x0001,
    DIRECTORY_MAX = 16 << 20
};

static uint64_t number(const unsigned char *p, int bytes)
{
    uint64_t n = 0;

    for (int i = bytes - 1; i >= 0; i--)
        n = n << 8 | p[i];
    return n;
}

static bool is(const unsigned char *p, const char *sign)
{
    return memcmp(p, sign, 4) == 0;
}

/* Where the directory lies. */
struct place {
    uint64_t offset, size;
};

/* The larger record that replaces one whose fields are too small; false if there is none. */
static bool find_place64(struct place *out, const iso_file *file, int64_t end)
{
    unsigned char locator[LOCATOR_SIZE], record[END64_SIZE];

    if (end < LOCATOR_SIZE || iso_file_read(file, end - LOCATOR_SIZE, locator, LOCATOR_SIZE) ||
        !is(locator, "PK\6\7"))
        return false;
    const uint64_t at = number(locator + 8, 8);
    if (at > (uint64_t)(end - LOCATOR_SIZE) || file->size - (int64_t)at < END64_SIZE ||
        iso_file_read(file, (int64_t)at, record, END64_SIZE) || !is(record, "PK\6\6"))
        return false;
    *out = (struct place){number(record + 48, 8), number(record + 40, 8)};
    return true;
}

/* The end record stands last, before a comment of up to 64 KiB. */
static iso_err find_place(struct place *out, const iso_file *file)
{
    const int64_t most = END_SIZE + COMMENT_MAX, len = file->size < most ? file->size : most;
    unsigned char *tail = NULL;
    iso_err err = ISO_OK;

    *out = (struct place){0, 0};
    ISO_TRY(iso_alloc(&tail, len, 1));
    ISO_TRY(iso_file_read(file, file->size - len, tail, len));
    for (int64_t i = len - END_SIZE; i >= 0; i--) {
        const unsigned char *p = tail + i;
        if (!is(p, "PK\5\6") || i + END_SIZE + (int64_t)number(p + 20, 2) != len)
            continue;
        *out = (struct place){number(p + 16, 4), number(p + 12, 4)};
        if (out->offset == UINT32_MAX || out->size == UINT32_MAX || number(p + 10, 2) == 0xffff)
            (void)find_place64(out, file, file->size - len + i);
        break;
    }
    if (out->size > DIRECTORY_MAX || out->offset > (uint64_t)file->size ||
        out->size > (uint64_t)file->size - out->offset)
        *out = (struct place){0, 0};
done:
    iso_free(tail);
    return err;
}

/* A member's place in the extra field, where one of its numbers did not fit in 32 bits. */
static uint64_t local_offset(const unsigned char *entry)
{
    const uint64_t offset = number(entry + 42, 4);
    const unsigned char *p = entry + ENTRY_SIZE + number(entry + 28, 2);
    const unsigned char *end = p + number(entry + 30, 2);

    if (offset != UINT32_MAX)
        return offset;
    for (; end - p >= 4; p += 4 + number(p + 2, 2)) {
        const int64_t len = (int64_t)number(p + 2, 2);
        const int before =
            8 * ((number(entry + 24, 4) == UINT32_MAX) + (number(entry + 20, 4) == UINT32_MAX));
        if (len > end - p - 4)
            break;
        if (number(p, 2) == EXTRA_64 && len >= before + 8)
            return number(p + 4 + before, 8);
    }
    return offset;
}

/* The first byte of a stored member, after its local header; -1 if it is not what it should be. */
static int64_t begin_of(const unsigned char *entry, const iso_file *file)
{
    const uint64_t at = local_offset(entry);
    unsigned char local[LOCAL_SIZE];

    if (number(entry + 10, 2) != 0 || number(entry + 8, 2) & 1 || file->size < LOCAL_SIZE ||
        at > (uint64_t)(file->size - LOCAL_SIZE) ||
        iso_file_read(file, (int64_t)at, local, LOCAL_SIZE) || !is(local, "PK\3\4") ||
        number(local + 8, 2) != 0)
        return -1;
    return (int64_t)(at + LOCAL_SIZE + number(local + 26, 2) + number(local + 28, 2));
}

/* Entries from `p` on; with `out` NULL only counts them. */
static int64_t walk(iso_stored *out, const unsigned char *p, int64_t left, const iso_file *file)
{
    int64_t n = 0;

    while (left >= ENTRY_SIZE && is(p, "PK\1\2")) {
        const int64_t len =
            ENTRY_SIZE + (int64_t)(number(p + 28, 2) + number(p + 30, 2) + number(p + 32, 2));
        if (len > left)
            break;
        if (out)
            out->offset[n] = begin_of(p, file);
        n++;
        p += len;
        left -= len;
    }
    return n;
}

iso_err iso_stored_find(iso_stored *out, const iso_file *file)
{
    unsigned char *directory = NULL;
    iso_stored s = {0};
    struct place place;
    iso_err err = ISO_OK;

    ISO_TRY(find_place(&place, file));
    ISO_TRY(iso_alloc(&directory, (int64_t)place.size, 1));
    ISO_TRY(iso_file_read(file, (int64_t)place.offset, directory, (int64_t)place.size));
    s.count = walk(NULL, directory, (int64_t)place.size, file);
    ISO_TRY(iso_alloc(&s.offset, s.count, sizeof *s.offset));
    (void)walk(&s, directory, (int64_t)place.size, file);
    *out = s;
done:
    iso_free(directory);
    return err;
}

void iso_stored_free(iso_stored *s)
{
    iso_free(s->offset);
    *s = (iso_stored){0};
}
