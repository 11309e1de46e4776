/* Talking to the person at the terminal: progress, notes, interruption. */
#include "bin/term.h"

#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "bin/cmd.h"
#include "lib/base/utf8.h"
#include "lib/io/temporary.h"

enum shows { SHOW_NOTHING, SHOW_LIVE, SHOW_LINES };

/* There is one terminal and one stop button, hence one state. */
static struct {
    enum shows shows;
    double began, task_began, shown; /* seconds on the clock */
    int64_t first, last;             /* where the task began, where it was */
    char what[80];
    int width; /* of the live line on the screen; 0 = none */
} live;
static volatile sig_atomic_t interrupted;
static char last_words[64]; /* of on_alarm, which may not format */
static iso_run current;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* 123456789 as "123 M", three digits. */
static void shorten(char *out, size_t room, double number)
{
    static const char *const units[] = {"", " k", " M", " G", " T"};
    int u = 0;

    while (number >= 999.5 && u < 4) {
        number /= 1000;
        u++;
    }
    snprintf(out, room, "%.3g%s", number, units[u]);
}

static void count_text(char *out, size_t room, int64_t number)
{
    if (number < 100000)
        snprintf(out, room, "%" PRId64, number);
    else
        shorten(out, room, (double)number);
}

static void clock_text(char *out, size_t room, double seconds)
{
    const long s = seconds > 0 && seconds < 1e8 ? (long)(seconds + 0.5) : 0;

    if (s >= 3600)
        snprintf(out, room, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, room, "%02ld:%02ld", s / 60, s % 60);
}

void term_line(char *out, size_t room, const char *what, int64_t done, int64_t total,
               const char *unit, double seconds, int64_t from)
{
    const double rate = seconds > 0 ? (double)(done - from) / seconds : 0;
    char so_far[32], all[32], spent[32], left[32], speed[32];

    count_text(so_far, sizeof so_far, done);
    count_text(all, sizeof all, total);
    clock_text(spent, sizeof spent, seconds);
    shorten(speed, sizeof speed, rate);
    if (total <= 0) {
        snprintf(out, room, "%s: %s %s [%s, %s/s]", what, so_far, unit, spent, speed);
        return;
    }
    if (rate > 0)
        clock_text(left, sizeof left, (double)(total - done) / rate);
    else
        snprintf(left, sizeof left, "?");
    snprintf(out, room, "%s: %d%% %s/%s %s [%s<%s, %s/s]", what,
             (int)(100.0 * (double)done / (double)total), so_far, all, unit, spent, left, speed);
}

void term_clear(void)
{
    if (live.width > 0) {
        fprintf(stderr, "\r%*s\r", live.width, "");
        fflush(stderr);
    }
    live.width = 0;
}

static int columns(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
        return size.ws_col - 1;
    return 79;
}

/* The text as far as `most` columns reach, a blank for what is not drawn; the columns taken. */
static int draw(const char *text, int most)
{
    int64_t left = (int64_t)strlen(text);
    int taken = 0;

    for (int size; left > 0; text += size, left -= size) {
        uint32_t point = 0;
        size = iso_utf8_next(&point, text, left);
        const bool drawn = size && iso_utf8_drawn(point);
        const int wide = drawn ? iso_utf8_width(point) : 1;
        if (taken + wide > most)
            break;
        taken += wide;
        if (drawn)
            fwrite(text, 1, (size_t)size, stderr);
        else
            fputc(' ', stderr);
        size = size ? size : 1;
    }
    return taken;
}

static void say(const char *before, const char *format, va_list args)
{
    char line[8192];

    (void)vsnprintf(line, sizeof line, format, args);
    iso_fields_show(line);
    term_clear();
    fputs(before, stderr);
    (void)draw(line, INT_MAX);
    fputc('\n', stderr);
}

void term_say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("", format, args);
    va_end(args);
}

static void show(const char *line)
{
    if (live.shows == SHOW_LINES) {
        term_say("isogloss: %s", line);
        return;
    }
    const int before = live.width;

    fputc('\r', stderr);
    live.width = draw(line, columns());
    fprintf(stderr, "%*s", before > live.width ? before - live.width : 0, "");
    fflush(stderr);
}

