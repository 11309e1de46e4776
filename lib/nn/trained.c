#include "lib/nn/trained.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/weights.h"
#include "lib/linalg/convert.h"
#include "lib/nn/arch.h"
#include "lib/nn/embedding.h"
#include "lib/nn/store.h"

/* Tensors of one depth lie in one block of memory, and so do their gradients: matrices, then
 * vectors, so that q, k and v are one matrix, and their biases one vector. */

enum { TABLES = 3, EMBEDDINGS = TABLES + 2, OF_LAYER = 2 * 6 + 2 * 2 };

struct iso_trained_own {
    struct iso_store store; /* names */
    iso_tensor *tensors;
    int64_t count;
    float **values; /* L + 1 blocks */
    float **grads;  /* as many; of the tables only a dense one lies there */
    int64_t *sizes; /* of each, in floats */
    iso_row_grads touched[TABLES];
    bool *lent; /* L + 1: blocks that are those of another */
};

void iso_trained_close(iso_trained *e)
{
    struct iso_trained_own *own = e ? e->own : NULL;

    if (own) {
        for (int i = 0; own->sizes && i <= e->config.L; i++) {
            if (own->lent[i])
                continue;
            iso_free(own->grads[i]);
            iso_free(own->values[i]);
        }
        for (int i = 0; i < TABLES; i++)
            iso_row_grads_free(&own->touched[i]);
        iso_store_free(&own->store);
        iso_free(own->values);
        iso_free(own->grads);
        iso_free(own->sizes);
        iso_free(own->lent);
        iso_free(own->tensors);
        iso_free(own);
    }
    if (e) {
        iso_free(e->params.layers);
        iso_free(e->grads.layers);
    }
    iso_free(e);
}

/* A block of memory being dealt out to the tensors of one depth. */
struct block {
    iso_trained *e;
    const char *folder;
    int depth;
    float *value, *grad;
    iso_buf stem; /* what names begin with */
};

static iso_err begin_block(struct block *b, int depth, int64_t values, int64_t grads)
{
    struct iso_trained_own *own = b->e->own;
    iso_err err = ISO_OK;

    b->depth = depth;
    ISO_TRY(iso_alloc_scattered(&own->values[depth], values, sizeof *b->value));
    ISO_TRY(iso_alloc_scattered(&own->grads[depth], grads, sizeof *b->grad));
    b->value = own->values[depth];
    own->sizes[depth] = grads;
    b->grad = own->grads[depth];
done:
    return err;
}

static iso_err name(const char **out, const struct block *b, const char *field, const char *ending)
{
    iso_buf text = {0};
    char *copy;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&text, "%s%s%s", b->stem.text, field, ending));
    ISO_TRY(iso_store_block(&copy, &b->e->own->store, text.len + 1, 1));
    memcpy(copy, text.text, (size_t)text.len + 1);
    *out = copy;
done:
    iso_buf_free(&text);
    return err;
}

/* The next tensor of the block, its numbers those of `from`. */
static iso_err put(iso_tensor **out, struct block *b, const char *field, const char *ending,
                   const iso_lookup *from, iso_tensor_kind kind, bool dense)
{
    struct iso_trained_own *own = b->e->own;
    const int64_t rows = from->rows.rows, cols = from->rows.cols;
    iso_tensor *t = &own->tensors[own->count];
    iso_err err = ISO_OK;

    ISO_TRY(name(&t->name, b, field, ending));
    t->value = b->value;
    t->rows = rows;
    t->cols = cols;
    t->kind = kind;
    t->depth = b->depth;
#pragma omp parallel for schedule(static) if (rows * cols > 1 << 14)
    for (int64_t i = 0; i < rows; i++)
        iso_lookup_row(t->value + i * cols, from, i);
    if (!iso_view_finite(NULL, iso_view_f32(t->value, rows, cols)))
        ISO_FAIL(ISO_EFORMAT, "%s: tensor %s holds NaN or infinity", b->folder, t->name);
    b->value += rows * cols;
    if (dense) {
        t->grad = b->grad;
        b->grad += rows * cols;
    }
    own->count++;
    *out = t;
done:
    return err;
}

