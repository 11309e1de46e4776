/* The rows of the table of languages; lang.c searches them. */
#ifndef ISO_TEXT_LANG_TABLE_H
#define ISO_TEXT_LANG_TABLE_H

#include "lib/text/lang.h"

ISO_BEGIN

extern const iso_lang_code iso_lang_table[];
extern const int iso_lang_table_size;

ISO_END

#endif
