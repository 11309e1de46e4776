#include "lib/text/wordpiece.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/text/unicode.h"

/* The pieces are a tree over code points; its edges are in one hash table, so that a step is one
 * look at one place. Node 0 begins a word, node 1 goes on in it. */
enum { FIRST = 0, INSIDE = 1 };

struct edge {
    uint32_t from, point;
    uint32_t to; /* 0: a free place, since no edge leads back to a root */
    int32_t id;  /* of the piece that ends here, + 1; 0: none */
};

struct iso_wordpiece {
    iso_basic *basic;
    int32_t unknown;
    int most;
    struct edge *edges;
    int64_t slots; /* a power of two, more than twice the edges */
    int shift;
    uint32_t nodes;
};

void iso_wordpiece_free(iso_wordpiece *w)
{
    if (!w)
        return;
    iso_basic_free(w->basic);
    iso_free(w->edges);
    iso_free(w);
}

/* --- The tree --- */

static inline struct edge *place(const iso_wordpiece *w, uint32_t from, uint32_t point)
{
    const uint64_t key = ((uint64_t)from << 21 ^ point) * 0x9e3779b97f4a7c15u;
    uint64_t at = key >> w->shift;

    for (;;) {
        struct edge *e = &w->edges[at];
        if (!e->to || (e->from == from && e->point == point))
            return e;
        at = (at + 1) & ((uint64_t)w->slots - 1);
    }
}

static iso_err resize(iso_wordpiece *w, int bits)
{
    struct edge *old = w->edges, *edges = NULL;
    const int64_t slots = w->slots;
    iso_err err = iso_alloc(&edges, (int64_t)1 << bits, sizeof *edges);

    if (err)
        return err;
    w->edges = edges;
    w->slots = (int64_t)1 << bits;
    w->shift = 64 - bits;
    for (int64_t i = 0; i < slots; i++) {
        if (old[i].to)
            *place(w, old[i].from, old[i].point) = old[i];
    }
    iso_free(old);
    return ISO_OK;
}

static iso_err insert(iso_wordpiece *w, uint32_t node, int32_t id, const char *piece, int64_t len)
{
    struct edge *e = NULL;
    uint32_t point = 0;

    for (int64_t i = 0; i < len; node = e->to) {
        if ((int64_t)w->nodes * 2 >= w->slots) {
            const iso_err err = resize(w, 65 - w->shift);
            if (err)
                return err;
        }
        i += iso_utf8_next(&point, piece + i, len - i);
        e = place(w, node, point);
        if (!e->to)
            *e = (struct edge){node, point, w->nodes++, 0};
    }
    if (e && !e->id)
        e->id = id + 1;
    return ISO_OK;
}

/* Where the words of a text can begin with the prefix itself, its pieces begin words too. */
static bool begins_words(const char *prefix, int64_t len)
{
    uint32_t point;

    return iso_utf8_next(&point, prefix, len) == 0 || !iso_unicode_punctuation(point);
}

static iso_err insert_all(iso_wordpiece *w, const iso_vocab *vocab, const char *prefix)
{
    const int64_t skip = (int64_t)strlen(prefix), longest = 4 * (int64_t)w->most;
    const bool both = begins_words(prefix, skip);
    iso_err err = ISO_OK;

    for (int32_t id = 0; id < iso_vocab_size(vocab); id++) {
        int64_t len;
        const char *piece = iso_vocab_piece(&len, vocab, id);
        if (len == 0 || len > longest + skip || !iso_utf8_valid(piece, len) ||
            iso_vocab_find(vocab, piece, len) != id)
            continue;
        const bool inside = len > skip && memcmp(piece, prefix, (size_t)skip) == 0;
        if (inside)
            ISO_TRY(insert(w, INSIDE, id, piece + skip, len - skip));
        if (!inside || both)
            ISO_TRY(insert(w, FIRST, id, piece, len));
    }
done:
    return err;
}

iso_err iso_wordpiece_new(iso_wordpiece **out, const iso_vocab *vocab, const iso_wordpiece_opt *opt)
{
    iso_wordpiece *w = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w, 1, sizeof *w));
    ISO_TRY(iso_basic_new(&w->basic, &opt->basic));
    w->unknown = opt->unknown;
    w->most = opt->basic.most;
    w->nodes = 2;
    ISO_TRY(resize(w, 12));
    ISO_TRY(insert_all(w, vocab, opt->prefix));
    *out = w;
    w = NULL;
done:
    iso_wordpiece_free(w);
    return err;
}

/* --- Words --- */

/* The longest piece at point i of a word: its id and, in *stop, where it ends; -1 if there is none.
 */
static int32_t longest(int *stop, const iso_wordpiece *w, const iso_basic_word *word, int i)
{
    uint32_t node = i == 0 ? FIRST : INSIDE;
    int32_t best = 0;

    for (; i < word->count; i++) {
        const struct edge *e = place(w, node, word->points[i]);
        if (!e->to)
            break;
        if (e->id) {
            best = e->id;
            *stop = i + 1;
        }
        node = e->to;
    }
    return best - 1;
}

static iso_err cut(const iso_wordpiece *w, iso_tokens *out, const iso_basic_word *word)
{
    const int64_t before = out->count;
    iso_err err = ISO_OK;

    if (word->count > w->most)
        return iso_tokens_add(out, w->unknown, word->from, word->to);
    for (int i = 0, stop = 0; i < word->count; i = stop) {
        const int32_t id = longest(&stop, w, word, i);
        if (id < 0) {
            out->count = before;
            return iso_tokens_add(out, w->unknown, word->from, word->to);
        }
        err = iso_tokens_add(out, id, word->begin[i], word->end[stop - 1]);
        if (err)
            break;
    }
    return err;
}

iso_err iso_wordpiece_encode(const iso_wordpiece *w, iso_tokens *out, const char *text, int64_t len)
{
    iso_basic_word word;
    iso_err err = ISO_OK;

    for (int64_t at = 0; !err && iso_basic_next(w->basic, &word, &at, text, len);)
        err = cut(w, out, &word);
    return err;
}

iso_err iso_wordpiece_normal(iso_normal *out, const iso_wordpiece *w, const char *text, int64_t len)
{
    return iso_basic_normal(out, w->basic, text, len);
}