static iso_err put_vector(const float **value, float **grad, struct block *b, const char *field,
                          const char *ending, const float *from, int64_t n)
{
    const iso_lookup numbers = {.rows = iso_view_f32(from, 1, n)};
    iso_tensor *t = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(put(&t, b, field, ending, &numbers, ISO_TENSOR_VECTOR, true));
    *value = t->value;
    *grad = t->grad;
done:
    return err;
}

static iso_err put_matrix(iso_linear *l, iso_linear_grad *g, struct block *b, const char *field,
                          const iso_linear *from)
{
    const iso_lookup numbers = {.rows = from->w};
    iso_tensor *t = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(put(&t, b, field, ".weight", &numbers, ISO_TENSOR_MATRIX, true));
    *l = (iso_linear){.w = iso_view_f32(t->value, t->rows, t->cols), .changes = true};
    g->w = t->grad;
done:
    return err;
}

static iso_err put_norm(iso_norm *n, iso_norm_grad *g, struct block *b, const char *field,
                        const iso_norm *from)
{
    const int64_t C = b->e->config.C;
    iso_err err = ISO_OK;

    n->eps = from->eps;
    ISO_TRY(put_vector(&n->gain, &g->gain, b, field, ".weight", from->gain, C));
    ISO_TRY(put_vector(&n->bias, &g->bias, b, field, ".bias", from->bias, C));
done:
    return err;
}

static iso_err put_layer(struct block *b, int i, const iso_layer *from)
{
    const iso_nn_config *c = &b->e->config;
    const iso_arch_tensors *names = c->arch->tensors;
    iso_layer *l = &b->e->params.layers[i];
    iso_layer_grads *g = &b->e->grads.layers[i];
    iso_err err = ISO_OK;
    int64_t size = 4 * c->C;

#define X(field, outputs, inputs) size += (outputs) * (inputs) + (outputs);
    ISO_LAYER_LINEARS(X)
#undef X
    b->stem.len = 0;
    ISO_TRY(iso_buf_printf(&b->stem, "%s%s.%d.", c->arch->prefix, names->layer, i));
    ISO_TRY(begin_block(b, i + 1, size, size));
#define X(field, ...) ISO_TRY(put_matrix(&l->field, &g->field, b, names->field, &from->field));
    ISO_LAYER_LINEARS(X)
#undef X
#define X(field, outputs, inputs)                                                                  \
    ISO_TRY(put_vector(&l->field.bias, &g->field.bias, b, names->field, ".bias", from->field.bias, \
                       outputs));
    ISO_LAYER_LINEARS(X)
#undef X
#define X(field) ISO_TRY(put_norm(&l->field, &g->field, b, names->field, &from->field));
    ISO_LAYER_NORMS(X)
#undef X
done:
    return err;
}

static iso_err put_table(iso_lookup *l, iso_lookup_grad *g, struct block *b, const char *field,
                         const iso_lookup *from, int number, bool dense)
{
    iso_tensor *t = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(put(&t, b, field, ".weight", from, ISO_TENSOR_TABLE, dense));
    if (!dense)
        t->touched = &b->e->own->touched[number];
    *l = (iso_lookup){.rows = iso_view_f32(t->value, t->rows, t->cols)};
    *g = (iso_lookup_grad){t->touched, t->grad};
done:
    return err;
}

static iso_err put_embeddings(struct block *b, const iso_params *from, bool dense)
{
    const iso_nn_config *c = &b->e->config;
    const iso_arch_tensors *names = c->arch->tensors;
    iso_params *p = &b->e->params;
    iso_param_grads *g = &b->e->grads;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&b->stem, c->arch->prefix));
    ISO_TRY(begin_block(b, 0, (c->V + c->positions + c->types + 2) * c->C,
                        ((dense ? c->V : 0) + 2) * c->C));
    ISO_TRY(put_table(&p->word, &g->word, b, names->word, &from->word, 0, dense));
    ISO_TRY(put_table(&p->position, &g->position, b, names->position, &from->position, 1, false));
    if (c->types > 0)
        ISO_TRY(put_table(&p->type, &g->type, b, names->type, &from->type, 2, false));
    ISO_TRY(put_norm(&p->norm, &g->norm, b, names->norm, &from->norm));
