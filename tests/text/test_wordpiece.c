/* WordPiece: by hand, against golden ids of a plain implementation on Python's unicodedata, against
 * a plain one here, and what holds for any bytes. */
#include "tests/check.h"

#include <pthread.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/str.h"
#include "lib/io/file.h"
#include "lib/io/json.h"
#include "lib/text/wordpiece.h"

static const iso_basic_opt cased = {.clean = true, .ideographs = true, .most = 100};
static const iso_basic_opt uncased = {
    .clean = true, .lower = true, .strip = true, .ideographs = true, .most = 100};

/* Words divided by blanks, ids from 0; [UNK] is the first. */
static iso_wordpiece *made(const char *pieces, const iso_basic_opt *basic)
{
    iso_vocab *v;
    iso_wordpiece *w;

    ok(iso_vocab_new(&v, "v"));
    for (int32_t id = 0; *pieces; id++) {
        const size_t len = strcspn(pieces, " ");
        ok(iso_vocab_put(v, id, pieces, (int64_t)len));
        pieces += len + (pieces[len] == ' ');
    }
    ok(iso_wordpiece_new(&w, v, &(iso_wordpiece_opt){.basic = *basic, .prefix = "##"}));
    iso_vocab_close(v);
    return w;
}

/* "3[0,2) 0[2,5)": ids and the bytes they stand for. */
static const char *cut_of(const iso_wordpiece *w, const char *s, size_t len)
{
    static char out[4096];
    iso_tokens t = {0};
    int at = 0;

    out[0] = '\0';
    ok(iso_wordpiece_encode(w, &t, s, (int64_t)len));
    for (int64_t i = 0; i < t.count; i++)
        at += snprintf(out + at, sizeof out - (size_t)at, "%s%d[%lld,%lld)", i ? " " : "", t.ids[i],
                       (long long)t.begin[i], (long long)t.end[i]);
    iso_tokens_free(&t);
    return out;
}

#define cut(w, s) cut_of(w, s, sizeof(s) - 1)

/* "unaffable": un is the longest that begins it, ##aff the longest on from there, then ##able.
 * "unaffab": after ##aff nothing fits, so the whole word is unknown. "able" alone is not ##able. */
static void takes_the_longest_piece_first(void **state)
{
    (void)state;
    iso_wordpiece *w = made("? u un ##a ##aff ##able , ##affx ##ffable", &cased);

    text(cut(w, "unaffable"), "2[0,2) 4[2,5) 5[5,9)");
    text(cut(w, "unaffab un,u"), "0[0,7) 2[8,10) 6[10,11) 1[11,12)");
    text(cut(w, "able"), "0[0,4)");
    text(cut(w, ""), "");
    text(cut(w, " \n\t "), "");
    iso_wordpiece_free(w);
}

/* A piece stands for bytes of the text as given: é is two, e with U+0301 three; a mark that is
 * dropped belongs to its letter, a zero-width space to nobody but lies inside. */
static void pieces_know_the_bytes_of_the_original(void **state)
{
    (void)state;
    iso_wordpiece *w = made("? cafe ##s i ##i ! \xe4\xbd\xa0", &uncased);

    text(cut(w, "CAF\xc3\x89s"), "1[0,5) 2[5,6)");
    text(cut(w, "cafe\xcc\x81s"), "1[0,6) 2[6,7)");
    text(cut(w, "ca\xe2\x80\x8b"
                "fe\xe2\x80\x8b!"),
         "1[0,7) 5[10,11)");
    text(cut(w, "\xcc\x81i"), "3[2,3)");        /* a mark on nothing */
    text(cut(w, "\xc4\xb0I"), "3[0,2) 4[2,3)"); /* dotted capital I */
    text(cut(w, "i\xe4\xbd\xa0i"), "3[0,1) 6[1,4) 3[4,5)");
    iso_wordpiece_free(w);
}

