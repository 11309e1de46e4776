#include "bin/cmd/tokenize_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/json.h"

/* A piece with U+FFFD for what would steer a terminal or break a line in two. */
static iso_err add_piece(iso_buf *out, const struct tokenized *t, int64_t i)
{
    int64_t len;
    const char *piece = iso_tokenizer_piece(&len, t->tokenizer, t->tokens, i, t->text);

    return iso_buf_add_drawn(out, piece, len, "\xef\xbf\xbd");
}

iso_err tokenize_line(iso_buf *out, const struct tokenized *t)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < t->tokens->count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? " " : ""));
        ISO_TRY(add_piece(out, t, i));
    }
    for (int64_t i = 0; i < t->tokens->count; i++)
        ISO_TRY(iso_buf_printf(out, "%c%" PRId32, i ? ' ' : '\t', t->tokens->ids[i]));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

static iso_err blanks(iso_buf *out, int count)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < count && !err; i++)
        err = iso_buf_puts(out, " ");
    return err;
}

/* One column: the piece above, the id below, both as wide as the wider one and two blanks. */
static iso_err add_column(iso_buf *upper, iso_buf *lower, const char *piece, int32_t id)
{
    char number[16];
    const int below = snprintf(number, sizeof number, "%" PRId32, id);
    const int above = iso_utf8_columns(piece), wide = above > below ? above : below;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(upper, piece));
    ISO_TRY(blanks(upper, wide - above + 2));
    ISO_TRY(iso_buf_puts(lower, number));
    ISO_TRY(blanks(lower, wide - below + 2));
done:
    return err;
}

/* Both lines without the blanks at their ends. */
static iso_err end_lines(iso_buf *out, iso_buf *upper, iso_buf *lower)
{
    iso_buf *lines[] = {upper, lower};
    iso_err err = ISO_OK;

    for (int i = 0; i < 2; i++) {
        while (lines[i]->len > 0 && lines[i]->text[lines[i]->len - 1] == ' ')
            lines[i]->len--;
        ISO_TRY(iso_buf_add(out, lines[i]->text, lines[i]->len));
        ISO_TRY(iso_buf_puts(out, "\n"));
        lines[i]->len = 0;
    }
done:
    return err;
}

iso_err tokenize_columns(iso_buf *out, const struct tokenized *t, int width)
{
    iso_buf upper = {0}, lower = {0}, piece = {0};
    int column = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < t->tokens->count; i++) {
        const int32_t id = t->tokens->ids[i];
        piece.len = 0;
        ISO_TRY(iso_buf_puts(&piece, ""));
        ISO_TRY(add_piece(&piece, t, i));
        const int below = snprintf(NULL, 0, "%" PRId32, id), above = iso_utf8_columns(piece.text);
        const int wide = (above > below ? above : below) + 2;
        if (column > 0 && column + wide - 2 > width) {
            ISO_TRY(end_lines(out, &upper, &lower));
            column = 0;
        }
        ISO_TRY(add_column(&upper, &lower, piece.text, id));
        column += wide;
    }
    ISO_TRY(end_lines(out, &upper, &lower));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    iso_buf_free(&upper);
    iso_buf_free(&lower);
    iso_buf_free(&piece);
    return err;
}

/* Texts are not NUL-terminated everywhere; JSON's quotes want them so. */
static iso_err quote(iso_buf *out, const char *text, int64_t len)
{
    char *copy = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_str_dup(&copy, text, len));
    ISO_TRY(iso_json_quote(out, copy));
done:
    iso_free(copy);
    return err;
}

iso_err tokenize_json(iso_buf *out, const struct tokenized *t)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "{\"text\": "));
    ISO_TRY(quote(out, t->text->text, t->text->len));
    if (t->text->pair) {
        ISO_TRY(iso_buf_puts(out, ", \"text2\": "));
        ISO_TRY(quote(out, t->text->pair, t->text->pair_len));
    }
    ISO_TRY(iso_buf_puts(out, ", \"pieces\": ["));
    for (int64_t i = 0; i < t->tokens->count; i++) {
        int64_t len;
        const char *piece = iso_tokenizer_piece(&len, t->tokenizer, t->tokens, i, t->text);
        ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
        ISO_TRY(quote(out, piece, len));
    }
    ISO_TRY(iso_buf_puts(out, "], \"ids\": ["));
    for (int64_t i = 0; i < t->tokens->count; i++)
        ISO_TRY(iso_buf_printf(out, "%s%" PRId32, i ? ", " : "", t->tokens->ids[i]));
    ISO_TRY(iso_buf_puts(out, "]}"));
done:
    return err;
}
