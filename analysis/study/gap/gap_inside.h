/* What the files of gap share: scores by language, third quantities, discrepancies in series. */
#ifndef ISO_STUDY_GAP_INSIDE_H
#define ISO_STUDY_GAP_INSIDE_H

#include "analysis/stats/permuted.h"
#include "analysis/study/gap/gap.h"
#include "analysis/study/gap/gap_series.h"
#include "lib/base/str.h"
#include "lib/io/scores.h"

/* --- Scores --- */

/* A number of a language, at a layer where it has one, else ISO_NO_INT. */
struct gap_cell {
    const char *lang;
    int64_t layer;
    double value;
    double floor; /* what the most frequent class scores there; NAN where that is not said */
};

/* One row of a table of scores, or the scores of one probe. */
struct gap_scores {
    const char *path;    /* as messages call it */
    const char *model;   /* whose scores; NULL when nameless */
    const char *train;   /* what a probe was trained on, or NULL */
    const char *src;     /* as the file says, or NULL */
    bool layered, alone; /* at layers; at one only, so that they serve for all */
    struct gap_cell *at;
    int count, room;
    iso_scores table; /* what names are borrowed from */
    iso_records records;
};

iso_err iso_gap_scores_open(struct gap_scores *out, const iso_gap_opt *opt,
                            const iso_records *records, const iso_run *run);
void iso_gap_scores_free(struct gap_scores *s);

/* Another score, with the layer it is of. ISO_EFORMAT for a second one of the same place. */
iso_err iso_gap_scores_add(struct gap_scores *s, const char *lang, int64_t layer, double value);

/* The number of the row that is called so; NULL: the one there is. ISO_EDATA, ISO_EARG list them.
 */
iso_err iso_gap_scores_row(int *out, const char *path, const char *const *name, int count,
                           const char *row);

/* Of records: the chosen run's, with the most frequent class's beside each where it is there. */
iso_err iso_gap_scores_probed(struct gap_scores *s, const iso_gap_opt *opt,
                              const iso_records *records, const iso_run *run);

/* The score, at any layer where they have none, or one alone; NULL where there is none. */
const struct gap_cell *iso_gap_cell(const struct gap_scores *s, const char *lang, int64_t layer);
double iso_gap_score(const struct gap_scores *s, const char *lang, int64_t layer); /* or NAN */

/* --- A third quantity --- */

enum { GAP_THIRDS = 32 };

/* Rows of a table by language, or numbers of pairs. */
struct gap_given {
    iso_scores table;
    char *stem;               /* of the file's name */
    const char **row, **lang; /* the table's names, as records have them */
    int count;                /* quantities; 0 = none is given */
};

iso_err iso_gap_given_open(struct gap_given *out, const char *path, const iso_run *run);

/* A table of numbers by language; says how it was read where that is not the usual way. */
iso_err iso_gap_table_read(iso_scores *out, const iso_buf *text, const char *path,
                           const iso_run *run);
void iso_gap_given_free(struct gap_given *g);
const char *iso_gap_given_name(const struct gap_given *g, int i);

/* Of a target (tables of pairs: of source and target, in either order); NAN. */
double iso_gap_given_at(const struct gap_given *g, int i, const char *src, const char *lang);

/* Of two languages: the pair's number, or how far their numbers are apart. */
double iso_gap_given_apart(const struct gap_given *g, int i, const char *a, const char *b);

/* --- Permutations --- */

/* All correlations of a call, under one permutation of its languages. */
struct gap_search {
    struct iso_permuted tests; /* each with the number of its record */
    bool *used;                /* of each language, targets before the source: whether in any */
    int *block;                /* of each; NULL: one for all */
};

/* --- The job --- */

struct gap_job {
    iso_gap_opt opt;
    const iso_run *run;
    struct gap_scores scores;
    struct gap_given given;
    struct gap_collection series;
    const char *src;
    const char **tgt; /* targets that have scores, in the table's order */
    int tgts;
    int64_t *layer; /* of the scores, ascending; one ISO_NO_INT where they have none */
    int layers;
    struct gap_search *search;
};

/* Reads and chooses all of it but `opt` and `run`. ISO_EDATA for languages that have no score. */
iso_err iso_gap_ask(struct gap_job *job, const iso_records *records);
void iso_gap_job_free(struct gap_job *job);

/* Score of the source minus that of `lang`; NAN. */
double iso_gap_of(const struct gap_job *job, const char *lang, int64_t layer);

/* Languages that have both, or all three: what is correlated. */
enum { GAP_OVER_LAYERS = -1 }; /* a layer: means over the series' layers that have scores */

/* Whether there are scores for a layer; whether it is the one that is wanted, or one of all. */
bool iso_gap_scored(const struct gap_job *job, int64_t layer);
bool iso_gap_at(const struct gap_job *job, int64_t layer, int64_t wanted);

struct gap_data {
    int n;
    const char **lang;
    int *item; /* its number among the languages of the job */
    double *x, *y, *z;
};

iso_err iso_gap_data_make(struct gap_data *d, int room);
void iso_gap_data_free(struct gap_data *d);
void iso_gap_data_at(struct gap_data *d, const struct gap_job *job, const struct gap_series *series,
                     int64_t layer, int third); /* third −1: none */

/* Discrepancy and gap of a language at a layer, or their means over all; NAN where one is not. */
void iso_gap_numbers(double *x, double *y, const struct gap_job *job,
                     const struct gap_series *series, const char *lang, int64_t layer);

/* A correlation's record of a series: all but measure and value. layer ISO_NO_INT: none. */
iso_record iso_gap_record(const struct gap_job *job, const struct gap_series *series,
                          int64_t layer);

/* --- Baselines --- */

/* The records without those of baselines that `list` does not name; they borrow all texts. ISO_EARG
 * for one that is not there. */
iso_err iso_gap_baselines(iso_records *out, const iso_records *records, const char *list);

/* Adds "; baselines there: random −0.75 (without sw −0.60), ..." of the same correlation. */
struct gap_claim;
iso_err iso_gap_say_baselines(iso_buf *line, const iso_records *records, const struct gap_claim *c);

/* Correlations of one series: over languages, at each layer and over layers; of distances. */
iso_err iso_gap_relate(iso_records *out, const struct gap_job *job,
                       const struct gap_series *series);
iso_err iso_gap_by_language(iso_records *out, const struct gap_job *job,
                            const struct gap_series *series);
iso_err iso_gap_mantel(iso_records *out, const struct gap_job *job,
                       const struct gap_series *series);

/* The last record is a correlation to be permuted. Then p, p_max, permutations and family of all
 * that were put, and what the number of permutations allows as a note. */
iso_err iso_gap_search_put(const struct gap_job *job, const iso_records *out,
                           const struct iso_permuted_test *test);
iso_err iso_gap_search_run(iso_records *out, const struct gap_job *job);
void iso_gap_search_free(struct gap_search *s);

/* block[i]: of a job's language, from 0 in the order in which they come; −1 where it has none. */
iso_err iso_gap_blocks_read(int *block, const struct gap_job *job);

/* Why correlations with the scores of these languages at a layer say little; NULL where nothing is
 * known against them. Free with iso_free. */
iso_err iso_gap_doubt(char **out, const struct gap_job *job, const struct gap_series *series,
                      const char *const *lang, int n, int64_t layer);

/* What a reader should know of them: languages left out, few languages, many tests. */
iso_err iso_gap_notes(const struct gap_job *job, const iso_records *records);

#endif
