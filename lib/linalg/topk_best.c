/* Which product, and how long the lists: a sample of either side tells. */
#include <limits.h>
#include <stdlib.h>

#include "lib/base/alloc.h"
#include "lib/linalg/topk_inside.h"
#include "lib/linalg/topk_sides.h"

enum {
    SMALL = 1 << 18,   /* products that are not worth a sample */
    DEEPEST = 1 << 17, /* columns whose sums fit 31 bits: 127² each */
    SHARE = 200,       /* one row in so many is tried */
    LEAST = 32,        /* but at least these */
    MOST = 256,        /* and no more than these */
    FEW = 64,          /* one in so many of them with too long a list is too much */
    SPARE = 16         /* entries beyond the wanted ones, for keys that are nearly equal in f32 */
};

static int only = -1;

void iso_topk_force_precision(int precision)
{
    only = precision;
}

/* The longest list that is worth its while for the k best. */
static int longest(int k)
{
    return k == 0 ? 0 : k < INT_MAX / 8 ? 4 * k + 118 : k;
}

static iso_err sample_make(int64_t **pick, iso_topk_rows *sample, const iso_topk_rows *of)
{
    const int64_t share = of->rows / SHARE, more = share < LEAST ? LEAST : share,
                  most = more < MOST ? more : MOST;
    iso_err err = ISO_OK;

    *sample = *of;
    sample->rows = of->rows < most ? of->rows : most;
    ISO_TRY(iso_alloc(pick, sample->rows, sizeof **pick));
    for (int64_t i = 0; i < sample->rows; i++) {
        const int64_t at = of->rows / sample->rows * i;
        (*pick)[i] = of->pick ? of->pick[at] : at;
    }
    sample->pick = *pick;
done:
    return err;
}

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x < y) - (x > y);
}

/* How many keys of a row's list are not below its k-th best cosine, and one more, whose key is;
 * −1 when the list does not tell. `work` has room for its cosines. */
static int depth_of(const iso_topk *t, int64_t row, int k, double *work, const iso_topk_rows *x,
                    const iso_topk_rows *y)
{
    const iso_topk_hit *h = t->hit + row * t->room;
    const int held = t->held[row];
    int depth = 0;

    if (held < 0)
        return -1;
    if (held < k)
        return held;
    for (int a = 0; a < held; a++)
        work[a] = iso_topk_cosine(x, row, y, h[a].index);
    qsort(work, (size_t)held, sizeof *work, falling);
    for (int a = 0; a < held; a++)
        depth += (double)h[a].key >= work[k - 1];
    return (double)t->floor[row] < work[k - 1] ? depth + 1 : -1;
}

/* Lists of a few rows, all of one side: how long must they be? 0 if too many would be too long. */
static iso_err depth_of_all(int *depth, const iso_topk *t, int k, const iso_topk_rows *x,
                            const iso_topk_rows *y)
{
    double *work = NULL;
    int64_t over = 0;
    int most = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&work, t->room, sizeof *work));
    for (int64_t i = 0; i < t->rows; i++) {
        const int d = depth_of(t, i, k, work, x, y);
        over += d < 0;
        most = d > most ? d : most;
    }
    *depth = over * FEW > t->rows ? 0 : most + most / 4 + 4;
done:
    iso_free(work);
    return err;
}

/* `s` has all of one side and few of the other, whose lists these are. */
static iso_err try(int *depth, const iso_topk_sides *s, int k, bool of_x)
{
    const int64_t others = of_x ? s->y.rows : s->x.rows;
    const int64_t want = longest(k) < others ? longest(k) : others;
    iso_topk few = {0}, none = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_topk_make(&few, of_x ? s->x.rows : s->y.rows, (int)want, 0));
    ISO_TRY(iso_topk_make(&none, others, 0, 0));
    ISO_TRY(iso_topk_search(of_x ? &few : &none, of_x ? &none : &few, s, NULL, NULL));
    ISO_TRY(depth_of_all(depth, &few, k, of_x ? &s->x : &s->y, of_x ? &s->y : &s->x));
    if (*depth > longest(k))
        *depth = longest(k);
done:
    iso_topk_free(&few);
    iso_topk_free(&none);
    return err;
}

