#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/corpus.h"
#include "tests/check.h"

#include <sys/stat.h>

/* A file of these bytes; len -1 = up to the NUL. */
static const char *file(const char *name, const char *bytes, int64_t len)
{
    const char *path = temp_path(name);
    FILE *f = fopen(path, "wb");
    const size_t count = len < 0 ? strlen(bytes) : (size_t)len;

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, count, f), count);
    assert_int_equal(fclose(f), 0);
    return path;
}

static iso_err read_one(iso_corpus *out, const char *path)
{
    return iso_corpus_read(out, &path, 1, NULL);
}

static iso_err read_bytes(iso_corpus *out, const char *name, const char *bytes)
{
    return read_one(out, file(name, bytes, -1));
}

static iso_err read_named(iso_corpus *out, const char *path, const char *columns)
{
    return iso_corpus_read(out, &path, 1, &(iso_corpus_opt){.columns = columns});
}

static void every_line_is_an_item(void **state)
{
    (void)state;
    iso_corpus c = {0};

    ok(read_bytes(&c, "a.txt", "\xef\xbb\xbfone\r\n\n two\tx \r\n\r\nlast"));
    assert_int_equal(c.items, 5);
    text(c.text[0], "one");
    text(c.text[1], "");
    text(c.text[2], " two\tx ");
    text(c.text[3], "");
    text(c.text[4], "last");
    assert_int_equal(c.empty, 2);
    assert_int_equal(c.repaired, 0);
    assert_null(c.first_repaired_path);
    assert_null(c.ids);
    assert_null(c.labels);
    assert_null(c.offsets);
    iso_corpus_free(&c);
    assert_int_equal(c.items, 0);
    ok(read_bytes(&c, "b.txt", "\n"));
    assert_int_equal(c.items, 1);
    assert_int_equal(c.empty, 1);
    iso_corpus_free(&c);
    iso_corpus_free(&c);
    iso_corpus_free(NULL);
}

/* What Python's bytes.decode("utf-8", "replace") makes of them; NUL besides. */
static void bytes_that_are_no_text_are_mended(void **state)
{
    (void)state;
#define R "\xef\xbf\xbd"
    static const struct {
        const char *bytes, *text;
        int64_t len;
    } cases[] = {{"a\0b", "a" R "b", 3},
                 {"\xff\xfe\xfdx", R R R "x", 4},
                 {"\xc3(", R "(", 2},
                 {"\xe2\x82", R, 2},
                 {"\xe2\x28\xa1", R "(" R, 3},
                 {"\xc0\x80", R R, 2},       /* overlong */
                 {"\xe0\x9f\x80", R R R, 3}, /* overlong */
                 {"\xed\xa0\x80", R R R, 3}, /* a surrogate */
                 {"\xf0\x9f\x98\xe4\xbd\xa0", R "\xe4\xbd\xa0", 6},
                 {"\xf4\x90\x80\x80", R R R R, 4}, /* beyond U+10FFFF */
                 {"\xf0\x90\x80", R, 3},
                 {"\x80", R, 1}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[32] = "fine\n";
        iso_corpus c = {0};

        memcpy(line + 5, cases[i].bytes, (size_t)cases[i].len);
        const char *path = file("bad.txt", line, 5 + cases[i].len);
        ok(read_one(&c, path));
        assert_int_equal(c.items, 2);
        text(c.text[0], "fine");
        text(c.text[1], cases[i].text);
        assert_true(iso_utf8_valid(c.text[1], -1));
        assert_int_equal(c.repaired, 1);
        assert_int_equal(c.first_repaired, 2);
        text(c.first_repaired_path, path);
        iso_corpus_free(&c);
    }
}

static void a_header_names_the_columns(void **state)
{
    (void)state;
    iso_corpus c = {0};

    ok(read_bytes(&c, "a.tsv", "id\tnote\ttext\tlabel\ttext2\r\n7\tn\t \"a \tsport\tA\n8\t\t\t\t"));
    assert_int_equal(c.items, 2);
    text(c.text[0], " \"a ");
    text(c.text2[0], "A");
    text(c.ids[0], "7");
    text(c.labels[0], "sport");
    text(c.text[1], "");
    text(c.ids[1], "8");
    assert_int_equal(c.empty, 1);
    iso_corpus_free(&c);
    ok(read_bytes(&c, "b.tsv", "text\none\n\n")); /* a single column may be empty */
    assert_int_equal(c.items, 2);
    text(c.text[1], "");
    assert_null(c.text2);
    iso_corpus_free(&c);
}

