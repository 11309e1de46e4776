/* What a preparation takes from all languages of a collection: the directions that lsar takes out,
 * layer by layer, found when first asked for and kept. */
#ifndef ISO_STUDY_LANGUAGE_SPAN_H
#define ISO_STUDY_LANGUAGE_SPAN_H

#include "analysis/pass/prep.h"
#include "lib/base/run.h"
#include "lib/io/states.h"

/* Of one layer of one collection. */
struct language_span {
    iso_states *states;
    int layer;
    iso_prep_span span;
    iso_mat basis[ISO_PREP_STEPS];
    iso_buf names; /* of the languages whose means it is made of, joined by +; empty without lsar */
};

/* {0} is empty. */
struct language_spans {
    struct language_span **at;
    int count, room;
};

/*
 * The means are of all rows that each language of the collection has at the layer, after the steps
 * before lsar: they do not depend on which languages and items are asked for. Without lsar nothing
 * is read. One matrix is held at a time. *out stands until the list is freed. `prep` is the same in
 * all calls.
 * Errors  ISO_EARG (too few languages, dims that differ, more memory than the run's budget),
 *         ISO_EDATA (means that differ in too few directions), as iso_load_matrix, ISO_ECANCEL.
 */
iso_err iso_language_span(const struct language_span **out, struct language_spans *list,
                          const iso_prep *prep, iso_states *states, int layer, const iso_run *run);
void iso_language_spans_free(struct language_spans *list);

/* The names for the column `subset`, of a layer that was asked for; NULL without lsar. */
const char *iso_language_spans_names(const struct language_spans *list, const iso_states *states,
                                     int layer);

/* Fails where a matrix of n × d cannot be prepared within the budget of a run. ISO_EARG. */
iso_err iso_prep_fits(const char *name, const iso_prep *prep, int64_t n, int64_t d, iso_dtype dtype,
                      const iso_run *run);

#endif
