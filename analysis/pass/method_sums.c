/* The sums method: the rows group by group, in blocks of several groups or of a part of one. */
#include "analysis/pass/chunk.h"

/* A reading under way. The blocks hold `spans` spans, the last of which may still grow. */
struct reading {
    struct iso_chunk *c;
    struct iso_sums_work work;
    struct iso_span span[ISO_GROUPS];
    int spans;
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

/* Appends rows of the span that grows; a full block goes on at once. */
static iso_err append(struct reading *r, int64_t first, int64_t count, int64_t *left)
{
    struct iso_chunk *c = r->c;
    iso_err err = ISO_OK;

    while (count > 0) {
        const int64_t room = c->plan->block - c->have, take = count < room ? count : room;
        struct iso_span *span = &r->span[r->spans - 1];
        ISO_TRY(iso_chunk_append(c, first, take));
        span->count += take;
        first += take;
        count -= take;
        *left -= take;
        span->last = *left == 0;
        if (c->have == c->plan->block && *left > 0) {
            const int group = span->group;
            ISO_TRY(flush(r));
            r->span[r->spans++] = (struct iso_span){.group = group};
        }
    }
done:
    return err;
}

static iso_err read_group(struct reading *r, int group)
{
    struct iso_chunk *c = r->c;
    const iso_deal *deal = &c->plan->deal;
    int64_t left = iso_deal_size(deal, group);
    iso_err err = ISO_OK;

    if (left == 0)
        return ISO_OK;
    if (c->have + left > c->plan->block || r->spans == c->plan->spans)
        ISO_TRY(flush(r));
    r->span[r->spans++] = (struct iso_span){.group = group, .first = c->have};
    for (int64_t s = 0; s < deal->sweeps; s++) {
        int64_t first, count;
        iso_deal_run(deal, group, s, &first, &count);
        ISO_TRY(append(r, first, count, &left));
    }
done:
    return err;
}

static iso_err read_all(struct reading *r)
{
    iso_err err = ISO_OK;

    r->done = 0;
    for (int g = 0; g < ISO_GROUPS; g++)
        ISO_TRY(read_group(r, g));
    ISO_TRY(flush(r));
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
    for (int m = 0; m < c->matrices; m++)
        iso_cross_finish(&c->self[m], c->moments[m], c->moments[m]);
    for (int64_t i = 0; i < c->pairs; i++)
        iso_cross_finish(&c->cross[i], c->moments[c->pair[i].x], c->moments[c->pair[i].y]);
done:
    iso_sums_work_free(&r.work);
    return err;
}
