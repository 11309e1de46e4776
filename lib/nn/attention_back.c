#include "lib/nn/attention_back.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/nn/attention_inside.h"
#include "lib/nn/vector.h"
#include "lib/nn/vector_back.h"

/* With S = q kᵀ / √D, P = softmax(S), W = P with dropout, O = W v:
 *
 *     dv = Wᵀ dO,   dP = (dO vᵀ) with the same dropout,   dS = P (dP − rowsum(dO O)) + that of S,
 *     dq = dS k / √D,   dk = dSᵀ q / √D.
 *
 * P is made again from q and k, as it was. */

enum { BLOCK = ISO_ATTENTION_BLOCK, LINE = 16 /* floats of a cache line */ };

/* One thread's scratch. Panels: of k and v as columns, of k as rows, of a block of q and dO as
 * rows. Then matrices. */
struct scratch {
    float *k_turned, *v_turned, *k, *q, *dout;
    float *weights, *grads; /* BLOCK × keys: P, then dP and dS */
    float *dq;              /* BLOCK × D */
    float *dk, *dv;         /* keys × D, sums over blocks */
};

/* One head of one sentence. */
struct head {
    const float *q, *k, *v, *out, *dout, *dscores;
    float *dq, *dk, *dv;
    int64_t queries, keys, D, row;
    uint64_t number;
    bool more; /* the next head's numbers lie behind this one's, and its turn is next */
};

static int64_t wide(int64_t n)
{
    return iso_attention_wide(n);
}

/* Lays a scratch out at `at`; returns its size. */
static int64_t lay_out(struct scratch *s, float *at, int64_t keys, int64_t D)
{
    const int64_t sizes[] = {
        wide(keys) * D,     wide(keys) * D,     keys * wide(D),  BLOCK * wide(D), BLOCK * wide(D),
        BLOCK * wide(keys), BLOCK * wide(keys), BLOCK * wide(D), keys * wide(D),  keys * wide(D)};
    float **const parts[] = {&s->k_turned, &s->v_turned, &s->k,  &s->q,  &s->dout,
                             &s->weights,  &s->grads,    &s->dq, &s->dk, &s->dv};
    int64_t size = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        *parts[i] = at ? at + size : NULL;
        size += sizes[i];
    }
    return size;
}

/* What the next head reads and writes comes near while this one is computed. */
static void fetch_next(const struct head *h, const iso_attention_grad *g, const iso_attention *in,
                       int64_t i)
{
    const int64_t key = i < h->keys ? i : h->keys - 1;

    for (int64_t d = h->D; d < 2 * h->D; d += LINE) {
        __builtin_prefetch(h->q + i * in->q.stride + d);
        __builtin_prefetch(h->k + key * in->k.stride + d);
        __builtin_prefetch(h->v + key * in->v.stride + d);
        __builtin_prefetch(h->out + i * g->context.stride + d);
        __builtin_prefetch(h->dout + i * g->dcontext.stride + d);
        __builtin_prefetch(h->dq + i * g->dq.stride + d, 1);
        __builtin_prefetch(h->dk + key * g->dk.stride + d, 1);
        __builtin_prefetch(h->dv + key * g->dv.stride + d, 1);
    }
}

/* Of query i of a block: weights and their gradients become P with dropout, and dS / √D. */
static void back_row(const struct head *h, const iso_attention_grad *g, const iso_attention *in,
                     const struct scratch *s, int64_t i, int64_t query)
{
    const iso_back_vector *op = iso_back_vector_best();
    const float scale = 1.0f / sqrtf((float)h->D);
    float *w = s->weights + i * wide(h->keys), *d = s->grads + i * wide(h->keys);
    const float rest = 1.0f / iso_nn_vector_best()->softmax(w, scale, h->keys);
    const float *out = h->out + query * g->context.stride;
    const float *dout = h->dout + query * g->dcontext.stride;

    if (in->drop)
        iso_drop_row(d, h->keys, in->drop, h->row + query, h->number);
    op->softmax(d, w, rest * scale, op->dot(out, dout, h->D), h->keys);
    for (int64_t j = 0; h->dscores && j < h->keys; j++)
        d[j] += scale * h->dscores[query * h->keys + j];
    iso_nn_vector_best()->scale(w, w, rest, h->keys);
    if (in->drop)
        iso_drop_row(w, h->keys, in->drop, h->row + query, h->number);
}

static void copy_rows(float *to, int64_t to_stride, const float *from, int64_t from_stride,
                      int64_t rows, int64_t n)
{
    for (int64_t i = 0; i < rows; i++)
        memcpy(to + i * to_stride, from + i * from_stride, (size_t)n * sizeof *to);
}

/* The queries [first, first + n) of a head. */
static void back_block(const struct head *h, const iso_attention_grad *g, const iso_attention *in,
                       const struct scratch *s, int64_t first, int64_t n)
{
    const iso_tiles *t = iso_tiles_best(ISO_F32);
    const int64_t ld = wide(h->keys), deep = wide(h->D);
    const float *q = h->q + first * in->q.stride, *dout = h->dout + first * g->dcontext.stride;
    const iso_tile_rows q_rows = iso_attention_rows(t, q, in->q.stride);
    const iso_tile_rows dout_rows = iso_attention_rows(t, dout, g->dcontext.stride);
    const iso_tile_rows ds = iso_attention_rows(t, s->grads, ld);
    const iso_tile_rows ds_turned = iso_attention_turned(t, s->grads, ld);
    const iso_tile_rows w_turned = iso_attention_turned(t, s->weights, ld);

    iso_attention_multiply(s->weights, ld, t, &q_rows, s->k_turned, n, h->keys, h->D, false);
    iso_attention_multiply(s->grads, ld, t, &dout_rows, s->v_turned, n, h->keys, h->D, false);
    for (int64_t i = 0; i < n; i++) {
        if (h->more)
            fetch_next(h, g, in, first + i);
        back_row(h, g, in, s, i, first + i);
    }
    iso_attention_pack(s->dout, t, dout, g->dcontext.stride, n, h->D);
    iso_attention_multiply(s->dv, deep, t, &w_turned, s->dout, h->keys, h->D, n, first > 0);
    iso_attention_multiply(s->dq, deep, t, &ds, s->k, n, h->D, h->keys, false);
    copy_rows(h->dq + first * g->dq.stride, g->dq.stride, s->dq, deep, n, h->D);
    iso_attention_pack(s->q, t, q, in->q.stride, n, h->D);
    iso_attention_multiply(s->dk, deep, t, &ds_turned, s->q, h->keys, h->D, n, first > 0);
}

