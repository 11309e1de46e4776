/* isogloss man: a command's whole page, wherever the program lies. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bin/cmd.h"
#include "bin/man_page.h"

extern char **environ;

/* Whether a program of this name is on the PATH. */
static bool on_path(const char *name)
{
    const char *path = getenv("PATH");
    char file[4096];

    for (const char *at = path ? path : ""; *at;) {
        const size_t len = strcspn(at, ":");
        if (len > 0 &&
            (size_t)snprintf(file, sizeof file, "%.*s/%s", (int)len, at, name) < sizeof file &&
            access(file, X_OK) == 0)
            return true;
        at += len + (at[len] == ':');
    }
    return false;
}

/* Runs a program to its end; true when it ended well. */
static bool ran(const char *const *argv)
{
    pid_t pid;
    int status = 1;

    if (posix_spawnp(&pid, argv[0], NULL, NULL, (char **)(uintptr_t)argv, environ) != 0)
        return false;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* In the hands of `program` (man -l, a pager), as a file that is gone afterwards. */
static bool shown_by(const char *program, const char *option, const char *page)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    bool good = false;

    if (!on_path(program) || snprintf(path, sizeof path, "%s/isogloss-XXXXXX.1",
                                      folder && *folder ? folder : "/tmp") >= (int)sizeof path)
        return false;
    const int fd = mkstemps(path, 2);
    if (fd < 0)
        return false;
    FILE *file = fdopen(fd, "w");
    if (file) {
        good = fputs(page, file) >= 0;
        good = fclose(file) == 0 && good;
    } else {
        (void)close(fd);
    }
    const char *const argv[] = {program, option ? option : path, option ? path : NULL, NULL};
    good = good && ran(argv);
    (void)unlink(path);
    return good;
}

static const char *pager(void)
{
    const char *named = getenv("PAGER");

    return named && *named && !strpbrk(named, " \t") ? named : "less";
}

/* For a person man, or a pager; else, and where neither is there, plain text. */
static iso_err show(const char *roff)
{
    const bool person = isatty(STDOUT_FILENO);
    char *plain = NULL;
    size_t len = 0;
    iso_err err = ISO_OK;

    if (person && shown_by("man", "-l", roff))
        return ISO_OK;
    FILE *text = open_memstream(&plain, &len);
    if (!text)
        return iso_fail(ISO_ENOMEM, "no memory for the page");
    err = man_plain(text, roff);
    if (fclose(text) != 0 && !err)
        err = iso_fail(ISO_ENOMEM, "no memory for the page");
    if (!err && !(person && shown_by(pager(), NULL, plain)))
        fputs(plain, stdout);
    free(plain); /* open_memstream's */
    return err;
}

struct man_opt {
    size_t size;
    bool roff;
};

static const iso_option rows[] = {
    ISO_OPTION(struct man_opt, FLAG, roff, NULL, "print the source of the page",
               .tier = ISO_OPTION_HIDDEN),
};
static const iso_options options = ISO_OPTIONS("man", struct man_opt, rows);

static int run(const struct args *args)
{
    const struct cmd *cmd = NULL;
    char *roff = NULL;
    size_t len = 0;
    iso_err err = ISO_OK;

    if (args->inputs.count > 1)
        return cmd_usage(args, "one page at a time, not %d", args->inputs.count);
    if (args->inputs.count == 1 && !(cmd = cmd_find(args->inputs.at[0])))
        return cmd_unknown(args->inputs.at[0]);
    if (((const struct man_opt *)args->study)->roff) {
        man_page(stdout, cmd);
        return EXIT_DONE;
    }
    FILE *page = open_memstream(&roff, &len);
    if (page) {
        man_page(page, cmd);
        if (fclose(page) == 0)
            err = show(roff);
        free(roff);
    } else {
        err = iso_fail(ISO_ENOMEM, "no memory for the page");
    }
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_man = {
    .name = "man",
    .args = "[COMMAND]",
    .summary = "the manual page of a command, or of the program",
    .study = &options,
    .options = "only",
    .run = run,
};
