#include "lib/base/keyed.h"

#include <stdlib.h>

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

void iso_keyed_sort(struct keyed *list, int64_t n)
{
    if (n > 1)
        qsort(list, (size_t)n, sizeof *list, by_key);
}

uint64_t iso_key_mix(uint64_t h)
{
    h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
    return h ^ (h >> 31);
}
