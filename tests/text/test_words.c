#include "lib/text/words.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/utf8.h"
#include "lib/text/spm.h"
#include "lib/text/unicode.h"
#include "tests/check.h"

/* A piece of the first text; of the second with part 1; special when begin is -1. */
struct piece {
    int64_t begin, end;
    int part;
};

static iso_tokens tokens_of(const struct piece *pieces, int count)
{
    iso_tokens t = {0};

    for (int i = 0; i < count; i++) {
        const bool special = pieces[i].begin < 0;
        ok(iso_tokens_add(&t, i, special ? 0 : pieces[i].begin, special ? 0 : pieces[i].end));
        t.special[i] = special;
        t.part[i] = (uint8_t)pieces[i].part;
    }
    return t;
}

/* All words as "text:piece,piece text:" and so on. */
static char *shown(const iso_words *w, const char *const *texts)
{
    static char line[1024];
    int at = 0;

    line[0] = '\0';
    for (int64_t i = 0; i < w->count; i++) {
        at += snprintf(line + at, sizeof line - (size_t)at, "%s%.*s:", i ? " " : "",
                       (int)(w->end[i] - w->begin[i]), texts[w->part[i]] + w->begin[i]);
        for (int64_t k = w->first[i]; k < w->first[i + 1]; k++)
            at += snprintf(line + at, sizeof line - (size_t)at, "%s%d", k > w->first[i] ? "," : "",
                           (int)w->index[k]);
    }
    return line;
}

static void words_are(const char *want, const char *line, const struct piece *pieces, int count,
                      bool truncated)
{
    iso_tokens t = tokens_of(pieces, count);
    iso_words w = {0};

    t.truncated = truncated;
    ok(iso_words_find(&w, &t, line, (int64_t)strlen(line), 0, ISO_WORDS_WHOLE));
    text(shown(&w, (const char *[]){line}), want);
    iso_words_free(&w);
    iso_tokens_free(&t);
}

/* The same without punctuation at their ends; how many were nothing else. */
static void stripped_are(const char *want, int64_t marks, const char *line,
                         const struct piece *pieces, int count)
{
    iso_tokens t = tokens_of(pieces, count);
    iso_words w = {0};

    ok(iso_words_find(&w, &t, line, (int64_t)strlen(line), 0, ISO_WORDS_BARE));
    text(shown(&w, (const char *[]){line}), want);
    assert_int_equal(w.marks, marks);
    iso_words_clear(&w);
    assert_int_equal(w.marks, 0);
    iso_words_free(&w);
    iso_tokens_free(&t);
}

/* Words that blanks alone divide: an ideograph is not alone, U+00A0 belongs to its word. */
static void blanks_alone_may_divide(void **state)
{
    static const struct piece pieces[] = {{-1, 0, 0}, {0, 3, 0},   {3, 6, 0},
                                          {7, 8, 0},  {10, 12, 0}, {12, 13, 0}};
    const char *line = "\xe4\xb8\xad\xe5\x9b\xbd a\xc2\xa0"
                       "bc ";
    iso_tokens t = tokens_of(pieces, 6);
    iso_words w = {0};

    (void)state;
    ok(iso_words_find(&w, &t, line, (int64_t)strlen(line), 0, ISO_WORDS_BLANKS));
    text(shown(&w, (const char *[]){line}), "\xe4\xb8\xad\xe5\x9b\xbd:1,2 a\xc2\xa0"
                                            "bc:3,4");
    iso_words_free(&w);
    iso_tokens_free(&t);
}

#define STRIPPED(want, marks, line, ...)                                                           \
    stripped_are(want, marks, line, (struct piece[]){__VA_ARGS__},                                 \
                 (int)(sizeof(struct piece[]){__VA_ARGS__} / sizeof(struct piece)))

/* "However," finds its entry, and its row is that of However, without the comma's piece. */
static void punctuation_at_the_ends_is_no_word(void **state)
{
    (void)state;
    STRIPPED("However:0 he:2 said:4", 0, "However, (he) said.", {0, 7, 0}, {7, 8, 0}, {9, 12, 0},
             {12, 13, 0}, {14, 18, 0}, {18, 19, 0});
    STRIPPED("don't:0,1,2 well-known:3", 0, "don't well-known!", {0, 3, 0}, {3, 4, 0}, {4, 5, 0},
             {6, 17, 0});                                          /* a piece over both counts */
    STRIPPED("C++:0 $5:1", 1, "C++ -- $5.", {0, 3, 0}, {7, 9, 0}); /* signs of S* are kept */
    STRIPPED("Ja:1", 0, "\xc2\xbbJa\xc2\xab", {0, 2, 0}, {2, 4, 0}, {4, 6, 0});
    STRIPPED("\xe6\x88\x91:0", 1, "\xe6\x88\x91\xe3\x80\x82", {0, 3, 0}, {3, 6, 0});
    STRIPPED("a:1", 2, "... a \xe2\x80\xa6", {0, 3, 0}, {4, 5, 0}, {6, 9, 0});
    STRIPPED("a:2", 0, " (a", {0, 0, 0}, {1, 2, 0},
             {2, 3, 0}); /* a lone U+2581 stands before the bracket */
    STRIPPED("", 3, "! ? \xe0\xa5\xa4", {0, 1, 0});
    STRIPPED("\xe0\xa4\x95:0", 0, "\xe0\xa4\x95\xe0\xa5\xa4", {0, 3, 0}, {3, 6, 0}); /* danda */
    STRIPPED("\xff:0", 0, "\xff.", {0, 1, 0}, {1, 2, 0});
}

