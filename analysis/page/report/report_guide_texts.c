/* How to read the figures of gaps, mixing, probes, and of measures without a section of their own.
 */
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/measure/measure.h"
#include "analysis/page/report/report_guide.h"
#include "lib/base/str.h"

const char iso_guide_gap[] =
    "The transfer gap of a model that was trained for a task in the source language: the score "
    "in the source minus the score in another language, as a fraction (<b>0.2</b> is 20 points). "
    "The gap has two causes that a table cannot separate: what the representation does not carry "
    "over, and how difficult the task, the translated test set and the text are in that "
    "language. A small gap with a low source score is not a success; look at the scores as well. "
    "<cite>The cross-lingual transfer gap: Hu et al., ICML 2020 (arXiv:2003.11080).</cite>";

const char iso_guide_gap_scatter[] =
    "A dot is a language. Horizontal: how far from the source (or how similar to it) the "
    "language is in this layer. Vertical: its transfer gap. If discrepancy explains the loss, "
    "dots lie along a line: <em>falling</em> where high means similar (CKA, cosine, retrieval), "
    "<em>rising</em> where high means apart (distances of centroids). The line is that of least "
    "squares, the band holds the true line 95 times in 100 if languages were drawn at random and "
    "errors had equal variance; <b>r</b> (Pearson) measures a straight line, <b>&rho;</b> "
    "(Spearman) only the same order. <em>Mind:</em> with {n} languages a Pearson correlation "
    "below {critical} in size is not distinguishable from 0 at 5&nbsp;%, and one outlying "
    "language can decide the value (the records hold it without each language in turn). "
    "Languages are related and share scripts, so they are not independent. Script, family and "
    "the size of the pretraining text are related to both axes: the correlation does not show a "
    "cause. <cite>Representation discrepancy and transfer gap: Yang et al., ICLR 2022 "
    "(arXiv:2205.04182).</cite>";

const char iso_guide_gap_layers[] =
    "The same correlation in every layer, a curve for each way to measure discrepancy[[bands|; "
    "bands are 95&nbsp;% bootstrap intervals over languages]][[hidden|; 95&nbsp;% bootstrap "
    "intervals over languages stand in the numbers below]][[chance|, the dashed line is no "
    "correlation]]. Measures of similarity should lie below 0 and distances above it. Look for a "
    "stretch of layers and for measures that agree rather than for the highest point: with many "
    "layers and measures the best of them is large by chance: in the records <b>p</b> is for one "
    "of them alone, <b>p_max</b> for the best of all. Intervals that reach 0 show nothing. "
    "<cite>Intervals: "
    "Efron, JASA 82 (1987); what is correlated: Yang et al., ICLR 2022 (arXiv:2205.04182).</cite>";

const char iso_guide_mixed[] =
    "In one layer, X-Mixup lets the sentence of the target language attend to its translation: "
    "after the target&rsquo;s own attention, its tokens attend to the tokens of the source with "
    "the same weights. <b>(1&nbsp;&minus;&nbsp;&lambda;)</b> times the target&rsquo;s state plus "
    "<b>&lambda;</b> times the result continues. The curves compare source and target, layer by "
    "layer, without mixing and with it; the source itself is never changed. [[mean|The means "
    "over the languages stand on the left, how mixing changes them on the right. ]]Three "
    "<em>controls</em> are dashed. <b>fixed:0</b> mixes with &lambda;&nbsp;=&nbsp;0: nothing of "
    "the source comes in, and yet it is not the plain encoder, because the mixed layer "
    "normalises the target&rsquo;s state a second time; this change does not come from the "
    "source. <b>shuffled</b> mixes with a sentence of the source that is not the translation, "
    "and then compares with the right one: it shows the effect of any sentence of the source. "
    "<b>uniform</b> mixes with the right sentence, but attends to all its tokens alike: what it "
    "has in common with mixing does not come from which token attends to which. An "
    "effect is claimed for a language and a layer only when the paired 95&nbsp;% intervals of "
    "the difference from not mixing, from fixed:0 and from shuffled all exclude 0, on the same "
    "side; it is the attention&rsquo;s only if the interval of the difference from uniform does "
    "so, too. [[bands|Overlapping bands do not contradict it: they contain the variation between "
    "sentences that all curves share, which cancels in the differences. ]][[mean|The band holds "
    "all languages, from the least changed to the most, and is no interval. ]]<em>Mind:</em> the "
    "very sentence that the target is compared with was mixed into it, so some similarity is "
    "built in, and persists in the layers above. That mixing brings states closer does not show "
    "that a task benefits; only scores do. <cite>Yang et al., ICLR 2022 "
    "(arXiv:2205.04182).</cite>";

