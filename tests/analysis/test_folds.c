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

/* 103 items in 5 folds: 21 21 21 20 20. */
static void folds_are_even(void **state)
{
    struct corpus c;
    struct folds f;
    int size[5] = {0};
    (void)state;

    fill(&c, 1);
    const struct folds_ask ask = asked(&c, NULL);
    ok(iso_folds_make(&f, &ask));
    for (int i = 0; i < MANY; i++)
        size[f.of[i]]++;
    for (int k = 0; k < 5; k++)
        assert_true(size[k] == 20 || size[k] == 21);
    assert_int_equal(f.joined, 0);
    iso_folds_free(&f);
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
    assert_int_equal(f.count, -1);
}

/* What was dealt before this test was: folds of published runs come out again. */
static void folds_are_those_of_before(void **state)
{
    static const char *const dealt[] = {"2010411120320322224411433301414003323404",
                                        "2022200111001002011220111110121202022200",
                                        "2131340214034134140030231022244202131340"};
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
              test(second_texts_count), test(order_of_items_does_not_matter), test(too_few_items),
              test(folds_are_those_of_before));
}
