#include "lib/text/words.h"

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/text/unicode.h"

void iso_words_clear(iso_words *w)
{
    w->count = w->indexed = w->marks = 0;
}

void iso_words_free(iso_words *w)
{
    iso_free(w->begin);
    iso_free(w->end);
    iso_free(w->part);
    iso_free(w->first);
    iso_free(w->index);
    *w = (iso_words){0};
}

/* After a failure some arrays have more room than `room` says, which does no harm. */
static iso_err grow(iso_words *w)
{
    const int64_t used = w->count, room = w->room ? w->room * 2 : 32;
    iso_err err = ISO_OK;

    ISO_TRY(iso_realloc(&w->begin, used, room, sizeof *w->begin));
    ISO_TRY(iso_realloc(&w->end, used, room, sizeof *w->end));
    ISO_TRY(iso_realloc(&w->part, used, room, sizeof *w->part));
    ISO_TRY(iso_realloc(&w->first, w->first ? used + 1 : 0, room + 1, sizeof *w->first));
    w->room = room;
done:
    return err;
}

static iso_err add_index(iso_words *w, int64_t piece)
{
    iso_err err = ISO_OK;

    if (w->indexed == w->index_room) {
        const int64_t room = w->index_room ? w->index_room * 2 : 64;
        ISO_TRY(iso_realloc(&w->index, w->indexed, room, sizeof *w->index));
        w->index_room = room;
    }
    w->index[w->indexed++] = piece;
done:
    return err;
}

static bool divides(uint32_t c, iso_words_kind kind)
{
    return kind == ISO_WORDS_BLANKS ? c == ' ' : iso_unicode_space(c);
}

static bool stands_alone(uint32_t c, iso_words_kind kind)
{
    return kind != ISO_WORDS_BLANKS && iso_unicode_ideograph(c);
}

/* The bytes of the first word from *begin on; false if there is none. */
static bool find_word(int64_t *begin, int64_t *end, const char *text, int64_t len,
                      iso_words_kind kind)
{
    int64_t at = *begin;
    uint32_t c = ' ';
    int size = 0;

    for (; at < len; at += size) {
        size = iso_utf8_any(&c, text + at, len - at);
        if (!divides(c, kind))
            break;
    }
    *begin = at;
    if (at == len)
        return false;
    const bool alone = stands_alone(c, kind);
    for (at += size; !alone && at < len; at += size) {
        size = iso_utf8_any(&c, text + at, len - at);
        if (divides(c, kind) || stands_alone(c, kind))
            break;
    }
    *end = at;
    return true;
}

/* Where the last character of text[begin..end) begins. */
static int64_t last_of(const char *text, int64_t begin, int64_t end)
{
    int64_t at = end - 1;
    uint32_t c;

    while (at > begin && end - at < 4 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    return at + iso_utf8_any(&c, text + at, end - at) == end ? at : end - 1;
}

/* The word without the punctuation at its ends; empty when it is nothing else. */
static void strip_ends(int64_t *begin, int64_t *end, const char *text)
{
    uint32_t c;

    while (*begin < *end) {
        const int size = iso_utf8_any(&c, text + *begin, *end - *begin);
        if (!iso_unicode_category_p(c))
            break;
        *begin += size;
    }
    while (*begin < *end) {
        const int64_t at = last_of(text, *begin, *end);
        (void)iso_utf8_any(&c, text + at, *end - at);
        if (!iso_unicode_category_p(c))
            break;
        *end = at;
    }
}

bool iso_words_next(int64_t *begin, int64_t *end, const char *text, int64_t len,
                    iso_words_kind kind)
{
    for (int64_t at = *end; find_word(&at, end, text, len, kind); at = *end) {
        int64_t bare = *end;
        *begin = at;
        if (kind == ISO_WORDS_BARE)
            strip_ends(begin, &bare, text);
        if (*begin < bare) {
            *end = bare;
            return true;
        }
    }
    return false;
}

/*
 * Pieces of the word [begin, end), the word before it ending at `before`. Pieces come in the order
 * of their text; *from is the first that may still be of use.
 */
static iso_err take_pieces(iso_words *w, int64_t *from, const iso_tokens *t, int64_t before)
{
    const int64_t begin = w->begin[w->count], end = w->end[w->count];
    bool useful = false;
    iso_err err = ISO_OK;

    for (int64_t i = *from; i < t->count; i++) {
        const int64_t b = t->begin[i], e = t->end[i];
        const bool ours = !t->special[i] && t->part[i] == w->part[w->count];
        if (ours && b >= end)
            break;
        if (ours && (e > (b > begin ? b : begin) || b >= before))
            ISO_TRY(add_index(w, i));
        useful |= ours && e > end;
        if (!useful)
            *from = i + 1;
    }
done:
    return err;
}

static void drop_bare(iso_words *w, int64_t least)
{
    while (w->count > least && w->first[w->count - 1] == w->indexed)
        w->count--;
}

/* The word [begin, end), `before` it another one ended. */
static iso_err add_word(iso_words *out, int64_t *from, const iso_tokens *tokens, int part,
                        int64_t begin, int64_t end, int64_t before)
{
    iso_err err = ISO_OK;

    if (out->count == out->room)
        ISO_TRY(grow(out));
    out->begin[out->count] = begin;
    out->end[out->count] = end;
    out->part[out->count] = (uint8_t)part;
    ISO_TRY(take_pieces(out, from, tokens, before));
    out->first[++out->count] = out->indexed;
done:
    return err;
}

iso_err iso_words_find(iso_words *out, const iso_tokens *tokens, const char *text, int64_t len,
                       int part, iso_words_kind kind)
{
    const int64_t count = out->count, indexed = out->indexed, marks = out->marks;
    int64_t begin = 0, end = 0, before = 0, from = 0;
    iso_err err = ISO_OK;

    if (out->room == 0)
        ISO_TRY(grow(out));
    for (; find_word(&begin, &end, text, len, kind); begin = before = end) {
        int64_t first = begin, last = end;
        if (kind == ISO_WORDS_BARE)
            strip_ends(&first, &last, text);
        if (first == last) {
            out->marks++;
            continue;
        }
        /* what stands before punctuation that is cut off stands before no word */
        ISO_TRY(add_word(out, &from, tokens, part, first, last, first > begin ? first : before));
    }
    if (tokens->truncated)
        drop_bare(out, count);
done:
    if (err) {
        out->count = count;
        out->indexed = indexed;
        out->marks = marks;
    }
    return err;
}
