/* Files whose content is elsewhere, or packed. */
#include "tests/check.h"

#include <errno.h>

#include "lib/io/file.h"
#include "lib/io/foreign.h"

#define LFS "version https://git-lfs.github.com/spec/v1\n"
#define OID "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"

static void pointers(void **state)
{
    static const struct {
        const char *bytes, *says; /* NULL: no pointer */
    } cases[] = {
        {LFS OID "size 12345\n", "x: is a pointer of Git LFS to 12345 bytes that are not here; "
                                 "fetch them with git lfs pull"},
        {LFS "ext-0-foo sha256:00\n" OID "size 7", "to 7 bytes"},
        {"version https://hawser.github.com/spec/v1\n" OID "size 0\n", "to 0 bytes"},
        {"/annex/objects/SHA256E-s31390--f50d7ac4.gz\n", "x: is a pointer of git-annex"},
        {LFS "is how such a file begins\n", NULL}, /* a sentence about them */
        {LFS OID "size 99999999999999999999999\n", NULL},
        {"version 2\nsize 3\n", NULL},
        {"/annex/objects", NULL},
        {"", NULL},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t len = (int64_t)strlen(cases[i].bytes);
        if (!cases[i].says) {
            ok(iso_foreign_pointer("x", cases[i].bytes, len));
            ok(iso_foreign_text("x", cases[i].bytes, len));
            continue;
        }
        fails(iso_foreign_pointer("x", cases[i].bytes, len), ISO_EFORMAT, cases[i].says);
        fails(iso_foreign_text("x", cases[i].bytes, len), ISO_EFORMAT, cases[i].says);
    }
}

static void packed(void **state)
{
    (void)state;
    fails(iso_foreign_text("x", "\x1f\x8b", 2), ISO_EFORMAT, "x: is gzip-compressed");
    fails(iso_foreign_text("x", "PK\3\4", 4), ISO_EFORMAT, "a zip archive");
    fails(iso_foreign_text("x", "\x89HDF\r\n\x1a\n", 8), ISO_EFORMAT, "an HDF5 file");
    ok(iso_foreign_text("x", "\x1f", 1));
}

static void links_that_lead_nowhere(void **state)
{
    iso_file *f = NULL;
    (void)state;

    assert_int_equal(symlink("../../blobs/0a1b", temp_path("hub")), 0);
    fails(iso_file_open(&f, temp_path("hub")), ISO_EIO,
          "hub: is a link to ../../blobs/0a1b, which is not there");
    assert_int_equal(symlink(".git/annex/objects/a/b/c", temp_path("annexed")), 0);
    fails(iso_file_open(&f, temp_path("annexed")), ISO_EIO, "fetch it with git annex get");
    fails(iso_file_open(&f, temp_path("none")), ISO_EIO, "none: No such file or directory");
    fails(iso_foreign_missing(temp_path("hub"), EACCES), ISO_EIO, "hub: Permission denied");
    assert_null(f);
}

int main(void)
{
    RUN_TESTS(test(pointers), test(packed), test(links_that_lead_nowhere));
}
