/* Which items make up which step: every item once an epoch, limits kept, nothing but seed and epoch
 * decides. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/train/budget.h"
#include "lib/train/sampler.h"

enum { N = 1003 };

static int64_t tokens[N], labelled[N];
static int32_t lang[N];

static iso_sampler_items items_of(void)
{
    for (int i = 0; i < N; i++) {
        tokens[i] = 3 + (i * 7919) % 60;
        labelled[i] = i % 4;
        lang[i] = i < 700 ? 2 : i < 950 ? 0 : 3; /* 250, none, 700, 53 */
    }
    return (iso_sampler_items){N, tokens, labelled, lang, 4};
}

static iso_sampler *new_sampler(const iso_sampler_opt *opt)
{
    const iso_sampler_items in = items_of();
    iso_sampler *s = NULL;

    ok(iso_sampler_new(&s, &in, opt));
    return s;
}

/* How often each item comes in the epoch that is laid out, and that sums are right. */
static void count_items(int *seen, const iso_sampler *s, int64_t micro)
{
    memset(seen, 0, N * sizeof *seen);
    for (int64_t t = 0; t < iso_sampler_steps(s); t++) {
        const iso_sample step = iso_sampler_step(s, t);
        int64_t all[2] = {0}, parts[3] = {0};
        iso_sample part;
        assert_true(step.count > 0);
        for (int64_t i = 0; i < step.count; i++) {
            seen[step.items[i]]++;
            all[0] += tokens[step.items[i]];
            all[1] += labelled[step.items[i]];
        }
        assert_true(all[0] == step.tokens && all[1] == step.labelled);
        for (int64_t done = 0; iso_sampler_micro(&part, s, &step, &done);) {
            assert_ptr_equal(part.items, step.items + parts[0]);
            assert_true(micro == 0 || part.count == 1 || part.tokens <= micro);
            parts[0] += part.count;
            parts[1] += part.tokens;
            parts[2] += part.labelled;
        }
        assert_true(parts[0] == step.count && parts[1] == step.tokens && parts[2] == step.labelled);
    }
}

static const iso_sampler_opt ways[] = {
    {.seed = 1, .batch = 16},
    {.seed = 1, .batch = 16, .window = 160, .micro = 100},
    {.seed = 1, .tokens = 512, .micro = 200},
    {.seed = 1, .tokens = 512, .window = 77},
    {.seed = 1, .tokens = 1}, /* an item a step */
    {.seed = 1, .tokens = 40, .micro = 20},
    {.seed = 1, .batch = 5000, .micro = 64},
    {.seed = 1, .batch = 1, .window = N},
};

enum { WAYS = sizeof ways / sizeof *ways };

static void every_item_once(void **state)
{
    int seen[N];
    (void)state;

    for (int w = 0; w < WAYS; w++) {
        iso_sampler *s = new_sampler(&ways[w]);
        for (int64_t epoch = 0; epoch < 3; epoch++) {
            iso_sampler_epoch(s, epoch);
            count_items(seen, s, ways[w].micro);
            for (int i = 0; i < N; i++)
                assert_int_equal(seen[i], 1);
        }
        iso_sampler_free(s);
    }
    iso_sampler_free(NULL);
}

/* 1003 = 62 · 16 + 11; by tokens no step could take the first item of the next one too. */
static void steps_are_full(void **state)
{
    (void)state;

    for (int w = 0; w < WAYS; w++) {
        iso_sampler *s = new_sampler(&ways[w]);
        const int64_t steps = iso_sampler_steps(s), batch = ways[w].batch;
        int64_t less = 0;
        if (batch > 0)
            assert_int_equal(steps, (N + batch - 1) / batch);
        for (int64_t t = 0; t < steps; t++) {
            const iso_sample step = iso_sampler_step(s, t);
            less += batch > 0 && step.count < batch;
            assert_true(batch > 0 || step.count == 1 || step.tokens <= ways[w].tokens);
            if (batch == 0 && ways[w].window == 0 && t + 1 < steps)
                assert_true(step.tokens + tokens[iso_sampler_step(s, t + 1).items[0]] >
                            ways[w].tokens);
        }
        assert_true(less <= 1);
        iso_sampler_free(s);
    }
}

