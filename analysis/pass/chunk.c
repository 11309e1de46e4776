#include "analysis/pass/chunk.h"

#include "lib/base/alloc.h"

/* Numbers the matrices of the pairs in the order they are met. */
static iso_err number(struct iso_chunk *c, int64_t first)
{
    int *local = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&local, c->task->matrices, sizeof *local));
    ISO_TRY(iso_alloc(&c->global, c->task->matrices, sizeof *c->global));
    ISO_TRY(iso_alloc(&c->pair, c->pairs, sizeof *c->pair));
    for (int64_t i = 0; i < c->pairs; i++) {
        const int side[2] = {c->task->pair[first + i].x, c->task->pair[first + i].y};
        for (int s = 0; s < 2; s++) {
            if (local[side[s]] == 0) {
                c->global[c->matrices++] = side[s];
                local[side[s]] = c->matrices;
            }
        }
        c->pair[i] = (iso_gram_pair){local[side[0]] - 1, local[side[1]] - 1};
    }
done:
    iso_free(local);
    return err;
}

static const iso_rows *source(const struct iso_chunk *c, int m)
{
    return c->task->matrix[c->global[m]];
}

static iso_err make_blocks(struct iso_chunk *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->block, c->matrices, sizeof *c->block));
    ISO_TRY(iso_alloc(&c->norm2, c->matrices, sizeof *c->norm2));
    ISO_TRY(iso_alloc(&c->raw, c->matrices, sizeof *c->raw));
    ISO_TRY(iso_alloc(&c->scale, c->matrices, sizeof *c->scale));
    ISO_TRY(iso_alloc(&c->first, c->matrices + 1, sizeof *c->first));
    for (int m = 0; m < c->matrices; m++)
        c->first[m + 1] = c->first[m] + source(c, m)->cols;
    ISO_TRY(iso_mat_new(&c->wide, c->plan->block, c->first[c->matrices] + ISO_CHUNK_PAD,
                        c->plan->dtype));
    for (int m = 0; m < c->matrices; m++) {
        c->block[m] = iso_mat_columns(&c->wide, c->first[m], source(c, m)->cols);
        ISO_TRY(iso_alloc(&c->norm2[m], c->plan->block, sizeof **c->norm2));
    }
done:
    return err;
}

/* Without SUMS a cross keeps Σx·y alone. */
static iso_err make_sums(struct iso_chunk *c)
{
    const bool dot_only = !(c->plan->needs & ISO_NEED_SUMS);
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->cross, c->pairs, sizeof *c->cross));
    ISO_TRY(iso_alloc(&c->self, c->matrices, sizeof *c->self));
    for (int64_t i = 0; i < c->pairs; i++) {
        ISO_TRY(iso_cross_new(&c->cross[i], source(c, c->pair[i].x)->cols,
                              source(c, c->pair[i].y)->cols, dot_only));
        if (c->plan->needs & ISO_NEED_PRODUCTS)
            ISO_TRY(iso_cross_keep(&c->cross[i]));
    }
    for (int m = 0; m < c->matrices; m++)
        ISO_TRY(iso_cross_new(&c->self[m], source(c, m)->cols, source(c, m)->cols, dot_only));
done:
    return err;
}

static iso_err make_gram(iso_gram_terms **out, int64_t count, int64_t n)
{
    iso_err err = iso_alloc(out, count, sizeof **out);

    for (int64_t i = 0; i < count && !err; i++) {
        double *memory = NULL;
        err = iso_alloc(&memory, 3 * n, sizeof *memory);
        if (!err)
            (*out)[i] =
                (iso_gram_terms){.n = n, .off = memory, .kl = memory + n, .lk = memory + 2 * n};
    }
    return err;
}

static iso_err make_outcomes(struct iso_chunk *c)
{
    const int64_t units = c->plan->units, measures = c->task->measures;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->outcomes, c->pairs * measures, sizeof *c->outcomes));
    for (int64_t i = 0; i < c->pairs * measures; i++) {
        const iso_measure *m = c->task->measure[i % measures];
        const iso_gram_pair pair = c->pair[i / measures];
        if (!(m->needs & ISO_NEED_ROWS))
            continue;
        const int64_t state =
            m->state_size ? m->state_size(source(c, pair.x)->cols, source(c, pair.y)->cols) : 0;
        ISO_TRY(iso_alloc(&c->outcomes[i].sum, units, sizeof(double)));
        ISO_TRY(iso_alloc(&c->outcomes[i].unit_size, units, sizeof(int64_t)));
        ISO_TRY(iso_alloc(&c->outcomes[i].state, state, sizeof(double)));
    }
done:
    return err;
}

iso_err iso_chunk_new(struct iso_chunk *out, const iso_task *task, const iso_plan *plan,
                      const iso_run *run, int64_t first, int64_t end, iso_moments *moments)
{
    struct iso_chunk c = {.task = task, .plan = plan, .run = run, .pairs = end - first};
    iso_err err = ISO_OK;

    ISO_TRY(number(&c, first));
    ISO_TRY(iso_alloc(&c.moments, c.matrices, sizeof *c.moments));
    for (int m = 0; m < c.matrices; m++)
        c.moments[m] = &moments[c.global[m]];
    ISO_TRY(make_blocks(&c));
    ISO_TRY(make_sums(&c));
    ISO_TRY(make_outcomes(&c));
    if (plan->needs & ISO_NEED_GRAM) {
        ISO_TRY(make_gram(&c.gram, c.pairs, plan->rows));
        ISO_TRY(make_gram(&c.gself, c.matrices, plan->rows));
    }
    *out = c;
    return ISO_OK;
done:
    iso_chunk_free(&c);
    return err;
}

void iso_chunk_free(struct iso_chunk *c)
{
    for (int m = 0; m < c->matrices; m++) {
        if (c->norm2)
            iso_free(c->norm2[m]);
        if (c->self)
            iso_cross_free(&c->self[m]);
        if (c->gself)
            iso_free(c->gself[m].off);
    }
    for (int64_t i = 0; i < c->pairs; i++) {
        if (c->cross)
            iso_cross_free(&c->cross[i]);
        if (c->gram)
            iso_free(c->gram[i].off);
    }
    for (int64_t i = 0; c->outcomes && i < c->pairs * c->task->measures; i++) {
        iso_free(c->outcomes[i].sum);
        iso_free(c->outcomes[i].unit_size);
        iso_free(c->outcomes[i].state);
    }
    iso_free(c->outcomes);
    iso_mat_free(&c->wide);
    iso_free(c->first);
    iso_free(c->block);
    iso_free(c->norm2);
    iso_free(c->raw);
    iso_free(c->scale);
    iso_free(c->cross);
    iso_free(c->self);
    iso_free(c->gram);
    iso_free(c->gself);
    iso_free(c->moments);
    iso_free(c->pair);
    iso_free(c->global);
    *c = (struct iso_chunk){0};
}
