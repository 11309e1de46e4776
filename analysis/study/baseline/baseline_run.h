/* Runs a study once more on each baseline. */
#ifndef ISO_STUDY_BASELINE_RUN_H
#define ISO_STUDY_BASELINE_RUN_H

#include "analysis/study/baseline/baseline.h"
#include "analysis/study/study.h"

/* One collection that stands in for the states, and what to take of it. */
struct baseline_turn {
    const char *kind; /* "random" */
    iso_states *states;
    iso_scope select;
};

/* The study itself on it, without baselines and files. Appends records. */
typedef iso_err baseline_study(iso_records *out, const struct baseline_turn *turn, const void *ask,
                               const iso_run *run);

struct baseline_ask {
    const iso_baseline_opt *opt;
    iso_states *states;
    const iso_scope *select;
    bool together; /* languages are looked at together (probes), not two by two */
    baseline_study *study;
    const void *ask; /* of the study */
};

/* What can be said before any input is open; ISO_EARG: an unknown kind, a baseline without model,
 * what is given for no baseline. */
iso_err iso_baseline_check(const iso_baseline_opt *opt);

/* Baselines that are ready to run. */
struct baseline;

/* Opens what they are made of, so that what is missing shows before any work; *out stays NULL where
 * none is asked for. What `ask` points to must outlive it. Notes are left out, as they are those of
 * the states. Errors  ISO_EARG (no text, a model that is not that of the states, states of other
 * languages, layers or items), those of iso_model_open and iso_corpus_read. */
iso_err iso_baseline_open(struct baseline **out, const struct baseline_ask *ask,
                          const iso_run *run);
void iso_baseline_close(struct baseline *b);

/* Appends the records of every baseline; NULL: none. Memory: rows of random weights, of all
 * languages, are counted against the run's. Errors  as the study, those of iso_embed. */
iso_err iso_baseline_run(iso_records *out, const struct baseline *b);

/* The study with the random weights of one seed, a text as iso_model_opt takes it. */
typedef iso_err baseline_seed(iso_records *out, const char *seed, const void *ask,
                              const iso_run *run);

/* Runs it with seeds 1, 2, 3 and appends the mean of each record, of baseline random, with the
 * range of the three; `model` is the checkpoint's name. Notes are left out. Errors  as the study.
 */
iso_err iso_baseline_seeds(iso_records *out, const char *model, baseline_seed *study,
                           const void *ask, const iso_run *run);

/* Appends what they would take: baselines, and of random baseline_bytes (states held at once),
 * baseline_operations. Errors  those of iso_embed. */
iso_err iso_baseline_plan(iso_facts *out, const struct baseline *b);

#endif
