/* What probes are made of, for the study of probes and others that fit them: languages, examples,
 * layers. */
#ifndef ISO_STUDY_PROBE_SET_H
#define ISO_STUDY_PROBE_SET_H

#include <stdbool.h>

#include "analysis/study/items/language_span.h"
#include "analysis/classify/linear_probe.h"
#include "analysis/classify/probe.h"
#include "analysis/classify/scored.h"
#include "analysis/measure/value.h"
#include "analysis/study/probe/probes.h"
#include "analysis/study/items/selection.h"
#include "lib/base/str.h"
#include "lib/linalg/view.h"

/* --- What is asked --- */

/* Who says what an example is. */
enum probe_predictor {
    PROBE_LEARNT,   /* the probe */
    PROBE_MAJORITY, /* the most frequent class of the rows trained on */
    PROBE_SHUFFLED, /* a probe trained on labels that were permuted */
    PROBE_LANGUAGE, /* a probe that tells languages */
    PROBE_PREDICTORS
};

enum probe_kind {
    PROBE_ACCURACY,
    PROBE_F1,
    PROBE_GAP,
    PROBE_GAP_MEAN,
    PROBE_SOURCE_MEAN, /* of the grid: one source over the other languages */
    PROBE_TARGET_MEAN, /* one language over the other sources */
    PROBE_PAIR         /* of a grid of pairs of sentences: each in another language */
};

/* A measure and estimator; the order is that of records. */
struct probe_cell {
    const char *measure, *estimator;
    enum probe_kind kind;
    enum probe_predictor predictor;
    bool usual; /* meant by the measure's bare name */
};

enum { PROBE_CELLS = 13 };
extern const struct probe_cell iso_probe_cells[PROBE_CELLS];

struct probe_ask {
    iso_scope select;
    int64_t budget;
    uint64_t seed;
    const iso_run *run;
    bool asked[PROBE_CELLS];
    bool needs[PROBE_PREDICTORS];
    bool labels; /* something is asked that needs labels */
    bool bare;   /* no intervals */
    bool each;   /* a probe of each source */
    bool paired; /* each, of pairs of sentences */
    bool named;  /* pairs in two languages were asked for by name */
    int folds;
    iso_prep prep;
    iso_buf prep_text; /* as records have it: "pair" after the steps where sentences are paired */
};

iso_err iso_probe_ask_make(struct probe_ask *out, const iso_probe_opt *opt, const iso_run *run);
void iso_probe_ask_free(struct probe_ask *ask);

/* Strengths of L2 to choose from, falling. */
enum { PROBE_STRENGTHS = 8 };
extern const double iso_probe_l2[PROBE_STRENGTHS];

/* --- Languages and their examples --- */

/* Examples of one language: its rows. */
struct probe_lang {
    const iso_lang *lang;
    int number, number2;  /* in the collection, in that of second sentences */
    const int32_t *label; /* of each row, −1 none; NULL where none are needed */
    int64_t labelled;
    int64_t *item;  /* of each row: the number of its item among those of all languages */
    int32_t *fold;  /* of each row */
    uint8_t *learn; /* rows that may be trained on; NULL unless a source */
};

/* Sources come first. */
struct probe_set {
    iso_states *states, *second;
    struct selection sel;
    struct probe_lang *lang;
    int langs, sources;
    int turns;     /* one, of all sources; or one for each */
    int from, end; /* the sources of this turn */
    int classes;
    const char *const *class_name;
    bool tags;      /* classes are tags of tokens */
    int64_t items;  /* of all languages together */
    int64_t *order; /* these, in a random order */
    iso_buf train;  /* "de+en": the sources of this turn */
};

iso_err iso_probe_set_make(struct probe_set *out, const struct probe_ask *ask, iso_states *states,
                           iso_states *second);
void iso_probe_set_free(struct probe_set *set);

/* Sets from, end and train. Errors  ISO_ENOMEM. */
iso_err iso_probe_turn(struct probe_set *set, int turn);

/* Finds the labels of every language; leaves those without out. */
iso_err iso_probe_labels(struct probe_set *set, const struct probe_ask *ask);

/* Numbers the items of all languages, deals them to folds. */
iso_err iso_probe_items(struct probe_set *set, const struct probe_ask *ask);

/* Which rows of the sources may be trained on (the budget). */
iso_err iso_probe_budget(struct probe_set *set, const struct probe_ask *ask);

/* --- One layer --- */

struct probe_layer {
    int layer;
    iso_mat *x; /* of each language */
    int32_t *
        *predicted[PROBE_PREDICTORS]; /* class of each row of each language, −1: none was said */
    int32_t **language;               /* of each row the language's number, −1: not asked about */
    double strength[PROBE_PREDICTORS]; /* middle of those that the folds chose */
    struct language_spans spans;
    struct tally *kept[PROBE_PREDICTORS]; /* of a grid: of each source, of each language */
    struct linear_probe *fold; /* what was learnt for each fold, where it is asked of pairs; empty
                                * where that had one class */
    int folds;
};

/* Bytes of one layer's rows, and of what learning from them takes. */
double iso_probe_memory(const struct probe_set *set, int64_t dim, int folds);

/* to[0 .. 4d) = [u; v; |u − v|; u · v], an example made of a pair of sentences. */
void iso_probe_put_pair(float *to, const float *u, const float *v, int64_t d);

/* Columns of a layer's examples. */
iso_err iso_probe_dim(int64_t *out, const struct probe_set *set, int layer);

iso_err iso_probe_layer_new(struct probe_layer *out, const struct probe_set *set, int layer);
iso_err iso_probe_layer_read(struct probe_layer *l, const struct probe_set *set,
                             const struct probe_ask *ask);
iso_err iso_probe_layer_run(struct probe_layer *l, const struct probe_set *set,
                            const struct probe_ask *ask, const iso_run *run);
void iso_probe_layer_free(struct probe_layer *l, const struct probe_set *set);

/* --- Pairs whose sentences are in two languages --- */

/* Room for what is learnt. Errors  ISO_ENOMEM. */
iso_err iso_probe_folds_new(struct probe_layer *l, const struct probe_set *set, int folds);
void iso_probe_folds_free(struct probe_layer *l);

/* Of each row of `first`, with its second sentence in another language: its label, −1 where that
 * has no such item, and what the probe of its fold says. */
iso_err iso_probe_pair_answers(int32_t *label, int32_t *said, const struct probe_layer *l,
                               const struct probe_set *set, int first, int second);

/* Records of one turn of a layer, each to the list of its cell. */
iso_err iso_probe_layer_records(iso_records *list, struct probe_layer *l,
                                const struct probe_set *set, const struct probe_ask *ask);

/* After all turns: means over rows and columns of a grid. */
iso_err iso_probe_means_records(iso_records *list, const struct probe_layer *l,
                                const struct probe_set *set, const struct probe_ask *ask);

#endif
