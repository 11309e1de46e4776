#include "lib/text/lang.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "lib/text/lang_table.h"

/* Codes that name a language of the table under none of its columns. */
static const struct {
    const char *code, *part3;
} aliases[] = {
    {"nb", "nor"}, /* Bokmål is what corpora called "no" hold, and its standard member */
    {"iw", "heb"}, {"in", "ind"}, {"ji", "yid"}, {"jw", "jav"}, {"mo", "ron"}, {"mol", "ron"},
};

/* A script that another name is in use for. */
static const struct {
    const char *part3, *script;
} also_usual[] = {{"kor", "Kore"}, {"zho", "Hani"}, {"jpn", "Hrkt"}};

enum { CODE_MAX = 3, SCRIPT = 4, NAME = CODE_MAX + 1 + SCRIPT + 1 };

/* "ENG_latn" taken apart: "eng", "Latn". */
struct parts {
    char lang[CODE_MAX + 1];
    char script[SCRIPT + 1]; /* "" if none */
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

/* Copies the leading letters of `from`, small; at most `most`. Returns how many there are, more
 * than `most` if they do not end there. */
static int letters(char *to, const char *from, int most)
{
    int n = 0;

    for (; n <= most && is_letter(from[n]); n++) {
        if (n < most)
            to[n] = lower(from[n]);
    }
    to[n <= most ? n : 0] = '\0';
    return n;
}

static bool split(struct parts *out, const char *code)
{
    const int n = letters(out->lang, code, CODE_MAX);

    out->script[0] = '\0';
    if (n < 2 || n > CODE_MAX)
        return false;
    if (code[n] == '\0')
        return true;
    if (code[n] != '_' && code[n] != '-')
        return false;
    if (letters(out->script, code + n + 1, SCRIPT) != SCRIPT || code[n + 1 + SCRIPT] != '\0')
        return false;
    out->script[0] = (char)(out->script[0] - 32);
    return true;
}

static const iso_lang_code *find_part(const char *lang)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (strcmp(aliases[i].code, lang) == 0)
            lang = aliases[i].part3;
    }
    for (int i = 0; i < iso_lang_table_size; i++) {
        const iso_lang_code *c = &iso_lang_table[i];
        if (!strcmp(c->part1, lang) || !strcmp(c->part3, lang) || !strcmp(c->member, lang) ||
            !strcmp(c->part2b, lang))
            return c;
    }
    return NULL;
}

const iso_lang_code *iso_lang_find(const char *code)
{
    struct parts p;

    return split(&p, code) ? find_part(p.lang) : NULL;
}

static bool is_usual(const iso_lang_code *c, const char *script)
{
    if (!*script || strcmp(c->script, script) == 0)
        return true;
    for (size_t i = 0; i < sizeof also_usual / sizeof *also_usual; i++) {
        if (!strcmp(also_usual[i].part3, c->part3) && !strcmp(also_usual[i].script, script))
            return true;
    }
    return false;
}

/* One copy for good of each name with a script; they are few. NULL when the room is used up. */
static const char *keep(const char *name)
{
    enum { ROOM = 1024 };
    static char kept[ROOM][NAME];
    static int count;
    static atomic_flag busy = ATOMIC_FLAG_INIT;
    int i = 0;

    while (atomic_flag_test_and_set(&busy))
        ;
    while (i < count && strcmp(kept[i], name) != 0)
        i++;
    if (i == count && count < ROOM)
        memcpy(kept[count++], name, strlen(name) + 1);
    atomic_flag_clear(&busy);
    return i < ROOM ? kept[i] : NULL;
}

const char *iso_lang_canonical(const char *code)
{
    struct parts p;
    char name[NAME];
    const iso_lang_code *c = split(&p, code) ? find_part(p.lang) : NULL;

    if (!c)
        return code;
    const char *plain = *c->part1 ? c->part1 : c->part3;
    if (is_usual(c, p.script))
        return plain;
    (void)snprintf(name, sizeof name, "%s_%s", plain, p.script);
    const char *kept = keep(name);
    return kept ? kept : code;
}

bool iso_lang_same(const char *a, const char *b)
{
    return strcmp(iso_lang_canonical(a), iso_lang_canonical(b)) == 0;
}

int iso_lang_count(void)
{
    return iso_lang_table_size;
}

const iso_lang_code *iso_lang_at(int i)
{
    return &iso_lang_table[i];
}
