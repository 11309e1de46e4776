/* Help, made of the command and option tables. */
#include "bin/help.h"

#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/measure/measure.h"
#include "bin/man_page.h"
#include "bin/opt.h"
#include "lib/io/record.h"

void help_overview(FILE *to)
{
    fputs("usage: isogloss COMMAND [OPTION...] [INPUT...]\n\n"
          "Isogloss measures how far apart a multilingual language model keeps its languages.\n\n",
          to);
    for (const struct cmd *const *c = commands; *c; c++)
        fprintf(to, "  %-11s %s\n", (*c)->name, (*c)->summary);
    fputs("\n`isogloss help COMMAND` says more of one, `isogloss help records` what is printed. "
          "INPUT is a file of hidden states, LANG=FILE "
          "or\n"
          "LANG:LAYER=FILE.\n",
          to);
}

/* Where the text of an option begins; what is longer than that gets a line of its own. */
enum { INDENT = 24, WIDTH = 96 };

/* The sentence, broken at spaces; `column` is where the cursor stands. */
static void flow(FILE *to, const char *text, int column)
{
    while (*text) {
        const int word = (int)strcspn(text, " ");
        if (column + 1 + word > WIDTH) {
            fprintf(to, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (column > INDENT) {
            fputc(' ', to);
            column++;
        }
        fprintf(to, "%.*s", word, text);
        column += word;
        text += word + (text[word] == ' ');
    }
    fputc('\n', to);
}

static void option(FILE *to, const struct opt *opt)
{
    const iso_option *o = opt->is;
    char left[64], right[512];
    int at;

    snprintf(left, sizeof left, "  --%s%s%s", opt->name, o->value ? " " : "",
             o->value ? o->value : "");
    if (o->letter)
        snprintf(left, sizeof left, "  -%c, --%s%s%s", o->letter, opt->name, o->value ? " " : "",
                 o->value ? o->value : "");
    if (o->choices && strchr(o->choices, ' ') && !o->in_help)
        snprintf(right, sizeof right, "%s: %s", o->help, o->choices);
    else
        snprintf(right, sizeof right, "%s", o->help);
    iso_fields_show(right);
    at = (int)strlen(left);
    fputs(left, to);
    fprintf(to, at < INDENT - 1 ? "%*s" : "\n%*s", at < INDENT - 1 ? INDENT - at : INDENT, "");
    flow(to, right, INDENT);
}

static void of_tier(FILE *to, const struct opt_list *list, iso_option_tier tier)
{
    for (int i = 0; i < list->count; i++) {
        if (list->at[i].is->tier == tier)
            option(to, &list->at[i]);
    }
}

/* What few need is named, not explained. */
static void rarely(FILE *to, const struct opt_list *list)
{
    char names[512] = "";

    for (int i = 0; i < list->count; i++) {
        const size_t used = strlen(names);
        if (list->at[i].is->tier == ISO_OPTION_RARE)
            snprintf(names + used, sizeof names - used, "%s--%s", used ? " " : "",
                     list->at[i].name);
    }
    if (!*names)
        return;
    fprintf(to, "%-*s", INDENT, "  rarely needed");
    flow(to, names, INDENT);
}

/* The measures of the registry, with those that a name alone stands for. */
static void measures(FILE *to)
{
    fputs("\nmeasures (* where only the name is given):\n", to);
    for (int i = 0; i < iso_measure_count(); i++) {
        const iso_measure *m = iso_measure_at(i);
        char name[64];
        snprintf(name, sizeof name, "  %s:%s%s", m->measure, m->estimator,
                 m->recommended ? " *" : "");
        fprintf(to, "%-*s%s\n", INDENT + 8, name, m->help ? m->help : m->title);
    }
}

static void presets(FILE *to, const struct cmd *cmd)
{
    const iso_preset *p = iso_preset_at(cmd->name, 0);
    char text[1024];

    if (p)
        fputs("\npresets:\n", to);
    for (int i = 0; (p = iso_preset_at(cmd->name, i)); i++) {
        opt_preset_text(text, sizeof text, p);
        fprintf(to, "  %-*s", INDENT - 2, p->name);
        flow(to, text, INDENT);
    }
}

void help_command(FILE *to, const struct cmd *cmd)
{
    struct opt_list list;

    opt_list_of(&list, cmd);
    fprintf(to, "usage: isogloss %s [OPTION...]%s%s\n\n%s.\n\noptions:\n", cmd->name,
            *cmd->args ? " " : "", cmd->args, cmd->summary);
    of_tier(to, &list, ISO_OPTION_FIRST);
    of_tier(to, &list, ISO_OPTION_USUAL);
    rarely(to, &list);
    if (cmd->registry)
        measures(to);
    presets(to, cmd);
    fputs("\nexamples:\n", to);
    man_examples(to, cmd, 2);
    fprintf(to, "\n`isogloss man %s` says more.\n", cmd->name);
}

void help_records(FILE *to)
{
    fputs("Records are flat: one a measure, pair of languages and layer. JSON leaves out what is "
          "absent, CSV\nalways has all columns, in this order:\n\n",
          to);
    for (int i = 0; i < iso_column_count(); i++) {
        const iso_column *c = iso_column_at(i);
        char help[256];
        (void)snprintf(help, sizeof help, "%s", c->help);
        iso_fields_show(help);
        fprintf(to, "  %-*s", INDENT - 2, c->name);
        flow(to, help, INDENT);
    }
    fputs("\nFractions, not percentages; intervals are 95 %. `isogloss help COMMAND` says which "
          "measures there are.\n",
          to);
}
