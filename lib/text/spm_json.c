/* A unigram tokenizer.json: its steps as rules of a SentencePiece model, its vocabulary as pieces.
 */
#include "lib/text/spm_json.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/base64.h"
#include "lib/text/spm_inside.h"

/* What the file's parts come to. */
struct plan {
    const char *name;
    const iso_json_pairs *vocab;
    int64_t unknown;
    bool *special; /* pieces that are special added tokens */
    iso_buf charsmap;
    iso_spm_spaces spaces;
    bool metaspace, bytes;
};

static const char NORMALISES[] = "normalises texts by", SPLITS[] = "splits texts by";

/* `does` is what the tokenizer does by it: "normalises texts by NFKC". */
static iso_err unsupported(const struct plan *p, const char *does, const char *what)
{
    return iso_fail(ISO_EUNSUP,
                    "%s: its tokenizer %s %s, which is not supported for SentencePiece unigram "
                    "models; " ISO_TOKEN_IDS,
                    p->name, does, what ? what : "something without a type");
}

static iso_err misshapen(const struct plan *p, const char *what)
{
    return iso_fail(ISO_EFORMAT, "%s: %s", p->name, what);
}

static bool is_type(const iso_json *node, const char *type)
{
    return iso_str_same(iso_json_text(iso_json_get(node, "type")), type);
}

static bool is_null(const iso_json *node)
{
    return iso_json_is(node) == ISO_JSON_NONE || iso_json_is(node) == ISO_JSON_NULL;
}

/* True unless the file says false. */
static bool not_false(const iso_json *node)
{
    return is_null(node) || iso_json_true(node);
}

/* A part that is one step or a Sequence of such; what takes a step knows its kinds. */
typedef iso_err take_step(struct plan *p, const iso_json *step);

static iso_err take_steps(struct plan *p, const iso_json *part, const char *list, take_step *take)
{
    iso_err err = ISO_OK;

    if (is_null(part))
        return ISO_OK;
    if (!is_type(part, "Sequence"))
        return take(p, part);
    for (const iso_json *s = iso_json_first(iso_json_get(part, list)); s; s = iso_json_next(s))
        ISO_TRY(take(p, s));
done:
    return err;
}

static iso_err take_charsmap(struct plan *p, const iso_json *step)
{
    const char *text = iso_json_text(iso_json_get(step, "precompiled_charsmap"));

    if (!text)
        return misshapen(p, "a Precompiled normalizer without precompiled_charsmap");
    if (p->charsmap.len > 0)
        return unsupported(p, NORMALISES, "Precompiled, twice");
    const iso_err err = iso_base64_decode(&p->charsmap, text);
    return err ? iso_fail_in(err, "%s: precompiled_charsmap", p->name) : ISO_OK;
}

static iso_err take_replace(struct plan *p, const iso_json *step)
{
    const char *pattern = iso_json_text(iso_json_get(iso_json_get(step, "pattern"), "Regex"));
    const char *content = iso_json_text(iso_json_get(step, "content"));

    if (!iso_str_same(pattern, " {2,}") ||
        !(iso_str_same(content, " ") || iso_str_same(content, "\xe2\x96\x81")))
        return unsupported(p, NORMALISES, "Replace, but of \" {2,}\" with a space");
    p->spaces.run = *content == ' ' ? " " : "\xe2\x96\x81";
    return ISO_OK;
}

static iso_err take_normalizer(struct plan *p, const iso_json *step)
{
    if (is_type(step, "Precompiled"))
        return take_charsmap(p, step);
    if (is_type(step, "Replace"))
        return take_replace(p, step);
    if (!is_type(step, "Strip"))
        return unsupported(p, NORMALISES, iso_json_text(iso_json_get(step, "type")));
    if (!not_false(iso_json_get(step, "strip_right")))
        return unsupported(p, NORMALISES, "Strip of the left side alone");
    p->spaces.strip = true;
    return ISO_OK;
}