static void columns_may_be_called_otherwise(void **state)
{
    (void)state;
    const char *path = file("c.tsv", "n\tphrase\tkind\n1\thello\tgreeting\n", -1);
    iso_corpus c = {0};

    ok(read_named(&c, path, "text=phrase,id=n,label=kind"));
    text(c.text[0], "hello");
    text(c.ids[0], "1");
    text(c.labels[0], "greeting");
    iso_corpus_free(&c);
    fails(read_one(&c, path), ISO_EFORMAT, "c.tsv: has no column text, only n, phrase, kind; say");
    fails(read_named(&c, path, "text=phrase,id=nn"), ISO_EFORMAT, "has no column nn, only n, ");
    fails(read_named(&c, path, "txt=sentence"), ISO_EARG,
          "\"txt\" is not known; did you mean text");
    fails(read_named(&c, path, "zzzzzzz=sentence"), ISO_EARG,
          "is not one of text, text2, id, label");
    fails(read_named(&c, path, "text"), ISO_EARG, "is not like text=NAME");
    fails(read_named(&c, path, "text="), ISO_EARG, "is not like text=NAME");
    fails(read_named(&c, path, "=x"), ISO_EARG, "is not like text=NAME");
    fails(read_named(&c, path, ""), ISO_EARG, "is not like text=NAME");
    fails(read_named(&c, path, "text=a,"), ISO_EARG, "is not like text=NAME");
    fails(read_named(&c, path, "text=a,text=b"), ISO_EARG, "text is given twice");
    path = file("plain.txt", "x\n", -1);
    ok(read_named(&c, path, "text=sentence")); /* plain files have no columns */
    iso_corpus_free(&c);
    fails(read_named(&c, path, "label"), ISO_EARG, "is not like");
    assert_null(c.store);
}

/* The one note of a corpus of one file; "" when there is none. */
static const char *said(const iso_corpus *c)
{
    return c->note_count ? c->notes[0].text : "";
}

static void other_names_are_known(void **state)
{
    (void)state;
    iso_corpus c = {0};

    ok(read_bytes(&c, "sib.tsv", "index_id\tcategory\ttext\n7\ttravel\tThe train is late.\n"));
    text(c.text[0], "The train is late.");
    text(c.ids[0], "7");
    text(c.labels[0], "travel");
    text(said(&c), "id is index_id, label is category");
    iso_corpus_free(&c);
    ok(read_bytes(&c, "nli.tsv", "premise\thypothesis\tgold_label\turl\na\tb\tc\td\n"));
    text(c.text[0], "a");
    text(c.text2[0], "b");
    text(c.labels[0], "c");
    text(said(&c), "text is premise, text2 is hypothesis, label is gold_label; left out: url");
    iso_corpus_free(&c);
    ok(read_bytes(&c, "odd.tsv", "text\tsentence\thypothesis\na\tb\tc\n")); /* our own name wins */
    text(c.text[0], "a");
    assert_null(c.text2);
    text(said(&c), "left out: sentence, hypothesis");
    iso_corpus_free(&c);
    ok(read_named(&c, file("odd.tsv", "premise\thypothesis\tid\na\tb\t1\n", -1),
                  "text=premise,id="));
    assert_null(c.text2);
    assert_null(c.ids);
    text(said(&c), "left out: hypothesis, id");
    iso_corpus_free(&c);
    ok(read_bytes(&c, "own.tsv", "id\ttext\n1\ta\n"));
    assert_int_equal(c.note_count, 0);
    iso_corpus_free(&c);
    ok(read_bytes(&c, "case.tsv", "ID\tSentence\n1\ta\n"));
    text(c.ids[0], "1");
    iso_corpus_free(&c);
    fails(read_bytes(&c, "two.tsv", "sentence\tcategory\ttopic\na\tb\tc\n"), ISO_EFORMAT,
          "two.tsv: columns category and topic could both be the label: say which with --columns "
          "label=category or label=topic");
    fails(read_bytes(&c, "two.tsv", "sentence\tcontent\na\tb\n"), ISO_EFORMAT,
          "could both be the text");
    fails(read_bytes(&c, "same.tsv", "premise\tpremise\na\tb\n"), ISO_EFORMAT,
          "same.tsv: line 1: column premise is there twice");
    fails(read_bytes(&c, "half.tsv", "hypothesis\tlabel\na\tb\n"), ISO_EFORMAT,
          "has no column text, only hypothesis, label");
}

