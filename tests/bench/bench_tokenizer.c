/* How fast texts become pieces, on one core: MB of text a second.
 *
 *     bench_tokenizer FOLDER TEXT...
 *
 * Each file is cut line by line with the tokenizer of FOLDER, repeated to 10 MB, seven rounds; the
 * best and the median are printed, and how many pieces there are. Time is that of the core, so
 * that other programs do less harm. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/file.h"
#include "lib/text/tokenizer.h"
#include "tests/bench/bench.h"

enum { ROUNDS = 7, BYTES = 10000000 };

static double core_time(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int64_t cut_lines(const iso_tokenizer *t, iso_tokens *tokens, const char *text, int64_t len)
{
    int64_t pieces = 0;

    for (const char *at = text, *end = text + len, *stop; at < end; at = stop + 1) {
        stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        check(iso_tokenizer_encode(t, tokens, &(iso_text){.text = at, .len = stop - at}, 0));
        pieces += tokens->count - 2;
    }
    return pieces;
}

static void measure(const iso_tokenizer *t, const char *path)
{
    double seconds[ROUNDS];
    int64_t pieces = 0, bytes = 0;
    iso_tokens tokens = {0};
    iso_file *file;
    char *text;

    check(iso_file_open(&file, path));
    check(iso_alloc(&text, file->size, 1));
    check(iso_file_read(file, 0, text, file->size));
    for (int i = 0; i < ROUNDS; i++) {
        const double start = core_time();
        pieces = bytes = 0;
        for (; bytes < BYTES; bytes += file->size)
            pieces += cut_lines(t, &tokens, text, file->size);
        seconds[i] = core_time() - start;
    }
    const double middle = median(seconds, ROUNDS);
    printf("%-40s %6.1f MB/s best, %6.1f median, %lld pieces of %lld bytes\n", path,
           1e-6 * (double)bytes / seconds[0], 1e-6 * (double)bytes / middle,
           (long long)pieces, (long long)bytes);
    iso_tokens_free(&tokens);
    iso_free(text);
    iso_file_close(file);
}

int main(int argc, char **argv)
{
    iso_tokenizer *t;

    if (argc < 3) {
        fprintf(stderr, "usage: bench_tokenizer FOLDER TEXT...\n");
        return 2;
    }
    const double start = now();
    check(iso_tokenizer_open(&t, argv[1]));
    printf("%s, %d ids, opened in %.0f ms\n", iso_tokenizer_kind(t), iso_tokenizer_size(t),
           1e3 * (now() - start));
    for (int i = 2; i < argc; i++)
        measure(t, argv[i]);
    iso_tokenizer_close(t);
    return 0;
}
