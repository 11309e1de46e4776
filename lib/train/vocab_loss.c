#include "lib/train/vocab_loss.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/linalg/product.h"
#include "lib/nn/row_sums.h"
#include "lib/nn/vector.h"

enum { MOST = 1 << 24, LEAST = 256, STRETCH = 1024 };

/* Of a row, over the words so far: the largest logit, Σ exp(logit − it), the label's logit. */
struct row {
    float top, sum, at;
};

/* Words from `from` on, and their logits, which become exponentials. */
struct part {
    int64_t from, n;
    iso_mat z;
};

void iso_vocab_tape_free(iso_vocab_tape *t)
{
    iso_workspace_free(&t->logits);
    iso_workspace_free(&t->rows);
    iso_workspace_free(&t->sums);
    iso_workspace_free(&t->stretch);
}

/* All words, or a multiple of the lanes of them. */
static int64_t width_of(const iso_vocab *v, int64_t rows)
{
    const int64_t most = (v->most > 0 ? v->most : MOST) / (rows > 0 ? rows : 1);
    const int64_t width = v->most > 0 || most > LEAST ? most : LEAST;
    const int64_t whole = width - width % ISO_NN_LANES;

    return width >= v->V ? v->V : whole > 0 ? whole : ISO_NN_LANES;
}

static iso_err begin_part(struct part *p, iso_vocab_tape *t, const iso_vocab *v, int64_t from,
                          int64_t rows)
{
    const int64_t left = v->V - from, n = left < t->width ? left : t->width;
    const int64_t stride = (n + ISO_NN_LANES - 1) / ISO_NN_LANES * ISO_NN_LANES;
    const iso_err err = iso_workspace_need(&t->logits, rows * stride);

    *p = (struct part){from, n, {t->logits.at, rows, n, stride, ISO_F32, NULL}};
    return err;
}

static float *row_of(const struct part *p, int64_t i)
{
    return (float *)p->z.data + i * p->z.stride;
}

static iso_view words_of(const iso_vocab *v, const struct part *p)
{
    return iso_view_f32(v->words + p->from * v->C, p->n, v->C);
}

static bool holds(const struct part *p, int32_t label)
{
    return label >= p->from && label < p->from + p->n;
}

/* Another part's largest logit and sum. */
static void join(struct row *r, float top, float sum)
{
    if (top > r->top) {
        r->sum = r->sum * expf(r->top - top) + sum;
        r->top = top;
    } else {
        r->sum += sum * expf(top - r->top);
    }
}

static void add_part(struct row *rows, const struct part *p, const iso_vocab *v,
                     const int32_t *label)
{
    const iso_nn_vector *op = iso_nn_vector_best();

#pragma omp parallel for schedule(static) if (p->z.rows * p->n > 1 << 14)
    for (int64_t i = 0; i < p->z.rows; i++) {
        float *z = row_of(p, i);
        op->add(z, v->bias + p->from, p->n);
        if (holds(p, label[i]))
            rows[i].at = z[label[i] - p->from];
        const float top = op->largest(z, p->n);
        join(&rows[i], top, op->softmax(z, 1, p->n));
    }
}

iso_err iso_vocab_loss(float *said, iso_vocab_tape *t, const iso_vocab *v, iso_view h,
                       const int32_t *label)
{
    struct row *rows;
    struct part p;
    iso_err err = ISO_OK;

    t->width = width_of(v, h.rows);
    ISO_TRY(iso_workspace_need(&t->rows, 3 * h.rows));
    rows = (struct row *)t->rows.at;
    for (int64_t i = 0; i < h.rows; i++)
        rows[i] = (struct row){.top = -INFINITY};
    for (int64_t from = 0; from < v->V; from += t->width) {
        ISO_TRY(begin_part(&p, t, v, from, h.rows));
        ISO_TRY(iso_mul_nt(&p.z, h, words_of(v, &p), 0));
        add_part(rows, &p, v, label);
    }
    for (int64_t i = 0; i < h.rows; i++) {
        const struct row *r = &rows[i];
        const bool asked = label[i] >= 0;
        said[2 * i] = asked ? logf(r->sum) + (r->top - r->at) : 0;
        said[2 * i + 1] = asked && r->at >= r->top;
    }
done:
    return err;
}

