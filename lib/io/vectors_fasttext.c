/* fastText's .bin (the format of fastText 0.9): arguments, dictionary, input matrix. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/vectors_inside.h"

enum {
    VERSION_LEAST = 11,
    VERSION = 12,
    SUPERVISED = 3,
    NGRAM_MOST = 64, /* characters of an n-gram; fastText takes 6 */
    ENTRY_TAIL = 9   /* behind a word: count, type */
};

/* A word of fastText --------------------------------------------------------------------
 *
 * It is the mean of its row and those of its character n-grams, each of which shares a row with all
 * of the same hash (Bojanowski et al., Enriching Word Vectors with Subword Information, TACL 2017).
 */

/* The rows of fastText's input matrix: words, then buckets of n-grams. */
struct ngrams {
    const iso_file *file;
    int64_t matrix; /* byte of the file where it begins */
    int32_t dim, words, bucket, minn, maxn;
    float *part; /* a row */
    double *sum; /* of `parts` rows */
    int64_t parts;
};

static iso_err ngrams_new(struct ngrams *g)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&g->part, g->dim, sizeof *g->part));
    ISO_TRY(iso_alloc(&g->sum, g->dim, sizeof *g->sum));
done:
    return err;
}

static void ngrams_free(struct ngrams *g)
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

static iso_err ngrams_mean(float *row, struct ngrams *g, int64_t number, const char *word,
                           int64_t len)
{
    iso_err err = sum_word(g, number, word, len);

    for (int32_t k = 0; !err && k < g->dim; k++)
        row[k] = (float)(g->sum[k] / (double)g->parts);
    return err;
}

/* The model ------------------------------------------------------------------------------ */

struct model {
    struct iso_vectors_store *s;
    iso_feed feed;
    struct ngrams g;
    int32_t version, kind;
    int32_t size;    /* words and labels */
    int64_t entries; /* byte of the file where these begin */
};

/* Plain numbers ----------------------------------------------------------------------- */

static iso_err take(void *to, struct model *m, int64_t bytes)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_feed_want(&m->feed, bytes));
    if (m->feed.stop - m->feed.at < bytes)
        ISO_FAIL(ISO_EFORMAT, "%s: fastText file is cut short at byte %" PRId64, m->s->path,
                 m->s->file->size);
    memcpy(to, m->feed.at, (size_t)bytes);
    m->feed.at += bytes;
done:
    return err;
}

static iso_err take_int(int64_t *out, struct model *m, int bytes)
{
    unsigned char raw[8] = {0};
    uint64_t value = 0;
    iso_err err = take(raw, m, bytes);

    if (err)
        return err;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | raw[i];
    *out = bytes == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
    return ISO_OK;
}

static iso_err take_i32(int32_t *out, struct model *m)
{
    int64_t value = 0;
    iso_err err = take_int(&value, m, 4);

    if (!err)
        *out = (int32_t)value;
    return err;
}

/* The parts of the file ------------------------------------------------------------------ */

static iso_err take_arguments(struct model *m)
{
    int32_t passed;
    double t;
    int32_t *const fields[] = {&passed,      &m->version, &m->g.dim,  &passed, &passed,
                               &passed,      &passed,     &passed,    &passed, &m->kind,
                               &m->g.bucket, &m->g.minn,  &m->g.maxn, &passed};
    iso_err err = ISO_OK;

    /* magic, version, dim, ws, epoch, minCount, neg, wordNgrams, loss, model, bucket, minn, maxn,
     * lrUpdateRate, t */
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        ISO_TRY(take_i32(fields[i], m));
    ISO_TRY(take(&t, m, sizeof t));
    if (m->version < VERSION_LEAST || m->version > VERSION)
        ISO_FAIL(ISO_EUNSUP, "%s: fastText file of version %d; %d and %d can be read", m->s->path,
                 m->version, VERSION_LEAST, VERSION);
    if (m->version == 11 && m->kind == SUPERVISED)
        m->g.maxn = 0; /* as fastText does: these were trained without */
    if (m->g.dim < 1 || m->g.minn < 0 || m->g.maxn > NGRAM_MOST ||
        (m->g.maxn > 0 && m->g.bucket < 1))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: fastText file of %d dims, n-grams of %d to %d characters (at most %d), %d "
                 "buckets",
                 m->s->path, m->g.dim, m->g.minn, m->g.maxn, NGRAM_MOST, m->g.bucket);
done:
    return err;
}

