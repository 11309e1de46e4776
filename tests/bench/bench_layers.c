/* What the layers of an encoder take on real sentences, in batches of like length: the floor of
 * what runs them again and again. Usage: bench_layers MODEL BATCH IDS... */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/corpus.h"
#include "lib/linalg/blas.h"
#include "lib/nn/encoder.h"
#include "tests/bench/bench.h"

struct sentence {
    int64_t first, tokens;
};

static int longest_first(const void *a, const void *b)
{
    const int64_t x = ((const struct sentence *)a)->tokens,
                  y = ((const struct sentence *)b)->tokens;

    return (x < y) - (x > y);
}

/* One batch from sentence `from` on; returns the first sentence it has no room for. */
static int64_t fill(iso_batch *batch, int64_t *offsets, int32_t *ids, const struct sentence *s,
                    const iso_corpus *text, int64_t from, int64_t room)
{
    int64_t at = 0, i = from;

    for (; i < text->items && (i == from || at + s[i].tokens <= room); i++) {
        offsets[i - from] = at;
        memcpy(ids + at, text->tokens + s[i].first, (size_t)s[i].tokens * sizeof *ids);
        at += s[i].tokens;
    }
    offsets[i - from] = at;
    *batch = (iso_batch){.B = i - from, .offsets = offsets, .ids = ids};
    return i;
}

/* Seconds in the layers of one language; adds its tokens. */
static double language(int64_t *tokens, iso_encoder *e, const char *path, int64_t room)
{
    const iso_nn_config *c = iso_encoder_config(e);
    struct sentence *s;
    iso_corpus text;
    int64_t *offsets, longest = 0;
    int32_t *ids;
    double seconds = 0;

    check(iso_corpus_read(&text, &path, 1, &(iso_corpus_opt){0}));
    check(iso_alloc(&s, text.items, sizeof *s));
    for (int64_t i = 0; i < text.items; i++) {
        s[i] = (struct sentence){text.offsets[i], text.offsets[i + 1] - text.offsets[i]};
        longest = s[i].tokens > longest ? s[i].tokens : longest;
        *tokens += s[i].tokens;
    }
    qsort(s, (size_t)text.items, sizeof *s, longest_first);
    check(iso_alloc(&offsets, text.items + 1, sizeof *offsets));
    check(iso_alloc(&ids, room + longest, sizeof *ids));
    for (int64_t i = 0; i < text.items;) {
        iso_batch batch;
        iso_mat x;
        i = fill(&batch, offsets, ids, s, &text, i, room);
        check(iso_mat_new(&x, offsets[batch.B], c->C, ISO_F32));
        check(iso_encoder_embed(e, &x, &batch));
        const double from = now();
        check(iso_encoder_layers(e, &x, &batch, 0, c->L));
        seconds += now() - from;
        iso_mat_free(&x);
    }
    iso_free(s);
    iso_free(offsets);
    iso_free(ids);
    iso_corpus_free(&text);
    return seconds;
}

int main(int argc, char **argv)
{
    iso_encoder *e;
    double seconds = 0;
    int64_t tokens = 0;

    if (argc < 4) {
        fprintf(stderr, "usage: bench_layers MODEL BATCH IDS...\n");
        return 2;
    }
    check(iso_encoder_open(&e, argv[1], NULL));
    for (int i = 3; i < argc; i++)
        seconds += language(&tokens, e, argv[i], atoll(argv[2]));
    const int L = iso_encoder_config(e)->L;
    printf("layers=%d texts=%d tokens=%lld seconds=%.3f per_layer=%.4f\n", L, argc - 3,
           (long long)tokens, seconds, seconds / L);
    iso_encoder_close(e);
    return 0;
}
