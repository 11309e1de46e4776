/* Bounded lists of what may be among the best. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/topk_inside.h"

/* A list has room for half as much again as is wanted, but never for so little that it is trimmed
 * at every turn, or that a few equal keys fill it. */
enum { SPARE = 54 };

void iso_topk_free(iso_topk *t)
{
    iso_free(t->floor);
    iso_free(t->held);
    iso_free(t->hit);
    *t = (iso_topk){0};
}

iso_err iso_topk_make(iso_topk *out, int64_t rows, int want, int sure)
{
    const int64_t padded = topk_panels(rows) * TOPK_WIDE;
    const int64_t room = want == 0 ? 0 : (int64_t)want + (want / 2 > SPARE ? want / 2 : SPARE);
    const int64_t least = sure < want ? sure : want;
    iso_topk t = {.rows = rows, .want = want, .room = (int)room, .full = want, .least = (int)least};
    iso_err err = ISO_OK;

    t.limit = topk_limit(&t);
    ISO_NEED(rows >= 0 && want >= 0, "lists of %d for %lld rows", want, (long long)rows);
    ISO_NEED(room <= INT32_MAX && (room == 0 || rows <= INT64_MAX / room),
             "lists of %d for %lld rows are too large", want, (long long)rows);
    ISO_TRY(iso_alloc(&t.floor, padded, sizeof *t.floor));
    ISO_TRY(iso_alloc(&t.held, rows, sizeof *t.held));
    ISO_TRY(iso_alloc_scattered(&t.hit, rows * room, sizeof *t.hit));
    for (int64_t i = 0; i < padded; i++)
        t.floor[i] = want > 0 && i < rows ? -INFINITY : INFINITY;
    *out = t;
    t = (iso_topk){0};
done:
    iso_topk_free(&t);
    return err;
}

/* Floats as integers of the same order, and back. */
static int32_t ordered(float key)
{
    int32_t i;

    memcpy(&i, &key, sizeof i);
    return i ^ (i >> 31 & INT32_MAX);
}

static float unordered(int32_t i)
{
    float key;

    i ^= i >> 31 & INT32_MAX;
    memcpy(&key, &i, sizeof key);
    return key;
}

/* The want-th largest key, or one a little smaller, which no more than `enough` reach, by halving
 * the range of keys and counting, which has no branch that depends on them; 32 counts at most. */
static float select(const iso_topk_hit *h, int n, int want, int enough)
{
    const struct topk_loops *loops = iso_topk_loops();
    float most;
    int64_t low = ordered(loops->range(&most, h, n, -INFINITY)), high = (int64_t)ordered(most) + 1;

    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        const float least = unordered((int32_t)middle);
        const int count = loops->count(h, n, least);
        if (count >= want && count <= enough)
            return loops->range(&most, h, n, least);
        *(count > want ? &low : &high) = middle;
    }
    return unordered((int32_t)low);
}

/* Leaves the `want` best, and up to `more`. */
static void cut(iso_topk *t, int64_t row, int more)
{
    iso_topk_hit *h = t->hit + row * t->room;
    int kept = 0;

    if (t->held[row] <= t->want)
        return;
    const float floor = select(h, t->held[row], t->want, t->want + more);
    for (int i = 0; i < t->held[row]; i++) {
        const iso_topk_hit hit = h[i];
        h[kept] = hit;
        kept += hit.key >= floor;
    }
    t->held[row] = kept;
    t->floor[row] = floor > t->floor[row] ? floor : t->floor[row];
}

void iso_topk_trim(iso_topk *t, int64_t row)
{
    cut(t, row, 0);
}

/* Ties may leave a list nearly full; trimming it again and again would cost too much. */
void iso_topk_full(iso_topk *t, int64_t row)
{
    cut(t, row, (t->limit - t->want) / 4);
    if (t->held[row] >= t->room - (t->room - t->want) / 4) {
        t->held[row] = -1;
        t->floor[row] = INFINITY;
    }
}

void iso_topk_push(iso_topk *t, int64_t row, float key, int64_t index)
{
    topk_push(t, row, key, index);
}
