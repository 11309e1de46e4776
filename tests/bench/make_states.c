/* Writes a native file of random f16 states.
 *
 *     make_states OUT.h5 ROWS DIM [LANGUAGES [LAYERS]]     default 2 1, at most 15 languages */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/io/native_write.h"
#include "lib/linalg/convert.h"
#include "tests/bench/bench.h"

enum { BLOCK = 4096 };

/* A few thousand random rows, written over and over with a running offset: cheap and full rank. */
static void fill(iso_native *file, int matrix, int64_t rows, int64_t dim, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);
    float *wide = NULL;
    uint16_t *half = NULL;

    check(iso_alloc(&wide, 2 * BLOCK * dim, sizeof *wide));
    check(iso_alloc(&half, 2 * BLOCK * dim, sizeof *half));
    for (int64_t i = 0; i < 2 * BLOCK * dim; i++)
        wide[i] = (float)iso_rng_uniform(&rng) - 0.5f;
    iso_convert_f16(half, dim, iso_view_f32(wide, 2 * BLOCK, dim));
    for (int64_t first = 0; first < rows; first += BLOCK) {
        const int64_t count = rows - first < BLOCK ? rows - first : BLOCK;
        const int64_t from = iso_rng_below(&rng, BLOCK * dim);
        const iso_view v = {half + from, count, dim, dim, ISO_F16};
        check(iso_native_put(file, matrix, first, v));
    }
    iso_free(wide);
    iso_free(half);
}

int main(int argc, char **argv)
{
    const iso_states_info about = {.model = "random", .pooling = "mean", .source = "en"};
    iso_native *file;
    static const char *const name[] = {"en", "de", "fr", "es", "it", "nl", "sv", "pl",
                                       "cs", "ru", "tr", "ar", "hi", "ja", "zh"};
    enum { MOST = sizeof name / sizeof *name };
    const int languages = argc > 4 ? atoi(argv[4]) : 2, layers = argc > 5 ? atoi(argv[5]) : 1;
    int *matrix;

    if (argc < 4 || argc > 6 || languages < 1 || languages > MOST || layers < 1) {
        fprintf(stderr, "usage: make_states OUT.h5 ROWS DIM [LANGUAGES [LAYERS]]\n");
        return 2;
    }
    const int64_t rows = atoll(argv[2]), dim = atoll(argv[3]), count = (int64_t)languages * layers;
    check(iso_alloc(&matrix, count, sizeof *matrix));
    check(iso_native_new(&file, argv[1], &about));
    for (int64_t i = 0; i < count; i++)
        check(iso_native_matrix(&matrix[i], file, name[i / layers], (int)(i % layers), rows, dim,
                                ISO_F16));
    for (int64_t i = 0; i < count; i++)
        fill(file, matrix[i], rows, dim, (uint64_t)i + 1);
    check(iso_native_commit(file));
    iso_free(matrix);
    return 0;
}
