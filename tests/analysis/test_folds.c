/* Folds: who is tested with whom. */
#include "analysis/study/items/folds.h"
#include "tests/check.h"

enum { MANY = 103 };

/* Ids "i0"…; texts that come three times each, or a list of one's own. */
struct corpus {
    char ids[MANY][8], texts[MANY][8];
    const char *id[MANY], *text[MANY];
};

static void fill(struct corpus *c, int times)
{
    for (int i = 0; i < MANY; i++) {
        snprintf(c->ids[i], sizeof c->ids[i], "i%d", i);
        snprintf(c->texts[i], sizeof c->texts[i], "t%d", i / times);
        c->id[i] = c->ids[i];
        c->text[i] = c->texts[i];
    }
}

static struct folds_ask asked(const struct corpus *c, const struct item_texts *texts)
{
    return (struct folds_ask){.count = 5,
                              .seed = 7,
                              .items = MANY,
                              .ids = c->id,
                              .texts = texts,
                              .languages = texts ? 1 : 0};
}

/* Sizes are those of random draws: of 2000 items in 5 folds 400, the standard deviation 18. */
static void folds_are_even(void **state)
{
    enum { N = 2000 };
    struct folds f;
    (void)state;

    for (uint64_t seed = 0; seed < 20; seed++) {
        int size[5] = {0};
        ok(iso_folds_make(&f, &(struct folds_ask){.count = 5, .seed = seed, .items = N}));
        for (int i = 0; i < N; i++)
            size[f.of[i]]++;
        for (int k = 0; k < 5; k++)
            near(size[k], 400, 4.5 * 18);
        assert_int_equal(f.joined, 0);
        assert_true(f.by_position);
        iso_folds_free(&f);
    }
}

/* 103 items, three to a text: 35 texts, 68 items follow another. */
static void equal_text_stays_together(void **state)
{
    struct corpus c;
    struct folds f;
    (void)state;

    fill(&c, 3);
    const struct item_texts texts = {c.text, NULL, NULL};
    const struct folds_ask ask = asked(&c, &texts);
    ok(iso_folds_make(&f, &ask));
    for (int i = 0; i < MANY; i++)
        assert_int_equal(f.of[i], f.of[i / 3 * 3]);
    assert_int_equal(f.joined, MANY - 35);
    iso_folds_free(&f);
}

/* Item 0 is equal to 1 in one language, 1 to 2 in the other: all three are one. */
static void equality_is_handed_on(void **state)
{
    struct corpus a, b;
    struct folds f;
    (void)state;

    fill(&a, 1);
    fill(&b, 1);
    a.text[1] = a.text[0];
    b.text[2] = b.text[1];
    const struct item_texts texts[] = {{a.text, NULL, NULL}, {b.text, NULL, NULL}};
    for (int seed = 0; seed < 20; seed++) {
        struct folds_ask ask = asked(&a, texts);
        ask.languages = 2;
        ask.seed = (uint64_t)seed;
        ok(iso_folds_make(&f, &ask));
        assert_int_equal(f.of[0], f.of[1]);
        assert_int_equal(f.of[1], f.of[2]);
        assert_int_equal(f.joined, 2);
        iso_folds_free(&f);
    }
}

/* Items whose text is not known are no copies of one another. */
static void no_text_equals_none(void **state)
{
    struct corpus c;
    struct folds f;
    (void)state;

    fill(&c, 1);
    c.text[3] = c.text[50] = c.text[99] = NULL;
    const struct item_texts texts = {c.text, NULL, NULL};
    const struct folds_ask ask = asked(&c, &texts);
    ok(iso_folds_make(&f, &ask));
    assert_int_equal(f.joined, 0);
    iso_folds_free(&f);
}

/* Of sentence pairs both sides must be equal. */
static void second_texts_count(void **state)
{
    struct corpus a, b;
    struct folds f;
    (void)state;

    fill(&a, 3);
    fill(&b, 1);
    const struct item_texts texts = {a.text, b.text, NULL};
    const struct folds_ask ask = asked(&a, &texts);
    ok(iso_folds_make(&f, &ask));
    assert_int_equal(f.joined, 0);
    iso_folds_free(&f);
}

