#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/adapter.h"
#include "lib/io/folder.h"
#include "lib/io/gguf.h"
#include "lib/text/tokenizer_inside.h"

enum {
    SETTINGS_MAX = 64 << 20, /* bytes of tokenizer_config.json: added tokens make it large */
    JSON_MAX = 256 << 20     /* of tokenizer.json; XLM-R's has 9 to 17 MB */
};

/* Families of models by config.json's model_type; any other one is the first. */
static const iso_tokenizer_family families[] = {
    /* XLM-R: <s> 0, <pad> 1, </s> 2, <unk> 3, then the model's piece 3 */
    {NULL, .types = true, .ids = {.offset = 1, .unknown = 3, .first = 0, .last = 2}},
    {"camembert", .types = true, .ids = {.offset = 4, .unknown = 3, .first = 5, .last = 6}},
    {"distilbert", .types = false, .ids = {.offset = 1, .unknown = 3, .first = 0, .last = 2}},
};

static const iso_tokenizer_family *family_of(const iso_json *config)
{
    const char *name = iso_json_text(iso_json_get(config, "model_type"));

    for (size_t i = 1; i < sizeof families / sizeof *families; i++) {
        if (iso_str_same(name, families[i].name))
            return &families[i];
    }
    return families;
}

/* --- The JSON files --- */

static iso_err read_config(iso_json **out, const char *folder)
{
    char *path = NULL;
    iso_err err = ISO_OK;

    if (!iso_folder_has(folder, "config.json") && !iso_folder_has(folder, "adapter_config.json"))
        return ISO_OK;
    ISO_TRY(iso_adapter_path(&path, folder, "config.json"));
    ISO_TRY(iso_folder_json_file(out, path, SETTINGS_MAX));
done:
    iso_free(path);
    return err;
}

static iso_err read_files(iso_tokenizer_files *f)
{
    const struct {
        const char *name;
        iso_json **to;
    } list[] = {{"tokenizer_config.json", &f->settings},
                {"special_tokens_map.json", &f->specials},
                {"added_tokens.json", &f->added}};
    iso_err err = read_config(&f->config, f->folder);

    for (size_t i = 0; !err && i < sizeof list / sizeof *list; i++) {
        if (iso_folder_has(f->folder, list[i].name))
            err = iso_folder_json(list[i].to, f->folder, list[i].name, SETTINGS_MAX);
    }
    if (!err && iso_folder_has(f->folder, "tokenizer.json"))
        err =
            iso_folder_json_pairs(&f->tokenizer, &f->vocab, f->folder, "tokenizer.json", JSON_MAX);
    f->family = family_of(f->config);
    return err;
}

static void free_files(iso_tokenizer_files *f)
{
    iso_json_free(f->config);
    iso_json_free(f->settings);
    iso_json_free(f->specials);
    iso_json_free(f->added);
    iso_json_free(f->tokenizer);
    iso_json_pairs_free(&f->vocab);
}

bool iso_tokenizer_said(bool *out, const iso_json *from, const char *name)
{
    const iso_json *node = iso_json_get(from, name);

    if (iso_json_is(node) != ISO_JSON_BOOL)
        return false;
    *out = iso_json_true(node);
    return true;
}

/* How many tokens a text may have: the published code writes 1e30 for no limit. */
static void read_lengths(iso_tokenizer *t, const iso_tokenizer_files *files)
{
    const iso_json *cut = iso_json_get(files->tokenizer, "truncation");
    int64_t n;

    if (iso_json_int(&n, iso_json_get(files->settings, "model_max_length")) && n > 0 &&
        n < INT32_MAX)
        t->longest = n;
    if (iso_json_int(&n, iso_json_get(cut, "max_length")) && n > 0)
        t->cut = n;
}

/* --- tokenizer.json, the one file that newer checkpoints hold --- */

/* Old files do not name the model: WordPiece's pieces are an object, Unigram's a list, and BPE has
 * merges. */
static const char *kind_of(const iso_json *model)
{
    const char *type = iso_json_text(iso_json_get(model, "type"));

    if (type && *type)
        return type;
    if (iso_json_get(model, "merges"))
        return "BPE";
    return iso_json_is(iso_json_get(model, "vocab")) == ISO_JSON_ARRAY ? "Unigram" : "WordPiece";
}

static bool holds_type(const iso_json *part, const char *type)
{
    if (iso_str_same(iso_json_text(iso_json_get(part, "type")), type))
        return true;
    for (const iso_json *m = iso_json_first(part); m; m = iso_json_next(m)) {
        if (iso_json_is(m) == ISO_JSON_OBJECT || iso_json_is(m) == ISO_JSON_ARRAY) {
            if (holds_type(m, type))
                return true;
        }
    }
    return false;
}

