/* Scratch that is kept from call to call: fresh memory costs more than the work done in it. */
#ifndef ISO_NN_WORKSPACE_H
#define ISO_NN_WORKSPACE_H

#include <stdint.h>

#include "lib/linalg/view.h"

ISO_BEGIN

/** Floats, grown when asked for more; {0} is empty. */
typedef struct iso_workspace {
    float *at;
    int64_t capacity;
} iso_workspace;

/** Space for `count` floats; what was there is lost. Errors ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_workspace_need(iso_workspace *w, int64_t count);

/** The same as a packed rows × cols matrix, borrowed from the workspace. */
ISO_MUST_USE iso_err iso_workspace_mat(iso_mat *out, iso_workspace *w, int64_t rows, int64_t cols);
void iso_workspace_free(iso_workspace *w);

ISO_END

#endif
