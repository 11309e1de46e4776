/* f16 rows of a native file from the page cache into f32 blocks: bytes of f16 a second.
 *
 *     bench_read FILE.h5
 *
 * Reads every language and layer three times as the sums method does (whole blocks through
 * iso_rows, converted by our own loops) and prints the best, with a plain pread of the file beside
 * it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/io/states.h"
#include "lib/linalg/convert.h"
#include "tests/bench/bench.h"

enum { BLOCK = 1024 };

static int64_t read_all(iso_states *s)
{
    int64_t bytes = 0;

    for (int l = 0; l < iso_states_langs(s); l++) {
        const iso_lang *lang = iso_states_lang(s, l);
        for (int k = 0; k < lang->layer_count; k++) {
            iso_rows *rows;
            float *block;
            check(iso_states_rows(&rows, s, l, lang->layers[k]));
            check(iso_alloc(&block, BLOCK * rows->cols, sizeof *block));
            for (int64_t i = 0; i < rows->rows; i += BLOCK) {
                iso_view v;
                check(iso_rows_read(rows, i, rows->rows - i < BLOCK ? rows->rows - i : BLOCK, &v));
                iso_convert_f32(block, rows->cols, v);
            }
            bytes += rows->bytes;
            iso_free(block);
            iso_rows_close(rows);
        }
    }
    return bytes;
}

static double pread_rate(const char *path)
{
    static char buffer[1 << 20];
    const int fd = open(path, O_RDONLY);
    const double start = now();
    int64_t bytes = 0;
    ssize_t got;

    while (fd >= 0 && (got = pread(fd, buffer, sizeof buffer, bytes)) > 0)
        bytes += got;
    if (fd >= 0)
        close(fd);
    return (double)bytes / (now() - start);
}

int main(int argc, char **argv)
{
    const iso_states_opt opt = {0};
    const char *input = argc > 1 ? argv[1] : "";
    iso_states *s;
    double best = 0;

    check(iso_states_open(&s, &input, 1, &opt));
    for (int t = 0; t < 4; t++) {
        const double start = now();
        const double rate = (double)read_all(s) / (now() - start);
        best = rate > best ? rate : best;
    }
    printf("read_gb_s=%.2f pread_gb_s=%.2f\n", best / 1e9, pread_rate(input) / 1e9);
    iso_states_close(s);
    return 0;
}
