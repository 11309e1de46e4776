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
    const char *path = file("c.tsv", "n\tsentence\tkind\n1\thello\tgreeting\n", -1);
    iso_corpus c = {0};

    ok(read_named(&c, path, "text=sentence,id=n,label=kind"));
    text(c.text[0], "hello");
    text(c.ids[0], "1");
    text(c.labels[0], "greeting");
    iso_corpus_free(&c);
    fails(read_one(&c, path), ISO_EFORMAT,
          "c.tsv: has no column text, only n, sentence, kind; say");
    fails(read_named(&c, path, "text=sentence,id=nn"), ISO_EFORMAT, "has no column nn, only n, ");
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

static void folders_have_a_file_a_language(void **state)
{
    (void)state;
    const char *folder = temp_path("corpus");
    char **words = NULL;
    int count = 0;

    fails(iso_corpus_folder(&words, &count, folder), ISO_EIO, "corpus: No such file");
    assert_int_equal(mkdir(folder, 0700), 0);
    fails(iso_corpus_folder(&words, &count, folder), ISO_EFORMAT,
          "holds no text; files are called");
    file("corpus/zh.ids", "1\n", -1);
    file("corpus/en.txt", "a\n", -1);
    file("corpus/de-AT.x.tsv", "text\na\n", -1);
    file("corpus/README.md", "a\n", -1);
    file("corpus/.hidden.txt", "a\n", -1);
    file("corpus/.txt", "a\n", -1);
    assert_int_equal(mkdir(temp_path("corpus/fr.txt"), 0700), 0);
    ok(iso_corpus_folder(&words, &count, folder));
    assert_int_equal(count, 3);
    assert_ptr_equal(strstr(words[0], "de-AT.x=/"), words[0]);
    assert_ptr_equal(strstr(words[1], "en=/"), words[1]);
    assert_non_null(strstr(words[1], "/corpus/en.txt"));
    assert_ptr_equal(strstr(words[2], "zh=/"), words[2]);
    for (int i = 0; i < count; i++)
        iso_free(words[i]);
    iso_free(words);
    file("corpus/en.tsv", "text\na\n", -1);
    fails(iso_corpus_folder(&words, &count, folder), ISO_EFORMAT,
          "corpus/en.txt: is the same language as ");
}

static void survives_failing_allocations(void **state)
{
    (void)state;
    const char *paths[] = {file("x.tsv", "id\tsentence\n1\ta\xff\n2\tb\n", -1)};
    const char *folder = temp_path("one");
    iso_err err = ISO_ENOMEM;

    (void)mkdir(folder, 0700);
    file("one/en.txt", "a\n", -1);
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
        err = iso_corpus_folder(&words, &count, folder);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && !words));
        for (int i = 0; i < count; i++)
            iso_free(words[i]);
        iso_free(words);
    }
}

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
              test(token_ids_are_numbers), test(files_are_read_one_after_another),
              test(what_is_wrong_is_named), test(long_lines_are_whole),
              test(long_lists_of_ids_are_whole), test(folders_have_a_file_a_language),
              test(survives_failing_allocations), test(sib200_comes_with_topics),
              test(tatoeba_is_plain));
}
