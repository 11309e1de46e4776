/* Pairs of sentences in two languages, the generalised setting: what the probes of one source say
 * of a first sentence in one language beside a second in another. */
#include <math.h>

#include "analysis/study/probe/probe_set.h"
#include "lib/base/alloc.h"

void iso_probe_put_pair(float *to, const float *u, const float *v, int64_t d)
{
    for (int64_t j = 0; j < d; j++) {
        to[j] = u[j];
        to[d + j] = v[j];
        to[2 * d + j] = fabsf(u[j] - v[j]);
        to[3 * d + j] = u[j] * v[j];
    }
}

iso_err iso_probe_folds_new(struct probe_layer *l, const struct probe_set *set, int folds)
{
    const int64_t d = l->x[0].cols;
    iso_err err = ISO_OK;

    iso_probe_folds_free(l);
    ISO_TRY(iso_alloc(&l->fold, folds, sizeof *l->fold));
    l->folds = folds;
    for (int f = 0; f < folds; f++) {
        l->fold[f] = (struct linear_probe){.classes = set->classes, .d = d};
        ISO_TRY(iso_alloc(&l->fold[f].w, set->classes * d, sizeof(double)));
        ISO_TRY(iso_alloc(&l->fold[f].b, set->classes, sizeof(double)));
    }
done:
    return err;
}

void iso_probe_folds_free(struct probe_layer *l)
{
    for (int f = 0; l->fold && f < l->folds; f++)
        iso_linear_probe_free(&l->fold[f]);
    iso_free(l->fold);
    l->fold = NULL;
    l->folds = 0;
}

iso_err iso_probe_pair_answers(int32_t *label, int32_t *said, const struct probe_layer *l,
                               const struct probe_set *set, int first, int second)
{
    const struct probe_lang *a = &set->lang[first], *b = &set->lang[second];
    const int64_t d = l->x[0].cols / 4;
    int64_t *row = NULL;
    float *x = NULL;
    double *z = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&row, set->items, sizeof *row));
    ISO_TRY(iso_alloc(&x, 4 * d, sizeof *x));
    ISO_TRY(iso_alloc(&z, set->classes, sizeof *z));
    for (int64_t i = 0; i < set->items; i++)
        row[i] = -1;
    for (int64_t r = 0; r < b->lang->rows; r++)
        row[b->item[r]] = r;
    for (int64_t r = 0; r < a->lang->rows; r++) {
        const int64_t other = row[a->item[r]];
        const struct linear_probe *probe = &l->fold[a->fold[r]];
        label[r] = other < 0 ? -1 : a->label[r];
        said[r] = -1;
        if (label[r] < 0 || !probe->w)
            continue;
        iso_probe_put_pair(x, (const float *)l->x[first].data + r * l->x[first].stride,
                           (const float *)l->x[second].data + other * l->x[second].stride + d, d);
        said[r] = iso_linear_probe_answer(z, probe, x);
    }
done:
    iso_free(row);
    iso_free(x);
    iso_free(z);
    return err;
}
