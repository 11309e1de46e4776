#include "lib/text/tokenizer_inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"

void iso_tokenizer_close(iso_tokenizer *t)
{
    if (!t)
        return;
    iso_wordpiece_free(t->wordpiece);
    iso_added_free(t->added);
    iso_spm_close(t->bare);
    iso_vocab_close(t->vocab);
    iso_spm_close(t->spm);
    iso_free(t);
}

const char *iso_tokenizer_kind(const iso_tokenizer *t)
{
    return t->spm ? "sentencepiece" : "wordpiece";
}

const char *iso_tokenizer_file(const iso_tokenizer *t)
{
    return t->file;
}

int32_t iso_tokenizer_size(const iso_tokenizer *t)
{
    const int32_t size =
        t->spm ? iso_spm_size(t->spm) + t->fairseq.offset : iso_vocab_size(t->vocab);
    const int32_t added = iso_added_size(t->added);

    return added > size ? added : size;
}

int64_t iso_tokenizer_longest(const iso_tokenizer *t, int64_t *cut)
{
    if (cut)
        *cut = t->cut;
    return t->longest;
}

int32_t iso_tokenizer_padding(const iso_tokenizer *t)
{
    return t->pad;
}

int32_t iso_tokenizer_mask(const iso_tokenizer *t)
{
    return t->mask;
}

int64_t iso_tokenizer_odd(const iso_tokenizer *t, const char **first)
{
    const char *in_vocab = "";
    const int64_t odd = t->vocab ? iso_vocab_odd(t->vocab, &in_vocab) : 0;

    if (first)
        *first = t->odd ? t->first_odd : in_vocab;
    return odd + t->odd;
}

void iso_tokenizer_note(iso_tokenizer *t, const char *format, ...)
{
    va_list args;

    if (t->odd++)
        return;
    va_start(args, format);
    (void)vsnprintf(t->first_odd, sizeof t->first_odd, format, args);
    va_end(args);
}

/* --- Encoding --- */

static iso_err add_special(iso_tokens *out, int32_t id, uint8_t part, int32_t type)
{
    const iso_err err = iso_tokens_add(out, id, 0, 0);

    if (err)
        return err;
    const int64_t i = out->count - 1;
    out->special[i] = 1;
    out->part[i] = part;
    out->types[i] = type;
    return ISO_OK;
}

static iso_err add_text(const iso_tokenizer *t, iso_tokens *out, const char *text, int64_t len,
                        int64_t most, uint8_t part)
{
    const int64_t first = out->count;
    const iso_err err = iso_tokenizer_text(t, out, text, len, most);

    for (int64_t i = first; part && !err && i < out->count; i++) {
        out->part[i] = part;
        out->types[i] = t->types;
    }
    return err;
}

/* Takes `count` pieces out before piece `to`. */
static void take_out(iso_tokens *t, int64_t to, int64_t count)
{
    const int64_t from = to - count;
    const size_t rest = (size_t)(t->count - to);

    memmove(t->ids + from, t->ids + to, rest * sizeof *t->ids);
    memmove(t->types + from, t->types + to, rest * sizeof *t->types);
    memmove(t->part + from, t->part + to, rest * sizeof *t->part);
    memmove(t->special + from, t->special + to, rest * sizeof *t->special);
    memmove(t->begin + from, t->begin + to, rest * sizeof *t->begin);
    memmove(t->end + from, t->end + to, rest * sizeof *t->end);
    t->count -= count;
}

/* The longer of two texts loses its last piece until both fit; of equals the second. */
static void shorten(int64_t *a, int64_t *b, int64_t room)
{
    if (*a + *b <= room)
        return;
    const int64_t half = (room + 1) / 2;
    if (*a <= half)
        *b = room - *a;
    else if (*b <= room - half)
        *a = room - *b;
    else {
        *a = half;
        *b = room - half;
    }
}

static iso_err encode(const iso_tokenizer *t, iso_tokens *out, const iso_text *text,
                      int64_t max_length)
{
    const int specials = text->pair ? 2 + t->between : 2;
    int64_t a, b = 0, kept_a, kept_b;
    iso_err err = ISO_OK;

    ISO_TRY(add_special(out, t->first, 0, 0));
    ISO_TRY(add_text(t, out, text->text, text->len, max_length, 0));
    kept_a = a = out->count - 1;
    if (text->pair) {
        for (int i = 0; i < t->between; i++)
            ISO_TRY(add_special(out, t->last, 0, 0));
        ISO_TRY(add_text(t, out, text->pair, text->pair_len, max_length, 1));
        b = out->count - 1 - a - t->between;
    }
    kept_b = b;
    if (max_length)
        shorten(&kept_a, &kept_b, max_length - specials);
    out->truncated = kept_a < a || kept_b < b;
    out->count -= b - kept_b;
    take_out(out, 1 + a, a - kept_a);
    ISO_TRY(add_special(out, t->last, text->pair != NULL, text->pair ? t->types : 0));
done:
    return err;
}

iso_err iso_tokenizer_encode(const iso_tokenizer *t, iso_tokens *out, const iso_text *text,
                             int64_t max_length)
{
    const int least = text->pair ? 2 + t->between + 2 : 3;
    iso_err err = ISO_OK;

    ISO_NEED(text->len >= 0 && (!text->pair || text->pair_len >= 0), "a text of negative length");
    ISO_NEED(max_length == 0 || max_length >= least,
             "max_length %" PRId64 " leaves no room for a piece; give %d or more", max_length,
             least);
    iso_tokens_clear(out);
    err = encode(t, out, text, max_length);
    if (err)
        iso_tokens_clear(out);
done:
    return err;
}

/* --- Reading back --- */

const char *iso_tokenizer_piece(int64_t *len, const iso_tokenizer *t, const iso_tokens *tokens,
                                int64_t i, const iso_text *text)
{
    const int32_t id = tokens->ids[i];
    const iso_added_token *token = iso_added_of(t->added, id);

    if (t->spm && id == t->fairseq.unknown && !tokens->special[i]) {
        *len = tokens->end[i] - tokens->begin[i];
        return (tokens->part[i] ? text->pair : text->text) + tokens->begin[i];
    }
    if (token) {
        *len = (int64_t)strlen(token->content);
        return token->content;
    }
    return t->spm ? iso_spm_piece(len, t->spm, id - t->fairseq.offset)
                  : iso_vocab_piece(len, t->vocab, id);
}
