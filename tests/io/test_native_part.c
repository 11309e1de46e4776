/* A native file made in parts: interrupted anywhere, gone on with, and the same in the end. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/base/alloc.h"
#include "lib/io/native_write.h"
#include "tests/io/files.h"

enum { LANGS = 2, LAYERS = 2, ROWS = 6, COLS = 3, UNITS = 3 };

static const char *const names[LANGS] = {"de", "sw"};
static const char *const ids[ROWS] = {"a", "b", "c", "d", "e", "f"};
static const char plan[] = "model\tm\npool\tmean\n";

/* Everything announced, as the first time and every other time. */
static iso_err open_part(iso_native **out, const char *path, const char *the_plan, bool resume)
{
    const iso_states_info about = {.model = "m", .pooling = "mean", .compute = "bf16"};
    iso_native *n = NULL;
    int number = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_native_part(&n, path, &about, the_plan, resume));
    for (int l = 0; l < LANGS; l++) {
        const iso_lang lang = {.name = names[l], .items = ROWS, .rows = ROWS, .ids = ids};
        ISO_TRY(iso_native_lang(n, &lang));
        for (int k = 0; k < LAYERS; k++)
            ISO_TRY(iso_native_matrix(&number, n, names[l], k, ROWS, COLS, ISO_F32));
    }
    *out = n;
    n = NULL;
done:
    iso_native_discard(n);
    return err;
}

/* Unit u is rows 2u and 2u + 1 of every matrix. */
static iso_err put_unit(iso_native *n, int64_t unit)
{
    float rows[2 * COLS];
    iso_err err = ISO_OK;

    for (int m = 0; m < LANGS * LAYERS && !err; m++) {
        for (int i = 0; i < 2 * COLS; i++)
            rows[i] = (float)cell(m / LAYERS, m % LAYERS, 2 * unit + i / COLS, i % COLS);
        err = iso_native_put(n, m, 2 * unit, iso_view_f32(rows, 2, COLS));
    }
    return err;
}

static iso_err do_unit(iso_native *n, int64_t unit)
{
    const iso_err err = iso_native_done(n, unit) ? ISO_OK : put_unit(n, unit);

    return err ? err : iso_native_finish(n, unit);
}

