#include "lib/io/vectors.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/vectors_inside.h"

/* Gathering ------------------------------------------------------------------- */

bool iso_vectors_full(const struct iso_vectors_store *s)
{
    return s->opt->limit > 0 && s->set.count >= s->opt->limit;
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
    const int64_t used = s->set.count;
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

    if (s->set.count == s->room)
        ISO_TRY(make_room(s, s->room + s->room / 2 + 16));
    *row = s->rows + s->set.count * s->dim;
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
        return iso_fail(ISO_EFORMAT, "%s: %s; mend it or do without --strict", s->path, text);
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
    const int64_t at = s->set.count;
    const int seen = look_at(s->rows + at * s->dim, s->dim);
    bool good, fresh;
    iso_err err = ISO_OK;

    ISO_TRY(read_word(&good, s, number, word, len));
    if (!good)
        goto done;
    if (!(seen & FINITE)) {
        ISO_TRY(odd_word(s, &s->odd.not_finite, number, "has a number that is not finite"));
        goto done;
    }
    ISO_TRY(iso_word_set_put(&s->set, &fresh, s->word.text, s->word.len));
    if (!fresh)
        ISO_TRY(odd_word(s, &s->odd.duplicates, number, "comes again"));
    else if (!(seen & NOT_ZERO))
        ISO_TRY(odd_word(s, &s->odd.zeros, number, "has a vector of zeros"));
    if (fresh && s->counts)
        s->counts[at] = count;
done:
    return err;
}

/* Reading --------------------------------------------------------------------------- */

static bool number_of(int64_t *out, const char **p, const char *end)
{
    const char *begin = *p;
    int64_t value = 0;

    for (; *p < end && **p >= '0' && **p <= '9' && *p - begin < 18; ++*p)
        value = value * 10 + (**p - '0');
    *out = value;
    return *p > begin;
}

bool iso_vectors_header(int64_t *count, int64_t *dim, const char *line, int64_t len)
{
    const char *end = line + len;
    int64_t n, d;

    while (end > line && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    if (!number_of(&n, &line, end) || line == end || (*line != ' ' && *line != '\t'))
        return false;
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    if (!number_of(&d, &line, end) || line != end || d == 0)
        return false;
    *count = n;
    *dim = d;
    return true;
}

/* Files that people mistake for word vectors. */
static iso_err refuse(const struct iso_vectors_store *s, const char *head, int64_t len)
{
    if (len >= 2 && memcmp(head, "\x1f\x8b", 2) == 0)
        return iso_fail(ISO_EFORMAT, "%s: is gzip-compressed; unpack it first (gunzip)", s->path);
    if (len >= 4 && memcmp(head, "PK\x03\x04", 4) == 0)
        return iso_fail(ISO_EFORMAT, "%s: is a zip archive; unpack it first (unzip)", s->path);
    return ISO_OK;
}

static iso_err read_any(struct iso_vectors_store *s)
{
    unsigned char head[8] = {0};
    const int64_t len = s->file->size < 8 ? s->file->size : 8;
    bool binary = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_read(s->file, 0, head, len));
    ISO_TRY(refuse(s, (const char *)head, len));
    if (memcmp(head, "\x89HDF\r\n\x1a\n", 8) == 0)
        return iso_vectors_native(s);
    if ((head[0] | head[1] << 8 | head[2] << 16 | (int64_t)head[3] << 24) == ISO_FASTTEXT_MAGIC)
        return iso_vectors_fasttext(s);
    ISO_TRY(iso_vectors_text(s, &binary));
    if (binary)
        ISO_TRY(iso_vectors_binary(s));
done:
    return err;
}

static void free_store(struct iso_vectors_store *s)
{
    if (!s)
        return;
    iso_buf_free(&s->word);
    iso_word_set_free(&s->set);
    iso_free(s->rows);
    iso_free(s->counts);
    for (int i = 0; i < ISO_ODD_FEW; i++)
        iso_free(s->odd.few[i]);
    iso_free(s);
}

static void hand_over(iso_vectors *out, struct iso_vectors_store *s)
{
    iso_buf_free(&s->word);
    s->path = s->unit = NULL;
    s->opt = NULL;
    s->file = NULL;
    *out = (iso_vectors){.count = s->set.count,
                         .dim = s->dim,
                         .words = s->set.words,
                         .rows = {s->rows, s->set.count, s->dim, s->dim, ISO_F32, NULL},
                         .counts = s->counts,
                         .odd = s->odd,
                         .store = s};
}

iso_err iso_vectors_read(iso_vectors *out, const char *path, const iso_vectors_opt *opt)
{
    static const iso_vectors_opt none = {0};
    struct iso_vectors_store *s = NULL;
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(out && path, "no file of word vectors is named");
    opt = opt ? opt : &none;
    ISO_NEED(opt->limit >= 0, "%" PRId64 " words of %s: give a positive number", opt->limit, path);
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    ISO_TRY(iso_word_text_named(&s->how, opt->encoding, opt->lower));
    ISO_TRY(iso_file_open(&file, path));
    s->path = path;
    s->unit = "line";
    s->opt = opt;
    s->file = file;
    ISO_TRY(read_any(s));
    if (s->set.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: no word can be used%s%s", path, s->odd.few[0] ? ": " : "",
                 s->odd.few[0] ? s->odd.few[0] : "");
    hand_over(out, s);
    s = NULL;
done:
    iso_file_close(file);
    free_store(s);
    return err;
}

void iso_vectors_free(iso_vectors *v)
{
    if (!v)
        return;
    free_store(v->store);
    *v = (iso_vectors){0};
}

int64_t iso_vectors_find(const iso_vectors *v, const char *word)
{
    return v->store ? iso_word_set_find(&v->store->set, word, (int64_t)strlen(word)) : -1;
}