static void commas_separate_quoted_fields(void **state)
{
    (void)state;
    iso_corpus c = {0};

    ok(read_bytes(&c, "headed.csv",
                  "\xef\xbb\xbfid,label,text\r\n1,a,\"Hello, world\"\r\n\r\n"
                  "2,b,\"She said \"\"no\"\",\r\nand\r\n\r\nleft\"\r\n3,,5\" wide\n4,c,\"\""));
    assert_int_equal(c.items, 4);
    text(c.text[0], "Hello, world");
    text(c.text[1], "She said \"no\",\nand\n\nleft");
    text(c.text[2], "5\" wide");
    text(c.text[3], "");
    text(c.ids[1], "2");
    text(c.labels[0], "a");
    text(c.labels[2], "");
    assert_int_equal(c.empty, 1);
    text(said(&c), "read as a table with quoted fields; 1 blank line ignored");
    iso_corpus_free(&c);
    ok(read_bytes(&c, "semi.CSV", "\"sentence\";\"topic\"\n\"a;b\";c\n"));
    text(c.text[0], "a;b");
    text(c.labels[0], "c");
    text(said(&c), "read as a table with quoted fields: text is sentence, label is topic");
    iso_corpus_free(&c);
    ok(read_bytes(&c, "quoted.tsv", "\"text\"\t\"id\"\n\"a\tb\"\t\"1\"\n"));
    text(c.text[0], "a\tb");
    iso_corpus_free(&c);
    ok(read_bytes(&c, "bad.csv", "text\n\xff\n"));
    text(c.text[0], "\xef\xbf\xbd");
    assert_int_equal(c.first_repaired, 2);
    iso_corpus_free(&c);
    fails(read_bytes(&c, "a.csv", "text,id\na,1\nb, and c,2\n"), ISO_EFORMAT,
          "a.csv: line 3 has 3 fields, its header 2; a field with a comma in it stands in quotes");
    fails(read_bytes(&c, "a.csv", "text,id\n\"a\nb,1\n"), ISO_EFORMAT,
          "a.csv: line 2: a quote is opened and not closed");
    fails(read_bytes(&c, "a.csv", "text,id\n\"a\nb\"c,1\n"), ISO_EFORMAT,
          "a.csv: line 3: text after a closing quote");
    fails(read_bytes(&c, "a.csv", "text,id\n\n\"a\nb\",1\n\nc,1"), ISO_EFORMAT,
          "a.csv: item 2: id \"1\" is that of item 1; ids");
    fails(read_bytes(&c, "a.csv", "Hello, world\n"), ISO_EFORMAT,
          "a.csv: has no column text, only Hello,  world; say");
    fails(read_bytes(&c, "a.csv", "text\n\n"), ISO_EFORMAT, "has a header and no line after it");
    fails(read_bytes(&c, "a.csv", "\n\n"), ISO_EFORMAT, "has no header, only blank lines");
}

/* What pandas and spreadsheets write: quotes doubled, in fields between quotes. */
static void tabs_may_separate_quoted_fields(void **state)
{
    (void)state;
    const char *path =
        file("q.tsv", "id\ttext\n1\t\"He \"\"said\"\" so\"\n2\t\"Yes.\"\n3\tno\n", -1);
    iso_corpus c = {0};

    ok(read_one(&c, path));
    text(c.text[0], "He \"said\" so");
    text(c.text[1], "Yes.");
    text(c.text[2], "no");
    assert_int_equal(c.unquoted, 1);
    iso_corpus_free(&c);
    ok(iso_corpus_read(&c, &path, 1, &(iso_corpus_opt){.kind = ISO_CORPUS_TSV}));
    text(c.text[0], "\"He \"\"said\"\" so\"");
    assert_int_equal(c.note_count, 0);
    iso_corpus_free(&c);
    ok(read_bytes(&c, "r.tsv", "text\n\"Yes.\"\n\"Ja,\" said he.\n")); /* nothing doubled */
    text(c.text[0], "\"Yes.\"");
    iso_corpus_free(&c);
    fails(read_bytes(&c, "m.tsv", "text\n\"a \"\"b\"\"\"\n\"Ja,\" said he.\n"), ISO_EFORMAT,
          "m.tsv: 1 fields hold doubled quotes between quotes, 1 begin with a quote otherwise: "
          "--text-format tsv takes all as they are");
}

static void lines_may_be_objects(void **state)
{
    (void)state;
    iso_corpus c = {0};

    ok(read_bytes(
        &c, "a.jsonl",
        "{\"id\": 9007199254740992, \"text\": \"H\\u00e9llo \\ud83d\\ude00\", \"label\": 1}\r\n\n"
        "{\"label\": null, \"text\": \"a\\u0000b\\nc\\\\u0000\", \"id\": \"x\", \"url\": {}}\n"
        "{\"text\": null, \"id\": 0.5, \"label\": true}"));
    assert_int_equal(c.items, 3);
    text(c.text[0], "H\xc3\xa9llo \xf0\x9f\x98\x80");
    text(c.ids[0], "9007199254740992");
    text(c.labels[0], "1");
    text(c.text[1], "a\xef\xbf\xbd"
                    "b\nc\\u0000");
    text(c.labels[1], "");
    text(c.text[2], "");
    text(c.ids[2], "0.5");
    text(c.labels[2], "true");
    text(said(&c), "read as JSON; 1 blank line ignored; 1 \\u0000 became U+FFFD");
    iso_corpus_free(&c);
    ok(read_bytes(&c, "a.ndjson", "{\"sentence\": \"a\", \"lang\": \"en\"}\n"));
    text(said(&c), "read as JSON: text is sentence; left out: lang");
    iso_corpus_free(&c);
    ok(read_bytes(&c, "a.json", "\n[{\"text\": \"a\"},\n {\"text\":\n \"b\"}]\n"));
    assert_int_equal(c.items, 2);
    iso_corpus_free(&c);
    ok(read_bytes(&c, "b.json", "[\"a\", \"b\"]"));
    assert_int_equal(c.items, 2);
    iso_corpus_free(&c);
    ok(read_bytes(&c, "c.json", "\"a\"\n\"b\"\n")); /* texts, a line each */
    assert_int_equal(c.items, 2);
    iso_corpus_free(&c);
}