#define WORDS(want, line, truncated, ...)                                                          \
    words_are(want, line, (struct piece[]){__VA_ARGS__},                                           \
              sizeof((struct piece[]){__VA_ARGS__}) / sizeof(struct piece), truncated)

#define SPECIAL                                                                                    \
    {                                                                                              \
        -1, -1, 0                                                                                  \
    }

static void english(void **state)
{
    (void)state;
    /* [CLS] The soup ##s , [SEP] */
    WORDS("The:1 soups,:2,3,4", " The  soups, ", false, SPECIAL, {1, 4, 0}, {6, 10, 0}, {10, 11, 0},
          {11, 12, 0}, SPECIAL);
    /* Pieces that begin with the space before. */
    WORDS("a:1 b:2", "a\tb", false, SPECIAL, {0, 1, 0}, {1, 3, 0}, SPECIAL);
    /* All of it one piece; and a word of which nothing is visible. */
    WORDS("a:0 b:0", "a b", false, {0, 3, 0});
    WORDS("a:0 \x01: b:1", "a \x01 b", false, {0, 1, 0}, {4, 5, 0});
    WORDS("a:0 b:", "a b", false, {0, 1, 0});
    WORDS("", "", false, SPECIAL, SPECIAL);
    WORDS("", " \xc2\xa0\xe3\x80\x80\n", false, SPECIAL, {0, 1, 0}, SPECIAL);
}

/* Ideographs stand alone, Latin and kana beside them do not; white space is Unicode's. */
static void chinese_and_latin(void **state)
{
    (void)state;
    WORDS("\xe4\xbd\xa0:0 \xe5\xa5\xbd:0 ok:1 \xe4\xb8\x96:2 \xe7\x95\x8c:2,3",
          "\xe4\xbd\xa0\xe5\xa5\xbdok\xe4\xb8\x96\xe7\x95\x8c", false, {0, 6, 0}, {6, 8, 0},
          {8, 12, 0}, {12, 14, 0});
    WORDS("\xe7\x8c\xab:0 \xe3\x81\xaf:0 x:1", "\xe7\x8c\xab\xe3\x81\xaf\xe3\x80\x80x", false,
          {0, 6, 0}, {9, 10, 0});
}

/* A lone U+2581 stands for the space before a word or for nothing at all. */
static void pieces_without_bytes_of_a_word(void **state)
{
    (void)state;
    WORDS("\xe4\xbd\xa0:0,1 \xe5\xa5\xbd:1,2,3", "\xe4\xbd\xa0\xe5\xa5\xbd", false, {0, 0, 0},
          {0, 6, 0}, {3, 3, 0}, {3, 6, 0});
    WORDS("a:0,1 b:2,3", "a b", false, {0, 0, 0}, {0, 1, 0}, {1, 2, 0}, {2, 3, 0});
    WORDS("a:0", "a  ", false, {0, 1, 0}, {1, 2, 0}); /* before no word */
    WORDS("ab:0,1,2", "ab", false, {0, 1, 0}, {1, 1, 0}, {1, 2, 0});
}

static void truncated(void **state)
{
    (void)state;
    WORDS("a:0", "a b c", true, {0, 1, 0}, SPECIAL);
    WORDS("a:0 bc:1", "a bc d", true, {0, 1, 0}, {2, 3, 0});
    WORDS("a:0 \x01: b:1", "a \x01 b c \x01", true, {0, 1, 0}, {4, 5, 0});
    WORDS("", "a b", true, SPECIAL, SPECIAL);
}

