/* A parameter that is learnt, and its gradient. */
#ifndef ISO_NN_TENSOR_H
#define ISO_NN_TENSOR_H

#include <stdint.h>

#include "lib/base/err.h"

ISO_BEGIN

typedef enum iso_tensor_kind {
    ISO_TENSOR_MATRIX,
    ISO_TENSOR_VECTOR, /* biases, LayerNorm: no weight decay */
    ISO_TENSOR_TABLE,  /* rows that are looked up */
    ISO_TENSOR_SCALAR  /* W and b of λ: no weight decay */
} iso_tensor_kind;

/** Gradients of the rows of a table that a batch touched; all other rows have none. */
typedef struct iso_row_grads {
    int64_t *rows; /* count, rising, each once */
    float *grad;   /* count × cols, packed */
    int64_t count, room;
} iso_row_grads;

typedef struct iso_tensor {
    const char *name;       /* as the family's checkpoints call it */
    float *value;           /* rows × cols, packed */
    float *grad;            /* as large, added to; NULL: frozen, or `touched` has it */
    iso_row_grads *touched; /* of a table; NULL: frozen, or `grad` has it */
    int64_t rows, cols;     /* a vector has 1 row */
    iso_tensor_kind kind;
    int depth; /* 0 embeddings, 1 … L layers, L + 1 heads */
} iso_tensor;

ISO_END

#endif
