/* Inside the pass: the pairs that are read for together, and what is kept of them. */
#ifndef ISO_ANALYSIS_CHUNK_H
#define ISO_ANALYSIS_CHUNK_H

#include "analysis/pass/plan.h"

/* Columns added to the wide block: rows that begin a power of two apart fall into the same few
 * lines of the cache. */
enum { ISO_CHUNK_PAD = 16 };

/* What the plan counts and the sums method allocates: columns of the product that serves several
 * pairs at once, and groups whose weighed columns are kept together. */
int64_t iso_plan_width(int64_t columns, int64_t widest);
int iso_plan_weighed(const iso_plan_part *plan, int spans);

/* What a measure of a part (by its number there) has as units. */
int64_t iso_part_units(const iso_plan_part *part, int measure);

/* Matrices are numbered within the chunk (0..matrices); global[m] is the task's number.
 * Arrays of cross, gram and outcomes are by pair of the chunk, selves by matrix. */
struct iso_chunk {
    const iso_task *task; /* the part's */
    const iso_plan_part *plan;
    const iso_run *run;

    int matrices;
    int *global;
    int64_t pairs;
    iso_gram_pair *pair; /* by the chunk's numbers */

    iso_moments **moments; /* borrowed from the pass, by matrix */
    iso_cross *cross, *self;
    iso_gram_terms *gram, *gself;
    struct iso_outcomes *outcomes; /* pair × measure, those that need ROWS */

    /* The rows at hand in the plan's dtype, all matrices side by side in one wide block, so that
     * one product can take several; block[m] is matrix m's window, first[m] its first column. */
    iso_mat wide, *block;
    int64_t *first;
    double **norm2;
    int *raw;     /* rows of block[m] come in divided by 2^raw[m]: 0 unless f32 cannot hold them */
    int *scale;   /* and by 2^(moments[m]->scale + scale[m]) in all once they are shifted */
    int64_t have; /* rows in them */
};

/* Neighbouring rows of the blocks that belong to one group; `last` when the group is complete. */
struct iso_span {
    int group;
    int64_t first, count;
    bool last;
};

/* What a ROWS measure has seen of a pair. */
struct iso_outcomes {
    double *sum;        /* by unit */
    int64_t *unit_size; /* by unit */
    double *state;
};

/* Makes the chunk of pairs [first, end) of the part; moments[global] are made by the caller. */
iso_err iso_chunk_new(struct iso_chunk *out, const iso_plan_part *plan, const iso_run *run,
                      int64_t first, int64_t end, iso_moments *moments);
void iso_chunk_free(struct iso_chunk *c);

/* Rows that lie together in the source, and where they go in the blocks. */
struct iso_piece {
    int64_t from, count, to; /* rows from the first that is read; their place in the blocks */
};

/* chunk_rows.c: rows in. Sets the pilot shifts; reads rows from `first` on, piece by piece, into
 * every block, unshifted; shifts the blocks by the moments' shift, divides those whose squares
 * single precision does not hold by a power of two, and takes the norms. */
iso_err iso_chunk_pilot(struct iso_chunk *c);
iso_err iso_chunk_read(struct iso_chunk *c, int64_t first, const struct iso_piece *piece,
                       int pieces);
iso_err iso_chunk_shift(struct iso_chunk *c);
/* Removes the column means of all rows (the moments are complete) from unshifted blocks. */
iso_err iso_chunk_centre(struct iso_chunk *c);

/* Shows rows at hand to the ROWS measures, those that want them centred or the
 * others. The unit is the span's group; without a span every row is a unit of its own. */
iso_err iso_chunk_feed(struct iso_chunk *c, bool centred, const struct iso_span *span);

/* Σ x·y of every pair over the rows [first, first + count) of the blocks, as large as they were. */
void iso_chunk_dots(double *dot, const struct iso_chunk *c, int64_t first, int64_t count);

/* chunk_sums.c: adds the spans at hand, shifted, to the second moments (or to Σx·y alone). */
struct iso_sums_work {
    iso_mat product; /* XᵀY of a few Y side by side */
    iso_mat norms;   /* rows × matrices */
    iso_mat weighed; /* (spans × all columns) × matrices: Xᵀ‖y‖² for every X and Y */
    double *dot;     /* Σx·y of every span and pair, where they are needed */
};
iso_err iso_sums_work_new(struct iso_sums_work *w, const struct iso_chunk *c);
void iso_sums_work_free(struct iso_sums_work *w);
iso_err iso_sums_add(struct iso_sums_work *w, struct iso_chunk *c, const struct iso_span *span,
                     int spans);

/* chunk_groups.c: what the spans at hand, shifted and whole groups, say on their own; dot[s · pairs
 * + i] is Σx·y of span s and pair i. With plan->by_items the totals too: the spans are all groups.
 */
iso_err iso_groups_add(struct iso_chunk *c, const double *dot, const struct iso_span *span,
                       int spans);

/* The two methods. */
iso_err iso_method_sums(struct iso_chunk *c);
iso_err iso_method_gram(struct iso_chunk *c);

#endif