static void order_of(int64_t *to, iso_sampler *s, int64_t epoch)
{
    int64_t n = 0;

    iso_sampler_epoch(s, epoch);
    for (int64_t t = 0; t < iso_sampler_steps(s); t++) {
        const iso_sample step = iso_sampler_step(s, t);
        memcpy(to + n, step.items, (size_t)step.count * sizeof *to);
        n += step.count;
    }
    assert_int_equal(n, N);
}

static int equal_places(const int64_t *a, const int64_t *b)
{
    int same = 0;

    for (int i = 0; i < N; i++)
        same += a[i] == b[i];
    return same;
}

/* The same whatever was laid out before; another seed or epoch is another order. */
static void seed_and_epoch_decide(void **state)
{
    static int64_t a[N], b[N];
    const iso_sampler_opt reweighed = {.seed = 1, .batch = 16, .reweigh = true, .exponent = 0.5};
    (void)state;

    for (int w = 0; w <= WAYS; w++) {
        iso_sampler_opt opt = w < WAYS ? ways[w] : reweighed;
        iso_sampler *s = new_sampler(&opt), *again = new_sampler(&opt);
        order_of(a, s, 4);
        order_of(b, again, 1);
        assert_true(equal_places(a, b) < 30);
        order_of(b, again, 4);
        assert_int_equal(equal_places(a, b), N);
        iso_sampler_free(again);
        opt.seed = 2;
        again = new_sampler(&opt);
        order_of(b, again, 4);
        assert_true(equal_places(a, b) < 30);
        iso_sampler_free(again);
        iso_sampler_free(s);
    }
}

/* How much lengths differ from their step's mean, and steps from the step before them. */
static void spread(double *within, double *between, const iso_sampler_opt *opt)
{
    iso_sampler *s = new_sampler(opt);
    double last = 0;

    *within = *between = 0;
    for (int64_t t = 0; t < iso_sampler_steps(s); t++) {
        const iso_sample step = iso_sampler_step(s, t);
        const double mean = (double)step.tokens / (double)step.count;
        for (int64_t i = 0; i < step.count; i++)
            *within += fabs((double)tokens[step.items[i]] - mean) / N;
        *between += t > 0 ? fabs(mean - last) / (double)(iso_sampler_steps(s) - 1) : 0;
        last = mean;
    }
    iso_sampler_free(s);
}

/* Sorted windows make lengths alike within a step, also in a step that two windows share; steps of
 * like length do not follow each other. */
static void windows(void **state)
{
    double within, between;
    (void)state;

    spread(&within, &between, &ways[0]);
    assert_true(within > 12 && between < 8);
    spread(&within, &between, &ways[1]);
    assert_true(within < 3 && between > 12);
    spread(&within, &between, &ways[3]);
    assert_true(within < 4 && between > 12);
}

/* 250, 0, 700 and 53 items: with exponent 1 as many as they have, with 0 a third each. √250 : √700
 * : √53 of 1003 are 320.06, 535.57, 147.37: the largest remainder is rounded up. */
static void languages_are_reweighed(void **state)
{
    static const struct {
        double exponent;
        int want[4];
    } cases[] = {{1, {250, 0, 700, 53}}, {0, {335, 0, 334, 334}}, {0.5, {320, 0, 536, 147}}};
    int seen[N];
    (void)state;

    for (int c = 0; c < 3; c++) {
        const iso_sampler_opt opt = {
            .seed = 1, .batch = 16, .reweigh = true, .exponent = cases[c].exponent};
        iso_sampler *s = new_sampler(&opt);
        int all[N] = {0};
        for (int64_t epoch = 0; epoch < 6; epoch++) {
            int count[4] = {0};
            iso_sampler_epoch(s, epoch);
            count_items(seen, s, 0);
            for (int i = 0; i < N; i++) {
                count[lang[i]] += seen[i];
                all[i] += seen[i];
            }
            for (int l = 0; l < 4; l++)
                assert_int_equal(count[l], cases[c].want[l]);
        }
        for (int i = 0; i < N; i++) /* of one language all come equally often, or once more */
            for (int k = i + 1; k < N; k++)
                assert_true(lang[i] != lang[k] || abs(all[i] - all[k]) <= 1);
        iso_sampler_free(s);
    }
}

