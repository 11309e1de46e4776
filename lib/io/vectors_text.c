/* A word and its numbers a line. What the header says is checked against the lines that follow. */
#include <inttypes.h>
#include <string.h>

#include "lib/io/decimal.h"
#include "lib/io/vectors_inside.h"

enum { SAMPLE = 16, SAMPLE_BYTES = 1 << 22 };

static bool is_gap(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static int64_t strip(const char *line, int64_t len)
{
    while (len > 0 && is_gap(line[len - 1]))
        len--;
    return len;
}

/* `count` numbers from p to the end of the line; *bad is where one is not. */
static bool numbers(float *row, const char **bad, int64_t count, const char *p, const char *end)
{
    for (int64_t i = 0; i < count; i++) {
        while (p < end && is_gap(*p))
            p++;
        *bad = p;
        const char *next = p < end ? iso_decimal_f32(row + i, p) : NULL;
        if (!next || next > end || (next < end && !is_gap(*next)))
            return false;
        p = next;
    }
    *bad = p;
    return p == end;
}

static int64_t fields(const char *p, const char *end)
{
    int64_t count = 0;

    while (p < end) {
        while (p < end && is_gap(*p))
            p++;
        count += p < end;
        while (p < end && !is_gap(*p))
            p++;
    }
    return count;
}

/* Where the last `count` fields begin, or NULL. */
static const char *last_fields(const char *begin, const char *end, int64_t count)
{
    const char *p = end;

    for (int64_t i = 0; i < count; i++) {
        while (p > begin && is_gap(p[-1]))
            p--;
        if (p == begin)
            return NULL;
        while (p > begin && !is_gap(p[-1]))
            p--;
    }
    return p;
}

/* Looking ahead ------------------------------------------------------------------- */

struct sample {
    int64_t
        numbers[SAMPLE]; /* of a line, behind its first field; 0 when they are not all numbers */
    int count;
    bool text; /* some line ends with a number */
};

static void look_at_line(struct sample *s, const char *line, int64_t len, bool whole)
{
    const char *const end = line + len, *bad, *last = last_fields(line, end, 1), *first;
    int64_t count = fields(line, end) - 1;
    float number;

    if (count < 1)
        return;
    s->text |= numbers(&number, &bad, 1, last, end) || (!whole && count > 1);
    first = last_fields(line, end, count);
    for (const char *p = first; p < end;) {
        const char *next = iso_decimal_f32(&number, p);
        if (!next || next > end || (next < end && !is_gap(*next)))
            count = 0;
        for (p = next ? next : end; p < end && is_gap(*p);)
            p++;
        if (!count)
            break;
    }
    if (whole && count && s->count < SAMPLE)
        s->numbers[s->count++] = count;
}

/* The lines after the header, as far as they lie in the first bytes of the file. */
static iso_err take_sample(struct sample *s, iso_feed *feed)
{
    const char *line, *end;
    iso_err err = ISO_OK;

    ISO_TRY(iso_feed_want(feed, SAMPLE_BYTES));
    line = feed->at;
    for (int i = 0; i < SAMPLE && line < feed->stop; i++, line = end + 1) {
        end = memchr(line, '\n', (size_t)(feed->stop - line));
        const bool whole = end || feed->offset == feed->file->size;
        end = end ? end : feed->stop;
        look_at_line(s, line, strip(line, end - line), whole);
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

/* Lines ----------------------------------------------------------------------------- */

static iso_err odd_line(struct iso_vectors_store *s, int64_t number, const char *line,
                        const char *end, const char *bad)
{
    const int64_t count = fields(line, end) - 1;
    const char *stop = bad;
    iso_buf shown = {0};
    iso_err err = ISO_OK;

    while (stop < end && !is_gap(*stop))
        stop++;
    if (count < s->dim)
        return iso_vectors_odd(s, &s->odd.short_lines, number, "%" PRId64 " numbers, not %" PRId64,
                               count, s->dim);
    ISO_TRY(iso_word_text_show(&shown, bad, stop - bad));
    ISO_TRY(iso_vectors_odd(s, &s->odd.short_lines, number, "\"%s\" is not a number",
                            shown.text ? shown.text : ""));
done:
    iso_buf_free(&shown);
    return err;
}

static iso_err read_line(struct iso_vectors_store *s, int64_t number, const char *line, int64_t len)
{
    const char *const end = line + strip(line, len), *p = line, *bad = line;
    float *row;
    iso_err err = ISO_OK;

    if (p == end)
        return ISO_OK;
    ISO_TRY(iso_vectors_row(&row, s));
    while (p < end && !is_gap(*p))
        p++;
    if (!numbers(row, &bad, s->dim, p, end)) {
        p = last_fields(line, end, s->dim);
        if (!p || p == line || !numbers(row, &bad, s->dim, p, end))
            return odd_line(s, number, line, end, bad);
    }
    err = iso_vectors_put(s, number, line, strip(line, p - line), 0);
done:
    return err;
}

static iso_err read_lines(struct iso_vectors_store *s, iso_feed *feed, int64_t claimed)
{
    int64_t lines = 0, len;
    const char *line;
    iso_err err = ISO_OK;

    while (!iso_vectors_full(s)) {
        ISO_TRY(iso_feed_line(&line, &len, feed));
        if (!line)
            break;
        lines += strip(line, len) > 0;
        ISO_TRY(read_line(s, feed->line, line, len));
        ISO_TRY(iso_vectors_step(s, feed->line, iso_feed_tell(feed)));
    }
    if (claimed >= 0 && claimed != lines && !iso_vectors_full(s))
        err = iso_vectors_odd(s, &s->odd.header, 1, "says %" PRId64 " words, %" PRId64 " follow",
                              claimed, lines);
done:
    return err;
}

/* How many numbers a line has: what the header says, unless the lines agree on something else. */
static iso_err choose_dim(int64_t *dim, struct iso_vectors_store *s, const struct sample *sample)
{
    int times;
    const int64_t seen = usual(&times, sample), said = *dim;

    if (!said && !seen)
        return iso_fail(ISO_EFORMAT,
                        "%s: no line is a word and numbers; word2vec, fastText (.vec, .bin) and "
                        "states of --pool types can be read",
                        s->path);
    if (said && (times < 2 || has(sample, said)))
        return ISO_OK;
    *dim = seen;
    if (!said)
        return ISO_OK;
    return iso_vectors_odd(s, &s->odd.header, 1,
                           "says %" PRId64 " numbers a word, the lines have %" PRId64, said, seen);
}

iso_err iso_vectors_text(struct iso_vectors_store *s, bool *binary)
{
    struct sample sample = {.count = 0};
    int64_t claimed = -1, dim = 0, len;
    iso_feed feed = {0}, ahead = {0};
    const char *line;
    iso_err err = ISO_OK;

    ISO_TRY(iso_feed_open(&feed, s->file, 0));
    ISO_TRY(iso_feed_mark(&feed));
    const int64_t begin = iso_feed_tell(&feed);
    ISO_TRY(iso_feed_line(&line, &len, &feed));
    const bool header = line && iso_vectors_header(&claimed, &dim, line, len);
    const int64_t data = header ? iso_feed_tell(&feed) : begin;
    ISO_TRY(iso_feed_open(&ahead, s->file, data));
    ISO_TRY(take_sample(&sample, &ahead));
    iso_feed_close(&ahead);
    *binary = header && !sample.text && data < s->file->size;
    if (*binary)
        goto done;
    ISO_TRY(choose_dim(&dim, s, &sample));
    if (dim > s->file->size)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: line 1 says %" PRId64 " numbers a word, in a file of %" PRId64 " bytes",
                 s->path, dim, s->file->size);
    /* a word and its numbers take two bytes a number at least */
    const int64_t most = (s->file->size - data) / (2 * dim + 1) + 1;
    ISO_TRY(iso_vectors_begin(s, dim, claimed >= 0 && claimed < most ? claimed : most / 4, false));
    if (!header) {
        iso_feed_close(&feed);
        ISO_TRY(iso_feed_open(&feed, s->file, begin));
    }
    ISO_TRY(read_lines(s, &feed, claimed));
done:
    iso_feed_close(&feed);
    iso_feed_close(&ahead);
    return err;
}
