#include "lib/encode/sentence.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/encode/opened.h"
#include "lib/io/weights.h"
#include "lib/nn/embedding.h"
#include "lib/nn/pooling.h"
#include "lib/nn/store.h"
#include "lib/nn/workspace.h"

static const double norm_eps = 1e-5, least_length = 1e-12;

/* A step and what it computes with. */
struct step {
    const iso_recipe_step *of;
    iso_weights *weights; /* NULL: it has none, or random ones */
    iso_linear map, residual;
    iso_norm norm;
};

struct iso_sentence {
    const iso_recipe *recipe;
    struct step *step;
    int steps;
    struct iso_store store;
    iso_workspace rows[2], added;
    int64_t *first, *index; /* lists of tokens */
    int64_t first_room, index_room;
};

void iso_sentence_close(iso_sentence *s)
{
    if (!s)
        return;
    for (int i = 0; s->step && i < s->steps; i++) {
        iso_linear_free(&s->step[i].map);
        iso_linear_free(&s->step[i].residual);
        iso_weights_close(s->step[i].weights);
    }
    iso_free(s->step);
    iso_store_free(&s->store);
    for (int i = 0; i < 2; i++)
        iso_workspace_free(&s->rows[i]);
    iso_workspace_free(&s->added);
    iso_free(s->first);
    iso_free(s->index);
    iso_free(s);
}

/* --- Weights ------------------------------------------------------------------------------- */

static iso_err find(const iso_weight **out, const struct step *t, const char *name)
{
    *out = iso_weights_find(t->weights, name);
    return *out ? ISO_OK : iso_fail(ISO_EFORMAT, "%s: holds no tensor %s", t->of->folder, name);
}

static iso_err take_map(iso_linear *out, struct iso_store *store, const struct step *t,
                        const char *matrix, const char *bias)
{
    const iso_weight *w = NULL, *b = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find(&w, t, matrix));
    ISO_TRY(iso_store_matrix(&out->w, store, w, t->of->out, t->of->in));
    out->file = w->file;
    out->name = w->name;
    if (bias)
        ISO_TRY(find(&b, t, bias));
    if (b)
        ISO_TRY(iso_store_vector(&out->bias, store, b, t->of->out));
    ISO_TRY(iso_linear_ready(out));
done:
    return err;
}

static iso_err take_norm(iso_norm *out, struct iso_store *store, const struct step *t)
{
    const iso_weight *gain = NULL, *bias = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find(&gain, t, "norm.weight"));
    ISO_TRY(find(&bias, t, "norm.bias"));
    ISO_TRY(iso_store_vector(&out->gain, store, gain, t->of->in));
    ISO_TRY(iso_store_vector(&out->bias, store, bias, t->of->in));
    out->eps = norm_eps;
done:
    return err;
}

static bool has_map(const iso_recipe_step *s)
{
    return s->kind == ISO_STEP_DENSE;
}

/* A residual of unequal dims has a map of its own. */
static bool has_residual_map(const iso_recipe_step *s)
{
    return has_map(s) && s->residual && s->in != s->out;
}

static iso_err take_step(struct step *t, struct iso_store *store)
{
    iso_err err = ISO_OK;

    if (t->of->kind == ISO_STEP_UNIT)
        return ISO_OK;
    ISO_TRY(iso_weights_open(&t->weights, t->of->folder));
    if (has_map(t->of))
        ISO_TRY(take_map(&t->map, store, t, "linear.weight", t->of->bias ? "linear.bias" : NULL));
    else
        ISO_TRY(take_norm(&t->norm, store, t));
    if (has_residual_map(t->of))
        ISO_TRY(take_map(&t->residual, store, t, "residual.weight", NULL));
    ISO_TRY(iso_weights_whole(t->weights));
done:
    return err;
}

/* Numbers of their own among those of one seed: no encoder has so many tables. */
enum { TABLES = 1 << 20 };

static iso_err make_map(iso_linear *out, struct iso_store *store, const iso_recipe_step *of,
                        uint64_t seed, uint64_t number)
{
    const iso_lookup t = {{NULL, of->out, of->in, of->in, ISO_F32}, true, seed, TABLES + number};
    float *w, *bias;
    iso_err err = ISO_OK;

    ISO_TRY(iso_store_block(&w, store, of->out * of->in, sizeof *w));
    ISO_TRY(iso_store_block(&bias, store, of->out, sizeof *bias));
    for (int64_t i = 0; i < of->out; i++)
        iso_lookup_row(w + i * of->in, &t, i);
    *out = (iso_linear){.w = iso_view_f32(w, of->out, of->in), .bias = bias};
done:
    return err;
}

