/* The options of align: described, checked, understood. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/study/align/align_inside.h"
#include "analysis/study/baseline/baseline_run.h"
#include "analysis/study/items/selection.h"
#include "analysis/study/preset.h"
#include "lib/base/str.h"

enum { FOLDS = 5, RANK_MAX = 1000 };

/* clang-format off */
static const iso_option rows[] = {
    ISO_SELECT_SRC(iso_align_opt),
    ISO_SELECT_TGT(iso_align_opt),
    ISO_SELECT_PAIRS(iso_align_opt),
    ISO_SELECT_COMMON(iso_align_opt),
    ISO_SELECT_LAYERS(iso_align_opt),
    ISO_OPTION(iso_align_opt, MEASURES, measure, "LIST", "at each stage: p@1,p@5:csls,mrr,cka,centroid,... (default: p@1,mrr,centroid:relative,cka)", .init = "p@1,mrr,centroid:relative,cka"),
    ISO_OPTION(iso_align_opt, ENUM, interval, "KIND", "none leaves intervals out", .choices = "none"),
    ISO_OPTION_PERMUTATIONS(iso_align_opt, .excludes = "train,alignments"),
    ISO_OPTION(iso_align_opt, TEXT, preset, "NAME", "options of a published protocol; it prints them"),
    ISO_OPTION_PREP(iso_align_opt),
    ISO_OPTION(iso_align_opt, INT, neighbours, "N", "neighbours that CSLS and margins average (default: 10, margins 4)", .least = 1, .most = 1000000),
    ISO_OPTION(iso_align_opt, TEXT, train, "DICT", "pair word types by a dictionary and fit on it: FILE, or LANG=FILE,... by target", .reads = ISO_READS_NAMED, .excludes = "alignments,apply,pairs"),
    ISO_OPTION(iso_align_opt, TEXT, test, "DICT", "with " ISO_FIELD(train) ": pairs to score on instead of held-out folds; as " ISO_FIELD(train), .reads = ISO_READS_NAMED),
    ISO_OPTION(iso_align_opt, ENUM, method, "KIND", "the map: orthogonal (default), rotation, scaled, ridge, least-squares, whitened", .choices = "orthogonal rotation scaled ridge least-squares whitened", .numbers = (const int[]){ISO_MAP_ORTHOGONAL, ISO_MAP_ROTATION, ISO_MAP_SCALED, ISO_MAP_RIDGE, ISO_MAP_LEAST_SQUARES, ISO_MAP_WHITENED}, .in_help = true),
    ISO_OPTION(iso_align_opt, FLAG, centre, NULL, "means of the fitted rows are taken away first and become part of the map"),
    ISO_OPTION(iso_align_opt, REAL, ridge, "X", "with " ISO_FIELD(method) " ridge: weight of the penalty (default: 0.1)", .above = true, .most = 1e12, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_align_opt, REAL, whiten, "X", "with " ISO_FIELD(method) " whitened: how far, above 0 to 1 (default: 1)", .above = true, .most = 1, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_align_opt, INT, folds, "N", "parts of the rows, each scored by a map fitted on the others (default: 5)", .least = 2, .most = INT32_MAX),
    ISO_OPTION(iso_align_opt, ENUM, candidates, "KIND", "search among: all rows of the target (default), or only those of the fold", .choices = "all fold", .numbers = (const int[]){ISO_ALIGN_ALL, ISO_ALIGN_FOLD}),
    ISO_OPTION(iso_align_opt, FLAG, each_fold, NULL, "records of every fold beside those of all", .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_align_opt, FLAG, correlate, NULL, "correlation over layers of CKA with retrieval after the map"),
    ISO_OPTION(iso_align_opt, TEXT, alignments, "FILE", "pair words of parallel sentences: a line i-j i-j ... a sentence, as fast_align writes", .reads = ISO_READS_NAMED),
    ISO_OPTION(iso_align_opt, TEXT, map, "FILE", "save the maps, fitted on all rows: .h5, or .npy for one", .writes = ISO_WRITES_MAPS),
    ISO_OPTION(iso_align_opt, TEXT, apply, "FILE", "put the source language through saved maps and write it to " ISO_FIELD(out), .reads = ISO_READS_FILE, .excludes = "map,alignments"),
    ISO_OPTION(iso_align_opt, TEXT, encoding, "NAME", "of words and dictionaries: utf-8 (default) or latin1"),
    ISO_OPTION(iso_align_opt, FLAG, lower, NULL, "words and dictionaries in lower case; of words that become equal the first counts"),
    ISO_OPTION(iso_align_opt, FLAG, strict, NULL, "what is odd in a file is an error instead of being left out and counted"),
    ISO_OPTION(iso_align_opt, FLAG, pad, NULL, "the side with fewer columns gets columns of zeros"),
    ISO_BASELINE_OPTIONS(iso_align_opt),
};
/* clang-format on */
const iso_options iso_align_options = ISO_OPTIONS("align", iso_align_opt, rows);

void iso_align_opt_init(iso_align_opt *opt, size_t size)
{
    iso_options_init(&iso_align_options, opt, size);
}

/* --- Measures --- */

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

static iso_err read_measures(struct align_ask *ask)
{
    char word[2 * ISO_SPEC_SIZE];
    iso_spec spec;
    iso_err err = ISO_OK;

    for (const char *at = ask->opt.measure; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_NEED(iso_spec_parse(&spec, word),
                 ISO_FIELD(measure) " takes a list like p@1,p@5:csls,cka, not '%s'",
                 ask->opt.measure);
        ISO_TRY(add_measure(ask, &spec, word));
    }
    ISO_NEED(!ask->opt.correlate || (iso_align_measure_find(ask, "cka", 0) >= 0 &&
                                     iso_align_measure_find(ask, "p@k", 1) >= 0),
             ISO_FIELD(correlate) ": cka and p@1 must be among " ISO_FIELD(measure));
done:
    return err;
}