static void what_cannot_be_seen_is_dropped(void **state)
{
    (void)state;
    iso_wordpiece *w = made("? ab a b", &cased);

    text(cut(w, "a\0b"), "1[0,3)");
    text(cut(w, "a\xff"
                "b"),
         "1[0,3)"); /* not UTF-8 */
    text(cut(w, "a\xef\xbf\xbd"
                "b"),
         "1[0,5)");                  /* U+FFFD */
    text(cut(w, "a\xc3"), "2[0,1)"); /* cut short */
    text(cut(w, "a\xed\xa0\x80"
                "b"),
         "1[0,5)"); /* a surrogate */
    text(cut(w, "a\x0b"
                "b"),
         "1[0,3)"); /* a control, not a space, to BERT */
    text(cut(w, "a\xe2\x80\xa8"
                "b"),
         "2[0,1) 3[4,5)"); /* U+2028 divides */
    text(cut(w, "\0\0\xff"), "");
    iso_wordpiece_free(w);
}

/* Without clean-up they stay, and all white space divides. */
static void clean_up_can_be_off(void **state)
{
    (void)state;
    const iso_basic_opt opt = {.most = 100};
    iso_wordpiece *w = made("? ab a b", &opt);

    text(cut(w, "a\0b"), "0[0,3)");
    text(cut(w, "a\x0b"
                "b"),
         "2[0,1) 3[2,3)");
    text(cut(w, "a\xff"
                "b"),
         "0[0,3)");
    iso_wordpiece_free(w);
}

static void long_words_are_unknown(void **state)
{
    (void)state;
    iso_wordpiece *w = made("? x ##x", &cased);
    iso_tokens t = {0};
    char *big;

    ok(iso_alloc(&big, 1 << 20, 1));
    memset(big, 'x', 1 << 20);
    ok(iso_wordpiece_encode(w, &t, big, 100));
    assert_int_equal(t.count, 100);
    iso_tokens_clear(&t);
    ok(iso_wordpiece_encode(w, &t, big, 101));
    assert_int_equal(t.count, 1);
    assert_int_equal(t.end[0], 101);
    iso_tokens_clear(&t);
    ok(iso_wordpiece_encode(w, &t, big, 1 << 20));
    assert_int_equal(t.count, 1);
    assert_int_equal(t.ids[0], 0);
    assert_int_equal(t.end[0], 1 << 20);
    iso_tokens_free(&t);
    iso_free(big);
    iso_wordpiece_free(w);
}

/* The text of a special token is cut like any other. */
static void specials_do_not_come_from_text(void **state)
{
    (void)state;
    iso_wordpiece *w = made("? [SEP] [ SEP ] ##a ##", &cased);

    text(cut(w, "[SEP]"), "2[0,1) 3[1,4) 4[4,5)");
    text(cut(w, "##a"), "0[0,1) 0[1,2) 0[2,3)");
    iso_wordpiece_free(w);
}

/* --- Vocabularies --- */

static const char *written(const char *name, const char *bytes, size_t len)
{
    const char *path = temp_path(name);
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    return path;
}

#define vocab_of(bytes) written("vocab.txt", bytes, sizeof(bytes) - 1)

static void piece_is(const iso_vocab *v, int32_t id, const char *expected)
{
    int64_t len;
    const char *piece = iso_vocab_piece(&len, v, id);

    assert_int_equal(len, strlen(expected));
    assert_memory_equal(piece, expected, (size_t)len);
}

static void lines_of_a_vocabulary(void **state)
{
    (void)state;
    const char *first;
    iso_vocab *v;

    /* a mark, CRLF, an empty line, a piece again, bytes that are not UTF-8, no newline at the end
     */
    ok(iso_vocab_read(&v, vocab_of("\xef\xbb\xbfone\r\n\r\ntwo\none\n\xff\xfe\n\xe4\xbd\xa0")));
    assert_int_equal(iso_vocab_size(v), 6);
    piece_is(v, 0, "one");
    piece_is(v, 1, "");
    piece_is(v, 3, "one");
    piece_is(v, 4, "\xff\xfe");
    piece_is(v, 5, "\xe4\xbd\xa0");
    assert_int_equal(iso_vocab_find(v, "one", -1), 3);
    assert_int_equal(iso_vocab_find(v, "", -1), 1);
    assert_int_equal(iso_vocab_find(v, "three", -1), -1);
    assert_int_equal(iso_vocab_odd(v, &first), 2);
    assert_non_null(strstr(first, "piece 0 is repeated as 3"));
    int64_t len;
    assert_null(iso_vocab_piece(&len, v, 6));
    assert_null(iso_vocab_piece(&len, v, -1));
    iso_vocab_close(v);

    ok(iso_vocab_read(&v, vocab_of("\n"))); /* one line, of nothing */
    assert_int_equal(iso_vocab_size(v), 1);
    iso_vocab_close(v);
    fails(iso_vocab_read(&v, vocab_of("")), ISO_EFORMAT, "empty");
    fails(iso_vocab_read(&v, temp_path("absent")), ISO_EIO, "absent");
}

