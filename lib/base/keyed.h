/* Items in the order of random keys, which hang on nothing but each item's own number or name. */
#ifndef ISO_BASE_KEYED_H
#define ISO_BASE_KEYED_H

#include <stdint.h>

/* An item and its key. */
struct keyed {
    uint64_t key;
    int64_t item;
};

/* By rising key, then by item. O(n log n). */
void iso_keyed_sort(struct keyed *list, int64_t n);

/* Spreads a number over all bits: the last step of splitmix64 (Steele, Lea, Flood 2014). Folds,
 * permutations and random streams of published runs hang on it. */
uint64_t iso_key_mix(uint64_t h);

#endif