static iso_err refuse_kind(const iso_json *root, const char *kind, const char *path)
{
    const bool bytes = holds_type(iso_json_get(root, "pre_tokenizer"), "ByteLevel") ||
                       holds_type(iso_json_get(root, "decoder"), "ByteLevel");

    return iso_fail(
        ISO_EUNSUP,
        "%s: its tokenizer is %s%.60s, which is not supported (WordPiece and SentencePiece "
        "unigram are); " ISO_TOKEN_IDS,
        path, strcmp(kind, "BPE") == 0 && bytes ? "byte-level " : "", kind);
}

static iso_err open_json(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path)
{
    const iso_json *model = iso_json_get(files->tokenizer, "model");

    if (iso_json_is(model) != ISO_JSON_OBJECT)
        return iso_fail(ISO_EFORMAT, "%s: holds no model", path);
    if (strcmp(kind_of(model), "WordPiece") == 0)
        return iso_tokenizer_wordpiece(t, files, path);
    if (strcmp(kind_of(model), "Unigram") == 0)
        return iso_tokenizer_unigram(t, files, path);
    return refuse_kind(files->tokenizer, kind_of(model), path);
}

/* --- The folder --- */

static const struct kind {
    const char *name;
    iso_err (*open)(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path);
} kinds[] = {
    {"vocab.txt", iso_tokenizer_vocab},  {"sentencepiece.bpe.model", iso_tokenizer_spm},
    {"spiece.model", iso_tokenizer_spm}, {"tokenizer.model", iso_tokenizer_spm},
    {"tokenizer.json", open_json},
};

/* Where tokenizer.json says anything else than the vocabulary file, it counts, as in the published
 * code. */
static iso_err prefer_json(iso_tokenizer **t, const iso_tokenizer_files *files, const char *name)
{
    iso_tokenizer *other = NULL;
    char why[300];
    char *path = NULL;
    iso_err err = ISO_OK;

    if (!files->tokenizer || strcmp(name, "tokenizer.json") == 0 ||
        iso_tokenizer_agree(why, sizeof why, *t, files))
        goto done;
    ISO_TRY(iso_alloc(&other, 1, sizeof *other));
    ISO_TRY(iso_folder_path(&path, files->folder, "tokenizer.json"));
    ISO_TRY(open_json(other, files, path));
    other->file = "tokenizer.json";
    iso_tokenizer_note(other, "%.200s: %s and tokenizer.json disagree (%s): tokenizer.json counts",
                       files->folder, name, why);
    iso_tokenizer_close(*t);
    *t = other;
    other = NULL;
done:
    iso_free(path);
    iso_tokenizer_close(other);
    return err;
}

static iso_err open_kind(iso_tokenizer **t, const iso_tokenizer_files *files)
{
    char *path = NULL;
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!iso_folder_has(files->folder, kinds[i].name))
            continue;
        ISO_TRY(iso_folder_path(&path, files->folder, kinds[i].name));
        ISO_TRY(kinds[i].open(*t, files, path));
        (*t)->file = iso_gguf_is(files->folder) ? "tokenizer.ggml" : kinds[i].name;
        ISO_TRY(prefer_json(t, files, kinds[i].name));
        goto done;
    }
    if (iso_folder_has(files->folder, "vocab.json"))
        ISO_FAIL(ISO_EUNSUP,
                 "%s: vocab.json is byte-level BPE, which is not supported (WordPiece and "
                 "SentencePiece unigram are); " ISO_TOKEN_IDS,
                 files->folder);
    ISO_FAIL(ISO_EIO,
             "%s: holds no vocab.txt, sentencepiece.bpe.model, spiece.model, tokenizer.model or "
             "tokenizer.json",
             files->folder);
done:
    iso_free(path);
    return err;
}

iso_err iso_tokenizer_base(char **base, const char *folder)
{
    *base = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (iso_folder_has(folder, kinds[i].name))
            return ISO_OK;
    }
    return iso_adapter_base(base, folder);
}

iso_err iso_tokenizer_open(iso_tokenizer **out, const char *folder)
{
    iso_tokenizer_files files = {.vocab = {.outer = "model", .inner = "vocab"}};
    iso_tokenizer *t = NULL;
    char *base = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_check(folder));
    ISO_TRY(iso_tokenizer_base(&base, folder));
    files.folder = base ? base : folder;
    ISO_TRY(read_files(&files));
    ISO_TRY(iso_alloc(&t, 1, sizeof *t));
    t->pad = -1;
    ISO_TRY(open_kind(&t, &files));
    read_lengths(t, &files);
    *out = t;
    t = NULL;
done:
    free_files(&files);
    iso_free(base);
    iso_tokenizer_close(t);
    return err;
}
