/* What `align` is asked, read from the command line. */
#include "analysis/measure/spec.h"
#include "analysis/study/align/align.h"

#include <stdio.h>
#include <string.h>

#include "analysis/study/items/selection.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

enum { FOLDS = 5, RANK_MAX = 1000 };

static iso_err room_for(const struct align_ask *ask)
{
    return ask->measures < ALIGN_MEASURES
               ? ISO_OK
               : iso_fail(ISO_EARG, ISO_FIELD(measure) ": more than %d measures",
                          (int)ALIGN_MEASURES);
}

static iso_err add_retrieval(struct align_ask *ask, const char *word, int64_t k, const char *rule)
{
    struct align_measure m = {.k = k};
    iso_err err = ISO_OK;

    ISO_TRY(room_for(ask));
    err = iso_rule_find(&m.rule, *rule ? rule : "cosine");
    if (err) {
        err = iso_fail_in(err, ISO_FIELD(measure) " %s", word);
        goto done;
    }
    m.estimator = iso_rule_name(m.rule);
    (void)snprintf(m.name, sizeof m.name, k ? "p@k" : "mrr");
    for (int i = 0; i < ask->measures; i++) {
        const struct align_measure *o = &ask->measure[i];
        if (!o->of && o->k == m.k && o->rule == m.rule)
            return ISO_OK;
    }
    ask->measure[ask->measures++] = m;
done:
    return err;
}

static iso_err add_similarity(struct align_ask *ask, const char *word)
{
    const iso_measure *list[ALIGN_MEASURES];
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_measure_choose(list, &count, ALIGN_MEASURES, word));
    for (int i = 0; i < count; i++) {
        struct align_measure m = {.estimator = list[i]->estimator, .of = list[i]};
        ISO_TRY(room_for(ask));
        (void)snprintf(m.name, sizeof m.name, "%s", list[i]->measure);
        ask->measure[ask->measures++] = m;
    }
done:
    return err;
}

/* "p@1", "p@5:csls", "mrr:csls", or what the registry knows. */
static iso_err add_measure(struct align_ask *ask, const iso_spec *s, const char *word)
{
    if (!strcmp(s->measure, "mrr"))
        return add_retrieval(ask, word, 0, s->estimator);
    if (strcmp(s->measure, "p@k") != 0)
        return add_similarity(ask, word);
    if (s->k < 0 || s->k > RANK_MAX)
        return iso_fail(ISO_EARG,
                        ISO_FIELD(measure) " %s: a rank is a number from 1 to %d, as in p@5",
                        s->name, (int)RANK_MAX);
    return add_retrieval(ask, s->name, s->k ? s->k : 1, s->estimator);
}

static iso_err read_measures(struct align_ask *ask, const char *list)
{
    char word[2 * ISO_SPEC_SIZE];
    iso_spec spec;
    iso_err err = ISO_OK;

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_NEED(iso_spec_parse(&spec, word),
                 ISO_FIELD(measure) " takes a list like p@1,p@5:csls,cka, not '%s'", list);
        ISO_TRY(add_measure(ask, &spec, word));
    }
done:
    return err;
}

/* A number between two others; absent is 0. */
static iso_err read_number(double *out, const char *option, const char *text, double most)
{
    if (!text)
        return ISO_OK;
    if (!iso_str_double(out, text) || !(*out > 0) || *out > most)
        return iso_fail(ISO_EARG, ISO_FIELD_S " %s: is not a number above 0 and up to %g", option,
                        text, most);
    return ISO_OK;
}

static iso_err read_map(struct align_ask *ask)
{
    const struct settings *set = ask->set;
    iso_err err = ISO_OK;

    if (set->method) {
        err = iso_map_method_find(&ask->map.method, set->method);
        if (err) {
            err = iso_fail_in(err, ISO_FIELD(method));
            goto done;
        }
    }
    ask->map.centre = set->centre;
    ISO_TRY(read_number(&ask->map.ridge, "ridge", set->ridge, 1e12));
    ISO_TRY(read_number(&ask->map.whiten, "whiten", set->whiten, 1));
    if (set->ridge && ask->map.method != ISO_MAP_RIDGE)
        ISO_FAIL(ISO_EARG, ISO_FIELD(ridge) " goes with " ISO_FIELD(method) " ridge");
    if (set->whiten && ask->map.method != ISO_MAP_WHITENED)
        ISO_FAIL(ISO_EARG, ISO_FIELD(whiten) " goes with " ISO_FIELD(method) " whitened");
done:
    return err;
}

