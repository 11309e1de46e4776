#include "lib/text/spm_json.h"

#include "lib/base/alloc.h"
#include "lib/base/base64.h"
#include "lib/text/spm.h"
#include "tests/io/json_both.h"
#include "tests/text/models.h"

#define SPACE     "\xe2\x96\x81"
#define METASPACE "{\"type\":\"Metaspace\",\"replacement\":\"" SPACE "\"}"

/* The bundled model as a hub would ship it -------------------------------------- */

static void put_entry(iso_buf *out, iso_proto piece)
{
    iso_proto_field f;
    char *text = NULL;
    float score = 0;

    while (iso_proto_next(&f, &piece) > 0) {
        if (f.number == 1)
            ok(iso_str_dup(&text, (const char *)f.bytes.at, f.bytes.left));
        if (f.number == 2)
            memcpy(&score, &(uint32_t){(uint32_t)f.value}, sizeof score);
    }
    ok(iso_buf_puts(out, ",["));
    ok(iso_json_quote(out, text));
    ok(iso_buf_printf(out, ",%.9g]", (double)score));
    iso_free(text);
}

/* <s> <pad> </s> <unk>, the pieces from SentencePiece's 3 on, <mask>; the rules in *rules. */
static iso_buf vocabulary(iso_buf *rules, const iso_buf *model)
{
    iso_proto all = {(const unsigned char *)model->text, model->len};
    iso_buf out = {0};
    iso_proto_field f, g;
    int count = 0;

    ok(iso_buf_puts(&out, "[[\"<s>\",0],[\"<pad>\",0],[\"</s>\",0],[\"<unk>\",0]"));
    while (iso_proto_next(&f, &all) > 0) {
        if (f.number == 1 && count++ >= 3)
            put_entry(&out, f.bytes);
        while (f.number == 3 && iso_proto_next(&g, &f.bytes) > 0) {
            if (g.number == 2)
                ok(iso_base64_encode(rules, g.bytes.at, g.bytes.left));
        }
    }
    ok(iso_buf_puts(&out, ",[\"<mask>\",0]]"));
    return out;
}

static iso_buf bytes_of(const char *path)
{
    static char bytes[8 << 20];
    FILE *f = fopen(path, "rb");
    iso_buf out = {0};

    assert_non_null(f);
    ok(iso_buf_add(&out, bytes, (int64_t)fread(bytes, 1, sizeof bytes, f)));
    fclose(f);
    return out;
}

static iso_buf bundled_bytes(void)
{
    return bytes_of(source_path("examples/mini/sentencepiece.bpe.model"));
}

static iso_buf json_of(const iso_buf *model, const char *before, const char *after,
                       const char *pre_tokenizer)
{
    iso_buf rules = {0}, out = {0}, vocab = vocabulary(&rules, model);

    ok(iso_buf_printf(&out, "{\"added_tokens\":["));
    for (int i = 0; i < 5; i++)
        ok(iso_buf_printf(&out, "%s{\"id\":%d,\"special\":true,\"content\":\"%s\"}", i ? "," : "",
                          i < 4 ? i : 8190,
                          (const char *[]){"<s>", "<pad>", "</s>", "<unk>", "<mask>"}[i]));
    ok(iso_buf_printf(&out, "],\"normalizer\":%s{\"type\":\"Precompiled\",", before));
    ok(iso_buf_printf(&out, "\"precompiled_charsmap\":\"%s\"}%s,", rules.text, after));
    ok(iso_buf_printf(&out, "\"pre_tokenizer\":%s,\"model\":{\"type\":\"Unigram\",",
                      pre_tokenizer));
    ok(iso_buf_printf(&out, "\"unk_id\":3,\"vocab\":%s}}", vocab.text));
    iso_buf_free(&rules);
    iso_buf_free(&vocab);
    return out;
}

static iso_err model_of(iso_spm **out, iso_spm_spaces *spaces, const char *json)
{
    iso_json_pairs vocab = {.outer = "model", .inner = "vocab"};
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_json_parse_pairs(&root, &vocab, json, (int64_t)strlen(json)));
    ISO_TRY(iso_spm_of_json(out, spaces, root, &vocab, "t.json"));
done:
    iso_json_pairs_free(&vocab);
    iso_json_free(root);
    return err;
}

