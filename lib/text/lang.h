/* Language codes: ISO 639-1, 639-3 and FLORES names of one language, and its usual script. */
#ifndef ISO_TEXT_LANG_H
#define ISO_TEXT_LANG_H

#include <stdbool.h>

#include "lib/base/api.h"

ISO_BEGIN

/** One language of our table, typed from the ISO 639 standard. */
typedef struct iso_lang_code {
    const char *part1;  /* ISO 639-1, "en"; "" if none */
    const char *part3;  /* ISO 639-3, "eng"; a macrolanguage's standard member: "arb", "zho" ... */
    const char *name;   /* English reference name */
    const char *script; /* ISO 15924, "Latn" */
} iso_lang_code;

/**
 * The language a code names: `en`, `eng`, `eng_Latn`, a macrolanguage or its standard member
 * (ar ara arb, sw swa swh, zh zho cmn); letter case is ignored. NULL when unknown.
 */
ISO_API const iso_lang_code *iso_lang_find(const char *code);

/** The name a code goes by in records: part1, else part3, else the code as given. */
ISO_API const char *iso_lang_canonical(const char *code);

/** Whether two codes name the same language. */
ISO_API bool iso_lang_same(const char *a, const char *b);

/** The table, for listings. */
ISO_API int iso_lang_count(void);
ISO_API const iso_lang_code *iso_lang_at(int i);

ISO_END

#endif
