/* Tables of scores: long, wide, of pairs, as people type them; what is wrong is named. */
#include "lib/base/alloc.h"
#include "lib/io/scores.h"
#include "tests/check.h"

static iso_scores table(const char *text_of_it)
{
    iso_scores s = {0};

    ok(iso_scores_read(&s, text_of_it, (int64_t)strlen(text_of_it)));
    return s;
}

static double at(const iso_scores *s, const char *row, const char *lang)
{
    for (int i = 0; i < s->rows; i++)
        for (int j = 0; j < s->langs; j++)
            if (strcmp(s->row[i], row) == 0 && strcmp(s->lang[j], lang) == 0)
                return s->value[i * s->langs + j];
    fail_msg("no cell %s, %s", row, lang);
    return 0;
}

static void wide(void **state)
{
    (void)state;
    iso_scores s = table("\xef\xbb\xbf# where from\r\nmodel\ten\tfr\tsw\r\n# a "
                         "note\nmBERT\t82.1\t73.8\t\n\nXLM-R\t84.6\t-\tNA");

    assert_int_equal(s.rows, 2);
    assert_int_equal(s.langs, 3);
    near(at(&s, "mBERT", "fr"), 73.8, 0);
    near(at(&s, "XLM-R", "en"), 84.6, 0);
    assert_true(isnan(at(&s, "mBERT", "sw")) && isnan(at(&s, "XLM-R", "fr")) && !s.pairs);
    iso_scores_free(&s);
}

static void long_form(void **state)
{
    (void)state;
    iso_scores s = table("lang,score\nen,0.8\nde,0.7\n");

    assert_int_equal(s.rows, 1);
    text(s.row[0], "");
    near(at(&s, "", "de"), 0.7, 0);
    iso_scores_free(&s);
    s = table("task,language,model,f1\nNER,en,\"big, new\",0.8\nPOS,en,\"big, "
              "new\",0.7\nNER,de,old,0.5\n");
    assert_int_equal(s.rows, 3);
    near(at(&s, "big, new / POS", "en"), 0.7, 0);
    near(at(&s, "old / NER", "de"), 0.5, 0);
    assert_true(isnan(at(&s, "big, new / NER", "de")));
    iso_scores_free(&s);
}

static void pairs(void **state)
{
    (void)state;
    iso_scores s = table("src\ttgt\tdistance\nen\tde\t0.3\nen\tsw\t0.9\nde\tsw\t0.8\n");

    assert_true(s.pairs);
    near(at(&s, "de", "sw"), 0.8, 0);
    iso_scores_free(&s);
    s = table("lang2\ten\tde\nen\t0\t0.3\nde\t0.3\t0\n"); /* wide, and rows are languages */
    assert_true(s.pairs);
    near(at(&s, "de", "en"), 0.3, 0);
    iso_scores_free(&s);
}

static void refused(const char *text_of_it, const char *part)
{
    iso_scores s = {0};

    fails(iso_scores_read(&s, text_of_it, (int64_t)strlen(text_of_it)), ISO_EFORMAT, part);
    assert_null(s.store);
}

static void what_is_wrong(void **state)
{
    (void)state;
    refused("", "empty");
    refused("# only this\n", "empty");
    refused("lang,score\n", "holds no score");
    refused("lang\nen\n", "no column holds a score");
    refused("lang,f1,em\nen,1,2\n", "em or another");
    refused("lang,score\nen,good\n", "line 2: en is 'good'");
    refused("lang,score\nen,inf\n", "line 2: en is 'inf'");
    refused("# x\nlang,score\nen,1\nen,2\n", "line 4: en has a score already");
    refused("lang,score\n,1\n", "line 2 names no language");
    refused("lang,score\nen\n", "line 2 has 1 fields, the header 2");
    refused("model\ten\ten\nm\t1\t2\n", "column 3 has the name of another");
    refused("model\ten\t\nm\t1\t2\n", "column 3 has no name");
    refused("word\nm\n", "one column");
    refused("lang,score\n\"en,1\n", "not closed");
    refused("lang,score\nen,\xff\n", "not UTF-8");
}

static void out_of_memory(void **state)
{
    (void)state;
    const char *text_of_it = "task,lang,score\na,en,1\nb,de,2\n";
    iso_scores s = {0};
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err == ISO_ENOMEM; n++) {
        iso_alloc_fail_after(n);
        err = iso_scores_read(&s, text_of_it, (int64_t)strlen(text_of_it));
        iso_alloc_fail_after(-1);
    }
    ok(err);
    iso_scores_free(&s);
}

int main(void)
{
    RUN_TESTS(test(wide), test(long_form), test(pairs), test(what_is_wrong), test(out_of_memory));
}
