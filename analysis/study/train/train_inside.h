/* What the files of train share: the training, its batches, what comes of it. */
#ifndef ISO_STUDY_TRAIN_INSIDE_H
#define ISO_STUDY_TRAIN_INSIDE_H

#include "analysis/study/train/train_own.h"
#include "lib/train/loop.h"
#include "lib/train/schedule.h"

/* --- Sources: whom an item learns together with --- */

enum source_kind { SOURCE_SELF, SOURCE_GOLD, SOURCE_TRANSLATED, SOURCE_SHUFFLED, SOURCE_KINDS };

/* A text, and where its state is kept; −1: it is not. */
struct origin {
    const struct encoding_lang *lang;
    int64_t item, place;
    const int32_t *label, *last; /* of its units; NULL: none are known */
};

struct train_sources {
    struct train_texts translations;                  /* without labels */
    struct origin *origin[TRAIN_PARTS][SOURCE_KINDS]; /* of each example; NULL: not made */
};

iso_err iso_train_sources(struct training *t);
void iso_train_sources_free(struct train_sources *s);
struct origin iso_train_origin(const struct training *t, enum train_part part,
                               enum source_kind kind, int64_t i);
int64_t iso_source_tokens(const struct origin *o);

/* Units that are read of it, as iso_example_units. */
int64_t iso_source_units(const struct origin *o);

/* --- Method --- */

iso_err iso_train_check_method(const iso_train_opt *opt);
iso_err iso_train_make_method(struct training *t);

/* Passes of a step that move its input, beside the one that is learnt from; 0 of most methods. */
int64_t iso_train_inner_steps(const struct training *t);

/* Scheduled sampling, once steps are known; where the sources of a step come from. */
void iso_train_begin_sampling(struct training *t);
enum source_kind iso_train_source_of_step(bool *gold, const struct training *t, int64_t step);

/* The source of dev and test items; whether `test_source` has a word. */
enum source_kind iso_train_test_source(const struct training *t);
bool iso_train_tests(const struct training *t, const char *word);

/* λ's numbers, as mix reads them; nothing of other methods. */
iso_err iso_train_heads(iso_buf *out, const struct training *t);

/* --- Task --- */

iso_err iso_train_check_task(const iso_train_opt *opt);
void iso_train_fill_task(iso_train_opt *opt); /* defaults that differ between tasks */

/* What a task reads of a text. */
iso_pool iso_train_pool(const iso_train_opt *opt);

/* Takes the labels from items that have other words than tags. */
iso_err iso_train_fit_tags(struct train_texts *x, const iso_run *run);
/* Where nobody says which head: that of the checkpoint, else one of its first token. */
iso_err iso_train_choose_head(struct training *t);
iso_err iso_train_make_head(struct training *t);

/* The checkpoint's own head, where it has one that knows these classes (of spans none are asked):
 * then it is set.head, from which training goes on. */
iso_err iso_train_own_head(struct training *t, const char *const *name, int count);

/* What config.json says of a head that hubs do not have, or do not have so; NULL: nothing. */
const char *iso_train_head_said(const struct training *t);

/* --- Spans --- */

/* Cuts questions and contexts into windows, finds answers, and makes examples of the windows. */
iso_err iso_train_windows(struct training *t);

/* Windows of one folder alone. */
iso_err iso_train_cut_windows(struct train_texts *x);

/* The window of question `item` of `of` that is as far on in its context as window `at` of `in`. */
int64_t iso_train_window_beside(const struct window_lang *of, int64_t item,
                                const struct window_lang *in, int64_t at);
void iso_train_windows_free(struct windows *w);

/* The answers of a label, a JSON list; `item` of `lang` is named where it is none. Free the root.
 */
iso_err iso_train_answers(iso_json **root, const struct encoding_lang *lang, int64_t item,
                          const char *label);

/* Exact match and F1 of each question of a part. Tallies are of the languages that have some, in
 * the order of the examples; lang[l] is their number in the part's encoding. */
struct answered {
    struct tally *exact, *f1;
    int *lang;
    int count;
};
iso_err iso_train_answer(struct answered *out, struct training *t, enum train_part part,
                         enum source_kind kind);
void iso_train_answered_free(struct answered *a);

/* Mean F1 on dev, of languages. */
iso_err iso_train_answer_score(double *out, struct training *t);

/* --- One call --- */

/* One sentence of each item of a micro-batch. */
struct loaded {
    struct encoding_batch batch;
    int64_t *places;
    int32_t *labels, *lasts;
    uint64_t *keys;
    uint8_t *special;
    int64_t item_room, label_room, key_room;
    iso_dropout drop;
    int64_t *first, *at; /* of masked words: units, and the token of each */
    struct keyed *keyed;
    int64_t unit_room, keyed_room;
};

