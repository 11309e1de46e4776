/* What of a mixing is within a limit of operations. */
#include "analysis/study/mix/mix_fit.h"
#include "tests/check.h"

/* Neither sentences nor layers fall as the limit grows; what is counted is within it. */
static void what_fits_grows_with_the_limit(void **state)
{
    enum { MANY = 240 };
    static const char *const en[] = {"A cat.", "The dog runs.", "We go home.", "It rains."};
    static const char *const de[] = {"Eine Katze.", "Der Hund rennt.", "Wir gehen heim.",
                                     "Es regnet."};
    iso_model *m = NULL;
    iso_texts *t = NULL;
    const char *many[2][MANY];
    iso_mix_opt opt;
    struct mix_fit before = {0};
    bool thinned = false;

    (void)state;
    ok(iso_model_open(&m, &(iso_model_opt){.folder = source_path("examples/mini")}, NULL));
    for (int i = 0; i < MANY; i++) {
        many[0][i] = en[i % 4];
        many[1][i] = de[i % 4];
    }
    ok(iso_texts_new(&t, NULL));
    ok(iso_texts_add_lang(t, "en", &(iso_corpus){.items = MANY, .text = many[0]}));
    ok(iso_texts_add_lang(t, "de", &(iso_corpus){.items = MANY, .text = many[1]}));
    iso_mix_opt_init(&opt, sizeof opt);
    opt.src = "en";
    opt.layer = "sweep";
    for (double limit = 1e8; limit < 1e12; limit *= 1.2) {
        struct mix_fit fit = {0};
        ok(iso_mix_fit(&fit, m, t, &opt, limit, &(iso_run){.threads = limit < 1e10 ? 1 : 2}));
        assert_true(fit.items >= before.items && fit.items <= MANY);
        assert_true(before.items == 0 || fit.places >= before.places);
        assert_true(fit.items == 0 || fit.operations <= limit);
        assert_true(fit.items == 0 || fit.items >= 32);
        thinned = thinned || (fit.items == 100 && fit.places == 2);
        if (fit.places == 2)
            text(fit.layers.text, "1,3");
        iso_buf_free(&fit.layers);
        before = fit;
    }
    assert_true(thinned);
    assert_true(before.items == MANY && before.places == 4 && before.operations == before.all);
    iso_texts_close(t);
    iso_model_close(m);
}

int main(void)
{
    RUN_TESTS(test(what_fits_grows_with_the_limit));
}
