#include "lib/text/tokenizer_json.h"

#include <string.h>

#include "lib/base/str.h"
#include "lib/io/folder.h"
#include "lib/text/spm_model.h"

enum {
    JSON_MAX = 256 << 20, /* bytes of tokenizer.json; XLM-R's has 17 MB, parsed ten times that */
    HOLES_MAX = 1 << 16   /* ids beyond twice the number of pieces */
};

static const char *type_of(const iso_json *node)
{
    const char *type = iso_json_text(iso_json_get(node, "type"));

    return type ? type : "";
}

static bool missing(const iso_json *node)
{
    return iso_json_is(node) == ISO_JSON_NONE || iso_json_is(node) == ISO_JSON_NULL;
}

/* --- WordPiece: what the parts around the model may be --- */

/* The one member of a Sequence, or the node itself. */
static const iso_json *only(const iso_json *node, const char *members)
{
    const iso_json *list = iso_json_get(node, members);

    if (strcmp(type_of(node), "Sequence") == 0 && iso_json_count(list) == 1)
        return iso_json_first(list);
    return node;
}

static bool flag(const iso_json *node, const char *name, bool usual)
{
    const iso_json *member = iso_json_get(node, name);

    return iso_json_is(member) == ISO_JSON_BOOL ? iso_json_true(member) : usual;
}

static iso_err read_normalizer(iso_basic_opt *opt, const iso_json *root, const char *path)
{
    const iso_json *n = only(iso_json_get(root, "normalizer"), "normalizers");

    if (missing(n))
        return ISO_OK;
    if (strcmp(type_of(n), "BertNormalizer") != 0)
        return iso_fail(ISO_EUNSUP,
                        "%s: normalizer %.60s is not supported for WordPiece; BertNormalizer is",
                        path, type_of(n));
    opt->clean = flag(n, "clean_text", true);
    opt->ideographs = flag(n, "handle_chinese_chars", true);
    opt->lower = flag(n, "lowercase", true);
    opt->strip = flag(n, "strip_accents", opt->lower);
    return ISO_OK;
}

static iso_err read_pre_tokenizer(const iso_json *root, const char *path)
{
    const iso_json *p = only(iso_json_get(root, "pre_tokenizer"), "pretokenizers");

    if (strcmp(type_of(p), "BertPreTokenizer") == 0)
        return ISO_OK;
    return iso_fail(ISO_EUNSUP,
                    "%s: pre-tokenizer %.60s is not supported for WordPiece; BertPreTokenizer is",
                    path, missing(p) ? "null" : type_of(p));
}

static iso_err read_most(int *most, const iso_json *model, const char *path)
{
    const iso_json *node = iso_json_get(model, "max_input_chars_per_word");
    int64_t n = 100;

    if (!missing(node) && (!iso_json_int(&n, node) || n < 1 || n > ISO_BASIC_MOST))
        return iso_fail(ISO_EFORMAT, "%s: max_input_chars_per_word is not 1 to %d", path,
                        ISO_BASIC_MOST);
    *most = (int)n;
    return ISO_OK;
}

/* --- WordPiece: the vocabulary --- */

static iso_err put(iso_vocab *v, const char *piece, const iso_json *id, int64_t limit,
                   const char *path)
{
    int64_t n;

    if (!piece || !iso_json_int(&n, id) || n < 0 || n >= limit)
        return iso_fail(ISO_EFORMAT,
                        "%s: piece \"%.60s\" has no id from 0 to %lld, twice the number of pieces",
                        path, piece ? piece : "", (long long)limit);
    return iso_vocab_put(v, (int32_t)n, piece, (int64_t)strlen(piece));
}

static iso_err read_vocab(iso_tokenizer *t, const iso_json *model, const char *path)
{
    const iso_json *vocab = iso_json_get(model, "vocab");
    const int64_t count = iso_json_count(vocab), limit = count * 2 + HOLES_MAX;
    iso_err err = ISO_OK;

    if (iso_json_is(vocab) != ISO_JSON_OBJECT)
        ISO_FAIL(ISO_EFORMAT, "%s: model.vocab is no object of pieces and ids", path);
    ISO_TRY(iso_vocab_new(&t->vocab, path));
    for (const iso_json *m = iso_json_first(vocab); m; m = iso_json_next(m))
        ISO_TRY(put(t->vocab, iso_json_name(m), m, limit, path));
done:
    return err;
}

/* Added tokens have ids, too; special ones are known by them, others would have to be found in the
 * text before it is cut, which is not done. */
