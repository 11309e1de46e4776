/* Baselines beside what they are held against: of a list of records, those of the states and those
 * in which a baseline stands in for them. */
#ifndef ISO_IO_BESIDE_H
#define ISO_IO_BESIDE_H

#include "lib/io/record.h"

/* Baselines of a list at most; more are as if they were not there. */
enum { ISO_BESIDE_MOST = 8 };

/* The baselines of a list, borrowed from it; {0} has none. */
typedef struct iso_beside {
    const char *name[ISO_BESIDE_MOST]; /* random, pieces, length, then others as they come */
    int names;
    bool models; /* the states are of several, so that a baseline's must be known by its name */
    const iso_record **at; /* sorted by what they answer */
    int64_t count;
} iso_beside;

/* Lists the baselines of `records`, which must outlive them. Errors  ISO_ENOMEM. */
iso_err iso_beside_make(iso_beside *out, const iso_records *records);
void iso_beside_free(iso_beside *b);

/*
 * The record of baseline `name` (a number below names) that answers the question of `r` at its
 * place: equal in all that tells records apart, where what the baseline does not have (layers,
 * pooling, model, preparation) does not matter, and its model may be "m (random weights)" for m, or
 * any where the states are of one. NULL where there is none, or `r` is a baseline.
 */
const iso_record *iso_beside_find(const iso_beside *b, const iso_record *r, int name);

/* The ends of a baseline's range over seeds, its value where it has none: an interval over items is
 * no range. */
double iso_beside_lo(const iso_record *baseline);
double iso_beside_hi(const iso_record *baseline);

/* Those of `in` that are no baseline, and baselines of nothing that is there, as a list that
 * borrows all texts from `in`. */
iso_err iso_beside_alone(iso_records *out, const iso_beside *b, const iso_records *in);

/* All, borrowed likewise, where the stages `before` and `centred` of a map stand as baselines of
 * the stage `after`, which is held against them. */
iso_err iso_beside_stages(iso_records *out, const iso_records *in);

/* Those that are no baseline, borrowed likewise; all where there is nothing else. */
iso_err iso_beside_states(iso_records *out, const iso_records *in);

#endif
