/* The tokenizer of a folder: what it opens and refuses, special tokens, pairs, truncation, and the
 * ids of published cases. */
#include "tests/check.h"

#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/file.h"
#include "lib/io/folder.h"
#include "lib/io/json.h"
#include "lib/text/tokenizer.h"

/* --- Folders --- */

static const char *folder_named(const char *name)
{
    const char *path = temp_path(name);

    assert_int_equal(mkdir(path, 0700), 0);
    return path;
}

static void put_bytes(const char *folder, const char *name, const char *bytes, size_t len)
{
    FILE *f = fopen(check_path(folder, name), "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static void put(const char *folder, const char *name, const char *bytes)
{
    put_bytes(folder, name, bytes, strlen(bytes));
}

static char *whole(const char *path, int64_t *len)
{
    iso_file *f;
    char *bytes;

    ok(iso_file_open(&f, path));
    ok(iso_alloc(&bytes, f->size + 1, 1));
    ok(iso_file_read(f, 0, bytes, f->size));
    *len = f->size;
    iso_file_close(f);
    return bytes;
}

/* A folder with the model of the examples, and a config.json of this family. */
static const char *spm_folder(const char *name, const char *model_name, const char *family)
{
    const char *folder = folder_named(name);
    int64_t len;
    char *bytes = whole(source_path("examples/mini/sentencepiece.bpe.model"), &len);
    char config[100];

    put_bytes(folder, model_name, bytes, (size_t)len);
    snprintf(config, sizeof config, "{\"model_type\": \"%s\"}", family);
    put(folder, "config.json", config);
    iso_free(bytes);
    return folder;
}

#define LITTLE                                                                                     \
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n##c\n\xc3\xa9\ne\nA\n\xe4\xbd\xa0\n##\xe4\xbd\xa0\n"

static const char *little(const char *name, const char *settings)
{
    const char *folder = folder_named(name);

    put(folder, "vocab.txt", LITTLE);
    if (settings)
        put(folder, "tokenizer_config.json", settings);
    return folder;
}

static iso_tokenizer *opened(const char *folder)
{
    iso_tokenizer *t = NULL;

    ok(iso_tokenizer_open(&t, folder));
    return t;
}

static void refused(const char *folder, iso_err code, const char *part)
{
    iso_tokenizer *t = NULL;

    fails(iso_tokenizer_open(&t, folder), code, part);
    assert_null(t);
}

/* "2 4 3|000": ids, then types; pieces as read. */
static const char *ids_of(const iso_tokenizer *t, const char *a, const char *b, int64_t max)
{
    static char out[1000];
    const iso_text text = {a, (int64_t)strlen(a), b, b ? (int64_t)strlen(b) : 0};
    iso_tokens k = {0};
    int at = 0;

    ok(iso_tokenizer_encode(t, &k, &text, max));
    for (int64_t i = 0; i < k.count; i++)
        at += snprintf(out + at, sizeof out - (size_t)at, "%d ", k.ids[i]);
    at += snprintf(out + at, sizeof out - (size_t)at, "|");
    for (int64_t i = 0; i < k.count; i++)
        at += snprintf(out + at, sizeof out - (size_t)at, "%d", k.types[i]);
    iso_tokens_free(&k);
    return out;
}

static const char *pieces_of(const iso_tokenizer *t, const char *a, const char *b)
{
    static char out[1000];
    const iso_text text = {a, (int64_t)strlen(a), b, b ? (int64_t)strlen(b) : 0};
    iso_tokens k = {0};
    int at = 0;

    ok(iso_tokenizer_encode(t, &k, &text, 0));
    for (int64_t i = 0; i < k.count; i++) {
        int64_t len;
        const char *piece = iso_tokenizer_piece(&len, t, &k, i, &text);
        at += snprintf(out + at, sizeof out - (size_t)at, "%s%.*s", i ? " " : "", (int)len, piece);
    }
    iso_tokens_free(&k);
    return out;
}

/* --- WordPiece --- */

static void bert_puts_specials_around_texts(void **state)
{
    (void)state;
    iso_tokenizer *t = opened(little("bert", "{\"do_lower_case\": false}"));
    iso_tokens k = {0};

    text(iso_tokenizer_kind(t), "wordpiece");
    assert_int_equal(iso_tokenizer_size(t), 12);
    text(ids_of(t, "ac b", NULL, 0), "2 4 6 5 3 |00000");
    text(ids_of(t, "", NULL, 0), "2 3 |00");
    text(ids_of(t, "ac", "b A", 0), "2 4 6 3 5 9 3 |0000111");
    text(ids_of(t, "a", "", 0), "2 4 3 3 |0001");
    text(pieces_of(t, "ac zz", "b"), "[CLS] a ##c [UNK] [SEP] b [SEP]");

    ok(iso_tokenizer_encode(t, &k, &(iso_text){" ac", 3, "b", 1}, 0));
    const uint8_t special[] = {1, 0, 0, 1, 0, 1}, part[] = {0, 0, 0, 0, 1, 1};
    const int64_t begin[] = {0, 1, 2, 0, 0, 0}, end[] = {0, 2, 3, 0, 1, 0};
    assert_int_equal(k.count, 6);
    assert_memory_equal(k.special, special, sizeof special);
    assert_memory_equal(k.part, part, sizeof part);
    assert_memory_equal(k.begin, begin, sizeof begin);
    assert_memory_equal(k.end, end, sizeof end);
    assert_false(k.truncated);
    iso_tokens_free(&k);
    iso_tokenizer_close(t);
}

/* A 9, e 8, é 7, two ideographs 10 10; with ideographs joined 10 11. */
static void settings_decide_about_case_and_accents(void **state)
{
    (void)state;
    static const struct {
        const char *name, *settings, *ids;
    } ways[] = {
        {"s1", "{\"do_lower_case\": false}", "2 9 7 10 10 3 |000000"},
        {"s2", "{\"do_lower_case\": true}", "2 4 8 10 10 3 |000000"},
        {"s3", "{\"do_lower_case\": true, \"strip_accents\": false}", "2 4 7 10 10 3 |000000"},
        {"s4", "{\"do_lower_case\": false, \"strip_accents\": true}", "2 9 8 10 10 3 |000000"},
        {"s5", "{\"do_lower_case\": true, \"strip_accents\": null}", "2 4 8 10 10 3 |000000"},
        {"s6", "{\"do_lower_case\": false, \"tokenize_chinese_chars\": false}",
         "2 9 7 10 11 3 |000000"},
        {"s7", "{}", "2 4 8 10 10 3 |000000"},
        {"s8", NULL, "2 4 8 10 10 3 |000000"},
    };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        iso_tokenizer *t = opened(little(ways[i].name, ways[i].settings));
        text(ids_of(t, "A \xc3\xa9 \xe4\xbd\xa0\xe4\xbd\xa0", NULL, 0), ways[i].ids);
        iso_tokenizer_close(t);
    }
}

/* Lower-casing that nobody asked for, over a vocabulary with capitals, is worth a word. */
static void odd_things_are_counted(void **state)
{
    (void)state;
    const char *folder = folder_named("odd"), *first = NULL;

    put(folder, "vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\na\nHouse\na\n");
    iso_tokenizer *t = opened(folder);
    assert_int_equal(iso_tokenizer_odd(t, &first), 3);
    assert_non_null(strstr(first, "1 pieces have capital letters"));
    assert_int_equal(iso_tokenizer_odd(t, NULL), 3);
    iso_tokenizer_close(t);
    put(folder, "tokenizer_config.json", "{\"do_lower_case\": false}");
    t = opened(folder);
    assert_int_equal(iso_tokenizer_odd(t, &first), 2);
    assert_non_null(strstr(first, "piece 3 is repeated as 4"));
    text(ids_of(t, "a House", NULL, 0), "1 6 5 2 |0000");
    iso_tokenizer_close(t);
}

static void specials_may_have_other_names(void **state)
{
    (void)state;
    const char *folder = folder_named("names");

    put(folder, "vocab.txt", "<u>\n<c>\n<e>\na\n");
    refused(folder, ISO_EFORMAT, "lacks [UNK], its unk_token");
    put(folder, "tokenizer_config.json", "{\"unk_token\": \"<u>\"}");
    refused(folder, ISO_EFORMAT, "lacks [CLS], its cls_token");
    put(folder, "special_tokens_map.json", "{\"cls_token\": \"<c>\", \"sep_token\": \"a\"}");
    put(folder, "tokenizer_config.json",
        "{\"sep_token\": {\"content\": \"<e>\"}, \"unk_token\": \"<x>\"}");
    refused(folder, ISO_EFORMAT, "lacks <x>, its unk_token");
    put(folder, "tokenizer_config.json",
        "{\"sep_token\": {\"content\": \"<e>\"}, \"unk_token\": "
        "\"<u>\"}");
    iso_tokenizer *t = opened(folder);
    text(ids_of(t, "a b", NULL, 0), "1 3 0 2 |0000");
    iso_tokenizer_close(t);
}

static void models_of_one_type_get_zeros(void **state)
{
    (void)state;
    const char *folder = little("types", NULL);
    static const char *const configs[] = {"{\"model_type\": \"bert\", \"type_vocab_size\": 1}",
                                          "{\"model_type\": \"distilbert\"}",
                                          "{\"model_type\": \"bert\", \"type_vocab_size\": 2}"};

    for (int i = 0; i < 3; i++) {
        put(folder, "config.json", configs[i]);
        iso_tokenizer *t = opened(folder);
        text(ids_of(t, "a", "b", 0), i < 2 ? "2 4 3 5 3 |00000" : "2 4 3 5 3 |00011");
        iso_tokenizer_close(t);
    }
}

/* --- Truncation --- */

/* Step by step, as the rule reads. */
static void plain_truncation(int *a, int *b, int room)
{
    while (*a + *b > room) {
        if (*a > *b)
            --*a;
        else
            --*b;
    }
}

static void the_longer_text_loses_its_last_piece(void **state)
{
    (void)state;
    iso_tokenizer *t = opened(little("cut", NULL));
    char a[40] = "", b[40] = "";
    iso_tokens k = {0};

    for (int n = 0; n <= 7; n++, strcat(a, "a ")) {
        *b = '\0';
        for (int m = 0; m <= 7; m++, strcat(b, "b ")) {
            for (int max = 5; max <= 18; max++) {
                const iso_text pair = {a, 2 * n, b, 2 * m};
                int left = n, right = m;
                ok(iso_tokenizer_encode(t, &k, &pair, max));
                plain_truncation(&left, &right, max - 3);
                assert_int_equal(k.count, left + right + 3);
                assert_int_equal(k.truncated, left < n || right < m);
                for (int i = 0; i < k.count; i++) {
                    const int id = i == 0                              ? 2
                                   : i <= left                         ? 4
                                   : i == left + 1 || i == k.count - 1 ? 3
                                                                       : 5;
                    assert_int_equal(k.ids[i], id);
                    assert_int_equal(k.part[i], i > left + 1);
                    assert_int_equal(k.end[i], id == 4   ? 2 * i - 1
                                               : id == 5 ? 2 * (i - left) - 3
                                                         : 0);
                    assert_int_equal(k.begin[i], k.end[i] ? k.end[i] - 1 : 0);
                }
            }
        }
    }
    text(ids_of(t, "a b a", NULL, 4), "2 4 5 3 |0000");
    fails(iso_tokenizer_encode(t, &k, &(iso_text){"a", 1, NULL, 0}, 2), ISO_EARG,
          "max_length 2 leaves no room for a piece; give 3");
    fails(iso_tokenizer_encode(t, &k, &(iso_text){"a", 1, "b", 1}, 4), ISO_EARG, "give 5");
    fails(iso_tokenizer_encode(t, &k, &(iso_text){"a", 1, NULL, 0}, -1), ISO_EARG, "-1");
    fails(iso_tokenizer_encode(t, &k, &(iso_text){"a", -1, NULL, 0}, 0), ISO_EARG, "negative");
    iso_tokens_free(&k);
    iso_tokenizer_close(t);
}

/* --- SentencePiece --- */

/* Ids of the Python module: "Hello world." 489 178 16 2711 4; a lone franc sign 3 0. */
static void xlmr_counts_as_fairseq_does(void **state)
{
    (void)state;
    iso_tokenizer *t = opened(source_path("examples/mini"));

    text(iso_tokenizer_kind(t), "sentencepiece");
    assert_int_equal(iso_tokenizer_size(t), 8191);
    text(ids_of(t, "Hello world.", NULL, 0), "0 490 179 17 2712 5 2 |0000000");
    text(ids_of(t, "The house is big.", "\xe2\x82\xa3", 0), "0 255 3862 92 4329 5 2 2 4 3 2 |"
                                                            "00000000000");
    text(pieces_of(t, "Hello", "\xe2\x82\xa3"),
         "<s> \xe2\x96\x81He ll o </s> </s> \xe2\x96\x81 \xe2\x82\xa3 </s>");
    text(ids_of(t, "Hello world.", "Hello world.", 8), "0 490 179 2 2 490 179 2 |00000000");
    text(ids_of(t, "Hello world.", "Hello", 8), "0 490 179 2 2 490 179 2 |00000000");
    iso_tokens k = {0};
    fails(iso_tokenizer_encode(t, &k, &(iso_text){"a", 1, "b", 1}, 5), ISO_EARG, "give 6");
    iso_tokens_free(&k);
    iso_tokenizer_close(t);
}

static void camembert_counts_from_four(void **state)
{
    (void)state;
    iso_tokenizer *t = opened(spm_folder("camembert", "sentencepiece.bpe.model", "camembert"));

    text(ids_of(t, "Hello \xe2\x82\xa3", NULL, 0), "5 493 182 20 7 3 6 |0000000");
    text(pieces_of(t, "Hello", NULL), "<s> \xe2\x96\x81He ll o </s>");
    iso_tokenizer_close(t);
    t = opened(spm_folder("spiece", "spiece.model", "bert"));
    text(ids_of(t, "Hello", NULL, 0), "0 490 179 17 2 |00000");
    iso_tokenizer_close(t);
}

/* --- tokenizer.json --- */

#define WORDPIECE                                                                                  \
    "\"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"vocab\": {\"[PAD]\": 0, "    \
    "\"[UNK]\": 1, \"a\": 4, \"b\": 5, \"##c\": 6, \"e\": 8}}, \"added_tokens\": [{\"id\": 2, "    \
    "\"content\": \"[CLS]\", \"special\": true}, {\"id\": 3, \"content\": \"[SEP]\", "             \
    "\"special\": true}]"
#define BERT_PARTS                                                                                 \
    "\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"normalizer\": {\"type\": "             \
    "\"BertNormalizer\", \"lowercase\": true}, "

static void wordpiece_from_json(void **state)
{
    (void)state;
    const char *folder = folder_named("json");

    put(folder, "tokenizer.json", "{" BERT_PARTS WORDPIECE "}");
    iso_tokenizer *t = opened(folder);
    text(iso_tokenizer_kind(t), "wordpiece");
    text(ids_of(t, "AC \xc3\x89 x", "b", 0), "2 4 6 8 1 3 5 3 |00000011");
    assert_int_equal(iso_tokenizer_size(t), 9);
    assert_int_equal(iso_tokenizer_odd(t, NULL), 0);
    iso_tokenizer_close(t);

    /* no normalizer: capitals stay, and controls */
    put(folder, "tokenizer.json",
        "{\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"normalizer\": null, " WORDPIECE
        "}");
    t = opened(folder);
    text(ids_of(t, "A a\x01 ac", NULL, 0), "2 1 1 4 6 3 |000000");
    iso_tokenizer_close(t);

    put(folder, "tokenizer.json",
        "{" BERT_PARTS "\"model\": {\"type\": \"WordPiece\", \"continuing_subword_prefix\": \"@\", "
        "\"max_input_chars_per_word\": 3, \"unk_token\": \"u\", \"vocab\": {\"[CLS]\": 0, "
        "\"[SEP]\": 1, \"u\": 2, \"a\": 3, \"@a\": 4}}, \"added_tokens\": [{\"id\": 5, "
        "\"content\": \"new\"}]}");
    t = opened(folder);
    text(ids_of(t, "aaa aaaanew", NULL, 0), "0 3 4 4 2 5 1 |0000000");
    assert_int_equal(iso_tokenizer_odd(t, NULL), 0);
    iso_tokenizer_close(t);
}

static void refused_json(const char *folder, const char *json, iso_err code, const char *part)
{
    put(folder, "tokenizer.json", json);
    refused(folder, code, part);
}

static void other_json_is_refused(void **state)
{
    (void)state;
    const char *f = folder_named("json_bad");

    refused_json(f, "{\"model\": {\"type\": \"BPE\"}}", ISO_EUNSUP,
                 "its tokenizer is BPE, which is not supported (WordPiece and SentencePiece");
    refused_json(f, "{\"model\": {\"vocab\": {}, \"merges\": []}}", ISO_EUNSUP, "BPE");
    refused_json(f, "{}", ISO_EFORMAT, "holds no model");
    refused_json(f, "[]", ISO_EFORMAT, "no JSON object");
    refused_json(f, "{\"model\"", ISO_EFORMAT, "not JSON");
    refused_json(f, "{\"normalizer\": {\"type\": \"NFKC\"}, " WORDPIECE "}", ISO_EUNSUP,
                 "normalises texts by NFKC");
    refused_json(f, "{" WORDPIECE "}", ISO_EUNSUP, "splits texts by nothing");
    refused_json(f, "{" BERT_PARTS "\"model\": {\"type\": \"WordPiece\", \"vocab\": []}}",
                 ISO_EFORMAT, "no object of pieces");
    refused_json(
        f, "{" BERT_PARTS "\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": 2000000000}}}",
        ISO_EFORMAT, "twice the number of pieces");
    refused_json(f, "{" BERT_PARTS "\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": -1}}}",
                 ISO_EFORMAT, "no id");
    refused_json(f,
                 "{" BERT_PARTS "\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[CLS]\": 0, "
                 "\"[SEP]\": 1}}}",
                 ISO_EFORMAT, "lacks [UNK]");
    refused_json(f,
                 "{" BERT_PARTS "\"model\": {\"type\": \"WordPiece\", \"vocab\": {}, "
                 "\"max_input_chars_per_word\": 100000}}",
                 ISO_EFORMAT, "max_input_chars_per_word is not 1 to 1000");
}

