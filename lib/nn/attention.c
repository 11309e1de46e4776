#include "lib/nn/attention.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/nn/attention_inside.h"
#include "lib/nn/vector.h"

enum { BLOCK = ISO_ATTENTION_BLOCK };

enum { LINE = 16 }; /* floats of a cache line */

/* One thread's scratch. */
struct scratch {
    float *keys;    /* panels of columns, D numbers deep */
    float *values;  /* panels of columns, as deep as there are keys */
    float *scores;  /* BLOCK × keys, filled up to panels */
    float *context; /* BLOCK × D, filled up to panels */
};

static int64_t wide(int64_t n)
{
    return iso_attention_wide(n);
}

static int64_t scratch_size(int64_t keys, int64_t D)
{
    return wide(keys) * D + keys * wide(D) + BLOCK * wide(keys) + BLOCK * wide(D);
}

static struct scratch scratch_at(float *at, int64_t keys, int64_t D)
{
    float *values = at + wide(keys) * D, *scores = values + keys * wide(D);

    return (struct scratch){at, values, scores, scores + BLOCK * wide(keys)};
}

void iso_attention_pack_turned(float *to, const iso_tiles *t, const float *m, int64_t stride,
                               int64_t rows, int64_t D)
{
    for (int64_t j = 0; j < rows; j += t->cols) {
        const int width = iso_tile_width(t, j, rows);
        t->pack(to + j * D, m + j * stride, stride, rows - j < width ? rows - j : width, D, width);
    }
}

void iso_attention_pack(float *to, const iso_tiles *t, const float *m, int64_t stride, int64_t rows,
                        int64_t D)
{
    for (int64_t j = 0; j < D; j += t->cols) {
        const int width = iso_tile_width(t, j, D);
        t->lay(to + j * rows, m + j, stride, D - j < width ? D - j : width, rows, width);
    }
}

void iso_attention_multiply(float *c, int64_t ldc, const iso_tiles *t, const iso_tile_rows *a,
                            const float *panels, int64_t m, int64_t n, int64_t k, bool add)
{
    for (int64_t j = 0; j < n; j += t->cols) {
        iso_tile_fn *const tile = iso_tile_width(t, j, n) == t->cols ? t->full : t->half;
        tile(c + j, ldc, a, panels + j * k, m, k, add ? c + j : NULL, add, NULL);
    }
}

/* One head of one sentence. */
struct head {
    const float *q, *k, *v;
    float *context, *scores; /* scores may be NULL */
    int64_t q_stride, k_stride, v_stride, context_stride;
    int64_t queries, keys, D;
    int64_t live;         /* of the keys, those that are no padding */
    const iso_drop *drop; /* NULL: none */
    int64_t row;          /* of its first query, for the keys of dropout */
    uint64_t number;
    bool more; /* the next head's numbers lie behind this one's, and its turn is next */
};

/* Rows are far apart and heads side by side: what a thread's next head reads comes near while this
 * one is computed. */
static void fetch_next(const struct head *h, int64_t i)
{
    const int64_t key = i < h->keys ? i : h->keys - 1;

    for (int64_t d = 0; d < h->D; d += LINE) {
        __builtin_prefetch(h->q + i * h->q_stride + h->D + d);
        __builtin_prefetch(h->k + key * h->k_stride + h->D + d);
        __builtin_prefetch(h->v + key * h->v_stride + h->D + d);
    }
}

