#include "lib/io/dictionary.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/textmap.h"
#include "lib/io/feed.h"

enum { WORD_MOST = 1 << 20, NAMED = 3 };

/* A pair is one text of the map: source, NUL, target. */
struct iso_dictionary_store {
    iso_textmap pairs;
    const char **target;
};

struct reading {
    iso_dictionary d;
    struct iso_dictionary_store *store;
    const char *path;
    iso_word_text how;
    bool strict;
    iso_buf pair, few;
    int64_t line;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\r' || c == '\t';
}

struct span {
    const char *at;
    int64_t len;
};

static struct span trim(const char *begin, const char *end)
{
    while (begin < end && is_space(*begin))
        begin++;
    while (end > begin && is_space(end[-1]))
        end--;
    return (struct span){begin, end - begin};
}

/* The two columns of a line; an empty one when there is none. */
static void split(struct span *source, struct span *target, const char *line, int64_t len)
{
    const char *const end = line + len;
    const char *tab = memchr(line, '\t', (size_t)len);

    if (tab) {
        const char *next = memchr(tab + 1, '\t', (size_t)(end - tab - 1));
        *source = trim(line, tab);
        *target = trim(tab + 1, next ? next : end);
        return;
    }
    const struct span all = trim(line, end);
    const char *space = memchr(all.at, ' ', (size_t)all.len);
    *source = trim(all.at, space ? space : all.at + all.len);
    *target = trim(space ? space : all.at + all.len, all.at + all.len);
}

static iso_err odd(struct reading *r, int64_t *counter, const char *what)
{
    ++*counter;
    if (r->strict)
        return iso_fail(ISO_EFORMAT,
                        "%s: line %" PRId64 ": %s; fix it or leave out " ISO_FIELD(strict), r->path,
                        r->line, what);
    if (iso_dictionary_odd(&r->d) > NAMED)
        return ISO_OK;
    return iso_buf_printf(&r->few, "%sline %" PRId64 ": %s", r->few.len ? "; " : "", r->line, what);
}

static iso_err put(struct reading *r)
{
    iso_textmap *pairs = &r->store->pairs;
    const int64_t count = pairs->count;
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(iso_textmap_keep(&number, pairs, r->pair.text, r->pair.len));
    if (number < count)
        ISO_TRY(odd(r, &r->d.duplicates, "the pair is repeated"));
done:
    return err;
}

static iso_err read_pair(struct reading *r, struct span source, struct span target)
{
    bool good, too;
    iso_err err = ISO_OK;

    if (source.len == 0 || target.len == 0)
        return odd(r, &r->d.bad_lines, "one word, no pair");
    if (source.len > WORD_MOST || target.len > WORD_MOST)
        return odd(r, &r->d.bad_lines, "a word of more than a million bytes");
    r->pair.len = 0;
    ISO_TRY(iso_word_text_add(&r->pair, &good, r->how, source.at, source.len));
    ISO_TRY(iso_buf_add(&r->pair, "", 1));
    ISO_TRY(iso_word_text_add(&r->pair, &too, r->how, target.at, target.len));
    ISO_TRY(good && too ? put(r)
                        : odd(r, &r->d.bad_text, "is not UTF-8 (see " ISO_FIELD(encoding) ")"));
done:
    return err;
}

static iso_err read_lines(struct reading *r, iso_feed *feed)
{
    struct span source, target;
    const char *line;
    int64_t len;
    iso_err err = ISO_OK;

    for (;;) {
        ISO_TRY(iso_feed_line(&line, &len, feed));
        if (!line)
            break;
        r->line = feed->line;
        split(&source, &target, line, len);
        ISO_TRY(trim(line, line + len).len == 0 ? odd(r, &r->d.empty_lines, "is empty")
                                                : read_pair(r, source, target));
    }
    if (r->store->pairs.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: has no pair of words%s%s", r->path, r->few.len ? ": " : "",
                 r->few.len ? r->few.text : "");
done:
    return err;
}

static iso_err finish(struct reading *r)
{
    struct iso_dictionary_store *s = r->store;
    const int64_t pairs = s->pairs.count;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->target, pairs, sizeof *s->target));
    for (int64_t i = 0; i < pairs; i++)
        s->target[i] = s->pairs.texts[i] + strlen(s->pairs.texts[i]) + 1;
    r->d.pairs = pairs;
    r->d.source = s->pairs.texts;
    r->d.target = s->target;
    r->d.store = s;
    if (r->few.len > 0) {
        r->d.few = r->few.text;
        r->few = (iso_buf){0};
    }
done:
    return err;
}

static void free_store(struct iso_dictionary_store *s)
{
    if (!s)
        return;
    iso_textmap_free(&s->pairs);
    iso_free(s->target);
    iso_free(s);
}

iso_err iso_dictionary_read(iso_dictionary *out, const char *path, const iso_dictionary_opt *opt)
{
    struct reading r = {.path = path, .strict = opt && opt->strict};
    const iso_run *run = opt ? opt->run : NULL;
    iso_file *file = NULL;
    iso_feed feed = {0};
    iso_err err = ISO_OK;

    ISO_NEED(out && path, "no dictionary is named");
    ISO_TRY(iso_word_text_named(&r.how, opt ? opt->encoding : NULL, opt ? opt->lower : NULL));
    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(iso_file_fits(file, iso_run_mem(run)));
    ISO_TRY(iso_feed_open(&feed, file, 0, run));
    ISO_TRY(iso_feed_mark(&feed));
    ISO_TRY(iso_alloc(&r.store, 1, sizeof *r.store));
    ISO_TRY(read_lines(&r, &feed));
    ISO_TRY(finish(&r));
    *out = r.d;
    r.store = NULL;
done:
    iso_buf_free(&r.pair);
    iso_buf_free(&r.few);
    free_store(r.store);
    iso_feed_close(&feed);
    iso_file_close(file);
    return err;
}

int64_t iso_dictionary_odd(const iso_dictionary *d)
{
    return d->duplicates + d->empty_lines + d->bad_lines + d->bad_text;
}

void iso_dictionary_free(iso_dictionary *d)
{
    if (!d)
        return;
    iso_free(d->few);
    free_store(d->store);
    *d = (iso_dictionary){0};
}
