#include "analysis/study/items/item_sets.h"

#include <string.h>

#include "lib/base/alloc.h"

/* Row i of a side whose rows are taken as they are (NULL) is row i. */
static bool same_rows(const int64_t *a, const int64_t *b, int64_t n)
{
    if (a == b)
        return true;
    for (int64_t i = 0; i < n; i++) {
        if ((a ? a[i] : i) != (b ? b[i] : i))
            return false;
    }
    return true;
}

/* Whether what a pair shares, in its own numbering of sides, is what set `set` holds. */
static bool belongs(const struct item_sets *s, int set, const struct parallel *p,
                    const struct item_sides *sides)
{
    const struct parallel *to = &s->set[set];

    if (to->items != p->items || !same_rows(iso_item_sets_place(s, set), p->pick[0], p->items))
        return false;
    for (int i = 0; i < sides->count; i++) {
        const int l = sides->lang[i];
        if (s->in[set][l] && !same_rows(to->pick[l], p->pick[i], p->items))
            return false;
    }
    return true;
}

/* Gives a set the sides that it lacks. */
static void take(struct item_sets *s, int set, struct parallel *p, const struct item_sides *sides)
{
    for (int i = 0; i < sides->count; i++) {
        const int l = sides->lang[i];
        if (s->in[set][l])
            continue;
        s->in[set][l] = true;
        s->set[set].pick[l] = p->pick[i];
        p->pick[i] = NULL;
    }
}

static iso_err new_set(struct item_sets *s, const struct parallel *p, int first)
{
    const int at = s->sets;
    iso_err err = ISO_OK;

    ISO_TRY(iso_realloc(&s->set, at, at + 1, sizeof *s->set));
    ISO_TRY(iso_realloc(&s->in, at, at + 1, sizeof *s->in));
    ISO_TRY(iso_realloc(&s->first, at, at + 1, sizeof *s->first));
    s->set[at] = (struct parallel){
        .lang_count = s->langs, .items = p->items, .unshared = p->unshared, .by_ids = p->by_ids};
    s->in[at] = NULL;
    s->first[at] = first;
    s->sets++;
    ISO_TRY(iso_alloc(&s->set[at].pick, s->langs, sizeof *s->set[at].pick));
    ISO_TRY(iso_alloc(&s->in[at], s->langs, sizeof *s->in[at]));
done:
    return err;
}

/* The set of what some sides share, which may be there already. */
static iso_err find_set(int *out, struct item_sets *s, const iso_lang *const *langs,
                        const struct item_sides *sides)
{
    const iso_lang *own[ITEM_SIDES] = {NULL};
    struct parallel p = {0};
    int set = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < sides->count; i++)
        own[i] = langs[sides->lang[i]];
    ISO_TRY(iso_parallel_make(&p, own, sides->count));
    while (set < s->sets && !belongs(s, set, &p, sides))
        set++;
    if (set == s->sets)
        ISO_TRY(new_set(s, &p, sides->lang[0]));
    take(s, set, &p, sides);
    *out = set;
done:
    iso_parallel_free(&p);
    return err;
}

/* The set of what all share: that of the pairs if it is their only one. */
static iso_err find_joint(int *out, struct item_sets *s, const iso_lang *const *langs)
{
    struct parallel p = {0};
    bool all = true;
    iso_err err = ISO_OK;

    for (int l = 0; s->sets == 1 && l < s->langs; l++)
        all = all && s->in[0][l];
    if (s->sets == 1 && all) {
        *out = 0;
        return ISO_OK;
    }
    ISO_TRY(iso_parallel_make(&p, langs, s->langs));
    ISO_TRY(new_set(s, &p, 0));
    *out = s->sets - 1;
    for (int l = 0; l < s->langs; l++) {
        s->in[*out][l] = true;
        s->set[*out].pick[l] = p.pick[l];
        p.pick[l] = NULL;
    }
done:
    iso_parallel_free(&p);
    return err;
}

iso_err iso_item_sets_make(struct item_sets *out, const iso_lang *const *langs, int lang_count,
                           const struct item_sides *pair, int pairs, enum item_share share)
{
    struct item_sets s = {.langs = lang_count, .pairs = pairs, .joint = -1};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s.of, pairs, sizeof *s.of));
    if (share == ITEMS_OF_ALL)
        ISO_TRY(find_joint(&s.joint, &s, langs));
    for (int i = 0; i < pairs; i++) {
        s.of[i] = s.joint;
        if (share != ITEMS_OF_ALL)
            ISO_TRY(find_set(&s.of[i], &s, langs, &pair[i]));
        const int64_t n = s.set[s.of[i]].items;
        s.least = i == 0 || n < s.least ? n : s.least;
        s.most = n > s.most ? n : s.most;
    }
    if (share == ITEMS_OF_PAIRS_AND_JOINT)
        ISO_TRY(find_joint(&s.joint, &s, langs));
    *out = s;
    return ISO_OK;
done:
    iso_item_sets_free(&s);
    return err;
}

void iso_item_sets_free(struct item_sets *s)
{
    for (int i = 0; i < s->sets; i++) {
        iso_parallel_free(&s->set[i]);
        iso_free(s->in[i]);
    }
    iso_free(s->set);
    iso_free(s->in);
    iso_free(s->first);
    iso_free(s->of);
    *s = (struct item_sets){.joint = -1};
}

iso_err iso_item_sets_first(struct item_sets *s, int64_t items)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < s->sets && !err; i++)
        err = iso_parallel_first(&s->set[i], items);
    s->least = s->least < items ? s->least : items;
    return err;
}

const int64_t *iso_item_sets_place(const struct item_sets *s, int set)
{
    const struct parallel *p = &s->set[set];

    return p->pick ? p->pick[s->first[set]] : NULL;
}

void iso_item_sets_note(const struct item_sets *s, const char *first, const iso_run *run)
{
    bool one = true, left_out = false;

    for (int i = 0; i < s->pairs; i++) {
        one = one && s->of[i] == s->of[0];
        left_out = left_out || s->set[s->of[i]].unshared > 0;
    }
    if (one && s->pairs > 0)
        iso_parallel_note(&s->set[s->of[0]], first, run);
    else if (left_out)
        iso_run_note(run,
                     "a pair has the items that its own languages share, %lld to %lld; those that "
                     "all languages have: " ISO_FIELD(common),
                     (long long)s->least, (long long)s->most);
}