/* The queries [first, first + n) of a head whose keys and values are packed. */
static void attend(const struct head *h, const iso_tiles *t, const struct scratch *s, int64_t first,
                   int64_t n)
{
    const iso_nn_vector *op = iso_nn_vector_best();
    const float scale = 1.0f / sqrtf((float)h->D);
    const int64_t ld = wide(h->keys), deep = wide(h->D);

    const iso_tile_rows q = iso_attention_rows(t, h->q + first * h->q_stride, h->q_stride);
    const iso_tile_rows weights = iso_attention_rows(t, s->scores, ld);
    iso_attention_multiply(s->scores, ld, t, &q, s->keys, n, h->keys, h->D, false);
    for (int64_t i = 0; h->scores && i < n; i++)
        for (int64_t j = 0; j < h->keys; j++)
            h->scores[(first + i) * h->keys + j] = scale * s->scores[i * ld + j];
    float rest[BLOCK];
    for (int64_t i = 0; i < n; i++) {
        if (h->more)
            fetch_next(h, first + i);
        rest[i] = 1.0f / op->softmax(s->scores + i * ld, scale, h->live);
        if (h->drop)
            iso_drop_row(s->scores + i * ld, h->live, h->drop, h->row + first + i, h->number);
    }
    iso_attention_multiply(s->context, deep, t, &weights, s->values, n, h->D, h->live, false);
    for (int64_t i = 0; i < n; i++)
        op->scale(h->context + (first + i) * h->context_stride, s->context + i * deep, rest[i],
                  h->D);
}

/* The queries [first, first + n) of a head. */
static void head_fwd(const struct head *h, const struct scratch *s, int64_t first, int64_t n)
{
    const iso_tiles *t = iso_tiles_best(ISO_F32);

    iso_attention_pack_turned(s->keys, t, h->k, h->k_stride, h->keys, h->D);
    iso_attention_pack(s->values, t, h->v, h->v_stride, h->live, h->D);
    for (int64_t i = first; i < first + n; i += BLOCK)
        attend(h, t, s, i, first + n - i < BLOCK ? first + n - i : BLOCK);
}

static int64_t live_of(const iso_attention *in, int64_t b)
{
    return in->live ? in->live[iso_attention_other(in, b)] : iso_attention_keys(in, b);
}

int64_t iso_attention_scores(const iso_attention *in)
{
    int64_t count = 0;

    for (int64_t b = 0; b < in->B; b++)
        count += in->H * iso_attention_queries(in, b) * iso_attention_keys(in, b);
    return count;
}

static const float *at(iso_view m, int64_t row, int64_t col)
{
    return (const float *)m.data + row * m.stride + col;
}

static struct head head_of(iso_mat *context, const iso_attention *in, int64_t b, int h)
{
    const int64_t D = in->q.cols / in->H, to = in->to[b],
                  from = in->from[iso_attention_other(in, b)];

    return (struct head){.q = at(in->q, to, h * D),
                         .k = at(in->k, from, h * D),
                         .v = at(in->v, from, h * D),
                         .context = (float *)context->data + to * context->stride + h * D,
                         .q_stride = in->q.stride,
                         .k_stride = in->k.stride,
                         .v_stride = in->v.stride,
                         .context_stride = context->stride,
                         .queries = iso_attention_queries(in, b),
                         .keys = in->scores ? iso_attention_keys(in, b) : live_of(in, b),
                         .live = live_of(in, b),
                         .drop = in->drop,
                         .row = to,
                         .number = (uint64_t)h,
                         .D = D};
}

iso_err iso_attention_check(iso_view context, const iso_attention *in)
{
    iso_err err = ISO_OK;

    ISO_NEED(in->H > 0 && in->q.cols % in->H == 0 && in->k.cols == in->q.cols &&
                 in->v.cols == in->q.cols && in->v.rows == in->k.rows,
             "attention of %d heads: q has %lld columns, k %lld, v %lld", in->H,
             (long long)in->q.cols, (long long)in->k.cols, (long long)in->v.cols);
    ISO_NEED(in->q.dtype == ISO_F32 && in->k.dtype == ISO_F32 && in->v.dtype == ISO_F32 &&
                 context.dtype == ISO_F32 && context.rows == in->q.rows &&
                 context.cols == in->q.cols,
             "attention takes and gives f32; the context is %lld x %lld, q %lld x %lld",
             (long long)context.rows, (long long)context.cols, (long long)in->q.rows,
             (long long)in->q.cols);
    for (int64_t b = 0; b < in->B; b++) {
        const int64_t y = iso_attention_other(in, b);
        ISO_NEED(in->to[b] >= 0 && y >= 0 && in->from[y] >= 0 &&
                     iso_attention_queries(in, b) >= 0 && in->to[b + 1] <= in->q.rows &&
                     in->from[y + 1] <= in->k.rows &&
                     (iso_attention_keys(in, b) > 0 || iso_attention_queries(in, b) == 0),
                 "attention: sentence %lld has %lld queries and %lld keys", (long long)b,
                 (long long)iso_attention_queries(in, b), (long long)iso_attention_keys(in, b));
        ISO_NEED(iso_attention_queries(in, b) == 0 ||
                     (live_of(in, b) > 0 && live_of(in, b) <= iso_attention_keys(in, b)),
                 "attention: sentence %lld has %lld keys, of which %lld are said to be no padding",
                 (long long)b, (long long)iso_attention_keys(in, b), (long long)live_of(in, b));
    }
done:
    return err;
}

