#include "lib/text/spm.h"

#include <fcntl.h>

#include "lib/base/alloc.h"
#include "lib/io/states.h"
#include "tests/text/models.h"

#define SPACE "\xe2\x96\x81"

static iso_spm *bundled(void)
{
    iso_spm *s = NULL;

    ok(iso_spm_open(&s, source_path("examples/mini/sentencepiece.bpe.model")));
    return s;
}

static iso_spm *of(iso_buf *model)
{
    iso_spm *s = NULL;

    ok(iso_spm_of_bytes(&s, model->text, model->len, "small"));
    iso_buf_free(model);
    return s;
}

static void refused(iso_buf *model, iso_err code, const char *part)
{
    iso_spm *s = NULL;

    fails(iso_spm_of_bytes(&s, model->text, model->len, "small"), code, part);
    fails(iso_spm_of_bytes(&s, model->text, model->len, "small"), code, "small: ");
    assert_null(s);
    iso_buf_free(model);
}

struct piece {
    int32_t id;
    int64_t begin, end;
};

static void cuts(const iso_spm *s, const char *text, int64_t len, const struct piece *want,
                 int count)
{
    iso_tokens t = {0};

    ok(iso_spm_encode(s, &t, text, len));
    assert_int_equal(t.count, count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(t.ids[i], want[i].id);
        assert_int_equal(t.begin[i], want[i].begin);
        assert_int_equal(t.end[i], want[i].end);
    }
    iso_tokens_free(&t);
}

/* By hand: of the cuts of U+2581 a b with scores -2 -3 -3 and -4 for ab, the best is -6. */
static void a_small_model_on_paper(void **state)
{
    (void)state;
    iso_buf m = small_model();
    iso_spm *s = of(&m);
    int64_t len;

    cuts(s, "ab", 2, (struct piece[]){{1, 0, 0}, {5, 0, 2}}, 2);
    cuts(s, "b  ab ", 6, (struct piece[]){{4, 0, 1}, {1, 1, 3}, {5, 3, 5}}, 3);
    cuts(s, "a?!", 3, (struct piece[]){{1, 0, 0}, {2, 0, 1}, {0, 1, 3}}, 3);
    assert_int_equal(iso_spm_size(s), 6);
    assert_int_equal(iso_spm_unknown(s), 0);
    assert_int_equal(iso_spm_find(s, "ab"), 5);
    assert_int_equal(iso_spm_find(s, "nowhere"), 0);
    text(iso_spm_piece(&len, s, 4), SPACE "b");
    assert_int_equal(len, 4);
    text(iso_spm_piece(&len, s, 6), "");
    text(iso_spm_piece(&len, s, -1), "");
    assert_int_equal(len, 0);
    iso_spm_close(s);
    iso_spm_close(NULL);
}

static void the_bundled_model(void **state)
{
    (void)state;
    iso_spm *s = bundled();

    assert_int_equal(iso_spm_size(s), 8189);
    assert_int_equal(iso_spm_find(s, "</s>"), 2);
    cuts(s, "Hello world!", 12,
         (struct piece[]){{489, 0, 2}, {178, 2, 4}, {16, 4, 5}, {2711, 5, 11}, {428, 11, 12}}, 5);
    cuts(s, NULL, 0, NULL, 0);
    cuts(s, " \t ", 3, NULL, 0);
    iso_spm_close(s);
}

/* Pieces come in order and lie in the text. */
static void check_places(const iso_spm *s, const iso_tokens *t, int64_t len)
{
    for (int64_t i = 0; i < t->count; i++) {
        assert_in_range(t->ids[i], 0, iso_spm_size(s) - 1);
        assert_true(t->begin[i] >= (i ? t->begin[i - 1] : 0));
        assert_true(t->end[i] >= t->begin[i] && t->end[i] <= len);
    }
}

static void bytes_that_are_no_text(void **state)
{
    (void)state;
    static const char bad[] = "a\xff\xc3 \0 b\xed\xa0\x80\xf0\x9f\0\xe2\x96";
    iso_spm *s = bundled();
    iso_tokens t = {0};

    for (int64_t len = 0; len <= (int64_t)sizeof bad; len++) {
        iso_tokens_clear(&t);
        ok(iso_spm_encode(s, &t, bad, len));
        check_places(s, &t, len);
    }
    assert_true(t.count > 4);
    iso_tokens_free(&t);
    iso_spm_close(s);
}

