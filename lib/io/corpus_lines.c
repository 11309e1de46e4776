/* Lines of a file. They lie where they were read, one block after the other, so that a corpus needs
 * little more than its size; only a line with bytes that are no UTF-8 is copied. */
#include "lib/io/corpus_inside.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/foreign.h"

enum { BLOCK = 1 << 20, READ = 1 << 18, LINE_MOST = 1 << 26, ZEROS_MOST = 100, PEEK = 1 << 16 };

struct block {
    struct block *older;
    int64_t room, used; /* of bytes; the readers keep one byte for a NUL */
    char bytes[];
};

void iso_corpus_blocks_free(struct block *b)
{
    while (b) {
        struct block *older = b->older;
        iso_free(b);
        b = older;
    }
}

static iso_err push(struct block **blocks, int64_t room)
{
    struct block *b = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&b, (int64_t)sizeof *b + room, 1));
    b->older = *blocks;
    b->room = room;
    *blocks = b;
done:
    return err;
}

/* One read into what is left of the newest block. */
static iso_err fill(struct lines *in)
{
    struct block *b = *in->blocks;
    const int64_t left = b->bytes + b->room - 1 - in->stop;
    int64_t n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_stream_read(&n, &in->in, in->stop, left < READ ? left : READ));
    in->end = n == 0;
    in->stop += n;
    b->used = in->stop - b->bytes;
done:
    return err;
}

/* The line begun goes to the start of a block with room for twice of it. */
static iso_err make_room(struct lines *in)
{
    struct block *old = *in->blocks;
    const int64_t begun = in->stop - in->at;
    const bool alone = !in->keep || in->at == old->bytes;
    iso_err err = ISO_OK;

    if (!in->keep && begun < old->room / 2) {
        memmove(old->bytes, in->at, (size_t)begun);
    } else {
        ISO_TRY(push(in->blocks, begun < BLOCK / 2 ? BLOCK : 2 * begun + 1));
        memcpy((*in->blocks)->bytes, in->at, (size_t)begun);
        if (alone) { /* nobody points into it */
            (*in->blocks)->older = old->older;
            iso_free(old);
        }
    }
    in->at = (*in->blocks)->bytes;
    in->stop = in->at + begun;
done:
    return err;
}

static iso_err more(struct lines *in)
{
    const struct block *b = *in->blocks;
    iso_err err = ISO_OK;

    if (in->stop - in->at > LINE_MOST)
        ISO_FAIL(ISO_EFORMAT, "%s: line %" PRId64 " is longer than %d bytes; this is no text",
                 in->path, in->number + 1, LINE_MOST);
    if (in->stop == b->bytes + b->room - 1)
        ISO_TRY(make_room(in));
    ISO_TRY(fill(in));
done:
    return err;
}

/* What a file begins with: neither another format's mark nor nothing; a byte-order mark is passed.
 */
static iso_err begin(struct lines *in)
{
    iso_err err = ISO_OK;

    while (!in->end && in->stop - in->at < ISO_FOREIGN_HEAD)
        ISO_TRY(more(in));
    ISO_TRY(iso_foreign_text(in->path, in->at, in->stop - in->at));
    if (in->stop - in->at >= 3 && memcmp(in->at, "\xef\xbb\xbf", 3) == 0)
        in->at += 3;
    if (in->stop == in->at)
        ISO_FAIL(ISO_EFORMAT, "%s: is empty", in->path);
done:
    return err;
}

iso_err iso_corpus_lines_open(struct lines *in, struct iso_corpus_store *store, const char *path,
                              bool keep)
{
    iso_err err = ISO_OK;

    *in = (struct lines){.path = path, .store = store, .in = {.fd = -1}, .keep = keep};
    in->blocks = &store->lines;
    ISO_TRY(iso_stream_open(&in->in, path, iso_run_mem(store->run), store->run));
    /* files share no block: a small one would waste most of its own, but then there are few */
    ISO_TRY(push(in->blocks, BLOCK));
    in->at = in->stop = (*in->blocks)->bytes;
    ISO_TRY(begin(in));
done:
    return err;
}

void iso_corpus_lines_close(struct lines *in)
{
    iso_stream_close(&in->in);
}

/* Repairs ------------------------------------------------------------------------ */

/* Bytes of the maximal part at t[0..len) that begins a well-formed character and does not end it
 * (Unicode, section 3.9, table 3-7); at least 1. */
