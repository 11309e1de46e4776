/* The items of a training: texts, examples, labels, parts, languages. */
#ifndef ISO_STUDY_TRAIN_SET_H
#define ISO_STUDY_TRAIN_SET_H

#include "analysis/classify/entities.h"
#include "analysis/study/items/copies.h"
#include "analysis/study/items/union_items.h"
#include "analysis/study/train/train.h"
#include "lib/base/str.h"
#include "lib/encode/encoding.h"
#include "lib/encode/id_shift.h"
#include "lib/io/json.h"
#include "lib/nn/classifier.h"

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

/* Examples come language by language: behind those of the one that has the i-th. */
static inline int64_t iso_examples_end(const struct examples *e, int64_t i)
{
    int64_t end = i;

    while (end < e->n && e->at[end].lang == e->at[i].lang)
        end++;
    return end;
}

#endif
