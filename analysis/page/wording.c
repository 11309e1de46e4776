#include "analysis/page/wording.h"

#include <stdio.h>
#include <string.h>

#include "analysis/measure/measure.h"
#include "lib/text/lang.h"

static const struct wording table[] = {
    {"cka", "debiased", "Linear CKA, debiased", "linear CKA (debiased)", READS_ALIKE},
    {"cka", "biased", "Linear CKA, biased", "linear CKA (biased)", READS_ALIKE},
    {"cka", "rbf", "CKA with a Gaussian kernel, biased", "Gaussian CKA (biased)", READS_ALIKE},
    {"cka", "rbf-debiased", "CKA with a Gaussian kernel, debiased", "Gaussian CKA (debiased)",
     READS_ALIKE},
    {"cosine", "raw", "Cosine of translation pairs", "mean cosine", READS_ALIKE},
    {"cosine", "centred", "Cosine of translation pairs, languages centred", "mean cosine (centred)",
     READS_ALIKE},
    {"centroid", "euclidean", "Distance of language centroids", "Euclidean distance", READS_APART},
    {"centroid", "relative", "Distance of language centroids, relative to the spread",
     "distance / spread", READS_APART},
    {"centroid", "cosine", "Cosine distance of language centroids", "1 \xe2\x88\x92 cosine",
     READS_APART},
    {"centroid", "cosine-centred", "Cosine distance of language centroids, mean removed",
     "1 \xe2\x88\x92 cosine (centred)", READS_APART},
    {"centroid", "share", "Share of the distance of translations that is language",
     "share of squared distance", READS_APART},
    {"p@k", "cosine", "Translations found by cosine", "share found", READS_ALIKE},
    {"p@k", "csls", "Translations found by CSLS", "share found", READS_ALIKE},
    {"p@k", "ratio", "Translations found by ratio margin", "share found", READS_ALIKE},
    {"p@k", "difference", "Translations found by difference margin", "share found", READS_ALIKE},
    {"p@k", "absolute", "Translations found by absolute margin", "share found", READS_ALIKE},
    {"p@k", "invsoftmax", "Translations found by inverted softmax", "share found", READS_ALIKE},
    {"mrr", "cosine", "Mean reciprocal rank of translations by cosine", "mean reciprocal rank",
     READS_ALIKE},
    {"mrr", "csls", "Mean reciprocal rank of translations by CSLS", "mean reciprocal rank",
     READS_ALIKE},
    {"error", "cosine", "Translations missed by cosine", "share missed", READS_APART},
    {"error", "csls", "Translations missed by CSLS", "share missed", READS_APART},
    {"error", "ratio", "Translations missed by ratio margin (xSIM)", "share missed", READS_APART},
    {"mexa", "cosine", "Translations that choose each other (MEXA)", "share of mutual best",
     READS_ALIKE},
    {"f1", "mining", "Mined pairs against the true ones", "F1", READS_ALIKE},
    {"precision", "mining", "Mined pairs that are true", "precision", READS_ALIKE},
    {"recall", "mining", "True pairs that were mined", "recall", READS_ALIKE},
    {"lambda", "mean", "\xce\xbb, the share of the source in the mix", "mean \xce\xbb",
     READS_NEITHER},
    {"lambda", "sd", "\xce\xbb, its spread over sentences", "standard deviation of \xce\xbb",
     READS_NEITHER},
    {"entropy", "mean", "Entropy of the attention between translations", "mean entropy (nats)",
     READS_NEITHER},
    {"entropy", "sd", "Entropy of the attention between translations, its spread",
     "standard deviation (nats)", READS_NEITHER},
    {"mse", "cls", "Distance of the final [CLS] of translations", "mean squared difference",
     READS_APART},
    {"kl", "predictions", "Divergence of predictions for translations", "KL divergence (nats)",
     READS_APART},
    {"accuracy", "source-branch", "Accuracy of the source's branch", "accuracy", READS_NEITHER},
    {"accuracy", "target-branch", "Accuracy of the target's branch", "accuracy", READS_NEITHER},
    {"accuracy", "two-branch", "Accuracy of both branches together", "accuracy", READS_NEITHER},
    {"accuracy", "probe", "Accuracy of a probe", "accuracy", READS_NEITHER},
    {"accuracy", "majority", "Accuracy of the most frequent class", "accuracy", READS_NEITHER},
    {"accuracy", "shuffled", "Accuracy of a probe of permuted labels", "accuracy", READS_NEITHER},
    {"accuracy", "language-id", "Languages told apart by a probe", "accuracy", READS_APART},
    {"f1", "macro", "Macro-F1 of a probe", "macro-F1", READS_NEITHER},
    {"f1", "majority", "Macro-F1 of the most frequent class", "macro-F1", READS_NEITHER},
    {"f1", "shuffled", "Macro-F1 of a probe of permuted labels", "macro-F1", READS_NEITHER},
    {"f1", "language-id", "Languages told apart by a probe, macro-F1", "macro-F1", READS_APART},
    {"gap", "language", "Transfer gap", "score of the source \xe2\x88\x92 score", READS_NEITHER},
    {"gap", "mean", "Mean transfer gap", "mean over languages", READS_NEITHER},
    {"pearson", "", "Correlation of discrepancy and gap (Pearson)", "Pearson correlation",
     READS_NEITHER},
    {"spearman", "", "Correlation of discrepancy and gap (Spearman)", "Spearman correlation",
     READS_NEITHER},
    {"kendall", "", "Correlation of discrepancy and gap (Kendall)", "Kendall correlation",
     READS_NEITHER},
    {"mantel", "pearson", "Correlation of distances (Mantel)", "Pearson correlation",
     READS_NEITHER},
    {"procrustes", "nuclear", "Procrustes similarity", "Procrustes similarity", READS_ALIKE},
    {"procrustes", "distance", "Procrustes distance", "Procrustes distance", READS_APART},
};

