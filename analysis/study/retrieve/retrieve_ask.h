/* What retrieval is asked for: its options, understood. */
#ifndef ISO_STUDY_RETRIEVE_ASK_H
#define ISO_STUDY_RETRIEVE_ASK_H

#include "analysis/search/mining.h"
#include "analysis/search/neighbours.h"
#include "analysis/pass/prep.h"
#include "analysis/study/retrieve/retrieve.h"
#include "lib/base/str.h"
#include "lib/linalg/bootstrap.h"

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
    int k_most; /* largest of the ranks */
    iso_rule margin;
    double threshold;  /* of mining; NAN = the best */
    int64_t first;     /* items of a pair; 0 = all */
    iso_near_opt near; /* but for the rule, and whether knn holds for it */
    bool knn;
    iso_boot boot;
    iso_prep prep;
    iso_buf prep_text; /* as records have it */
};

/* Errors ISO_EARG. */
iso_err iso_retrieve_ask_make(struct retrieve_ask *out, const iso_retrieve_opt *opt);
void iso_retrieve_ask_free(struct retrieve_ask *ask);

/* Whether a measure, as records have it, is one of retrieval. */
bool iso_retrieve_knows(const char *measure);

/* Neighbours a rule averages; ISO_NO_INT for none. */
int64_t iso_retrieve_neighbours(const struct retrieve_ask *ask, iso_rule rule);

/* Whether only the nearest rows are candidates of a rule; of cosines they are the best anyway. */
bool iso_retrieve_knn(const struct retrieve_ask *ask, iso_rule rule);

#endif