static iso_err try_rows(int *depth, const iso_topk_sides *all, const struct topk_centre *c, int k)
{
    iso_topk_sides few = *all;
    int64_t *pick = NULL;
    iso_err err = ISO_OK;

    few.left = NULL;
    few.of_x = NULL;
    ISO_TRY(sample_make(&pick, &few.x, &all->x));
    ISO_TRY(iso_topk_left(&few, c));
    ISO_TRY(try(depth, &few, k, true));
done:
    iso_free(few.left);
    iso_free(few.of_x);
    iso_free(pick);
    return err;
}

static iso_err try_columns(int *depth, const iso_topk_sides *all, const struct topk_centre *c,
                           int k)
{
    iso_topk_sides few = *all;
    int64_t *pick = NULL;
    iso_err err = ISO_OK;

    few.right = NULL;
    few.start = NULL;
    few.of_y = NULL;
    ISO_TRY(sample_make(&pick, &few.y, &all->y));
    ISO_TRY(iso_topk_right(&few, c));
    ISO_TRY(try(depth, &few, k, false));
done:
    iso_free(few.right);
    iso_free(few.start);
    iso_free(few.of_y);
    iso_free(pick);
    return err;
}

/* Depths of 0 where lists would be too long, on a side where some are wanted. */
static iso_err in_8_bits(iso_topk_sides *out, iso_topk_depth *lists, const iso_topk_rows *x,
                         const iso_topk_rows *y, iso_topk_depth best)
{
    iso_topk_sides s = iso_topk_sides_of(x, y);
    struct topk_centre c = {0};
    iso_err err = ISO_OK;

    *lists = (iso_topk_depth){0};
    ISO_TRY(iso_topk_centre_make(&c, x, y));
    ISO_TRY(iso_topk_right(&s, &c));
    if (best.of_x > 0)
        ISO_TRY(try_rows(&lists->of_x, &s, &c, best.of_x));
    if (best.of_x == 0 || lists->of_x > 0) {
        ISO_TRY(iso_topk_left(&s, &c));
        if (best.of_y > 0)
            ISO_TRY(try_columns(&lists->of_y, &s, &c, best.of_y));
    }
    *out = s;
    s = (iso_topk_sides){0};
done:
    iso_topk_centre_free(&c);
    iso_topk_sides_free(&s);
    return err;
}

static bool hopeful(const iso_topk_rows *x, const iso_topk_rows *y)
{
    const bool fits = x->cols <= DEEPEST && x->rows > 0 && y->rows > 0;

    return fits && (only >= 0 ? only == ISO_TOPK_INT8
                              : iso_panel_int8_pays() && (double)x->rows * (double)y->rows > SMALL);
}

static int depth_in_f32(int k)
{
    return k == 0 ? 0 : k < INT_MAX - SPARE ? k + SPARE : k;
}

iso_err iso_topk_sides_best(iso_topk_sides *out, iso_topk_depth *lists, const iso_topk_rows *x,
                            const iso_topk_rows *y, iso_topk_depth best)
{
    iso_topk_depth depth = {0};
    iso_topk_sides s = {0};
    iso_err err = ISO_OK;

    if (hopeful(x, y)) {
        ISO_TRY(in_8_bits(&s, &depth, x, y, best));
        const bool serves =
            (best.of_x == 0 || depth.of_x > 0) && (best.of_y == 0 || depth.of_y > 0);
        if (!serves && only < 0)
            iso_topk_sides_free(&s);
        if (!serves && only >= 0)
            depth = (iso_topk_depth){longest(best.of_x), longest(best.of_y)};
        if (!serves && only >= 0 && !s.left) {
            iso_topk_sides_free(&s);
            ISO_TRY(iso_topk_sides_make(&s, x, y, ISO_TOPK_INT8));
        }
    }
    if (!s.left) {
        s = iso_topk_sides_of(x, y);
        ISO_TRY(iso_topk_plain(&s));
        depth = (iso_topk_depth){depth_in_f32(best.of_x), depth_in_f32(best.of_y)};
    }
    *lists = depth;
    *out = s;
    s = (iso_topk_sides){0};
done:
    iso_topk_sides_free(&s);
    return err;
}
