/* What the files of train share. */
#ifndef ISO_STUDY_TRAIN_INSIDE_H
#define ISO_STUDY_TRAIN_INSIDE_H

#include "analysis/classify/entities.h"
#include "analysis/study/items/copies.h"
#include "analysis/study/items/union_items.h"
#include "analysis/study/train/train.h"
#include "lib/base/str.h"
#include "lib/encode/encoding.h"
#include "lib/io/json.h"
#include "lib/nn/classifier.h"
#include "lib/train/loop.h"
#include "lib/train/masking.h"
#include "lib/train/schedule.h"

/* --- Items --- */

enum train_part { TRAIN_NONE, TRAIN_LEARN, TRAIN_DEV, TRAIN_TEST, TRAIN_PARTS };

/* An item of a language. */
struct example {
    int lang;       /* of its encoding */
    int64_t item;   /* in its language */
    int64_t number; /* among those of all languages of its encoding */
};

struct examples {
    const struct encoding *in;
    struct example *at;
    int64_t n, room;
    /* What is asked of them: a class of each, or tags of its words. Units of example i are
     * [unit_at[i], unit_at[i + 1]). */
    int64_t *unit_at;
    bool masked;     /* units are tokens that are masked, others in each step; no labels */
    int32_t *label;  /* class of each unit; the number of classes: one that nobody learns; of spans
                      * the token that one begins with */
    int32_t *last;   /* spans: the token that one ends with; else NULL */
    int64_t *number; /* the example's, of each unit */
};

/* Questions with windows of their contexts, which are the items of `in`. */
struct window {
    int64_t item;         /* the question */
    int64_t context, end; /* tokens of the context, within the window */
    int32_t first, last;  /* the answer's; 0, 0: it is not in this window; -1: in none */
};

struct window_lang {
    struct window *at;
    int64_t n, room, token_room;
    int64_t *item_at;      /* questions + 1: where the windows of each begin */
    int64_t *begin, *stop; /* of each token of the language's windows: its bytes of the context */
    const char **id;       /* of each window's question; NULL: there are none */
};

struct windows {
    struct encoding in;
    struct window_lang *lang;
};

/* Texts of one folder, or of the call: read, numbered, with the label of each item. */
struct train_texts {
    iso_texts *opened; /* NULL, or closed with it */
    struct encoding in;
    int *lang; /* of the encoding's languages: their numbers in train_set.lang */
    struct union_items all;
    const char ***label;    /* [language of the encoding][item]; NULL: none; all NULL: not asked */
    uint8_t *part;          /* of each number; NULL: all are of one part */
    struct windows windows; /* of spans; else empty */
};

enum { TRAIN_COPIES = 3, TRAIN_TEXTS }; /* of train_set.texts */

/* Languages: sources, then those whose translations are learnt from, then the others tested. */
struct train_set {
    const char **lang;
    int langs, sources, learners;
    struct train_texts texts[TRAIN_TEXTS]; /* main; dev and test where they are apart; copies */
    struct copies *copies;                 /* of the languages that learn, where copies do */
    int copied;
    struct train_texts *of[TRAIN_PARTS];
    struct examples part[TRAIN_PARTS];
    char **class_name;
    int classes;
    struct entity_tag *entity;   /* what the classes mean; NULL: they are no tags of entities */
    iso_classifier *head;        /* the checkpoint's, where training goes on from it */
    iso_id_shift shift;          /* pieces that languages have of their own; empty: none */
    iso_buf fake;                /* a language's name: the last of the sources */
    iso_buf sources_name, train; /* "en", "en+jv": sources, all that is learnt from */
};

struct training;

iso_err iso_train_read(struct training *t, const iso_texts *texts);
void iso_train_texts_free(struct train_texts *x);

/* Sources, those whose translations are learnt from, those tested beside them. */
iso_err iso_train_choose_langs(struct training *t, const iso_texts *main, const iso_texts *test);

/* The classes, and which each unit is of. */
iso_err iso_train_classes(struct training *t);
void iso_train_set_free(struct train_set *s);

/* The label of an example, or its tags. */
const char *iso_train_label(const struct train_set *s, enum train_part part, int64_t i);

/* The next of the labels in a text: all of it, or of tags what blanks divide. {text, 0} is before
 * the first. */
struct label_cut {
    const char *at;
    int64_t len;
};
bool iso_train_next_label(struct label_cut *cut, bool tags);

/* The part of each of the items. */
iso_err iso_train_split(uint8_t *part, const struct union_items *all, int languages,
                        const char *split, uint64_t seed, const iso_run *run);
/* What can be said of `split` before a file opens. */
iso_err iso_train_split_check(const char *split);

