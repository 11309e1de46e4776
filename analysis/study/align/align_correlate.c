/* Over the layers of a pair of languages: does retrieval after the map go with CKA before it? */
#include <math.h>

#include "analysis/stats/correlation.h"
#include "analysis/study/align/align_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"

iso_err iso_align_course_new(struct align_course *out, const struct align_set *set)
{
    struct align_course c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c.cka, set->pairs, sizeof *c.cka));
    ISO_TRY(iso_alloc(&c.retrieval, set->pairs, sizeof *c.retrieval));
    *out = c;
    return ISO_OK;
done:
    iso_align_course_free(&c);
    return err;
}

void iso_align_course_free(struct align_course *c)
{
    iso_free(c->cka);
    iso_free(c->retrieval);
    *c = (struct align_course){0};
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

iso_err iso_align_add_correlations(const struct align_records *to, const struct align_set *set,
                                   const struct align_course *course)
{
    const struct align_measure *cka = &to->ask->measure[iso_align_measure_find(to->ask, "cka", 0)];
    iso_buf what = {0};
    double *x = NULL, *y = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&x, set->pairs, sizeof *x));
    ISO_TRY(iso_alloc(&y, set->pairs, sizeof *y));
    ISO_TRY(iso_buf_printf(&what, "%s:%s", cka->name, cka->estimator));
    for (int i = 0; i < set->links; i++) { /* of which the first layer's pairs come first */
        int n = 0;
        for (int j = 0; j < set->pairs; j++) {
            if (set->pair[j].of != &set->link[i])
                continue;
            x[n] = course->cka[j];
            y[n++] = course->retrieval[j];
        }
        iso_record r = iso_align_record(to, &set->pair[i]);
        const iso_value v = correlation_of(x, y, n);
        iso_record_value(&r, &v);
        r.measure = "pearson";
        r.x = what.text;
        r.y = "p@1";
        r.train = to->ask->train.text;
        r.candidates = to->ask->by_fold ? "fold" : NULL;
        ISO_TRY(iso_records_add(to->out, &r));
    }
done:
    iso_buf_free(&what);
    iso_free(x);
    iso_free(y);
    return err;
}
