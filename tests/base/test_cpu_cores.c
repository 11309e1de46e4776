/* The quota of cgroups, from files of a tree that is made here: /proc/self/cgroup and
 * /sys/fs/cgroup of version 1, version 2, both, and none; and bytes that mean nothing. */
#include "tests/check.h"

#include <sched.h>
#include <sys/stat.h>

#include "lib/base/cpu.h"

/* A file of the tree with these bytes, and the folders above it. */
static void put(const char *root, const char *path, const char *bytes, size_t size)
{
    char at[4096];

    snprintf(at, sizeof at, "%s%s", root, path);
    for (char *slash = at + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        (void)mkdir(at, 0700);
    }
    FILE *file = fopen(at, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void say(const char *root, const char *path, const char *words)
{
    put(root, path, words, strlen(words));
}

static const char *fresh(void)
{
    static int count;
    char name[32];

    snprintf(name, sizeof name, "root%d", count++);
    const char *root = temp_path(name);
    assert_int_equal(mkdir(root, 0700), 0);
    return root;
}

/* 1.5 cores are 2. */
static void version_2_rounds_up(void **state)
{
    static const struct {
        const char *max;
        int cores;
    } cases[] = {{"150000 100000\n", 2}, {"100000 100000\n", 1}, {"1000 100000\n", 1},
                 {"400000 100000", 4},   {"max 100000\n", 0},    {"250001 50000\n", 6}};
    const char *root = fresh();

    (void)state;
    assert_int_equal(iso_cpu_quota(root), 0); /* nothing there */
    say(root, "/proc/self/cgroup", "0::/app\n");
    assert_int_equal(iso_cpu_quota(root), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        say(root, "/sys/fs/cgroup/app/cpu.max", cases[i].max);
        assert_int_equal(iso_cpu_quota(root), cases[i].cores);
    }
}

static void the_tightest_above_counts(void **state)
{
    const char *root = fresh();

    (void)state;
    say(root, "/proc/self/cgroup", "0::/a/b/c\n");
    say(root, "/sys/fs/cgroup/a/b/c/cpu.max", "800000 100000\n");
    say(root, "/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    say(root, "/sys/fs/cgroup/a/cpu.max", "300000 100000\n");
    assert_int_equal(iso_cpu_quota(root), 3);
    say(root, "/sys/fs/cgroup/cpu.max", "200000 100000\n"); /* as a container sees its own */
    assert_int_equal(iso_cpu_quota(root), 2);
    say(root, "/sys/fs/cgroup/a/x/cpu.max", "100000 100000\n"); /* a neighbour's */
    assert_int_equal(iso_cpu_quota(root), 2);
}

/* Version 1, and a path of the host that the container does not see. */
static void version_1_in_two_files(void **state)
{
    const char *root = fresh();

    (void)state;
    say(root, "/proc/self/cgroup",
        "12:memory:/x\n4:cpu,cpuacct:/docker/abc\n3:cpuset:/docker/abc\n1:name=systemd:/\n0::/\n");
    say(root, "/sys/fs/cgroup/cpuset/cpu.cfs_quota_us", "100000\n"); /* not the controller */
    say(root, "/sys/fs/cgroup/cpuset/cpu.cfs_period_us", "100000\n");
    say(root, "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    say(root, "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    assert_int_equal(iso_cpu_quota(root), 0);
    say(root, "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "350000\n");
    assert_int_equal(iso_cpu_quota(root), 4);
    say(root, "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "90000\n");
    assert_int_equal(iso_cpu_quota(root), 4); /* half of a pair */
    say(root, "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "50000\n");
    assert_int_equal(iso_cpu_quota(root), 2);
    say(root, "/proc/self/cgroup", "1:cpu:/\n");
    say(root, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n");
    say(root, "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    assert_int_equal(iso_cpu_quota(root), 1);
}

/* Any number from 0 on will do; nothing outside the tree is read. */
static void hostile_bytes(void **state)
{
    static const char *const limits[] = {
        "",         "\n",
        " 1 1",     "0 0",
        "100000 0", "0 100000",
        "-5 10",    "1e9 1",
        "100000",   "5 5 5",
        "max",      "99999999999999999999 1",
        "1 2 max",  "999999999999999 1\n",
        "+3 1",     "0x10 0x1",
    };
    static char longest[70000];
    const char *root = fresh();

    (void)state;
    say(root, "/proc/self/cgroup", "0::/\n");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        say(root, "/sys/fs/cgroup/cpu.max", limits[i]);
        const int cores = iso_cpu_quota(root);
        assert_true(cores == (strncmp(limits[i], "999999999999999 ", 16) == 0 ? INT32_MAX : 0));
    }
    put(root, "/sys/fs/cgroup/cpu.max", "2\0 1\n", 5);
    assert_int_equal(iso_cpu_quota(root), 0);
    say(root, "/sys/fs/cgroup/cpu.max", "200000 100000\n");
    say(root, "/secret/cpu.max", "100000 100000\n");
    say(root, "/proc/self/cgroup", "0::/../../../secret\n");
    assert_int_equal(iso_cpu_quota(root), 2);
    memset(longest, '/', sizeof longest - 1);
    memcpy(longest, "0::", 3);
    say(root, "/proc/self/cgroup", longest);
    assert_int_equal(iso_cpu_quota(root), 2);
    memset(longest, ':', sizeof longest - 1);
    say(root, "/proc/self/cgroup", longest);
    (void)iso_cpu_quota(root);
    memset(longest, 'x', sizeof longest - 1);
    say(root, "/proc/self/cgroup", longest);
    assert_int_equal(iso_cpu_quota(root), 0);
    memset(longest, ',', sizeof longest - 1);
    memcpy(longest, "7:cpu", 5);
    longest[sizeof longest - 2] = ':';
    say(root, "/proc/self/cgroup", longest);
    assert_int_equal(iso_cpu_quota(root), 0);
    say(root, "/proc/self/cgroup", "0:\n:\n::\n:::\n0\n\n7:cpu\n7:cpu:\n0::\n");
    assert_int_equal(iso_cpu_quota(root), 2);
}

static void at_most_the_mask(void **state)
{
    cpu_set_t set[16];
    const int cores = iso_cpu_cores(), quota = iso_cpu_quota("");

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof set, set), 0);
    assert_true(cores >= 1 && cores <= CPU_COUNT_S(sizeof set, set));
    assert_true(quota == 0 || cores <= quota);
    assert_int_equal(iso_cpu_cores(), cores);
}

int main(void)
{
    RUN_TESTS(test(version_2_rounds_up), test(the_tightest_above_counts),
              test(version_1_in_two_files), test(hostile_bytes), test(at_most_the_mask));
}