void iso_loaded_free(struct loaded *r);

enum { LOADED_TARGET, LOADED_SOURCE, LOADED };

struct training {
    iso_train_opt opt;
    const iso_run *run;
    iso_model *opened, *model; /* the first is closed with it */
    struct train_set set;
    struct train_own own;
    iso_trained *encoder;
    iso_head *head;
    iso_method *method;
    iso_learner *learner;
    iso_sampler *sampler;
    struct train_sources sources;
    iso_sampling sampling;
    int within; /* the lowest layer that the method changes; 0: none */
    /* Micro-batches. */
    struct loaded loaded[LOADED];
    int64_t *tokens, places; /* of the texts whose states are kept: of the examples that are learnt,
                              * of dev's, then of sources that are none of these */
    int64_t *labelled;       /* units of each example that is learnt */
    int32_t *lang;           /* of what is learnt */
    int64_t *cost;           /* tokens of what is learnt, with their sources */
    iso_dropout drop;        /* rates */
    iso_masking masking;
    struct own_words
        *own_words;           /* of each language that is learnt, where it has parts of its own */
    int32_t *ordinary, usual; /* of masked words: tokens that are not special, the most frequent */
    iso_buf name;
    iso_buf predictions; /* what `predictions.tsv` will hold; empty: there is none */
};

/* --- Batches --- */

/* Callbacks of the loop (lib/train/loop.h); `payload` is the training. */
iso_loop_data iso_train_data(struct training *t);

/* Tokens of a micro-batch. */
int64_t iso_train_micro(const iso_train_opt *opt);

/* Examples of a part, listed by number, with the masks of a step (-1: of none). */
iso_err iso_train_load(iso_micro *out, struct training *t, enum train_part part,
                       enum source_kind kind, const int64_t *list, int64_t count, int64_t step);
iso_err iso_train_mask(iso_side *side, const struct training *t, struct loaded *r,
                       enum train_part part, const int64_t *list, int64_t step);

/* The class that the learner says each unit of a part is of, with such sources; -1 of words that
 * were cut off. */
iso_err iso_train_predict(int32_t *said, struct training *t, enum train_part part,
                          enum source_kind kind);

/* The same, of pairs also what each branch alone says. */
enum said_by { BY_BOTH, BY_TARGET, BY_SOURCE, BY };
iso_err iso_train_predict_apart(int32_t *const said[BY], struct training *t, enum train_part part,
                                enum source_kind kind);

/* Gives what the learner says of a part to `take`, some examples at a time: logits, a row each
 * unit. */
typedef iso_err train_take(void *to, const int64_t *list, int64_t count, const iso_micro *micro,
                           const float *logits);
iso_err iso_train_say(struct training *t, enum train_part part, enum source_kind kind,
                      train_take *take, void *to);

/* That logits of dev items are not. */
iso_err iso_train_not_finite(void);

int64_t iso_example_tokens(const struct examples *e, int64_t i);

/* Units of an example that are read: of tags the words that were not cut off. */
int64_t iso_example_units(const struct examples *e, int64_t i);

/* What is right of a language's units; *there, unless NULL, entities of these. */
iso_err iso_train_tally(struct tally *out, int64_t *there, const struct training *t,
                        const struct scored *of, int64_t items);

/* --- What it takes --- */

iso_err iso_train_facts(iso_facts *out, struct training *t);

/* Activations are computed again where memory does not suffice otherwise. */
iso_err iso_train_spare(struct training *t);

/* The same; a budget of memory that is firm and too little all the same is an error. */
iso_err iso_train_fits(struct training *t);

/* What a run that is resumed must agree with, "KEY TAB VALUE" lines. */
iso_err iso_train_begun(iso_buf *out, const struct training *t);

/* --- What comes of it --- */

/* A record of the model without a value. */
iso_record iso_train_record(const struct training *t, const char *measure, const char *estimator,
                            const char *tgt);

/* Records of the test items, and of the learning curve. */
iso_err iso_train_records(iso_records *out, struct training *t);
iso_err iso_train_curve(iso_records *out, const struct training *t, const iso_loop_result *r);

/* What is said of the test's units; who says it, as in records. */
struct said {
    const char *estimator;
    const int32_t *class; /* of each unit; -1: nothing */
};

/* Adds a table of the test's units: a header; language, id, of tags the number of the word, its
 * label, and what each of `said` says. */
iso_err iso_train_predictions(iso_buf *out, const struct training *t, const struct said *said,
                              int count);

/* Writes the checkpoint's folder. */
iso_err iso_train_write(const struct training *t, const iso_records *records,
                        const iso_records *curve);

/* What the folder is called, without the path to it. */
const char *iso_train_name(const struct training *t);

#endif
