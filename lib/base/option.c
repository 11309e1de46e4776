#include "lib/base/option.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"

enum { WORD_MOST = 64, CHOICES_MOST = 16 };

/* Fields by kind ------------------------------------------------------------------------- */

static bool is_text(iso_option_kind kind)
{
    return kind >= ISO_OPTION_TEXT && kind <= ISO_OPTION_PATH;
}

static void put_int(const iso_option *o, void *opt, int64_t number)
{
    void *field = (char *)opt + o->offset;

    if (o->size == sizeof(bool))
        *(bool *)field = number != 0;
    else if (o->size == sizeof(int))
        *(int *)field = (int)number;
    else
        *(int64_t *)field = number;
}

static int64_t get_int(const iso_option *o, const void *opt)
{
    const void *field = (const char *)opt + o->offset;

    if (o->size == sizeof(bool))
        return *(const bool *)field;
    return o->size == sizeof(int) ? *(const int *)field : *(const int64_t *)field;
}

static double *real_at(const iso_option *o, void *opt)
{
    return (double *)(void *)((char *)opt + o->offset);
}

static double get_real(const iso_option *o, const void *opt)
{
    return *(const double *)(const void *)((const char *)opt + o->offset);
}

static const char *get_text(const iso_option *o, const void *opt)
{
    return *(const char *const *)(const void *)((const char *)opt + o->offset);
}

bool iso_option_given(const iso_option *o, const void *opt)
{
    if (o->kind == ISO_OPTION_REAL)
        return !isnan(get_real(o, opt));
    if (o->kind == ISO_OPTION_TIME)
        return !isnan(get_real(o, opt)) && get_real(o, opt) != 0;
    if (is_text(o->kind) || o->kind == ISO_OPTION_INPUT)
        return get_text(o, opt) != NULL;
    return get_int(o, opt) != 0;
}

/* Choices -------------------------------------------------------------------------------- */

/* The next of space-separated words, of `*len` bytes, or NULL; *at moves behind it. */
static const char *next_word(const char **at, size_t *len)
{
    const char *word = *at;

    if (!word || !*word)
        return NULL;
    *len = strcspn(word, " ");
    *at = word + *len + (word[*len] == ' ');
    return word;
}

bool iso_option_among(const char *words, const char *word, size_t len)
{
    size_t n;

    for (const char *w; (w = next_word(&words, &n));) {
        if (n == len && memcmp(w, word, len) == 0)
            return true;
    }
    return false;
}

/* Which of the choices a word is, or -1. */
static int choice_number(const iso_option *o, const char *text)
{
    const char *at = o->choices, *w;
    char word[WORD_MOST];
    size_t len;

    if (strchr(text, ' ') || strlen(text) >= sizeof word)
        return -1;
    strcpy(word, text);
    for (char *c = word; o->any_case && *c; c++)
        *c = (char)toupper((unsigned char)*c);
    for (int number = 0; (w = next_word(&at, &len)); number++) {
        if (len == strlen(word) && memcmp(w, word, len) == 0)
            return number;
    }
    return -1;
}

static int choice_value(const iso_option *o, int number)
{
    return o->numbers ? o->numbers[number] : number + 1;
}

void iso_option_choice(char *out, size_t room, const iso_option *o, const void *opt)
{
    const char *word = o->kind == ISO_OPTION_CHOICE ? get_text(o, opt) : NULL;
    size_t len = word ? strlen(word) : 0;

    if (o->kind == ISO_OPTION_ENUM) {
        const char *at = o->choices, *w;
        size_t n;
        for (int i = 0; !word && (w = next_word(&at, &n)); i++) {
            if (choice_value(o, i) == get_int(o, opt)) {
                word = w;
                len = n;
            }
        }
    }
    len = len < room - 1 ? len : room - 1;
    memcpy(out, word ? word : "", len);
    out[len] = '\0';
}

/* Bounds --------------------------------------------------------------------------------- */

