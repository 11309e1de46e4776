#include "lib/io/delimited.h"

#include <string.h>

#include "lib/base/utf8.h"

static bool at_break(const iso_delimited *d)
{
    return d->at == d->end || *d->at == d->separator || *d->at == '\n' ||
           (*d->at == '\r' && (d->at + 1 == d->end || d->at[1] == '\n'));
}

/* After the opening quote, up to and over the closing one. */
static iso_err quoted(iso_delimited *d)
{
    iso_err err = ISO_OK;

    for (;;) {
        const char *quote = memchr(d->at, '"', (size_t)(d->end - d->at));
        const bool twice = quote && quote + 1 < d->end && quote[1] == '"';
        if (!quote)
            ISO_FAIL(ISO_EFORMAT, "line %lld: a quote is opened and not closed",
                     (long long)d->number);
        const int64_t len = quote - d->at + twice;
        for (int64_t i = 0; i < len; i++)
            d->next += d->at[i] == '\n';
        ISO_TRY(iso_buf_add(&d->text, d->at, len));
        d->at = quote + 1 + twice;
        if (!twice)
            break;
    }
    if (!at_break(d))
        ISO_FAIL(ISO_EFORMAT, "line %lld: text after a closing quote", (long long)d->next);
done:
    return err;
}

static iso_err read_field(iso_delimited *d)
{
    const char *begin = d->at;

    if (d->at < d->end && *d->at == '"' && d->quotes) {
        d->at++;
        return quoted(d);
    }
    while (!at_break(d))
        d->at++;
    return iso_buf_add(&d->text, begin, d->at - begin);
}

static iso_err read_line(iso_delimited *d)
{
    iso_err err = ISO_OK;

    d->text.len = 0;
    d->count = 0;
    d->number = d->next;
    for (;;) {
        if (d->count == ISO_DELIMITED_FIELDS)
            ISO_FAIL(ISO_EFORMAT, "line %lld has more than %d fields", (long long)d->number,
                     ISO_DELIMITED_FIELDS);
        d->start[d->count++] = d->text.len;
        ISO_TRY(read_field(d));
        ISO_TRY(iso_buf_add(&d->text, "", 1));
        if (d->at == d->end || *d->at != d->separator)
            break;
        d->at++;
    }
    if (d->at < d->end && *d->at == '\r')
        d->at++;
    if (d->at < d->end)
        d->at++; /* the line feed */
    d->next++;
done:
    return err;
}

static void skip_comments(iso_delimited *d)
{
    while (d->comments && d->at < d->end && *d->at == '#') {
        const char *stop = memchr(d->at, '\n', (size_t)(d->end - d->at));
        d->at = stop ? stop + 1 : d->end;
        d->next++;
    }
}

iso_err iso_delimited_begin(iso_delimited *out, const char *bytes, int64_t len, bool comments)
{
    iso_delimited d = {
        .at = bytes, .end = bytes + len, .separator = ',', .comments = comments, .next = 1};

    if (!iso_utf8_valid(bytes, len) || (len > 0 && memchr(bytes, '\0', (size_t)len)))
        return iso_fail(ISO_EFORMAT, "not a table: the text is not UTF-8");
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        d.at += 3;
    skip_comments(&d);
    const char *stop = d.at < d.end ? memchr(d.at, '\n', (size_t)(d.end - d.at)) : NULL;
    const size_t size = (size_t)((stop ? stop : d.end) - d.at);
    if (size > 0 && memchr(d.at, '\t', size) && !memchr(d.at, ',', size))
        d.separator = '\t';
    else if (size > 0 && memchr(d.at, ';', size) && !memchr(d.at, ',', size))
        d.separator = ';';
    d.quotes = d.separator != '\t';
    *out = d;
    return ISO_OK;
}

iso_err iso_delimited_next(bool *more, iso_delimited *d)
{
    iso_err err = ISO_OK;

    for (*more = false; !*more;) {
        skip_comments(d);
        if (d->at == d->end)
            break;
        ISO_TRY(read_line(d));
        *more = d->count > 1 || *iso_delimited_field(d, 0);
    }
done:
    return err;
}

const char *iso_delimited_field(const iso_delimited *d, int i)
{
    return d->text.text + d->start[i];
}

void iso_delimited_free(iso_delimited *d)
{
    iso_buf_free(&d->text);
    *d = (iso_delimited){0};
}

bool iso_delimited_opens(const char *line, int64_t len, char separator, bool open)
{
    const char *at = line, *end = line + len;

    while (at && at < end) {
        if (open || *at == '"') { /* to the quote that closes */
            at = memchr(at + !open, '"', (size_t)(end - at - !open));
            open = !at;
            if (at && at + 1 < end && at[1] == '"') {
                at += 2;
                open = true;
                continue;
            }
        }
        at = at ? memchr(at, separator, (size_t)(end - at)) : NULL;
        at = at ? at + 1 : NULL;
    }
    return open;
}
