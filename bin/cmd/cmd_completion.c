/* isogloss completion: what a shell should know of the commands and their options. */
#include <stdio.h>
#include <string.h>

#include "bin/cmd.h"
#include "bin/opt.h"

/* bash ------------------------------------------------------------------------------------- */

static void bash_options(const struct cmd *cmd)
{
    struct opt_list list;

    opt_list_of(&list, cmd);
    printf("    %s) options=\"", cmd->name);
    for (int i = 0; i < list.count; i++)
        if (list.at[i].is->tier != ISO_OPTION_HIDDEN)
            printf("%s--%s", i ? " " : "", list.at[i].name);
    printf("\" ;;\n");
}

static void bash_values(const struct cmd *cmd)
{
    struct opt_list list;

    opt_list_of(&list, cmd);
    for (int i = 0; i < list.count; i++) {
        const iso_option *o = list.at[i].is;
        if (o->tier == ISO_OPTION_HIDDEN || o->kind == ISO_OPTION_FLAG ||
            o->kind == ISO_OPTION_INPUT)
            continue;
        printf("    %s,--%s", cmd->name, list.at[i].name);
        if (o->letter)
            printf(" | %s,-%c", cmd->name, o->letter);
        if (o->choices)
            printf(") COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n", o->choices);
        else if (opt_is_path(o))
            printf(") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n");
        else
            printf(") return ;;\n");
    }
}

static void bash(void)
{
    printf("# bash completion for isogloss, made by `isogloss completion bash`\n"
           "_isogloss()\n{\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    local commands=\"");
    for (const struct cmd *const *c = commands; *c; c++)
        printf("%s%s", c == commands ? "" : " ", (*c)->name);
    printf("\" options=\"\"\n"
           "    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W \"$commands --help --version\" -- \"$cur\"))\n"
           "        return\n    fi\n"
           "    case ${COMP_WORDS[1]},$prev in\n");
    for (const struct cmd *const *c = commands; *c; c++)
        bash_values(*c);
    printf("    esac\n    case ${COMP_WORDS[1]} in\n");
    for (const struct cmd *const *c = commands; *c; c++)
        bash_options(*c);
    printf("    esac\n"
           "    case ${COMP_WORDS[1]},$cur in\n"
           "    *,-*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n"
           "    help,*) COMPREPLY=($(compgen -W \"$commands records\" -- \"$cur\")) ;;\n"
           "    man,*) COMPREPLY=($(compgen -W \"$commands\" -- \"$cur\")) ;;\n"
           "    completion,*) COMPREPLY=($(compgen -W \"bash zsh\" -- \"$cur\")) ;;\n"
           "    *) COMPREPLY=($(compgen -f -- \"${cur#*=}\")) ;;\n"
           "    esac\n}\n"
           "complete -o filenames -F _isogloss isogloss\n");
}

/* zsh -------------------------------------------------------------------------------------- */

/* Text inside '...[text]...': quotes, brackets and colons mean something there. */
static void zsh_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            printf("'\\''");
        else if (strchr("[]:\\", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void zsh_option(const struct opt *opt)
{
    const iso_option *o = opt->is;
    char help[512];

    (void)snprintf(help, sizeof help, "%s", o->help);
    iso_fields_show(help);
    printf("        '%s--%s[", o->kind == ISO_OPTION_INPUT ? "*" : "", opt->name);
    zsh_text(help);
    putchar(']');
    if (o->kind != ISO_OPTION_FLAG) {
        putchar(':');
        zsh_text(o->value);
        putchar(':');
        if (o->choices)
            printf("(%s)", o->choices);
        else if (opt_is_path(o))
            printf("_files");
    }
    printf("' \\\n");
}

static void zsh(void)
{
    struct opt_list list;

    printf("#compdef isogloss\n# made by `isogloss completion zsh`\n"
           "_isogloss()\n{\n    local -a known\n    known=(\n");
    for (const struct cmd *const *c = commands; *c; c++) {
        printf("        '%s:", (*c)->name);
        zsh_text((*c)->summary);
        printf("'\n");
    }
    printf("    )\n    if (( CURRENT == 2 )); then\n"
           "        _describe command known\n        return\n    fi\n"
           "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n"
           "    case $command in\n");
    for (const struct cmd *const *c = commands; *c; c++) {
        printf("    %s)\n        _arguments \\\n", (*c)->name);
        opt_list_of(&list, *c);
        for (int i = 0; i < list.count; i++)
            if (list.at[i].is->tier != ISO_OPTION_HIDDEN)
                zsh_option(&list.at[i]);
        if (strcmp((*c)->name, "completion") == 0)
            printf("        '1:shell:(bash zsh)'\n        ;;\n");
        else if (strcmp((*c)->name, "help") == 0)
            printf("        '1:command:(${known%%%%:*})'\n        ;;\n");
        else
            printf("        '*:input:_files'\n        ;;\n");
    }
    printf("    esac\n}\n_isogloss \"$@\"\n");
}

static int run(const struct args *args)
{
    const char *shell = args->inputs.count == 1 ? args->inputs.at[0] : "";

    if (strcmp(shell, "bash") == 0)
        bash();
    else if (strcmp(shell, "zsh") == 0)
        zsh();
    else
        return cmd_usage(args, "say which shell: bash or zsh");
    return EXIT_DONE;
}

const struct cmd cmd_completion = {
    .name = "completion",
    .args = "bash|zsh",
    .summary = "the script that completes commands and options in a shell",
    .options = "only",
    .run = run,
};
