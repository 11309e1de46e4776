#include "lib/base/alloc.h"
#include "lib/io/file.h"
#include "lib/io/vectors.h"
#include "lib/text/fold.h"
#include "tests/check.h"
#include "tests/io/files.h"

static const char *file(const char *name, const void *bytes, size_t len)
{
    const char *path = temp_path(name);
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    return path;
}

static iso_err read_with(iso_vectors *out, const char *bytes, iso_vectors_opt opt)
{
    return iso_vectors_read(out, file("v.vec", bytes, strlen(bytes)), &opt);
}

static float number(const iso_vectors *v, int64_t word, int64_t i)
{
    assert_true(word >= 0 && word < v->count);
    return ((const float *)v->rows.data)[word * v->rows.stride + i];
}

/* Text --------------------------------------------------------------------------- */

static void text_with_a_header(void **state)
{
    (void)state;
    iso_vectors v = {0};

    ok(read_with(&v,
                 "\xef\xbb\xbf"
                 "4 3\nthe 0.5 -1 2e-3 \nof\t1\t2\t3\r\n\nNew York 4 5 6\n"
                 "\xc2\xa0 7 8 9",
                 (iso_vectors_opt){0}));
    assert_int_equal(v.count, 4);
    assert_int_equal(v.dim, 3);
    assert_int_equal(v.rows.rows, 4);
    assert_int_equal(v.rows.cols, 3);
    assert_int_equal(v.rows.dtype, ISO_F32);
    assert_null(v.counts);
    text(v.words[0], "the");
    text(v.words[1], "of");
    text(v.words[2], "New York");
    text(v.words[3], "\xc2\xa0"); /* a no-break space is a word */
    assert_true(number(&v, 0, 0) == 0.5f && number(&v, 0, 1) == -1 && number(&v, 0, 2) == 2e-3f);
    assert_true(number(&v, 1, 2) == 3 && number(&v, 2, 0) == 4 && number(&v, 3, 2) == 9);
    assert_int_equal(iso_vectors_find(&v, "New York"), 2);
    assert_int_equal(iso_vectors_find(&v, "York"), -1);
    assert_int_equal(iso_vectors_find(&v, ""), -1);
    assert_int_equal(iso_odd_total(&v.odd), 0);
    iso_vectors_free(&v);
    iso_vectors_free(&v);
    assert_int_equal(iso_vectors_find(&v, "the"), -1);
}

static void text_without_a_header(void **state)
{
    (void)state;
    iso_vectors v = {0};

    /* the number of numbers is the usual one: one word is a number, one holds a space */
    ok(read_with(&v, "1990 1 2\n. . 3 4\nc 5 6\nin 1990 7 8\n", (iso_vectors_opt){0}));
    assert_int_equal(v.count, 4);
    assert_int_equal(v.dim, 2);
    text(v.words[0], "1990");
    text(v.words[1], ". .");
    text(v.words[3], "in 1990");
    assert_true(number(&v, 3, 0) == 7);
    assert_int_equal(iso_odd_total(&v.odd), 0);
    iso_vectors_free(&v);
    ok(read_with(&v, "a 1", (iso_vectors_opt){0}));
    assert_int_equal(v.count, 1);
    assert_int_equal(v.dim, 1);
    iso_vectors_free(&v);
    ok(read_with(&v, "2 1\n7 3\n8 4\n", (iso_vectors_opt){0})); /* a header where there could be */
    assert_int_equal(v.count, 2);
    text(v.words[0], "7");
    iso_vectors_free(&v);
}

static const char odd_lines[] = "9 2\n"
                                "a 1 2\n"
                                "b 1\n"       /* 3: short */
                                "a 3 4\n"     /* 4: again */
                                "z 0 -0\n"    /* 5: zeros, kept */
                                "c\xff 1 2\n" /* 6: no UTF-8 */
                                "d nan 1\n"   /* 7: not finite */
                                "e 1 1e99\n"  /* 8: neither */
                                " 1 2\n"      /* 9: no word */
                                "f 1 x\n"     /* 10: no number */
                                "A 5 6\n";

