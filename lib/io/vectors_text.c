/* A word and its numbers a line. What the header says is checked against the lines that follow. */
#include <inttypes.h>

#include "lib/io/fields.h"
#include "lib/io/vectors_inside.h"

static iso_err odd_line(struct iso_vectors_store *s, int64_t number, const char *line,
                        const char *end, const char *bad)
{
    const int64_t count = iso_fields_count(line, end) - 1;
    const char *stop = bad;
    iso_buf shown = {0};
    iso_err err = ISO_OK;

    while (stop < end && !iso_fields_gap(*stop))
        stop++;
    if (count < s->dim && bad == end)
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
    const char *const end = line + iso_fields_strip(line, len), *p = line, *bad = line;
    float *row;
    iso_err err = ISO_OK;

    if (p == end)
        return ISO_OK;
    ISO_TRY(iso_vectors_row(&row, s));
    while (p < end && !iso_fields_gap(*p))
        p++;
    if (!iso_fields_numbers(row, &bad, s->dim, p, end)) {
        p = iso_fields_last(line, end, s->dim);
        if (!p || p == line || !iso_fields_numbers(row, &bad, s->dim, p, end))
            return odd_line(s, number, line, end, bad);
    }
    err = iso_vectors_put(s, number, line, iso_fields_strip(line, p - line), 0);
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
        lines += iso_fields_strip(line, len) > 0;
        ISO_TRY(read_line(s, feed->line, line, len));
        ISO_TRY(iso_vectors_step(s, feed->line, iso_feed_tell(feed)));
    }
    if (claimed >= 0 && claimed != lines && !iso_vectors_full(s))
        err = iso_vectors_odd(s, &s->odd.header, 1, "says %" PRId64 " words, %" PRId64 " follow",
                              claimed, lines);
done:
    return err;
}

iso_err iso_vectors_text(struct iso_vectors_store *s, bool *binary)
{
    int64_t claimed = -1, dim = 0, len;
    iso_feed feed = {0};
    const char *line;
    bool is_text = true;
    iso_err err = ISO_OK;

    ISO_TRY(iso_feed_open(&feed, s->file, 0, NULL));
    ISO_TRY(iso_feed_mark(&feed));
    const int64_t begin = iso_feed_tell(&feed);
    ISO_TRY(iso_feed_line(&line, &len, &feed));
    const bool header = line && iso_vectors_header(&claimed, &dim, line, len);
    const int64_t from = header ? iso_feed_tell(&feed) : begin;
    ISO_TRY(iso_vectors_sample(&is_text, &dim, s, from));
    *binary = !is_text;
    if (*binary)
        goto done;
    if (dim > s->file->size)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: line 1 says %" PRId64 " numbers a word, in a file of %" PRId64 " bytes",
                 s->path, dim, s->file->size);
    /* a word and its numbers take two bytes a number at least, and mostly four times that */
    const int64_t most = (s->file->size - from) / (2 * dim + 1) + 1;
    ISO_TRY(iso_vectors_begin(s, dim, claimed >= 0 && claimed < most ? claimed : most / 4, false));
    if (!header) {
        iso_feed_close(&feed);
        ISO_TRY(iso_feed_open(&feed, s->file, begin, NULL));
    }
    ISO_TRY(read_lines(s, &feed, claimed));
done:
    iso_feed_close(&feed);
    return err;
}
