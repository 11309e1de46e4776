#include "analysis/page/report/report_guide.h"

const char iso_guide_cka_curves[] =
    "CKA asks whether two languages arrange the same sentences alike: whether sentences that lie "
    "close together in one language have translations that lie close together in the other. "
    "<b>1</b> means the two arrangements agree up to rotation and scale, <b>0</b> is what "
    "unrelated sentences give. The debiased estimator keeps that chance level at 0 for any "
    "number of sentences; the usual biased one rises when sentences are few or dimensions many. "
    "Curves that rise towards the middle and fall at the end are the common picture: middle "
    "layers share most, the last ones return to the words of one language. [[bands|Bands are "
    "95&nbsp;% intervals over sentences: how far the number would move with other sentences of "
    "the same kind, not with another kind of text. ]][[hidden|The 95&nbsp;% intervals over "
    "sentences, in the numbers below, say how far a value would move with other sentences of the "
    "same kind, not with another kind of text; they overlap, so the order of neighbouring curves "
    "is not certain. ]]<em>Mind:</em> the directions of largest variance weigh most, so a few "
    "very large dimensions can carry the value; in layer 0 a shared direction such as sentence "
    "length, which position embeddings encode, is enough for a high value; and a constant shift "
    "between languages is invisible here (the centroid section measures it). <cite>Kornblith et "
    "al., ICML 2019 (arXiv:1905.00414); debiased by the estimator of Song et al., JMLR 2012; "
    "between languages: Conneau et al., ACL 2020 (arXiv:1911.01464).</cite>";

const char iso_guide_cka_biased[] =
    "The same question as with the debiased estimator, answered by the form most papers print. "
    "Its chance level is not 0: it grows with the number of dimensions and shrinks with the "
    "number of sentences[[chance| (dashed line)]][[own| (dotted lines)]], so a high curve may "
    "be mostly chance. Use it to compare with published numbers of the same number of "
    "sentences, not to judge how much is shared. <cite>Kornblith et al., ICML 2019 "
    "(arXiv:1905.00414).</cite>";

const char iso_guide_cosine_raw[] =
    "The mean cosine of a sentence and its translation. <b>1</b> means the same direction. "
    "Unlike CKA it requires the same coordinates, not only the same arrangement. <em>Mind "
    "chance</em>: the mean cosine of all sentences of a language with all of the source, "
    "translations or not[[own| (dotted, each in the colour of its language)]][[chance| "
    "(dashed)]]. In models of this family all vectors share a common direction, so unrelated "
    "sentences can reach 0.9; judge the height of a curve above its own chance level, not above "
    "0. <cite>On that common direction: Ethayarajh, EMNLP 2019 (arXiv:1909.00512).</cite>";

const char iso_guide_cosine_centred[] =
    "The mean cosine of a sentence and its translation after the mean vector of each language "
    "was subtracted, which removes both the common direction and the shift between the "
    "languages. Chance is close to 0. Where this curve lies far above the raw cosine&rsquo;s "
    "height over its own chance level, languages differ mainly by a shift, which is easily "
    "removed; where both are low, they differ in more than that. <cite>Centring by language: "
    "Libovick&yacute; et al., Findings of EMNLP 2020 (arXiv:2004.05160).</cite>";

const char iso_guide_retrieval_cosine[] =
    "Every sentence of the source looks for its nearest neighbour by cosine among all sentences "
    "of the other language; the curve is the share that finds its translation. Chance is one in "
    "the number of sentences[[chance| (dashed)]]. This requires more than CKA: not whether the "
    "arrangement is similar, but whether a sentence is distinguished from every other. It "
    "depends on how many sentences are searched, so compare only numbers of the same text. "
    "Latin-script languages often stand high in layer 0 already, through shared words, names and "
    "digits. The records hold the other direction too. <cite>Protocol: Artetxe and Schwenk, TACL "
    "2019 (arXiv:1812.10464); XTREME: Hu et al., ICML 2020 (arXiv:2003.11080).</cite>";

const char iso_guide_retrieval_csls[] =
    "The same search, where a sentence that is near to everything (a hub) loses what it is near "
    "to its ten nearest on average. Where this curve lies well above the one by cosine, hubs and "
    "the common direction of all vectors keep translations apart, rather than missing meaning. "
    "<cite>CSLS: Lample et al., ICLR 2018 (arXiv:1710.04087); hubs: Radovanovi&cacute; et al., "
    "JMLR 2010.</cite>";

