/* What the files of select share: languages, predictors, sets, results. */
#ifndef ISO_STUDY_SELECT_INSIDE_H
#define ISO_STUDY_SELECT_INSIDE_H

#include "analysis/study/select/select.h"
#include "lib/io/transfer.h"

/* --- Predictors --- */

enum { SELECT_MOST = 32, SELECT_SETS_MOST = 10000000, SELECT_SIZE_MOST = 4096 };

enum select_kind {
    SELECT_UNION,   /* of bits, of all that any candidate has */
    SELECT_PAIRS,   /* sum of a matrix over pairs of the set */
    SELECT_NEAREST, /* mean over targets of the best of a matrix over the set */
    SELECT_SUM,     /* of a number by language */
    SELECT_MEAN,    /* likewise */
    SELECT_DISTINCT /* how many classes */
};

/* What a set is valued by. A language that it knows nothing of has no value in any set. */
struct select_predictor {
    const char *measure, *estimator;
    char name[48]; /* "diversity:syntax" */
    enum select_kind kind;
    bool low;       /* the lowest is best */
    bool *missing;  /* by language */
    double *number; /* langs: SUM, MEAN; DISTINCT: numbers of classes */
    double *matrix; /* langs × langs, from source to target; NAN: not known */
    uint64_t *bits; /* langs × words */
    int64_t words;
    double all;    /* UNION: bits that any candidate has */
    int64_t layer; /* of states, else ISO_NO_INT */
};

struct select_job {
    iso_select_opt opt;
    const iso_run *run;
    iso_states *states;
    const iso_texts *texts;
    iso_texts *own;    /* texts opened here */
    iso_textmap langs; /* canonical names: candidates first */
    int candidates, count;
    bool *target; /* by language; NULL: those not in a set */
    struct select_predictor at[SELECT_MOST];
    int predictors;
    iso_transfer results;
    const char *model; /* of the states */
};

static inline const char *iso_select_lang(const struct select_job *job, int i)
{
    return job->langs.texts[i];
}

/* The next predictor, with what its kind needs: `missing` false, numbers 0, a matrix of NAN.
 * ISO_ENOMEM. */
iso_err iso_select_add(struct select_predictor **out, struct select_job *job, const char *measure,
                       const char *estimator, enum select_kind kind, bool low);
/* The language called so among those of the job, or −1. */
int iso_select_find(const struct select_job *job, const char *name);
/* Notes which candidates and targets a predictor knows nothing of. ISO_ENOMEM. */
iso_err iso_select_note_missing(const struct select_job *job, const struct select_predictor *p,
                                const char *what);
void iso_select_predictors_free(struct select_job *job);

/* What each input predicts. */
iso_err iso_select_typology(struct select_job *job);
iso_err iso_select_texts(struct select_job *job);
iso_err iso_select_states(struct select_job *job);
iso_err iso_select_codes(struct select_job *job); /* scripts, sizes */

/* Candidates and targets, as the options or the inputs have them. */
iso_err iso_select_ask(struct select_job *job);

/* --- Sets --- */

/* The value of a set that grows and shrinks at its end. */
struct select_walk {
    const struct select_predictor *p;
    int langs, depth, most;
    int *set;     /* most */
    double *sum;  /* most + 1 */
    double *best; /* (most + 1) × langs */
    uint64_t *bits;
    int missing;
};

iso_err iso_select_walk_make(struct select_walk *out, const struct select_predictor *p, int langs,
                             int most);
void iso_select_walk_free(struct select_walk *w);
void iso_select_push(struct select_walk *w, int lang);
void iso_select_pop(struct select_walk *w);

/* NAN where a language of the set, or all targets, are not known. Targets in the set count for
 * none; NULL: the first `candidates` languages are targets. */
double iso_select_value(const struct select_walk *w, const bool *target, int candidates);

/* Of one set: a walk of room for it, emptied before and after. `map` (or NULL) puts another
 * language in the place of each, of sets and targets. */
double iso_select_set_value(struct select_walk *w, const int *set, int count, const bool *target,
                            const int *map);

/* How many sets of k of n there are; infinity beyond 2^53. */
double iso_select_sets(int n, int64_t k);

/* Records of the best sets by each predictor. */
iso_err iso_select_rank(iso_records *out, const struct select_job *job);

/* --- Results --- */

/* Mean scores: of the languages without examples; of these, each minus its own mean over the
 * entries without it, since a set that leaves the easy languages out would look good; of all
 * languages. */
enum select_outcome { SELECT_HELD_OUT, SELECT_RELATIVE, SELECT_ALL, SELECT_OUTCOMES };

extern const char *const iso_select_outcomes[SELECT_OUTCOMES]; /* "transfer:held-out" */

/* An entry as a set. */
struct select_entry {
    int *set, count;   /* languages with examples */
    bool *target;      /* by language: no examples, and a score */
    double outcome[3]; /* by select_outcome */
    double examples;   /* log of all */
    int64_t row;       /* of the results */
};

struct select_entries {
    struct select_entry *at;
    int64_t count;
    int most; /* languages of the largest set */
};

iso_err iso_select_entries_make(struct select_entries *out, const struct select_job *job);
void iso_select_entries_free(struct select_entries *e);

/* Values of all entries by a predictor: value[entry]. ISO_ENOMEM. */
iso_err iso_select_entry_values(double *value, const struct select_job *job,
                                const struct select_predictor *p, const struct select_entries *e,
                                const bool *target, const int *map);

iso_err iso_select_agree(iso_records *out, const struct select_job *job,
                         const struct select_entries *e);
iso_err iso_select_choice(iso_records *out, const struct select_job *job,
                          const struct select_entries *e);
iso_err iso_select_left_out(iso_records *out, const struct select_job *job,
                            const struct select_entries *e);

#endif
