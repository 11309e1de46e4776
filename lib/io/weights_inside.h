/* Inside the opening of weights: shared by the files weights*.c and by nobody else. */
#ifndef ISO_IO_WEIGHTS_INSIDE_H
#define ISO_IO_WEIGHTS_INSIDE_H

#include "lib/io/weights.h"

/* Which file of a folder its weights begin in, yours to iso_free: the one that holds all, or an
 * `index` of shards. Errors  as iso_weights_open. */
iso_err iso_weights_choose(char **name, bool *index, const char *folder);

#endif
