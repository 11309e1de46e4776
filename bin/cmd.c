/* What commands share: the list of all, by name, and how they fail. */
#include "bin/cmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bin/term.h"
#include "lib/base/str.h"

static const struct cmd *const none[] = {NULL};
const struct cmd *const *commands = none;

const struct cmd *cmd_find(const char *name)
{
    for (const struct cmd *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

const char *cmd_nearest(const char *name)
{
    const char *names[64];
    int count = 0;

    for (const struct cmd *const *c = commands; *c && count < 64; c++)
        names[count++] = (*c)->name;
    return iso_str_nearest(name, names, count);
}

int cmd_unknown(const char *name)
{
    const char *near = cmd_nearest(name);

    if (near)
        term_say("isogloss: unknown command %s; did you mean %s?", name, near);
    else
        term_say("isogloss: unknown command %s; `isogloss help` lists them", name);
    return EXIT_USAGE;
}

int cmd_failed(const struct args *args, iso_err err)
{
    const char *message = *iso_err_msg() ? iso_err_msg() : iso_err_text(err);

    term_say("isogloss %s: %s", args->command, message);
    return err == ISO_ECANCEL ? EXIT_INTERRUPTED : EXIT_FAILED;
}

int cmd_usage(const struct args *args, const char *format, ...)
{
    char message[1024];
    va_list rest;

    va_start(rest, format);
    vsnprintf(message, sizeof message, format, rest);
    va_end(rest);
    if (strstr(message, "isogloss help"))
        term_say("isogloss %s: %s", args->command, message);
    else
        term_say("isogloss %s: %s (see `isogloss help %s`)", args->command, message, args->command);
    return EXIT_USAGE;
}
