/* Folders of checkpoints, made for a test. */
#ifndef TESTS_NN_MADE_CHECKPOINT_H
#define TESTS_NN_MADE_CHECKPOINT_H

#include "tests/check.h"

#include <sys/stat.h>

#include "lib/base/rng.h"
#include "lib/linalg/convert.h"

/* A checkpoint being written: tensors one after another. */
static struct {
    char head[1 << 14], data[1 << 16];
    int64_t head_len, data_len;
} made;

static inline void made_begin(void)
{
    made.head_len = snprintf(made.head, sizeof made.head, "{");
    made.data_len = 0;
}

/* An F64, F32 or BF16 tensor with the numbers x; cols 0: a vector. */
static inline void made_add(const char *stem, const char *ending, const float *x, int64_t rows,
                            int64_t cols, iso_dtype type)
{
    const int64_t count = rows * (cols ? cols : 1), bytes = count * (int64_t)iso_dtype_size(type);
    char shape[64];

    snprintf(shape, sizeof shape, cols ? "[%d,%d]" : "[%d]", (int)rows, (int)cols);
    made.head_len += snprintf(made.head + made.head_len, sizeof made.head - (size_t)made.head_len,
                              "%s\"%s%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
                              made.head_len > 1 ? "," : "", stem, ending,
                              type == ISO_F64   ? "F64"
                              : type == ISO_F32 ? "F32"
                                                : "BF16",
                              shape, (int)made.data_len, (int)(made.data_len + bytes));
    assert_true(made.head_len < (int64_t)sizeof made.head &&
                made.data_len + bytes <= (int64_t)sizeof made.data);
    void *to = malloc((size_t)bytes + 1);
    assert_non_null(to);
    iso_convert(to, count, type, iso_view_f32(x, 1, count));
    memcpy(made.data + made.data_len, to, (size_t)bytes);
    free(to);
    made.data_len += bytes;
}

/* A new folder with what was added; `odd` bytes move the numbers to odd places. */
static inline const char *made_end(const char *change, const char *config, int odd)
{
    static int count;
    char name[32];

    snprintf(name, sizeof name, "model%d", count++);
    const char *folder = temp_path(name);
    assert_int_equal(mkdir(folder, 0700), 0);
    FILE *f = fopen(check_path(folder, "config.json"), "w");
    assert_non_null(f);
    fprintf(f, "{%s%s%s}", change, *change ? ", " : "", config);
    assert_int_equal(fclose(f), 0);
    f = fopen(check_path(folder, "model.safetensors"), "wb");
    assert_non_null(f);
    made.head[made.head_len++] = '}';
    while (made.head_len % 8 != odd)
        made.head[made.head_len++] = ' ';
    for (int i = 0; i < 8; i++)
        fputc((int)(made.head_len >> (8 * i) & 255), f);
    fwrite(made.head, 1, (size_t)made.head_len, f);
    fwrite(made.data, 1, (size_t)made.data_len, f);
    assert_int_equal(fclose(f), 0);
    return folder;
}

/* Random numbers that bf16 holds. */
static inline void made_fill(float *x, int64_t n, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 9);

    for (int64_t i = 0; i < n; i++)
        x[i] = (float)((double)(iso_rng_below(&rng, 255) - 127) / 64);
}

#endif