static void what_is_wrong_in_objects_is_named(void **state)
{
    (void)state;
    iso_corpus c = {0};

    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\"}\n{\"text\": 5}\n"), ISO_EFORMAT,
          "a.jsonl: line 2: text is not a text");
    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\"}\n{\"sentence\": \"b\"}\n"), ISO_EFORMAT,
          "line 2: has no text");
    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\", \"id\": 1}\n"),
          ISO_EFORMAT, "line 2: has a member id, the first object has none");
    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\", \"category\": \"x\"}\n"),
          ISO_EFORMAT, "line 2: has a member category, the first object has none");
    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\", \"index_id\": 7}\n"),
          ISO_EFORMAT, "leave it out with --columns id=");
    /* a second text without its partner: left out of the first object, and so of all */
    ok(read_bytes(
        &c, "a.jsonl",
        "{\"text\": \"a\", \"sentence2\": \"b\"}\n{\"text\": \"c\", \"sentence2\": \"d\"}\n"));
    iso_corpus_free(&c);
    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\", \"text\": \"b\"}\n"), ISO_EFORMAT,
          "column text is there twice");
    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"a\", \"text\": \"b\"}\n"),
          ISO_EFORMAT, "line 2: text is there twice");
    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\", \"id\": 12345678901234567890}\n"),
          ISO_EFORMAT, "line 1: id is a number beyond 2^53, of which JSON readers lose digits");
    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\", \"id\": [1]}\n"), ISO_EFORMAT,
          "line 1: id is not a text or number");
    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\n"), ISO_EFORMAT,
          "a.jsonl: line 2: not JSON from byte");
    fails(read_bytes(&c, "a.jsonl", "A sentence.\n"), ISO_EFORMAT, "line 1: not JSON from byte 0");
    fails(read_bytes(&c, "a.jsonl", "{\"text\": \"a\"}\n\"b\"\n"), ISO_EFORMAT,
          "line 2: is not an object, as the first is");
    fails(read_bytes(&c, "a.jsonl", "\"b\"\n{\"text\": \"a\"}\n"), ISO_EFORMAT,
          "line 2: is not a text, as the first is");
    fails(read_bytes(&c, "a.jsonl", "5\n"), ISO_EFORMAT, "line 1: is neither an object");
    fails(read_bytes(&c, "a.json", "[{\"text\": \"a\"}, {\"text\": []}]"), ISO_EFORMAT,
          "a.json: item 2: text is not a text");
    fails(read_bytes(&c, "a.json", "[{\"text\": \"a\"}, "), ISO_EFORMAT,
          "a.json: not JSON from byte");
    fails(read_bytes(&c, "a.json", "[]"), ISO_EFORMAT, "holds no object and no text");
    fails(read_bytes(&c, "a.json", "\n"), ISO_EFORMAT, "holds no object and no text");
}

static void two_readings_are_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *option;
        iso_corpus_kind kind;
    } cases[] = {{"id,label,text\n1,a,b\n", "csv", ISO_CORPUS_CSV},
                 {"sentence;label\nb;a\n", "csv", ISO_CORPUS_CSV},
                 {"index_id\tcategory\ttext\n1\ta\tb\n", "tsv", ISO_CORPUS_TSV},
                 {"text\nb\n", "tsv", ISO_CORPUS_TSV},
                 {"{\"text\": \"b\"}\n", "json", ISO_CORPUS_JSON},
                 {"[\n{\"text\": \"b\"}]\n", "json", ISO_CORPUS_JSON}};
    static const char *const sentences[] = {
        "Text, he said.\n",  "Text\n",     "[Applause]\n", "{\"x\n",
        "text; and more!\n", "the text\n", "{}\n",         "Content is king, text is queen\n"};
    iso_corpus c = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char option[64];
        const char *path = file("x.txt", cases[i].bytes, -1);
        snprintf(option, sizeof option, "--text-format %s reads it so, --text-format plain",
                 cases[i].option);
        fails(read_one(&c, path), ISO_EFORMAT, option);
        ok(iso_corpus_read(&c, &path, 1, &(iso_corpus_opt){.kind = cases[i].kind}));
        text(c.text[0], "b");
        iso_corpus_free(&c);
        ok(iso_corpus_read(&c, &path, 1, &(iso_corpus_opt){.kind = ISO_CORPUS_PLAIN}));
        assert_int_equal(c.text[0][0], cases[i].bytes[0]);
        iso_corpus_free(&c);
    }
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        ok(read_bytes(&c, "deu.devtest", sentences[i]));
        assert_int_equal(c.items, 1);
        assert_int_equal(c.note_count, 0);
        iso_corpus_free(&c);
    }
}

