/* The strongest correlation of each discrepancy, and the language it owes most to. */
#include "analysis/study/gap/gap_claim.h"

#include <math.h>
#include <string.h>

#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

bool iso_gap_claimable(const iso_record *r)
{
    return strcmp(r->measure, "pearson") == 0 && iso_str_same(r->y, "gap:language") && !r->tgt &&
           !r->subset && !r->given;
}

static bool same_discrepancy(const iso_record *a, const iso_record *b)
{
    return iso_str_same(a->x, b->x) && iso_record_same_question(a, b);
}

static iso_err claim_for(struct gap_claim **out, struct gap_claims *list, const iso_record *r)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < list->count; i++) {
        *out = &list->at[i];
        if (same_discrepancy(list->at[i].first, r))
            return ISO_OK;
    }
    ISO_TRY(iso_realloc(&list->at, list->count, list->count + 1, sizeof *list->at));
    *out = &list->at[list->count++];
    **out = (struct gap_claim){.first = r};
done:
    return err;
}

/* Means over layers stand for themselves where there is nothing else. */
static bool is_stronger(const iso_record *r, const iso_record *best)
{
    if (!best || (best->src_layer == ISO_NO_INT) != (r->src_layer == ISO_NO_INT))
        return !best || r->src_layer != ISO_NO_INT;
    return fabs(r->value) > fabs(best->value);
}

static void take(struct gap_claim *c, const iso_record *r)
{
    if (!isfinite(r->value))
        return;
    c->count++;
    if (r->flag) {
        c->flagged++;
        c->doubt = c->doubt ? c->doubt : r;
    } else if (is_stronger(r, c->best)) {
        c->best = r;
    }
}

/* --- The language that a correlation owes most to --- */

/* Whether "de+en+fr" names the first `len` bytes of word. */
static bool names(const char *list, const char *word, size_t len)
{
    for (const char *at = list; *at; at += strcspn(at, "+"), at += *at == '+') {
        if (strcspn(at, "+") == len && memcmp(at, word, len) == 0)
            return true;
    }
    return false;
}

/* The one that `other` names and `subset` does not. */
static iso_err left_out(char **out, const char *subset, const char *other)
{
    for (const char *at = other; *at; at += strcspn(at, "+"), at += *at == '+') {
        const size_t len = strcspn(at, "+");
        if (!names(subset, at, len))
            return iso_str_dup(out, at, (int64_t)len);
    }
    return ISO_OK;
}

static iso_err find_without(struct gap_claim *c, const iso_records *records)
{
    const iso_record *other = NULL;

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (!r->subset || !isfinite(r->value) ||
            iso_record_compare(r, c->best, ISO_ROLE_NAMES, ISO_COLUMN(subset)) != 0)
            continue;
        if (!c->without ||
            fabs(r->value - c->best->value) > fabs(c->without->value - c->best->value)) {
            other = c->without ? c->without : other;
            c->without = r;
        } else {
            other = r;
        }
    }
    if (c->without && other)
        return left_out(&c->lang, c->without->subset, other->subset);
    c->without = NULL;
    return ISO_OK;
}

iso_err iso_gap_claims_make(struct gap_claims *out, const iso_records *records)
{
    struct gap_claims list = {0};
    struct gap_claim *c;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        if (!iso_gap_claimable(&records->at[i]))
            continue;
        ISO_TRY(claim_for(&c, &list, &records->at[i]));
        take(c, &records->at[i]);
    }
    for (int64_t i = 0; i < list.count; i++) {
        if (list.at[i].best)
            ISO_TRY(find_without(&list.at[i], records));
    }
    *out = list;
    list = (struct gap_claims){0};
done:
    iso_gap_claims_free(&list);
    return err;
}

void iso_gap_claims_free(struct gap_claims *list)
{
    for (int64_t i = 0; i < list->count; i++)
        iso_free(list->at[i].lang);
    iso_free(list->at);
    *list = (struct gap_claims){0};
}
