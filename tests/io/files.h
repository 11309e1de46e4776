/* Small files of states that the tests of lib/io write for themselves. */
#ifndef ISO_TESTS_IO_FILES_H
#define ISO_TESTS_IO_FILES_H

#include "lib/io/h5.h"
#include "lib/io/states.h"
#include "tests/check.h"

/* The number every fixture holds at (language, layer, row, column): different at a glance. */
static inline double cell(int lang, int layer, int64_t row, int64_t col)
{
    return 1000 * lang + 100 * layer + 10 * (double)row + (double)col;
}

static inline void put_f32(iso_h5 *h5, const char *path, int lang, int layer, int64_t rows,
                           int64_t cols)
{
    const int64_t dims[] = {rows, cols};
    float data[4096];

    for (int64_t i = 0; i < rows * cols; i++)
        data[i] = (float)cell(lang, layer, i / cols, i % cols);
    ok(iso_h5_put(h5, path, 2, dims, ISO_F32, data, NULL));
}

/* One sentence [layers, tokens, dim], or [tokens, dim] when layers is 0: cell(s, l, t, d). */
static inline void put_sentence(iso_h5 *h5, const char *path, int number, int64_t layers,
                                int64_t tokens, int64_t dim, iso_dtype dtype)
{
    const int64_t dims[] = {layers, tokens, dim};
    const int64_t count = (layers ? layers : 1) * tokens * dim;
    float f32[4096];
    double f64[4096];

    for (int64_t i = 0; i < count; i++) {
        f64[i] = cell(number, (int)(i / (tokens * dim)), i / dim % tokens, i % dim);
        f32[i] = (float)f64[i];
    }
    ok(iso_h5_put(h5, path, layers ? 3 : 2, layers ? dims : dims + 1, dtype,
                  dtype == ISO_F64 ? (const void *)f64 : f32, NULL));
}

/* A native file being changed by a test: header written, languages to follow. */
static inline iso_h5 *native_begin(const char *path)
{
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put_attr_text(h5, "/", "format", "isogloss-states"));
    ok(iso_h5_put_attr_int(h5, "/", "version", 1));
    return h5;
}

/* The collection of one INPUT word under default options. */
static inline iso_err open_one(iso_states **out, const char *word)
{
    return iso_states_open(out, &word, 1, NULL);
}

static inline iso_err open_with(iso_states **out, const char *word, iso_states_opt opt)
{
    return iso_states_open(out, &word, 1, &opt);
}

/* A number of the states, as double. */
static inline double at(iso_states *s, int lang, int layer, int64_t row, int64_t col)
{
    iso_rows *rows = NULL;
    iso_view v;
    double value = NAN;

    ok(iso_states_rows(&rows, s, lang, layer));
    ok(iso_rows_read(rows, row, 1, &v));
    if (v.dtype == ISO_F32)
        value = ((const float *)v.data)[col];
    else if (v.dtype == ISO_F64)
        value = ((const double *)v.data)[col];
    else
        value = ((const uint16_t *)v.data)[col];
    iso_rows_close(rows);
    return value;
}

#endif