#define UNIGRAM(specials)                                                                          \
    "{\"model\": {\"type\": \"Unigram\", \"unk_id\": 3, \"vocab\": [" specials                     \
    ", [\"</s>\", 0], [\"<unk>\", 0], [\"\xe2\x96\x81"                                             \
    "a\", -1], [\"b\", -2], [\"\xe2\x96\x81\", "                                                   \
    "-3]]}, \"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\": \"\xe2\x96\x81\", "      \
    "\"add_prefix_space\": true}, \"added_tokens\": [{\"id\": 0, \"content\": \"<s>\", "           \
    "\"special\": true}, {\"id\": 2, \"content\": \"</s>\", \"special\": true}]}"

/* Places in the list are ids: no offset. */
static void unigram_from_json(void **state)
{
    (void)state;
    const char *folder = folder_named("unigram");

    put(folder, "tokenizer.json", UNIGRAM("[\"<s>\", 0], [\"<pad>\", 0]"));
    iso_tokenizer *t = opened(folder);
    text(iso_tokenizer_kind(t), "sentencepiece");
    assert_int_equal(iso_tokenizer_size(t), 7);
    text(ids_of(t, "ab x", "b", 0), "0 4 5 6 3 2 2 6 5 2 |0000000000");
    text(pieces_of(t, "a x", NULL), "<s> \xe2\x96\x81"
                                    "a \xe2\x96\x81 x </s>");
    iso_tokenizer_close(t);
    put(folder, "tokenizer_config.json", "{\"cls_token\": \"[CLS]\"}");
    refused(folder, ISO_EFORMAT, "lacks [CLS], its cls_token");
}

