/* word2vec's binary: "COUNT DIM", then words, each a text, a space, and f32 numbers. */
#include <inttypes.h>
#include <string.h>

#include "lib/io/vectors_inside.h"

static iso_err cut_short(const struct iso_vectors_store *s, int64_t number, int64_t count)
{
    return iso_fail(ISO_EFORMAT,
                    "%s: ends in word %" PRId64 " of %" PRId64 "; it is cut short, or no word2vec "
                    "file",
                    s->path, number, count);
}

/* The word up to its space; line ends before it belong to the word before. */
static iso_err find_word(const char **word, int64_t *len, struct iso_vectors_store *s,
                         iso_feed *feed, int64_t number, int64_t count)
{
    const int64_t most = ISO_VECTORS_WORD + 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_feed_want(feed, most + 2));
    while (feed->at < feed->stop && *feed->at == '\n')
        feed->at++;
    ISO_TRY(iso_feed_want(feed, most));
    const int64_t left = feed->stop - feed->at;
    const char *space = memchr(feed->at, ' ', (size_t)(left < most ? left : most));
    if (!space && left >= most)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: word %" PRId64 " has no end within %d bytes; this is no word2vec file",
                 s->path, number, ISO_VECTORS_WORD);
    if (!space)
        ISO_TRY(cut_short(s, number, count));
    *word = feed->at;
    *len = space - feed->at;
done:
    return err;
}

static iso_err read_word(struct iso_vectors_store *s, iso_feed *feed, int64_t number, int64_t count)
{
    const int64_t bytes = s->dim * (int64_t)sizeof(float);
    const char *word;
    float *row;
    int64_t len = 0;
    iso_err err = ISO_OK;

    ISO_TRY(find_word(&word, &len, s, feed, number, count));
    ISO_TRY(iso_feed_want(feed, len + 1 + bytes));
    if (feed->stop - feed->at < len + 1 + bytes)
        ISO_TRY(cut_short(s, number, count));
    ISO_TRY(iso_vectors_row(&row, s));
    memcpy(row, feed->at + len + 1, (size_t)bytes);
    iso_file_order(row, s->dim, ISO_F32);
    ISO_TRY(iso_vectors_put(s, number, feed->at, len, 0));
    feed->at += len + 1 + bytes;
done:
    return err;
}

/* A header that counts too few words, or too few numbers, would leave the rest unread. */
static iso_err check_end(const struct iso_vectors_store *s, iso_feed *feed, int64_t count)
{
    iso_err err = ISO_OK;

    do {
        ISO_TRY(iso_feed_want(feed, 1));
    } while (feed->at < feed->stop && *feed->at == '\n' && feed->at++);
    if (feed->at < feed->stop)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %" PRId64 " bytes follow the %" PRId64 " words of %" PRId64 " numbers that "
                 "line 1 says; it is no word2vec file, or line 1 is wrong",
                 s->path, s->file->size - iso_feed_tell(feed), count, s->dim);
done:
    return err;
}

iso_err iso_vectors_binary(struct iso_vectors_store *s)
{
    int64_t count = 0, dim = 0, len;
    iso_feed feed = {0};
    const char *line;
    iso_err err = ISO_OK;

    s->unit = "word";
    ISO_TRY(iso_feed_open(&feed, s->file, 0, NULL));
    ISO_TRY(iso_feed_mark(&feed));
    ISO_TRY(iso_feed_line(&line, &len, &feed));
    if (!line || !iso_vectors_header(&count, &dim, line, len))
        ISO_FAIL(ISO_EFORMAT, "%s: does not begin with two numbers", s->path);
    if (dim > s->file->size / (int64_t)sizeof(float))
        ISO_FAIL(ISO_EFORMAT, "%s: says %" PRId64 " numbers a word, in a file of %" PRId64 " bytes",
                 s->path, dim, s->file->size);
    const int64_t most = s->file->size / (dim * (int64_t)sizeof(float) + 1);
    ISO_TRY(iso_vectors_begin(s, dim, count < most ? count : most, false));
    for (int64_t i = 1; i <= count && !iso_vectors_full(s); i++) {
        ISO_TRY(read_word(s, &feed, i, count));
        ISO_TRY(iso_vectors_step(s, i, iso_feed_tell(&feed)));
    }
    if (!iso_vectors_full(s))
        ISO_TRY(check_end(s, &feed, count));
done:
    iso_feed_close(&feed);
    return err;
}