static iso_err take_metaspace(struct plan *p, const iso_json *step)
{
    const iso_json *scheme = iso_json_get(step, "prepend_scheme");
    const char *word = iso_json_text(scheme);

    if (!iso_str_same(iso_json_text(iso_json_get(step, "replacement")), "\xe2\x96\x81"))
        return unsupported(p, SPLITS, "Metaspace with another replacement than U+2581");
    if (!is_null(scheme) && !iso_str_same(word, "always") && !iso_str_same(word, "first") &&
        !iso_str_same(word, "never"))
        return unsupported(p, SPLITS, "Metaspace with an unknown prepend_scheme");
    p->metaspace = true;
    const bool never =
        word ? strcmp(word, "never") == 0 : !not_false(iso_json_get(step, "add_prefix_space"));
    p->spaces.prefix = never                         ? ISO_PREFIX_NEVER
                       : iso_str_same(word, "first") ? ISO_PREFIX_FIRST
                                                     : ISO_PREFIX_ALWAYS;
    return ISO_OK;
}

static iso_err take_pre_tokenizer(struct plan *p, const iso_json *step)
{
    if (is_type(step, "Metaspace") && !p->metaspace)
        return take_metaspace(p, step);
    if (!is_type(step, "WhitespaceSplit"))
        return unsupported(p, SPLITS, iso_json_text(iso_json_get(step, "type")));
    p->spaces.split = true;
    return ISO_OK;
}

static iso_err plan_spaces(struct plan *p, const iso_json *tokenizer)
{
    iso_err err = ISO_OK;

    ISO_TRY(take_steps(p, iso_json_get(tokenizer, "normalizer"), "normalizers", take_normalizer));
    ISO_TRY(take_steps(p, iso_json_get(tokenizer, "pre_tokenizer"), "pretokenizers",
                       take_pre_tokenizer));
    if (!p->metaspace)
        ISO_TRY(unsupported(p, SPLITS, "other means than Metaspace"));
    if (p->spaces.split && p->spaces.prefix != ISO_PREFIX_ALWAYS)
        ISO_TRY(unsupported(p, SPLITS, "WhitespaceSplit without a prefix to every word"));
    if (p->spaces.strip && !p->spaces.run && !p->spaces.split)
        ISO_TRY(unsupported(p, NORMALISES, "Strip without a Replace of \" {2,}\""));
done:
    return err;
}

/* Special tokens within the vocabulary. */
static iso_err plan_added(struct plan *p, const iso_json *added)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->special, p->vocab->count, sizeof *p->special));
    for (const iso_json *a = iso_json_first(added); a; a = iso_json_next(a)) {
        int64_t id;
        if (iso_json_int(&id, iso_json_get(a, "id")) && id >= 0 && id < p->vocab->count)
            p->special[id] |= iso_json_true(iso_json_get(a, "special"));
    }
done:
    return err;
}

/* Only a list of pairs was read apart. */
static iso_err refuse_vocab(const struct plan *p, const iso_json *vocab)
{
    const iso_json *entry = iso_json_first(vocab);
    iso_json_pair pair;
    int64_t id = 0;

    if (iso_json_is(vocab) != ISO_JSON_ARRAY)
        return misshapen(p, "model.vocab is no list of [piece, score]");
    for (; entry && iso_json_pair_of(&pair, entry); entry = iso_json_next(entry))
        id++;
    return entry ? iso_fail(ISO_EFORMAT, "%s: entry %lld of model.vocab is no [piece, score]",
                            p->name, (long long)id)
                 : misshapen(p, "model.vocab is empty");
}

static iso_err plan_model(struct plan *p, const iso_json *model)
{
    if (!is_type(model, "Unigram"))
        return unsupported(p, "is of the model", iso_json_text(iso_json_get(model, "type")));
    p->bytes = iso_json_true(iso_json_get(model, "byte_fallback"));
    if (p->vocab->count == 0)
        return refuse_vocab(p, iso_json_get(model, "vocab"));
    if (!iso_json_int(&p->unknown, iso_json_get(model, "unk_id")) || p->unknown < 0 ||
        p->unknown >= p->vocab->count)
        return iso_fail(ISO_EFORMAT, "%s: model.unk_id is no place among the %lld pieces", p->name,
                        (long long)p->vocab->count);
    return ISO_OK;
}

