#include "lib/text/basic.h"

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/text/unicode.h"

/* What becomes of a character: the code point it turns into and, above that, what else is to know.
 * Most characters of most texts have no flag. */
enum {
    POINT = 0x1fffff,
    SPACE = 1 << 21,
    DROP = 1 << 22,
    MARK = 1 << 23,  /* with DROP: belongs to what stands before it */
    ALONE = 1 << 24, /* a word of its own */
    MANY = 1 << 25,  /* becomes several code points */
    SIGMA = 1 << 26, /* look at its neighbours */
    BMP = 0x10000,
    CAPITAL_SIGMA = 0x3a3,
    FINAL_SIGMA = 0x3c2
};

struct iso_basic {
    iso_basic_opt opt;
    uint32_t fate[BMP];
};

/* --- One character --- */

static bool dropped(const iso_basic_opt *opt, uint32_t p)
{
    if (!opt->clean || p == '\t' || p == '\n' || p == '\r')
        return false;
    return p == 0 || p == 0xfffd || iso_unicode_control(p);
}

/* Lower case first, then marks: their order shows in the dotted capital I. */
static int turn(uint32_t out[ISO_UNICODE_MOST], const iso_basic_opt *opt, uint32_t p)
{
    uint32_t low[ISO_UNICODE_MOST] = {p}, parts[ISO_UNICODE_MOST];
    const int lows = opt->lower ? iso_unicode_lower(low, p) : 1;
    int n = 0;

    for (int i = 0; i < lows; i++) {
        parts[0] = low[i];
        const int count = opt->strip ? iso_unicode_decompose(parts, low[i]) : 1;
        for (int k = 0; k < count && n < ISO_UNICODE_MOST; k++) {
            if (!opt->strip || !iso_unicode_mark(parts[k]))
                out[n++] = parts[k];
        }
    }
    return n;
}

static uint32_t fate_of(const iso_basic_opt *opt, uint32_t p)
{
    uint32_t parts[ISO_UNICODE_MOST];

    if (dropped(opt, p))
        return DROP;
    if (iso_unicode_space(p))
        return SPACE;
    const int n = turn(parts, opt, p);
    if (n == 0)
        return DROP | MARK;
    if (n > 1)
        return MANY;
    const bool alone =
        iso_unicode_punctuation(parts[0]) || (opt->ideographs && iso_unicode_ideograph(p));
    return parts[0] | (alone ? ALONE : 0) | (opt->lower && p == CAPITAL_SIGMA ? SIGMA : 0);
}

iso_err iso_basic_new(iso_basic **out, const iso_basic_opt *opt)
{
    iso_basic *b = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(opt->most >= 1 && opt->most <= ISO_BASIC_MOST,
             "words of at most %d characters: it must be 1 to %d", opt->most, ISO_BASIC_MOST);
    ISO_TRY(iso_alloc(&b, 1, sizeof *b));
    b->opt = *opt;
    for (uint32_t p = 0; p < BMP; p++)
        b->fate[p] = fate_of(opt, p);
    *out = b;
done:
    return err;
}

void iso_basic_free(iso_basic *b)
{
    iso_free(b);
}

static uint32_t fate(const iso_basic *b, uint32_t p)
{
    return p < BMP ? b->fate[p] : fate_of(&b->opt, p);
}

/* --- Capital sigma: final when a letter with case stands before it and none behind, marks and such
 * in between not counted (Unicode 15, 3.13, Final_Sigma). --- */

static int read_point(uint32_t *p, const char *text, int64_t left)
{
    const int size = iso_utf8_next(p, text, left);

    if (size)
        return size;
    *p = 0xfffd;
    return 1;
}

static bool cased_behind(const char *text, int64_t at, int64_t len)
{
    uint32_t p;

    while (at < len) {
        at += read_point(&p, text + at, len - at);
        if (!iso_unicode_case_ignorable(p))
            return iso_unicode_cased(p);
    }
    return false;
}

static bool cased_before(const char *text, int64_t at)
{
    uint32_t p;

    while (at > 0) {
        int64_t start = at - 1;
        while (start > 0 && at - start < 4 && ((unsigned char)text[start] & 0xc0) == 0x80)
            start--;
        if (start + read_point(&p, text + start, at - start) != at) {
            start = at - 1;
            p = 0xfffd;
        }
        if (!iso_unicode_case_ignorable(p))
            return iso_unicode_cased(p);
        at = start;
    }
    return false;
}

/* --- Words --- */

static void push(const iso_basic *b, iso_basic_word *w, uint32_t point, int64_t begin, int64_t end)
{
    if (w->count == 0)
        w->from = begin;
    w->to = end;
    if (w->count > b->opt.most)
        return;
    w->points[w->count] = point;
    w->begin[w->count] = begin;
    w->end[w->count] = end;
    w->count++;
}

static void push_odd(const iso_basic *b, iso_basic_word *w, const char *text, int64_t len,
                     uint32_t p, int64_t begin, int64_t end)
{
    uint32_t parts[ISO_UNICODE_MOST];
    int n = turn(parts, &b->opt, p);

    if (p == CAPITAL_SIGMA && n == 1 && cased_before(text, begin) && !cased_behind(text, end, len))
        parts[0] = FINAL_SIGMA;
    for (int i = 0; i < n; i++)
        push(b, w, parts[i], begin, end);
}

static void extend(iso_basic_word *w, int64_t end)
{
    if (w->count == 0)
        return;
    w->to = end;
    w->end[w->count - 1] = end;
}

bool iso_basic_next(const iso_basic *b, iso_basic_word *w, int64_t *at, const char *text,
                    int64_t len)
{
    int64_t i = *at, next;

    w->count = 0;
    for (; i < len; i = next) {
        uint32_t p = (unsigned char)text[i];
        next = i + (p < 0x80 ? 1 : read_point(&p, text + i, len - i));
        const uint32_t f = fate(b, p);
        if (f <= POINT) {
            push(b, w, f, i, next);
        } else if (f & ALONE) {
            if (w->count == 0) {
                push(b, w, f & POINT, i, next);
                i = next;
            }
            break;
        } else if (f & SPACE) {
            if (w->count)
                break;
        } else if (f & (MANY | SIGMA)) {
            push_odd(b, w, text, len, p, i, next);
        } else if (f & MARK) {
            extend(w, next);
        }
    }
    *at = i;
    return w->count > 0;
}
