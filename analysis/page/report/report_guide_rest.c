/* How to read the figures of measures that have no section of their own in the table. */
#include <string.h>

#include "analysis/page/report/report_guide.h"
#include "lib/base/str.h"

static const char cka_rbf[] =
    "CKA with a Gaussian kernel: sentences count as alike by how near they lie, so near neighbours "
    "weigh more than the directions of largest variance do in linear CKA. <b>1</b> means that both "
    "languages arrange the sentences alike. The debiased estimator has chance level 0, the biased "
    "one rises with few sentences. <cite>Kornblith et al., ICML 2019 (arXiv:1905.00414).</cite>";

static const char procrustes_nuclear[] =
    "How well one language&rsquo;s sentences can be turned onto the other&rsquo;s: the sum of "
    "singular values of their product, after both were centred and brought to size 1. <b>1</b> "
    "means equal up to a rotation. Few sentences and many dimensions raise it, so compare only "
    "values of equal n. <cite>Ding et al., NeurIPS 2021 (arXiv:2108.01661).</cite>";

static const char procrustes_distance[] =
    "The distance that is left after the best rotation of one language&rsquo;s sentences onto the "
    "other&rsquo;s, both centred and of size 1. <b>0</b> means equal up to a rotation: low is "
    "closer. <cite>Ding et al., NeurIPS 2021 (arXiv:2108.01661).</cite>";

static const char centroid_plain[] =
    "The distance between the mean vectors of two languages, in the units of the model: low is "
    "closer. Layers differ in how long their vectors are, so compare languages within a layer, not "
    "layers; the distance relative to the spread can be compared. <cite>Libovick&yacute; et al., "
    "Findings of EMNLP 2020 (arXiv:2004.05160).</cite>";

static const char centroid_cosine[] =
    "One minus the cosine between the mean vectors of two languages: <b>0</b> means the same "
    "direction. All vectors of such models share a direction, so the value is small even for "
    "languages that are far apart; taking off the mean over languages first "
    "(<code>cosine-centred</code>) shows what is left. <cite>Libovick&yacute; et al., Findings of "
    "EMNLP 2020 (arXiv:2004.05160).</cite>";

static const char found[] =
    "The share of sentences that find their translation among all sentences of the other language "
    "by this score. It depends on how many are searched: compare only numbers of the same text. "
    "<cite>Margins: Artetxe and Schwenk, ACL 2019 (arXiv:1811.01136); inverted softmax: Smith et "
    "al., ICLR 2017 (arXiv:1702.03859); CSLS: Lample et al., ICLR 2018 (arXiv:1710.04087).</cite>";

static const char mrr[] =
    "One over the rank at which a sentence&rsquo;s translation is found, on average: <b>1</b> when "
    "all come first, one half when all come second. It also rewards near misses, which the share "
    "found first does not. <cite>Voorhees, TREC-8 (1999).</cite>";

static const char missed[] =
    "The share of sentences that do not find their translation: low is closer. With the ratio "
    "margin this is xSIM. <cite>xSIM: Heffernan et al., Findings of EMNLP 2022 "
    "(arXiv:2205.12654); margins: Artetxe and Schwenk, ACL 2019 (arXiv:1811.01136).</cite>";

static const char mexa[] =
    "The share of sentence pairs that are nearest to each other in both directions, strictly "
    "nearer than to any other sentence. <cite>Kargaran et al., Findings of ACL 2025 "
    "(arXiv:2410.05873).</cite>";

static const char mining[] =
    "Pairs mined from two texts against the true ones: precision is the share of mined pairs that "
    "are true, recall the share of true pairs that were mined, F1 their harmonic mean. Where no "
    "threshold was given it is the best one for this very text, so the value is an upper bound. "
    "<cite>BUCC: Zweigenbaum et al., BUCC 2017; margins: Artetxe and Schwenk, ACL 2019 "
    "(arXiv:1811.01136).</cite>";

static const char mse[] =
    "The mean squared difference of the final [CLS] states of a sentence and its translation: low "
    "is closer. A model that is fine-tuned with this difference as part of its loss makes it small "
    "by itself. Compare mixing with both controls: what shuffled lowers as much is not the "
    "translation&rsquo;s doing. <cite>Yang et al., ICLR 2022 (arXiv:2205.04182).</cite>";

