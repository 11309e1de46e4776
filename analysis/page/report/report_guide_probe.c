/* How to read the figures of probes. */
#include "analysis/page/report/report_guide.h"

const char iso_guide_probe[] =
    "A linear classifier is learnt on the source&rsquo;s labelled sentences, layer by layer, "
    "and asked about sentences of every language that it has met in none: a curve is the share "
    "it gets right. The source&rsquo;s own curve says what the layer knows of the task at all, "
    "[[chance|the dashed line what always answering with the most frequent class would bring, "
    "]]the distance between the source&rsquo;s curve and another what does not carry over. A "
    "layer serves transfer where the other curves come up to the source&rsquo;s, not where the "
    "source&rsquo;s is highest. Curves at or below what always answering with the most "
    "frequent class would bring carry nothing over: a shift between the languages can push "
    "every sentence to one class. [[bands|Bands are 95&nbsp;% intervals over sentences for the "
    "probes as they are. ]][[hidden|The 95&nbsp;% intervals over sentences, for the probes as "
    "they are, stand in the numbers below. ]]<em>Mind:</em> a probe says what can be read off "
    "in a straight line, not what the model uses, and fine-tuning changes both. <cite>Probes "
    "and their limits: Hewitt and Liang, EMNLP 2019 (arXiv:1909.03368); Pires et al., ACL 2019 "
    "(arXiv:1906.01502).</cite>";

const char iso_guide_language_id[] =
    "How well a linear probe tells from a sentence&rsquo;s state which language it is in, on "
    "sentences it has not met in any language: <b>1</b> is always, the chance level one in as many "
    "as there are languages. Lower is more neutral. Most layers of most models stay near 1, "
    "because one direction of hundreds is enough: read a fall as news, and a value near 1 only as "
    "<em>language can be read off</em>, not as <em>languages are far apart</em>. <cite>Language "
    "neutrality: Libovick&yacute; et al., Findings of EMNLP 2020 (arXiv:2004.05160).</cite>";