static iso_err bad_int(const iso_option *o, int64_t number)
{
    if ((double)number < o->least)
        return iso_fail(ISO_EARG, ISO_FIELD_S ": %lld is less than %.15g", o->name,
                        (long long)number, o->least);
    if (o->most != 0 && (double)number > o->most)
        return iso_fail(ISO_EARG, ISO_FIELD_S ": %lld is more than %.15g", o->name,
                        (long long)number, o->most);
    if (o->size == sizeof(int) && (number > INT32_MAX || number < INT32_MIN))
        return iso_fail(ISO_EARG, ISO_FIELD_S ": %lld is more than %d", o->name, (long long)number,
                        INT32_MAX);
    return ISO_OK;
}

/* `text` is what was given; NaN: it is no number at all. */
static iso_err bad_real(const iso_option *o, double number, const char *text)
{
    const bool low = o->above ? !(number > o->least) : !(number >= o->least);

    if (!low && (o->most == 0 || number <= o->most))
        return ISO_OK;
    if (o->most != 0)
        return iso_fail(ISO_EARG, ISO_FIELD_S ": %s is no number %s %g and up to %g", o->name, text,
                        o->above ? "above" : "from", o->least, o->most);
    if (isnan(number))
        return iso_fail(ISO_EARG, ISO_FIELD_S ": %s is not a number", o->name, text);
    return iso_fail(ISO_EARG, ISO_FIELD_S ": %g is not %s %g", o->name, number,
                    o->above ? "above" : "at least", o->least);
}

/* From text ------------------------------------------------------------------------------ */

static iso_err set_int(const iso_option *o, void *opt, const char *text)
{
    int64_t number;
    iso_err err = ISO_OK;

    if (o->kind == ISO_OPTION_BYTES && !iso_str_size(&number, text))
        ISO_FAIL(ISO_EARG, ISO_FIELD_S ": %s is not a size; say it like 512M or 2G", o->name, text);
    if (o->kind == ISO_OPTION_INT && !iso_str_int(&number, text))
        ISO_FAIL(ISO_EARG, ISO_FIELD_S ": %s is not a whole number", o->name, text);
    ISO_TRY(bad_int(o, number));
    put_int(o, opt, number);
done:
    return err;
}

static iso_err set_real(const iso_option *o, void *opt, const char *text)
{
    double number;
    iso_err err = ISO_OK;

    if (!iso_str_double(&number, text) || !isfinite(number))
        number = NAN;
    ISO_TRY(bad_real(o, number, text));
    *real_at(o, opt) = number;
done:
    return err;
}

static iso_err set_time(const iso_option *o, void *opt, const char *text)
{
    if (iso_str_time(real_at(o, opt), text))
        return ISO_OK;
    return iso_fail(ISO_EARG, ISO_FIELD_S ": %s is no time; say it like 90s, 2m, 1h or none",
                    o->name, text);
}

static iso_err no_choice(const iso_option *o, const char *text)
{
    char words[CHOICES_MOST][WORD_MOST];
    const char *names[CHOICES_MOST], *near, *at = o->choices, *w;
    int count = 0;
    size_t len;

    for (; o->in_help && count < CHOICES_MOST && (w = next_word(&at, &len)); count++) {
        (void)snprintf(words[count], sizeof words[count], "%.*s", (int)len, w);
        names[count] = words[count];
    }
    near = iso_str_nearest(text, names, count);
    return near ? iso_fail(ISO_EARG, ISO_FIELD_S ": unknown %s '%s'; did you mean '%s'?", o->name,
                           o->name, text, near)
                : iso_fail(ISO_EARG, ISO_FIELD_S ": %s is not one of: %s", o->name, text,
                           o->choices);
}

static iso_err set_choice(const iso_option *o, void *opt, const char *text)
{
    const int number = choice_number(o, text);

    if (number < 0)
        return no_choice(o, text);
    if (o->kind == ISO_OPTION_ENUM)
        put_int(o, opt, choice_value(o, number));
    else
        *(const char **)(void *)((char *)opt + o->offset) = text;
    return ISO_OK;
}

