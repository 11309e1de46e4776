#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/folder.h"
#include "lib/text/tokenizer_inside.h"
#include "lib/text/tokenizer_json.h"

enum { SETTINGS_MAX = 64 << 20 }; /* bytes of tokenizer_config.json: added tokens make it large */

/* --- The small files --- */

static iso_err read_files(iso_tokenizer_files *f)
{
    const struct {
        const char *name;
        iso_json **to;
    } list[] = {{"config.json", &f->config},
                {"tokenizer_config.json", &f->settings},
                {"special_tokens_map.json", &f->specials}};
    iso_err err = ISO_OK;

    for (size_t i = 0; !err && i < sizeof list / sizeof *list; i++) {
        if (iso_folder_has(f->folder, list[i].name))
            err = iso_folder_json(list[i].to, f->folder, list[i].name, SETTINGS_MAX);
    }
    return err;
}

static void free_files(iso_tokenizer_files *f)
{
    iso_json_free(f->config);
    iso_json_free(f->settings);
    iso_json_free(f->specials);
}

/* A special token is a text, or an object that holds it. */
static const char *content(const iso_json *node)
{
    const char *text = iso_json_text(node);

    return text ? text : iso_json_text(iso_json_get(node, "content"));
}

const char *iso_tokenizer_special(const iso_tokenizer_files *files, const char *role,
                                  const char *usual)
{
    const char *text = content(iso_json_get(files->settings, role));

    text = text ? text : content(iso_json_get(files->specials, role));
    return text ? text : usual;
}

/* Bert's type table has two rows unless config.json says otherwise; DistilBERT has none. */
static bool has_types(const iso_tokenizer_files *files)
{
    const char *family = iso_json_text(iso_json_get(files->config, "model_type"));
    int64_t types = 2;

    (void)iso_json_int(&types, iso_json_get(files->config, "type_vocab_size"));
    return types > 1 && !iso_str_same(family, "distilbert");
}

/* --- WordPiece --- */

static iso_err find_special(int32_t *out, const iso_vocab *v, const char *piece, const char *role,
                            const char *path)
{
    const int32_t id = iso_vocab_find(v, piece, -1);

    if (id < 0)
        return iso_fail(ISO_EFORMAT,
                        "%s: lacks %.100s, its %s; name another in "
                        "tokenizer_config.json",
                        path, piece, role);
    *out = id;
    return ISO_OK;
}

iso_err iso_tokenizer_wordpiece(iso_tokenizer *t, iso_wordpiece_opt *opt, const char *unknown,
                                const iso_tokenizer_files *files, const char *path)
{
    const char *cls = iso_tokenizer_special(files, "cls_token", "[CLS]");
    const char *sep = iso_tokenizer_special(files, "sep_token", "[SEP]");
    iso_err err = ISO_OK;

    ISO_TRY(find_special(&t->first, t->vocab, cls, "cls_token", path));
    ISO_TRY(find_special(&t->last, t->vocab, sep, "sep_token", path));
    ISO_TRY(find_special(&opt->unknown, t->vocab, unknown, "unk_token", path));
    ISO_TRY(iso_wordpiece_new(&t->wordpiece, t->vocab, opt));
    t->between = 1;
    t->types = has_types(files);
done:
    return err;
}

/* Tokenizers that have a vocab.txt too, but cut words by other means. */
static iso_err refuse_classes(const iso_tokenizer_files *files, const char *path)
{
    static const char *const classes[] = {"BertJapaneseTokenizer", "PhobertTokenizer",
                                          "BertweetTokenizer"};
    const char *class = iso_json_text(iso_json_get(files->settings, "tokenizer_class"));

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (iso_str_same(class, classes[i]))
            return iso_fail(
                ISO_EUNSUP,
                "%s: is for a %s, which is not supported; give token ids (.ids) instead", path,
                class);
    }
    return ISO_OK;
}

static bool said(bool *out, const iso_tokenizer_files *files, const char *name)
{
    const iso_json *node = iso_json_get(files->settings, name);

    if (iso_json_is(node) != ISO_JSON_BOOL)
        return false;
    *out = iso_json_true(node);
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

static iso_err open_wordpiece(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path)
{
    iso_wordpiece_opt opt = {
        .basic = {.clean = true, .lower = true, .ideographs = true, .most = 100}, .prefix = "##"};
    iso_err err = ISO_OK;

    ISO_TRY(refuse_classes(files, path));
    ISO_TRY(iso_vocab_read(&t->vocab, path));
    if (!said(&opt.basic.lower, files, "do_lower_case"))
        doubt_lower(t, path);
    opt.basic.strip = opt.basic.lower;
    (void)said(&opt.basic.strip, files, "strip_accents");
    (void)said(&opt.basic.ideographs, files, "tokenize_chinese_chars");
    ISO_TRY(iso_tokenizer_wordpiece(t, &opt, iso_tokenizer_special(files, "unk_token", "[UNK]"),
                                    files, path));
done:
    return err;
}

/* --- SentencePiece --- */

static iso_err open_spm(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_spm_open(&t->spm, path));
    ISO_TRY(iso_fairseq_of(&t->fairseq, t->spm,
                           iso_json_text(iso_json_get(files->config, "model_type")), path));
    t->first = t->fairseq.first;
    t->last = t->fairseq.last;
    t->between = 2;
done:
    return err;
}

/* --- The folder --- */

static const struct kind {
    const char *name;
    iso_err (*open)(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path);
} kinds[] = {
    {"vocab.txt", open_wordpiece},
    {"sentencepiece.bpe.model", open_spm},
    {"spiece.model", open_spm},
    {"tokenizer.model", open_spm},
    {"tokenizer.json", iso_tokenizer_json},
};

static iso_err open_kind(iso_tokenizer *t, const iso_tokenizer_files *files)
{
    char *path = NULL;
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!iso_folder_has(files->folder, kinds[i].name))
            continue;
        ISO_TRY(iso_folder_path(&path, files->folder, kinds[i].name));
        ISO_TRY(kinds[i].open(t, files, path));
        goto done;
    }
    if (iso_folder_has(files->folder, "vocab.json"))
        ISO_FAIL(ISO_EUNSUP,
                 "%s: vocab.json is byte-level BPE, which is not supported; WordPiece (vocab.txt) "
                 "and SentencePiece unigram are, or give token ids (.ids)",
                 files->folder);
    ISO_FAIL(ISO_EIO,
             "%s: holds no vocab.txt, sentencepiece.bpe.model, spiece.model, tokenizer.model or "
             "tokenizer.json",
             files->folder);
done:
    iso_free(path);
    return err;
}

iso_err iso_tokenizer_open(iso_tokenizer **out, const char *folder)
{
    iso_tokenizer_files files = {.folder = folder};
    iso_tokenizer *t = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_check(folder));
    ISO_TRY(read_files(&files));
    ISO_TRY(iso_alloc(&t, 1, sizeof *t));
    ISO_TRY(open_kind(t, &files));
    *out = t;
    t = NULL;
done:
    free_files(&files);
    iso_tokenizer_close(t);
    return err;
}
