/* What is asked of mingling: options, measures. */
#include <string.h>

#include "analysis/measure/spec.h"
#include "analysis/study/baseline/baseline_run.h"
#include "analysis/study/compare/compare.h"
#include "analysis/study/mingle/mingle_inside.h"

static const char usual[] = "mingle,ilo,silhouette,accuracy,centroid:relative,cka";

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION_AS(iso_mingle_opt, "langs", NAMES, select.tgt, "LANG,LANG[,...]", "languages to take (default: all)"),
    ISO_SELECT_LAYERS(iso_mingle_opt),
    ISO_OPTION(iso_mingle_opt, MEASURES, measure, "LIST", "measures: mingle,ilo,silhouette,accuracy:language-id and, of pairs, any of compare (default: mingle,ilo,silhouette,accuracy,centroid:relative,cka)"),
    ISO_OPTION(iso_mingle_opt, INT, neighbours, "K", "nearest rows that are looked at (default: 10)", .least = 1, .most = 1000, .init = "10"),
    ISO_OPTION(iso_mingle_opt, INT, bridge, "N", "other languages among them that make a row a bridge of ilo (default: 3)", .least = 1, .most = 1000, .init = "3", .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_mingle_opt, FLAG, each, NULL, "records of each language and each pair, too"),
    ISO_OPTION(iso_mingle_opt, INT, permutations, "N", "shuffles of the language labels, for chance and p (default: 99)", .least = ISO_PERMUTED_LEAST, .most = 1e9, .init = "99"),
    ISO_OPTION_PREP(iso_mingle_opt),
    ISO_OPTION(iso_mingle_opt, ENUM, interval, "KIND", "none leaves intervals out", .choices = "none"),
    ISO_OPTION(iso_mingle_opt, INPUT, after, "INPUT...", "states after training: the same once more, in records and pictures", .reads = ISO_READS_STATES),
    ISO_BASELINE_OPTIONS(iso_mingle_opt),
    ISO_OPTION(iso_mingle_opt, ENUM, way, "WAY", "of a picture: how rows come into the plane (default: tsne)", .choices = "tsne pca", .init = "tsne"),
    ISO_OPTION(iso_mingle_opt, INT, points, "N", "of a picture: rows of all languages together (default: 2000)", .least = 4, .most = 100000, .init = "2000"),
    ISO_OPTION(iso_mingle_opt, INT, perplexity, "N", "of t-SNE: effective number of neighbours (default: 30)", .least = 1, .most = 1000, .init = "30", .tier = ISO_OPTION_RARE),
};
/* clang-format on */
const iso_options iso_mingle_options = ISO_OPTIONS("mingle", iso_mingle_opt, options);

void iso_mingle_opt_init(iso_mingle_opt *opt, size_t size)
{
    iso_options_init(&iso_mingle_options, opt, size);
}

/* Against shuffled labels speak neighbours that are less mixed, and higher silhouettes. */
const struct mingle_name iso_mingle_names[MINGLE_CELLS] = {
    {"mingle", "ratio", true, true, {-1, true, 0}},
    {"mingle", "entropy", true, true, {-1, true, 0}},
    {"ilo", "bridge", true, true, {-1, true, 0}},
    {"ilo", "reach", true, true, {-1, true, 0}},
    {"ilo", "harmonic", true, true, {-1, true, 0}},
    {"silhouette", "cosine", true, true, {1, true, 1}},
    {"silhouette", "euclidean", false, false, {1, true, 1}},
};

static iso_err no_estimator(const iso_spec *s)
{
    iso_buf list = {0};
    iso_err err = ISO_OK;

    for (int c = 0; c < MINGLE_CELLS; c++) {
        if (!strcmp(iso_mingle_names[c].measure, s->name))
            ISO_TRY(
                iso_buf_printf(&list, "%s%s", list.len ? ", " : "", iso_mingle_names[c].estimator));
    }
    ISO_FAIL(ISO_EARG, ISO_FIELD(measure) ": %s has no estimator '%s'; it has %s", s->name,
             s->estimator, list.text ? list.text : "language-id");
done:
    iso_buf_free(&list);
    return err;
}

/* A word that is not ours is a measure of pairs; iso_compare knows whether there is such a one. */
static iso_err take(struct mingle_ask *ask, const char *word)
{
    bool measure = false, found = false;
    iso_spec s;

    if (!iso_spec_parse(&s, word))
        return iso_fail(ISO_EARG, ISO_FIELD(measure) ": '%s' is no measure", word);
    for (int c = 0; c < MINGLE_CELLS; c++) {
        const struct mingle_name *n = &iso_mingle_names[c];
        measure = measure || !strcmp(n->measure, s.name);
        if (iso_spec_fits(&s, n->measure, n->estimator, 0) && (*s.estimator || n->usual))
            found = ask->asked[c] = true;
    }
    if (!strcmp(s.name, "accuracy")) {
        measure = true;
        found = ask->language_id = !*s.estimator || !strcmp(s.estimator, "language-id");
    }
    if (found || measure)
        return found ? ISO_OK : no_estimator(&s);
    return iso_buf_printf(&ask->pairs, "%s%s", ask->pairs.len ? "," : "", word);
}

/* Names that are neither ours nor of a measure of pairs. */
static iso_err check_pairs(const struct mingle_ask *ask)
{
    static const char *const ours[] = {"mingle", "ilo", "silhouette", "accuracy"};
    iso_compare_opt compare;
    const char *near;
    char word[128];
    iso_err err;

    if (ask->pairs.len == 0)
        return ISO_OK;
    iso_compare_opt_init(&compare, sizeof compare);
    compare.measure = ask->pairs.text;
    compare.prep = ask->opt.prep;
    err = iso_compare_check(&compare);
    for (const char *at = ask->pairs.text; err && at;) {
        at = iso_str_word(word, sizeof word, at);
        near = iso_str_nearest(word, ours, 4);
        if (near)
            return iso_fail(ISO_EARG, ISO_FIELD(measure) ": unknown name '%s'; did you mean '%s'?",
                            word, near);
    }
    return err;
}

iso_err iso_mingle_ask_make(struct mingle_ask *out, const iso_mingle_opt *opt, const iso_run *run)
{
    struct mingle_ask ask = {.seed = iso_run_seed(run)};
    char word[128];
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_mingle_options, &ask.opt, opt));
    ask.whole = !ask.opt.measure;
    for (const char *at = ask.whole ? usual : ask.opt.measure; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(take(&ask, word));
    }
    ask.bare = ask.opt.interval == ISO_INTERVAL_NONE;
    ISO_TRY(iso_permutations_check(ask.opt.permutations));
    ISO_TRY(iso_baseline_check(&ask.opt.baseline));
    ISO_TRY(iso_selection_check(&ask.opt.select));
    ISO_TRY(iso_prep_parse(&ask.prep, ask.opt.prep));
    ISO_TRY(iso_prep_text(&ask.prep_text, &ask.prep));
    ISO_TRY(check_pairs(&ask));
    *out = ask;
    return ISO_OK;
done:
    iso_mingle_ask_free(&ask);
    return err;
}

void iso_mingle_ask_free(struct mingle_ask *ask)
{
    iso_buf_free(&ask->pairs);
    iso_buf_free(&ask->prep_text);
}

bool iso_mingle_asks_near(const struct mingle_ask *ask)
{
    for (int c = 0; c <= MINGLE_HARMONIC; c++) {
        if (ask->asked[c])
            return true;
    }
    return false;
}
