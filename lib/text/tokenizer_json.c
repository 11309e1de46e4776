#include "lib/text/tokenizer_json.h"

#include <string.h>

#include "lib/base/str.h"
#include "lib/text/spm_model.h"

/* --- Unigram --- */

static iso_err open_spm(iso_spm **out, iso_spm_spaces *spaces, const iso_json *root, bool prefix,
                        const char *path)
{
    iso_buf model = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_spm_model_of_json(&model, spaces, root, prefix, path));
    ISO_TRY(iso_spm_of_bytes(out, model.text, model.len, path));
done:
    iso_buf_free(&model);
    return err;
}

static iso_err open_unigram(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path)
{
    static const iso_tokenizer_role roles[] = {
        {"bos_token", "<s>", -1, false},    {"eos_token", "</s>", -1, false},
        {"pad_token", "<pad>", -1, false},  {"unk_token", "<unk>", -1, false},
        {"mask_token", "<mask>", -1, true}, {0}};
    int64_t types = 1;
    iso_err err = ISO_OK;

    ISO_TRY(open_spm(&t->spm, &t->spaces, files->tokenizer, true, path));
    if (t->spaces.prefix != ISO_PREFIX_ALWAYS || (!t->spaces.split && !t->spaces.run))
        ISO_TRY(open_spm(&t->bare, &t->spaces, files->tokenizer, false, path));
    t->fairseq.unknown = iso_spm_unknown(t->spm);
    ISO_TRY(iso_tokenizer_added(t, files, roles));
    t->between = 2;
    (void)iso_json_int(&types, iso_json_get(files->config, "type_vocab_size"));
    t->types = types > 1 && iso_json_get(files->tokenizer, "post_processor");
    ISO_TRY(iso_tokenizer_around(t, files, "<s>", "</s>", path));
    t->fairseq.first = t->first;
    t->fairseq.last = t->last;
done:
    return err;
}

/* --- The file --- */

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

    return iso_fail(ISO_EUNSUP,
                    "%s: its model is %s%.60s, which is not supported; WordPiece and Unigram are, "
                    "or give token ids made elsewhere (.ids)",
                    path, strcmp(kind, "BPE") == 0 && bytes ? "byte-level " : "", kind);
}

iso_err iso_tokenizer_json(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path)
{
    const iso_json *model = iso_json_get(files->tokenizer, "model");

    if (iso_json_is(model) != ISO_JSON_OBJECT)
        return iso_fail(ISO_EFORMAT, "%s: holds no model", path);
    if (strcmp(kind_of(model), "WordPiece") == 0)
        return iso_tokenizer_wordpiece(t, files, path);
    if (strcmp(kind_of(model), "Unigram") == 0)
        return open_unigram(t, files, path);
    return refuse_kind(files->tokenizer, kind_of(model), path);
}
