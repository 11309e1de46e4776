/* Permutations of the items that languages share. */
#ifndef ISO_ITEMS_ITEM_PERMUTATIONS_H
#define ISO_ITEMS_ITEM_PERMUTATIONS_H

#include "analysis/measure/permutation.h"
#include "analysis/pass/plan.h"
#include "lib/io/states.h"

/* The key of each item, for iso_free: of its id in `lang`, else of its row there. `pick` as in
 * struct parallel. Errors ISO_ENOMEM. */
iso_err iso_item_keys(uint64_t **out, const iso_lang *lang, const int64_t *pick, int64_t items,
                      uint64_t seed);

/* ISO_EARG where the memory of a run does not hold so many permutations of so many values. */
iso_err iso_permutations_room(int64_t permutations, int64_t values, const iso_run *run);

/* Puts p, p_max, the calibrated value and what chance gives into the values of a plan, whose items
 * have these keys (by set), by `count` permutations: an item goes by its key in every set. Errors
 * as iso_permute; ISO_EARG for more than the run's memory holds. */
iso_err iso_permute_values(iso_value *values, const iso_plan *plan, const uint64_t *const *key,
                           int64_t count, const iso_run *run);

#endif
