/* Words and rows gather; what is odd is counted and the first few are reported. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/vectors_inside.h"

bool iso_vectors_full(const struct iso_vectors_store *s)
{
    return s->opt->limit > 0 && s->words.count >= s->opt->limit;
}

iso_err iso_vectors_step(const struct iso_vectors_store *s, int64_t number, int64_t at)
{
    if (number % 1024)
        return ISO_OK;
    return iso_run_step(s->opt->run, "reading word vectors", at, s->file ? s->file->size : 0,
                        "bytes");
}

static iso_err make_room(struct iso_vectors_store *s, int64_t room)
{
    const int64_t used = s->words.count;
    iso_err err = ISO_OK;

    if (room > INT64_MAX / 4 / s->dim)
        ISO_FAIL(ISO_ENOMEM, "out of memory (%" PRId64 " words of %" PRId64 " numbers)", room,
                 s->dim);
    ISO_TRY(iso_realloc(&s->rows, used * s->dim, room * s->dim, sizeof *s->rows));
    if (s->counts)
        ISO_TRY(iso_realloc(&s->counts, used, room, sizeof *s->counts));
    s->room = room;
done:
    return err;
}

iso_err iso_vectors_begin(struct iso_vectors_store *s, int64_t dim, int64_t guess, bool counts)
{
    iso_err err = ISO_OK;

    if (s->opt->limit > 0 && guess > s->opt->limit)
        guess = s->opt->limit;
    s->dim = dim;
    if (counts)
        ISO_TRY(iso_alloc(&s->counts, 1, sizeof *s->counts));
    ISO_TRY(make_room(s, guess < 1 ? 1 : guess));
done:
    return err;
}

iso_err iso_vectors_row(float **row, struct iso_vectors_store *s)
{
    iso_err err = ISO_OK;

    if (s->words.count == s->room)
        ISO_TRY(make_room(s, s->room + s->room / 2 + 16));
    *row = s->rows + s->words.count * s->dim;
done:
    return err;
}

/* What is odd --------------------------------------------------------------------- */

static iso_err keep_text(iso_odd *odd, const char *text)
{
    for (int i = 0; i < ISO_ODD_FEW; i++) {
        if (!odd->few[i])
            return iso_str_dup(&odd->few[i], text, -1);
    }
    return ISO_OK;
}

iso_err iso_vectors_odd(struct iso_vectors_store *s, int64_t *counter, int64_t number,
                        const char *what, ...)
{
    char text[512], place[40] = "";
    va_list args;

    ++*counter;
    if (s->odd.few[ISO_ODD_FEW - 1] && !s->opt->strict)
        return ISO_OK;
    if (number)
        (void)snprintf(place, sizeof place, "%s %" PRId64 ": ", s->unit, number);
    va_start(args, what);
    (void)vsnprintf(text, sizeof text - sizeof place, what, args);
    va_end(args);
    memmove(text + strlen(place), text, strlen(text) + 1);
    memcpy(text, place, strlen(place));
    if (s->opt->strict)
        return iso_fail(ISO_EFORMAT, "%s: %s; fix it or leave out " ISO_FIELD(strict), s->path,
                        text);
    return keep_text(&s->odd, text);
}

int64_t iso_odd_total(const iso_odd *odd)
{
    return odd->short_lines + odd->duplicates + odd->zeros + odd->bad_text + odd->not_finite +
           odd->header;
}

/* One word ------------------------------------------------------------------------ */

enum { FINITE = 1, NOT_ZERO = 2 };

static int look_at(const float *row, int64_t dim)
{
    uint32_t any = 0, not_finite = 0, bits;

    for (int64_t i = 0; i < dim; i++) {
        memcpy(&bits, row + i, sizeof bits);
        any |= bits << 1;
        not_finite |= (bits & 0x7f800000) == 0x7f800000;
    }
    return (not_finite ? 0 : FINITE) | (any ? NOT_ZERO : 0);
}

static iso_err odd_word(struct iso_vectors_store *s, int64_t *counter, int64_t number,
                        const char *what)
{
    iso_buf shown = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_word_text_show(&shown, s->word.text, s->word.len));
    ISO_TRY(iso_vectors_odd(s, counter, number, "\"%s\" %s", shown.text, what));
done:
    iso_buf_free(&shown);
    return err;
}

/* The word as it will be looked up, in s->word; *good is false when it is none. */
static iso_err read_word(bool *good, struct iso_vectors_store *s, int64_t number, const char *word,
                         int64_t len)
{
    iso_err err = ISO_OK;

    *good = false;
    if (len == 0) {
        err = iso_vectors_odd(s, &s->odd.short_lines, number, "no word");
    } else if (len > ISO_VECTORS_WORD) {
        err = iso_vectors_odd(s, &s->odd.bad_text, number,
                              "a word of %" PRId64 " bytes; at most %d are read", len,
                              ISO_VECTORS_WORD);
    } else {
        s->word.len = 0;
        ISO_TRY(iso_word_text_add(&s->word, good, s->how, word, len));
        if (!*good)
            err = iso_vectors_odd(s, &s->odd.bad_text, number, "the word is not %s",
                                  s->how.latin1 ? "text" : "UTF-8");
    }
done:
    return err;
}

iso_err iso_vectors_put(struct iso_vectors_store *s, int64_t number, const char *word, int64_t len,
                        int64_t count)
{
    const int64_t at = s->words.count;
    const int seen = look_at(s->rows + at * s->dim, s->dim);
    int64_t kept;
    bool good;
    iso_err err = ISO_OK;

    ISO_TRY(read_word(&good, s, number, word, len));
    if (!good)
        goto done;
    if (!(seen & FINITE)) {
        ISO_TRY(odd_word(s, &s->odd.not_finite, number, "has a number that is not finite"));
        goto done;
    }
    ISO_TRY(iso_textmap_keep(&kept, &s->words, s->word.text, s->word.len));
    if (kept < at)
        ISO_TRY(odd_word(s, &s->odd.duplicates, number, "is repeated"));
    else if (!(seen & NOT_ZERO))
        ISO_TRY(odd_word(s, &s->odd.zeros, number, "has a vector of zeros"));
    if (kept == at && s->counts)
        s->counts[at] = count;
done:
    return err;
}