static void token_ids_are_numbers(void **state)
{
    (void)state;
    iso_corpus c = {0};

    ok(read_bytes(&c, "a.ids", "0 101\t7 \r\n\n 2147483647"));
    assert_int_equal(c.items, 3);
    assert_null(c.text);
    assert_int_equal(c.offsets[0], 0);
    assert_int_equal(c.offsets[1], 3);
    assert_int_equal(c.offsets[2], 3);
    assert_int_equal(c.offsets[3], 4);
    assert_int_equal(c.tokens[1], 101);
    assert_int_equal(c.tokens[3], INT32_MAX);
    assert_int_equal(c.empty, 1);
    iso_corpus_free(&c);
    ok(read_bytes(&c, "b.ids", "\n\n"));
    assert_int_equal(c.items, 2);
    assert_int_equal(c.offsets[2], 0);
    assert_non_null(c.tokens);
    iso_corpus_free(&c);
    fails(read_bytes(&c, "c.ids", "1\n2 3x 4"), ISO_EFORMAT,
          "c.ids: line 2: \"3x\" is not a token");
    fails(read_bytes(&c, "c.ids", "-1"), ISO_EFORMAT, "line 1: \"-1\"");
    fails(read_bytes(&c, "c.ids", "2147483648"), ISO_EFORMAT, "line 1: \"2147483648\"");
    fails(read_bytes(&c, "c.ids", "99999999999999999999999"), ISO_EFORMAT, "line 1");
    fails(read_bytes(&c, "c.ids", "1,2"), ISO_EFORMAT, "\"1,2\"");
}

static void padding_is_cut_off_token_ids(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int64_t padded, empty, counts[4];
    } cases[] = {
        {"0 760 2 1 1 1 1\n0 760 1009 2 1\n0 2\n", 2, 0, {3, 4, 2}},
        {"1 1 0 5 2\n1 0 5 2 1\n0 5 2\n", 2, 0, {3, 3, 3}}, /* transformers pads left, too */
        {"1 1 1\n\n1\n", 2, 3, {0, 0, 0}},                  /* nothing else */
    };
    const int32_t pad = 1;
    iso_corpus c = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = file("p.ids", cases[i].bytes, -1);
        ok(iso_corpus_read(&c, &path, 1, &(iso_corpus_opt){.padding = &pad}));
        assert_int_equal(c.padded, cases[i].padded);
        assert_int_equal(c.empty, cases[i].empty);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(c.offsets[k + 1] - c.offsets[k], cases[i].counts[k]);
            for (int64_t t = c.offsets[k]; t < c.offsets[k + 1]; t++)
                assert_int_not_equal(c.tokens[t], pad);
        }
        iso_corpus_free(&c);
        ok(iso_corpus_read(&c, &path, 1, NULL)); /* without a padding id all are tokens */
        assert_int_equal(c.padded, 0);
        iso_corpus_free(&c);
    }
    const char *path = file("inside.ids", "0 5 2\n0 5 1 2 1\n", -1);
    fails(iso_corpus_read(&c, &path, 1, &(iso_corpus_opt){.padding = &pad}), ISO_EFORMAT,
          "inside.ids: line 2: token 3 of 5 is 1, the checkpoint's padding id");
}

