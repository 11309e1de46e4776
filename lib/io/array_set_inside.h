/* Inside a set of named arrays: shared by the files array_set*.c and by nobody else. */
#ifndef ISO_IO_ARRAY_SET_INSIDE_H
#define ISO_IO_ARRAY_SET_INSIDE_H

#include "lib/io/array_set.h"

/* --- array_set_lists.c --- */

/* Whether a name ends in a number, as those of a list's items do. */
bool iso_array_set_numbered(const char *name);

/* Finds which numbered arrays are lists of sentences or items, and settles what is in none. */
iso_err iso_array_set_lists(iso_array_set *set, const iso_states_opt *opt, const char *path);

/* The rows of a layer of a list. */
iso_err iso_array_list_rows(iso_rows **out, const iso_array_set *set, const iso_array_list *list,
                            int layer, iso_array_get *get, void *self);

/* --- array_set_masks.c --- */

/* Whether one of the masks has the shape of an array. */
bool iso_array_set_has_mask(const iso_array_set *set, const iso_array *a);

/* Of an array without one: fails where the file has a mask of another shape for it. */
iso_err iso_array_set_no_mask(const iso_array_set *set, const char *name, const iso_array *a,
                              const char *what);

#endif
