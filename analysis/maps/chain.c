#include "analysis/maps/chain.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/linalg/product.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/decomp.h"

/* --- The steps as a user writes them --- */

static const char *const names[] = {"whiten", "rotate", "reweight", "dewhiten", "reduce"};
enum { KINDS = (int)(sizeof names / sizeof *names) };

static iso_err read_exponents(struct iso_chain_step *step, const char *text)
{
    char both[64];
    char *slash;

    (void)snprintf(both, sizeof both, "%s", text);
    slash = strchr(both, '/');
    if (slash)
        *slash = '\0';
    if (!iso_str_double(&step->x, both) || !iso_str_double(&step->y, slash ? slash + 1 : both) ||
        fabs(step->x) > 10 || fabs(step->y) > 10)
        return iso_fail(ISO_EARG, "reweight takes an exponent, as reweight:0.5 or reweight:0/1");
    return ISO_OK;
}

static iso_err read_columns(struct iso_chain_step *step, const char *text)
{
    int64_t n;

    if (!iso_str_int(&n, text) || n < 1 || n > 1000000)
        return iso_fail(ISO_EARG, "reduce takes a number of columns, as reduce:100");
    step->x = (double)n;
    return ISO_OK;
}

static iso_err read_step(struct iso_chain_step *step, const char *word)
{
    const char *colon = strchr(word, ':'), *near;
    const size_t len = colon ? (size_t)(colon - word) : strlen(word);
    int kind = 0;

    while (kind < KINDS && (strlen(names[kind]) != len || strncmp(names[kind], word, len) != 0))
        kind++;
    if (kind == KINDS) {
        near = iso_str_nearest(word, names, KINDS);
        return iso_fail(ISO_EARG, "unknown step '%s'%s%s%s", word, near ? "; did you mean '" : "",
                        near ? near : "", near ? "'?" : "");
    }
    *step = (struct iso_chain_step){.kind = (iso_chain_kind)kind};
    if (step->kind == ISO_CHAIN_REWEIGHT)
        return read_exponents(step, colon ? colon + 1 : "");
    if (step->kind == ISO_CHAIN_REDUCE)
        return read_columns(step, colon ? colon + 1 : "");
    return colon ? iso_fail(ISO_EARG, "%s takes no number", names[kind]) : ISO_OK;
}

static iso_err check_order(const iso_chain *c)
{
    unsigned seen = 0;

    for (int i = 0; i < c->count; i++) {
        const iso_chain_kind kind = c->step[i].kind;
        const bool rotated = seen & 1u << ISO_CHAIN_ROTATE;
        if (seen & 1u << kind)
            return iso_fail(ISO_EARG, "%s stands twice", names[kind]);
        if (kind == ISO_CHAIN_WHITEN && rotated)
            return iso_fail(ISO_EARG, "whiten stands before rotate");
        if (kind > ISO_CHAIN_ROTATE && !rotated)
            return iso_fail(ISO_EARG, "%s stands behind rotate", names[kind]);
        if (kind == ISO_CHAIN_DEWHITEN && !(seen & 1u << ISO_CHAIN_WHITEN))
            return iso_fail(ISO_EARG, "dewhiten undoes whiten, which is not there");
        if (seen & 1u << ISO_CHAIN_REDUCE)
            return iso_fail(ISO_EARG, "reduce stands last");
        seen |= 1u << kind;
    }
    return seen & 1u << ISO_CHAIN_ROTATE ? ISO_OK : iso_fail(ISO_EARG, "rotate is missing");
}

iso_err iso_chain_parse(iso_chain *out, const char *list)
{
    iso_chain chain = {0};
    char word[64];
    iso_err err = ISO_OK;

    for (const char *at = list; at;) {
        const size_t len = strcspn(at, ",");
        if (chain.count == ISO_CHAIN_STEPS || len >= sizeof word)
            ISO_FAIL(ISO_EARG, "'%s' has more than %d steps", list, (int)ISO_CHAIN_STEPS);
        (void)snprintf(word, sizeof word, "%.*s", (int)len, at);
        ISO_TRY(read_step(&chain.step[chain.count++], word));
        at = at[len] ? at + len + 1 : NULL;
    }
    if (list)
        ISO_TRY(check_order(&chain));
    *out = chain;
done:
    return err;
}

