#include "lib/io/beside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

/* What a baseline need not have: token ids know no layer. */
static const uint64_t loose = ISO_COLUMN(src_layer) | ISO_COLUMN(tgt_layer) | ISO_COLUMN(pool) |
                              ISO_COLUMN(model) | ISO_COLUMN(prep);

static int by_question(const iso_record *a, const iso_record *b)
{
    return iso_record_compare(a, b, ISO_ROLE_NAMES, ISO_COLUMN(baseline) | loose);
}

/* Of equals the one that came first. */
static int by_question_and_turn(const void *a, const void *b)
{
    const iso_record *x = *(const iso_record *const *)a, *y = *(const iso_record *const *)b;
    const int order = by_question(x, y);

    return order ? order : (x > y) - (x < y);
}

/* --- Names --- */

static const char *const usual[] = {"random", "pieces", "length"};
enum { USUAL = (int)(sizeof usual / sizeof *usual) };

static int rank(const char *name)
{
    for (int i = 0; i < USUAL; i++) {
        if (strcmp(usual[i], name) == 0)
            return i;
    }
    return USUAL;
}

/* Keeps the usual ones first. */
static void add_name(iso_beside *b, const char *name)
{
    int at = b->names;

    for (int i = 0; i < b->names; i++) {
        if (strcmp(b->name[i], name) == 0)
            return;
    }
    if (b->names == ISO_BESIDE_MOST)
        return;
    for (; at > 0 && rank(name) < rank(b->name[at - 1]); at--)
        b->name[at] = b->name[at - 1];
    b->name[at] = name;
    b->names++;
}

/* --- The list --- */

iso_err iso_beside_make(iso_beside *out, const iso_records *records)
{
    const iso_record *first = NULL; /* of the states */
    iso_beside b = {0};
    int64_t count = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        count += r->baseline != NULL;
        first = first || r->baseline ? first : r;
        b.models = b.models || (!r->baseline && !iso_str_same(r->model, first->model));
    }
    ISO_TRY(iso_alloc(&b.at, count, sizeof *b.at));
    for (int64_t i = 0; i < records->count; i++) {
        if (!records->at[i].baseline)
            continue;
        b.at[b.count++] = &records->at[i];
        add_name(&b, records->at[i].baseline);
    }
    qsort(b.at, (size_t)b.count, sizeof *b.at, by_question_and_turn);
    *out = b;
done:
    return err;
}

void iso_beside_free(iso_beside *b)
{
    iso_free(b->at);
    *b = (iso_beside){0};
}

/* --- Finding --- */

static bool absent_or_same(const char *own, const char *other)
{
    return !own || iso_str_same(own, other);
}

static bool of_model(const char *own, const char *other)
{
    const size_t len = other ? strlen(other) : 0;

    return absent_or_same(own, other) ||
           (len > 0 && strncmp(own, other, len) == 0 && strncmp(own + len, " (", 2) == 0);
}

/* Of two that answer one question: whether the baseline is of the place of `r`. */
static bool fits(const iso_beside *b, const iso_record *baseline, const iso_record *r)
{
    const bool no_layer = baseline->src_layer == ISO_NO_INT && baseline->tgt_layer == ISO_NO_INT;
    const bool same_layer =
        baseline->src_layer == r->src_layer && baseline->tgt_layer == r->tgt_layer;

    return (no_layer || same_layer) && absent_or_same(baseline->pool, r->pool) &&
           (!b->models || of_model(baseline->model, r->model)) &&
           absent_or_same(baseline->prep, r->prep);
}

/* The first of those that answer the question of `r`; b->count where there is none. */
static int64_t first_of(const iso_beside *b, const iso_record *r)
{
    int64_t lo = 0, hi = b->count;

    while (lo < hi) {
        const int64_t middle = lo + (hi - lo) / 2;
        if (by_question(b->at[middle], r) < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

const iso_record *iso_beside_find(const iso_beside *b, const iso_record *r, int name)
{
    if (r->baseline)
        return NULL;
    for (int64_t i = first_of(b, r); i < b->count && by_question(b->at[i], r) == 0; i++) {
        if (strcmp(b->at[i]->baseline, b->name[name]) == 0 && fits(b, b->at[i], r))
            return b->at[i];
    }
    return NULL;
}

double iso_beside_lo(const iso_record *b)
{
    return iso_str_same(b->interval, "range") && isfinite(b->lo) ? b->lo : b->value;
}

double iso_beside_hi(const iso_record *b)
{
    return iso_str_same(b->interval, "range") && isfinite(b->hi) ? b->hi : b->value;
}

/* --- Lists without baselines --- */

/* Those with a mark, not copied. */
static iso_err borrow(iso_records *out, const iso_records *in, const bool *mark)
{
    iso_records list = {0};
    iso_err err = iso_alloc(&list.at, in->count, sizeof *list.at);

    if (err)
        return err;
    for (int64_t i = 0; i < in->count; i++) {
        if (mark[i])
            list.at[list.count++] = in->at[i];
    }
    list.room = in->count;
    *out = list;
    return ISO_OK;
}

iso_err iso_beside_alone(iso_records *out, const iso_beside *b, const iso_records *in)
{
    bool *alone = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&alone, in->count, sizeof *alone));
    for (int64_t i = 0; i < in->count; i++)
        alone[i] = true;
    for (int64_t i = 0; i < in->count; i++) {
        for (int k = 0; k < b->names; k++) {
            const iso_record *found = iso_beside_find(b, &in->at[i], k);
            if (found)
                alone[found - in->at] = false;
        }
    }
    ISO_TRY(borrow(out, in, alone));
done:
    iso_free(alone);
    return err;
}

/* The first record of rows that went through a map; NULL where there is none. */
static const iso_record *first_mapped(const iso_records *in)
{
    for (int64_t i = 0; i < in->count; i++) {
        const iso_record *r = &in->at[i];
        if (iso_str_same(r->stage, "after") && r->train && !r->mix && !r->baseline)
            return r;
    }
    return NULL;
}

iso_err iso_beside_stages(iso_records *out, const iso_records *in)
{
    const iso_record *mapped = first_mapped(in);
    iso_records list = {0};
    iso_err err = iso_alloc(&list.at, in->count, sizeof *list.at);

    if (err)
        return err;
    for (int64_t i = 0; i < in->count; i++) {
        iso_record *r = &list.at[list.count++];
        *r = in->at[i];
        if (!mapped || r->mix || r->baseline ||
            !(iso_str_same(r->stage, "before") || iso_str_same(r->stage, "centred")))
            continue;
        r->baseline = r->stage;
        r->stage = mapped->stage;
        r->train = mapped->train;
    }
    list.room = in->count;
    *out = list;
    return ISO_OK;
}

iso_err iso_beside_states(iso_records *out, const iso_records *in)
{
    bool *mark = NULL, any = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mark, in->count, sizeof *mark));
    for (int64_t i = 0; i < in->count; i++) {
        mark[i] = !in->at[i].baseline;
        any = any || mark[i];
    }
    for (int64_t i = 0; !any && i < in->count; i++)
        mark[i] = true;
    ISO_TRY(borrow(out, in, mark));
done:
    iso_free(mark);
    return err;
}
