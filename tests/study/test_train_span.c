/* Windows of contexts: what is in them, and which of their tokens hold the answer, asked token by
 * token. */
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "tests/check.h"

enum { WORDS = 400, QUESTIONS = 200, LONGEST = 80 };

static const char *const vocabulary[] = {"river", "the",  "Straße", "1998", "frozen", "水",
                                         "a",     "bird", "über",   "x-y",  "is",     "(two)"};

/* A context of words, and where each begins, in bytes and in characters. */
struct story {
    char text[WORDS * 12];
    int64_t byte[WORDS + 1], character[WORDS + 1];
};

static void tell(struct story *s, int words, iso_rng *rng)
{
    int64_t at = 0, point = 0;

    for (int w = 0; w < words; w++) {
        const char *word = vocabulary[iso_rng_below(rng, 12)];
        s->byte[w] = at;
        s->character[w] = point;
        for (const char *c = word; *c; c++)
            point += ((unsigned char)*c & 0xc0) != 0x80;
        at += sprintf(s->text + at, "%s ", word);
        point++;
    }
    s->byte[words] = at;
    s->character[words] = point;
}

struct asked {
    int64_t begin, end; /* bytes of the answer */
    struct story story;
};

static struct asked asked[QUESTIONS];

static const char *write_questions(void)
{
    const char *path = temp_path("en.json");
    FILE *f = fopen(path, "wb");
    iso_rng rng = iso_rng_seeded(9, 0);

    assert_non_null(f);
    fprintf(f, "{\"data\": [{\"paragraphs\": [");
    for (int i = 0; i < QUESTIONS; i++) {
        struct asked *q = &asked[i];
        const int words = i == 0 ? 1 : 1 + (int)iso_rng_below(&rng, WORDS - 1);
        tell(&q->story, words, &rng);
        const int64_t a = iso_rng_below(&rng, words), more = 1 + iso_rng_below(&rng, 3),
                      b = a + more < words ? a + more : words;
        q->begin = q->story.byte[a];
        q->end = q->story.byte[b] - 1;
        fprintf(f,
                "%s{\"context\": \"%s\", \"qas\": [{\"id\": \"%d\", \"question\": \"What is %d?\", "
                "\"answers\": [{\"answer_start\": %d, \"text\": \"%.*s\"}]}]}",
                i ? ", " : "", q->story.text, i, i, (int)q->story.character[a],
                (int)(q->end - q->begin), q->story.text + q->begin);
    }
    fprintf(f, "]}]}");
    assert_int_equal(fclose(f), 0);
    return path;
}

/* Whether a token's bytes, without blanks, are among the answer's. */
static bool holds(const struct asked *q, int64_t begin, int64_t end)
{
    return begin < end && begin < q->end && end > q->begin;
}

static void check_window(const struct train_texts *x, int64_t number, int64_t *covered)
{
    const struct window_lang *w = &x->windows.lang[0];
    const struct encoding_lang *l = &x->windows.in.lang[0];
    const struct window *at = &w->at[number];
    const struct asked *q = &asked[at->item];
    const int64_t from = l->token_at[number], n = l->token_at[number + 1] - from;
    int64_t first = -1, last = -1;

    assert_true(n <= LONGEST);
    assert_true(l->mark[from] & TOKEN_SPECIAL && l->mark[from + n - 1] & TOKEN_SPECIAL);
    assert_string_equal(l->corpus.ids[number], x->in.lang[0].corpus.ids[at->item]);
    for (int64_t k = at->context; k < at->end; k++) {
        assert_false(l->mark[from + k] & TOKEN_SPECIAL);
        *covered = w->stop[from + k] > *covered ? w->stop[from + k] : *covered;
        if (holds(q, w->begin[from + k], w->stop[from + k])) {
            first = first < 0 ? k : first;
            last = k;
        }
    }
    /* All of the answer is there if its two ends are. */
    const bool whole =
        first >= 0 && w->begin[from + first] <= q->begin && w->stop[from + last] >= q->end;
    assert_int_equal(at->first, whole ? first : 0);
    assert_int_equal(at->last, whole ? last : 0);
}

static void answers_are_where_they_stand(void **state)
{
    struct training t = {.run = NULL};
    const char *word[1];
    char name[1100];
    iso_texts *texts = NULL;

    (void)state;
    snprintf(name, sizeof name, "en=%s", write_questions());
    word[0] = name;
    iso_train_opt_init(&t.opt, sizeof t.opt);
    t.opt.task = ISO_TRAIN_SPAN;
    t.opt.max_length = LONGEST;
    t.opt.split = "1/0/0";
    t.opt.model.folder = source_path("examples/mini");
    ok(iso_model_open(&t.model, &t.opt.model, NULL));
    ok(iso_texts_open(&texts, word, 1, &t.opt.texts, NULL));
    ok(iso_train_read(&t, texts));

    const struct train_texts *x = t.set.of[TRAIN_LEARN];
    const struct window_lang *w = &x->windows.lang[0];
    const struct examples *e = &t.set.part[TRAIN_LEARN];
    int64_t covered = 0, inside = 0, number = 0;
    assert_int_equal(e->n, w->n); /* every answer was found */
    for (int item = 0; item < QUESTIONS; item++) {
        const int64_t before = number;
        bool found = false;
        for (covered = 0; number < w->n && w->at[number].item == item; number++) {
            check_window(x, number, &covered);
            found = found || w->at[number].first > 0;
            assert_int_equal(e->label[number], w->at[number].first);
            assert_int_equal(e->last[number], w->at[number].last);
        }
        assert_true(number > before);
        assert_true(covered >= (int64_t)strlen(asked[item].story.text) - 1);
        inside += found;
    }
    assert_int_equal(number, w->n);
    assert_int_equal(inside, QUESTIONS); /* windows overlap by more than an answer */
    iso_train_set_free(&t.set);
    iso_texts_close(texts);
    iso_model_close(t.model);
}

/* Windows of a question in two languages: first with first, last with last, in order between. */
static void windows_go_side_by_side(void **state)
{
    struct window at[2][8];
    int64_t item_at[2][3];

    (void)state;
    for (int64_t n = 1; n < 6; n++) {
        for (int64_t m = 1; m < 6; m++) {
            struct window_lang of[2] = {{.at = at[0], .item_at = item_at[0]},
                                        {.at = at[1], .item_at = item_at[1]}};
            int64_t before = 0;
            for (int k = 0; k < 2; k++) { /* question 1, after one of two windows */
                item_at[k][0] = 0;
                item_at[k][1] = 2;
                item_at[k][2] = 2 + (k ? m : n);
                for (int64_t i = 0; i < item_at[k][2]; i++)
                    at[k][i] = (struct window){.item = i >= 2};
            }
            for (int64_t i = 0; i < n; i++) {
                const int64_t beside = iso_train_window_beside(&of[1], 1, &of[0], 2 + i) - 2;
                assert_true(beside >= before && beside < m);
                assert_true(i > 0 || beside == 0);
                assert_true(n == 1 || i < n - 1 || beside == m - 1);
                before = beside;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_where_they_stand),
        cmocka_unit_test(windows_go_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
