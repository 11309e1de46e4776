/* The study of word translation: how many words of a dictionary find their translation. */
#ifndef ISO_STUDY_TRANSLATION_H
#define ISO_STUDY_TRANSLATION_H

#include "analysis/study/study.h"
#include "lib/encode/texts.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/** One side: a file, or one language of states, or words and rows in memory. All is borrowed. */
typedef struct iso_words_side {
    const char *file; /* FILE, LANG=FILE, LANG:LAYER=FILE: word vectors, or states of word types */
    iso_states *states; /* whose rows are word types */
    const char *lang;   /* of `states` (NULL: its only one); of memory the name records have */
    const char *const *words; /* of `rows` */
    iso_view rows;
} iso_words_side;

/** The map between the sides. */
typedef enum iso_words_method {
    ISO_WORDS_NONE = 1, /* the spaces are compared as they are */
    ISO_WORDS_ORTHOGONAL,
    ISO_WORDS_ROTATION,
    ISO_WORDS_SCALED,
    ISO_WORDS_RIDGE,
    ISO_WORDS_LEAST_SQUARES,
    ISO_WORDS_WHITENED
} iso_words_method;

/** Options of iso_words; iso_words_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_words_opt {
    size_t size;
    const char *layers;       /* of states: "0,3-6,last" */
    const char *measure;      /* scores to search by: "csls,cosine,invsoftmax" */
    const char *preset;       /* "muse", "vecmap", "emerging": fields left as by default */
    const char *prep;         /* steps on the rows of each side */
    const char *k;            /* ranks of P@k: "1,5,10" */
    int64_t neighbours;       /* that CSLS averages; of `nearest` those of a word */
    double beta;              /* inverse temperature of invsoftmax; NaN: 30, as MUSE */
    const char *train, *test; /* files of dictionaries; `test` is needed */
    bool unsupervised;        /* instead of `train` */
    iso_words_method method;  /* 0: orthogonal */
    const char *steps;        /* a chain instead of `method`: "whiten,rotate,reweight:0.5" */
    int64_t refine;           /* rounds of fitting anew on mutual nearest neighbours */
    int64_t max_vocab;        /* the first so many words of each side */
    const char *encoding;     /* "utf-8" or "latin1" */
    bool lower, strict, pad;
    iso_interval interval; /* USUAL and BOOT_ITEMS, BCA, NONE */
    const char *nearest;   /* a file to write: see iso_words_nearest */
    double threshold;      /* least cosine of its neighbours; NaN: any */
    const char *anchors;   /* "words", "words-share", "pieces", "pieces-share", "all": see
                            * iso_words_anchors */
    const char *model;     /* of `anchors`: the folder whose tokenizer makes pieces */
    iso_texts_opt texts;   /* of `anchors`: what a call opens that is given no texts */
} iso_words_opt;

extern ISO_API const iso_options iso_words_options;
ISO_API void iso_words_opt_init(iso_words_opt *opt, size_t size);

/** What can be said before any file is open. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_words_check(const iso_words_opt *opt);

/** What would be computed, layer by layer: words, dims, pairs, rounds, operations, memory; the
 * files are read. Errors  as iso_words. */
ISO_API ISO_MUST_USE iso_err iso_words_plan(iso_facts *out, const iso_words_side side[2],
                                            const iso_words_opt *opt, const iso_run *run);

/**
 * Appends P@k and mean reciprocal rank by every score and denominator, and the coverage of the test
 * dictionary, for every layer; on an error `out` is as before. The fit never sees the test words.
 * Value   shares in [0, 1]; `null` is the chance of a random answer.
 * Cost    O(n m d) operations a score for n and m words, and d^3 a map.
 * Errors  ISO_EARG, ISO_EDATA (no pair of a dictionary is there, different layers), ISO_EIO,
 *         ISO_EFORMAT, ISO_ENOMEM (also more memory than the run grants), ISO_ECANCEL.
 * Threads any number of calls at once on files; one at a time on the same states.
 * Source  Conneau et al., ICLR 2018 (MUSE); Artetxe et al., AAAI 2018 (vecmap).
 */
ISO_API ISO_MUST_USE iso_err iso_words(iso_records *out, const iso_words_side side[2],
                                       const iso_words_opt *opt, const iso_run *run);

/**
 * Writes the file `nearest`: each word of one side with the words nearest to it by cosine, at most
 * `neighbours`, none below `threshold`, as JSON {"word": ["neighbour", ...]}, the nearest first.
 * Of states one layer is taken.
 * Cost    O(n² d) operations for n words.
 * Errors  as iso_words; ISO_EDATA (one word).
 * Threads as iso_words.
 */
ISO_API ISO_MUST_USE iso_err iso_words_nearest(const iso_words_side *side, const iso_words_opt *opt,
                                               const iso_run *run);

/**
 * Appends, for each pair of languages of the texts, the strings that both have (anchor points, Wu
 * et al., ACL 2020): how many distinct ones (`words` in lower case, without punctuation around
 * them; `pieces` of the tokenizer of `model`), and what share of all running words or pieces of
 * both texts they are (`words-share`, `pieces-share`). `texts` may be NULL: opened as `opt` says.
 * Value   counts; shares in [0, 1]. `n` is what they are counted among: distinct strings of either
 *         text, running ones of both.
 * Cost    linear in the texts, and in distinct strings a pair.
 * Errors  ISO_EARG (pieces without a model, one language, token ids), those of iso_texts_open and
 *         of the tokenizer, ISO_ENOMEM, ISO_ECANCEL; `out` is as before.
 * Threads any number of calls at once.
 * Source  Wu, Conneau, Li, Zettlemoyer, Stoyanov, ACL 2020, arXiv:1911.01464.
 */
ISO_API ISO_MUST_USE iso_err iso_words_anchors(iso_records *out, const iso_texts *texts,
                                               const iso_words_opt *opt, const iso_run *run);

ISO_END

#endif