static void a_line_of_a_megabyte(void **state)
{
    (void)state;
    const int64_t len = 1 << 20;
    iso_spm *s = bundled();
    iso_tokens t = {0};
    char *line = NULL;

    ok(iso_alloc(&line, len, 1));
    for (int64_t i = 0; i < len; i++)
        line[i] = "a word "[i % 7];
    line[len - 1] = 'd';
    ok(iso_spm_encode(s, &t, line, len));
    check_places(s, &t, len);
    assert_int_equal(t.end[t.count - 1], len);
    assert_true(t.count >= len / 7 * 2);
    iso_tokens_clear(&t);
    memset(line, 'x', (size_t)len); /* no white space at all */
    ok(iso_spm_encode(s, &t, line, len));
    check_places(s, &t, len);
    fails(iso_spm_encode(s, &t, line, INT32_MAX), ISO_EARG, "a text of 2147483647 bytes, at most");
    fails(iso_spm_encode(s, &t, line, -1), ISO_EARG, "a text of -1 bytes");
    iso_free(line);
    iso_tokens_free(&t);
    iso_spm_close(s);
}

static void several_threads_one_model(void **state)
{
    (void)state;
    static const char line[] =
        "The soup is still hot. \xe6\xb1\xa4\xe8\xbf\x98\xe6\x98\xaf\xe7\x83\xad\xe7\x9a\x84";
    iso_spm *s = bundled();
    iso_tokens alone = {0};
    int same = 0;

    ok(iso_spm_encode(s, &alone, line, sizeof line - 1));
#pragma omp parallel for num_threads(4) reduction(+ : same)
    for (int i = 0; i < 64; i++) {
        iso_tokens t = {0};
        same += iso_spm_encode(s, &t, line, sizeof line - 1) == ISO_OK && t.count == alone.count &&
                memcmp(t.ids, alone.ids, (size_t)t.count * sizeof *t.ids) == 0 &&
                memcmp(t.end, alone.end, (size_t)t.count * sizeof *t.end) == 0;
        iso_tokens_free(&t);
    }
    assert_int_equal(same, 64);
    iso_tokens_free(&alone);
    iso_spm_close(s);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *path = source_path("examples/mini/sentencepiece.bpe.model");
    iso_spm *s = NULL;
    iso_tokens t = {0};
    char line[240];
    iso_err err = ISO_ENOMEM;
    int n = 0;

    for (; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_spm_open(&s, path);
        iso_alloc_fail_after(-1);
        assert_true(err ? err == ISO_ENOMEM && !s : s != NULL);
    }
    assert_in_range(n, 6, 20);
    for (int i = 0; i < 20; i++)
        memcpy(line + i * 12, "Hello world!", 12);
    for (n = 0, err = ISO_ENOMEM; err; n++) {
        iso_tokens_free(&t);
        ok(iso_tokens_add(&t, 7, 0, 0));
        iso_alloc_fail_after(n);
        err = iso_spm_encode(s, &t, line, sizeof line);
        iso_alloc_fail_after(-1);
        assert_true(err ? err == ISO_ENOMEM && t.count == 1 : t.count > 64);
    }
    assert_in_range(n, 6, 20);
    iso_tokens_free(&t);
    iso_spm_close(s);
}

/* Models that are none --------------------------------------------------------- */

static void files_that_are_no_models(void **state)
{
    (void)state;
    const char *path = temp_path("big.model");
    const int fd = open(path, O_WRONLY | O_CREAT, 0600);
    iso_spm *s = NULL;

    assert_true(fd >= 0 && ftruncate(fd, (off_t)1 << 40) == 0 && close(fd) == 0);
    fails(iso_spm_open(&s, path), ISO_EFORMAT, "1099511627776 bytes are too much");
    fails(iso_spm_open(&s, temp_path("nowhere.model")), ISO_EIO, "nowhere.model");
    fails(iso_spm_open(&s, source_path("examples")), ISO_EIO, "examples");
    fails(iso_spm_open(&s, source_path("examples/mini/config.json")), ISO_EFORMAT,
          "config.json: not a SentencePiece model");
    fails(iso_spm_of_bytes(&s, "", 0, "x"), ISO_EFORMAT, "x: not a SentencePiece model");
}

