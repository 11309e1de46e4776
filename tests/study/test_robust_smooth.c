/* Smoothing through the bundled model: the plain answer is the probe's, little noise changes
 * nothing, much noise abstains, draws hang on nothing else. */
#include <math.h>
#include <string.h>

#include "analysis/study/robust/robust.h"
#include "lib/base/alloc.h"
#include "lib/io/states.h"
#include "lib/text/lang.h"
#include "tests/check.h"

static const iso_record *find(const iso_records *list, const char *measure, const char *estimator,
                              const char *tgt)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (!strcmp(r->measure, measure) && r->estimator && !strcmp(r->estimator, estimator) &&
            r->tgt && !strcmp(r->tgt, tgt))
            return r;
    }
    fail_msg("no %s:%s of %s", measure, estimator, tgt);
    return NULL;
}

static iso_robust_opt ask(double sigma)
{
    iso_robust_opt o;

    iso_robust_opt_init(&o, sizeof o);
    o.select.src = "en";
    o.select.tgt = "de";
    o.select.layers = "2";
    o.interval = ISO_INTERVAL_NONE;
    o.model.folder = source_path("examples/mini");
    o.sigma = sigma;
    o.smooth = 6;
    o.draws_choose = 20;
    o.draws = 60;
    return o;
}

static iso_states *mini(void)
{
    const char *name = source_path("examples/states/mini.h5");
    iso_states *s = NULL;

    ok(iso_states_open(&s, &name, 1,
                       &(iso_states_opt){.canonical = iso_lang_canonical, .limit = 60}));
    return s;
}

/* Without noise to speak of all 60 draws agree: p is 0.001^(1/60), the radius σ/√128 Φ⁻¹(p). */
static void little_noise_changes_nothing(void **state)
{
    (void)state;
    const iso_robust_opt o = ask(1e-5);
    iso_records r = {0};
    iso_states *s = mini();

    ok(iso_robust(&r, s, &o, NULL));
    for (int l = 0; l < 2; l++) {
        const char *lang = l ? "de" : "en";
        const iso_record *radius = find(&r, "radius", "smoothed", lang);
        near(find(&r, "accuracy", "smoothed", lang)->value,
             find(&r, "accuracy", "unsmoothed", lang)->value, 0);
        near(find(&r, "abstained", "smoothed", lang)->value, 0, 0);
        assert_true(radius->n == 6 && radius->param == 1e-5);
        /* Φ⁻¹(0.8912509) = 1.2331 */
        near(radius->value, 1e-5 / sqrt(128) * 1.2331, 1e-5 / sqrt(128) * 1e-3);
    }
    iso_records_free(&r);
    iso_states_close(s);
}

static void threads_change_nothing(void **state)
{
    (void)state;
    const iso_robust_opt o = ask(0.5);
    double value[2][2];

    for (int t = 0; t < 2; t++) {
        const iso_run run = {.threads = t + 1, .seed = 3};
        iso_records r = {0};
        iso_states *s = mini();
        ok(iso_robust(&r, s, &o, &run));
        value[t][0] = find(&r, "abstained", "smoothed", "de")->value;
        value[t][1] = find(&r, "radius", "smoothed", "de")->value;
        iso_records_free(&r);
        iso_states_close(s);
    }
    near(value[0][0], value[1][0], 0);
    assert_true(value[0][1] == value[1][1] || (isnan(value[0][1]) && isnan(value[1][1])));
}

/* Two draws never show more than half at 0.001: 0.001^(1/2) = 0.03. */
static void abstention_has_a_reason(void **state)
{
    (void)state;
    iso_robust_opt o = ask(0.1);
    iso_records r = {0};
    iso_states *s = mini();

    o.draws = 2;
    ok(iso_robust(&r, s, &o, NULL));
    near(find(&r, "abstained", "smoothed", "en")->value, 1, 0);
    near(find(&r, "accuracy", "smoothed", "en")->value, 0, 0);
    assert_true(isnan(find(&r, "radius", "smoothed", "en")->value));
    assert_non_null(strstr(find(&r, "radius", "smoothed", "en")->why, "every sentence abstains"));
    iso_records_free(&r);
    iso_states_close(s);
}

/* The radii of single sentences make the mean and the share that abstains. */
static void each_sentence(void **state)
{
    (void)state;
    iso_robust_opt o = ask(0.6);
    iso_records plain = {0}, each = {0};
    iso_states *s = mini();
    int mixed = 0;

    o.smooth = 12;
    ok(iso_robust(&plain, s, &o, NULL));
    o.each = true;
    ok(iso_robust(&each, s, &o, NULL));
    for (int l = 0; l < 2; l++) {
        const char *lang = l ? "de" : "en";
        const iso_record *of = find(&plain, "radius", "smoothed", lang);
        double sum = 0;
        int count = 0, abstained = 0;
        for (int64_t i = 0; i < each.count; i++) {
            const iso_record *r = &each.at[i];
            if (strcmp(r->measure, "radius") != 0 || strcmp(r->tgt, lang) != 0 || !r->item)
                continue;
            assert_true(isnan(r->value) == (r->why != NULL) && r->n == 1);
            abstained += isnan(r->value);
            sum += isnan(r->value) ? 0 : r->value;
            count++;
        }
        assert_int_equal(count, 12);
        near(find(&plain, "abstained", "smoothed", lang)->value, abstained / 12.0, 1e-12);
        assert_int_equal(of->n, 12 - abstained);
        if (of->n)
            near(of->value, sum / (double)of->n, 1e-12);
        mixed += abstained > 0 && abstained < 12;
    }
    assert_true(mixed > 0);
    iso_records_free(&plain);
    iso_records_free(&each);
    iso_states_close(s);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    iso_robust_opt o = ask(0);
    iso_records r = {0};
    iso_states *s = mini();

    fails(iso_robust(&r, s, &o, NULL), ISO_EARG, "sigma");
    o = ask(0.1);
    o.second = s;
    fails(iso_robust(&r, s, &o, NULL), ISO_EARG, "exclude");
    o = ask(0.1);
    o.head = true;
    fails(iso_robust(&r, s, &o, NULL), ISO_EARG, "head");
    o = ask(0.1);
    o.model.random_weights = "4";
    fails(iso_robust(&r, s, &o, NULL), ISO_EDATA, "other states");
    assert_true(r.count == 0);
    iso_records_free(&r);
    iso_states_close(s);
}

static void out_of_memory(void **state)
{
    (void)state;
    iso_robust_opt o = ask(0.1);
    iso_err err = ISO_ENOMEM;
    iso_states *s = mini();

    o.smooth = o.draws = o.draws_choose = 2;
    o.each = true;
    o.folds = 3;
    for (int n = 0; err; n += 1 + n / 6) {
        iso_records r = {0};
        iso_alloc_fail_after(n);
        err = iso_robust(&r, s, &o, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err ? err == ISO_ENOMEM && r.count == 0 : r.count > 0);
        iso_records_free(&r);
    }
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(little_noise_changes_nothing), test(threads_change_nothing),
              test(abstention_has_a_reason), test(each_sentence), test(says_what_is_wrong),
              test(out_of_memory));
}
