/* What is claimed of mixing, counted, and noted. */
#include "analysis/study/mix/mix_claim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/measure/spec.h"
#include "analysis/study/mix/mix.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

const char *iso_mix_bar_name(enum mix_bar bar)
{
    static const char *const names[MIX_BARS] = {"before", "fixed:0", "shuffled"};

    return names[bar];
}

const char iso_mix_leak[] = "uniform";

/* --- Which records belong together --- */

/* One case: what the difference is from tells its records apart. */
static int by_case(const iso_record *a, const iso_record *b)
{
    return iso_record_compare(a, b, ISO_ROLE_NAMES, ISO_COLUMN(given));
}

/* Of one case those that come first in the list first. */
static int by_case_and_place(const void *a, const void *b)
{
    const iso_record *const *x = a, *const *y = b;
    const int order = by_case(*x, *y);

    return order ? order : (*x > *y) - (*x < *y);
}

static int by_place(const void *a, const void *b)
{
    const struct mix_claim *x = a, *y = b;

    return (x->effect > y->effect) - (x->effect < y->effect);
}

/* A difference that mixing made, between two languages; not one of a baseline. */
static bool speaks(const iso_record *r)
{
    return !r->baseline && r->stage && !strcmp(r->stage, "difference") && r->mix && r->src &&
           r->tgt && strcmp(r->src, r->tgt) != 0;
}

/* --- Claims --- */

/* What values are exact to: below it a difference is rounding, however sure its interval. */
static const double exact = 1e-6;

/* On which side of 0 the interval lies, 0 where it holds it, there is none, or it rests on too few
 * items. */
static int side_of(const iso_record *r)
{
    const bool few = r && r->n != ISO_NO_INT && r->n < MIX_CLAIM_ITEMS;

    return !r || few ? 0 : r->lo > exact ? 1 : r->hi < -exact ? -1 : 0;
}

static struct mix_claim claim_of(const iso_record *const bar[MIX_BARS], const iso_record *leak)
{
    struct mix_claim c = {.effect = bar[MIX_BAR_BEFORE], .side = side_of(bar[MIX_BAR_BEFORE])};
    bool all = true;

    for (int b = 0; b < MIX_BARS; b++) {
        const int side = side_of(bar[b]);
        c.missed[b] = side == 0 || (c.side != 0 && side != c.side);
        all = all && !c.missed[b];
    }
    c.side = all ? c.side : 0;
    c.leaked = leak != NULL;
    c.attended = c.side != 0 && side_of(leak) == c.side;
    c.closer = c.side * (int)iso_catalogue_of(c.effect->measure, c.effect->estimator).high;
    return c;
}

/* The claim of the records [0, count), which are of one case; false when there is none. */
static bool claim(struct mix_claim *out, const iso_record *const *r, int64_t count)
{
    const iso_record *bar[MIX_BARS] = {NULL}, *leak = NULL;

    for (int64_t i = 0; i < count; i++) {
        for (int b = 0; b < MIX_BARS; b++) {
            if (iso_str_same(r[i]->given, iso_mix_bar_name((enum mix_bar)b)))
                bar[b] = r[i];
        }
        leak = iso_str_same(r[i]->given, iso_mix_leak) ? r[i] : leak;
    }
    if (!bar[MIX_BAR_BEFORE] || (!bar[MIX_BAR_FIXED0] && !bar[MIX_BAR_SHUFFLED]))
        return false;
    *out = claim_of(bar, leak);
    return true;
}

iso_err iso_mix_claims_make(struct mix_claims *out, const iso_records *records)
{
    struct mix_claims c = {0};
    const iso_record **list = NULL;
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&list, records->count, sizeof *list));
    for (int64_t i = 0; i < records->count; i++) {
        if (speaks(&records->at[i]))
            list[count++] = &records->at[i];
    }
    qsort(list, (size_t)count, sizeof *list, by_case_and_place);
    ISO_TRY(iso_alloc(&c.at, count, sizeof *c.at));
    for (int64_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && by_case(list[first], list[end]) == 0; end++)
            ;
        c.count += claim(&c.at[c.count], list + first, end - first);
    }
    qsort(c.at, (size_t)c.count, sizeof *c.at, by_place);
    *out = c;
    c = (struct mix_claims){0};
done:
    iso_free(list);
    iso_mix_claims_free(&c);
    return err;
}

void iso_mix_claims_free(struct mix_claims *c)
{
    iso_free(c->at);
    *c = (struct mix_claims){0};
}

/* --- Counts --- */

static bool same_way(const iso_record *a, const iso_record *b)
{
    return a->mix_layer == b->mix_layer && iso_str_same(a->mix, b->mix);
}

/* The count a claim belongs to; neighbours mostly share it, so the search begins where the last
 * one ended. */
static struct mix_count *count_of(struct mix_counts *c, int64_t *last, const iso_record *r)
{
    for (int64_t i = 0; i < c->count; i++) {
        const int64_t at = (*last + i) % c->count;
        if (iso_record_compare(c->at[at].like, r, ISO_ROLE_QUESTION, 0) == 0) {
            *last = at;
            return &c->at[at];
        }
    }
    *last = c->count++;
    c->at[*last] = (struct mix_count){.like = r, .first = r->src_layer, .last = r->src_layer};
    return &c->at[*last];
}

