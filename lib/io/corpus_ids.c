/* Token ids: decimal numbers, a line an item. */
#include "lib/io/corpus_inside.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"

static const char blanks[] = " \t\v\f\r";

/* The digits at `text`, whole; -1 when it is another word or beyond int32. */
static int64_t number(const char *text, size_t len)
{
    int64_t value = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = 10 * value + (text[i] - '0');
        if (value > INT32_MAX)
            return -1;
    }
    return value;
}

static iso_err add(struct iso_corpus_store *s, int64_t *count, int64_t token)
{
    const int64_t room = s->token_room ? s->token_room + s->token_room / 2 : 1 << 16;
    iso_err err = ISO_OK;

    if (*count == s->token_room) {
        ISO_TRY(iso_realloc(&s->tokens, *count, room, sizeof *s->tokens));
        s->token_room = room;
    }
    s->tokens[(*count)++] = (int32_t)token;
done:
    return err;
}

/* Cuts padding off the ends of the tokens from `first` on, and counts the line. */
static iso_err cut_padding(struct lines *in, int64_t *count, int64_t first)
{
    struct iso_corpus_store *s = in->store;
    int64_t begin = first, end = *count;
    const int64_t all = end - begin;

    if (!s->padding || all == 0)
        return ISO_OK;
    const int32_t pad = *s->padding;
    while (end > begin && s->tokens[end - 1] == pad)
        end--;
    while (begin < end && s->tokens[begin] == pad)
        begin++;
    for (int64_t i = begin; i < end; i++) {
        if (s->tokens[i] == pad)
            return iso_fail(ISO_EFORMAT,
                            "%s: line %" PRId64 ": token %" PRId64 " of %" PRId64 " is %d, the "
                            "checkpoint's padding id, with others on both sides: padding belongs "
                            "to the end of a line",
                            in->path, in->number, i - first + 1, all, (int)pad);
    }
    if (begin > first)
        memmove(s->tokens + first, s->tokens + begin, (size_t)(end - begin) * sizeof *s->tokens);
    *count = first + end - begin;
    s->padded += end - begin < all;
    return ISO_OK;
}

static iso_err add_line(struct lines *in, const char *text)
{
    struct iso_corpus_store *s = in->store;
    int64_t count = s->offsets ? s->offsets[s->items] : 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_more(s));
    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        const size_t len = strcspn(text, blanks);
        const int64_t token = number(text, len);
        if (token < 0)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: line %" PRId64 ": \"%.*s\" is not a token id, a decimal number from 0 to "
                     "%d; sentences belong into .txt",
                     in->path, in->number, len < 40 ? (int)len : 40, text, INT32_MAX);
        ISO_TRY(add(s, &count, token));
        text += len;
    }
    ISO_TRY(cut_padding(in, &count, s->offsets[s->items]));
    s->empty += count == s->offsets[s->items];
    s->offsets[++s->items] = count;
done:
    return err;
}

iso_err iso_corpus_ids(struct lines *in)
{
    struct line line;
    bool there = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_claim(in, 0));
    while (!iso_corpus_full(in->store)) {
        ISO_TRY(iso_corpus_line(&line, &there, in));
        if (!there)
            break;
        ISO_TRY(add_line(in, line.text));
    }
done:
    return err;
}
