#include "lib/text/charsmap.h"

#include <stdbool.h>

#include "lib/base/alloc.h"

enum {
    MAX_UNITS = 1 << 20, /* twenty times what NFKC with case folding takes */
    MAX_VISITS = 4,      /* of each unit, on the whole */
    MAX_INSIDE = 32,     /* SentencePiece looks at no more rules that match at one place */
    MAX_GROWTH = 256     /* Unicode's own worst is 18 code points for one */
};

/* A unit reached, and the most rules passed on a way to it. */
struct node {
    uint32_t at, inside;
};

/* The trie level by level. Equal ends of rules are shared, so that a unit may be reached on several
 * ways, and again a level later. */
struct walk {
    const char *name, *texts;
    int64_t text_len;
    const unsigned char *units;
    uint32_t count; /* of units */
    struct node *level, *next;
    uint32_t level_count, next_count, depth;
    uint32_t *slot; /* of a unit in next */
    int64_t visits, growth;
};

static uint32_t number_at(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t unit_at(const struct walk *w, uint32_t i)
{
    return number_at(w->units + (size_t)i * 4);
}

/* Where a unit's children are, each at this place xor its label. */
static uint32_t base_of(uint32_t at, uint32_t unit)
{
    return at ^ unit >> 10 << ((unit & 1u << 9) >> 6);
}

static bool has_rule(uint32_t unit)
{
    return unit >> 8 & 1;
}

/* Bytes of a replacement, and two more for each space. */
static iso_err measure(int64_t *out, const struct walk *w, uint32_t at)
{
    if (at > w->text_len)
        return iso_fail(ISO_EFORMAT,
                        "%s: a normalisation rule points to byte %u of %lld: damaged file", w->name,
                        (unsigned)at, (long long)w->text_len);
    int64_t size = 0;
    for (int64_t i = at; i < w->text_len && w->texts[i]; i++)
        size += w->texts[i] == ' ' ? 3 : 1;
    *out = size;
    return ISO_OK;
}

static iso_err take_rule(struct walk *w, uint32_t inside, uint32_t base)
{
    int64_t size = 0;
    iso_err err = ISO_OK;

    if (w->depth == 0 || inside > MAX_INSIDE)
        ISO_FAIL(ISO_EFORMAT, "%s: %u normalisation rules inside one another, at most %d", w->name,
                 (unsigned)inside, MAX_INSIDE);
    ISO_TRY(measure(&size, w, unit_at(w, base) & 0x7fffffff));
    size = (size + w->depth - 1) / w->depth;
    if (size > MAX_GROWTH)
        ISO_FAIL(ISO_EFORMAT, "%s: a normalisation rule makes %lld bytes of one, at most %d",
                 w->name, (long long)size, MAX_GROWTH);
    if (size > w->growth)
        w->growth = size;
done:
    return err;
}

static void reach(struct walk *w, uint32_t at, uint32_t inside)
{
    struct node *known = &w->next[w->slot[at]];

    if (w->slot[at] >= w->next_count || known->at != at) {
        w->slot[at] = w->next_count++;
        w->next[w->slot[at]] = (struct node){at, inside};
    } else if (known->inside < inside) {
        known->inside = inside;
    }
}

/* Units at + c, c below 16, that are the child of a base by the label they should have. Few are:
 * the loop is made so that it is done on several units at once. */
static bool any_child(const struct walk *w, uint32_t at, uint32_t label)
{
    uint32_t other = UINT32_MAX;

    for (uint32_t c = 0; c < 16; c++) {
        const uint32_t differ = (unit_at(w, at + c) ^ (label ^ c)) & 0x800000ff;
        other = differ < other ? differ : other;
    }
    return other == 0;
}

static iso_err visit(struct walk *w, struct node n)
{
    const uint32_t unit = unit_at(w, n.at), base = base_of(n.at, unit);
    iso_err err = ISO_OK;

    if (++w->visits > (int64_t)w->count * MAX_VISITS)
        ISO_FAIL(ISO_EFORMAT, "%s: the normalisation rules go in a circle: damaged file", w->name);
    if ((base | 0xff) >= w->count)
        ISO_FAIL(ISO_EFORMAT, "%s: a normalisation rule leads to unit %u of %u: damaged file",
                 w->name, (unsigned)(base | 0xff), (unsigned)w->count);
    n.inside += has_rule(unit);
    if (has_rule(unit))
        ISO_TRY(take_rule(w, n.inside, base));
    for (uint32_t at = base & ~255u; at <= (base | 255); at += 16) {
        if (!any_child(w, at, at ^ base))
            continue;
        for (uint32_t c = 0; c < 16; c++) {
            if ((unit_at(w, at + c) & 0x800000ff) == ((at + c) ^ base))
                reach(w, at + c, n.inside);
        }
    }
done:
    return err;
}

static iso_err visit_level(struct walk *w)
{
    struct node *done_with = w->level;

    for (uint32_t i = 0; i < w->level_count; i++) {
        const iso_err err = visit(w, w->level[i]);
        if (err)
            return err;
    }
    w->level = w->next;
    w->level_count = w->next_count;
    w->next = done_with;
    w->next_count = 0;
    w->depth++;
    return ISO_OK;
}

iso_err iso_charsmap_check(int64_t *growth, const void *map, int64_t len, const char *name)
{
    struct walk w = {.name = name, .growth = 3};
    iso_err err = ISO_OK;

    if (len == 0)
        goto done;
    const int64_t trie = len > 4 ? number_at(map) : 0;
    if (trie % 4 != 0 || trie == 0 || trie >= len - 4 || trie / 4 > MAX_UNITS)
        ISO_FAIL(ISO_EFORMAT, "%s: normalisation rules of %lld bytes say their trie has %lld", name,
                 (long long)len, (long long)trie);
    w.units = (const unsigned char *)map + 4;
    w.count = (uint32_t)(trie / 4);
    w.texts = (const char *)w.units + trie;
    w.text_len = len - 4 - trie;
    ISO_TRY(iso_alloc(&w.level, w.count, sizeof *w.level));
    ISO_TRY(iso_alloc(&w.next, w.count, sizeof *w.next));
    ISO_TRY(iso_alloc(&w.slot, w.count, sizeof *w.slot));
    w.level_count = 1; /* the root, unit 0 */
    while (w.level_count > 0)
        ISO_TRY(visit_level(&w));
done:
    if (!err)
        *growth = w.growth;
    iso_free(w.level);
    iso_free(w.next);
    iso_free(w.slot);
    return err;
}

int64_t iso_charsmap_find(const char **with, const void *map, int64_t map_len, const char *text,
                          int64_t len)
{
    if (map_len == 0)
        return 0;
    const unsigned char *bytes = map;
    const struct walk w = {.units = bytes + 4, .count = number_at(bytes) / 4};
    const char *const texts = (const char *)w.units + number_at(bytes);
    uint32_t at = base_of(0, unit_at(&w, 0));
    int64_t taken = 0;

    for (int64_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];
        at ^= c;
        if (at >= w.count)
            break;
        const uint32_t unit = unit_at(&w, at);
        if ((unit & 0x800000ff) != c)
            break;
        at = base_of(at, unit);
        if (has_rule(unit) && at < w.count) {
            taken = i + 1;
            *with = texts + (unit_at(&w, at) & 0x7fffffff);
        }
    }
    return taken;
}