static void files_are_read_one_after_another(void **state)
{
    (void)state;
    const char *paths[] = {file("train.tsv", "id\ttext\n1\ta\n2\tb\n", -1),
                           file("dev.tsv", "text\tid\nc\t3\n", -1)};
    iso_corpus c = {0};

    ok(iso_corpus_read(&c, paths, 2, NULL));
    assert_int_equal(c.items, 3);
    text(c.text[2], "c");
    text(c.ids[2], "3");
    iso_corpus_free(&c);
    ok(iso_corpus_read(&c, paths, 2, &(iso_corpus_opt){.limit = 1}));
    assert_int_equal(c.items, 1);
    iso_corpus_free(&c);
    ok(iso_corpus_read(&c, paths, 2, &(iso_corpus_opt){.limit = 3}));
    assert_int_equal(c.items, 3);
    iso_corpus_free(&c);

    paths[1] = file("again.tsv", "id\ttext\n4\tx\n2\ty\n1\tz\n", -1);
    fails(iso_corpus_read(&c, paths, 2, NULL), ISO_EFORMAT,
          "again.tsv: line 3: id \"2\" is that of line 3 of ");
    paths[1] = file("plain.tsv", "text\nx\n", -1);
    fails(iso_corpus_read(&c, paths, 2, NULL), ISO_EFORMAT, "plain.tsv: has no column id");
    paths[1] = file("more.tsv", "id\ttext\tlabel\n9\tx\ty\n", -1);
    fails(iso_corpus_read(&c, paths, 2, NULL), ISO_EFORMAT, "more.tsv: has a column label");
    paths[1] = file("more.ids", "9\n", -1);
    fails(iso_corpus_read(&c, paths, 2, NULL), ISO_EFORMAT, "more.ids: holds token ids and ");
    paths[0] = paths[1];
    paths[1] = file("more.txt", "9\n", -1);
    fails(iso_corpus_read(&c, paths, 2, NULL), ISO_EFORMAT, "more.txt: holds text and ");
    fails(iso_corpus_read(&c, paths, 0, NULL), ISO_EARG, "no text");
    fails(iso_corpus_read(&c, paths, 1, &(iso_corpus_opt){.limit = -1}), ISO_EARG, "limit is -1");
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    iso_corpus c = {0};

    fails(read_bytes(&c, "a.tsv", "id\ttext\n1\ta\n2\n"), ISO_EFORMAT,
          "a.tsv: line 3 has 1 fields, its header 2");
    fails(read_bytes(&c, "a.tsv", "id\ttext\n1\ta\tb\n"), ISO_EFORMAT, "line 2 has 3 fields");
    fails(read_bytes(&c, "a.tsv", "id\ttext\n1\ta\n1\tb\n"), ISO_EFORMAT,
          "a.tsv: line 3: id \"1\" is that of line 2; ids");
    fails(read_bytes(&c, "a.tsv", "text\ttext\na\tb\n"), ISO_EFORMAT, "column text is there twice");
    fails(read_bytes(&c, "a.tsv", "id\ttext\n"), ISO_EFORMAT, "has a header and no line after it");
    fails(read_bytes(&c, "a.tsv", "\na\n"), ISO_EFORMAT,
          "has no column text, only one without a name");
    fails(read_bytes(&c, "a.tsv", ""), ISO_EFORMAT, "a.tsv: is empty");
    fails(read_bytes(&c, "a.txt", ""), ISO_EFORMAT, "a.txt: is empty");
    fails(read_bytes(&c, "a.txt", "\xef\xbb\xbf"), ISO_EFORMAT, "a.txt: is empty");
    fails(read_one(&c, file("z.txt", "\x1f\x8b\x08\0\0\0", 6)), ISO_EFORMAT, "is gzip-compressed");
    fails(read_one(&c, file("h.txt", "\x89HDF\r\n\x1a\n\0\0", 10)), ISO_EFORMAT, "is an HDF5 file");
    fails(read_one(&c, file("u.txt",
                            "\xff\xfe"
                            "a\0",
                            4)),
          ISO_EFORMAT, "is UTF-16");
    fails(read_one(&c, temp_path("missing.txt")), ISO_EIO, "missing.txt: No such file");
    fails(read_one(&c, temp_path("")), ISO_EIO, "is a directory");
    assert_null(c.store);
}

/* Lines that lie across the blocks of the reader, and one of megabytes. */
static void long_lines_are_whole(void **state)
{
    (void)state;
    const char *path = temp_path("long.txt");
    static const int64_t lens[] = {5 << 20, 10, 700 << 10, 700 << 10, 0, 3 << 20, (1 << 20) - 1, 1};
    FILE *f = fopen(path, "wb");
    iso_corpus c = {0};

    assert_non_null(f);
    for (int i = 0; i < 8; i++) {
        for (int64_t k = 0; k < lens[i]; k++)
            fputc('a' + (int)((k + i) % 23), f);
        fputc('\n', f);
    }
    for (int k = 0; k < 400000; k++)
        fprintf(f, "%d\n", k);
    assert_int_equal(fclose(f), 0);
    ok(read_one(&c, path));
    assert_int_equal(c.items, 400008);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(strlen(c.text[i]), lens[i]);
        for (int64_t k = 0; k < lens[i]; k++) {
            if (c.text[i][k] != 'a' + (int)((k + i) % 23))
                fail_msg("line %d differs at %d", i, (int)k);
        }
    }
    for (int k = 0; k < 400000; k++) {
        if (atoi(c.text[8 + k]) != k)
            fail_msg("line %d is %s", 8 + k, c.text[8 + k]);
    }
    iso_corpus_free(&c);
}

static void long_lists_of_ids_are_whole(void **state)
{
    (void)state;
    const char *path = temp_path("long.ids");
    FILE *f = fopen(path, "wb");
    iso_corpus c = {0};

    assert_non_null(f);
    for (int k = 0; k < 1000000; k++)
        fprintf(f, "%d%c", k, k == 299999 || k % 100000 == 99 ? '\n' : ' ');
    assert_int_equal(fclose(f), 0);
    ok(read_one(&c, path));
    assert_int_equal(c.items, 12);
    assert_int_equal(c.offsets[12], 1000000);
    for (int k = 0; k < 1000000; k++) {
        if (c.tokens[k] != k)
            fail_msg("token %d is %d", k, c.tokens[k]);
    }
    iso_corpus_free(&c);
}

/* Stand-ins for the table of languages, which lies above this layer. */
static bool known(const char *code)
{
    static const char *const codes[] = {"en", "eng", "eng_Latn", "de", "deu",
                                        "zh", "ara", "it",       "he", "sh"};

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (strcmp(code, codes[i]) == 0)
            return true;
    }
    return false;
}