/* --- What no folder should be --- */

static void says_what_is_wrong_with_a_folder(void **state)
{
    (void)state;
    const char *folder = folder_named("none");

    refused(temp_path("nowhere"), ISO_EIO, "nowhere");
    refused(folder, ISO_EIO, "holds no vocab.txt");
    put(folder, "vocab.json", "{}");
    refused(folder, ISO_EUNSUP, "byte-level BPE");
    put(folder, "config.json", "{");
    refused(folder, ISO_EFORMAT, "config.json");
    put(folder, "config.json", "{}");
    put(folder, "vocab.txt", "");
    refused(folder, ISO_EFORMAT, "vocab.txt: is empty");
    put(folder, "vocab.txt", LITTLE);
    put(folder, "tokenizer_config.json", "{\"tokenizer_class\": \"BertJapaneseTokenizer\"}");
    refused(folder, ISO_EUNSUP, "BertJapaneseTokenizer");
    folder = folder_named("spm");
    put(folder, "sentencepiece.bpe.model", "no model");
    refused(folder, ISO_EFORMAT, "sentencepiece.bpe.model");
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *folder = little("alloc", "{\"do_lower_case\": true}");
    iso_tokenizer *t = NULL;
    iso_tokens k = {0};
    iso_err err;

    for (int64_t n = 0; (iso_alloc_fail_after(n), err = iso_tokenizer_open(&t, folder)); n++)
        assert_true(err == ISO_ENOMEM && !t);
    iso_alloc_fail_after(-1);
    for (int64_t n = 0; (iso_alloc_fail_after(n),
                         err = iso_tokenizer_encode(t, &k, &(iso_text){"a b", 3, "c", 1}, 0));
         n++)
        assert_true(err == ISO_ENOMEM && k.count == 0);
    iso_alloc_fail_after(-1);
    assert_int_equal(k.count, 6);
    iso_tokens_free(&k);
    iso_tokenizer_close(t);
}