const char iso_guide_alignment[] =
    "An orthogonal map rotates the source into the space of each language. It is fitted on four "
    "of five folds of the translations and evaluated on the fifth, for each fold in turn; the "
    "curve is the share of sentences that find their translation among all sentences, as in plain "
    "retrieval. [[chance|The dashed line is chance. ]]Much of what a map gains is often no more "
    "than the means of the languages moved together. The map is worth what it adds to the thin "
    "line <i>centred</i>: above it the spaces have the same shape with different axes, below "
    "it the rotation costs more than it brings. <code>isogloss align</code> gives intervals of the "
    "differences. <cite>Orthogonal maps: Sch&ouml;nemann, Psychometrika 1966; of independently "
    "trained models: Conneau et al., ACL 2020 (arXiv:1911.01464).</cite>";

const char iso_guide_layer_map[] =
    "Every layer of the source language (across) with every layer of another (upwards). A bright "
    "band along the diagonal means the languages pass the same stages in the same layers; a "
    "bright block means that several layers hold nearly the same arrangement; a band beside the "
    "diagonal, that one language reaches a stage later than the other. Compare colours within "
    "one figure: the scale is shared by its panels and need not begin at 0. <cite>Kornblith et "
    "al., ICML 2019 (arXiv:1905.00414).</cite>";

const char iso_guide_language_map[] =
    "All pairs of languages, a panel per layer, one order for all: languages with similar rows "
    "are next to each other (average linkage on the last panel, its tree ordered so that "
    "neighbours are close). Bright blocks are groups of languages that the model arranges in a "
    "similar way, often a family or a script; watch whether they dissolve in the middle layers "
    "and return in the last. The colour scale is shared by the panels and need not begin at 0. "
    "<cite>Measure: Kornblith et al., ICML 2019 (arXiv:1905.00414).</cite>";

const char iso_guide_centroid_relative[] =
    "How far the mean vectors (centroids) of two languages lie apart, in units of how far "
    "sentences of one language lie from their own mean. Well below 1: the languages overlap, "
    "with a small shift. Above 1: they are separated. Low is more cross-lingual. Chance[[chance| "
    "(dashed)]][[own| (dotted)]] is the value if rows were assigned to the two languages at "
    "random. This shift is exactly what centring by language removes, and what CKA does not see. "
    "<cite>Libovick&yacute; et al., Findings of EMNLP 2020 (arXiv:2004.05160).</cite>";

const char iso_guide_centroid_share[] =
    "Of the squared distance between a sentence and its translation, the part that is the shift "
    "between the two languages&rsquo; means and therefore the same for all sentences. <b>0.8</b> "
    "means that four fifths of that distance depend only on the language, and that centring "
    "would remove them. Low means that centring gains little. Chance[[chance| (dashed)]][[own| "
    "(dotted)]] is the value if rows were assigned to the languages at random. <cite>Centring by "
    "language: Libovick&yacute; et al., Findings of EMNLP 2020 (arXiv:2004.05160).</cite>";

const char iso_guide_centroid_map[] =
    "The same distances for all pairs of languages. Bright is near here too, so the scale runs "
    "the other way. Languages with similar rows are next to each other; groups often follow "
    "script and family. <cite>Libovick&yacute; et al., Findings of EMNLP 2020 "
    "(arXiv:2004.05160).</cite>";

const char iso_guide_given[] =
    "CKA of what is left of both languages when what is named with the figure is held constant: "
    "the rows, "
    "or for pieces their kernels, are regressed on it. Similarity that comes from sentences being "
    "long in both languages, or from strings that both write alike, is gone; what the network has "
    "learnt beyond it stays. Look at how much lower the curves are than without, and whether "
    "random weights keep anything. <cite>Cui et al., NeurIPS 2022 (arXiv:2202.00095).</cite>";

const char iso_guide_models[] =
    "Each language of one model with the same language of the other, over the same sentences. "
    "<b>1</b> "
    "means that both models arrange the sentences of that language alike, <b>0</b> is chance. "
    "Languages whose curve falls are those that the second model (a fine-tuned one, for example) "
    "treats "
    "differently; where all curves fall together, the change is not about language. "
    "<cite>Kornblith et "
    "al., ICML 2019 (arXiv:1905.00414).</cite>";

const char iso_guide_difference[] =
    "The similarity of the source with each language in the first model minus the same in the "
    "second. Above 0 the first model brings the two languages closer, below 0 the second. The "
    "interval is paired: both models saw the same sentences, and what sentences do to both "
    "cancels. Where an interval[[bands|, a band,]] holds 0, no difference has been shown. "
    "<cite>Kornblith et al., ICML 2019 (arXiv:1905.00414).</cite>";

const char iso_guide_anything_else[] = "A measure without a reading guide of its own. The figure "
                                       "shows its values with their 95&nbsp;% "
                                       "intervals and chance levels, where the records hold them.";
