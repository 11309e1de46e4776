/* Man pages: a hand-written source around which the tables put the rest. */
#include "bin/man_page.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "bin/opt.h"

/* Text that is nobody's markup: hyphens stay minus signs, so that options can be copied. */
static void plain(FILE *to, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", to);
    for (; *text; text++) {
        if (*text == '-')
            fputs("\\-", to);
        else if (*text == '\\')
            fputs("\\e", to);
        else
            fputc(*text, to);
    }
}

static void upper(FILE *to, const char *text)
{
    for (; *text; text++)
        fputc(toupper((unsigned char)*text), to);
}

static void head(FILE *to, const struct cmd *cmd)
{
    fputs(".TH ISOGLOSS", to);
    if (cmd) {
        fputc('-', to);
        upper(to, cmd->name);
    }
    fprintf(to, " 1 \"\" \"isogloss %s\" \"Isogloss\"\n.SH NAME\nisogloss", ISO_VERSION);
    if (cmd)
        fprintf(to, "\\-%s", cmd->name);
    fputs(" \\- ", to);
    plain(to,
          cmd ? cmd->summary : "how far apart a multilingual language model keeps its languages");
    fputs("\n.SH SYNOPSIS\n.B isogloss\n", to);
    if (cmd) {
        fprintf(to, ".B %s\n[\\fIOPTION\\fR...]\n", cmd->name);
        plain(to, cmd->args);
    } else {
        fputs("\\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIINPUT\\fR...]", to);
    }
    fputc('\n', to);
}

static void option(FILE *to, const struct opt *opt)
{
    const iso_option *o = opt->is;
    char help[512];

    (void)snprintf(help, sizeof help, "%s", o->help);
    iso_fields_show(help);
    fputs(".TP\n", to);
    if (o->letter)
        fprintf(to, "\\fB\\-%c\\fR, ", o->letter);
    fputs("\\fB\\-\\-", to);
    plain(to, opt->name);
    fputs("\\fR", to);
    if (o->value)
        fprintf(to, " \\fI%s\\fR", o->value);
    fputc('\n', to);
    plain(to, help);
    if (o->choices && strchr(o->choices, ' ') && !o->in_help) {
        fputs(": ", to);
        plain(to, o->choices);
    }
    fputs(".\n", to);
}

static void tables(FILE *to, const struct cmd *cmd)
{
    struct opt_list list;

    if (cmd) {
        fputs(".SH OPTIONS\n", to);
        opt_list_of(&list, cmd);
        for (int i = 0; i < list.count; i++)
            if (list.at[i].is->tier != ISO_OPTION_HIDDEN)
                option(to, &list.at[i]);
        return;
    }
    fputs(".SH COMMANDS\n", to);
    for (const struct cmd *const *c = commands; *c; c++) {
        fprintf(to, ".TP\n\\fB%s\\fR ", (*c)->name);
        plain(to, (*c)->args);
        fputc('\n', to);
        plain(to, (*c)->summary);
        fputs(".\n", to);
    }
}

/* Where a source has the line PRESETS. */
static const char presets_line[] = ".\\\" PRESETS";

static void presets(FILE *to, const struct cmd *cmd)
{
    const iso_preset *p;
    char text[1024];

    for (int i = 0; cmd && (p = iso_preset_at(cmd->name, i)); i++) {
        opt_preset_text(text, sizeof text, p);
        fprintf(to, ".TP\n.B %s\n", p->name);
        plain(to, text);
        fputs(".\n", to);
    }
    fputs(".PP\nOptions given beside a preset override it.\n", to);
}

/* Everybody's last sections. */
static void tail(FILE *to, const struct cmd *cmd)
{
    fputs(".SH EXIT STATUS\n0 done; 2 the command line is wrong; 1 anything else failed; "
          "130 interrupted.\n.SH SEE ALSO\n",
          to);
    if (cmd)
        fputs(".BR isogloss (1)\n", to);
    else
        for (const struct cmd *const *c = commands; *c; c++)
            fprintf(to, ".BR isogloss\\-%s (1)%s\n", (*c)->name, c[1] ? "," : "");
}

const char *const *man_lines(const struct cmd *cmd)
{
    static const char *const none[] = {NULL};
    const char *name = cmd ? cmd->name : "isogloss";

    for (const struct man_source *m = man_sources; m->name; m++) {
        if (strcmp(m->name, name) == 0)
            return m->lines;
    }
    return none;
}

void man_page(FILE *to, const struct cmd *cmd)
{
    bool example = false, done = false;

    head(to, cmd);
    for (const char *const *line = man_lines(cmd); *line; line++) {
        if (strncmp(*line, ".SH EXAMPLE", 11) == 0) {
            tables(to, cmd);
            done = true;
        }
        if (strcmp(*line, ".EE") == 0)
            example = false;
        if (strcmp(*line, presets_line) == 0) {
            presets(to, cmd);
            continue;
        }
        if (example)
            plain(to, *line);
        else
            fputs(*line, to);
        fputc('\n', to);
        if (strcmp(*line, ".EX") == 0)
            example = true;
    }
    if (!done)
        tables(to, cmd);
    tail(to, cmd);
}

void man_examples(FILE *to, const struct cmd *cmd, int indent)
{
    bool example = false;

    for (const char *const *line = man_lines(cmd); *line; line++) {
        example = example && strcmp(*line, ".EE") != 0;
        if (example)
            fprintf(to, "%*s%s\n", indent, "", *line);
        example = example || strcmp(*line, ".EX") == 0;
    }
}