/* --- Published cases --- */

/* SentencePiece's own ids (Python module 0.1.97). The fast tokenizer of the published case drops
 * U+200D, or divides at it; SentencePiece, with which XLM-R was trained, has no piece for it and
 * says unknown, joined with unknown neighbours. */
static const int32_t multibyte_emojis[] = {
    0,      6,      167474, 6,      243544, 6,      246984, 15755,  6,      247201, 79500,  6,
    248325, 3,      228250, 15755,  6,      3,      79500,  3,      228250, 6,      244314, 79500,
    3,      246529, 6,      3,      247443, 3,      6,      244785, 3,      50966,  3,      244960,
    3,      244314, 6,      244785, 3,      244785, 3,      245719, 3,      246167, 6,      3,
    79500,  3,      247443, 3,      79500,  6,      3,      6,      244314, 79500,  3,      50966,
    15755,  3,      244960, 3,      244314, 239719, 2};

static void case_has_ids(const iso_tokens *k, const iso_json *c, const char *name)
{
    const bool emojis = k->ids[0] == 0 && strcmp(name, "MULTIBYTE_EMOJIS") == 0;
    const iso_json *id = iso_json_first(iso_json_get(c, "ids"));
    const int64_t count = emojis ? (int64_t)(sizeof multibyte_emojis / sizeof *multibyte_emojis)
                                 : iso_json_count(iso_json_get(c, "ids"));

    for (int64_t i = 0; i < count; i++, id = iso_json_next(id)) {
        int64_t expected = -1;
        if (emojis)
            expected = multibyte_emojis[i];
        else
            assert_true(iso_json_int(&expected, id));
        if (i >= k->count || k->ids[i] != expected)
            fail_msg("%s: id %lld is not %lld", name, (long long)i, (long long)expected);
    }
    assert_int_equal(k->count, count);
}