/* --- Fitting --- */

/* One side under way: `map` so far, what whitening did, and the axes of the rotation. */
struct side {
    iso_mat rows; /* the paired rows, f64 */
    iso_mat map, white, back, axes;
};

static void free_side(struct side *s)
{
    iso_mat_free(&s->rows);
    iso_mat_free(&s->map);
    iso_mat_free(&s->white);
    iso_mat_free(&s->back);
    iso_mat_free(&s->axes);
}

/* *to becomes ab; what it was is freed. */
static iso_err set_product(iso_mat *to, const iso_mat *a, const iso_mat *b)
{
    iso_mat c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&c, a->rows, b->cols, ISO_F64));
    ISO_TRY(iso_mul_nn(&c, iso_mat_view(a), iso_mat_view(b), 0));
    iso_mat_free(to);
    *to = c;
    return ISO_OK;
done:
    iso_mat_free(&c);
    return err;
}

static iso_err transpose(iso_mat *out, const iso_mat *a)
{
    iso_err err = iso_mat_new(out, a->cols, a->rows, ISO_F64);

    if (err)
        return err;
    for (int64_t i = 0; i < a->rows; i++) {
        for (int64_t j = 0; j < a->cols; j++)
            ((double *)out->data)[j * out->stride + i] = ((double *)a->data)[i * a->stride + j];
    }
    return ISO_OK;
}

/* The matrix of these eigenvalues to a power, over the directions that have variance. */
static iso_err power_of(iso_mat *out, const double *values, const iso_mat *vectors, double power)
{
    const int64_t n = vectors->rows;
    double *f = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&f, n, sizeof *f));
    for (int64_t i = 0; i < n; i++)
        f[i] = values[i] > 1e-10 * values[n - 1] ? pow(values[i], power) : 0;
    ISO_TRY(iso_mat_new(out, n, n, ISO_F64));
    ISO_TRY(iso_spectral(out, f, vectors));
done:
    iso_free(f);
    return err;
}

static iso_err whiten(struct side *s)
{
    const int64_t p = s->rows.cols;
    iso_mat square = {0}, vectors = {0};
    double *values = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&square, p, p, ISO_F64));
    ISO_TRY(iso_square_tn(&square, iso_mat_view(&s->rows), 0));
    ISO_TRY(iso_alloc(&values, p, sizeof *values));
    ISO_TRY(iso_mat_new(&vectors, p, p, ISO_F64));
    ISO_TRY(iso_eigen(values, &vectors, iso_mat_view(&square)));
    ISO_TRY(power_of(&s->white, values, &vectors, -0.5));
    ISO_TRY(power_of(&s->back, values, &vectors, 0.5));
    ISO_TRY(set_product(&s->rows, &s->rows, &s->white));
    s->map = s->white;
    s->white = (iso_mat){0};
done:
    iso_mat_free(&square);
    iso_mat_free(&vectors);
    iso_free(values);
    return err;
}

/* Without whitening the map so far is the identity: the axes alone. */
static iso_err onto_axes(struct side *s)
{
    iso_err err = ISO_OK;

    if (s->map.data)
        return set_product(&s->map, &s->map, &s->axes);
    ISO_TRY(iso_mat_new(&s->map, s->axes.rows, s->axes.cols, ISO_F64));
    memcpy(s->map.data, s->axes.data, (size_t)(s->axes.rows * s->axes.cols) * sizeof(double));
done:
    return err;
}