static void odd_lines_are_counted(void **state)
{
    (void)state;
    iso_vectors v = {0};

    ok(read_with(&v, odd_lines, (iso_vectors_opt){0}));
    assert_int_equal(v.count, 3);
    text(v.words[0], "a");
    text(v.words[1], "z");
    text(v.words[2], "A");
    assert_true(number(&v, 0, 0) == 1);
    assert_int_equal(v.odd.short_lines, 3);
    assert_int_equal(v.odd.duplicates, 1);
    assert_int_equal(v.odd.zeros, 1);
    assert_int_equal(v.odd.bad_text, 1);
    assert_int_equal(v.odd.not_finite, 2);
    assert_int_equal(v.odd.header, 1); /* 9 words promised, 10 lines */
    assert_int_equal(iso_odd_total(&v.odd), 9);
    text(v.odd.few[0], "line 3: 1 numbers, not 2");
    text(v.odd.few[1], "line 4: \"a\" is repeated");
    text(v.odd.few[2], "line 5: \"z\" has a vector of zeros");
    iso_vectors_free(&v);

    ok(read_with(&v, odd_lines, (iso_vectors_opt){.lower = iso_text_lower}));
    assert_int_equal(v.count, 2);
    assert_int_equal(v.odd.duplicates, 2);
    iso_vectors_free(&v);

    ok(read_with(&v, odd_lines, (iso_vectors_opt){.encoding = "latin1"}));
    assert_int_equal(v.count, 4);
    text(v.words[2], "c\xc3\xbf");
    iso_vectors_free(&v);
}

static void strict_names_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *message;
    } bad[] = {
        {"2 2\na 1 2\nb 1\n", "v.vec: line 3: 1 numbers, not 2"},
        {"2 2\na 1 2\nb 1 y7\n", "line 3: \"y7\" is not a number"},
        {"2 2\na 1 2\na 1 2\n", "line 3: \"a\" is repeated"},
        {"2 2\na 1 2\nb 0 0\n", "line 3: \"b\" has a vector of zeros"},
        {"2 2\na 1 2\nb\xff 1 0\n", "line 3: the word is not UTF-8"},
        {"2 2\na 1 2\nb inf 0\n", "line 3: \"b\" has a number that is not finite"},
        {"3 2\na 1 2\nb 1 0\n", "line 1: says 3 words, 2 follow"},
        {"2 3\na 1 2\nb 1 0\n", "line 1: says 3 numbers a word, the lines have 2"},
        {"1 2\n 1 2\n", "line 2: no word"},
    };
    iso_vectors v = {0};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(read_with(&v, bad[i].bytes, (iso_vectors_opt){.strict = true}), ISO_EFORMAT,
              bad[i].message);
    assert_null(v.store);
}

static void headers_lie(void **state)
{
    (void)state;
    iso_vectors v = {0};

    /* too many dims, too few, and a count that no memory holds */
    ok(read_with(&v, "2 999999999999\na 1 2\nb 3 4\n", (iso_vectors_opt){0}));
    assert_int_equal(v.dim, 2);
    text(v.odd.few[0], "line 1: says 999999999999 numbers a word, the lines have 2");
    iso_vectors_free(&v);
    ok(read_with(&v, "2 1\na 1 2\nb 3 4\n", (iso_vectors_opt){0}));
    assert_int_equal(v.dim, 2);
    text(v.words[0], "a");
    iso_vectors_free(&v);
    ok(read_with(&v, "999999999999999999 2\na 1 2\nb 3 4\n", (iso_vectors_opt){0}));
    assert_int_equal(v.count, 2);
    assert_int_equal(v.odd.header, 1);
    iso_vectors_free(&v);
    ok(read_with(&v, "1 2\na 1 2\nb 3 4\nc 5 6\nd 7 8\n", (iso_vectors_opt){0}));
    assert_int_equal(v.count, 4);
    assert_true(number(&v, 0, 0) == 1 && number(&v, 3, 1) == 8);
    iso_vectors_free(&v);
    /* a limit ends reading before the lie shows */
    ok(read_with(&v, "9 2\na 1 2\na 3 4\nc 5 6\nd 7 8\n", (iso_vectors_opt){.limit = 2}));
    assert_int_equal(v.count, 2);
    text(v.words[1], "c");
    assert_int_equal(v.odd.header, 0);
    assert_int_equal(v.odd.duplicates, 1);
    iso_vectors_free(&v);
}

