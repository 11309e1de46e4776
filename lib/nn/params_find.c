/* Parameters out of a checkpoint: what they are called there. */
#include <string.h>

#include "lib/base/str.h"
#include "lib/nn/params_inside.h"

/* The search for the tensors of one checkpoint. */
struct search {
    const iso_nn_config *c;
    const iso_weights *w;
    iso_params *p;
    bool *used;
    bool distil;
    const char *prefix; /* "bert." */
    iso_buf name;
};

static const char *const prefixes[] = {"", "bert.", "roberta.", "distilbert.", "camembert."};

/* The tensor called prefix + stem + ending, or NULL; its name stands in s->name. */
static iso_err look(const iso_weight **out, struct search *s, const char *stem, const char *ending)
{
    s->name.len = 0;
    const iso_err err = iso_buf_printf(&s->name, "%s%s%s", s->prefix, stem, ending);

    *out = err ? NULL : iso_weights_find(s->w, s->name.text);
    return err;
}

static iso_err find_prefix(struct search *s)
{
    const iso_weight *w = NULL;
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        s->prefix = prefixes[i];
        ISO_TRY(look(&w, s, "embeddings.word_embeddings.weight", ""));
        if (w)
            return ISO_OK;
    }
    const char *file =
        iso_weights_count(s->w) > 0 ? iso_weights_at(s->w, 0)->file : "the checkpoint";
    ISO_FAIL(ISO_EFORMAT,
             "%s: no tensor embeddings.word_embeddings.weight, with or without a prefix "
             "such as \"bert.\"; is this an encoder?",
             file);
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

    ISO_TRY(iso_buf_printf(&stem, "%s.layer.%d.", s->distil ? "transformer" : "encoder", i));
    const int64_t len = stem.len;
#define X(field, bert, distilbert, outputs, inputs)                                                \
    stem.len = len;                                                                                \
    ISO_TRY(iso_buf_puts(&stem, s->distil ? (distilbert) : (bert)));                               \
    ISO_TRY(take_linear(&l->field, s, stem.text, outputs, inputs, compute));
    ISO_LAYER_LINEARS(X)
#undef X
#define X(field, bert, distilbert)                                                                 \
    stem.len = len;                                                                                \
    ISO_TRY(iso_buf_puts(&stem, s->distil ? (distilbert) : (bert)));                               \
    ISO_TRY(take_norm(&l->field, s, stem.text));
    ISO_LAYER_NORMS(X)
#undef X
done:
    iso_buf_free(&stem);
    return err;
}

static iso_err take_embeddings(struct search *s)
{
    const iso_nn_config *c = s->c;
    iso_params *p = s->p;
    iso_err err = ISO_OK;

    ISO_TRY(take_matrix(&p->word.rows, NULL, s, "embeddings.word_embeddings", c->V, c->C));
    ISO_TRY(take_matrix(&p->position.rows, NULL, s, "embeddings.position_embeddings", c->positions,
                        c->C));
    if (c->types > 0)
        ISO_TRY(take_matrix(&p->type.rows, NULL, s, "embeddings.token_type_embeddings", c->types,
                            c->C));
    ISO_TRY(take_norm(&p->norm, s, "embeddings.LayerNorm"));
done:
    return err;
}

iso_err iso_params_find(iso_params *out, const iso_nn_config *c, const iso_weights *w,
                        iso_compute compute, bool *used)
{
    iso_params p = {0};
    struct search s = {.c = c, .w = w, .p = &p, .used = used};
    iso_err err = ISO_OK;

    s.distil = strcmp(c->family, "distilbert") == 0;
    ISO_TRY(iso_params_begin(&p, c));
    ISO_TRY(find_prefix(&s));
    ISO_TRY(take_embeddings(&s));
    for (int i = 0; i < c->L; i++)
        ISO_TRY(take_layer(&s, i, compute));
    *out = p;
    p = (iso_params){0};
done:
    iso_params_free(&p, c);
    iso_buf_free(&s.name);
    return err;
}
