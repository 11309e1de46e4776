/* What the terminal shows, and how a run is stopped. */
#include "tests/check.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include "bin/cmd.h"
#include "bin/fault.h"
#include "bin/term.h"
#include "lib/io/outfile.h"

static void the_line_says_how_long_it_takes(void **state)
{
    char line[128];

    (void)state;
    /* 100 of 400 in 10 s: 10 a second, 30 s left */
    term_line(line, sizeof line, "en", 100, 400, "rows", 10, 0);
    text(line, "en: 25% 100/400 rows [00:10<00:30, 10/s]");
    /* resumed at 300: 100 in 50 s, 200 left = 100 s */
    term_line(line, sizeof line, "en", 400, 600, "rows", 50, 300);
    text(line, "en: 66% 400/600 rows [00:50<01:40, 2/s]");
    term_line(line, sizeof line, "pairs", 123456789, 0, "bytes", 3700, 0);
    text(line, "pairs: 123 M bytes [1:01:40, 33.4 k/s]");
    term_line(line, sizeof line, "x", 0, 200000, "rows", 0, 0);
    text(line, "x: 0% 0/200 k rows [00:00<?, 0/s]");
}

static void a_signal_stops_the_work(void **state)
{
    const struct args set = {.command = "test", .quiet = true};
    iso_run run = term_run(&set);
    struct sigaction old;

    (void)state;
    ok(iso_run_step(&run, "x", 1, 2, "rows"));
    raise(SIGINT);
    fails(iso_run_step(&run, "x", 2, 2, "rows"), ISO_ECANCEL, "");
    sigaction(SIGINT, NULL, &old);
    assert_true(old.sa_handler == SIG_DFL); /* the second one kills */
    run = term_run(&set);
    raise(SIGTERM);
    fails(iso_run_step(&run, "x", 2, 2, "rows"), ISO_ECANCEL, "");
}

/* How many files lie in the folder of `path` whose names begin like its own. */
static int files_beside(const char *path)
{
    char folder[512];
    int count = 0;

    snprintf(folder, sizeof folder, "%s", path);
    char *name = strrchr(folder, '/');
    *name++ = '\0';
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir));)
        count += strncmp(e->d_name, name, strlen(name)) == 0;
    closedir(dir);
    return count;
}

/* What `say` writes to stderr, caught in a file. */
static const char *said(void (*say)(const char *text), const char *what)
{
    static char line[256];
    const char *path = temp_path("said");
    const int before = dup(STDERR_FILENO);

    assert_non_null(freopen(path, "w", stderr));
    say(what);
    fflush(stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    line[fread(line, 1, sizeof line - 1, file)] = '\0';
    fclose(file);
    return line;
}

static void note(const char *what)
{
    term_note(&(struct args){.command = "test"}, "%s there", what);
}

static void refuse(const char *what)
{
    (void)cmd_usage(&(struct args){.command = "test"}, "%s", what);
}

static void not_known(const char *what)
{
    (void)cmd_unknown(what);
}

/* Names of languages, models and files come from files and may hold anything. */
static void nothing_foreign_steers_the_terminal(void **state)
{
    (void)state;
    text(said(note, "a\x1b[2J\xc2\x9b\x7f\r\n\xe4\xb8\xad\x9b"),
         "isogloss: note: a [2J    \xe4\xb8\xad  there\n");
    text(said(refuse, "x\x1b]0;owned\x07"),
         "isogloss test: x ]0;owned  (see `isogloss help test`)\n");
    text(said(not_known, "\xe2\x80\xae"
                         "evil"),
         "isogloss: unknown command  evil; `isogloss help` lists them\n");
}

/* A process that never asks is ended after a second all the same, and leaves nothing half. */
static void a_signal_ends_what_does_not_hear(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM};

    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        const char *path = temp_path("half.json");
        const pid_t child = fork();
        int status = 0;
        assert_true(child >= 0);
        if (child == 0) {
            iso_outfile *file = NULL;
            (void)term_run(&(struct args){.command = "test", .quiet = true});
            if (iso_outfile_open(&file, path) || iso_outfile_write(file, "{", 1))
                _exit(1);
            raise(signals[i]);
            for (;;)
                pause();
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), EXIT_INTERRUPTED);
        assert_int_not_equal(access(path, F_OK), 0);
        assert_int_equal(files_beside(path), 0);
    }
}

/* A library that breaks down ends the program as it would, but leaves nothing half. */
static void a_death_in_a_library_leaves_nothing(void **state)
{
    static const int deaths[] = {SIGSEGV, SIGABRT, SIGFPE};

    (void)state;
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
        const char *path = temp_path("half.csv");
        const pid_t child = fork();
        int status = 0;
        assert_true(child >= 0);
        if (child == 0) {
            iso_outfile *file = NULL;
            (void)signal(deaths[i], SIG_DFL); /* not cmocka's or a sanitizer's */
            fault_listen();
            if (iso_outfile_open(&file, path) || iso_outfile_write(file, "x", 1))
                _exit(3);
            raise(deaths[i]);
            _exit(4);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == deaths[i]);
        assert_int_equal(files_beside(path), 0);
    }
}

static void settings_reach_the_run(void **state)
{
    const struct args set = {
        .command = "test",
        .run = {.threads = 3, .mem = 1 << 20, .seed = 7, .double_precision = true}};
    const struct args none = {.command = "test"};
    iso_run run = term_run(&set);

    (void)state;
    assert_int_equal(run.threads, 3);
    assert_int_equal(run.mem, 1 << 20);
    assert_int_equal(run.seed, 7);
    assert_true(run.double_precision);
    run = term_run(&none);
    assert_false(run.double_precision);
    assert_true(run.mem > 1 << 20);
}

int main(void)
{
    RUN_TESTS(test(the_line_says_how_long_it_takes), test(a_signal_stops_the_work),
              test(a_signal_ends_what_does_not_hear), test(a_death_in_a_library_leaves_nothing),
              test(nothing_foreign_steers_the_terminal), test(settings_reach_the_run));
}
