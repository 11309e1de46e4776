/* Inside retrieval: what is asked, the rows it is asked of, what one pair of languages answers. */
#ifndef ISO_BIN_RETRIEVE_INSIDE_H
#define ISO_BIN_RETRIEVE_INSIDE_H

#include "analysis/hits.h"
#include "analysis/mining.h"
#include "analysis/neighbours.h"
#include "analysis/prep.h"
#include "bin/parallel.h"
#include "bin/selection.h"

/* --- What is asked (retrieve_ask.c) --- */

enum retrieve_kind { RETRIEVE_HIT, RETRIEVE_MRR, RETRIEVE_ERROR, RETRIEVE_MEXA, RETRIEVE_MINING };

/* One value a pair. */
struct retrieve_cell {
    enum retrieve_kind kind;
    const char *measure; /* "p@k", "precision" */
    iso_rule rule;
    int k;   /* of p@k, else 0 */
    int way; /* 0 forward, 1 backward, 2 and 3 as iso_mine_way; -1 neither */
};

enum { RETRIEVE_LIST = 64 }; /* a longer list costs more than counting what is better */
enum { RETRIEVE_CELLS = 256, RETRIEVE_RULES = ISO_RULE_INVSOFTMAX + 1 };

/* One search, and what is read off it. */
struct retrieve_search {
    bool asked;
    bool lists; /* both directions, two rows each: MEXA */
    bool ranks; /* places beyond a list: MRR, large k */
    int k;      /* length of the lists */
};

struct retrieve_ask {
    struct retrieve_cell cell[RETRIEVE_CELLS];
    int cells;
    struct retrieve_search search[RETRIEVE_RULES];
    bool way[2]; /* who searches */
    bool mining;
    int k_most; /* largest --k */
    iso_rule margin;
    double threshold; /* of mining; NAN = the best */
    iso_near_opt near;
    iso_boot boot;
    iso_prep prep;
    iso_buf prep_text; /* as records have it */
};

/* Errors ISO_EARG. */
iso_err retrieve_ask_make(struct retrieve_ask *out, const struct settings *set,
                          const char *measures);
void retrieve_ask_free(struct retrieve_ask *ask);

/* Neighbours a rule averages; ISO_NO_INT for none. */
int64_t retrieve_neighbours(const struct retrieve_ask *ask, iso_rule rule);

/* --- Rows with equal text (retrieve_twins.c) --- */

/* first[i]: the first row with the text of row i; next[i]: the next one, −1 for none. NULL when
 * nothing is known of texts. */
struct twins {
    int64_t *first, *next;
    int64_t items, shared; /* shared: rows whose text another row holds too */
};

/* Of item i the row pick[i] (NULL: i) of the language counts. */
iso_err twins_make(struct twins *out, const iso_lang *lang, const int64_t *pick, int64_t items);
void twins_free(struct twins *t);

/* --- The rows (retrieve_rows.c) --- */

/* One language of one layer, in memory. */
struct retrieve_side {
    iso_mat rows; /* f32, prepared */
    int lang, layer;
    bool there;
};

struct retrieve_rows {
    iso_states *states;
    struct selection sel;
    struct parallel parallel; /* parties in the order of sel.lang; none when rows are not joined */
    struct twins *twins;      /* by sel.lang */
    int64_t *items;           /* by sel.lang */
    struct retrieve_side side[2];
};

/* Chooses and joins (`joined`), and checks sizes: ISO_EARG for different dims, k beyond the rows,
 * and pairs that do not fit --mem. */
iso_err retrieve_rows_open(struct retrieve_rows *out, const struct settings *set,
                           const struct retrieve_ask *ask, iso_states *states, bool joined,
                           const iso_run *run);
void retrieve_rows_free(struct retrieve_rows *r);

/* Where a language stands in sel.lang. */
int retrieve_party(const struct retrieve_rows *r, int lang);

/* Reads and prepares both sides of a pair at a layer; what is there already is kept. */
iso_err retrieve_rows_load(struct retrieve_rows *r, const struct retrieve_ask *ask, int src,
                           int tgt, int layer);

/* Bytes that a pair needs at once. */
double retrieve_memory(int64_t n, int64_t m, int64_t cols);

/* --- One pair (retrieve_pair.c, retrieve_mining.c) --- */

struct retrieve_pair {
    iso_view x, y;
    const struct twins *tx, *ty;
    const iso_mined *gold; /* NULL: row i belongs to row i */
    int64_t golds;
};

/* What the first search found, for --predictions. */
struct retrieve_found {
    iso_near near;
    iso_mined *mined;
    int64_t count;
};

void retrieve_found_free(struct retrieve_found *f);

/* Sets values[c] for every cell; outcome[c * rows + i] to what row i came to, but of mining;
 * `found` and `outcome` may be NULL. told adds up. */
iso_err retrieve_pair_values(iso_value *values, double *outcome, struct retrieve_found *found,
                             iso_near_told *told, const struct retrieve_pair *pair,
                             const struct retrieve_ask *ask, const iso_run *run);
iso_err retrieve_mining_values(iso_value *values, struct retrieve_found *found, iso_near_told *told,
                               const struct retrieve_pair *pair, const struct retrieve_ask *ask,
                               const iso_run *run);

/* --- Files (retrieve_files.c) --- */

/* Lines of two numbers from 0, tabs or blanks between; n and m rows are there. */
iso_err retrieve_gold_read(iso_mined **out, int64_t *count, const char *path, int64_t n, int64_t m);

/* A line a query: best row (−1 none), score. Of mining: source row, target row, score. */
iso_err retrieve_found_write(const char *path, const struct retrieve_found *f);

#endif
