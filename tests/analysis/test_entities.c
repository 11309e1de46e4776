/* Entities of tags: cases on paper, and every span of random tags asked by itself. */
#include "analysis/classify/entities.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

static const char *const names[] = {"B-LOC", "B-PER", "E-PER", "I-LOC", "I-PER", "O", "S-LOC"};
enum { CLASSES = sizeof names / sizeof *names, SENTENCES = 40, WORDS = 7 };

static int32_t class_of(const char *name)
{
    for (int32_t c = 0; c < CLASSES; c++) {
        if (strcmp(names[c], name) == 0)
            return c;
    }
    return -1;
}

/* Tags between blanks. */
static int read_tags(int32_t *out, const char *tags)
{
    char word[16];
    int n = 0, used = 0;

    for (; sscanf(tags, " %15s%n", word, &used) == 1; tags += used)
        out[n++] = class_of(word);
    return n;
}

static void counts_are(double right, double whole, int64_t entities, const char *gold,
                       const char *said)
{
    struct entity_tag tag[CLASSES + 1];
    int32_t a[32], b[32];
    int64_t item[32] = {0}, there = -1;
    const int n = read_tags(a, gold);
    struct tally t = {0};

    assert_true(iso_entity_scheme(tag, names, CLASSES));
    assert_int_equal(read_tags(b, said), n);
    ok(iso_entity_tally(&t, &there, &(struct scored){a, b, item, n}, tag, 1));
    near(t.right[0], right, 0);
    near(t.whole[0], whole, 0);
    assert_int_equal(there, entities);
    iso_tally_free(&t);
}

static void cases_on_paper(void **state)
{
    (void)state;
    counts_are(4, 4, 2, "B-PER I-PER O B-LOC", "B-PER I-PER O B-LOC");
    counts_are(0, 2, 1, "B-PER I-PER O", "B-PER O O");         /* one end is wrong */
    counts_are(0, 2, 1, "B-PER I-PER", "B-LOC I-LOC");         /* the type is wrong */
    counts_are(2, 2, 1, "B-PER I-PER", "I-PER I-PER");         /* repaired */
    counts_are(2, 3, 1, "B-PER I-PER O", "B-PER I-PER I-LOC"); /* another type begins */
    counts_are(0, 3, 2, "B-PER B-PER", "B-PER I-PER");
    counts_are(4, 4, 2, "B-PER E-PER I-PER", "B-PER I-PER B-PER");
    counts_are(4, 4, 2, "S-LOC I-LOC O", "B-LOC B-LOC O");
    counts_are(0, 1, 0, "O O", "O S-LOC");
    counts_are(0, 0, 0, "O O", "O x"); /* nothing was said */
}

static void other_names_are_no_scheme(void **state)
{
    static const char *const upos[] = {"NOUN", "VERB"}, *const without[] = {"B-X", "I-X"},
                             *const alone[] = {"O", "O-X"}, *const bare[] = {"B-", "O"};
    struct entity_tag tag[3];

    (void)state;
    assert_false(iso_entity_scheme(tag, upos, 2));
    assert_false(iso_entity_scheme(tag, without, 2));
    assert_false(iso_entity_scheme(tag, alone, 2));
    assert_false(iso_entity_scheme(tag, bare, 2));
    assert_false(iso_entity_scheme(tag, alone, 1));
}

/* A tag that is not learnt is an entity that nobody finds. */
static void unknown_tags_are_missed(void **state)
{
    struct entity_tag tag[CLASSES + 1];
    const int32_t gold[] = {CLASSES, CLASSES, 5}, said[] = {0, 5, 5};
    const int64_t item[] = {0, 0, 0};
    struct tally t = {0};
    int64_t there = 0;

    (void)state;
    assert_true(iso_entity_scheme(tag, names, CLASSES));
    ok(iso_entity_tally(&t, &there, &(struct scored){gold, said, item, 3}, tag, 1));
    near(t.right[0], 0, 0);
    near(t.whole[0], 3, 0);
    assert_int_equal(there, 2);
    iso_tally_free(&t);
}

/* --- Every span by itself --- */

static const char *type_of(int32_t c)
{
    return names[c] + 2;
}

static bool goes_on(const int32_t *c, int64_t w)
{
    return w > 0 && (names[c[w]][0] == 'I' || names[c[w]][0] == 'E') &&
           (names[c[w - 1]][0] == 'B' || names[c[w - 1]][0] == 'I') &&
           strcmp(type_of(c[w]), type_of(c[w - 1])) == 0;
}

static bool is_entity(const int32_t *c, int64_t n, int64_t begin, int64_t end)
{
    bool is = names[c[begin]][0] != 'O' && !goes_on(c, begin) && (end == n || !goes_on(c, end));

    for (int64_t w = begin + 1; w < end; w++)
        is = is && goes_on(c, w);
    return is;
}

static void equals_every_span(void **state)
{
    int32_t gold[SENTENCES * WORDS], said[SENTENCES * WORDS];
    int64_t item[SENTENCES * WORDS], there = 0, entities = 0;
    struct entity_tag tag[CLASSES + 1];
    iso_rng rng = iso_rng_seeded(3, 0);
    struct tally t = {0};

    (void)state;
    for (int i = 0; i < SENTENCES * WORDS; i++) {
        gold[i] = (int32_t)iso_rng_below(&rng, CLASSES);
        said[i] = iso_rng_below(&rng, 3) ? gold[i] : (int32_t)iso_rng_below(&rng, CLASSES);
        item[i] = (i / WORDS * 7) % SENTENCES;
    }
    assert_true(iso_entity_scheme(tag, names, CLASSES));
    ok(iso_entity_tally(&t, &there, &(struct scored){gold, said, item, SENTENCES * WORDS}, tag,
                        SENTENCES));
    for (int s = 0; s < SENTENCES; s++) {
        const int32_t *a = gold + s * WORDS, *b = said + s * WORDS;
        double right = 0, whole = 0;
        for (int64_t from = 0; from < WORDS; from++) {
            for (int64_t end = from + 1; end <= WORDS; end++) {
                const bool is = is_entity(a, WORDS, from, end),
                           was = is_entity(b, WORDS, from, end);
                right += is && was && strcmp(type_of(a[from]), type_of(b[from])) == 0 ? 2 : 0;
                whole += is + was;
                entities += is;
            }
        }
        near(t.right[item[s * WORDS]], right, 0);
        near(t.whole[item[s * WORDS]], whole, 0);
    }
    assert_int_equal(there, entities);
    iso_tally_free(&t);
}

int main(void)
{
    RUN_TESTS(test(cases_on_paper), test(other_names_are_no_scheme), test(unknown_tags_are_missed),
              test(equals_every_span));
}