/* --- The model --- */

/* "<0x0A>", as bytes are called. */
static bool is_byte(const char *text)
{
    static const char digits[] = "0123456789ABCDEF";

    return strncmp(text, "<0x", 3) == 0 && strlen(text) == 6 && strchr(digits, text[3]) &&
           strchr(digits, text[4]) && text[5] == '>';
}

static iso_piece_kind kind_of(const struct plan *p, int64_t id, const char *text)
{
    if (id == p->unknown)
        return ISO_PIECE_UNKNOWN;
    if (p->bytes && is_byte(text))
        return ISO_PIECE_BYTE;
    return p->special[id] ? ISO_PIECE_CONTROL : ISO_PIECE_NORMAL;
}

static iso_err add_piece(iso_spm *s, char **to, const struct plan *p, int64_t id)
{
    const char *text = p->vocab->pair[id].text;
    const double score = p->vocab->pair[id].number;
    const int64_t len = (int64_t)strlen(text);

    if (fabs(score) > FLT_MAX)
        return iso_fail(ISO_EFORMAT,
                        "%s: entry %lld of model.vocab, \"%.60s\", has a score that is not finite: "
                        "damaged file",
                        p->name, (long long)id, text);
    memcpy(*to, text, (size_t)len + 1);
    const iso_err err = iso_spm_add(s, *to, len, (float)score, kind_of(p, id, text), p->name);
    *to += len + 1;
    return err;
}

/* Bytes of all pieces and rules, with a NUL behind each. */
static int64_t size_of(const struct plan *p)
{
    int64_t sum = p->charsmap.len + 1;

    for (int64_t id = 0; id < p->vocab->count; id++)
        sum += (int64_t)strlen(p->vocab->pair[id].text) + 1;
    return sum;
}

static iso_err take_pieces(char **to, iso_spm *s, const struct plan *p)
{
    int64_t bytes = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_unigram_new(&s->pieces, p->vocab->count));
    for (int64_t id = 0; id < p->vocab->count; id++) {
        ISO_TRY(add_piece(s, to, p, id));
        bytes += s->pieces.piece[id].kind == ISO_PIECE_BYTE;
    }
    if (p->bytes && bytes != 256)
        ISO_FAIL(ISO_EFORMAT, "%s: byte_fallback with %lld of the 256 pieces <0x00> to <0xFF>",
                 p->name, (long long)bytes);
done:
    return err;
}

static iso_err make(iso_spm **out, const struct plan *p)
{
    iso_spm *s = NULL;
    char *to;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    ISO_TRY(iso_alloc_raw(&s->bytes, size_of(p), 1));
    to = s->bytes;
    ISO_TRY(take_pieces(&to, s, p));
    if (p->charsmap.len > 0)
        memcpy(to, p->charsmap.text, (size_t)p->charsmap.len);
    to[p->charsmap.len] = '\0';
    s->rules = to;
    s->rules_len = p->charsmap.len;
    s->prefix = s->escape = true;
    s->squeeze = p->spaces.run || p->spaces.split;
    s->fallback = p->bytes;
    ISO_TRY(iso_spm_seal(s, p->name));
    *out = s;
    s = NULL;
done:
    iso_spm_close(s);
    return err;
}

iso_err iso_spm_of_json(iso_spm **out, iso_spm_spaces *spaces, const iso_json *tokenizer,
                        const iso_json_pairs *vocab, const char *name)
{
    struct plan p = {.name = name, .vocab = vocab};
    iso_err err = ISO_OK;

    ISO_TRY(plan_model(&p, iso_json_get(tokenizer, "model")));
    ISO_TRY(plan_spaces(&p, tokenizer));
    ISO_TRY(plan_added(&p, iso_json_get(tokenizer, "added_tokens")));
    ISO_TRY(make(out, &p));
    *spaces = p.spaces;
done:
    iso_free(p.special);
    iso_buf_free(&p.charsmap);
    return err;
}
