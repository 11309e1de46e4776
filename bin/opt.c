/* The walk of getopt along a command line. */
#include "bin/opt.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

/* What getopt is told: the options of one command, and where each is in our table. */
struct known {
    struct opt_list *list;
    struct option longs[OPT_MOST + 1];
    const char *names[OPT_MOST];
    bool begun[OPT_MOST]; /* lists */
    char shorts[2 * OPT_MOST + 3];
    int name_count;
};

static void learn(struct known *k, struct opt_list *list)
{
    char *s = k->shorts;

    k->list = list;
    *s++ = '-'; /* words come in order, as option 1 */
    *s++ = ':'; /* a missing value is told from an unknown option, silently */
    for (int i = 0; i < list->count; i++) {
        const struct opt *o = &list->at[i];
        const bool list_kind = o->is->kind == ISO_OPTION_INPUT;
        const bool valued = o->is->kind != ISO_OPTION_FLAG && !list_kind;
        const int takes_value = list_kind ? optional_argument : valued;
        k->longs[i] = (struct option){o->name, takes_value, NULL, 256 + i};
        if (o->is->tier != ISO_OPTION_HIDDEN)
            k->names[k->name_count++] = o->name;
        if (o->is->letter) {
            *s++ = o->is->letter;
            if (valued)
                *s++ = ':';
        }
    }
    *s = '\0';
}