/* The part of each chunk of a language, `key` of each: the shares of `split`. */
iso_err iso_train_deal(uint8_t *part, const uint64_t *key, int64_t n, const char *split);

/* --- Masked words --- */

static inline bool iso_train_masked(const iso_train_opt *opt)
{
    return opt->task == ISO_TRAIN_MLM || opt->task == ISO_TRAIN_TLM;
}

/* Tokens that a text may have; 0: as usual. */
int64_t iso_train_text_length(const iso_model *model, const iso_train_opt *opt);

/* What was read becomes streams, numbered; or each item its pair with that of the first language.
 */
iso_err iso_train_cut_streams(struct train_texts *x, const iso_train_opt *opt);
/* Chunks of each language by the shares of `split`. */
iso_err iso_train_split_chunks(struct train_texts *x, const struct training *t, const char *split);
iso_err iso_train_pair(struct train_texts *x);

/* Its masks in dev and test, and its part, are functions of seed and this. */
uint64_t iso_train_chunk_key(const char *lang, int64_t chunk);

iso_err iso_train_lay_masked(struct training *t);
iso_err iso_train_ordinary(struct training *t);
iso_err iso_train_make_mlm_head(struct training *t);
iso_err iso_train_masked_score(double *out, struct training *t);
iso_err iso_train_masked_records(iso_records *out, struct training *t);
/* Texts of the first `count` languages that are there; the first `needed` must be. */
iso_err iso_train_texts(struct training *t, struct train_texts *x, const iso_texts *texts,
                        int count, int needed);

/* All labelled items of the first `langs` languages that are of a part. */
iso_err iso_train_fill(struct train_set *s, enum train_part part, int langs);

/* Copies of the items that are learnt from learn in their place. */
iso_err iso_train_copies(struct training *t);
void iso_train_copies_free(struct train_set *s);

/* --- What languages have of their own --- */

iso_err iso_train_check_own(const iso_train_opt *opt);

/* The fake language becomes a source; languages get their pieces. */
iso_err iso_train_add_fake(struct train_set *s, const iso_train_opt *opt);
iso_err iso_train_make_shift(struct train_set *s, const struct training *t);

/* Whether languages that are not learnt have nothing to be tested with. */
bool iso_train_closed(const struct training *t);

/* Whose texts a language has: of a fake one those of another, whose parts are its own. */
const char *iso_train_text_of(const struct train_set *s, const iso_train_opt *opt,
                              const char *lang);

/* Rows of the table of words. */
int64_t iso_train_rows(const struct training *t);

/* What may stand in place of a masked word of a language. */
struct own_words {
    int32_t *ids;
    iso_masking masking;
};

/* Parts of the encoder. {0}: all are shared. */
struct train_own {
    char *list; /* which: "embeddings,1-3" */
    bool embeddings, *layers;
    char **lang, **folder; /* languages, and the checkpoint of each */
    int count;
    iso_trained **twins; /* of all languages but the first, whose is the training's encoder */
    int *of;             /* the number among these of each language of the set */
};

/* Parts that a list names, "embeddings,1-3": L flags, which are set. */
iso_err iso_train_parts(bool *embeddings, bool *layers, const struct training *t, const char *list);
iso_err iso_train_check_parts(const char *list); /* before anything is open; NULL is fine */

/* What does not learn: what the options say; of labels, what languages have of their own. */
iso_err iso_train_freeze(struct training *t);

/* What a folder with a checkpoint of each language says; the options' model is then the first. */
iso_err iso_train_find_own(struct train_own *o, iso_train_opt *opt);
iso_err iso_train_number_own(struct training *t);
bool iso_train_has_parts(const struct train_own *o, const char *lang);
iso_err iso_train_open_twins(struct training *t, const iso_trained_opt *how);
void iso_train_own_free(struct train_own *o);

/* The head of masked words; *own: it is gone on from. */
iso_err iso_train_twin_head(bool *own, struct training *t, const iso_weights *from);

/* Whose parts a language of a part's encoding has. */
int iso_train_twin_of(const struct training *t, enum train_part part, int lang);

/* Examples in the order in which they are computed, and how many make the next batch. */
void iso_train_turns(struct encoding_turn *turn, const struct training *t,
                     const struct examples *e);
int64_t iso_train_take_turns(const struct training *t, const struct encoding_batch *b,
                             const struct examples *e, const struct encoding_turn *turn,
                             int64_t left);

/* Writing: the list of languages, the folder of one, its tensors under a hub's names (free it). */
iso_err iso_train_write_list(const struct training *t, const char *folder);
iso_err iso_train_make_folder(char **out, const struct training *t, const char *folder, int number);
iso_err iso_train_tensors_of(iso_tensor **out, int64_t *count, const struct training *t,
                             int number);

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