/* Ids as fairseq counts them: one more than SentencePiece, the unknown 3. */
static int64_t same_ids(const iso_spm *a, const iso_spm *b, const char *line, int64_t len)
{
    iso_tokens s = {0}, t = {0};

    ok(iso_spm_encode(a, &s, line, len));
    ok(iso_spm_encode(b, &t, line, len));
    assert_int_equal(s.count, t.count);
    for (int64_t i = 0; i < s.count; i++) {
        assert_int_equal(s.ids[i] == 0 ? 3 : s.ids[i] + 1, t.ids[i]);
        assert_int_equal(s.begin[i], t.begin[i]);
        assert_int_equal(s.end[i], t.end[i]);
    }
    const int64_t count = s.count;
    iso_tokens_free(&s);
    iso_tokens_free(&t);
    return count;
}

static int64_t same_corpus(const iso_spm *a, const iso_spm *b)
{
    static const char *const langs[] = {"ar", "de", "en", "es", "fr", "hi", "ru", "sw", "tr", "zh"};
    char name[64], line[4096];
    int64_t count = 0;

    for (size_t l = 0; l < sizeof langs / sizeof *langs; l++) {
        (void)snprintf(name, sizeof name, "examples/corpus/%s.tsv", langs[l]);
        FILE *f = fopen(source_path(name), "r");
        assert_non_null(f);
        while (fgets(line, sizeof line, f))
            count += same_ids(a, b, line, (int64_t)strlen(line));
        fclose(f);
    }
    return count;
}

static void one_model(const char *before, const char *after, const char *pre_tokenizer)
{
    static const char odd[] = "  two  spaces \t\xef\xbc\xa1\xff\0<s> </s><mask>\xf0\x9f\x98\x80  ";
    iso_buf model = bundled_bytes(), json = json_of(&model, before, after, pre_tokenizer);
    iso_spm_spaces spaces;
    iso_spm *a = NULL, *b = NULL;

    ok(iso_spm_of_bytes(&a, model.text, model.len, "model"));
    ok(model_of(&b, &spaces, json.text));
    assert_int_equal(iso_spm_size(b), iso_spm_size(a) + 2);
    assert_int_equal(iso_spm_unknown(b), 3);
    assert_int_equal(iso_spm_find(b, "<mask>"), 8190);
    assert_true(same_corpus(a, b) > 20000);
    assert_true(same_ids(a, b, odd, sizeof odd - 1) > 10);
    iso_spm_close(a);
    iso_spm_close(b);
    iso_buf_free(&model);
    iso_buf_free(&json);
}

static void one_model_as_first_shipped(void **state)
{
    (void)state;
    one_model("", "",
              "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"},"
              "{\"type\":\"Metaspace\",\"replacement\":\"" SPACE "\",\"add_prefix_space\":true}]}");
}

static void one_model_as_shipped_now(void **state)
{
    (void)state;
    one_model(
        "{\"type\":\"Sequence\",\"normalizers\":[",
        ",{\"type\":\"Strip\",\"strip_left\":false,\"strip_right\":true},{\"type\":\"Replace\","
        "\"pattern\":{\"Regex\":\" {2,}\"},\"content\":\"" SPACE "\"}]}",
        "{\"type\":\"Metaspace\",\"replacement\":\"" SPACE "\",\"prepend_scheme\":\"always\","
        "\"split\":true}");
}

/* Its vocabulary is read apart, or cJSON reads all: the same. */
static void vocabularies_both_ways(void **state)
{
    static const char *const models[] = {"data/tokenizers/xlm-roberta", "models/m15",
                                         "models/mini"};
    iso_buf model = bundled_bytes();

    (void)state;
    for (size_t i = 0; i <= sizeof models / sizeof *models; i++) {
        iso_buf json = json_of(&model, "", "", METASPACE);
        assert_true(both_ways(json.text, json.len) > 8000);
        iso_buf_free(&json);
        iso_buf_free(&model);
        if (i < sizeof models / sizeof *models) {
            char path[100];
            (void)snprintf(path, sizeof path, "%s/sentencepiece.bpe.model", models[i]);
            model = bytes_of(test_data(path));
        }
    }
}

/* Small files ------------------------------------------------------------------- */

static const char *small(const char *normalizer, const char *pre_tokenizer, const char *added,
                         const char *model)
{
    static char json[4096];

    (void)snprintf(json, sizeof json,
                   "{\"normalizer\":%s,\"pre_tokenizer\":%s,\"added_tokens\":%s,\"model\":%s}",
                   normalizer, pre_tokenizer, added, model);
    return json;
}

#define MODEL                                                                                      \
    "{\"type\":\"Unigram\",\"unk_id\":1,\"byte_fallback\":false,\"vocab\":[[\"<s>\",0],"           \
    "[\"<unk>\",0],[\"" SPACE "\",-1],[\"a\",-2.5],[\"b\",-3]]}"