static void no_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *message;
    } bad[] = {
        {"one line of text\nand another\n", "no line is a word and numbers"},
        {"2 2\n", "no word can be used: line 1: says 2 words, 0 follow"},
        {"2 2\na 1\n", "line 2: 1 numbers, not 2"},
        {"\n\n", "no line is"},
        {"\x1f\x8b\x08", "gzip-compressed; unpack it first"},
        {"PK\x03\x04", "zip archive"},
        {"1 999999999999999999\na 1\n", "in a file of"},
        {"a nan\n", "no word can be used: line 1: \"a\" has a number"},
    };
    iso_vectors v = {0};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(read_with(&v, bad[i].bytes, (iso_vectors_opt){0}), ISO_EFORMAT, bad[i].message);
    fails(iso_vectors_read(&v, temp_path("none"), NULL), ISO_EIO, "none");
    fails(read_with(&v, "a 1", (iso_vectors_opt){.encoding = "ebcdic"}), ISO_EARG, "ebcdic");
    fails(read_with(&v, "a 1", (iso_vectors_opt){.limit = -1}), ISO_EARG, "-1");
    assert_null(v.store);
}

/* A word of megabytes is left out; a line is found again across many buffers. */
static void long_words(void **state)
{
    (void)state;
    const size_t size = 3000000;
    char *bytes = NULL;
    iso_vectors v = {0};

    ok(iso_alloc(&bytes, (int64_t)size + 100, 1));
    strcpy(bytes, "a 1 2\n");
    memset(bytes + 6, 'x', size);
    strcpy(bytes + 6 + size, " 3 4\nb 5 6\n");
    ok(read_with(&v, bytes, (iso_vectors_opt){0}));
    iso_free(bytes);
    assert_int_equal(v.count, 2);
    assert_int_equal(v.odd.bad_text, 1);
    text(v.odd.few[0], "line 2: a word of 3000000 bytes; at most 4096 are read");
    text(v.words[1], "b");
    assert_true(number(&v, 1, 1) == 6);
    iso_vectors_free(&v);
}

/* Many words, without a header, so that rows and the set of words grow. */
static void many_words(void **state)
{
    (void)state;
    const char *path = temp_path("many.vec");
    FILE *f = fopen(path, "w");
    iso_vectors v = {0};
    char word[32];

    assert_non_null(f);
    for (int i = 0; i < 100000; i++)
        (void)fprintf(f, "w%d %d.5 -%d\n", i, i, i % 7 + 1);
    (void)fclose(f);
    ok(iso_vectors_read(&v, path, NULL));
    assert_int_equal(v.count, 100000);
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(word, sizeof word, "w%d", i);
        assert_int_equal(iso_vectors_find(&v, word), i);
        assert_true(number(&v, i, 0) == (float)i + 0.5f && number(&v, i, 1) == (float)-(i % 7 + 1));
    }
    iso_vectors_free(&v);
}

/* Text whose numbers are written otherwise is not taken for word2vec's binary. */
static void numbers_written_otherwise(void **state)
{
    static const struct {
        const char *format, *says; /* a line but for its word */
    } cases[] = {
        {"[0.25 -1.5 3.125]", "no word can be used: line 2: \"[0.25\" is not a number"},
        {"0,25 -1,5 3,125", "no word can be used: line 2: \"0,25\" is not a number"},
        {"0:0.25", "no word can be used: line 2: \"0:0.25\" is not a number"},
        {"0.25;-1.5;3.125", "no word can be used: line 2: \"0.25;-1.5;3.125\" is not a number"},
        {"0.25 -1.5 3.125 f", "is not a number"},
    };
    iso_vectors v = {0};
    iso_buf all = {0};
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        all.len = 0;
        ok(iso_buf_puts(&all, "40 3\n"));
        for (int w = 0; w < 40; w++)
            ok(iso_buf_printf(&all, "w%d %s\n", w, cases[i].format));
        fails(read_with(&v, all.text, (iso_vectors_opt){0}), ISO_EFORMAT, cases[i].says);
    }
    /* one line that is whole does not make up for the others */
    ok(iso_buf_puts(&all, "one 1 2 3\n"));
    fails(read_with(&v, all.text, (iso_vectors_opt){0}), ISO_EFORMAT,
          "40 lines are no word and 3 numbers between blanks, and only 1 are: line 2: \"");
    iso_buf_free(&all);
}

/* word2vec's binary ----------------------------------------------------------------- */

/* Bytes being put together. */
static struct {
    char bytes[4096];
    size_t len;
} made;

static void add(const void *bytes, size_t len)
{
    assert_true(made.len + len <= sizeof made.bytes);
    memcpy(made.bytes + made.len, bytes, len);
    made.len += len;
}

static void add_floats(const float *numbers, int count)
{
    float little[64];

    memcpy(little, numbers, (size_t)count * sizeof *little);
    iso_file_order(little, count, ISO_F32);
    add(little, (size_t)count * sizeof *little);
}

