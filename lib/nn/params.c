#include "lib/nn/params.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/str.h"
#include "lib/nn/arch.h"
#include "lib/nn/embedding.h"
#include "lib/nn/store.h"

void iso_params_free(iso_params *p, const iso_nn_config *c)
{
    for (int i = 0; p->layers && i < c->L; i++) {
#define X(field, ...) iso_linear_free(&p->layers[i].field);
        ISO_LAYER_LINEARS(X)
#undef X
    }
    if (p->store)
        iso_store_free(p->store);
    iso_free(p->store);
    *p = (iso_params){0};
}

/* A store and layers without numbers. */
static iso_err begin(iso_params *out, const iso_nn_config *c)
{
    iso_params p = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p.store, 1, sizeof *p.store));
    ISO_TRY(iso_store_block(&p.layers, p.store, c->L, sizeof *p.layers));
    *out = p;
    p = (iso_params){0};
done:
    iso_params_free(&p, c);
    return err;
}

/* Out of a checkpoint ---------------------------------------------------------------- */

/* The search for the tensors of one checkpoint. */
struct search {
    const iso_nn_config *c;
    const iso_weights *w;
    iso_params *p;
    bool *used;
    const iso_arch_tensors *names;
    const char *prefix; /* "bert.", or "" */
    iso_buf own;        /* a prefix that no family has */
    iso_buf name;
};

/* The tensor called prefix + stem + ending, or NULL; its name stands in s->name. */
static iso_err look(const iso_weight **out, struct search *s, const char *stem, const char *ending)
{
    s->name.len = 0;
    const iso_err err = iso_buf_printf(&s->name, "%s%s%s", s->prefix, stem, ending);

    *out = err ? NULL : iso_weights_find(s->w, s->name.text);
    return err;
}

/* What stands before the table of words, whatever it is ("0.auto_model."), where there is one such
 * table. */
static iso_err find_own_prefix(const iso_weight **out, struct search *s)
{
    const iso_weight *found = NULL;
    iso_err err = ISO_OK;

    s->name.len = 0;
    ISO_TRY(iso_buf_printf(&s->name, ".%s.weight", s->names->word));
    for (int64_t i = 0; i < iso_weights_count(s->w); i++) {
        const iso_weight *w = iso_weights_at(s->w, i);
        const int64_t before = (int64_t)strlen(w->name) - s->name.len;
        if (before <= 0 || strcmp(w->name + before, s->name.text) != 0)
            continue;
        if (found)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: holds several encoders, with tensors %s and %s: save the one that is "
                     "meant by itself",
                     w->file, found->name, w->name);
        found = w;
        ISO_TRY(iso_buf_add(&s->own, w->name, before + 1));
    }
    s->prefix = found ? s->own.text : "";
    *out = found;
done:
    return err;
}

/* As the family calls them, or as GGUF files do. */
static iso_err choose_names(struct search *s)
{
    const iso_weight *w = NULL;
    iso_err err = ISO_OK;

    s->prefix = "";
    s->names = s->c->arch->of_gguf;
    if (s->names)
        ISO_TRY(look(&w, s, s->names->word, ".weight"));
    if (!w)
        s->names = s->c->arch->tensors;
done:
    return err;
}

/* Without a prefix, or with that of any family: hubs have all of them. */
static iso_err find_prefix(struct search *s)
{
    const char *const file =
        iso_weights_count(s->w) > 0 ? iso_weights_at(s->w, 0)->file : "the checkpoint";
    const iso_weight *w = NULL;
    const iso_arch *a = NULL;
    iso_err err = ISO_OK;

    s->prefix = "";
    ISO_TRY(look(&w, s, s->names->word, ".weight"));
    for (int i = 0; !w && (a = iso_arch_at(i)); i++) {
        s->prefix = a->prefix;
        ISO_TRY(look(&w, s, s->names->word, ".weight"));
    }
    if (!w)
        ISO_TRY(find_own_prefix(&w, s));
    if (!w)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: no tensor %s.weight, with or without a prefix such as \"%s\"; is this an "
                 "encoder?",
                 file, s->names->word, iso_arch_at(0)->prefix);