static const iso_measure *registered(const char *measure, const char *estimator)
{
    for (int i = 0; i < iso_measure_count(); i++) {
        const iso_measure *m = iso_measure_at(i);
        if (strcmp(m->measure, measure) == 0 && strcmp(m->estimator, estimator) == 0)
            return m;
    }
    return NULL;
}

const struct wording *iso_wording_of(const char *measure, const char *estimator)
{
    static _Thread_local char name[256], axis[256];
    static _Thread_local struct wording unknown;

    estimator = estimator ? estimator : "";
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].measure, measure) == 0 && strcmp(table[i].estimator, estimator) == 0)
            return &table[i];
    }
    const iso_measure *m = registered(measure, estimator);
    (void)snprintf(axis, sizeof axis, "%s%s%s", measure, *estimator ? " " : "", estimator);
    (void)snprintf(name, sizeof name, "%s", m && m->title ? m->title : axis);
    unknown = (struct wording){.name = name, .axis = axis, .high = READS_NEITHER};
    return &unknown;
}

iso_err iso_wording_lang(iso_buf *out, const char *name)
{
    const iso_lang_code *code = iso_lang_find(name);

    if (!code)
        return iso_buf_puts(out, name);
    return iso_buf_printf(out, "%s (%s)", code->name, name);
}

/* The text all records have in a column, or NULL. */
static const char *common_text(const iso_records *records, const char *column)
{
    const iso_column *c = iso_column_named(column);
    const char *text = records->count ? iso_record_text(&records->at[0], c) : NULL;

    for (int64_t i = 1; text && i < records->count; i++) {
        const char *other = iso_record_text(&records->at[i], c);
        if (!other || strcmp(other, text) != 0)
            return NULL;
    }
    return text;
}

/* The number all records have in a column, or ISO_NO_INT. */
static int64_t common_int(const iso_records *records, const char *column)
{
    const iso_column *c = iso_column_named(column);
    const int64_t number = records->count ? iso_record_int(&records->at[0], c) : ISO_NO_INT;

    for (int64_t i = 1; i < records->count; i++) {
        if (iso_record_int(&records->at[i], c) != number)
            return ISO_NO_INT;
    }
    return number;
}

static iso_err add_common_int(iso_buf *line, const iso_records *records, const char *column)
{
    const int64_t number = common_int(records, column);

    if (number == ISO_NO_INT)
        return ISO_OK;
    return iso_buf_printf(line, "%s%s = %lld", line->len ? " \xc2\xb7 " : "", column,
                          (long long)number);
}

/* Languages of a gap are no items of what is told beside it. */
static bool counts(const iso_record *r, const iso_record *first)
{
    const bool gap = strcmp(r->measure, "gap") == 0, gaps = strcmp(first->measure, "gap") == 0;

    return !r->x == !first->x && gap == gaps;
}

static iso_err add_count(iso_buf *out, const iso_records *records)
{
    int64_t least = INT64_MAX, most = 0;

    for (int64_t i = 0; i < records->count; i++) {
        const int64_t n = records->at[i].n;
        if (n == ISO_NO_INT || !counts(&records->at[i], &records->at[0]))
            continue;
        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    if (most == 0)
        return ISO_OK;
    if (least == most)
        return iso_buf_printf(out, "%sn = %lld", out->len ? " \xc2\xb7 " : "", (long long)most);
    return iso_buf_printf(out, "%sn = %lld to %lld", out->len ? " \xc2\xb7 " : "", (long long)least,
                          (long long)most);
}

iso_err iso_wording_shared(iso_buf *out, const iso_records *records)
{
    static const struct {
        const char *column, *before, *after;
    } facts[] = {
        {"model", "model ", ""},  {"model2", "against ", ""}, {"stage", "", ""},
        {"pool", "pooling ", ""}, {"prep", "rows ", ""},      {"direction", "", ""},
        {"mix", "", ""},
    };
    iso_buf line = {0};
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *text = common_text(records, facts[i].column);
        const bool scores = records->count && records->at[0].x && i == 1; /* of a correlation */
        if (text)
            ISO_TRY(iso_buf_printf(&line, "%s%s%s%s", line.len ? " \xc2\xb7 " : "",
                                   scores ? "scores of " : facts[i].before, text, facts[i].after));
    }
    ISO_TRY(add_common_int(&line, records, "k"));
    ISO_TRY(add_common_int(&line, records, "neighbours"));
    ISO_TRY(add_count(&line, records));
    ISO_TRY(iso_buf_puts(out, line.text ? line.text : ""));
done:
    iso_buf_free(&line);
    return err;
}
