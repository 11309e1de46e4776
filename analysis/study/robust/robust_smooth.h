/* Inside robust: the checkpoint that sentences are sent through with noise. */
#ifndef ISO_STUDY_ROBUST_SMOOTH_H
#define ISO_STUDY_ROBUST_SMOOTH_H

#include "analysis/classify/smoothing.h"
#include "analysis/study/items/folds.h"
#include "analysis/study/robust/robust_inside.h"
#include "lib/encode/encoding.h"
#include "lib/encode/states_texts.h"
#include "lib/nn/classifier.h"

#define ROBUST_SIGMA 0.1

/* {0} is empty. */
struct robust_smoother {
    const iso_robust_opt *opt;
    const struct probe_set *set;
    const struct robust_layer *layer;
    const iso_run *run;
    iso_model *model;
    iso_texts *corpus;
    struct states_texts texts;
    struct encoding in; /* its languages are those of the set, their items the states' */
    struct encoding_batch batch;
    iso_classifier *head;    /* NULL: the probes of the layer */
    int32_t *meant;          /* of each class of the head that of the states, −1 none */
    iso_mat x, rows, logits; /* a row of the latter two has a token at least: batch.size */
    double *z, unit, sigma;  /* unit: mean length of state 0; sigma in that */
    int64_t done, total;
    int depth;
    /* the sentence under way */
    int lang;
    struct encoding_turn turn;
    const struct linear_probe *probe;
    uint64_t key;
};

/* Of states of sentences as the model has them. `s` is empty; close it in any case. */
iso_err iso_robust_smoother_open(struct robust_smoother *s, const iso_robust_opt *opt,
                                 const struct probe_set *set, const struct robust_layer *layer,
                                 const iso_run *run);
void iso_robust_smoother_close(struct robust_smoother *s);

/* An item of a language: what is said of it plainly, and smoothed; the radius is in mean lengths of
 * state 0, over the embeddings of all tokens of the sentence but special ones, together. `check`:
 * its states must be the stored ones. */
iso_err iso_robust_smooth_one(struct smoothed *out, int32_t *plain, struct robust_smoother *s,
                              int lang, int64_t item, bool check);

/* Records of the first `smooth` items of a language in the random order of all; `like` has names.
 */
iso_err iso_robust_smooth_lang(iso_records *out, struct robust_smoother *s, int lang,
                               const iso_record *like, bool bare);

#endif
