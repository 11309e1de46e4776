/* The correlation over layers of CKA with retrieval. */
#include <math.h>
#include <string.h>

#include "analysis/stats/correlation.h"
#include "analysis/study/align/align_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"

iso_err iso_align_keep_cka(struct align *a, int i, const struct align_rows *rows)
{
    const int m = iso_align_measure_find(a->ask, "cka", 0);
    iso_value v;
    iso_err err = ISO_OK;

    if (!a->layer[0])
        return ISO_OK;
    ISO_TRY(iso_align_score_bare(&a->scores, a->ask, rows, a->run));
    ISO_TRY(iso_align_value(&v, &a->scores, a->ask, rows, m, ALIGN_BEFORE, -1));
    a->layer[0][i] = v.value;
done:
    return err;
}

iso_err iso_align_keep_retrieval(struct align *a, int i, const struct align_rows *rows)
{
    const int m = iso_align_measure_find(a->ask, "p@k", 1);
    iso_value v;
    iso_err err = ISO_OK;

    if (!a->layer[1])
        return ISO_OK;
    ISO_TRY(iso_align_value(&v, &a->scores, a->ask, rows, m, ALIGN_AFTER, -1));
    a->layer[1][i] = v.value;
done:
    return err;
}

/* Of the layers of one pair of languages, x and y gathered. */
static iso_value correlation_of(const double *x, const double *y, int n)
{
    iso_value v = iso_value_none();

    if (n < 3)
        return iso_value_undefined(n, "fewer than 3 layers");
    for (int i = 0; i < n; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            return iso_value_undefined(n, "a layer without a value");
    }
    v.value = iso_pearson(x, y, n);
    v.n = n;
    return isnan(v.value) ? iso_value_undefined(n, "equal in all layers") : v;
}

static bool same_langs(const struct align_pair *p, const struct align_pair *q)
{
    return !strcmp(p->src, q->src) && !strcmp(p->tgt, q->tgt);
}

iso_err iso_align_add_correlations(struct align *a)
{
    double *x = NULL, *y = NULL;
    iso_err err = ISO_OK;

    if (!a->layer[0])
        return ISO_OK;
    ISO_TRY(iso_alloc(&x, a->set.pairs, sizeof *x));
    ISO_TRY(iso_alloc(&y, a->set.pairs, sizeof *y));
    for (int i = 0; i < a->set.pairs; i++) {
        const struct align_pair *p = &a->set.pair[i];
        int n = 0, first = i;
        for (int j = 0; j < a->set.pairs; j++) {
            if (!same_langs(p, &a->set.pair[j]))
                continue;
            first = j < first ? j : first;
            x[n] = a->layer[0][j];
            y[n++] = a->layer[1][j];
        }
        if (first < i)
            continue;
        iso_record r = iso_align_record_of(a, p);
        const iso_value v = correlation_of(x, y, n);
        iso_record_value(&r, &v);
        r.measure = "pearson";
        r.x = "cka";
        r.y = "p@1";
        r.train = a->ask->train;
        ISO_TRY(iso_records_add(a->out, &r));
    }
done:
    iso_free(x);
    iso_free(y);
    return err;
}
