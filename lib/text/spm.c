#include "lib/text/spm.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/file.h"
#include "lib/text/spm_inside.h"

/* --- Open --- */

void iso_spm_close(iso_spm *s)
{
    if (!s)
        return;
    if (s->bytes) {
        iso_unigram_free(&s->pieces);
        iso_free(s->bytes);
    }
    iso_free(s);
}

/* One with room for the bytes of a model, and a NUL. */
static iso_err begin(iso_spm **out, int64_t len, const char *name)
{
    iso_spm *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_spm_fits(len, name));
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    ISO_TRY(iso_alloc(&s->bytes, len + 1, 1));
    *out = s;
    s = NULL;
done:
    iso_spm_close(s);
    return err;
}

iso_err iso_spm_of_bytes(iso_spm **out, const void *model, int64_t len, const char *name)
{
    iso_spm *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(begin(&s, len, name));
    if (len > 0)
        memcpy(s->bytes, model, (size_t)len);
    ISO_TRY(iso_spm_read(s, len, name));
    *out = s;
    s = NULL;
done:
    iso_spm_close(s);
    return err;
}

iso_err iso_spm_open(iso_spm **out, const char *path)
{
    iso_file *file = NULL;
    iso_spm *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(begin(&s, file->size, path));
    ISO_TRY(iso_file_read(file, 0, s->bytes, file->size));
    ISO_TRY(iso_spm_read(s, file->size, path));
    *out = s;
    s = NULL;
done:
    iso_spm_close(s);
    iso_file_close(file);
    return err;
}

iso_err iso_spm_bare(iso_spm **out, const iso_spm *of)
{
    iso_spm *s = NULL;
    const iso_err err = iso_alloc(&s, 1, sizeof *s);

    if (err)
        return err;
    *s = *of;
    s->bytes = NULL;
    s->prefix = false;
    *out = s;
    return ISO_OK;
}

/* --- Asking --- */

int32_t iso_spm_size(const iso_spm *s)
{
    return (int32_t)s->pieces.count;
}

const char *iso_spm_piece(int64_t *len, const iso_spm *s, int32_t id)
{
    *len = 0;
    if (id < 0 || id >= s->pieces.count)
        return "";
    *len = s->pieces.piece[id].len;
    return s->pieces.piece[id].text;
}

float iso_spm_score(const iso_spm *s, int32_t id)
{
    return id >= 0 && id < s->pieces.count ? s->pieces.piece[id].score : 0;
}

int32_t iso_spm_find(const iso_spm *s, const char *piece)
{
    const int32_t id = iso_unigram_find(&s->pieces, piece, (int64_t)strlen(piece));

    return id < 0 ? s->pieces.unknown : id;
}

int32_t iso_spm_unknown(const iso_spm *s)
{
    return s->pieces.unknown;
}

/* --- Cutting --- */

/* The bytes of a character that no piece has; the last stands for it. */
static iso_err add_bytes(iso_tokens *out, const iso_spm *s, const char *text, int64_t len,
                         int64_t begin, int64_t end)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < len; i++)
        ISO_TRY(iso_tokens_add(out, s->byte_id[(unsigned char)text[i]], begin,
                               i == len - 1 ? end : begin));
done:
    return err;
}

/* Neighbouring unknown characters are one piece. */
static iso_err add_cut(iso_tokens *out, const iso_spm *s, const iso_normal *n, int64_t end,
                       const iso_unigram_step *step)
{
    const int64_t len = n->text.len;
    bool unknown = false; /* so was the piece before */
    iso_err err = ISO_OK;

    for (int64_t at = 0, next; at < len; at = next) {
        const int32_t id = step[at].id;
        next = step[at].to;
        const int64_t from = n->begin[at], to = next < len ? n->begin[next] : end;
        if (id == s->pieces.unknown && s->fallback)
            ISO_TRY(add_bytes(out, s, n->text.text + at, next - at, from, to));
        else if (id == s->pieces.unknown && unknown)
            out->end[out->count - 1] = to;
        else
            ISO_TRY(iso_tokens_add(out, id, from, to));
        unknown = id == s->pieces.unknown;
    }
done:
    return err;
}

iso_err iso_spm_encode(const iso_spm *s, iso_tokens *out, const char *text, int64_t len)
{
    const int64_t most = (INT32_MAX - 16) / s->growth, before = out->count;
    iso_unigram_step *step = NULL;
    iso_normal n = {0};
    int64_t end = 0;
    iso_err err = ISO_OK;

    ISO_NEED(len >= 0 && len <= most, "a text of %lld bytes, at most %lld for this model",
             (long long)len, (long long)most);
    if (len == 0)
        goto done;
    ISO_TRY(iso_spm_ready(&n, &end, s, text, len));
    ISO_TRY(iso_alloc(&step, n.text.len + 1, sizeof *step));
    iso_unigram_cut(step, &s->pieces, n.text.text, (int32_t)n.text.len);
    ISO_TRY(add_cut(out, s, &n, end, step));
done:
    if (err)
        out->count = before;
    iso_normal_free(&n);
    iso_free(step);
    return err;
}