iso_err iso_option_set(const iso_option *o, void *opt, const char *text)
{
    switch (o->kind) {
    case ISO_OPTION_FLAG:
        put_int(o, opt, 1);
        return ISO_OK;
    case ISO_OPTION_INT:
    case ISO_OPTION_BYTES:
        return set_int(o, opt, text);
    case ISO_OPTION_REAL:
        return set_real(o, opt, text);
    case ISO_OPTION_TIME:
        return set_time(o, opt, text);
    case ISO_OPTION_ENUM:
    case ISO_OPTION_CHOICE:
        return set_choice(o, opt, text);
    case ISO_OPTION_TEXT:
    case ISO_OPTION_NAMES:
    case ISO_OPTION_RANGES:
    case ISO_OPTION_MEASURES:
    case ISO_OPTION_PATH:
        break;
    case ISO_OPTION_INPUT:
        return iso_fail(ISO_EARG, ISO_FIELD_S ": is not set from text", o->name);
    }
    if (!*text && !o->empty)
        return iso_fail(ISO_EARG, ISO_FIELD_S ": the %s is empty", o->name, o->value);
    *(const char **)(void *)((char *)opt + o->offset) = text;
    return ISO_OK;
}

/* Whole structs -------------------------------------------------------------------------- */

/* Defaults are ours: what cannot be set is a mistake in the table, which a test finds. */
void iso_options_init(const iso_options *table, void *opt, size_t size)
{
    memset(opt, 0, size);
    for (int i = 0; i < table->count; i++) {
        const iso_option *o = &table->at[i];
        if (o->offset + o->size > size)
            continue;
        if (o->kind == ISO_OPTION_REAL || o->kind == ISO_OPTION_TIME)
            *real_at(o, opt) = NAN;
        if (o->init && iso_option_set(o, opt, o->init))
            return;
    }
    *(size_t *)opt = size;
}

const iso_option *iso_options_find(const iso_options *table, const char *name)
{
    for (int i = 0; i < table->count; i++) {
        const char *a = table->at[i].name, *b = name;
        while (*a && (*a == *b || (*a == '_' && *b == '-')))
            a++, b++;
        if (!*a && !*b)
            return &table->at[i];
    }
    return NULL;
}

/* "difference needs against INPUT", "pairs all and src exclude each other". */
static iso_err check_others(const iso_options *table, const iso_option *o, const void *opt)
{
    char word[WORD_MOST], choice[WORD_MOST];

    for (const char *at = o->needs; at;) {
        at = iso_str_word(word, sizeof word, at);
        const iso_option *other = iso_options_find(table, word);
        if (other && other->kind != ISO_OPTION_INPUT && !iso_option_given(other, opt))
            return iso_fail(ISO_EARG, ISO_FIELD_S " needs " ISO_FIELD_S "%s%.*s", o->name,
                            other->name, other->value ? " " : "",
                            other->value ? (int)strcspn(other->value, ".") : 0, other->value);
    }
    for (const char *at = o->excludes; at;) {
        at = iso_str_word(word, sizeof word, at);
        const iso_option *other = iso_options_find(table, word);
        if (!other || !iso_option_given(other, opt))
            continue;
        choice[0] = '\0';
        if (o->choices)
            iso_option_choice(choice, sizeof choice, o, opt);
        return iso_fail(ISO_EARG, ISO_FIELD_S "%s%s and " ISO_FIELD_S " exclude each other",
                        o->name, *choice ? " " : "", choice, other->name);
    }
    return ISO_OK;
}

