/* Entities that tags of words say (BIO and its kin), and how many of them are right. */
#ifndef ISO_ANALYSIS_ENTITIES_H
#define ISO_ANALYSIS_ENTITIES_H

#include "analysis/classify/scored.h"

/* Where in an entity a tag puts its word, and of which type that is. */
enum entity_place {
    ENTITY_OUT,    /* O */
    ENTITY_BEGIN,  /* B-X */
    ENTITY_INSIDE, /* I-X: goes on with an entity of X that is open, else begins one */
    ENTITY_END,    /* E-X, L-X: as I-X, and the last word */
    ENTITY_WHOLE   /* S-X, U-X */
};

struct entity_tag {
    enum entity_place place;
    int type; /* the first class of that type */
};

/* Whether the classes are tags of entities: O, and others that are a letter, '-' and a type. Then
 * tag[0 .. classes) says what they mean, tag[classes], of classes that nobody learns, entities of a
 * word that nobody finds. */
bool iso_entity_scheme(struct entity_tag *tag, const char *const *name, int classes);

/* Twice the entities that are right, with both ends and type, and those that are there and those
 * that are said together: the ratio of their sums is micro-F1. A sentence is the rows one after
 * another that have one item. *there: entities that are there. said −1 is O. Errors  ISO_ENOMEM. */
iso_err iso_entity_tally(struct tally *out, int64_t *there, const struct scored *of,
                         const struct entity_tag *tag, int64_t items);

#endif