static void models_of_other_types(void **state)
{
    (void)state;
    iso_buf m = small_model();

    add_trainer(&m, 2); /* the last one counts */
    refused(&m, ISO_EUNSUP, "of type 2 (BPE), read are unigram ones");
    m = small_model();
    add_trainer(&m, 9);
    refused(&m, ISO_EUNSUP, "of type 9, read");
}

static void pieces_that_cannot_be(void **state)
{
    (void)state;
    static char longest[1025];
    iso_buf m = small_model();

    add_piece(&m, "", 0, NORMAL);
    refused(&m, ISO_EFORMAT, "piece 6 has 0 bytes: 1 to 1024");
    m = small_model();
    add_piece_bytes(&m, "x\0y", 3, 0, NORMAL);
    refused(&m, ISO_EFORMAT, "piece 6 has 3 bytes, a NUL among them");
    m = small_model();
    memset(longest, 'x', sizeof longest);
    add_piece_bytes(&m, longest, sizeof longest, 0, NORMAL);
    refused(&m, ISO_EFORMAT, "piece 6 has 1025 bytes");
    m = small_model();
    add_piece(&m, "ab", 0, NORMAL);
    refused(&m, ISO_EFORMAT, "piece 6, \"ab\", is already defined");
    m = small_model();
    add_piece(&m, "<u2>", 0, UNKNOWN);
    refused(&m, ISO_EFORMAT, "more than one of 7 pieces are the unknown one");
    m = small_model();
    add_piece(&m, "a\xc3", 0, NORMAL);
    refused(&m, ISO_EFORMAT, "piece 6 is not UTF-8");
    m = small_model();
    add_piece(&m, "<0x0A>", 0, BYTE);
    refused(&m, ISO_EFORMAT, "1 of the 256 byte pieces, 1 called as they should be, without");
    m = (iso_buf){0};
    add_piece(&m, "<unk>", 0, UNKNOWN);
    add_piece(&m, "a", 0, CONTROL);
    refused(&m, ISO_EFORMAT, "none of 2 pieces is one that text is cut into");
    m = (iso_buf){0};
    add_piece(&m, "a", 0, NORMAL);
    refused(&m, ISO_EFORMAT, "none of 1 pieces is the unknown one");
}

static iso_buf nested_symbols(int64_t count)
{
    static const char xs[] =
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    iso_buf m = small_model();

    for (int64_t n = count; n > 0; n--)
        add_piece_bytes(&m, xs, n, 0, USER_DEFINED);
    return m;
}

static void symbols_inside_one_another(void **state)
{
    (void)state;
    iso_buf m = nested_symbols(70);
    iso_spm *s = of(&m);

    cuts(s, "xxx", 3, (struct piece[]){{1, 0, 0}, {73, 0, 3}}, 2);
    iso_spm_close(s);
}

static void a_model_cut_short(void **state)
{
    (void)state;
    iso_buf m = small_model();
    int bad = 0;

    for (int64_t len = 0; len < m.len; len++) {
        iso_spm *s = NULL;
        char *copy = NULL;
        ok(iso_alloc(&copy, len, 1));
        memcpy(copy, m.text, (size_t)len);
        bad += iso_spm_of_bytes(&s, copy, len, "cut") == ISO_EFORMAT;
        iso_spm_close(s);
        iso_free(copy);
    }
    assert_true(bad > m.len / 2);
    iso_buf_free(&m);
}

/* Normalisation rules ---------------------------------------------------------- */

static iso_buf with_rules(uint32_t node, uint32_t value, const char *texts, int64_t len)
{
    iso_buf map = charsmap_of(node, value, texts, len), m = small_model();

    add_charsmap(&m, &map);
    iso_buf_free(&map);
    return m;
}

