/* The loop of training: steps of accumulated micro-batches, evaluation, checkpoints. */
#ifndef ISO_TRAIN_LOOP_H
#define ISO_TRAIN_LOOP_H

#include "lib/base/run.h"
#include "lib/train/clip.h"
#include "lib/train/objective.h"
#include "lib/train/sampler.h"
#include "lib/train/schedule.h"

ISO_BEGIN

/** How fast what learns. */
typedef struct iso_loop_rates {
    double rate, head, method; /* of the encoder, of a new head, of a method's own tensors */
    double layers;             /* (0, 1]: layer k of L has rate · layers^(L − k), the embeddings
                                * rate · layers^L */
    double decay;              /* weight decay of matrices and tables */
} iso_loop_rates;

typedef struct iso_loop_opt {
    iso_loop_rates rates;
    iso_optimizer_opt optimizer;
    iso_clip clip;
    iso_schedule_kind schedule;
    double warmup;     /* part of the steps */
    int64_t epochs;    /* at least 1, unless `steps` is */
    int64_t steps;     /* 0: as many as the epochs have */
    int64_t every;     /* steps from one evaluation to the next; 0: an epoch */
    int64_t patience;  /* evaluations without a better one after which it ends; 0: none */
    bool resume;       /* go on from the last checkpoint, where there is one */
    const char *begun; /* what the run is begun with (lib/train/saved.h) */
    const char *path;  /* checkpoints go to PATH.part */
} iso_loop_opt;

/** Who knows the data. */
typedef struct iso_loop_data {
    void *payload;
    /** A part of the batch of a step, whose units count 1 / whole->labelled each; it lives until
     * the next call. */
    iso_err (*load)(void *payload, iso_micro *out, const iso_sample *part, const iso_sample *whole,
                    int64_t step);
    /** How good it is on items that are not learnt from, higher is better; NAN: nobody says. */
    iso_err (*score)(void *payload, double *out, iso_learner *l, iso_method *m);
    /** What a person calls an item. */
    const char *(*name)(void *payload, int64_t item);
} iso_loop_data;

/** A point of the learning curve. */
typedef struct iso_loop_point {
    int64_t step;
    double loss;  /* mean over the steps since the point before */
    double score; /* NAN: none */
} iso_loop_point;

typedef struct iso_loop_result {
    int64_t steps, all_steps; /* made; of the whole run (patience ends it early) */
    int64_t best_step;        /* whose weights the learner has now */
    double best;              /* its score; NAN: none, and the last step is the best */
    int64_t tokens;           /* learnt from, here, in so many seconds */
    double seconds;
    double *loss; /* of each step, `steps` of them */
    iso_loop_point *point;
    int64_t point_count;
} iso_loop_result;
void iso_loop_result_free(iso_loop_result *r);

typedef struct iso_loop iso_loop;

/**
 * Locks PATH.part and makes the optimizer. Borrowed until iso_loop_close: all but `opt`'s struct.
 * Errors  as iso_saved_open; ISO_EIO (an earlier run is there and `resume` is not set).
 */
ISO_MUST_USE iso_err iso_loop_open(iso_loop **out, iso_learner *l, iso_method *m, iso_sampler *s,
                                   const iso_loop_data *data, const iso_loop_opt *opt,
                                   const iso_run *run);

/**
 * Learns. A step's loss is the mean over the labelled units of all its micro-batches. At each
 * evaluation the whole state goes to PATH.part/last and, where it is better than all before, the
 * weights to PATH.part/best. At the end the learner has the best weights.
 * Errors  ISO_ENUMERIC (a loss or a gradient is not finite: step and items; the checkpoint before
 * it stays), ISO_ECANCEL, ISO_EIO, ISO_EFORMAT (resumed with other options), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_loop_run(iso_loop_result *out, iso_loop *loop);

/** With `forget` PATH.part is deleted. NULL is fine. */
void iso_loop_close(iso_loop *loop, bool forget);

/** Steps of a run. */
int64_t iso_loop_steps(iso_sampler *s, const iso_loop_opt *opt);

/** The rate of a tensor, as a part of rates.rate. */
double iso_loop_rate(const iso_tensor *t, const iso_loop_rates *r, int L);

ISO_END

#endif
