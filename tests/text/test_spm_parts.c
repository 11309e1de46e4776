/* A long text in parts is the pieces of the whole. Scores of a path are summed in f32: over so long
 * a text they lose digits, and now and then two cuts of a word that are nearly as good change
 * places. */
#include "lib/text/spm_parts.h"

#include "lib/base/str.h"
#include "tests/check.h"

static iso_spm *bundled(void)
{
    iso_spm *s = NULL;

    ok(iso_spm_open(&s, source_path("examples/mini/sentencepiece.bpe.model")));
    return s;
}

/* Real sentences of three scripts, a blank between them. */
static iso_buf long_text(void)
{
    const char *const files[] = {"examples/corpus/en.tsv", "examples/corpus/ar.tsv",
                                 "examples/corpus/hi.tsv"};
    iso_buf all = {0};
    char line[4096];

    for (int i = 0; i < 3; i++) {
        FILE *f = fopen(source_path(files[i]), "r");
        assert_non_null(f);
        while (fgets(line, sizeof line, f)) {
            line[strcspn(line, "\n")] = ' ';
            ok(iso_buf_puts(&all, line));
        }
        fclose(f);
    }
    assert_true(all.len > 3 << 14);
    return all;
}

static void parts_make_the_whole(void **state)
{
    iso_spm *s = bundled();
    iso_buf all = long_text();
    iso_tokens whole = {0}, parts = {0};

    (void)state;
    ok(iso_spm_encode(s, &whole, all.text, all.len));
    ok(iso_spm_encode_parts(s, s, &parts, all.text, all.len, 0, false));
    assert_int_equal(parts.count, whole.count);
    int64_t other = 0;
    for (int64_t i = 0; i < whole.count; i++)
        other += parts.ids[i] != whole.ids[i] || parts.end[i] != whole.end[i];
    assert_true(other <= whole.count / 5000);
    iso_tokens_clear(&parts);
    ok(iso_spm_encode_parts(s, s, &parts, all.text, all.len, 100, false));
    assert_true(parts.count > 100 && parts.count < whole.count / 2);
    assert_memory_equal(parts.ids, whole.ids, 101 * sizeof *whole.ids);
    iso_tokens_free(&whole);
    iso_tokens_free(&parts);
    iso_buf_free(&all);
    iso_spm_close(s);
}

/* Without a blank it is cut between characters: every byte belongs to a piece, ids stay in range.
 */
static void runs_without_a_blank(void **state)
{
    enum { COUNT = 30000 };
    iso_spm *s = bundled();
    iso_tokens t = {0};
    iso_buf run = {0};

    (void)state;
    for (int i = 0; i < COUNT; i++)
        ok(iso_buf_puts(&run, "\xf0\x9f\xa7\xbf"));
    ok(iso_spm_encode_parts(s, s, &t, run.text, run.len, 0, false));
    assert_int_equal(t.end[t.count - 1], 4 * COUNT);
    for (int64_t i = 0; i < t.count; i++)
        assert_true(t.begin[i] % 4 == 0 && t.end[i] % 4 == 0);
    iso_tokens_free(&t);
    iso_buf_free(&run);
    iso_spm_close(s);
}

/* U+0085, which the model's rules leave as it is. */
static void white_space_may_end_a_part(void **state)
{
    static const char line[] = "a\xc2\x85\xe2\x80\xa8 b\xc2\x85";
    iso_spm *s = bundled();
    iso_tokens t = {0}, plain = {0};

    (void)state;
    ok(iso_spm_encode_parts(s, s, &t, line, sizeof line - 1, 0, true));
    ok(iso_spm_encode(s, &plain, "a b", 3));
    assert_int_equal(t.count, plain.count);
    assert_memory_equal(t.ids, plain.ids, (size_t)t.count * sizeof *t.ids);
    assert_int_equal(t.begin[1], 7);
    assert_int_equal(t.end[1], 8);
    iso_tokens_clear(&t);
    ok(iso_spm_encode_parts(s, s, &t, line, sizeof line - 1, 0, false));
    assert_true(t.count > plain.count);
    iso_tokens_free(&t);
    iso_tokens_free(&plain);
    iso_spm_close(s);
}

int main(void)
{
    RUN_TESTS(test(parts_make_the_whole), test(runs_without_a_blank),
              test(white_space_may_end_a_part));
}