static int64_t bad_part(const unsigned char *t, int64_t len)
{
    const int64_t size = t[0] >= 0xf0 ? 4 : t[0] >= 0xe0 ? 3 : 2;
    unsigned char low = t[0] == 0xe0 ? 0xa0 : t[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = t[0] == 0xed ? 0x9f : t[0] == 0xf4 ? 0x8f : 0xbf;
    int64_t i = 1;

    if (t[0] < 0xc2 || t[0] > 0xf4)
        return 1;
    for (; i < size && i < len && t[i] >= low && t[i] <= high; i++) {
        low = 0x80;
        high = 0xbf;
    }
    return i;
}

/* Writes the line with U+FFFD for each NUL and each ill-formed part, when `to` is there; its
 * length. */
static int64_t mend(char *to, const char *text, int64_t len)
{
    int64_t made = 0;
    uint32_t point;

    for (int64_t i = 0; i < len;) {
        const int size = text[i] ? iso_utf8_next(&point, text + i, len - i) : 0;
        if (to)
            memcpy(to + made, size ? text + i : "\xef\xbf\xbd", size ? (size_t)size : 3);
        made += size ? size : 3;
        i += size ? size : bad_part((const unsigned char *)text + i, len - i);
    }
    return made;
}

static iso_err take(char **out, struct block **blocks, int64_t bytes)
{
    iso_err err = ISO_OK;

    if (!*blocks || (*blocks)->room - (*blocks)->used < bytes)
        ISO_TRY(push(blocks, bytes < BLOCK / 4 ? BLOCK / 4 : bytes));
    *out = (*blocks)->bytes + (*blocks)->used;
    (*blocks)->used += bytes;
done:
    return err;
}

iso_err iso_corpus_keep(const char **out, struct iso_corpus_store *s, const char *text, int64_t len)
{
    char *to = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(take(&to, &s->mended, len + 1));
    memcpy(to, text, (size_t)len);
    to[len] = '\0';
    *out = to;
done:
    return err;
}

iso_err iso_corpus_keep_name(const char **out, struct iso_corpus_store *s, const char *name)
{
    const iso_err err = iso_corpus_keep(out, s, name, (int64_t)strlen(name));

    for (char *c = err ? "" : (char *)*out; *c; c++)
        *c = (unsigned char)*c < ' ' ? ' ' : *c;
    return err;
}

static iso_err repair(struct line *line, struct lines *in)
{
    struct iso_corpus_store *s = in->store;
    char *text = NULL;
    iso_err err = ISO_OK;

    in->zeros += strlen(line->text) < (size_t)line->len;
    if (in->zeros > ZEROS_MOST && 2 * in->zeros > in->number)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %" PRId64 " of its first %" PRId64 " lines hold zero bytes; this is no text",
                 in->path, in->zeros, in->number);
    const int64_t len = mend(NULL, line->text, line->len);
    ISO_TRY(take(&text, &s->mended, len + 1));
    (void)mend(text, line->text, line->len);
    *line = (struct line){text, len};
    if (!s->first_repaired_path) {
        ISO_TRY(iso_str_dup(&s->first_repaired_path, in->path, -1));
        s->first_repaired = in->number;
    }
    s->repaired++;
done:
    return err;
}

/* Lines ------------------------------------------------------------------------- */

/* The end of the line begun, or NULL when there is no further line. */
static iso_err find_end(char **out, struct lines *in)
{
    int64_t seen = 0;
    char *end = NULL;
    iso_err err = ISO_OK;

    for (;;) {
        end = memchr(in->at + seen, '\n', (size_t)(in->stop - in->at - seen));
        if (end || in->end)
            break;
        seen = in->stop - in->at;
        ISO_TRY(more(in));
    }
    *out = end ? end : in->stop > in->at ? in->stop : NULL;
done:
    return err;
}

iso_err iso_corpus_line(struct line *out, bool *there, struct lines *in)
{
    char *end = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find_end(&end, in));
    *there = end != NULL;
    if (!end)
        goto done;
    struct line line = {in->at, end - in->at};
    in->at = end < in->stop ? end + 1 : end;
    in->number++;
    if (line.len > 0 && line.text[line.len - 1] == '\r')
        line.len--;
    line.text[line.len] = '\0';
    if (strlen(line.text) < (size_t)line.len || !iso_utf8_valid(line.text, line.len))
        ISO_TRY(repair(&line, in));
    *out = line;
done:
    return err;
}

iso_err iso_corpus_peek(const char **text, int64_t *len, struct lines *in)
{
    int64_t seen = 0;
    const char *end = NULL;
    iso_err err = ISO_OK;

    for (;;) {
        const char *from = in->at + seen;
        end = memchr(from, '\n', (size_t)(in->stop - from));
        seen = in->stop - in->at;
        if (end || in->end || seen >= PEEK)
            break;
        ISO_TRY(more(in));
    }
    *text = in->at;
    *len = end ? end - in->at : seen;
    if (*len > 0 && in->at[*len - 1] == '\r')
        --*len;
done:
    return err;
}
