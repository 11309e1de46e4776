/* The study of maps between languages: fitted on some rows, judged on others. */
#ifndef ISO_STUDY_ALIGN_H
#define ISO_STUDY_ALIGN_H

#include "analysis/maps/map.h"
#include "analysis/study/baseline/baseline.h"
#include "analysis/study/study.h"

ISO_BEGIN

/** Among which rows of the target a row of the source searches: all, or those of its fold. */
typedef enum iso_align_candidates { ISO_ALIGN_ALL, ISO_ALIGN_FOLD } iso_align_candidates;

/** Options of iso_align and iso_align_apply; iso_align_opt_init fills the defaults. Texts are
 * borrowed. */
typedef struct iso_align_opt {
    size_t size;
    iso_scope select;
    const char *measure;   /* at each stage: "p@1,p@5:csls,mrr" and those of the registry */
    iso_interval interval; /* USUAL: items for retrieval, the measure's own else; NONE */
    const char *preset;    /* "emerging": fields left as by default */
    const char *prep;      /* steps on the rows of each language: "center,unit" (prep.h) */
    int64_t neighbours;    /* averaged by CSLS and margins; 0: 10, margins 4 */
    const char *train;     /* dictionaries that pair word types: FILE, or LANG=FILE,LANG=FILE */
    const char *test;      /* with `train`: pairs to score on instead of held-out folds */
    iso_map_method method;
    bool centre;          /* means are taken away first and become part of the map */
    double ridge, whiten; /* of RIDGE and WHITENED; NaN: 0.1 and 1 */
    int64_t folds;        /* parts of the rows; 0: 5 */
    iso_align_candidates candidates;
    bool each_fold;         /* records of every fold beside those of all */
    bool correlate;         /* over layers, CKA with p@1 after the map */
    const char *alignments; /* a file of links between words of parallel sentences; states hold
                             * token rows or word rows */
    const char *map;      /* a file to save the maps to, fitted on all rows: .h5, or .npy for one */
    const char *apply;    /* iso_align_apply: such a file */
    const char *encoding; /* of dictionaries: "utf-8" (NULL) or "latin1" */
    bool lower, strict;   /* words in lower case; what is odd in a file is an error */
    bool pad;             /* the side with fewer columns gets columns of zeros */
    iso_baseline_opt baseline; /* of rows that are paired by their items */
    int64_t permutations;      /* of the partners of held-out rows; 0 for none */
} iso_align_opt;

extern ISO_API const iso_options iso_align_options;
ISO_API void iso_align_opt_init(iso_align_opt *opt, size_t size);

/** What can be said before any input is open. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_align_check(const iso_align_opt *opt);

/** What would be fitted: items, rows, pairs, folds, maps, operations, bytes, memory; no number of
 * the states is read. Errors  as iso_align. */
ISO_API ISO_MUST_USE iso_err iso_align_plan(iso_facts *out, iso_states *states,
                                            const iso_align_opt *opt, const iso_run *run);

/**
 * Fits a map from each source to each target, layer by layer, on all folds of the rows but one, and
 * measures that one: "before", the rows as they are; "centred", the means of the rows fitted on
 * removed from both sides and nothing rotated; "after", the source mapped. Appends these stages for
 * every measure, pair and layer, and as "difference" (`given`: what is subtracted) after − before,
 * after − centred, centred − before; and writes `map`. On an error `out` is as before, and no file
 * is there. Rows are paired by the ids of their items, for each pair of languages by itself, by
 * `alignments`, or by `train`. Items of equal text in either language, and all pairs of a word, go
 * to one fold.
 *
 * Value   p@1 and mrr of the outcomes of all folds together, each row searching among all rows of
 *         the target (`candidates`), so that "before" is what iso_retrieve gives; similarities in
 *         the mean over folds; `null` is chance; by dictionary `coverage` is the share of its words
 *         that have rows.
 * Cost    for each map 2 n d^2 + 25 d^3 operations; for each rule three searches of all rows, where
 *         it looks back (CSLS, margins, softmax) 1 + 2 folds of them; the rows of one pair of
 *         languages three times in memory.
 * Errors  ISO_EARG, ISO_EDATA (too few items, different dims without `pad`, no pair with both
 *         words, more memory than the run grants), ISO_EFORMAT, ISO_EIO, ISO_ENUMERIC, ISO_ENOMEM,
 *         ISO_ECANCEL.
 * Threads one call at a time on the same states.
 * Source  Xing et al., NAACL 2015 (orthogonal maps); Artetxe et al., EMNLP 2016 (centring, held-out
 *         dictionaries); Conneau et al., ACL 2020, section 5 (correlation with CKA).
 */
ISO_API ISO_MUST_USE iso_err iso_align(iso_records *out, iso_states *states,
                                       const iso_align_opt *opt, const iso_run *run);

/**
 * Puts the source language through the maps of opt->apply, and writes it, with the target as it is
 * compared with it, to `path` as states. Of the options `select`, which chooses one target, and
 * `pad` count; layers are those that have a map where none are chosen.
 * Cost    2 n d^2 operations a layer; the rows of one language and layer twice in memory.
 * Errors  as iso_align; nothing is left of a file that is not whole.
 */
ISO_API ISO_MUST_USE iso_err iso_align_apply(const char *path, iso_states *states,
                                             const iso_align_opt *opt, const iso_run *run);

ISO_END

#endif
