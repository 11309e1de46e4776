/* The tokenizer of a GGUF file as the tokenizer.json it was made of. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/base64.h"
#include "lib/io/gguf_folder_inside.h"
#include "lib/io/json.h"

#define BLANK "\xe2\x96\x81"

/* Kinds of pieces, as SentencePiece numbers them. */
enum { UNKNOWN = 2, CONTROL = 3, OF_USER = 4 };

enum { FIRST, LAST, PADDING, UNKNOWN_ROLE, MASK, ROLES };

/* Of a WordPiece vocabulary first and last are called cls and sep, of Unigram bos and eos, and
 * files may use either name of both. */
static const struct {
    const char *key, *other;
    const char *name, *also; /* in tokenizer_config.json */
} roles[ROLES] = {
    [FIRST] = {"bos_token_id", "cls_token_id", "bos_token", "cls_token"},
    [LAST] = {"eos_token_id", "seperator_token_id", "eos_token", "sep_token"}, /* sic */
    [PADDING] = {"padding_token_id", NULL, "pad_token", NULL},
    [UNKNOWN_ROLE] = {"unknown_token_id", NULL, "unk_token", NULL},
    [MASK] = {"mask_token_id", NULL, "mask_token", NULL},
};

struct pieces {
    const iso_gguf *g;
    const iso_gguf_fact *scores, *kinds;
    char **text; /* as transformers writes them */
    int64_t count;
    int64_t role[ROLES]; /* ids; -1: none */
    bool unigram;        /* else WordPiece */
};

static void pieces_free(struct pieces *p)
{
    for (int64_t i = 0; p->text && i < p->count; i++)
        iso_free(p->text[i]);
    iso_free(p->text);
}

/* --- Reading ---------------------------------------------------------------------------------- */

static const iso_gguf_fact *list_of(const iso_gguf *g, const char *name, bool texts)
{
    const iso_gguf_fact *f = iso_gguf_find(g, name);

    return f && f->list && (f->of == ISO_GGUF_TEXT) == texts ? f : NULL;
}

/* llama.cpp marks where a word begins, transformers where one goes on; what stands in brackets is
 * left as it is. */
static iso_err wordpiece(iso_buf *out, const char *text, int64_t len)
{
    const int64_t mark = (int64_t)strlen(BLANK);
    iso_err err = ISO_OK;

    if (len >= mark && memcmp(text, BLANK, (size_t)mark) == 0)
        return iso_buf_add(out, text + mark, len - mark);
    if (!(len >= 2 && text[0] == '[' && text[len - 1] == ']'))
        ISO_TRY(iso_buf_puts(out, "##"));
    ISO_TRY(iso_buf_add(out, text, len));
done:
    return err;
}

static iso_err read_texts(struct pieces *p, const iso_gguf_fact *tokens)
{
    int64_t at = 0, len = 0;
    iso_buf buf = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->text, tokens->count, sizeof *p->text));
    p->count = tokens->count;
    for (int64_t i = 0; i < p->count; i++) {
        const char *text = iso_gguf_next(&len, &at, tokens);
        if (memchr(text, 0, (size_t)len))
            ISO_FAIL(ISO_EFORMAT, "%s: piece %" PRId64 " holds a NUL", p->g->path, i);
        buf.len = 0;
        ISO_TRY(p->unigram ? iso_buf_add(&buf, text, len) : wordpiece(&buf, text, len));
        ISO_TRY(iso_str_dup(&p->text[i], buf.len ? buf.text : "", buf.len));
    }
done:
    iso_buf_free(&buf);
    return err;
}

static bool role_id(int64_t *out, const struct pieces *p, const char *key)
{
    iso_buf name = {0};
    const bool found = key && iso_buf_printf(&name, "tokenizer.ggml.%s", key) == ISO_OK &&
                       iso_gguf_int(out, p->g, name.text);

    iso_buf_free(&name);
    return found;
}

static int64_t kind(const struct pieces *p, int64_t id)
{
    return p->kinds ? (int64_t)iso_gguf_entry(p->kinds, id) : 0;
}

