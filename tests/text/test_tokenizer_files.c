/* Files of one tokenizer that disagree: which counts, and that it is said. */
#include "tests/check.h"

#include <sys/stat.h>

#include "lib/text/tokenizer.h"

static void put(const char *folder, const char *name, const char *bytes)
{
    FILE *f = fopen(check_path(folder, name), "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
    assert_int_equal(fclose(f), 0);
}

static const char *folder_named(const char *name)
{
    const char *path = temp_path(name);

    assert_int_equal(mkdir(path, 0700), 0);
    return path;
}

static iso_tokenizer *opened(const char *folder)
{
    iso_tokenizer *t = NULL;

    ok(iso_tokenizer_open(&t, folder));
    return t;
}

/* Ids, then types, of a text or a pair; and whether anything odd was met whose note holds `part`.
 */
static void gives(const char *folder, const char *a, const char *b, const char *ids,
                  const char *part)
{
    const iso_text text = {a, (int64_t)strlen(a), b, b ? (int64_t)strlen(b) : 0};
    iso_tokenizer *t = opened(folder);
    const char *first = NULL;
    iso_tokens k = {0};
    char out[400] = "";
    int at = 0;

    ok(iso_tokenizer_encode(t, &k, &text, 0));
    for (int64_t i = 0; i < k.count; i++)
        at += snprintf(out + at, sizeof out - (size_t)at, "%d ", k.ids[i]);
    for (int64_t i = 0; i < k.count; i++)
        at += snprintf(out + at, sizeof out - (size_t)at, "%d", k.types[i]);
    text(out, ids);
    assert_int_equal(iso_tokenizer_odd(t, &first), part ? 1 : 0);
    if (part && !strstr(first, part))
        fail_msg("\"%s\" does not say \"%s\"", first, part);
    iso_tokens_free(&k);
    iso_tokenizer_close(t);
}

static void refused(const char *folder, iso_err code, const char *part)
{
    iso_tokenizer *t = NULL;

    fails(iso_tokenizer_open(&t, folder), code, part);
    assert_null(t);
}

/* [UNK] 0 [CLS] 1 [SEP] 2 a 3 A 4 e 5 é 6 two ideographs 7, 8 inside */
#define VOCAB                                                                                      \
    "\"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"vocab\": {\"[UNK]\": 0, "    \
    "\"[CLS]\": 1, \"[SEP]\": 2, \"a\": 3, \"A\": 4, \"e\": 5, \"\xc3\xa9\": 6, "                  \
    "\"\xe4\xbd\xa0\": 7, \"##\xe4\xbd\xa0\": 8}}"
#define LINES "[UNK]\n[CLS]\n[SEP]\na\nA\ne\n\xc3\xa9\n\xe4\xbd\xa0\n##\xe4\xbd\xa0\n"
#define PARTS(lower)                                                                               \
    "\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"normalizer\": {\"type\": "             \
    "\"BertNormalizer\", \"lowercase\": " lower ", \"strip_accents\": null}, "
#define TEXT "A \xc3\xa9 \xe4\xbd\xa0\xe4\xbd\xa0"

static void settings_count_over_tokenizer_json(void **state)
{
    (void)state;
    static const struct {
        const char *json, *settings, *ids, *note;
    } cases[] = {
        {"{" PARTS("false") VOCAB "}", "{}", "1 4 6 7 7 2 000000", NULL},
        {"{" PARTS("true") VOCAB "}", "{}", "1 3 5 7 7 2 000000", NULL},
        {"{" PARTS("false") VOCAB "}", "{\"do_lower_case\": true}", "1 3 5 7 7 2 000000",
         "says do_lower_case true, tokenizer.json false: tokenizer_config.json counts"},
        {"{" PARTS("true") VOCAB "}", "{\"do_lower_case\": false}", "1 4 6 7 7 2 000000",
         "do_lower_case false"},
        {"{" PARTS("true") VOCAB "}", "{\"strip_accents\": false}", "1 3 6 7 7 2 000000",
         "strip_accents false"},
        {"{" PARTS("true") VOCAB "}", "{\"tokenize_chinese_chars\": false}", "1 3 5 7 8 2 000000",
         "tokenize_chinese_chars false"},
        {"{" PARTS("true") VOCAB "}", "{\"do_lower_case\": true, \"strip_accents\": null}",
         "1 3 5 7 7 2 000000", NULL},
        {"{" PARTS("true") VOCAB "}",
         "{\"do_lower_case\": false, \"tokenizer_class\": \"PreTrainedTokenizerFast\"}",
         "1 3 5 7 7 2 000000", "tokenizer.json counts"},
    };
    char name[20];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int beside = 0; beside < 2; beside++) {
            snprintf(name, sizeof name, "settings%zu%d", i, beside);
            const char *f = folder_named(name);
            put(f, "tokenizer.json", cases[i].json);
            put(f, "tokenizer_config.json", cases[i].settings);
            if (beside) /* vocab.txt is read, by the settings of tokenizer.json all the same */
                put(f, "vocab.txt", LINES);
            gives(f, TEXT, NULL, cases[i].ids, cases[i].note);
        }
    }
}