static const char kl[] =
    "How far the classifier&rsquo;s predictions for a translation diverge from those for the "
    "source sentence (Kullback&ndash;Leibler, in nats): <b>0</b> means equal, low is closer. Equal "
    "predictions can be equally wrong; the accuracy beside it tells. <cite>Yang et al., ICLR 2022 "
    "(arXiv:2205.04182).</cite>";

static const char branches[] =
    "Accuracy of a classifier on the source sentence, on the target with the source mixed in, or "
    "of both together (mean of their predictions). The target&rsquo;s branch has seen the "
    "translation, so this is what is reached where a translation is at hand. <cite>Yang et al., "
    "ICLR 2022 (arXiv:2205.04182).</cite>";

static const char f1_probe[] =
    "Macro-F1 of a linear probe: the mean over the classes of the harmonic mean of precision and "
    "recall, so rare classes count as much as frequent ones. Read it as the accuracy of the probe "
    "above. <cite>Probes and their limits: Hewitt and Liang, EMNLP 2019 (arXiv:1909.03368).</cite>";

static const char baseline[] =
    "What a probe is measured against: always answering with the most frequent class, or a probe "
    "learnt from permuted labels. A probe that is no better has found nothing. <cite>Control "
    "tasks: Hewitt and Liang, EMNLP 2019 (arXiv:1909.03368).</cite>";

static const char language_id[] =
    "Macro-F1 of a linear probe that tells from a sentence&rsquo;s state which language it is in: "
    "low is more neutral. Near 1 says that the language can be read off, not that languages are "
    "far apart. <cite>Libovick&yacute; et al., Findings of EMNLP 2020 (arXiv:2004.05160).</cite>";

static const char share[] =
    "&lambda; is the share of the source in the mix, the entropies are those of the attention "
    "between a sentence and its translation that it is made of: low when each token finds one "
    "partner. <cite>Yang et al., ICLR 2022 (arXiv:2205.04182).</cite>";

static const char correlation[] =
    "A correlation of two quantities over languages, or of two distances over pairs of languages "
    "(Mantel, tested by permuting languages). Few languages, related to each other, make it "
    "uncertain; it is no cause. <cite>Mantel, Cancer Research 27 (1967).</cite>";

/* An estimator of NULL stands for all. */
static const struct {
    const char *measure, *estimator, *guide;
} table[] = {
    {"cka", "debiased", iso_guide_cka_curves},
    {"cka", "biased", iso_guide_cka_biased},
    {"cka", NULL, cka_rbf},
    {"cosine", "raw", iso_guide_cosine_raw},
    {"cosine", "centred", iso_guide_cosine_centred},
    {"procrustes", "nuclear", procrustes_nuclear},
    {"procrustes", "distance", procrustes_distance},
    {"centroid", "euclidean", centroid_plain},
    {"centroid", "cosine", centroid_cosine},
    {"centroid", "cosine-centred", centroid_cosine},
    {"centroid", "relative", iso_guide_centroid_relative},
    {"centroid", "share", iso_guide_centroid_share},
    {"p@k", NULL, found},
    {"mrr", NULL, mrr},
    {"error", NULL, missed},
    {"mexa", NULL, mexa},
    {"f1", "mining", mining},
    {"precision", NULL, mining},
    {"recall", NULL, mining},
    {"mse", NULL, mse},
    {"kl", NULL, kl},
    {"accuracy", "source-branch", branches},
    {"accuracy", "target-branch", branches},
    {"accuracy", "two-branch", branches},
    {"accuracy", "probe", iso_guide_probe},
    {"accuracy", "language-id", iso_guide_language_id},
    {"accuracy", NULL, baseline},
    {"f1", "macro", f1_probe},
    {"f1", "language-id", language_id},
    {"f1", NULL, baseline},
    {"gap", NULL, iso_guide_gap},
    {"lambda", NULL, share},
    {"entropy", NULL, share},
    {"pearson", NULL, correlation},
    {"spearman", NULL, correlation},
    {"kendall", NULL, correlation},
    {"mantel", NULL, correlation},
};

const char *iso_guide_of(const char *measure, const char *estimator)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].measure, measure) == 0 &&
            (!table[i].estimator || iso_str_same(table[i].estimator, estimator)))
            return table[i].guide;
    }
    return iso_guide_anything_else;
}
