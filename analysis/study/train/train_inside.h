/* What the files of train share. */
#ifndef ISO_STUDY_TRAIN_INSIDE_H
#define ISO_STUDY_TRAIN_INSIDE_H

#include "analysis/study/items/union_items.h"
#include "analysis/study/train/train.h"
#include "lib/base/str.h"
#include "lib/encode/encoding.h"
#include "lib/nn/classifier.h"
#include "lib/train/loop.h"

/* --- Items --- */

enum train_part { TRAIN_NONE, TRAIN_LEARN, TRAIN_DEV, TRAIN_TEST, TRAIN_PARTS };

/* An item of a language with its label. */
struct example {
    int lang;       /* of its encoding */
    int32_t label;  /* class; the number of classes: one that nobody learns */
    int64_t item;   /* in its language */
    int64_t number; /* among those of all languages of its encoding */
};

struct examples {
    const struct encoding *in;
    struct example *at;
    int64_t n, room;
};

/* Texts of one folder, or of the call: read, numbered, with the label of each item. */
struct train_texts {
    iso_texts *opened; /* NULL, or closed with it */
    struct encoding in;
    int *lang; /* of the encoding's languages: their numbers in train_set.lang */
    struct union_items all;
    const char ***label; /* [language of the encoding][item]; NULL: none */
    uint8_t *part;       /* of each number; NULL: all are of one part */
};

/* Languages: sources, then those whose translations are learnt from, then the others tested. */
struct train_set {
    const char **lang;
    int langs, sources, learners;
    struct train_texts texts[3]; /* main; dev and test where they are apart */
    struct train_texts *of[TRAIN_PARTS];
    struct examples part[TRAIN_PARTS];
    char **class_name;
    int classes;
    iso_classifier *head;        /* the checkpoint's, where training goes on from it */
    iso_buf sources_name, train; /* "en", "en+jv": sources, all that is learnt from */
};

struct training;

iso_err iso_train_read(struct training *t, const iso_texts *texts);

/* The classes, and which each example is of. */
iso_err iso_train_classes(struct training *t);
void iso_train_set_free(struct train_set *s);

/* The part of each of the items. */
iso_err iso_train_split(uint8_t *part, const struct union_items *all, int languages,
                        const char *split, uint64_t seed, const iso_run *run);
/* What can be said of `split` before a file opens. */
iso_err iso_train_split_check(const char *split);

/* --- One call --- */

struct training {
    iso_train_opt opt;
    const iso_run *run;
    iso_model *opened, *model; /* the first is closed with it */
    struct train_set set;
    iso_trained *encoder;
    iso_head *head;
    iso_method *method;
    iso_learner *learner;
    iso_sampler *sampler;
    /* Micro-batches. */
    struct encoding_batch batch;
    int64_t *tokens; /* of the examples that are learnt, then of dev's */
    int64_t *items, item_room;
    int32_t *labels;
    uint64_t *keys;
    int64_t label_room, key_room;
    iso_dropout drop;
    iso_buf name;
};

/* --- Batches --- */

/* Callbacks of the loop (lib/train/loop.h); `payload` is the training. */
iso_loop_data iso_train_data(struct training *t);

/* Tokens of a micro-batch. */
int64_t iso_train_micro(const iso_train_opt *opt);

/* The class that the learner says each example of a part is of. */
iso_err iso_train_predict(int32_t *said, struct training *t, enum train_part part);

int64_t iso_example_tokens(const struct examples *e, int64_t i);

/* --- What it takes --- */

iso_err iso_train_facts(iso_facts *out, struct training *t);

/* Keeps to a budget of memory that is firm, or says that it is too little. */
iso_err iso_train_fits(struct training *t);

/* What a run that is resumed must agree with, "KEY TAB VALUE" lines. */
iso_err iso_train_begun(iso_buf *out, const struct training *t);

/* --- What comes of it --- */

/* Records of the test items, and of the learning curve. */
iso_err iso_train_records(iso_records *out, struct training *t);
iso_err iso_train_curve(iso_records *out, const struct training *t, const iso_loop_result *r);

/* Writes the checkpoint's folder. */
iso_err iso_train_write(const struct training *t, const iso_records *records,
                        const iso_records *curve);

/* What the folder is called, without the path to it. */
const char *iso_train_name(const struct training *t);

#endif
