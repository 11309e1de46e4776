/* Options: the one table, and the walk of getopt along a command line. */
#include "bin/opt.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

#define AT(field) offsetof(struct settings, field)

/* The order is the order of help. */
/* clang-format off */
static const struct opt table[] = {
    {"against", 0, OPT_LIST, AT(against), "INPUT...", "compare each language with the same language there"},
    {"difference", 0, OPT_FLAG, AT(difference), NULL, "with --against: the pairs here minus the same pairs there"},
    {"src", 0, OPT_TEXT, AT(src), "LANG", "source language (default: as the file says, else the first)"},
    {"tgt", 0, OPT_TEXT, AT(tgt), "LANG[,LANG]", "target languages (default: all others)"},
    {"pairs", 0, OPT_CHOICE, AT(pairs), "all", "take every pair of languages instead of source and targets", "all"},
    {"layers", 0, OPT_TEXT, AT(layers), "LIST", "layers to take: 0,3-6,last (default: all)"},
    {"across", 0, OPT_FLAG, AT(across), NULL, "pair every layer with every layer"},
    {"shuffle", 0, OPT_FLAG, AT(shuffle), NULL, "permute the target's rows: the control that should find nothing"},
    {"measure", 0, OPT_TEXT, AT(measure), "LIST", "measures: cka,cka:biased,cosine (a name alone: its recommended estimators)"},
    {"prep", 0, OPT_TEXT, AT(prep), "LIST", "what is done to the rows first, in this order: center,unit"},
    {"interval", 0, OPT_CHOICE, AT(interval), "KIND", "how intervals are made", "none jackknife groups boot-items boot-pairs"},
    {"permutations", 0, OPT_INT, AT(permutations), "N", "chance level from N permutations of the rows", NULL, 1},
    {"road", 0, OPT_CHOICE, AT(road), "KIND", "how sums are made (default: by the number of items)", "gram sums", .advanced = true},
    {"preset", 0, OPT_TEXT, AT(preset), "NAME", "a published setting; prints the options it stands for"},
    {"quick", 0, OPT_FLAG, AT(quick), NULL, "look at the headers only, not at the numbers"},
    {"records", 0, OPT_LIST, AT(records), "FILE...", "take these records in as they are"},

    {"pool", 0, OPT_CHOICE, AT(pool), "KIND", "token rows to one row an item (default: mean)", "mean cls last max none"},
    {"specials", 0, OPT_CHOICE, AT(specials), "WHICH", "special tokens among the rows of each sentence (default: none)", "none both", .advanced = true},
    {"axes", 0, OPT_CHOICE, AT(axes), "ORDER", "axes of three-dimensional matrix files (default: LND)", "LND NLD", .advanced = true},
    {"dtype", 0, OPT_CHOICE, AT(dtype), "TYPE", "number type of headless raw files, or of what is written", "f16 f32 f64", .advanced = true},
    {"layout", 0, OPT_TEXT, AT(layout), "NAME", "read files as this layout instead of looking", .advanced = true},
    {"dim", 0, OPT_INT, AT(dim), "N", "row length of headless raw files", NULL, 1, .advanced = true},
    {"transpose", 0, OPT_FLAG, AT(transpose), NULL, "matrix files hold neurons x items", .advanced = true},

    {"out", 'o', OPT_TEXT, AT(out), "PATH", "what to write"},
    {"title", 0, OPT_TEXT, AT(title), "TEXT", "heading of what is written"},
    {"man", 0, OPT_TEXT, AT(man), "FILE", "make a man page around FILE", .hidden = true},

    {"json", 0, OPT_TEXT, AT(json), "FILE", "write records as JSON (-: standard output)", .common = true},
    {"csv", 0, OPT_TEXT, AT(csv), "FILE", "write records as CSV (-: standard output)", .common = true},
    {"plot", 0, OPT_TEXT, AT(plot), "FILE", "draw the records: .svg .pdf .png or .gp", .common = true},
    {"threads", 0, OPT_INT, AT(threads), "N", "threads to use (default: one a core)", NULL, 1, .common = true},
    {"mem", 0, OPT_SIZE, AT(mem), "SIZE", "memory to stay under: 512M, 2G (default: a quarter of RAM)", .common = true},
    {"seed", 0, OPT_INT, AT(seed), "N", "seed of everything random (default: 0)", NULL, 0, .common = true},
    {"precision", 0, OPT_CHOICE, AT(precision), "KIND", "of matrix products (default: single)", "single double", .common = true},
    {"limit", 0, OPT_INT, AT(limit), "N", "take only the first N items of each language", NULL, 1, .common = true},
    {"plan", 0, OPT_FLAG, AT(plan), NULL, "print what would be read and computed, and stop", .common = true},
    {"progress", 0, OPT_CHOICE, AT(progress), "lines", "progress as lines for a log", "lines", .common = true, .advanced = true},
    {"quiet", 0, OPT_FLAG, AT(quiet), NULL, "no notes, no progress", .common = true},
    {"help", 'h', OPT_FLAG, AT(help), NULL, "show this help"},
};
/* clang-format on */
enum { OPTIONS = (int)(sizeof table / sizeof *table) };

