/* WordPiece: its vocabulary from vocab.txt or tokenizer.json, its settings from all files. */
#include <string.h>

#include "lib/base/str.h"
#include "lib/text/tokenizer_inside.h"

enum { HOLES_MAX = 1 << 16 /* ids beyond twice the number of pieces */ };

static const char *type_of(const iso_json *node)
{
    const char *type = iso_json_text(iso_json_get(node, "type"));

    return type ? type : "";
}

static bool missing(const iso_json *node)
{
    return iso_json_is(node) == ISO_JSON_NONE || iso_json_is(node) == ISO_JSON_NULL;
}

/* --- What is done to characters --- */

/* The one member of a Sequence, or the node itself. */
static const iso_json *only(const iso_json *node, const char *members)
{
    const iso_json *list = iso_json_get(node, members);

    if (strcmp(type_of(node), "Sequence") == 0 && iso_json_count(list) == 1)
        return iso_json_first(list);
    return node;
}

static iso_err read_normalizer(iso_basic_opt *opt, const iso_json *root, const char *path)
{
    const iso_json *n = only(iso_json_get(root, "normalizer"), "normalizers");

    if (missing(n)) {
        opt->clean = opt->ideographs = opt->lower = opt->strip = false;
        return ISO_OK;
    }
    if (strcmp(type_of(n), "BertNormalizer") != 0)
        return iso_fail(ISO_EUNSUP,
                        "%s: its tokenizer normalises texts by %.60s, which is not supported for "
                        "WordPiece (BertNormalizer is); " ISO_TOKEN_IDS,
                        path, type_of(n));
    (void)iso_tokenizer_said(&opt->clean, n, "clean_text");
    (void)iso_tokenizer_said(&opt->ideographs, n, "handle_chinese_chars");
    (void)iso_tokenizer_said(&opt->lower, n, "lowercase");
    opt->strip = opt->lower;
    (void)iso_tokenizer_said(&opt->strip, n, "strip_accents");
    return ISO_OK;
}

static iso_err read_pre_tokenizer(const iso_json *root, const char *path)
{
    const iso_json *p = only(iso_json_get(root, "pre_tokenizer"), "pretokenizers");

    if (strcmp(type_of(p), "BertPreTokenizer") == 0)
        return ISO_OK;
    return iso_fail(ISO_EUNSUP,
                    "%s: its tokenizer splits texts by %.60s, which is not supported for WordPiece "
                    "(BertPreTokenizer is); " ISO_TOKEN_IDS,
                    path, missing(p) ? "nothing" : type_of(p));
}

/* Classes whose tokenizer is tokenizer.json alone, whatever stands beside it. */
static bool is_generic(const iso_tokenizer_files *files)
{
    const char *class = iso_json_text(iso_json_get(files->settings, "tokenizer_class"));

    return iso_str_same(class, "PreTrainedTokenizerFast") ||
           iso_str_same(class, "TokenizersBackend");
}

/* One setting of tokenizer_config.json, over what tokenizer.json says. */
static bool overrule(iso_tokenizer *t, bool *value, const iso_tokenizer_files *files,
                     const char *name)
{
    bool said = *value;

    if (!iso_tokenizer_said(&said, files->settings, name))
        return false;
    const bool generic = files->tokenizer && is_generic(files);
    if (files->tokenizer && said != *value)
        iso_tokenizer_note(t,
                           "%.200s: tokenizer_config.json says %s %s, tokenizer.json %s: %s counts",
                           files->folder, name, said ? "true" : "false", *value ? "true" : "false",
                           generic ? "tokenizer.json" : "tokenizer_config.json");
    if (generic)
        return false;
    *value = said;
    return true;
}

/* A cased vocabulary whose settings are lost would quietly be used in lower case. */
static void doubt_lower(iso_tokenizer *t, const char *path)
{
    int64_t capital = 0;

    for (int32_t id = 0; id < iso_vocab_size(t->vocab); id++) {
        int64_t len;
        const char *piece = iso_vocab_piece(&len, t->vocab, id);
        capital +=
            len > 1 && piece[0] >= 'A' && piece[0] <= 'Z' && piece[1] >= 'a' && piece[1] <= 'z';
    }
    if (capital)
        iso_tokenizer_note(t,
                           "%.300s: %lld pieces have capital letters, yet text is lower-cased; say "
                           "\"do_lower_case\": false in tokenizer_config.json",
                           path, (long long)capital);
}

