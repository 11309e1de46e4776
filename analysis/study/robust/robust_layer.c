/* One layer: its rows, and the probe of each fold in closed form. */
#include "analysis/study/robust/robust_inside.h"
#include "lib/base/alloc.h"

void iso_robust_layer_free(struct robust_layer *l, const struct probe_set *set)
{
    for (int f = 0; f < l->folds; f++) {
        if (l->fold)
            iso_linear_probe_free(&l->fold[f]);
        if (l->apart)
            iso_free(l->apart[f]);
    }
    iso_free(l->fold);
    iso_free(l->apart);
    iso_probe_layer_free(&l->rows, set);
    *l = (struct robust_layer){0};
}

static iso_err make_room(struct robust_layer *l, const struct probe_set *set)
{
    const int64_t d = l->rows.x[0].cols;
    const int classes = set->classes;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&l->fold, l->folds, sizeof *l->fold));
    ISO_TRY(iso_alloc(&l->apart, l->folds, sizeof *l->apart));
    for (int f = 0; f < l->folds; f++) {
        l->fold[f] = (struct linear_probe){.classes = classes, .d = d};
        ISO_TRY(iso_alloc(&l->fold[f].w, classes * d, sizeof(double)));
        ISO_TRY(iso_alloc(&l->fold[f].b, classes, sizeof(double)));
        ISO_TRY(iso_alloc(&l->apart[f], (int64_t)classes * classes, sizeof(double)));
    }
done:
    return err;
}

static iso_err fit(struct robust_layer *l, const struct probe_set *set, const iso_run *run)
{
    iso_probe_task probe = {.langs = set->langs,
                            .classes = set->classes,
                            .folds = l->folds,
                            .l2 = iso_probe_l2,
                            .strengths = PROBE_STRENGTHS};
    iso_probe_lang *lang = NULL;
    double **w = NULL, **b = NULL;
    bool *two = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&lang, set->langs, sizeof *lang));
    ISO_TRY(iso_alloc(&w, l->folds, sizeof *w));
    ISO_TRY(iso_alloc(&b, l->folds, sizeof *b));
    ISO_TRY(iso_alloc(&two, l->folds, sizeof *two));
    for (int i = 0; i < set->langs; i++)
        lang[i] = (iso_probe_lang){iso_mat_view(&l->rows.x[i]), set->lang[i].label,
                                   set->lang[i].fold, set->lang[i].learn};
    for (int f = 0; f < l->folds; f++) {
        w[f] = l->fold[f].w;
        b[f] = l->fold[f].b;
    }
    probe.lang = lang;
    ISO_TRY(iso_probe_fit(NULL, w, b, two, NULL, &probe, run));
    for (int f = 0; f < l->folds; f++) {
        if (two[f])
            iso_linear_probe_apart(l->apart[f], &l->fold[f]);
        else
            iso_linear_probe_free(&l->fold[f]);
    }
done:
    iso_free(lang);
    iso_free(w);
    iso_free(b);
    iso_free(two);
    return err;
}

iso_err iso_robust_layer_make(struct robust_layer *out, const struct probe_set *set,
                              const struct probe_ask *ask, int layer, int64_t **row_of)
{
    struct robust_layer l = {.folds = ask->folds, .row_of = row_of};
    iso_err err = ISO_OK;

    ISO_TRY(iso_probe_layer_new(&l.rows, set, layer));
    ISO_TRY(iso_probe_layer_read(&l.rows, set, ask));
    ISO_TRY(make_room(&l, set));
    ISO_TRY(fit(&l, set, ask->run));
    *out = l;
    return ISO_OK;
done:
    iso_robust_layer_free(&l, set);
    return err;
}
