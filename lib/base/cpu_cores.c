/* How many cores this process may use: its affinity mask, and what the quotas of the cgroups it is
 * in leave of them. */
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/cpu.h"

/* The whole of a small file, what does not fit cut off; false where there is none. */
static bool text_of(char *out, size_t room, const char *path)
{
    FILE *file = fopen(path, "re");

    if (!file)
        return false;
    out[fread(out, 1, room - 1, file)] = '\0';
    fclose(file);
    return true;
}

/* Moves `at` over a number of at most 15 digits and the blank behind it. */
static bool number(int64_t *out, const char **at)
{
    const size_t digits = strspn(*at, "0123456789");
    int64_t value = 0;

    if (digits == 0 || digits > 15)
        return false;
    for (size_t i = 0; i < digits; i++)
        value = 10 * value + ((*at)[i] - '0');
    *at += digits;
    *at += strspn(*at, " \n");
    *out = value;
    return true;
}

/* "QUOTA PERIOD" in microseconds as cores, rounded up; 0 = no limit, or not such a text. */
static int64_t cores_of(const char *text)
{
    int64_t quota, period;

    if (!number(&quota, &text) || !number(&period, &text) || *text != '\0' || quota == 0 ||
        period == 0)
        return 0;
    return (quota + period - 1) / period;
}

/* The quota of one cgroup, in the form of version 2 or in two files as of version 1. */
static int64_t cores_in(const char *folder)
{
    char path[4096 + 64], text[256];
    size_t half;

    (void)snprintf(path, sizeof path, "%s/cpu.max", folder);
    if (text_of(text, sizeof text, path))
        return cores_of(text);
    (void)snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    if (!text_of(text, sizeof text / 2, path))
        return 0;
    half = strcspn(text, "\n");
    text[half] = ' ';
    (void)snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    return text_of(text + half + 1, sizeof text / 2, path) ? cores_of(text) : 0;
}

/* The tightest quota of a cgroup and those above it. In a container the path may be one of the
 * host, of which only the mount's own folder is to be seen here. */
static int64_t tightest(const char *mount, const char *group)
{
    char folder[4096];
    const size_t stem = strlen(mount);
    int64_t least = 0;

    if (strstr(group, "..") ||
        snprintf(folder, sizeof folder, "%s%s", mount, group) >= (int)sizeof folder)
        (void)snprintf(folder, sizeof folder, "%s", mount);
    for (;;) {
        const int64_t cores = cores_in(folder);
        char *last = strrchr(folder + stem, '/');
        if (cores > 0 && (least == 0 || cores < least))
            least = cores;
        if (!last)
            return least;
        *last = '\0';
    }
}

static bool names_cpu(const char *controllers, size_t len)
{
    for (size_t at = 0, word; at < len; at += word + 1) {
        word = strcspn(controllers + at, ",:");
        if (word == 3 && memcmp(controllers + at, "cpu", 3) == 0)
            return true;
    }
    return false;
}

/* One line of /proc/self/cgroup, "ID:CONTROLLERS:PATH"; version 2 names no controllers. */
static int64_t cores_of_line(const char *root, const char *line)
{
    const char *controllers = strchr(line, ':');
    const char *group = controllers ? strchr(++controllers, ':') : NULL;
    char mount[1024];

    if (!group)
        return 0;
    const size_t len = (size_t)(group - controllers);
    if (len == 0)
        (void)snprintf(mount, sizeof mount, "%s/sys/fs/cgroup", root);
    else if (len < 256 && names_cpu(controllers, len))
        (void)snprintf(mount, sizeof mount, "%s/sys/fs/cgroup/%.*s", root, (int)len, controllers);
    else
        return 0;
    return tightest(mount, group + 1);
}

int iso_cpu_quota(const char *root)
{
    char path[1024], text[16384];
    int64_t least = 0;

    (void)snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    if (!text_of(text, sizeof text, path))
        return 0;
    for (char *line = text, *end; *line; line = end) {
        end = line + strcspn(line, "\n");
        if (*end)
            *end++ = '\0';
        const int64_t cores = cores_of_line(root, line);
        if (cores > 0 && (least == 0 || cores < least))
            least = cores;
    }
    return least < INT32_MAX ? (int)least : INT32_MAX;
}

static int affinity(void)
{
    cpu_set_t set[16]; /* 16384 cores: a mask shorter than the system's is refused */

    return sched_getaffinity(0, sizeof set, set) == 0 ? CPU_COUNT_S(sizeof set, set) : 1;
}

int iso_cpu_cores(void)
{
    static atomic_int known;
    int cores = atomic_load_explicit(&known, memory_order_relaxed);

    if (cores == 0) {
        const int quota = iso_cpu_quota("");
        cores = affinity();
        cores = quota > 0 && quota < cores ? quota : cores;
        atomic_store_explicit(&known, cores, memory_order_relaxed);
    }
    return cores;
}
