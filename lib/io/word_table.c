#include "lib/io/word_table.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/feed.h"
#include "lib/io/json.h"
#include "lib/io/word_text.h"

void iso_word_table_free(iso_word_table *t)
{
    if (!t)
        return;
    iso_textmap_free(&t->words);
    iso_textmap_free(&t->texts);
    iso_free(t->first);
    iso_free(t->near);
    *t = (iso_word_table){0};
}

int64_t iso_word_table_find(const iso_word_table *t, const char *word, int64_t len)
{
    return iso_textmap_find(&t->words, word, len);
}

int64_t iso_word_table_count(const iso_word_table *t, int64_t w)
{
    return t->first[w + 1] - t->first[w];
}

const char *iso_word_table_near(const iso_word_table *t, int64_t w, int64_t i)
{
    return t->texts.texts[t->near[t->first[w] + i]];
}

/* --- Adding --- */

static iso_err refuse(const char *path, const char *word, int64_t len, const char *why)
{
    iso_buf shown = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_word_text_show(&shown, word, len));
    ISO_FAIL(ISO_EFORMAT, "%s: the word '%s' %s", path, shown.text ? shown.text : "", why);
done:
    iso_buf_free(&shown);
    return err;
}

/* What stands in a text, and in a line of a table, as one word. */
static iso_err check_word(const char *path, const char *word, int64_t len)
{
    if (len == 0)
        return iso_fail(ISO_EFORMAT, "%s: a word is empty", path);
    if (!iso_utf8_valid(word, len))
        return refuse(path, word, len, "is not UTF-8");
    for (int64_t i = 0; i < len; i++) {
        if (word[i] == '\0' || word[i] == '\t' || word[i] == '\n' || word[i] == '\r')
            return refuse(path, word, len, "has a tab or a line end in it");
    }
    return ISO_OK;
}

iso_err iso_word_table_begin(iso_word_table *t, const char *path, const char *word, int64_t len)
{
    const int64_t before = t->words.count;
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(check_word(path, word, len));
    if (before + 2 > t->room) {
        const int64_t room = t->room ? 2 * t->room : 1024;
        ISO_TRY(iso_realloc(&t->first, t->room, room, sizeof *t->first));
        t->room = room;
    }
    ISO_TRY(iso_textmap_keep(&number, &t->words, word, len));
    if (number < before)
        ISO_TRY(refuse(path, word, len, "stands there twice"));
    t->first[number + 1] = t->first[number];
done:
    return err;
}

static bool has(const iso_word_table *t, int64_t w, int64_t text)
{
    for (int64_t i = t->first[w]; i < t->first[w + 1]; i++) {
        if (t->near[i] == text)
            return true;
    }
    return false;
}

iso_err iso_word_table_add(iso_word_table *t, const char *path, const char *neighbour, int64_t len)
{
    const int64_t w = t->words.count - 1, at = t->first[w + 1];
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(check_word(path, neighbour, len));
    if (t->words.lens[w] == len && memcmp(t->words.texts[w], neighbour, (size_t)len) == 0)
        goto done;
    ISO_TRY(iso_textmap_keep(&number, &t->texts, neighbour, len));
    if (has(t, w, number))
        goto done;
    if (at == t->near_room) {
        const int64_t room = at ? 2 * at : 4096;
        ISO_TRY(iso_realloc(&t->near, at, room, sizeof *t->near));
        t->near_room = room;
    }
    t->near[at] = (int32_t)number;
    t->first[w + 1]++;
done:
    return err;
}

/* --- Reading --- */

static iso_err take_member(iso_word_table *t, const char *path, const iso_json *m)
{
    const char *word = iso_json_name(m);
    iso_err err = ISO_OK;

    ISO_TRY(iso_word_table_begin(t, path, word, (int64_t)strlen(word)));
    if (iso_json_is(m) != ISO_JSON_ARRAY)
        ISO_TRY(refuse(path, word, (int64_t)strlen(word), "has no list of neighbours"));
    for (const iso_json *n = iso_json_first(m); n; n = iso_json_next(n)) {
        const char *neighbour = iso_json_text(n);
        if (!neighbour)
            ISO_TRY(refuse(path, word, (int64_t)strlen(word), "has a neighbour that is no text"));
        ISO_TRY(iso_word_table_add(t, path, neighbour, (int64_t)strlen(neighbour)));
    }
done:
    return err;
}