static iso_err check_field(const iso_option *o, const void *opt)
{
    char choice[WORD_MOST], text[WORD_MOST];

    if (o->kind == ISO_OPTION_INT)
        return bad_int(o, get_int(o, opt));
    if (o->kind == ISO_OPTION_REAL) {
        const double number = get_real(o, opt);
        (void)snprintf(text, sizeof text, "%g", number);
        return bad_real(o, number, text);
    }
    if (o->kind == ISO_OPTION_TIME && !(get_real(o, opt) > 0))
        return iso_fail(ISO_EARG, ISO_FIELD_S ": the time is not above 0", o->name);
    if (o->kind == ISO_OPTION_PATH && !*get_text(o, opt))
        return iso_fail(ISO_EARG, ISO_FIELD_S ": the name is empty", o->name);
    if (o->kind == ISO_OPTION_CHOICE && choice_number(o, get_text(o, opt)) < 0)
        return iso_fail(ISO_EARG, ISO_FIELD_S ": %s is not one of: %s", o->name, get_text(o, opt),
                        o->choices);
    if (o->kind == ISO_OPTION_ENUM) {
        iso_option_choice(choice, sizeof choice, o, opt);
        if (!*choice)
            return iso_fail(ISO_EARG, ISO_FIELD_S ": %lld is not one of: %s", o->name,
                            (long long)get_int(o, opt), o->choices);
    }
    return ISO_OK;
}

iso_err iso_options_take(const iso_options *table, void *out, const void *opt)
{
    size_t size = 0;
    iso_err err = ISO_OK;

    iso_options_init(table, out, table->size);
    if (!opt)
        return ISO_OK;
    memcpy(&size, opt, sizeof size);
    ISO_NEED(size > sizeof size, "options of %s: the size is not set: iso_%s_opt_init does it",
             table->name, table->name);
    memcpy(out, opt, size < table->size ? size : table->size);
    *(size_t *)out = table->size;
    for (int i = 0; i < table->count; i++) {
        const iso_option *o = &table->at[i];
        if (!iso_option_given(o, out) && o->init)
            ISO_TRY(iso_option_set(o, out, o->init));
        if (!iso_option_given(o, out))
            continue;
        ISO_TRY(check_field(o, out));
        ISO_TRY(check_others(table, o, out));
    }
done:
    return err;
}

/* "90s", "2m", "1h", "none". */
static void time_word(char *out, size_t room, double seconds)
{
    const bool hours = fmod(seconds, 3600) == 0, minutes = fmod(seconds, 60) == 0;

    if (isinf(seconds))
        (void)snprintf(out, room, "none");
    else
        (void)snprintf(out, room, "%.10g%c",
                       seconds / (hours     ? 3600
                                  : minutes ? 60
                                            : 1),
                       hours     ? 'h'
                       : minutes ? 'm'
                                 : 's');
}

/* As a command line -------------------------------------------------------------------------- */

iso_err iso_option_words(iso_buf *out, const iso_option *o, const void *opt)
{
    char word[WORD_MOST];
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, " --"));
    for (const char *c = o->name; *c; c++)
        ISO_TRY(iso_buf_add(out, *c == '_' ? "-" : c, 1));
    if (o->kind == ISO_OPTION_FLAG)
        goto done;
    ISO_TRY(iso_buf_puts(out, " "));
    if (is_text(o->kind))
        return iso_buf_word(out, get_text(o, opt));
    if (o->kind == ISO_OPTION_ENUM)
        iso_option_choice(word, sizeof word, o, opt);
    else if (o->kind == ISO_OPTION_TIME)
        time_word(word, sizeof word, get_real(o, opt));
    else if (o->kind == ISO_OPTION_REAL)
        (void)snprintf(word, sizeof word, "%.17g", get_real(o, opt));
    else
        (void)snprintf(word, sizeof word, "%lld", (long long)get_int(o, opt));
    ISO_TRY(iso_buf_puts(out, word));
done:
    return err;
}

iso_err iso_options_words(iso_buf *out, const iso_options *table, const void *opt)
{
    char *fresh = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&fresh, (int64_t)table->size, 1));
    iso_options_init(table, fresh, table->size);
    for (int i = 0; i < table->count; i++) {
        const iso_option *o = &table->at[i];
        const bool usual = memcmp((const char *)opt + o->offset, fresh + o->offset, o->size) == 0;
        if (o->kind == ISO_OPTION_INPUT || !iso_option_given(o, opt) ||
            (usual && o->kind != ISO_OPTION_MEASURES))
            continue;
        ISO_TRY(iso_option_words(out, o, opt));
    }
done:
    iso_free(fresh);
    return err;
}