/* As published; the fast tokenizer writes what it does not know as it stands in the text, too. */
static void case_has_pieces(const iso_tokenizer *t, const iso_tokens *k, const iso_text *of,
                            const iso_json *c)
{
    const iso_json *token = iso_json_first(iso_json_get(c, "tokens"));

    for (int64_t i = 1; i + 1 < k->count; i++, token = iso_json_next(token)) {
        int64_t len;
        const char *piece = iso_tokenizer_piece(&len, t, k, i, of);
        assert_non_null(iso_json_text(token));
        assert_int_equal(len, strlen(iso_json_text(token)));
        assert_memory_equal(piece, iso_json_text(token), (size_t)len);
    }
    assert_null(token);
}

static void published(const char *folder, const char *section, int least)
{
    iso_tokenizer *t = opened(folder);
    iso_tokens k = {0};
    iso_json *root;
    int seen = 0;

    ok(iso_folder_json(&root, test_data("data/tokenizers"), "vectors.json", 1 << 24));
    const iso_json *c = iso_json_first(iso_json_get(iso_json_get(root, section), "cases"));
    for (; c; c = iso_json_next(c), seen++) {
        const char *name = iso_json_text(iso_json_get(c, "name"));
        const char *s = iso_json_text(iso_json_get(c, "text"));
        /* our JSON stops at its NUL, which this one is about */
        const bool control = strcmp(name, "CONTROL_TOKENS") == 0;
        const iso_text text = {control ? "1\0"
                                         "2\xef\xbf\xbd"
                                         "3"
                                       : s,
                               control ? 7 : (int64_t)strlen(s), NULL, 0};
        ok(iso_tokenizer_encode(t, &k, &text, 0));
        case_has_ids(&k, c, name);
        if (!control && strcmp(name, "MULTIBYTE_EMOJIS") != 0)
            case_has_pieces(t, &k, &text, c);
    }
    assert_true(seen >= least);
    iso_json_free(root);
    iso_tokens_free(&k);
    iso_tokenizer_close(t);
}

