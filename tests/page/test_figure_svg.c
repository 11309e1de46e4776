/* What becomes of gnuplot's SVG: titles where they belong, nothing that is not seen. */
#include "tests/check.h"

#include "analysis/page/figure/figure_svg.h"
#include "analysis/page/figure/figure_svg.h"
#include "lib/base/alloc.h"

/* As gnuplot writes: two panels; a curve of two points, cells and their numbers. */
#define HEAD                                                                                       \
    "<?xml version=\"1.0\"?>\n<svg \n viewBox=\"0 0 100 50\"\n>\n<title>Gnuplot</title>\n"         \
    "<desc>x</desc>\n<g id=\"gnuplot_canvas\">\n<rect x=\"0\" width=\"100\"/>\n<defs>\n"           \
    "\t<circle id='gpPt5' cx='0' cy='0' r='1'/>\n"                                                 \
    "\t<use xlink:href='#gpPt5' id='gpPt6' fill='currentColor'/>\n"                                \
    "\t<rect id='gpPt3' x='-1'/>\n</defs>\n"
#define OPEN     "<g fill=\"none\" color=\"black\" stroke=\"currentColor\" stroke-width=\"1.00\">\n"
#define PLOT(id) "\t<g id=\"gnuplot_plot_" id "\" ><title>gnuplot_plot_" id "</title>\n"
#define USE(at)                                                                                    \
    "<use xlink:href='#gpPt6' transform='translate(" at ")' color='rgb(  0, 114, 178)'/>"
#define TEXT(t)                                                                                    \
    "<g transform=\"translate(1,2)\" fill=\"rgb(255,255,255)\">\n<text> " t "</text>\n</g>\n"
#define CELL(x)                                                                                    \
    "<polygon fill = 'rgb(1, 2, 3)' points = '" x ",9.5 " x "1,9.5 " x "1,4.25 " x ",4.25 '/>\n"

static const char drawn[] = HEAD OPEN "</g>\n" PLOT("1a") OPEN "<path d='M1,2 L3,4 '/>" USE("1,2")
    USE("3,4") "</g>\n\t</g>\n" PLOT("1b") OPEN CELL("2") CELL("3") "</g>\n\t</g>\n" PLOT("2b")
        OPEN TEXT("0.5") TEXT("") "</g>\n\t</g>\n</g>\n</svg>\n";

static struct figure noted(int points)
{
    struct figure f = {.width = 100, .height = 50};

    ok(iso_buf_puts(&f.title, "A < B"));
    ok(iso_mark_series(&f, "German & so on"));
    for (int i = 0; i < points; i++)
        ok(iso_mark_point(&f, i ? "layer 1" : "layer 0", i ? -0.25 : 0.454, 0.4, 0.5, 2));
    ok(iso_mark_panel(&f));
    ok(iso_mark_series(&f, "a map"));
    ok(iso_mark_point(&f, "first", 1, NAN, NAN, 2));
    ok(iso_mark_point(&f, "hole", NAN, NAN, NAN, 2)); /* drawn by nobody */
    ok(iso_mark_point(&f, "second", 2, NAN, NAN, 2));
    ok(iso_mark_silent(&f));
    return f;
}

static int count(const iso_buf *in, const char *what)
{
    int n = 0;

    for (const char *at = in->text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static iso_err convert(iso_buf *out, const char *svg, const struct figure *f)
{
    iso_buf in = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&in, svg));
    ISO_TRY(iso_figure_svg(out, &in, f));
done:
    iso_buf_free(&in);
    return err;
}

