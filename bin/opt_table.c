/* The one table of options, and who takes which. */
#include "bin/opt.h"

#include <stdio.h>
#include <string.h>

#include "lib/io/kind.h"
#include "lib/io/pool.h"

/* A general option: described here, or by the table of the library that it is a row of. */
struct row {
    iso_option is;      /* with `fills` of another struct its name alone */
    const char *of;     /* NULL, or the one command for which this row replaces the general one */
    const char *behind; /* the option of a study that it stands behind, in help; NULL: none */
    bool common;        /* taken by every command whose options do not begin with "only" */
    enum opt_fills fills;
};

#define OPT(kind_, field_, ...)                                                                    \
    {                                                                                              \
        .is = ISO_OPTION(struct args, kind_, field_, __VA_ARGS__)                                  \
    }
#define OPT_OF(command, kind_, field_, ...)                                                        \
    {                                                                                              \
        .of = command, .is = ISO_OPTION(struct args, kind_, field_, __VA_ARGS__)                   \
    }
#define OPT_COMMON(kind_, field_, ...)                                                             \
    {                                                                                              \
        .common = true, .is = ISO_OPTION(struct args, kind_, field_, __VA_ARGS__)                  \
    }
#define OPT_FROM(table_, name_, ...)                                                               \
    {                                                                                              \
        .fills = OPT_##table_, .is = {.name = name_}, __VA_ARGS__                                  \
    }
#define OPT_WORDS(name_, option, value_, ...)                                                      \
    {                                                                                              \
        .behind = option, .is = {                                                                  \
            .name = name_,                                                                         \
            .kind = ISO_OPTION_INPUT,                                                              \
            .value = value_,                                                                       \
            .help = __VA_ARGS__                                                                    \
        }                                                                                          \
    }

/* The order is the order of help. */
/* clang-format off */
static const struct row table[] = {
    OPT_WORDS("source", "corpus", "LANG=TEXT...", "text of the language that is mixed in; several files of it are one text", .reads = ISO_READS_TEXT),
    OPT_WORDS("target", "corpus", "LANG=TEXT...", "texts of the languages that it is mixed into", .reads = ISO_READS_TEXT),
    OPT_FROM(FIGURES, "layer", .of = "plot", .behind = "layers"),
    {.behind = "each", .is = ISO_OPTION(struct args, TEXT, picture, "FILE", "draw rows as points in the plane, coloured by language: .svg .pdf .png .gp", .writes = ISO_WRITES_FIGURE)},
    {.behind = "keep_after", .is = ISO_OPTION(struct args, TEXT, attention, "DIR", "draw who looks at whom in the sentences of " ISO_FIELD(items), .writes = ISO_WRITES_PICTURES)},

    OPT_FROM(READING, "pool"),
    OPT_FROM(READING, "specials"),
    OPT_FROM(READING, "axes"),
    OPT_FROM(READING, "dtype"),
    OPT_FROM(READING, "layout"),
    OPT_FROM(READING, "dim"),
    OPT_FROM(READING, "transpose"),

    OPT_OF("report", TEXT, out, "PATH", "what to write", .letter = 'o', .writes = ISO_WRITES_FOLDER),
    OPT_OF("plot", TEXT, out, "PATH", "what to write", .letter = 'o', .writes = ISO_WRITES_FIGURE),
    OPT_OF("convert", TEXT, out, "PATH", "what to write", .letter = 'o', .writes = ISO_WRITES_STATES),
    OPT(TEXT, out, "PATH", "what to write", .letter = 'o', .writes = ISO_WRITES_KIND, .file = ISO_KIND_STATES),
    OPT_OF("report", TEXT, title, "TEXT", "heading of the page"),

    OPT_COMMON(TEXT, json, "FILE", "write records as JSON (-: standard output)", .writes = ISO_WRITES_KIND, .file = ISO_KIND_JSON),
    OPT_COMMON(TEXT, csv, "FILE", "write records as CSV (-: standard output)", .writes = ISO_WRITES_KIND, .file = ISO_KIND_CSV),
    OPT_COMMON(TEXT, plot, "FILE", "draw the records: .svg .pdf .png, or .gp, a script of gnuplot that holds its numbers", .writes = ISO_WRITES_FIGURE),
    OPT_FROM(FIGURES, "plot_data", .common = true),
    OPT(FLAG, force, NULL, "replace files that are there and are of another kind than what is written", .tier = ISO_OPTION_RARE),
    OPT_FROM(FIGURES, "title", .common = true),
    OPT_FROM(FIGURES, "width", .common = true),
    OPT_FROM(FIGURES, "height", .common = true),
    OPT_FROM(RUN, "threads", .common = true),
    OPT_FROM(RUN, "mem", .common = true),
    OPT_FROM(RUN, "seed", .common = true),
    OPT_FROM(RUN, "precision", .common = true),
    OPT_FROM(READING, "limit", .common = true),
    OPT_COMMON(FLAG, plan, NULL, "print what would be read and computed, and stop"),
    OPT_COMMON(CHOICE, progress, "lines", "progress as lines for a log", .choices = "lines", .tier = ISO_OPTION_RARE),
    OPT_COMMON(FLAG, quiet, NULL, "no notes, no progress"),
    OPT(FLAG, help, NULL, "show this help", .letter = 'h'),
};
/* clang-format on */
enum { ROWS = (int)(sizeof table / sizeof *table) };

