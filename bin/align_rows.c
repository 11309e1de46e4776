#include "bin/align_rows.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

enum { READ_BYTES = 4 << 20 };

/* Row by row to its place. */
static iso_err read_side(iso_mat *to, iso_rows *from, const int64_t *place, const iso_run *run)
{
    const int64_t row = from->cols * 8, step = row < READ_BYTES ? READ_BYTES / row : 1;
    int64_t odd;
    iso_view v;
    iso_err err = ISO_OK;

    for (int64_t at = 0, n; at < from->rows; at += n) {
        n = from->rows - at < step ? from->rows - at : step;
        ISO_TRY(iso_run_step(run, "reading", at, from->rows, "rows"));
        ISO_TRY(iso_rows_read(from, at, n, &v));
        if (!iso_view_finite(&odd, v))
            ISO_FAIL(ISO_EFORMAT, "%s: row %lld holds NaN or infinity", iso_rows_name(from),
                     (long long)(at + odd));
        for (int64_t i = 0; i < n; i++)
            iso_convert_f32((float *)to->data + place[at + i] * to->stride, to->stride,
                            iso_view_rows(v, i, 1));
    }
done:
    return err;
}

iso_err align_rows_read(struct align_rows *out, const struct align_set *set, int pair,
                        const struct align_ask *ask, const iso_run *run)
{
    const struct align_pair *p = &set->pair[pair];
    const int64_t cols = p->x->cols; /* a collection has one width a layer */
    struct align_rows rows = {.n = set->n,
                              .folds = ask->folds,
                              .start = set->start,
                              .answer =
                                  set->answer && p->target >= 0 ? set->answer[p->target] : NULL};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&rows.x, 2 * set->n, cols, ISO_F32));
    ISO_TRY(iso_mat_new(&rows.y, 2 * set->n, cols, ISO_F32));
    ISO_TRY(read_side(&rows.x, p->x, set->place, run));
    ISO_TRY(read_side(&rows.y, p->y, set->place, run));
    *out = rows;
    return ISO_OK;
done:
    align_rows_free(&rows);
    return err;
}

void align_rows_free(struct align_rows *rows)
{
    iso_mat_free(&rows->x);
    iso_mat_free(&rows->y);
    *rows = (struct align_rows){0};
}

/* Steps on the first half, which becomes the second. */
static iso_err prepare(iso_mat *m, int64_t n, const iso_prep *prep)
{
    iso_mat half = *m;
    iso_err err = ISO_OK;

    half.rows = n;
    half.owner = NULL;
    ISO_TRY(iso_prep_apply(&half, prep));
    memcpy((float *)m->data + n * m->stride, m->data, (size_t)(n * m->stride) * sizeof(float));
done:
    return err;
}

iso_err align_rows_prepare(struct align_rows *rows, const iso_prep *prep)
{
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&rows->x, rows->n, prep));
    ISO_TRY(prepare(&rows->y, rows->n, prep));
done:
    return err;
}
