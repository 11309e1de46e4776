/* CKA of permuted rows: Gram matrices once, then inner products of their entries. */
#include <math.h>
#include <stdbool.h>

#include "analysis/similarity/cka_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/hsic.h"
#include "lib/linalg/loops.h"
#include "lib/linalg/gram_permuted.h"

/* One matrix: ‖x_i‖², their sum, Σ_{i≠j} k_ij² and Σ k_ii². */
struct side {
    double *norm2, trace, off, diagonal;
};

/* Matrices of pairs that hang together: each of `stay` is paired with some of `move`. */
struct block {
    int *stay, *move, stays, moves;
    bool turned; /* the x of the pairs move: by the inverse permutation */
};

struct work {
    const iso_null_rows *rows;
    int64_t n, count; /* of a batch */
    struct side *side;
    int *label; /* of matrix m as x, and of matrix m as y at matrices + m */
    int32_t *order, *place;
};

/* --- Sides --- */

static double norm2_of(iso_view x, int64_t i)
{
    const iso_loops *loops = iso_loops_best();

    if (x.dtype == ISO_F64) {
        const double *row = (const double *)x.data + i * x.stride;
        return loops->dot_f64(row, row, x.cols);
    }
    const float *row = (const float *)x.data + i * x.stride;
    return loops->dot_f32(row, row, x.cols);
}

static iso_err take_sides(struct work *w, const iso_run *run)
{
    const int matrices = w->rows->matrices;
    iso_gram_terms *terms = NULL;
    iso_gram_pair *self = NULL;
    const double **norm2 = NULL;
    double *memory = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&terms, matrices, sizeof *terms));
    ISO_TRY(iso_alloc(&self, matrices, sizeof *self));
    ISO_TRY(iso_alloc(&norm2, matrices, sizeof *norm2));
    ISO_TRY(iso_alloc(&memory, 3 * matrices * w->n, sizeof *memory));
    for (int m = 0; m < matrices; m++) {
        double *own = memory + 3 * m * w->n;
        struct side *s = &w->side[m];
        ISO_TRY(iso_alloc(&s->norm2, w->n, sizeof *s->norm2));
        for (int64_t i = 0; i < w->n; i++) {
            s->norm2[i] = norm2_of(w->rows->x[m], i);
            s->trace += s->norm2[i];
            s->diagonal += s->norm2[i] * s->norm2[i];
        }
        norm2[m] = s->norm2;
        self[m] = (iso_gram_pair){m, m};
        terms[m] = (iso_gram_terms){.n = w->n, .off = own, .kl = own + w->n, .lk = own + 2 * w->n};
    }
    ISO_TRY(iso_gram_pairs(terms, self, matrices, w->rows->x, norm2, matrices, run));
    for (int m = 0; m < matrices; m++)
        for (int64_t i = 0; i < w->n; i++)
            w->side[m].off += terms[m].off[i];
done:
    iso_free(terms);
    iso_free(self);
    iso_free(norm2);
    iso_free(memory);
    return err;
}

/* --- Blocks --- */

static int root(int *label, int at)
{
    while (label[at] != at)
        at = label[at] = label[label[at]];
    return at;
}

static void join(struct work *w)
{
    const iso_null_rows *r = w->rows;

    for (int m = 0; m < 2 * r->matrices; m++)
        w->label[m] = m;
    for (int64_t i = 0; i < r->pairs; i++) {
        const int a = root(w->label, r->pair[i].x);
        const int b = root(w->label, r->matrices + r->pair[i].y);
        w->label[a > b ? a : b] = a < b ? a : b;
    }
    for (int m = 0; m < 2 * r->matrices; m++)
        w->label[m] = root(w->label, m);
}

/* The block that a label stands for, the cheaper side moving; lists have room for all. */
static void take_block(struct block *b, const struct work *w, int label)
{
    const int matrices = w->rows->matrices;

    b->stays = b->moves = 0;
    for (int m = 0; m < matrices; m++) {
        if (w->label[m] == label)
            b->stay[b->stays++] = m;
        if (w->label[matrices + m] == label)
            b->move[b->moves++] = m;
    }
    const iso_dtype type = w->rows->x[0].dtype;
    b->turned =
        b->stays > 0 && b->moves > 0 &&
        iso_gram_permuted_cost(b->moves, b->stays, type) < iso_gram_permuted_cost(b->stays, b->moves, type);
    if (b->turned) {
        int *const list = b->stay, count = b->stays;
        b->stay = b->move;
        b->stays = b->moves;
        b->move = list;
        b->moves = count;
    }
}

static int place_in(const int *list, int m)
{
    int at = 0;

    while (list[at] != m)
        at++;
    return at;
}

/* --- Values --- */

static double ratio(double xy, double xx, double yy)
{
    return xx > 0 && yy > 0 ? xy / sqrt(xx) / sqrt(yy) : NAN;
}