static struct opt *by_letter(const struct known *k, int letter)
{
    for (int i = 0; i < k->list->count; i++)
        if (k->list->at[i].is->letter == letter)
            return &k->list->at[i];
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

/* A list that was begun and left empty is a forgotten file. */
static iso_err lists_filled(const struct known *k)
{
    for (int i = 0; i < k->list->count; i++) {
        struct opt *o = &k->list->at[i];
        if (k->begun[i] && o->words.count == 0)
            return iso_fail(ISO_EARG, "--%s needs a value: %s", o->name, o->is->value);
    }
    return ISO_OK;
}

/* Of what is opened later only the command line knows whether it was given. */
static iso_err inputs_given(const struct known *k)
{
    for (int i = 0; i < k->list->count; i++) {
        const struct opt *o = &k->list->at[i];
        for (int j = 0; o->given && o->is->needs && j < k->list->count; j++) {
            const struct opt *other = &k->list->at[j];
            if (other->is->kind == ISO_OPTION_INPUT && !other->given &&
                strcmp(other->is->name, o->is->needs) == 0)
                return iso_fail(ISO_EARG, "--%s needs --%s %.*s", o->name, other->name,
                                (int)strcspn(other->is->value, "."), other->is->value);
        }
    }
    return ISO_OK;
}

/* The struct that an option is a field of. */
static void *filled(struct args *args, const struct opt *o)
{
    switch (o->fills) {
    case OPT_STUDY:
        return args->study;
    case OPT_RUN:
        return &args->run;
    case OPT_READING:
        return &args->reading;
    case OPT_FIGURES:
        return &args->figure;
    case OPT_ARGS:
        break;
    }
    return args;
}

/* Puts a value where it belongs; *into is the list that the following words go to. */
static iso_err take(struct args *args, struct words **into, struct opt *o, const char *value)
{
    *into = &args->inputs;
    o->given = true;
    if (o->is->kind != ISO_OPTION_INPUT)
        return iso_option_set(o->is, filled(args, o), value);
    *into = &o->words;
    return value ? collect(*into, value) : ISO_OK;
}

/* `--json --csv x` is a forgotten file, not a file called --csv (which is written --json=--csv);
 * `-` and numbers below zero are values. */
static bool forgotten(const char *value, char *const *argv)
{
    return value && value == argv[optind - 1] && value[0] == '-' && value[1] &&
           !(value[1] >= '0' && value[1] <= '9');
}

static iso_err not_taken(const struct known *k, int found, const char *word)
{
    const struct opt *o = optopt >= 256 ? &k->list->at[optopt - 256] : by_letter(k, optopt);

    if (found == ':' && o)
        return iso_fail(ISO_EARG, "--%s needs a value: %s", o->name, o->is->value);
    if (optopt >= 256)
        return iso_fail(ISO_EARG, "--%s takes no value", o->name);
    if (optopt)
        return iso_fail(ISO_EARG, "unknown option -%c", optopt);
    return unknown(k, word);
}

/* Handles what getopt_long came back with. */
static iso_err step(struct args *args, struct words **into, struct known *k, int found,
                    char *const *argv)
{
    struct opt *o = NULL;

    if (found == 1)
        return collect(*into, optarg);
    if (found == '?' || found == ':')
        return not_taken(k, found, argv[optind - 1]);
    if (found >= 256) {
        const char *word = argv[optind - 1];
        o = &k->list->at[found - 256];
        if (optarg && word == optarg)
            word = argv[optind - 2];
        /* getopt takes abbreviations; a script that uses one breaks when an option is added */
        if (strcspn(word + 2, "=") != strlen(o->name))
            return unknown(k, word);
        k->begun[found - 256] = o->is->kind == ISO_OPTION_INPUT;
    } else {
        o = by_letter(k, found);
    }
    if (forgotten(optarg, argv))
        return iso_fail(ISO_EARG, "--%s needs a value: %s", o->name, o->is->value);
    return take(args, into, o, optarg);
}

iso_err opt_parse(struct args *args, const struct cmd *cmd, int argc, char **argv)
{
    struct words *into = &args->inputs;
    struct known k = {0};
    iso_err err = ISO_OK;
    int found;

    *args = (struct args){.command = cmd->name};
    iso_plot_opt_init(&args->figure, sizeof args->figure);
    iso_options_init(&iso_states_options, &args->reading, sizeof args->reading);
    ISO_TRY(iso_alloc(&args->options, 1, sizeof *args->options));
    opt_list_of(args->options, cmd);
    if (cmd->study) {
        ISO_TRY(iso_alloc((char **)&args->study, (int64_t)cmd->study->size, 1));
        iso_options_init(cmd->study, args->study, cmd->study->size);
    }
    learn(&k, args->options);
    optind = 0; /* glibc: start over, whatever was parsed before */
    opterr = 0;
    while ((found = getopt_long(argc, argv, k.shorts, k.longs, NULL)) != -1)
        ISO_TRY(step(args, &into, &k, found, argv));
    for (int i = optind; i < argc; i++)
        ISO_TRY(collect(&args->inputs, argv[i]));
    ISO_TRY(lists_filled(&k));
    ISO_TRY(args->help ? ISO_OK : inputs_given(&k));
done:
    return err;
}

static struct opt *named(const struct args *args, const char *name)
{
    for (int i = 0; args->options && i < args->options->count; i++) {
        if (strcmp(args->options->at[i].name, name) == 0)
            return &args->options->at[i];
    }
    return NULL;
}

struct words opt_words(const struct args *args, const char *name)
{
    const struct opt *o = named(args, name);
    char *base;

    if (!o || !o->given)
        return (struct words){0};
    if (o->is->kind == ISO_OPTION_INPUT)
        return o->words;
    if (o->is->kind < ISO_OPTION_TEXT)
        return (struct words){0};
    base = filled((struct args *)(uintptr_t)args, o);
    return (struct words){(const char **)(void *)(base + o->is->offset), 1};
}

bool opt_given(const struct args *args, const char *name)
{
    const struct opt *o = named(args, name);

    return o && o->given;
}

const void *opt_struct(const struct args *args, const struct opt *o)
{
    return filled((struct args *)(uintptr_t)args, o);
}

iso_err opt_fill(struct args *args, bool *taken, const struct cmd *cmd, const char *name,
                 const char *value)
{
    struct words *into = &args->inputs;
    struct opt *o = named(args, name);

    if (!o)
        return iso_fail(ISO_EARG, "%s does not take --%s", cmd->name, name);
    *taken = !o->given;
    return *taken ? take(args, &into, o, value) : ISO_OK;
}

void opt_free(struct args *args)
{
    for (int i = 0; args->options && i < args->options->count; i++)
        iso_free(args->options->at[i].words.at);
    iso_free(args->inputs.at);
    iso_free(args->options);
    iso_free(args->study);
    *args = (struct args){0};
}
