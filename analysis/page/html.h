/* Text into a page: everything that comes from files goes through here. */
#ifndef ISO_PAGE_HTML_H
#define ISO_PAGE_HTML_H

#include "lib/base/str.h"
#include "lib/io/record.h"

/* Text for an element or a quoted attribute: & < > " ' escaped, control characters and broken bytes
 * as U+FFFD. NULL adds nothing. */
iso_err iso_html_text(iso_buf *out, const char *text);

/* A number with two to four decimals; an en dash when absent. */
iso_err iso_html_number(iso_buf *out, double value, int places);

/* "German (de)", escaped. */
iso_err iso_html_lang(iso_buf *out, const char *name);

/* An SVG file as an element of the page: without its head, its ids made unique by `prefix`, with
 * `label` for those who do not see it. */
iso_err iso_html_svg(iso_buf *out, const iso_buf *svg, const char *prefix, const char *label);

#endif
