/* Tables of scores: long, wide, of pairs, as people type them; what is wrong is named. */
#include "lib/base/alloc.h"
#include "lib/io/scores.h"
#include "tests/check.h"

/* The languages of this test. */
static bool known(const char *name)
{
    static const char *const all[] = {"en", "de", "sw", "th", "ur", "fr"};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strcmp(all[i], name) == 0)
            return true;
    }
    return false;
}

static const iso_scores_opt opt = {.known = known};

static iso_scores table(const char *text_of_it)
{
    iso_scores s = {0};

    ok(iso_scores_read(&s, text_of_it, (int64_t)strlen(text_of_it), &opt));
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

static void check(const char *text_of_it, const char *note)
{
    iso_scores s = table(text_of_it);

    assert_int_equal(s.rows, 2);
    assert_int_equal(s.langs, 3);
    near(at(&s, "XLM-R", "en"), 85.8, 1e-12);
    near(at(&s, "mBERT", "sw"), 50.4, 1e-12);
    near(at(&s, "mBERT", "de"), 70, 1e-12);
    if (note)
        text(s.note ? s.note : "", note);
    else
        assert_null(s.note);
    assert_false(s.pairs);
    iso_scores_free(&s);
}

/* One table in all its shapes. */
static void either_way_round(void **state)
{
    static const char turned[] = "a row is read as a language, a column as a model";
    (void)state;

    check("lang\ten\tde\tsw\nXLM-R\t85.8\t78.7\t66.5\nmBERT\t81.4\t70.0\t50.4\n", NULL);
    check("lang\tXLM-R\tmBERT\nen\t85.8\t81.4\nde\t78.7\t70.0\nsw\t66.5\t50.4\n", turned);
    check("Language,XLM-R,mBERT\nen,85.8,81.4\nde,\"78.7\",70.0\nsw,66.5,50.4\n", turned);
    check("\tXLM-R\tmBERT\nen\t85.8\t81.4\nde\t78.7\t70.0\nsw\t66.5\t50.4\n", turned);
    check("ISO,model,score\nen,XLM-R,85.8\nde,mBERT,70\nsw,mBERT,50.4\n", NULL);
    check("lg;XLM-R;mBERT\nen;85,8;81,4\nde;78,7;70,0\nsw;66,5;50,4\n",
          "a row is read as a language, a column as a model; 6 numbers have decimal commas");
    check("| lang | XLM-R | mBERT |\n|:---|---:|---:|\n| en | 85.8 | 81.4 |\n| de |  | 70 |\r\n"
          "| sw | 66.5 | 50.4 |\n",
          turned);
    check("# cited\n| | en | de | sw |\n|-|-|-|-|\n| XLM-R | 85.8 | 78.7 | 66.5\n"
          "mBERT\t81.4\t70.0\t50.4\n",
          NULL);
}

static void averages_and_signs(void **state)
{
    (void)state;
    iso_scores s = table("lang,A,B\nen,85%,80 %\nde,70%,60.5%\navg,77.5%,70%\n");

    assert_int_equal(s.rows, 2);
    near(at(&s, "B", "de"), 0.605, 1e-12);
    near(at(&s, "A", "avg"), 0.775, 1e-12); /* left to who knows languages */
    assert_non_null(strstr(s.note, "all scores are in per cent"));
    iso_scores_free(&s);
    s = table("lang\ten\tde\nen\t1\t0.3\nde\t0.3\t1\n"); /* both ways: of pairs */
    assert_true(s.pairs);
    iso_scores_free(&s);
    assert_true(iso_scores_mean("Avg") && iso_scores_mean("mean") && !iso_scores_mean("me"));
}

static void refused(const char *text_of_it, const char *part)
{
    iso_scores s = {0};

    fails(iso_scores_read(&s, text_of_it, (int64_t)strlen(text_of_it), &opt), ISO_EFORMAT, part);
    assert_null(s.store);
}

static void what_is_wrong(void **state)
{
    (void)state;
    refused("", "empty");
    refused("# only this\n", "empty");
    refused("lang,score\n", "holds no score");
    refused("lang\nen\n", "no column holds a score");
    refused("lang,f1,em\nx,1,2\n", "line 1: neither the columns (f1) nor the rows are all");
    refused("lang,model,f1,em\nen,a,1,2\n", "a row a language)");
    refused("en,de,lang\n1,2,m\n", "begin the header with lang and score");
    refused("src,tgt,a,b\nen,de,1,2\n", "2 columns may hold the score (b); call it score");
    refused("lang,score\nen,85%\nde,70\n", "line 2: 1 numbers have a per cent sign and 1 have");
    refused("lang\tscore\nen\t85,8\nde\t70.1\n", "line 2: a comma in a number may be decimal");
    refused("lang\tscore\nen\t1,234\nde\t2,500\n", "or between thousands (1,234)");
    refused("lang\tscore\nen\t1,2,3\n", "line 2: en is '1,2,3', not a number");
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
    const char *text_of_it =
        "| task | lang | score |\n|---|---|---|\n| a | en | 1,5 |\n| b | de | 2 |\n";
    iso_scores s = {0};
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err == ISO_ENOMEM; n++) {
        iso_alloc_fail_after(n);
        err = iso_scores_read(&s, text_of_it, (int64_t)strlen(text_of_it), &opt);
        iso_alloc_fail_after(-1);
    }
    ok(err);
    iso_scores_free(&s);
}

int main(void)
{
    RUN_TESTS(test(wide), test(long_form), test(pairs), test(either_way_round),
              test(averages_and_signs), test(what_is_wrong), test(out_of_memory));
}