static iso_err make_step(struct step *t, struct iso_store *store, uint64_t seed, int i)
{
    float *gain, *bias;
    iso_err err = ISO_OK;

    if (has_map(t->of))
        ISO_TRY(make_map(&t->map, store, t->of, seed, 2 * (uint64_t)i));
    if (has_residual_map(t->of))
        ISO_TRY(make_map(&t->residual, store, t->of, seed, 2 * (uint64_t)i + 1));
    if (t->of->kind != ISO_STEP_NORM)
        goto done;
    ISO_TRY(iso_store_block(&gain, store, t->of->in, sizeof *gain));
    ISO_TRY(iso_store_block(&bias, store, t->of->in, sizeof *bias));
    for (int64_t k = 0; k < t->of->in; k++)
        gain[k] = 1;
    t->norm = (iso_norm){gain, bias, norm_eps};
done:
    return err;
}

iso_err iso_sentence_open(iso_sentence **out, const iso_recipe *r, const uint64_t *seed)
{
    iso_sentence *s = NULL;
    iso_err err = ISO_OK;

    if (r->refused)
        ISO_FAIL(ISO_EUNSUP, "%s", r->refused);
    ISO_NEED(r->pools > 0, "a recipe that pools nothing");
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    s->recipe = r;
    ISO_TRY(iso_alloc(&s->step, r->steps, sizeof *s->step));
    s->steps = r->steps;
    for (int i = 0; i < r->steps; i++) {
        s->step[i].of = &r->step[i];
        ISO_TRY(seed ? make_step(&s->step[i], &s->store, *seed, i)
                     : take_step(&s->step[i], &s->store));
    }
    *out = s;
    s = NULL;
done:
    iso_sentence_close(s);
    return err;
}

iso_err iso_sentence_check(const iso_recipe *r)
{
    iso_sentence *s = NULL;
    const iso_err err = iso_sentence_open(&s, r, NULL);

    iso_sentence_close(s);
    return err;
}

/* --- Pooling ------------------------------------------------------------------------------- */

static iso_err make_room(iso_sentence *s, int64_t B, int64_t tokens)
{
    iso_err err = ISO_OK;

    if (B + 1 > s->first_room) {
        ISO_TRY(iso_realloc(&s->first, 0, B + 1, sizeof *s->first));
        s->first_room = B + 1;
    }
    if (tokens > s->index_room) {
        ISO_TRY(iso_realloc(&s->index, 0, tokens, sizeof *s->index));
        s->index_room = tokens;
    }
done:
    return err;
}

/* All tokens of each sentence, or the one that stands for it. */
static void list_tokens(iso_sentence *s, const int64_t *offsets, int64_t B, int64_t skip,
                        iso_pool pool)
{
    const bool one = pool == ISO_POOL_CLS || pool == ISO_POOL_LAST;

    for (int64_t b = 0; b <= B; b++)
        s->first[b] = one ? b : offsets[b];
    for (int64_t i = 0; !one && i < offsets[B]; i++)
        s->index[i] = i;
    for (int64_t b = 0; one && b < B; b++) {
        const int64_t last = offsets[b + 1] - 1, begin = offsets[b] + skip;
        s->index[b] = pool == ISO_POOL_LAST || begin > last ? last : begin;
    }
}

/* Into the columns from `at` on. */
static iso_err pool_into(iso_mat *to, int64_t at, iso_sentence *s, iso_view x,
                         const int64_t *offsets, int64_t B, int64_t skip, iso_pool pool)
{
    iso_mat part = {.data = (float *)to->data + at,
                    .rows = B,
                    .cols = x.cols,
                    .stride = to->stride,
                    .dtype = ISO_F32};
    const bool one = pool == ISO_POOL_CLS || pool == ISO_POOL_LAST;

    list_tokens(s, offsets, B, skip, pool);
    return iso_pool_lists_after(&part, x, s->first, s->index, pool, one ? 0 : skip);
}

