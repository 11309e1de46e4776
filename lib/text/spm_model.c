#include "lib/text/spm_model.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/text/base64.h"
#include "lib/text/proto.h"

/* Fields of sentencepiece_model.proto. */
enum { MODEL_PIECES = 1, MODEL_TRAINER = 2, MODEL_NORMALIZER = 3 };
enum { PIECE_TEXT = 1, PIECE_SCORE = 2, PIECE_TYPE = 3 };
enum { TRAINER_MODEL_TYPE = 3, TRAINER_VOCAB_SIZE = 4, TRAINER_UNK_ID = 40 };
enum {
    NORMALIZER_CHARSMAP = 2,
    NORMALIZER_ADD_DUMMY_PREFIX = 3,
    NORMALIZER_REMOVE_EXTRA_WHITESPACES = 4,
    NORMALIZER_ESCAPE_WHITESPACES = 5
};
enum piece_type { NORMAL = 1, UNKNOWN = 2, CONTROL = 3, USER_DEFINED = 4 };
enum { UNIGRAM = 1 };

/* What the file's parts come to. */
struct plan {
    const char *name;
    int64_t count; /* pieces of the vocabulary, then with the tokens added behind it */
    int64_t unknown;
    const iso_json **added; /* of each piece, or NULL */
    iso_buf charsmap;
    bool metaspace, prefix, split, collapse, strip;
};

static iso_err unsupported(const struct plan *p, const char *part, const char *what)
{
    return iso_fail(ISO_EUNSUP, "%s: a SentencePiece model cannot express %s %s", p->name, part,
                    what ? what : "without a type");
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
        return unsupported(p, "normalizer", "Precompiled, twice");
    const iso_err err = iso_base64_decode(&p->charsmap, text);
    return err ? iso_fail_in(err, "%s: precompiled_charsmap", p->name) : ISO_OK;
}

static iso_err take_replace(struct plan *p, const iso_json *step)
{
    const char *pattern = iso_json_text(iso_json_get(iso_json_get(step, "pattern"), "Regex"));
    const char *content = iso_json_text(iso_json_get(step, "content"));

    if (!iso_str_same(pattern, " {2,}") ||
        !(iso_str_same(content, " ") || iso_str_same(content, "\xe2\x96\x81")))
        return unsupported(p, "normalizer", "Replace, but of \" {2,}\" with a space");
    p->collapse = true;
    return ISO_OK;
}

static iso_err take_normalizer(struct plan *p, const iso_json *step)
{
    if (is_type(step, "Precompiled"))
        return take_charsmap(p, step);
    if (is_type(step, "Replace"))
        return take_replace(p, step);
    if (!is_type(step, "Strip"))
        return unsupported(p, "normalizer", iso_json_text(iso_json_get(step, "type")));
    p->strip = true;
    return ISO_OK;
}

static iso_err take_metaspace(struct plan *p, const iso_json *step)
{
    const iso_json *scheme = iso_json_get(step, "prepend_scheme");
    const char *word = iso_json_text(scheme);

    if (!iso_str_same(iso_json_text(iso_json_get(step, "replacement")), "\xe2\x96\x81"))
        return unsupported(p, "pre_tokenizer", "Metaspace with another replacement than U+2581");
    if (!is_null(scheme) && !iso_str_same(word, "always") && !iso_str_same(word, "first") &&
        !iso_str_same(word, "never"))
        return unsupported(p, "pre_tokenizer", "Metaspace with an unknown prepend_scheme");
    p->metaspace = true;
    p->prefix =
        word ? strcmp(word, "never") != 0 : not_false(iso_json_get(step, "add_prefix_space"));
    return ISO_OK;
}

static iso_err take_pre_tokenizer(struct plan *p, const iso_json *step)
{
    if (is_type(step, "Metaspace") && !p->metaspace)
        return take_metaspace(p, step);
    if (!is_type(step, "WhitespaceSplit"))
        return unsupported(p, "pre_tokenizer", iso_json_text(iso_json_get(step, "type")));
    p->split = true;
    return ISO_OK;
}

static iso_err plan_spaces(struct plan *p, const iso_json *tokenizer)
{
    iso_err err = ISO_OK;

    ISO_TRY(take_steps(p, iso_json_get(tokenizer, "normalizer"), "normalizers", take_normalizer));
    ISO_TRY(take_steps(p, iso_json_get(tokenizer, "pre_tokenizer"), "pretokenizers",
                       take_pre_tokenizer));
    if (!p->metaspace)
        ISO_TRY(unsupported(p, "pre_tokenizer", "other than Metaspace"));
    if (p->split && !p->prefix)
        ISO_TRY(unsupported(p, "pre_tokenizer", "WhitespaceSplit without a prefix"));
    if (p->strip && !p->collapse && !p->split)
        ISO_TRY(unsupported(p, "normalizer", "Strip without a Replace of \" {2,}\""));
done:
    return err;
}

/* Tokens added within the vocabulary or right behind it, each at its id. */
static iso_err plan_added(struct plan *p, const iso_json *added)
{
    const int64_t most = p->count + iso_json_count(added);
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->added, most, sizeof *p->added));
    for (const iso_json *a = iso_json_first(added); a; a = iso_json_next(a)) {
        int64_t id;
        if (!iso_json_int(&id, iso_json_get(a, "id")) || !iso_json_text(iso_json_get(a, "content")))
            ISO_TRY(misshapen(p, "an entry of added_tokens without id or content"));
        if (id < 0 || id >= most)
            ISO_FAIL(ISO_EUNSUP, "%s: added token %lld of %lld pieces: ids with gaps", p->name,
                     (long long)id, (long long)most);
        p->added[id] = a;
    }
    while (p->count < most && p->added[p->count])
        p->count++;
    for (int64_t id = p->count; id < most; id++) {
        if (p->added[id])
            ISO_FAIL(ISO_EUNSUP, "%s: added token %lld after %lld pieces: ids with gaps", p->name,
                     (long long)id, (long long)p->count);
    }