static void cuts(const char *json, const char *line, const int32_t *want, int count)
{
    iso_spm *s = NULL, *bare = NULL;
    iso_spm_spaces spaces;
    iso_tokens t = {0};

    ok(model_of(&s, &spaces, json));
    ok(iso_spm_bare(&bare, s));
    ok(iso_spm_encode(spaces.prefix == ISO_PREFIX_NEVER ? bare : s, &t, line,
                      (int64_t)strlen(line)));
    assert_int_equal(t.count, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(t.ids[i], want[i]);
    iso_tokens_free(&t);
    iso_spm_close(bare);
    iso_spm_close(s);
}

static void spaces_as_the_parts_have_them(void **state)
{
    (void)state;
    const char *never =
        "{\"type\":\"Metaspace\",\"replacement\":\"" SPACE "\",\"prepend_scheme\":\"never\"}";
    const char *old =
        "{\"type\":\"Metaspace\",\"replacement\":\"" SPACE "\",\"add_prefix_space\":false}";
    const char *twice =
        "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\" {2,}\"},\"content\":\" \"}";

    cuts(small("null", METASPACE, "[]", MODEL), "a  b", (int32_t[]){2, 3, 2, 2, 4}, 5);
    cuts(small("null", never, "[]", MODEL), "a  b", (int32_t[]){3, 2, 2, 4}, 4);
    cuts(small("null", old, "[]", MODEL), "a  b", (int32_t[]){3, 2, 2, 4}, 4);
    cuts(small(twice, METASPACE, "[]", MODEL), "a  b ", (int32_t[]){2, 3, 2, 4}, 4);
    cuts(small(twice, never, "[]", MODEL), "a  b", (int32_t[]){3, 2, 4}, 3);
}

/* Those are found before a text comes here. */
static void tokens_behind_the_vocabulary_are_left_out(void **state)
{
    (void)state;
    const char *added = "[{\"id\":6,\"content\":\"ab\"},{\"id\":3,\"content\":\"a\"},"
                        "{\"id\":900,\"special\":true,\"content\":\"ba\"}]";

    cuts(small("null", METASPACE, "[]", MODEL), "abba", (int32_t[]){2, 3, 4, 4, 3}, 5);
    cuts(small("null", METASPACE, added, MODEL), "abba", (int32_t[]){2, 3, 4, 4, 3}, 5);
}

static void refused(const char *json, iso_err code, const char *part)
{
    iso_spm_spaces spaces;
    iso_spm *s = NULL;

    fails(model_of(&s, &spaces, json), code, part);
    fails(model_of(&s, &spaces, json), code, "t.json");
    assert_null(s);
}

/* Three bytes of a character that no piece has. */
static void bytes_stand_for_what_is_unknown(void **state)
{
    (void)state;
    iso_buf json = {0};

    for (int missing = 0; missing < 2; missing++) {
        json.len = 0;
        ok(iso_buf_puts(&json, "{\"pre_tokenizer\":" METASPACE ",\"model\":{\"type\":\"Unigram\","
                               "\"unk_id\":0,\"byte_fallback\":true,\"vocab\":[[\"<unk>\",0],"
                               "[\"" SPACE "\",-1],[\"a\",-2]"));
        for (int i = 0; i < 256 - missing; i++)
            ok(iso_buf_printf(&json, ",[\"<0x%02X>\",0]", i));
        ok(iso_buf_puts(&json, "]}}"));
        if (missing)
            refused(json.text, ISO_EFORMAT, "byte_fallback with 255 of the 256 pieces");
        else
            cuts(json.text, "a\xe2\x82\xac", (int32_t[]){1, 2, 3 + 0xe2, 3 + 0x82, 3 + 0xac}, 5);
    }
    iso_buf_free(&json);
}

/* A special token inside the vocabulary is nothing a text is cut into. */
static void special_tokens_are_no_text(void **state)
{
    (void)state;
    const char *added = "[{\"id\":3,\"special\":true,\"content\":\"a\"}]";

    cuts(small("null", METASPACE, added, MODEL), "ba", (int32_t[]){2, 4, 1}, 3);
}

static void what_a_model_cannot_express(void **state)
{
    (void)state;
    static const char *const normalizers[][2] = {
        {"{\"type\":\"NFKC\"}", "its tokenizer normalises texts by NFKC, which is not supported "
                                "for SentencePiece unigram models; cut texts with"},
        {"{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Lowercase\"}]}", "Lowercase"},
        {"{\"type\":\"Replace\",\"pattern\":{\"String\":\"x\"},\"content\":\" \"}", "Replace"},
        {"{\"type\":\"Strip\"}", "Strip without a Replace"},
        {"{\"type\":\"Strip\",\"strip_right\":false}", "Strip of the left side alone"},
        {"7", "by something without a type"},
    };
    static const char *const pre_tokenizers[][2] = {
        {"null", "splits texts by other means than Metaspace"},
        {"{\"type\":\"ByteLevel\"}", "splits texts by ByteLevel"},
        {"{\"type\":\"Metaspace\",\"replacement\":\"_\"}", "another replacement than U+2581"},
        {"{\"type\":\"Metaspace\",\"replacement\":\"" SPACE "\",\"prepend_scheme\":\"x\"}",
         "unknown prepend_scheme"},
        {"{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"},{\"type\":"
         "\"Metaspace\",\"replacement\":\"" SPACE "\",\"add_prefix_space\":false}]}",
         "WhitespaceSplit without a prefix to every word"},
    };
    for (size_t i = 0; i < 6; i++)
        refused(small(normalizers[i][0], METASPACE, "[]", MODEL), ISO_EUNSUP, normalizers[i][1]);
    for (size_t i = 0; i < 5; i++) {
        refused(small("null", pre_tokenizers[i][0], "[]", MODEL), ISO_EUNSUP, pre_tokenizers[i][1]);
    }
    refused(small("null", METASPACE, "[]", "{\"type\":\"BPE\"}"), ISO_EUNSUP, "of the model BPE");
}

static void files_that_are_wrong(void **state)
{
    (void)state;
    static const char *const models[][2] = {
        {"{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":{\"a\":0}}", "model.vocab is no list"},
        {"{\"type\":\"Unigram\",\"unk_id\":2,\"vocab\":[[\"a\",0]]}", "model.unk_id is no place"},
        {"{\"type\":\"Unigram\",\"unk_id\":null,\"vocab\":[[\"a\",0]]}", "model.unk_id"},
        {"{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\"]]}", "entry 0 of model.vocab"},
        {"{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\",0],[\"b\",1e300]]}",
         "entry 1 of model.vocab, \"b\", has a score that is not finite"},
        {"{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\",0],[\"b\",-Infinity]]}",
         "not finite"},
        {"{\"type\":\"Unigram\",\"unk_id\":NaN,\"vocab\":[[\"a\",0]]}", "model.unk_id is no place"},
        {"{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"u\",0],[\"a\",0],[\"a\",1]]}",
         "already defined"},
        {"{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\",0],[\"\",1]]}",
         "piece 1 has 0 bytes"},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        refused(small("null", METASPACE, "[]", models[i][0]), ISO_EFORMAT, models[i][1]);
    refused(small("{\"type\":\"Precompiled\"}", METASPACE, "[]", MODEL), ISO_EFORMAT,
            "without precompiled_charsmap");
    refused(
        small("{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"!\"}", METASPACE, "[]", MODEL),
        ISO_EFORMAT, "precompiled_charsmap: no base64 at character 0 of 1");
    refused(small("{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"Zm9vYmFy\"}", METASPACE,
                  "[]", MODEL),
            ISO_EFORMAT, "say their trie has");
    refused("[]", ISO_EUNSUP, "of the model something without");
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *json = small("null", METASPACE, "[{\"id\":5,\"content\":\"x\"}]", MODEL);
    iso_spm_spaces spaces;
    iso_json_pairs vocab = {.outer = "model", .inner = "vocab"};
    iso_json *root = NULL;
    iso_spm *s = NULL, *bare = NULL;
    iso_err err = ISO_ENOMEM;
    int n = 0;

    ok(iso_json_parse_pairs(&root, &vocab, json, (int64_t)strlen(json)));
    for (; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_spm_of_json(&s, &spaces, root, &vocab, "t.json");
        iso_alloc_fail_after(-1);
        assert_true(err ? err == ISO_ENOMEM && !s : s != NULL);
    }
    iso_alloc_fail_after(0);
    assert_int_equal(iso_spm_bare(&bare, s), ISO_ENOMEM);
    iso_alloc_fail_after(-1);
    assert_null(bare);
    iso_spm_close(s);
    iso_json_pairs_free(&vocab);
    iso_json_free(root);
}

int main(void)
{
    RUN_TESTS(test(one_model_as_first_shipped), test(one_model_as_shipped_now),
              test(vocabularies_both_ways), test(spaces_as_the_parts_have_them),
              test(tokens_behind_the_vocabulary_are_left_out),
              test(bytes_stand_for_what_is_unknown), test(special_tokens_are_no_text),
              test(what_a_model_cannot_express), test(files_that_are_wrong),
              test(every_allocation_may_fail));
}