static void order_of_items_does_not_matter(void **state)
{
    struct corpus c;
    struct folds f, g;
    int64_t pick[MANY];
    (void)state;

    fill(&c, 1);
    struct folds_ask ask = asked(&c, NULL);
    ok(iso_folds_make(&f, &ask));
    for (int i = 0; i < MANY; i++)
        pick[i] = MANY - 1 - i;
    ask.pick = pick;
    ok(iso_folds_make(&g, &ask));
    for (int i = 0; i < MANY; i++)
        assert_int_equal(f.of[pick[i]], g.of[i]);
    iso_folds_free(&g);
    ask.seed = 8;
    ok(iso_folds_make(&g, &ask));
    int moved = 0;
    for (int i = 0; i < MANY; i++)
        moved += f.of[pick[i]] != g.of[i];
    assert_true(moved > MANY / 2);
    iso_folds_free(&f);
    iso_folds_free(&g);
}

/* Nor does their number, nor who else is there, be it by id or by position. */
static void other_items_do_not_matter(void **state)
{
    struct corpus c;
    struct folds f, g;
    int64_t pick[MANY];
    (void)state;

    fill(&c, 1);
    for (int ids = 0; ids < 2; ids++) {
        struct folds_ask ask = asked(&c, NULL);
        ask.ids = ids ? c.id : NULL;
        ok(iso_folds_make(&f, &ask));
        for (int64_t n = 40; n < MANY; n += 13) {
            ask.items = n; /* as a limit leaves them */
            ask.pick = NULL;
            ok(iso_folds_make(&g, &ask));
            for (int i = 0; i < n; i++)
                assert_int_equal(f.of[i], g.of[i]);
            iso_folds_free(&g);
            for (int i = 0; i < n; i++) /* as a partner that lacks some leaves them */
                pick[i] = i + i / 2 < MANY ? i + i / 2 : MANY - 1 - i % 3;
            ask.pick = pick;
            ok(iso_folds_make(&g, &ask));
            for (int i = 0; i < n; i++)
                assert_int_equal(f.of[pick[i]], g.of[i]);
            iso_folds_free(&g);
        }
        iso_folds_free(&f);
    }
}

static void too_few_items(void **state)
{
    struct corpus c;
    struct folds f = {.count = -1};
    (void)state;

    fill(&c, 20);
    const struct item_texts texts = {c.text, NULL, NULL};
    struct folds_ask ask = asked(&c, &texts); /* 6 texts */
    fails(iso_folds_make(&f, &ask), ISO_EDATA,
          "--folds 5: needs 10 items of different text, there are 6");
    ask.count = 1 << 30;
    fails(iso_folds_make(&f, &ask), ISO_EDATA, "there are 103");
    ask.count = 51;
    ask.languages = 0;
    fails(iso_folds_make(&f, &ask), ISO_EDATA,
          "--folds 51: none of the 103 items falls into fold ");
    assert_int_equal(f.count, -1);
}

/* A second implementation dealt these: folds of published runs come out again. */
static void folds_are_those_of_another_program(void **state)
{
    static const char *const dealt[] = {"4203104412101411434042232244412340044231",
                                        "1102201111121010202020201111220011102201",
                                        "1440324334403012133132111411230421440324"};
    enum { N = 40 };
    char id[N][12], own[N][12];
    const char *ids[N], *text[N];
    const struct item_texts texts = {text, NULL, NULL};
    (void)state;

    for (int i = 0; i < N; i++) {
        snprintf(id[i], sizeof id[i], "item %d", i * i % 97);
        snprintf(own[i], sizeof own[i], "t%d", i * 7 % 33);
        ids[i] = id[i];
        text[i] = own[i];
    }
    for (int way = 0; way < 3; way++) {
        const struct folds_ask ask = {.count = way == 1 ? 3 : 5,
                                      .seed = (uint64_t)way,
                                      .items = N,
                                      .ids = way == 2 ? NULL : ids,
                                      .texts = &texts,
                                      .languages = way ? 1 : 0};
        struct folds f;
        ok(iso_folds_make(&f, &ask));
        for (int i = 0; i < N; i++)
            assert_int_equal(f.of[i], dealt[way][i] - '0');
        iso_folds_free(&f);
    }
}

int main(void)
{
    RUN_TESTS(test(folds_are_even), test(equal_text_stays_together), test(equality_is_handed_on),
              test(no_text_equals_none), test(second_texts_count),
              test(order_of_items_does_not_matter), test(other_items_do_not_matter),
              test(too_few_items), test(folds_are_those_of_another_program));
}
