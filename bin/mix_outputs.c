/* What a mixing writes, by name: nothing over what it reads, nothing over what else it writes. */
#include <string.h>

#include "bin/mix_job.h"

static bool is_sweep(const struct settings *set)
{
    return iso_str_same(set->layer, "sweep");
}

iso_err mix_keep_check(const struct settings *set)
{
    const char *before = set->keep_before, *after = set->keep_after;
    const char *mark = after ? strstr(after, "%d") : NULL;

    if ((before && strcmp(before, "-") == 0) || (after && strcmp(after, "-") == 0))
        return iso_fail(ISO_EARG, "states cannot go to standard output: --keep-%s needs a file",
                        before && strcmp(before, "-") == 0 ? "before" : "after");
    if (before && after && strcmp(before, after) == 0)
        return iso_fail(ISO_EARG, "--keep-after: %s is where --keep-before goes", after);
    if (after && is_sweep(set) && !mark)
        return iso_fail(ISO_EARG,
                        "--keep-after: %s: a sweep makes a file a mixed layer, so the name needs "
                        "%%d, as in mixed-%%d.h5",
                        after);
    if (mark && strstr(mark + 2, "%d"))
        return iso_fail(ISO_EARG, "--keep-after: %s holds %%d twice", after);
    return ISO_OK;
}

iso_err mix_after_name(iso_buf *out, const struct settings *set, int layer)
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

/* The name behind any ./ */
static const char *plain(const char *path)
{
    while (path[0] == '.' && path[1] == '/') {
        for (path += 2; *path == '/'; path++)
            ;
    }
    return path;
}

/* States over no text, and over no other output: the one written last would be all that is left. */
static iso_err check_states(const struct mix_job *job, const char *path, const char *option)
{
    const struct settings *set = job->in.set;
    const struct {
        const char *option, *path;
    } others[] = {{"--keep-before", set->keep_before},
                  {"--json", set->json},
                  {"--csv", set->csv},
                  {"--plot", set->plot}};
    iso_err err = ISO_OK;

    ISO_TRY(texts_check_out(&job->in, path, option));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (others[i].path && strcmp(others[i].option, option) != 0 &&
            strcmp(plain(others[i].path), plain(path)) == 0)
            ISO_FAIL(ISO_EARG, "%s: %s is where %s goes", option, path, others[i].option);
    }
done:
    return err;
}

iso_err mix_outputs_check(const struct mix_job *job)
{
    const struct settings *set = job->in.set;
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(texts_check_out(&job->in, set->json, "--json"));
    ISO_TRY(texts_check_out(&job->in, set->csv, "--csv"));
    if (set->keep_before)
        ISO_TRY(check_states(job, set->keep_before, "--keep-before"));
    for (int p = 0; set->keep_after && p < job->scheme.places; p++) {
        name.len = 0;
        ISO_TRY(mix_after_name(&name, set, job->scheme.place[p].first));
        ISO_TRY(check_states(job, name.text, "--keep-after"));
    }
done:
    iso_buf_free(&name);
    return err;
}