static void add_word(const char *word, float a, float b, bool line_end)
{
    add(word, strlen(word));
    add(" ", 1);
    add_floats((const float[]){a, b}, 2);
    add("\n", line_end);
}

static iso_err read_made(iso_vectors *out, size_t len, const iso_vectors_opt *opt)
{
    return iso_vectors_read(out, file("v.bin", made.bytes, len), opt);
}

static void make_binary(bool line_ends)
{
    made.len = 0;
    add("4 2\n", 4);
    add_word("the", 0.1f, -2, line_ends);
    add_word("\xc3\xa4", 3, 4, line_ends);
    add_word("the", 5, 6, line_ends);
    add_word("of", NAN, 6, line_ends);
}

static void binary(void **state)
{
    (void)state;
    iso_vectors v = {0};

    for (int ends = 0; ends < 2; ends++) {
        make_binary(ends);
        ok(read_made(&v, made.len, NULL));
        assert_int_equal(v.count, 2);
        assert_int_equal(v.dim, 2);
        text(v.words[1], "\xc3\xa4");
        assert_true(number(&v, 0, 0) == 0.1f && number(&v, 0, 1) == -2 && number(&v, 1, 1) == 4);
        assert_int_equal(v.odd.duplicates, 1);
        assert_int_equal(v.odd.not_finite, 1);
        text(v.odd.few[0], "word 3: \"the\" is repeated");
        iso_vectors_free(&v);
    }
}

/* Bytes of numbers may look like the end of a line of text: " 5" and a line feed. */
static void binary_with_a_digit_by_chance(void **state)
{
    (void)state;
    iso_vectors v = {0};
    float lure;

    memcpy(&lure, "\x01 5\n", sizeof lure);
    made.len = 0;
    add("4 2\n", 4);
    add_word("a", 0.1f, 0.3f, true);
    add_word("b", lure, 0.7f, true);
    add_word("c", 0.7f, 0.1f, true);
    add_word("d", 0.3f, 0.7f, true);
    ok(read_made(&v, made.len, NULL));
    assert_int_equal(v.count, 4);
    assert_true(number(&v, 1, 0) == lure && number(&v, 3, 1) == 0.7f);
    iso_vectors_free(&v);
}

static void binary_that_ends_early(void **state)
{
    (void)state;
    iso_vectors v = {0};

    make_binary(true);
    fails(read_made(&v, made.len - 2, NULL), ISO_EFORMAT, "v.bin: ends in word 4 of 4; it is cut");
    for (size_t len = 17; len < made.len - 1; len++) {
        const iso_err err = read_made(&v, len, NULL);
        assert_int_equal(err, ISO_EFORMAT);
    }
    ok(read_made(&v, made.len - 2, &(iso_vectors_opt){.limit = 2}));
    assert_int_equal(v.count, 2);
    iso_vectors_free(&v);
    memcpy(made.bytes, "3 2", 3);
    fails(read_made(&v, made.len, NULL), ISO_EFORMAT,
          "v.bin: 12 bytes follow the 3 words of 2 numbers that line 1 says");
    ok(read_made(&v, made.len, &(iso_vectors_opt){.limit = 2}));
    iso_vectors_free(&v);
    memcpy(made.bytes, "4 9", 3);
    fails(read_made(&v, made.len, NULL), ISO_EFORMAT, "v.bin: ");
    assert_null(v.store);
}

/* fastText ---------------------------------------------------------------------------- */

static void add_int(int64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        const char c = (char)(value >> 8 * i & 255);
        add(&c, 1);
    }
}

enum { WORDS = 3, BUCKETS = 5, DIM = 2 };

static const char *const entries[] = {"ab", "n\xc3\xa9", "</s>", "__label__x"};

/* Row r of the matrix is (r + 1, r²). */
static void make_fasttext(int version, int model, int minn, int maxn, int64_t pruned, int quantised)
{
    const int args[] = {793712314, version, DIM, 5, 5, 1, 5, 1, 2, model, BUCKETS, minn, maxn, 100};

    made.len = 0;
    for (size_t i = 0; i < sizeof args / sizeof *args; i++)
        add_int(args[i], 4);
    add_int(0, 8);
    add_int(WORDS + 1, 4);
    add_int(WORDS, 4);
    add_int(1, 4);
    add_int(100, 8);
    add_int(pruned, 8);
    for (int i = 0; i < WORDS + 1; i++) {
        add(entries[i], strlen(entries[i]) + 1);
        add_int(10 - i, 8);
        add_int(i == WORDS, 1);
    }
    add_int(quantised, 1);
    add_int(WORDS + BUCKETS, 8);
    add_int(DIM, 8);
    for (int r = 0; r < WORDS + BUCKETS; r++)
        add_floats((const float[]){(float)(r + 1), (float)(r * r)}, DIM);
}