const char iso_guide_mixed_centroid[] =
    "The same question of the shift between the languages&rsquo; means: <b>low</b> is closer. "
    "Mixing with <em>any</em> sentence of the source moves the mean towards it. If shuffled has "
    "the same effect, the cause is the language of the source, not the meaning; then no effect "
    "is claimed. fixed:0 is what the second normalisation of the mixed layer does alone. "
    "<cite>Mixing: Yang et al., ICLR 2022 (arXiv:2205.04182); centroids: Libovick&yacute; et "
    "al., Findings of EMNLP 2020 (arXiv:2004.05160).</cite>";

const char iso_guide_mixed_cosine[] =
    "The same question of each sentence and its translation, after the mean of each language was "
    "subtracted: <b>high</b> is closer. Here mixing with a wrong sentence of the source adds the "
    "wrong meaning, so shuffled should fall where mixing rises. fixed:0 is what the second "
    "normalisation of the mixed layer does alone. <cite>Mixing: Yang et al., ICLR 2022 "
    "(arXiv:2205.04182).</cite>";

const char iso_guide_mixed_retrieval[] =
    "The share of sentences of the source that find their translation by cosine: <b>high</b> is "
    "closer. The target has attended to the very sentence that then searches for it, so a rise "
    "at the mixed layer follows from the construction; it is not a retrieval score to report. "
    "Compare with shuffled, where every sentence attended to a wrong one, and look at the layers "
    "above. fixed:0 is what the second normalisation does alone. <cite>Mixing: Yang et al., ICLR "
    "2022 (arXiv:2205.04182).</cite>";

const char iso_guide_sweep[] =
    "Every layer was mixed in turn (across), and the same measured from that layer up (upwards), "
    "on average over the languages. The column <b>none</b> is the encoder without mixing: if a "
    "row is not better than its first cell, mixing has no benefit there. The frame marks the "
    "best cell of the last layer, none included. [[second|The second map is what mixing brings "
    "beyond the control fixed:0, which is the mixed layer with &lambda;&nbsp;=&nbsp;0, so a "
    "second normalisation and nothing of the source: blue is closer, red farther apart; near "
    "white, the source itself had no effect. ]]The diagonal, measured in the mixed layer itself, "
    "is high by construction; a classifier sees the top row. Means over languages hide those "
    "that become worse; the numbers below list each language. <cite>Yang et al., ICLR 2022 "
    "(arXiv:2205.04182), who mix at one layer, chosen by task.</cite>";

const char iso_guide_lambda[] =
    "&lambda; is how much of the source goes into the mix, one number a sentence: "
    "&lambda;<sub>0</sub> times a sigmoid of "
    "W&nbsp;(H<sub>1</sub>&nbsp;+&nbsp;H<sub>2</sub>)&nbsp;+&nbsp;b, where the H are mean "
    "entropies of the attention between the two sentences, target tokens over those of the "
    "source and back: low when each token attends to one token, high when it attends to all. W "
    "and b are trained parameters; if none are given they are 1 and 0, and &lambda; then "
    "<em>rises</em> with uncertainty, from half of &lambda;<sub>0</sub> to &lambda;<sub>0</sub>, "
    "and hardly differs between sentences. Entropies <b>masked</b> leave padding out, so that "
    "&lambda; is a property of the two sentences; <b>repo</b> counts padding as the published "
    "code does, and &lambda; then depends on the length to which sentences were padded. "
    "Intervals are of the mean over sentences; the records hold the spread, the histogram and "
    "the entropies. <cite>Yang et al., ICLR 2022 (arXiv:2205.04182).</cite>";

const char iso_guide_probe[] =
    "A linear classifier is trained on the source&rsquo;s labelled sentences, layer by layer, "
    "and tested on sentences of every language; it was trained on none of them in any language. "
    "A curve is its accuracy. The source&rsquo;s own curve shows how much of the task the layer "
    "encodes[[chance|, the dashed line is the accuracy of the most frequent class]]. The "
    "distance between the source&rsquo;s curve and another is what does not transfer. A layer is "
    "good for transfer if the other curves are close to the source&rsquo;s, not if the "
    "source&rsquo;s is highest. Curves at or below the accuracy of the most frequent class show "
    "no transfer: a shift between the languages can move every sentence to one class. "
    "[[bands|Bands are 95&nbsp;% intervals over sentences for the probes as they are. "
    "]][[hidden|The 95&nbsp;% intervals over sentences, for the probes as they are, stand in the "
    "numbers below. ]]<em>Mind:</em> a probe shows what a linear classifier can extract, not "
    "what the model uses, and fine-tuning changes both. <cite>Probes and their limits: Hewitt "
    "and Liang, EMNLP 2019 (arXiv:1909.03368); Pires et al., ACL 2019 (arXiv:1906.01502).</cite>";