static void published_cases_of_mbert(void **state)
{
    (void)state;
    published(test_data("data/tokenizers/mbert-cased"), "mbert_cased", 22);
}

static void published_cases_of_xlmr(void **state)
{
    (void)state;
    published(test_data("data/tokenizers/xlm-roberta"), "xlmr_minilm_l12", 28);
}

/* --- Whole corpora, against the sums of a plain implementation: tests/golden/make_wordpiece.py ---
 */

struct sum {
    int64_t count;
    uint64_t fnv;
};

static void add_line(struct sum *sum, const iso_tokenizer *t, iso_tokens *k, const char *line,
                     size_t len)
{
    const char *at = memchr(line, '\t', len);

    at = at ? memchr(at + 1, '\t', (size_t)(line + len - at - 1)) : NULL;
    assert_non_null(at);
    ok(iso_tokenizer_encode(t, k, &(iso_text){at + 1, line + len - at - 1, NULL, 0}, 0));
    for (int64_t i = 1; i + 1 < k->count; i++, sum->count++) {
        for (int b = 0; b < 4; b++)
            sum->fnv = (sum->fnv ^ ((uint32_t)k->ids[i] >> (8 * b) & 0xff)) * 0x100000001b3u;
    }
}

static void add_file(struct sum *sum, const iso_tokenizer *t, const char *path)
{
    iso_tokens k = {0};
    int64_t len;
    char *bytes = whole(path, &len), *line = strchr(bytes, '\n');

    while (line && line[1]) {
        const size_t size = strcspn(++line, "\n");
        if (size)
            add_line(sum, t, &k, line, line[size - 1] == '\r' ? size - 1 : size);
        line = line[size] ? line + size : NULL;
    }
    iso_free(bytes);
    iso_tokens_free(&k);
}