/* Maps of one kind look alike in records but for this column. */
static iso_err name_train(struct align_ask *ask)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&text, ask->set->train        ? "dictionary"
                                : ask->set->alignments ? "words"
                                                       : "rows"));
    if (ask->map.method != ISO_MAP_ORTHOGONAL)
        ISO_TRY(iso_buf_printf(&text, "+%s", iso_map_method_name(ask->map.method)));
    if (ask->map.centre)
        ISO_TRY(iso_buf_puts(&text, "+centre"));
    ask->train = text.text;
    text = (iso_buf){0};
done:
    iso_buf_free(&text);
    return err;
}

/* What only dictionaries have, and what they do not. */
static iso_err check_dictionaries(const struct settings *set)
{
    const char *alone = set->test       ? "test"
                        : set->lower    ? "lower"
                        : set->encoding ? "encoding"
                        : set->strict   ? "strict"
                                        : NULL;
    const char *against = set->alignments ? "alignments"
                          : set->apply    ? "apply"
                          : set->pairs    ? "pairs"
                                          : NULL;

    if (!set->train && alone)
        return iso_fail(ISO_EARG, ISO_FIELD_S " goes with " ISO_FIELD(train) ", a dictionary",
                        alone);
    if (set->train && against)
        return iso_fail(ISO_EARG, ISO_FIELD(train) " and " ISO_FIELD_S " exclude each other",
                        against);
    if (set->test && (set->folds || set->each_fold))
        return iso_fail(ISO_EARG, ISO_FIELD(test) " is scored whole; leave out " ISO_FIELD_S,
                        set->folds ? "folds" : "each-fold");
    return ISO_OK;
}

/* Options that go together, or do not. */
static iso_err check_together(const struct settings *set)
{
    const char *last = set->apply ? ISO_FIELD(apply) : NULL;

    if (set->apply && !set->out)
        return iso_fail(ISO_EARG, ISO_FIELD(apply) " needs " ISO_FIELD(out) ", the file to write");
    if (set->out && !set->apply)
        return iso_fail(ISO_EARG, ISO_FIELD(out) " goes with " ISO_FIELD(apply) "; " ISO_FIELD(
                                      map) " saves what is fitted");
    if (last && (set->map || set->alignments))
        return iso_fail(ISO_EARG, "%s and " ISO_FIELD_S " exclude each other", last,
                        set->map ? "map" : "alignments");
    if (last && (set->method || set->centre || set->prep))
        return iso_fail(ISO_EARG,
                        ISO_FIELD(apply) ": the file of the maps says %s, " ISO_FIELD_S " does not",
                        "how they were made",
                        set->method   ? "method"
                        : set->centre ? "centre"
                                      : "prep");
    if (set->map && !strcmp(set->map, "-"))
        return iso_fail(ISO_EARG,
                        ISO_FIELD(map) ": maps are not written to standard output: name a file");
    return ISO_OK;
}

int iso_align_measure_find(const struct align_ask *ask, const char *name, int64_t k)
{
    for (int m = 0; m < ask->measures; m++) {
        if (strcmp(ask->measure[m].name, name) == 0 && ask->measure[m].k == k)
            return m;
    }
    return -1;
}

static iso_err check_correlate(const struct align_ask *ask)
{
    return !ask->set->correlate || (iso_align_measure_find(ask, "cka", 0) >= 0 &&
                                    iso_align_measure_find(ask, "p@k", 1) >= 0)
               ? ISO_OK
               : iso_fail(ISO_EARG,
                          ISO_FIELD(correlate) ": cka and p@1 must be among " ISO_FIELD(measure));
}

iso_err iso_align_ask_make(struct align_ask *out, const struct settings *set)
{
    const char *measures = set->measure ? set->measure : "p@1,mrr,centroid:relative,cka";
    iso_buf prep = {0};
    iso_err err = ISO_OK;

    *out = (struct align_ask){.set = set, .folds = set->folds ? (int)set->folds : FOLDS};
    out->near.neighbours = (int)set->neighbours;
    ISO_TRY(check_together(set));
    ISO_TRY(check_dictionaries(set));
    ISO_TRY(iso_selection_check(SELECT_OF(set)));
    ISO_TRY(read_measures(out, measures));
    ISO_TRY(check_correlate(out));
    ISO_TRY(read_map(out));
    err = iso_prep_parse(&out->prep, set->prep);
    if (err) {
        err = iso_fail_in(err, ISO_FIELD(prep));
        goto done;
    }
    ISO_TRY(iso_prep_text(&prep, &out->prep));
    if (prep.len > 0) {
        out->prep_text = prep.text;
        prep = (iso_buf){0};
    }
    ISO_TRY(name_train(out));
done:
    iso_buf_free(&prep);
    return err;
}

void iso_align_ask_free(struct align_ask *ask)
{
    iso_free(ask->prep_text);
    iso_free(ask->train);
    *ask = (struct align_ask){0};
}
