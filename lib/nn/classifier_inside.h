/* What opening and using a head share. */
#ifndef ISO_NN_CLASSIFIER_INSIDE_H
#define ISO_NN_CLASSIFIER_INSIDE_H

#include <stdbool.h>

#include "lib/io/json.h"
#include "lib/nn/classifier.h"
#include "lib/nn/linear.h"
#include "lib/nn/store.h"
#include "lib/nn/workspace.h"

struct iso_classifier {
    iso_linear dense, out;
    bool relu; /* else tanh */
    char **names;
    int64_t C, K;
    struct iso_store store;
    iso_weights *weights;
    iso_workspace hidden;
};

/**
 * Names of the K classes that `out`, a tensor, has rows for, from the id2label of `config`.
 * Errors  ISO_EFORMAT (another number of classes), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_classifier_label(iso_classifier *h, const iso_json *config,
                                          const iso_weight *out);

#endif
