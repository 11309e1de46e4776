#include "analysis/measure/measure.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "analysis/similarity/centroid.h"
#include "analysis/similarity/cka.h"
#include "analysis/similarity/cosine.h"
#include "analysis/similarity/procrustes.h"
#include "lib/base/str.h"

/* One line a measure. */
static const iso_measure *const ours[] = {
    &iso_cka_debiased,        &iso_cka_biased,
    &iso_cosine_raw,          &iso_cosine_centred,
    &iso_centroid_relative,   &iso_centroid_euclidean,
    &iso_centroid_cosine,     &iso_centroid_cosine_centred,
    &iso_centroid_share,      &iso_procrustes_similarity,
    &iso_procrustes_distance,
};

enum { OURS = (int)(sizeof ours / sizeof *ours), EXTRA = 32, NAMES = 2 * (OURS + EXTRA) };

static const iso_measure *extra[EXTRA];
static int extra_count;

int iso_measure_count(void)
{
    return OURS + extra_count;
}

const iso_measure *iso_measure_at(int i)
{
    return i < OURS ? ours[i] : extra[i - OURS];
}

iso_err iso_measure_register(const iso_measure *m)
{
    if (!m->measure || !m->estimator || !m->value || ((m->needs & ISO_NEED_ROWS) && !m->feed))
        return iso_fail(ISO_EARG, "a measure needs two names and its functions");
    for (int i = 0; i < iso_measure_count(); i++) {
        const iso_measure *other = iso_measure_at(i);
        if (!strcmp(m->measure, other->measure) && !strcmp(m->estimator, other->estimator))
            return iso_fail(ISO_EARG, "measure %s:%s is there already", m->measure, m->estimator);
    }
    if (extra_count == EXTRA)
        return iso_fail(ISO_EARG, "no room for measure %s:%s", m->measure, m->estimator);
    extra[extra_count++] = m;
    return ISO_OK;
}

/* "cka" or "cka:biased" as typed. */
struct wanted {
    char measure[64], estimator[64];
};

static bool split(struct wanted *w, const char *name, size_t len)
{
    const char *colon = memchr(name, ':', len);
    const size_t first = colon ? (size_t)(colon - name) : len;
    const size_t second = colon ? len - first - 1 : 0;

    if (first >= sizeof w->measure || second >= sizeof w->estimator || (colon && second == 0))
        return false;
    *w = (struct wanted){0};
    memcpy(w->measure, name, first);
    if (colon)
        memcpy(w->estimator, colon + 1, second);
    return true;
}

static bool matches(const struct wanted *w, const iso_measure *m)
{
    if (strcmp(w->measure, m->measure) != 0)
        return false;
    if (!*w->estimator)
        return m->recommended;
    return !strcmp(w->estimator, "*") || !strcmp(w->estimator, m->estimator);
}

/* Whether the first `count` names have this one; those of one measure stand together. */
static bool listed(const char *const *names, int count, const char *name)
{
    return count > 0 && strcmp(names[count - 1], name) == 0;
}

/* The names one may have meant: of measures, or of the estimators of `measure`. */
static int candidates(const char **names, const char *measure)
{
    int count = 0;

    for (int i = 0; i < iso_measure_count(); i++) {
        const iso_measure *m = iso_measure_at(i);
        const char *name = measure ? m->estimator : m->measure;
        if ((!measure || !strcmp(measure, m->measure)) && !listed(names, count, name))
            names[count++] = name;
    }
    return count;
}

/* Names of the field that are not built, and what there is instead: no misspellings of ours. */
static const char *not_built(const char *name)
{
    static const struct {
        const char *name, *instead;
    } known[] = {{"rv", "the RV coefficient is cka:biased"},
                 {"mexa", "`isogloss retrieve` measures it"},
                 {"csls", "`isogloss retrieve` measures by it"},
                 {"p@k", "`isogloss retrieve` measures it"},
                 {"mrr", "`isogloss retrieve` measures it"},
                 {"cca", ""},
                 {"svcca", ""},
                 {"pwcca", ""},
                 {"rsa", ""},
                 {"rv2", ""},
                 {"anc", ""},
                 {"knn", ""},
                 {"mmd", ""},
                 {"hsic", ""},
                 {"nbs", ""},
                 {"gulp", ""},
                 {"dcor", ""},
                 {"rtd", ""},
                 {"imd", ""},
                 {"regression", ""}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) == 0)
            return known[i].instead;
    }
    return NULL;
}

static iso_err unknown(const struct wanted *w)
{
    const char *names[NAMES], *near, *name = w->estimator;
    char all[256] = "";
    int count = *w->estimator ? candidates(names, w->measure) : 0;
    const bool of_measure = count > 0;

    if (!of_measure) {
        count = candidates(names, NULL);
        name = w->measure;
    }
    const char *instead = of_measure ? NULL : not_built(name);
    near = instead ? NULL : iso_str_nearest(name, names, count);
    for (int i = 0, at = 0; i < count && !near && at < (int)sizeof all; i++)
        at += snprintf(all + at, sizeof all - (size_t)at, "%s%s", i ? ", " : "", names[i]);
    if (instead)
        return iso_fail(ISO_EARG, "measure '%s' is not among these: %s%s%s", name, all,
                        *instead ? "; " : "", instead);
    return iso_fail(ISO_EARG, "unknown %s '%s'%s%s; %s%s%s", of_measure ? "estimator" : "measure",
                    name, of_measure ? " of " : "", of_measure ? w->measure : "",
                    near ? "did you mean '" : "there are ", near ? near : all, near ? "'?" : "");
}

static bool holds(const iso_measure *const *list, int count, const iso_measure *m)
{
    for (int i = 0; i < count; i++) {
        if (list[i] == m)
            return true;
    }
    return false;
}

iso_err iso_measure_choose(const iso_measure **out, int *count, int room, const char *names)
{
    const iso_measure *list[NAMES];
    struct wanted w;
    int have = 0;

    for (const char *at = names; *at;) {
        const size_t len = strcspn(at, ",");
        const int before = have;
        bool known = false;
        if (len == 0 || !split(&w, at, len))
            return iso_fail(ISO_EARG, "'%s' is not a list of measures (cka,cosine:raw)", names);
        for (int i = 0; i < iso_measure_count(); i++) {
            const iso_measure *m = iso_measure_at(i);
            if (!matches(&w, m))
                continue;
            known = true;
            if (!holds(list, have, m))
                list[have++] = m;
        }
        if (!known && have == before)
            return unknown(&w);
        at += len + (at[len] == ',');
    }
    if (have == 0 || have > room)
        return iso_fail(ISO_EARG, "%d measures chosen, 1 to %d can be", have, room);
    memcpy(out, list, (size_t)have * sizeof *list);
    *count = have;
    return ISO_OK;
}
