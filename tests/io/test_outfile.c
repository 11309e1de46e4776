#include <inttypes.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/io/outfile.h"
#include "tests/check.h"

static const char *content(const char *path)
{
    static char text[256];
    FILE *f = fopen(path, "r");

    text[f ? fread(text, 1, sizeof text - 1, f) : 0] = '\0';
    if (f)
        fclose(f);
    return text;
}

static int64_t count_files(const char *folder)
{
    char command[9000];
    int64_t n = -1;
    snprintf(command, sizeof command, "ls -A %s | wc -l", folder);
    FILE *p = popen(command, "r");

    if (p && fscanf(p, "%" SCNd64, &n) != 1)
        n = -1;
    if (p)
        pclose(p);
    return n;
}

static void appears_whole(void **state)
{
    (void)state;
    const char *path = temp_path("out.txt");
    iso_outfile *f = NULL;

    ok(iso_outfile_open(&f, path));
    ok(iso_outfile_write(f, "abcdef", 6));
    ok(iso_outfile_write_at(f, 1, "X", 1));
    ok(iso_outfile_write(f, "g", 1));
    assert_int_not_equal(access(path, F_OK), 0);
    ok(iso_outfile_commit(f));
    text(content(path), "aXcdefg");
    assert_int_equal(count_files(temp_path("")), 1);
}

static void discard_leaves_what_was_there(void **state)
{
    (void)state;
    const char *path = temp_path("out.txt");
    iso_outfile *f = NULL;

    ok(iso_outfile_open(&f, path));
    ok(iso_outfile_write(f, "new", 3));
    iso_outfile_discard(f);
    text(content(path), "aXcdefg");
    assert_int_equal(count_files(temp_path("")), 1);
    iso_outfile_discard(NULL);
}

static void links_and_modes_are_kept(void **state)
{
    (void)state;
    const char *path = temp_path("real.txt"), *link = temp_path("link.txt");
    iso_outfile *f = NULL;
    struct stat st;

    ok(iso_outfile_open(&f, path));
    ok(iso_outfile_commit(f));
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink(path, link), 0);
    ok(iso_outfile_open(&f, link));
    ok(iso_outfile_write(f, "through", 7));
    ok(iso_outfile_commit(f));
    text(content(path), "through");
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

static void the_system_says_no(void **state)
{
    (void)state;
    iso_outfile *f = NULL;
    const char *full = "/dev/full";

    fails(iso_outfile_open(&f, "/nowhere/x.json"), ISO_EIO, "/nowhere/x.json: cannot create");
    fails(iso_outfile_open(&f, temp_path("")), ISO_EIO, "is a directory");
    fails(iso_outfile_open(&f, ""), ISO_EARG, "empty file name");
    if (access(full, W_OK) == 0) {
        ok(iso_outfile_open(&f, full));
        fails(iso_outfile_write(f, "x", 1), ISO_EIO, "/dev/full: cannot write: No space left");
        iso_outfile_discard(f);
        assert_int_equal(access(full, F_OK), 0);
    }
    ok(iso_outfile_open(&f, "/dev/null"));
    ok(iso_outfile_write(f, "x", 1));
    ok(iso_outfile_commit(f));
}

static void survives_failing_allocations(void **state)
{
    (void)state;
    const char *path = temp_path("alloc.txt");
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err; n++) {
        iso_outfile *f = NULL;
        iso_alloc_fail_after(n);
        err = iso_outfile_open(&f, path);
        iso_alloc_fail_after(-1);
        iso_outfile_discard(f);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        assert_int_not_equal(access(path, F_OK), 0);
    }
}

int main(void)
{
    RUN_TESTS(test(appears_whole), test(discard_leaves_what_was_there),
              test(links_and_modes_are_kept), test(the_system_says_no),
              test(survives_failing_allocations));
}