static bool progress(void *payload, const char *what, int64_t done, int64_t total, const char *unit)
{
    char line[256];

    (void)payload;
    if (interrupted) {
        (void)alarm(30); /* heard: what was written may take its time to go, but not for ever */
        return false;
    }
    if (live.shows == SHOW_NOTHING)
        return true;
    const double t = now();
    if (done < live.last || strncmp(live.what, what, sizeof live.what - 1) != 0) {
        snprintf(live.what, sizeof live.what, "%s", what);
        live.task_began = t;
        live.first = done;
    }
    live.last = done;
    if (live.shows == SHOW_LIVE && total > 0 && done >= total) {
        term_clear();
        return true;
    }
    const double pause = live.shows == SHOW_LINES ? 10 : 1.0 / 6;
    if (t - live.began < 1 || t - live.shown < pause)
        return true;
    live.shown = t;
    term_line(line, sizeof line, what, done, total, unit, t - live.task_began, live.first);
    show(line);
    return true;
}

/* Nobody asked progress() within a second: a library, or a read that does not come back. */
static void on_alarm(int number)
{
    (void)number;
    iso_temporary_abandon();
    (void)!write(STDERR_FILENO, last_words, strlen(last_words));
    _exit(EXIT_INTERRUPTED);
}

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
    (void)signal(SIGALRM, on_alarm);
    (void)alarm(1);
}

/* The first signal asks the work to stop, and stops it after a second if it does not hear; the
 * second finds the old handler and kills. What the parent had ignored (nohup, a job in the
 * background) stays ignored. */
static void listen(int number)
{
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND | SA_RESTART},
                     old;

    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &act, NULL);
}

static bool read_number(int64_t *out, const char *path, const char *format)
{
    char line[128];
    bool found = false;
    FILE *file = fopen(path, "r");

    while (file && !found && fgets(line, sizeof line, file))
        found = sscanf(line, format, out) == 1;
    if (file)
        fclose(file);
    return found;
}

/* What the machine has, or what the container was given if that is less. */
static int64_t ram(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
    int64_t bytes = pages > 0 && size > 0 ? (int64_t)pages * size : 0, given;

    if (read_number(&given, "/sys/fs/cgroup/memory.max", "%" SCNd64) && given > 0 &&
        (bytes == 0 || given < bytes))
        bytes = given;
    return bytes;
}

/* What of it is free, or can be freed; 0: nobody says. */
static int64_t ram_free(void)
{
    int64_t kilobytes, most, used, bytes = 0;

    if (read_number(&kilobytes, "/proc/meminfo", "MemAvailable: %" SCNd64))
        bytes = kilobytes * 1024;
    if (read_number(&most, "/sys/fs/cgroup/memory.max", "%" SCNd64) &&
        read_number(&used, "/sys/fs/cgroup/memory.current", "%" SCNd64) && most - used < bytes)
        bytes = most > used ? most - used : 1;
    return bytes;
}

/* What the library has to say. */
static void note(void *payload, const char *text)
{
    (void)payload;
    term_say("isogloss: note: %s", text);
}

iso_run term_run(const struct args *args)
{
    const bool lines = args->progress && strcmp(args->progress, "lines") == 0;

    interrupted = 0;
    (void)alarm(0);
    memset(&live, 0, sizeof live);
    live.began = now();
    if (args->quiet)
        live.shows = SHOW_NOTHING;
    else if (lines)
        live.shows = SHOW_LINES;
    else if (isatty(STDERR_FILENO))
        live.shows = SHOW_LIVE;
    if (live.shows == SHOW_LINES)
        live.shown = live.began;
    (void)snprintf(last_words, sizeof last_words, "isogloss %s: interrupted\n", args->command);
    listen(SIGINT);
    listen(SIGTERM);
    (void)signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error of write(2) */
    current = (iso_run){
        .threads = args->run.threads,
        .mem = args->run.mem > 0 ? args->run.mem : ram() / 4,
        .mem_firm = args->run.mem > 0,
        .mem_free = ram_free(),
        .seed = args->run.seed,
        .double_precision = args->run.double_precision,
        .progress = progress,
        .note = args->quiet ? NULL : note,
    };
    return current;
}

const iso_run *term_current(void)
{
    return &current;
}

void term_note(const struct args *args, const char *format, ...)
{
    va_list rest;

    if (args->quiet)
        return;
    va_start(rest, format);
    say("isogloss: note: ", format, rest);
    va_end(rest);
}