/* by (softmax − the label's 1). */
static void turn_part(const struct part *p, const struct row *rows, const iso_vocab *v, bool kept,
                      const int32_t *label, float by)
{
    const iso_nn_vector *op = iso_nn_vector_best();

#pragma omp parallel for schedule(static) if (p->z.rows * p->n > 1 << 14)
    for (int64_t i = 0; i < p->z.rows; i++) {
        float *z = row_of(p, i), top = rows[i].top;
        if (label[i] < 0) {
            memset(z, 0, (size_t)p->n * sizeof *z);
            continue;
        }
        if (!kept) {
            op->add(z, v->bias + p->from, p->n);
            top = op->largest(z, p->n);
            (void)op->softmax(z, 1, p->n);
        }
        op->scale(z, z, by * expf(top - rows[i].top) / rows[i].sum, p->n);
        if (holds(p, label[i]))
            z[label[i] - p->from] -= by;
    }
}

/* dh += z W, a stretch of words after another, each summed by itself: beside the label's number the
 * many small ones would be rounded away, all to the same side. */
static iso_err add_input(iso_mat *dh, const struct part *p, const iso_vocab *v, iso_vocab_tape *t)
{
    const iso_nn_vector *op = iso_nn_vector_best();
    iso_mat sum;
    iso_err err = ISO_OK;

    ISO_TRY(iso_workspace_mat(&sum, &t->stretch, dh->rows, dh->cols));
    for (int64_t from = 0; from < p->n; from += STRETCH) {
        const int64_t left = p->n - from, n = left < STRETCH ? left : STRETCH;
        iso_view z = iso_mat_view(&p->z), words = words_of(v, p);
        z.data = (const float *)z.data + from;
        z.cols = words.rows = n;
        words.data = (const float *)words.data + from * v->C;
        ISO_TRY(iso_mul_nn(&sum, z, words, 0));
        for (int64_t i = 0; i < dh->rows; i++)
            op->add((float *)dh->data + i * dh->stride, (const float *)sum.data + i * sum.stride,
                    dh->cols);
    }
done:
    return err;
}

static iso_err add_gradients(const struct part *p, const iso_vocab *v, iso_view h,
                             iso_vocab_tape *t)
{
    iso_err err = ISO_OK;

    if (v->dwords) {
        iso_mat dw = {v->dwords + p->from * v->C, p->n, v->C, v->C, ISO_F32, NULL};
        ISO_TRY(iso_mul_tn(&dw, iso_mat_view(&p->z), h, 1));
    }
    if (v->dbias)
        ISO_TRY(iso_row_sums(v->dbias + p->from, iso_mat_view(&p->z), &t->sums));
done:
    return err;
}

iso_err iso_vocab_back(iso_mat *dh, iso_vocab_tape *t, const iso_vocab *v, iso_view h,
                       const int32_t *label, double by)
{
    const struct row *rows = (const struct row *)t->rows.at;
    const bool kept = t->width >= v->V;
    struct part p;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < dh->rows; i++)
        memset((float *)dh->data + i * dh->stride, 0, (size_t)dh->cols * sizeof(float));
    for (int64_t from = 0; from < v->V; from += t->width) {
        ISO_TRY(begin_part(&p, t, v, from, h.rows));
        if (!kept)
            ISO_TRY(iso_mul_nt(&p.z, h, words_of(v, &p), 0));
        turn_part(&p, rows, v, kept, label, (float)by);
        ISO_TRY(add_input(dh, &p, v, t));
        ISO_TRY(add_gradients(&p, v, h, t));
    }
done:
    return err;
}
