/* Lower case: the results are those of Python's str.lower(). */
#include "lib/base/alloc.h"
#include "lib/text/fold.h"
#include "tests/check.h"

static const char *lower(const char *word)
{
    static iso_buf out;

    out.len = 0;
    ok(iso_text_lower(&out, word, -1));
    return out.text;
}

static void letters_and_what_is_none(void **state)
{
    (void)state;
    text(lower(""), "");
    text(lower("The QUICK 42!"), "the quick 42!");
    text(lower("ÄÖÜ"), "äöü");
    text(lower("ẞ"), "ß");
    text(lower("Ǆ"), "ǆ");
    text(lower("ＡＢ"), "ａｂ");
    text(lower("𐐀"), "𐐨");
    text(lower("İ"), "i\xcc\x87"); /* one letter becomes two characters */
    text(lower("日本"), "日本");
    text(lower("A\xff\xc3"), "a\xff\xc3"); /* no UTF-8 */
}

static void the_last_sigma(void **state)
{
    (void)state;
    text(lower("ΟΔΥΣΣΕΥΣ ΣΑΣ"), "οδυσσευς σας");
    text(lower("Σ"), "σ");
    text(lower("ΑΣΑ"), "ασα");
    text(lower("ΑΣ."), "ας.");
    text(lower("ΑΣ'Α"), "ασ'α");
    text(lower("Α'Σ"), "α'ς");
    text(lower("aΣ1"), "aς1");
    text(lower("1Σ"), "1σ");
    text(lower("ΆΣ\xcc\x81"), "ά\xcf\x82\xcc\x81");
}

static void adds_to_what_is_there(void **state)
{
    (void)state;
    iso_buf out = {0};

    ok(iso_text_lower(&out, "ABC", 2));
    ok(iso_text_lower(&out, "D", -1));
    text(out.text, "abd");
    iso_buf_free(&out);
    iso_alloc_fail_after(0);
    const iso_err err = iso_text_lower(&out, "A", -1);
    iso_alloc_fail_after(-1);
    assert_int_equal(err, ISO_ENOMEM);
}

int main(void)
{
    RUN_TESTS(test(letters_and_what_is_none), test(the_last_sigma), test(adds_to_what_is_there));
}
