#include "analysis/classify/entities.h"

#include <string.h>

#include "lib/base/alloc.h"

/* --- What classes mean --- */

static bool place_of(enum entity_place *out, const char *name)
{
    static const char letters[] = "BIELSU";
    static const enum entity_place places[] = {ENTITY_BEGIN, ENTITY_INSIDE, ENTITY_END,
                                               ENTITY_END,   ENTITY_WHOLE,  ENTITY_WHOLE};
    const char *at = *name ? strchr(letters, *name) : NULL;

    if (!at || name[1] != '-' || !name[2])
        return false;
    *out = places[at - letters];
    return true;
}

bool iso_entity_scheme(struct entity_tag *tag, const char *const *name, int classes)
{
    bool out = false, entities = false;

    for (int c = 0; c < classes; c++) {
        tag[c] = (struct entity_tag){ENTITY_OUT, -1};
        if (strcmp(name[c], "O") == 0) {
            out = true;
            continue;
        }
        if (!place_of(&tag[c].place, name[c]))
            return false;
        entities = true;
        for (tag[c].type = 0; tag[c].type < c; tag[c].type++) {
            if (tag[tag[c].type].place != ENTITY_OUT &&
                strcmp(name[tag[c].type] + 2, name[c] + 2) == 0)
                break;
        }
    }
    tag[classes] = (struct entity_tag){ENTITY_WHOLE, classes};
    return out && entities;
}

/* --- Entities of a sentence --- */

struct entity {
    int64_t begin, end;
    int type;
};

static struct entity_tag tag_of(const struct entity_tag *tag, int32_t class)
{
    return class < 0 ? (struct entity_tag){ENTITY_OUT, -1} : tag[class];
}

/* The first entity of rows from `from` to `end`. */
static bool next(struct entity *out, const struct entity_tag *tag, const int32_t *class,
                 int64_t from, int64_t end)
{
    while (from < end && tag_of(tag, class[from]).place == ENTITY_OUT)
        from++;
    if (from == end)
        return false;
    struct entity_tag at = tag_of(tag, class[from]);
    *out = (struct entity){from, from + 1, at.type};
    while (at.place != ENTITY_WHOLE && at.place != ENTITY_END && out->end < end) {
        at = tag_of(tag, class[out->end]);
        if (at.type != out->type || (at.place != ENTITY_INSIDE && at.place != ENTITY_END))
            break;
        out->end++;
    }
    return true;
}

/* Entities of two lists come in their order, and none overlaps another of its list. */
static void count(double *right, double *whole, int64_t *there, const struct scored *of,
                  const struct entity_tag *tag, int64_t from, int64_t end)
{
    struct entity a = {0}, b = {0};
    bool is = next(&a, tag, of->label, from, end), said = next(&b, tag, of->said, from, end);

    while (is || said) {
        const bool same = is && said && a.begin == b.begin && a.end == b.end && a.type == b.type;
        const bool first = is && (!said || a.begin <= b.begin);
        *right += same ? 2 : 0;
        *whole += same ? 2 : 1;
        *there += first;
        if (!first || same)
            said = next(&b, tag, of->said, b.end, end);
        if (first)
            is = next(&a, tag, of->label, a.end, end);
    }
}

iso_err iso_entity_tally(struct tally *out, int64_t *there, const struct scored *of,
                         const struct entity_tag *tag, int64_t items)
{
    struct tally t = {0};
    iso_err err = ISO_OK;

    *there = 0;
    ISO_TRY(iso_alloc(&t.right, items, sizeof *t.right));
    ISO_TRY(iso_alloc(&t.whole, items, sizeof *t.whole));
    for (int64_t r = 0, end; r < of->rows; r = end) {
        const int64_t item = of->item[r];
        for (end = r; end < of->rows && of->item[end] == item; end++)
            continue;
        count(&t.right[item], &t.whole[item], there, of, tag, r, end);
    }
    *out = t;
    return ISO_OK;
done:
    iso_tally_free(&t);
    return err;
}