bool opt_among(const char *words, const char *word, size_t len)
{
    for (const char *w = words ? words : ""; *w;) {
        const size_t n = strcspn(w, " ");
        if (n == len && memcmp(w, word, len) == 0)
            return true;
        w += n + (w[n] == ' ');
    }
    return false;
}

static bool takes(const struct cmd *cmd, const struct opt *o)
{
    if (strcmp(o->name, "help") == 0)
        return true;
    if (o->common && !opt_among(cmd->options, "only", 4))
        return true;
    return opt_among(cmd->options, o->name, strlen(o->name));
}

const struct opt *opt_next(const struct cmd *cmd, const struct opt *after)
{
    for (const struct opt *o = after ? after + 1 : table; o < table + OPTIONS; o++)
        if (takes(cmd, o))
            return o;
    return NULL;
}

const struct opt *opt_any(const struct opt *after)
{
    const struct opt *o = after ? after + 1 : table;

    return o < table + OPTIONS ? o : NULL;
}

bool opt_is_path(const struct opt *o)
{
    return o->value && opt_among("FILE FILE... PATH INPUT...", o->value, strlen(o->value));
}

/* What getopt is told: the options of one command, and where each is in our table. */
struct known {
    struct option longs[OPTIONS + 1];
    const struct opt *opts[OPTIONS];
    const char *names[OPTIONS];
    bool begun[OPTIONS]; /* lists */
    char shorts[2 * OPTIONS + 3];
    int count, name_count;
};

static void learn(struct known *k, const struct cmd *cmd)
{
    char *s = k->shorts;

    *s++ = '-'; /* words come in order, as option 1 */
    *s++ = ':'; /* a missing value is told from an unknown option, silently */
    for (const struct opt *o = opt_next(cmd, NULL); o; o = opt_next(cmd, o)) {
        const bool valued = o->kind != OPT_FLAG && o->kind != OPT_LIST;
        const int takes_value = o->kind == OPT_LIST ? optional_argument : valued;
        k->longs[k->count] = (struct option){o->name, takes_value, NULL, 256 + k->count};
        k->opts[k->count] = o;
        if (!o->hidden)
            k->names[k->name_count++] = o->name;
        if (o->letter) {
            *s++ = o->letter;
            if (valued)
                *s++ = ':';
        }
        k->count++;
    }
    *s = '\0';
}

static const struct opt *by_letter(const struct known *k, int letter)
{
    for (int i = 0; i < k->count; i++)
        if (k->opts[i]->letter == letter)
            return k->opts[i];
    return NULL;
}

static iso_err unknown(const struct known *k, const char *word)
{
    char name[64];
    const char *near;

    if (strncmp(word, "--", 2) != 0)
        return iso_fail(ISO_EARG, "unknown option %s", word);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    near = iso_str_nearest(name, k->names, k->name_count);
    if (!near)
        return iso_fail(ISO_EARG, "unknown option --%s", name);
    return iso_fail(ISO_EARG, "unknown option --%s; did you mean --%s?", name, near);
}

static iso_err collect(struct words *list, const char *word)
{
    iso_err err = iso_realloc(&list->at, list->count, list->count + 1, sizeof *list->at);

    if (err == ISO_OK)
        list->at[list->count++] = word;
    return err;
}

static iso_err take_number(int64_t *field, const struct opt *o, const char *value)
{
    int64_t number;

    if (o->kind == OPT_SIZE) {
        if (!iso_str_size(&number, value))
            return iso_fail(ISO_EARG, "--%s: %s is not a size; say it like 512M or 2G", o->name,
                            value);
    } else if (!iso_str_int(&number, value)) {
        return iso_fail(ISO_EARG, "--%s: %s is not a whole number", o->name, value);
    } else if (number < o->least) {
        return iso_fail(ISO_EARG, "--%s: %s is less than %lld", o->name, value,
                        (long long)o->least);
    }
    *field = number;
    return ISO_OK;
}

