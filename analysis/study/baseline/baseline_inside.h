/* Inside the baselines: what is asked, the texts, collections that stand in. */
#ifndef ISO_STUDY_BASELINE_INSIDE_H
#define ISO_STUDY_BASELINE_INSIDE_H

#include "analysis/study/baseline/baseline_run.h"
#include "analysis/study/baseline/baseline_set.h"
#include "analysis/study/items/selection.h"
#include "lib/encode/states_texts.h"
#include "lib/encode/surface.h"
#include "lib/io/states_made.h"
#include "lib/nn/config.h"

enum baseline_kind { BASELINE_RANDOM, BASELINE_PIECES, BASELINE_LENGTH, BASELINES };

/* Random weights are drawn so many times. */
enum { BASELINE_SEEDS = 3 };

/* Everything a baseline is made of. */
struct baseline {
    struct baseline_ask how;
    iso_run silent;
    const struct baseline_ask *ask; /* these two */
    const iso_run *run;
    bool asked[BASELINES];
    struct selection sel;
    int *lang;         /* of the selection, in the order of the states */
    int source;        /* where comparisons start from, a number in the states */
    iso_model *model;  /* with the states' own weights; NULL where it is not needed */
    iso_texts *corpus; /* NULL: none was named */
    struct states_texts texts;
};

/* baseline_states.c: a collection that has the items of the states, under the same names, and other
 * rows. Languages are numbers in `lang` of the baseline. */
iso_err iso_baseline_states_new(iso_states **out, const struct baseline *b, const char *model);
iso_err iso_baseline_states_add(iso_states *to, const struct baseline *b, int lang, int layer,
                                const struct made_rows *made);

/* That what is given for random has the languages, layers and items of the states. ISO_EARG. */
iso_err iso_baseline_states_fit(const struct baseline *b, iso_states *given);

/* baseline_set.c: its states of the random weights of a seed; NULL: it is NULL. */
iso_states *iso_baseline_set_random(const iso_baseline_set *set, const char *seed);

/* baseline_random.c: states of the random weights of a seed, and how many bytes they take. */
iso_err iso_baseline_random_draw(iso_states **out, const struct baseline *b, const char *seed,
                                 const iso_run *run);
double iso_baseline_random_bytes(const struct baseline *b);
iso_err iso_baseline_random(iso_records *out, const struct baseline *b);
iso_err iso_baseline_random_plan(iso_facts *out, const struct baseline *b);

/* baseline_surface.c: of pieces and lengths, which have no layer. */
iso_err iso_baseline_surface(iso_records *out, const struct baseline *b, bool pieces, bool length);

#endif
