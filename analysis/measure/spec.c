#include "analysis/measure/spec.h"

#include <stdio.h>
#include <string.h>

#include "analysis/measure/catalogue.h"

/* --- One word --- */

static bool copy(char *to, const char *from, size_t len)
{
    if (len == 0 || len >= ISO_SPEC_SIZE)
        return false;
    memcpy(to, from, len);
    return true;
}

/* Published names of what records call otherwise. */
static const char *record_name(const char *measure, const char *estimator)
{
    static const char *const known[][3] = {
        {"p@k", "distance", "difference"}, /* the margin of LASER's code */
        {"mrr", "distance", "difference"},
        {"error", "distance", "difference"},
        {"mexa", "distance", "difference"},
        {"centroid", "cohens-d", "relative"},
        {"centroid", "partial-eta-squared", "share"},
        {"procrustes", "correlation", "nuclear"},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i][0], measure) == 0 && strcmp(known[i][1], estimator) == 0)
            return known[i][2];
    }
    return estimator;
}

bool iso_spec_parse(iso_spec *out, const char *word)
{
    const char *colon = strchr(word, ':'), *at;
    iso_spec s = {0};

    if (!copy(s.name, word, colon ? (size_t)(colon - word) : strlen(word)) ||
        (colon && !copy(s.estimator, colon + 1, strlen(colon + 1))))
        return false;
    memcpy(s.measure, s.name, sizeof s.name);
    at = strchr(s.name, '@');
    if (at && at[1]) {
        memcpy(s.measure + (at - s.name) + 1, "k", 2);
        if (strcmp(at + 1, "k") != 0 && (!iso_str_int(&s.k, at + 1) || s.k < 1))
            s.k = -1;
    }
    const char *own = record_name(s.measure, s.estimator);
    memmove(s.estimator, own, strlen(own) + 1);
    *out = s;
    return true;
}

bool iso_spec_fits(const iso_spec *s, const char *measure, const char *estimator, int64_t k)
{
    return iso_measure_same(s->measure, measure) && (s->k == 0 || s->k == k) &&
           (!*s->estimator || !strcmp(s->estimator, "*") ||
            (estimator && !strcmp(s->estimator, estimator)));
}

iso_err iso_spec_print(iso_buf *out, const char *measure, const char *estimator, int64_t k)
{
    const size_t len = strlen(measure);
    const bool ranked = len > 2 && !strcmp(measure + len - 2, "@k") && k >= 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_add(out, measure, (int64_t)len - ranked));
    if (ranked)
        ISO_TRY(iso_buf_printf(out, "%lld", (long long)k));
    if (estimator && *estimator)
        ISO_TRY(iso_buf_printf(out, ":%s", estimator));
done:
    return err;
}

/* --- A list of measures of a pair --- */

static bool matches(const iso_spec *w, const iso_measure *m)
{
    if (strcmp(w->name, m->measure) != 0)
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
                 {"p@1", "`isogloss retrieve` measures it"},
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
        if (iso_measure_same(known[i].name, name))
            return known[i].instead;
    }
    return NULL;
}

static iso_err unknown(const iso_spec *w)
{
    const char *names[ISO_MEASURES_MOST], *near, *name = w->estimator;
    char all[256] = "";
    int count = *w->estimator ? candidates(names, w->name) : 0;
    const bool of_measure = count > 0;

    if (!of_measure) {
        count = candidates(names, NULL);
        name = w->name;
    }
    const char *instead = of_measure ? NULL : not_built(name);
    near = instead ? NULL : iso_str_nearest(name, names, count);
    for (int i = 0, at = 0; i < count && !near && at < (int)sizeof all; i++)
        at += snprintf(all + at, sizeof all - (size_t)at, "%s%s", i ? ", " : "", names[i]);
    if (instead)
        return iso_fail(ISO_EARG, "measure '%s' is not among these: %s%s%s", name, all,
                        *instead ? "; " : "", instead);
    return iso_fail(ISO_EARG, "unknown %s '%s'%s%s; %s%s%s", of_measure ? "estimator" : "measure",
                    name, of_measure ? " of " : "", of_measure ? w->name : "",
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
    const iso_measure *list[ISO_MEASURES_MOST];
    char word[2 * ISO_SPEC_SIZE];
    iso_spec w;
    int have = 0;

    for (const char *at = names; at && *at;) {
        bool known = false;
        at = iso_str_word(word, sizeof word, at);
        if (!iso_spec_parse(&w, word))
            return iso_fail(ISO_EARG, "'%s' is not a list of measures (cka,cosine:raw)", names);
        for (int i = 0; i < iso_measure_count(); i++) {
            const iso_measure *m = iso_measure_at(i);
            if (!matches(&w, m))
                continue;
            known = true;
            if (!holds(list, have, m))
                list[have++] = m;
        }
        if (!known)
            return unknown(&w);
    }
    if (have == 0 || have > room)
        return iso_fail(ISO_EARG, "%d measures chosen, 1 to %d can be", have, room);
    memcpy(out, list, (size_t)have * sizeof *list);
    *count = have;
    return ISO_OK;
}
