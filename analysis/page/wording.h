/* Measures in words, for titles and axes; one entry each, others go by their registry title. */
#ifndef ISO_PAGE_WORDING_H
#define ISO_PAGE_WORDING_H

#include "lib/base/str.h"
#include "lib/io/record.h"

enum reads { READS_ALIKE = 1, READS_APART = -1, READS_NEITHER = 0 }; /* what a high value means */

struct wording {
    const char *measure, *estimator;
    const char *name; /* "Linear CKA, debiased" */
    const char *axis; /* "linear CKA" */
    enum reads high;
};

/* Never NULL; unknown names get their registry title, or are called as they are (valid until the
 * next call of this thread that does not know a name). */
const struct wording *iso_wording_of(const char *measure, const char *estimator);

/* "German (de)" for a code we know, else the name as it is. */
iso_err iso_wording_lang(iso_buf *out, const char *name);

/* "model mini · mean pooling · n = 240", of what all records share. */
iso_err iso_wording_shared(iso_buf *out, const iso_records *records);

#endif
