#include "lib/linalg/deal.h"

enum { RUN = 64, SWEEPS = 8 };

iso_deal iso_deal_of(int64_t n, int64_t groups, int64_t run)
{
    int64_t length = n / (groups * SWEEPS);

    length = length > RUN ? RUN : length < 1 ? 1 : length;
    if (run > length && n / groups >= run)
        length = run;
    const int64_t sweep = groups * length;
    return (iso_deal){n, groups, n > sweep ? (n + sweep - 1) / sweep : 1};
}

/* Where run r begins: r·n / (sweeps·groups), without forming r·n. */
static int64_t begin(const iso_deal *d, int64_t r)
{
    const int64_t runs = d->sweeps * d->groups;

    return d->n / runs * r + d->n % runs * r / runs;
}

void iso_deal_run(const iso_deal *d, int64_t group, int64_t sweep, int64_t *first, int64_t *count)
{
    const int64_t r = sweep * d->groups + group;

    *first = begin(d, r);
    *count = begin(d, r + 1) - *first;
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

int64_t iso_deal_most(const iso_deal *d)
{
    int64_t most = 0;

    for (int64_t g = 0; g < d->groups; g++) {
        const int64_t size = iso_deal_size(d, g);
        most = size > most ? size : most;
    }
    return most;
}
