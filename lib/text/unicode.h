/* What Unicode says of a character. The only border with utf8proc. */
#ifndef ISO_TEXT_UNICODE_H
#define ISO_TEXT_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/* Code points beyond U+10FFFF have no property. All need a few nanoseconds; who asks for every
 * character of a text makes a table. */

/** White space: property White_Space (tab, line ends, Zs, Zl, Zp). */
bool iso_unicode_space(uint32_t point);

/** Category Cc, Cf or Co: controls, formats, private use. Unassigned ones differ between versions
 * of Unicode and are not counted. */
bool iso_unicode_control(uint32_t point);

/** Category P*, and all ASCII that is visible but neither letter nor digit ($ + < ~ ...). */
bool iso_unicode_punctuation(uint32_t point);

/** Category P* alone: what stands around words and is no part of them. */
bool iso_unicode_category_p(uint32_t point);

/** Category Mn: accents and other marks that take no room of their own. */
bool iso_unicode_mark(uint32_t point);

/** Punctuation, marks (Mn) and formats (Cf) that came after Unicode 8: tables of that age count
 * them as unassigned. */
bool iso_unicode_late(uint32_t point);

/** What a word is made of: letters, marks, digits, letter numbers, connecting punctuation (_),
 * U+200C, U+200D. Source  UTS 18, annex C, \w. */
bool iso_unicode_word(uint32_t point);

/** CJK ideographs: the blocks that BERT sets apart (no kana, no Hangul). */
bool iso_unicode_ideograph(uint32_t point);

/** Letters with case (categories Lu, Ll, Lt); and what a search for the next such letter passes
 * over (marks, formats, modifiers, punctuation inside words). Source  Unicode 15, 3.13, D135, D136.
 */
bool iso_unicode_cased(uint32_t point);
bool iso_unicode_case_ignorable(uint32_t point);

enum { ISO_UNICODE_MOST = 8 };

/** In lower case: 1 or 2 code points into out; returns how many. Knows no context: capital sigma
 * becomes U+03C3. */
int iso_unicode_lower(uint32_t out[ISO_UNICODE_MOST], uint32_t point);

/** Canonical decomposition (NFD of one character): up to ISO_UNICODE_MOST into out; how many. */
int iso_unicode_decompose(uint32_t out[ISO_UNICODE_MOST], uint32_t point);

ISO_END

#endif
