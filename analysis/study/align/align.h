/* Maps between languages, fitted on some rows and judged on others: from collections to records. */
#ifndef ISO_BIN_ALIGN_H
#define ISO_BIN_ALIGN_H

#include "analysis/measure/measure.h"
#include "analysis/search/neighbours.h"
#include "analysis/pass/prep.h"
#include "analysis/maps/map.h"
#include "bin/settings.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

enum { ALIGN_MEASURES = 48 };

/* What is looked at before and after: retrieval of held-out rows, or a measure of the registry. */
struct align_measure {
    char name[16];         /* "p@1" */
    const char *estimator; /* "cosine" */
    int64_t k;             /* retrieval: hits among the first k; 0 = 1/rank */
    iso_rule rule;         /* retrieval */
    const iso_measure *of; /* NULL: retrieval */
};

/* The command line understood. */
struct align_ask {
    const struct settings *set;
    struct align_measure measure[ALIGN_MEASURES];
    int measures, folds;
    iso_near_opt near; /* but for the rule */
    iso_prep prep;
    iso_map_opt map;
    char *prep_text, *train; /* as records have them; prep_text is NULL for no step */
};

/* Errors ISO_EARG: what the command line alone shows wrong. Free in any case. */
iso_err iso_align_ask_make(struct align_ask *out, const struct settings *set);
/* The first measure of that name and rank; −1. */
int iso_align_measure_find(const struct align_ask *ask, const char *name, int64_t k);
void iso_align_ask_free(struct align_ask *ask);

/* Adds the records of every pair of languages and layer, and writes --map; with --plan the plan
 * goes to standard output and nothing is read. */
iso_err iso_align_records(iso_records *out, const struct align_ask *ask, iso_states *s,
                          const iso_run *run);

/* --apply: the source language through saved maps, the target as it is compared with it, as a
 * native file. */
iso_err iso_align_apply(const struct align_ask *ask, iso_states *s, const iso_run *run);

#endif