static void names_stand_where_they_belong(void **state)
{
    struct figure f = noted(2);
    iso_buf out = {0};

    (void)state;
    ok(convert(&out, drawn, &f));
    assert_int_equal(count(&out, "gnuplot"), 0);
    assert_int_equal(count(&out, "<title>A &lt; B</title>"), 1);
    assert_int_equal(count(&out, "<title>German &amp; so on</title>"), 1);
    assert_int_equal(count(&out, "translate(1,2)\" color=\"#0072b2\"><title>layer 0: 0.45 [0.40, "
                                 "0.50]</title></use>"),
                     1);
    assert_int_equal(count(&out, "translate(3,4)\" color=\"#0072b2\"><title>layer 1: \xe2\x88\x92"
                                 "0.25 [0.40, 0.50]</title></use>"),
                     1);
    assert_int_equal(count(&out, "<path d=\"M2,9.5H21V4.25H2z\" fill=\"#010203\"><title>first: "
                                 "1.00</title></path>"),
                     1);
    assert_int_equal(count(&out, "<title>second: 2.00</title>"), 1);
    assert_int_equal(count(&out, "pointer-events=\"none\""), 1); /* on the whole picture */
    assert_int_equal(count(&out, "pointer-events=\"auto\""), 2); /* but not on curve and map */
    iso_figure_free(&f);
    iso_buf_free(&out);
}

/* The empty group, the empty text, the marker that nothing uses; the one another is made of stays.
 */
static void nothing_useless_stays(void **state)
{
    struct figure f = noted(2);
    iso_buf out = {0};

    (void)state;
    ok(convert(&out, drawn, &f));
    assert_int_equal(count(&out, "<text"), 1);
    assert_int_equal(count(&out, "gpPt3"), 0);
    assert_int_equal(count(&out, "<g id=\"gpPt6\">"), 1);
    assert_int_equal(count(&out, "<g id=\"gpPt5\">"), 1);
    assert_int_equal(count(&out, "></g>"), 2); /* the two markers end so */
    assert_int_equal(count(&out, "<g"), count(&out, "</g>"));
    iso_figure_free(&f);
    iso_buf_free(&out);
}

/* A wrong title would be worse than none: three noted, two drawn. */
static void in_doubt_points_have_no_names(void **state)
{
    struct figure f = noted(3);
    iso_buf out = {0};

    (void)state;
    ok(convert(&out, drawn, &f));
    assert_int_equal(count(&out, "layer 0"), 0);
    assert_int_equal(count(&out, "German"), 1);
    assert_int_equal(count(&out, "first"), 1);
    iso_figure_free(&f);
    iso_buf_free(&out);
}

/* Cut anywhere it is refused or whole, never read past its end. */
static void foreign_pictures_are_refused(void **state)
{
    struct figure f = noted(2);
    char cut[sizeof drawn];
    iso_buf out = {0};

    (void)state;
    for (size_t len = 0; len < sizeof drawn - sizeof "</svg>\n"; len++) {
        memcpy(cut, drawn, len);
        cut[len] = '\0';
        assert_int_equal(convert(&out, cut, &f), ISO_EFORMAT);
    }
    fails(convert(&out, HEAD "<script>x</script></g></svg>", &f), ISO_EFORMAT, "does not write");
    iso_figure_free(&f);
    iso_buf_free(&out);
}

static void survives_lack_of_memory(void **state)
{
    struct figure f = noted(2);
    iso_err err = ISO_ENOMEM;

    (void)state;
    for (int64_t n = 0; err; n++) {
        iso_buf out = {0};
        iso_alloc_fail_after(n);
        err = convert(&out, drawn, &f);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        iso_buf_free(&out);
    }
    iso_figure_free(&f);
}

/* Of 0.2 between ticks two decimals tell, of 0.002 four. */
static void decimals_follow_the_ticks(void **state)
{
    (void)state;
    assert_int_equal(iso_mark_places(0.2), 2);
    assert_int_equal(iso_mark_places(0.1), 2);
    assert_int_equal(iso_mark_places(0.002), 4);
    assert_int_equal(iso_mark_places(5), 2);
}

int main(void)
{
    RUN_TESTS(test(names_stand_where_they_belong), test(nothing_useless_stays),
              test(in_doubt_points_have_no_names), test(foreign_pictures_are_refused),
              test(survives_lack_of_memory), test(decimals_follow_the_ticks));
}
