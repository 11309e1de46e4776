/* The one table of options, and who takes which. */
#include "bin/opt.h"

#include <stdio.h>
#include <string.h>

#include "lib/io/kind.h"
#include "lib/io/pool.h"

/* A row: what is described of an option, and who takes it. */
struct row {
    iso_option is;
    const char *behind; /* NULL, or the option of the command's study that it follows in help */
    const char *of;     /* NULL, or the one command for which this row replaces the general one */
    bool common;        /* taken by every command whose options do not begin with "only" */
    bool figure;        /* described among iso_plot_options: of `is` only the name counts */
};

#define OPT(kind_, field_, ...)                                                                    \
    {                                                                                              \
        .is = ISO_OPTION(struct settings, kind_, field_, __VA_ARGS__)                              \
    }
#define OPT_OF(command, kind_, field_, ...)                                                        \
    {                                                                                              \
        .of = command, .is = ISO_OPTION(struct settings, kind_, field_, __VA_ARGS__)               \
    }
#define OPT_BEHIND(option, kind_, field_, ...)                                                     \
    {                                                                                              \
        .behind = option, .is = ISO_OPTION(struct settings, kind_, field_, __VA_ARGS__)            \
    }
#define OPT_COMMON(kind_, field_, ...)                                                             \
    {                                                                                              \
        .common = true, .is = ISO_OPTION(struct settings, kind_, field_, __VA_ARGS__)              \
    }