iso_err iso_attention_starts(int64_t **out, const iso_attention *in)
{
    const iso_err err = iso_alloc(out, in->B + 1, sizeof **out);

    for (int64_t b = 0; !err && b < in->B; b++)
        (*out)[b + 1] =
            (*out)[b] + in->H * iso_attention_queries(in, b) * iso_attention_keys(in, b);
    return err;
}

/* How the work is cut: heads, each whole or in parts of so many queries, and how many of these a
 * thread fetches at a time. */
struct cut {
    int64_t parts, queries, fetch;
};

static struct cut cut(const iso_attention *in)
{
    const int64_t heads = in->B * in->H, threads = iso_threads_most(), enough = 4 * threads;
    int64_t longest = 0, cells = 0;
    struct cut c = {.parts = 1};

    for (int64_t b = 0; b < in->B; b++) {
        longest = iso_attention_queries(in, b) > longest ? iso_attention_queries(in, b) : longest;
        cells += iso_attention_queries(in, b) * iso_attention_keys(in, b);
    }
    const int64_t blocks = (longest + BLOCK - 1) / BLOCK;
    if (threads > 1 && heads > 0 && heads < enough)
        c.parts = (enough + heads - 1) / heads;
    if (c.parts > blocks)
        c.parts = blocks > 0 ? blocks : 1;
    c.queries = (blocks + c.parts - 1) / c.parts * BLOCK;
    const int64_t each = 2 * in->q.cols * cells / (heads * c.parts + 1) + 1;
    c.fetch = ISO_ATTENTION_PIECE / each > in->H ? ISO_ATTENTION_PIECE / each : in->H;
    c.fetch = c.fetch < heads / enough ? c.fetch : heads / enough;
    c.fetch = c.fetch > 1 ? c.fetch : 1;
    return c;
}

iso_err iso_attention_fwd(iso_mat *context, const iso_attention *in, iso_workspace *scratch)
{
    const int64_t D = in->H > 0 ? in->q.cols / in->H : 0;
    int64_t longest = 1, *starts = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_attention_check(iso_mat_view(context), in));
    for (int64_t b = 0; b < in->B; b++)
        longest = iso_attention_keys(in, b) > longest ? iso_attention_keys(in, b) : longest;
    if (in->scores)
        ISO_TRY(iso_attention_starts(&starts, in));
    const struct cut c = cut(in);
    const int64_t size = scratch_size(longest, D), pieces = in->B * in->H * c.parts;
    ISO_TRY(iso_workspace_need(scratch, size * iso_threads_most()));
#pragma omp parallel for schedule(dynamic, c.fetch)
    for (int64_t i = 0; i < pieces; i++) {
        const struct scratch mine = scratch_at(scratch->at + iso_thread_this() * size, longest, D);
        const int64_t b = i / c.parts / in->H, at = i / c.parts % in->H;
        const int64_t first = i % c.parts * c.queries;
        struct head h = head_of(context, in, b, (int)at);
        h.more = c.fetch > 1 && at + 1 < in->H;
        if (in->scores)
            h.scores = in->scores + starts[b] + at * h.queries * h.keys;
        if (first < h.queries)
            head_fwd(&h, &mine, first,
                     h.queries - first < c.queries ? h.queries - first : c.queries);
    }
done:
    iso_free(starts);
    return err;
}
