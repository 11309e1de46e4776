/* Pieces lie in a hash table, found by the hash of their characters. Which hashes are those of a
 * beginning of a piece, and which of a whole one, two bits each say: from a place in a text
 * characters are added to the hash for as long as some piece goes on, and the table is asked only
 * where one may end. That is a trie's work, made in one pass over the pieces. */
#include "lib/text/unigram.h"

#include <float.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"

enum { GOES_ON = 1, ENDS = 2 }; /* marks of a hash */
enum { ROOM = INT32_MAX / 64 };

static const uint64_t apart = 0x9e3779b97f4a7c15u; /* of pieces that no text is cut into */

struct iso_unigram_slot {
    uint32_t hash;
    int32_t number; /* id + 1; 0 is free */
};

iso_err iso_unigram_new(iso_unigram *u, int64_t room)
{
    *u = (iso_unigram){0};
    if (room > ROOM)
        return iso_fail(ISO_EUNSUP, "%lld pieces, at most %d", (long long)room, ROOM);
    return iso_alloc(&u->piece, room, sizeof *u->piece);
}

void iso_unigram_free(iso_unigram *u)
{
    iso_free(u->piece);
    iso_free(u->slots);
    iso_free(u->marks);
    *u = (iso_unigram){0};
}

static bool in_text(const iso_piece *p)
{
    return p->kind == ISO_PIECE_NORMAL || p->kind == ISO_PIECE_SYMBOL ||
           p->kind == ISO_PIECE_UNUSED;
}

/* --- Hashes --- */

/* Bytes of the character that begins text[0..len), by its first byte alone. */
static int size_of(const char *text, int64_t len)
{
    static const uint8_t sizes[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4};
    const int size = sizes[(unsigned char)*text >> 4];

    return size <= len ? size : (int)len;
}

/* The hash with one more character. */
static uint64_t with_character(uint64_t hash, const char *text, int size)
{
    uint32_t c = (unsigned char)text[0];

    for (int i = 1; i < size; i++)
        c = c << 8 | (unsigned char)text[i];
    hash = (hash ^ c) * 0xff51afd7ed558ccdu;
    return hash ^ hash >> 32;
}

static uint64_t hash_of(const char *text, int64_t len)
{
    uint64_t hash = 0;

    for (int64_t at = 0, size; at < len; at += size) {
        size = size_of(text + at, len - at);
        hash = with_character(hash, text + at, (int)size);
    }
    return hash;
}

static int marks_of(const iso_unigram *u, uint64_t hash)
{
    const uint64_t i = hash >> (64 - u->mark_bits);

    return u->marks[i / 4] >> (i % 4 * 2) & 3;
}

static void mark(iso_unigram *u, uint64_t hash, int what)
{
    const uint64_t i = hash >> (64 - u->mark_bits);

    u->marks[i / 4] |= (uint8_t)(what << (i % 4 * 2));
}

/* The slot of a text, or the free one where it belongs. */
static struct iso_unigram_slot *slot_of(const iso_unigram *u, uint64_t hash, const char *text,
                                        int64_t len, bool of_text)
{
    const uint64_t mask = ((uint64_t)1 << u->slot_bits) - 1;

    for (uint64_t i = hash >> (64 - u->slot_bits);; i = (i + 1) & mask) {
        struct iso_unigram_slot *slot = &u->slots[i];
        if (!slot->number)
            return slot;
        const iso_piece *p = &u->piece[slot->number - 1];
        if (slot->hash == (uint32_t)hash && p->len == len && in_text(p) == of_text &&
            memcmp(p->text, text, (size_t)len) == 0)
            return slot;
    }
}

int32_t iso_unigram_find(const iso_unigram *u, const char *text, int64_t len)
{
    const uint64_t hash = hash_of(text, len);
    const int32_t other = slot_of(u, hash ^ apart, text, len, false)->number;

    return (other ? other : slot_of(u, hash, text, len, true)->number) - 1;
}

/* --- Making the table --- */

static int bits_for(int64_t count)
{
    int bits = 8;

    while ((int64_t)1 << bits < count)
        bits++;
    return bits;
}

/* The hash of a piece, its marks set. */
static iso_err read_piece(uint64_t *out, iso_unigram *u, int32_t id, const char *name)
{
    const iso_piece *p = &u->piece[id];
    const bool of_text = in_text(p);
    uint64_t hash = 0;
    uint32_t point;

    for (int at = 0, size; at < p->len; at += size) {
        size = iso_utf8_next(&point, p->text + at, p->len - at);
        if (size == 0)
            return iso_fail(ISO_EFORMAT, "%s: piece %d is not UTF-8", name, id);
        hash = with_character(hash, p->text + at, size);
        if (of_text)
            mark(u, hash, at + size < p->len ? GOES_ON : ENDS);
    }
    *out = of_text ? hash : hash ^ apart;
    return ISO_OK;
}

static iso_err put(iso_unigram *u, uint64_t hash, int32_t id, const char *name)
{
    const iso_piece *p = &u->piece[id];
    struct iso_unigram_slot *slot = slot_of(u, hash, p->text, p->len, in_text(p));

    if (slot->number)
        return iso_fail(ISO_EFORMAT, "%s: piece %d, \"%.*s\", is already defined", name, id,
                        p->len < 60 ? p->len : 60, p->text);
    *slot = (struct iso_unigram_slot){(uint32_t)hash, id + 1};
    return ISO_OK;
}

