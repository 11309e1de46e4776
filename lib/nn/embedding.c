#include "lib/nn/embedding_inside.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/linalg/convert.h"

enum { SMALL = 1 << 14 }; /* numbers for which no thread is woken */

void iso_lookup_row(float *to, const iso_lookup *t, int64_t i)
{
    if (!t->random) {
        iso_convert_f32(to, t->rows.cols, iso_view_rows(t->rows, i, 1));
        return;
    }
    iso_rng rng = iso_rng_seeded(t->seed, t->number << 32 | (uint64_t)i);
    for (int64_t j = 0; j < t->rows.cols; j++)
        to[j] = (float)(0.02 * iso_rng_normal(&rng));
}

static int64_t live_of(const iso_batch *batch, int64_t b)
{
    return batch->live ? batch->live[b] : batch->offsets[b + 1] - batch->offsets[b];
}

static bool is_padding(const iso_batch *batch, int64_t b, int64_t t)
{
    return t - batch->offsets[b] >= live_of(batch, b);
}

int32_t iso_embedding_type(const iso_batch *batch, int64_t b, int64_t t)
{
    return batch->types && !is_padding(batch, b, t) ? batch->types[t] : 0;
}

/* Where positions begin behind that of padding, all padding has that one. */
int64_t iso_embedding_position(const iso_nn_config *c, const iso_batch *batch, int64_t b, int64_t t)
{
    return c->first_position > 0 && is_padding(batch, b, t)
               ? c->first_position - 1
               : c->first_position + t - batch->offsets[b];
}

static iso_err check_sentence(const iso_nn_config *c, const iso_batch *batch, int64_t b)
{
    const int64_t first = batch->offsets[b], T = batch->offsets[b + 1] - first;
    iso_err err = ISO_OK;

    ISO_NEED(T <= iso_nn_config_longest(c), "sentence %lld has %lld tokens, the model takes %lld",
             (long long)b, (long long)T, (long long)iso_nn_config_longest(c));
    ISO_NEED(live_of(batch, b) <= T && (live_of(batch, b) > 0 || T == 0),
             "sentence %lld has %lld tokens, of which %lld are said to be no padding", (long long)b,
             (long long)T, (long long)live_of(batch, b));
    for (int64_t t = first; t < first + T; t++) {
        const int32_t id = batch->ids[t], type = iso_embedding_type(batch, b, t);
        ISO_NEED(id >= 0 && id < c->V,
                 "sentence %lld, token %lld: id %d is not in a vocabulary of %lld", (long long)b,
                 (long long)(t - first), (int)id, (long long)c->V);
        ISO_NEED(type >= 0 && (type < c->types || (type == 0 && c->types == 0)),
                 "sentence %lld, token %lld: type %d is not among the model's %lld", (long long)b,
                 (long long)(t - first), (int)type, (long long)c->types);
    }
done:
    return err;
}

static iso_err check(const iso_mat *x, const iso_nn_config *c, const iso_batch *batch)
{
    iso_err err = ISO_OK;

    ISO_NEED(x->cols == c->C && x->dtype == ISO_F32 && x->rows == batch->offsets[batch->B],
             "states are %lld x %lld %s, not %lld x %lld f32", (long long)x->rows,
             (long long)x->cols, iso_dtype_name(x->dtype), (long long)batch->offsets[batch->B],
             (long long)c->C);
    for (int64_t b = 0; b < batch->B; b++)
        ISO_TRY(check_sentence(c, batch, b));
done:
    return err;
}

/* x += row i of a table, by way of `row`. */
static void add_row(float *x, float *row, const iso_lookup *t, int64_t i)
{
    iso_lookup_row(row, t, i);
    for (int64_t j = 0; j < t->rows.cols; j++)
        x[j] += row[j];
}

/* Token t of sentence b; `row` holds C floats. */
static void add_up(float *x, float *row, const iso_params *p, const iso_nn_config *c,
                   const iso_batch *batch, int64_t b, int64_t t)
{
    iso_lookup_row(x, &p->word, batch->ids[t]);
    add_row(x, row, &p->position, iso_embedding_position(c, batch, b, t));
    if (c->types > 0)
        add_row(x, row, &p->type, iso_embedding_type(batch, b, t));
}

iso_err iso_embedding_rows(iso_mat *x, const iso_params *p, const iso_nn_config *c,
                           const iso_batch *batch, const iso_norm *norm)
{
    float *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check(x, c, batch));
    ISO_TRY(iso_alloc(&rows, iso_threads_most() * c->C, sizeof *rows));
#pragma omp parallel for schedule(dynamic) if (x->rows * x->cols > SMALL)
    for (int64_t b = 0; b < batch->B; b++) {
        for (int64_t t = batch->offsets[b]; t < batch->offsets[b + 1]; t++) {
            float *const row = (float *)x->data + t * x->stride;
            add_up(row, rows + iso_thread_this() * c->C, p, c, batch, b, t);
            if (norm)
                iso_norm_row(row, row, NULL, norm, c->C);
        }
    }
done:
    iso_free(rows);
    return err;
}

iso_err iso_embedding_fwd(iso_mat *x, const iso_params *p, const iso_nn_config *c,
                          const iso_batch *batch)
{
    return iso_embedding_rows(x, p, c, batch, &p->norm);
}