static const char *canonical(const char *code)
{
    return strncmp(code, "en", 2) == 0 ? "en" : strncmp(code, "de", 2) == 0 ? "de" : code;
}

static const iso_corpus_langs langs = {known, canonical};

/* Notes, one a line. */
static void hear(void *payload, const char *note)
{
    strcat(strcat(payload, note), "\n");
}

/* The languages of a folder, with a blank after each; files are made of names, blanks between. */
static iso_err folder_of(char *found, char *notes, const char *folder, const char *names)
{
    const iso_run run = {.note = hear, .payload = notes};
    char path[256], **words = NULL;
    int count = 0;

    assert_int_equal(mkdir(temp_path(folder), 0700), 0);
    for (const char *at = names; *at;) {
        const size_t len = strcspn(at, " ");
        snprintf(path, sizeof path, "%s/%.*s", folder, (int)len, at);
        file(path, "a\n", -1);
        at += len + (at[len] == ' ');
    }
    *found = *notes = '\0';
    const iso_err err = iso_corpus_folder(&words, &count, temp_path(folder), &langs, &run);
    for (int i = 0; i < count; i++) {
        strncat(found, words[i], strcspn(words[i], "="));
        strcat(found, " ");
        iso_free(words[i]);
    }
    iso_free(words);
    return err;
}

static void folders_have_a_file_a_language(void **state)
{
    (void)state;
    const char *folder = temp_path("corpus");
    char **words = NULL;
    int count = 0;

    fails(iso_corpus_folder(&words, &count, folder, NULL, NULL), ISO_EIO, "corpus: No such file");
    assert_int_equal(mkdir(folder, 0700), 0);
    fails(iso_corpus_folder(&words, &count, folder, NULL, NULL), ISO_EFORMAT,
          "holds no text; files are called");
    assert_int_equal(mkdir(temp_path("corpus/fr.txt"), 0700), 0);
    fails(iso_corpus_folder(&words, &count, folder, NULL, NULL), ISO_EFORMAT,
          "of folders in it name the files: LANG=FILE");
    file("corpus/zh.ids", "1\n", -1);
    file("corpus/en.txt", "a\n", -1);
    file("corpus/de-AT.x.tsv", "text\na\n", -1);
    file("corpus/README.md", "a\n", -1);
    file("corpus/.hidden.txt", "a\n", -1);
    file("corpus/.txt", "a\n", -1);
    ok(iso_corpus_folder(&words, &count, folder, NULL, NULL)); /* nobody knows languages */
    assert_int_equal(count, 3);
    assert_ptr_equal(strstr(words[0], "de-AT.x=/"), words[0]);
    assert_ptr_equal(strstr(words[1], "en=/"), words[1]);
    assert_non_null(strstr(words[1], "/corpus/en.txt"));
    assert_ptr_equal(strstr(words[2], "zh=/"), words[2]);
    for (int i = 0; i < count; i++)
        iso_free(words[i]);
    iso_free(words);
    file("corpus/en.tsv", "text\na\n", -1);
    fails(iso_corpus_folder(&words, &count, folder, NULL, NULL), ISO_EFORMAT,
          "corpus/en.txt: is the same language as ");
}

static void names_of_published_collections_are_known(void **state)
{
    (void)state;
    char found[512], notes[2048];

    ok(folder_of(found, notes, "flores",
                 "eng_Latn.devtest deu_Latn.devtest ara.devtest README .x"));
    text(found, "ara eng_Latn "); /* deu_Latn is no code here, and no suffix says text */
    assert_non_null(strstr(notes, "/flores: 1 file ignored, not a text of a language: "
                                  "deu_Latn.devtest\n"));
    ok(folder_of(found, notes, "ntrex",
                 "newstest2019-ref.deu.txt newstest2019-src.eng.txt newstest2019-ref.zh-CN.txt "
                 "LICENSE.txt README.md"));
    text(found, "deu eng zh-CN ");
    text(notes, "");
    ok(folder_of(found, notes, "tatoeba", "tatoeba.deu-eng.deu tatoeba.deu-eng.eng"));
    text(found, "deu eng ");
    text(notes, "");
    ok(folder_of(found, notes, "train",
                 "en.train.tsv zh.train.jsonl train.de run.sh x.npy en.h5 a=b.txt"));
    text(found, "de en zh ");
    assert_non_null(strstr(notes, "4 files ignored"));
    ok(folder_of(found, notes, "other", "klingon.txt en.txt files.csv"));
    text(found, "en files klingon ");
    assert_non_null(strstr(notes, "taken as languages, though not known as codes: files, klingon"));
    fails(folder_of(found, notes, "two", "he.it.txt en.txt"), ISO_EFORMAT,
          "two/he.it.txt: is it of he or of it? name it LANG=");
    fails(folder_of(found, notes, "same", "en.txt eng_Latn.dev zh.txt"), ISO_EFORMAT,
          "same/eng_Latn.dev: is the same language as ");
    fails(folder_of(found, notes, "all", "t.ara-eng.eng t.deu-eng.eng t.it-eng.eng t.it-eng.it"),
          ISO_EFORMAT, "(so are 1 more); name the files you want");
}