/* The word at hand stays until the next one. */
static iso_err take_entry(const char **word, int64_t *len, int64_t *count, struct model *m)
{
    iso_feed *feed = &m->feed;
    const char *end = NULL;
    int8_t type;
    iso_err err = ISO_OK;

    for (int64_t want = 256; !end; want *= 2) {
        ISO_TRY(iso_feed_want(feed, want));
        end = memchr(feed->at, '\0', (size_t)(feed->stop - feed->at));
        if (!end && (feed->offset == feed->file->size || want > ISO_FEED_LINE))
            ISO_FAIL(ISO_EFORMAT, "%s: a word of the fastText file does not end", m->s->path);
    }
    *len = end - feed->at;
    ISO_TRY(iso_feed_want(feed, *len + 1 + ENTRY_TAIL)); /* all at once, so that it stays */
    const int64_t begin = iso_feed_tell(feed);
    feed->at += *len + 1;
    ISO_TRY(take_int(count, m, 8));
    ISO_TRY(take(&type, m, 1));
    *word = feed->at - (iso_feed_tell(feed) - begin);
done:
    return err;
}

static iso_err take_dictionary(struct model *m)
{
    int64_t tokens, pruned, len, count;
    int32_t labels;
    const char *word;
    iso_err err = ISO_OK;

    ISO_TRY(take_i32(&m->size, m));
    ISO_TRY(take_i32(&m->g.words, m));
    ISO_TRY(take_i32(&labels, m));
    ISO_TRY(take_int(&tokens, m, 8));
    ISO_TRY(take_int(&pruned, m, 8));
    if (m->g.words < 0 || labels < 0 || (int64_t)m->g.words + labels != m->size ||
        m->size > m->s->file->size / (1 + ENTRY_TAIL))
        ISO_FAIL(ISO_EFORMAT, "%s: fastText file of %d entries, %d words and %d labels", m->s->path,
                 m->size, m->g.words, labels);
    m->entries = iso_feed_tell(&m->feed);
    for (int32_t i = 0; i < m->size; i++)
        ISO_TRY(take_entry(&word, &len, &count, m));
    if (pruned >= 0)
        ISO_FAIL(ISO_EUNSUP,
                 "%s: is a pruned fastText model (.ftz); give the .bin it was made from, or the "
                 ".vec",
                 m->s->path);
done:
    return err;
}

static iso_err take_shape(struct model *m)
{
    const int64_t size = m->s->file->size;
    int64_t rows, cols;
    int8_t quantised = 0;
    iso_err err = ISO_OK;

    ISO_TRY(take(&quantised, m, 1));
    if (quantised)
        ISO_FAIL(ISO_EUNSUP,
                 "%s: is a quantised fastText model (.ftz); give the .bin it was made from, or the "
                 ".vec",
                 m->s->path);
    ISO_TRY(take_int(&rows, m, 8));
    ISO_TRY(take_int(&cols, m, 8));
    m->g.matrix = iso_feed_tell(&m->feed);
    const int64_t need = (int64_t)m->g.words + (m->g.maxn > 0 ? m->g.bucket : 0);
    if (cols != m->g.dim || rows < need)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: fastText matrix of %" PRId64 " x %" PRId64 "; %" PRId64 " x %d expected",
                 m->s->path, rows, cols, need, m->g.dim);
    if (rows > (size - m->g.matrix) / (cols * (int64_t)sizeof(float)))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: fastText file is cut short: a matrix of %" PRId64 " x %" PRId64
                 " at byte %" PRId64 " does not fit in its %" PRId64 " bytes",
                 m->s->path, rows, cols, m->g.matrix, size);
done:
    return err;
}

static iso_err read_words(struct model *m)
{
    struct iso_vectors_store *s = m->s;
    int64_t len, count;
    const char *word;
    float *row;
    iso_err err = ISO_OK;

    for (int32_t i = 0; i < m->g.words && !iso_vectors_full(s); i++) {
        ISO_TRY(take_entry(&word, &len, &count, m));
        ISO_TRY(iso_vectors_row(&row, s));
        ISO_TRY(ngrams_mean(row, &m->g, i, word, len));
        ISO_TRY(iso_vectors_put(s, i + 1, word, len, count));
        ISO_TRY(iso_run_step(i % 1024 ? NULL : s->opt->run, "reading word vectors", i, m->g.words,
                             "words"));
    }
done:
    return err;
}

iso_err iso_vectors_fasttext(struct iso_vectors_store *s)
{
    struct model m = {.s = s, .g.file = s->file};
    iso_err err = ISO_OK;

    s->unit = "word";
    ISO_TRY(iso_feed_open(&m.feed, s->file, 0, NULL));
    ISO_TRY(take_arguments(&m));
    ISO_TRY(take_dictionary(&m));
    ISO_TRY(take_shape(&m));
    iso_feed_close(&m.feed);
    ISO_TRY(iso_feed_open(&m.feed, s->file, m.entries, NULL));
    ISO_TRY(ngrams_new(&m.g));
    ISO_TRY(iso_vectors_begin(s, m.g.dim, m.g.words, true));
    ISO_TRY(read_words(&m));
done:
    iso_feed_close(&m.feed);
    ngrams_free(&m.g);
    return err;
}
