/* One block of rows into the second moments of every pair. */
#include <math.h>

#include "analysis/pass/chunk.h"
#include "lib/base/alloc.h"
#include "lib/linalg/product.h"
#include "lib/linalg/loops.h"

void iso_sums_work_free(struct iso_sums_work *w)
{
    iso_free(w->dot);
    iso_mat_free(&w->product);
    iso_mat_free(&w->norms);
    iso_mat_free(&w->weighed);
}

iso_err iso_sums_work_new(struct iso_sums_work *w, const struct iso_chunk *c)
{
    const iso_dtype dtype = c->plan->dtype;
    const int64_t columns = c->first[c->matrices];
    int64_t widest = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w->dot, c->plan->spans * c->pairs, sizeof *w->dot));
    if (!(c->plan->needs & ISO_NEED_SUMS) || c->plan->by_items)
        return ISO_OK;
    for (int m = 0; m < c->matrices; m++)
        widest = c->block[m].cols > widest ? c->block[m].cols : widest;
    ISO_TRY(iso_mat_new_raw(&w->product, widest, iso_plan_width(columns, widest), dtype));
    ISO_TRY(iso_mat_new_raw(&w->norms, c->plan->block, c->matrices, dtype));
    ISO_TRY(iso_mat_new_raw(&w->weighed, iso_plan_weighed(c->plan, c->plan->spans) * columns,
                            c->matrices, dtype));
done:
    return err;
}

static iso_view rows_of(const iso_mat *m, const struct iso_span *span)
{
    return iso_view_rows(iso_mat_view(m), span->first, span->count);
}

static void gather_norms(struct iso_sums_work *w, const struct iso_chunk *c)
{
    const int64_t ld = w->norms.stride;

    for (int64_t i = 0; i < c->have; i++) {
        for (int m = 0; m < c->matrices; m++) {
            if (w->norms.dtype == ISO_F64)
                ((double *)w->norms.data)[i * ld + m] = c->norm2[m][i];
            else
                ((float *)w->norms.data)[i * ld + m] = (float)c->norm2[m][i];
        }
    }
}

/* Xᵀ‖y‖² for all x and y at once: one thin product a span. */
static iso_err weigh(struct iso_sums_work *w, const struct iso_chunk *c,
                     const struct iso_span *span, int spans)
{
    const int64_t columns = c->first[c->matrices], ld = w->weighed.stride;
    const iso_mat side = iso_mat_columns(&c->wide, 0, columns);
    const size_t size = iso_dtype_size(w->weighed.dtype);
    iso_err err = ISO_OK;

    gather_norms(w, c);
    for (int s = 0; s < spans && !err; s++) {
        iso_mat to = {(char *)w->weighed.data + (size_t)(s * columns * ld) * size,
                      columns,
                      c->matrices,
                      ld,
                      w->weighed.dtype,
                      NULL};
        err = iso_mul_tn(&to, rows_of(&side, &span[s]), rows_of(&w->norms, &span[s]), 0);
    }
    return err;
}

/* X's rows of Xᵀ‖y‖² over span s, as one column. */
static iso_view weighed_by(const struct iso_sums_work *w, const struct iso_chunk *c, int s, int x,
                           int y)
{
    const iso_mat column = iso_mat_columns(&w->weighed, y, 1);

    return iso_view_rows(iso_mat_view(&column), s * c->first[c->matrices] + c->first[x],
                         c->block[x].cols);
}

/* A span's share of one pair, whose product is at hand. */
static iso_err add_pair(iso_cross *cross, const struct iso_sums_work *w, const struct iso_chunk *c,
                        iso_gram_pair pair, iso_view product, double dot,
                        const struct iso_span *span, int s)
{
    const struct iso_span *now = &span[s];
    const iso_cross_block block = {
        .product = product,
        .qy_x = weighed_by(w, c, s, pair.x, pair.y),
        .qx_y = weighed_by(w, c, s, pair.y, pair.x),
        .qq = iso_dot(c->norm2[pair.x] + now->first, c->norm2[pair.y] + now->first, now->count),
        .dot = dot,
        .xscale = c->scale[pair.x],
        .yscale = c->scale[pair.y],
        .upper = pair.x == pair.y};

    if (c->plan->group_gram) {
        iso_cross_pool(cross, &block);
        return ISO_OK;
    }
    return iso_cross_add(cross, &block, now->group, now->last, c->moments[pair.x],
                         c->moments[pair.y]);
}