static iso_err read_roles(struct pieces *p)
{
    for (int r = 0; r < ROLES; r++) {
        /* of WordPiece [CLS] and [SEP] may be named beside other tokens for begin and end */
        const bool turned = !p->unigram && roles[r].other;
        p->role[r] = -1;
        if (!role_id(&p->role[r], p, turned ? roles[r].other : roles[r].key))
            (void)role_id(&p->role[r], p, turned ? roles[r].key : roles[r].other);
        if (p->role[r] < -1 || p->role[r] >= p->count)
            return iso_fail(ISO_EFORMAT, "%s: tokenizer.ggml.%s is none of the %" PRId64 " pieces",
                            p->g->path, roles[r].key, p->count);
    }
    for (int64_t i = 0; p->role[UNKNOWN_ROLE] < 0 && i < p->count; i++) {
        if (kind(p, i) == UNKNOWN)
            p->role[UNKNOWN_ROLE] = i;
    }
    if (p->role[FIRST] < 0 || p->role[LAST] < 0 || p->role[UNKNOWN_ROLE] < 0)
        return iso_fail(ISO_EFORMAT,
                        "%s: does not say which tokens stand around a text (bos_token_id, "
                        "eos_token_id), or which is unknown",
                        p->g->path);
    return ISO_OK;
}

static iso_err refuse_kind(const iso_gguf *g)
{
    int64_t at = 0, len = 0;
    const char *model = iso_gguf_next(&len, &at, iso_gguf_find(g, "tokenizer.ggml.model"));

    if (!model)
        return iso_fail(ISO_EFORMAT, "%s: holds no tokenizer (tokenizer.ggml.model)", g->path);
    return iso_fail(ISO_EUNSUP,
                    "%s: its tokenizer is %.*s, which is not supported; t5 (Unigram) and bert "
                    "(WordPiece) are, or give token ids made elsewhere (.ids)",
                    g->path, len < 40 ? (int)len : 40, model);
}

static iso_err read_pieces(struct pieces *p, const iso_gguf *g)
{
    const iso_gguf_fact *tokens = list_of(g, "tokenizer.ggml.tokens", true);
    iso_err err = ISO_OK;

    p->g = g;
    p->unigram = iso_gguf_says(g, "tokenizer.ggml.model", "t5");
    p->scores = list_of(g, "tokenizer.ggml.scores", false);
    p->kinds = list_of(g, "tokenizer.ggml.token_type", false);
    if (!p->unigram && !iso_gguf_says(g, "tokenizer.ggml.model", "bert"))
        ISO_TRY(refuse_kind(g));
    if (!tokens || tokens->count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: has no list tokenizer.ggml.tokens", g->path);
    if ((p->unigram && !p->scores) || (p->scores && p->scores->count != tokens->count) ||
        (p->kinds && p->kinds->count != tokens->count))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: tokenizer.ggml.scores or token_type has another length than the %" PRId64
                 " tokens",
                 g->path, tokens->count);
    ISO_TRY(read_texts(p, tokens));
    ISO_TRY(read_roles(p));
done:
    return err;
}

/* --- Special tokens --------------------------------------------------------------------------- */

static bool is_special(const struct pieces *p, int64_t id)
{
    for (int r = 0; r < ROLES; r++) {
        if (p->role[r] == id)
            return true;
    }
    return kind(p, id) == CONTROL;
}

/* The mask takes the blank before it, as in all models of this kind. */
static iso_err add_added(iso_buf *out, const struct pieces *p)
{
    bool any = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, " \"added_tokens\": ["));
    for (int64_t id = 0; id < p->count; id++) {
        const bool special = is_special(p, id);
        if (!special && kind(p, id) != OF_USER)
            continue;
        ISO_TRY(
            iso_buf_printf(out, "%s\n  {\"id\": %" PRId64 ", \"content\": ", any ? "," : "", id));
        ISO_TRY(iso_json_quote(out, p->text[id]));
        ISO_TRY(iso_buf_printf(out,
                               ", \"single_word\": false, \"lstrip\": %s, \"rstrip\": false, "
                               "\"normalized\": %s, \"special\": %s}",
                               p->unigram && id == p->role[MASK] ? "true" : "false",
                               special ? "false" : "true", special ? "true" : "false"));
        any = true;
    }
    ISO_TRY(iso_buf_puts(out, "],\n"));
done:
    return err;
}

static iso_err add_template_token(iso_buf *out, const struct pieces *p, int role, int type)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "{\"SpecialToken\": {\"id\": "));
    ISO_TRY(iso_json_quote(out, p->text[p->role[role]]));
    ISO_TRY(iso_buf_printf(out, ", \"type_id\": %d}}", type));
done:
    return err;
}

