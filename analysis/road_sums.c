/* The sums road: groups of rows, block by block, into second moments. */
#include "analysis/chunk.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/loops.h"

/* Scratch of one block. */
struct work {
    iso_mat product; /* XᵀY of a few Y side by side */
    iso_mat norms;   /* rows × matrices */
    iso_mat weighed; /* all columns × matrices: Xᵀ‖y‖² for every X and Y */
    double *dot;     /* a pair */
    int64_t done;    /* rows of this reading */
};

static void work_free(struct work *w)
{
    iso_free(w->dot);
    iso_mat_free(&w->product);
    iso_mat_free(&w->norms);
    iso_mat_free(&w->weighed);
}

static iso_err work_new(struct work *w, const struct iso_chunk *c)
{
    const iso_dtype dtype = c->plan->dtype;
    const int64_t columns = c->first[c->matrices];
    int64_t widest = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w->dot, c->pairs, sizeof *w->dot));
    if (!(c->plan->needs & ISO_NEED_SUMS))
        return ISO_OK;
    for (int m = 0; m < c->matrices; m++)
        widest = c->block[m].cols > widest ? c->block[m].cols : widest;
    ISO_TRY(iso_mat_new(&w->product, widest, iso_plan_width(columns, widest), dtype));
    ISO_TRY(iso_mat_new(&w->norms, c->plan->block, c->matrices, dtype));
    ISO_TRY(iso_mat_new(&w->weighed, columns, c->matrices, dtype));
done:
    return err;
}

static iso_view at_hand(const struct iso_chunk *c, int m)
{
    return iso_view_rows(iso_mat_view(&c->block[m]), 0, c->have);
}

/* Xᵀ‖y‖² for all x and y at once: one thin product. */
static iso_err weigh(struct work *w, const struct iso_chunk *c)
{
    const iso_mat columns = iso_mat_columns(&c->wide, 0, c->first[c->matrices]);
    const int64_t ld = w->norms.stride;

    for (int64_t i = 0; i < c->have; i++) {
        for (int m = 0; m < c->matrices; m++) {
            if (w->norms.dtype == ISO_F64)
                ((double *)w->norms.data)[i * ld + m] = c->norm2[m][i];
            else
                ((float *)w->norms.data)[i * ld + m] = (float)c->norm2[m][i];
        }
    }
    return iso_mul_tn(&w->weighed, iso_view_rows(iso_mat_view(&columns), 0, c->have),
                      iso_view_rows(iso_mat_view(&w->norms), 0, c->have), 0);
}

/* X's rows of Xᵀ‖y‖² as one column. */
static iso_view weighed_by(const struct work *w, const struct iso_chunk *c, int x, int y)
{
    const iso_mat column = iso_mat_columns(&w->weighed, y, 1);

    return iso_view_rows(iso_mat_view(&column), c->first[x], c->block[x].cols);
}

static double trace(iso_view m)
{
    double sum = 0;

    for (int64_t i = 0; i < m.rows && m.rows == m.cols; i++)
        sum += m.dtype == ISO_F64 ? ((const double *)m.data)[i * m.stride + i]
                                  : (double)((const float *)m.data)[i * m.stride + i];
    return sum;
}

/* The block's share of one pair, whose product is at hand. */
static iso_err add_pair(iso_cross *cross, const struct work *w, const struct iso_chunk *c, int x,
                        int y, iso_view product, int group, bool last)
{
    const iso_cross_block block = {.product = product,
                                   .qy_x = weighed_by(w, c, x, y),
                                   .qx_y = weighed_by(w, c, y, x),
                                   .qq = iso_dot(c->norm2[x], c->norm2[y], c->have),
                                   .dot = trace(product),
                                   .upper = x == y};

    return iso_cross_add(cross, &block, group, last, c->moments[x], c->moments[y]);
}

static iso_err add_selves(struct work *w, struct iso_chunk *c, int group, bool last)
{
    iso_err err = ISO_OK;

    for (int m = 0; m < c->matrices; m++) {
        iso_mat square = {w->product.data,   c->block[m].cols, c->block[m].cols,
                          w->product.stride, w->product.dtype, NULL};
        ISO_TRY(iso_square_tn(&square, at_hand(c, m), 0));
        ISO_TRY(add_pair(&c->self[m], w, c, m, m, iso_mat_view(&square), group, last));
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

/* Several pairs from one product: the BLAS is faster on wide ones. */
static iso_err add_pairs(struct work *w, struct iso_chunk *c, int group, bool last)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0, count; i < c->pairs; i += count) {
        const int x = c->pair[i].x, y = c->pair[i].y;
        count = neighbours(c, i, w->product.cols);
        const int64_t columns = c->first[y + count] - c->first[y];
        const iso_mat side = iso_mat_columns(&c->wide, c->first[y], columns);
        iso_mat product = {w->product.data,   c->block[x].cols, columns,
                           w->product.stride, w->product.dtype, NULL};
        ISO_TRY(
            iso_mul_tn(&product, at_hand(c, x), iso_view_rows(iso_mat_view(&side), 0, c->have), 0));
        for (int k = 0; k < count; k++) {
            const iso_mat part =
                iso_mat_columns(&product, c->first[y + k] - c->first[y], c->block[y + k].cols);
            ISO_TRY(add_pair(&c->cross[i + k], w, c, x, y + k, iso_mat_view(&part), group, last));
        }
    }
done:
    return err;
}

