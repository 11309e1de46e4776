/* Memory behind parameters: blocks freed together, and tensors of a checkpoint put into them. */
#ifndef ISO_NN_STORE_H
#define ISO_NN_STORE_H

#include "lib/io/weights.h"
#include "lib/linalg/view.h"

/** {0} is empty. */
struct iso_store {
    void **blocks;
    int64_t count, capacity;
};

/** A zeroed block. */
ISO_MUST_USE iso_err iso_store_block(void *out, struct iso_store *s, int64_t count, size_t size);
void iso_store_free(struct iso_store *s);

/**
 * A tensor as a matrix of rows × cols numbers, left where it is mapped unless its numbers begin at
 * an odd place. Errors  ISO_EFORMAT (file and tensor: another type or shape), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_store_matrix(iso_view *out, struct iso_store *s, const iso_weight *w,
                                      int64_t rows, int64_t cols);

/** A tensor of `count` finite numbers as f32. Errors  as iso_store_matrix. */
ISO_MUST_USE iso_err iso_store_vector(const float **out, struct iso_store *s, const iso_weight *w,
                                      int64_t count);

#endif