/* A becomes "b a": one byte to five with the space as U+2581. */
static void a_rule_is_followed(void **state)
{
    (void)state;
    iso_buf m = with_rules(unit_of_a(257, true), 1, "\0b a", 5);
    iso_spm *s = of(&m);

    cuts(s, "A", 1, (struct piece[]){{4, 0, 0}, {1, 0, 0}, {2, 0, 1}}, 3);
    fails(iso_spm_encode(s, &(iso_tokens){0}, "", INT32_MAX / 5), ISO_EARG, "at most 429496726 ");
    iso_spm_close(s);
}

static void rules_that_lie(void **state)
{
    (void)state;
    static char longest[258];
    const struct {
        uint32_t node, value;
        const char *part;
    } lies[] = {
        {unit_of_a(257, true), 6, "points to byte 6 of 5"},
        {unit_of_a(512, false), 0, "leads to unit 767 of 512"},
        {unit_of_a(256, false), 0, "go in a circle"},
        {'A' | 1u << 9 | 0x1fffffu << 10, 0, "leads to unit"},
    };
    iso_buf m;

    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        m = with_rules(lies[i].node, lies[i].value, "\0b a", 5);
        refused(&m, ISO_EFORMAT, lies[i].part);
    }
    memset(longest, 'x', sizeof longest - 1);
    m = with_rules(unit_of_a(257, true), 0, longest, sizeof longest);
    refused(&m, ISO_EFORMAT, "makes 257 bytes of one, at most 256");
}

static void rules_of_a_wrong_size(void **state)
{
    (void)state;
    for (int64_t len = 1; len <= 4 + 4 * 512; len += len < 8 ? 1 : 340) {
        iso_buf map = charsmap_of(unit_of_a(257, true), 0, "b", 2), m = small_model();
        map.len = len;
        add_charsmap(&m, &map);
        refused(&m, ISO_EFORMAT, "say their trie has");
        iso_buf_free(&map);
    }
}

/* What PyTorch's peers cut: the tokens beside the golden states, unknown ones as in the text. */
static void check_line(const iso_spm *s, const char *line, const char *const *want, int64_t count)
{
    iso_tokens t = {0};

    ok(iso_spm_encode(s, &t, line, (int64_t)strlen(line)));
    assert_int_equal(t.count, count);
    for (int64_t i = 0; i < count; i++) {
        int64_t len = t.end[i] - t.begin[i];
        const char *piece =
            t.ids[i] == iso_spm_unknown(s) ? line + t.begin[i] : iso_spm_piece(&len, s, t.ids[i]);
        assert_int_equal(len, strlen(want[i]));
        assert_memory_equal(piece, want[i], (size_t)len);
    }
    iso_tokens_free(&t);
}

static void golden(const char *file, const char *folder)
{
    const char *states = test_data(file), *path = test_data(folder);
    iso_states *all = NULL;
    iso_spm *s = NULL;

    ok(iso_states_open(&all, &states, 1, &(iso_states_opt){.pool = "none"}));
    ok(iso_spm_open(&s, path));
    for (int l = 0; l < iso_states_langs(all); l++) {
        const iso_lang *lang = iso_states_lang(all, l);
        for (int64_t i = 0; i < lang->items; i++) { /* between <s> and </s> */
            const int64_t first = lang->offsets[i] + 1, last = lang->offsets[i + 1] - 1;
            check_line(s, lang->text[i], lang->tokens + first, last - first);
        }
    }
    iso_spm_close(s);
    iso_states_close(all);
}

static void golden_m15(void **state)
{
    (void)state;
    golden("golden/states/m15.h5", "models/m15/sentencepiece.bpe.model");
}

static void golden_mini(void **state)
{
    (void)state;
    golden("golden/states/mini.h5", "models/mini/sentencepiece.bpe.model");
}

int main(void)
{
    RUN_TESTS(test(a_small_model_on_paper), test(the_bundled_model), test(bytes_that_are_no_text),
              test(a_line_of_a_megabyte), test(several_threads_one_model),
              test(every_allocation_may_fail), test(files_that_are_no_models),
              test(models_of_other_types), test(pieces_that_cannot_be),
              test(symbols_inside_one_another), test(a_model_cut_short), test(a_rule_is_followed),
              test(rules_that_lie), test(rules_of_a_wrong_size), test(golden_m15),
              test(golden_mini));
}
