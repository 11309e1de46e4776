#include "lib/nn/attention.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/linalg/panel.h"
#include "lib/nn/vector.h"

enum { BLOCK = 48 }; /* queries whose scores are held at a time; a multiple of the tile's rows */

/* One thread's scratch, and what every head of a call shares. */
struct scratch {
    float *keys;    /* panels of 16 keys, D × 16 each */
    float *values;  /* panels of 16 columns, Tk × 16 each */
    float *scores;  /* BLOCK × keys, filled up to panels */
    float *context; /* BLOCK × D, filled up to panels */
};

static int64_t scratch_size(int64_t keys, int64_t D)
{
    const int64_t wide = iso_panels(keys) * ISO_PANEL, deep = iso_panels(D) * ISO_PANEL;

    return wide * D + keys * deep + BLOCK * wide + BLOCK * deep;
}

static struct scratch scratch_at(float *at, int64_t keys, int64_t D)
{
    const int64_t wide = iso_panels(keys) * ISO_PANEL, deep = iso_panels(D) * ISO_PANEL;

    return (struct scratch){at, at + wide * D, at + wide * D + keys * deep,
                            at + wide * D + keys * deep + BLOCK * wide};
}

/* Rows of k / √D as columns of panels; keys beyond the last are zeros. */
static void pack_keys(float *to, const float *k, int64_t stride, int64_t keys, int64_t D)
{
    const float scale = 1.0f / sqrtf((float)D);

    for (int64_t p = 0; p < keys; p += ISO_PANEL, to += D * ISO_PANEL) {
        const int64_t n = keys - p < ISO_PANEL ? keys - p : ISO_PANEL;
        if (n < ISO_PANEL)
            memset(to, 0, (size_t)(D * ISO_PANEL) * sizeof *to);
        for (int64_t j = 0; j < n; j++)
            for (int64_t d = 0; d < D; d++)
                to[d * ISO_PANEL + j] = k[(p + j) * stride + d] * scale;
    }
}

static void pack_values(float *to, const float *v, int64_t stride, int64_t keys, int64_t D)
{
    for (int64_t p = 0; p < D; p += ISO_PANEL, to += keys * ISO_PANEL) {
        const int64_t n = D - p < ISO_PANEL ? D - p : ISO_PANEL;
        if (n < ISO_PANEL)
            memset(to, 0, (size_t)(keys * ISO_PANEL) * sizeof *to);
        for (int64_t j = 0; j < keys; j++)
            memcpy(to + j * ISO_PANEL, v + j * stride + p, (size_t)n * sizeof *to);
    }
}

/* One head of one sentence. */
struct head {
    const float *q, *k, *v;
    float *context, *scores; /* scores may be NULL */
    int64_t q_stride, k_stride, v_stride, context_stride;
    int64_t queries, keys, D;
    int64_t live; /* of the keys, those that are no padding */
};

/* The queries [first, first + n) of a head whose keys and values are packed. */
static void attend(const struct head *h, const struct scratch *s, int64_t first, int64_t n)
{
    const iso_nn_vector *op = iso_nn_vector_best();
    const int64_t wide = iso_panels(h->keys) * ISO_PANEL, deep = iso_panels(h->D) * ISO_PANEL;
    iso_panel_fn *const multiply = iso_panel_best();

    for (int64_t p = 0; p < iso_panels(h->keys); p++)
        multiply(s->scores + p * ISO_PANEL, wide, h->q + first * h->q_stride, h->q_stride,
                 s->keys + p * h->D * ISO_PANEL, n, h->D, NULL, false);
    for (int64_t i = 0; h->scores && i < n; i++)
        memcpy(h->scores + (first + i) * h->keys, s->scores + i * wide,
               (size_t)h->keys * sizeof *h->scores);
    float rest[BLOCK];
    for (int64_t i = 0; i < n; i++)
        rest[i] = 1.0f / op->softmax(s->scores + i * wide, h->live);
    for (int64_t p = 0; p < iso_panels(h->D); p++)
        multiply(s->context + p * ISO_PANEL, deep, s->scores, wide,
                 s->values + p * h->live * ISO_PANEL, n, h->live, NULL, false);
    for (int64_t i = 0; i < n; i++) {
        float *to = h->context + (first + i) * h->context_stride;
        for (int64_t d = 0; d < h->D; d++)
            to[d] = s->context[i * deep + d] * rest[i];
    }
}

static void head_fwd(const struct head *h, const struct scratch *s)
{
    pack_keys(s->keys, h->k, h->k_stride, h->keys, h->D);
    pack_values(s->values, h->v, h->v_stride, h->live, h->D);
    for (int64_t i = 0; i < h->queries; i += BLOCK)
        attend(h, s, i, h->queries - i < BLOCK ? h->queries - i : BLOCK);
}

static int64_t queries_of(const iso_attention *in, int64_t b)
{
    return in->to[b + 1] - in->to[b];
}

