/* The heat map of attention: tokens of all scripts and of bad intent, sizes, refusals. */
#include "tests/check.h"

#include "analysis/page/figure/figure.h"
#include "lib/base/alloc.h"

static const char *const hostile[] = {
    "<script>alert(1)</script>",
    "it's `touch pwned` \"$(touch pwned)\"",
    "'.system('touch pwned').'",
    "\\",
    "'",
    "\"\"",
    "a\nb\tc\r",
    "%s%n%999d {/=99 x}_^@&~$\\",
    "\xff\x1b[2J",
    "&amp;]]>",
    "\xef\xbf\xbf",
    "",
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
};

static const char *const scripts[] = {
    "[CLS]",
    "\xe2\x96\x81the",                                  /* SentencePiece */
    "##ing",                                            /* WordPiece */
    "\xe6\x97\xa5\xe6\x9c\xac",                         /* Japanese */
    "\xe0\xb8\x97\xe0\xb8\xb5\xe0\xb9\x88",             /* Thai, vowel and tone above */
    "##\xe0\xa4\xbf",                                   /* a vowel sign alone */
    "\xd8\xa7\xd9\x84\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a", /* Arabic */
    "e\xcc\x81",                                        /* a combining accent */
    "\xed\x95\x9c\xea\xb5\xad",                         /* Korean */
    "[SEP]",
};

enum {
    HOSTILE = (int)(sizeof hostile / sizeof *hostile),
    SCRIPTS = (int)(sizeof scripts / sizeof *scripts)
};

static float weight[ATTENTION_MOST * ATTENTION_MOST];

/* Every row looks at one column, a little at all. */
static void look_ahead(int rows, int columns)
{
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++)
            weight[r * columns + c] = (c == r * columns / rows ? 0.7F : 0) + 0.3F / (float)columns;
    }
}

static iso_cross_attention between(const char *const *tgt, int tgt_tokens, const char *const *src,
                                   int src_tokens)
{
    look_ahead(tgt_tokens, src_tokens);
    return (iso_cross_attention){.tgt = "sw",
                                 .src = "en",
                                 .tgt_token = tgt,
                                 .src_token = src,
                                 .tgt_tokens = tgt_tokens,
                                 .src_tokens = src_tokens,
                                 .weight = weight,
                                 .model = "Where <it> looks",
                                 .mix = "xmixup",
                                 .layer = 1,
                                 .lambda = 0.5};
}

static iso_err draw(const char *path, const iso_cross_attention *a)
{
    struct figure f = {0};
    iso_err err = iso_figure_attention(&f, a);

    if (!err)
        err = iso_figure_save_all(&f, path, NULL);
    iso_figure_free(&f);
    return err;
}

static char *read_file(const char *path)
{
    static char file[1 << 22];
    FILE *in = fopen(path, "r");

    assert_non_null(in);
    file[fread(file, 1, sizeof file - 1, in)] = '\0';
    fclose(in);
    return file;
}

static void need_gnuplot(void)
{
    if (system("gnuplot --version >/dev/null 2>&1") != 0) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
}

/* The data file has every weight with its tokens; the script knows each token's place. */
static void data_and_script(void **state)
{
    static const char *const row[] = {"\xe2\x96\x81"
                                      "a",
                                      "b%"},
                             *const column[] = {"x", "it's"};
    iso_cross_attention a = between(row, 2, column, 2);

    (void)state;
    for (int i = 0; i < 4; i++)
        weight[i] = (float)(i + 1) / 8;
    ok(draw(temp_path("a.gp"), &a));
    text(read_file(temp_path("a.tsv")), "column\trow\tweight\tcolumn_token\trow_token\n"
                                        "0\t0\t0.125\tx\t\xe2\x96\x81"
                                        "a\n1\t0\t0.25\tit's\t\xe2\x96\x81"
                                        "a\n"
                                        "0\t1\t0.375\tx\tb%\n1\t1\t0.5\tit's\tb%\n");
    const char *script = read_file(temp_path("a.gp"));
    assert_non_null(strstr(script, "('\xe2\x96\x81"
                                   "a' 0, 'b%%' 1)"));
    assert_non_null(strstr(script, "('x' 0, 'it'.\"'\".'s' 1)"));
    assert_non_null(strstr(script, "'target, Swahili (sw)'"));
    assert_non_null(strstr(script, "set cbrange [0:0.6]"));
}