static void pairs(void **state)
{
    (void)state;
    const char *const texts[] = {"one two", "x one"};
    iso_tokens t = tokens_of(
        (struct piece[]){
            SPECIAL, {0, 3, 0}, {4, 7, 0}, SPECIAL, {0, 1, 1}, {2, 4, 1}, {4, 5, 1}, SPECIAL},
        8);
    iso_words w = {0};

    for (int round = 0; round < 2; round++) {
        ok(iso_words_find(&w, &t, texts[0], 7, 0, ISO_WORDS_WHOLE));
        ok(iso_words_find(&w, &t, texts[1], 5, 1, ISO_WORDS_WHOLE));
        text(shown(&w, texts), "one:1 two:2 x:4 one:5,6");
        assert_int_equal(w.part[1], 0);
        assert_int_equal(w.part[2], 1);
        iso_words_clear(&w);
    }
    iso_words_free(&w);
    iso_tokens_free(&t);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    iso_tokens t = {0};
    iso_words w = {0};
    char line[200];
    int n = 0, words = 0;

    for (int i = 0; i < 100; i++) {
        memcpy(line + i * 2, "a ", 2);
        ok(iso_tokens_add(&t, 1, i * 2, i * 2 + 1));
    }
    ok(iso_words_find(&w, &t, "a", 1, 0, ISO_WORDS_WHOLE));
    for (iso_err err = ISO_ENOMEM; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_words_find(&w, &t, line, sizeof line, 0, ISO_WORDS_WHOLE);
        iso_alloc_fail_after(-1);
        words = err ? 1 : 101;
        assert_int_equal(w.count, words);
        assert_int_equal(w.indexed, words);
        assert_int_equal(w.first[words], words);
    }
    assert_in_range(n, 5, 20);
    iso_words_free(&w);
    iso_tokens_free(&t);
}

/* Properties -------------------------------------------------------------------- */

static bool overlap(const iso_words *w, int64_t word, const iso_tokens *t, int64_t piece)
{
    return t->begin[piece] < w->end[word] && w->begin[word] < t->end[piece];
}

static bool owns(const iso_words *w, int64_t word, int64_t piece)
{
    for (int64_t k = w->first[word]; k < w->first[word + 1]; k++) {
        if (w->index[k] == piece)
            return true;
    }
    return false;
}

/* The slow way: each piece against each word, as the header says it. */
static void check_pieces(const iso_words *w, const iso_tokens *t)
{
    for (int64_t i = 0; i < t->count; i++) {
        int64_t heir = -1;
        bool shares = false;
        for (int64_t k = w->count - 1; k >= 0; k--) {
            shares |= overlap(w, k, t, i);
            heir = w->end[k] > t->begin[i] ? k : heir;
        }
        for (int64_t k = 0; k < w->count; k++)
            assert_int_equal(owns(w, k, i), shares ? overlap(w, k, t, i) : k == heir);
    }
}

static void check_words(const iso_words *w, const char *text, int64_t len)
{
    for (int64_t k = 0; k < w->count; k++) {
        uint32_t c;
        assert_true(w->begin[k] >= (k ? w->end[k - 1] : 0) && w->end[k] > w->begin[k] &&
                    w->end[k] <= len);
        const int size = iso_utf8_next(&c, text + w->begin[k], len - w->begin[k]);
        assert_false(size > 0 && iso_unicode_space(c));
        if (size > 0 && iso_unicode_ideograph(c))
            assert_int_equal(w->end[k] - w->begin[k], size);
        for (int64_t i = w->first[k] + 1; i < w->first[k + 1]; i++)
            assert_true(w->index[i - 1] < w->index[i]);
        assert_true(w->first[k] <= w->first[k + 1]);
    }
    assert_int_equal(w->first[w->count], w->indexed);
}

/* Texts of any bytes, cut by the bundled model. */
static void any_text(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "a",  "bread ",       " ",  "\xe6\xb1\xa4", "\xe8\xbf\x98", "\xff",
        "\n", "\xef\xb7\xba", "\0", "\xe3\x80\x80", "\xd0\xb4",     "don't"};
    iso_spm *s = NULL;
    iso_tokens t = {0};
    iso_words w = {0};
    iso_rng rng = iso_rng_seeded(7, 0);

    ok(iso_spm_open(&s, source_path("examples/mini/sentencepiece.bpe.model")));
    for (int round = 0; round < 300; round++) {
        char line[256];
        int64_t len = 0;
        for (int i = 0; i < round % 40; i++) {
            const char *part = parts[iso_rng_below(&rng, 12)];
            const size_t size = *part ? strlen(part) : 1;
            memcpy(line + len, part, size);
            len += (int64_t)size;
        }
        iso_tokens_clear(&t);
        iso_words_clear(&w);
        ok(iso_spm_encode(s, &t, line, len));
        ok(iso_words_find(&w, &t, line, len, 0, ISO_WORDS_WHOLE));
        check_words(&w, line, len);
        check_pieces(&w, &t);
    }
    iso_words_free(&w);
    iso_tokens_free(&t);
    iso_spm_close(s);
}

int main(void)
{
    RUN_TESTS(test(punctuation_at_the_ends_is_no_word), test(english), test(chinese_and_latin),
              test(pieces_without_bytes_of_a_word), test(truncated), test(pairs),
              test(blanks_alone_may_divide), test(every_allocation_may_fail), test(any_text));
}
