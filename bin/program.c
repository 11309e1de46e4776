/* The whole program but main(): finds the command, reads its options, runs it, closes up. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bin/cmd.h"
#include "bin/help.h"
#include "bin/opt.h"
#include "bin/run_files.h"
#include "bin/term.h"
#include "lib/base/cpu.h"
#include "lib/linalg/blas.h"

/* What was printed must have arrived: a full disk shows only here. */
static int close_up(const char *command, int status)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    term_say("isogloss %s: standard output: %s", command,
             errno ? strerror(errno) : "a write failed");
    clearerr(stdout);
    return status == EXIT_DONE ? EXIT_FAILED : status;
}

/* More threads than this only wait for each other; each also takes memory for itself. */
static int64_t threads_most(void)
{
    const int64_t cores = iso_cpu_cores();

    return 4 * cores > 64 ? 4 * cores : 64;
}

/* A command that takes threads multiplies; what it needs for that is asked for before any work. */
static bool multiplies(const struct args *args)
{
    for (int i = 0; i < args->options->count; i++)
        if (strcmp(args->options->at[i].name, "threads") == 0)
            return true;
    return false;
}

/* What of a figure is asked without one to be drawn, or NULL. */
static const char *without_figure(const struct args *args, const struct cmd *cmd)
{
    const iso_plot_opt *f = &args->figure;
    const bool drawn = args->plot || f->plot_data || strcmp(cmd->name, "plot") == 0;

    return drawn ? NULL : f->title ? "title" : f->width ? "width" : f->height ? "height" : NULL;
}

static int run(const struct cmd *cmd, int argc, char **argv)
{
    struct args args;
    iso_err err = opt_parse(&args, cmd, argc - 1, argv + 1);
    int status;

    args.argc = argc;
    args.argv = argv;
    if (err == ISO_ENOMEM) {
        status = cmd_failed(&args, err);
    } else if (err != ISO_OK) {
        status = cmd_usage(&args, "%s", iso_err_msg());
    } else if (args.help) {
        help_command(stdout, cmd);
        status = EXIT_DONE;
    } else if (args.plot && iso_plot_check(NULL, args.plot)) {
        /* said before hours of work, not after */
        status = cmd_usage(&args, "--plot %s", iso_err_msg());
    } else if (iso_plot_check(&args.figure, NULL)) {
        status = cmd_usage(&args, "%s", iso_err_msg());
    } else if (without_figure(&args, cmd)) {
        status =
            cmd_usage(&args, "--%s is of --plot, which is not given", without_figure(&args, cmd));
    } else if (args.run.threads > threads_most()) {
        status = cmd_usage(&args, "--threads %lld: at most %lld on this machine",
                           (long long)args.run.threads, (long long)threads_most());
    } else if ((err = run_files_check(&args, cmd)) != ISO_OK) {
        status = err == ISO_EARG ? cmd_usage(&args, "%s", iso_err_msg()) : cmd_failed(&args, err);
    } else if (multiplies(&args) && (err = iso_blas_ready()) != ISO_OK) {
        status = cmd_failed(&args, err);
    } else {
        status = cmd->run(&args);
    }
    term_clear();
    opt_free(&args);
    return close_up(cmd->name, status);
}

int isogloss_main(int argc, char **argv)
{
    const struct cmd *cmd;
    const char *word = argc > 1 ? argv[1] : NULL;

    commands = all_commands;
    iso_fields_style(ISO_FIELDS_DASHED);

    if (!word) {
        help_overview(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        word = "help";
    else if (strcmp(word, "--version") == 0)
        word = "version";
    else if (word[0] == '-') {
        term_say("isogloss: unknown option %s; options come after the command", word);
        return EXIT_USAGE;
    }
    cmd = cmd_find(word);
    return cmd ? run(cmd, argc, argv) : cmd_unknown(word);
}