static void other_pieces_in_tokenizer_json_count(void **state)
{
    (void)state;
    const char *f = folder_named("pieces");

    put(f, "tokenizer.json", "{" PARTS("false") VOCAB "}");
    put(f, "vocab.txt", "[UNK]\n[CLS]\n[SEP]\nA\na\ne\n\xc3\xa9\n\xe4\xbd\xa0\n##\xe4\xbd\xa0\n");
    gives(f, "a", NULL, "1 3 2 000",
          "vocab.txt and tokenizer.json disagree (2 of 9 pieces, the first: id 3 is \"A\" and "
          "\"a\")");
    put(f, "vocab.txt", LINES "b\n");
    gives(f, "a b", NULL, "1 3 0 2 0000", "1 of 9 pieces, the first: id 9 is \"b\" and \"\"");
    put(f, "vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\n");
    gives(f, "a e", NULL, "1 3 5 2 0000", "5 of 9 pieces");
    put(f, "tokenizer.json", "{\"model\": {\"type\": \"BPE\", \"vocab\": {}}}");
    refused(f, ISO_EUNSUP, "splits texts by nothing, which is not supported for WordPiece");
    put(f, "tokenizer.json",
        "{" PARTS("false") "\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[UNK]\": 0, "
                           "\"[CLS]\": 1, \"[SEP]\": 2, \"a\": 3}}}");
    gives(f, "a", NULL, "1 3 2 000", NULL);
}

/* A model of SentencePiece beside a tokenizer.json: as in examples/mini, then with one piece more.
 */
static void a_model_may_disagree_too(void **state)
{
    (void)state;
    static char model[1 << 20];
    const char *f = folder_named("model");
    FILE *from = fopen(source_path("examples/mini/sentencepiece.bpe.model"), "rb");

    assert_non_null(from);
    const size_t len = fread(model, 1, sizeof model, from);
    fclose(from);
    FILE *to = fopen(check_path(f, "sentencepiece.bpe.model"), "wb");
    assert_non_null(to);
    assert_int_equal(fwrite(model, 1, len, to), len);
    fclose(to);
    gives(f, "Hello", NULL, "0 490 179 17 2 00000", NULL);
    put(f, "tokenizer.json",
        "{\"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\": \"\xe2\x96\x81\"}, "
        "\"model\": {\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"<unk>\", 0], [\"<s>\", "
        "0], [\"</s>\", 0], [\"\xe2\x96\x81\", -1], [\"H\", -2], [\"ello\", -3]]}}");
    gives(f, "Hello", NULL, "1 3 4 5 2 00000",
          "sentencepiece.bpe.model and tokenizer.json disagree");
}

#define SPECIAL(name)        "{\"SpecialToken\": {\"id\": \"" name "\", \"type_id\": 0}}"
#define SEQUENCE(name, type) "{\"Sequence\": {\"id\": \"" name "\", \"type_id\": " type "}}"
#define TEMPLATE(single, pair)                                                                     \
    "{" PARTS(                                                                                     \
        "false") "\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [" single     \
                 "], \"pair\": [" pair "], \"special_tokens\": {\"x\": {\"ids\": [4]}, \"y\": "    \
                 "{\"ids\": [5]}, \"z\": {\"ids\": [5, 6]}}}, " VOCAB "}"