done:
    return err;
}

static iso_err missing(const struct search *s)
{
    return iso_fail(ISO_EFORMAT, "%s: tensor %s is missing; config.json says %d layers",
                    iso_weights_at(s->w, 0)->file, s->name.text, s->c->L);
}

static iso_err take(const iso_weight **out, struct search *s, const char *stem, const char *ending,
                    const char *old)
{
    const iso_weight *w = NULL;
    iso_err err = ISO_OK;

    if (old) {
        ISO_TRY(look(&w, s, stem, old));
    }
    if (!w)
        ISO_TRY(look(&w, s, stem, ending));
    if (!w)
        ISO_TRY(missing(s));
    s->used[w - iso_weights_at(s->w, 0)] = true;
    *out = w;
done:
    return err;
}

static iso_err take_matrix(iso_view *out, const iso_weight **found, struct search *s,
                           const char *stem, int64_t rows, int64_t cols)
{
    const iso_weight *w = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(take(&w, s, stem, ".weight", NULL));
    ISO_TRY(iso_store_matrix(out, s->p->store, w, rows, cols));
    if (found)
        *found = w;
done:
    return err;
}

static iso_err take_vector(const float **out, struct search *s, const char *stem,
                           const char *ending, const char *old, int64_t count)
{
    const iso_weight *w = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(take(&w, s, stem, ending, old));
    ISO_TRY(iso_store_vector(out, s->p->store, w, count));
done:
    return err;
}

static iso_err take_linear(iso_linear *out, struct search *s, const char *stem, int64_t outputs,
                           int64_t inputs, iso_compute compute)
{
    const iso_weight *w = NULL;
    iso_err err = ISO_OK;

    out->compute = compute;
    ISO_TRY(take_matrix(&out->w, &w, s, stem, outputs, inputs));
    out->file = w->file;
    out->name = w->name;
    ISO_TRY(take_vector(&out->bias, s, stem, ".bias", NULL, outputs));
done:
    return err;
}

static iso_err take_norm(iso_norm *out, struct search *s, const char *stem)
{
    iso_err err = ISO_OK;

    out->eps = s->c->eps;
    ISO_TRY(take_vector(&out->gain, s, stem, ".weight", ".gamma", s->c->C));
    ISO_TRY(take_vector(&out->bias, s, stem, ".bias", ".beta", s->c->C));
done:
    return err;
}

static iso_err take_layer(struct search *s, int i, iso_compute compute)
{
    const iso_nn_config *c = s->c;
    iso_layer *l = &s->p->layers[i];
    iso_buf stem = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&stem, "%s.%d.", s->names->layer, i));
    const int64_t len = stem.len;
#define X(field, outputs, inputs)                                                                  \
    stem.len = len;                                                                                \
    ISO_TRY(iso_buf_puts(&stem, s->names->field));                                                 \
    ISO_TRY(take_linear(&l->field, s, stem.text, outputs, inputs, compute));
    ISO_LAYER_LINEARS(X)
#undef X
#define X(field)                                                                                   \
    stem.len = len;                                                                                \
    ISO_TRY(iso_buf_puts(&stem, s->names->field));                                                 \
    ISO_TRY(take_norm(&l->field, s, stem.text));
    ISO_LAYER_NORMS(X)
#undef X
done:
    iso_buf_free(&stem);
    return err;
}

/* A table that config.json denies would be left out without a word. */
static iso_err refuse_types(struct search *s)
{
    const iso_weight *w = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(look(&w, s, s->names->type, ".weight"));
    if (w)
        ISO_FAIL(ISO_EFORMAT, "%s: has a tensor %s, and config.json says 0 token types", w->file,
                 w->name);
done:
    return err;
}

static iso_err take_embeddings(struct search *s)
{
    const iso_nn_config *c = s->c;
    iso_params *p = s->p;
    iso_err err = ISO_OK;

    ISO_TRY(take_matrix(&p->word.rows, NULL, s, s->names->word, c->V, c->C));
    ISO_TRY(take_matrix(&p->position.rows, NULL, s, s->names->position, c->positions, c->C));
    if (c->types > 0)
        ISO_TRY(take_matrix(&p->type.rows, NULL, s, s->names->type, c->types, c->C));
    else if (s->names->type)
        ISO_TRY(refuse_types(s));
    ISO_TRY(take_norm(&p->norm, s, s->names->norm));
done:
    return err;
}