static void every_script_is_shown(void **state)
{
    const iso_cross_attention a = between(scripts, SCRIPTS, scripts, SCRIPTS);

    (void)state;
    need_gnuplot();
    ok(draw(temp_path("scripts.svg"), &a));
    const char *svg = read_file(temp_path("scripts.svg"));
    for (int i = 0; i < SCRIPTS; i++)
        assert_non_null(strstr(svg, scripts[i]));
}

static void tokens_run_nothing(void **state)
{
    const iso_cross_attention a = between(hostile, HOSTILE, hostile, HOSTILE);
    char folder[4096];

    (void)state;
    need_gnuplot();
    (void)temp_path("x");
    assert_non_null(getcwd(folder, sizeof folder));
    assert_int_equal(chdir(check_temp), 0);
    ok(draw(temp_path("it's `touch pwned` ''.svg"), &a));
    assert_int_equal(access("pwned", F_OK), -1);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(access("pwned", F_OK), -1);
    const char *svg = read_file(temp_path("it's `touch pwned` ''.svg"));
    assert_null(strstr(svg, "<script"));
    assert_non_null(strstr(svg, "&lt;script"));
    assert_null(strstr(svg, "\xef\xbf\xbf")); /* no character of XML */
    assert_non_null(strstr(svg, "@@@@@@@@@@@@@@@@@\xe2\x80\xa6<"));
    assert_non_null(strstr(svg, "Where &lt;it"));
}

/* A line of text keeps its height however many there are. */
static void size_grows_with_tokens(void **state)
{
    static const char *many[128];
    double height[2] = {0};

    (void)state;
    need_gnuplot();
    for (int i = 0; i < 128; i++)
        many[i] = scripts[i % SCRIPTS];
    for (int i = 0; i < 2; i++) {
        const iso_cross_attention a = between(many, i ? 128 : 12, many, i ? 128 : 12);
        double width;
        ok(draw(temp_path("size.svg"), &a));
        const char *box = strstr(read_file(temp_path("size.svg")), "viewBox=\"0 0 ");
        assert_non_null(box);
        assert_int_equal(sscanf(box, "viewBox=\"0 0 %lf %lf", &width, &height[i]), 2);
        assert_true(width >= 480);
    }
    assert_true(height[0] > 12 * 20 && height[0] < 700);
    assert_true(height[1] > 128 * 12);
}

/* A sentence of one token; no attention at all. */
static void least_there_can_be(void **state)
{
    const iso_cross_attention a = between(scripts, 1, scripts, 1);

    (void)state;
    need_gnuplot();
    ok(draw(temp_path("one.png"), &a));
    weight[0] = 0;
    ok(draw(temp_path("none.svg"), &a));
}

static void what_is_wrong_is_said(void **state)
{
    iso_cross_attention a = between(scripts, 3, scripts, 2);

    (void)state;
    fails(draw(temp_path("a.jpg"), &a), ISO_EARG, "ends in .svg, .pdf, .png or .gp");
    weight[5] = NAN;
    fails(draw(temp_path("a.svg"), &a), ISO_EARG,
          "target token 2 and source token 1 is not finite");
    a.src_tokens = 0;
    fails(draw(temp_path("a.svg"), &a), ISO_EARG, "no tokens");
    a.src_tokens = ATTENTION_MOST + 1;
    fails(draw(temp_path("a.svg"), &a), ISO_EARG, "at most 512 tokens");
    assert_int_equal(access(temp_path("a.svg"), F_OK), -1);
}

static void survives_lack_of_memory(void **state)
{
    const iso_cross_attention a = between(hostile, HOSTILE, scripts, SCRIPTS);
    iso_err err = ISO_ENOMEM;

    (void)state;
    for (int64_t n = 0; err; n++) {
        iso_alloc_fail_after(n);
        err = draw(temp_path("m.gp"), &a);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    }
}

int main(void)
{
    RUN_TESTS(test(data_and_script), test(every_script_is_shown), test(tokens_run_nothing),
              test(size_grows_with_tokens), test(least_there_can_be), test(what_is_wrong_is_said),
              test(survives_lack_of_memory));
}
