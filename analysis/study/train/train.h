/* The study of training: fine-tunes an encoder on texts of some languages and tests it on all. */
#ifndef ISO_STUDY_TRAIN_H
#define ISO_STUDY_TRAIN_H

#include "analysis/study/study.h"
#include "lib/encode/model.h"
#include "lib/encode/texts.h"

ISO_BEGIN

/** What is learnt. */
typedef enum iso_train_task {
    ISO_TRAIN_CLASSIFY = 1, /* a label of each text, or pair of texts */
    ISO_TRAIN_TAG,          /* a tag of each word */
    ISO_TRAIN_SPAN,         /* where in its context the answer to a question stands */
    ISO_TRAIN_MLM,          /* masked words, of running text */
    ISO_TRAIN_TLM           /* masked words, of pairs of translations */
} iso_train_task;

/** Of masked words: which pieces languages share. */
typedef enum iso_train_anchors {
    ISO_TRAIN_NATURAL = 1, /* those that the tokenizer gives to both */
    ISO_TRAIN_NO_ANCHORS   /* none: as if every word were prefixed by its language */
} iso_train_anchors;

/** How. */
typedef enum iso_train_method {
    ISO_TRAIN_PLAIN = 1,
    ISO_TRAIN_XMIXUP,
    ISO_TRAIN_ADVERSARIAL,
    ISO_TRAIN_NOISE
} iso_train_method;

/** What a classification reads: the first token through two maps, or the mean of all but special
 * tokens through one. */
typedef enum iso_train_head { ISO_TRAIN_CLS = 1, ISO_TRAIN_MEAN } iso_train_head;

/** What a tag is read from: the word's first piece, the sum of its pieces. */
typedef enum iso_train_word_pool { ISO_TRAIN_FIRST = 1, ISO_TRAIN_SUM } iso_train_word_pool;

/** Where the decay of weights goes. */
typedef enum iso_train_optimizer { ISO_TRAIN_ADAMW = 1, ISO_TRAIN_ADAM } iso_train_optimizer;

/** How the learning rate goes on after its warmup. */
typedef enum iso_train_schedule {
    ISO_TRAIN_LINEAR = 1, /* to 0 */
    ISO_TRAIN_INVERSE_SQRT,
    ISO_TRAIN_CONSTANT
} iso_train_schedule;

/** Of X-Mixup: what draws the two branches together, their vectors, their predictions. */
typedef enum iso_train_consistency {
    ISO_TRAIN_BOTH = 1,
    ISO_TRAIN_MSE,
    ISO_TRAIN_KL,
    ISO_TRAIN_NEITHER
} iso_train_consistency;

/** Of X-Mixup: how often it is drawn whether sources are originals or translations. */
typedef enum iso_train_sampling {
    ISO_TRAIN_BY_STEP = 1,
    ISO_TRAIN_BY_EPOCH,
    ISO_TRAIN_ALWAYS_GOLD,
    ISO_TRAIN_NEVER_GOLD
} iso_train_sampling;

/** Of adversarial training: what a token's perturbation is measured by. */
typedef enum iso_train_norm { ISO_TRAIN_L2 = 1, ISO_TRAIN_LINF } iso_train_norm;

/** Of training with noise: its law. */
typedef enum iso_train_noise { ISO_TRAIN_GAUSSIAN = 1, ISO_TRAIN_BALL } iso_train_noise;

