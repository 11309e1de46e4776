#include "lib/linalg/deal.h"

enum { SWEEPS = 16 }; /* until runs are twice as long */

/* Sweeps 0–15 and 16–31 have runs of one place, 32–47 of two, 48–63 of four, and so on: each
 * stretch of 16 begins at as many places as it holds. */
static void sweep_of(int64_t *start, int64_t *length, int64_t groups, int64_t sweep)
{
    const int64_t stretch = sweep / SWEEPS, step = sweep % SWEEPS;

    *length = stretch < 1 ? 1 : (int64_t)1 << (stretch - 1);
    *start = (stretch < 1 ? 0 : SWEEPS * groups * *length) + step * groups * *length;
}

/* The first row whose place is at least `place`. */
static int64_t row_at(const iso_deal *d, int64_t place)
{
    int64_t low = 0, high = d->n;

    if (!d->place)
        return place < d->n ? place : d->n;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (d->place[middle] < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

iso_deal iso_deal_of(int64_t n, int64_t groups, const int64_t *place)
{
    const int64_t end = n < 1 ? 0 : place ? place[n - 1] + 1 : n;
    iso_deal d = {.n = n, .groups = groups, .place = place, .sweeps = 1};
    int64_t start, length;

    for (;; d.sweeps++) {
        sweep_of(&start, &length, groups, d.sweeps);
        if (start >= end)
            break;
    }
    for (int64_t g = 0; g < groups; g++) {
        const int64_t size = iso_deal_size(&d, g);
        d.most = size > d.most ? size : d.most;
    }
    return d;
}

void iso_deal_run(const iso_deal *d, int64_t group, int64_t sweep, int64_t *first, int64_t *count)
{
    const int64_t turn = (group + d->groups - sweep % d->groups) % d->groups;
    int64_t start, length;

    sweep_of(&start, &length, d->groups, sweep);
    *first = row_at(d, start + turn * length);
    *count = row_at(d, start + (turn + 1) * length) - *first;
}

int64_t iso_deal_turn(const iso_deal *d, int64_t turn, int64_t sweep)
{
    return (turn + sweep) % d->groups;
}

int64_t iso_deal_size(const iso_deal *d, int64_t group)
{
    int64_t size = 0;

    for (int64_t s = 0; s < d->sweeps; s++) {
        int64_t first, count;
        iso_deal_run(d, group, s, &first, &count);
        size += count;
    }
    return size;
}
