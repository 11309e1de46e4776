/* Distances of all pairs: discrepancies against differences of scores, and a third matrix. */
#include <math.h>
#include <string.h>

#include "analysis/stats/correlation.h"
#include "analysis/study/gap/gap_inside.h"
#include "lib/base/alloc.h"

/* The languages at hand and up to three matrices of them. */
struct square {
    int n;
    const char **lang;
    int *item;               /* their numbers among the languages of the job */
    double *d, *gap, *given; /* n × n */
};

static void square_free(struct square *s)
{
    iso_free(s->lang);
    iso_free(s->item);
    iso_free(s->d);
    iso_free(s->gap);
    iso_free(s->given);
}

static iso_err square_make(struct square *s, int room)
{
    const int64_t cells = (int64_t)room * room;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->lang, room, sizeof *s->lang));
    ISO_TRY(iso_alloc(&s->item, room, sizeof *s->item));
    ISO_TRY(iso_alloc(&s->d, cells, sizeof *s->d));
    ISO_TRY(iso_alloc(&s->gap, cells, sizeof *s->gap));
    ISO_TRY(iso_alloc(&s->given, cells, sizeof *s->given));
done:
    return err;
}

/* Of both orders the mean, where a series tells them apart. */
static double distance(const struct gap_series *series, const char *a, const char *b, int64_t layer)
{
    const double there = iso_gap_series_at(series, a, b, layer),
                 back = iso_gap_series_at(series, b, a, layer);

    return isnan(there) ? back : isnan(back) ? there : 0.5 * (there + back);
}

static int missing(const struct square *s, const struct gap_series *series, int64_t layer, int i)
{
    int count = 0;

    for (int j = 0; j < s->n; j++)
        count += j != i && isnan(distance(series, s->lang[i], s->lang[j], layer));
    return count;
}

/* Languages with a score all of whose pairs are there: the one that lacks most goes, until then. */
static void choose(struct square *s, const struct gap_job *job, const struct gap_series *series,
                   int64_t layer)
{
    s->n = 0;
    for (int i = -1; i < job->tgts; i++) {
        const char *lang = i < 0 ? job->src : job->tgt[i];
        if (isnan(iso_gap_score(&job->scores, lang, layer)))
            continue;
        s->item[s->n] = i < 0 ? job->tgts : i;
        s->lang[s->n++] = lang;
    }
    for (;;) {
        int worst = 0, most = 0;
        for (int i = 0; i < s->n; i++) {
            const int count = missing(s, series, layer, i);
            if (count >= most && count > 0) {
                worst = i;
                most = count;
            }
        }
        if (most == 0)
            return;
        s->n--;
        memmove(s->lang + worst, s->lang + worst + 1, (size_t)(s->n - worst) * sizeof *s->lang);
        memmove(s->item + worst, s->item + worst + 1, (size_t)(s->n - worst) * sizeof *s->item);
    }
}

static void fill(struct square *s, const struct gap_job *job, const struct gap_series *series,
                 int64_t layer)
{
    const struct gap_scores *scores = &job->scores;

    for (int i = 0; i < s->n; i++) {
        for (int j = 0; j < s->n; j++) {
            const int64_t at = (int64_t)i * s->n + j;
            s->d[at] = i == j ? 0 : distance(series, s->lang[i], s->lang[j], layer);
            s->gap[at] = fabs(iso_gap_score(scores, s->lang[i], layer) -
                              iso_gap_score(scores, s->lang[j], layer));
        }
    }
}

/* False where the third quantity lacks a pair. */
static bool fill_given(struct square *s, const struct gap_job *job, int third)
{
    for (int i = 0; i < s->n; i++) {
        for (int j = 0; j < s->n; j++) {
            double *to = &s->given[(int64_t)i * s->n + j];
            *to = i == j ? 0 : iso_gap_given_apart(&job->given, third, s->lang[i], s->lang[j]);
            if (isnan(*to))
                return false;
        }
    }
    return true;
}

static iso_view view_of(const double *x, int n)
{
    return (iso_view){.data = x, .rows = n, .cols = n, .stride = n, .dtype = ISO_F64};
}

static iso_err add(iso_records *out, const struct gap_job *job, iso_record r,
                   const struct square *s, const double *other, const double *given)
{
    static const iso_correlation kinds[] = {ISO_PEARSON, ISO_SPEARMAN};
    const iso_correlation_opt opt = {.permutations = -1};
    const iso_view third = given ? view_of(given, s->n) : (iso_view){0};
    struct iso_permuted_test test = {
        .pairs = true, .n = s->n, .item = s->item, .x = s->d, .y = other, .z = given};
    iso_err err = ISO_OK;

    for (int k = 0; k < 2; k++) {
        iso_value v;
        ISO_TRY(iso_mantel(&v, kinds[k], view_of(s->d, s->n), view_of(other, s->n), third, &opt));
        r.measure = "mantel";
        r.estimator = iso_correlation_name(kinds[k]);
        r.value = v.value;
        r.null = v.null;
        r.n = v.n;
        r.why = v.why;
        ISO_TRY(iso_records_add(out, &r));
        test.kind = kinds[k];
        if (isfinite(v.value))
            ISO_TRY(iso_gap_search_put(job, out, &test));
    }
done:
    return err;
}

static iso_err mantel_at(iso_records *out, const struct gap_job *job,
                         const struct gap_series *series, int64_t layer, struct square *s)
{
    iso_record r = iso_gap_record(job, series, layer);
    char *flag = NULL;
    iso_err err = ISO_OK;

    choose(s, job, series, layer);
    if (s->n < ISO_CORRELATION_LEAST)
        return ISO_OK;
    fill(s, job, series, layer);
    ISO_TRY(iso_gap_doubt(&flag, job, series, s->lang, s->n, layer));
    r.flag = flag;
    r.y = "gap:difference";
    ISO_TRY(add(out, job, r, s, s->gap, NULL));
    for (int t = 0; t < job->given.count; t++) {
        if (!fill_given(s, job, t))
            continue;
        r.y = iso_gap_given_name(&job->given, t);
        ISO_TRY(add(out, job, r, s, s->given, NULL));
        r.given = r.y;
        r.y = "gap:difference";
        ISO_TRY(add(out, job, r, s, s->gap, s->given));
        r.given = NULL;
    }
done:
    iso_free(flag);
    return err;
}

iso_err iso_gap_mantel(iso_records *out, const struct gap_job *job, const struct gap_series *series)
{
    struct square s = {0};
    iso_err err = ISO_OK;

    ISO_TRY(square_make(&s, job->tgts + 1));
    for (int i = 0; i < series->layers; i++)
        ISO_TRY(mantel_at(out, job, series, series->layer[i], &s));
done:
    square_free(&s);
    return err;
}
