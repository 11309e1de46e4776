/* Reading guides: what they say fits the figure, and every measure has one. */
#include "tests/check.h"

#include "analysis/measure/catalogue.h"
#include "analysis/measure/measure.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/page/report/report_guide.h"

static void filled(iso_buf *out, const char *guide, unsigned shows, int64_t n)
{
    out->len = 0;
    ok(iso_guide_fill(out, guide, &(struct figure){.shows = shows, .least_n = n}));
}

static void conditions_hold(void **state)
{
    static const char guide[] = "a[[bands| bands]][[hidden| hidden]][[own| own]][[no such| x]] z";
    iso_buf out = {0};

    (void)state;
    filled(&out, guide, 0, 0);
    text(out.text, "a z");
    filled(&out, guide, SHOWS_BANDS | SHOWS_OWN_CHANCE, 0);
    text(out.text, "a bands own z");
    filled(&out, guide, SHOWS_DOTS, 0);
    assert_non_null(strstr(out.text, "dots instead of curves"));
    iso_buf_free(&out);
}

/* t(0.975, 7) = 2.3646, and 2.3646 / sqrt(7 + 2.3646²) = 0.6664. */
static void numbers_are_the_figures(void **state)
{
    iso_buf out = {0};

    (void)state;
    filled(&out, iso_guide_gap_scatter, 0, 9);
    assert_non_null(strstr(out.text, "with 9 languages a Pearson correlation below 0.67 "));
    filled(&out, iso_guide_gap_scatter, 0, 14);
    assert_non_null(strstr(out.text, "with 14 languages a Pearson correlation below 0.53 "));
    iso_buf_free(&out);
}

static void is_plain(const char *guide)
{
    iso_buf out = {0};

    for (unsigned shows = 0; shows < 256; shows += 255) {
        filled(&out, guide, shows, 10);
        assert_null(strpbrk(out.text, "{}|`"));
        assert_null(strstr(out.text, "[["));
        assert_null(strstr(out.text, "]]"));
        assert_null(strstr(out.text, "  "));
        assert_null(strstr(out.text, " ,"));
    }
    iso_buf_free(&out);
}

/* Neither marks of ours nor a word on bands where none are drawn. */
static void no_guide_says_what_is_not_there(void **state)
{
    iso_buf out = {0};

    (void)state;
    for (int i = 0; i < iso_section_count(); i++) {
        const struct section *s = iso_section_at(i);
        is_plain(s->guide);
        filled(&out, s->guide, 0, 10);
        if (s->kind != ISO_PLOT_SCATTER) {
            assert_null(strstr(out.text, "Bands are"));
            assert_null(strstr(out.text, "ashed line"));
        }
    }
    iso_buf_free(&out);
}

static void every_measure_has_a_guide(void **state)
{
    static const char *const more[][2] = {
        {"p@5", "ratio"},       {"mrr", "cosine"},        {"error", "ratio"},
        {"mexa", "cosine"},     {"f1", "mining"},         {"precision", "mining"},
        {"recall", "mining"},   {"mse", "cls"},           {"kl", "predictions"},
        {"accuracy", "probe"},  {"accuracy", "majority"}, {"accuracy", "two-branch"},
        {"f1", "macro"},        {"f1", "language-id"},    {"gap", "mean"},
        {"lambda", "sd"},       {"entropy", "mean"},      {"pearson", NULL},
        {"mantel", "spearman"},
    };

    (void)state;
    for (int i = 0; i < iso_measure_count(); i++) {
        const iso_measure *m = iso_measure_at(i);
        assert_true(iso_guide_of(m->measure, m->estimator) != iso_guide_anything_else);
        is_plain(iso_guide_of(m->measure, m->estimator));
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        assert_true(iso_guide_of(more[i][0], more[i][1]) != iso_guide_anything_else);
        is_plain(iso_guide_of(more[i][0], more[i][1]));
    }
    assert_true(iso_guide_of("other", NULL) == iso_guide_anything_else);
}

int main(void)
{
    RUN_TESTS(test(conditions_hold), test(numbers_are_the_figures),
              test(no_guide_says_what_is_not_there), test(every_measure_has_a_guide));
}