static iso_err take_choice(const char **field, const struct opt *o, const char *value)
{
    if (strchr(value, ' ') || !opt_among(o->choices, value, strlen(value)))
        return iso_fail(ISO_EARG, "--%s: %s is not one of: %s", o->name, value, o->choices);
    *field = value;
    return ISO_OK;
}

/* A list that was begun and left empty is a forgotten file. */
static iso_err lists_filled(const struct settings *set, const struct known *k)
{
    for (int i = 0; i < k->count; i++) {
        const struct words *list = (const void *)((const char *)set + k->opts[i]->offset);
        if (k->begun[i] && list->count == 0)
            return iso_fail(ISO_EARG, "--%s needs a value: %s", k->opts[i]->name,
                            k->opts[i]->value);
    }
    return ISO_OK;
}

/* Puts a value where it belongs; *into is the list that the following words go to. */
static iso_err take(struct settings *set, struct words **into, const struct opt *o,
                    const char *value)
{
    void *field = (char *)set + o->offset;

    *into = o->kind == OPT_LIST ? field : &set->inputs;
    switch (o->kind) {
    case OPT_FLAG:
        *(bool *)field = true;
        return ISO_OK;
    case OPT_LIST:
        return value ? collect(field, value) : ISO_OK;
    case OPT_INT:
    case OPT_SIZE:
        return take_number(field, o, value);
    case OPT_CHOICE:
        return take_choice(field, o, value);
    case OPT_TEXT:
        break;
    }
    if (!*value)
        return iso_fail(ISO_EARG, "--%s: the %s is empty", o->name, o->value);
    *(const char **)field = value;
    return ISO_OK;
}

/* `--json --csv x` is a forgotten file, not a file called --csv (which is written --json=--csv);
 * `-` and numbers below zero are values. */
static bool forgotten(const char *value, char *const *argv)
{
    return value && value == argv[optind - 1] && value[0] == '-' && value[1] &&
           !(value[1] >= '0' && value[1] <= '9');
}

/* Handles what getopt_long came back with. */
static iso_err step(struct settings *set, struct words **into, struct known *k, int found,
                    char *const *argv)
{
    const struct opt *o = NULL;

    if (found == 1)
        return collect(*into, optarg);
    if (found == '?' || found == ':') {
        if (optopt >= 256 && found == ':')
            o = k->opts[optopt - 256];
        else if (found == ':')
            o = by_letter(k, optopt);
        if (o)
            return iso_fail(ISO_EARG, "--%s needs a value: %s", o->name, o->value);
        if (optopt >= 256)
            return iso_fail(ISO_EARG, "--%s takes no value", k->opts[optopt - 256]->name);
        if (optopt)
            return iso_fail(ISO_EARG, "unknown option -%c", optopt);
        return unknown(k, argv[optind - 1]);
    }
    if (found >= 256) {
        const char *word = argv[optind - 1];
        o = k->opts[found - 256];
        if (optarg && word == optarg)
            word = argv[optind - 2];
        /* getopt takes abbreviations; a script that uses one breaks when an option is added */
        if (strcspn(word + 2, "=") != strlen(o->name))
            return unknown(k, word);
        k->begun[found - 256] = o->kind == OPT_LIST;
    } else {
        o = by_letter(k, found);
    }
    if (forgotten(optarg, argv))
        return iso_fail(ISO_EARG, "--%s needs a value: %s", o->name, o->value);
    return take(set, into, o, optarg);
}

iso_err opt_parse(struct settings *set, const struct cmd *cmd, int argc, char **argv)
{
    struct words *into = &set->inputs;
    struct known k = {0};
    iso_err err = ISO_OK;
    int found;

    *set = (struct settings){.command = cmd->name};
    learn(&k, cmd);
    optind = 0; /* glibc: start over, whatever was parsed before */
    opterr = 0;
    while ((found = getopt_long(argc, argv, k.shorts, k.longs, NULL)) != -1)
        ISO_TRY(step(set, &into, &k, found, argv));
    for (int i = optind; i < argc; i++)
        ISO_TRY(collect(&set->inputs, argv[i]));
    err = lists_filled(set, &k);
done:
    return err;
}

void opt_free(struct settings *set)
{
    iso_free(set->inputs.at);
    iso_free(set->against.at);
    iso_free(set->records.at);
    *set = (struct settings){0};
}
