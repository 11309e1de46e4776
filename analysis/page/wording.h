/* Words that figures and the report share: of languages, and of what records have in common. */
#ifndef ISO_PAGE_WORDING_H
#define ISO_PAGE_WORDING_H

#include "lib/base/str.h"
#include "lib/io/record.h"

/* "German (de)" for a code we know, else the name as it is. */
iso_err iso_wording_lang(iso_buf *out, const char *name);

/* "random weights" for a baseline that we know, else its name. */
const char *iso_wording_baseline(const char *name);

/* "model mini · mean pooling · n = 240", of what all records share. */
iso_err iso_wording_shared(iso_buf *out, const iso_records *records);

#endif