static iso_err add_token_ids(iso_buf *out, const struct pieces *p, int role)
{
    const char *text = p->text[p->role[role]];
    iso_err err = ISO_OK;

    ISO_TRY(iso_json_quote(out, text));
    ISO_TRY(iso_buf_puts(out, ": {\"id\": "));
    ISO_TRY(iso_json_quote(out, text));
    ISO_TRY(iso_buf_printf(out, ", \"ids\": [%" PRId64 "], \"tokens\": [", p->role[role]));
    ISO_TRY(iso_json_quote(out, text));
    ISO_TRY(iso_buf_puts(out, "]}"));
done:
    return err;
}

/* first A last, and first A last B last, which is doubled between texts as XLM-R has it. */
static iso_err add_template(iso_buf *out, const struct pieces *p, const bool around[2])
{
    static const char a[] = "{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}";
    const int type = p->unigram ? 0 : 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, " \"post_processor\": {\"type\": \"TemplateProcessing\""));
    for (int pair = 0; pair < 2; pair++) {
        ISO_TRY(iso_buf_printf(out, ",\n  \"%s\": [", pair ? "pair" : "single"));
        if (around[0]) {
            ISO_TRY(add_template_token(out, p, FIRST, 0));
            ISO_TRY(iso_buf_puts(out, ", "));
        }
        ISO_TRY(iso_buf_puts(out, a));
        for (int k = 0; around[1] && k < (pair && p->unigram ? 2 : 1); k++) {
            ISO_TRY(iso_buf_puts(out, ", "));
            ISO_TRY(add_template_token(out, p, LAST, 0));
        }
        if (pair) {
            ISO_TRY(
                iso_buf_printf(out, ", {\"Sequence\": {\"id\": \"B\", \"type_id\": %d}}", type));
            if (around[1]) {
                ISO_TRY(iso_buf_puts(out, ", "));
                ISO_TRY(add_template_token(out, p, LAST, type));
            }
        }
        ISO_TRY(iso_buf_puts(out, "]"));
    }
    ISO_TRY(iso_buf_puts(out, ",\n  \"special_tokens\": {"));
    ISO_TRY(add_token_ids(out, p, FIRST));
    ISO_TRY(iso_buf_puts(out, ", "));
    ISO_TRY(add_token_ids(out, p, LAST));
    ISO_TRY(iso_buf_puts(out, "}},\n"));
done:
    return err;
}

/* --- Unigram ---------------------------------------------------------------------------------- */

static iso_err add_rules(iso_buf *out, const struct pieces *p)
{
    const iso_gguf_fact *rules = iso_gguf_find(p->g, "tokenizer.ggml.precompiled_charsmap");
    iso_err err = ISO_OK;

    if (!rules || rules->count == 0)
        return iso_buf_puts(out, " \"normalizer\": null,\n");
    if (!rules->list || (rules->of != ISO_GGUF_U8 && rules->of != ISO_GGUF_I8))
        ISO_FAIL(ISO_EFORMAT, "%s: tokenizer.ggml.precompiled_charsmap is no list of bytes",
                 p->g->path);
    ISO_TRY(iso_buf_puts(
        out, " \"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \""));
    ISO_TRY(iso_base64_encode(out, rules->at, rules->bytes));
    ISO_TRY(iso_buf_puts(out, "\"},\n"));
done:
    return err;
}

/* White space divides, and every word has a blank before it, unless the file says otherwise. */
static iso_err add_spaces(iso_buf *out, const struct pieces *p)
{
    bool prefix = true, squeeze = true;

    (void)iso_gguf_truth(&prefix, p->g, "tokenizer.ggml.add_space_prefix");
    (void)iso_gguf_truth(&squeeze, p->g, "tokenizer.ggml.remove_extra_whitespaces");
    return iso_buf_printf(
        out,
        " \"pre_tokenizer\": %s{\"type\": \"Metaspace\", \"replacement\": \"" BLANK
        "\", \"prepend_scheme\": \"%s\"}%s,\n \"decoder\": {\"type\": \"Metaspace\", "
        "\"replacement\": \"" BLANK "\", \"prepend_scheme\": \"%s\"},\n",
        squeeze ? "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"WhitespaceSplit\"}, "
                : "",
        prefix ? "always" : "never", squeeze ? "]}" : "", prefix ? "always" : "never");
}

