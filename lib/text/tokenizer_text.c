/* One text into pieces: split at added tokens first, what lies between them cut by the model. */
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/text/spm_parts.h"
#include "lib/text/tokenizer_inside.h"
#include "lib/text/unicode.h"

#define BLANK "\xe2\x96\x81"

/* One call: the text, where pieces go, scratch. */
struct cut {
    const iso_tokenizer *t;
    iso_tokens *out;
    int64_t first, most;
    iso_normal normal, spaces, blanks;
};

static bool enough(const struct cut *c)
{
    return c->most > 0 && c->out->count - c->first > c->most;
}

/* --- The normalised text --- */

/* The bytes of a text without the white space at its end. */
static int64_t stripped(const char *text, int64_t len)
{
    uint32_t p;

    for (int size; (size = iso_utf8_last(&p, text, len)) && iso_unicode_space(p);)
        len -= size;
    return len;
}

/* Several blanks become what the file says, white space at the end goes. */
static iso_err mend_spaces(iso_normal *out, const iso_normal *n, const iso_spm_spaces *spaces)
{
    const char *text = n->text.text;
    const int64_t len = spaces->strip ? stripped(text, n->text.len) : n->text.len;
    iso_err err = ISO_OK;

    iso_normal_clear(out);
    for (int64_t i = 0, next; i < len; i = next) {
        for (next = i + 1; text[i] == ' ' && next < len && text[next] == ' ';)
            next++;
        const bool run = spaces->run && next - i > 1;
        if (run)
            ISO_TRY(iso_normal_add(out, spaces->run, (int64_t)strlen(spaces->run), n->begin[i],
                                   n->end[next - 1]));
        for (int64_t k = i; !run && k < next; k++)
            ISO_TRY(iso_normal_add(out, text + k, 1, n->begin[k], n->end[k]));
    }
done:
    return err;
}

iso_err iso_tokenizer_normal(iso_normal *out, const iso_tokenizer *t, const char *text, int64_t len)
{
    iso_normal ruled = {0};
    iso_err err = ISO_OK;

    if (!t->spm)
        return iso_wordpiece_normal(out, t->wordpiece, text, len);
    if (!t->spaces.run && !t->spaces.strip)
        return iso_spm_normal(out, t->spm, text, len);
    ISO_TRY(iso_spm_normal(&ruled, t->spm, text, len));
    ISO_TRY(mend_spaces(out, &ruled, &t->spaces));
done:
    iso_normal_free(&ruled);
    return err;
}

/* --- Text without added tokens --- */

static bool blank_at(const iso_normal *n, int64_t at)
{
    return at >= 0 && at < n->text.len && n->text.text[at] == ' ';
}

/* Where Metaspace stands alone, white space at the end of a text, in c->spaces, is a piece, which a
 * model would not make of it. */
static iso_err add_tail(struct cut *c, int64_t len)
{
    const iso_tokenizer *t = c->t;
    int64_t from = len;

    for (int64_t i = c->spaces.text.len - 1; blank_at(&c->spaces, i); i--)
        from = c->spaces.begin[i];
    return from < len ? iso_tokens_add(c->out, iso_spm_find(t->spm, BLANK), from, len) : ISO_OK;
}

/* A blank at the start is the prefix; a model that drops it has to put one there. */
static const iso_spm *model_for(const struct cut *c, bool begins)
{
    const iso_tokenizer *t = c->t;

    if (!t->bare)
        return t->spm;
    if (blank_at(&c->spaces, 0))
        return t->spaces.run ? t->spm : t->bare;
    if (t->spaces.prefix == ISO_PREFIX_FIRST)
        return begins ? t->spm : t->bare;
    return t->spaces.prefix == ISO_PREFIX_NEVER ? t->bare : t->spm;
}

static iso_err cut_spm(struct cut *c, const char *text, int64_t len, bool begins, bool whole)
{
    const iso_tokenizer *t = c->t;
    const iso_spm *rest = t->bare && !t->spaces.run ? t->bare : t->spm;
    const int64_t left = c->most - (c->out->count - c->first);
    const bool tail = !t->spaces.split && t->spaces.run && !(whole && t->spaces.strip);
    iso_err err = ISO_OK;

    if (t->bare || tail)
        ISO_TRY(iso_spm_normal(&c->spaces, t->spm, text, len));
    ISO_TRY(iso_spm_encode_parts(model_for(c, begins), rest, c->out, text, len,
                                 c->most == 0 ? 0
                                 : left > 0   ? left
                                              : 1,
                                 t->spaces.split));
    if (tail && !enough(c))
        ISO_TRY(add_tail(c, len));
done:
    return err;
}

