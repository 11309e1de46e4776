/* What is asked of probes: the options, the cells of records, the strengths. */
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/study/baseline/baseline_run.h"
#include "analysis/study/probe/probe_set.h"
#include "lib/base/alloc.h"

enum { FOLDS_MOST = 10000 };

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION(iso_probe_opt, INPUT, second, "INPUT...", "second sentences of pairs, whose first ones the INPUT before holds", .reads = ISO_READS_STATES),
    ISO_OPTION_AS(iso_probe_opt, "src", NAMES, select.src, "LANG[,LANG]", "languages that are trained on (default: as the file says, else the first)"),
    ISO_OPTION(iso_probe_opt, FLAG, each_source, NULL, "a probe of each source alone, tested on every language: a grid of transfer (default: one probe of all sources)"),
    ISO_OPTION(iso_probe_opt, INT, budget, "N", "train on N items in all, an equal share of each source; with " ISO_FIELD(each_source) " each on N (default: all they have)", .least = 1),
    ISO_OPTION_AS(iso_probe_opt, "tgt", NAMES, select.tgt, "LANG[,LANG]", "languages that are tested beside the sources (default: all)"),
    ISO_SELECT_LAYERS(iso_probe_opt),
    ISO_OPTION(iso_probe_opt, MEASURES, measure, "LIST", "accuracy,f1,gap (default), accuracy:language-id, f1:shuffled, ... (a name alone: its usual estimators)", .init = "accuracy,f1,gap"),
    ISO_OPTION(iso_probe_opt, ENUM, interval, "KIND", "none leaves intervals out", .choices = "none"),
    ISO_OPTION(iso_probe_opt, INT, folds, "N", "parts of the items, each tested by a probe trained on the others (default: 5)", .least = 3, .init = "5"),
    ISO_OPTION_PREP(iso_probe_opt),
    ISO_BASELINE_OPTIONS(iso_probe_opt),
};
/* clang-format on */
const iso_options iso_probe_options = ISO_OPTIONS("probe", iso_probe_opt, options);

void iso_probe_opt_init(iso_probe_opt *opt, size_t size)
{
    iso_options_init(&iso_probe_options, opt, size);
}

/* --- What is asked --- */

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
    {"accuracy", "pair", PROBE_PAIR, PROBE_LEARNT, true},
    {"accuracy", "source-mean", PROBE_SOURCE_MEAN, PROBE_LEARNT, true},
    {"accuracy", "target-mean", PROBE_TARGET_MEAN, PROBE_LEARNT, true},
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

/* Of the grid: means of its rows and columns, pairs in two languages. */
static bool of_grid(const struct probe_cell *c)
{
    return c->kind == PROBE_SOURCE_MEAN || c->kind == PROBE_TARGET_MEAN || c->kind == PROBE_PAIR;
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
        if (!iso_spec_fits(&s, c->measure, c->estimator, 0) || (!*s.estimator && !c->usual))
            continue;
        found = ask->asked[i] = true;
        ask->named = ask->named || (c->kind == PROBE_PAIR && !strcmp(s.estimator, c->estimator));
        if (!ask->each && of_grid(c) && !strcmp(s.estimator, c->estimator))
            return iso_fail(ISO_EARG, ISO_FIELD(measure) ": %s:%s needs " ISO_FIELD(each_source),
                            c->measure, c->estimator);
    }
    return found ? ISO_OK : measure ? unknown_estimator(s.name, s.estimator) : unknown(s.name);
}

/* Majority is the chance level of what the probe says; what is shuffled goes by its strength. */
static void list_needs(struct probe_ask *ask)
{
    for (int i = 0; i < PROBE_CELLS; i++) {
        ask->asked[i] = ask->asked[i] && (ask->each || !of_grid(&iso_probe_cells[i]));
        if (!ask->asked[i])
            continue;
        ask->needs[iso_probe_cells[i].predictor] = true;
        ask->labels = ask->labels || iso_probe_cells[i].predictor != PROBE_LANGUAGE;
    }
    if (ask->needs[PROBE_SHUFFLED])
        ask->needs[PROBE_LEARNT] = true;
    if (ask->needs[PROBE_LEARNT])
        ask->needs[PROBE_MAJORITY] = true;
}

static iso_err read_all(struct probe_ask *ask, const iso_probe_opt *opt)
{
    char word[128];
    iso_err err = ISO_OK;

    for (const char *at = opt->measure; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(take(ask, word));
    }
    list_needs(ask);
    ISO_NEED(!opt->budget || ask->labels, ISO_FIELD(budget) ": a probe of languages has no source");
    ISO_TRY(iso_selection_check(&opt->select));
    ISO_TRY(iso_prep_parse(&ask->prep, opt->prep));
    ISO_TRY(iso_prep_text(&ask->prep_text, &ask->prep));
    if (opt->second)
        ISO_TRY(iso_buf_printf(&ask->prep_text, "%spair", ask->prep_text.len ? "," : ""));
done:
    return err;
}

iso_err iso_probe_ask_make(struct probe_ask *out, const iso_probe_opt *opt, const iso_run *run)
{
    struct probe_ask ask = {.run = run, .seed = iso_run_seed(run)};
    iso_probe_opt o;
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_probe_options, &o, opt));
    ISO_TRY(iso_baseline_check(&o.baseline));
    ISO_NEED(!o.second || (!o.baseline.kinds && !o.baseline.states),
             ISO_FIELD(second) " and " ISO_FIELD(baseline) " exclude each other");
    ask.select = o.select;
    ask.budget = o.budget;
    ask.each = o.each_source;
    ask.paired = o.each_source && o.second;
    ask.folds = (int)(o.folds < FOLDS_MOST ? o.folds : FOLDS_MOST);
    ask.bare = o.interval == ISO_INTERVAL_NONE;
    ISO_TRY(read_all(&ask, &o));
    *out = ask;
    return ISO_OK;
done:
    iso_probe_ask_free(&ask);
    return err;
}

void iso_probe_ask_free(struct probe_ask *ask)
{
    iso_buf_free(&ask->prep_text);
}