static iso_err read_added(iso_tokenizer *t, const iso_json *root, const char *path)
{
    const iso_json *list = iso_json_get(root, "added_tokens");
    const int64_t limit =
        2 * ((int64_t)iso_vocab_size(t->vocab) + iso_json_count(list)) + HOLES_MAX;
    iso_err err = ISO_OK;

    for (const iso_json *m = iso_json_first(list); m; m = iso_json_next(m)) {
        const char *piece = iso_json_text(iso_json_get(m, "content"));
        if (piece && iso_vocab_find(t->vocab, piece, -1) < 0)
            ISO_TRY(put(t->vocab, piece, iso_json_get(m, "id"), limit, path));
        if (piece && !flag(m, "special", false))
            iso_tokenizer_note(
                t, "%.400s: its added tokens that are not special are read as plain text", path);
    }
done:
    return err;
}

static iso_err open_wordpiece(iso_tokenizer *t, const iso_json *root,
                              const iso_tokenizer_files *files, const char *path)
{
    const iso_json *model = iso_json_get(root, "model");
    const char *prefix = iso_json_text(iso_json_get(model, "continuing_subword_prefix"));
    const char *unknown = iso_json_text(iso_json_get(model, "unk_token"));
    iso_wordpiece_opt opt = {.prefix = prefix ? prefix : "##"};
    iso_err err = ISO_OK;

    ISO_TRY(read_normalizer(&opt.basic, root, path));
    ISO_TRY(read_pre_tokenizer(root, path));
    ISO_TRY(read_most(&opt.basic.most, model, path));
    ISO_TRY(read_vocab(t, model, path));
    ISO_TRY(read_added(t, root, path));
    ISO_TRY(iso_tokenizer_wordpiece(t, &opt, unknown ? unknown : "[UNK]", files, path));
done:
    return err;
}

/* --- Unigram --- */

static iso_err find_special(int32_t *out, const iso_spm *spm, const char *piece, const char *role,
                            const char *path)
{
    const int32_t id = iso_spm_find(spm, piece);

    if (id == iso_spm_unknown(spm))
        return iso_fail(ISO_EFORMAT,
                        "%s: lacks %.100s, its %s; name another in tokenizer_config.json", path,
                        piece, role);
    *out = id;
    return ISO_OK;
}

static iso_err open_unigram(iso_tokenizer *t, const iso_json *root,
                            const iso_tokenizer_files *files, const char *path)
{
    const char *cls = iso_tokenizer_special(files, "cls_token", "<s>");
    const char *sep = iso_tokenizer_special(files, "sep_token", "</s>");
    iso_buf model = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_spm_model_of_json(&model, root, path));
    ISO_TRY(iso_spm_of_bytes(&t->spm, model.text, model.len, path));
    ISO_TRY(find_special(&t->first, t->spm, cls, "cls_token", path));
    ISO_TRY(find_special(&t->last, t->spm, sep, "sep_token", path));
    t->fairseq =
        (iso_fairseq){.unknown = iso_spm_unknown(t->spm), .first = t->first, .last = t->last};
    t->between = 2;
done:
    iso_buf_free(&model);
    return err;
}

/* --- The file --- */

/* Old files do not name the model: WordPiece's pieces are an object, Unigram's a list, and BPE has
 * merges. */
static const char *kind_of(const iso_json *model)
{
    const iso_json *vocab = iso_json_get(model, "vocab");

    if (*type_of(model))
        return type_of(model);
    if (iso_json_get(model, "merges"))
        return "BPE";
    return iso_json_is(vocab) == ISO_JSON_ARRAY ? "Unigram" : "WordPiece";
}

iso_err iso_tokenizer_json(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path)
{
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_json(&root, files->folder, "tokenizer.json", JSON_MAX));
    const iso_json *model = iso_json_get(root, "model");
    if (iso_json_is(model) != ISO_JSON_OBJECT)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no model", path);
    if (strcmp(kind_of(model), "WordPiece") == 0)
        ISO_TRY(open_wordpiece(t, root, files, path));
    else if (strcmp(kind_of(model), "Unigram") == 0)
        ISO_TRY(open_unigram(t, root, files, path));
    else
        ISO_FAIL(ISO_EUNSUP,
                 "%s: its model is %.60s; WordPiece and Unigram are supported, or give token ids "
                 "(.ids)",
                 path, kind_of(model));
done:
    iso_json_free(root);
    return err;
}
