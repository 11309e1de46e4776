/* A word of fastText: the mean of its row and those of its character n-grams, each of which shares
 * a row with all of the same hash (Bojanowski et al., Enriching Word Vectors with Subword
 * Information, TACL 2017). */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/vectors_inside.h"

iso_err iso_vectors_ngrams_new(struct ngrams *g)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&g->part, g->dim, sizeof *g->part));
    ISO_TRY(iso_alloc(&g->sum, g->dim, sizeof *g->sum));
done:
    return err;
}

void iso_vectors_ngrams_free(struct ngrams *g)
{
    iso_free(g->part);
    iso_free(g->sum);
}

static iso_err add_row(struct ngrams *g, int64_t row)
{
    const int64_t bytes = g->dim * (int64_t)sizeof(float);
    iso_err err = iso_file_read(g->file, g->matrix + row * bytes, g->part, bytes);

    if (err)
        return err;
    iso_file_order(g->part, g->dim, ISO_F32);
    for (int32_t i = 0; i < g->dim; i++)
        g->sum[i] += g->part[i];
    g->parts++;
    return ISO_OK;
}

static bool inside(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* FNV-1a as fastText has it: bytes above 127 count as negative. */
static uint32_t hash_byte(uint32_t h, char c)
{
    const uint32_t wide = (uint32_t)(int32_t)(signed char)c;

    return (h ^ wide) * 16777619u;
}

/* The n-grams that begin at `at` of text[0..len); one character alone counts unless it is an end.
 */
static iso_err add_ngrams(struct ngrams *g, const char *text, int64_t len, int64_t at)
{
    uint32_t h = 2166136261u;
    iso_err err = ISO_OK;

    for (int64_t n = 1, k = at; k < len && n <= g->maxn; n++) {
        do
            h = hash_byte(h, text[k++]);
        while (k < len && inside(text[k]));
        if (n >= g->minn && !(n == 1 && (at == 0 || k == len)))
            ISO_TRY(add_row(g, g->words + (int64_t)(h % (uint32_t)g->bucket)));
    }
done:
    return err;
}

static iso_err sum_word(struct ngrams *g, int64_t number, const char *word, int64_t len)
{
    static const char end_of_sentence[] = "</s>"; /* the one word without n-grams */
    char text[ISO_VECTORS_WORD + 3] = "<";
    iso_err err = ISO_OK;

    memset(g->sum, 0, (size_t)g->dim * sizeof *g->sum);
    g->parts = 0;
    ISO_TRY(add_row(g, number));
    if (len > ISO_VECTORS_WORD || strcmp(word, end_of_sentence) == 0)
        goto done;
    memcpy(text + 1, word, (size_t)len);
    text[len + 1] = '>';
    for (int64_t at = 0; at < len + 2; at++) {
        if (!inside(text[at]))
            ISO_TRY(add_ngrams(g, text, len + 2, at));
    }
done:
    return err;
}

iso_err iso_vectors_ngrams_mean(float *row, struct ngrams *g, int64_t number, const char *word,
                                int64_t len)
{
    iso_err err = sum_word(g, number, word, len);

    for (int32_t k = 0; !err && k < g->dim; k++)
        row[k] = (float)(g->sum[k] / (double)g->parts);
    return err;
}
