/* Bounded lists of what may be among the best. */
#include <math.h>

#include "lib/base/alloc.h"
#include "lib/linalg/topk_inside.h"

/* A list has room for twice what is wanted, but never for so little that a few equal keys fill it.
 */
enum { SPARE = 54 };

void iso_topk_free(iso_topk *t)
{
    iso_free(t->floor);
    iso_free(t->held);
    iso_free(t->hit);
    *t = (iso_topk){0};
}

iso_err iso_topk_make(iso_topk *out, int64_t rows, int want, double slack)
{
    const int64_t padded = iso_panels(rows) * ISO_PANEL;
    const int64_t room = want == 0 ? 0 : (int64_t)want + (want > SPARE ? want : SPARE);
    iso_topk t = {.rows = rows, .want = want, .room = (int)room, .gap = (float)(2 * slack)};
    iso_err err = ISO_OK;

    ISO_NEED(rows >= 0 && want >= 0, "lists of %d for %lld rows", want, (long long)rows);
    ISO_NEED(room <= INT32_MAX && (room == 0 || rows <= INT64_MAX / room),
             "lists of %d for %lld rows are too large", want, (long long)rows);
    ISO_TRY(iso_alloc(&t.floor, padded, sizeof *t.floor));
    ISO_TRY(iso_alloc(&t.held, rows, sizeof *t.held));
    ISO_TRY(iso_alloc(&t.hit, rows * room, sizeof *t.hit));
    for (int64_t i = 0; i < padded; i++)
        t.floor[i] = want > 0 && i < rows ? -INFINITY : INFINITY;
    *out = t;
    t = (iso_topk){0};
done:
    iso_topk_free(&t);
    return err;
}

static void swap(iso_topk_hit *a, iso_topk_hit *b)
{
    const iso_topk_hit t = *a;

    *a = *b;
    *b = t;
}

static float middle(float a, float b, float c)
{
    const float low = a < b ? a : b, high = a < b ? b : a;

    return c < low ? low : c > high ? high : c;
}

/* Quickselect (Hoare): the `want` largest keys come first; returns the smallest of them. */
static float select(iso_topk_hit *h, int n, int want)
{
    int low = 0, high = n - 1;
    const int at = want - 1;

    while (low < high) {
        const float pivot = middle(h[low].key, h[low + (high - low) / 2].key, h[high].key);
        int i = low, j = high;
        while (i <= j) {
            while (h[i].key > pivot)
                i++;
            while (h[j].key < pivot)
                j--;
            if (i <= j)
                swap(&h[i++], &h[j--]);
        }
        if (at <= j)
            high = j;
        else if (at >= i)
            low = i;
        else
            break;
    }
    return h[at].key;
}

float iso_topk_threshold(iso_topk *t, int64_t row, int want)
{
    if (t->held[row] <= want)
        return -INFINITY;
    return select(t->hit + row * t->room, t->held[row], want) - t->gap;
}

void iso_topk_trim(iso_topk *t, int64_t row, int want)
{
    iso_topk_hit *h = t->hit + row * t->room;
    const float floor = iso_topk_threshold(t, row, want);
    int kept = 0;

    for (int i = 0; i < t->held[row]; i++)
        if (h[i].key >= floor)
            h[kept++] = h[i];
    if (t->held[row] >= 0)
        t->held[row] = kept;
    t->floor[row] = floor > t->floor[row] ? floor : t->floor[row];
}

/* Ties may leave a list nearly full; trimming it again and again would cost too much. */
static void trim_or_give_up(iso_topk *t, int64_t row)
{
    iso_topk_trim(t, row, t->want);
    if (t->held[row] > t->room - t->room / 8) {
        t->held[row] = -1;
        t->floor[row] = INFINITY;
    }
}

void iso_topk_push(iso_topk *t, int64_t row, float key, int64_t index)
{
    if (key < t->floor[row])
        return;
    t->hit[row * t->room + t->held[row]++] = (iso_topk_hit){key, (int32_t)index};
    if (t->held[row] == t->room)
        trim_or_give_up(t, row);
}
