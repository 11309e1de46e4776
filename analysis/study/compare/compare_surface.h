/* The tokens of the languages that a comparison takes, for what holds them constant. */
#ifndef ISO_STUDY_COMPARE_SURFACE_H
#define ISO_STUDY_COMPARE_SURFACE_H

#include "analysis/study/baseline/baseline.h"
#include "analysis/study/items/pairing.h"
#include "lib/encode/states_texts.h"
#include "lib/encode/surface.h"

struct compare_surface {
    iso_model *model;
    iso_texts *corpus; /* NULL: none was named */
    struct compare_tokens {
        int *lang; /* of the collection */
        int count;
        struct states_texts texts;
        struct surface surface; /* items as the states have them */
    } at[2];
};

/* Cuts the texts of every language of a pairing by the tokenizer of opt->model: texts that the
 * states keep, else those of opt->corpus. Errors  those of iso_model_open, iso_states_texts. */
iso_err iso_compare_surface_make(struct compare_surface *out, const struct pairing *p,
                                 const iso_baseline_opt *opt, const iso_run *run);
void iso_compare_surface_free(struct compare_surface *s);

/* Where the language of a matrix is in the surface of its collection. */
int iso_compare_surface_find(const struct compare_surface *s, const struct origin *o);

#endif
