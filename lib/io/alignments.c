#include "lib/io/alignments.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/decimal.h"
#include "lib/io/feed.h"
#include "lib/io/fields.h"

struct room {
    int64_t sentences, links;
};

static iso_err more_links(iso_alignments *a, struct room *room)
{
    const int64_t used = a->first[a->sentences], want = 2 * used + 1024;
    iso_err err = ISO_OK;

    if (used < room->links)
        return ISO_OK;
    ISO_TRY(iso_realloc(&a->source, used, want, sizeof *a->source));
    ISO_TRY(iso_realloc(&a->target, used, want, sizeof *a->target));
    room->links = want;
done:
    return err;
}

static iso_err more_sentences(iso_alignments *a, struct room *room)
{
    const int64_t used = a->sentences + 1, want = 2 * used + 256;
    iso_err err = ISO_OK;

    if (used + 1 < room->sentences)
        return ISO_OK;
    ISO_TRY(iso_realloc(&a->first, room->sentences ? used : 0, want, sizeof *a->first));
    room->sentences = want;
done:
    return err;
}

static bool number(int32_t *out, const char **p)
{
    const char *const begin = *p;
    int64_t value = 0;

    for (; **p >= '0' && **p <= '9' && value <= INT32_MAX; ++*p)
        value = value * 10 + (**p - '0');
    *out = (int32_t)(value < INT32_MAX ? value : 0);
    return *p > begin && value < INT32_MAX;
}

/* "i-j", "i?j", "i-j:score"; p comes to stand behind it. */
static bool link_of(int32_t *i, int32_t *j, const char **p)
{
    float score;

    if (!number(i, p) || (**p != '-' && **p != '?'))
        return false;
    ++*p;
    if (!number(j, p))
        return false;
    if (**p == ':')
        *p = iso_decimal_f32(&score, *p + 1);
    return *p != NULL;
}

/* The links of a line join the sentence at hand. */
static iso_err read_line(iso_alignments *a, struct room *room, const char *p, const char *end)
{
    int64_t *used;
    iso_err err = ISO_OK;

    for (;;) {
        while (p < end && iso_fields_gap(*p))
            p++;
        if (p == end)
            break;
        ISO_TRY(more_links(a, room));
        used = &a->first[a->sentences];
        if (!link_of(&a->source[*used], &a->target[*used], &p) || (p < end && !iso_fields_gap(*p)))
            ISO_FAIL(ISO_EFORMAT,
                     "line %" PRId64 ": link %" PRId64 " is not 'i-j' with two word numbers from 0",
                     a->sentences, *used - a->first[a->sentences - 1] + 1);
        ++*used;
    }
done:
    return err;
}

static iso_err read_lines(iso_alignments *a, struct room *room, iso_feed *feed)
{
    const char *line;
    int64_t len;
    iso_err err = ISO_OK;

    ISO_TRY(more_sentences(a, room));
    for (;;) {
        ISO_TRY(iso_feed_line(&line, &len, feed));
        if (!line)
            break;
        ISO_TRY(more_sentences(a, room));
        a->first[a->sentences + 1] = a->first[a->sentences];
        a->sentences++;
        err = read_line(a, room, line, line + len);
        if (err) {
            err = err == ISO_EFORMAT ? iso_fail_in(err, "%s", feed->file->path) : err;
            goto done;
        }
    }
    if (a->sentences == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: has no line", feed->file->path);
    ISO_TRY(more_links(a, room)); /* arrays are there even without a link */
done:
    return err;
}

iso_err iso_alignments_read(iso_alignments *out, const char *path, const iso_run *run)
{
    iso_alignments a = {0};
    struct room room = {0};
    iso_file *file = NULL;
    iso_feed feed = {0};
    iso_err err = ISO_OK;

    ISO_NEED(out && path, "no file of alignments is named");
    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(iso_file_fits(file, iso_run_mem(run)));
    ISO_TRY(iso_feed_open(&feed, file, 0, run));
    ISO_TRY(iso_feed_mark(&feed));
    ISO_TRY(read_lines(&a, &room, &feed));
    *out = a;
    a = (iso_alignments){0};
done:
    iso_alignments_free(&a);
    iso_feed_close(&feed);
    iso_file_close(file);
    return err;
}

void iso_alignments_free(iso_alignments *a)
{
    if (!a)
        return;
    iso_free(a->first);
    iso_free(a->source);
    iso_free(a->target);
    *a = (iso_alignments){0};
}
