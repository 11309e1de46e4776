#include "lib/io/row_pairs.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/feed.h"
#include "lib/io/fields.h"

enum { QUOTED = 40 };

struct reading {
    const iso_feed *feed;
    iso_row_pairs p;
    int64_t room, n, m; /* n, m: rows there are */
};

/* One of the two numbers of a line; *at moves behind it. */
static iso_err take(int64_t *out, const struct reading *r, const char **at, const char *end,
                    int64_t rows)
{
    const char *path = r->feed->file->path, *begin = *at;
    char word[QUOTED + 1] = "";
    iso_err err = ISO_OK;

    while (begin < end && iso_fields_gap(*begin))
        begin++;
    for (*at = begin; *at < end && !iso_fields_gap(**at);)
        ++*at;
    const int64_t len = *at - begin;
    memcpy(word, begin, (size_t)(len < QUOTED ? len : QUOTED));
    if (len > QUOTED || memchr(begin, '\0', (size_t)len) || !iso_str_int(out, word))
        ISO_FAIL(ISO_EFORMAT, "%s: line %lld: '%s' is not a row number; a line is two, from 0",
                 path, (long long)r->feed->line, word);
    if (*out < 0 || *out >= rows)
        ISO_FAIL(ISO_EARG, "%s: line %lld: row %lld, there are 0 to %lld", path,
                 (long long)r->feed->line, (long long)*out, (long long)rows - 1);
done:
    return err;
}

static iso_err take_line(struct reading *r, const char *at, const char *end)
{
    iso_row_pairs *p = &r->p;
    iso_err err = ISO_OK;

    if (iso_fields_strip(at, end - at) == 0)
        return ISO_OK;
    if (p->count == r->room) {
        const int64_t room = 2 * r->room + 256;
        ISO_TRY(iso_realloc(&p->source, p->count, room, sizeof *p->source));
        ISO_TRY(iso_realloc(&p->target, p->count, room, sizeof *p->target));
        r->room = room;
    }
    ISO_TRY(take(&p->source[p->count], r, &at, end, r->n));
    ISO_TRY(take(&p->target[p->count], r, &at, end, r->m));
    if (iso_fields_strip(at, end - at) > 0)
        ISO_FAIL(ISO_EFORMAT, "%s: line %lld: more than two numbers", r->feed->file->path,
                 (long long)r->feed->line);
    p->count++;
done:
    return err;
}

static iso_err take_lines(struct reading *r, iso_feed *feed)
{
    const char *line;
    int64_t len;
    iso_err err = ISO_OK;

    ISO_TRY(iso_feed_mark(feed));
    for (;;) {
        ISO_TRY(iso_feed_line(&line, &len, feed));
        if (!line)
            break;
        ISO_TRY(take_line(r, line, line + len));
    }
    if (r->p.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no pair", feed->file->path);
done:
    return err;
}

void iso_row_pairs_free(iso_row_pairs *p)
{
    iso_free(p->source);
    iso_free(p->target);
    *p = (iso_row_pairs){0};
}

iso_err iso_row_pairs_read(iso_row_pairs *out, const char *path, int64_t n, int64_t m,
                           const iso_run *run)
{
    struct reading r = {.n = n, .m = m};
    iso_file *file = NULL;
    iso_feed feed = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(iso_file_fits(file, iso_run_mem(run)));
    ISO_TRY(iso_feed_open(&feed, file, 0, run));
    r.feed = &feed;
    ISO_TRY(take_lines(&r, &feed));
    *out = r.p;
    r.p = (iso_row_pairs){0};
done:
    iso_row_pairs_free(&r.p);
    iso_feed_close(&feed);
    iso_file_close(file);
    return err;
}
