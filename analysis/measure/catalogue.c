#include "analysis/measure/catalogue.h"

#include <stdio.h>
#include <string.h>

#include "analysis/similarity/centroid.h"
#include "analysis/similarity/cka.h"
#include "analysis/similarity/cosine.h"
#include "analysis/similarity/procrustes.h"

/* --- Measures of a pair: one line each --- */

static const iso_measure *const ours[] = {
    &iso_cka_debiased,        &iso_cka_biased,
    &iso_cosine_raw,          &iso_cosine_centred,
    &iso_centroid_relative,   &iso_centroid_euclidean,
    &iso_centroid_cosine,     &iso_centroid_cosine_centred,
    &iso_centroid_share,      &iso_procrustes_similarity,
    &iso_procrustes_distance,
};

enum { OURS = (int)(sizeof ours / sizeof *ours), EXTRA = ISO_MEASURES_MOST - OURS, NAME_SIZE = 64 };

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

/* --- What studies make beside them --- */

enum { PAIR = ISO_ABOUT_PAIR, TASK = ISO_ABOUT_TASK, OTHER = ISO_ABOUT_OTHER };
enum { ALIKE = ISO_HIGH_ALIKE, APART = ISO_HIGH_APART, NEITHER = ISO_HIGH_NEITHER };

