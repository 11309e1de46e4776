/* Language codes: ISO 639-1, 639-3 and FLORES names of one language, and its usual script.
 * Threads: any number may call at once: the table is constant. */
#ifndef ISO_TEXT_LANG_H
#define ISO_TEXT_LANG_H

#include <stdbool.h>

#include "lib/base/api.h"

ISO_BEGIN

/** One language of our table, typed from the ISO 639 standard. Absent codes are "". */
typedef struct iso_lang_code {
    const char *part1;  /* ISO 639-1: "en", "ar" */
    const char *part3;  /* ISO 639-3: "eng", "ara" */
    const char *member; /* of a macrolanguage, the standard member's 639-3 code: "arb" */
    const char *part2b; /* the older bibliographic code: "ger" */
    const char *name;   /* English, UTF-8 */
    const char *script; /* ISO 15924, the usual one: "Latn" */
} iso_lang_code;

/**
 * The language a code names: part 1, part 3, the standard member of a macrolanguage (ar ara arb,
 * sw swa swh, zh zho cmn), a bibliographic (ger) or withdrawn code (iw); each alone or with a
 * script (eng_Latn, zh-Hant). Letter case is ignored, but for a script that the language is not
 * known in: that must be one of ISO 15924, as it stands there (en_Thai; not en_fort, en_thai). NULL
 * when unknown.
 */
ISO_API const iso_lang_code *iso_lang_find(const char *code);

/**
 * The name a code goes by in records: part1, else part3, else the code as given. A script other
 * than the usual one stays: zho_Hant is "zh_Hant", srp_Cyrl is "sr". The result lives as long as
 * the program (for a code as given: as long as that).
 */
ISO_API const char *iso_lang_canonical(const char *code);

/** Whether two codes go by the same name. */
ISO_API bool iso_lang_same(const char *a, const char *b);

/** The table, for listings: those of part 1 first, each in the order of its code. */
ISO_API int iso_lang_count(void);
ISO_API const iso_lang_code *iso_lang_at(int i);

ISO_END

#endif