static bool is_there(const char *path, const char *suffix)
{
    char name[4200];

    snprintf(name, sizeof name, "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

static const char *beside(const char *path, const char *suffix)
{
    char name[4200];

    snprintf(name, sizeof name, "%s%s", strrchr(path, '/') + 1, suffix);
    return temp_path(name);
}

/* The file is whole, and nothing else is left. */
static void check_whole(const char *path)
{
    iso_states *s = NULL;

    ok(open_one(&s, path));
    text(iso_states_about(s)->compute, "bf16");
    for (int m = 0; m < LANGS * LAYERS; m++) {
        for (int i = 0; i < ROWS * COLS; i++)
            near(at(s, m / LAYERS, m % LAYERS, i / COLS, i % COLS),
                 cell(m / LAYERS, m % LAYERS, i / COLS, i % COLS), 0);
    }
    text(iso_states_lang(s, 1)->ids[5], "f");
    iso_states_close(s);
    assert_false(is_there(path, ".part"));
    assert_false(is_there(path, ".part.journal"));
    assert_int_equal(iso_h5_open_count(), 0);
    (void)unlink(path);
}

/* `path` with units 0 and 1 finished, and gone. */
static const char *interrupted(const char *name)
{
    const char *path = temp_path(name);
    iso_native *n = NULL;

    ok(open_part(&n, path, plan, false));
    ok(do_unit(n, 0));
    ok(do_unit(n, 1));
    iso_native_discard(n);
    assert_true(is_there(path, ".part"));
    assert_true(is_there(path, ".part.journal"));
    assert_false(is_there(path, ""));
    return path;
}

static void finish_all(const char *path)
{
    iso_native *n = NULL;

    ok(open_part(&n, path, plan, true));
    for (int64_t u = 0; u < UNITS; u++)
        ok(do_unit(n, u));
    ok(iso_native_commit(n));
    check_whole(path);
}

static void write_file(const char *path, const char *bytes, size_t len, const char *mode)
{
    FILE *f = fopen(path, mode);

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static void uninterrupted(void **state)
{
    (void)state;
    const char *path = temp_path("straight.h5");
    iso_native *n = NULL;

    for (int resume = 0; resume < 2; resume++) { /* with nothing there it is all the same */
        ok(open_part(&n, path, plan, resume));
        assert_false(iso_native_done(n, 0));
        for (int64_t u = UNITS - 1; u >= 0; u--)
            ok(do_unit(n, u));
        assert_true(iso_native_done(n, 0));
        assert_false(iso_native_done(n, 3));
        assert_false(is_there(path, ""));
        ok(iso_native_commit(n));
        check_whole(path);
    }
}

static void goes_on_where_it_was(void **state)
{
    (void)state;
    const char *path = interrupted("on.h5");
    iso_native *n = NULL;

    ok(open_part(&n, path, plan, true));
    assert_true(iso_native_done(n, 0));
    assert_true(iso_native_done(n, 1));
    assert_false(iso_native_done(n, 2));
    ok(put_unit(n, 2)); /* put, but not finished */
    iso_native_discard(n);
    ok(open_part(&n, path, plan, true));
    assert_false(iso_native_done(n, 2));
    fails(iso_native_commit(n), ISO_EARG, "on.h5.part: only 16 of 24 rows were written");
    assert_true(is_there(path, ".part"));
    ok(open_part(&n, path, plan, true));
    fails(iso_native_finish(n, -1), ISO_EARG, "unit -1");
    ok(do_unit(n, 1)); /* once more does no harm */
    ok(do_unit(n, 2));
    ok(iso_native_commit(n));
    check_whole(path);
}

static void whole_but_not_in_place(void **state)
{
    (void)state;
    const char *path = interrupted("nearly.h5");
    iso_native *n = NULL;

    ok(open_part(&n, path, plan, true));
    ok(do_unit(n, 2));
    iso_native_discard(n);
    ok(open_part(&n, path, plan, true));
    for (int64_t u = 0; u < UNITS; u++)
        assert_true(iso_native_done(n, u));
    ok(iso_native_commit(n));
    check_whole(path);
    /* in place, and killed before the journal was deleted: it counts for nothing */
    (void)interrupted("nearly.h5");
    assert_int_equal(rename(beside(path, ".part"), path), 0);
    finish_all(path);
}

static void nothing_finished_leaves_nothing(void **state)
{
    (void)state;
    const char *path = temp_path("none.h5");
    iso_native *n = NULL;

    ok(open_part(&n, path, plan, false));
    iso_native_discard(n);
    assert_false(is_there(path, ".part"));
    assert_false(is_there(path, ".part.journal"));
    ok(open_part(&n, path, plan, false));
    ok(put_unit(n, 0));
    iso_native_discard(n);
    assert_false(is_there(path, ".part"));
    assert_false(is_there(path, ".part.journal"));
    ok(open_part(&n, path, plan, false));
    ok(put_unit(n, 0));
    fails(iso_native_commit(n), ISO_EARG, "only 2 of 6 rows");
    assert_false(is_there(path, ".part"));
    assert_false(is_there(path, ".part.journal"));
    write_file(beside(path, ".part"), "old", 3, "wb"); /* what was never begun is in nobody's way */
    ok(open_part(&n, path, plan, false));
    for (int64_t u = 0; u < UNITS; u++)
        ok(do_unit(n, u));
    ok(iso_native_commit(n));
    check_whole(path);
}

static void a_part_is_not_thrown_away(void **state)
{
    (void)state;
    const char *path = interrupted("kept.h5");
    iso_native *n = NULL;

    fails(open_part(&n, path, plan, false), ISO_EIO,
          "kept.h5.part: holds 2 finished parts of an interrupted run; continue with --resume, or "
          "delete it");
    fails(open_part(&n, path, "model\tm\npool\tcls\n", true), ISO_EFORMAT,
          "kept.h5.part: was begun with another pool (mean, now cls): give what was given then, or "
          "delete it to start again");
    fails(open_part(&n, path, "model\tm\n", true), ISO_EFORMAT, "with pool, which is gone");
    fails(open_part(&n, path, "model\tm\nlayers\t1\npool\tmean\n", true), ISO_EFORMAT,
          "was begun without layers");
    fails(open_part(&n, path, "pool\tmean\nmodel\tm\n", true), ISO_EFORMAT, "another order");
    assert_true(is_there(path, ".part"));
    finish_all(path);
    (void)interrupted("kept.h5");
    assert_int_equal(unlink(beside(path, ".part")), 0); /* the way out that was named */
    ok(open_part(&n, path, plan, false));
    assert_false(iso_native_done(n, 0));
    iso_native_discard(n);
}

static void announcements_are_compared(void **state)
{
    (void)state;
    const char *path = interrupted("compared.h5");
    const iso_states_info about = {.model = "m"};
    const iso_lang fewer = {.name = "de", .items = 5, .rows = 5, .ids = ids};
    const iso_lang texts = {.name = "de", .items = 6, .rows = 6, .text = ids};
    iso_native *n = NULL;
    int number = 0;

    ok(iso_native_part(&n, path, &about, plan, true));
    fails(iso_native_lang(n, &fewer), ISO_EFORMAT,
          "/rows/de/ids has 6 entries, now it would have 5; delete it");
    fails(iso_native_lang(n, &texts), ISO_EFORMAT, "/rows/de/text");
    fails(iso_native_matrix(&number, n, "de", 0, 5, COLS, ISO_F32), ISO_EFORMAT,
          "/states/de/0 is 6 x 3 f32, now it would be 5 x 3 f32");
    fails(iso_native_matrix(&number, n, "de", 0, ROWS, COLS, ISO_F16), ISO_EFORMAT, "6 x 3 f16");
    fails(iso_native_matrix(&number, n, "de", 7, ROWS, COLS, ISO_F32), ISO_EFORMAT, "/states/de/7");
    ok(iso_native_matrix(&number, n, "de", 1, ROWS, COLS, ISO_F32));
    assert_int_equal(number, 0);
    fails(iso_native_finish(n, 2), ISO_EFORMAT, "holds 4 matrices, now it would hold 1");
    fails(iso_native_finish(n, 2), ISO_EIO, "could not be laid out");
    iso_native_discard(n);
    finish_all(path);
}

static void damage_is_told(void **state)
{
    (void)state;
    const char *path = interrupted("damaged.h5"), *part = beside(path, ".part");
    struct stat st;
    iso_native *n = NULL;

    assert_int_equal(stat(part, &st), 0);
    assert_int_equal(truncate(part, st.st_size - 1), 0);
    fails(open_part(&n, path, plan, true), ISO_EFORMAT, "bytes, ");
    assert_int_equal(truncate(part, st.st_size), 0);
    write_file(part, "not HDF5 any more", 17, "r+b");
    fails(open_part(&n, path, plan, true), ISO_EFORMAT, "damaged.h5.part: ");
    assert_true(is_there(path, ".part"));
    assert_int_equal(iso_h5_open_count(), 0);
}

static void journals_may_be_torn_but_not_garbled(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *message;
    } cases[] = {
        {"\nx", "is not a journal of this program; delete it and "},
        {"isogloss-journal 1\nplan 1\na\nsize 1 1\n",
         "was written by another version of isogloss; delete it and "},
        {"isogloss-ledger 2\n", "is not a journal of this program"},
        {"isogloss-journal 2\nplan x\n", "line 2 is not"},
        {"isogloss-journal 2\nplan -1\n", "line 2 is not"},
        {"isogloss-journal 2\nplan 99999999999999999999\n", "line 2 is not"},
        {"isogloss-journal 2\nplan 1\nab\n", "its plan does not end"},
        {"isogloss-journal 2\nplan 1\na\nsize 1\n", "no \"size BYTES PARTS\""},
        {"isogloss-journal 2\nplan 1\na\nsize 1 1\nunit 1\n", "what follows byte 37"},
        {"isogloss-journal 2\nplan 1\na\nsize 1 1\nunit 1 1\nunit x 1\n", "follows byte 46"},
        {"isogloss-journal 2\nplan 1\na\nsize 1 1\n\n", "what follows byte 37"}};
    const char *path = interrupted("torn.h5"), *journal = beside(path, ".part.journal");
    const char *whole = beside(path, ".whole");
    char bytes[4096];
    iso_native *n = NULL;
    struct stat st;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *bad = temp_path("bad.h5");
        write_file(beside(bad, ".part"), "x", 1, "wb");
        write_file(beside(bad, ".part.journal"), cases[i].bytes, strlen(cases[i].bytes), "wb");
        fails(open_part(&n, bad, plan, true), ISO_EFORMAT, cases[i].message);
        assert_true(is_there(bad, ".part"));
        assert_true(is_there(bad, ".part.journal"));
    }
    /* every length: units are lost one by one, and then all */
    FILE *f = fopen(journal, "rb");
    assert_non_null(f);
    const size_t len = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    write_file(whole, bytes, len, "wb");
    ok(open_part(&n, path, plan, true));
    iso_native_discard(n);
    assert_int_equal(stat(beside(path, ".part"), &st), 0);
    for (size_t cut = len; cut > len - 10; cut--) {
        write_file(journal, bytes, cut, "wb");
        ok(open_part(&n, path, plan, true));
        assert_true(iso_native_done(n, 0));
        assert_int_equal(iso_native_done(n, 1), cut == len);
        iso_native_discard(n);
    }
    write_file(journal, bytes, len - 4, "wb");
    write_file(journal, "\0\0\0", 3, "ab");
    finish_all(path);
    /* a torn end that is longer than the line that comes in its place */
    (void)interrupted("torn.h5");
    write_file(journal, "unit 123456789 1234567890", 25, "ab");
    ok(open_part(&n, path, plan, true));
    ok(do_unit(n, 2));
    iso_native_discard(n);
    finish_all(path);
    for (size_t cut = 0; cut < len - 20; cut += 3) {
        (void)interrupted("torn.h5");
        write_file(journal, bytes, cut, "wb");
        ok(open_part(&n, path, plan, false)); /* nothing finished is known of */
        iso_native_discard(n);
    }
}

static void one_writer_at_a_time(void **state)
{
    (void)state;
    const char *path = temp_path("two.h5");
    iso_native *n = NULL, *second = NULL;

    ok(open_part(&n, path, plan, false));
    fails(open_part(&second, path, plan, true), ISO_EIO,
          "two.h5.part: another process is writing this file");
    ok(do_unit(n, 0));
    fails(open_part(&second, path, plan, false), ISO_EIO, "another process");
    for (int64_t u = 1; u < UNITS; u++)
        ok(do_unit(n, u));
    ok(iso_native_commit(n));
    check_whole(path);
}

static void strange_targets(void **state)
{
    (void)state;
    const char *link = temp_path("link.h5"), *real = temp_path("real.h5");
    iso_native *n = NULL;

    fails(open_part(&n, temp_path("no/where.h5"), plan, false), ISO_EIO, "No such file");
    fails(open_part(&n, temp_path(""), plan, false), ISO_EIO, "");
    fails(open_part(&n, "/dev/null", plan, false), ISO_EIO, "/dev/null");
    assert_int_not_equal(access("/dev/null.part.journal", F_OK), 0);
    assert_int_equal(mkdir(temp_path("dir.h5"), 0700), 0);
    fails(open_part(&n, temp_path("dir.h5"), plan, false), ISO_EIO, "dir.h5: is a directory");
    assert_false(is_there(temp_path("dir.h5"), ".part.journal"));
    assert_int_equal(mkdir(temp_path("taken.h5.part"), 0700), 0);
    fails(open_part(&n, temp_path("taken.h5"), plan, false), ISO_EIO, "taken.h5.part: ");
    assert_int_equal(symlink(real, temp_path("linked.h5.part")), 0);
    fails(open_part(&n, temp_path("linked.h5"), plan, false), ISO_EIO, "linked.h5.part: ");
    assert_false(is_there(real, ""));
    /* behind a link */
    write_file(real, "old", 3, "wb");
    assert_int_equal(chmod(real, 0640), 0);
    assert_int_equal(symlink(real, link), 0);
    ok(open_part(&n, link, plan, false));
    assert_true(is_there(real, ".part"));
    for (int64_t u = 0; u < UNITS; u++)
        ok(do_unit(n, u));
    ok(iso_native_commit(n));
    struct stat st;
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(real, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    check_whole(real);
}

/* Runs `work` in a process of its own; its exit status, or 1000 + the signal that ended it. */
static int apart(int (*work)(const char *path), const char *path)
{
    int status = 0;

    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(work(path));
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int64_t bytes_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static int killed(const char *path)
{
    iso_native *n = NULL;

    if (open_part(&n, path, plan, true) || do_unit(n, 0) || do_unit(n, 2) || put_unit(n, 1))
        return 1;
    (void)kill(getpid(), SIGKILL);
    return 2;
}

static int killed_early(const char *path)
{
    iso_native *n = NULL;

    if (open_part(&n, path, plan, true) || put_unit(n, 1))
        return 1;
    (void)kill(getpid(), SIGKILL);
    return 2;
}

static int killed_before_the_first_row(const char *path)
{
    iso_native *n = NULL;

    if (open_part(&n, path, plan, true))
        return 1;
    (void)kill(getpid(), SIGKILL);
    return 2;
}

/* Units of a part that was deleted are not those of the next one. */
static void a_journal_outlives_no_part(void **state)
{
    (void)state;
    const char *path = interrupted("orphan.h5"), *part = beside(path, ".part");
    const int64_t size = bytes_of(part);
    iso_native *n = NULL;

    assert_int_equal(unlink(part), 0);
    assert_int_equal(apart(killed_before_the_first_row, path), 1000 + SIGKILL);
    assert_int_equal(truncate(part, size), 0); /* laid out, as far as one can see */
    ok(open_part(&n, path, plan, true));
    assert_false(iso_native_done(n, 0));
    iso_native_discard(n);
}

static void killed_and_gone_on_with(void **state)
{
    (void)state;
    const char *path = temp_path("killed.h5");
    iso_native *n = NULL;

    assert_int_equal(apart(killed_early, path), 1000 + SIGKILL);
    assert_true(is_there(path, ".part"));
    assert_int_equal(apart(killed, path), 1000 + SIGKILL);
    ok(open_part(&n, path, plan, true));
    assert_true(iso_native_done(n, 0));
    assert_false(iso_native_done(n, 1));
    assert_true(iso_native_done(n, 2));
    iso_native_discard(n);
    finish_all(path);
}

static int limit_files(int64_t bytes)
{
    const struct rlimit most = {(rlim_t)bytes, RLIM_INFINITY};

    (void)signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &most);
}

/* The disk is full in the middle of a unit. */
static int full(const char *path)
{
    iso_native *n = NULL;

    if (open_part(&n, path, plan, false) || do_unit(n, 0))
        return 1;
    if (limit_files(100))
        return 2;
    if (do_unit(n, 2) != ISO_EIO || !strstr(iso_err_msg(), "full.h5: cannot write: File too large"))
        return 3;
    iso_native_discard(n);
    return 0;
}

/* The disk is full in the middle of a line of the journal. */
static int full_journal(const char *path)
{
    iso_native *n = NULL;

    if (open_part(&n, path, plan, true) || put_unit(n, 1))
        return 1;
    if (limit_files(bytes_of(beside(path, ".part.journal")) + 3))
        return 2;
    if (iso_native_finish(n, 1) != ISO_EIO || !strstr(iso_err_msg(), "journal: cannot write"))
        return 3;
    iso_native_discard(n);
    return 0;
}

/* The disk is full from the first. */
static int full_at_once(const char *path)
{
    iso_native *n = NULL;

    if (limit_files(100))
        return 2;
    if (open_part(&n, path, plan, false) == ISO_OK) {
        if (put_unit(n, 0) != ISO_EIO)
            return 3;
        iso_native_discard(n);
    }
    return is_there(path, ".part") || is_there(path, ".part.journal") ? 4 : 0;
}

static void a_full_disk_loses_nothing(void **state)
{
    (void)state;
    const char *path = temp_path("full.h5");
    iso_native *n = NULL;

    assert_int_equal(apart(full_at_once, path), 0);
    assert_int_equal(apart(full, path), 0);
    assert_int_equal(apart(full_journal, path), 0);
    ok(open_part(&n, path, plan, true));
    assert_true(iso_native_done(n, 0));
    assert_false(iso_native_done(n, 1));
    iso_native_discard(n);
    finish_all(path);
}

static void files_without_parts_finish_too(void **state)
{
    (void)state;
    const char *path = temp_path("plain.h5");
    const iso_states_info about = {.model = "m"};
    const float row[] = {1, 2};
    iso_native *n = NULL;
    int number = 0;

    ok(iso_native_new(&n, path, &about));
    ok(iso_native_matrix(&number, n, "en", 0, 1, 2, ISO_F32));
    ok(iso_native_put(n, number, 0, iso_view_f32(row, 1, 2)));
    ok(iso_native_finish(n, 0));
    assert_false(iso_native_done(n, 0));
    ok(iso_native_commit(n));
}

/* Each allocation fails once, from nothing and from a part; what is finished by then is kept. */
static void survives_failing_allocations(void **state)
{
    (void)state;
    const char *path = temp_path("alloc.h5");

    for (int begun = 0; begun < 2; begun++) {
        iso_err err = ISO_ENOMEM;
        for (int64_t k = 0; err; k++) {
            iso_native *n = NULL;
            bool finished = begun;

            if (begun && !is_there(path, ".part"))
                (void)interrupted("alloc.h5");
            iso_alloc_fail_after(k);
            err = open_part(&n, path, plan, true);
            for (int64_t u = 0; !err && u < UNITS; u++) {
                err = do_unit(n, u);
                finished = finished || !err;
            }
            if (err)
                iso_native_discard(n);
            else
                err = iso_native_commit(n);
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || err == ISO_ENOMEM);
            assert_int_equal(iso_h5_open_count(), 0);
            assert_true(is_there(path, "") == (err == ISO_OK));
            assert_true(is_there(path, ".part") == (err && finished));
            assert_true(is_there(path, ".part.journal") == (err && finished));
            if (err && finished && !begun)
                finish_all(path);
            assert_true(k < 10000);
        }
        check_whole(path);
    }
}

int main(void)
{
    RUN_TESTS(test(uninterrupted), test(goes_on_where_it_was), test(whole_but_not_in_place),
              test(nothing_finished_leaves_nothing), test(a_part_is_not_thrown_away),
              test(announcements_are_compared), test(damage_is_told),
              test(journals_may_be_torn_but_not_garbled), test(one_writer_at_a_time),
              test(strange_targets), test(killed_and_gone_on_with),
              test(a_journal_outlives_no_part), test(a_full_disk_loses_nothing),
              test(files_without_parts_finish_too), test(survives_failing_allocations));
}