static iso_err rotate(struct side *x, struct side *y, double **weight)
{
    iso_mat product = {0};
    iso_svd svd = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&product, x->rows.cols, y->rows.cols, ISO_F64));
    ISO_TRY(iso_mul_tn(&product, iso_mat_view(&x->rows), iso_mat_view(&y->rows), 0));
    ISO_TRY(iso_svd_new(&svd, iso_mat_view(&product)));
    ISO_TRY(transpose(&y->axes, &svd.vt));
    x->axes = svd.u;
    svd.u = (iso_mat){0};
    *weight = svd.s;
    svd.s = NULL;
    ISO_TRY(onto_axes(x));
    ISO_TRY(onto_axes(y));
done:
    iso_mat_free(&product);
    iso_svd_free(&svd);
    return err;
}

static void reweight(iso_mat *map, const double *weight, double exponent)
{
    for (int64_t i = 0; i < map->rows; i++) {
        for (int64_t j = 0; j < map->cols; j++)
            ((double *)map->data)[i * map->stride + j] *= pow(weight[j], exponent);
    }
}

/* map · axesᵀ · back · axes */
static iso_err dewhiten(struct side *s)
{
    iso_mat turned = {0}, middle = {0}, inner = {0};
    iso_err err = ISO_OK;

    ISO_TRY(transpose(&turned, &s->axes));
    ISO_TRY(set_product(&middle, &turned, &s->back));
    ISO_TRY(set_product(&inner, &middle, &s->axes));
    ISO_TRY(set_product(&s->map, &s->map, &inner));
done:
    iso_mat_free(&turned);
    iso_mat_free(&middle);
    iso_mat_free(&inner);
    return err;
}

static iso_err reduce(iso_mat *map, int64_t columns)
{
    iso_mat narrow = {0};
    iso_err err = ISO_OK;

    ISO_NEED(columns <= map->cols, "reduce:%lld keeps more than the %lld columns there are",
             (long long)columns, (long long)map->cols);
    ISO_TRY(iso_mat_new(&narrow, map->rows, columns, ISO_F64));
    for (int64_t i = 0; i < map->rows; i++)
        memcpy((double *)narrow.data + i * narrow.stride, (double *)map->data + i * map->stride,
               (size_t)columns * sizeof(double));
    iso_mat_free(map);
    *map = narrow;
done:
    return err;
}

static iso_err apply(struct side *x, struct side *y, double **weight,
                     const struct iso_chain_step *step)
{
    iso_err err = ISO_OK;

    switch (step->kind) {
    case ISO_CHAIN_WHITEN:
        ISO_TRY(whiten(x));
        ISO_TRY(whiten(y));
        break;
    case ISO_CHAIN_ROTATE:
        ISO_TRY(rotate(x, y, weight));
        break;
    case ISO_CHAIN_REWEIGHT:
        reweight(&x->map, *weight, step->x);
        reweight(&y->map, *weight, step->y);
        break;
    case ISO_CHAIN_DEWHITEN:
        ISO_TRY(dewhiten(x));
        ISO_TRY(dewhiten(y));
        break;
    case ISO_CHAIN_REDUCE:
        ISO_TRY(reduce(&x->map, (int64_t)step->x));
        ISO_TRY(reduce(&y->map, (int64_t)step->x));
        break;
    }
done:
    return err;
}

static iso_err begin(struct side *s, iso_view rows)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&s->rows, rows.rows, rows.cols, ISO_F64));
    iso_convert_f64(s->rows.data, s->rows.stride, rows);
done:
    return err;
}

iso_err iso_chain_fit(iso_mat *a, iso_mat *b, iso_view x, iso_view y, const iso_chain *chain)
{
    struct side s = {0}, t = {0};
    double *weight = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(chain->count > 0, "a chain without a step");
    ISO_NEED(x.rows == y.rows && x.rows > 0, "paired rows: %lld and %lld", (long long)x.rows,
             (long long)y.rows);
    ISO_TRY(begin(&s, x));
    ISO_TRY(begin(&t, y));
    for (int i = 0; i < chain->count; i++)
        ISO_TRY(apply(&s, &t, &weight, &chain->step[i]));
    *a = s.map;
    *b = t.map;
    s.map = t.map = (iso_mat){0};
done:
    free_side(&s);
    free_side(&t);
    iso_free(weight);
    return err;
}
