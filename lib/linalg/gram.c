#include "lib/linalg/gram.h"

#include "lib/base/alloc.h"
#include "lib/linalg/product.h"
#include "lib/linalg/loops.h"

enum { TILE = 256 };

/* One tile of every Gram matrix: rows [i, i + m), columns [j, j + n). */
struct tile {
    int64_t i, j, m, n;
    iso_mat *gram; /* one a matrix, TILE × TILE */
};

static iso_view tile_view(const struct tile *t, int which)
{
    return (iso_view){t->gram[which].data, t->m, t->n, TILE, t->gram[which].dtype};
}

/* Above the diagonal a tile serves its rows and, mirrored, its columns. */
static void add_tile(iso_gram_terms *out, const struct tile *t, iso_view k, iso_view l)
{
    const iso_loops *loops = iso_loops_best();
    double *col = t->i == t->j ? NULL : out->off + t->j;

    if (k.dtype == ISO_F64)
        loops->tile_f64(out->off + t->i, col, k.data, l.data, t->m, t->n, TILE);
    else
        loops->tile_f32(out->off + t->i, col, k.data, l.data, t->m, t->n, TILE);
}

/* The diagonal of K is zeroed where it is made: off leaves it out, k and l hold it. */
static void clear_diagonal(iso_mat *gram, int64_t m)
{
    for (int64_t i = 0; i < m; i++) {
        if (gram->dtype == ISO_F64)
            ((double *)gram->data)[i * TILE + i] = 0;
        else
            ((float *)gram->data)[i * TILE + i] = 0;
    }
}

static iso_err one_tile(iso_gram_terms *out, const iso_gram_pair *pair, int64_t pairs,
                        const iso_view *x, int matrices, const struct tile *t)
{
    iso_err err = ISO_OK;

    for (int m = 0; m < matrices; m++) {
        iso_mat c = {t->gram[m].data, t->m, t->n, TILE, t->gram[m].dtype, NULL};
        ISO_TRY(
            iso_mul_nt(&c, iso_view_rows(x[m], t->i, t->m), iso_view_rows(x[m], t->j, t->n), 0));
        if (t->i == t->j)
            clear_diagonal(&c, t->m);
    }
#pragma omp parallel for schedule(static)
    for (int64_t p = 0; p < pairs; p++)
        add_tile(&out[p], t, tile_view(t, pair[p].x), tile_view(t, pair[p].y));
done:
    return err;
}

static iso_err all_tiles(iso_gram_terms *out, const iso_gram_pair *pair, int64_t pairs,
                         const iso_view *x, int matrices, const iso_run *run)
{
    const int64_t n = x[0].rows, blocks = (n + TILE - 1) / TILE;
    struct tile t = {0};
    int64_t done = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t.gram, matrices, sizeof *t.gram));
    for (int m = 0; m < matrices; m++)
        ISO_TRY(iso_mat_new_raw(&t.gram[m], TILE, TILE, x[m].dtype));
    for (t.i = 0; t.i < n; t.i += TILE) {
        for (t.j = t.i; t.j < n; t.j += TILE) {
            t.m = n - t.i < TILE ? n - t.i : TILE;
            t.n = n - t.j < TILE ? n - t.j : TILE;
            ISO_TRY(one_tile(out, pair, pairs, x, matrices, &t));
            ISO_TRY(iso_run_step(run, "gram", ++done, blocks * (blocks + 1) / 2, "tiles"));
        }
    }
done:
    for (int m = 0; t.gram && m < matrices; m++)
        iso_mat_free(&t.gram[m]);
    iso_free(t.gram);
    return err;
}

/* norms[i][m] = ‖row i of x[m]‖², in the type of the products. */
static void gather_norms(iso_mat *norms, const double *const *norm2)
{
    for (int64_t i = 0; i < norms->rows; i++) {
        for (int64_t m = 0; m < norms->cols; m++) {
            if (norms->dtype == ISO_F64)
                ((double *)norms->data)[i * norms->cols + m] = norm2[m][i];
            else
                ((float *)norms->data)[i * norms->cols + m] = (float)norm2[m][i];
        }
    }
}

static void take_column(double *to, const iso_mat *from, int column)
{
    for (int64_t i = 0; i < from->rows; i++) {
        const int64_t at = i * from->stride + column;
        to[i] = from->dtype == ISO_F64 ? ((const double *)from->data)[at]
                                       : (double)((const float *)from->data)[at];
    }
}

/* K·N of one matrix, N the norms of all: X(XᵀN), never K itself. */
static iso_err norm_products(iso_gram_terms *out, const iso_gram_pair *pair, int64_t pairs,
                             iso_view x, const iso_mat *norms, int which)
{
    iso_mat inner = {0}, product = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new_raw(&inner, x.cols, norms->cols, x.dtype));
    ISO_TRY(iso_mat_new_raw(&product, x.rows, norms->cols, x.dtype));
    ISO_TRY(iso_mul_tn(&inner, x, iso_mat_view(norms), 0));
    ISO_TRY(iso_mul_nn(&product, x, iso_mat_view(&inner), 0));
    for (int64_t p = 0; p < pairs; p++) {
        if (pair[p].x == which)
            take_column(out[p].kl, &product, pair[p].y);
        if (pair[p].y == which)
            take_column(out[p].lk, &product, pair[p].x);
    }
done:
    iso_mat_free(&inner);
    iso_mat_free(&product);
    return err;
}

iso_err iso_gram_pairs(iso_gram_terms *out, const iso_gram_pair *pair, int64_t pairs,
                       const iso_view *x, const double *const *norm2, int matrices,
                       const iso_run *run)
{
    iso_mat norms = {0};
    iso_err err = ISO_OK;

    if (pairs == 0 || matrices == 0)
        return ISO_OK;
    for (int m = 0; m < matrices; m++)
        ISO_NEED(x[m].rows == x[0].rows && x[m].dtype == x[0].dtype,
                 "matrices of a pair differ in rows or type");
    ISO_TRY(iso_mat_new_raw(&norms, x[0].rows, matrices, x[0].dtype));
    gather_norms(&norms, norm2);
    for (int64_t p = 0; p < pairs; p++) {
        ISO_NEED(pair[p].x < matrices && pair[p].y < matrices, "no such matrix in pair %lld",
                 (long long)p);
        out[p].n = x[0].rows;
        out[p].k = norm2[pair[p].x];
        out[p].l = norm2[pair[p].y];
    }
    for (int m = 0; m < matrices; m++)
        ISO_TRY(norm_products(out, pair, pairs, x[m], &norms, m));
    ISO_TRY(all_tiles(out, pair, pairs, x, matrices, run));
done:
    iso_mat_free(&norms);
    return err;
}

int64_t iso_gram_bytes(int64_t n, int matrices, int64_t max_cols, iso_dtype dtype)
{
    const int64_t size = (int64_t)iso_dtype_size(dtype);

    return size * matrices * ((int64_t)TILE * TILE + 2 * n + max_cols);
}