static const struct {
    const char *measure, *estimator, *title, *axis;
    int about, high;
} made[] = {
    /* clang-format off */
    {"p@1", "cosine", "Translations found by cosine", "share found", PAIR, ALIKE},
    {"p@1", "csls", "Translations found by CSLS", "share found", PAIR, ALIKE},
    {"p@1", "ratio", "Translations found by ratio margin", "share found", PAIR, ALIKE},
    {"p@1", "difference", "Translations found by difference margin", "share found", PAIR, ALIKE},
    {"p@1", "absolute", "Translations found by absolute margin", "share found", PAIR, ALIKE},
    {"p@1", "invsoftmax", "Translations found by inverted softmax", "share found", PAIR, ALIKE},
    {"anchors", "words", "Distinct words that both texts have", "shared words", PAIR, ALIKE},
    {"anchors", "words-share", "Running words that both texts have", "share of words", PAIR, ALIKE},
    {"anchors", "pieces", "Distinct pieces that both texts have", "shared pieces", PAIR, ALIKE},
    {"anchors", "pieces-share", "Running pieces that both texts have", "share of pieces", PAIR, ALIKE},
    {"mrr", "cosine", "Mean reciprocal rank of translations by cosine", "mean reciprocal rank", PAIR, ALIKE},
    {"mrr", "csls", "Mean reciprocal rank of translations by CSLS", "mean reciprocal rank", PAIR, ALIKE},
    {"mrr", "ratio", "Mean reciprocal rank of translations by ratio margin", "mean reciprocal rank", PAIR, ALIKE},
    {"mrr", "difference", "Mean reciprocal rank of translations by difference margin", "mean reciprocal rank", PAIR, ALIKE},
    {"mrr", "absolute", "Mean reciprocal rank of translations by absolute margin", "mean reciprocal rank", PAIR, ALIKE},
    {"mrr", "invsoftmax", "Mean reciprocal rank of translations by inverted softmax", "mean reciprocal rank", PAIR, ALIKE},
    {"error", "cosine", "Translations missed by cosine", "share missed", PAIR, APART},
    {"error", "csls", "Translations missed by CSLS", "share missed", PAIR, APART},
    {"error", "ratio", "Translations missed by ratio margin", "share missed", PAIR, APART},
    {"error", "difference", "Translations missed by difference margin", "share missed", PAIR, APART},
    {"error", "absolute", "Translations missed by absolute margin", "share missed", PAIR, APART},
    {"error", "invsoftmax", "Translations missed by inverted softmax", "share missed", PAIR, APART},
    {"mexa", "cosine", "Translations that choose each other (MEXA)", "share of mutual best", PAIR, ALIKE},
    {"mexa", "cosine-layers-mean", "Translations that choose each other (MEXA), mean over layers", "share of mutual best", PAIR, ALIKE},
    {"mexa", "cosine-layers-max", "Translations that choose each other (MEXA), largest over layers", "share of mutual best", PAIR, ALIKE},
    {"mexa", "csls", "Translations that choose each other by CSLS", "share of mutual best", PAIR, ALIKE},
    {"mexa", "ratio", "Translations that choose each other by ratio margin", "share of mutual best", PAIR, ALIKE},
    {"mexa", "difference", "Translations that choose each other by difference margin", "share of mutual best", PAIR, ALIKE},
    {"mexa", "absolute", "Translations that choose each other by absolute margin", "share of mutual best", PAIR, ALIKE},
    {"mexa", "invsoftmax", "Translations that choose each other by inverted softmax", "share of mutual best", PAIR, ALIKE},
    {"f1", "mining", "Mined pairs against the true ones", "F1", TASK, ALIKE},
    {"precision", "mining", "Mined pairs that are true", "precision", TASK, ALIKE},
    {"recall", "mining", "True pairs that were mined", "recall", TASK, ALIKE},
    {"coverage", "dictionary", "Words of the dictionary that both sides have", "share of words", TASK, NEITHER},
    {"lambda", "mean", "\xce\xbb, the share of the source in the mix", "mean \xce\xbb", OTHER, NEITHER},
    {"lambda", "sd", "\xce\xbb, its spread over sentences", "standard deviation of \xce\xbb", OTHER, NEITHER},
    {"lambda", "histogram", "\xce\xbb, how often it has which size", "share of sentences", OTHER, NEITHER},
    {"entropy", "mean", "Entropy of the attention between translations", "mean entropy (nats)", OTHER, NEITHER},
    {"entropy", "sd", "Entropy of the attention between translations, its spread", "standard deviation (nats)", OTHER, NEITHER},
    {"entropy", "histogram", "Entropy of the attention between translations, how often which", "share of sentences", OTHER, NEITHER},
    {"mse", "cls", "Distance of the final [CLS] of translations", "mean squared difference", PAIR, APART},
    {"kl", "predictions", "Divergence of predictions for translations", "KL divergence (nats)", PAIR, APART},
    {"accuracy", "source-branch", "Accuracy of the source's branch", "accuracy", TASK, NEITHER},
    {"accuracy", "target-branch", "Accuracy of the target's branch", "accuracy", TASK, NEITHER},
    {"accuracy", "two-branch", "Accuracy of both branches together", "accuracy", TASK, NEITHER},
    {"accuracy", "probe", "Accuracy of a probe", "accuracy", TASK, NEITHER},
    {"accuracy", "fine-tuned", "Accuracy of the fine-tuned model", "accuracy", TASK, NEITHER},
    {"accuracy", "oracle", "Accuracy with the original as source", "accuracy", OTHER, NEITHER},
    {"accuracy", "shuffled-source", "Accuracy with the source of another item", "accuracy", OTHER, NEITHER},
    {"accuracy", "self-source", "Accuracy with the item as its own source", "accuracy", OTHER, NEITHER},
    {"accuracy", "dev", "Accuracy on dev items, in training", "accuracy", OTHER, NEITHER},
    {"accuracy", "masked", "Accuracy of masked words", "accuracy", TASK, NEITHER},
    {"perplexity", "masked", "Perplexity of masked words", "perplexity", OTHER, NEITHER},
    {"loss", "dev", "Loss on dev items, in training", "mean loss (nats)", OTHER, NEITHER},
    {"loss", "train", "Loss in training", "mean loss (nats)", OTHER, NEITHER},
    {"accuracy", "majority", "Accuracy of the most frequent class", "accuracy", OTHER, NEITHER},
    {"accuracy", "shuffled", "Accuracy of a probe of permuted labels", "accuracy", OTHER, NEITHER},
    {"accuracy", "pair", "Accuracy of a probe on pairs of sentences in two languages", "accuracy", OTHER, NEITHER},
    {"accuracy", "source-mean", "Accuracy of a source's probe, mean over the other languages", "mean accuracy", OTHER, NEITHER},
    {"accuracy", "target-mean", "Accuracy on a language, mean over probes of the other sources", "mean accuracy", OTHER, NEITHER},
    {"accuracy", "language-id", "Languages identified by a probe", "accuracy", OTHER, APART},
    {"f1", "entity", "F1 of entities", "entity F1", TASK, NEITHER},
    {"f1", "span", "F1 of answers", "answer F1", TASK, NEITHER},
    {"f1", "dev", "F1 of entities or answers on dev items, in training", "F1", OTHER, NEITHER},
    {"f1", "oracle", "F1 of answers with the original as source", "answer F1", OTHER, NEITHER},
    {"f1", "shuffled-source", "F1 of answers with the source of another question", "answer F1", OTHER, NEITHER},
    {"f1", "self-source", "F1 of answers with the question as its own source", "answer F1", OTHER, NEITHER},
    {"exact-match", "span", "Exact matches of answers", "share of questions", TASK, NEITHER},
    {"f1", "macro", "Macro-F1", "macro-F1", TASK, NEITHER},
    {"f1", "majority", "Macro-F1 of the most frequent class", "macro-F1", OTHER, NEITHER},
    {"f1", "shuffled", "Macro-F1 of a probe of permuted labels", "macro-F1", OTHER, NEITHER},
    {"f1", "language-id", "Languages identified by a probe, macro-F1", "macro-F1", OTHER, APART},
    {"mingle", "ratio", "Neighbours of another language, over those of shuffled labels", "observed / shuffled", OTHER, ALIKE},
    {"mingle", "entropy", "Entropy of the neighbours\xe2\x80\x99 languages, over that of shuffled labels", "observed / shuffled", OTHER, ALIKE},
    {"ilo", "bridge", "Rows whose neighbours are of several other languages (bridge)", "share of rows", OTHER, ALIKE},
    {"ilo", "reach", "Other languages among the neighbours of a language (reach)", "share of languages", OTHER, ALIKE},
    {"ilo", "harmonic", "Interlingual Local Overlap", "harmonic mean of bridge and reach", OTHER, ALIKE},
    {"silhouette", "cosine", "Silhouette of languages by cosine", "mean silhouette", OTHER, APART},
    {"silhouette", "euclidean", "Silhouette of languages, Euclidean", "mean silhouette", OTHER, APART},
    {"gap", "language", "Transfer gap", "score of the source \xe2\x88\x92 score", OTHER, NEITHER},
    {"gap", "mean", "Mean transfer gap", "mean over languages", OTHER, NEITHER},
    {"distance", "translation", "Distance from a sentence to its translation", "mean distance", PAIR, APART},
    {"distance", "boundary", "Distance from a sentence to the nearest other answer", "mean distance", OTHER, NEITHER},
    {"ratio", "median", "Distance to the translation, in distances to the boundary", "median ratio", PAIR, APART},
    {"ratio", "item", "Distance to the translation, in distances to the boundary", "ratio", PAIR, APART},
    {"flip", "item", "Whether a translation has another answer than its source", "0 or 1", TASK, NEITHER},
    {"radius", "item", "Radius within which the smoothed answer stays", "radius (mean embedding lengths)", OTHER, NEITHER},
    {"ratio", "inside", "Translations nearer than the boundary", "share of sentences", PAIR, ALIKE},
    {"flip", "translation", "Translations with another answer than their source", "share of sentences", TASK, NEITHER},
    {"length", "ratio", "How unequal the lengths of translations are", "mean |log ratio|", PAIR, APART},
    {"accuracy", "ratio-bin", "Accuracy by distance to the translation, in distances to the boundary", "accuracy", OTHER, NEITHER},
    {"accuracy", "shuffled-bin", "Accuracy by distance to another item's translation", "accuracy", OTHER, NEITHER},
    {"accuracy", "smoothed", "Accuracy of the smoothed answer, abstention counted as wrong", "accuracy", OTHER, NEITHER},
    {"accuracy", "unsmoothed", "Accuracy without noise, of the sentences that are smoothed", "accuracy", OTHER, NEITHER},
    {"abstained", "smoothed", "Sentences whose smoothed answer is not sure", "share of sentences", OTHER, NEITHER},
    {"radius", "smoothed", "Radius within which the smoothed answer stays", "mean radius (mean embedding lengths)", OTHER, NEITHER},
    {"auc", "ratio", "Failures told by distance over distance to the boundary", "AUC", OTHER, NEITHER},
    {"auc", "distance", "Failures told by distance to the translation", "AUC", OTHER, NEITHER},
    {"auc", "boundary", "Failures told by nearness of the boundary", "AUC", OTHER, NEITHER},
    {"auc", "shuffled", "Failures told by distance to another item's translation", "AUC", OTHER, NEITHER},
    {"auc", "length", "Failures told by unequal lengths", "AUC", OTHER, NEITHER},
    {"pearson", "", "Correlation of discrepancy and gap (Pearson)", "Pearson correlation", OTHER, NEITHER},
    {"spearman", "", "Correlation of discrepancy and gap (Spearman)", "Spearman correlation", OTHER, NEITHER},
    {"kendall", "", "Correlation of discrepancy and gap (Kendall)", "Kendall correlation", OTHER, NEITHER},
    {"coverage", "pieces", "Pieces of the vocabulary that a set of sources has", "share of pieces", OTHER, NEITHER},
    {"diversity", "syntax", "Diversity of a set of sources in syntax", "sum of 1 \xe2\x88\x92 cos", OTHER, NEITHER},
    {"diversity", "phonology", "Diversity of a set of sources in phonology", "sum of 1 \xe2\x88\x92 cos", OTHER, NEITHER},
    {"diversity", "inventory", "Diversity of a set of sources in their sounds", "sum of 1 \xe2\x88\x92 cos", OTHER, NEITHER},
    {"diversity", "family", "Diversity of a set of sources in family", "sum of 1 \xe2\x88\x92 cos", OTHER, NEITHER},
    {"diversity", "geography", "Diversity of a set of sources in place", "sum of 1 \xe2\x88\x92 cos", OTHER, NEITHER},
    {"diversity", "other", "Diversity of a set of sources in other features", "sum of 1 \xe2\x88\x92 cos", OTHER, NEITHER},
    {"diversity", "states", "Diversity of a set of sources in the means of their states", "sum of 1 \xe2\x88\x92 cos", OTHER, NEITHER},
    {"scripts", "count", "Scripts of a set of sources", "scripts", OTHER, NEITHER},
    {"pretraining", "size", "Pretraining data of a set of sources", "sum of sizes", OTHER, NEITHER},
    {"similarity", "cosine", "Cosine of translations, nearest source", "mean over targets", OTHER, ALIKE},
    {"similarity", "cka", "Linear CKA with targets, nearest source", "mean over targets", OTHER, ALIKE},
    {"distance", "syntax", "Distance of targets in syntax, nearest source", "mean over targets of 1 \xe2\x88\x92 cos", OTHER, APART},
    {"distance", "phonology", "Distance of targets in phonology, nearest source", "mean over targets of 1 \xe2\x88\x92 cos", OTHER, APART},
    {"distance", "inventory", "Distance of targets in their sounds, nearest source", "mean over targets of 1 \xe2\x88\x92 cos", OTHER, APART},
    {"distance", "family", "Distance of targets in family, nearest source", "mean over targets of 1 \xe2\x88\x92 cos", OTHER, APART},
    {"distance", "geography", "Distance of targets in place, nearest source", "mean over targets of 1 \xe2\x88\x92 cos", OTHER, APART},
    {"distance", "other", "Distance of targets in other features, nearest source", "mean over targets of 1 \xe2\x88\x92 cos", OTHER, APART},
    {"overlap", "words", "Words shared with targets, nearest source", "mean over targets of the share", OTHER, ALIKE},
    {"overlap", "pieces", "Pieces shared with targets, nearest source", "mean over targets of the share", OTHER, ALIKE},
    {"ttr", "sources", "Type-token ratio of a set of sources", "mean ratio", OTHER, NEITHER},
    {"ttr", "distance", "Distance of targets in type-token ratio, nearest source", "mean over targets", OTHER, APART},
    {"agreement", "spearman", "Predictor against measured transfer (Spearman)", "Spearman correlation", OTHER, NEITHER},
    {"agreement", "partial", "Predictor against measured transfer, data and size held constant", "partial Spearman correlation", OTHER, NEITHER},
    {"agreement", "language", "Predictor against measured transfer in a language", "Spearman correlation", OTHER, NEITHER},
    {"agreement", "left-out", "Fitted on other languages, against measured transfer", "Spearman correlation", OTHER, NEITHER},
    {"regret", "first", "What the first set of a predictor loses", "best score \xe2\x88\x92 score", OTHER, NEITHER},
    {"hit", "first-5", "Whether the best set is among the first five", "probability", OTHER, NEITHER},
    {"mantel", "pearson", "Correlation of distances (Mantel)", "Pearson correlation", OTHER, NEITHER},
    {"mantel", "spearman", "Correlation of ranks of distances (Mantel)", "Spearman correlation", OTHER, NEITHER},
    /* clang-format on */
};