/* Both values of a pair from Σ_{i≠j} k l and Σ k_ii l_ii, rows permuted. Column means are removed,
 * so that off the diagonal row i of K sums to −k_ii. */
static void values_of(double *debiased, double *biased, double off, double kl, const struct side *x,
                      const struct side *y, int64_t n)
{
    *debiased = ratio(iso_hsic_from_parts(n, off, -x->trace, -y->trace, kl),
                      iso_hsic_from_parts(n, x->off, -x->trace, -x->trace, x->diagonal),
                      iso_hsic_from_parts(n, y->off, -y->trace, -y->trace, y->diagonal));
    *biased = ratio(off + kl, x->off + x->diagonal, y->off + y->diagonal);
}

/* Of all pairs of a block, permutations [first, first + count). */
static void pair_values(double *out, const struct work *w, const struct block *b, int label,
                        const double *off, int64_t first)
{
    const iso_null_rows *r = w->rows;
    const int64_t all = r->permutations->count + 1;

#pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < r->pairs; i++) {
        const iso_gram_pair pair = r->pair[i];
        if (w->label[pair.x] != label)
            continue;
        const struct side *x = &w->side[pair.x], *y = &w->side[pair.y];
        const int s = place_in(b->stay, b->turned ? pair.y : pair.x);
        const int m = place_in(b->move, b->turned ? pair.x : pair.y);
        for (int64_t p = 0; p < w->count; p++) {
            const int32_t *order = w->order + p * w->n;
            double kl = 0, *to = out + i * ISO_CKAS * all + first + p;
            for (int64_t j = 0; j < w->n; j++)
                kl += x->norm2[j] * y->norm2[order[j]];
            values_of(to + ISO_CKA_DEBIASED * all, to + ISO_CKA_BIASED * all,
                      off[(p * b->stays + s) * b->moves + m], kl, x, y, w->n);
        }
    }
}

static iso_err block_values(double *out, struct work *w, const struct block *b, int label,
                            int64_t first, const iso_run *run)
{
    iso_view *view = NULL;
    double *off = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&view, b->stays + b->moves, sizeof *view));
    ISO_TRY(iso_alloc(&off, w->count * b->stays * b->moves, sizeof *off));
    for (int s = 0; s < b->stays; s++)
        view[s] = w->rows->x[b->stay[s]];
    for (int m = 0; m < b->moves; m++)
        view[b->stays + m] = w->rows->x[b->move[m]];
    const struct iso_gram_permuted ask = {.stay = view,
                                     .move = view + b->stays,
                                     .stays = b->stays,
                                     .moves = b->moves,
                                     .order = b->turned ? w->place : w->order,
                                     .place = b->turned ? w->order : w->place,
                                     .count = w->count};
    ISO_TRY(iso_gram_permuted_sums(off, &ask, w->rows->memory, run));
    pair_values(out, w, b, label, off, first);
done:
    iso_free(view);
    iso_free(off);
    return err;
}

static iso_err all_blocks(double *out, struct work *w, int64_t first, const iso_run *run)
{
    const int matrices = w->rows->matrices;
    int *list = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&list, 2 * matrices, sizeof *list));
    for (int label = 0; label < matrices; label++) { /* the least of a block is an x */
        struct block b = {.stay = list, .move = list + matrices};
        take_block(&b, w, label);
        if (b.stays > 0 && b.moves > 0)
            ISO_TRY(block_values(out, w, &b, label, first, run));
    }
done:
    iso_free(list);
    return err;
}

static iso_err fill(double *out, const iso_null_rows *rows, const iso_run *run)
{
    const iso_permutations *p = rows->permutations;
    struct work w = {.rows = rows, .n = p->items};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w.side, rows->matrices, sizeof *w.side));
    ISO_TRY(iso_alloc(&w.label, 2 * rows->matrices, sizeof *w.label));
    ISO_TRY(iso_alloc(&w.order, ISO_NULL_BATCH * w.n, sizeof *w.order));
    ISO_TRY(iso_alloc(&w.place, ISO_NULL_BATCH * w.n, sizeof *w.place));
    ISO_TRY(take_sides(&w, run));
    join(&w);
    for (int64_t first = 0; first <= p->count; first += w.count) {
        w.count = p->count + 1 - first < ISO_NULL_BATCH ? p->count + 1 - first : ISO_NULL_BATCH;
        ISO_TRY(iso_permutations_draw(w.order, w.place, p, first, w.count));
        ISO_TRY(all_blocks(out, &w, first, run));
    }
done:
    for (int m = 0; w.side && m < rows->matrices; m++)
        iso_free(w.side[m].norm2);
    iso_free(w.side);
    iso_free(w.label);
    iso_free(w.order);
    iso_free(w.place);
    return err;
}

static double operations(int64_t n, int64_t p, int64_t q)
{
    (void)p;
    (void)q;
    return (double)n * (double)n;
}

const iso_null_model iso_cka_permuted = {
    .text = "rows paired at random",
    .values = ISO_CKAS,
    .fill = fill,
    .operations = operations,
};
