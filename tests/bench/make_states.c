/* Writes a native file of random f16 states of two languages.
 *
 *     make_states OUT.h5 ROWS DIM [LAYERS] */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/io/native_write.h"
#include "lib/linalg/convert.h"
#include "tests/bench/bench.h"

enum { BLOCK = 4096, MOST_LAYERS = 64 };

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
    static const char *const langs[] = {"en", "de"};
    const iso_states_info about = {.model = "random", .pooling = "mean", .source = "en"};
    iso_native *file;
    int matrix[2][MOST_LAYERS];

    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: make_states OUT.h5 ROWS DIM [LAYERS]\n");
        return 2;
    }
    const int64_t rows = atoll(argv[2]), dim = atoll(argv[3]);
    const int asked = argc == 5 ? atoi(argv[4]) : 1,
              layers = asked < MOST_LAYERS ? asked : MOST_LAYERS;
    check(iso_native_new(&file, argv[1], &about));
    for (int lang = 0; lang < 2; lang++)
        for (int k = 0; k < layers; k++)
            check(iso_native_matrix(&matrix[lang][k], file, langs[lang], k, rows, dim, ISO_F16));
    for (int lang = 0; lang < 2; lang++)
        for (int k = 0; k < layers; k++)
            fill(file, matrix[lang][k], rows, dim, (uint64_t)(1 + lang + 2 * k));
    check(iso_native_commit(file));
    return 0;
}
