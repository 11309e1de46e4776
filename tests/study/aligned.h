/* Alignment of files, for tests: options with their defaults, records found. */
#ifndef ISO_TESTS_ALIGNED_H
#define ISO_TESTS_ALIGNED_H

#include "analysis/measure/catalogue.h"
#include "tests/check.h"

#include "analysis/study/align/align.h"

/* What is not given is as iso_align_opt_init leaves it. */
static inline iso_align_opt filled(iso_align_opt o)
{
    iso_align_opt usual;

    iso_align_opt_init(&usual, sizeof usual);
    o.size = usual.size;
    o.measure = o.measure ? o.measure : usual.measure;
    o.ridge = o.ridge != 0 ? o.ridge : usual.ridge;
    o.whiten = o.whiten != 0 ? o.whiten : usual.whiten;
    return o;
}

/* Of the first `limit` items of files (0: all). */
static inline iso_err aligned(iso_records *out, const iso_align_opt *opt, const char *const *path,
                              int count, int64_t limit, const iso_run *run)
{
    const iso_states_opt how = {.limit = limit, .any_dims = opt->pad};
    const iso_align_opt o = filled(*opt);
    iso_states *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_check(&o));
    ISO_TRY(iso_states_open(&s, path, count, &how));
    ISO_TRY(iso_align(out, s, &o, run));
done:
    iso_states_close(s);
    return err;
}

static inline iso_err align(iso_records *out, const iso_align_opt *opt, const char *path)
{
    return aligned(out, opt, &path, 1, 0, NULL);
}

static inline const iso_record *record_of(const iso_records *list, const char *measure,
                                          const char *stage, int64_t fold)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (iso_measure_same(r->measure, measure) && !strcmp(r->stage ? r->stage : "", stage) &&
            r->fold == fold)
            return r;
    }
    fail_msg("no record of %s %s", measure, stage);
    return NULL;
}

#endif