static void corpora_come_to_the_same_sums(void **state)
{
    (void)state;
    const char *folders = test_data("data/tokenizers");
    char vocabulary[64], language[64], open_one[64] = "";
    unsigned long long count, fnv;
    iso_tokenizer *t = NULL;
    int64_t len;
    char *golden = whole(source_path("tests/golden/wordpiece_sums.tsv"), &len);
    int rows = 0, used = 0;

    for (char *row = strchr(golden, '\n') + 1;
         sscanf(row, "%63s %63s %llu %llx %n", vocabulary, language, &count, &fnv, &used) == 4;
         row += used, rows++) {
        struct sum sum = {0, 0xcbf29ce484222325u};
        char path[200];
        if (strcmp(open_one, vocabulary) != 0) {
            iso_tokenizer_close(t);
            t = opened(check_path(folders, strcpy(open_one, vocabulary)));
        }
        /* by name: dev, test, train */
        for (int i = 0; i < 3; i++) {
            const char *const names[] = {"dev", "test", "train"};
            snprintf(path, sizeof path, "%s/%s.tsv", language, names[i]);
            const char *file = check_path(test_data("data/sib200"), path);
            if (access(file, R_OK) == 0)
                add_file(&sum, t, file);
        }
        if ((unsigned long long)sum.count != count || sum.fnv != fnv)
            fail_msg("%s, %s: %lld ids, not %llu, or others", vocabulary, language,
                     (long long)sum.count, count);
    }
    assert_int_equal(rows, 60);
    iso_tokenizer_close(t);
    iso_free(golden);
}

int main(void)
{
    RUN_TESTS(test(bert_puts_specials_around_texts), test(settings_decide_about_case_and_accents),
              test(odd_things_are_counted), test(specials_may_have_other_names),
              test(models_of_one_type_get_zeros), test(the_longer_text_loses_its_last_piece),
              test(xlmr_counts_as_fairseq_does), test(camembert_counts_from_four),
              test(wordpiece_from_json), test(other_json_is_refused), test(unigram_from_json),
              test(says_what_is_wrong_with_a_folder), test(every_allocation_may_fail),
              test(published_cases_of_mbert), test(published_cases_of_xlmr),
              test(corpora_come_to_the_same_sums));
}