done:
    return err;
}

/* What an encoder has of its own beside another; NULL: all. */
struct sibling {
    const iso_trained *of;
    bool embeddings;
    const bool *layers;
};

/* A block of another. */
static void lend(iso_trained *e, const iso_trained *of, int depth)
{
    struct iso_trained_own *own = e->own;

    own->lent[depth] = true;
    own->values[depth] = of->own->values[depth];
    own->grads[depth] = of->own->grads[depth];
    for (int64_t i = 0; i < of->own->count; i++) {
        if (of->own->tensors[i].depth == depth)
            own->tensors[own->count++] = of->own->tensors[i];
    }
    if (depth > 0) {
        e->params.layers[depth - 1] = of->params.layers[depth - 1];
        e->grads.layers[depth - 1] = of->grads.layers[depth - 1];
        return;
    }
    e->params.word = of->params.word;
    e->params.position = of->params.position;
    e->params.type = of->params.type;
    e->params.norm = of->params.norm;
    e->grads.word = of->grads.word;
    e->grads.position = of->grads.position;
    e->grads.type = of->grads.type;
    e->grads.norm = of->grads.norm;
}

/* Everything that `from` has, in memory of its own; of a sibling what is its own. */
static iso_err copy(iso_trained *e, const char *folder, const iso_params *from, bool dense,
                    const struct sibling *sibling)
{
    const int L = e->config.L;
    struct block b = {.e = e, .folder = folder};
    struct iso_trained_own *own;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&e->own, 1, sizeof *e->own));
    own = e->own;
    ISO_TRY(iso_alloc(&own->tensors, EMBEDDINGS + (int64_t)L * OF_LAYER, sizeof *own->tensors));
    ISO_TRY(iso_alloc(&own->values, L + 1, sizeof *own->values));
    ISO_TRY(iso_alloc(&own->grads, L + 1, sizeof *own->grads));
    ISO_TRY(iso_alloc(&own->lent, L + 1, sizeof *own->lent));
    ISO_TRY(iso_alloc(&own->sizes, L + 1, sizeof *own->sizes));
    ISO_TRY(iso_alloc(&e->params.layers, L, sizeof *e->params.layers));
    ISO_TRY(iso_alloc(&e->grads.layers, L, sizeof *e->grads.layers));
    if (sibling && !sibling->embeddings)
        lend(e, sibling->of, 0);
    else
        ISO_TRY(put_embeddings(&b, from, dense));
    for (int i = 0; i < L; i++) {
        if (sibling && !sibling->layers[i])
            lend(e, sibling->of, i + 1);
        else
            ISO_TRY(put_layer(&b, i, &from->layers[i]));
    }
done:
    iso_buf_free(&b.stem);
    return err;
}

static iso_err check_sibling(const iso_nn_config *a, const iso_nn_config *b, const char *folder)
{
    const bool same = a->arch == b->arch && a->L == b->L && a->C == b->C && a->H == b->H &&
                      a->F == b->F && a->V == b->V && a->positions == b->positions &&
                      a->first_position == b->first_position && a->types == b->types &&
                      a->activation == b->activation;

    return same ? ISO_OK
                : iso_fail(ISO_EFORMAT, "%s: is of another shape than the encoder it shares with",
                           folder);
}

