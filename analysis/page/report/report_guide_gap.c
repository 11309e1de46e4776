/* How to read the figures of transfer gaps. */
#include "analysis/page/report/report_guide.h"

const char iso_guide_gap[] =
    "What is lost when a model that learnt a task in the source language meets another: the score "
    "in the source minus the score there, as a fraction (<b>0.2</b> is 20 points). The gap mixes "
    "two things that no table can part: what the representation fails to carry over, and how hard "
    "the task, the translation of its test set and the text itself are in that language. A small "
    "gap under a low source score is no virtue either; look at the scores beside it. <cite>The "
    "cross-lingual transfer gap: Hu et al., ICML 2020 (arXiv:2003.11080).</cite>";

const char iso_guide_gap_scatter[] =
    "A dot is a language: across, how far (or how like) it is from the source in this layer; "
    "upwards, what transfer to it loses. If discrepancy explains the loss, dots lie along a "
    "line: <em>falling</em> where high means alike (CKA, cosine, retrieval), <em>rising</em> "
    "where high means apart (distances of centroids). The line is that of least squares, the "
    "band holds the true line 95 times in 100 if languages were drawn at random and errors "
    "alike; <b>r</b> (Pearson) asks for a straight line, <b>&rho;</b> (Spearman) only for the "
    "same order. <em>Mind:</em> with {n} languages a Pearson correlation below {critical} in "
    "size is not distinguishable from 0 at 5&nbsp;%, one language in a corner can make or "
    "break it (the records hold it without each in turn), languages are related and share "
    "scripts, so they are fewer than they look, and script, family and the size of the "
    "pretraining text go with both axes: correlation here is no cause. <cite>Representation "
    "discrepancy and transfer gap: Yang et al., ICLR 2022 (arXiv:2205.04182).</cite>";

const char iso_guide_gap_layers[] =
    "The same correlation in every layer, a curve for each way to measure discrepancy[[bands|; "
    "bands are 95&nbsp;% bootstrap intervals over languages]][[hidden|; 95&nbsp;% bootstrap "
    "intervals over languages stand in the numbers below]][[chance|, the dashed line is no "
    "correlation]]. Measures of likeness should lie below 0 and distances above it. Look for a "
    "stretch of layers and for measures that agree rather than for the highest point: with "
    "many layers and measures the best of them looks good by chance, and each p in the records "
    "is for one alone, not corrected. Intervals that reach 0 show nothing. <cite>Intervals: "
    "Efron, JASA 82 (1987); what is correlated: Yang et al., ICLR 2022 "
    "(arXiv:2205.04182).</cite>";