static iso_err read_json(iso_word_table *t, const char *path, const char *bytes, int64_t len)
{
    iso_json *root = NULL;
    iso_err err = iso_json_parse(&root, bytes, len);

    if (err)
        return iso_fail_in(err, "%s", path);
    if (iso_json_is(root) != ISO_JSON_OBJECT)
        ISO_FAIL(ISO_EFORMAT, "%s: is no JSON object of words and their neighbours", path);
    for (const iso_json *m = iso_json_first(root); m; m = iso_json_next(m))
        ISO_TRY(take_member(t, path, m));
done:
    iso_json_free(root);
    return err;
}

static iso_err read_line(iso_word_table *t, const char *path, const char *line, int64_t len)
{
    const char *const end = line + len;
    bool first = true;
    iso_err err = ISO_OK;

    while (line < end) {
        const char *tab = memchr(line, '\t', (size_t)(end - line));
        const int64_t field = (tab ? tab : end) - line;
        if (first)
            ISO_TRY(iso_word_table_begin(t, path, line, field));
        else if (field > 0)
            ISO_TRY(iso_word_table_add(t, path, line, field));
        first = false;
        line += field + 1;
    }
done:
    return err;
}

static iso_err read_lines(iso_word_table *t, const char *path, iso_feed *feed)
{
    const char *line;
    int64_t len, tabs = 0;
    iso_err err = ISO_OK;

    for (;;) {
        ISO_TRY(iso_feed_line(&line, &len, feed));
        if (!line)
            break;
        len -= len > 0 && line[len - 1] == '\r';
        tabs += memchr(line, '\t', (size_t)len) != NULL;
        ISO_TRY(read_line(t, path, line, len));
    }
    if (tabs == 0)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: neither JSON {\"word\": [\"neighbour\"]} nor lines `word TAB neighbour`",
                 path);
done:
    return err;
}

static bool is_json(const iso_feed *feed)
{
    const char *at = feed->at;

    while (at < feed->stop && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at < feed->stop && (*at == '{' || *at == '[');
}

iso_err iso_word_table_read(iso_word_table *out, const char *path, const iso_run *run)
{
    iso_word_table t = {0};
    iso_file *file = NULL;
    iso_feed feed = {0};
    iso_err err = ISO_OK;

    ISO_NEED(path, "no table of words is named");
    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(iso_file_fits(file, iso_run_mem(run)));
    ISO_TRY(iso_feed_open(&feed, file, 0, run));
    ISO_TRY(iso_feed_mark(&feed));
    if (is_json(&feed)) {
        ISO_TRY(iso_feed_want(&feed, file->size));
        ISO_TRY(read_json(&t, path, feed.at, feed.stop - feed.at));
    } else {
        ISO_TRY(read_lines(&t, path, &feed));
    }
    if (t.words.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: has no word", path);
    *out = t;
    t = (iso_word_table){0};
done:
    iso_word_table_free(&t);
    iso_feed_close(&feed);
    iso_file_close(file);
    return err;
}

/* --- Writing --- */

iso_err iso_word_table_json(iso_buf *out, const iso_word_table *t)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "{"));
    for (int64_t w = 0; w < t->words.count; w++) {
        ISO_TRY(iso_buf_puts(out, w ? ",\n" : "\n"));
        ISO_TRY(iso_json_quote(out, t->words.texts[w]));
        ISO_TRY(iso_buf_puts(out, ": ["));
        for (int64_t i = 0; i < iso_word_table_count(t, w); i++) {
            ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
            ISO_TRY(iso_json_quote(out, iso_word_table_near(t, w, i)));
        }
        ISO_TRY(iso_buf_puts(out, "]"));
    }
    ISO_TRY(iso_buf_puts(out, "\n}\n"));
done:
    return err;
}
