/* What the first lines of a text file say of the rest. */
#include <inttypes.h>
#include <string.h>

#include "lib/io/decimal.h"
#include "lib/io/fields.h"
#include "lib/io/vectors_inside.h"

enum { SAMPLE = 16, SAMPLE_BYTES = 1 << 22 };

struct sample {
    /* of each line, behind its first field; only of lines where those are all numbers */
    int64_t numbers[SAMPLE];
    int count;
    int lines, ends; /* lines of two fields or more; those that end with a number */
    bool control;    /* bytes that no text has */
};

/* Of the numbers of word2vec's binary some byte soon is one of these; text has blanks alone. */
static bool has_control(const char *p, const char *end)
{
    for (; p < end; p++) {
        if ((unsigned char)*p < ' ' && !strchr("\t\n\v\f\r", *p))
            return true;
        if (*p == '\0')
            return true;
    }
    return false;
}

static bool all_numbers(const char *p, const char *end)
{
    float number;

    while (p < end) {
        p = iso_decimal_f32(&number, p);
        if (!p || p > end || (p < end && !iso_fields_gap(*p)))
            return false;
        while (p < end && iso_fields_gap(*p))
            p++;
    }
    return true;
}

static void look_at_line(struct sample *s, const char *line, const char *end, bool whole)
{
    end = line + iso_fields_strip(line, end - line);
    if (!whole) { /* its last field may be half of one */
        const char *half = iso_fields_last(line, end, 1);
        end = line + iso_fields_strip(line, half ? half - line : 0);
    }
    const int64_t count = iso_fields_count(line, end) - 1;
    if (count < 1)
        return;
    s->lines++;
    s->ends += all_numbers(iso_fields_last(line, end, 1), end);
    if (whole && all_numbers(iso_fields_last(line, end, count), end))
        s->numbers[s->count++] = count;
}

/* The lines after the header, as far as they lie in the first bytes of the file. */
static iso_err take_sample(struct sample *s, iso_feed *feed)
{
    const char *line, *end;
    iso_err err = ISO_OK;

    ISO_TRY(iso_feed_want(feed, SAMPLE_BYTES));
    line = feed->at;
    s->control = has_control(line, feed->stop);
    for (int i = 0; i < SAMPLE && line < feed->stop; i++, line = end + 1) {
        end = memchr(line, '\n', (size_t)(feed->stop - line));
        const bool whole = end || feed->offset == feed->file->size;
        end = end ? end : feed->stop;
        look_at_line(s, line, end, whole);
        if (end == feed->stop)
            break;
    }
done:
    return err;
}

/* The most frequent number of numbers, of equals the smallest; 0 without any. */
static int64_t usual(int *times, const struct sample *s)
{
    int64_t best = 0;

    *times = 0;
    for (int i = 0; i < s->count; i++) {
        int same = 0;
        for (int k = 0; k < s->count; k++)
            same += s->numbers[k] == s->numbers[i];
        if (same > *times || (same == *times && s->numbers[i] < best)) {
            *times = same;
            best = s->numbers[i];
        }
    }
    return best;
}

static bool has(const struct sample *s, int64_t dim)
{
    for (int i = 0; i < s->count; i++) {
        if (s->numbers[i] == dim)
            return true;
    }
    return false;
}

/* How many numbers a line has: what the header says, unless the lines agree on something else. */
static iso_err choose_dim(int64_t *dim, struct iso_vectors_store *s, const struct sample *sample)
{
    int times;
    const int64_t seen = usual(&times, sample), said = *dim;

    if (!said && !seen)
        return iso_fail(ISO_EFORMAT,
                        "%s: no line is a word and numbers; word2vec, fastText (.vec, .bin) and "
                        "states of " ISO_FIELD(pool) " types can be read",
                        s->path);
    if (said && (times < 2 || has(sample, said)))
        return ISO_OK;
    *dim = seen;
    if (!said)
        return ISO_OK;
    return iso_vectors_odd(s, &s->odd.header, 1,
                           "says %" PRId64 " numbers a word, the lines have %" PRId64, said, seen);
}

iso_err iso_vectors_sample(bool *text, int64_t *dim, struct iso_vectors_store *s, int64_t from)
{
    struct sample sample = {.count = 0};
    iso_feed feed = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_feed_open(&feed, s->file, from, NULL));
    ISO_TRY(take_sample(&sample, &feed));
    /* in binary a line may end with a digit by chance, in text few do not; and a text whose numbers
     * are in brackets or have commas is still none of bytes that no text has */
    *text = (sample.ends > 0 && 2 * sample.ends >= sample.lines) || !sample.control || !*dim ||
            from == s->file->size;
    if (*text)
        ISO_TRY(choose_dim(dim, s, &sample));
done:
    iso_feed_close(&feed);
    return err;
}
