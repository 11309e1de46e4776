/* Inside the reading of torch files: shared by the files torch_list*.c and by nobody else. */
#ifndef ISO_IO_TORCH_LIST_INSIDE_H
#define ISO_IO_TORCH_LIST_INSIDE_H

#include "lib/io/pickle.h"
#include "lib/io/torch_list.h"

/* Where the numbers of a storage lie in the file. */
struct torch_place {
    int64_t offset;
    int member; /* of the archive; -1: none */
};

struct torch_file {
    const iso_file *file;
    iso_pickle pickle;
    struct torch_place *place; /* by storage of the pickle */
};

/* Each reads the pickle and finds all places; what they took, the caller gives back, also after a
 * failure. */
iso_err iso_torch_zip(struct torch_file *t);
iso_err iso_torch_legacy(struct torch_file *t);

/* Bytes of a storage, -1 of more than any file holds. */
int64_t iso_torch_bytes(const iso_pickle_storage *s);

#endif
