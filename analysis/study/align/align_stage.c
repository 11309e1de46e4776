/* What is fitted on all folds but one, and rows as it shows them: as they are, centred, mapped. */
#include <string.h>

#include "analysis/study/align/align_inside.h"
#include "lib/base/alloc.h"

static float *row_at(const iso_mat *m, int64_t i)
{
    return (float *)m->data + i * m->stride;
}

static iso_err mean_of(double **out, const iso_mat *x)
{
    const iso_err err = iso_alloc(out, x->cols, sizeof **out);

    for (int64_t i = 0; !err && i < x->rows; i++) {
        for (int64_t j = 0; j < x->cols; j++)
            (*out)[j] += (double)row_at(x, i)[j];
    }
    for (int64_t j = 0; !err && j < x->cols; j++)
        (*out)[j] /= (double)x->rows;
    return err;
}

/* Pairs outside a fold, those fitted on alone among them; with one fold these alone. */
static int64_t outside(int64_t *pair, const struct align_split *s, int fold)
{
    int64_t n = 0;

    for (int64_t i = 0; i < s->pairs + s->fitted; i++) {
        if (i < s->start[fold] || i >= s->start[fold + 1])
            pair[n++] = i;
    }
    return n;
}

iso_err iso_align_fit(struct align_fit *out, const struct align_rows *rows, int fold,
                      const iso_map_opt *opt)
{
    const struct align_split *s = rows->split;
    struct align_fit fit = {0};
    iso_mat x[2] = {{0}, {0}};
    int64_t *pair = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&pair, s->pairs + s->fitted, sizeof *pair));
    fit.n = outside(pair, s, fold);
    for (int side = 0; side < 2; side++) {
        const iso_mat *from = &rows->side[side];
        ISO_TRY(iso_mat_new(&x[side], fit.n, from->cols, ISO_F32));
        for (int64_t i = 0; i < fit.n; i++)
            memcpy(row_at(&x[side], i), row_at(from, s->row[side][pair[i]]),
                   (size_t)from->cols * sizeof(float));
        ISO_TRY(mean_of(&fit.mean[side], &x[side]));
    }
    if (opt)
        ISO_TRY(iso_map_fit(&fit.map, iso_mat_view(&x[0]), iso_mat_view(&x[1]), opt));
    *out = fit;
    fit = (struct align_fit){0};
done:
    iso_align_fit_free(&fit);
    iso_mat_free(&x[0]);
    iso_mat_free(&x[1]);
    iso_free(pair);
    return err;
}

void iso_align_fit_free(struct align_fit *fit)
{
    iso_map_free(&fit->map);
    iso_free(fit->mean[0]);
    iso_free(fit->mean[1]);
    *fit = (struct align_fit){0};
}

/* The rows asked for, in memory of their own. */
static iso_err copy(iso_mat *out, const iso_mat *from, const int64_t *row, int64_t n)
{
    const iso_err err = iso_mat_new(out, n, from->cols, ISO_F32);

    for (int64_t i = 0; !err && i < n; i++)
        memcpy(row_at(out, i), row_at(from, row ? row[i] : i), (size_t)from->cols * sizeof(float));
    return err;
}

iso_err iso_align_view(struct align_view *out, const struct align_rows *rows, int side,
                       const int64_t *row, int64_t n, int stage, const struct align_fit *fit)
{
    const iso_mat *from = &rows->side[side];
    const bool mapped = stage == ALIGN_AFTER && side == 0;
    iso_mat own = {0};
    iso_err err = ISO_OK;

    if (row || stage == ALIGN_CENTRED || mapped)
        ISO_TRY(copy(&own, from, row, n));
    for (int64_t i = 0; stage == ALIGN_CENTRED && i < n; i++) {
        for (int64_t j = 0; j < own.cols; j++)
            row_at(&own, i)[j] = (float)((double)row_at(&own, i)[j] - fit->mean[side][j]);
    }
    if (mapped)
        ISO_TRY(iso_map_apply(&own, &fit->map, iso_mat_view(&own)));
    *out = (struct align_view){own.data ? iso_mat_view(&own) : iso_mat_view(from), own};
    own = (iso_mat){0};
done:
    iso_mat_free(&own);
    return err;
}
