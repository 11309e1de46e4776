/* Small collections with texts, and retrieval among them in this process. */
#ifndef ISO_TESTS_BIN_RETRIEVED_H
#define ISO_TESTS_BIN_RETRIEVED_H

#include "analysis/measure/catalogue.h"
#include "tests/check.h"

#include "analysis/study/retrieve/retrieve.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/io/native_write.h"

/* Rows of one language at layer 0; texts may be NULL. */
struct speech {
    const char *lang;
    int64_t n, d;
    const float *x;
    const char *const *text;
};

/* A file of them, opened; the first is the source. */
static inline iso_states *spoken(const char *name, const struct speech *at, int count)
{
    const char *path = temp_path(name);
    iso_native *file = NULL;
    iso_states *s = NULL;
    int matrix[8];

    ok(iso_native_new(&file, path,
                      &(iso_states_info){.model = "none", .pooling = "mean", .source = at->lang}));
    for (int i = 0; i < count; i++) {
        const iso_lang lang = {
            .name = at[i].lang, .items = at[i].n, .rows = at[i].n, .text = at[i].text};
        ok(iso_native_lang(file, &lang));
        ok(iso_native_matrix(&matrix[i], file, at[i].lang, 0, at[i].n, at[i].d, ISO_F32));
    }
    for (int i = 0; i < count; i++)
        ok(iso_native_put(file, matrix[i], 0, iso_view_f32(at[i].x, at[i].n, at[i].d)));
    ok(iso_native_commit(file));
    ok(iso_states_open(&s, &path, 1, &(iso_states_opt){0}));
    return s;
}

/* Defaults with what a test wants otherwise: RETRIEVE(.measure = "mrr"). */
#pragma GCC diagnostic ignored "-Woverride-init"
#define RETRIEVE(...)                                                                              \
    ((iso_retrieve_opt){                                                                           \
        .size = sizeof(iso_retrieve_opt), .beta = NAN, .threshold = NAN, __VA_ARGS__})

static inline iso_records retrieved(iso_states *s, iso_retrieve_opt opt)
{
    iso_records list = {0};

    ok(iso_retrieve_check(&opt));
    ok(iso_retrieve(&list, s, &opt, &(iso_run){.mem = (int64_t)1 << 28}));
    return list;
}

/* The record of a measure and estimator, searched `direction` (NULL: neither), hits among k (0:
 * no matter). */
static inline const iso_record *record_of(const iso_records *list, const char *measure,
                                          const char *estimator, const char *direction, int64_t k)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (iso_measure_same(r->measure, measure) && !strcmp(r->estimator, estimator) &&
            (direction ? r->direction && !strcmp(r->direction, direction) : !r->direction) &&
            (k == 0 || r->k == k))
            return r;
    }
    fail_msg("no record of %s:%s", measure, estimator);
    return NULL;
}

static inline void draw(float *x, int64_t count, iso_rng *rng)
{
    for (int64_t i = 0; i < count; i++)
        x[i] = (float)iso_rng_normal(rng);
}

#endif
