/* The study of augmentation: copies of texts with words replaced by their neighbours. */
#ifndef ISO_STUDY_AUGMENT_H
#define ISO_STUDY_AUGMENT_H

#include "analysis/study/study.h"
#include "lib/encode/texts.h"

ISO_BEGIN

/** Options of iso_augment; iso_augment_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_augment_opt {
    size_t size;
    const char *table;  /* words and their neighbours: JSON {"word": ["neighbour"]}, or TSV */
    int64_t copies;     /* of each item */
    double probability; /* that a word of the table is replaced; NAN: k / (1 + k) */
    double most;        /* part of a text's words that are replaced at most; NAN: all */
    iso_texts_opt texts;
    const char *path; /* the table to write, .tsv */
} iso_augment_opt;

extern ISO_API const iso_options iso_augment_options;
ISO_API void iso_augment_opt_init(iso_augment_opt *opt, size_t size);

/** What can be said before any file opens. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_augment_check(const iso_augment_opt *opt);

/**
 * Writes copies of the items of `files`, which are read one after another as one text, as a table
 * with the columns copy_of (the item's id, or its number from 1), id (that and the copy's number:
 * "17.2"), text, and text2 and label where the files have them. In each copy every word that the
 * table has as it stands is itself or one of its k neighbours, each with probability 1 / (1 + k),
 * in both texts of a pair independently (or as `probability` and `most` say); words are what stands
 * between spaces. The items themselves are not in it. It is a function of the run's seed, ids, copy
 * and place.
 * Cost    linear; memory is that of all copies.
 * Errors  ISO_EARG, ISO_EIO, ISO_EFORMAT, ISO_ENOMEM, ISO_ECANCEL; nothing is written then.
 * Threads any number of calls at once.
 * Source  Huang, Ahmad, Peng, Chang, EMNLP 2021, arXiv:2104.08645 (RS-DA).
 */
ISO_API ISO_MUST_USE iso_err iso_augment(const char *const *files, int count,
                                         const iso_augment_opt *opt, const iso_run *run);

ISO_END

#endif
