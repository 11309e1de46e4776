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

/* The scripts of ISO 15924. */
static const char scripts[] =
    "Adlm Afak Aghb Ahom Arab Aran Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Blis Bopo Brah "
    "Brai Bugi Buhd Cakm Cans Cari Cham Cher Chis Chrs Cirt Copt Cpmn Cprt Cyrl Cyrs Deva Diak "
    "Dogr Dsrt Dupl Egyd Egyh Egyp Elba Elym Ethi Gara Geok Geor Glag Gong Gonm Goth Gran Grek "
    "Gujr Gukh Guru Hanb Hang Hani Hano Hans Hant Hatr Hebr Hira Hluw Hmng Hmnp Hrkt Hung Inds "
    "Ital Jamo Java Jpan Jurc Kali Kana Kawi Khar Khmr Khoj Kits Knda Kore Kpel Krai Kthi Lana "
    "Laoo Latf Latg Latn Leke Lepc Limb Lina Linb Lisu Loma Lyci Lydi Mahj Maka Mand Mani Marc "
    "Maya Medf Mend Merc Mero Mlym Modi Mong Moon Mroo Mtei Mult Mymr Nagm Nand Narb Nbat Newa "
    "Nkdb Nkgb Nkoo Nshu Ogam Olck Onao Orkh Orya Osge Osma Ougr Palm Pauc Pcun Pelm Perm Phag "
    "Phli Phlp Phlv Phnx Piqd Plrd Prti Psin Ranj Rjng Rohg Roro Runr Samr Sara Sarb Saur Sgnw "
    "Shaw Shrd Shui Sidd Sidt Sind Sinh Sogd Sogo Sora Soyo Sund Sunu Sylo Syrc Syre Syrj Syrn "
    "Tagb Takr Tale Talu Taml Tang Tavt Tayo Telu Teng Tfng Tglg Thaa Thai Tibt Tirh Tnsa Todr "
    "Tols Toto Tutg Ugar Vaii Visp Vith Wara Wcho Wole Xpeo Xsux Yezi Yiii Zanb";

/* Scripts beside the usual one that corpora hold a language in, in letters of any case; every other
 * one must be spelled as the standard does. */
static const struct {
    const char *part3, *scripts;
} attested[] = {{"ace", "Arab"},      {"ara", "Latn"},          {"aze", "Arab Cyrl"},
                {"bjn", "Arab"},      {"kas", "Arab Deva"},     {"kau", "Arab"},
                {"kaz", "Arab Latn"}, {"kur", "Arab"},          {"min", "Arab"},
                {"mni", "Mtei"},      {"mon", "Mong"},          {"pan", "Arab"},
                {"srp", "Latn"},      {"taq", "Tfng"},          {"uig", "Cyrl Latn"},
                {"uzb", "Arab Cyrl"}, {"zho", "Hans Hant Hani"}};

enum { CODE_MAX = 3, SCRIPT = 4, NAME = CODE_MAX + 1 + SCRIPT + 1 };

/* "ENG_latn" taken apart: "eng", "Latn". */
struct parts {
    char lang[CODE_MAX + 1];
    char script[SCRIPT + 1]; /* "" if none */
    bool spelled;            /* the script as the standard writes it */
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
    out->spelled = memcmp(out->script, code + n + 1, SCRIPT) == 0;
    return true;
}

/* Whether one of the `words`, each of four letters, is `word`. */
static bool is_among(const char *words, const char *word)
{
    for (const char *at = words; (at = strstr(at, word)); at++) {
        if ((at - words) % (SCRIPT + 1) == 0)
            return true;
    }
    return false;
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

static bool is_attested(const iso_lang_code *c, const char *script)
{
    for (size_t i = 0; i < sizeof attested / sizeof *attested; i++) {
        if (!strcmp(attested[i].part3, c->part3) && is_among(attested[i].scripts, script))
            return true;
    }
    return is_usual(c, script);
}

/* A language with a script that it is not known in must be spelled out to be meant: "en_thai" is
 * more likely about English and Thai. */
static const iso_lang_code *find(struct parts *p, const char *code)
{
    const iso_lang_code *c = split(p, code) ? find_part(p->lang) : NULL;

    if (!c || is_attested(c, p->script))
        return c;
    return p->spelled && is_among(scripts, p->script) ? c : NULL;
}

const iso_lang_code *iso_lang_find(const char *code)
{
    struct parts p;

    return find(&p, code);
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
    const iso_lang_code *c = find(&p, code);

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