static void refused(void **state)
{
    iso_sampler_items in = items_of(), none = {0};
    const iso_sampler_opt opt = {.batch = 4, .reweigh = true, .exponent = 1}, nothing = {.seed = 1},
                          bad = {.batch = 4, .reweigh = true, .exponent = NAN};
    iso_sampler *s = NULL;
    (void)state;

    fails(iso_sampler_new(&s, &none, &opt), ISO_EARG, "no items to learn from");
    fails(iso_sampler_new(&s, &in, &nothing), ISO_EARG, "how large a step is");
    fails(iso_sampler_new(&s, &in, &bad), ISO_EARG, "exponent");
    tokens[7] = -1;
    fails(iso_sampler_new(&s, &in, &opt), ISO_EARG, "item 7 has -1 tokens");
    tokens[7] = 1;
    lang[9] = 4;
    fails(iso_sampler_new(&s, &in, &opt), ISO_EARG, "item 9 is of language 4 of 4");
    lang[9] = -1;
    fails(iso_sampler_new(&s, &in, &opt), ISO_EARG, "item 9 is of language -1 of 4");
    lang[9] = 0;
    for (int64_t n = 0, err = ISO_ENOMEM; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_sampler_new(&s, &in, &opt);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_ENOMEM || (!err && n >= 8));
    }
    iso_sampler_free(s);
}

static void one_item(void **state)
{
    const iso_sampler_items in = {.n = 1, .langs = 0};
    const iso_sampler_opt opt = {.tokens = 8, .window = 100, .reweigh = true, .exponent = 0.7};
    iso_sampler *s = NULL;
    (void)state;

    ok(iso_sampler_new(&s, &in, &opt));
    assert_int_equal(iso_sampler_all_steps(s, 5), 5);
    const iso_sample step = iso_sampler_step(s, 0);
    assert_true(step.count == 1 && step.items[0] == 0 && step.tokens == 1 && step.labelled == 1);
    iso_sampler_free(s);
}

/* As many steps as epoch by epoch; epochs differ where steps are cut by tokens. */
static void steps_of_a_run(void **state)
{
    iso_sampler *s = new_sampler(&ways[2]);
    int64_t all = 0;
    (void)state;

    for (int64_t epoch = 0; epoch < 5; epoch++) {
        iso_sampler_epoch(s, epoch);
        all += iso_sampler_steps(s);
    }
    assert_int_equal(iso_sampler_all_steps(s, 5), all);
    assert_int_equal(iso_sampler_all_steps(s, 0), 0);
    iso_sampler_free(s);
}

/* --- Budgets -------------------------------------------------------------------------- */

enum { IDS = 200 };

/* Each its share, of its own items, no id twice. */
static void check_budget(const int64_t *chosen, const int64_t *share, int64_t budget,
                         const iso_budget_lang *l, int langs)
{
    int seen[4 * IDS] = {0};
    int64_t at = 0;

    for (int k = 0; k < langs; k++) {
        assert_int_equal(share[k], budget / langs + (k < budget % langs));
        for (int64_t i = 0; i < share[k]; i++, at++) {
            assert_true(chosen[at] >= 0 && chosen[at] < l[k].n);
            assert_int_equal(seen[l[k].id[chosen[at]]]++, 0);
        }
    }
    assert_int_equal(at, budget);
}

static void one_budget(void **state)
{
    static int64_t id[4][IDS], chosen[2][4 * IDS], share[4];
    iso_budget_lang same[4], apart[4], nested[2];
    int differ = 0;
    (void)state;

    for (int l = 0; l < 4; l++)
        for (int i = 0; i < IDS; i++)
            id[l][i] = (i * 7 + l * 31) % IDS; /* other places in each */
    for (int l = 0; l < 4; l++)
        same[l] = (iso_budget_lang){"en", id[l], IDS};
    static const int64_t budgets[] = {0, 1, 3, 17, 100, IDS};
    for (int b = 0; b < 6; b++)
        for (int langs = 1; langs <= 4; langs++) {
            ok(iso_budget(chosen[0], share, budgets[b], same, langs, 5));
            check_budget(chosen[0], share, budgets[b], same, langs);
        }
    ok(iso_budget(chosen[0], share, 100, same, 2, 5));
    ok(iso_budget(chosen[1], share, 100, same, 2, 5));
    assert_memory_equal(chosen[0], chosen[1], 100 * sizeof **chosen);
    ok(iso_budget(chosen[1], share, 100, same, 2, 6));
    for (int i = 0; i < 100; i++)
        differ += chosen[0][i] != chosen[1][i];
    assert_true(differ > 80);
    /* ids of its own in each language: all of them can be used */
    static int64_t own[4][IDS];
    for (int l = 0; l < 4; l++) {
        for (int i = 0; i < IDS; i++)
            own[l][i] = l * IDS + i;
        apart[l] = (iso_budget_lang){"en", own[l], IDS};
    }
    ok(iso_budget(chosen[0], share, 4 * IDS, apart, 4, 5));
    check_budget(chosen[0], share, 4 * IDS, apart, 4);
    /* de has 60 of en's 200: both can have 60 */
    nested[0] = (iso_budget_lang){"en", own[0], IDS};
    nested[1] = (iso_budget_lang){"de", own[0] + 20, 60};
    ok(iso_budget(chosen[0], share, 120, nested, 2, 5));
    check_budget(chosen[0], share, 120, nested, 2);
}

