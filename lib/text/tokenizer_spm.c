/* SentencePiece: from its own file with the ids of a family, or from tokenizer.json with its own.
 */
#include <string.h>

#include "lib/text/tokenizer_inside.h"

/* --- sentencepiece.bpe.model and its like --- */

static bool piece_is(const iso_spm *spm, int32_t id, const char *text)
{
    int64_t len = 0;

    if (id >= iso_spm_size(spm))
        return false;
    const char *piece = iso_spm_piece(&len, spm, id);
    return len == (int64_t)strlen(text) && memcmp(piece, text, (size_t)len) == 0;
}

/* Whether fairseq counts a model's pieces, specials first: XLM-R's and CamemBERT's. */
static iso_err check_pieces(const iso_spm *spm, const char *name)
{
    if (iso_spm_unknown(spm) != 0 || !piece_is(spm, 1, "<s>") || !piece_is(spm, 2, "</s>"))
        return iso_fail(
            ISO_EUNSUP,
            "%s: its first pieces are not <unk>, <s>, </s>; the SentencePiece models of "
            "XLM-R and CamemBERT are supported",
            name);
    return ISO_OK;
}

iso_err iso_tokenizer_spm(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path)
{
    iso_tokenizer_role roles[] = {
        {"bos_token", "<s>", 0, false},    {"eos_token", "</s>", 0, false},
        {"pad_token", "<pad>", 1, false},  {"unk_token", "<unk>", 3, false},
        {"mask_token", "<mask>", 0, true}, {0}};
    iso_err err = ISO_OK;

    ISO_TRY(iso_spm_open(&t->spm, path));
    ISO_TRY(check_pieces(t->spm, path));
    t->fairseq = files->family->ids;
    t->first = t->fairseq.first;
    t->last = t->fairseq.last;
    t->between = 2;
    t->spaces.split = true;
    roles[0].id = t->first;
    roles[1].id = t->last;
    roles[4].id = iso_spm_size(t->spm) + t->fairseq.offset;
    ISO_TRY(iso_tokenizer_added(t, files, roles));
done:
    return err;
}

/* --- tokenizer.json --- */

iso_err iso_tokenizer_unigram(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path)
{
    static const iso_tokenizer_role roles[] = {
        {"bos_token", "<s>", -1, false},    {"eos_token", "</s>", -1, false},
        {"pad_token", "<pad>", -1, false},  {"unk_token", "<unk>", -1, false},
        {"mask_token", "<mask>", -1, true}, {0}};
    int64_t types = 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_spm_of_json(&t->spm, &t->spaces, files->tokenizer, &files->vocab, path));
    if (t->spaces.prefix != ISO_PREFIX_ALWAYS || (!t->spaces.split && !t->spaces.run))
        ISO_TRY(iso_spm_bare(&t->bare, t->spm));
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