static void ids_may_come_in_any_order(void **state)
{
    (void)state;
    const char *first;
    int64_t len;
    iso_vocab *v;

    ok(iso_vocab_new(&v, "v"));
    ok(iso_vocab_put(v, 5000, "b", 1));
    ok(iso_vocab_put(v, 2, "a", 1));
    ok(iso_vocab_put(v, 2, "c", 1));
    fails(iso_vocab_put(v, -1, "c", 1), ISO_EARG, "-1");
    assert_int_equal(iso_vocab_size(v), 5001);
    assert_null(iso_vocab_piece(&len, v, 3));
    assert_int_equal(iso_vocab_find(v, "c", 1), -1);
    assert_int_equal(iso_vocab_find(v, "b", 1), 5000);
    assert_int_equal(iso_vocab_odd(v, &first), 1);
    text(first, "v: id 2 is given twice; its first piece counts");
    iso_vocab_close(v);
}

/* A piece that is no text, or longer than a word can be, is never met. */
static void hostile_pieces_do_no_harm(void **state)
{
    (void)state;
    iso_vocab *v;
    iso_wordpiece *w;
    char *huge;

    ok(iso_alloc(&huge, 1 << 20, 1));
    memset(huge, 'x', 1 << 20);
    ok(iso_vocab_new(&v, "v"));
    ok(iso_vocab_put(v, 0, "?", 1));
    ok(iso_vocab_put(v, 1, huge, 1 << 20));
    ok(iso_vocab_put(v, 2, "\xe4\xbd", 2));
    ok(iso_vocab_put(v, 3, "", 0));
    ok(iso_vocab_put(v, 4, "##", 2));
    ok(iso_vocab_put(v, 5, "x\0y", 3));
    ok(iso_wordpiece_new(&w, v, &(iso_wordpiece_opt){.basic = cased, .prefix = "##"}));
    text(cut(w, "\xe4\xbd\xa0 x"), "0[0,3) 0[4,5)");
    iso_wordpiece_free(w);
    iso_vocab_close(v);
    iso_free(huge);
}

/* --- Golden: tests/golden/make_wordpiece.py --- */

static iso_json *golden(void)
{
    iso_file *f;
    iso_json *root;
    char *bytes;

    ok(iso_file_open(&f, source_path("tests/golden/wordpiece_cases.json")));
    ok(iso_alloc(&bytes, f->size, 1));
    ok(iso_file_read(f, 0, bytes, f->size));
    ok(iso_json_parse(&root, bytes, f->size));
    iso_free(bytes);
    iso_file_close(f);
    return root;
}

static void same_ids(const iso_tokens *t, const iso_json *ids, const char *of)
{
    const iso_json *id = iso_json_first(ids);
    int64_t expected = -1;

    for (int64_t i = 0; i < t->count || id; i++, id = iso_json_next(id)) {
        const bool there = id && iso_json_int(&expected, id);
        if (!there || i >= t->count || t->ids[i] != expected)
            fail_msg("%s: id %lld is %d, expected %lld", of, (long long)i,
                     i < t->count ? t->ids[i] : -1, there ? (long long)expected : -1);
    }
}

