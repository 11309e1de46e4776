/* The Gram method: few items, all rows in memory at once. */
#include "analysis/pass/chunk.h"
#include "lib/base/alloc.h"

static void add_moments(struct iso_chunk *c, int m)
{
    const iso_view x = iso_mat_view(&c->block[m]);

    for (int g = 0; g < ISO_GROUPS; g++) {
        for (int64_t s = 0; s < c->plan->deal.sweeps; s++) {
            int64_t first, count;
            iso_deal_run(&c->plan->deal, g, s, &first, &count);
            iso_moments_add(c->moments[m], iso_view_rows(x, first, count), c->norm2[m] + first,
                            c->scale[m], g);
        }
    }
}

/* First moments and Σx·y, group by group: what is small enough to keep whichever method is taken.
 */
static iso_err add_means(struct iso_chunk *c)
{
    double *dot = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&dot, c->pairs, sizeof *dot));
#pragma omp parallel for schedule(dynamic)
    for (int m = 0; m < c->matrices; m++)
        add_moments(c, m);
    for (int g = 0; g < ISO_GROUPS && (c->plan->needs & ISO_NEED_MEANS); g++) {
        for (int64_t s = 0; s < c->plan->deal.sweeps; s++) {
            int64_t first, count;
            iso_deal_run(&c->plan->deal, g, s, &first, &count);
            iso_chunk_dots(dot, c, first, count);
            for (int64_t i = 0; i < c->pairs; i++) {
                const iso_cross_block block = {.dot = dot[i]};
                ISO_TRY(iso_cross_add(&c->cross[i], &block, g, s + 1 == c->plan->deal.sweeps,
                                      c->moments[c->pair[i].x], c->moments[c->pair[i].y]));
            }
        }
    }
done:
    iso_free(dot);
    return err;
}

/* Pairs and selves in one list, so that each Gram tile is made once. */
static iso_err add_gram(struct iso_chunk *c)
{
    const int64_t all = c->pairs + c->matrices;
    iso_gram_terms *terms = NULL;
    iso_gram_pair *pair = NULL;
    iso_view *view = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&terms, all, sizeof *terms));
    ISO_TRY(iso_alloc(&pair, all, sizeof *pair));
    ISO_TRY(iso_alloc(&view, c->matrices, sizeof *view));
    for (int64_t i = 0; i < c->pairs; i++) {
        terms[i] = c->gram[i];
        pair[i] = c->pair[i];
    }
    for (int m = 0; m < c->matrices; m++) {
        terms[c->pairs + m] = c->gself[m];
        pair[c->pairs + m] = (iso_gram_pair){m, m};
        view[m] = iso_mat_view(&c->block[m]);
    }
    ISO_TRY(iso_gram_pairs(terms, pair, all, view, (const double *const *)c->norm2, c->matrices,
                           c->run));
    for (int64_t i = 0; i < c->pairs; i++)
        c->gram[i] = terms[i];
    for (int m = 0; m < c->matrices; m++)
        c->gself[m] = terms[c->pairs + m];
done:
    iso_free(terms);
    iso_free(pair);
    iso_free(view);
    return err;
}

iso_err iso_method_gram(struct iso_chunk *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_chunk_pilot(c));
    ISO_TRY(iso_chunk_read(c, 0, &(struct iso_piece){0, c->plan->rows, 0}, 1));
    ISO_TRY(iso_chunk_feed(c, false, NULL));
    ISO_TRY(iso_chunk_shift(c));
    ISO_TRY(add_means(c));
    if (c->plan->rows > 0)
        ISO_TRY(iso_chunk_centre(c));
    ISO_TRY(iso_chunk_feed(c, true, NULL));
    if (c->plan->needs & ISO_NEED_GRAM)
        ISO_TRY(add_gram(c));
    ISO_TRY(iso_run_step(c->run, "rows", c->plan->rows, c->plan->rows, "rows"));
done:
    return err;
}