/* --- Steps --------------------------------------------------------------------------------- */

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static void activate(iso_mat *y, iso_step_activation a)
{
    for (int64_t i = 0; a != ISO_STEP_IDENTITY && i < y->rows; i++) {
        float *row = (float *)y->data + i * y->stride;
        for (int64_t j = 0; j < y->cols; j++) {
            const double x = row[j];
            row[j] = (float)(a == ISO_STEP_TANH      ? tanh(x)
                             : a == ISO_STEP_RELU    ? (x > 0 ? x : 0)
                             : a == ISO_STEP_GELU    ? x * (1 + erf(x * M_SQRT1_2)) / 2
                             : a == ISO_STEP_SIGMOID ? sigmoid(x)
                                                     : x * sigmoid(x));
        }
    }
}

static void add(iso_mat *y, iso_view x)
{
    for (int64_t i = 0; i < y->rows; i++) {
        for (int64_t j = 0; j < y->cols; j++)
            ((float *)y->data)[i * y->stride + j] += ((const float *)x.data)[i * x.stride + j];
    }
}

static iso_err run_map(iso_mat *y, iso_sentence *s, struct step *t, iso_view x)
{
    iso_mat residual;
    iso_err err = ISO_OK;

    ISO_TRY(iso_linear_fwd(y, x, &t->map, NULL));
    activate(y, t->of->activation);
    if (!t->of->residual)
        goto done;
    if (!has_residual_map(t->of)) {
        add(y, x);
        goto done;
    }
    ISO_TRY(iso_workspace_mat(&residual, &s->added, y->rows, y->cols));
    ISO_TRY(iso_linear_fwd(&residual, x, &t->residual, NULL));
    add(y, iso_mat_view(&residual));
done:
    return err;
}

static void make_unit(iso_mat *y, iso_view x)
{
    for (int64_t i = 0; i < y->rows; i++) {
        const float *from = (const float *)x.data + i * x.stride;
        float *to = (float *)y->data + i * y->stride;
        double sum = 0;
        for (int64_t j = 0; j < x.cols; j++)
            sum += (double)from[j] * from[j];
        const double length = sqrt(sum);
        for (int64_t j = 0; j < x.cols; j++)
            to[j] = (float)(from[j] / (length > least_length ? length : least_length));
    }
}

static iso_err run_step(iso_mat *y, iso_sentence *s, struct step *t, iso_view x)
{
    iso_err err = ISO_OK;

    if (t->of->kind == ISO_STEP_UNIT)
        make_unit(y, x);
    else if (t->of->kind == ISO_STEP_NORM)
        ISO_TRY(iso_norm_fwd(y, x, (iso_view){0}, &t->norm));
    else
        ISO_TRY(run_map(y, s, t, x));
    if (t->weights)
        ISO_TRY(iso_weights_whole(t->weights));
done:
    return err;
}

iso_err iso_sentence_fwd(iso_mat *out, iso_sentence *s, iso_view x, const int64_t *offsets,
                         int64_t B, int64_t skip)
{
    const iso_recipe *r = s->recipe;
    iso_mat now, next;
    iso_err err = ISO_OK;

    ISO_NEED(out->rows == B && out->cols == r->dims && out->dtype == ISO_F32,
             "sentences are %lld x %lld %s, not %lld x %lld f32", (long long)out->rows,
             (long long)out->cols, iso_dtype_name(out->dtype), (long long)B, (long long)r->dims);
    ISO_TRY(make_room(s, B, offsets[B]));
    ISO_TRY(iso_workspace_mat(&now, &s->rows[0], B, r->pools * x.cols));
    for (int i = 0; i < r->pools; i++)
        ISO_TRY(
            pool_into(&now, i * x.cols, s, x, offsets, B, r->skip_prompt ? skip : 0, r->pool[i]));
    for (int i = 0; i < r->steps; i++) {
        ISO_TRY(iso_workspace_mat(&next, &s->rows[(i + 1) % 2], B, r->step[i].out));
        ISO_TRY(run_step(&next, s, &s->step[i], iso_mat_view(&now)));
        now = next;
    }
    for (int64_t b = 0; b < B; b++)
        memcpy((float *)out->data + b * out->stride, (const float *)now.data + b * now.stride,
               (size_t)r->dims * sizeof(float));
done:
    return err;
}