/* U+2581 is how Metaspace writes a blank: as one it is cut. */
static iso_err cut_blanks(struct cut *c, const char *text, int64_t len, bool begins, bool whole)
{
    const int64_t before = c->out->count;
    iso_err err = ISO_OK;

    iso_normal_clear(&c->blanks);
    for (int64_t i = 0, size; i < len; i += size) {
        const bool blank = len - i >= 3 && memcmp(text + i, BLANK, 3) == 0;
        size = blank ? 3 : 1;
        ISO_TRY(iso_normal_add(&c->blanks, blank ? " " : text + i, 1, i, i + size));
    }
    ISO_TRY(cut_spm(c, c->blanks.text.text, c->blanks.text.len, begins, whole));
    for (int64_t i = before; i < c->out->count; i++)
        iso_normal_original(&c->blanks, &c->out->begin[i], &c->out->end[i]);
done:
    return err;
}

/* Turns the ids of tokens `first` on from the model's into the family's. */
static void count_as_family(const struct cut *c, int64_t first)
{
    const iso_fairseq *f = &c->t->fairseq;
    const int32_t unknown = iso_spm_unknown(c->t->spm);

    for (int64_t i = first; i < c->out->count; i++) {
        const int32_t id = c->out->ids[i];
        c->out->ids[i] = id == unknown ? f->unknown : id + f->offset;
    }
}

/* `whole`: a text as it stands, which may lose the white space at its end. */
static iso_err add_spm(struct cut *c, const char *text, int64_t len, bool begins, bool whole)
{
    const int64_t before = c->out->count;
    iso_err err = ISO_OK;

    if (whole && c->t->spaces.strip)
        len = stripped(text, len);
    ISO_TRY(memmem(text, (size_t)len, BLANK, 3) ? cut_blanks(c, text, len, begins, whole)
                                                : cut_spm(c, text, len, begins, whole));
    count_as_family(c, before);
done:
    return err;
}

/* Pieces of text[from, to). */
static iso_err add_plain(struct cut *c, const char *text, int64_t from, int64_t to, bool begins,
                         bool whole)
{
    const int64_t before = c->out->count;
    iso_err err = ISO_OK;

    if (from >= to || enough(c))
        goto done;
    ISO_TRY(c->t->spm ? add_spm(c, text + from, to - from, begins && from == 0, whole)
                      : iso_wordpiece_encode(c->t->wordpiece, c->out, text + from, to - from));
    for (int64_t i = before; i < c->out->count; i++) {
        c->out->begin[i] += from;
        c->out->end[i] += from;
    }
done:
    return err;
}

static iso_err add_match(struct cut *c, const iso_added_match *m)
{
    return iso_tokens_add(c->out, m->token->id, m->begin, m->end);
}

/* --- Added tokens --- */

/* Splits the normalised text at those that are looked for there. */
static iso_err split_normal(struct cut *c, iso_added_match m, bool begins)
{
    const iso_normal *n = &c->normal;
    int64_t at = 0;
    iso_err err = ISO_OK;

    do {
        ISO_TRY(add_plain(c, n->text.text, at, m.begin, begins, false));
        ISO_TRY(add_match(c, &m));
        at = m.end;
    } while (!enough(c) && iso_added_next(&m, c->t->added, true, n->text.text, n->text.len));
    ISO_TRY(add_plain(c, n->text.text, at, n->text.len, begins, false));
done:
    return err;
}

/* text[from, to) between two of those that are looked for in the text as it stands. */
static iso_err add_gap(struct cut *c, const char *text, int64_t from, int64_t to)
{
    const int64_t before = c->out->count;
    const iso_normal *n = &c->normal;
    iso_added_match m = {0};
    bool found = false;
    iso_err err = ISO_OK;

    if (from >= to || enough(c))
        goto done;
    if (iso_added_count(c->t->added, true) > 0) {
        ISO_TRY(iso_tokenizer_normal(&c->normal, c->t, text + from, to - from));
        found = iso_added_next(&m, c->t->added, true, n->text.text, n->text.len);
    }
    if (!found) {
        ISO_TRY(add_plain(c, text, from, to, true, true));
        goto done;
    }
    ISO_TRY(split_normal(c, m, from == 0));
    for (int64_t i = before; i < c->out->count; i++) {
        iso_normal_original(n, &c->out->begin[i], &c->out->end[i]);
        c->out->begin[i] += from;
        c->out->end[i] += from;
    }
done:
    return err;
}

iso_err iso_tokenizer_text(const iso_tokenizer *t, iso_tokens *out, const char *text, int64_t len,
                           int64_t most)
{
    struct cut c = {.t = t, .out = out, .first = out->count, .most = most};
    iso_added_match m = {0};
    int64_t at = 0;
    iso_err err = ISO_OK;

    while (!enough(&c) && iso_added_next(&m, t->added, false, text, len)) {
        ISO_TRY(add_gap(&c, text, at, m.begin));
        ISO_TRY(add_match(&c, &m));
        at = m.end;
    }
    ISO_TRY(add_gap(&c, text, at, len));
done:
    iso_normal_free(&c.normal);
    iso_normal_free(&c.spaces);
    iso_normal_free(&c.blanks);
    return err;
}