#define SINGLE SPECIAL("x") ", " SEQUENCE("A", "0") ", " SPECIAL("y")

static void the_post_processor_says_what_stands_around(void **state)
{
    (void)state;
    static const char other[] = "its post_processor puts ids 4 and 5 around texts";
    const char *f = folder_named("post");

    put(f, "tokenizer.json",
        TEMPLATE(SINGLE, SINGLE ", " SPECIAL("y") ", " SEQUENCE("B", "1") ", " SPECIAL("y")));
    gives(f, "a", NULL, "4 3 5 000", other);
    gives(f, "a", "a", "4 3 5 5 3 5 000011", other);
    put(f, "tokenizer.json", TEMPLATE(SINGLE, SINGLE ", " SEQUENCE("B", "0") ", " SPECIAL("y")));
    gives(f, "a", "a", "4 3 5 3 5 00000", other);
    put(f, "tokenizer.json",
        "{" PARTS(
            "false") "\"post_processor\": {\"type\": \"Sequence\", "
                     "\"processors\": [{\"type\": \"ByteLevel\"}, {\"type\": "
                     "\"RobertaProcessing\", \"cls\": [\"x\", 4], \"sep\": [\"y\", 5]}]}, " VOCAB
                     "}");
    gives(f, "a", "a", "4 3 5 5 3 5 000000", other);
    put(f, "tokenizer.json",
        "{" PARTS("false") "\"post_processor\": {\"type\": "
                           "\"BertProcessing\", \"cls\": [\"[CLS]\", 1], \"sep\": [\"[SEP]\", "
                           "2]}, " VOCAB "}");
    gives(f, "a", "a", "1 3 2 3 2 00011", NULL);
    static const char *const wrong[] = {
        TEMPLATE(SEQUENCE("A", "0"), SINGLE),
        TEMPLATE(SINGLE, SINGLE),
        TEMPLATE(SPECIAL("z") ", " SEQUENCE("A", "0") ", " SPECIAL("y"), SINGLE),
        TEMPLATE(SINGLE, SINGLE ", " SPECIAL("x") ", " SEQUENCE("B", "1") ", " SPECIAL("y")),
        "{" PARTS("false") "\"post_processor\": {\"type\": \"BertProcessing\", \"cls\": 1}, " VOCAB
                           "}",
        "{" PARTS("false") "\"post_processor\": {\"type\": \"Other\"}, " VOCAB "}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        put(f, "tokenizer.json", wrong[i]);
        refused(f, ISO_EUNSUP, "is not supported; cut texts with the model's own tokenizer");
    }
}

static void lengths_are_read(void **state)
{
    (void)state;
    const char *f = folder_named("lengths");
    int64_t cut = -1;

    put(f, "vocab.txt", LINES);
    iso_tokenizer *t = opened(f);
    assert_int_equal(iso_tokenizer_longest(t, &cut), 0);
    assert_int_equal(cut, 0);
    assert_int_equal(iso_tokenizer_padding(t), -1);
    iso_tokenizer_close(t);
    put(f, "tokenizer_config.json",
        "{\"model_max_length\": 128, \"pad_token\": \"e\", \"mask_token\": \"e\"}");
    put(f, "tokenizer.json", "{" PARTS("false") "\"truncation\": {\"max_length\": 64}, " VOCAB "}");
    t = opened(f);
    assert_int_equal(iso_tokenizer_longest(t, &cut), 128);
    assert_int_equal(cut, 64);
    assert_int_equal(iso_tokenizer_padding(t), 5);
    assert_int_equal(iso_tokenizer_mask(t), 5);
    iso_tokenizer_close(t);
    put(f, "tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
    t = opened(f);
    assert_int_equal(iso_tokenizer_longest(t, NULL), 0);
    iso_tokenizer_close(t);
}

int main(void)
{
    RUN_TESTS(test(settings_count_over_tokenizer_json), test(other_pieces_in_tokenizer_json_count),
              test(a_model_may_disagree_too), test(the_post_processor_says_what_stands_around),
              test(lengths_are_read));
}
