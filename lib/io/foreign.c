#include "lib/io/foreign.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool begins(const char *bytes, int64_t len, const char *with)
{
    const size_t n = strlen(with);

    return len >= (int64_t)n && memcmp(bytes, with, n) == 0;
}

/* The number behind "size " at the beginning of a line (git-lfs, docs/spec.md), or −1. */
static int64_t size_said(const char *bytes, int64_t len)
{
    static const char mark[] = "\nsize ";
    const char *at = memmem(bytes, (size_t)len, mark, sizeof mark - 1), *const end = bytes + len;
    int64_t size = 0;

    if (!at)
        return -1;
    for (at += sizeof mark - 1; at < end && *at >= '0' && *at <= '9'; at++) {
        if (size > INT64_MAX / 10 - 1)
            return -1;
        size = 10 * size + (*at - '0');
    }
    return size;
}

iso_err iso_foreign_pointer(const char *path, const char *bytes, int64_t len)
{
    len = len < ISO_FOREIGN_HEAD ? len : ISO_FOREIGN_HEAD;
    const bool lfs = begins(bytes, len, "version https://git-lfs.github.com/spec/") ||
                     begins(bytes, len, "version https://hawser.github.com/spec/");
    const int64_t size = lfs ? size_said(bytes, len) : -1;

    if (lfs && size >= 0)
        return iso_fail(ISO_EFORMAT,
                        "%s: is a pointer of Git LFS to %" PRId64 " bytes that are not here; fetch "
                        "them with git lfs pull",
                        path, size);
    if (begins(bytes, len, "/annex/objects/"))
        return iso_fail(ISO_EFORMAT,
                        "%s: is a pointer of git-annex to content that is not here; fetch it with "
                        "git annex get",
                        path);
    return ISO_OK;
}

iso_err iso_foreign_text(const char *path, const char *bytes, int64_t len)
{
    static const struct {
        const char *magic, *is;
    } known[] = {{"\x1f\x8b", "gzip-compressed; unpack it first (gunzip)"},
                 {"\x89HDF\r\n\x1a\n", "an HDF5 file, not text"},
                 {"PK\x03\x04", "a zip archive, not text"},
                 {"\xfd"
                  "7zXZ",
                  "xz-compressed; unpack it first (unxz)"},
                 {"\x28\xb5\x2f\xfd", "zstd-compressed; unpack it first (unzstd)"},
                 {"\xff\xfe", "UTF-16; make it UTF-8 (iconv -f UTF-16 -t UTF-8)"},
                 {"\xfe\xff", "UTF-16; make it UTF-8 (iconv -f UTF-16 -t UTF-8)"}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (begins(bytes, len, known[i].magic))
            return iso_fail(ISO_EFORMAT, "%s: is %s", path, known[i].is);
    }
    return iso_foreign_pointer(path, bytes, len);
}

iso_err iso_foreign_missing(const char *path, int code)
{
    char to[PATH_MAX];
    const ssize_t len = code == ENOENT ? readlink(path, to, sizeof to - 1) : -1;

    if (len < 0)
        return iso_fail(ISO_EIO, "%s: %s", path, strerror(code));
    to[len] = '\0';
    if (strstr(to, "annex/objects/"))
        return iso_fail(ISO_EIO,
                        "%s: is a link of git-annex to content that is not here; fetch it with "
                        "git annex get",
                        path);
    return iso_fail(ISO_EIO, "%s: is a link to %s, which is not there", path, to);
}