/* The sentence whose keys sentence b looks at. */
static int64_t other(const iso_attention *in, int64_t b)
{
    return in->with ? in->with[b] : b;
}

static int64_t keys_of(const iso_attention *in, int64_t b)
{
    return in->from[other(in, b) + 1] - in->from[other(in, b)];
}

static int64_t live_of(const iso_attention *in, int64_t b)
{
    return in->live ? in->live[other(in, b)] : keys_of(in, b);
}

int64_t iso_attention_scores(const iso_attention *in)
{
    int64_t count = 0;

    for (int64_t b = 0; b < in->B; b++)
        count += in->H * queries_of(in, b) * keys_of(in, b);
    return count;
}

static const float *at(iso_view m, int64_t row, int64_t col)
{
    return (const float *)m.data + row * m.stride + col;
}

static struct head head_of(iso_mat *context, const iso_attention *in, int64_t b, int h)
{
    const int64_t D = in->q.cols / in->H, to = in->to[b], from = in->from[other(in, b)];

    return (struct head){.q = at(in->q, to, h * D),
                         .k = at(in->k, from, h * D),
                         .v = at(in->v, from, h * D),
                         .context = (float *)context->data + to * context->stride + h * D,
                         .q_stride = in->q.stride,
                         .k_stride = in->k.stride,
                         .v_stride = in->v.stride,
                         .context_stride = context->stride,
                         .queries = queries_of(in, b),
                         .keys = in->scores ? keys_of(in, b) : live_of(in, b),
                         .live = live_of(in, b),
                         .D = D};
}

static iso_err check(const iso_mat *context, const iso_attention *in)
{
    iso_err err = ISO_OK;

    ISO_NEED(in->H > 0 && in->q.cols % in->H == 0 && in->k.cols == in->q.cols &&
                 in->v.cols == in->q.cols && in->v.rows == in->k.rows,
             "attention of %d heads: q has %lld columns, k %lld, v %lld", in->H,
             (long long)in->q.cols, (long long)in->k.cols, (long long)in->v.cols);
    ISO_NEED(in->q.dtype == ISO_F32 && in->k.dtype == ISO_F32 && in->v.dtype == ISO_F32 &&
                 context->dtype == ISO_F32 && context->rows == in->q.rows &&
                 context->cols == in->q.cols,
             "attention takes and gives f32; the context is %lld x %lld, q %lld x %lld",
             (long long)context->rows, (long long)context->cols, (long long)in->q.rows,
             (long long)in->q.cols);
    for (int64_t b = 0; b < in->B; b++) {
        const int64_t y = other(in, b);
        ISO_NEED(in->to[b] >= 0 && y >= 0 && in->from[y] >= 0 && queries_of(in, b) >= 0 &&
                     in->to[b + 1] <= in->q.rows && in->from[y + 1] <= in->k.rows &&
                     (keys_of(in, b) > 0 || queries_of(in, b) == 0),
                 "attention: sentence %lld has %lld queries and %lld keys", (long long)b,
                 (long long)queries_of(in, b), (long long)keys_of(in, b));
        ISO_NEED(queries_of(in, b) == 0 || (live_of(in, b) > 0 && live_of(in, b) <= keys_of(in, b)),
                 "attention: sentence %lld has %lld keys, of which %lld are said to be no padding",
                 (long long)b, (long long)keys_of(in, b), (long long)live_of(in, b));
    }
done:
    return err;
}

/* Where each sentence's scores begin. */
static iso_err find_starts(int64_t **out, const iso_attention *in)
{
    const iso_err err = iso_alloc(out, in->B + 1, sizeof **out);

    for (int64_t b = 0; !err && b < in->B; b++)
        (*out)[b + 1] = (*out)[b] + in->H * queries_of(in, b) * keys_of(in, b);
    return err;
}

iso_err iso_attention_fwd(iso_mat *context, const iso_attention *in, iso_workspace *scratch)
{
    const int64_t D = in->H > 0 ? in->q.cols / in->H : 0;
    int64_t longest = 1, *starts = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check(context, in));
    for (int64_t b = 0; b < in->B; b++)
        longest = keys_of(in, b) > longest ? keys_of(in, b) : longest;
    if (in->scores)
        ISO_TRY(find_starts(&starts, in));
    const int64_t size = scratch_size(longest, D), heads = in->B * in->H;
    ISO_TRY(iso_workspace_need(scratch, size * iso_threads_most()));
#pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < heads; i++) {
        const struct scratch mine = scratch_at(scratch->at + iso_thread_this() * size, longest, D);
        struct head h = head_of(context, in, i / in->H, (int)(i % in->H));
        if (in->scores)
            h.scores = in->scores + starts[i / in->H] + i % in->H * h.queries * h.keys;
        if (h.queries > 0)
            head_fwd(&h, &mine);
    }
done:
    iso_free(starts);
    return err;
}
