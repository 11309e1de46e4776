/* What a probe is asked for: measures, folds, what is done to rows before. */
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/study/probe/probe_inside.h"

/* clang-format off */
const struct probe_cell iso_probe_cells[PROBE_CELLS] = {
    {"accuracy", "probe", PROBE_ACCURACY, PROBE_LEARNT, true},
    {"accuracy", "majority", PROBE_ACCURACY, PROBE_MAJORITY, true},
    {"accuracy", "shuffled", PROBE_ACCURACY, PROBE_SHUFFLED, true},
    {"accuracy", "language-id", PROBE_ACCURACY, PROBE_LANGUAGE, false},
    {"f1", "macro", PROBE_F1, PROBE_LEARNT, true},
    {"f1", "majority", PROBE_F1, PROBE_MAJORITY, false},
    {"f1", "shuffled", PROBE_F1, PROBE_SHUFFLED, false},
    {"f1", "language-id", PROBE_F1, PROBE_LANGUAGE, false},
    {"gap", "language", PROBE_GAP, PROBE_LEARNT, true},
    {"gap", "mean", PROBE_GAP_MEAN, PROBE_LEARNT, true},
};
/* clang-format on */

/* Of standardised columns: 1 / (n C) of those who count in C. */
const double iso_probe_l2[PROBE_STRENGTHS] = {3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001};

static iso_err unknown(const char *name)
{
    const char *names[] = {"accuracy", "f1", "gap"};
    const char *near = iso_str_nearest(name, names, 3);

    return iso_fail(ISO_EARG, ISO_FIELD(measure) ": unknown name '%s'; %s%s%s", name,
                    near ? "did you mean '" : "there are accuracy, f1, gap", near ? near : "",
                    near ? "'?" : "");
}

static iso_err unknown_estimator(const char *measure, const char *estimator)
{
    iso_buf list = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < PROBE_CELLS; i++) {
        if (!strcmp(iso_probe_cells[i].measure, measure))
            ISO_TRY(
                iso_buf_printf(&list, "%s%s", list.len ? ", " : "", iso_probe_cells[i].estimator));
    }
    ISO_FAIL(ISO_EARG, ISO_FIELD(measure) ": %s has no estimator '%s'; it has %s", measure,
             estimator, list.text);
done:
    iso_buf_free(&list);
    return err;
}

/* "f1", "accuracy:shuffled", "gap:*". */
static iso_err take(struct probe_ask *ask, const char *word)
{
    bool measure = false, found = false;
    iso_spec s;

    if (!iso_spec_parse(&s, word))
        return unknown(word);
    for (int i = 0; i < PROBE_CELLS; i++) {
        const struct probe_cell *c = &iso_probe_cells[i];
        measure = measure || !strcmp(c->measure, s.name);
        if (iso_spec_fits(&s, c->measure, c->estimator, 0) && (*s.estimator || c->usual))
            found = ask->asked[i] = true;
    }
    return found ? ISO_OK : measure ? unknown_estimator(s.name, s.estimator) : unknown(s.name);
}

/* Majority is the chance level of what the probe says; what is shuffled goes by its strength. */
static void list_needs(struct probe_ask *ask)
{
    for (int i = 0; i < PROBE_CELLS; i++) {
        if (!ask->asked[i])
            continue;
        ask->needs[iso_probe_cells[i].sayer] = true;
        ask->labels = ask->labels || iso_probe_cells[i].sayer != PROBE_LANGUAGE;
    }
    if (ask->needs[PROBE_SHUFFLED])
        ask->needs[PROBE_LEARNT] = true;
    if (ask->needs[PROBE_LEARNT])
        ask->needs[PROBE_MAJORITY] = true;
}

static iso_err read_all(struct probe_ask *ask, const char *measures)
{
    const struct settings *set = ask->set;
    char word[128];
    iso_err err = ISO_OK;

    for (const char *at = set->measure ? set->measure : measures; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(take(ask, word));
    }
    list_needs(ask);
    ask->folds = set->folds ? (int)(set->folds < 10000 ? set->folds : 10000) : PROBE_FOLDS;
    ISO_NEED(!set->budget || ask->labels, ISO_FIELD(budget) ": a probe of languages has no source");
    ISO_TRY(iso_prep_parse(&ask->prep, set->prep));
    ISO_TRY(iso_prep_text(&ask->prep_text, &ask->prep));
    if (set->second.count > 0)
        ISO_TRY(iso_buf_printf(&ask->prep_text, "%spair", ask->prep_text.len ? "," : ""));
done:
    return err;
}

iso_err iso_probe_ask_make(struct probe_ask *out, const struct settings *set, const char *measures)
{
    struct probe_ask ask = {.set = set, .bare = iso_str_same(set->interval, "none")};
    const iso_err err = read_all(&ask, measures);

    if (err)
        iso_probe_ask_free(&ask);
    else
        *out = ask;
    return err;
}

void iso_probe_ask_free(struct probe_ask *ask)
{
    iso_buf_free(&ask->prep_text);
}

iso_err iso_probe_check(const struct settings *set, const char *measures)
{
    struct probe_ask ask = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_probe_ask_make(&ask, set, measures));
    ISO_TRY(iso_selection_check(SELECT_OF(set)));
done:
    iso_probe_ask_free(&ask);
    return err;
}