static iso_err add_selves(struct iso_sums_work *w, struct iso_chunk *c, const struct iso_span *span,
                          int spans)
{
    iso_err err = ISO_OK;

    for (int m = 0; m < c->matrices; m++) {
        const int64_t p = c->block[m].cols;
        iso_mat square = {w->product.data, p, p, p, w->product.dtype, NULL};
        for (int s = 0; s < spans; s++) {
            ISO_TRY(iso_square_tn(&square, rows_of(&c->block[m], &span[s]), 0));
            ISO_TRY(add_pair(&c->self[m], w, c, (iso_gram_pair){m, m}, iso_mat_view(&square), 0,
                             span, s));
        }
    }
done:
    return err;
}

/* How many pairs from i on share x and have neighbouring y that fit into the product. */
static int64_t neighbours(const struct iso_chunk *c, int64_t i, int64_t width)
{
    const iso_gram_pair first = c->pair[i];
    int64_t count = 1;

    while (i + count < c->pairs && c->pair[i + count].x == first.x &&
           c->pair[i + count].y == first.y + count &&
           c->first[first.y + count + 1] - c->first[first.y] <= width)
        count++;
    return count;
}

/* Pairs [i, i + count) over one span, from one product: the BLAS is faster on wide ones. */
static iso_err add_neighbours(struct iso_sums_work *w, struct iso_chunk *c, int64_t i,
                              int64_t count, const struct iso_span *span, int s)
{
    const iso_gram_pair pair = c->pair[i];
    const int64_t begin = c->first[pair.y], columns = c->first[pair.y + count] - begin;
    const iso_mat side = iso_mat_columns(&c->wide, begin, columns);
    iso_mat product = {w->product.data, c->block[pair.x].cols, columns,
                       columns,         w->product.dtype,      NULL};
    iso_err err = ISO_OK;

    ISO_TRY(
        iso_mul_tn(&product, rows_of(&c->block[pair.x], &span[s]), rows_of(&side, &span[s]), 0));
    for (int k = 0; k < count; k++) {
        const iso_gram_pair now = {pair.x, pair.y + k};
        const iso_mat part =
            iso_mat_columns(&product, c->first[now.y] - begin, c->block[now.y].cols);
        ISO_TRY(add_pair(&c->cross[i + k], w, c, now, iso_mat_view(&part),
                         w->dot[s * c->pairs + i + k], span, s));
    }
done:
    return err;
}

/* Pairs outside, spans inside: a pair's sums stay in the cache while the groups pass. */
static iso_err add_pairs(struct iso_sums_work *w, struct iso_chunk *c, const struct iso_span *span,
                         int spans)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0, count; i < c->pairs; i += count) {
        count = neighbours(c, i, w->product.cols);
        for (int s = 0; s < spans; s++)
            ISO_TRY(add_neighbours(w, c, i, count, span, s));
    }
done:
    return err;
}

/* Without second moments: Σx·y alone. */
static iso_err add_dots(const struct iso_sums_work *w, struct iso_chunk *c,
                        const struct iso_span *span, int s)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < c->pairs && !err; i++) {
        const iso_cross_block block = {.dot = w->dot[s * c->pairs + i]};
        err = iso_cross_add(&c->cross[i], &block, span[s].group, span[s].last,
                            c->moments[c->pair[i].x], c->moments[c->pair[i].y]);
    }
    return err;
}

/* --- A block --- */

iso_err iso_sums_add(struct iso_sums_work *w, struct iso_chunk *c, const struct iso_span *span,
                     int spans)
{
    const struct iso_span all = {.count = c->have};
    iso_err err = ISO_OK;

    for (int s = 0; s < spans && (c->plan->needs & ISO_NEED_MEANS); s++)
        iso_chunk_dots(w->dot + s * c->pairs, c, span[s].first, span[s].count);
    if (c->plan->group_gram || c->plan->by_items)
        ISO_TRY(iso_groups_add(c, w->dot, span, spans));
    if (c->plan->by_items)
        goto done;
    if (c->plan->group_gram) { /* and all their rows at once */
        span = &all;
        spans = 1;
    }
    if (c->plan->needs & ISO_NEED_SUMS) {
        ISO_TRY(weigh(w, c, span, spans));
        ISO_TRY(add_selves(w, c, span, spans));
        ISO_TRY(add_pairs(w, c, span, spans));
    } else if (c->plan->needs & ISO_NEED_MEANS) {
        for (int s = 0; s < spans; s++)
            ISO_TRY(add_dots(w, c, span, s));
    }
done:
    return err;
}