/* The mean over the word's own row and those of its n-grams' buckets. */
static void is_mean(const iso_vectors *v, int word, const int *buckets, int count)
{
    double a = word + 1, b = word * word;

    for (int i = 0; i < count; i++) {
        const int r = WORDS + buckets[i];
        a += r + 1;
        b += r * r;
    }
    near(number(v, word, 0), a / (count + 1), 1e-6);
    near(number(v, word, 1), b / (count + 1), 1e-5);
}

/* Buckets computed apart, in Python: FNV-1a of each n-gram's bytes with sign extension, mod 5.
 * <a <ab ab ab> b> and <n <né né né> é>; with 1 to 2 characters <a a ab b b>, <n n né é é>. */
static void fasttext(void **state)
{
    (void)state;
    iso_vectors v = {0};

    make_fasttext(12, 2, 2, 3, -1, 0);
    ok(read_made(&v, made.len, NULL));
    assert_int_equal(v.count, 3);
    assert_int_equal(v.dim, 2);
    text(v.words[1], "n\xc3\xa9");
    text(v.words[2], "</s>");
    assert_int_equal(v.counts[0], 10);
    assert_int_equal(v.counts[2], 8);
    is_mean(&v, 0, (const int[]){0, 3, 1, 1, 1}, 5);
    is_mean(&v, 1, (const int[]){0, 3, 0, 2, 1}, 5);
    is_mean(&v, 2, NULL, 0); /* the end of a sentence has no n-grams */
    iso_vectors_free(&v);

    make_fasttext(12, 1, 1, 2, -1, 0);
    ok(read_made(&v, made.len, &(iso_vectors_opt){.limit = 2}));
    assert_int_equal(v.count, 2);
    is_mean(&v, 0, (const int[]){0, 0, 1, 2, 1}, 5);
    is_mean(&v, 1, (const int[]){0, 3, 0, 2, 1}, 5);
    iso_vectors_free(&v);

    make_fasttext(11, 3, 2, 3, -1, 0); /* old supervised models have no n-grams */
    ok(read_made(&v, made.len, NULL));
    is_mean(&v, 0, NULL, 0);
    iso_vectors_free(&v);
}

static void fasttext_that_cannot_be_read(void **state)
{
    (void)state;
    iso_vectors v = {0};

    make_fasttext(12, 2, 2, 3, -1, 1);
    fails(read_made(&v, made.len, NULL), ISO_EUNSUP, "quantised");
    make_fasttext(12, 2, 2, 3, 0, 0);
    fails(read_made(&v, made.len, NULL), ISO_EUNSUP, "pruned");
    make_fasttext(13, 2, 2, 3, -1, 0);
    fails(read_made(&v, made.len, NULL), ISO_EUNSUP, "version 13");
    make_fasttext(12, 2, 2, 1000, -1, 0);
    fails(read_made(&v, made.len, NULL), ISO_EFORMAT, "n-grams of 2 to 1000");
    make_fasttext(12, 2, 2, 3, -1, 0);
    for (size_t len = 8; len < made.len; len++) {
        const iso_err err = read_made(&v, len, NULL);
        assert_int_equal(err, ISO_EFORMAT);
    }
    /* every number of the file at its most and its least */
    for (size_t at = 4; at + 4 <= 64 + 28; at += 4) {
        for (int c = 0; c < 3; c++) {
            make_fasttext(12, 2, 2, 3, -1, 0);
            memset(made.bytes + at, c == 0 ? 0xff : c == 1 ? 0x7f : 0, 4);
            if (read_made(&v, made.len, NULL) == ISO_OK)
                iso_vectors_free(&v);
            assert_null(v.store);
        }
    }
}

/* States files ------------------------------------------------------------------------- */