/* As the published code: lower case unless said otherwise, accents go with the capitals. */
static iso_err read_settings(iso_basic_opt *opt, iso_tokenizer *t, const iso_tokenizer_files *files,
                             const char *path)
{
    bool strip_said = false;
    iso_err err = ISO_OK;

    opt->clean = opt->lower = opt->strip = opt->ideographs = true;
    if (files->tokenizer) {
        const iso_json *n = only(iso_json_get(files->tokenizer, "normalizer"), "normalizers");
        ISO_TRY(read_normalizer(opt, files->tokenizer, path));
        ISO_TRY(read_pre_tokenizer(files->tokenizer, path));
        strip_said = iso_json_is(iso_json_get(n, "strip_accents")) == ISO_JSON_BOOL;
    }
    if (overrule(t, &opt->lower, files, "do_lower_case") && !strip_said)
        opt->strip = opt->lower;
    else if (!files->tokenizer && missing(iso_json_get(files->settings, "do_lower_case")))
        doubt_lower(t, path);
    (void)overrule(t, &opt->strip, files, "strip_accents");
    (void)overrule(t, &opt->ideographs, files, "tokenize_chinese_chars");
done:
    return err;
}

/* --- Completing --- */

/* A table of token types has two rows unless config.json says otherwise. */
static bool has_types(const iso_tokenizer_files *files)
{
    int64_t types = 2;

    (void)iso_json_int(&types, iso_json_get(files->config, "type_vocab_size"));
    return types > 1 && files->family->types;
}

/* Completes a tokenizer that has a vocabulary. */
static iso_err complete(iso_tokenizer *t, iso_wordpiece_opt *opt, const char *unknown,
                        const iso_tokenizer_files *files, const char *path)
{
    static const iso_tokenizer_role roles[] = {
        {"cls_token", "[CLS]", -1, false},   {"sep_token", "[SEP]", -1, false},
        {"pad_token", "[PAD]", -1, false},   {"unk_token", "[UNK]", -1, false},
        {"mask_token", "[MASK]", -1, false}, {0}};
    iso_err err = ISO_OK;

    opt->unknown = iso_vocab_find(t->vocab, unknown, -1);
    if (opt->unknown < 0)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: lacks %.100s, its unk_token; name another in "
                 "tokenizer_config.json",
                 path, unknown);
    ISO_TRY(iso_wordpiece_new(&t->wordpiece, t->vocab, opt));
    ISO_TRY(iso_tokenizer_added(t, files, roles));
    t->between = 1;
    t->types = has_types(files);
    ISO_TRY(iso_tokenizer_around(t, files, "[CLS]", "[SEP]", path));
done:
    return err;
}

/* --- vocab.txt --- */

/* Tokenizers that have a vocab.txt too, but cut words by other means. */
static iso_err refuse_classes(const iso_tokenizer_files *files, const char *path)
{
    static const char *const classes[] = {"BertJapaneseTokenizer", "PhobertTokenizer",
                                          "BertweetTokenizer"};
    const char *class = iso_json_text(iso_json_get(files->settings, "tokenizer_class"));

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (iso_str_same(class, classes[i]))
            return iso_fail(ISO_EUNSUP, "%s: is for a %s, which is not supported; " ISO_TOKEN_IDS,
                            path, class);
    }
    return ISO_OK;
}

iso_err iso_tokenizer_vocab(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path)
{
    iso_wordpiece_opt opt = {.basic = {.most = 100}, .prefix = "##"};
    iso_err err = ISO_OK;

    ISO_TRY(refuse_classes(files, path));
    ISO_TRY(iso_vocab_read(&t->vocab, path));
    ISO_TRY(read_settings(&opt.basic, t, files, path));
    ISO_TRY(complete(t, &opt, iso_tokenizer_special(files, "unk_token", "[UNK]"), files, path));
done:
    return err;
}

/* --- tokenizer.json --- */

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
    const int64_t limit = iso_json_count(vocab) * 2 + HOLES_MAX;
    iso_err err = ISO_OK;

    if (iso_json_is(vocab) != ISO_JSON_OBJECT)
        ISO_FAIL(ISO_EFORMAT, "%s: model.vocab is no object of pieces and ids", path);
    ISO_TRY(iso_vocab_new(&t->vocab, path));
    for (const iso_json *m = iso_json_first(vocab); m; m = iso_json_next(m))
        ISO_TRY(put(t->vocab, iso_json_name(m), m, limit, path));
done:
    return err;
}

iso_err iso_tokenizer_wordpiece(iso_tokenizer *t, const iso_tokenizer_files *files,
                                const char *path)
{
    const iso_json *model = iso_json_get(files->tokenizer, "model");
    const char *prefix = iso_json_text(iso_json_get(model, "continuing_subword_prefix"));
    const char *unknown = iso_json_text(iso_json_get(model, "unk_token"));
    iso_wordpiece_opt opt = {.prefix = prefix ? prefix : "##"};
    iso_err err = ISO_OK;

    ISO_TRY(read_settings(&opt.basic, t, files, path));
    ISO_TRY(read_most(&opt.basic.most, model, path));
    ISO_TRY(read_vocab(t, model, path));
    ISO_TRY(complete(t, &opt, unknown ? unknown : "[UNK]", files, path));
done:
    return err;
}