/* What its study describes comes first, and stands in for general rows of that name. */
static bool described(const struct cmd *cmd, const char *name)
{
    return cmd->study && iso_options_find(cmd->study, name);
}

/* Whether a command has a row of its own for a general option. */
static bool replaced(const struct cmd *cmd, const struct row *r)
{
    for (const struct row *own = table; own < table + ROWS; own++) {
        if (own->of && strcmp(own->of, cmd->name) == 0 && strcmp(own->is.name, r->is.name) == 0)
            return true;
    }
    return false;
}

static bool takes(const struct cmd *cmd, const struct row *r, bool writes)
{
    char name[OPT_NAME];

    opt_name(name, &r->is);
    if (described(cmd, r->is.name) || (r->of ? strcmp(r->of, cmd->name) != 0 : replaced(cmd, r)))
        return false;
    if (strcmp(name, "help") == 0)
        return true;
    if (strcmp(name, "force") == 0)
        return writes;
    if (r->common && !iso_option_among(cmd->options, "only", 4))
        return true;
    return iso_option_among(cmd->options, name, strlen(name));
}

static const iso_option *is(const struct row *r)
{
    return r->fills == OPT_RUN       ? iso_options_find(&iso_run_options, r->is.name)
           : r->fills == OPT_READING ? iso_options_find(&iso_states_options, r->is.name)
           : r->fills == OPT_FIGURES ? iso_options_find(&iso_plot_options, r->is.name)
                                     : &r->is;
}

static void add(struct opt_list *list, const iso_option *o, enum opt_fills fills)
{
    struct opt *opt = &list->at[list->count++];

    *opt = (struct opt){.is = o, .fills = fills};
    opt_name(opt->name, o);
}

void opt_name(char name[OPT_NAME], const iso_option *o)
{
    (void)snprintf(name, OPT_NAME, "%s", o->name);
    for (char *c = name; *c; c++)
        *c = *c == '_' ? '-' : *c;
}

void opt_list_of(struct opt_list *list, const struct cmd *cmd)
{
    bool writes = false;

    *list = (struct opt_list){0};
    for (int i = 0; cmd->study && i < cmd->study->count; i++) {
        const iso_option *o = &cmd->study->at[i];
        add(list, o, OPT_STUDY);
        writes = writes || o->writes;
        for (const struct row *r = table; r < table + ROWS; r++) {
            if (r->behind && strcmp(r->behind, o->name) == 0 && takes(cmd, r, false))
                add(list, is(r), r->fills);
        }
    }
    for (const struct row *r = table; r < table + ROWS; r++)
        writes = writes || (is(r)->writes && takes(cmd, r, false));
    for (const struct row *r = table; r < table + ROWS; r++) {
        if (list->count < OPT_MOST && !r->behind && takes(cmd, r, writes))
            add(list, is(r), r->fills);
    }
}

bool opt_is_path(const iso_option *o)
{
    return o->value &&
           iso_option_among("FILE FILE... PATH DIR INPUT...", o->value, strlen(o->value));
}
