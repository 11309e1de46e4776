#include "bin/input.h"

#include <string.h>

#include "lib/text/lang.h"

static bool says(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

static iso_dtype dtype_of(const char *name)
{
    return says(name, "f16") ? ISO_F16 : says(name, "f64") ? ISO_F64 : ISO_F32;
}

iso_err input_open(iso_states **out, const struct settings *set, const struct words *words,
                   const iso_run *run)
{
    const iso_states_opt opt = {
        .pool = set->pool,
        .specials = says(set->specials, "both"),
        .transpose = set->transpose,
        .axes = set->axes,
        .raw_dim = set->dim,
        .raw_dtype = dtype_of(set->dtype),
        .any_dims = set->any_dims,
        .limit = set->limit,
        .layout = set->layout,
        .canonical = iso_lang_canonical,
        .run = run,
    };

    return iso_states_open(out, words->at, words->count, &opt);
}