static void survives_failing_allocations(void **state)
{
    (void)state;
    const char *paths[] = {file("x.tsv", "id\tsentence\n1\ta\xff\n2\tb\n", -1)};
    const char *folder = temp_path("one");
    iso_err err = ISO_ENOMEM;

    (void)mkdir(folder, 0700);
    file("one/en.txt", "a\n", -1);
    file("one/odd.txt", "a\n", -1);
    file("one/README", "a\n", -1);
    for (int64_t n = 0; err; n++) {
        iso_corpus c = {0};
        iso_alloc_fail_after(n);
        err = iso_corpus_read(&c, paths, 1, &(iso_corpus_opt){.columns = "text=sentence,id=id"});
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && !c.store));
        iso_corpus_free(&c);
    }
    err = ISO_ENOMEM;
    for (int64_t n = 0; err; n++) {
        char **words = NULL;
        int count = 0;
        iso_alloc_fail_after(n);
        err = iso_corpus_folder(&words, &count, folder, &langs, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && !words));
        for (int i = 0; i < count; i++)
            iso_free(words[i]);
        iso_free(words);
    }
}

static void tables_survive_failing_allocations(void **state)
{
    (void)state;
    const char *paths[][1] = {
        {file("y.csv", "id,sentence\n1,\"a\n\"\"b\"\n\n2,c\n", -1)},
        {file("y.jsonl", "{\"idx\": 1, \"sentence\": \"a\", \"z\": 1}\n\n", -1)},
        {file("y.json", "[{\"idx\": 1, \"sentence\": \"a\", \"z\": 1}]", -1)},
        {file("y.txt", "Sentence, and more\n", -1)}};

    for (int i = 0; i < 4; i++) {
        iso_err err = ISO_ENOMEM;
        for (int64_t n = 0; err; n++) {
            iso_corpus c = {0};
            iso_alloc_fail_after(n);
            err = iso_corpus_read(&c, paths[i], 1, NULL);
            iso_alloc_fail_after(-1);
            assert_true(err == ISO_OK || (err == ISO_ENOMEM && !c.store));
            iso_corpus_free(&c);
        }
    }
}

/* Real SIB-200 quotes as spreadsheets do; its own header gives ids and topics. */
static void sib200_comes_with_topics(void **state)
{
    (void)state;
    const char *paths[] = {test_data("data/sib200/hin_Deva/train.tsv"),
                           test_data("data/sib200/hin_Deva/dev.tsv")};
    iso_corpus c = {0};

    ok(iso_corpus_read(&c, paths, 2,
                       &(iso_corpus_opt){.columns = "text=text,id=index_id,label=category"}));
    assert_int_equal(c.items, 701 + 99);
    assert_int_equal(c.empty, 0);
    assert_int_equal(c.repaired, 0);
    assert_non_null(c.ids);
    assert_non_null(c.labels);
    iso_corpus_free(&c);
    ok(iso_corpus_read(&c, paths, 2, NULL));
    assert_non_null(c.ids);
    assert_non_null(c.labels);
    for (int64_t i = 0; i < c.items; i++)
        assert_null(strstr(c.text[i], "\"\""));
    iso_corpus_free(&c);
    paths[1] = paths[0];
    fails(iso_corpus_read(&c, paths, 2, &(iso_corpus_opt){.columns = "id=index_id"}), ISO_EFORMAT,
          "is that of line 2");
}

static void tatoeba_is_plain(void **state)
{
    (void)state;
    iso_corpus c = {0};

    ok(read_one(&c, test_data("data/tatoeba/tatoeba.ara-eng.ara")));
    assert_int_equal(c.items, 1000);
    assert_int_equal(c.repaired, 0);
    iso_corpus_free(&c);
}

int main(void)
{
    RUN_TESTS(test(every_line_is_an_item), test(bytes_that_are_no_text_are_mended),
              test(a_header_names_the_columns), test(columns_may_be_called_otherwise),
              test(other_names_are_known), test(commas_separate_quoted_fields),
              test(tabs_may_separate_quoted_fields), test(lines_may_be_objects),
              test(what_is_wrong_in_objects_is_named), test(two_readings_are_an_error),
              test(tables_survive_failing_allocations), test(token_ids_are_numbers),
              test(padding_is_cut_off_token_ids), test(files_are_read_one_after_another),
              test(what_is_wrong_is_named), test(long_lines_are_whole),
              test(long_lists_of_ids_are_whole), test(folders_have_a_file_a_language),
              test(names_of_published_collections_are_known), test(survives_failing_allocations),
              test(sib200_comes_with_topics), test(tatoeba_is_plain));
}