static void ids_of_a_plain_implementation_on_unicodedata(void **state)
{
    (void)state;
    iso_json *root = golden();
    iso_vocab *v;
    iso_wordpiece *w;
    iso_tokens t = {0};
    int32_t id = 0;

    ok(iso_vocab_new(&v, "v"));
    for (const iso_json *p = iso_json_first(iso_json_get(root, "vocab")); p; p = iso_json_next(p))
        ok(iso_vocab_put(v, id++, iso_json_text(p), (int64_t)strlen(iso_json_text(p))));
    const iso_json *c = iso_json_first(iso_json_get(root, "cases"));
    assert_non_null(c);
    for (; c; c = iso_json_next(c)) {
        const char *s = iso_json_text(iso_json_get(c, "text"));
        const iso_basic_opt basic = {.clean = true,
                                     .lower = iso_json_true(iso_json_get(c, "lower")),
                                     .strip = iso_json_true(iso_json_get(c, "strip")),
                                     .ideographs = iso_json_true(iso_json_get(c, "ideographs")),
                                     .most = 100};
        ok(iso_wordpiece_new(&w, v,
                             &(iso_wordpiece_opt){.basic = basic, .prefix = "##", .unknown = 1}));
        iso_tokens_clear(&t);
        ok(iso_wordpiece_encode(w, &t, s, (int64_t)strlen(s)));
        same_ids(&t, iso_json_get(c, "ids"), s);
        iso_wordpiece_free(w);
    }
    iso_tokens_free(&t);
    iso_vocab_close(v);
    iso_json_free(root);
}

/* --- Properties --- */

/* The definition, letter by letter, for words of single bytes: no tree, no table. */
static int plain_word(int32_t *ids, const iso_vocab *v, const char *word, size_t len)
{
    char piece[128];
    int n = 0;

    for (size_t i = 0, j; i < len; i = j) {
        int32_t id = -1;
        for (j = len; j > i && id < 0; j--) {
            const int size =
                snprintf(piece, sizeof piece, "%s%.*s", i ? "##" : "", (int)(j - i), word + i);
            id = iso_vocab_find(v, piece, size);
        }
        if (id < 0) {
            ids[0] = 0;
            return 1;
        }
        j++;
        ids[n++] = id;
    }
    return n;
}

static void random_vocabulary(iso_vocab *v, iso_rng *rng)
{
    char piece[16];

    ok(iso_vocab_put(v, 0, "?", 1));
    for (int32_t id = 1; id < 60; id++) {
        int len = 0;
        if (iso_rng_below(rng, 2))
            len = snprintf(piece, sizeof piece, "##");
        for (int64_t k = 1 + iso_rng_below(rng, 4); k > 0; k--)
            piece[len++] = (char)('a' + iso_rng_below(rng, 3));
        ok(iso_vocab_put(v, id, piece, len));
    }
}

static void agrees_with_the_definition(void **state)
{
    (void)state;
    iso_rng rng = iso_rng_seeded(5, 0);
    iso_tokens t = {0};

    for (int round = 0; round < 40; round++) {
        iso_vocab *v;
        iso_wordpiece *w;
        ok(iso_vocab_new(&v, "v"));
        random_vocabulary(v, &rng);
        ok(iso_wordpiece_new(&w, v, &(iso_wordpiece_opt){.basic = cased, .prefix = "##"}));
        for (int k = 0; k < 100; k++) {
            char word[24];
            int32_t ids[24];
            const size_t len = (size_t)(1 + iso_rng_below(&rng, 20));
            for (size_t i = 0; i < len; i++)
                word[i] = (char)('a' + iso_rng_below(&rng, 3));
            const int n = plain_word(ids, v, word, len);
            iso_tokens_clear(&t);
            ok(iso_wordpiece_encode(w, &t, word, (int64_t)len));
            assert_int_equal(t.count, n);
            assert_memory_equal(t.ids, ids, (size_t)n * sizeof *ids);
        }
        iso_wordpiece_free(w);
        iso_vocab_close(v);
    }
    iso_tokens_free(&t);
}

/* Ranges ascend, stay inside, and no visible ASCII is left out. */
static void covers(const iso_tokens *t, const char *s, int64_t len)
{
    int64_t at = 0;

    for (int64_t i = 0; i < t->count; i++) {
        assert_true(t->begin[i] >= (i ? t->begin[i - 1] : 0) && t->end[i] >= at);
        assert_true(t->begin[i] < t->end[i] && t->end[i] <= len);
        for (; at < t->begin[i]; at++)
            assert_false(s[at] > ' ' && s[at] < 127);
        at = t->end[i];
    }
    for (; at < len; at++)
        assert_false(s[at] > ' ' && s[at] < 127);
}

