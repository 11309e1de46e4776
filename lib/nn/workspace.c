#include "lib/nn/workspace.h"

#include "lib/base/alloc.h"

enum { STEP = 1 << 12 }; /* floats: capacities are multiples of it */

/* An eighth more than asked for: what grows a little does not move each time. */
iso_err iso_workspace_need(iso_workspace *w, int64_t count)
{
    const int64_t capacity = (count + count / 8 + STEP - 1) / STEP * STEP;

    if (count <= w->capacity)
        return ISO_OK;
    iso_workspace_free(w);
    const iso_err err = iso_alloc_scattered(&w->at, capacity, sizeof *w->at);
    if (!err)
        w->capacity = capacity;
    return err;
}

iso_err iso_workspace_mat(iso_mat *out, iso_workspace *w, int64_t rows, int64_t cols)
{
    const iso_err err = iso_workspace_need(w, rows * cols);

    if (!err)
        *out = (iso_mat){w->at, rows, cols, cols, ISO_F32, NULL};
    return err;
}

void iso_workspace_free(iso_workspace *w)
{
    iso_free(w->at);
    *w = (iso_workspace){0};
}