enum { MADE = (int)(sizeof made / sizeof *made) };

/* --- The catalogue of both --- */

/* The names of entry `i`, which is no copy of its words. */
static void names(const char **measure, const char **estimator, int i)
{
    const int pairs = iso_measure_count();

    *measure = i < pairs ? iso_measure_at(i)->measure : made[i - pairs].measure;
    *estimator = i < pairs ? iso_measure_at(i)->estimator : made[i - pairs].estimator;
}

static iso_catalogue_entry entry(const char *measure, const char *estimator, const char *title,
                                 const char *axis)
{
    iso_catalogue_entry e = {.measure = measure, .estimator = estimator};
    char name[sizeof e.axis];

    (void)snprintf(name, sizeof name, "%s%s%s", measure, *estimator ? " " : "", estimator);
    (void)snprintf(e.title, sizeof e.title, "%s", title ? title : name);
    (void)snprintf(e.axis, sizeof e.axis, "%s", axis ? axis : name);
    return e;
}

int iso_catalogue_count(void)
{
    return iso_measure_count() + MADE;
}

iso_catalogue_entry iso_catalogue_at(int i)
{
    const int m = i - iso_measure_count();
    const iso_measure *pair = m < 0 ? iso_measure_at(i) : NULL;
    iso_catalogue_entry e =
        pair ? entry(pair->measure, pair->estimator, pair->title, pair->axis)
             : entry(made[m].measure, made[m].estimator, made[m].title, made[m].axis);

    e.known = true;
    e.about = pair ? ISO_ABOUT_PAIR : (iso_about)made[m].about;
    e.high = pair ? pair->high : (iso_high)made[m].high;
    return e;
}

