/* What a comparison holds constant: rows of both sides less their regression on covariates of both
 * sides. */
#ifndef ISO_STUDY_COMPARE_CONDITION_H
#define ISO_STUDY_COMPARE_CONDITION_H

#include "analysis/study/compare/compare_surface.h"
#include "analysis/study/items/covariates.h"
#include "lib/base/str.h"
#include "lib/linalg/design.h"

/* The covariates of one language of one collection, in its own order of items. */
struct condition_side {
    const iso_lang *lang;
    const char *path; /* for messages */
    int64_t cols;
    double *value; /* items × cols, NAN where the table lacks the item */
};

/* What a pair is regressed on; pairs of the same languages and items share it. */
struct condition_design {
    int x, y; /* matrices of the pairing that it was made for */
    iso_design design;
    iso_buf text; /* as records have it: names of the files of both sides */
};

/* {0} holds nothing constant. */
struct condition {
    struct condition_table {
        char *lang; /* NULL: of all languages */
        struct covariates table;
    } * table;
    int tables;
    struct compare_surface surface; /* of lengths, instead of tables */
    struct condition_side *side;
    int sides;
    const int64_t **pick; /* by matrix of the pairing: rows taken; NULL: as they are */
    struct condition_design **design;
    int designs;

    /* The task that takes the place of the pairing's: matrices of residuals, the same pairs. */
    iso_rows **rows;
    int matrices;
    int (*made_of)[2]; /* by matrix: of the pairing, design */
    int *set;          /* by matrix */
    iso_gram_pair *pair;
    int *design_of; /* by pair */
    const iso_design **by_pair;
    iso_mat buffer;
};

/* What the options alone show wrong: only CKA is of kernels, and tokens need a model. ISO_EARG. */
iso_err iso_condition_check(const char *condition, const iso_baseline_opt *texts,
                            const iso_measure *const *measure, int measures);

/* The words that name no file. */
bool iso_condition_is_length(const char *condition);
bool iso_condition_is_pieces(const char *condition);

/* Reads the tables of an option, or cuts texts for "length" (NULL, "pieces": nothing), and makes
 * the designs of all pairs; reads no state. Sources must be those of the pairing. Errors  as
 * iso_covariates_read, iso_covariates_find; ISO_EARG (a language without table, items that a table
 * lacks: the first, and how many). */
iso_err iso_condition_make(struct condition *out, const char *condition,
                           const iso_baseline_opt *texts, const struct pairing *p,
                           const iso_run *run);

/* Makes the residual sources over those of the pairing (prepared or not), and puts them and their
 * designs into the task. */
iso_err iso_condition_open(struct condition *c, struct pairing *p, const iso_run *run);

/* The regressions, matrix after matrix: reads each once. */
iso_err iso_condition_fit(struct condition *c, const iso_run *run);

/* Values of pairs that have no such regression become undefined. */
void iso_condition_judge(iso_value *values, const iso_task *task, const struct condition *c);

/* For the column `condition` of a pair, or NULL. */
const char *iso_condition_text(const struct condition *c, int64_t pair);

/* Bytes that fitting reads, and bytes of memory kept. */
int64_t iso_condition_reads(const struct condition *c);
int64_t iso_condition_keeps(const struct condition *c);
void iso_condition_free(struct condition *c);

#endif
