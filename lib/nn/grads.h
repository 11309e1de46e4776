/* Gradients of the parameters of an encoder: the same fields, from the same lists. */
#ifndef ISO_NN_GRADS_H
#define ISO_NN_GRADS_H

#include "lib/nn/params.h"
#include "lib/nn/tensor.h"

ISO_BEGIN

/** Packed, as large as the parameters; added to. NULL: frozen. */
typedef struct iso_linear_grad {
    float *w, *bias;
} iso_linear_grad;

typedef struct iso_norm_grad {
    float *gain, *bias;
} iso_norm_grad;

typedef struct iso_layer_grads {
#define X(field, ...) iso_linear_grad field;
    ISO_LAYER_LINEARS(X)
#undef X
#define X(field) iso_norm_grad field;
    ISO_LAYER_NORMS(X)
#undef X
} iso_layer_grads;

/**
 * The gradient of row index[t] += row t of dx (f32), for all t, in their order; rows that were not
 * there are put in. Multi-threaded. Errors  ISO_ENOMEM: as it was.
 */
ISO_MUST_USE iso_err iso_row_grads_add(iso_row_grads *g, const int64_t *index, iso_view dx);

/** The same of a dense gradient. */
ISO_MUST_USE iso_err iso_table_grad_add(float *grad, const int64_t *index, iso_view dx);

void iso_row_grads_forget(iso_row_grads *g); /* no rows; memory is kept */
void iso_row_grads_free(iso_row_grads *g);

/** A table's gradient: of rows, or dense (rows × C); one of the two, or none where frozen. */
typedef struct iso_lookup_grad {
    iso_row_grads *touched;
    float *dense;
} iso_lookup_grad;

typedef struct iso_param_grads {
    iso_lookup_grad word, position, type;
    iso_norm_grad norm;
    iso_layer_grads *layers; /* L */
} iso_param_grads;

ISO_END

#endif
