/* The files that a mixing writes its states to, by name. */
#include <string.h>

#include "analysis/study/mix/mix_job.h"

static bool is_sweep(const struct settings *set)
{
    return iso_str_same(set->layer, "sweep");
}

iso_err iso_mix_keep_check(const struct settings *set)
{
    const char *before = set->keep_before, *after = set->keep_after;
    const char *mark = after ? strstr(after, "%d") : NULL;

    if ((before && strcmp(before, "-") == 0) || (after && strcmp(after, "-") == 0))
        return iso_fail(ISO_EARG,
                        "states cannot go to standard output: " ISO_FIELD(keep) "-%s needs a file",
                        before && strcmp(before, "-") == 0 ? "before" : "after");
    if (after && is_sweep(set) && !mark)
        return iso_fail(
            ISO_EARG,
            ISO_FIELD(keep_after) ": %s: a sweep makes a file a mixed layer, so the name needs "
                                  "%%d, as in mixed-%%d.h5",
            after);
    if (mark && strstr(mark + 2, "%d"))
        return iso_fail(ISO_EARG, ISO_FIELD(keep_after) ": %s holds %%d twice", after);
    return ISO_OK;
}

iso_err iso_mix_after_name(iso_buf *out, const struct settings *set, int layer)
{
    const char *name = set->keep_after, *mark = strstr(name, "%d");
    iso_err err = ISO_OK;

    if (!mark)
        return iso_buf_puts(out, name);
    ISO_TRY(iso_buf_add(out, name, mark - name));
    ISO_TRY(iso_buf_printf(out, "%d%s", layer, mark + 2));
done:
    return err;
}