/* Some at a time, so that their slots come from memory meanwhile. */
static iso_err put_all(iso_unigram *u, const char *name)
{
    enum { SOME = 32 };
    uint64_t hash[SOME];
    iso_err err = ISO_OK;

    for (int64_t from = 0; from < u->count; from += SOME) {
        const int64_t to = u->count - from < SOME ? u->count : from + SOME;
        for (int64_t i = from; i < to; i++) {
            ISO_TRY(read_piece(&hash[i - from], u, (int32_t)i, name));
            __builtin_prefetch(&u->slots[hash[i - from] >> (64 - u->slot_bits)], 1);
        }
        for (int64_t i = from; i < to; i++)
            ISO_TRY(put(u, hash[i - from], (int32_t)i, name));
    }
done:
    return err;
}

/* What scores range over; which piece is the unknown one. */
static iso_err survey(iso_unigram *u, const char *name)
{
    int64_t unknown = 0, of_text = 0;

    u->least = FLT_MAX;
    u->most = FLT_MIN; /* SentencePiece's: above 0 */
    for (int64_t i = 0; i < u->count; i++) {
        const iso_piece *p = &u->piece[i];
        if (p->kind == ISO_PIECE_NORMAL) {
            u->least = p->score < u->least ? p->score : u->least;
            u->most = p->score > u->most ? p->score : u->most;
        }
        u->symbols |= p->kind == ISO_PIECE_SYMBOL;
        of_text += in_text(p);
        if (p->kind == ISO_PIECE_UNKNOWN && unknown++ == 0)
            u->unknown = (int32_t)i;
    }
    if (unknown != 1)
        return iso_fail(ISO_EFORMAT, "%s: %s of %lld pieces %s the unknown one", name,
                        unknown ? "more than one" : "none", (long long)u->count,
                        unknown ? "are" : "is");
    if (of_text == 0)
        return iso_fail(ISO_EFORMAT, "%s: none of %lld pieces is one that text is cut into", name,
                        (long long)u->count);
    return ISO_OK;
}

iso_err iso_unigram_seal(iso_unigram *u, const char *name)
{
    iso_err err = ISO_OK;

    ISO_TRY(survey(u, name));
    u->slot_bits = bits_for(2 * u->count);
    u->mark_bits = bits_for(16 * u->count);
    ISO_TRY(iso_alloc(&u->slots, (int64_t)1 << u->slot_bits, sizeof *u->slots));
    ISO_TRY(iso_alloc(&u->marks, (int64_t)1 << (u->mark_bits - 2), 1));
    ISO_TRY(put_all(u, name));
done:
    return err;
}

/* --- Cutting --- */

int64_t iso_unigram_symbol(const iso_unigram *u, const char *text, int64_t len)
{
    int64_t found = 0;
    uint64_t hash = 0;

    for (int64_t at = 0, size; u->symbols && at < len;) {
        size = size_of(text + at, len - at);
        hash = with_character(hash, text + at, (int)size);
        at += size;
        const int marks = marks_of(u, hash);
        const int32_t id = marks & ENDS ? slot_of(u, hash, text, at, true)->number - 1 : -1;
        if (id >= 0 && u->piece[id].kind == ISO_PIECE_SYMBOL)
            found = at;
        if (!(marks & GOES_ON))
            break;
    }
    return found;
}

/* Of ways to one place the first of the best stays. The sum is double for pieces, whose score is
 * one in SentencePiece, and is kept as a float. */
static void offer(iso_unigram_step *to, double sum, int32_t from, int32_t id)
{
    if (to->from < 0 || sum > to->score) {
        to->score = (float)sum;
        to->from = from;
        to->id = id;
    }
}

/* All pieces that begin at one place, shorter ones first; returns the next place. */
static int32_t cut_from(iso_unigram_step *step, const iso_unigram *u, const char *text, int32_t len,
                        int32_t from)
{
    const int32_t next = from + size_of(text + from, len - from);
    const float before = step[from].score;
    bool whole = false; /* the character is a piece */
    uint64_t hash = 0;

    for (int32_t at = from; at < len;) {
        const int size = size_of(text + at, len - at);
        hash = with_character(hash, text + at, size);
        at += size;
        const int marks = marks_of(u, hash);
        const int32_t id =
            marks & ENDS ? slot_of(u, hash, text + from, at - from, true)->number - 1 : -1;
        if (id >= 0 && u->piece[id].kind != ISO_PIECE_UNUSED) {
            const float all = (float)(at - from) * u->most;
            offer(&step[at],
                  (u->piece[id].kind == ISO_PIECE_SYMBOL ? all - 0.1 : u->piece[id].score) + before,
                  from, id);
            whole |= at == next;
        }
        if (!(marks & GOES_ON))
            break;
    }
    if (!whole)
        offer(&step[next], u->least - 10.0f + before, from, u->unknown);
    return next;
}

void iso_unigram_cut(iso_unigram_step *step, const iso_unigram *u, const char *text, int32_t len)
{
    for (int32_t i = 0; i <= len; i++)
        step[i].from = -1;
    for (int32_t at = 0; at < len;)
        at = cut_from(step, u, text, len, at);
    int32_t id = -1;
    for (int32_t at = len; at > 0;) { /* backwards, from where a piece ends to where it begins */
        const int32_t from = step[at].from, here = step[at].id;
        step[at].id = id;
        step[from].to = at;
        id = here;
        at = from;
    }
    step[0].id = id;
}
