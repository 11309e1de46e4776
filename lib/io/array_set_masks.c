/* Which of a file's attention masks is that of an array. */
#include <inttypes.h>
#include <stdio.h>

#include "lib/base/alloc.h"
#include "lib/io/array_set_inside.h"

void iso_array_set_see_mask(iso_array_set *set, const char *name, const int64_t *shape, int rank)
{
    const int room = (int)sizeof set->seen_mask;
    int len = snprintf(set->seen_mask, (size_t)room, "%.40s) is [", name);

    for (int i = 0; i < rank && len < room - 24; i++)
        len += snprintf(set->seen_mask + len, (size_t)(room - len), "%s%" PRId64, i ? ", " : "",
                        shape[i]);
    (void)snprintf(set->seen_mask + len, (size_t)(room - len), "]");
}

iso_err iso_array_set_mask(iso_array_set *set, iso_token_mask *mask)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_realloc(&set->masks, set->mask_count, set->mask_count + 1, sizeof *set->masks));
    if (*mask->name)
        iso_array_set_see_mask(set, mask->name, (const int64_t[]){mask->items, mask->length}, 2);
    set->masks[set->mask_count++] = *mask;
    *mask = (iso_token_mask){0};
done:
    return err;
}

/* Whether an array that stands alone may be a batch: neither layers nor items alone are likely. */
static bool may_be_batch(const char *name, const iso_array *a)
{
    const unsigned readings = a->rank == 3 ? iso_axes_readings(a->shape[0], a->shape[1]) : 0;

    return a->rank == 3 && a->shape[0] > 1 && a->shape[1] > 1 && !iso_array_set_numbered(name) &&
           readings != ISO_READ_LAYERS && readings != ISO_READ_ITEMS;
}

bool iso_array_set_has_mask(const iso_array_set *set, const iso_array *a)
{
    for (int i = 0; i < set->mask_count; i++) {
        if (iso_mask_fits(&set->masks[i], a))
            return true;
    }
    return false;
}

/* One of as many sentences, of another length. */
static const iso_token_mask *near_mask(const iso_array_set *set, const iso_array *a)
{
    const iso_token_mask *near = NULL;

    for (int i = 0; i < set->mask_count; i++) {
        const iso_token_mask *m = &set->masks[i];
        if (*m->name && a->rank == 3 && a->shape[0] == m->items)
            near = m;
    }
    return near;
}

iso_err iso_array_set_no_mask(const iso_array_set *set, const char *name, const iso_array *a,
                              const char *what)
{
    const iso_token_mask *near = near_mask(set, a);
    const int64_t *n = a->shape;

    if (near)
        return iso_fail(ISO_EFORMAT,
                        "%s: has %" PRId64 " sentences of %" PRId64
                        " tokens, its mask (%s) %" PRId64 " of %" PRId64,
                        what, n[0], n[1], near->name, near->items, near->length);
    if (*set->seen_mask && may_be_batch(name, a))
        return iso_fail(
            ISO_EFORMAT,
            "%s: [%" PRId64 ", %" PRId64 ", %" PRId64 "] may be %" PRId64 " sentences of %" PRId64
            " tokens, whose mask would be [%" PRId64 ", %" PRId64
            "]; that of the file (%s; " ISO_FIELD(axes) " LND or NLD takes layers and items",
            what, n[0], n[1], n[2], n[0], n[1], n[0], n[1], set->seen_mask);
    return ISO_OK;
}
