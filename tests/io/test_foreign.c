/* Files whose content is elsewhere, or packed. */
#include "tests/check.h"

#include <errno.h>

#include "lib/io/file.h"
#include "lib/io/foreign.h"
#include "lib/io/unread.h"

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

/* What is no states is called by its name; what Python reads has the command that makes npz of it.
 */
static void formats_that_are_not_read(void **state)
{
    static const struct {
        const char *path, *bytes;
        int len;
        const char *says;
    } cases[] = {
        {"d/x.parquet", "PAR1\x15", 5,
         "d/x.parquet: is a parquet file, which is not read; this makes d/x.npz of it: python3 -c "
         "'import pandas, numpy as np; d = pandas.read_parquet(\"d/x.parquet\"); "
         "np.savez(\"d/x.npz\", **({c: np.stack(d[c]) for c in d if isinstance(d[c].iloc[0], "
         "np.ndarray)} or {\"states\": d.select_dtypes(\"float\").to_numpy()}))'"},
        {"it's", "PAR1", 4, "pandas.read_parquet(\"FILE\"); np.savez(\"FILE.npz\""},
        {".d/x", "ARROW1\0\0", 8, "read_feather(\".d/x\"); np.savez(\".d/x.npz\""},
        {"x.arrow", "\xff\xff\xff\xff\x08\2", 6, "datasets.Dataset.from_file(\"x.arrow\")"},
        {"x.mat", "MATLAB 5.0 MAT-file, Platform", 29, "is a MATLAB file"},
        {"x", "BZh9", 4, "is bzip2-compressed"},
        {"x", "\x1f\x8b\x08", 3, "is gzip-compressed; unpack it first"},
        {"x", "GGUF\3", 5, "is a model (GGUF)"},
        {"x", "\x80\4\x95\1", 4, "is a pickle of Python (protocol 4)"},
        {"x", " \n<!DOCTYPE html>", 17, "is an HTML page"},
        {"x", "<HTML><body>", 12, "is an HTML page"},
        {"x", "{\"a\": 1}", 8, "is JSON that holds no states"},
        {"x", "[\n {\"a\": [1]}]", 13, "is one JSON array; write an object"},
        {"x", "some w\xc3", 7, "it is text"}, /* cut within a character */
        {"x", "\1\2\3\xff", 4, "in no known format and short, perhaps truncated; name one with"},
        {"x", LFS OID "size 7", (int)sizeof(LFS OID "size 7") - 1, "pointer of Git LFS to 7 bytes"},
    };
    char wide[100] = {1, (char)0xff};
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(iso_unread_file(cases[i].path, (const unsigned char *)cases[i].bytes, cases[i].len),
              ISO_EFORMAT, cases[i].says);
    fails(iso_unread_file("x", (const unsigned char *)wide, sizeof wide), ISO_EFORMAT,
          "in no known format; name one with");
}

static void put(const char *path)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
}

static void folders_that_are_not_read(void **state)
{
    (void)state;
    fails(iso_unread_folder(temp_path("")), ISO_EFORMAT, "is a directory in no known format");
    put(temp_path("config.json"));
    fails(iso_unread_folder(temp_path("")), ISO_EFORMAT, "is a model, not states");
    put(temp_path("state.json"));
    fails(iso_unread_folder(temp_path("")), ISO_EFORMAT, "datasets.load_from_disk(");
    put(temp_path("dataset_dict.json"));
    fails(iso_unread_folder(temp_path("")), ISO_EFORMAT, "with several splits");
}

int main(void)
{
    RUN_TESTS(test(pointers), test(packed), test(links_that_lead_nowhere),
              test(formats_that_are_not_read), test(folders_that_are_not_read));
}
