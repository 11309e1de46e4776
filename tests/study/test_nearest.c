/* The table of nearest words: a case on paper, and what is refused. */
#include "analysis/study/words/translation.h"
#include "lib/io/word_table.h"
#include "tests/check.h"

/* Angles 0, 10, 30, 90 degrees and 0 again, of different lengths. */
static const char *const words[] = {"a", "b", "c", "d", "e"};
static const float rows[5 * 2] = {1, 0, 0.984808f, 0.173648f, 1.732051f, 1, 0, 0.1f, 4, 0};

static iso_words_side side(int64_t n)
{
    return (iso_words_side){.words = words, .rows = iso_view_f32(rows, n, 2)};
}

static iso_words_opt ask(int64_t neighbours, double threshold)
{
    iso_words_opt opt;

    iso_words_opt_init(&opt, sizeof opt);
    opt.nearest = temp_path("near.json");
    opt.prep = "none";
    opt.neighbours = neighbours;
    opt.threshold = threshold;
    return opt;
}

static void written(const iso_words_opt *opt, const char *json)
{
    const iso_words_side of = side(5);
    iso_word_table t = {0};
    iso_buf out = {0};

    ok(iso_words_nearest(&of, opt, NULL));
    ok(iso_word_table_read(&t, opt->nearest, NULL));
    ok(iso_word_table_json(&out, &t));
    text(out.text, json);
    iso_buf_free(&out);
    iso_word_table_free(&t);
}

static void nearest_by_angle(void **state)
{
    (void)state;
    iso_words_opt opt = ask(2, NAN);

    /* b is 10 from a and e, 20 from c; c 30 from a and e, 60 from d */
    written(&opt, "{\n\"a\": [\"e\", \"b\"],\n\"b\": [\"a\", \"e\"],\n\"c\": [\"b\", \"a\"],\n"
                  "\"d\": [\"c\", \"b\"],\n\"e\": [\"a\", \"b\"]\n}\n");
    opt = ask(9, 0.93); /* 20 degrees: 0.9397 */
    written(&opt, "{\n\"a\": [\"e\", \"b\"],\n\"b\": [\"a\", \"e\", \"c\"],\n\"c\": [\"b\"],\n"
                  "\"d\": [],\n\"e\": [\"a\", \"b\"]\n}\n");
}

static void refused(void **state)
{
    (void)state;
    const iso_words_side one = side(1), all = side(5);
    iso_words_opt opt = ask(2, NAN);

    fails(iso_words_nearest(&one, &opt, NULL), ISO_EDATA, "has one word");
    opt.train = "d.txt";
    fails(iso_words_nearest(&all, &opt, NULL), ISO_EARG, "exclude");
    opt = ask(2, NAN);
    opt.nearest = NULL;
    fails(iso_words_nearest(&all, &opt, NULL), ISO_EARG, "");
}

int main(void)
{
    RUN_TESTS(test(nearest_by_angle), test(refused));
}