static void add(struct mix_count *n, const struct mix_claim *c, const char *target)
{
    const int64_t layer = c->effect->src_layer;

    n->cases++;
    n->targets += n->cases == 1 || !iso_str_same(target, c->effect->tgt);
    n->first = layer < n->first ? layer : n->first;
    n->last = layer > n->last ? layer : n->last;
    n->closer += c->closer > 0;
    n->apart += c->closer < 0;
    n->moved += c->side != 0 && c->closer == 0;
    n->leaked += c->leaked;
    n->attended += c->attended;
    for (int b = 0; b < MIX_BARS; b++)
        n->missed[b] += c->missed[b];
}

iso_err iso_mix_counts_make(struct mix_counts *out, const struct mix_claims *claims)
{
    struct mix_counts c = {0};
    const char **target = NULL; /* the last of each count: records come target by target */
    int64_t last = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c.at, claims->count, sizeof *c.at));
    ISO_TRY(iso_alloc(&target, claims->count, sizeof *target));
    for (int64_t i = 0; i < claims->count; i++) {
        struct mix_count *n = count_of(&c, &last, claims->at[i].effect);
        add(n, &claims->at[i], target[last]);
        target[last] = claims->at[i].effect->tgt;
    }
    *out = c;
    c = (struct mix_counts){0};
done:
    iso_free(target);
    iso_mix_counts_free(&c);
    return err;
}

void iso_mix_counts_free(struct mix_counts *c)
{
    iso_free(c->at);
    *c = (struct mix_counts){0};
}

/* "p@1:cosine forward 3/0/53"; of a measure that says neither what changed is given by itself. */
static iso_err put_count(iso_buf *line, const struct mix_count *n)
{
    const iso_record *r = n->like;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(line, line->len ? ", " : ""));
    ISO_TRY(iso_spec_print(line, r->measure, r->estimator, r->k));
    ISO_TRY(
        iso_buf_printf(line, "%s%s ", r->direction ? " " : "", r->direction ? r->direction : ""));
    ISO_TRY(iso_buf_printf(line, "%lld/%lld/%lld", (long long)n->closer, (long long)n->apart,
                           (long long)(n->cases - n->closer - n->apart)));
    if (n->moved > 0)
        ISO_TRY(iso_buf_printf(line, " (%lld changed)", (long long)n->moved));
    if (n->leaked > 0 && n->closer + n->apart + n->moved > 0)
        ISO_TRY(iso_buf_printf(line, " (%lld beyond uniform)", (long long)n->attended));
done:
    return err;
}

/* All measures of one way and mixed layer, whose first count is `first`. */
static iso_err note_way(const iso_run *run, const struct mix_counts *c, int64_t first)
{
    const iso_record *way = c->at[first].like;
    iso_buf line = {0};
    iso_err err = ISO_OK;

    for (int64_t i = first; i < c->count; i++) {
        if (same_way(c->at[i].like, way))
            ISO_TRY(put_count(&line, &c->at[i]));
    }
    iso_run_note(run, "%s at layer %lld: %s", way->mix, (long long)way->mix_layer, line.text);
done:
    iso_buf_free(&line);
    return err;
}

/* What the numbers of the lines below are. */
static void note_meaning(const iso_run *run, const struct mix_claims *claims)
{
    int64_t most = 0;

    for (int64_t i = 0; i < claims->count; i++) {
        const int64_t n = claims->at[i].effect->n;
        most = n == ISO_NO_INT ? MIX_CLAIM_ITEMS : n > most ? n : most;
    }
    if (most < MIX_CLAIM_ITEMS)
        iso_run_note(run,
                     "fewer than %d sentences: what mixing does to them is not enough for a claim",
                     MIX_CLAIM_ITEMS);
    iso_run_note(run,
                 "in how many cases, a target and a measured layer each, mixing is shown to bring "
                 "languages closer/apart beyond fixed:0 and shuffled/neither (beyond uniform: the "
                 "attention does it, not any token of the source):");
}

iso_err iso_mix_note_claims(const iso_run *run, const iso_records *records)
{
    struct mix_claims claims = {0};
    struct mix_counts counts = {0};
    iso_err err = ISO_OK;

    if (!run || !run->note)
        return ISO_OK;
    ISO_TRY(iso_mix_claims_make(&claims, records));
    ISO_TRY(iso_mix_counts_make(&counts, &claims));
    if (counts.count > 0)
        note_meaning(run, &claims);
    for (int64_t i = 0; i < counts.count; i++) {
        bool noted = false;
        for (int64_t j = 0; j < i && !noted; j++)
            noted = same_way(counts.at[j].like, counts.at[i].like);
        if (!noted)
            ISO_TRY(note_way(run, &counts, i));
    }
done:
    iso_mix_claims_free(&claims);
    iso_mix_counts_free(&counts);
    return err;
}
