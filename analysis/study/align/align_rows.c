#include "analysis/study/align/align_rows.h"

#include <string.h>

#include "analysis/study/items/load.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

enum { READ_BYTES = 4 << 20 };

/* Row by row to its place (NULL: as it comes). */
static iso_err read_side(iso_mat *to, iso_rows *from, const int64_t *place, const iso_run *run)
{
    const int64_t row = from->cols * 8, step = row < READ_BYTES ? READ_BYTES / row : 1;
    int64_t odd;
    double peak;
    iso_view v;
    iso_err err = ISO_OK;

    for (int64_t at = 0, n; at < from->rows; at += n) {
        n = from->rows - at < step ? from->rows - at : step;
        ISO_TRY(iso_run_step(run, "reading", at, from->rows, "rows"));
        ISO_TRY(iso_rows_read(from, at, n, &v));
        if (!iso_view_finite(&odd, v))
            ISO_FAIL(ISO_EFORMAT, "%s: row %lld holds NaN or infinity", iso_rows_name(from),
                     (long long)(at + odd));
        if (!iso_view_fits_f32(&odd, &peak, v))
            ISO_FAIL(ISO_EFORMAT, LOAD_RANGE, iso_rows_name(from), (long long)(at + odd), peak);
        for (int64_t i = 0; i < n; i++)
            iso_convert_f32((float *)to->data + (place ? place[at + i] : at + i) * to->stride,
                            to->stride, iso_view_rows(v, i, 1));
    }
done:
    return err;
}

/* All rows of a source. */
static iso_err read_whole(iso_mat *out, iso_rows *from, const iso_run *run)
{
    iso_mat m = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&m, from->rows, from->cols, ISO_F32));
    ISO_TRY(read_side(&m, from, NULL, run));
    *out = m;
    return ISO_OK;
done:
    iso_mat_free(&m);
    return err;
}

/* Rows of words to the places of their pairs, which may have room for more columns. */
static void gather(iso_mat *to, const iso_mat *from, const int64_t *row, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        memcpy((float *)to->data + i * to->stride,
               (const float *)from->data + row[i] * from->stride,
               (size_t)from->cols * sizeof(float));
}

static iso_err read_words(struct align_rows *rows, const struct align_pair *p,
                          const struct align_lot *lot, const iso_run *run)
{
    iso_err err = ISO_OK;

    rows->row[0] = lot->row[0];
    rows->row[1] = lot->row[1];
    ISO_TRY(read_whole(&rows->whole[0], p->x, run));
    ISO_TRY(read_whole(&rows->whole[1], p->y, run));
    gather(&rows->x, &rows->whole[0], lot->row[0], lot->n);
    gather(&rows->y, &rows->whole[1], lot->row[1], lot->n);
done:
    return err;
}

iso_err iso_align_rows_read(struct align_rows *out, const struct align_set *set, int pair,
                            const iso_run *run)
{
    const struct align_pair *p = &set->pair[pair];
    const struct align_lot *lot = &set->lot[p->lot];
    struct align_rows rows = {.n = lot->n,
                              .folds = lot->folds,
                              .start = lot->start,
                              .golds = lot->place ? NULL : &lot->golds,
                              .answer =
                                  set->answer && p->target >= 0 ? set->answer[p->target] : NULL};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&rows.x, 2 * lot->n, p->cols, ISO_F32)); /* zeros where a side is padded */
    ISO_TRY(iso_mat_new(&rows.y, 2 * lot->n, p->cols, ISO_F32));
    if (!lot->place) {
        ISO_TRY(read_words(&rows, p, lot, run));
    } else {
        ISO_TRY(read_side(&rows.x, p->x, lot->place, run));
        ISO_TRY(read_side(&rows.y, p->y, lot->place, run));
    }
    *out = rows;
    return ISO_OK;
done:
    iso_align_rows_free(&rows);
    return err;
}

void iso_align_rows_free(struct align_rows *rows)
{
    iso_mat_free(&rows->x);
    iso_mat_free(&rows->y);
    iso_mat_free(&rows->whole[0]);
    iso_mat_free(&rows->whole[1]);
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

iso_err iso_align_rows_prepare(struct align_rows *rows, const iso_prep *prep)
{
    static const iso_prep none = {0};
    iso_err err = ISO_OK;

    for (int side = 0; rows->golds && side < 2; side++) { /* all words, not only those paired */
        iso_mat *whole = &rows->whole[side];
        ISO_TRY(iso_prep_apply(whole, prep));
        gather(side ? &rows->y : &rows->x, whole, rows->row[side], rows->n);
        iso_mat_free(whole);
    }
    prep = rows->golds ? &none : prep;
    ISO_TRY(prepare(&rows->x, rows->n, prep));
    ISO_TRY(prepare(&rows->y, rows->n, prep));
done:
    return err;
}