bool iso_measure_same(const char *a, const char *b)
{
    const size_t len = strcspn(a, "@");

    return len == strcspn(b, "@") && memcmp(a, b, len) == 0 &&
           (a[len] && a[len + 1] ? b[len] && b[len + 1] : strcmp(a + len, b + len) == 0);
}

/* The first entry of a measure, of this estimator unless it is NULL; -1 for none. */
static int find(const char *measure, const char *estimator)
{
    const char *own, *how;

    for (int i = 0; i < iso_catalogue_count(); i++) {
        names(&own, &how, i);
        if (iso_measure_same(own, measure) && (!estimator || !strcmp(how, estimator)))
            return i;
    }
    return -1;
}

iso_catalogue_entry iso_catalogue_of(const char *measure, const char *estimator)
{
    const int known = find(measure, estimator ? estimator : "");

    if (known >= 0)
        return iso_catalogue_at(known);
    const int like = find(measure, NULL);
    iso_catalogue_entry e = entry(measure, estimator ? estimator : "", NULL, NULL);
    e.about = like < 0 ? ISO_ABOUT_PAIR : iso_catalogue_at(like).about;
    return e;
}

/* --- Registering --- */

static bool is_name(const char *name)
{
    const size_t len = name ? strlen(name) : 0;

    return len > 0 && len < NAME_SIZE && strcspn(name, ":,@* \t\r\n") == len;
}

iso_err iso_measure_register(const iso_measure *m)
{
    if (!m->title || !m->value || ((m->needs & ISO_NEED_ROWS) && !m->feed))
        return iso_fail(ISO_EARG, "a measure needs a title and its functions");
    if (!is_name(m->measure) || !is_name(m->estimator))
        return iso_fail(ISO_EARG,
                        "a measure needs two names of fewer than %d bytes without blanks and "
                        "\":,@*\", not '%s' and '%s'",
                        NAME_SIZE, m->measure ? m->measure : "", m->estimator ? m->estimator : "");
    if (find(m->measure, m->estimator) >= 0)
        return iso_fail(ISO_EARG, "measure %s:%s is there already", m->measure, m->estimator);
    if (extra_count == EXTRA)
        return iso_fail(ISO_EARG, "no room for measure %s:%s", m->measure, m->estimator);
    extra[extra_count++] = m;
    return ISO_OK;
}
