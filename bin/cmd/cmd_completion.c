/* isogloss completion: what a shell should know of the commands and their options. */
#include <stdio.h>
#include <string.h>

#include "bin/cmd.h"
#include "bin/opt.h"

/* bash ------------------------------------------------------------------------------------- */

static void bash_options(const struct cmd *cmd)
{
    printf("    %s) options=\"", cmd->name);
    for (const struct opt *o = opt_next(cmd, NULL); o; o = opt_next(cmd, o))
        if (!o->hidden)
            printf("%s--%s", o == opt_next(cmd, NULL) ? "" : " ", o->name);
    printf("\" ;;\n");
}

/* An option means the same in every command, so its values need a command only where one has its
 * own entry; those come first in the table. */
static void bash_values(void)
{
    for (const struct opt *o = opt_any(NULL); o; o = opt_any(o)) {
        if (o->hidden || o->kind == OPT_FLAG || o->kind == OPT_LIST)
            continue;
        printf("    %s,--%s", o->of ? o->of : "*", o->name);
        if (o->letter)
            printf(" | *,-%c", o->letter);
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
    bash_values();
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

static void zsh_option(const struct opt *o)
{
    printf("        '%s--%s[", o->kind == OPT_LIST ? "*" : "", o->name);
    zsh_text(o->help);
    putchar(']');
    if (o->kind != OPT_FLAG) {
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
        for (const struct opt *o = opt_next(*c, NULL); o; o = opt_next(*c, o))
            if (!o->hidden)
                zsh_option(o);
        if (strcmp((*c)->name, "completion") == 0)
            printf("        '1:shell:(bash zsh)'\n        ;;\n");
        else if (strcmp((*c)->name, "help") == 0)
            printf("        '1:command:(${known%%%%:*})'\n        ;;\n");
        else
            printf("        '*:input:_files'\n        ;;\n");
    }
    printf("    esac\n}\n_isogloss \"$@\"\n");
}

static int run(const struct settings *set)
{
    const char *shell = set->inputs.count == 1 ? set->inputs.at[0] : "";

    if (strcmp(shell, "bash") == 0)
        bash();
    else if (strcmp(shell, "zsh") == 0)
        zsh();
    else
        return cmd_usage(set, "say which shell: bash or zsh");
    return EXIT_DONE;
}

const struct cmd cmd_completion = {
    .name = "completion",
    .args = "bash|zsh",
    .summary = "the script that completes commands and options in a shell",
    .options = "only",
    .run = run,
};
