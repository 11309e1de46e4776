/* Baselines: what stands in for states, so that a number can be held against what needs no
 * training. */
#ifndef ISO_STUDY_BASELINE_H
#define ISO_STUDY_BASELINE_H

#include "lib/base/option.h"
#include "lib/io/states.h"

ISO_BEGIN

/** What several studies share of them (baseline_set.h). */
typedef struct iso_baseline_set iso_baseline_set;

/**
 * Which baselines a study runs beside the states, over the same items; their values are records of
 * their own with the column `baseline`.
 *
 *     random   the same architecture with random weights over the same texts, seeds 1, 2, 3: the
 *              mean of three values, and their range; or what `states` says
 *     pieces   counts of the tokenizer's pieces times max(0, log(N / (1 + df))): df texts of both
 *              sides of a pair have the piece, of N items (probes: texts of the sources). No layer
 *     length   the number n of a text's tokens, special ones left out: columns n, log n, 1/n. No
 *              layer
 */
typedef struct iso_baseline_opt {
    const char *kinds;  /* "random,pieces,length"; NULL: none, or random where `states` are given */
    iso_states *states; /* stand for random: states of the same items, made elsewhere; or NULL */
    const char *model;  /* the folder of the states' checkpoint: architecture and tokenizer */
    const char *corpus; /* a folder of their texts, for languages kept without */
    const iso_baseline_set *set; /* made of the same states before, borrowed; NULL: none */
} iso_baseline_opt;

/* Rows of a table of options, for an iso_baseline_opt called `baseline`. */
#define ISO_BASELINE_OPTIONS(type)                                                                 \
    ISO_OPTION_AS(type, "baseline", TEXT, baseline.kinds, "LIST",                                  \
                  "beside the states: random (weights), pieces (tf-idf of tokens), length"),       \
        ISO_OPTION_AS(type, "baseline_states", INPUT, baseline.states, "INPUT...",                 \
                      "states that stand for random, instead of three made for it",                \
                      .reads = ISO_READS_STATES, .tier = ISO_OPTION_RARE),                         \
        ISO_OPTION_AS(type, "model", PATH, baseline.model, "DIR",                                  \
                      "folder of the states' checkpoint, for " ISO_FIELD(baseline),                \
                      .reads = ISO_READS_CHECKPOINT),                                              \
        ISO_OPTION_AS(type, "corpus", PATH, baseline.corpus, "DIR",                                \
                      "texts of the states, for " ISO_FIELD(baseline) ", where they keep none",    \
                      .reads = ISO_READS_CORPUS)

ISO_END

#endif