done:
    return err;
}

static iso_err plan_model(struct plan *p, const iso_json *model)
{
    const iso_json *vocab = iso_json_get(model, "vocab");

    if (!is_type(model, "Unigram"))
        return unsupported(p, "model", iso_json_text(iso_json_get(model, "type")));
    if (iso_json_true(iso_json_get(model, "byte_fallback")))
        return unsupported(p, "model", "with byte_fallback");
    if (iso_json_is(vocab) != ISO_JSON_ARRAY)
        return misshapen(p, "model.vocab is no list of [piece, score]");
    p->count = iso_json_count(vocab);
    if (!iso_json_int(&p->unknown, iso_json_get(model, "unk_id")) || p->unknown < 0 ||
        p->unknown >= p->count)
        return iso_fail(ISO_EFORMAT, "%s: model.unk_id is no place among the %lld pieces", p->name,
                        (long long)p->count);
    return ISO_OK;
}

/* Writing ----------------------------------------------------------------------- */

static enum piece_type type_of(const struct plan *p, int64_t id)
{
    if (id == p->unknown)
        return UNKNOWN;
    if (!p->added[id])
        return NORMAL;
    return iso_json_true(iso_json_get(p->added[id], "special")) ? CONTROL : USER_DEFINED;
}

static iso_err put_piece(iso_buf *out, iso_buf *piece, const struct plan *p, int64_t id,
                         const char *text, double score)
{
    iso_err err = ISO_OK;

    piece->len = 0;
    ISO_TRY(iso_proto_put_bytes(piece, PIECE_TEXT, text, (int64_t)strlen(text)));
    ISO_TRY(iso_proto_put_float(piece, PIECE_SCORE, (float)score));
    ISO_TRY(iso_proto_put(piece, PIECE_TYPE, type_of(p, id)));
    ISO_TRY(iso_proto_put_bytes(out, MODEL_PIECES, piece->text, piece->len));
done:
    return err;
}

static iso_err put_pieces(iso_buf *out, const struct plan *p, const iso_json *vocab)
{
    iso_buf piece = {0};
    int64_t id = 0;
    iso_err err = ISO_OK;

    for (const iso_json *v = iso_json_first(vocab); v; v = iso_json_next(v), id++) {
        const char *text = iso_json_text(iso_json_at(v, 0));
        double score;
        if (iso_json_count(v) != 2 || !text || !iso_json_number(&score, iso_json_at(v, 1)) ||
            fabs(score) > FLT_MAX)
            ISO_FAIL(ISO_EFORMAT, "%s: entry %lld of model.vocab is no [piece, score]", p->name,
                     (long long)id);
        ISO_TRY(put_piece(out, &piece, p, id, text, score));
    }
    for (; id < p->count; id++)
        ISO_TRY(
            put_piece(out, &piece, p, id, iso_json_text(iso_json_get(p->added[id], "content")), 0));
done:
    iso_buf_free(&piece);
    return err;
}

static iso_err put_specs(iso_buf *out, const struct plan *p)
{
    iso_buf spec = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_proto_put(&spec, TRAINER_MODEL_TYPE, UNIGRAM));
    ISO_TRY(iso_proto_put(&spec, TRAINER_VOCAB_SIZE, (uint64_t)p->count));
    ISO_TRY(iso_proto_put(&spec, TRAINER_UNK_ID, (uint64_t)p->unknown));
    ISO_TRY(iso_proto_put_bytes(out, MODEL_TRAINER, spec.text, spec.len));
    spec.len = 0;
    ISO_TRY(iso_proto_put_bytes(&spec, NORMALIZER_CHARSMAP, p->charsmap.text, p->charsmap.len));
    ISO_TRY(iso_proto_put(&spec, NORMALIZER_ADD_DUMMY_PREFIX, p->prefix));
    ISO_TRY(iso_proto_put(&spec, NORMALIZER_REMOVE_EXTRA_WHITESPACES, p->collapse || p->split));
    ISO_TRY(iso_proto_put(&spec, NORMALIZER_ESCAPE_WHITESPACES, 1));
    ISO_TRY(iso_proto_put_bytes(out, MODEL_NORMALIZER, spec.text, spec.len));
done:
    iso_buf_free(&spec);
    return err;
}

iso_err iso_spm_model_of_json(iso_buf *out, const iso_json *tokenizer, const char *name)
{
    const iso_json *model = iso_json_get(tokenizer, "model");
    struct plan p = {.name = name};
    const int64_t before = out->len;
    iso_err err = ISO_OK;

    ISO_TRY(plan_model(&p, model));
    ISO_TRY(plan_spaces(&p, tokenizer));
    ISO_TRY(plan_added(&p, iso_json_get(tokenizer, "added_tokens")));
    ISO_TRY(put_pieces(out, &p, iso_json_get(model, "vocab")));
    ISO_TRY(put_specs(out, &p));
done:
    if (err)
        out->len = before;
    iso_free(p.added);
    iso_buf_free(&p.charsmap);
    return err;
}