/** Options of iso_train; iso_train_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_train_opt {
    size_t size;
    iso_model_opt model;    /* what a call opens that is given no model, ... */
    iso_texts_opt texts;    /* ... or no texts: those that are learnt from, or all that are split */
    const char *dev, *test; /* folders of texts to choose by, and to test on */
    const char *split;      /* a file of ids and parts, or A/B/C: shares; by id, of `texts` */
    iso_train_task task;
    iso_train_method method;
    const char *src;             /* learnt from (several); NULL: the first */
    const char *translate_train; /* learnt from too: their items with an id of a source's */
    const char *tgt;             /* tested beside those (NULL: all) */
    int64_t budget;      /* items learnt from in all, an equal share of each source; 0: all */
    iso_train_head head; /* 0: that of the checkpoint, else of the first token */
    iso_train_word_pool word_pool; /* of tags; 0: first */
    bool new_head;                 /* in place of the checkpoint's own */
    const char *freeze;            /* "embeddings,1-6" */
    int64_t epochs, steps, batch;
    double lr, head_lr, layers_lr_decay, weight_decay, warmup;
    iso_train_schedule schedule;
    iso_train_optimizer optimizer; /* 0: AdamW */
    double clip, clip_value;       /* of the norm of all gradients (0: not), of each number */
    double dropout;                /* NAN: as config.json says, 0.1 where it does not */
    int64_t every,
        patience; /* steps between evaluations, evaluations without gain; 0: an epoch, not */
    bool checkpoint_activations;
    int64_t max_length;
    int64_t micro_batch;   /* tokens computed at once; 0: as many as do well */
    iso_interval interval; /* USUAL or NONE */
    bool resume;
    bool force;         /* other files may be in the folder: they stay */
    const char *preset; /* "xmixup": fields left as by default */

    /* Of X-Mixup. */
    const char *translations;  /* a folder: items translated into the source, a file a language */
    const char *mix_layers;    /* "1", "1,3-4", "none"; NULL: the first */
    const char *lambda;        /* "learnt", "released" (W 1, b 0), or λ itself; NULL: learnt */
    double lambda0, lambda_lr; /* λ's bound, NAN: 0.5; the rate of W and b, NAN: 1e-2 */
    double alpha; /* what a gold source's loss counts; NAN: 0.4, of tags 0.8, spans 0.2 */
    iso_train_consistency consistency; /* 0: both; of tags and spans MSE */
    iso_train_sampling sampling;       /* 0: by step */
    double sampling_k;                 /* NAN: so that p is 1/2 in the middle of the run */
    const char *test_source;           /* sources that test items have, and others beside */
    /* Of adversarial training and of noise, in mean lengths of state 0. */
    double epsilon;        /* radius of the ball; NAN: 0.1 */
    iso_train_norm norm;   /* 0: L2 */
    int64_t inner_steps;   /* 0: 3 */
    iso_train_noise noise; /* 0: Gaussian */
    double sigma;          /* NAN: 0.1 */
    /* Of masked words. */
    int64_t stream;            /* tokens of a chunk; 0: 256 */
    double sampling_exponent;  /* languages are drawn ∝ items^this; NAN: 0.7 */
    iso_train_anchors anchors; /* 0: natural */
    const char *separate;      /* what each language has of its own: "embeddings,1-3" */
    const char *fake;          /* a language that is learnt a second time, in pieces of its own */
    /* Copies learn in place of items: words of the sources are replaced by neighbours. */
    const char *augment; /* a table of these, as iso_augment reads it; NULL: no copies */
    int64_t copies;      /* of each item; 0: 3 */
    const char *path;    /* the checkpoint's folder to write, by way of PATH.part */
} iso_train_opt;

extern ISO_API const iso_options iso_train_options;
ISO_API void iso_train_opt_init(iso_train_opt *opt, size_t size);

/** What can be said before any file opens. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_train_check(const iso_train_opt *opt);

/** What would be learnt; texts are read and cut into tokens for it: items, steps, parameters,
 * operations, seconds, memory. Errors  as iso_train. */
ISO_API ISO_MUST_USE iso_err iso_train_plan(iso_facts *out, iso_model *model,
                                            const iso_texts *texts, const iso_train_opt *opt,
                                            const iso_run *run);

/**
 * Fine-tunes the encoder of a checkpoint, with a head, on the training items of the source
 * languages, keeps the weights that do best on the dev items, writes them as a checkpoint in the
 * hubs' layout, and appends records of accuracy, macro-F1 (of tags of entities: their F1; of
 * answers: exact match and F1) and transfer gap on the test items of every language, beside the
 * most frequent class, or accuracy and perplexity of masked words; on an error `out` is as before.
 * `model` or `texts` NULL: opened for the call as `opt` says.
 *
 * All is a function of the run's seed, whatever the number of threads. A call that was interrupted
 * goes on from its last evaluation with `resume`, and gives the same bits.
 * Value   shares in [0, 1]; gaps in [-1, 1], source minus target.
 * Cost    three times a forward pass a token and epoch, less below the lowest layer that learns;
 *         memory: weights, gradients, two moments, activations of a micro-batch.
 * Errors  ISO_EARG; ISO_EDATA (no labels, tags of token ids, one class, a class in dev that is not
 *         learnt, a budget that the items do not have, a neighbour of words with tags that is
 *         several words, no item of a part); ISO_ENUMERIC (it diverged: step and items), ISO_EIO,
 *         ISO_EFORMAT, ISO_ENOMEM, ISO_ECANCEL.
 * Threads one call at a time on the same model.
 */
ISO_API ISO_MUST_USE iso_err iso_train(iso_records *out, iso_model *model, const iso_texts *texts,
                                       const iso_train_opt *opt, const iso_run *run);

ISO_END

#endif