#define OPT_FIGURE(field_)                                                                         \
    {                                                                                              \
        .common = true, .figure = true, .is = {.name = #field_ }                                   \
    }

/* The order is the order of help. */
/* clang-format off */
static const struct row table[] = {
    OPT(TEXT, model, "DIR", "folder of a checkpoint, as downloaded from a model hub", .reads = ISO_READS_CHECKPOINT),
    OPT(TEXT, corpus, "DIR", "take every text in DIR: LANG.txt, .tsv, .csv, .jsonl, .ids; eng_Latn.dev; NAME.LANG", .reads = ISO_READS_CORPUS),
    OPT_BEHIND("corpus", INPUT, source, "LANG=TEXT...", "text of the language that is mixed in; several files of it are one text", .reads = ISO_READS_TEXT),
    OPT_BEHIND("corpus", INPUT, target, "LANG=TEXT...", "texts of the languages that it is mixed into", .reads = ISO_READS_TEXT),
    OPT(INPUT, against, "INPUT...", "compare each language with the same language there", .reads = ISO_READS_STATES),
    OPT(FLAG, difference, NULL, "with --against: the pairs here minus the same pairs there"),
    OPT(TEXT, scores, "TABLE", "task scores: a row a model and a column a language, or lang and score; or records of accuracy or f1", .reads = ISO_READS_FILE),
    OPT(TEXT, row, "NAME", "row of --scores, where it has several"),
    OPT(TEXT, given, "TABLE", "quantities to hold constant: a row each by language, or of pairs src, tgt", .reads = ISO_READS_FILE),
    OPT(TEXT, src, "LANG", "source language (default: as the file says, else the first)"),
    OPT(TEXT, tgt, "LANG[,LANG]", "target languages (default: all others)"),
    OPT(CHOICE, pairs, "all", "take every pair of languages instead of source and targets", .choices = "all"),
    OPT(TEXT, layers, "LIST", "layers to take: 0,3-6,last (default: all)"),
    {.of = "plot", .figure = true, .is = {.name = "layer"}},
    OPT(FLAG, across, NULL, "pair every layer with every layer"),
    OPT(FLAG, shuffle, NULL, "permute the target's rows: the control that should find nothing"),
    OPT(TEXT, measure, "LIST", "measures: cka,cka:biased,cosine (a name alone: its recommended estimators)"),
    OPT(CHOICE, interval, "KIND", "how intervals are made", .choices = "none jackknife groups"),
    OPT(CHOICE, road, "KIND", "how sums are made (default: by the number of items)", .choices = "gram sums", .tier = ISO_OPTION_RARE),
    OPT(FLAG, quick, NULL, "look at the headers only, not at the numbers"),

    OPT(TEXT, columns, "LIST", "columns of tables and JSON: text=sentence,text2=...,id=...,label=... (default: by their names; id= takes none)"),
    OPT(CHOICE, text_format, "KIND", "what texts are (default: by suffix and first line)", .choices = "plain tsv csv json"),

    OPT_BEHIND("keep_after", TEXT, attention, "DIR", "draw who looks at whom in the sentences of --items", .writes = ISO_WRITES_PICTURES),

    OPT(CHOICE, pool, "KIND", "token rows to one row an item (default: mean)", .choices = ISO_POOL_CHOICES(STORED)),
    OPT(CHOICE, specials, "WHICH", "special tokens among the rows of each sentence (default: none)", .choices = "none both", .tier = ISO_OPTION_RARE),
    OPT(CHOICE, axes, "ORDER", "axes of states that may be read in several ways: L layers, N items or tokens, D dimensions", .choices = "LND NLD", .any_case = true),
    OPT(CHOICE, dtype, "TYPE", "number type of headless raw files, or of what is written", .choices = "f16 f32 f64", .tier = ISO_OPTION_RARE),
    OPT(CHOICE, layout, "NAME", "read files as this layout instead of looking", .choices = "native per-sentence matrix npy npz safetensors raw"),
    OPT(INT, dim, "N", "row length of headless raw files", .least = 1, .tier = ISO_OPTION_RARE),
    OPT(FLAG, transpose, NULL, "matrix files hold neurons x items", .tier = ISO_OPTION_RARE),

    OPT_OF("report", TEXT, out, "PATH", "what to write", .letter = 'o', .writes = ISO_WRITES_FOLDER),
    OPT_OF("plot", TEXT, out, "PATH", "what to write", .letter = 'o', .writes = ISO_WRITES_FIGURE),
    OPT(TEXT, out, "PATH", "what to write", .letter = 'o', .writes = ISO_WRITES_KIND, .file = ISO_KIND_STATES),
    OPT_OF("report", TEXT, title, "TEXT", "heading of the page"),
    OPT(FLAG, roff, NULL, "print the source of the page", .tier = ISO_OPTION_HIDDEN),

    OPT_COMMON(TEXT, json, "FILE", "write records as JSON (-: standard output)", .writes = ISO_WRITES_KIND, .file = ISO_KIND_JSON),
    OPT_COMMON(TEXT, csv, "FILE", "write records as CSV (-: standard output)", .writes = ISO_WRITES_KIND, .file = ISO_KIND_CSV),
    OPT_COMMON(TEXT, plot, "FILE", "draw the records: .svg .pdf .png, or .gp, a script of gnuplot that holds its numbers", .writes = ISO_WRITES_FIGURE),
    OPT_FIGURE(plot_data),
    OPT(FLAG, force, NULL, "replace files that are there and are of another kind than what is written", .tier = ISO_OPTION_RARE),
    OPT_FIGURE(title),
    OPT_FIGURE(width),
    OPT_FIGURE(height),
    OPT_COMMON(INT, threads, "N", "threads to use (default: one a core)", .least = 1),
    OPT_COMMON(BYTES, mem, "SIZE", "memory to stay under: 512M, 2G (default: a quarter of RAM)"),
    OPT_COMMON(INT, seed, "N", "seed of everything random (default: 0)"),
    OPT_COMMON(CHOICE, precision, "KIND", "of matrix products (default: single)", .choices = "single double"),
    OPT_COMMON(INT, limit, "N", "take only the first N items of each language", .least = 1),
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
    return r->figure ? iso_options_find(&iso_plot_options, r->is.name) : &r->is;
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
                add(list, &r->is, OPT_SETTINGS);
        }
    }
    for (const struct row *r = table; r < table + ROWS; r++)
        writes = writes || (is(r)->writes && takes(cmd, r, false));
    for (const struct row *r = table; r < table + ROWS; r++) {
        if (list->count < OPT_MOST && !r->behind && takes(cmd, r, writes))
            add(list, is(r), r->figure ? OPT_FIGURES : OPT_SETTINGS);
    }
}

bool opt_is_path(const iso_option *o)
{
    return o->value &&
           iso_option_among("FILE FILE... PATH DIR INPUT...", o->value, strlen(o->value));
}
