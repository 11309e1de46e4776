/* Which product: the faster one, unless it is too coarse for these rows. */
#include "lib/base/alloc.h"
#include "lib/linalg/topk_inside.h"

enum {
    SMALL = 1 << 18, /* products that are not worth a sample */
    SHARE = 100,     /* one row in so many is tried */
    MOST = 256,      /* and no more than these */
    FEW = 64         /* one overflow in so many of them is too much: each is a row by brute force */
};

static int only = -1;

void iso_topk_force_precision(int precision)
{
    only = precision;
}

static iso_err sample_make(int64_t **pick, iso_topk_rows *sample, const iso_topk_rows *of)
{
    const int64_t share = (of->rows + SHARE - 1) / SHARE;
    iso_err err = ISO_OK;

    *sample = *of;
    sample->rows = share < MOST ? share : MOST;
    ISO_TRY(iso_alloc(pick, sample->rows, sizeof **pick));
    for (int64_t i = 0; i < sample->rows; i++) {
        const int64_t at = of->rows / sample->rows * i;
        (*pick)[i] = of->pick ? of->pick[at] : at;
    }
    sample->pick = *pick;
done:
    return err;
}

/* Whether lists of few of these rows overflow; the lists of one side want nothing. */
static iso_err try(bool *fits, const iso_topk_rows *x, const iso_topk_panels *y, int want_x,
                   int want_y)
{
    const double slack = iso_topk_slack(ISO_TOPK_INT16, x->cols);
    iso_topk of_x = {0}, of_y = {0};
    const iso_topk *asked = want_x > 0 ? &of_x : &of_y;
    int64_t over = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_make(&of_x, x->rows, want_x, slack));
    ISO_TRY(iso_topk_make(&of_y, y->rows, want_y, slack));
    ISO_TRY(iso_topk_search(&of_x, &of_y, x, y, NULL, NULL));
    for (int64_t i = 0; i < asked->rows; i++)
        over += asked->held[i] < 0;
    *fits = *fits && over * FEW <= asked->rows;
done:
    iso_topk_free(&of_x);
    iso_topk_free(&of_y);
    return err;
}

static iso_err fine_enough(bool *fits, const iso_topk_rows *x, const iso_topk_rows *y,
                           const iso_topk_panels *panels, int want_x, int want_y)
{
    int64_t *pick_x = NULL, *pick_y = NULL;
    iso_topk_rows some_x, some_y;
    iso_topk_panels few = {0};
    iso_err err = ISO_OK;

    *fits = true;
    ISO_TRY(sample_make(&pick_x, &some_x, x));
    ISO_TRY(sample_make(&pick_y, &some_y, y));
    if (want_x > 0)
        ISO_TRY(try(fits, &some_x, panels, want_x, 0));
    if (want_y > 0 && *fits) {
        ISO_TRY(iso_topk_panels_make(&few, &some_y, ISO_TOPK_INT16));
        ISO_TRY(try(fits, x, &few, 0, want_y));
    }
done:
    iso_topk_panels_free(&few);
    iso_free(pick_x);
    iso_free(pick_y);
    return err;
}

static bool hopeful(const iso_topk_rows *x, const iso_topk_rows *y)
{
    return only >= 0 ? only == ISO_TOPK_INT16
                     : iso_panel_int16_pays() && (double)x->rows * (double)y->rows > SMALL;
}

iso_err iso_topk_panels_best(iso_topk_panels *out, iso_topk_precision *precision,
                             const iso_topk_rows *x, const iso_topk_rows *y, int want_x, int want_y)
{
    iso_topk_panels p = {0};
    bool fits = only >= 0;
    iso_err err = ISO_OK;

    if (hopeful(x, y)) {
        ISO_TRY(iso_topk_panels_make(&p, y, ISO_TOPK_INT16));
        if (only < 0)
            ISO_TRY(fine_enough(&fits, x, y, &p, want_x, want_y));
        if (!fits)
            iso_topk_panels_free(&p);
    }
    if (!p.whole)
        ISO_TRY(iso_topk_panels_make(&p, y, ISO_TOPK_F32));
    *precision = p.whole ? ISO_TOPK_INT16 : ISO_TOPK_F32;
    *out = p;
    p = (iso_topk_panels){0};
done:
    iso_topk_panels_free(&p);
    return err;
}
