#include "lib/nn/lookup.h"

#include "lib/base/rng.h"
#include "lib/linalg/convert.h"

void iso_lookup_row(float *to, const iso_lookup *t, int64_t i)
{
    if (!t->random) {
        iso_convert_f32(to, t->rows.cols, iso_view_rows(t->rows, i, 1));
        return;
    }
    iso_rng rng = iso_rng_seeded(t->seed, t->number << 32 | (uint64_t)i);
    for (int64_t j = 0; j < t->rows.cols; j++)
        to[j] = (float)(0.02 * iso_rng_normal(&rng));
}