iso_err iso_params_find(iso_params *out, const iso_nn_config *c, const iso_weights *w,
                        iso_compute compute, bool *used)
{
    iso_params p = {0};
    struct search s = {.c = c, .w = w, .p = &p, .used = used};
    iso_err err = ISO_OK;

    ISO_TRY(begin(&p, c));
    ISO_TRY(choose_names(&s));
    ISO_TRY(find_prefix(&s));
    ISO_TRY(take_embeddings(&s));
    for (int i = 0; i < c->L; i++)
        ISO_TRY(take_layer(&s, i, compute));
    *out = p;
    p = (iso_params){0};
done:
    iso_params_free(&p, c);
    iso_buf_free(&s.name);
    iso_buf_free(&s.own);
    return err;
}

/* At random: the lower bound of what a checkpoint learnt ----------------------------- */

enum { TABLES = 3, MATRICES = 6 }; /* numbers of streams: tables first, then layer by layer */

static iso_lookup table(int64_t rows, int64_t cols, uint64_t seed, uint64_t number)
{
    return (iso_lookup){{NULL, rows, cols, cols, ISO_F32}, true, seed, number};
}

/* A matrix is a table whose rows are all made at once. */
static iso_err make_linear(iso_linear *out, iso_params *p, int64_t outputs, int64_t inputs,
                           iso_compute compute, uint64_t seed, uint64_t number)
{
    const iso_lookup t = table(outputs, inputs, seed, number);
    float *w, *bias;
    iso_err err = ISO_OK;

    ISO_TRY(iso_store_block(&w, p->store, outputs * inputs, sizeof *w));
    ISO_TRY(iso_store_block(&bias, p->store, outputs, sizeof *bias));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < outputs; i++)
        iso_lookup_row(w + i * inputs, &t, i);
    *out = (iso_linear){.w = iso_view_f32(w, outputs, inputs), .bias = bias, .compute = compute};
done:
    return err;
}

static iso_err make_norm(iso_norm *out, iso_params *p, const iso_nn_config *c)
{
    float *gain, *bias;
    iso_err err = ISO_OK;

    ISO_TRY(iso_store_block(&gain, p->store, c->C, sizeof *gain));
    ISO_TRY(iso_store_block(&bias, p->store, c->C, sizeof *bias));
    for (int64_t i = 0; i < c->C; i++)
        gain[i] = 1;
    *out = (iso_norm){gain, bias, c->eps};
done:
    return err;
}

static iso_err make_layer(iso_params *p, const iso_nn_config *c, int i, iso_compute compute,
                          uint64_t seed)
{
    uint64_t number = TABLES + (uint64_t)i * MATRICES;
    iso_layer *l = &p->layers[i];
    iso_err err = ISO_OK;

#define X(field, outputs, inputs)                                                                  \
    ISO_TRY(make_linear(&l->field, p, outputs, inputs, compute, seed, number++));
    ISO_LAYER_LINEARS(X)
#undef X
#define X(field, ...) ISO_TRY(make_norm(&l->field, p, c));
    ISO_LAYER_NORMS(X)
#undef X
done:
    return err;
}

iso_err iso_params_random(iso_params *out, const iso_nn_config *c, iso_compute compute,
                          uint64_t seed)
{
    iso_params p = {0};
    iso_err err = ISO_OK;

    ISO_TRY(begin(&p, c));
    p.word = table(c->V, c->C, seed, 0);
    p.position = table(c->positions, c->C, seed, 1);
    p.type = table(c->types, c->C, seed, 2);
    ISO_TRY(make_norm(&p.norm, &p, c));
    for (int i = 0; i < c->L; i++)
        ISO_TRY(make_layer(&p, c, i, compute, seed));
    *out = p;
    p = (iso_params){0};
done:
    iso_params_free(&p, c);
    return err;
}