static iso_err add_unigram(iso_buf *out, const struct pieces *p)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out,
                           " \"model\": {\"type\": \"Unigram\", \"unk_id\": %" PRId64
                           ", \"byte_fallback\": false, \"vocab\": [",
                           p->role[UNKNOWN_ROLE]));
    for (int64_t id = 0; id < p->count; id++) {
        const double score = iso_gguf_entry(p->scores, id);
        if (!isfinite(score))
            ISO_FAIL(ISO_EFORMAT, "%s: piece %" PRId64 " has a score that is not finite: damaged",
                     p->g->path, id);
        ISO_TRY(iso_buf_puts(out, id ? ",\n  [" : "\n  ["));
        ISO_TRY(iso_json_quote(out, p->text[id]));
        ISO_TRY(iso_buf_printf(out, ", %.9g]", score));
    }
    ISO_TRY(iso_buf_puts(out, "]}}\n"));
done:
    return err;
}

/* --- WordPiece -------------------------------------------------------------------------------- */

/* Whether pieces have capital letters, which no lower-cased text finds. */
static bool is_cased(const struct pieces *p)
{
    for (int64_t i = 0; i < p->count; i++) {
        const char *c = p->text[i];
        if (c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'a' && c[1] <= 'z')
            return true;
    }
    return false;
}

/* Files do not say whether text is lower-cased: the pieces do. */
static iso_err add_wordpiece(iso_buf *out, const struct pieces *p)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out,
                           " \"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": true, "
                           "\"handle_chinese_chars\": true, \"strip_accents\": null, "
                           "\"lowercase\": %s},\n"
                           " \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"},\n"
                           " \"decoder\": {\"type\": \"WordPiece\", \"prefix\": \"##\", "
                           "\"cleanup\": true},\n"
                           " \"model\": {\"type\": \"WordPiece\", \"continuing_subword_prefix\": "
                           "\"##\", \"max_input_chars_per_word\": 100, \"unk_token\": ",
                           is_cased(p) ? "false" : "true"));
    ISO_TRY(iso_json_quote(out, p->text[p->role[UNKNOWN_ROLE]]));
    ISO_TRY(iso_buf_puts(out, ", \"vocab\": {"));
    for (int64_t id = 0; id < p->count; id++) {
        ISO_TRY(iso_buf_puts(out, id ? ",\n  " : "\n  "));
        ISO_TRY(iso_json_quote(out, p->text[id]));
        ISO_TRY(iso_buf_printf(out, ": %" PRId64, id));
    }
    ISO_TRY(iso_buf_puts(out, "}}}\n"));
done:
    return err;
}

/* --- Face ------------------------------------------------------------------------------------- */

iso_err iso_gguf_tokenizer(iso_buf *out, const iso_gguf *g)
{
    struct pieces p = {0};
    bool around[2] = {true, true};
    iso_err err = ISO_OK;

    ISO_TRY(read_pieces(&p, g));
    (void)iso_gguf_truth(&around[0], g, "tokenizer.ggml.add_bos_token");
    (void)iso_gguf_truth(&around[1], g, "tokenizer.ggml.add_eos_token");
    ISO_TRY(iso_buf_puts(out, "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null,\n"));
    ISO_TRY(add_added(out, &p));
    ISO_TRY(add_template(out, &p, around));
    if (p.unigram) {
        ISO_TRY(add_rules(out, &p));
        ISO_TRY(add_spaces(out, &p));
    }
    ISO_TRY(p.unigram ? add_unigram(out, &p) : add_wordpiece(out, &p));
done:
    pieces_free(&p);
    return err;
}

iso_err iso_gguf_tokenizer_config(iso_buf *out, const iso_gguf *g)
{
    struct pieces p = {0};
    int64_t longest = 0;
    iso_err err = ISO_OK;

    ISO_TRY(read_pieces(&p, g));
    ISO_TRY(iso_buf_puts(out, "{\"tokenizer_class\": \"PreTrainedTokenizerFast\""));
    for (int r = 0; r < ROLES; r++) {
        const char *const names[] = {roles[r].name, roles[r].also};
        for (int k = 0; k < 2 && names[k] && p.role[r] >= 0; k++) {
            ISO_TRY(iso_buf_printf(out, ",\n \"%s\": ", names[k]));
            ISO_TRY(iso_json_quote(out, p.text[p.role[r]]));
        }
    }
    if (iso_gguf_int(&longest, g, "bert.context_length") && longest > 0)
        ISO_TRY(iso_buf_printf(out, ",\n \"model_max_length\": %" PRId64, longest));
    ISO_TRY(iso_buf_puts(out, "}\n"));
done:
    pieces_free(&p);
    return err;
}
