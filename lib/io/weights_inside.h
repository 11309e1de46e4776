/* Inside the opening of weights: shared by the files weights*.c and by nobody else. */
#ifndef ISO_IO_WEIGHTS_INSIDE_H
#define ISO_IO_WEIGHTS_INSIDE_H

#include "lib/io/gguf.h"
#include "lib/io/mapped.h"
#include "lib/io/tensor_list.h"
#include "lib/io/weights.h"

struct shard {
    char *path;
    iso_mapped *map;
    iso_tensor_list list;
    char **packed; /* by tensor of the list: of a view a copy, else NULL */
    iso_gguf gguf; /* instead of map and list */
};

struct iso_weights {
    iso_weight *at; /* in the order of their names */
    int64_t count;
    struct shard *shards;
    int64_t shard_count;
    void **made; /* numbers that are in no file */
    int64_t made_count;
};

/* --- weights.c --- */

/* Maps the file at its path, safetensors or torch.save, and lists its tensors. What it took,
 * iso_weights_close gives back, also after a failure. */
iso_err iso_weights_shard(struct shard *s);

/* A tensor of a file that is open. */
iso_weight iso_weights_entry(const iso_tensor_entry *t, const struct shard *s);

/* By their names, as iso_weights_find needs them. */
void iso_weights_sort(iso_weights *w);

/* --- weights_pack.c --- */

/* Copies the views of a file that is mapped. Errors  ISO_EFORMAT, ISO_ENOMEM. */
iso_err iso_weights_pack(struct shard *s, const iso_file *file);

/* --- weights_choose.c --- */

/* Which file of a folder its weights begin in, yours to iso_free: the one that holds all, or an
 * `index` of shards. Errors  as iso_weights_open. */
iso_err iso_weights_choose(char **name, bool *index, const char *folder);

/* --- weights_gguf.c --- */

/* The tensors of a GGUF file, in the order of their names. */
iso_err iso_weights_gguf(iso_weights *w, const char *path);

/* --- weights_adapt.c --- */

/* Changes the weights of a base model as the adapter in `folder` says (lib/io/adapter.h). */
iso_err iso_weights_adapt(iso_weights *w, const char *folder);

#endif