int iso_align_measure_find(const struct align_ask *ask, const char *name, int64_t k)
{
    for (int m = 0; m < ask->measures; m++) {
        if (strcmp(ask->measure[m].name, name) == 0 && ask->measure[m].k == k)
            return m;
    }
    return -1;
}

/* --- The map --- */

static iso_err read_map(struct align_ask *ask)
{
    const iso_align_opt *o = &ask->opt;
    iso_err err = ISO_OK;

    ask->map = (iso_map_opt){.method = o->method,
                             .centre = o->centre,
                             .ridge = isnan(o->ridge) ? 0 : o->ridge,
                             .whiten = isnan(o->whiten) ? 0 : o->whiten};
    ISO_NEED(isnan(o->ridge) || o->method == ISO_MAP_RIDGE,
             ISO_FIELD(ridge) " goes with " ISO_FIELD(method) " ridge");
    ISO_NEED(isnan(o->whiten) || o->method == ISO_MAP_WHITENED,
             ISO_FIELD(whiten) " goes with " ISO_FIELD(method) " whitened");
    err = iso_prep_parse(&ask->prep, o->prep);
    if (err) {
        err = iso_fail_in(err, ISO_FIELD(prep));
        goto done;
    }
    ISO_TRY(iso_prep_text(&ask->prep_text, &ask->prep));
done:
    return err;
}

/* Maps of one kind look alike in records but for this column; where means alone are fitted, too. */
static iso_err name_train(struct align_ask *ask)
{
    const char *what = ask->opt.train ? "dictionary" : ask->opt.alignments ? "words" : "rows";
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&ask->means, "%s+means", what));
    ISO_TRY(iso_buf_puts(&ask->train, what));
    if (ask->map.method != ISO_MAP_ORTHOGONAL)
        ISO_TRY(iso_buf_printf(&ask->train, "+%s", iso_map_method_name(ask->map.method)));
    if (ask->map.centre)
        ISO_TRY(iso_buf_puts(&ask->train, "+centre"));
done:
    return err;
}

/* --- All of it --- */

/* Options that go together, or do not, beside what the table says. */
static iso_err check_together(const iso_align_opt *o)
{
    const char *of_dictionary = o->test       ? "test"
                                : o->lower    ? "lower"
                                : o->encoding ? "encoding"
                                : o->strict   ? "strict"
                                              : NULL;
    const char *of_fitting = o->method ? "method" : o->centre ? "centre" : o->prep ? "prep" : NULL;
    iso_err err = ISO_OK;

    ISO_NEED(!o->apply || !of_fitting,
             ISO_FIELD(apply) ": the file of the maps says how they were made, " ISO_FIELD_S
                              " does not",
             of_fitting);
    ISO_NEED(!o->map || strcmp(o->map, "-") != 0,
             ISO_FIELD(map) ": maps are not written to standard output: name a file");
    ISO_NEED(o->train || !of_dictionary,
             ISO_FIELD_S " goes with " ISO_FIELD(train) ", a dictionary", of_dictionary);
    ISO_NEED(!o->test || !(o->folds || o->each_fold),
             ISO_FIELD(test) " is scored whole; leave out " ISO_FIELD_S,
             o->folds ? "folds" : "each_fold");
    ISO_NEED(!o->select.common || !(o->train || o->alignments || o->apply),
             ISO_FIELD(common) " is of items joined by id or position, not with " ISO_FIELD_S,
             o->train        ? "train"
             : o->alignments ? "alignments"
                             : "apply");
    ISO_TRY(iso_selection_check(&o->select));
    ISO_TRY(iso_baseline_check(&o->baseline));
    ISO_NEED((!o->baseline.kinds && !o->baseline.states) || (!o->train && !o->alignments),
             ISO_FIELD(baseline) " is of rows paired by their items, without " ISO_FIELD(
                 train) " and " ISO_FIELD(alignments));
    ISO_NEED((!o->baseline.kinds && !o->baseline.states) || !o->apply,
             ISO_FIELD(apply) " measures nothing: leave out " ISO_FIELD(baseline));
done:
    return err;
}

iso_err iso_align_ask_make(struct align_ask *out, const iso_align_opt *opt, const iso_run *run)
{
    iso_align_opt *o = &out->opt;
    iso_err err = ISO_OK;

    *out = (struct align_ask){.run = run};
    ISO_TRY(iso_options_take(&iso_align_options, o, opt));
    ISO_TRY(iso_preset_fill(&iso_align_options, o, o->preset));
    ISO_TRY(iso_permutations_check(o->permutations));
    ISO_TRY(check_together(o));
    out->folds = o->folds ? (int)o->folds : FOLDS;
    out->by_fold = o->candidates == ISO_ALIGN_FOLD;
    out->near.neighbours = (int)o->neighbours;
    ISO_TRY(read_measures(out));
    ISO_TRY(read_map(out));
    ISO_TRY(name_train(out));
done:
    return err;
}

void iso_align_ask_free(struct align_ask *ask)
{
    iso_buf_free(&ask->prep_text);
    iso_buf_free(&ask->train);
    iso_buf_free(&ask->means);
}

iso_err iso_align_check(const iso_align_opt *opt)
{
    struct align_ask ask;
    const iso_err err = iso_align_ask_make(&ask, opt, NULL);

    iso_align_ask_free(&ask);
    return err;
}
