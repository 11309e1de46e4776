/* GGUF files made in memory, byte by byte. */
#ifndef ISO_TESTS_IO_GGUF_FILES_H
#define ISO_TESTS_IO_GGUF_FILES_H

#include "tests/check.h"

#include "lib/base/str.h"

static inline void gguf_number(iso_buf *out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        const char byte = (char)(value >> (8 * i));
        ok(iso_buf_add(out, &byte, 1));
    }
}

static inline void gguf_name(iso_buf *out, const char *text)
{
    gguf_number(out, strlen(text), 8);
    ok(iso_buf_puts(out, text));
}

static inline void gguf_begin(iso_buf *out, uint64_t tensors, uint64_t facts)
{
    ok(iso_buf_puts(out, "GGUF"));
    gguf_number(out, 3, 4);
    gguf_number(out, tensors, 8);
    gguf_number(out, facts, 8);
}

static inline void gguf_text(iso_buf *out, const char *name, const char *value)
{
    gguf_name(out, name);
    gguf_number(out, 8, 4);
    gguf_name(out, value);
}

static inline void gguf_int(iso_buf *out, const char *name, uint32_t value)
{
    gguf_name(out, name);
    gguf_number(out, 4, 4);
    gguf_number(out, value, 4);
}

static inline uint32_t gguf_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline void gguf_single(iso_buf *out, const char *name, float value)
{
    gguf_name(out, name);
    gguf_number(out, 6, 4);
    gguf_number(out, gguf_bits(value), 4);
}

/* A list of texts: up to a NULL. */
static inline void gguf_texts(iso_buf *out, const char *name, const char *const *texts)
{
    uint64_t count = 0;

    while (texts[count])
        count++;
    gguf_name(out, name);
    gguf_number(out, 9, 4);
    gguf_number(out, 8, 4);
    gguf_number(out, count, 8);
    for (uint64_t i = 0; i < count; i++)
        gguf_name(out, texts[i]);
}

static inline void gguf_singles(iso_buf *out, const char *name, const float *values, uint64_t count)
{
    gguf_name(out, name);
    gguf_number(out, 9, 4);
    gguf_number(out, 6, 4);
    gguf_number(out, count, 8);
    for (uint64_t i = 0; i < count; i++)
        gguf_number(out, gguf_bits(values[i]), 4);
}

static inline void gguf_ints(iso_buf *out, const char *name, const int *values, uint64_t count)
{
    gguf_name(out, name);
    gguf_number(out, 9, 4);
    gguf_number(out, 5, 4);
    gguf_number(out, count, 8);
    for (uint64_t i = 0; i < count; i++)
        gguf_number(out, (uint32_t)values[i], 4);
}

/* An entry of the list of tensors: rows (0: it has one axis) of `cols`. */
static inline void gguf_tensor(iso_buf *out, const char *name, uint64_t rows, uint64_t cols,
                               uint32_t type, uint64_t offset)
{
    gguf_name(out, name);
    gguf_number(out, rows ? 2 : 1, 4);
    gguf_number(out, cols, 8);
    if (rows)
        gguf_number(out, rows, 8);
    gguf_number(out, type, 4);
    gguf_number(out, offset, 8);
}

/* Zeros up to the alignment, then bytes 0, 1, 2, ... */
static inline void gguf_data(iso_buf *out, int count)
{
    while (out->len % 32)
        gguf_number(out, 0, 1);
    for (int i = 0; i < count; i++)
        gguf_number(out, (uint64_t)(i & 127), 1);
}

static inline const char *gguf_file(const char *name, const iso_buf *bytes, int64_t count)
{
    const char *path = temp_path(name);
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes->text, 1, (size_t)count, f), count);
    assert_int_equal(fclose(f), 0);
    return path;
}

#endif