static const char *native_types(const char *pooling, bool counts)
{
    const char *path = temp_path("types.h5");
    static const char *const words[] = {"The", "of", "the"};
    iso_h5 *h5 = native_begin(path);

    ok(iso_h5_put_attr_text(h5, "/", "pooling", pooling));
    for (int lang = 1; lang <= 2; lang++) {
        char name[64];
        (void)snprintf(name, sizeof name, "/states/%s/0", lang == 1 ? "en" : "de");
        put_f32(h5, name, lang, 0, 3, 4);
        (void)snprintf(name, sizeof name, "/states/%s/2", lang == 1 ? "en" : "de");
        put_f32(h5, name, lang, 2, 3, 4);
        (void)snprintf(name, sizeof name, "/rows/%s/tokens", lang == 1 ? "en" : "de");
        ok(iso_h5_put_texts(h5, name, words, 3, NULL));
        (void)snprintf(name, sizeof name, "/rows/%s/counts", lang == 1 ? "en" : "de");
        if (counts)
            ok(iso_h5_put_i64(h5, name, (const int64_t[]){9, 7, 5}, 3));
    }
    iso_h5_close(h5);
    return path;
}

static void word_types(void **state)
{
    (void)state;
    const char *path = native_types("types", true);
    iso_vectors v = {0};

    ok(iso_vectors_read(&v, path, &(iso_vectors_opt){.lang = "de", .layer = -1}));
    assert_int_equal(v.count, 3);
    assert_int_equal(v.dim, 4);
    near(number(&v, 1, 3), cell(2, 2, 1, 3), 0);
    assert_int_equal(v.counts[1], 7);
    iso_vectors_free(&v);
    ok(iso_vectors_read(&v, path, &(iso_vectors_opt){.lang = "en", .lower = iso_text_lower}));
    assert_int_equal(v.count, 2);
    assert_int_equal(v.odd.duplicates, 1);
    near(number(&v, 0, 1), cell(1, 0, 0, 1), 0);
    iso_vectors_free(&v);
    fails(iso_vectors_read(&v, path, NULL), ISO_EARG, "types.h5: holds 2 languages; say which");
    fails(iso_vectors_read(&v, path, &(iso_vectors_opt){.lang = "xx"}), ISO_EARG,
          "no language 'xx'");
    fails(iso_vectors_read(&v, path, &(iso_vectors_opt){.lang = "en", .layer = 1}), ISO_EARG,
          "no layer 1; its layers are 0 to 2");
    fails(iso_vectors_read(&v, source_path("examples/states/mini.h5"), NULL), ISO_EFORMAT,
          "--pool types");
    assert_null(v.store);
}

/* Memory, and the caller who says stop ------------------------------------------------------- */

static void until_it_works(const char *path, const iso_vectors_opt *opt, int64_t least)
{
    iso_vectors v = {0};

    for (int64_t n = 0;; n++) {
        iso_alloc_fail_after(n);
        const iso_err err = iso_vectors_read(&v, path, opt);
        iso_alloc_fail_after(-1);
        if (err == ISO_OK) {
            assert_true(n >= least);
            break;
        }
        assert_int_equal(err, ISO_ENOMEM);
        assert_null(v.store);
    }
    iso_vectors_free(&v);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const iso_vectors_opt opt = {.lower = iso_text_lower, .lang = "en"};

    until_it_works(file("v.vec", odd_lines, strlen(odd_lines)), &opt, 8);
    make_binary(true);
    until_it_works(file("v.bin", made.bytes, made.len), &opt, 8);
    make_fasttext(12, 2, 2, 3, -1, 0);
    until_it_works(file("v.bin", made.bytes, made.len), &opt, 8);
    until_it_works(native_types("types", true), &opt, 8);
}

static bool stop(void *payload, const char *what, int64_t done, int64_t total, const char *unit)
{
    (void)what, (void)unit;
    assert_true(done <= total);
    return ++*(int *)payload < 3;
}

static void may_be_stopped(void **state)
{
    (void)state;
    int calls = 0;
    const iso_run run = {.progress = stop, .payload = &calls};
    iso_vectors v = {0};

    many_words(state);
    fails(iso_vectors_read(&v, temp_path("many.vec"), &(iso_vectors_opt){.run = &run}), ISO_ECANCEL,
          "");
    assert_int_equal(calls, 3);
    assert_null(v.store);
}

int main(void)
{
    RUN_TESTS(test(text_with_a_header), test(text_without_a_header), test(odd_lines_are_counted),
              test(strict_names_the_line), test(headers_lie), test(no_vectors), test(long_words),
              test(many_words), test(numbers_written_otherwise), test(binary),
              test(binary_with_a_digit_by_chance), test(binary_that_ends_early), test(fasttext),
              test(fasttext_that_cannot_be_read), test(word_types), test(every_allocation_may_fail),
              test(may_be_stopped));
}
