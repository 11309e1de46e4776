/* The sums method: the rows group by group, in blocks of several groups or of a part of one. */
#include "analysis/pass/chunk.h"

enum { STRETCH = 512 };

/* Rows that lie side by side in the sources, gathered until they are read together. */
struct stretch {
    int64_t first, count;
    struct iso_piece piece[STRETCH];
    int pieces;
};

/* A reading under way. The blocks hold `spans` spans: whole groups, or a part of one. */
struct reading {
    struct iso_chunk *c;
    struct iso_sums_work work;
    struct iso_span span[ISO_GROUPS];
    int spans;
    struct stretch next;
    bool second; /* the means are known: only measures of centred rows look */
    int64_t done;
};

static iso_err first_look(struct reading *r)
{
    struct iso_chunk *c = r->c;
    iso_err err = ISO_OK;

    for (int s = 0; s < r->spans; s++)
        ISO_TRY(iso_chunk_feed(c, false, &r->span[s]));
    ISO_TRY(iso_chunk_shift(c));
    for (int s = 0; s < r->spans; s++) {
        const struct iso_span *span = &r->span[s];
#pragma omp parallel for schedule(dynamic)
        for (int m = 0; m < c->matrices; m++)
            iso_moments_add(c->moments[m],
                            iso_view_rows(iso_mat_view(&c->block[m]), span->first, span->count),
                            c->norm2[m] + span->first, c->scale[m], span->group);
    }
    ISO_TRY(iso_sums_add(&r->work, c, r->span, r->spans));
done:
    return err;
}

static iso_err second_look(struct reading *r)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_chunk_shift(r->c));
    ISO_TRY(iso_chunk_centre(r->c));
    for (int s = 0; s < r->spans; s++)
        ISO_TRY(iso_chunk_feed(r->c, true, &r->span[s]));
done:
    return err;
}

/* Hands the rows at hand on, and says how far it is. */
static iso_err flush(struct reading *r)
{
    struct iso_chunk *c = r->c;
    iso_err err = ISO_OK;

    if (c->have == 0)
        return ISO_OK;
    ISO_TRY(r->second ? second_look(r) : first_look(r));
    r->done += c->have;
    c->have = 0;
    r->spans = 0;
    ISO_TRY(
        iso_run_step(c->run, r->second ? "centred rows" : "rows", r->done, c->plan->rows, "rows"));
done:
    return err;
}

static iso_err take(struct reading *r)
{
    struct stretch *s = &r->next;
    const iso_err err = iso_chunk_read(r->c, s->first, s->piece, s->pieces);

    s->count = s->pieces = 0;
    return err;
}

/* A run of neighbours, to the rows of the blocks from `to` on. */
static iso_err add_run(struct reading *r, int64_t first, int64_t count, int64_t to)
{
    struct stretch *s = &r->next;
    iso_err err = ISO_OK;

    while (count > 0) {
        if (s->count == STRETCH || (s->count && s->first + s->count != first))
            ISO_TRY(take(r));
        if (s->count == 0)
            s->first = first;
        const int64_t room = STRETCH - s->count, n = count < room ? count : room;
        s->piece[s->pieces++] = (struct iso_piece){s->count, n, to};
        s->count += n;
        first += n;
        to += n;
        count -= n;
    }
done:
    return err;
}

/* Groups [from, end), one below the other in the blocks. Their runs are read in the order of the
 * file, together where they are neighbours. */
static iso_err read_groups(struct reading *r, int from, int end)
{
    const iso_deal *deal = &r->c->plan->deal;
    int64_t to[ISO_GROUPS], at = 0;
    iso_err err = ISO_OK;

    for (int g = from; g < end; g++) {
        const int64_t size = iso_deal_size(deal, g);
        if (size > 0)
            r->span[r->spans++] =
                (struct iso_span){.group = g, .first = at, .count = size, .last = true};
        to[g] = at;
        at += size;
    }
    for (int64_t s = 0; s < deal->sweeps; s++) {
        for (int turn = 0; turn < ISO_GROUPS; turn++) {
            const int64_t g = iso_deal_turn(deal, turn, s);
            int64_t first, count;
            if (g < from || g >= end)
                continue;
            iso_deal_run(deal, g, s, &first, &count);
            ISO_TRY(add_run(r, first, count, to[g]));
            to[g] += count;
        }
    }
    ISO_TRY(take(r));
    ISO_TRY(flush(r));
done:
    return err;
}

/* A group that takes several blocks. */
static iso_err read_in_parts(struct reading *r, int group)
{
    const struct iso_chunk *c = r->c;
    const iso_deal *deal = &c->plan->deal;
    int64_t left = iso_deal_size(deal, group);
    struct iso_span span = {.group = group};
    iso_err err = ISO_OK;

    for (int64_t s = 0; s < deal->sweeps; s++) {
        int64_t first, count;
        iso_deal_run(deal, group, s, &first, &count);
        while (count > 0) {
            const int64_t room = c->plan->block - span.count, n = count < room ? count : room;
            ISO_TRY(add_run(r, first, n, span.count));
            span.count += n;
            first += n;
            count -= n;
            left -= n;
            if (span.count < c->plan->block && left > 0)
                continue;
            span.last = left == 0;
            r->span[r->spans++] = span;
            ISO_TRY(take(r));
            ISO_TRY(flush(r));
            span.count = 0;
        }
    }
done:
    return err;
}

static iso_err read_all(struct reading *r)
{
    const iso_plan_part *plan = r->c->plan;
    const bool whole = plan->block >= plan->deal.most;
    iso_err err = ISO_OK;

    r->done = 0;
    for (int g = 0; g < ISO_GROUPS; g += whole ? plan->spans : 1) {
        const int end = g + plan->spans < ISO_GROUPS ? g + plan->spans : ISO_GROUPS;
        ISO_TRY(whole ? read_groups(r, g, end) : read_in_parts(r, g));
    }
done:
    return err;
}

iso_err iso_method_sums(struct iso_chunk *c)
{
    struct reading r = {.c = c};
    iso_err err = ISO_OK;

    ISO_TRY(iso_sums_work_new(&r.work, c));
    ISO_TRY(iso_chunk_pilot(c));
    for (int reading = 0; reading < c->plan->readings; reading++) {
        r.second = reading == 1;
        ISO_TRY(read_all(&r));
    }
    if (c->plan->by_items) /* the totals are there */
        goto done;
#pragma omp parallel for schedule(dynamic)
    for (int m = 0; m < c->matrices; m++)
        iso_cross_finish(&c->self[m], c->moments[m], c->moments[m]);
#pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < c->pairs; i++)
        iso_cross_finish(&c->cross[i], c->moments[c->pair[i].x], c->moments[c->pair[i].y]);
done:
    iso_sums_work_free(&r.work);
    return err;
}
