/* The sums road: groups of rows, block by block, into second moments. */
#include "analysis/chunk.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/loops.h"

/* Scratch of one block. */
struct work {
    iso_mat product;  /* the widest XᵀY */
    iso_mat norms;    /* rows × matrices */
    iso_mat *weighed; /* a matrix: Xᵀ·norms, p × matrices */
    double *dot;      /* a pair */
    int64_t done;     /* rows of this reading */
};

static void work_free(struct work *w, int matrices)
{
    for (int m = 0; w->weighed && m < matrices; m++)
        iso_mat_free(&w->weighed[m]);
    iso_free(w->weighed);
    iso_free(w->dot);
    iso_mat_free(&w->product);
    iso_mat_free(&w->norms);
}

static iso_err work_new(struct work *w, const struct iso_chunk *c)
{
    int64_t widest = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w->dot, c->pairs, sizeof *w->dot));
    if (!(c->plan->needs & ISO_NEED_SUMS))
        return ISO_OK;
    ISO_TRY(iso_alloc(&w->weighed, c->matrices, sizeof *w->weighed));
    for (int m = 0; m < c->matrices; m++) {
        const int64_t p = c->block[m].cols;
        widest = p > widest ? p : widest;
        ISO_TRY(iso_mat_new(&w->weighed[m], p, c->matrices, c->plan->dtype));
    }
    ISO_TRY(iso_mat_new(&w->product, widest, widest, c->plan->dtype));
    ISO_TRY(iso_mat_new(&w->norms, c->plan->block, c->matrices, c->plan->dtype));
done:
    return err;
}

static iso_view at_hand(const struct iso_chunk *c, int m)
{
    return iso_view_rows(iso_mat_view(&c->block[m]), 0, c->have);
}

static iso_view column(const iso_mat *m, int64_t j)
{
    const size_t size = iso_dtype_size(m->dtype);
    return (iso_view){(const char *)m->data + (size_t)j * size, m->rows, 1, m->stride, m->dtype};
}

/* Xᵀ‖y‖² for all y at once: one thin product a matrix. */
static iso_err weigh(struct work *w, const struct iso_chunk *c)
{
    const int64_t ld = w->norms.stride;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < c->have; i++) {
        for (int m = 0; m < c->matrices; m++) {
            if (w->norms.dtype == ISO_F64)
                ((double *)w->norms.data)[i * ld + m] = c->norm2[m][i];
            else
                ((float *)w->norms.data)[i * ld + m] = (float)c->norm2[m][i];
        }
    }
    for (int m = 0; m < c->matrices && !err; m++)
        err = iso_mul_tn(&w->weighed[m], at_hand(c, m),
                         iso_view_rows(iso_mat_view(&w->norms), 0, c->have), 0);
    return err;
}

static void mirror(iso_mat *m)
{
    for (int64_t i = 0; i < m->rows; i++) {
        for (int64_t j = 0; j < i; j++) {
            if (m->dtype == ISO_F64)
                ((double *)m->data)[i * m->stride + j] = ((double *)m->data)[j * m->stride + i];
            else
                ((float *)m->data)[i * m->stride + j] = ((float *)m->data)[j * m->stride + i];
        }
    }
}

static double trace(const iso_mat *m)
{
    double sum = 0;

    for (int64_t i = 0; i < m->rows && m->rows == m->cols; i++)
        sum += m->dtype == ISO_F64 ? ((const double *)m->data)[i * m->stride + i]
                                   : (double)((const float *)m->data)[i * m->stride + i];
    return sum;
}

/* The block's share of one pair (x, y). */
static iso_err add_pair(iso_cross *cross, struct work *w, const struct iso_chunk *c, int x, int y,
                        int group, bool last)
{
    iso_mat product = {w->product.data, cross->p, cross->q, cross->q, w->product.dtype, NULL};
    iso_err err = ISO_OK;

    if (x == y) {
        ISO_TRY(iso_square_tn(&product, at_hand(c, x), 0));
        mirror(&product);
    } else {
        ISO_TRY(iso_mul_tn(&product, at_hand(c, x), at_hand(c, y), 0));
    }
    const iso_cross_block block = {.product = iso_mat_view(&product),
                                   .qy_x = column(&w->weighed[x], y),
                                   .qx_y = column(&w->weighed[y], x),
                                   .qq = iso_dot(c->norm2[x], c->norm2[y], c->have),
                                   .dot = trace(&product)};
    ISO_TRY(iso_cross_add(cross, &block, group, last, c->moments[x], c->moments[y]));
done:
    return err;
}

static iso_err add_sums(struct work *w, struct iso_chunk *c, int group, bool last)
{
    iso_err err = ISO_OK;

    ISO_TRY(weigh(w, c));
    for (int m = 0; m < c->matrices; m++)
        ISO_TRY(add_pair(&c->self[m], w, c, m, m, group, last));
    for (int64_t i = 0; i < c->pairs; i++)
        ISO_TRY(add_pair(&c->cross[i], w, c, c->pair[i].x, c->pair[i].y, group, last));
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
    work_free(&w, c->matrices);
    return err;
}