static void budgets_refused(void **state)
{
    static int64_t id[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, chosen[20] = {-7}, share[2] = {-7};
    const iso_budget_lang l[] = {{"en", id, 10}, {"de", id, 3}};
    (void)state;

    fails(
        iso_budget(chosen, share, 11, l, 1, 1), ISO_EDATA,
        "en: has 10 items to learn from that no other language was given; its part of --budget 11 "
        "is 11");
    fails(iso_budget(chosen, share, 8, l, 2, 1), ISO_EDATA, "de: has 3 items");
    fails(iso_budget(chosen, share, -1, l, 2, 1), ISO_EARG, "a budget of -1 items");
    fails(iso_budget(chosen, share, 1, l, 0, 1), ISO_EARG, "for 0 languages");
    for (int64_t n = 0; n < 6; n++) {
        iso_alloc_fail_after(n);
        fails(iso_budget(chosen, share, 6, l, 2, 1), ISO_ENOMEM, "");
        iso_alloc_fail_after(-1);
    }
    assert_true(chosen[0] == -7 && share[0] == -7);
    ok(iso_budget(chosen, share, 6, l, 2, 1));
}

/* The items of a step stay; a micro-batch has those of one language. */
static void languages_apart(void **state)
{
    static int64_t cost[] = {5, 6, 7, 5, 6, 7, 5, 6, 7, 5, 6};
    static const int32_t of[] = {0, 1, 2, 1, 0, 2, 2, 1, 0, 0, 1};
    const iso_sampler_items items = {.n = 11, .tokens = cost, .lang = of, .langs = 3};
    iso_sampler_opt opt = {.seed = 3, .batch = 5, .micro = 13};
    iso_sampler *usual, *apart;
    (void)state;

    ok(iso_sampler_new(&usual, &items, &opt));
    opt.apart = true;
    ok(iso_sampler_new(&apart, &items, &opt));
    for (int64_t e = 0; e < 4; e++) {
        iso_sampler_epoch(usual, e);
        iso_sampler_epoch(apart, e);
        for (int64_t k = 0; k < 3; k++) {
            const iso_sample a = iso_sampler_step(usual, k), b = iso_sampler_step(apart, k);
            int64_t seen = 0, count = 0;
            iso_sample micro;
            assert_true(a.count == b.count && a.tokens == b.tokens);
            for (int64_t i = 0; i < a.count; i++)
                seen += (1 << a.items[i]) - (1 << b.items[i]);
            assert_int_equal(seen, 0);
            for (int64_t done = 0; iso_sampler_micro(&micro, apart, &b, &done);) {
                for (int64_t i = 0; i < micro.count; i++)
                    assert_int_equal(of[micro.items[i]], of[micro.items[0]]);
                assert_true(micro.count == 1 || micro.tokens <= 13);
                count += micro.count;
            }
            assert_int_equal(count, b.count);
        }
    }
    iso_sampler_free(usual);
    iso_sampler_free(apart);
}

int main(void)
{
    RUN_TESTS(test(every_item_once), test(steps_are_full), test(seed_and_epoch_decide),
              test(windows), test(languages_are_reweighed), test(languages_apart), test(refused),
              test(one_item), test(steps_of_a_run), test(one_budget), test(budgets_refused));
}
