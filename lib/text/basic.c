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
    BMP = 0x10000
};

struct iso_basic {
    iso_basic_opt opt;
    uint32_t fate[BMP];
};

/* --- One character, as the published tokenizer's tables, Unicode 8, have it --- */

static bool control(uint32_t p)
{
    return iso_unicode_control(p) && !iso_unicode_late(p);
}

static bool mark(uint32_t p)
{
    return p != 0x111c9 && iso_unicode_mark(p) && !iso_unicode_late(p);
}

/* Two characters left the category since. */
static bool punctuation(uint32_t p)
{
    return p == 0x166d || p == 0x111c9 || (iso_unicode_punctuation(p) && !iso_unicode_late(p));
}

static bool dropped(const iso_basic_opt *opt, uint32_t p)
{
    if (!opt->clean || p == '\t' || p == '\n' || p == '\r')
        return false;
    return p == 0 || p == 0xfffd || control(p);
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
            if (!opt->strip || !mark(parts[k]))
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
    const bool alone = punctuation(parts[0]) || (opt->ideographs && iso_unicode_ideograph(p));
    return parts[0] | (alone ? ALONE : 0);
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

static void push_many(const iso_basic *b, iso_basic_word *w, uint32_t p, int64_t begin, int64_t end)
{
    uint32_t parts[ISO_UNICODE_MOST];
    const int n = turn(parts, &b->opt, p);

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
        next = i + (p < 0x80 ? 1 : iso_utf8_any(&p, text + i, len - i));
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
        } else if (f & MANY) {
            push_many(b, w, p, i, next);
        } else if (f & MARK) {
            extend(w, next);
        }
    }
    *at = i;
    return w->count > 0;
}

/* --- Whole texts --- */

static iso_err add_turned(iso_normal *out, const iso_basic *b, uint32_t p, int64_t begin,
                          int64_t end)
{
    const bool apart = b->opt.ideographs && iso_unicode_ideograph(p);
    uint32_t parts[ISO_UNICODE_MOST];
    const int n = turn(parts, &b->opt, p);
    iso_err err = ISO_OK;

    if (apart)
        ISO_TRY(iso_normal_add(out, " ", 1, begin, begin));
    for (int i = 0; i < n; i++)
        ISO_TRY(iso_normal_add_point(out, parts[i], begin, end));
    if (apart)
        ISO_TRY(iso_normal_add(out, " ", 1, end, end));
done:
    return err;
}

iso_err iso_basic_normal(iso_normal *out, const iso_basic *b, const char *text, int64_t len)
{
    iso_err err = ISO_OK;

    iso_normal_clear(out);
    for (int64_t i = 0, next; i < len; i = next) {
        uint32_t p = 0;
        next = i + iso_utf8_any(&p, text + i, len - i);
        const uint32_t f = fate(b, p);
        if (f & SPACE)
            ISO_TRY(b->opt.clean ? iso_normal_add(out, " ", 1, i, next)
                                 : iso_normal_add_point(out, p, i, next));
        else if (!(f & DROP))
            ISO_TRY(add_turned(out, b, p, i, next));
        else if (f & MARK)
            iso_normal_extend(out, next);
    }
done:
    return err;
}
