/* How to read the figures of mixing. */
#include "analysis/page/report/report_guide.h"

const char iso_guide_mixed[] =
    "X-Mixup lets the sentence of the target language look at its translation inside one "
    "layer: after the target&rsquo;s own attention, its tokens ask the tokens of the source "
    "with the same weights, and <b>(1&nbsp;&minus;&nbsp;&lambda;)</b> parts of the "
    "target&rsquo;s state and <b>&lambda;</b> parts of the answer go on together. The curves "
    "compare source and target, layer by layer, without mixing and with it; the source itself "
    "is never changed. [[mean|The means over the languages stand on the left, how mixing "
    "changes them on the right. ]]Two <em>controls</em> are dashed. <b>fixed:0</b> mixes with "
    "&lambda;&nbsp;=&nbsp;0: nothing of the source comes in, and yet it is not the plain "
    "encoder, because the mixed layer normalises the target&rsquo;s state a second time; what "
    "this alone changes is no merit of the source. <b>shuffled</b> mixes with a sentence of "
    "the source that is not the translation, and then compares with the right one: it tells "
    "what any sentence of the source would have done. An effect is claimed for a language and "
    "a layer only when the paired 95&nbsp;% intervals of the difference from not mixing, from "
    "fixed:0 and from shuffled all leave 0 out, on the same side. [[bands|Bands that overlap "
    "say nothing against it: they hold what sentences do to all curves alike, which cancels in "
    "the differences. ]][[mean|The band holds all languages, from the least changed to the "
    "most, and is no interval. ]]<em>Mind:</em> the very sentence that the target is compared "
    "with was mixed into it, so some likeness is built in, and goes on through the layers "
    "above. That mixing brings states closer is no proof that a task gains by it: scores tell. "
    "<cite>Yang et al., ICLR 2022 (arXiv:2205.04182).</cite>";

const char iso_guide_mixed_centroid[] =
    "The same question of the shift between the languages&rsquo; means: <b>low</b> is closer. "
    "Mixing with <em>any</em> sentence of the source pulls the mean towards it, so where shuffled "
    "does as much, it is the language that was mixed in, not the meaning; the claim then fails, "
    "and should. fixed:0 is what the second normalisation of the mixed layer does alone. "
    "<cite>Mixing: Yang et al., ICLR 2022 (arXiv:2205.04182); centroids: Libovick&yacute; et al., "
    "Findings of EMNLP 2020 (arXiv:2004.05160).</cite>";

const char iso_guide_mixed_cosine[] =
    "The same question of each sentence and its translation, after the mean of each language was "
    "taken off: <b>high</b> is closer. Here mixing with a wrong sentence of the source brings in "
    "the wrong meaning, so shuffled should fall where mixing rises. fixed:0 is what the second "
    "normalisation of the mixed layer does alone. <cite>Mixing: Yang et al., ICLR 2022 "
    "(arXiv:2205.04182).</cite>";

const char iso_guide_mixed_retrieval[] =
    "The share of sentences of the source that find their translation by cosine: <b>high</b> is "
    "closer. The target has seen the very sentence that it is then found by, so a rise at the "
    "mixed layer is what mixing does by construction; as a score of retrieval it must not be "
    "quoted. Compare with shuffled, where every sentence has seen a wrong one, and look at the "
    "layers above. fixed:0 is what the second normalisation does alone. <cite>Mixing: Yang et al., "
    "ICLR 2022 (arXiv:2205.04182).</cite>";

const char iso_guide_sweep[] =
    "Every layer was mixed in turn (across), and the same measured from that layer up "
    "(upwards), on average over the languages. The column <b>none</b> is the encoder without "
    "mixing: a row that gains nothing over its first cell gains nothing by mixing. The frame "
    "marks the best cell of the last layer, none included. [[second|The second map is what "
    "mixing brings beyond the control fixed:0, which is the mixed layer with "
    "&lambda;&nbsp;=&nbsp;0, so a second normalisation and nothing of the source: blue is "
    "closer, red farther apart; near white, the source itself did nothing. ]]The diagonal, "
    "measured right where the source came in, is high by construction; what lasts to the top "
    "row is what a classifier would see. Means over languages hide those it harms: the numbers "
    "below have each. <cite>Yang et al., ICLR 2022 (arXiv:2205.04182), who mix at one layer, "
    "chosen by task.</cite>";

const char iso_guide_lambda[] =
    "&lambda; is how much of the source goes into the mix, one number a sentence: "
    "&lambda;<sub>0</sub> times a sigmoid of W&nbsp;(H<sub>1</sub>&nbsp;+&nbsp;H<sub>2</sub>)&nbsp;"
    "+&nbsp;b, where the H are mean entropies of the attention between the two sentences, target "
    "tokens over those of the source and back: low when each token finds one partner, high when it "
    "looks everywhere. W and b belong to training; without trained ones they are 1 and 0, and "
    "&lambda; then <em>rises</em> with uncertainty, from half of &lambda;<sub>0</sub> to "
    "&lambda;<sub>0</sub>, and hardly differs between sentences. Entropies <b>masked</b> "
    "leave padding out, so that &lambda; is a property of the two sentences; <b>repo</b> counts "
    "padding as the published code does, and &lambda; then depends on the length to which "
    "sentences "
    "were padded. Intervals are of the mean over sentences; the records hold the spread, the "
    "histogram and the entropies. <cite>Yang et al., ICLR 2022 (arXiv:2205.04182).</cite>";