static void back_head(const struct head *h, const iso_attention_grad *g, const iso_attention *in,
                      const struct scratch *s)
{
    const iso_tiles *t = iso_tiles_best(ISO_F32);
    const int64_t deep = wide(h->D);

    iso_attention_pack_turned(s->k_turned, t, h->k, in->k.stride, h->keys, h->D);
    iso_attention_pack_turned(s->v_turned, t, h->v, in->v.stride, h->keys, h->D);
    iso_attention_pack(s->k, t, h->k, in->k.stride, h->keys, h->D);
    if (h->queries == 0) {
        memset(s->dk, 0, (size_t)(h->keys * deep) * sizeof *s->dk);
        memset(s->dv, 0, (size_t)(h->keys * deep) * sizeof *s->dv);
    }
    for (int64_t i = 0; i < h->queries; i += BLOCK)
        back_block(h, g, in, s, i, h->queries - i < BLOCK ? h->queries - i : BLOCK);
    copy_rows(h->dk, g->dk.stride, s->dk, deep, h->keys, h->D);
    copy_rows(h->dv, g->dv.stride, s->dv, deep, h->keys, h->D);
}

static const float *at(iso_view m, int64_t row, int64_t col)
{
    return (const float *)m.data + row * m.stride + col;
}

static float *to(const iso_mat *m, int64_t row, int64_t col)
{
    return (float *)m->data + row * m->stride + col;
}

static struct head head_of(const iso_attention_grad *g, const iso_attention *in,
                           const int64_t *starts, int64_t b, int64_t number)
{
    const int64_t D = in->q.cols / in->H, col = number * D, q = in->to[b], k = in->from[b];
    const int64_t queries = iso_attention_queries(in, b), keys = iso_attention_keys(in, b);

    return (struct head){
        .q = at(in->q, q, col),
        .k = at(in->k, k, col),
        .v = at(in->v, k, col),
        .out = at(g->context, q, col),
        .dout = at(g->dcontext, q, col),
        .dscores = starts ? g->dscores + starts[b] + number * queries * keys : NULL,
        .dq = to(&g->dq, q, col),
        .dk = to(&g->dk, k, col),
        .dv = to(&g->dv, k, col),
        .queries = queries,
        .keys = keys,
        .D = D,
        .row = q,
        .number = (uint64_t)number,
    };
}

static iso_err check(const iso_attention_grad *g, const iso_attention *in)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_attention_check(g->context, in));
    ISO_TRY(iso_attention_check(g->dcontext, in));
    ISO_TRY(iso_attention_check(iso_mat_view(&g->dq), in));
    ISO_NEED(!in->live && !in->with, "the way back through attention knows no padding, and no "
                                     "sentence that several look at");
    ISO_NEED(g->dk.rows == in->k.rows && g->dk.cols == in->k.cols && g->dk.dtype == ISO_F32 &&
                 g->dv.rows == in->k.rows && g->dv.cols == in->k.cols && g->dv.dtype == ISO_F32,
             "gradients of k and v are %lld x %lld and %lld x %lld, not %lld x %lld",
             (long long)g->dk.rows, (long long)g->dk.cols, (long long)g->dv.rows,
             (long long)g->dv.cols, (long long)in->k.rows, (long long)in->k.cols);
done:
    return err;
}

iso_err iso_attention_back(const iso_attention_grad *g, const iso_attention *in,
                           iso_workspace *scratch)
{
    const int64_t D = in->H > 0 ? in->q.cols / in->H : 0, heads = in->B * in->H;
    int64_t longest = 1, cells = 0, *starts = NULL;
    struct scratch none;
    iso_err err = ISO_OK;

    ISO_TRY(check(g, in));
    for (int64_t b = 0; b < in->B; b++) {
        const int64_t keys = iso_attention_keys(in, b);
        longest = keys > longest ? keys : longest;
        cells += iso_attention_queries(in, b) * keys;
    }
    if (g->dscores)
        ISO_TRY(iso_attention_starts(&starts, in));
    const int64_t size = lay_out(&none, NULL, longest, D);
    const int64_t each = 5 * in->q.cols * cells / (heads + 1) + 1;
    int64_t fetch = ISO_ATTENTION_PIECE / each;
    fetch = fetch < heads / (4 * iso_threads_most()) ? fetch : heads / (4 * iso_threads_most());
    fetch = fetch > 1 ? fetch : 1;
    ISO_TRY(iso_workspace_need(scratch, size * iso_threads_most()));
#pragma omp parallel for schedule(dynamic, fetch)
    for (int64_t i = 0; i < heads; i++) {
        struct scratch mine;
        lay_out(&mine, scratch->at + iso_thread_this() * size, longest, D);
        struct head h = head_of(g, in, starts, i / in->H, i % in->H);
        h.more = fetch > 1 && i % in->H + 1 < in->H;
        back_head(&h, g, in, &mine);
    }
done:
    iso_free(starts);
    return err;
}