static void any_bytes_at_all(void **state)
{
    (void)state;
    iso_wordpiece *ways[] = {made("? a ##b c", &cased), made("? a ##b c", &uncased)};
    static const char *const bits[] = {"a",
                                       "b",
                                       " ",
                                       "\xcc\x81",
                                       "\xce\xa3",
                                       "\xc4\xb0",
                                       "\xea\xb0\x81",
                                       "\xe4",
                                       "\xbd",
                                       "\xa0",
                                       "\xf0\x9f",
                                       "\x98\x80",
                                       "!",
                                       "\n",
                                       "A",
                                       "\xe2\x80\x8b",
                                       "'"};
    iso_rng rng = iso_rng_seeded(6, 0);
    iso_tokens t = {0};
    char s[400];

    for (int round = 0; round < 4000; round++) {
        int64_t len = 0;
        for (int64_t k = iso_rng_below(&rng, 60); k > 0; k--) {
            if (iso_rng_below(&rng, 4) == 0) {
                s[len++] = (char)iso_rng_below(&rng, 256);
                continue;
            }
            const char *bit = bits[iso_rng_below(&rng, sizeof bits / sizeof *bits)];
            memcpy(s + len, bit, strlen(bit));
            len += (int64_t)strlen(bit);
        }
        iso_tokens_clear(&t);
        ok(iso_wordpiece_encode(ways[round % 2], &t, s, len));
        covers(&t, s, len);
    }
    iso_tokens_free(&t);
    iso_wordpiece_free(ways[0]);
    iso_wordpiece_free(ways[1]);
}

static const char shared_text[] =
    "a\xcc\x81 ab\xe4\xbd\xa0 ABBA, \xce\x9f\xce\x94\xce\x9f\xce\xa3 c";

static void *work(void *payload)
{
    iso_tokens t = {0};
    uintptr_t sum = 0;

    for (int k = 0; k < 2000; k++) {
        iso_tokens_clear(&t);
        if (iso_wordpiece_encode(payload, &t, shared_text, sizeof shared_text - 1))
            return NULL;
        for (int64_t i = 0; i < t.count; i++)
            sum = sum * 31 + (uintptr_t)t.ids[i] + (uintptr_t)t.end[i];
    }
    iso_tokens_free(&t);
    return (void *)(sum | 1);
}

static void threads_agree(void **state)
{
    (void)state;
    iso_wordpiece *w = made("? a ##b c ##ba ,", &uncased);
    pthread_t threads[4];
    void *sums[4];

    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, w), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], &sums[i]);
    for (int i = 0; i < 4; i++)
        assert_ptr_equal(sums[i], work(w));
    iso_wordpiece_free(w);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *path = vocab_of("?\na\n##b\nlong\n##er\n");
    const iso_wordpiece_opt opt = {.basic = uncased, .prefix = "##"};
    iso_vocab *v = NULL;
    iso_wordpiece *w = NULL;
    iso_tokens t = {0};
    iso_err err;

    for (int64_t n = 0; (iso_alloc_fail_after(n), err = iso_vocab_read(&v, path)); n++)
        assert_true(err == ISO_ENOMEM && !v);
    for (int64_t n = 0; (iso_alloc_fail_after(n), err = iso_wordpiece_new(&w, v, &opt)); n++)
        assert_true(err == ISO_ENOMEM && !w);
    for (int64_t n = 0; (iso_alloc_fail_after(n), err = iso_wordpiece_encode(w, &t, "ab", 2)); n++)
        assert_true(err == ISO_ENOMEM);
    iso_alloc_fail_after(-1);
    assert_int_equal(t.count, 2);
    iso_tokens_free(&t);
    iso_wordpiece_free(w);
    iso_vocab_close(v);
}

int main(void)
{
    RUN_TESTS(test(takes_the_longest_piece_first), test(pieces_know_the_bytes_of_the_original),
              test(what_cannot_be_seen_is_dropped), test(clean_up_can_be_off),
              test(long_words_are_unknown), test(specials_do_not_come_from_text),
              test(lines_of_a_vocabulary), test(ids_may_come_in_any_order),
              test(hostile_pieces_do_no_harm), test(ids_of_a_plain_implementation_on_unicodedata),
              test(agrees_with_the_definition), test(any_bytes_at_all), test(threads_agree),
              test(every_allocation_may_fail));
}
