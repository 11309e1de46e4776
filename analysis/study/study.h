/* What the options of several studies have in common.
 * Threads, of every study: any number may call its _opt_init and _check at once; _plan is as the
 * study, which says what holds for it. */
#ifndef ISO_STUDY_STUDY_H
#define ISO_STUDY_STUDY_H

#include <stdbool.h>

#include "lib/base/facts.h"
#include "lib/base/option.h"
#include "lib/base/run.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

ISO_BEGIN

/** Which pairs of languages: each source with each target, or all. */
typedef enum iso_pairs { ISO_PAIRS_SOURCES, ISO_PAIRS_ALL } iso_pairs;

/** How intervals are made; not every study makes all. */
typedef enum iso_interval {
    ISO_INTERVAL_USUAL, /* as the study does it where nothing is said */
    ISO_INTERVAL_NONE,
    ISO_INTERVAL_JACKKNIFE,
    ISO_INTERVAL_GROUPS,
    ISO_INTERVAL_BOOT_ITEMS,
    ISO_INTERVAL_BCA
} iso_interval;

/** Languages and layers to take. Lists are comma-separated. */
typedef struct iso_scope {
    const char *src;    /* source language; NULL: what the states say, else the first */
    const char *tgt;    /* target languages; NULL: all others */
    const char *layers; /* "0,3-6,last"; NULL: all */
    iso_pairs pairs;
    bool common;  /* of all pairs the items that all chosen languages have */
    bool across;  /* every layer with every layer, instead of each with itself */
    bool shuffle; /* permute the targets' rows: the control that should find nothing */
} iso_scope;

/* The rows of a table of options for an iso_scope called `select`. */
#define ISO_SELECT_SRC(type)                                                                       \
    ISO_OPTION_AS(type, "src", NAMES, select.src, "LANG",                                          \
                  "source language (default: as the file says, else the first)")
#define ISO_SELECT_TGT(type)                                                                       \
    ISO_OPTION_AS(type, "tgt", NAMES, select.tgt, "LANG[,LANG]",                                   \
                  "target languages (default: all others)")
#define ISO_SELECT_PAIRS(type)                                                                     \
    ISO_OPTION_AS(type, "pairs", ENUM, select.pairs, "all",                                        \
                  "take every pair of languages instead of source and targets", .choices = "all",  \
                  .excludes = "src")
#define ISO_SELECT_COMMON(type)                                                                    \
    ISO_OPTION_AS(type, "common", FLAG, select.common, NULL,                                       \
                  "of every pair the items that all chosen languages have (default: its own)")
#define ISO_SELECT_LAYERS(type)                                                                    \
    ISO_OPTION_AS(type, "layers", RANGES, select.layers, "LIST",                                   \
                  "layers to take: 0,3-6,last (default: all)")

/* The row of a table of options for a field `prep`. */
#define ISO_OPTION_PREP(type, ...)                                                                 \
    ISO_OPTION(type, TEXT, prep, "LIST",                                                           \
               "steps on the rows of each language, in order: center,unit,zscore,unitdim,"         \
               "remove-pcs:K,lsar:R,clip:Q,iternorm",                                              \
               __VA_ARGS__)

/* The row of a table for a field `permutations`: int64_t, 0 for none
 * (analysis/measure/permutation.h).
 */
#define ISO_OPTION_PERMUTATIONS(type, ...)                                                         \
    ISO_OPTION(type, INT, permutations, "K",                                                       \
               "permute the target's items K times (1000): p, calibrated value, p of the search",  \
               .least = 1, .most = 1e9, __VA_ARGS__)

ISO_END

#endif
