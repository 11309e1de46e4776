/* The walk of getopt along a command line. */
#include "bin/opt.h"

#include <getopt.h>
#include <stdio.h>
#include <ctype.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

/* What getopt is told: the options of one command, and where each is in our table. */
struct known {
    struct option longs[OPT_MOST + 1];
    const struct opt *opts[OPT_MOST];
    const char *names[OPT_MOST];
    bool begun[OPT_MOST]; /* lists */
    char shorts[2 * OPT_MOST + 3];
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
    char capital[32];

    snprintf(capital, sizeof capital, "%s", value);
    for (char *c = capital; o->any_case && *c; c++)
        *c = (char)toupper((unsigned char)*c);
    if (strchr(value, ' ') || strlen(value) >= sizeof capital ||
        !opt_among(o->choices, capital, strlen(capital)))
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

/* A field is zero until something fills it. */
static bool filled(const void *field, enum opt_kind kind)
{
    switch (kind) {
    case OPT_FLAG:
        return *(const bool *)field;
    case OPT_INT:
    case OPT_SIZE:
        return *(const int64_t *)field != 0;
    case OPT_LIST:
        return ((const struct words *)field)->count > 0;
    case OPT_TEXT:
    case OPT_CHOICE:
        break;
    }
    return *(const char *const *)field != NULL;
}

iso_err opt_fill(struct settings *set, bool *taken, const struct cmd *cmd, const char *name,
                 const char *value)
{
    struct words *into = &set->inputs;

    for (const struct opt *o = opt_next(cmd, NULL); o; o = opt_next(cmd, o)) {
        if (strcmp(o->name, name) != 0)
            continue;
        *taken = !filled((const char *)set + o->offset, o->kind);
        return *taken ? take(set, &into, o, value) : ISO_OK;
    }
    return iso_fail(ISO_EARG, "%s does not take --%s", cmd->name, name);
}

void opt_free(struct settings *set)
{
    iso_free(set->inputs.at);
    iso_free(set->against.at);
    iso_free(set->records.at);
    iso_free(set->second.at);
    iso_free(set->source.at);
    iso_free(set->target.at);
    *set = (struct settings){0};
}
