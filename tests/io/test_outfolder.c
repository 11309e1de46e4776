/* A folder that takes the place of the one before it. */
#include <errno.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/io/outfolder.h"
#include "tests/check.h"

/* Stands before the system's call: a file system that cannot exchange two names. */
static int refusal;
static int exchanges;
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags);
long syscall(long number, ...);

#include <sys/syscall.h>

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    exchanges++;
    errno = refusal;
    return refusal ? -1
                   : (int)syscall(SYS_renameat2, (long)from_folder, from, (long)to_folder, to,
                                  (long)flags);
}

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void put(const char *folder, const char *name)
{
    char path[16384];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(name, out);
    fclose(out);
}

static int count(const char *pattern)
{
    char command[9000];
    int n = -1;

    snprintf(command, sizeof command, "find '%s' -mindepth 1 -name '%s' | wc -l", check_temp,
             pattern);
    FILE *p = popen(command, "r");
    if (p && fscanf(p, "%d", &n) != 1)
        n = -1;
    if (p)
        pclose(p);
    return n;
}

/* A folder of one file, which has one in a folder of its own. */
static void make(const char *path, const char *name, bool force)
{
    char inner[8192];
    iso_outfolder *f = NULL;

    ok(iso_outfolder_open(&f, path, "report", force));
    put(iso_outfolder_work(f), name);
    snprintf(inner, sizeof inner, "%s/figures", iso_outfolder_work(f));
    assert_int_equal(mkdir(inner, 0777), 0);
    put(inner, name);
    ok(iso_outfolder_commit(f));
}

static void whole_or_not_there(void **state)
{
    const char *path = temp_path("whole");
    iso_outfolder *f = NULL;

    (void)state;
    ok(iso_outfolder_open(&f, path, "report", false));
    put(iso_outfolder_work(f), "page");
    assert_false(there(path));
    iso_outfolder_discard(f);
    assert_false(there(path));
    assert_int_equal(count(".whole-*"), 0);
    for (int i = 0; i < 2; i++) { /* with an exchange, and without */
        refusal = i ? EINVAL : 0;
        exchanges = 0;
        make(path, "first", false);
        make(path, "second", false);
        assert_true(exchanges > 0);
        assert_false(there(temp_path("whole/first")));
        assert_false(there(temp_path("whole/figures/first")));
        assert_true(there(temp_path("whole/second")));
        assert_true(there(temp_path("whole/figures/second")));
        assert_int_equal(count(".whole-*"), 0);
    }
    refusal = 0;
}

static void an_empty_folder_is_filled(void **state)
{
    (void)state;
    assert_int_equal(mkdir(temp_path("empty"), 0750), 0);
    make(temp_path("empty"), "page", false);
    assert_true(there(temp_path("empty/page")));
    struct stat st;
    assert_int_equal(stat(temp_path("empty"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0750);
}

static void files_of_others_stay(void **state)
{
    const char *path = temp_path("mine");
    iso_outfolder *f = NULL;

    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    put(path, "report.html");
    fails(iso_outfolder_open(&f, path, "report", false), ISO_EARG,
          "holds report.html, which is not of an earlier report");
    fails(iso_outfolder_open(&f, temp_path("mine/report.html"), "report", true), ISO_EARG,
          "is a file");
    fails(iso_outfolder_open(&f, temp_path("no/such"), "report", true), ISO_EIO, "No such file");
    assert_null(f);
    make(path, "page", true);
    assert_true(there(temp_path("mine/report.html")));
    fails(iso_outfolder_open(&f, path, "report", false), ISO_EARG, "holds report.html");
    /* in a folder of ours, and one of theirs; what comes while it is written */
    put(temp_path("mine/figures"), "restyled.pdf");
    assert_int_equal(mkdir(temp_path("mine/notes"), 0700), 0);
    put(temp_path("mine/notes"), "thesis.tex");
    ok(iso_outfolder_open(&f, path, "report", true));
    put(iso_outfolder_work(f), "second");
    put(path, "late");
    ok(iso_outfolder_commit(f));
    assert_true(there(temp_path("mine/second")));
    assert_true(there(temp_path("mine/late")));
    assert_true(there(temp_path("mine/report.html")));
    assert_true(there(temp_path("mine/figures/restyled.pdf")));
    assert_true(there(temp_path("mine/notes/thesis.tex")));
    assert_false(there(temp_path("mine/page")));
    assert_false(there(temp_path("mine/figures/page")));
    assert_int_equal(count(".mine-*"), 0);
}

static void behind_a_link(void **state)
{
    (void)state;
    assert_int_equal(mkdir(temp_path("real"), 0700), 0);
    assert_int_equal(symlink("real", temp_path("link")), 0);
    make(temp_path("link"), "page", false);
    make(temp_path("link/"), "again", false);
    assert_true(there(temp_path("real/again")));
    assert_false(there(temp_path("real/page")));
}

/* A list that names what is elsewhere removes nothing there. */
static void a_forged_list_removes_nothing(void **state)
{
    (void)state;
    put(temp_path(""), "outside");
    assert_int_equal(mkdir(temp_path("forged"), 0700), 0);
    FILE *out = fopen(temp_path("forged/.isogloss"), "w");
    assert_non_null(out);
    fputs("isogloss-folder 1\n../outside\nabsent\n", out);
    fclose(out);
    make(temp_path("forged"), "page", false);
    assert_true(there(temp_path("outside")));
    assert_true(there(temp_path("forged/page")));
}

static iso_err once(const char *path)
{
    iso_outfolder *f = NULL;
    const iso_err err = iso_outfolder_open(&f, path, "report", false);

    if (err)
        return err;
    put(iso_outfolder_work(f), "page");
    return iso_outfolder_commit(f);
}

static void survives_lack_of_memory(void **state)
{
    iso_err err = ISO_ENOMEM;

    (void)state;
    make(temp_path("short"), "first", false);
    for (int64_t n = 0; err; n++) {
        iso_alloc_fail_after(n);
        err = once(temp_path("short"));
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        assert_true(there(temp_path("short")));
    }
    assert_true(there(temp_path("short/page")));
}

int main(void)
{
    RUN_TESTS(test(whole_or_not_there), test(an_empty_folder_is_filled), test(files_of_others_stay),
              test(behind_a_link), test(a_forged_list_removes_nothing),
              test(survives_lack_of_memory));
}