const char iso_guide_grid[] =
    "A probe of each source alone, tested on every language, on sentences it was not trained on in "
    "any language: across stands what was trained on, upwards what was tested on. The diagonal is "
    "what a language knows of itself. A bright <em>column</em> is a source that transfers well, a "
    "bright <em>row</em> a language that many sources reach (<code>isogloss probe</code> has their "
    "means, source-mean and target-mean, without the diagonal). The two halves need not agree: "
    "transfer is not symmetric, unlike the measures of similarity above. <em>Mind:</em> languages "
    "differ in how well their own probe does, so compare a cell with the diagonal of its source "
    "too.";

const char iso_guide_robust[] =
    "The distance from a sentence of the source to its translation, divided by its distance to the "
    "boundary of the probe, where the answer changes: the median over sentences. Below <b>1</b> no "
    "answer can change; at <b>20</b> the translation lies twenty times as far away as the nearest "
    "other answer, though perhaps in a direction that changes nothing. The chance level is the "
    "same for the translation of another sentence: a curve near it says that translations are no "
    "closer than any sentence of that language. <em>Mind:</em> in hundreds of dimensions most "
    "distance is orthogonal to a boundary, so ratios far above 1 go with right answers too. "
    "<cite>Failed transfer as adversarial examples: Huang et al., EMNLP 2021 "
    "(arXiv:2104.08645).</cite>";

const char iso_guide_robust_auc[] =
    "Among sentences that the probe answers rightly in the source: how often one whose "
    "translation is answered wrongly has a higher ratio (distance to the translation in distances "
    "to the boundary) than one whose translation is answered rightly. <b>1</b> is always, "
    "<b>0.5</b> no more often than not. <em>Mind:</em> sentences near the boundary fail more "
    "easily whatever their translation is. The records of <code>isogloss robust</code> hold the "
    "same for the translations of other sentences (auc:shuffled) and for nearness of the boundary "
    "alone (auc:boundary): only what lies above them is due to the translation.";

const char iso_guide_language_id[] =
    "How well a linear probe identifies the language of a sentence from its state, on sentences "
    "that it was not trained on in any language: <b>1</b> is always, and chance is 1 divided by "
    "the number of languages. Lower is more neutral. Most layers of most models stay near 1, "
    "because one direction of hundreds is enough: a fall is informative, and a value near 1 only "
    "means <em>the language can be identified</em>, not as <em>languages are far apart</em>. "
    "<cite>Language neutrality: Libovick&yacute; et al., Findings of EMNLP 2020 "
    "(arXiv:2004.05160).</cite>";

const char iso_guide_mingle[] =
    "Of the ten nearest neighbours of each sentence, among the sentences of all languages, the "
    "share that is of another language, divided by the share that shuffled languages would give. "
    "<b>1</b> means that languages lie among each other as if by chance, <b>0</b> that every "
    "neighbour is of the sentence&rsquo;s own language. High is more cross-lingual; but a network "
    "that tells nothing apart has a high value too, so look at random weights and at retrieval. "
    "The index is this program&rsquo;s own.";

const char iso_guide_overlap[] =
    "Interlingual Local Overlap: the harmonic mean of two shares. <em>Bridge</em>: of the "
    "sentences, those whose ten nearest neighbours hold at least three other languages. "
    "<em>Reach</em>: of the other languages, those that are found among the neighbours of a "
    "language at all. <b>1</b> means that neighbourhoods hold many languages everywhere, "
    "<b>0</b> that none does. [[chance|The dashed line is the value of shuffled languages. ]]"
    "<cite>HLTCHKUST/interlingua, where it is computed per language.</cite>";

const char iso_guide_silhouette[] =
    "Each language taken as a cluster of its sentences: how much nearer (by cosine) a sentence is "
    "to those of its own language than to those of the nearest other one, between &minus;1 and 1. "
    "High: each language lies apart. Around 0: the clusters overlap. <cite>Rousseeuw, J. Comput. "
    "Appl. Math. 20 (1987).</cite>";

