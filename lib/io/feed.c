#include "lib/io/feed.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/foreign.h"

enum { ROOM = 1 << 20 };

iso_err iso_feed_open(iso_feed *out, const iso_file *file, int64_t offset, const iso_run *run)
{
    iso_feed feed = {.file = file, .offset = offset, .room = ROOM, .run = run};
    iso_err err = ISO_OK;

    if (file->size - offset < ROOM)
        feed.room = file->size - offset + 1;
    ISO_TRY(iso_alloc(&feed.bytes, feed.room + 1, 1));
    feed.at = feed.stop = feed.bytes;
    *out = feed;
done:
    return err;
}

void iso_feed_close(iso_feed *feed)
{
    iso_free(feed->bytes);
    *feed = (iso_feed){0};
}

/* What is left goes to the front of a buffer that holds `want` bytes. */
static iso_err make_room(iso_feed *feed, int64_t want)
{
    const int64_t left = feed->stop - feed->at;
    char *wide = NULL;
    iso_err err = ISO_OK;

    if (want > feed->room) {
        ISO_TRY(iso_alloc(&wide, want + 1, 1));
        memcpy(wide, feed->at, (size_t)left);
        iso_free(feed->bytes);
        feed->bytes = wide;
        feed->room = want;
    } else {
        memmove(feed->bytes, feed->at, (size_t)left);
    }
    feed->at = feed->bytes;
    feed->stop = feed->bytes + left;
done:
    return err;
}

iso_err iso_feed_want(iso_feed *feed, int64_t want)
{
    const int64_t left = feed->stop - feed->at, rest = feed->file->size - feed->offset;
    iso_err err = ISO_OK;

    if (left >= want || rest == 0)
        return ISO_OK;
    ISO_TRY(iso_run_step(feed->run, "reading", feed->offset, feed->file->size, "bytes"));
    want = want - left > rest ? left + rest : want;
    if (feed->at > feed->bytes || want > feed->room)
        ISO_TRY(make_room(feed, want));
    const int64_t free_room = feed->room - left, more = free_room < rest ? free_room : rest;
    ISO_TRY(iso_file_read(feed->file, feed->offset, feed->stop, more));
    feed->stop += more;
    feed->offset += more;
    *feed->stop = '\0';
done:
    return err;
}

iso_err iso_feed_line(const char **text, int64_t *len, iso_feed *feed)
{
    char *end = NULL;
    iso_err err = ISO_OK;

    for (int64_t seen = 0;;) {
        const int64_t left = feed->stop - feed->at;
        end = left > seen ? memchr(feed->at + seen, '\n', (size_t)(left - seen)) : NULL;
        if (end || feed->offset == feed->file->size)
            break;
        seen = left;
        if (left > ISO_FEED_LINE)
            ISO_FAIL(ISO_EFORMAT, "%s: line %" PRId64 " is longer than %d bytes; this is no text",
                     feed->file->path, feed->line + 1, ISO_FEED_LINE);
        ISO_TRY(iso_feed_want(feed, left < ROOM / 2 ? ROOM : 2 * left));
    }
    *text = feed->at < feed->stop ? feed->at : NULL;
    *len = (end ? end : feed->stop) - feed->at;
    feed->at = end ? end + 1 : feed->stop;
    feed->line += *text != NULL;
done:
    return err;
}

iso_err iso_feed_mark(iso_feed *feed)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_feed_want(feed, ISO_FOREIGN_HEAD));
    ISO_TRY(iso_foreign_text(feed->file->path, feed->at, feed->stop - feed->at));
    if (feed->stop - feed->at >= 3 && memcmp(feed->at, "\xef\xbb\xbf", 3) == 0)
        feed->at += 3;
done:
    return err;
}

int64_t iso_feed_tell(const iso_feed *feed)
{
    return feed->offset - (feed->stop - feed->at);
}

iso_err iso_feed_count(int64_t *out, const iso_file *file, const iso_run *run)
{
    iso_feed feed = {0};
    iso_err err = ISO_OK;

    *out = 1;
    ISO_TRY(iso_feed_open(&feed, file, 0, run));
    for (;;) {
        ISO_TRY(iso_feed_want(&feed, 1));
        if (feed.at == feed.stop)
            break;
        for (const char *p = feed.at; (p = memchr(p, '\n', (size_t)(feed.stop - p))); p++)
            ++*out;
        feed.at = feed.stop;
    }
done:
    iso_feed_close(&feed);
    return err;
}