static iso_err add_sums(struct work *w, struct iso_chunk *c, int group, bool last)
{
    iso_err err = ISO_OK;

    ISO_TRY(weigh(w, c));
    ISO_TRY(add_selves(w, c, group, last));
    ISO_TRY(add_pairs(w, c, group, last));
done:
    return err;
}

/* Without second moments: Σx·y alone. */
static iso_err add_dots(struct work *w, struct iso_chunk *c, int group, bool last)
{
    iso_err err = ISO_OK;

    iso_chunk_dots(w->dot, c, 0, c->have);
    for (int64_t i = 0; i < c->pairs && !err; i++) {
        const iso_cross_block block = {.dot = w->dot[i]};
        err = iso_cross_add(&c->cross[i], &block, group, last, c->moments[c->pair[i].x],
                            c->moments[c->pair[i].y]);
    }
    return err;
}

/* The rows at hand are of one group, unshifted. */
static iso_err first_reading(struct work *w, struct iso_chunk *c, int group, bool last)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_chunk_feed(c, false, group));
    ISO_TRY(iso_chunk_shift(c));
    for (int m = 0; m < c->matrices; m++)
        iso_moments_add(c->moments[m], at_hand(c, m), c->norm2[m], group);
    if (c->plan->needs & ISO_NEED_SUMS)
        ISO_TRY(add_sums(w, c, group, last));
    else if (c->plan->needs & ISO_NEED_MEANS)
        ISO_TRY(add_dots(w, c, group, last));
done:
    return err;
}

static iso_err second_reading(struct iso_chunk *c, int group)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_chunk_shift(c));
    ISO_TRY(iso_chunk_centre(c));
    ISO_TRY(iso_chunk_feed(c, true, group));
done:
    return err;
}

/* Hands the rows at hand on, and says how far it is. */
static iso_err take_block(struct work *w, struct iso_chunk *c, int group, bool last, bool second)
{
    iso_err err = ISO_OK;

    if (second)
        ISO_TRY(second_reading(c, group));
    else
        ISO_TRY(first_reading(w, c, group, last));
    w->done += c->have;
    c->have = 0;
    ISO_TRY(iso_run_step(c->run, second ? "centred rows" : "rows", w->done, c->plan->rows, "rows"));
done:
    return err;
}

/* Fills blocks with the group's rows. A full block goes on at once; the last is known by what is
 * left. */
static iso_err read_group(struct work *w, struct iso_chunk *c, int group, bool second)
{
    int64_t left = iso_deal_size(&c->deal, group);
    iso_err err = ISO_OK;

    c->have = 0;
    for (int64_t s = 0; s < c->deal.sweeps; s++) {
        int64_t first, count;
        iso_deal_run(&c->deal, group, s, &first, &count);
        while (count > 0) {
            const int64_t room = c->plan->block - c->have, take = count < room ? count : room;
            ISO_TRY(iso_chunk_append(c, first, take));
            first += take;
            count -= take;
            left -= take;
            if (c->have == c->plan->block || left == 0)
                ISO_TRY(take_block(w, c, group, left == 0, second));
        }
    }
done:
    return err;
}

iso_err iso_sums_road(struct iso_chunk *c)
{
    struct work w = {0};
    iso_err err = ISO_OK;

    ISO_TRY(work_new(&w, c));
    ISO_TRY(iso_chunk_pilot(c));
    for (int reading = 0; reading < c->plan->readings; reading++) {
        w.done = 0;
        for (int g = 0; g < ISO_GROUPS; g++)
            ISO_TRY(read_group(&w, c, g, reading == 1));
    }
    for (int m = 0; m < c->matrices; m++)
        iso_cross_finish(&c->self[m], c->moments[m], c->moments[m]);
    for (int64_t i = 0; i < c->pairs; i++)
        iso_cross_finish(&c->cross[i], c->moments[c->pair[i].x], c->moments[c->pair[i].y]);
done:
    work_free(&w);
    return err;
}