static iso_err open_trained(iso_trained **out, const char *folder, const iso_trained_opt *opt,
                            const struct sibling *sibling)
{
    static const iso_trained_opt plain = {0};
    iso_trained *e = NULL;
    iso_weights *weights = NULL;
    iso_params from = {0};
    iso_nn_config config = {0};
    bool *used = NULL;
    iso_err err = ISO_OK;

    opt = opt ? opt : &plain;
    ISO_TRY(opt->config ? iso_nn_config_read_file(&config, opt->config)
                        : iso_nn_config_read(&config, folder));
    ISO_TRY(iso_alloc(&e, 1, sizeof *e));
    if (opt->random && opt->vocabularies > 1)
        config.V *= opt->vocabularies;
    if (sibling)
        ISO_TRY(check_sibling(&config, &sibling->of->config, folder));
    e->config = config;
    if (opt->random) {
        ISO_TRY(iso_params_random(&from, &config, ISO_COMPUTE_F32, opt->seed));
    } else {
        ISO_TRY(iso_weights_open(&weights, folder));
        ISO_TRY(iso_alloc(&used, iso_weights_count(weights), sizeof *used));
        ISO_TRY(iso_params_find(&from, &config, weights, ISO_COMPUTE_F32, used));
    }
    ISO_TRY(copy(e, folder, &from, opt->dense_words, sibling));
    if (weights)
        ISO_TRY(iso_weights_whole(weights));
    *out = e;
    e = NULL;
done:
    iso_params_free(&from, &config);
    iso_weights_close(weights);
    iso_free(used);
    iso_trained_close(e);
    return err;
}

iso_err iso_trained_open(iso_trained **out, const char *folder, const iso_trained_opt *opt)
{
    return open_trained(out, folder, opt, NULL);
}

iso_err iso_trained_sibling(iso_trained **out, const iso_trained *of, const char *folder,
                            const iso_trained_opt *opt, bool embeddings, const bool *layers)
{
    const struct sibling sibling = {of, embeddings, layers};

    return open_trained(out, folder, opt, &sibling);
}

bool iso_trained_owns(const iso_trained *e, int depth)
{
    return !e->own->lent[depth];
}

iso_tensor *iso_trained_tensors(iso_trained *e, int64_t *count)
{
    *count = e->own->count;
    return e->own->tensors;
}

void iso_trained_zero_grads(iso_trained *e)
{
    struct iso_trained_own *own = e->own;

#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i <= e->config.L; i++)
        if (own->grads[i] && !own->lent[i])
            memset(own->grads[i], 0, (size_t)own->sizes[i] * sizeof(float));
    for (int i = 0; i < TABLES; i++)
        iso_row_grads_forget(&own->touched[i]);
}

static void freeze(iso_trained *e, int depth)
{
    struct iso_trained_own *own = e->own;

    for (int64_t i = 0; i < own->count; i++) {
        if (own->tensors[i].depth == depth) {
            own->tensors[i].grad = NULL;
            own->tensors[i].touched = NULL;
        }
    }
    if (!own->lent[depth])
        iso_free(own->grads[depth]);
    own->grads[depth] = NULL;
    if (depth > 0) {
        e->grads.layers[depth - 1] = (iso_layer_grads){0};
        return;
    }
    e->grads.word = e->grads.position = e->grads.type = (iso_lookup_grad){0};
    e->grads.norm = (iso_norm_grad){0};
    for (int i = 0; i < TABLES; i++)
        iso_row_grads_free(&own->touched[i]);
}

void iso_trained_freeze(iso_trained *e, bool embeddings, const bool *layers)
{
    if (embeddings)
        freeze(e, 0);
    for (int i = 0; layers && i < e->config.L; i++)
        if (layers[i])
            freeze(e, i + 1);
}

int iso_trained_lowest(const iso_trained *e)
{
    int depth = 0;

    while (depth <= e->config.L && !e->own->grads[depth])
        depth++;
    return depth;
}

bool iso_trained_learns(const iso_trained *e, int depth)
{
    return e->own->grads[depth];
}

iso_layer_learnt iso_trained_layer(const iso_trained *e, int number)
{
    iso_layer *l = &e->params.layers[number - 1];
    const iso_layer_grads *g = &e->grads.layers[number - 1];
    iso_linear qkv = l->q;

    qkv.w.rows *= 3;
    return (iso_layer_learnt){.l = l,
                              .g = *g,
                              .qkv = qkv,
                              .qkv_grad = g->q,
                              .number = number,
                              .H = e->config.H,
                              .activation = e->config.activation};
}
