/* Discrepancies in series: records of one question, by pair of languages and layer. */
#ifndef ISO_STUDY_GAP_SERIES_H
#define ISO_STUDY_GAP_SERIES_H

#include "lib/base/err.h"
#include "lib/io/record.h"

/* One number of an ordered pair of languages at a layer (ISO_NO_INT: of none). */
struct gap_pair {
    int64_t layer;
    const char *a, *b;
    double value;
    int64_t turn; /* when it came */
};

struct gap_series {
    const iso_record *first; /* one of its records */
    char *name;              /* "cka:debiased", "p@1:cosine" */
    struct gap_pair *at;     /* by layer, a, b; each once */
    int64_t count, room;
    int64_t *layer; /* ascending */
    int layers;
    bool flat; /* its numbers know no layer and hold at all of these */
};

struct gap_collection {
    struct gap_series *at;
    int count;
    char *left_out; /* names of the series that were not chosen; NULL when none */
};

/* Sorts the level records of pairs of languages into series, records' texts borrowed. `measures`
 * (NULL: the usual ones, else all that are no scores) chooses: "cka,cka:biased,p@1". ISO_EARG names
 * what there is. */
iso_err iso_gap_collection_make(struct gap_collection *out, const iso_records *records,
                                const char *measures);
void iso_gap_collection_free(struct gap_collection *list);

/* Numbers that know no layer hold at each of these layers (a baseline of token ids, held against
 * scores at layers). */
iso_err iso_gap_series_spread(struct gap_series *series, const int64_t *layer, int layers);

/* The number of (src, tgt); where no direction is given, of (tgt, src) too. NAN where there is
 * none.
 */
double iso_gap_series_at(const struct gap_series *series, const char *src, const char *tgt,
                         int64_t layer);

/* Whether a record of a correlation is of this series. */
bool iso_gap_series_made(const struct gap_series *series, const iso_record *r);

/* "p@1:cosine" of a record, "cka:debiased minus before" of a difference; free
 * with iso_free. */
iso_err iso_gap_series_name(char **out, const iso_record *r);

#endif