const char iso_guide_sources[] =
    "Of all sets of so many languages those that lie nearest to the others, the best on top: each "
    "other language is held against the most similar of the set, and the mean is taken. By cosine "
    "translations are compared, by CKA the arrangement of all sentences. This ranks languages to "
    "learn from before anything is learnt; whether such a ranking predicts transfer is a question "
    "of its own: <code>isogloss select</code> holds predictors against measured scores. "
    "Look at how far the sets are apart: where the values differ in the third digit, the order "
    "says little. <cite>mPLM-Sim: Lin et al., 2023 (arXiv:2305.13684).</cite>";

const char iso_guide_diversity[] =
    "Of all sets of so many languages those whose members differ most, the best on top: the sum "
    "over pairs of 1 minus the cosine of the means of their sentences. Diverse sources have been "
    "recommended for transfer to languages that are not trained on; the sum sees where languages "
    "lie and nothing else, and a language that the model knows badly often lies far away. "
    "<code>isogloss select</code> holds predictors against measured scores. <cite>As "
    "described of multi-source training, ACL 2024 (arXiv:2402.13562).</cite>";

static const char cka_rbf[] =
    "CKA with a Gaussian kernel: sentences count as similar by their distance, so near "
    "neighbours weigh more than the directions of largest variance do in linear CKA. <b>1</b> "
    "means that both languages arrange the sentences in the same way. The debiased estimator has "
    "chance level 0, the biased one rises with few sentences. <cite>Kornblith et al., ICML 2019 "
    "(arXiv:1905.00414).</cite>";

static const char procrustes_nuclear[] =
    "How well one language&rsquo;s sentences can be rotated onto the other&rsquo;s: the sum of "
    "singular values of their product, after both were centred and scaled to norm 1. <b>1</b> "
    "means equal up to a rotation. Few sentences and many dimensions raise it, so compare only "
    "values of equal n. <cite>Ding et al., NeurIPS 2021 (arXiv:2108.01661).</cite>";

static const char procrustes_distance[] =
    "The distance that is left after the best rotation of one language&rsquo;s sentences onto "
    "the other&rsquo;s, both centred and of norm 1. <b>0</b> means equal up to a rotation: low "
    "is closer. <cite>Ding et al., NeurIPS 2021 (arXiv:2108.01661).</cite>";

static const char centroid_plain[] =
    "The distance between the mean vectors of two languages, in the units of the model: low is "
    "closer. Layers differ in how long their vectors are, so compare languages within a layer, not "
    "layers; the distance relative to the spread can be compared. <cite>Libovick&yacute; et al., "
    "Findings of EMNLP 2020 (arXiv:2004.05160).</cite>";

static const char centroid_cosine[] =
    "One minus the cosine between the mean vectors of two languages: <b>0</b> means the same "
    "direction. All vectors of such models share a direction, so the value is small even for "
    "languages that are far apart; subtracting the mean over languages first "
    "(<code>cosine-centred</code>) shows what is left. <cite>Libovick&yacute; et al., Findings "
    "of EMNLP 2020 (arXiv:2004.05160).</cite>";

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
    "margin over the four nearest candidates this is xSIM. <cite>xSIM: Heffernan et al., Findings "
    "of EMNLP 2022 "
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
    "The mean squared difference of the final [CLS] states of a sentence and its translation: "
    "low is closer. A model that is fine-tuned with this difference as part of its loss makes it "
    "small by itself. Compare mixing with its controls: if shuffled lowers it as much, the "
    "translation is not the cause; if uniform does, which token attends to which is not. "
    "<cite>Yang et al., ICLR 2022 (arXiv:2205.04182).</cite>";

static const char kl[] =
    "How far the classifier&rsquo;s predictions for a translation diverge from those for the "
    "source sentence (Kullback&ndash;Leibler, in nats): <b>0</b> means equal, low is closer. "
    "Equal predictions can be equally wrong; see the accuracy. <cite>Yang et al., ICLR 2022 "
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
    "trained on permuted labels. A probe that is no better has found nothing. <cite>Control "
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
    {"p@1", NULL, found},
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
        if (iso_measure_same(table[i].measure, measure) &&
            (!table[i].estimator || iso_str_same(table[i].estimator, estimator)))
            return table[i].guide;
    }
    for (int i = 0; i < iso_measure_count(); i++) {
        const iso_measure *m = iso_measure_at(i);
        if (m->guide && !strcmp(m->measure, measure) && iso_str_same(m->estimator, estimator))
            return m->guide;
    }
    return iso_guide_anything_else;
}
