/* Inside the reading of pickles: shared by the files pickle*.c and by nobody else. */
#ifndef ISO_IO_PICKLE_INSIDE_H
#define ISO_IO_PICKLE_INSIDE_H

#include "lib/io/pickle.h"

enum { PICKLE_VALUES = 1 << 22 /* on the stack, in the memo, in all containers together */ };

/* A pickle while it is read. */
struct pickling {
    iso_pickle p;
    iso_pickle_source *from;
    int64_t begin, most; /* where it begins, and may end at most */
    const char *path;
    iso_pickle_items stack, memo;
    int64_t held; /* values in all containers */
    char *text;   /* the last text */
    int64_t room;
};

/* --- pickle_stack.c --- */

/* Fails: what was just read is not as torch writes it. */
iso_err iso_pickle_strange(const struct pickling *r, const char *what);

iso_err iso_pickle_push(struct pickling *r, iso_pickled is, int64_t of);
iso_err iso_pickle_pop(iso_pickle_value *out, struct pickling *r);

/* The last value, which must be a container of that kind. */
iso_err iso_pickle_top(int64_t *out, struct pickling *r, iso_pickled is);

/* A new container without items, onto the stack. */
iso_err iso_pickle_empty(struct pickling *r, iso_pickled is);

/* Replaces the last `count` values, or those behind the last mark (count -1), by a tuple of them.
 */
iso_err iso_pickle_tuple(struct pickling *r, int64_t count);

/* Moves as many values into the list or dict below them. */
iso_err iso_pickle_put_in(struct pickling *r, iso_pickled is, int64_t count);

/* The last value goes to a place of the memo; a place's value onto the stack. */
iso_err iso_pickle_remember(struct pickling *r, uint64_t at);
iso_err iso_pickle_recall(struct pickling *r, uint64_t at);

/* --- pickle_call.c --- */

/* The number of a name that is known. Errors  ISO_EFORMAT (any other: names it). */
iso_err iso_pickle_name(int64_t *out, const char *module, const char *name, const char *path);

/* What a known name makes of its arguments, and the storage that the tuple of a persistent id
 * says: onto the stack. */
iso_err iso_pickle_call(struct pickling *r, iso_pickle_value name, iso_pickle_items arguments);
iso_err iso_pickle_storage_of(struct pickling *r, iso_pickle_items id);

#endif
