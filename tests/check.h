/* What every test file includes: cmocka, and how this project asserts.
 *
 *     ok(call);                        the call returns ISO_OK, else its message is printed
 *     fails(call, ISO_EIO, "part");    the call fails with this code and a message with this part
 *     near(a, b, tol);                 |a - b| <= tol; NaN is near nothing
 *     text(a, b);                      equal strings
 *     temp_path("x.h5")                a path in this program's own folder, deleted at exit
 *     test_data("golden/x")            a path under $ISOGLOSS_TEST_DATA; skips the test without it
 *     source_path("tests/golden/x")    a path in this source tree
 *     kernels(ISO_CPU_PLAIN);          our own loops at this level from now on; ISO_CPU_AVX512 is
 *                                      the best, at most what $ISOGLOSS_CPU says for the whole run
 *     ISO_FIELD marks in messages are shown as options, "--mem"
 *     RUN_TESTS(test(f), test(g))      the body of main()
 */
#ifndef ISO_TESTS_CHECK_H
#define ISO_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/cpu.h"
#include "lib/base/err.h"
#include "lib/linalg/blas.h"

#define ok(call)                check_ok((call), #call, __FILE__, __LINE__)
#define fails(call, code, part) check_fails((call), code, part, #call, __FILE__, __LINE__)
#define near(a, b, tol)         check_near((a), (b), (tol), #a, __FILE__, __LINE__)
#define text(a, b)              assert_string_equal(a, b)
#define test(function)          cmocka_unit_test(function)
#define RUN_TESTS(...)                                                                             \
    const struct CMUnitTest all_tests[] = {__VA_ARGS__};                                           \
    kernels(ISO_CPU_AVX512);                                                                       \
    iso_blas_choose();                                                                             \
    iso_fields_style(ISO_FIELDS_DASHED);                                                           \
    return cmocka_run_group_tests(all_tests, NULL, NULL)

/* What $ISOGLOSS_CPU says stands above what a test asks for. */
static inline void kernels(iso_cpu most)
{
    const char *said = getenv("ISOGLOSS_CPU");
    iso_cpu run = ISO_CPU_AVX512;

    if (said && *said && !iso_cpu_named(&run, said)) {
        print_error("ISOGLOSS_CPU is %s: plain, avx2 or avx512\n", said);
        exit(2);
    }
    iso_cpu_limit(most < run ? most : run);
}

static inline void check_ok(iso_err err, const char *call, const char *file, int line)
{
    if (err == ISO_OK)
        return;
    print_error("%s: %s: %s\n", call, iso_err_text(err), iso_err_msg());
    _fail(file, line);
}

static inline void check_fails(iso_err err, iso_err code, const char *part, const char *call,
                               const char *file, int line)
{
    if (err == code && strstr(iso_err_msg(), part))
        return;
    print_error("%s: expected \"%s\" with \"%s\", got \"%s\": %s\n", call, iso_err_text(code), part,
                iso_err_text(err), err == ISO_OK ? "" : iso_err_msg());
    _fail(file, line);
}

static inline void check_near(double a, double b, double tol, const char *what, const char *file,
                              int line)
{
    if (fabs(a - b) <= tol)
        return;
    print_error("%s = %.17g, expected %.17g within %g (off by %g)\n", what, a, b, tol, fabs(a - b));
    _fail(file, line);
}

static char check_temp[4096]; /* this program's own folder; empty until asked for */

static inline int check_remove(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static inline void check_clean(void)
{
    nftw(check_temp, check_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* Paths live until the end of the program. */
static inline const char *check_path(const char *folder, const char *name)
{
    static struct path {
        struct path *next;
        char text[];
    } * all;
    const size_t room = strlen(folder) + strlen(name) + 2;
    struct path *path = malloc(sizeof *path + room);

    if (!path)
        fail_msg("no memory for a path");
    snprintf(path->text, room, "%s/%s", folder, name);
    path->next = all;
    all = path;
    return path->text;
}

static inline const char *temp_path(const char *name)
{
    if (!check_temp[0]) {
        const char *base = getenv("TMPDIR");
        snprintf(check_temp, sizeof check_temp, "%s/isogloss-test-XXXXXX",
                 base && *base ? base : "/tmp");
        if (!mkdtemp(check_temp)) {
            check_temp[0] = '\0';
            fail_msg("cannot make a temporary folder");
        }
        atexit(check_clean);
    }
    return check_path(check_temp, name);
}

static inline const char *test_data(const char *name)
{
    const char *folder = getenv("ISOGLOSS_TEST_DATA");

    if (!folder || !*folder) {
        print_message("skipped: ISOGLOSS_TEST_DATA is not set, no %s\n", name);
        skip();
        return "";
    }
    const char *path = check_path(folder, name);
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    return path;
}

static inline const char *source_path(const char *name)
{
    return check_path(ISO_SOURCE_ROOT, name);
}

#endif
