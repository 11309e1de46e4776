/* Claims counted, and what is said of them at the terminal. */
#include <stdio.h>
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/study/mix/mix_claim.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

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

/* "p@1:cosine forward 3/0/53"; of a measure that says neither what changed is told by itself. */
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
done:
    return err;
}

/* All measures of one way and mixed layer, whose first count is `first`. */
static iso_err tell_way(const iso_run *run, const struct mix_counts *c, int64_t first)
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
static void tell_meaning(const iso_run *run, const struct mix_claims *claims)
{
    int64_t most = 0;

    for (int64_t i = 0; i < claims->count; i++) {
        const int64_t n = claims->at[i].effect->n;
        most = n == ISO_NO_INT ? MIX_CLAIM_ITEMS : n > most ? n : most;
    }
    if (most < MIX_CLAIM_ITEMS)
        iso_run_note(run,
                     "fewer than %d sentences: what mixing does to them is no ground for a claim",
                     MIX_CLAIM_ITEMS);
    iso_run_note(run,
                 "in how many cases, a target and a measured layer each, mixing is shown to bring "
                 "languages closer/apart beyond both controls/neither:");
}

iso_err iso_mix_tell(const iso_records *records, const iso_run *run)
{
    struct mix_claims claims = {0};
    struct mix_counts counts = {0};
    iso_err err = ISO_OK;

    if (!run || !run->note)
        return ISO_OK;
    ISO_TRY(iso_mix_claims_make(&claims, records));
    ISO_TRY(iso_mix_counts_make(&counts, &claims));
    if (counts.count > 0)
        tell_meaning(run, &claims);
    for (int64_t i = 0; i < counts.count; i++) {
        bool told = false;
        for (int64_t j = 0; j < i && !told; j++)
            told = same_way(counts.at[j].like, counts.at[i].like);
        if (!told)
            ISO_TRY(tell_way(run, &counts, i));
    }
done:
    iso_mix_claims_free(&claims);
    iso_mix_counts_free(&counts);
    return err;
}
